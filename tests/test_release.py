"""Release: by a second person, with nothing open, with gapless numbers, once, and for good."""

import re
import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit, token
from flask.testing import FlaskClient
from servers import ROOT, clean_environment
from sqlalchemy.exc import IntegrityError

from minutes.decision import Decision, DecisionKind, DecisionState, Topic
from minutes.legal_basis import LegalBasis
from minutes.sealing import SealedError
from portal import textguard
from portal.audit import AuditEntry
from portal.chain import ChainLink
from portal.committees import Membership, Role
from portal.dismissals import Dismissal
from portal.outbox import Letter
from portal.people import Person

OPEN = {"outcome": "Rückfragen an amt@example.org sind möglich."}


def release_form(page: str) -> dict[str, str]:
    form = next(form["fields"] for form in forms_of(page) if (form["action"] or "").endswith("/release"))
    return form | {"recognised": "nobody"}


def release(browser: FlaskClient, draft: str, **fields: object) -> str:
    """Send the release form; returns the address to which it leads."""
    return str(submit(browser, draft, f"{draft}/release", recognised="nobody", **fields).location)


def force(browser: FlaskClient, draft: str, **fields: object) -> str:
    """Send a release without being offered one."""
    forms = forms_of(browser.get(draft).text)
    given = {"csrf_token": forms[0]["fields"]["csrf_token"], "recognised": "nobody"}
    given["version"] = next(form["fields"]["version"] for form in forms if "version" in form["fields"])
    return str(browser.post(f"{draft}/release", data=given | fields, follow_redirects=True).text)


def stored(house: House, draft: str) -> Decision:
    with house.rows() as rows:
        row = rows.get_one(Decision, int(draft.rpartition("/")[2]))
        rows.expunge_all()
        return row


def test_the_chair_releases_what_the_secretary_wrote(house: House) -> None:
    year = datetime.now(UTC).year
    draft = house.decision(released=False)
    assert release(house.sign_in("chair"), draft) == f"/decisions/LK-{year}-001"
    row = stored(house, draft)
    assert (row.state, row.number, row.year, row.ordinal) == ("released", f"LK-{year}-001", year, 1)


def test_whoever_wrote_is_not_offered_the_release_and_cannot_force_it(house: House) -> None:
    draft, writer = house.decision(released=False), house.sign_in("secretary")
    assert "Carla Vorsitz" in writer.get(draft).text
    assert f"{draft}/release" not in writer.get(draft).text
    assert "nicht daran geschrieben" in force(writer, draft)
    assert stored(house, draft).is_draft


@pytest.mark.parametrize("change", ["edit", "replace", "dismiss"])
def test_whoever_changed_a_word_is_a_writer(house: House, change: str) -> None:
    draft, chair = house.decision(released=False, **OPEN), house.sign_in("chair")
    offered = forms_of(house.sign_in("secretary").get(draft).text)
    add_secretary(house)
    if change == "edit":
        submit(chair, f"{draft}/edit", topics="Neues Thema", outcome="Ohne Anschrift.")
    else:
        given = next(form["fields"] for form in offered if (form["action"] or "").endswith(change))
        given |= {"csrf_token": token(chair), "reason": "Postfach des Amtes"}
        chair.post(f"{draft}/{change}", data=given)
    assert f"{draft}/release" not in chair.get(draft).text
    assert "nicht daran geschrieben" in force(chair, draft)
    assert stored(house, draft).is_draft


def test_the_first_writer_stays_a_writer_after_others_wrote(house: House) -> None:
    draft = house.decision(released=False)
    add_secretary(house)
    submit(house.sign_in("chair"), f"{draft}/edit", title="Von der Vorsitzenden")
    page = force(house.sign_in("secretary"), draft)
    assert "nicht daran geschrieben" in page
    assert "Das kann: Mia Glied." in page


