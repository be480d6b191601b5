"""Review: the committee reads minutes, comments, asks for changes; silence, the secretary or a meeting approves."""

import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, approve_minutes, forms_of, submit, token
from flask.testing import FlaskClient

from minutes import approval_silence
from minutes.comments import Comment
from minutes.minutes import Minutes
from portal import jobs, outbox
from portal.audit import AuditEntry
from portal.chain import ChainLink
from portal.committees import Committee, Deputy
from portal.outbox import Letter
from portal.people import person_by_email

BERLIN = ZoneInfo("Europe/Berlin")
TEXT = """# Protokoll

## TOP 1 Haushalt

Der Haushalt wird vorgestellt.

**Beschluss:** Der Haushalt wird angenommen.
Abstimmung: 6 Ja-Stimmen, 1 Nein-Stimme, keine Enthaltung

## TOP 2 Verschiedenes

Mia Glied erstellt eine Übersicht.
"""
LINE = 5
NAMED = "Frau Zelihanova, AZR-Nummer 190704558123, wird beraten."


def typed(house: House, slug: str = "lenkungskreis", text: str = TEXT, days: int = -3) -> int:
    """Minutes of a meeting some days ago, typed by the secretary; returns their id."""
    meeting = house.meeting(slug, days=days)
    if slug == "fallgruppe":
        text = text.replace("Mia Glied", "Cem Berater")
    answer = submit(house.sign_in("secretary"), f"/meetings/{meeting}/minutes/new", text=text)
    assert answer.status_code == 302
    with house.rows() as rows:
        return rows.scalars(sa.select(Minutes.id).where(Minutes.meeting_id == meeting)).one()


def in_review(house: House, slug: str = "lenkungskreis", text: str = TEXT, days: int = 14) -> int:
    """Minutes that are in review for so many days from today."""
    minutes = typed(house, slug, text)
    until = (datetime.now(BERLIN).date() + timedelta(days=days)).isoformat()
    answer = submit(house.sign_in("secretary"), f"/minutes/{minutes}/review", until=until)
    assert answer.status_code == 302
    return minutes


def comment(client: FlaskClient, minutes: int, text: str, **fields: Any) -> Any:
    return submit(
        client, f"/minutes/{minutes}/comments/new", action=f"/minutes/{minutes}/comments", text=text, **fields
    )


def answer(house: House, minutes: int, number: int, **fields: str) -> Any:
    return submit(house.sign_in("secretary"), f"/minutes/{minutes}/comments/{number}/answer", **fields)


def comments(house: House) -> list[Comment]:
    with house.rows() as rows:
        found = rows.scalars(sa.select(Comment).order_by(Comment.id)).all()
        rows.expunge_all()
        return list(found)


def state(house: House, minutes: int) -> tuple[str, str | None]:
    with house.rows() as rows:
        row = rows.get_one(Minutes, minutes)
        return row.state.value, row.way.value if row.way else None


def after(days: int) -> Any:
    """The clock so many days later."""
    return time_machine.travel(datetime.now(BERLIN) + timedelta(days=days), tick=True)


def night(house: House) -> None:
    """What the worker does once a day."""
    with house.rows():
        jobs.daily["reviews"]()


def edit(house: House, minutes: int, text: str) -> None:
    answer = submit(house.sign_in("secretary"), f"/minutes/{minutes}/edit", text=text)
    assert answer.status_code == 302


def test_members_and_who_stands_in_are_told_and_read_what_was_a_draft(light_house: House) -> None:
    with light_house.rows() as rows:
        committee = rows.scalars(sa.select(Committee).where(Committee.slug == "lenkungskreis")).one()
        deputy, member = (person_by_email(f"{name}@example.org") for name in ("outsider", "member"))
        rows.add(Deputy(person=deputy, for_person=member, committee=committee))
        rows.commit()
    minutes, browser = typed(light_house), light_house.sign_in("outsider")
    assert browser.get(f"/minutes/{minutes}").status_code == 404
    submit(light_house.sign_in("secretary"), f"/minutes/{minutes}/review")
    assert "Der Haushalt wird vorgestellt." in browser.get(f"/minutes/{minutes}").text
    assert "Protokolle zur Durchsicht" in browser.get("/").text
    letters = light_house.letters("minutes_review")
    assert {one.person.name for one in letters} == {"Carla Vorsitz", "Mia Glied", "Oskar Draussen"}
    assert all(b"Haushalt" not in (one.body or b"") for one in letters)


