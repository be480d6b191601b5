"""Problem groups: described by the case group without persons, answered by the steering committee, carried back."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit
from flask.testing import FlaskClient
from test_guard_pages import ask

from meetings.agenda import ITEM_TEXT_LENGTH, AgendaItem, ItemKind
from meetings.meeting import Meeting
from meetings.problem_group_work import place_waiting
from meetings.problem_groups import GROUP_TEXT_LENGTH, GroupState, ProblemGroup

NEW = "/committees/fallgruppe/problem-groups/new"
TITLE = "Nachweise aus Staaten ohne Register"
TEXT = "Mehrere Personen können Nachweise nicht beschaffen.\nGenügt eine Erklärung der Beratungsstelle?"
ANSWER = "Eine Erklärung genügt, wenn die Beratungsstelle die Bemühungen bestätigt."


@pytest.fixture
def secretary(light_house: House) -> FlaskClient:
    return light_house.sign_in("secretary")


def describe(client: FlaskClient, page: str = NEW) -> str:
    """Describe a problem group; returns its address."""
    answer = submit(client, page, title=TITLE, text=TEXT)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def read(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def items(house: House, meeting: int) -> list[tuple[ItemKind, str, str]]:
    with house.rows() as rows:
        wanted = sa.select(AgendaItem).where(AgendaItem.meeting_id == meeting).order_by(AgendaItem.position)
        return [(item.kind, item.title, item.text) for item in rows.scalars(wanted)]


def test_what_a_case_group_describes_stands_on_the_steering_committees_next_agenda(house: House) -> None:
    later, first = house.meeting(days=90), house.meeting(days=20)
    describe(house.sign_in("secretary"))
    ((kind, title, text),) = items(house, first)
    assert (kind, title) == (ItemKind.PROBLEM_GROUP, TITLE)
    assert text.startswith(TEXT)
    assert "Vorgeschichte:" in text
    assert "beschrieben" in text
    assert items(house, later) == []


def test_without_a_planned_meeting_it_waits_for_the_next_one(
    light_house: House, secretary: FlaskClient
) -> None:
    describe(secretary)
    meeting = light_house.meeting(days=20)
    with light_house.rows():
        place_waiting()
        place_waiting()
    assert [title for _kind, title, _text in items(light_house, meeting)] == [TITLE]


def test_what_the_secretary_took_off_is_not_put_back_on_the_same_agenda(
    light_house: House, secretary: FlaskClient
) -> None:
    meeting = light_house.meeting(days=20)
    describe(secretary)
    with light_house.rows() as rows:
        item = rows.scalar(sa.select(AgendaItem.id))
    submit(secretary, f"/agenda/items/{item}", action=f"/agenda/items/{item}/delete")
    with light_house.rows():
        place_waiting()
    assert items(light_house, meeting) == []


def test_what_was_not_answered_stands_on_the_following_agenda_with_its_history(light_house: House) -> None:
    first, second = light_house.meeting(days=20), light_house.meeting(days=110)
    describe(light_house.sign_in("secretary"))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=30)), light_house.rows():
        place_waiting()
    assert [len(items(light_house, meeting)) for meeting in (first, second)] == [1, 1]


def test_the_answer_flows_back_by_letter_and_agenda(house: House) -> None:
    house.meeting(days=20)
    theirs = house.meeting("fallgruppe", days=25)
    group = describe(house.sign_in("secretary"))
    submit(house.sign_in("chair"), f"{group}/answer", answer=ANSWER)
    assert items(house, theirs) == [(ItemKind.INFORMATION, f"Antwort: {TITLE}", ANSWER)]
    told = {letter.person.email.partition("@")[0] for letter in house.letters("problem_group_answered")}
    assert told == {"secretary", "chair", "counsellor"}
    page = read(house.sign_in("counsellor").get(group).text)
    assert ANSWER in page
    assert "beantwortet" in page


def test_the_history_says_who_answered_in_which_meeting(light_house: House) -> None:
    light_house.meeting(days=20)
    following = light_house.meeting(days=110)
    group = describe(light_house.sign_in("secretary"))
    with light_house.rows() as rows:
        item = rows.scalar(sa.select(AgendaItem.id))
    submit(light_house.sign_in("secretary"), f"/agenda/items/{item}", action=f"/agenda/items/{item}/postpone")
    with light_house.rows() as rows:
        day = rows.get_one(Meeting, following).starts_at
    with time_machine.travel(day + timedelta(hours=1)):
        submit(light_house.sign_in("chair"), f"{group}/answer", answer=ANSWER)
        page = read(light_house.sign_in("counsellor").get(group).text)
        assert f"beantwortet (Carla Vorsitz) (Lenkungskreis, {day:%d.%m.%Y} )" in page
        submit(light_house.sign_in("secretary"), group, action=f"{group}/reopen")
        submit(light_house.sign_in("chair"), f"{group}/answer", answer="Auch so.")
    page = read(light_house.sign_in("counsellor").get(group).text)
    assert page.endswith("beantwortet (Carla Vorsitz)"), "of the second question no meeting has heard yet"


def test_a_reopened_group_is_put_forward_again_with_the_answer_so_far(
    light_house: House, secretary: FlaskClient
) -> None:
    light_house.meeting(days=20)
    following = light_house.meeting(days=110)
    group = describe(secretary)
    submit(light_house.sign_in("chair"), f"{group}/answer", answer=ANSWER)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=30)):
        client = light_house.sign_in("secretary")
        submit(client, group, action=f"{group}/reopen")
    ((_kind, _title, text),) = items(light_house, following)
    assert f"Bisherige Antwort: {ANSWER}" in text
    assert "wieder eröffnet" in text


@pytest.mark.parametrize("field", ["title", "text"])
def test_a_description_that_names_somebody_is_refused_and_kept_in_the_form(
    light_house: House, secretary: FlaskClient, field: str
) -> None:
    typed = {"title": TITLE, "text": TEXT} | {field: "Der Fall von Frau Zelihanova"}
    answer = submit(secretary, NEW, **typed)
    assert answer.status_code == 422
    assert "Zelihanova" in answer.text
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(ProblemGroup)).all() == []


@pytest.mark.parametrize("number", ["F-2026-021", "f–2026–21", "F 2026/021"])
def test_the_number_of_a_case_is_refused_everywhere_and_the_words_are_kept(
    light_house: House, secretary: FlaskClient, number: str
) -> None:
    group, words = describe(secretary), f"Wie im Fall {number} auch."
    for page, field in (
        (NEW, "title"),
        (NEW, "text"),
        (f"{group}/edit", "text"),
        (f"{group}/answer", "answer"),
    ):
        answer = submit(secretary, page, **({"title": TITLE, "text": TEXT} | {field: words}))
        assert answer.status_code == 422
        assert f"Bitte ohne Fallnummer: „{number}“" in answer.text
        assert answer.text.count(words) == 1
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(ProblemGroup.text)).all() == [TEXT]


def test_an_answered_group_is_not_offered_to_another_decision(
    light_house: House, secretary: FlaskClient
) -> None:
    group, page = describe(secretary), "/committees/lenkungskreis/decisions/new"
    assert TITLE in secretary.get(page).text
    assert submit(secretary, f"{group}/answer", answer=ANSWER).status_code == 302
    assert TITLE not in secretary.get(page).text


def test_an_answer_that_names_somebody_is_refused(light_house: House, secretary: FlaskClient) -> None:
    group = describe(secretary)
    answer = submit(light_house.sign_in("chair"), f"{group}/answer", answer="Frau Zelihanova genügt das.")
    assert answer.status_code == 422
    assert "Zelihanova" in answer.text
    assert light_house.letters("problem_group_answered") == []


def test_an_item_of_a_case_group_is_marked_once_and_its_words_are_not_taken_over(
    light_house: House, secretary: FlaskClient
) -> None:
    meeting = light_house.meeting("fallgruppe", days=20)
    case = {"kind": "case", "case_reference": "F-2026-014", "title": "Fehlende Nachweise"}
    submit(secretary, f"/meetings/{meeting}/agenda/new", **case)
    with light_house.rows() as rows:
        item = rows.scalar(sa.select(AgendaItem.id))
    page = f"/agenda/items/{item}/problem-group"
    assert 'value="Fehlende Nachweise"' not in secretary.get(page).text
    group = describe(secretary, page)
    assert secretary.get(page).location == group
    assert "Fehlende Nachweise" in secretary.get(group).text
    assert "Fehlende Nachweise" not in light_house.sign_in("member").get(group).text


def test_who_sits_in_neither_committee_learns_nothing(light_house: House, secretary: FlaskClient) -> None:
    group = describe(secretary)
    outsider = light_house.sign_in("outsider")
    assert outsider.get(group).status_code == 404
    assert TITLE not in outsider.get("/problem-groups").text
    assert TITLE in light_house.sign_in("member").get("/problem-groups").text


def test_only_the_case_groups_secretary_changes_it_and_only_steering_answers(
    light_house: House, secretary: FlaskClient
) -> None:
    group = describe(secretary)
    for name, page in (
        ("member", "answer"),
        ("member", "edit"),
        ("counsellor", "edit"),
        ("counsellor", "answer"),
    ):
        assert light_house.sign_in(name).get(f"{group}/{page}").status_code == 404, (name, page)


def test_a_change_meanwhile_is_not_overwritten(light_house: House, secretary: FlaskClient) -> None:
    group = describe(secretary)
    form = {"version": "1", "title": TITLE, "text": "Alt"}
    submit(secretary, f"{group}/edit", text="Neu beschrieben, ohne Personen.")
    answer = submit(secretary, f"{group}/edit", **form)
    assert answer.status_code == 422
    assert "Alt</textarea>" in answer.text
    assert "Neu beschrieben, ohne Personen.</p>" in answer.text
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(ProblemGroup)).one().text == "Neu beschrieben, ohne Personen."


def test_a_postponed_group_is_put_on_no_agenda_twice(light_house: House, secretary: FlaskClient) -> None:
    light_house.meeting(days=20)
    following = light_house.meeting(days=110)
    describe(secretary)
    with light_house.rows() as rows:
        item = rows.scalar(sa.select(AgendaItem.id))
    submit(secretary, f"/agenda/items/{item}", action=f"/agenda/items/{item}/postpone")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=30)), light_house.rows():
        place_waiting()
    assert [title for _kind, title, _text in items(light_house, following)] == [TITLE]


def test_a_new_description_stands_on_the_agenda_unless_somebody_changed_it_there(light_house: House) -> None:
    meeting, secretary = light_house.meeting(days=20), light_house.sign_in("secretary")
    group = describe(secretary)
    submit(secretary, f"{group}/edit", text="Was genügt als Nachweis?")
    [(_kind, _title, text)] = items(light_house, meeting)
    assert text.startswith("Was genügt als Nachweis?")
    assert "geändert" in text
    with light_house.rows() as rows:
        item = rows.scalar(sa.select(AgendaItem.id))
    submit(secretary, f"/agenda/items/{item}", text="Von Hand.")
    submit(secretary, f"{group}/edit", text="Noch einmal anders.")
    assert [text for _kind, _title, text in items(light_house, meeting)] == ["Von Hand."]


def test_the_longest_description_leaves_room_for_its_history(
    light_house: House, secretary: FlaskClient
) -> None:
    meeting = light_house.meeting(days=20)
    words = ("Nachweis " * 500)[:GROUP_TEXT_LENGTH].strip()
    assert submit(secretary, NEW, title=TITLE, text=words).status_code == 302
    [(_kind, _title, text)] = items(light_house, meeting)
    assert len(text) <= ITEM_TEXT_LENGTH
    assert " …\n\nVorgeschichte:" in text
    assert text.endswith("beschrieben")


def test_what_is_settled_is_neither_described_nor_answered_anew_and_keeps_what_was_typed(
    light_house: House, secretary: FlaskClient
) -> None:
    group, chair = describe(secretary), light_house.sign_in("chair")
    stale = [
        (
            browser,
            page,
            next(form["fields"] for form in forms_of(browser.get(page).text) if field in form["fields"]),
        )
        for browser, page, field in (
            (secretary, f"{group}/edit", "text"),
            (chair, f"{group}/answer", "answer"),
        )
    ]
    submit(light_house.sign_in("secretary"), f"{group}/answer", answer=ANSWER)
    for browser, page, fields in stale:
        assert browser.get(page).location == group
        typed = fields | {name: "Worte, die bleiben." for name in ("text", "answer") if name in fields}
        for _ in range(2):  # the second time with the version that stands now
            answer = browser.post(page, data=typed)
            assert answer.status_code == 422
            assert "Worte, die bleiben." in answer.text
            typed["version"] = "2"
        assert "inzwischen beantwortet oder geschlossen" in answer.text
    with light_house.rows() as rows:
        row = rows.scalars(sa.select(ProblemGroup)).one()
        assert (row.text, row.answer, row.version) == (TEXT, ANSWER, 2)


def test_a_decision_of_the_steering_committee_is_the_answer_once_it_is_released(house: House) -> None:
    house.meeting(days=20)
    theirs = house.meeting("fallgruppe", days=25)
    secretary, chair = house.sign_in("secretary"), house.sign_in("chair")
    group = describe(secretary)
    number = int(group.rpartition("/")[2])
    draft = house.decision(released=False, title="Erklärungen genügen", problem_group_id=number)
    assert "Entscheidungen dazu" not in secretary.get(group).text
    decision = submit(chair, draft, f"{draft}/release", recognised="nobody").location.rpartition("/")[2]
    words = f"Der Lenkungskreis hat darüber entschieden: {decision}."
    assert items(house, theirs) == [(ItemKind.INFORMATION, f"Antwort: {TITLE}", words)]
    assert len(house.letters("problem_group_answered")) == 3
    page = house.sign_in("counsellor").get(group).text
    assert words in page
    assert f'href="/decisions/{decision}"' in page
    assert "Erklärungen genügen" in page


def test_a_decision_of_the_case_group_itself_answers_nothing(
    light_house: House, secretary: FlaskClient
) -> None:
    group = describe(secretary)
    number = light_house.decision("fallgruppe", problem_group_id=int(group.rpartition("/")[2]))
    assert number in light_house.sign_in("counsellor").get(group).text
    assert number not in light_house.sign_in("member").get(group).text
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(ProblemGroup)).one().state is GroupState.OPEN


@pytest.mark.parametrize(("page", "field"), [(NEW, "text"), ("{}/edit", "title"), ("{}/answer", "answer")])
def test_the_guard_reads_along_in_every_form(
    light_house: House, secretary: FlaskClient, page: str, field: str
) -> None:
    page = page.format(describe(secretary))
    assert re.search(rf'<[^>]* data-guarded [^>]*name="{field}"', secretary.get(page).text)
    with light_house.rows() as rows:  # whoever answers need not sit in the case group
        rows.execute(
            sa.text("UPDATE membership SET ends_on = '2021-01-01' WHERE committee_id = 2 AND person_id = 3")
        )
        rows.commit()
    reader = light_house.sign_in("chair") if page.endswith("answer") else secretary
    answer = ask(reader, page, **{field: "Frau Zelihanova und Frau Sina Schreiber"})
    assert answer.json["panes"][field].count("data-open") == 1, "who sits there is a note only"


def test_a_closed_group_is_put_on_no_agenda(light_house: House, secretary: FlaskClient) -> None:
    group = describe(secretary)
    submit(secretary, group, action=f"{group}/close")
    meeting = light_house.meeting(days=20)
    with light_house.rows() as rows:
        place_waiting()
        assert rows.scalars(sa.select(ProblemGroup)).one().state is GroupState.CLOSED
    assert items(light_house, meeting) == []