@pytest.mark.parametrize("change", ["edit", "replace", "dismiss"])
def test_the_only_one_who_can_release_is_kept_from_writing(light_house: House, change: str) -> None:
    draft, chair = light_house.decision(released=False, **OPEN), light_house.sign_in("chair")
    add_secretary(light_house)
    edit, offered = (
        chair.get(f"{draft}/edit").text,
        forms_of(light_house.sign_in("secretary").get(draft).text),
    )
    page = chair.get(draft).text
    assert "Selbst ändern" in page
    assert f"{draft}/edit" in page
    assert f"{draft}/replace" not in page
    assert f"{draft}/dismiss" not in page
    with light_house.rows() as rows:
        rows.execute(
            sa.update(Membership).where(Membership.role == Role.SECRETARY).values(ends_on=date(2021, 1, 1))
        )
        rows.commit()
    assert f"{draft}/edit" not in chair.get(draft).text
    forms = forms_of(edit) if change == "edit" else offered
    given = next(
        form["fields"]
        for form in forms
        if (form["action"] or "/edit").endswith(change) and "version" in form["fields"]
    ) | {"csrf_token": token(chair), "reason": "Postfach", "title": "Von der Vorsitzenden"}
    refused = chair.post(f"{draft}/{change}", data=given, follow_redirects=True).text
    assert "außer Ihnen kann es zurzeit niemand" in refused
    assert ("Von der Vorsitzenden" in refused) is (change == "edit"), "what was typed is kept"
    row = stored(light_house, draft)
    assert (row.title, row.outcome) == ("Titel", OPEN["outcome"])
    assert "sobald keine Fundstelle mehr offen ist" in chair.get(draft).text, "they may still release"


def test_gaps_of_a_template_stop_the_release(light_house: House) -> None:
    texts = {
        "outcome": "Erteilt bis [___].",
        "conditions": "Nachweis [___] vorlegen.",
        "arguments": "Nach [1] gilt: „Der Aufenthalt […] ist zu erlauben [...].“",
    }
    draft, chair = light_house.decision(released=False, **texts), light_house.sign_in("chair")
    page = chair.get(draft).text
    assert re.search(r"Lücken offen</p>\s*<p>Ergebnis, Auflagen\.", page)
    assert f"{draft}/release" not in page
    assert "Es sind noch Lücken offen: Ergebnis, Auflagen." in force(chair, draft)
    assert "Lücken offen" in chair.get("/").text
    assert stored(light_house, draft).is_draft


def test_a_refused_release_says_everything_at_once_and_keeps_the_answer(light_house: House) -> None:
    draft, chair = light_house.decision(released=False, **OPEN), light_house.sign_in("chair")
    submit(light_house.sign_in("secretary"), draft, f"{draft}/dismiss", reason="Postfach des Amtes")
    answer = submit(chair, draft, f"{draft}/release", recognised="somebody")
    assert answer.status_code == 422
    assert "Dann geht es so nicht" in answer.text
    assert "bestätigen Sie jede" in answer.text
    assert re.search(r"<input checked[^>]*value=\"somebody\"", answer.text)


def test_an_unanswered_question_is_told_and_forbids_nothing(light_house: House) -> None:
    draft, chair = light_house.decision(released=False), light_house.sign_in("chair")
    writer, told = light_house.sign_in("secretary"), "Eine Rückfrage ist unbeantwortet"
    submit(chair, draft, f"{draft}/comments", text="Ist der Ort nötig?")
    assert told in chair.get(draft).text
    assert "Rückfrage ohne Antwort" in writer.get("/").text
    submit(writer, draft, f"{draft}/comments", text="Nein.")
    assert told not in chair.get(draft).text
    submit(chair, draft, f"{draft}/comments", text="Warum nicht?")
    assert release(chair, draft).startswith("/decisions/")


def test_a_second_secretary_may_release(house: House) -> None:
    draft = house.decision(released=False)
    add_secretary(house)
    assert release(house.sign_in("member"), draft).endswith("-001")


