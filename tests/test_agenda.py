"""The agenda: who reads and changes what, its order, what is carried in, the guard in the case group, its sending."""

from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, approve_minutes, forms_of, submit, token
from flask.testing import FlaskClient

from meetings.agenda import AgendaItem, ItemKind, ItemState
from meetings.meeting import Meeting
from meetings.procedure import Procedure, StandingItem
from portal.audit import AuditEntry
from portal.committees import Committee
from portal.dismissals import Dismissal
from portal.outbox import Letter, ready_to_send
from portal.people import Person

NAMED = "Termin mit Frau Amina Beispiel"
ENTERED = {"kind": "discussion", "case_reference": "", "title": "Kita-Plätze", "text": "", "minutes": ""}


def add(client: FlaskClient, meeting: int, **fields: Any) -> Any:
    return submit(client, f"/meetings/{meeting}/agenda/new", **(ENTERED | fields))


def items(house: House, meeting: int) -> list[AgendaItem]:
    with house.rows() as rows:
        wanted = sa.select(AgendaItem).where(AgendaItem.meeting_id == meeting)
        found = rows.scalars(wanted.order_by(AgendaItem.position, AgendaItem.id)).all()
        rows.expunge_all()
        return list(found)


def item_of(house: House, meeting: int, title: str) -> int:
    (found,) = [row.id for row in items(house, meeting) if row.title == title]
    return found


def titles(house: House, meeting: int) -> list[str]:
    return [row.title for row in items(house, meeting) if row.state is ItemState.ACCEPTED]


def press(client: FlaskClient, page: str, action: str, **fields: Any) -> Any:
    """Press a button of a page that has several forms with this action: the one that holds these fields."""
    posts = [form for form in forms_of(client.get(page).text) if form["action"] == action]
    fitting = [form for form in posts if fields.items() <= form["fields"].items()]
    assert fitting, (action, fields, [form["fields"] for form in posts])
    return client.post(action, data=fitting[0]["fields"])


def standing(house: House, slug: str, *names: str) -> None:
    with house.rows() as rows:
        committee = rows.scalars(sa.select(Committee.id).where(Committee.slug == slug)).one()
        rows.execute(sa.delete(StandingItem).where(StandingItem.committee_id == committee))
        for position, name in enumerate(names):
            rows.add(
                StandingItem(
                    committee_id=committee,
                    position=position,
                    kind=ItemKind.INFORMATION,
                    title=name,
                    minutes=15,
                )
            )
        rows.commit()


def invited(house: House, slug: str = "lenkungskreis", days: int = 30) -> int:
    meeting = house.meeting(slug, days=days)
    answer = submit(house.sign_in("secretary"), f"/meetings/{meeting}/invite")
    assert answer.status_code == 302
    return meeting


# --- Putting together ----------------------------------------------------------------------------------------------


def test_the_first_press_takes_the_standing_items_and_a_second_takes_nothing_twice(house: House) -> None:
    standing(house, "lenkungskreis", "Stand des Programms", "Entwicklungen")
    meeting, secretary = house.meeting(), house.sign_in("secretary")
    page, action = f"/meetings/{meeting}/agenda", f"/meetings/{meeting}/agenda/carry"
    for _ in range(2):
        secretary.post(action, data={"csrf_token": token(secretary), "origin": "standing:"})
    assert titles(house, meeting) == ["Stand des Programms", "Entwicklungen"]
    text = secretary.get(page).text
    assert "10:00" in text or "11:00" in text
    assert "Geplant sind 30 von 120 Minuten" in text