def test_the_last_day_is_preset_by_the_procedure_and_lies_ahead(light_house: House) -> None:
    minutes, secretary = typed(light_house), light_house.sign_in("secretary")
    submit(secretary, "/committees/lenkungskreis/procedure", objection_days="5")
    page, today = f"/minutes/{minutes}/review", datetime.now(BERLIN).date()
    assert f'value="{today + timedelta(days=5)}"' in secretary.get(page).text
    for wrong in (today - timedelta(days=1), today + timedelta(days=400), "bald"):
        assert submit(secretary, page, until=str(wrong)).status_code == 422
    assert state(light_house, minutes) == ("draft", None)


def test_a_comment_keeps_the_words_of_its_line_and_the_whole_committee_reads_it(light_house: House) -> None:
    minutes, member = in_review(light_house), light_house.sign_in("member")
    assert comment(member, minutes, "Es waren sieben.", place=LINE, asks_change="y").status_code == 302
    edit(light_house, minutes, TEXT.replace("Der Haushalt wird vorgestellt.", "Es beginnt."))
    page = light_house.sign_in("chair").get(f"/minutes/{minutes}").text
    for words in (
        "Es waren sieben.",
        "Der Haushalt wird vorgestellt.",
        "bittet um eine Änderung",
        "Mia Glied",
    ):
        assert words in page


def test_who_does_not_sit_there_neither_comments_nor_reads_comments(light_house: House) -> None:
    minutes = in_review(light_house)
    comment(light_house.sign_in("member"), minutes, "Gut.")
    (row,) = comments(light_house)
    stranger = light_house.sign_in("outsider")
    data = {"csrf_token": token(stranger), "text": "Ich auch.", "place": "0", "version": "0"}
    for address in ("", f"/{row.id}", f"/{row.id}/withdraw", f"/{row.id}/answer"):
        assert stranger.post(f"/minutes/{minutes}/comments{address}", data=data).status_code == 404
    assert [one.text for one in comments(light_house)] == ["Gut."]


def test_own_open_comments_are_changed_and_withdrawn_those_of_others_are_not(light_house: House) -> None:
    minutes, member = in_review(light_house), light_house.sign_in("member")
    for text in ("Erstens.", "Zweitens.", "Zweitens."):
        assert comment(member, minutes, text).status_code == 302
    first, second = comments(light_house)  # the same words twice are one comment
    comment(member, minutes, "Zweitens.", asks_change="y")  # but it is another one to ask for a change
    page = f"/minutes/{minutes}/comments/{first.id}"
    assert light_house.sign_in("chair").get(page).status_code == 404
    assert submit(member, page, text="Anders.", asks_change="y").status_code == 302
    submit(member, f"/minutes/{minutes}", f"/minutes/{minutes}/comments/{second.id}/withdraw")
    left = [(row.text, row.asks_change) for row in comments(light_house)]
    assert left == [("Anders.", True), ("Zweitens.", True)]


def test_an_answered_comment_no_longer_changes_and_what_was_typed_stays(light_house: House) -> None:
    minutes, member = in_review(light_house), light_house.sign_in("member")
    comment(member, minutes, "Bitte prüfen.")
    (row,) = comments(light_house)
    page = f"/minutes/{minutes}/comments/{row.id}"
    form = forms_of(member.get(page).text)[-2]["fields"] | {"text": "Mein langer Nachtrag"}
    answer(light_house, minutes, row.id, state="adopted")
    refused = member.post(page, data=form)
    assert refused.status_code == 422
    assert "Mein langer Nachtrag" in refused.text
    assert comments(light_house)[0].text == "Bitte prüfen."