def add_secretary(house: House) -> None:
    """Let member@ write and release in the steering committee, too."""
    with house.rows() as rows:
        seat = rows.scalars(
            sa.select(Membership)
            .join(Person, Person.id == Membership.person_id)
            .where(Person.email == "member@example.org")
        ).one()
        seat.role = Role.SECRETARY
        rows.commit()


def test_the_database_refuses_a_release_by_the_writer(house: House) -> None:
    house.decision()
    with house.rows() as rows, pytest.raises(IntegrityError):
        rows.execute(sa.text("UPDATE decision SET released_by_id = written_by_id"))


def leave_case_group(house: House) -> None:
    """Let secretary@ and chair@ have no seat but in the steering committee."""
    with house.rows() as rows:
        rows.execute(sa.text("UPDATE membership SET ends_on = '2021-01-01' WHERE committee_id = 2"))
        rows.commit()


def second_account(house: House, address: str) -> None:
    """Make chair@ another account of whoever has this mailbox."""
    with house.rows() as rows:
        rows.execute(sa.update(Person).where(Person.email == "chair@example.org").values(email=address))
        rows.commit()


def test_a_second_account_of_the_writer_is_refused(house: House) -> None:
    draft, chair = house.decision(released=False), house.sign_in("chair")
    second_account(house, "secretary+vorsitz@example.org")
    assert f"{draft}/release" not in chair.get(draft).text
    assert "nicht daran geschrieben" in force(chair, draft)
    assert stored(house, draft).is_draft


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [
        ("secretary+lk@example.org", True),
        ("SECRETARY+lk+2@example.org", True),
        ("secretary2@example.org", False),
        ("secretary@other.example.org", False),
        ("se+cretary@example.org", False),
    ],
)
def test_the_database_refuses_every_writer_and_their_second_accounts(
    house: House, address: str, *, is_refused: bool
) -> None:
    number = house.decision(released=False).rpartition("/")[2]
    second_account(house, address)
    statement = sa.text(
        "UPDATE decision SET state = 'released', number = 'LK-2027-001', year = 2027, ordinal = 1, archive_key = 1,"
        " released_at = '2027-01-01 00:00:00', written_by_id = 5,"
        " released_by_id = (SELECT id FROM person WHERE email = :address) WHERE id = :number"
    )
    with house.rows() as rows:
        given = {"address": address, "number": int(number)}
        if not is_refused:
            rows.execute(statement, given)
            return
        with pytest.raises(IntegrityError):
            rows.execute(statement, given)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO decision_writer (decision_id, person_id) SELECT id, released_by_id FROM decision",
        "UPDATE decision_writer SET person_id = (SELECT released_by_id FROM decision)",
    ],
)
def test_the_database_lets_nobody_become_a_writer_of_what_they_released(house: House, statement: str) -> None:
    house.decision()
    with house.rows() as rows, pytest.raises(IntegrityError):
        rows.execute(sa.text(statement))


def test_the_question_that_only_a_human_answers_is_mandatory(house: House) -> None:
    draft, chair = house.decision(released=False), house.sign_in("chair")
    for answer, words in ((None, "Erkennt jemand aus dem Umfeld"), ("somebody", "Dann geht es so nicht")):
        refused = submit(chair, draft, f"{draft}/release", recognised=answer)
        assert refused.status_code == 422
        assert words in refused.text
        assert stored(house, draft).is_draft
    release(chair, draft)
    with house.rows() as rows:
        noted = sa.select(AuditEntry.detail).where(AuditEntry.action == "decision.released")
        assert rows.scalars(noted).all() == [{"recognised": "nobody"}]


def test_a_refused_release_keeps_the_ticked_boxes(light_house: House) -> None:
    draft, chair = light_house.decision(released=False, **OPEN), light_house.sign_in("chair")
    submit(light_house.sign_in("secretary"), draft, f"{draft}/dismiss", reason="Postfach des Amtes")
    [box] = re.findall(r'name="confirmed" value="(\d+)"', chair.get(draft).text)
    answer = submit(chair, draft, f"{draft}/release", confirmed=box)
    assert re.search(rf'value="{box}" checked', answer.text)


