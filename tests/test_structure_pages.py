"""Administration of agencies and committees."""

import pytest
import sqlalchemy as sa
from doors import House, approve_minutes, submit

from minutes.minutes import Minutes
from portal.audit import AuditEntry
from portal.clock import now
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


def test_the_kind_of_a_committee_stays_once_readers_rest_on_it(light_house: House) -> None:
    admin, page, words = (
        light_house.sign_in("admin"),
        "/admin/committees/{}",
        "Bitte legen Sie dafür ein neues",
    )
    with light_house.rows() as rows:
        ids = dict(rows.execute(sa.select(Committee.slug, Committee.id)).all())
    group, housing = (page.format(ids[slug]) for slug in ("fallgruppe", "uag-wohnen"))
    for kind in ("working_group", "case_group"):
        assert submit(admin, group, kind=kind).status_code == 302, "nothing rests on it yet"
    light_house.decision("fallgruppe")
    minutes_id = approved_minutes(light_house, "uag-wohnen")
    assert submit(admin, housing, kind="steering").status_code == 302
    assert submit(admin, housing, kind="working_group").status_code == 302
    with light_house.rows() as rows:
        rows.execute(
            sa.update(Minutes).where(Minutes.id == minutes_id).values(shared_at=now(), shared_by_id=1)
        )
        rows.commit()
    for address, kind in ((group, "steering"), (housing, "case_group")):
        answer = submit(admin, address, kind=kind)
        assert answer.status_code == 422
        assert words in answer.text
        assert submit(admin, address, description="Neue Worte").status_code == 302, "the rest may change"
    assert light_house.run("verify").exit_code == 0


def approved_minutes(house: House, slug: str) -> int:
    """Approved minutes of a committee; their id."""
    meeting, writer = house.meeting(slug, days=-3), house.sign_in("housing")
    minutes = submit(
        writer, f"/meetings/{meeting}/minutes/new", text="# Protokoll\n\nAlle da."
    ).location.split("/")[2]
    assert approve_minutes(writer, minutes).status_code == 302
    return int(minutes)
