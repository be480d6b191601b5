"""Every change leaves an entry in the audit trail, and no entry holds a text."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from doors import PASSWORD, House, approve_minutes, forms_of, submit
from flask import has_request_context, request
from sqlalchemy import event
from sqlalchemy.orm import Session
from test_credentials import link

from portal.audit import AuditEntry
from portal.committees import Committee
from portal.people import Agency, Person
from portal.signin import SignIn

NO_ROWS_OF_PEOPLE = {"sign_in", "failed_sign_in", "audit_entry"}


@pytest.fixture
def silent() -> Iterator[set[str]]:
    """The pages that changed something without an entry, gathered at each commit of a request."""
    found: set[str] = set()

    def changed(session: Session, _context: object) -> None:
        rows = session.info.setdefault("changed", set())
        touched = {*session.new, *session.dirty, *session.deleted}
        rows |= {row.__tablename__ for row in touched if session.is_modified(row) or row not in session.dirty}

    def committing(session: Session) -> None:
        rows = session.info.pop("changed", set())
        if has_request_context() and rows - NO_ROWS_OF_PEOPLE and "audit_entry" not in rows:
            found.add(f"{request.method} {request.endpoint}")

    event.listen(Session, "after_flush", changed)
    event.listen(Session, "after_commit", committing)
    yield found
    event.remove(Session, "after_flush", changed)
    event.remove(Session, "after_commit", committing)


def test_a_year_of_changes_leaves_no_page_without_entries(light_house: House, silent: set[str]) -> None:
    house = light_house
    for work in (administer, look_after_oneself, hold_a_meeting, decide):
        work(house)
    assert silent == set()
    with house.rows() as rows:
        entries = rows.scalars(sa.select(AuditEntry)).all()
        actions = {entry.action for entry in entries}
        texts = " ".join(f"{entry.subject} {entry.detail}" for entry in entries)
    assert actions >= EXPECTED
    assert not re.search(r"Geheim|@example|Nele", texts)


EXPECTED = {
    "agency.saved", "committee.saved", "decision.drafted", "decision.edited", "decision.released",
    "deputy.added", "feed.renewed", "link.refused", "meeting.cancelled", "meeting.changed",
    "meeting.invited", "meeting.planned", "meeting.reinstated", "membership.added",
    "membership.ended", "minutes.approved", "minutes.edited", "minutes.typed", "password.changed",
    "password.reset_asked", "password.set", "person.changed", "person.created", "person.disabled",
    "person.enabled", "person.language", "person.signed_out", "person.welcomed", "rule.saved",
    "sign_in", "sign_in.ended", "sign_in.failed", "sign_out",
}  # fmt: skip


def administer(house: House) -> None:
    client = house.sign_in("admin")
    person = submit(client, "/admin/people/new", name="Nele Geheim", email="nele@example.org").location
    submit(client, person, name="Nele Geheim-Neu")
    with house.rows() as rows:
        committee = rows.scalar(sa.select(Committee.id).where(Committee.slug == "lenkungskreis"))
        member = rows.scalar(sa.select(Person.id).where(Person.email == "member@example.org"))
        agency = rows.scalar(sa.select(Agency.id))
    seat = {"committee_id": committee}
    submit(client, f"{person}/memberships/new", action=f"{person}/memberships", **seat)
    submit(client, f"{person}/deputies/new", action=f"{person}/deputies", **seat, for_person_id=member)
    page = client.get(person).text
    ends = re.findall(r'action="([^"]+/memberships/\d+/end)"', page)
    submit(client, person, action=ends[0])
    for action in ("welcome", "sign-out"):
        token = forms_of(page)[0]["fields"]["csrf_token"]
        client.post(f"{person}/{action}", data={"csrf_token": token})
    submit(client, person, action=f"{person}/disable")
    submit(client, person, action=f"{person}/enable")
    submit(client, f"/admin/committees/{committee}", description="Geheimes")
    submit(client, f"/admin/agencies/{agency}", description="Geheimes")


def look_after_oneself(house: House) -> None:
    used = link(house, "outsider")
    submit(
        house.visitor(), used, password="ein Geheimnis aus Sätzen", password_again="ein Geheimnis aus Sätzen"
    )
    house.visitor().get(used)
    submit(house.visitor(), "/reset", email="member@example.org")
    submit(house.visitor(), "/login", email="Geheim@example.org", password="Geheimnis")
    client, _other = house.sign_in("member"), house.sign_in("member")
    with house.rows() as rows:
        other = rows.scalar(sa.select(sa.func.max(SignIn.id)))
    submit(client, "/account", action=f"/account/sessions/{other}/end")
    submit(client, "/account", action="/language", language="de")
    submit(client, "/account", action="/language", language="en")
    submit(client, "/calendar/subscriptions", action="/calendar/renew")
    fields = {"password_now": PASSWORD, "password": "ein neuer Geheimnissatz"}
    submit(client, "/account", action="/account/password", **fields, password_again="ein neuer Geheimnissatz")
    submit(client, "/", action="/logout")


def hold_a_meeting(house: House) -> None:
    client = house.sign_in("secretary")
    submit(client, "/committees/lenkungskreis/rule", place="Geheimer Ort")
    new = {"on": "2029-05-02", "starts": "10:00", "ends": "12:00", "place": "Geheimer Ort"}
    page = submit(client, "/committees/lenkungskreis/meetings/new", **new).location
    submit(client, f"{page}/invite")
    submit(client, f"{page}/edit", place="Ein anderer geheimer Ort")
    submit(client, f"{page}/cancel")
    submit(client, f"{page}/reinstate")
    past = house.meeting(days=-3)
    minutes = submit(
        client, f"/meetings/{past}/minutes/new", text="# TOP 1\n\nGeheimes wurde beraten."
    ).location
    submit(client, minutes, chair="Geheime Leitung")
    approve_minutes(house.sign_in("chair"), minutes.split("/")[2])


def decide(house: House) -> None:
    client, page = house.sign_in("secretary"), "/committees/lenkungskreis/decisions/new"
    draft = submit(
        client, page, title="Geheimer Titel", result="granted", outcome="Ja.", arguments="Geheime Gründe."
    ).location
    submit(client, f"{draft}/edit", outcome="Nein.")
    submit(house.sign_in("chair"), draft, action=f"{draft}/release", recognised="nobody")