def test_telling_combinations_stand_beside_the_question(light_house: House) -> None:
    words = "43-jährige afghanische Hebamme aus Altenfeld"
    draft = light_house.decision(released=False, arguments=f"Die {words} kann sie nicht beschaffen.")
    submit(light_house.sign_in("secretary"), draft, f"{draft}/dismiss", reason="Ein erfundenes Beispiel")
    page = light_house.sign_in("chair").get(draft).text
    part = page[page.index("die zusammen auf einen Menschen passen") : page.index("Erkennt jemand")]
    assert f"<q>{words}</q>" in part


def test_a_draft_that_lacks_something_is_not_released(light_house: House) -> None:
    draft, chair = light_house.decision(released=False, result=None), light_house.sign_in("chair")
    page = chair.get(draft).text
    assert "Es fehlen noch Angaben" in page
    assert f"{draft}/release" not in page
    assert "fehlen noch Angaben" in force(chair, draft)


def test_the_releaser_sees_earlier_similar_decisions_that_they_may_read(light_house: House) -> None:
    like = {"topics": ["Identität"], "legal_bases": ["§ 25b AufenthG"]}
    near = light_house.decision(title="Nachweis der Identität", **like)
    far = light_house.decision(title="Etwas anderes", topics=["Sprache"])
    hidden = light_house.decision("fallgruppe", title="Nachweis der Identität", **like)
    leave_case_group(light_house)
    draft = light_house.decision(released=False, title="Noch ein Nachweis der Identität", **like)
    page = light_house.sign_in("chair").get(draft).text
    part = page[page.index("Frühere ähnliche") : page.index("Rückfragen")]
    assert near in part
    assert "Identität" in part
    assert far not in part
    assert hidden not in part


def test_a_decision_about_what_the_draft_is_a_kind_of_is_similar(light_house: House) -> None:
    words = {"topics": ["Arbeit"]}
    near = light_house.decision(title="Verlängerung einer Duldung", **words)
    far = light_house.decision(title="Beginn einer Ausbildung", **words)
    draft = light_house.decision(released=False, title="Ausbildungsduldung im zweiten Jahr", **words)
    page = light_house.sign_in("chair").get(draft).text
    part = page[page.index("Frühere ähnliche") : page.index("Rückfragen")]
    assert near in part
    assert far not in part


def test_comments_go_back_and_forth_with_letters_that_do_not_tell_them(light_house: House) -> None:
    draft = light_house.decision("fallgruppe", released=False, title="Geheimtitel")
    chair, writer = light_house.sign_in("chair"), light_house.sign_in("secretary")
    submit(chair, draft, f"{draft}/comments", text="Ist der Ort nötig?")
    submit(writer, draft, f"{draft}/comments", text="Nein, ich nehme ihn heraus.")
    assert "Ist der Ort nötig?" in writer.get(draft).text
    assert "Carla Vorsitz" in writer.get(draft).text
    letters = light_house.letters("decision_comment")
    assert [letter.address for letter in letters] == ["secretary@example.org", "chair@example.org"]
    for letter in letters:
        assert not re.search("Geheimtitel|nötig|heraus", letter.head + letter.body.decode())
    assert draft in letters[0].body.decode()


def test_whoever_comments_may_still_release(light_house: House) -> None:
    draft, chair = light_house.decision(released=False), light_house.sign_in("chair")
    submit(chair, draft, f"{draft}/comments", text="Gut so.")
    assert release(chair, draft).startswith("/decisions/")


def test_a_comment_names_nobody(light_house: House) -> None:
    draft, chair = light_house.decision(released=False), light_house.sign_in("chair")
    answer = submit(chair, draft, f"{draft}/comments", text="Das ist doch Frau Selin Aydemir!")
    assert answer.status_code == 422
    assert "Das ist doch Frau Selin Aydemir!" in answer.text
    assert "könnte jemanden benennen" in answer.text