def test_open_tasks_and_what_was_deferred_are_offered_once_per_meeting(house: House) -> None:
    standing(house, "lenkungskreis")
    secretary, past, meeting = house.sign_in("secretary"), house.meeting(days=-20), house.meeting()
    text = (
        "# TOP 1 Haushalt\n\nDer Punkt wird auf die nächste Sitzung vertagt.\n\n"
        "# TOP 2 Berichte\n\n- TODO: Mia Glied formuliert ein Merkblatt (bis zum 12.03.2027)\n"
    )
    draft = submit(secretary, f"/meetings/{past}/minutes/new", text=text).location.split("/")[2]
    assert "Haushalt" not in secretary.get(f"/meetings/{meeting}/agenda").text, "a draft offers nothing"
    assert approve_minutes(house.sign_in("chair"), draft).status_code == 302
    page, action = f"/meetings/{meeting}/agenda", f"/meetings/{meeting}/agenda/carry"
    offered = secretary.get(page).text
    assert "Haushalt" in offered
    assert "Mia Glied formuliert ein Merkblatt" in offered
    assert "Frist: 12.03.2027" in offered
    press(secretary, page, action, origin="*")
    assert len(items(house, meeting)) == 2
    assert action not in secretary.get(page).text, "nothing is left to take over"


def test_members_propose_until_the_closing_day_and_then_are_told_so(light_house: House) -> None:
    with light_house.rows() as rows:
        committee = rows.scalars(sa.select(Committee.id).where(Committee.slug == "lenkungskreis")).one()
        rows.execute(
            sa.update(Procedure).where(Procedure.committee_id == committee).values(proposals_days=10)
        )
        rows.commit()
    meeting = light_house.meeting(days=60)
    with light_house.rows() as rows:
        start = rows.get_one(Meeting, meeting).starts_at
    last_day = datetime.combine((start - timedelta(days=10)).date(), time(12), UTC)
    with time_machine.travel(last_day, tick=False):
        member = light_house.sign_in("member")
        assert add(member, meeting, title="Gerade noch").status_code == 302
    with time_machine.travel(last_day + timedelta(days=1), tick=False):
        member = light_house.sign_in("member")
        page = member.get(f"/meetings/{meeting}/agenda/new")
        assert "Vorschläge waren bis" in page.text
        answer = member.post(
            f"/meetings/{meeting}/agenda/new",
            data=ENTERED | {"csrf_token": token(member), "text": "Viele Worte zu spät", "version": "0"},
        )
        assert answer.status_code == 422
        assert "Viele Worte zu spät" in answer.text
        assert add(light_house.sign_in("secretary"), meeting, title="Doch noch").status_code == 302
    assert [row.title for row in items(light_house, meeting)] == ["Gerade noch", "Doch noch"]


def test_a_proposal_is_seen_by_its_proposer_and_the_secretary_and_declined_with_a_reason(
    light_house: House,
) -> None:
    meeting = light_house.meeting()
    member, secretary = light_house.sign_in("member"), light_house.sign_in("secretary")
    other = light_house.sign_in("chair")
    with light_house.rows() as rows:  # the chair becomes an ordinary member
        rows.execute(sa.text("UPDATE membership SET role = 'member' WHERE person_id = 3"))
        rows.commit()
    add(member, meeting, title="Mein Vorschlag")
    item, page = item_of(light_house, meeting, "Mein Vorschlag"), f"/meetings/{meeting}/agenda"
    assert "Mein Vorschlag" in member.get(page).text
    assert "Mein Vorschlag" not in other.get(page).text
    assert other.get(f"/agenda/items/{item}").status_code == 404
    answer = submit(secretary, f"/agenda/items/{item}/decline", reason="")
    assert answer.status_code == 422
    submit(secretary, f"/agenda/items/{item}/decline", reason="Gehört in die UAG")
    assert "Gehört in die UAG" in member.get(page).text
    assert "Gehört in die UAG" not in other.get(page).text
    assert member.get(f"/agenda/items/{item}").status_code == 404, "a declined one is not changed any more"


