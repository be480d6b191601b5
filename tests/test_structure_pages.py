"""Administration of agencies and committees."""

import pytest
import sqlalchemy as sa
from doors import House, submit

from portal.audit import AuditEntry
from portal.committees import Committee
from portal.people import Agency

COMMITTEE = {"name": "UAG Sprache", "slug": "uag-sprache", "code": "USP", "kind": "working_group"}


def test_a_new_committee_stands_on_the_list_and_gets_a_feed(house: House) -> None:
    client = house.sign_in("admin")
    assert submit(client, "/admin/committees/new", **COMMITTEE).status_code == 302
    assert "UAG Sprache" in client.get("/admin/committees").text
    assert "uag-sprache" in house.run("feeds").stdout


def test_a_new_agency_is_stored_and_noted(house: House) -> None:
    fields = {
        "name": "Beratung am Fluss e.V.",
        "short_name": "Am Fluss",
        "slug": "fluss",
        "kind": "counselling",
    }
    assert submit(house.sign_in("admin"), "/admin/agencies/new", **fields).status_code == 302
    with house.rows() as rows:
        agency = rows.scalars(sa.select(Agency).where(Agency.slug == "fluss")).one()
        subject = rows.scalar(sa.select(AuditEntry.subject).where(AuditEntry.action == "agency.saved"))
        assert subject == f"agency:{agency.id}"


WRONG = [
    *({"name": name} for name in ("", "   ", "Lenkungskreis", "x" * 121)),
    *({"slug": slug} for slug in ("Groß", "a/b", "../x", "lenkungskreis")),
    *({"code": code} for code in ("LK", "lk", "ZU-LANG", "ABCDEFGHI")),
    {"kind": "kingdom"},
    {"description": "x" * 501},
]


def test_a_committee_with_a_wrong_field_is_refused_with_what_was_typed(house: House) -> None:
    client = house.sign_in("admin")
    for wrong in WRONG:
        answer = submit(client, "/admin/committees/new", **(COMMITTEE | wrong))
        assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True), wrong
    with house.rows() as rows:
        assert len(rows.scalars(sa.select(Committee)).all()) == 3


def test_a_committee_keeps_its_own_name_when_it_is_changed(house: House) -> None:
    with house.rows() as rows:
        number = rows.scalars(sa.select(Committee.id).where(Committee.slug == "uag-wohnen")).one()
    answer = submit(house.sign_in("admin"), f"/admin/committees/{number}", description="Wohnraum finden")
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "page", ["/admin/committees/99", "/admin/agencies/99", "/admin/kingdoms", "/admin/people/99"]
)
def test_what_does_not_exist_is_not_found(light_house: House, page: str) -> None:
    assert light_house.sign_in("admin").get(page).status_code == 404