def test_the_same_comment_sent_twice_is_one(light_house: House) -> None:
    draft, chair = light_house.decision(released=False), light_house.sign_in("chair")
    for _ in range(2):
        submit(chair, draft, f"{draft}/comments", text="Einmal genügt.")
    assert light_house.sign_in("chair").get(draft).text.count("Einmal genügt.") == 1
    assert len(light_house.letters("decision_comment")) == 1


def test_the_database_refuses_half_a_release(house: House) -> None:
    house.decision()
    for column in ("number", "year", "ordinal", "released_by_id", "released_at", "archive_key"):
        with house.rows() as rows, pytest.raises(IntegrityError):
            rows.execute(sa.text(f"UPDATE decision SET {column} = NULL"))


def test_the_database_refuses_a_dismissal_confirmed_by_its_writer(house: House) -> None:
    draft = house.decision(released=False, **OPEN)
    submit(house.sign_in("secretary"), draft, f"{draft}/dismiss", reason="Postfach des Amtes")
    with house.rows() as rows, pytest.raises(IntegrityError):
        rows.execute(sa.text("UPDATE dismissal SET confirmed_by_id = dismissed_by_id"))


def test_an_open_finding_blocks_the_release(house: House) -> None:
    draft, chair = house.decision(released=False, **OPEN), house.sign_in("chair")
    assert f"{draft}/release" not in chair.get(draft).text
    assert "noch Fundstellen offen" in force(chair, draft)
    assert stored(house, draft).is_draft


def test_every_dismissal_must_be_confirmed_by_the_releaser(house: House) -> None:
    draft, writer, chair = (
        house.decision(released=False, **OPEN),
        house.sign_in("secretary"),
        house.sign_in("chair"),
    )
    submit(writer, draft, f"{draft}/dismiss", reason="Postfach des Amtes")
    page = chair.get(draft).text
    assert "„amt@example.org“ ist unbedenklich (Sina Schreiber: Postfach des Amtes)" in page
    assert "bestätigen Sie jede" in force(chair, draft, confirmed="4711")
    [box] = re.findall(r'name="confirmed" value="(\d+)"', page)
    assert release(chair, draft, confirmed=box).startswith("/decisions/")
    releaser = stored(house, draft).released_by_id
    with house.rows() as rows:
        assert rows.scalars(sa.select(Dismissal.confirmed_by_id)).all() == [releaser]


def test_a_text_that_changed_since_it_was_read_is_not_released(house: House) -> None:
    draft, chair = house.decision(released=False), house.sign_in("chair")
    read = release_form(chair.get(draft).text)
    submit(house.sign_in("secretary"), f"{draft}/edit", legal_bases="§ 1 AufenthG")
    answer = chair.post(f"{draft}/release", data=read, follow_redirects=True)
    assert "inzwischen geändert" in answer.text
    assert stored(house, draft).is_draft


def test_a_tampered_form_changes_neither_committee_nor_state_nor_number(house: House) -> None:
    draft, writer = house.decision(released=False), house.sign_in("secretary")
    extra = {
        "committee_id": "2",
        "state": "released",
        "number": "LK-1999-001",
        "year": "1999",
        "audience": "programme",
    }
    submit(
        writer, f"{draft}/edit", **extra, released_by_id="3", written_by_id="3", salt="00", archive_key="1"
    )
    row = stored(house, draft)
    assert (row.committee_id, row.state, row.number, row.year, row.audience) == (
        1,
        "draft",
        None,
        None,
        "committee",
    )
    assert (row.released_by_id, row.written_by_id, row.archive_key) == (None, 2, None)
    assert row.salt != "00"


