"""Decisions as an Atom feed (RFC 4287), in German: a head that is each feed's own, and entries that many share."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from flask_babel import force_locale
from flask_babel import gettext as _

from minutes.decision import Audience, Decision, DecisionState
from minutes.decision_record import Record
from portal.committees import CommitteeKind
from portal.language import short_date
from portal.outbox import settings

NO_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entries:
    """Rendered entries, and when the latest of them changed."""

    xml: str
    updated: datetime


def render_entries(records: Sequence[Record], address: Callable[[Decision], str]) -> Entries:
    """The entries of decisions in the order given; `address` is where a decision can be read."""
    with force_locale("de"):
        xml = "".join(_entry(record, address(record.decision)) for record in records)
    return Entries(xml, max(map(_updated, records), default=NEVER))


def render_feed(name: str, title: str, url: str, archive_url: str, entries: Entries) -> bytes:
    """A whole feed.

    Args:
        name: tells the feeds of this portal apart for ever (`archive:7`).
        title: what feed readers show.
        url: the feed's own address.
        archive_url: the page that shows the same to people.
        entries: what it holds.
    """
    head = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">',
        f"<id>{_text(_tag(name))}</id>",
        f"<title>{_text(title)}</title>",
        f"<updated>{_moment(entries.updated)}</updated>",
        f"<author><name>{_text(settings().name)}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={_attribute(url)}/>',
        f'<link rel="alternate" type="text/html" href={_attribute(archive_url)}/>',
    ]
    return ("\n".join(head) + f"\n{entries.xml}</feed>\n").encode()


def is_withheld(decision: Decision) -> bool:
    """Whether what leaves the portal says no more of it than number, date and address.

    So it is with a case group's decisions until they are public, with those that only their committee reads, and with
    withdrawn ones: their words may be why they were.
    """
    if decision.state is DecisionState.WITHDRAWN:
        return True
    of_case_group = decision.committee.kind is CommitteeKind.CASE_GROUP
    return decision.audience is Audience.COMMITTEE or (
        of_case_group and decision.audience is not Audience.PUBLIC
    )


def _entry(record: Record, address: str) -> str:
    decision = record.decision
    said = _about(record) if is_withheld(decision) else _whole(record)
    lines = [
        "<entry>",
        f"<id>{_text(_tag(f'decision:{decision.id}'))}</id>",
        f"<updated>{_moment(_updated(record))}</updated>",
        f"<published>{_moment(decision.released_at or NEVER)}</published>",
        f'<link rel="alternate" type="text/html" href={_attribute(address)}/>',
        *said,
        "</entry>",
    ]
    return "\n".join(lines) + "\n"


def _whole(record: Record) -> list[str]:
    decision = record.decision
    return [
        f"<title>{_text(f'{decision.number}: {decision.title}')}</title>",
        f"<author><name>{_text(decision.committee.name)}</name></author>",
        *(f"<category term={_attribute(topic.name)}/>" for topic in decision.topics),
        f"<summary>{_text(f'{_standing(record)}{decision.outcome}')}</summary>",
    ]


def _about(record: Record) -> list[str]:
    what = _("Entscheidung vom %(date)s", date=short_date(record.decision.day))
    return [f"<title>{_text(f'{record.decision.number}: {_standing(record)}{what}')}</title>"]


def _standing(record: Record) -> str:
    """That it no longer holds, in front of what else is said."""
    said: str = ""
    if record.is_withdrawn:
        said = _("Zurückgenommen.") + " "
    elif record.is_superseded:
        said = _("Abgelöst.") + " "
    return said


def _updated(record: Record) -> datetime:
    """When a reader could last see something new in it: released, withdrawn, replaced."""
    moments = [record.decision.released_at, *(row.released_at for row in record.successors)]
    moments += [record.withdrawn.at] if record.withdrawn else []
    return max((moment for moment in moments if moment), default=NEVER)


def _tag(name: str) -> str:
    """A lasting name (RFC 4151), whatever becomes of addresses."""
    return f"tag:{settings().domain},2026:{name}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(text: str) -> str:
    return escape(NO_XML.sub("", text))


def _attribute(text: str) -> str:
    return quoteattr(NO_XML.sub("", text))