def test_an_accepted_proposal_stands_at_the_end_for_everybody(light_house: House) -> None:
    meeting = light_house.meeting()
    add(light_house.sign_in("secretary"), meeting, title="Zuerst da")
    add(light_house.sign_in("member"), meeting, title="Vorschlag")
    item, page = item_of(light_house, meeting, "Vorschlag"), f"/meetings/{meeting}/agenda"
    submit(light_house.sign_in("secretary"), page, action=f"/agenda/items/{item}/accept")
    assert titles(light_house, meeting) == ["Zuerst da", "Vorschlag"]
    assert "TOP 2: Vorschlag" in light_house.sign_in("chair").get(page).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": " "}, "Bitte füllen Sie dieses Feld aus"),
        ({"title": "a\nb"}, "keine Zeilenumbrüche"),
        ({"title": "a" * 201}, "höchstens 200 Zeichen"),
        ({"text": "a" * 4001}, "höchstens 4000 Zeichen"),
        ({"minutes": "0"}, "1 bis 480 Minuten"),
        ({"minutes": "x"}, "ganze"),
        ({"kind": "case"}, "F-2026-014"),
        ({"kind": "case", "case_reference": "Amina"}, "F-2026-014"),
        ({"case_reference": "F-2026-014"}, "gehört nur zu einem Fall"),
        ({"kind": "nonsense"}, "Bitte"),
    ],
)
def test_bad_input_comes_back_with_words_and_with_what_was_typed(
    light_house: House, fields: dict[str, str], words: str
) -> None:
    meeting = light_house.meeting()
    answer = add(light_house.sign_in("secretary"), meeting, **({"text": "bleibt stehen"} | fields))
    assert answer.status_code == 422
    assert words in answer.text
    assert fields.get("text", "bleibt stehen") in answer.text
    assert items(light_house, meeting) == []


def test_a_case_is_named_by_its_reference_and_by_no_name_in_any_committee(light_house: House) -> None:
    meeting, secretary = light_house.meeting(), light_house.sign_in("secretary")
    case = {"kind": "case", "case_reference": "f-2026-014", "title": ""}
    assert add(secretary, meeting, **case).status_code == 302
    assert titles(light_house, meeting) == ["F-2026-014"]
    assert add(secretary, meeting, **(case | {"title": NAMED})).status_code == 422


# --- Order ---------------------------------------------------------------------------------------------------------


def three(house: House) -> tuple[int, FlaskClient]:
    meeting, secretary = house.meeting(), house.sign_in("secretary")
    for title in ("Eins", "Zwei", "Drei"):
        add(secretary, meeting, title=title)
    return meeting, secretary


@pytest.mark.parametrize(
    ("title", "place", "expected"),
    [
        ("Drei", 1, ["Drei", "Eins", "Zwei"]),
        ("Eins", 2, ["Zwei", "Eins", "Drei"]),
        ("Eins", 99, ["Zwei", "Drei", "Eins"]),
        ("Zwei", -5, ["Zwei", "Eins", "Drei"]),
    ],
)
def test_an_item_is_put_at_a_place_by_number(
    light_house: House, title: str, place: int, expected: list[str]
) -> None:
    meeting, secretary = three(light_house)
    action = f"/agenda/items/{item_of(light_house, meeting, title)}/place"
    submit(secretary, f"/meetings/{meeting}/agenda", action=action, place=str(place))
    assert titles(light_house, meeting) == expected


def test_after_a_move_the_focus_is_on_the_button_that_was_pressed(light_house: House) -> None:
    meeting, secretary = three(light_house)
    item = item_of(light_house, meeting, "Drei")
    answer = press(
        secretary, f"/meetings/{meeting}/agenda", f"/agenda/items/{item}/place", by="up", place="2"
    )
    page = secretary.get(answer.location).text
    assert page.count("autofocus>Nach oben") == 1
    assert "„Drei“ ist jetzt TOP 2" in page