def test_a_refusal_needs_words_and_all_answers_of_a_day_come_in_one_letter_next_morning(
    light_house: House,
) -> None:
    minutes = in_review(light_house)
    for text in ("Erstens.", "Zweitens."):
        comment(light_house.sign_in("member"), minutes, text, asks_change="y")
    first, second = comments(light_house)
    assert answer(light_house, minutes, first.id, state="declined").status_code == 422
    for row in (first, second):
        assert answer(light_house, minutes, row.id, state="declined", answer="War so.").status_code == 302
    (letter,) = light_house.letters("comments_answered")
    assert letter.person.name == "Mia Glied"
    assert letter.due_at.astimezone(BERLIN).hour == 6
    assert "War so." in light_house.sign_in("member").get(f"/minutes/{minutes}").text


def test_two_who_answer_at_once_overwrite_nothing(light_house: House) -> None:
    minutes, chair = in_review(light_house), light_house.sign_in("chair")
    comment(light_house.sign_in("member"), minutes, "Es waren sieben.")
    (row,) = comments(light_house)
    page = f"/minutes/{minutes}/comments/{row.id}/answer"
    form = next(each["fields"] for each in forms_of(chair.get(page).text) if "answer" in each["fields"])
    answer(light_house, minutes, row.id, state="declined", answer="Es waren sechs.")
    refused = chair.post(page, data=form | {"state": "adopted", "answer": "Stimmt."})
    assert refused.status_code == 422
    for words in ("Antwort von Sina Schreiber:", "Es waren sechs.", "Stimmt."):
        assert words in refused.text
    assert comments(light_house)[0].answer == "Es waren sechs."


def test_a_comment_that_could_name_a_client_is_refused_in_a_case_group_and_kept_on_the_page(
    light_house: House,
) -> None:
    minutes = in_review(light_house, "fallgruppe")
    refused = comment(light_house.sign_in("counsellor"), minutes, f"Es fehlt: {NAMED}")
    assert refused.status_code == 422
    assert "190704558123" in refused.text
    assert comments(light_house) == []
    comment(light_house.sign_in("counsellor"), minutes, "Cem Berater war da.")
    (row,) = comments(light_house)
    assert answer(light_house, minutes, row.id, state="declined", answer=NAMED).status_code == 422


def test_open_findings_keep_case_group_minutes_from_review_as_from_approval(light_house: House) -> None:
    minutes = typed(light_house, "fallgruppe", f"{TEXT}\n{NAMED}\n")
    refused = submit(light_house.sign_in("secretary"), f"/minutes/{minutes}/review")
    assert refused.status_code == 422
    assert "Fundstellen offen" in refused.text
    assert state(light_house, minutes) == ("draft", None)
    assert light_house.letters("minutes_review") == []


def test_a_client_in_the_quote_of_a_comment_is_replaced_with_the_text(light_house: House) -> None:
    minutes, chair = in_review(light_house, "fallgruppe"), light_house.sign_in("chair")
    comment(light_house.sign_in("counsellor"), minutes, "Muss das hier stehen?", place=LINE)
    with light_house.rows() as rows:  # somebody named there has left: the guard does not know them any more
        rows.execute(sa.update(Comment).values(quote=NAMED))
        rows.commit()
    page = f"/minutes/{minutes}/approve"
    submit(chair, page, f"/minutes/{minutes}/replace")
    with light_house.rows() as rows:  # another version of the minutes, though their own row says the same
        assert rows.get_one(Minutes, minutes).written_by.name == "Carla Vorsitz"
    approve_minutes(chair, minutes)
    assert state(light_house, minutes) == ("approved", "direct")
    assert "190704558123" not in chair.get(f"/minutes/{minutes}").text
    assert "190704558123" not in comments(light_house)[0].quote


