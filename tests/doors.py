"""The small world of the tests, and the doors to knock at: pages, forms, commands, rows.

People: admin@, secretary@ and chair@ (steering committee and case group), member@ (steering committee), counsellor@
(case group), outsider@ (UAG Wohnen), housing@ (its secretary), all @example.org, with one password.
"""

import contextlib
import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click.testing
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from servers import Postgres
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from meetings.feeds import event_changed
from meetings.meeting import Meeting
from meetings.procedure import Duty, Procedure
from meetings.rules import MeetingRule
from minutes.decision import Decision, DecisionKind, Result
from minutes.decision_form import topic
from minutes.legal_basis import LegalBasis, provision_of
from minutes.release import findings, release
from portal import passwords, publishing
from portal.app import create_app
from portal.committees import (
    Committee,
    CommitteeKind,
    Membership,
    Role,
    note_changed_committee,
    note_changed_seats,
)
from portal.credentials import set_password
from portal.database import Database, database, session
from portal.dismissals import Dismissal
from portal.migration import migrate
from portal.outbox import Letter
from portal.people import Agency, AgencyKind, Person
from portal.settings import Settings, apply_settings, make_instance, read_settings

PASSWORD = "ein langer Satz für die Tests"
DOMAIN = "portal.example.org"
COMMITTEES = [
    ("lenkungskreis", "LK", "Lenkungskreis", CommitteeKind.STEERING),
    ("fallgruppe", "FG", "Fallgruppe", CommitteeKind.CASE_GROUP),
    ("uag-wohnen", "UWO", "UAG Wohnen", CommitteeKind.WORKING_GROUP),
]
PEOPLE: list[tuple[str, str, dict[str, Role]]] = [
    ("admin", "Ada Verwalter", {}),
    ("secretary", "Sina Schreiber", {"lenkungskreis": Role.SECRETARY, "fallgruppe": Role.SECRETARY}),
    ("chair", "Carla Vorsitz", {"lenkungskreis": Role.CHAIR, "fallgruppe": Role.CHAIR}),
    ("member", "Mia Glied", {"lenkungskreis": Role.MEMBER}),
    ("counsellor", "Cem Berater", {"fallgruppe": Role.MEMBER}),
    ("outsider", "Oskar Draussen", {"uag-wohnen": Role.MEMBER}),
    ("housing", "Hanne Wohnort", {"uag-wohnen": Role.SECRETARY}),
]

_names = itertools.count()


class CompiledTemplates(BytecodeCache):
    """Templates are compiled once for all portals of a test run, and again when their text changes."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_compiled_templates = CompiledTemplates()


class House:
    """A portal with the small world, to be entered by its doors."""

    def __init__(self, app: Flask, environment: dict[str, str]) -> None:
        self.app = app
        self.environment = environment
        """What a process of its own needs to work on the same instance."""

    @property
    def instance(self) -> Path:
        return Path(self.environment["PORTAL_INSTANCE"])

    def visitor(self) -> FlaskClient:
        """A browser in which nobody is signed in."""
        return self.app.test_client()

    def sign_in(self, name: str, password: str = PASSWORD) -> FlaskClient:
        """A browser in which this person is signed in, through the page."""
        client = self.visitor()
        answer = submit(client, "/login", email=f"{name}@example.org", password=password)
        assert answer.status_code == 302, answer.text
        return client

    def run(self, *arguments: str, stdin: str | bytes | None = None) -> click.testing.Result:
        """A command of the portal, in this process."""
        with patch.dict("os.environ", self.environment):
            return self.app.test_cli_runner().invoke(args=list(arguments), input=stdin)

    @contextlib.contextmanager
    def rows(self) -> Iterator[Session]:
        """The database behind the pages, to look at what was stored."""
        with self.app.app_context():
            yield session

    @contextlib.contextmanager
    def listening(self, event: str, listener: Callable[..., object]) -> Iterator[None]:
        """While this lasts, an event of the database's engine is told to a function."""
        with self.app.app_context():
            engine = database().engine
        sa.event.listen(engine, event, listener)
        try:
            yield
        finally:
            sa.event.remove(engine, event, listener)

    def meeting(self, slug: str = "lenkungskreis", days: int = 30, **columns: Any) -> int:
        """Plan a meeting for some days from now at 10:00 UTC, two hours; returns its id."""
        with self.rows() as rows:
            start = datetime.combine(datetime.now(UTC).date() + timedelta(days=days), time(10), UTC)
            committee = rows.scalars(sa.select(Committee).where(Committee.slug == slug)).one()
            meeting = Meeting(
                committee=committee, starts_at=start, ends_at=start + timedelta(hours=2), **columns
            )
            rows.add(meeting)
            event_changed(meeting)
            rows.commit()
            return meeting.id

    def feed(self, owner: str) -> str:
        """The address, from the slash on, of the feed of a committee (`lenkungskreis`) or person (`member`)."""
        feeds = json.loads(self.run("feeds", "--json").stdout)
        (row,) = [row for row in feeds if owner in {row["committee"], (row["owner"] or "").partition("@")[0]}]
        return f"/{row['file']}"

    def calendar(self, owner: str) -> str:
        """What a calendar program gets of this feed after the worker's next round."""
        with self.rows():
            publishing.publish_pending()
        answer = self.visitor().get(self.feed(owner))
        assert answer.status_code == 200, answer.status
        return answer.text

    def decision(self, slug: str = "lenkungskreis", *, released: bool = True, **words: Any) -> str:
        """Let secretary@ write a decision and chair@ release it; returns its number, or a draft's address.

        What the guard finds is set aside and confirmed. `words` are columns, and `legal_bases` and `topics` as lists.
        """
        with self.rows() as rows:
            writer, chair = (
                rows.scalars(sa.select(Person).where(Person.email == f"{name}@example.org")).one()
                for name in ("secretary", "chair")
            )
            lists = {name: words.pop(name, []) for name in ("legal_bases", "topics")}
            texts = {
                "title": "Titel",
                "outcome": "Ergebnis",
                "arguments": "Grund",
                "result": Result.GRANTED,
            } | words
            committee = rows.scalars(sa.select(Committee).where(Committee.slug == slug)).one()
            decision = Decision(kind=DecisionKind.RESOLUTION, committee=committee, written_by=writer, **texts)
            decision.writers = [writer]
            decision.legal_bases = [
                LegalBasis(position=n, reference=text, provision=provision_of(text))
                for n, text in enumerate(lists["legal_bases"])
            ]
            decision.topics = [topic(name) for name in lists["topics"]]
            rows.add(decision)
            rows.flush()
            if released:
                release(decision, chair, _set_aside(decision, writer))
            rows.commit()
            return decision.number or f"/drafts/{decision.id}"

    def letters(self, kind: str | None = None) -> list[Letter]:
        """All letters of the outbox, oldest first, with their people."""
        with self.rows() as rows:
            wanted = sa.select(Letter).order_by(Letter.id)
            found = rows.scalars(wanted.where(Letter.kind == kind) if kind else wanted).all()
            for letter in found:
                assert letter.person.name
            rows.expunge_all()
            return list(found)