def test_an_order_that_somebody_else_changed_is_shown_anew_and_never_overwritten(house: House) -> None:
    meeting, secretary = three(house)
    page = f"/meetings/{meeting}/agenda"
    seen = forms_of(secretary.get(page).text)
    first, last = item_of(house, meeting, "Eins"), item_of(house, meeting, "Drei")
    submit(house.sign_in("chair"), page, action=f"/agenda/items/{last}/place", place="1")
    (old,) = [
        f for f in seen if f["action"] == f"/agenda/items/{first}/place" and f["fields"]["by"] == "down"
    ]
    answer = secretary.post(old["action"], data=old["fields"])
    assert "inzwischen geändert" in secretary.get(answer.location).text
    assert titles(house, meeting) == ["Drei", "Eins", "Zwei"]


def test_moving_an_item_does_not_disturb_whoever_edits_it(light_house: House) -> None:
    meeting, secretary = three(light_house)
    item = item_of(light_house, meeting, "Eins")
    (form,) = [
        f for f in forms_of(secretary.get(f"/agenda/items/{item}").text) if f["action"].endswith(f"/{item}")
    ]
    submit(
        light_house.sign_in("chair"),
        f"/meetings/{meeting}/agenda",
        action=f"/agenda/items/{item}/place",
        place="3",
    )
    answer = secretary.post(form["action"], data=form["fields"] | {"title": "Eins, neu"})
    assert answer.status_code == 302
    assert titles(light_house, meeting) == ["Zwei", "Drei", "Eins, neu"]


def test_two_secretaries_who_edit_one_item_lose_nothing(house: House) -> None:
    meeting, secretary = three(house)
    item = item_of(house, meeting, "Eins")
    (form,) = [
        f for f in forms_of(secretary.get(f"/agenda/items/{item}").text) if f["action"].endswith(f"/{item}")
    ]
    submit(house.sign_in("chair"), f"/agenda/items/{item}", title="Titel der anderen")
    answer = secretary.post(
        form["action"], data=form["fields"] | {"title": "Mein Titel", "text": "Mein Text"}
    )
    assert answer.status_code == 422
    for words in ("Titel der anderen", "Mein Titel", "Mein Text"):
        assert words in answer.text
    (again,) = [f for f in forms_of(answer.text) if f["action"].endswith(f"/{item}")]
    assert secretary.post(again["action"], data=again["fields"]).status_code == 302
    assert "Mein Titel" in titles(house, meeting)


# --- The guard -----------------------------------------------------------------------------------------------------


def test_in_the_case_group_a_name_refuses_the_item_until_it_is_replaced(house: House) -> None:
    meeting, secretary = house.meeting("fallgruppe"), house.sign_in("secretary")
    answer = add(secretary, meeting, title=NAMED, text="Ruft an: 0231 5557788")
    assert answer.status_code == 422
    assert "Frau Amina Beispiel</mark>" in answer.text
    assert items(house, meeting) == [], "not even a draft is kept"
    (form,) = [f for f in forms_of(answer.text) if f["action"].endswith("/agenda/new")]
    answer = secretary.post(form["action"], data=form["fields"] | {"replacing": "*"})
    assert answer.status_code == 302
    (item,) = items(house, meeting)
    assert "Amina" not in item.title
    assert "5557788" not in item.text


def test_one_press_replaces_one_finding_and_keeps_the_others_open(light_house: House) -> None:
    meeting, secretary = light_house.meeting("fallgruppe"), light_house.sign_in("secretary")
    answer = add(secretary, meeting, title=NAMED, text="Ruft an: 0231 5557788")
    (form,) = [f for f in forms_of(answer.text) if f["action"].endswith("/agenda/new")]
    place = answer.text.split('name="replacing" value="title:')[1].partition('"')[0]
    answer = secretary.post(form["action"], data=form["fields"] | {"replacing": f"title:{place}"})
    assert answer.status_code == 422
    assert "Amina" not in answer.text
    assert "5557788</mark>" in answer.text


