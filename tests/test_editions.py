"""Editions: approved minutes never change; a correction is a new version with a reason and a difference."""

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from doors import House, approve_minutes, forms_of, make_house, submit, token
from servers import Postgres
from test_review import NAMED, TEXT, after, edit, in_review, state, together, typed

from minutes.attachments import Attachment
from minutes.minutes import Minutes
from minutes.proposals import DecisionProposal
from minutes.sealing import SealedError
from portal import audit, files
from portal.chain import ChainLink
from portal.clock import now
from portal.database import database
from portal.files import StoredFile

REASON = "Die Stimmen waren falsch gezählt."


@pytest.fixture
def postgres_house(tmp_path: Path, templates: dict[str, str], postgres: Postgres) -> Iterator[House]:
    """A fresh portal with the small world on PostgreSQL."""
    yield from make_house(tmp_path, templates, postgres)


def approve(house: House, minutes: int) -> None:
    answer = approve_minutes(house.sign_in("secretary"), minutes)
    assert answer.location == f"/minutes/{minutes}"


def begin(house: House, minutes: int, reason: str = REASON) -> int:
    """Begin the next edition; returns its id."""
    page = f"/minutes/{minutes}/editions/new"
    answer = submit(house.sign_in("secretary"), page, reason=reason)
    assert answer.status_code == 302
    return int(answer.location.split("/")[2])


def corrected(house: House, slug: str = "lenkungskreis") -> tuple[int, int]:
    """Minutes and their approved second edition."""
    first = typed(house, slug)
    approve(house, first)
    second = begin(house, first)
    edit(house, second, TEXT.replace("Mia Glied", "Cem Berater").replace("6 Ja-Stimmen", "5 Ja-Stimmen"))
    approve(house, second)
    return first, second


def attach(house: House, minutes: int) -> None:
    file = {"files": (io.BytesIO(b"Zahlen\n"), "zahlen.txt")}
    page = f"/minutes/{minutes}/attachments"
    assert submit(house.sign_in("secretary"), page, title="Zahlen", **file).status_code == 302


def content(house: House, minutes: int) -> str:
    with house.rows() as rows:
        return json.dumps(rows.get_one(Minutes, minutes).chained(), default=str, sort_keys=True)


def test_a_new_edition_needs_a_reason_and_begins_with_all_of_the_old_one(light_house: House) -> None:
    first = typed(light_house)
    attach(light_house, first)
    approve(light_house, first)
    before, page = content(light_house, first), f"/minutes/{first}/editions/new"
    assert submit(light_house.sign_in("secretary"), page, reason=" ").status_code == 422
    second = begin(light_house, first)
    with light_house.rows() as rows:
        old, new = rows.get_one(Minutes, first), rows.get_one(Minutes, second)
        assert (new.edition, new.state, new.change_reason) == (2, "draft", REASON)
        assert (new.text, new.head()) == (old.text, old.head())
        assert [row.chained() for row in new.decisions] == [row.chained() for row in old.decisions]
        assert [row.task_id for row in new.tasks] == [row.task_id for row in old.tasks]
        assert [row.chained() for row in new.attachments] == [row.chained() for row in old.attachments]
    assert content(light_house, first) == before


def test_only_one_unfinished_edition_exists_and_none_of_an_outdated_one(light_house: House) -> None:
    first = typed(light_house)
    approve(light_house, first)
    second, secretary = begin(light_house, first), light_house.sign_in("secretary")
    page = f"/minutes/{first}/editions/new"
    assert "schon begonnen" in submit(secretary, page, reason=REASON).text
    approve(light_house, second)
    assert submit(secretary, page, reason=REASON).status_code == 422
    assert secretary.get(f"/minutes/{begin(light_house, second)}/editions/new").status_code == 404


def test_the_earlier_edition_stays_as_it_was_and_says_which_one_counts(house: House) -> None:
    first, second = corrected(house)
    member = house.sign_in("member")
    old, new = (member.get(f"/minutes/{number}").text for number in (first, second))
    assert "Diese Fassung ist überholt" in old
    assert "6 Ja-Stimmen" in old
    assert "5 Ja-Stimmen" in new
    assert REASON in new
    assert house.run("verify").exit_code == 0
    with house.rows() as rows:
        links = rows.scalars(sa.select(ChainLink.subject).order_by(ChainLink.sequence)).all()
        assert links == [f"minutes:{first}", f"minutes:{second}"]


def test_lists_show_the_newest_edition_only(light_house: House) -> None:
    first, second = corrected(light_house)
    member = light_house.sign_in("member")
    with light_house.rows() as rows:
        meeting = rows.get_one(Minutes, first).meeting_id
    for page in ("/committees/lenkungskreis", f"/meetings/{meeting}", "/minutes"):
        text = member.get(page).text
        assert f'href="/minutes/{second}"' in text, page
        assert f'href="/minutes/{first}"' not in text, page