def _set_aside(decision: Decision, writer: Person) -> set[int]:
    found = {(one.finding.kind, one.excerpt) for one in findings(decision) if one.is_open}
    rows = [
        Dismissal(
            subject=f"decision:{decision.id}", kind=kind, excerpt=excerpt, reason="Test", dismissed_by=writer
        )
        for kind, excerpt in found
    ]
    session.add_all(rows)
    session.flush()
    return {row.id for row in rows}


class _Forms(HTMLParser):
    """The forms of a page as a browser would send them back unchanged."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[dict[str, Any]] = []
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(
                {"action": given.get("action"), "method": given.get("method", "get"), "fields": {}}
            )
            return
        if not self.forms:
            return
        fields, name, value = self.forms[-1]["fields"], given.get("name"), given.get("value") or ""
        if tag == "input" and name:
            if given.get("type") not in {"checkbox", "radio", "submit", "file"} or "checked" in given:
                fields[name] = value if given.get("type") != "checkbox" else (value or "y")
        elif tag == "select" and name:
            self._select = (name, [])
        elif tag == "option" and self._select:
            self._select[1].append((value, "selected" in given))
        elif tag == "textarea" and name:
            self._area, fields[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            name, options = self._select
            chosen = [value for value, is_chosen in options if is_chosen] or [
                value for value, _ in options[:1]
            ]
            self.forms[-1]["fields"][name] = chosen[0] if chosen else ""
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            text = self.forms[-1]["fields"][self._area] + data
            self.forms[-1]["fields"][self._area] = text.removeprefix("\r\n").removeprefix("\n")


def forms_of(page: str) -> list[dict[str, Any]]:
    """The forms of a page: action, method and the fields as they stand."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


def submit(client: FlaskClient, page: str, action: str | None = None, **fields: Any) -> TestResponse:
    """Open a page, fill in its form and send it, as a browser would.

    Args:
        client: the browser.
        page: address of the page with the form.
        action: where the wanted form goes, if the page has several; by default the page's own one.
        fields: what to type; None takes a field away (an unticked box).
    """
    answer = client.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    path = page.partition("?")[0]
    posts = [form for form in forms_of(answer.text) if form["method"].lower() == "post"]
    wanted = [
        form
        for form in posts
        if (form["action"] or page).partition("?")[0] == (action or path).partition("?")[0]
    ]
    assert wanted, f"no form for {action or path} on {page}, only {[form['action'] for form in posts]}"
    filled = wanted[0]["fields"] | fields
    return client.post(wanted[0]["action"] or page, data={k: v for k, v in filled.items() if v is not None})