def test_silence_approves_on_the_day_after_the_last_one_and_only_once(house: House) -> None:
    minutes = in_review(house, days=14)
    comment(house.sign_in("member"), minutes, "Danke, gut geschrieben.")
    with after(14):
        night(house)
        assert state(house, minutes) == ("in_review", None)
    with after(15):
        for _ in range(2):
            night(house)
        assert state(house, minutes) == ("approved", "silence")
        assert "durch Ablauf der Einspruchsfrist" in house.sign_in("member").get(f"/minutes/{minutes}").text
    with house.rows() as rows:
        assert rows.scalars(sa.select(ChainLink.subject)).all() == [f"minutes:{minutes}"]
    assert len(house.letters("minutes_approved")) == 3
    assert house.run("verify").exit_code == 0


def test_the_last_day_is_the_committees_own(light_house: House) -> None:
    minutes = in_review(light_house, days=14)
    last = datetime.now(BERLIN).date() + timedelta(days=14)
    for hour, expected in ((23, "in_review"), (24, "approved")):
        moment = datetime.combine(last, time(), BERLIN) + timedelta(hours=hour, minutes=5)
        with time_machine.travel(moment):
            night(light_house)
        assert state(light_house, minutes)[0] == expected


def test_an_open_request_keeps_silence_from_being_consent_and_secretaries_are_told_once(
    light_house: House,
) -> None:
    minutes = in_review(light_house)
    comment(light_house.sign_in("member"), minutes, "Falsch gezählt.", asks_change="y")
    with after(15):
        for _ in range(2):
            night(light_house)
    told = light_house.letters("review_ended")
    assert {letter.person.name for letter in told} == {"Sina Schreiber", "Carla Vorsitz"}
    assert len(told) == 2
    assert state(light_house, minutes) == ("in_review", None)
    with after(16):
        answer(light_house, minutes, comments(light_house)[0].id, state="declined", answer="Nachgezählt.")
        night(light_house)
    assert state(light_house, minutes) == ("approved", "silence")


def test_silence_is_consent_only_to_what_was_given_to_review(light_house: House) -> None:
    minutes = in_review(light_house)
    edit(light_house, minutes, TEXT.replace("Übersicht", "Liste"))
    member = light_house.sign_in("member")
    assert "während der Durchsicht geändert" in member.get(f"/minutes/{minutes}").text
    changes = member.get(f"/minutes/{minutes}/review/changes").text
    assert "entfernt:" in changes
    assert "Liste" in changes
    with after(15):
        night(light_house)
        assert state(light_house, minutes) == ("in_review", None)
        assert len(light_house.letters("review_ended")) == 2
        submit(
            light_house.sign_in("secretary"), f"/minutes/{minutes}/review"
        )  # a new period, for the new text
        assert len(light_house.letters("minutes_review")) == 4
    with after(30):
        night(light_house)
    assert state(light_house, minutes) == ("approved", "silence")


def test_a_decision_changed_in_review_is_a_change_too(light_house: House) -> None:
    minutes = in_review(light_house)
    submit(light_house.sign_in("secretary"), f"/minutes/{minutes}/edit", **{"decisions-0-yes": "5"})
    with after(15):
        night(light_house)
    assert state(light_house, minutes) == ("in_review", None)


def test_findings_that_came_in_review_keep_silence_from_approving(light_house: House) -> None:
    minutes = in_review(light_house, "fallgruppe")
    with (
        light_house.rows() as rows
    ):  # a member named in the text has left: the guard does not know them any more
        row = rows.get_one(Minutes, minutes)
        row.write(f"{TEXT}\n{NAMED}\n")
        row.reviewed_digest = None
        rows.commit()
    with after(15):
        night(light_house)
    assert state(light_house, minutes) == ("in_review", None)


@pytest.mark.parametrize("action", ["edit", "autosave"])
def test_minutes_that_came_to_name_a_client_are_a_draft_again_before_anybody_reads_them(
    light_house: House, action: str
) -> None:
    minutes, secretary = in_review(light_house, "fallgruppe"), light_house.sign_in("secretary")
    page = f"/minutes/{minutes}/edit"
    fields = next(form["fields"] for form in forms_of(secretary.get(page).text) if "seen" in form["fields"])
    saved = secretary.post(f"/minutes/{minutes}/{action}", data=fields | {"text": f"{TEXT}\n{NAMED}\n"})
    told = secretary.get(page).text if action == "edit" else saved.json["words"]
    assert "ist das Protokoll wieder ein Entwurf" in told
    assert state(light_house, minutes) == ("draft", None)
    assert light_house.sign_in("counsellor").get(f"/minutes/{minutes}").status_code == 404