def test_a_reason_sets_a_finding_aside_for_this_item_and_is_kept(house: House) -> None:
    meeting, secretary = house.meeting("fallgruppe"), house.sign_in("secretary")
    answer = add(secretary, meeting, title=NAMED)
    (form,) = [f for f in forms_of(answer.text) if f["action"].endswith("/agenda/new")]
    answer = secretary.post(
        form["action"], data=form["fields"] | {"set_aside-0-reason": "Autorin eines Buches"}
    )
    assert answer.status_code == 302
    (item,) = items(house, meeting)
    with house.rows() as rows:
        kept = rows.scalars(sa.select(Dismissal)).one()
        assert (kept.subject, kept.reason) == (f"agenda_item:{item.id}", "Autorin eines Buches")
        entry = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action == "agenda.added")).one()
        assert "Amina" not in str(entry.detail)
    assert submit(secretary, f"/agenda/items/{item.id}", text="Mehr Text").status_code == 302
    assert submit(secretary, f"/agenda/items/{item.id}", text="Auch Herr Karim Nazari").status_code == 422


def test_people_of_the_committee_may_be_named(light_house: House) -> None:
    meeting = light_house.meeting("fallgruppe")
    answer = add(light_house.sign_in("secretary"), meeting, title="Bericht von Cem Berater")
    assert answer.status_code == 302


def test_other_committees_are_only_marked(light_house: House) -> None:
    meeting, secretary = light_house.meeting(), light_house.sign_in("secretary")
    answer = add(secretary, meeting, title=NAMED)
    assert answer.status_code == 302
    assert "Frau Amina Beispiel</mark>" in secretary.get(answer.location).text
    assert titles(light_house, meeting) == [NAMED]


def test_the_reason_of_a_refusal_passes_the_guard_too(light_house: House) -> None:
    meeting = light_house.meeting("fallgruppe")
    add(light_house.sign_in("counsellor"), meeting, title="Vorschlag")
    item = item_of(light_house, meeting, "Vorschlag")
    answer = submit(
        light_house.sign_in("secretary"), f"/agenda/items/{item}/decline", reason=f"Wegen {NAMED}"
    )
    assert answer.status_code == 422
    assert items(light_house, meeting)[0].state is ItemState.PROPOSED


def test_what_is_carried_in_passes_the_guard_and_else_comes_as_a_form(light_house: House) -> None:
    standing(light_house, "fallgruppe", NAMED, "Berichte")
    meeting, secretary = light_house.meeting("fallgruppe"), light_house.sign_in("secretary")
    page, action = f"/meetings/{meeting}/agenda", f"/meetings/{meeting}/agenda/carry"
    press(secretary, page, action, origin="*")
    assert titles(light_house, meeting) == ["Berichte"]
    (left,) = [
        f["fields"]["origin"]
        for f in forms_of(secretary.get(page).text)
        if f["fields"].get("origin", "*") != "*"
    ]
    answer = press(secretary, page, action, origin=left)
    form_page = secretary.get(answer.location).text
    assert "Frau Amina Beispiel</mark>" in form_page
    (form,) = [f for f in forms_of(form_page) if f["action"].endswith("/agenda/new")]
    secretary.post(form["action"], data=form["fields"] | {"replacing": "*"})
    assert len(titles(light_house, meeting)) == 2
    assert left not in secretary.get(page).text, "it counts as taken over"


# --- Postponing and removing ---------------------------------------------------------------------------------------


