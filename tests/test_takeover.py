"""A decision of approved minutes becomes a draft with one action, once; templates begin what recurs."""

import re
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import time_machine
from doors import House, approve_minutes, forms_of, submit, token
from flask.testing import FlaskClient

from meetings.agenda import AgendaItem
from minutes.decision import Decision
from minutes.proposals import DecisionProposal

MINUTES = """# Protokoll

## TOP 1: Begrüßung

Alle sind da.

## TOP 2: Sprachmittlung

Beschluss: Der Lenkungskreis beschließt, die Sprachmittlung für ein Jahr zu verlängern.
Abstimmung: 7 Ja, 1 Nein, 2 Enthaltungen
"""
TEMPLATES = "/committees/lenkungskreis/decisions/templates"
NEW = "/committees/lenkungskreis/decisions/new"


def minuted(house: House, text: str = MINUTES) -> tuple[str, int]:
    """Approved minutes of a meeting with an agenda; their address and the meeting's id."""
    writer, meeting = house.sign_in("secretary"), house.meeting(days=-3)
    for title in ("Begrüßung", "Sprachmittlung"):
        submit(writer, f"/meetings/{meeting}/agenda/new", title=title)
    minutes = submit(writer, f"/meetings/{meeting}/minutes/new", text=text).location.split("/")[2]
    assert approve_minutes(house.sign_in("chair"), minutes).status_code == 302
    return f"/minutes/{minutes}", meeting


def press(browser: FlaskClient, page: str) -> str:
    """Press the button beside the decision; returns where it leads."""
    form = next(
        form for form in forms_of(browser.get(page).text) if (form["action"] or "").endswith("/take-over")
    )
    return str(browser.post(form["action"], data=form["fields"]).location)


def decisions(house: House) -> list[Decision]:
    with house.rows() as rows:
        found = list(rows.scalars(sa.select(Decision)))
        assert all(row.agenda_item is None or row.agenda_item.title for row in found)
        rows.expunge_all()
        return found


def test_one_action_makes_a_draft_with_vote_meeting_item_and_outcome(house: House) -> None:
    page, meeting = minuted(house)
    writer = house.sign_in("secretary")
    address = press(writer, page)
    [row] = decisions(house)
    assert address == f"/drafts/{row.id}"
    assert (row.kind, row.state, row.result, row.meeting_id) == ("resolution", "draft", "granted", meeting)
    assert row.title == "Sprachmittlung"
    assert "Sprachmittlung für ein Jahr" in row.outcome
    assert (row.votes_yes, row.votes_no, row.votes_abstain) == (7, 1, 2)
    assert row.agenda_item.title == "Sprachmittlung"
    assert row.proposal_id
    assert "Es fehlen noch Angaben" in writer.get(address).text


def test_two_decisions_under_one_heading_get_the_beginnings_of_their_sentences_as_titles(
    light_house: House,
) -> None:
    more = "\nBeschluss: Der Lenkungskreis beschließt, die Kosten aus dem Haushalt des Amtes und der Träger zu tragen.\n"
    page, _meeting = minuted(light_house, MINUTES + more)
    writer = light_house.sign_in("secretary")
    assert press(writer, page) != press(writer, page)
    first, second = (row.title for row in decisions(light_house))
    assert first == "Der Lenkungskreis beschließt, die Sprachmittlung für ein Jahr zu verlängern."
    assert second == "Der Lenkungskreis beschließt, die Kosten aus dem Haushalt des Amtes und der …"


def test_decisions_under_two_headings_of_the_same_words_are_two(light_house: House) -> None:
    more = "\n## TOP 3: Sprachmittlung\n\nBeschluss: Der Lenkungskreis beschließt, die Kosten zu tragen.\n"
    page, _meeting = minuted(light_house, MINUTES + more)
    writer = light_house.sign_in("secretary")
    assert press(writer, page) != press(writer, page)
    assert [row.title for row in decisions(light_house)] == ["Sprachmittlung"] * 2