def test_the_number_of_an_item_passes_the_guard_too(light_house: House) -> None:
    minutes, secretary = typed(light_house, "fallgruppe"), light_house.sign_in("secretary")
    submit(secretary, f"/minutes/{minutes}/edit", **{"items-0-number": "Frau Zelihanova"})
    page = f"/minutes/{minutes}/approve"
    assert "Zelihanova" in secretary.get(page).text
    submit(secretary, page, f"/minutes/{minutes}/replace")
    with light_house.rows() as rows:
        first, second = rows.get_one(Minutes, minutes).items
        assert "Zelihanova" not in first.label
        assert second.label == "TOP 2 Verschiedenes"


def test_replacing_keeps_every_line_where_it_was(light_house: House) -> None:
    text = "# P\n\nGeboren am 12.\n03.1987 in Kabul.\n\n" + TEXT
    minutes, secretary = typed(light_house, "fallgruppe", text), light_house.sign_in("secretary")
    submit(secretary, f"/minutes/{minutes}/approve", f"/minutes/{minutes}/replace")
    with light_house.rows() as rows:
        row = rows.get_one(Minutes, minutes)
        assert "1987" not in row.text
        line = row.text.split("\n")[row.decisions[0].first_line - 1]
        assert line == "**Beschluss:** Der Haushalt wird angenommen."