def test_a_postponed_item_stands_on_the_next_agenda_and_stays_on_record(house: House) -> None:
    meeting, following = house.meeting(), house.meeting(days=60)
    secretary = house.sign_in("secretary")
    add(secretary, meeting, title="Braucht Zeit", text="Worte", minutes="20")
    item = item_of(house, meeting, "Braucht Zeit")
    submit(secretary, f"/agenda/items/{item}", action=f"/agenda/items/{item}/postpone")
    (copy,) = items(house, following)
    assert (copy.title, copy.text, copy.minutes, copy.origin) == (
        "Braucht Zeit",
        "Worte",
        20,
        f"agenda_item:{item}",
    )
    assert titles(house, meeting) == []
    assert "Braucht Zeit" in house.sign_in("member").get(f"/meetings/{meeting}/agenda").text
    page = f"/meetings/{meeting}/agenda"
    answer = submit(secretary, page, action=f"/agenda/items/{item}/accept")
    assert "steht schon auf der Tagesordnung der nächsten Sitzung" in secretary.get(answer.location).text
    submit(secretary, f"/agenda/items/{copy.id}", action=f"/agenda/items/{copy.id}/delete")
    submit(secretary, page, action=f"/agenda/items/{item}/accept")
    assert titles(house, meeting) == ["Braucht Zeit"]


def test_what_was_set_aside_holds_for_the_postponed_item_too(light_house: House) -> None:
    meeting, following = light_house.meeting("fallgruppe"), light_house.meeting("fallgruppe", days=60)
    secretary = light_house.sign_in("secretary")
    answer = add(secretary, meeting, title=NAMED)
    (form,) = [f for f in forms_of(answer.text) if f["action"].endswith("/agenda/new")]
    secretary.post(form["action"], data=form["fields"] | {"set_aside-0-reason": "Autorin eines Buches"})
    item = item_of(light_house, meeting, NAMED)
    submit(secretary, f"/agenda/items/{item}", action=f"/agenda/items/{item}/postpone")
    (copy,) = items(light_house, following)
    assert submit(secretary, f"/agenda/items/{copy.id}", minutes="10").status_code == 302


def test_without_a_next_meeting_nothing_is_postponed(light_house: House) -> None:
    meeting, secretary = light_house.meeting(), light_house.sign_in("secretary")
    add(secretary, meeting)
    item = item_of(light_house, meeting, "Kita-Plätze")
    secretary.post(f"/agenda/items/{item}/postpone", data={"csrf_token": token(secretary), "version": "1"})
    assert titles(light_house, meeting) == ["Kita-Plätze"]


def test_an_item_that_was_changed_meanwhile_is_not_removed(light_house: House) -> None:
    meeting, secretary = light_house.meeting(), light_house.sign_in("secretary")
    add(secretary, meeting)
    item = item_of(light_house, meeting, "Kita-Plätze")
    submit(light_house.sign_in("chair"), f"/agenda/items/{item}", title="Anders")
    secretary.post(f"/agenda/items/{item}/delete", data={"csrf_token": token(secretary), "version": "1"})
    assert titles(light_house, meeting) == ["Anders"]


def test_once_the_minutes_are_approved_the_agenda_does_not_change(light_house: House) -> None:
    meeting, secretary = light_house.meeting(days=-1), light_house.sign_in("secretary")
    add(secretary, meeting)
    draft = submit(secretary, f"/meetings/{meeting}/minutes/new", text="# TOP 1 Eins\n\nText").location.split(
        "/"
    )[2]
    approve_minutes(light_house.sign_in("chair"), draft)
    answer = secretary.post(
        f"/meetings/{meeting}/agenda/new", data=ENTERED | {"csrf_token": token(secretary), "version": "0"}
    )
    assert answer.status_code == 302
    assert "schon ein Protokoll" in secretary.get(answer.location).text
    assert titles(light_house, meeting) == ["Kita-Plätze"]


# --- Sending -------------------------------------------------------------------------------------------------------


def send(house: House, meeting: int) -> Any:
    client = house.sign_in("secretary")
    return submit(client, f"/meetings/{meeting}/agenda", action=f"/meetings/{meeting}/agenda/send")


def bodies(letter: Letter) -> tuple[str, str]:
    message = message_from_bytes(letter.body or b"", policy=policy.SMTP)
    text, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    return text.get_content().replace("\r\n", "\n"), page.get_content()


