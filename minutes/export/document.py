"""Minutes as a document: the frame that the portal knows, around the text that a person wrote."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from flask import get_template_attribute
from flask_babel import force_locale
from flask_babel import gettext as _

from minutes.carrying import item_around
from minutes.export.head import facts_of, open_facts_of
from minutes.export.tree import Block, Run, blocks_of
from minutes.minutes import MINUTES_STATES, Minutes, MinutesState
from minutes.proposals import (
    OUTCOMES,
    VOTE_MODES,
    DecisionProposal,
    ItemProposal,
    Proposal,
    TaskProposal,
    VoteMode,
)
from minutes.sharing import open_decisions, open_html
from minutes.task_takeover import bare
from portal.chain import ChainLink, LinkKind
from portal.database import session
from portal.language import long_date, short_date
from portal.outbox import settings

if TYPE_CHECKING:
    from minutes.attachments import Attachment

Found = TypeVar("Found", bound=Proposal)

ITEM_WORD = re.compile(r"(?:top|tagesordnungspunkt)\b[\s.:]*", re.IGNORECASE)
LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


@dataclass(frozen=True)
class Document:
    """All that a file of minutes shows, in German, whatever its reader's language is.

    `running` heads the pages after the first, `mark` is the state of what is not approved, or empty;
    `written_at` is the moment that the file bears, so that the same minutes give the same bytes.
    """

    title: str
    portal: str
    committee: str
    running: str
    mark: str
    written_at: datetime
    blocks: list[Block]


def document_of(minutes: Minutes, *, whole: bool) -> Document:
    """The document of minutes; `whole` with their internal passages, otherwise as readers outside see them."""
    with force_locale("de"):
        meeting = minutes.meeting
        title = _("Protokoll der Sitzung vom %(date)s", date=_day(minutes))
        frame = _frame(minutes) if whole else _open_frame(minutes)
        return Document(
            title=title,
            portal=settings().name,
            committee=meeting.committee.name,
            running=_(
                "%(committee)s, Protokoll vom %(date)s",
                committee=meeting.committee.name,
                date=short_date(meeting.day),
            ),
            mark="" if minutes.is_approved else str(MINUTES_STATES[minutes.state]),
            written_at=minutes.approved_at or minutes.written_at,
            blocks=[Block("heading", [Run(title)], number=1), *frame],
        )


def file_name(minutes: Minutes, kind: str, *, whole: bool) -> str:
    """A name in ASCII that sorts by day, committee and edition: `2026-03-12_LK_Protokoll_v2.pdf`."""
    with force_locale("de"):
        parts = [
            minutes.meeting.day.isoformat(),
            _ascii(minutes.meeting.committee.code),
            _("Protokoll"),
            f"v{minutes.edition}" if minutes.edition > 1 else "",
            "" if minutes.is_approved else _ascii(str(MINUTES_STATES[minutes.state])),
            "" if whole else _("ohne-Internes"),
        ]
    return f"{'_'.join(filter(None, parts))}.{kind}"


def _ascii(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", text.translate(LETTERS)).strip("-")


def _frame(minutes: Minutes) -> Iterator[Block]:
    """All that the committee reads."""
    yield from _notices(minutes)
    yield _facts(facts_of(minutes))
    yield from _section(_("Tagesordnung"), _agenda(_accepted(minutes.items)))
    yield from _section(_("Beschlüsse"), _decisions(_accepted(minutes.decisions)))
    yield from _section(_("Aufgaben"), _tasks(_accepted(minutes.tasks)))
    yield from _section(_("Vertagt"), _deferrals(minutes))
    yield from _wording(minutes.html)
    yield from _section(_("Anlagen"), _list(_plain(_file_words(row)) for row in minutes.attachments))
    yield from _section(_("Nachweis"), _witness(minutes))


def _open_frame(minutes: Minutes) -> Iterator[Block]:
    """What the page shows readers outside the committee to whom the chair opened the minutes, and no more."""
    yield from _notices(minutes)
    yield _notice(
        _("Zur Weitergabe"),
        _("Ohne interne Passagen und ohne die Listen der Anwesenden, Aufgaben und Anlagen."),
    )
    yield _facts(open_facts_of(minutes))
    yield from _section(_("Beschlüsse"), _decisions(open_decisions(minutes)))
    yield from _wording(open_html(minutes))
    yield from _section(_("Nachweis"), _witness(minutes))


def _wording(html: str) -> list[Block]:
    """What a person wrote, set apart from the frame, so that the portal knows it when it comes back."""
    blocks = blocks_of(html, settings().url)
    return _section(_("Wortlaut"), [Block("wording", blocks=blocks)] if blocks else [])


def _accepted(rows: Iterable[Found]) -> list[Found]:
    return [row for row in rows if row.accepted]


def _section(title: str, blocks: list[Block]) -> list[Block]:
    return [Block("heading", [Run(title)], number=2), *blocks] if blocks else []


def _day(minutes: Minutes) -> str:
    return long_date(minutes.meeting.day).partition(", ")[2]


def _notices(minutes: Minutes) -> Iterator[Block]:
    if minutes.state is MinutesState.IN_REVIEW and minutes.review_until:
        day = short_date(minutes.review_until)
        words = _(
            "Dieses Protokoll ist noch nicht genehmigt. Einwände sind bis zum %(date)s möglich.", date=day
        )
        yield _notice(_("In Durchsicht"), words)
    elif not minutes.is_approved:
        yield _notice(_("Entwurf"), _("Dieses Protokoll ist noch nicht genehmigt."))
    newer = sa.select(Minutes.edition).where(
        Minutes.meeting_id == minutes.meeting_id,
        Minutes.edition > minutes.edition,
        Minutes.state == MinutesState.APPROVED,
    )
    if minutes.is_approved and (edition := session.scalar(newer.order_by(Minutes.edition.desc()))):
        yield _notice(_("Überholt"), _("Es gilt die Fassung %(num)d dieses Protokolls.", num=edition))


def _notice(word: str, text: str) -> Block:
    return Block("notice", [Run(f"{word}: ", "b"), Run(text)])


def _facts(pairs: Iterable[tuple[str, str]]) -> Block:
    facts = [Block("fact", _plain(value), word=term) for term, value in pairs if value.strip()]
    return Block("facts", blocks=facts)


def _agenda(rows: Iterable[ItemProposal]) -> list[Block]:
    """The items with their numbers as written, below each of them those without; if none has a number, they are counted."""
    told = [(ITEM_WORD.sub("", row.number).strip(" .:)"), row.title) for row in rows]
    has_numbers = any(number for number, _title in told)
    groups: list[tuple[str, list[str]]] = []
    for number, title in told:
        if number or not has_numbers or not groups:
            groups.append((number, [title]))
        else:
            groups[-1][1].append(title)
    counted = [str(position) for position in range(1, len(groups) + 1)]
    is_counted = not has_numbers or [number for number, _titles in groups] == counted
    items = []
    for number, (title, *parts) in groups:
        words = Block("paragraph", _plain(title if is_counted else f"{number} {title}"))
        items.append(Block("item", blocks=[words, *_list(map(_plain, parts))]))
    return [Block("numbered" if is_counted else "list", blocks=items, number=1)] if items else []


def _list(entries: Iterable[list[Run]]) -> list[Block]:
    items = [Block("item", blocks=[Block("paragraph", runs)]) for runs in entries]
    return [Block("list", blocks=items)] if items else []


def _decisions(rows: list[DecisionProposal]) -> list[Block]:
    vote = get_template_attribute("macros/votes.html", "vote")
    blocks = []
    for position, row in enumerate(rows, 1):
        result = str(OUTCOMES[row.outcome])
        if row.mode is not VoteMode.NOT_RECORDED or (row.yes, row.no, row.abstain) != (None, None, None):
            result += f", {vote(row, VOTE_MODES)}"
        words = [Block("paragraph", _plain(row.text)), Block("result", [Run(result)])]
        blocks.append(Block("decision", blocks=words, word=_("Beschluss %(num)d", num=position)))
    return blocks


def _tasks(rows: list[TaskProposal]) -> list[Block]:
    if not rows:
        return []
    cells = [
        [bare(row.text), row.owners or "–", short_date(row.due) if row.due else "–"]
        for row in rows
    ]  # fmt: skip
    table = [[_("Aufgabe"), _("Wer"), _("Bis wann")], *cells]
    blocks = [
        Block("row", blocks=[Block("cell", blocks=[Block("paragraph", _plain(text))]) for text in line])
        for line in table
    ]
    return [Block("table", blocks=blocks, number=1, word="tasks")]


def _deferrals(minutes: Minutes) -> list[Block]:
    """What was put off, each after the title of its agenda item where it does not name that itself."""
    entries = []
    for row in _accepted(minutes.deferrals):
        item, runs = item_around(minutes, row.first_line), _plain(row.text)
        if item is not None and item.title.casefold() not in row.text.casefold():
            runs = [Run(" ".join(item.title.split()) + ": ", "b"), *runs]
        entries.append(runs)
    return _list(entries)


def _file_words(row: "Attachment") -> str:
    return f"{row.title} ({row.released.name})" if row.title else row.released.name


def _witness(minutes: Minutes) -> list[Block]:
    """What somebody must keep to prove later that nothing was changed."""
    link = session.scalar(
        sa.select(ChainLink).where(
            ChainLink.subject == f"minutes:{minutes.id}", ChainLink.kind == LinkKind.APPROVED
        )
    )
    if link is None:
        return []
    words = _("Mit diesen Angaben lässt sich prüfen, ob der genehmigte Inhalt unverändert ist.")
    digests = _facts(
        [
            (_("Prüfsumme des Inhalts"), link.content_digest),
            (_("Kettenglied %(num)d", num=link.sequence), link.digest),
        ]
    )
    digests.word = "digests"
    return [Block("paragraph", [Run(words)]), digests]


def _plain(text: str) -> list[Run]:
    """A value as text of one look, in one line."""
    return [Run(" ".join(text.split()))]
