"""Every kind of letter, in both languages: text and HTML say the same, in the reader's language, and fetch nothing."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
import sqlalchemy as sa
from doors import House
from sqlalchemy.orm import Session
from test_english import is_german

from meetings.meeting import Invitation, Meeting
from minutes.decision import Decision
from minutes.tasks import Task
from portal import letters, outbox
from portal.daily_letter import Entry
from portal.people import person_by_email

FOLDER = Path(__file__).parents[1] / "templates" / "mail"
PARTS = {"agenda_part", "answer_part", "base", "parts", "when"}
KINDS = sorted({path.stem for path in FOLDER.iterdir()} - PARTS)
VIDEO, OLD_VIDEO = "https://video.example.org/raum?a=1&b=2", "https://video.example.org/alt"
MESSAGE_ID = "<0123456789abcdef0123456789abcdef@portal.example.org>"
HARMLESS = {
    "html", "head", "meta", "title", "body", "div", "p", "br", "hr", "a", "h2", "strong", "del", "table", "tr", "th",
    "td", "ul", "ol", "li",
}  # fmt: skip
ADDRESS = re.compile(r"https?://[^\s\"<>]+")


def context(rows: Session) -> dict[str, Any]:
    """What the templates of all kinds may ask for; a new kind adds its words here."""
    start = datetime(2027, 2, 9, 10, tzinfo=UTC)
    meeting = rows.scalars(sa.select(Meeting)).one()
    told = Invitation(
        told_starts_at=start - timedelta(days=7),
        told_ends_at=start - timedelta(days=7, hours=-2),
        told_place="Town hall",
        told_link=OLD_VIDEO,
        told_title="Savings",
    )
    option = SimpleNamespace(id=1, starts_at=start, ends_at=start + timedelta(hours=2))
    poll = SimpleNamespace(
        id=1,
        title="Housing",
        note="Only one hour.",
        committee=meeting.committee,
        created_by=SimpleNamespace(name="Sina Schreiber"),
        closes_at=start,
        options=[option],
    )
    tally = SimpleNamespace(option=option, yes=[1], if_need_be=[], no=[])
    line = SimpleNamespace(number=1, title="Report", minutes=20, news="new", before=None)
    renamed = SimpleNamespace(number=2, title="Plan", minutes=None, news="changed", before="Draft")
    task = Task(id=7, committee=meeting.committee, text="Report at 10:00", due=start.date(), owners="")
    other_task = Task(id=8, committee=meeting.committee, text="Plan", due=start.date(), owners="Agency 21")
    return {
        "meeting": meeting,
        "told": told,
        "agenda": ["1. Report", "2. Plan"],
        "comparison": SimpleNamespace(lines=[line, renamed], dropped=["Sundries"], is_reordered=True),
        "minutes": SimpleNamespace(id=3, edition=2, review_until=start.date()),
        "group": SimpleNamespace(id=4, title="Missing papers"),
        "is_extended": True,
        "reason": "Report 12 was wrong.",
        "reasons": ["Two wait.", "The text has changed."],
        "decision": rows.scalars(sa.select(Decision)).one(),
        "with_title": True,
        "search": SimpleNamespace(name="Housing in 2027"),
        "hits": [(rows.scalars(sa.select(Decision)).one(), True)],
        "head": "5f" * 32,
        "erasure": SimpleNamespace(id=5, reason="Request 4 of 2027"),
        "what": "LK-2027-001",
        "step": SimpleNamespace(id=1, kind="withdrawn", reason="Report 12 was wrong."),
        "expires_at": start,
        "poll": poll,
        "head_name": poll.title,
        "with_note": True,
        "tallies": [tally],
        "best": tally,
        "member": SimpleNamespace(name="Mia Glied"),
        "proposal": option,
        "comment": "Later, please.",
        "is_withheld": False,
        "stranger": "someone@example.org",
        "chosen": None,
        "answers": {},
        "severities": {"overdue": "late"},
        "may_unsubscribe": True,
        "task": task,
        "own": [task],
        "others": [other_task],
        "more": 12,
        "count": 14,
    }


def entries(kind: str) -> list[object]:
    if kind == "duty_digest":
        remedy = SimpleNamespace(endpoint="planning.show", values={"slug": "lenkungskreis"}, label="Plan it")
        committee = SimpleNamespace(name="Lenkungskreis")
        owed = SimpleNamespace(committee=committee, severity="overdue", what="No meeting.", remedy=remedy)
        return [(owed, True, True)]
    page = f"{letters.settings().url}/minutes/3"
    return [
        Entry("Minutes", f"Approved.\n\nRead: {page}\nPlease."),
        Entry("Answer", f"Yes? https://{'ab' * 16}.invalid/answer"),
    ]


Write = Callable[..., letters.Written]


@pytest.fixture
def write(light_house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes a letter of a kind in a language, and fails loudly where a template misses a word."""
    monkeypatch.setattr(light_house.app.jinja_env, "undefined", jinja2.StrictUndefined)
    light_house.meeting(title="Budget", place="Room 7 & 8", link=VIDEO)
    light_house.decision(title="Housing first")
    with light_house.rows() as rows:

        def write_one(kind: str, language: str = "de", **more: object) -> letters.Written:
            person = person_by_email("member@example.org")
            person.language = language
            words = context(rows) | {"entries": entries(kind)} | more
            return letters.render(kind, person, message_id=MESSAGE_ID, **words)

        yield write_one
        rows.rollback()