def test_as_long_as_the_new_edition_is_a_draft_the_old_one_counts(light_house: House) -> None:
    first = typed(light_house)
    approve(light_house, first)
    second = begin(light_house, first)
    member = light_house.sign_in("member")
    assert member.get(f"/minutes/{second}").status_code == 404
    assert "überholt" not in member.get(f"/minutes/{first}").text
    assert f'href="/minutes/{first}"' in member.get("/minutes").text


def test_members_see_the_difference_in_words_marked_for_eye_and_ear(light_house: House) -> None:
    first, second = corrected(light_house)
    page = light_house.sign_in("member").get(f"/minutes/{second}/difference").text
    removed, added = (page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0] for tag in ("del", "ins"))
    assert "entfernt:" in removed
    assert "6" in removed
    assert "neu:" in added
    assert "5" in added
    assert REASON in page
    assert light_house.sign_in("member").get(f"/minutes/{first}/difference").status_code == 404
    assert light_house.sign_in("outsider").get(f"/minutes/{second}/difference").status_code == 404


@pytest.mark.parametrize(("slug", "is_told"), [("lenkungskreis", True), ("fallgruppe", False)])
def test_the_letter_says_that_there_is_a_new_edition_and_why_but_not_of_a_case_group(
    light_house: House, slug: str, *, is_told: bool
) -> None:
    corrected(light_house, slug)
    letters = light_house.letters("minutes_approved")
    last = letters[-1]
    assert "Fassung 2" in last.head
    with light_house.rows():
        assert (b"falsch gez" in (last.body or b"")) is is_told


def test_the_reason_of_a_case_group_passes_the_guard(light_house: House) -> None:
    first = typed(light_house, "fallgruppe")
    approve(light_house, first)
    refused = submit(light_house.sign_in("secretary"), f"/minutes/{first}/editions/new", reason=NAMED)
    assert refused.status_code == 422
    assert "190704558123" in refused.text


def test_attachments_live_on_in_the_new_edition_and_go_only_with_their_last_draft(light_house: House) -> None:
    first = typed(light_house)
    attach(light_house, first)
    approve(light_house, first)
    second = begin(light_house, first)
    secretary = light_house.sign_in("secretary")
    assert submit(secretary, f"/minutes/{second}/delete").status_code == 302
    with light_house.rows() as rows:
        files.remove_dropped()
        (attachment,) = rows.scalars(sa.select(Attachment)).all()
        assert attachment.released.is_kept
    third = begin(light_house, first)
    approve(light_house, third)
    with light_house.rows() as rows:
        files.remove_dropped()
        released = [row.released for row in rows.scalars(sa.select(Attachment)).all()]
        assert [row.is_kept for row in released] == [True, True]
    member = light_house.sign_in("member")
    assert member.get(f"/minutes/{third}").text.count("/attachments/") == 1


def test_a_wrong_draft_is_deleted_with_its_file_after_a_question(light_house: House) -> None:
    meeting = light_house.meeting(days=-3)
    secretary = light_house.sign_in("secretary")
    file = (io.BytesIO(TEXT.encode()), "protokoll.md")
    submit(secretary, f"/meetings/{meeting}/minutes/new", file=file)
    with light_house.rows() as rows:
        minutes = rows.scalars(sa.select(Minutes.id)).one()
    page = f"/minutes/{minutes}/delete"
    assert light_house.sign_in("member").get(page).status_code == 404
    assert "Ja, Entwurf löschen" in secretary.get(page).text
    stale = {"csrf_token": token(secretary), "version": "0"}
    assert secretary.post(page, data=stale).location == page
    assert submit(secretary, page).location == f"/meetings/{meeting}"
    with light_house.rows() as rows:
        files.remove_dropped()
        assert rows.scalars(sa.select(Minutes)).all() == []
        assert rows.scalars(sa.select(DecisionProposal)).all() == []
        assert [row.is_kept for row in rows.scalars(sa.select(StoredFile))] == [False]
    assert typed(light_house) > minutes  # letters and agendas never take a new draft for the old one