def test_numbers_count_per_committee_and_local_year(house: House) -> None:
    with time_machine.travel(datetime(2027, 12, 31, 22, 30, tzinfo=UTC), tick=False):
        numbers = [house.decision(), house.decision(), house.decision("fallgruppe")]
    with time_machine.travel(datetime(2027, 12, 31, 23, 30, tzinfo=UTC), tick=False):
        numbers.append(house.decision())
    assert numbers == ["LK-2027-001", "LK-2027-002", "FG-2027-001", "LK-2028-001"]


def test_the_thousandth_number_has_four_digits(house: House) -> None:
    first = house.decision()
    with house.rows() as rows:
        rows.execute(sa.text("UPDATE decision SET ordinal = 999"))
        rows.commit()
    assert house.decision() == first.replace("-001", "-1000")


def test_a_failed_release_leaves_no_gap_and_nothing_half_done(house: House) -> None:
    draft = house.decision(released=False)
    with house.rows() as rows:
        rows.execute(sa.text("ALTER TABLE letter RENAME TO letter_away"))
        rows.commit()
    chair = house.sign_in("chair")
    assert submit(chair, draft, f"{draft}/release", recognised="nobody").status_code == 500
    with house.rows() as rows:
        rows.execute(sa.text("ALTER TABLE letter_away RENAME TO letter"))
        rows.commit()
        assert rows.scalar(sa.select(sa.func.count()).select_from(ChainLink)) == 0
    assert release(house.sign_in("chair"), draft).endswith("-001")
    assert house.run("verify").exit_code == 0


