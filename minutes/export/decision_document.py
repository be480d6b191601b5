"""Decisions as documents: one for the file, and any list of them as a file with contents in front."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from flask_babel import force_locale, format_decimal, ngettext
from flask_babel import gettext as _

from minutes.decision_record import Record
from minutes.decision_words import DECISION_KINDS, DECISION_STATES, FIELD_LABELS, RESULTS
from minutes.export.document import Document
from minutes.export.tree import LAST_LEVEL, Block, Run, blocks_of
from portal import chain, witness
from portal.language import local, long_date, short_date
from portal.outbox import link, settings

ZONE = "Europe/Berlin"
UNTOUCHED = datetime(2000, 1, 1, tzinfo=UTC)  # of a portal without any link


def document_of_one(record: Record) -> Document:
    """The document of one decision, in German; the same decision and chain give the same document."""
    with force_locale("de"):
        decision, head = record.decision, chain.head()
        kind = str(DECISION_KINDS[decision.kind])
        title = Block("heading", [Run(decision.title)], number=1)
        return Document(
            title=f"{decision.number} {decision.title}",
            portal=settings().name,
            committee=decision.committee.name,
            running=f"{decision.number}, {kind}, {short_date(decision.day)}",
            mark=_mark(record),
            written_at=head.at if head else UNTOUCHED,
            blocks=[title, *_body(record, 2), *_section(_("Nachweis"), _witness(record, head), 2)],
        )


def document_of_many(
    title: str, found: Sequence[Record], narrowed: Sequence[tuple[str, str]] = (), cut: str = ""
) -> Document:
    """The document of a list: contents with page numbers, then each decision on pages of its own.

    Args:
        title: what was searched for.
        found: the decisions in their order.
        narrowed: labels and values of the filters that were set.
        cut: says that it is not all, and how to get the rest; empty where it is.
    """
    with force_locale("de"):
        head = chain.head()
        count = ngettext("Eine Entscheidung", "%(num)d Entscheidungen", len(found))
        front = [Block("heading", [Run(title)], number=1), Block("paragraph", [Run(count)])]
        front += [_facts([(label, _plain(value)) for label, value in narrowed])] if narrowed else []
        front += [_notice(_("Nicht alle"), cut)] if cut else []
        front += [Block("contents", word=_("Inhalt"))]
        end = [Block("break"), *_section(_("Nachweis"), _head_of_chain(head), 2)] if head else []
        return Document(
            title=title,
            portal=settings().name,
            committee=_("Entscheidungen und Beschlüsse"),
            running=title,
            mark="",
            written_at=head.at if head else UNTOUCHED,
            blocks=[*front, *(block for record in found for block in _one_of_many(record)), *end],
        )


def _one_of_many(record: Record) -> Iterator[Block]:
    decision = record.decision
    mark = f" ({_mark(record)})" if _mark(record) else ""
    title = f"{decision.number} {decision.title}{mark}"
    yield Block("break", word=decision.number or "")
    yield Block("heading", [Run(title)], number=2)
    yield from _body(record, 3)
    yield from _section(_("Nachweis"), _digests(record), 3)


def _mark(record: Record) -> str:
    has_gone = record.is_superseded or record.is_withdrawn
    return str(DECISION_STATES[record.decision.state]) if has_gone else ""


def _body(record: Record, level: int) -> Iterator[Block]:
    """All of a decision below its title, with headings from this level on."""
    decision = record.decision
    yield from _notices(record)
    yield _facts(_pairs(record))
    word = str(RESULTS[decision.result]) if decision.result else ""
    words = [Block("paragraph", _plain(decision.outcome))]
    words += [Block("result", [Run(decision.vote)])] if decision.vote else []
    yield from _section(str(FIELD_LABELS["outcome"]), [Block("decision", blocks=words, word=word)], level)
    if decision.conditions.strip():
        lines = [Block("paragraph", [Run(decision.conditions.strip())])]
        yield from _section(str(FIELD_LABELS["conditions"]), lines, level)
    for name, html in decision.rationale.items():
        yield from _section(
            str(FIELD_LABELS[name]), _below(blocks_of(str(html), settings().url), level), level
        )


def _below(blocks: list[Block], level: int) -> list[Block]:
    """Blocks whose headings, which begin at level 3, stand below one of that level."""
    for block in blocks:
        if block.kind == "heading":
            block.number = min(block.number + level - 2, LAST_LEVEL)
        _below(block.blocks, level)
    return blocks


def _notices(record: Record) -> list[Block]:
    """What must be known before anything is read: that it does not stand any more."""
    found = []
    if record.is_withdrawn:
        found.append(_notice(_("Zurückgenommen"), withdrawal_in_words(record)))
    if record.is_superseded:
        names = "; ".join(f"{row.number} {row.title}" for row in record.successors)
        words = (
            _("An ihre Stelle ist getreten: %(names)s", names=names) if names else _("Sie gilt nicht mehr.")
        )
        found.append(_notice(_("Abgelöst"), words))
    return found


def withdrawal_in_words(record: Record) -> str:
    """When a decision was taken back, and why."""
    step = record.withdrawn
    if step is None:
        return str(_("Sie gilt nicht mehr."))
    day = short_date(local(step.at, record.decision.committee.zone).date())
    words = _("Diese Entscheidung wurde am %(date)s zurückgenommen.", date=day)
    return f"{words} {_('Grund: %(reason)s', reason=step.reason)}" if step.reason else str(words)


def _pairs(record: Record) -> Iterator[tuple[str, list[Run]]]:
    decision, address = record.decision, link("archive.show", number=record.decision.number)
    yield _("Nummer"), [Run(str(decision.number))]
    yield _("Art"), [Run(f"{DECISION_KINDS[decision.kind]}, {decision.committee.name}")]
    yield _("Entschieden"), [Run(long_date(decision.day))]
    yield _("Freigegeben"), [Run(long_date(decision.released_on))]
    if record.meeting is not None:
        yield _("Sitzung"), _plain(f"{short_date(record.meeting.day)} {record.meeting.title}")
    yield _("Rechtsgrundlagen"), _plain("; ".join(row.reference for row in decision.legal_bases))
    yield _("Themen"), _plain("; ".join(topic.name for topic in decision.topics))
    if record.predecessor is not None:
        yield _("Löst ab"), _plain(f"{record.predecessor.number} {record.predecessor.title}")
    yield _("Adresse"), [Run(address, link=address)]


def _witness(record: Record, head: chain.ChainLink | None) -> list[Block]:
    """What somebody must keep to prove later that nothing was changed."""
    return [*_digests(record), *_head_of_chain(head)]


def _digests(record: Record) -> list[Block]:
    row = record.released
    if row is None:
        return []
    pairs = [
        (_("Prüfsumme des Inhalts"), [Run(row.content_digest)]),
        (_("Kettenglied %(num)d", num=row.sequence), [Run(row.digest)]),
    ]
    return [_facts(pairs, "digests")]


def _head_of_chain(head: chain.ChainLink | None) -> list[Block]:
    if head is None:
        return []
    day = short_date(local(head.at, ZONE).date())
    words = _(
        "Am %(date)s endete die Kette mit Glied %(num)s. Wer diese Seite aufhebt, kann später nachweisen, dass bis dahin "
        "nichts geändert wurde.",
        date=day,
        num=format_decimal(head.sequence),
    )
    return [Block("paragraph", [Run(words)]), _facts([(witness.label(head), [Run(head.digest)])], "digests")]


def _section(title: str, blocks: list[Block], level: int) -> list[Block]:
    return [Block("heading", [Run(title)], number=level), *blocks] if blocks else []


def _notice(word: str, text: str) -> Block:
    return Block("notice", [Run(f"{word}: ", "b"), Run(text)])


def _facts(pairs: Iterator[tuple[str, list[Run]]] | list[tuple[str, list[Run]]], word: str = "") -> Block:
    facts = [Block("fact", runs, word=term) for term, runs in pairs if any(run.text.strip() for run in runs)]
    return Block("facts", blocks=facts, word=word)


def _plain(text: str) -> list[Run]:
    """A value as text of one look, in one line."""
    return [Run(" ".join(text.split()))]