def test_the_agenda_goes_to_everybody_invited_and_into_the_calendar_without_a_new_sequence(
    house: House,
) -> None:
    meeting, secretary = invited(house), house.sign_in("secretary")
    add(secretary, meeting, title="Haushalt", minutes="20")
    before = house.calendar("lenkungskreis")
    send(house, meeting)
    letters = house.letters("agenda")
    assert {letter.person.email for letter in letters} == {
        f"{name}@example.org" for name in ("secretary", "chair", "member")
    }
    text, page = bodies(letters[0])
    assert "1. Haushalt (20 Min.)" in text
    assert "Haushalt" in page
    assert f"/meetings/{meeting}/agenda" in text
    message = message_from_bytes(letters[0].body or b"", policy=policy.SMTP)
    assert message["References"].startswith(f"<sitzung-{meeting}.")
    assert not any(part.get_content_type() == "text/calendar" for part in message.walk())
    after = house.calendar("lenkungskreis")
    assert "Tagesordnung:" in after
    assert "Tagesordnung:" not in before
    assert [line for line in after.splitlines() if "SEQUENCE" in line] == [
        line for line in before.splitlines() if "SEQUENCE" in line
    ]


def test_letters_of_the_case_group_carry_title_date_and_link_only(light_house: House) -> None:
    meeting = invited(light_house, "fallgruppe")
    secretary = light_house.sign_in("secretary")
    add(secretary, meeting, title="Streng vertraulich", text="Ebenso")
    send(light_house, meeting)
    add(secretary, meeting, title="Auch vertraulich")
    send(light_house, meeting)
    letters = light_house.letters("agenda")
    assert len(letters) == 6
    assert not any("vertraulich" in part or "Ebenso" in part for letter in letters for part in bodies(letter))


def test_a_second_sending_tells_what_is_new_changed_and_dropped(light_house: House) -> None:
    meeting, secretary = invited(light_house), light_house.sign_in("secretary")
    for title in ("Bleibt", "Alter Titel", "Fällt weg"):
        add(secretary, meeting, title=title)
    page = f"/meetings/{meeting}/agenda"
    send(light_house, meeting)
    assert "Geändert seit dem Versand" not in secretary.get(page).text
    changed = item_of(light_house, meeting, "Alter Titel")
    dropped = item_of(light_house, meeting, "Fällt weg")
    submit(secretary, f"/agenda/items/{changed}", title="Neuer Titel")
    submit(secretary, f"/agenda/items/{dropped}", action=f"/agenda/items/{dropped}/delete")
    add(secretary, meeting, title="Kommt dazu")
    assert "Geändert seit dem Versand" in secretary.get(page).text
    send(light_house, meeting)
    letter = light_house.letters("agenda")[-1]
    assert letter.revision == 2
    text, html = bodies(letter)
    assert "1. Bleibt\n" in text
    assert "2. Neuer Titel [geändert, bisher: Alter Titel]" in text
    assert "3. Kommt dazu [neu]" in text
    assert "entfällt: Fällt weg" in text
    assert "<del>Alter Titel</del> <strong>Neuer Titel</strong>" in html
    assert "<strong>Kommt dazu</strong>" in html
    assert "<del>Fällt weg</del>" in html


def test_a_new_order_alone_is_told_too(light_house: House) -> None:
    meeting = invited(light_house)
    secretary = light_house.sign_in("secretary")
    for title in ("Eins", "Zwei"):
        add(secretary, meeting, title=title)
    send(light_house, meeting)
    item = item_of(light_house, meeting, "Zwei")
    submit(secretary, f"/meetings/{meeting}/agenda", action=f"/agenda/items/{item}/place", place="1")
    send(light_house, meeting)
    assert "Die Reihenfolge ist geändert" in bodies(light_house.letters("agenda")[-1])[0]