def test_releases_at_the_same_time_get_gapless_numbers(house: House) -> None:
    drafts = [
        house.decision(slug, released=False) for slug in ("lenkungskreis", "fallgruppe") for _ in range(4)
    ]
    browsers = [house.sign_in("chair") for _ in drafts]
    forms = [release_form(browser.get(draft).text) for browser, draft in zip(browsers, drafts, strict=True)]
    start, numbers = threading.Barrier(len(drafts)), []

    def send(browser: FlaskClient, draft: str, form: dict[str, str]) -> None:
        start.wait()
        numbers.append(browser.post(f"{draft}/release", data=form).location)

    threads = [threading.Thread(target=send, args=row) for row in zip(browsers, drafts, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    year = datetime.now(UTC).year
    assert sorted(numbers) == [
        f"/decisions/{code}-{year}-{n:03d}" for code in ("FG", "LK") for n in range(1, 5)
    ]
    verified = house.run("verify")
    assert verified.exit_code == 0, verified.output


def test_one_draft_released_twice_at_once_gets_one_number(house: House) -> None:
    draft, answers = house.decision(released=False), []
    browsers = [house.sign_in("chair") for _ in range(3)]
    forms = [release_form(browser.get(draft).text) for browser in browsers]
    threads = [
        threading.Thread(
            target=lambda b=b, f=f: answers.append(b.post(f"{draft}/release", data=f).status_code)
        )
        for b, f in zip(browsers, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 404, 404]
    with house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count()).select_from(ChainLink)) == 1
        assert rows.scalar(sa.select(sa.func.count()).select_from(Letter)) == 3


def test_superseding_marks_the_old_one_and_is_a_link(house: House) -> None:
    old = house.decision(title="Die alte Regel")
    draft, chair = house.decision(released=False, title="Die neue Regel"), house.sign_in("chair")
    submit(house.sign_in("secretary"), f"{draft}/edit", supersedes=old.lower())
    new = release(chair, draft).rpartition("/")[2]
    assert "Diese Entscheidung ist abgelöst" in chair.get(f"/decisions/{old}").text
    page = chair.get(f"/decisions/{old}").text
    assert f'href="/decisions/{new}"' in page
    assert "Die neue Regel" in page
    assert f'href="/decisions/{old}"' in chair.get(f"/decisions/{new}").text
    with house.rows() as rows:
        kinds = rows.execute(sa.select(ChainLink.kind, ChainLink.subject).order_by(ChainLink.sequence)).all()
        assert [kind for kind, _subject in kinds] == ["released", "released", "superseded"]
        assert kinds[0].subject == kinds[2].subject
    assert house.run("verify").exit_code == 0


def test_one_decision_can_be_split_into_two(house: House) -> None:
    old, writer, chair = house.decision(), house.sign_in("secretary"), house.sign_in("chair")
    for title in ("Erster Teil", "Zweiter Teil"):
        draft = house.decision(released=False, title=title)
        submit(writer, f"{draft}/edit", supersedes=old)
        release(chair, draft)
    page = chair.get(f"/decisions/{old}").text
    assert "Erster Teil" in page
    assert "Zweiter Teil" in page
    assert house.run("verify").exit_code == 0


def test_a_decision_of_another_committee_cannot_be_superseded(house: House) -> None:
    foreign, draft = house.decision("fallgruppe"), house.decision(released=False)
    answer = submit(house.sign_in("secretary"), f"{draft}/edit", supersedes=foreign)
    assert answer.status_code == 422
    assert "gibt es nicht" in answer.text


def test_the_pages_of_a_draft_are_gone_after_its_release(house: House) -> None:
    draft, writer = house.decision(released=False), house.sign_in("secretary")
    form = forms_of(writer.get(f"{draft}/edit").text)[-1]["fields"]
    release(house.sign_in("chair"), draft)
    number = stored(house, draft).number
    assert writer.get(draft).location == f"/decisions/{number}", "letters lead there"
    assert writer.get(f"{draft}/edit").status_code == 404
    assert house.sign_in("outsider").get(draft).location == f"/decisions/{number}"
    hidden = house.decision("fallgruppe", released=False)
    release(house.sign_in("chair"), hidden)
    assert house.sign_in("outsider").get(hidden).status_code == 404
    assert writer.post(f"{draft}/edit", data=form | {"title": "Zu spät"}).status_code == 404
    assert stored(house, draft).title == "Titel"


CHANGES = [
    lambda row: setattr(row, "title", "Anders"),
    lambda row: setattr(row, "arguments", "Anders"),
    lambda row: setattr(row, "kind", DecisionKind.OFFICE_DECISION),
    lambda row: setattr(row, "committee_id", 2),
    lambda row: setattr(row, "written_by_id", 1),
    lambda row: setattr(row, "released_at", datetime(2020, 1, 1, tzinfo=UTC)),
    lambda row: setattr(row, "salt", "00"),
    lambda row: setattr(row, "audience", "committee"),
    lambda row: row.topics.clear(),
    lambda row: row.topics.append(Topic(name="Neu")),
    lambda row: setattr(row.topics[0], "name", "Umbenannt"),
    lambda row: row.legal_bases.clear(),
    lambda row: row.legal_bases.append(LegalBasis(position=9, reference="§ 1 BGB")),
    lambda row: setattr(row.legal_bases[0], "reference", "§ 1 BGB"),
    lambda row: sa.inspect(row).session.delete(row.legal_bases[0]),
    lambda row: sa.inspect(row).session.delete(row),
]


def test_a_released_decision_does_not_change(house: House) -> None:
    house.decision(legal_bases=["§ 25b AufenthG"], topics=["Duldung"])
    for change in CHANGES:
        with house.rows() as rows:
            change(rows.scalars(sa.select(Decision)).one())
            with pytest.raises(SealedError):
                rows.commit()
            rows.rollback()
            rows.expunge_all()
    assert house.run("verify").exit_code == 0


def test_members_get_a_letter_with_title_and_link_but_no_reasons(house: House) -> None:
    number = house.decision(title="Der Titel", outcome="Das Ergebnis", arguments="Die Gründe")
    letters = house.letters("decision_released")
    assert [letter.address for letter in letters] == [
        "chair@example.org",
        "member@example.org",
        "secretary@example.org",
    ]
    text = letters[0].body.decode()
    assert "Der Titel" in text
    assert f"/decisions/{number}" in text
    assert not re.search("Ergebnis|Gr(ü|=C3=BC)nde", text)


def test_a_letter_about_a_case_group_carries_number_date_and_link_only(house: House) -> None:
    number = house.decision(
        "fallgruppe", title="Geheimtitel", outcome="Geheimergebnis", arguments="Geheimgrund"
    )
    letters = house.letters("decision_released")
    assert {letter.address for letter in letters} == {
        f"{name}@example.org" for name in ("chair", "counsellor", "secretary")
    }
    for letter in letters:
        text = f"{letter.head}\n{letter.body.decode()}"
        assert "eheim" not in text
        assert number in letter.head
        assert f"/decisions/{number}" in text
        assert f"{datetime.now(ZoneInfo('Europe/Berlin')):%d.%m.%Y}" in text


def test_a_letter_is_dropped_when_its_reader_left_the_committee(house: House) -> None:
    from minutes.release import _still_readable

    house.decision("fallgruppe")
    with house.rows() as rows:
        letter = rows.scalars(sa.select(Letter).where(Letter.address == "counsellor@example.org")).one()
        assert _still_readable(letter)
        seat = rows.scalars(sa.select(Membership).where(Membership.person_id == letter.person_id)).one()
        seat.ends_on = datetime(2021, 1, 1, tzinfo=UTC).date()
        rows.commit()
        assert not _still_readable(letter)


def test_the_card_of_drafts_tells_who_is_waited_for(light_house: House) -> None:
    light_house.decision(released=False, title="Ein Entwurf")
    textguard.load()
    assert "wartet auf eine zweite Person" in light_house.sign_in("secretary").get("/").text
    assert "wartet auf Ihre Freigabe" in light_house.sign_in("chair").get("/").text
    assert "Ein Entwurf" not in light_house.sign_in("member").get("/").text
    light_house.decision(released=False, title="Noch einer", **OPEN)
    light_house.decision(released=False, title="Ein dritter", result=None)
    for name in ("secretary", "chair"):
        page = light_house.sign_in(name).get("/").text
        for title, words in (("Noch einer", "eine Fundstelle offen"), ("Ein dritter", "es fehlen Angaben")):
            assert words in page[page.index(title) :].partition("</li>")[0]
    writer = light_house.sign_in("secretary")
    submit(writer, "/drafts/2", "/drafts/2/replace")
    assert "eine Fundstelle offen" not in writer.get("/").text


RELEASING = """
import sys
sys.path.insert(0, "tests")
from doors import PASSWORD, submit
from portal.app import create_app
browser = create_app().test_client()
submit(browser, "/login", email="chair@example.org", password=PASSWORD)
for draft in sys.argv[1:]:
    print(submit(browser, draft, f"{draft}/release", recognised="nobody").location, flush=True)
"""


@pytest.mark.drill
def test_a_killed_release_is_whole_or_not_at_all(house: House) -> None:
    drafts, acknowledged = [house.decision(released=False) for _ in range(16)], []
    command = [sys.executable, "-c", RELEASING]
    surroundings = clean_environment() | house.environment
    for stop in (4, 7):
        left = [draft for draft in drafts if stored(house, draft).is_draft]
        with subprocess.Popen([*command, *left], cwd=ROOT, env=surroundings, stdout=-1, text=True) as process:
            acknowledged += [process.stdout.readline() for _ in range(stop)]
            process.kill()
            acknowledged += list(process.stdout)
    acknowledged = [line.strip().rpartition("/")[2] for line in acknowledged if line.endswith("\n")]
    with house.rows() as rows:
        numbers = set(
            rows.scalars(sa.select(Decision.number).where(Decision.state == DecisionState.RELEASED))
        )
        audited = rows.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "decision.released"))
    assert len(acknowledged) >= 11
    assert set(acknowledged) <= numbers
    assert len(house.letters("decision_released")) == 3 * len(numbers)
    assert audited == len(numbers)
    assert house.run("verify").exit_code == 0
