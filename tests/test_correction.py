"""Correcting minutes: rows keep what the form does not show, nothing is overwritten, and drafts save themselves."""

import re
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit
from flask.testing import FlaskClient
from hypothesis import given, strategies
from werkzeug.test import TestResponse

from minutes.correction_merge import merge_lines
from minutes.minutes import TEXT_LENGTH, Minutes
from minutes.proposals import ClosureProposal, DecisionProposal, Strength, TaskProposal
from minutes.tasks import Task
from portal import audit
from portal.audit import AuditEntry

TEXT = """# Protokoll

**Anwesend:** Sina Schreiber, Carla Vorsitz, Mia Glied

## TOP 1 Haushalt

Der Haushalt wird vorgestellt.

**Beschluss:** Der Haushalt wird angenommen.
Abstimmung: 6 Ja-Stimmen, 1 Nein-Stimme, keine Enthaltung

## TOP 2 Verschiedenes

Mia Glied erstellt bis zum 01.03.2027 eine Übersicht.
"""
VOTE = "Abstimmung: 6 Ja-Stimmen, 1 Nein-Stimme, keine Enthaltung"


def drafted(house: House, text: str = TEXT, name: str = "secretary") -> tuple[FlaskClient, int]:
    """Minutes of a meeting that was; returns the writer's browser and the minutes' id."""
    client = house.sign_in(name)
    answer = submit(client, f"/meetings/{house.meeting(days=-3)}/minutes/new", text=text)
    assert answer.status_code == 302, answer.text
    return client, int(answer.location.split("/")[2])


def page_of(minutes_id: int) -> str:
    return f"/minutes/{minutes_id}/edit"


def opened(client: FlaskClient, minutes_id: int) -> dict[str, str]:
    """The fields of the form as it stands on this reader's screen from now on."""
    page = client.get(page_of(minutes_id)).text
    (form,) = [form for form in forms_of(page) if form["action"] == page_of(minutes_id)]
    return form["fields"]


def send(client: FlaskClient, address: str, fields: dict[str, Any], **typed: Any) -> TestResponse:
    filled = fields | typed
    return client.post(address, data={name: text for name, text in filled.items() if text is not None})