def test_a_draft_of_the_same_title_and_meeting_is_shown_instead_of_a_second_one(light_house: House) -> None:
    page, meeting = minuted(light_house)
    draft = light_house.decision(released=False, title="Sprachmittlung", meeting_id=meeting)
    writer = light_house.sign_in("secretary")
    assert press(writer, page) == draft
    assert "unter demselben Titel schon diese Entscheidung" in writer.get(draft).text
    assert len(decisions(light_house)) == 1
    submit(writer, f"{draft}/edit", title="Etwas anderes", outcome="Anders.", arguments="Darum.")
    assert press(writer, page) != draft


def test_where_the_meeting_had_no_agenda_the_headings_of_its_minutes_are_offered(light_house: House) -> None:
    writer, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3)
    minutes = submit(writer, f"/meetings/{meeting}/minutes/new", text=MINUTES).location.split("/")[2]
    offered = r'<option[^>]* value="(-?\d+)"[^>]*>[\d.]+: ([^<]*Sprachmittlung)</option>'
    assert re.findall(offered, writer.get(NEW).text) == [], "a draft of minutes may still change"
    approve_minutes(light_house.sign_in("chair"), minutes)
    [(number, words)] = re.findall(offered, writer.get(NEW).text)
    draft = press(writer, f"/minutes/{minutes}")
    edit = writer.get(f"{draft}/edit").text
    assert re.search(rf'<option[^>]* selected value="{number}">[^<]*Sprachmittlung', edit)
    typed = {"title": "Zweite", "outcome": "Ja.", "arguments": "Darum.", "result": "granted"}
    other = submit(writer, NEW, **typed, agenda_item_id=number).location
    released = submit(light_house.sign_in("chair"), other, f"{other}/release", recognised="nobody").location
    assert [(row.meeting_id, row.minutes_item_id) for row in decisions(light_house)] == [
        (meeting, -int(number))
    ] * 2
    link = f'<a href="/minutes/{minutes}">{words}</a>'
    assert link in light_house.sign_in("member").get(released).text
    assert words not in light_house.sign_in("outsider").get(released).text


def test_whoever_takes_it_over_is_a_writer(light_house: House) -> None:
    page, _meeting = minuted(light_house)
    address = press(light_house.sign_in("chair"), page)
    assert "Das kann: Sina Schreiber." in light_house.sign_in("chair").get(address).text


def test_twice_leads_to_the_one_that_there_is(house: House) -> None:
    page, _meeting = minuted(house)
    writer, chair = house.sign_in("secretary"), house.sign_in("chair")
    form = next(
        form for form in forms_of(chair.get(page).text) if (form["action"] or "").endswith("/take-over")
    )
    address = press(writer, page)
    again = chair.post(form["action"], data=form["fields"], follow_redirects=True)
    assert again.request.path == address
    assert "schon übernommen" in again.text
    assert f'href="{address}"' in chair.get(page).text
    assert "/take-over" not in chair.get(page).text
    assert f'href="{address}"' not in house.sign_in("member").get(page).text
    assert len(decisions(house)) == 1


def test_the_same_decision_of_a_corrected_edition_is_known(light_house: House) -> None:
    page, _meeting = minuted(light_house)
    writer = light_house.sign_in("secretary")
    address = press(writer, page)
    edition = submit(writer, f"{page}/editions/new", reason="Ein Schreibfehler").location
    number = re.search(r"/minutes/(\d+)", edition)[1]
    approve_minutes(light_house.sign_in("chair"), number)
    newer = writer.get(f"/minutes/{number}").text
    assert f'href="{address}"' in newer
    assert "/take-over" not in newer


def test_after_the_draft_is_deleted_it_can_be_taken_over_again(light_house: House) -> None:
    page, _meeting = minuted(light_house)
    writer = light_house.sign_in("secretary")
    address = press(writer, page)
    submit(writer, address, f"{address}/delete")
    assert press(writer, page) != address


def test_a_long_decision_is_shortened_in_the_outcome_and_whole_in_the_outline(light_house: House) -> None:
    words = (
        "Der Lenkungskreis beschließt "
        + "die Sprachmittlung weiter zu verlängern und " * 40
        + "zu berichten."
    )
    page, _meeting = minuted(
        light_house, MINUTES.replace("Der Lenkungskreis beschließt, die", f"{words} Die")
    )
    press(light_house.sign_in("secretary"), page)
    [row] = decisions(light_house)
    assert len(row.outcome) <= 1000
    assert row.outcome.endswith("…")
    assert row.outline.startswith(words[:1000])