def approve_minutes(client: FlaskClient, minutes: int | str) -> TestResponse:
    """Approve minutes at once, without a meeting."""
    page = f"/minutes/{minutes}/approve"
    return submit(client, page, page, approved_by="direct")


def token(client: FlaskClient) -> str:
    """What a form sent by hand must carry."""
    return client.get("/").text.split('name="csrf_token" value="')[1].partition('"')[0]


def make_house(folder: Path, templates: dict[str, str], server: Postgres | None) -> Iterator[House]:
    """A portal on a copy of the small world's database."""
    environment = {"PORTAL_INSTANCE": str(folder / "instance"), "PORTAL_DOMAIN": DOMAIN}
    engine = "postgresql" if server else "sqlite"
    if engine not in templates:
        templates[engine] = _make_template(folder, server)
    if server:
        environment["DATABASE_URL"] = server.create(f"test{next(_names)}", templates[engine])
    with _application(environment) as app:
        if not server:
            shutil.copy(templates[engine], folder / "instance" / "portal.db")
        yield House(app, environment)


class _Furnished:
    """An application that is used by one test after the other: making one, and compiling SQL anew, takes long."""

    def __init__(self, settings: Settings) -> None:
        self.app = create_app(settings)
        self.app.jinja_env.bytecode_cache = _compiled_templates
        self.app.testing = False  # faults are answered by the portal's own page, as in real use
        self._config = dict(self.app.config)
        with self.app.app_context():
            self.engine = database().engine
        sa.event.listen(self.engine, "do_connect", self._connect)

    def move_to(self, settings: Settings) -> None:
        """Leave nothing of the test before, and work on this instance."""
        self.url = sa.make_url(settings.database_url)
        moved = Database(settings.database_url)
        moved._engine = self.engine
        self.app.extensions["portal_database"] = moved
        self.app.config.clear()
        self.app.config.update(self._config)
        apply_settings(self.app, settings)

    def _connect(
        self, dialect: sa.Dialect, _record: object, arguments: list[Any], named: dict[str, Any]
    ) -> None:
        arguments[:], wanted = dialect.create_connect_args(self.url)
        named |= wanted


_free: dict[str, list[_Furnished]] = {"sqlite": [], "postgresql": []}


@contextlib.contextmanager
def _application(environment: dict[str, str]) -> Iterator[Flask]:
    """An application for a fresh instance, with nothing that a test before it left."""
    make_instance(read_settings(environment), name="Testportal", domain=DOMAIN)
    settings = read_settings(environment)
    free = _free["postgresql" if "DATABASE_URL" in environment else "sqlite"]
    furnished = free.pop() if free else _Furnished(settings)
    furnished.move_to(settings)
    yield furnished.app
    furnished.engine.dispose()
    free.append(furnished)


def _make_template(folder: Path, server: Postgres | None) -> str:
    """Migrate an empty database and put the small world in; returns the file or the database's name."""
    environment = {"PORTAL_INSTANCE": str(folder / "template"), "PORTAL_DOMAIN": DOMAIN}
    if server:
        environment["DATABASE_URL"] = server.create("template_small_world")
    with _application(environment) as app, app.app_context():
        migrate()
        _fill()
        session.close()
    if server:
        return "template_small_world"
    kept = folder.parent / "small_world.db"
    shutil.copy(folder / "template" / "portal.db", kept)
    return str(kept)


def _fill() -> None:
    session.add(Agency(slug="amt", name="Ausländeramt Auenfurt", short_name="Amt", kind=AgencyKind.OFFICE))
    committees = {}
    for slug, code, name, kind in COMMITTEES:
        committees[slug] = Committee(slug=slug, code=code, name=name, kind=kind)
        session.add(committees[slug])
        note_changed_committee(committees[slug])
        rule = MeetingRule(committee_id=committees[slug].id, month_of_quarter=2, week=2, weekday=1)
        rule.starts, rule.minutes, rule.place = time(10), 120, "Rathaus, Raum 1"
        session.add(rule)
        # Without a duty, so that no digest of the duty watch lies among the letters that tests count.
        session.add(Procedure(committee_id=committees[slug].id, duty=Duty.NONE))
    hashed = None
    for account, name, seats in PEOPLE:
        person = Person(email=f"{account}@example.org", name=name, is_admin=account == "admin")
        session.add(person)
        session.flush()
        if hashed is None:
            set_password(person, PASSWORD)
            hashed = person.password_hash
        person.password_hash = hashed
        for slug, role in seats.items():
            session.add(
                Membership(person=person, committee=committees[slug], role=role, starts_on=date(2020, 1, 1))
            )
        note_changed_seats(person)
    session.commit()


assert len(PASSWORD) >= passwords.SHORTEST
REAL_WORK = passwords.WORK
passwords.WORK = 1, 8  # thousands sign in; see test_signin.py