def test_one_review_that_cannot_be_ended_does_not_keep_the_others(
    light_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = in_review(light_house), in_review(light_house, "fallgruppe")
    approve = approval_silence.approve

    def fail_once(minutes: Minutes, *arguments: Any, **options: Any) -> None:
        if minutes.id == first:
            raise ValueError
        approve(minutes, *arguments, **options)

    monkeypatch.setattr(approval_silence, "approve", fail_once)
    with after(15):
        night(light_house)
    assert [state(light_house, number)[0] for number in (first, second)] == ["in_review", "approved"]


def test_nobody_is_led_to_a_way_of_approval(light_house: House) -> None:
    minutes, secretary = typed(light_house), light_house.sign_in("secretary")
    refused = submit(secretary, f"/minutes/{minutes}/approve")
    assert refused.status_code == 422
    assert "Bitte füllen Sie dieses Feld aus." in refused.text
    assert state(light_house, minutes) == ("draft", None)
    assert approve_minutes(secretary, minutes).status_code == 302
    assert "ohne Sitzung, von Sina Schreiber" in secretary.get(f"/minutes/{minutes}").text


def test_after_the_last_day_nobody_comments_and_what_was_typed_is_given_back(light_house: House) -> None:
    minutes, member = in_review(light_house), light_house.sign_in("member")
    edit(light_house, minutes, TEXT + "Mehr.")
    form = forms_of(member.get(f"/minutes/{minutes}/comments/new").text)[-2]["fields"]
    with after(15):
        member = light_house.sign_in("member")
        form |= {"text": "Zu spät gekommen", "csrf_token": token(member)}
        refused = member.post(f"/minutes/{minutes}/comments", data=form)
    assert refused.status_code == 422
    assert "Zu spät gekommen" in refused.text
    assert comments(light_house) == []


def test_what_is_taken_back_is_a_draft_again_and_its_letters_are_not_sent(light_house: House) -> None:
    minutes = in_review(light_house)
    secretary = light_house.sign_in("secretary")
    submit(secretary, f"/minutes/{minutes}/review", f"/minutes/{minutes}/review/end")
    assert light_house.sign_in("member").get(f"/minutes/{minutes}").status_code == 404
    with light_house.rows() as rows:
        letters = rows.scalars(sa.select(Letter).where(Letter.kind == "minutes_review")).all()
        assert [outbox.ready_to_send(letter) for letter in letters] == [None, None]


def test_the_next_agenda_offers_the_approval_and_the_meeting_approves(light_house: House) -> None:
    minutes, secretary = in_review(light_house), light_house.sign_in("secretary")
    comment(light_house.sign_in("member"), minutes, "Bitte ändern.", asks_change="y")
    meeting = light_house.meeting(days=1)
    title = "Genehmigung des Protokolls vom"
    assert title in secretary.get(f"/meetings/{meeting}/agenda").text
    page = f"/minutes/{minutes}/approve"
    assert f'value="{meeting}"' not in secretary.get(page).text  # it has not begun
    with after(2):
        secretary = light_house.sign_in("secretary")
        assert "ohne Sitzung" not in secretary.get(page).text  # somebody waits for an answer
        assert submit(secretary, page, approved_by="direct").status_code == 422
        assert submit(secretary, page, approved_by=str(meeting)).location == f"/minutes/{minutes}"
        assert state(light_house, minutes) == ("approved", "meeting")
        assert "von der Sitzung am" in light_house.sign_in("member").get(f"/minutes/{minutes}").text
        later = light_house.meeting(days=9)
        assert title not in secretary.get(f"/meetings/{later}/agenda").text
    assert light_house.run("verify").exit_code == 0


def test_the_duty_watch_waits_for_a_running_review_and_then_leads_to_the_approval(light_house: House) -> None:
    minutes = in_review(light_house, days=60)
    secretary = light_house.sign_in("secretary")
    comment(secretary, minutes, "Offen.", asks_change="y")
    with after(59):
        assert "genehmigt sein müssen" not in light_house.sign_in("secretary").get("/").text
    with after(62):
        page = light_house.sign_in("secretary").get("/").text
        assert "genehmigt sein müssen" in page
        assert f'href="/minutes/{minutes}/approve"' in page


def together(*actions: Callable[[], object]) -> None:
    """Begin all of these at the same moment."""
    start = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> None:
        start.wait()
        action()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_worker_and_a_secretary_at_the_same_moment_approve_once(house: House) -> None:
    minutes = in_review(house, days=14)
    with after(15):
        browsers = [house.sign_in(name) for name in ("secretary", "chair")]
        page = f"/minutes/{minutes}/approve"
        forms = [
            forms_of(browser.get(page).text)[1]["fields"] | {"approved_by": "direct"} for browser in browsers
        ]
        answers: list[int] = []
        posts = [
            lambda browser=browser, form=form: answers.append(browser.post(page, data=form).status_code)
            for browser, form in zip(browsers, forms, strict=True)
        ]
        together(lambda: night(house), *posts)
    assert answers == [302, 302]
    with house.rows() as rows:
        assert rows.scalars(sa.select(ChainLink.subject)).all() == [f"minutes:{minutes}"]
        approvals = sa.select(AuditEntry.id).where(AuditEntry.action == "minutes.approved")
        assert len(rows.scalars(approvals).all()) == 1
    assert house.run("verify").exit_code == 0


def test_a_request_at_the_moment_of_approval_is_in_time_or_refused(house: House) -> None:
    minutes = in_review(house, days=14)
    member, secretary = house.sign_in("member"), house.sign_in("secretary")
    page = f"/minutes/{minutes}/comments/new"
    form = forms_of(member.get(page).text)[-2]["fields"] | {"text": "Halt!", "asks_change": "y"}
    approval = forms_of(secretary.get(f"/minutes/{minutes}/approve").text)[1]["fields"]
    approval["approved_by"] = "direct"
    codes: list[int] = []
    together(
        lambda: codes.append(member.post(f"/minutes/{minutes}/comments", data=form).status_code),
        lambda: secretary.post(f"/minutes/{minutes}/approve", data=approval),
    )
    is_in_time = len(comments(house)) == 1
    assert codes == [302 if is_in_time else 404]
    assert state(house, minutes)[0] == ("in_review" if is_in_time else "approved")