def test_a_problem_group_is_known_however_often_its_item_was_postponed(light_house: House) -> None:
    writer, chair = light_house.sign_in("secretary"), light_house.sign_in("chair")
    first, meeting = light_house.meeting(days=2), light_house.meeting(days=9)
    words = {"title": "Sprachmittlung", "text": "Wer bezahlt sie?"}
    group = submit(writer, "/committees/fallgruppe/problem-groups/new", **words).location
    with light_house.rows() as rows:
        item = rows.scalar(sa.select(AgendaItem.id).where(AgendaItem.meeting_id == first))
    submit(writer, f"/agenda/items/{item}", f"/agenda/items/{item}/postpone")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=10)):
        writer, chair = light_house.sign_in("secretary"), light_house.sign_in("chair")
        minutes = submit(writer, f"/meetings/{meeting}/minutes/new", text=MINUTES).location.split("/")[2]
        approve_minutes(chair, minutes)
        press(writer, f"/minutes/{minutes}")
    [row] = decisions(light_house)
    assert f"/problem-groups/{row.problem_group_id}" == group


def test_drafts_of_minutes_offer_nothing_to_take_over(light_house: House) -> None:
    writer, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3)
    minutes = submit(writer, f"/meetings/{meeting}/minutes/new", text=MINUTES).location.split("/")[2]
    page = writer.get(f"/minutes/{minutes}").text
    assert "Sprachmittlung für ein Jahr" in page
    assert "take-over" not in page
    with light_house.rows() as rows:
        proposal = rows.scalar(sa.select(DecisionProposal.id))
    given = {"csrf_token": token(writer)}
    address = f"/minutes/{minutes}/decisions/{proposal}/take-over"
    assert writer.post(address, data=given).status_code == 404


def test_a_new_decision_begins_with_a_template(house: House) -> None:
    writer = house.sign_in("secretary")
    texts = {
        "title": "Anrechnung von […]",
        "arguments": "### Abwägung\n\nBis [ ... ] gilt:",
        "legal_bases": "25b aufenthg",
        "topics": "Frist",
    }
    submit(writer, f"{TEMPLATES}/new", name="Anrechnung", kind="resolution", **texts)
    [address] = re.findall(rf'href="({NEW}\?template=\d+)"', writer.get(NEW).text)
    fields = next(
        form["fields"] for form in forms_of(writer.get(address).text) if "arguments" in form["fields"]
    )
    shown = {
        "legal_bases": "§ 25b AufenthG",
        "kind": "resolution",
        "title": "Anrechnung von [___]",
    }
    shown["arguments"] = "### Abwägung\n\nBis [___] gilt:"
    assert fields.items() >= (texts | shown).items()
    foreign = writer.get(address.replace("lenkungskreis", "fallgruppe")).text
    assert "Anrechnung" not in foreign


def test_a_template_names_nobody_and_is_named_once(light_house: House) -> None:
    writer = light_house.sign_in("secretary")
    submit(writer, f"{TEMPLATES}/new", name="Frist")
    answer = submit(writer, f"{TEMPLATES}/new", name="FRIST", arguments="Wie bei Frau Selin Aydemir.")
    assert answer.status_code == 422
    assert "Namen gibt es schon" in answer.text
    assert "könnte jemanden benennen" in answer.text
    assert "Wie bei Frau Selin Aydemir." in answer.text


def test_a_template_is_changed_not_over_somebody_elses_change_and_deleted(light_house: House) -> None:
    writer = light_house.sign_in("secretary")
    submit(writer, f"{TEMPLATES}/new", name="Frist")
    [address] = re.findall(rf'href="({TEMPLATES}/\d+)"', writer.get(TEMPLATES).text)
    stale = next(form["fields"] for form in forms_of(writer.get(address).text) if "name" in form["fields"])
    submit(writer, address, topics="Neu")
    assert "jemand anderem" in writer.post(address, data=stale | {"topics": "Alt"}).text
    submit(writer, address, f"{address}/delete")
    assert "Noch keine Vorlage" in writer.get(TEMPLATES).text