class Page(HTMLParser):
    """Tags, attributes and visible words of a letter."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.struck: list[str] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in {"meta", "br", "hr"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "title" not in self._open:
            self.words += data
        if "del" in self._open:
            self.struck.append(data)

    @property
    def links(self) -> set[str]:
        return {value for name, value in self.attributes if name == "href"}


def without_answer(links: set[str]) -> set[str]:
    """The HTML offers each answer as a link of its own, the text one link for all."""
    return {link.partition("?answer=")[0] for link in links}


def test_every_letter_has_a_text_and_an_html_twin() -> None:
    forms = {kind: {path.suffix for path in FOLDER.glob(f"{kind}.*")} for kind in KINDS}
    assert {kind for kind, found in forms.items() if found != {".txt", ".html"}} == set()
    assert len(KINDS) > 10


def test_text_and_html_lead_to_the_same_places(write: Write) -> None:
    for kind in KINDS:
        letter = write(kind)
        page = Page(letter.html)
        named = {address.rstrip(".,:)") for address in ADDRESS.findall(letter.text)}
        struck = {address for words in page.struck for address in ADDRESS.findall(words)}
        assert without_answer(named) == without_answer(page.links) | struck, kind
        assert not struck & page.links, kind


def test_links_lead_to_the_portal_or_the_video_conference_only(write: Write) -> None:
    ours = re.compile(rf"{re.escape(letters.settings().url)}(/|$)|{letters.HIDDEN_LINK}")
    foreign = {link for kind in KINDS for link in Page(write(kind).html).links if not ours.match(link)}
    assert foreign == {VIDEO}


def test_every_hidden_link_is_known_to_the_outbox(write: Write) -> None:
    found = set()
    for kind in KINDS:
        letter = write(kind)
        found |= {name for _, name in letters.HIDDEN.findall(letter.text + letter.html)}
    assert {"answer", "password", "unsubscribe"} <= found <= set(outbox.secret_links)


def test_html_fetches_nothing_and_tells_nobody(write: Write) -> None:
    for kind in KINDS:
        letter = write(kind)
        page = Page(letter.html)
        assert set(page.tags) <= HARMLESS, kind
        assert {name for name, _ in page.attributes} <= {
            "charset", "class", "content", "href", "lang", "name", "scope", "style",
        }, kind  # fmt: skip
        assert "url(" not in letter.html, kind


def test_html_sets_no_colour_so_that_programs_may_show_it_dark(write: Write) -> None:
    for kind in KINDS:
        styles = " ".join(value for name, value in Page(write(kind).html).attributes if name == "style")
        assert not re.search(r"(?<!-)color:|background|#[0-9a-f]{3}", styles), kind


@pytest.mark.parametrize("language", ["de", "en"])
def test_text_and_html_name_the_same_facts(write: Write, language: str) -> None:
    facts = re.compile(r"\d+:\d+|\b\d{2,}\b|Room \d|Town hall|Budget|Housing|Report|Plan|Sundries|Draft")
    for kind in KINDS:
        letter = write(kind, language)
        text = facts.findall(ADDRESS.sub("", letter.text))
        assert set(text) == set(facts.findall(ADDRESS.sub("", Page(letter.html).words))), kind


def test_html_names_its_language(write: Write) -> None:
    for kind in KINDS:
        assert '<html lang="de">' in write(kind, "de").html
        assert '<html lang="en">' in write(kind, "en").html


def test_no_german_stands_in_an_english_letter(write: Write) -> None:
    found = {}
    for kind in KINDS:
        letter = write(kind, "en")
        lines = [letter.head, *letter.text.splitlines(), *html.unescape(letter.html).splitlines()]
        found[kind] = [line for line in lines if is_german(line)]
    assert {kind: lines for kind, lines in found.items() if lines} == {}


def test_a_text_has_no_loose_ends(write: Write) -> None:
    for kind in KINDS:
        text = write(kind).text
        assert text.startswith("Guten Tag, Mia Glied,\n\n"), kind
        assert "\n\n\n" not in text, kind
        assert "None" not in text, kind
        assert text.count("\n-- \n") == 1, kind
        # An address that runs into the next word opens nothing.
        assert not re.search(r"\.invalid/[a-z]+[A-ZÄÖÜ]", text), kind


def test_what_changed_is_struck_and_bold_and_said_in_words(write: Write) -> None:
    letter = write("moved")
    assert "bisher: <del>Dienstag, 2. Februar 2027, 11:00–13:00 Uhr</del><br>\nneu: <strong>" in letter.html
    assert "<del>Town hall</del><br>\nneu: <strong>Room 7 &amp; 8</strong>" in letter.html
    assert f"<del>{OLD_VIDEO}</del>" in letter.html
    old, new = letter.text.split("\nNeu:\n")
    assert "Bisher: Dienstag, 2. Februar 2027, 11:00–13:00 Uhr\n" in old
    assert "Town hall" in old
    assert OLD_VIDEO in old
    assert "Wo:    Room 7 & 8\n" in new
    assert VIDEO in new


def test_what_did_not_change_is_not_shown_as_changed(write: Write) -> None:
    start = datetime(2027, 2, 2, 10, tzinfo=UTC)
    told = Invitation(told_starts_at=start, told_ends_at=start, told_place="Room 7 & 8", told_link=VIDEO)
    letter = write("moved", told=told)
    assert letter.html.count("<del>") == 1
    assert letter.text.count("Room 7 & 8") == letter.text.count(VIDEO) == 1


def test_words_of_people_stay_words_in_html(write: Write) -> None:
    start = datetime(2027, 2, 2, 10, tzinfo=UTC)
    told = Invitation(told_starts_at=start, told_ends_at=start, told_place="<img src=//x>", told_link="")
    assert "&lt;img src=//x&gt;" in write("moved", told=told).html
    note = [Entry("<b>Head</b>", "<i>text</i> http://elsewhere.example.org/x")]
    page = Page(write("daily", entries=note).html)
    assert "<b>Head</b>" in page.words
    assert not any("elsewhere" in link for link in page.links)