def test_before_the_invitation_the_agenda_goes_out_with_it_and_not_alone(light_house: House) -> None:
    meeting, secretary = light_house.meeting(), light_house.sign_in("secretary")
    add(secretary, meeting, title="Haushalt")
    send(light_house, meeting)
    assert light_house.letters() == []
    submit(secretary, f"/meetings/{meeting}/invite")
    assert light_house.letters("agenda") == []
    letters = light_house.letters("invitation")
    assert len(letters) == 3
    assert all("1. Haushalt" in part or "Haushalt" in part for part in bodies(letters[0]))


def test_an_agenda_that_is_only_prepared_stands_in_no_invitation(light_house: House) -> None:
    meeting, secretary = light_house.meeting(), light_house.sign_in("secretary")
    add(secretary, meeting, title="Haushalt")
    submit(secretary, f"/meetings/{meeting}/invite")
    assert not any("Haushalt" in part for part in bodies(light_house.letters("invitation")[0]))


def test_an_agenda_that_changed_since_the_page_was_read_is_not_sent(light_house: House) -> None:
    meeting, secretary = invited(light_house), light_house.sign_in("secretary")
    add(secretary, meeting)
    action = f"/meetings/{meeting}/agenda/send"
    (form,) = [
        f for f in forms_of(secretary.get(f"/meetings/{meeting}/agenda").text) if f["action"] == action
    ]
    add(light_house.sign_in("chair"), meeting, title="Gerade dazu")
    answer = secretary.post(action, data=form["fields"])
    assert "inzwischen geändert" in secretary.get(answer.location).text
    assert light_house.letters("agenda") == []


def test_a_second_press_sends_nothing_twice(light_house: House) -> None:
    meeting, secretary = invited(light_house), light_house.sign_in("secretary")
    add(secretary, meeting)
    action = f"/meetings/{meeting}/agenda/send"
    (form,) = [
        f for f in forms_of(secretary.get(f"/meetings/{meeting}/agenda").text) if f["action"] == action
    ]
    for _ in range(2):
        secretary.post(action, data=form["fields"])
    assert len(light_house.letters("agenda")) == 3


def ready(house: House) -> list[bool]:
    """Which of the waiting agenda letters would still go out."""
    with house.rows() as rows:
        found = rows.scalars(sa.select(Letter).where(Letter.kind == "agenda").order_by(Letter.id)).all()
        return [ready_to_send(letter) is not None for letter in found]


def test_an_outdated_agenda_is_not_sent_any_more(light_house: House) -> None:
    meeting, secretary = invited(light_house), light_house.sign_in("secretary")
    add(secretary, meeting)
    send(light_house, meeting)
    add(secretary, meeting, title="Noch etwas")
    send(light_house, meeting)
    assert ready(light_house) == [False] * 3 + [True] * 3
    submit(secretary, f"/meetings/{meeting}/cancel")
    assert ready(light_house) == [False] * 6


def test_whoever_left_the_committee_gets_no_agenda(light_house: House) -> None:
    meeting, secretary = invited(light_house), light_house.sign_in("secretary")
    add(secretary, meeting)
    send(light_house, meeting)
    with light_house.rows() as rows:
        member = rows.scalars(sa.select(Person.id).where(Person.email == "member@example.org")).one()
        rows.execute(
            sa.text(f"UPDATE membership SET ends_on = '{date(2021, 1, 1)}' WHERE person_id = {member}")
        )
        rows.commit()
    assert ready(light_house).count(False) == 1


def test_an_empty_agenda_is_not_sent(light_house: House) -> None:
    meeting, secretary = invited(light_house), light_house.sign_in("secretary")
    action = f"/meetings/{meeting}/agenda/send"
    secretary.post(action, data={"csrf_token": token(secretary), "version": "2", "seen": "x"})
    with light_house.rows() as rows:
        assert rows.get_one(Meeting, meeting).agenda_edition == 0