def test_what_is_in_review_or_approved_is_not_deleted(light_house: House) -> None:
    secretary, minutes = light_house.sign_in("secretary"), in_review(light_house, text="Es war schön.\n")
    page, data = f"/minutes/{minutes}/delete", {"csrf_token": token(secretary), "version": "2"}
    assert secretary.post(page, data=data).status_code == 404
    approve(light_house, minutes)
    assert secretary.post(page, data=data).status_code == 404
    with light_house.rows() as rows:
        rows.delete(rows.get_one(Minutes, minutes))
        with pytest.raises(SealedError):
            rows.flush()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE minutes SET state = 'draft' WHERE edition = 2", "passed off as a draft"),
        ("UPDATE minutes SET change_reason = 'anders' WHERE edition = 2", "changed after the fact"),
        ("UPDATE minutes SET edition = edition + 1 WHERE edition = 2", "changed after the fact"),
        ("UPDATE minutes SET way = 'silence' WHERE edition = 1", "changed after the fact"),
    ],
)
def test_verify_tells_when_an_old_edition_is_passed_off_as_the_current_one(
    light_house: House, change: str, words: str
) -> None:
    corrected(light_house)
    with light_house.rows() as rows:
        rows.execute(sa.text(change))
        rows.commit()
    result = light_house.run("verify")
    assert result.exit_code == 1
    assert words in result.output


def test_two_secretaries_at_once_begin_one_edition(house: House) -> None:
    first = typed(house)
    approve(house, first)
    page = f"/minutes/{first}/editions/new"
    browsers = [house.sign_in(name) for name in ("secretary", "chair")]
    forms = [forms_of(browser.get(page).text)[-2]["fields"] | {"reason": REASON} for browser in browsers]
    codes: list[int] = []
    together(
        *(
            lambda browser=browser, form=form: codes.append(browser.post(page, data=form).status_code)
            for browser, form in zip(browsers, forms, strict=True)
        )
    )
    assert sorted(codes) == [302, 422]


def test_what_is_superseded_is_taken_back_from_all_committees_and_verify_tells(light_house: House) -> None:
    first, _second = corrected(light_house)
    chair, page = light_house.sign_in("chair"), f"/minutes/{first}/share"
    assert chair.get(page).status_code == 404
    with light_house.rows() as rows:  # as if both had been done in the same moment
        rows.execute(sa.update(Minutes).where(Minutes.id == first).values(shared_at=now(), shared_by_id=3))
        rows.commit()
    assert "is superseded, but open" in light_house.run("verify").output
    assert submit(chair, page, f"{page}/end").status_code == 302
    assert light_house.sign_in("outsider").get(f"/minutes/{first}").status_code == 404
    assert light_house.run("verify").exit_code == 0


def until_it_waits(house: House, other: threading.Thread) -> None:
    """Start another request, and go on once PostgreSQL lets it wait for what this one holds."""
    other.start()
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
    with house.app.app_context(), database().engine.connect() as connection:
        while other.is_alive() and not connection.scalar(waiting):
            connection.rollback()


@pytest.mark.drill
@pytest.mark.parametrize("first_to_come", ["approval", "sharing"])
def test_an_edition_that_is_superseded_at_the_moment_of_its_sharing_is_not_shared(
    postgres_house: House, monkeypatch: pytest.MonkeyPatch, first_to_come: str
) -> None:
    house = postgres_house
    old = typed(house)
    approve(house, old)
    new, chair, secretary = begin(house, old), house.sign_in("chair"), house.sign_in("secretary")
    share, yes = f"/minutes/{old}/share", f"/minutes/{new}/approve"
    forms = {
        page: next(form["fields"] for form in forms_of(browser.get(page).text) if form["action"] == page)
        for browser, page in ((chair, share), (secretary, yes))
    }
    sharing = threading.Thread(target=chair.post, args=(share,), kwargs={"data": forms[share]})
    approving = threading.Thread(
        target=secretary.post, args=(yes,), kwargs={"data": forms[yes] | {"approved_by": "direct"}}
    )
    first, second = (approving, sharing) if first_to_come == "approval" else (sharing, approving)
    last_word = {"approval": "minutes.approved", "sharing": "minutes.shared"}[first_to_come]
    record, waited = audit.record, list[bool]()

    def meanwhile(action: str, row: object, **details: Any) -> None:
        if action == last_word:
            until_it_waits(house, second)
            waited.append(second.is_alive())
        record(action, row, **details)

    monkeypatch.setattr(audit, "record", meanwhile)
    first.start()
    first.join()
    second.join()
    assert waited == [True]
    assert state(house, new)[0] == "approved"
    with house.rows() as rows:
        assert rows.get_one(Minutes, old).shared_at is None
    assert house.sign_in("outsider").get(f"/minutes/{old}").status_code == 404
    assert house.run("verify").exit_code == 0


def test_a_new_edition_is_approved_by_meetings_after_it_was_begun(light_house: House) -> None:
    first = typed(light_house)
    between = light_house.meeting(days=-2)
    approve(light_house, first)
    second = begin(light_house, first)
    later = light_house.meeting(days=1)
    with after(2):
        page = light_house.sign_in("secretary").get(f"/minutes/{second}/approve").text
    assert f'value="{between}"' not in page
    assert f'value="{later}"' in page
