"""Terms that the guard leaves alone: two people say so, it holds at once everywhere, and it can be taken back."""

import re
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from doors import House, submit, token
from flask.testing import FlaskClient
from test_architecture import MODULES, ROOT, imports
from test_guard_pages import NEW, WORDS, ask, pane

from portal import guard, textguard
from portal.allowed_terms import AllowedTerm
from portal.audit import AuditEntry
from portal.people import Person
from portal.textguard import Finding

TERM = "Zarquonia Blunt"  # no name on any list, and no German word
TEXT = f"Die Beratung durch {TERM} wurde empfohlen."


@pytest.fixture(autouse=True)
def loaded() -> None:
    textguard.load()


def found(house: House, text: str = TEXT) -> list[Finding]:
    with house.rows():
        return [one for one in guard.find(text) if one.blocking]


def propose(client: FlaskClient, term: str = TERM, reason: str = "Ein Verein der Stadt") -> int:
    return submit(client, "/terms", term=term, reason=reason).status_code


def terms(house: House) -> list[tuple[str, bool]]:
    with house.rows() as rows:
        return [
            (row.term, row.holds) for row in rows.scalars(sa.select(AllowedTerm).order_by(AllowedTerm.id))
        ]


def press(client: FlaskClient, what: str, term: int = 1) -> int:
    return client.post(f"/terms/{term}/{what}", data={"csrf_token": token(client)}).status_code


def test_a_term_holds_in_every_text_once_a_second_person_confirms_it(house: House) -> None:
    secretary, chair = house.sign_in("secretary"), house.sign_in("chair")
    draft = house.decision(released=False, arguments=TEXT)
    assert found(house)
    assert "data-open" in pane(secretary, TEXT)
    assert propose(secretary) == 302
    assert found(house), "one person alone changes nothing"
    assert "Ein Begriff für den Textwächter wartet auf eine zweite Person" in chair.get("/").text
    assert "Begriff für den Textwächter wartet" not in secretary.get("/").text, (
        "who proposed it can do nothing"
    )
    assert press(chair, "confirm") == 302
    assert found(house) == []
    assert pane(secretary, TEXT) == ""
    assert "Keine offenen Fundstellen" in secretary.get(draft).text
    page = chair.get("/terms").text
    with house.rows() as rows:
        row = rows.scalars(sa.select(AllowedTerm)).one()
        here = ZoneInfo("Europe/Berlin")
        moments = [f"{moment.astimezone(here):%d.%m.%Y}" for moment in (row.proposed_at, row.confirmed_at)]
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert f"Ein Verein der Stadt Sina Schreiber, {moments[0]} Carla Vorsitz, {moments[1]}" in text


def test_it_holds_for_agendas_too_where_findings_refuse(light_house: House) -> None:
    secretary = light_house.sign_in("secretary")
    page = f"/meetings/{light_house.meeting('fallgruppe')}/agenda/new"
    assert submit(secretary, page, title=TEXT).status_code == 422
    propose(secretary)
    press(light_house.sign_in("chair"), "confirm")
    assert submit(secretary, page, title=TEXT).status_code == 302


def test_every_room_asks_the_guard_with_the_allowed_terms() -> None:
    asking = []
    for path in MODULES:
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("portal/textguard/") or name == "portal/guard.py":
            continue
        asking += [
            name
            for what in imports(path)
            if what in {"portal.textguard.scan", "portal.textguard.scan_fields"}
            or "textguard.scanner" in what
        ]
    assert asking == []


def test_it_is_taken_back_by_one_person_and_found_again_at_once(light_house: House) -> None:
    secretary, chair = light_house.sign_in("secretary"), light_house.sign_in("chair")
    propose(secretary)
    press(chair, "confirm")
    assert press(secretary, "remove") == 302
    assert (terms(light_house), bool(found(light_house))) == ([], True)
    propose(secretary)
    press(chair, "remove")
    with light_house.rows() as rows:
        trail = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action.startswith("term."))).all()
        assert [entry.action.partition(".")[2] for entry in trail] == [
            "proposed",
            "confirmed",
            "removed",
            "proposed",
            "refused",
        ]
        assert not any("Zarquonia" in f"{entry.subject} {entry.detail}" for entry in trail)


def test_nobody_confirms_what_they_proposed(house: House) -> None:
    secretary = house.sign_in("secretary")
    propose(secretary)
    assert "Überall erlauben" not in secretary.get("/terms").text
    assert press(secretary, "confirm") == 302
    assert terms(house) == [(TERM, False)]
    with house.rows() as rows:
        assert rows.scalar(sa.select(AuditEntry).where(AuditEntry.action == "term.confirm_refused"))
        row = rows.scalars(sa.select(AllowedTerm)).one()
        row.confirm(row.proposed_by)
        with pytest.raises(sa.exc.IntegrityError, match="second_person"):
            rows.flush()