def rows_of(house: House, minutes_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every column of the proposals, as stored."""
    with house.rows() as rows:
        minutes = rows.get_one(Minutes, minutes_id)
        kinds = ("items", "decisions", "tasks", "deferrals", "closures")
        return {
            kind: [
                {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).columns}
                for row in getattr(minutes, kind)
            ]
            for kind in kinds
        }


def version_of(house: House, minutes_id: int) -> int:
    with house.rows() as rows:
        return rows.get_one(Minutes, minutes_id).version


def audited(house: House, action: str) -> int:
    with house.rows() as rows:
        return rows.scalar(sa.select(sa.func.count()).where(AuditEntry.action == action))


def test_a_form_that_was_not_touched_changes_nothing(light_house: House) -> None:
    client, minutes_id = drafted(light_house, TEXT + "\nErst CR\rund dann Leerzeichen  am Ende.  \n")
    before, version = rows_of(light_house, minutes_id), version_of(light_house, minutes_id)
    assert send(client, page_of(minutes_id), opened(client, minutes_id)).status_code == 302
    assert rows_of(light_house, minutes_id) == before
    assert version_of(light_house, minutes_id) == version
    assert audited(light_house, "minutes.edited") == 0


def test_saving_keeps_what_the_form_does_not_show_and_marks_what_a_person_touched(house: House) -> None:
    client, minutes_id = drafted(house)
    with house.rows() as rows:
        decision = rows.scalars(sa.select(DecisionProposal)).one()
        decision.is_derived, decision.rationale = True, "Weil es so ist."
        rows.commit()
    (before,) = rows_of(house, minutes_id)["decisions"]
    form = opened(client, minutes_id)
    send(client, page_of(minutes_id), form, **{"decisions-0-no": "2", "began": "18:00"})
    (after,) = rows_of(house, minutes_id)["decisions"]
    assert after == before | {"no": 2, "by_hand": True}
    assert [row["by_hand"] for row in rows_of(house, minutes_id)["items"]] == [False, False]
    send(client, page_of(minutes_id), opened(client, minutes_id), **{"decisions-0-outcome": "rejected"})
    assert not rows_of(house, minutes_id)["decisions"][0]["is_derived"], "a person says the outcome now"
    with house.rows() as rows:
        assert rows.get_one(Minutes, minutes_id).began == "18:00"


def test_rows_of_other_minutes_cannot_be_reached(light_house: House) -> None:
    client, first = drafted(light_house)
    answer = submit(client, f"/meetings/{light_house.meeting(days=-9)}/minutes/new", text=TEXT)
    foreign = rows_of(light_house, int(answer.location.split("/")[2]))["tasks"]
    form = opened(client, first)
    send(client, page_of(first), form, **{"tasks-0-id": str(foreign[0]["id"]), "tasks-0-text": "Fremdes"})
    assert rows_of(light_house, foreign[0]["minutes_id"])["tasks"] == foreign
    other = opened(client, foreign[0]["minutes_id"])["seen"]
    answer = send(client, page_of(first), opened(client, first), seen=other, text="Ganz anders")
    assert answer.status_code == 409, "what somebody saw of other minutes is no ground to overwrite these"


def test_what_a_person_touched_survives_a_new_reading_of_the_text_just_typed(house: House) -> None:
    client, minutes_id = drafted(house)
    form = opened(client, minutes_id)
    typed = {
        "text": TEXT + "\nCarla Vorsitz schreibt die Einladung.\n",
        "decisions-0-accepted": None,
        "tasks-0-due": "2027-04-01",
        "chair": "Carla Vorsitz",
    }
    assert send(client, f"/minutes/{minutes_id}/reread", form, **typed).status_code == 302
    found = rows_of(house, minutes_id)
    assert [row["accepted"] for row in found["decisions"]] == [False]
    tasks = [(row["owners"], str(row["due"])) for row in found["tasks"]]
    assert tasks == [("Mia Glied", "2027-04-01"), ("Carla Vorsitz", "None")]


def test_proposals_follow_their_lines_when_the_text_above_them_changes(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    at = TEXT.split("\n").index("**Beschluss:** Der Haushalt wird angenommen.") + 1
    changed = TEXT.replace("# Protokoll\n", "# Protokoll\n\nNeu.\n\nNoch eins.\n").replace(
        "Mia Glied erstellt bis zum 01.03.2027 eine Übersicht.\n", ""
    )
    send(client, page_of(minutes_id), opened(client, minutes_id), text=changed)
    found = rows_of(light_house, minutes_id)
    assert [(row["first_line"], row["last_line"]) for row in found["decisions"]] == [(at + 4, at + 5)]
    assert [(row["first_line"], row["text"]) for row in found["tasks"]] == [
        (None, "Mia Glied erstellt bis zum 01.03.2027 eine Übersicht.")
    ]
    assert VOTE in client.get(page_of(minutes_id)).text


def test_a_card_that_the_text_no_longer_bears_out_says_so(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    assert outdated(client, minutes_id) == []
    changed = TEXT.replace("6 Ja-Stimmen", "5 Ja-Stimmen").replace("# Protokoll", "# Protokoll\n\nNeu.")
    answer = send(client, f"/minutes/{minutes_id}/autosave", opened(client, minutes_id), text=changed)
    assert [place for place, row in answer.json["rows"].items() if row["outdated"]] == ["decisions-0"]
    assert outdated(client, minutes_id) == ["decisions-0"]
    send(client, f"/minutes/{minutes_id}/reread", opened(client, minutes_id))
    assert outdated(client, minutes_id) == []
    form = opened(client, minutes_id)
    send(client, page_of(minutes_id), form, text=TEXT, **{"decisions-0-yes": "7"})
    assert outdated(client, minutes_id) == [], "what a person wrote stands"


def outdated(client: FlaskClient, minutes_id: int) -> list[str]:
    """The cards whose reader is told that the text was changed."""
    cards = client.get(page_of(minutes_id)).text.split("<li")
    told = [card for card in cards if "<p data-outdated><strong>Der Text wurde hier geändert" in card]
    return [re.search(r'name="(\w+-\d+)-id"', card)[1] for card in told]


def test_a_passage_that_is_not_closed_is_pointed_out(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    address, open_text = f"/minutes/{minutes_id}/autosave", TEXT + "\n::: intern\nNur für uns.\n"
    assert send(client, address, opened(client, minutes_id), text=open_text).json["left_open"]
    assert "<p data-left-open><strong>" in client.get(page_of(minutes_id)).text
    closed = send(client, address, opened(client, minutes_id), text=open_text + ":::\n")
    assert not closed.json["left_open"]


def test_only_a_case_groups_text_is_kept_no_longer_than_its_window(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    assert "data-brief" not in client.get(page_of(minutes_id)).text
    meeting = light_house.meeting("fallgruppe", days=-3)
    answer = submit(client, f"/meetings/{meeting}/minutes/new", text=TEXT)
    assert "data-brief" in client.get(page_of(int(answer.location.split("/")[2]))).text
    signed_out = submit(client, "/", action="/logout")
    assert signed_out.headers["Clear-Site-Data"] == '"storage"'


def test_emptying_removes_what_was_added_and_refuses_what_was_read(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    added = {"tasks-1-text": "Raum buchen", "tasks-1-owners": "Carla Vorsitz", "deferrals-0-text": "Der Rest"}
    send(client, page_of(minutes_id), opened(client, minutes_id), **added)
    assert [row["text"] for row in rows_of(light_house, minutes_id)["deferrals"]] == ["Der Rest"]
    emptied = {"tasks-0-text": "", "tasks-1-text": ""}
    send(client, page_of(minutes_id), opened(client, minutes_id), **emptied)
    (task,) = rows_of(light_house, minutes_id)["tasks"]
    assert (task["accepted"], task["by_hand"], task["owners"]) == (False, True, "Mia Glied")


def test_bad_input_is_answered_with_everything_that_was_typed(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    typed = {
        "text": "Ganz neu",
        "began": "abends",
        "next_meeting": "9999-12-31",
        "dated": "gestern",
        "decisions-0-yes": "viele",
        "tasks-1-owners": "Cem Berater",
    }
    answer = send(client, page_of(minutes_id), opened(client, minutes_id), **typed)
    assert answer.status_code == 422
    assert [
        word in answer.text
        for word in (*typed.values(), "Bitte geben Sie eine Uhrzeit", "prüfen Sie das Jahr", "worum es geht")
    ] == [True] * 9
    assert rows_of(light_house, minutes_id)["decisions"][0]["yes"] == 6


def test_hints_stand_apart_and_are_not_ticked(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    with light_house.rows() as rows:
        decision = rows.scalars(sa.select(DecisionProposal)).one()
        decision.strength, decision.accepted = Strength.STATED, False
        rows.commit()
    page = client.get(page_of(minutes_id)).text
    assert page.index("Vielleicht auch Beschlüsse") < page.index('value="6"')
    send(client, page_of(minutes_id), opened(client, minutes_id), **{"decisions-0-accepted": "y"})
    (row,) = rows_of(light_house, minutes_id)["decisions"]
    assert (row["accepted"], row["strength"]) == (True, Strength.STATED)


def test_tasks_that_the_text_reports_as_done_are_accepted_or_refused(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    with light_house.rows() as rows:
        minutes = rows.get_one(Minutes, minutes_id)
        task = Task(committee_id=minutes.meeting.committee_id, text="Schlüssel nachmachen", owners="Carla")
        minutes.closures = [ClosureProposal(task=task, position=0, first_line=14, last_line=14)]
        rows.commit()
    assert "Schlüssel nachmachen" in client.get(page_of(minutes_id)).text
    send(client, page_of(minutes_id), opened(client, minutes_id), **{"closures-0-accepted": None})
    (closure,) = rows_of(light_house, minutes_id)["closures"]
    assert (closure["accepted"], closure["by_hand"]) == (False, True)


def test_another_day_in_the_text_is_pointed_out_and_the_next_meeting_can_be_planned(
    light_house: House,
) -> None:
    client, minutes_id = drafted(light_house)
    day = date.today() + timedelta(days=90)  # noqa: DTZ011 - any day to come
    typed = {"dated": "2020-02-11", "next_meeting": day.isoformat()}
    send(client, page_of(minutes_id), opened(client, minutes_id), **typed)
    page = client.get(page_of(minutes_id)).text
    assert "Der Text nennt einen anderen Tag" in page
    (link,) = re.findall(r'href="(/committees/lenkungskreis/meetings/new\?on=[\d-]+)"', page)
    assert f'value="{day}"' in client.get(link).text
    light_house.meeting(days=90)
    assert "An diesem Tag ist eine Sitzung eingetragen" in client.get(page_of(minutes_id)).text


def test_the_second_one_sees_both_versions_and_saving_keeps_both_changes(house: House) -> None:
    client, minutes_id = drafted(house)
    other = house.sign_in("chair")
    mine, theirs = opened(client, minutes_id), opened(other, minutes_id)
    first = TEXT.replace("vorgestellt", "ausführlich vorgestellt")
    send(
        other,
        page_of(minutes_id),
        theirs,
        text=first,
        **{"decisions-0-yes": "5", "tasks-1-text": "Von Carla"},
    )
    own = {"text": TEXT + "\nVon mir.\n", "tasks-0-owners": "Cem Berater", "tasks-1-text": "Raum buchen"}
    answer = send(client, page_of(minutes_id), mine, **own)
    assert answer.status_code == 409
    assert "Carla Vorsitz hat das Protokoll um" in answer.text
    assert re.search(r"<ins>.*nur bei Ihnen.*Von mir", answer.text)
    assert re.search(r"<del>.*nur gespeichert.*ausführlich", answer.text)
    with house.rows() as rows:
        assert rows.get_one(Minutes, minutes_id).text == first
    (form,) = [form["fields"] for form in forms_of(answer.text) if form["action"] == page_of(minutes_id)]
    assert send(client, page_of(minutes_id), form).status_code == 302
    found = rows_of(house, minutes_id)
    assert found["decisions"][0]["yes"] == 5
    assert [(row["text"][:11], row["owners"]) for row in found["tasks"]] == [
        ("Mia Glied e", "Cem Berater"),
        ("Von Carla", ""),
        ("Raum buchen", ""),
    ]
    with house.rows() as rows:
        assert rows.get_one(Minutes, minutes_id).text == first + "\nVon mir.\n"


def test_where_both_changed_the_same_both_are_shown_and_a_person_decides(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    other = light_house.sign_in("chair")
    mine, theirs = opened(client, minutes_id), opened(other, minutes_id)
    sentence = "Der Haushalt wird vorgestellt."
    send(other, page_of(minutes_id), theirs, text=TEXT.replace(sentence, "Carlas Satz."), chair="Carla")
    own = {"text": TEXT.replace(sentence, "Mein Satz."), "chair": "Sina"}
    answer = send(client, page_of(minutes_id), mine, **own)
    assert "Carlas Satz.\nMein Satz.\n" in answer.text
    assert "Beide haben das geändert, bitte entscheiden Sie." in answer.text
    assert "Diese Stellen haben Sie beide geändert, jeder anders. Beide Fassungen stehen dort" in answer.text


def test_what_one_corrected_is_kept_when_the_other_reads_the_text_anew(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    other = light_house.sign_in("chair")
    mine = opened(client, minutes_id)
    send(other, f"/minutes/{minutes_id}/reread", opened(other, minutes_id))
    answer = send(client, page_of(minutes_id), mine, **{"tasks-0-owners": "Cem Berater"})
    assert answer.status_code == 302, "nobody wrote anything else, so there is nothing to compare"
    assert [row["owners"] for row in rows_of(light_house, minutes_id)["tasks"]] == ["Cem Berater"]


def test_autosave_stores_gives_new_rows_their_ids_and_notes_it_once_an_hour(house: House) -> None:
    client, minutes_id = drafted(house)
    address, form = f"/minutes/{minutes_id}/autosave", opened(client, minutes_id)
    typed = {"text": TEXT.replace("# Protokoll", "# Protokoll\n"), "tasks-1-text": "Raum buchen"}
    with time_machine.travel(datetime(2027, 3, 1, 9, 31, tzinfo=UTC), tick=False) as clock:
        client = house.sign_in("secretary")
        form = opened(client, minutes_id)
        answer = send(client, address, form, **typed)
        assert answer.json["words"] == "Gespeichert um 10:31 Uhr"
        assert answer.json["rows"]["decisions-0"]["lines"] == [10, 11]
        known = {"seen": answer.json["seen"], "tasks-1-id": str(answer.json["rows"]["tasks-1"]["id"])}
        send(client, address, form | typed | known, **{"tasks-1-text": "Raum und Beamer buchen"})
        assert [row["text"] for row in rows_of(house, minutes_id)["tasks"]][1:] == ["Raum und Beamer buchen"]
        assert audited(house, "minutes.edited") == 1
        clock.shift(timedelta(minutes=29))
        send(client, "/account", {})
        clock.shift(timedelta(minutes=29))
        send(client, "/account", {})
        clock.shift(timedelta(minutes=3))
        send(client, address, opened(client, minutes_id), chair="Carla Vorsitz")
        assert audited(house, "minutes.edited") == 2


def test_an_answer_that_was_lost_is_no_conflict(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    address, form = f"/minutes/{minutes_id}/autosave", opened(client, minutes_id)
    answers = [send(client, address, form, **{"tasks-1-text": "Raum buchen"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json["rows"] == answers[1].json["rows"]
    assert len(rows_of(light_house, minutes_id)["tasks"]) == 2


def test_autosave_never_overwrites_and_says_who_wrote(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    other = light_house.sign_in("chair")
    mine = opened(client, minutes_id)
    send(other, page_of(minutes_id), opened(other, minutes_id), chair="Carla Vorsitz")
    answer = send(client, f"/minutes/{minutes_id}/autosave", mine, text="Mein Text")
    assert (answer.status_code, "Carla Vorsitz hat" in answer.json["words"]) == (409, True)
    assert send(client, f"/minutes/{minutes_id}/autosave", mine, began="bald").status_code == 422
    with light_house.rows() as rows:
        assert rows.get_one(Minutes, minutes_id).text == TEXT


def test_of_two_who_save_in_the_same_moment_the_second_one_sees_both_versions(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, minutes_id = drafted(house)
    other, page = house.sign_in("chair"), page_of(minutes_id)
    mine, theirs, answers = opened(client, minutes_id), opened(other, minutes_id), list[TestResponse]()
    second = threading.Thread(target=lambda: answers.append(send(other, page, theirs, chair="Carla")))
    record = audit.record

    def meanwhile(action: str, row: Any, **details: Any) -> None:
        if action == "minutes.edited" and not second.ident:
            second.start()
            second.join(0.5)
        record(action, row, **details)

    monkeypatch.setattr(audit, "record", meanwhile)
    assert send(client, page, mine, chair="Sina").status_code == 302
    second.join()
    assert answers[0].status_code == 409
    assert "Zwei Fassungen" in answers[0].text


@given(*[strategies.lists(strategies.sampled_from("abcde"), max_size=8)] * 3)
def test_no_line_that_either_of_two_people_wrote_is_lost(
    seen: list[str], mine: list[str], theirs: list[str]
) -> None:
    merged, clashes = merge_lines(*("\n".join(lines) for lines in (seen, mine, theirs)))
    missing = (Counter(mine) - Counter(seen) | Counter(theirs) - Counter(seen)) - Counter(merged.split("\n"))
    assert not missing
    assert all(1 <= first <= last <= len(merged.split("\n")) for first, last in clashes)


@pytest.mark.drill
def test_five_hundred_proposals_and_a_text_of_two_million_characters_are_saved(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    with light_house.rows() as rows:
        minutes = rows.get_one(Minutes, minutes_id)
        minutes.tasks = [TaskProposal(text=f"Aufgabe {n}", position=n, first_line=n) for n in range(1, 501)]
        rows.commit()
    line = "Größe, Maß und Übung: „Straße“ (§ 5).\n"
    text = line * (TEXT_LENGTH // len(line))
    form = opened(client, minutes_id)
    answer = send(client, page_of(minutes_id), form, **{"text": text, "tasks-499-owners": "Mia Glied"})
    assert answer.status_code == 302
    many = "„Äöü ß“ " * (1_900_000 // 8)
    answer = send(client, f"/minutes/{minutes_id}/autosave", opened(client, minutes_id), text=many)
    assert answer.status_code == 200
    assert send(client, page_of(minutes_id), opened(client, minutes_id)).status_code == 302
    assert rows_of(light_house, minutes_id)["tasks"][499]["owners"] == "Mia Glied"
    assert send(client, page_of(minutes_id), opened(client, minutes_id)).status_code == 302
