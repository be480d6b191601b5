"""An archive of decisions as plain files that link to each other: it opens from a web server or from a USB stick.

Lists by year and topic, a page for each decision, and a search by a local script whose data, a file for each year,
are scripts too, because browsers fetch nothing else beside a page that was opened from a folder.
"""

import json
import posixpath
from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from minutes.decision import Decision
from minutes.decision_record import Record
from minutes.decision_words import DECISION_KINDS, DECISION_STATES, FIELD_LABELS, RESULTS
from minutes.search_excerpt import running_text
from portal.outbox import settings
from portal.settings import ROOT

STATIC = ROOT / "portal" / "static"
STYLE = ("portal.css", "portal.js", "favicon.svg")
SEARCH = "plain_search.js"
NEWEST = 20


@dataclass(frozen=True)
class Layout:
    """Where an archive begins and what it offers.

    `index` is the page that lists years and topics; `address` and `suffix` stand around the number in the address
    under which a decision is cited; `has_proof` where the chain lies there, too; `about` says whose archive it is;
    `portal` is the address of the portal's start page, where its pages lie beside it.
    """

    index: str
    name: str
    address: str
    suffix: str = ""
    feed: str = ""
    has_proof: bool = False
    about: str = ""
    portal: str = ""


@dataclass(frozen=True)
class Entry:
    """What lists and search know of a decision, so that thousands of them fit into memory."""

    number: str
    title: str
    year: int
    day: date
    released_on: date
    committee: str
    state: str
    outcome: str
    topics: dict[int, str]
    text: str

    @property
    def page(self) -> str:
        return page_of(self.number)


@dataclass
class Lists:
    """Entries by year and topic, newest first."""

    entries: list[Entry] = field(default_factory=list)

    @property
    def by_year(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[str(entry.year)].append(entry)
        return dict(sorted(found.items(), reverse=True))

    @property
    def by_topic(self) -> dict[int, list[Entry]]:
        found: dict[int, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            for topic in entry.topics:
                found[topic].append(entry)
        return found

    @property
    def topics(self) -> dict[int, str]:
        """Names by id, in the order of the alphabet."""
        names = {number: name for entry in self.entries for number, name in entry.topics.items()}
        return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))


def page_of(number: str) -> str:
    return f"decisions/{number}.html"


def entry_of(record: Record) -> Entry:
    decision = record.decision
    stands = not (record.is_superseded or record.is_withdrawn)
    return Entry(
        number=str(decision.number),
        title=decision.title,
        year=decision.year or decision.released_on.year,
        day=decision.day,
        released_on=decision.released_on,
        committee=decision.committee.name,
        state="" if stands else str(DECISION_STATES[decision.state]),
        outcome=decision.outcome,
        topics={topic.id: topic.name for topic in decision.topics},
        text=_words(decision),
    )


def _words(decision: Decision) -> str:
    """All that can be searched, as running text."""
    texts = [text for name, text in decision.guarded_texts.items() if name != "title"]
    return running_text("\n".join(texts))


def decision_page(
    layout: Layout, record: Record, shown: Container[str | None], *, has_pdf: bool = False
) -> tuple[str, bytes]:
    """Name and content of the page of a decision.

    Args:
        layout: of the archive.
        record: the decision.
        shown: the numbers that have pages here.
        has_pdf: whether it lies beside its page as PDF, too.
    """
    name = page_of(str(record.decision.number))
    address = f"{layout.address}{record.decision.number}{layout.suffix}"
    values = {
        "citation": partial(record.citation, address),
        "record": record,
        "decision": record.decision,
        "shown": shown,
        "has_pdf": has_pdf,
        "kinds": DECISION_KINDS,
        "states": DECISION_STATES,
        "results": RESULTS,
        "field_labels": FIELD_LABELS,
    }
    return name, render(layout, name, "plain/decision.html", **values)


def withdrawn_page(layout: Layout, record: Record) -> tuple[str, bytes]:
    """Name and content of a page that says of a decision no more than that it was withdrawn."""
    name = page_of(str(record.decision.number))
    values = {"record": record, "decision": record.decision}
    return name, render(layout, name, "plain/withdrawn.html", **values)


def list_pages(layout: Layout, lists: Lists) -> Iterator[tuple[str, bytes]]:
    """Names and contents of all other files: index, years, topics, search and style."""
    years, topics, by_topic = lists.by_year, lists.topics, lists.by_topic
    yield (
        layout.index,
        render(
            layout,
            layout.index,
            "plain/index.html",
            years={year: len(rows) for year, rows in years.items()},
            topics=[(number, name, len(by_topic[number])) for number, name in topics.items()],
            newest=lists.entries[:NEWEST],
            count=len(lists.entries),
        ),
    )
    for year, entries in years.items():
        name = f"decisions/year-{year}.html"
        yield name, render(layout, name, "plain/list.html", heading=year, entries=entries)
        yield f"decisions/data-{year}.js", _search_data(year, entries)
    for number, entries in by_topic.items():
        name = f"decisions/topic-{number}.html"
        yield name, render(layout, name, "plain/list.html", heading=topics[number], entries=entries)
    yield "decisions/search.js", (STATIC / SEARCH).read_bytes()
    for file in STYLE:
        yield f"style/{file}", (STATIC / file).read_bytes()


def _search_data(year: str, entries: list[Entry]) -> bytes:
    rows = [
        [row.number, row.title, row.day.isoformat(), row.committee, row.state, row.text] for row in entries
    ]
    # In ASCII, whatever the browser takes a script's letters for when no server says it.
    return f"window.decisionsOf({json.dumps(year)}, {json.dumps(rows, separators=(',', ':'))});\n".encode()


def render(layout: Layout, name: str, template: str, **values: Any) -> bytes:
    """A page of the archive, in German; its links are relative to where it lies."""
    to = partial(_relative, posixpath.dirname(name))
    with force_locale("de"):
        page = current_app.jinja_env.get_template(template).render(
            portal_name=settings().name,
            locale="de",
            static_url=lambda file: to(f"style/{file}"),
            footer_links=[{"url": layout.portal, "label": _("Zum Portal, mit Anmeldung")}]
            if layout.portal
            else [],
            layout=layout,
            to=to,
            **values,
        )
    return page.encode()


def _relative(here: str, target: str) -> str:
    return posixpath.relpath(target, here or ".")