def test_a_second_account_of_the_proposer_confirms_nothing(light_house: House) -> None:
    propose(light_house.sign_in("secretary"))
    with light_house.rows() as rows:
        rows.execute(
            sa.update(Person)
            .where(Person.email == "chair@example.org")
            .values(email="secretary+vorsitz@example.org")
        )
        rows.commit()
    press(light_house.sign_in("secretary+vorsitz"), "confirm")
    with light_house.rows() as rows:
        assert not rows.scalars(sa.select(AllowedTerm)).one().holds


def test_confirming_twice_changes_nothing(light_house: House) -> None:
    propose(light_house.sign_in("secretary"))
    press(light_house.sign_in("chair"), "confirm")
    press(light_house.sign_in("housing"), "confirm")
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(AllowedTerm)).one().confirmed_by.name == "Carla Vorsitz"
    assert press(light_house.sign_in("chair"), "remove", 77) == 404


@pytest.mark.parametrize(
    "term",
    [
        "Mohammed",
        "Yilmaz",
        "Frau Aydemir",
        "Selin",
        "Müller",
        "0221 123456",
        "a@example.org",
        "…",
        "x" * 101,
        " ",
    ],
)
def test_names_and_what_is_no_word_are_refused(light_house: House, term: str) -> None:
    assert propose(light_house.sign_in("secretary"), term) == 422
    assert terms(light_house) == []


def test_the_same_term_is_proposed_only_once(light_house: House) -> None:
    secretary = light_house.sign_in("secretary")
    assert [propose(secretary, term) for term in (TERM, TERM.upper(), f" {TERM}\u200b ")] == [302, 422, 422]


def test_the_reason_names_nobody_either(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    assert propose(client, reason="Dort arbeitet Frau Selin Aydemir") == 422
    assert propose(client, reason=f"{TERM} ist ein Verein") == 302


def test_while_writing_a_term_is_proposed_in_place(light_house: House) -> None:
    client = light_house.sign_in("secretary")

    def send(**words: str) -> tuple[int, str]:
        answer = client.post(
            "/terms/from-text", data=words | {"committee_id": "1", "csrf_token": token(client)}
        )
        return answer.status_code, answer.json["words"]

    assert send(term=TERM, reason="")[0] == 422
    assert "auch ein Name oder eine Anrede" in send(term="Mohammed", reason="Verein")[1]
    assert "zweite Person" in send(term=TERM, reason="Ein Verein")[1]
    assert terms(light_house) == [(TERM, False)]


def test_the_form_of_a_finding_proposes_without_javascript(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    saved = submit(client, NEW.format("fallgruppe"), **(WORDS | {"arguments": TEXT}))
    assert submit(client, saved.location, "/terms", reason="Ein Verein").status_code == 302
    assert len(terms(light_house)) == 1


def test_a_proposal_is_known_only_where_the_text_may_have_come_from(light_house: House) -> None:
    secretary, stranger = light_house.sign_in("secretary"), light_house.sign_in("housing")
    saved = submit(secretary, NEW.format("fallgruppe"), **(WORDS | {"arguments": TEXT}))
    submit(secretary, saved.location, "/terms", reason="Ein Verein")
    assert TERM not in stranger.get("/terms").text
    assert "Begriff für den Textwächter" not in stranger.get("/").text
    assert [press(stranger, what) for what in ("confirm", "remove")] == [404, 404]
    foreign = {"term": "Blunt", "reason": "Verein", "committee_id": "2", "csrf_token": token(stranger)}
    assert stranger.post("/terms", data=foreign).status_code == 422
    press(light_house.sign_in("chair"), "confirm")
    assert TERM in stranger.get("/terms").text, "two people said that it names nobody"


def test_who_only_proposes_items_is_offered_no_terms(light_house: House) -> None:
    page = f"/meetings/{light_house.meeting('fallgruppe')}/agenda/new"
    for name, is_offered in (("secretary", True), ("counsellor", False)):
        answer = ask(light_house.sign_in(name), page, title=TEXT)
        assert ("data-propose" in answer.json["panes"]["title"]) is is_offered


@pytest.mark.parametrize("name", ["admin", "member", "counsellor", "outsider"])
def test_terms_are_for_those_who_write(light_house: House, name: str) -> None:
    propose(light_house.sign_in("secretary"))
    client = light_house.sign_in(name)
    assert client.get("/terms").status_code == 404
    assert [press(client, what) for what in ("confirm", "remove")] == [404, 404]
    assert client.post("/terms", data={"csrf_token": token(client), "term": "x"}).status_code == 404
    assert "Begriff für den Textwächter" not in client.get("/").text
    assert terms(light_house) == [(TERM, False)]
