"""Decisions that a text names by number: links where it is read, and "cited by" on the page of the one it names."""

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import sqlalchemy as sa
from flask import url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import Mapped, mapped_column

from minutes.decision import Decision
from minutes.decision_access import visible_decisions
from minutes.editions import is_superseded
from minutes.minutes import Minutes, MinutesState, visible_minutes
from minutes.passages import without_internal
from portal.committees import committees_of
from portal.database import Base, PrimaryKey, session

HYPHENS = "-\u2010\u2011\u2012\u2013"  # word processors put others in the place of the plain one
NUMBER = re.compile(
    rf"(?<![{HYPHENS}\w])([A-ZÄÖÜ][A-ZÄÖÜ0-9]{{0,7}})[{HYPHENS}]([0-9]{{4}})[{HYPHENS}]([0-9]{{3,6}})(?![{HYPHENS}\w])",
    re.IGNORECASE,
)
TYPED = re.compile(
    rf"([A-ZÄÖÜ][A-ZÄÖÜ0-9]{{0,7}})[{HYPHENS}\s]+([0-9]{{4}})[{HYPHENS}\s]+([0-9]{{1,6}})", re.IGNORECASE
)
TAG = re.compile(r'(<[^<>"]*(?:"[^"]*"[^<>"]*)*>)')
MOST = 200  # numbers that one text may name, and texts that a page lists

Row = TypeVar("Row", Decision, Minutes)


class Citation(Base):
    """A released decision, or approved minutes, whose text names a decision by its number."""

    __tablename__ = "citation"
    __table_args__ = (sa.CheckConstraint("(decision_id IS NULL) <> (minutes_id IS NULL)", "one_text"),)

    id: Mapped[PrimaryKey]
    cited_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decision.id"))
    minutes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("minutes.id"))


def number_in(text: str) -> str | None:
    """The number that a text is, as it is stored (`lk 2027 3` is `LK-2027-003`); None where it is none."""
    match = TYPED.fullmatch(text.strip())
    return f"{match[1].upper()}-{match[2]}-{match[3].zfill(3)}" if match else None


def numbers_in(*texts: str) -> list[str]:
    """The numbers that texts name, each once and as they are stored; not all of them need exist."""
    found = (_spelled(match) for text in texts for match in NUMBER.finditer(text))
    return list(dict.fromkeys(found))[:MOST]


def note_decision(decision: Decision) -> None:
    """Remember what a decision names, at its release, in the current transaction."""
    for number in _decisions_named(decision.guarded_texts.values()):
        if number != decision.id:
            session.add(Citation(cited_id=number, decision_id=decision.id))


def note_minutes(minutes: Minutes) -> None:
    """Remember what minutes name, at their approval, in the current transaction."""
    for number in _decisions_named(_texts(minutes, minutes.text)):
        session.add(Citation(cited_id=number, minutes_id=minutes.id))


def citing_decisions(decision: Decision) -> list[Decision]:
    """Decisions that name this one and that the reader may see, newest first."""
    wanted = visible_decisions().where(Decision.id.in_(_citing(Citation.decision_id, decision)))
    return list(session.scalars(wanted.order_by(Decision.archive_key.desc()).limit(MOST)))


def citing_minutes(decision: Decision) -> list[Minutes]:
    """Approved minutes in their newest edition that name the decision where the reader may read it, newest first."""
    wanted = visible_minutes().where(
        Minutes.id.in_(_citing(Citation.minutes_id, decision)),
        Minutes.state == MinutesState.APPROVED,
        ~is_superseded(),
    )
    rows = session.scalars(wanted.order_by(Minutes.approved_at.desc()).limit(MOST)).all()
    mine = set(session.scalars(committees_of(current_user))) if rows else set()
    return [
        row for row in rows if decision.number in _read_in(row, is_inside=row.meeting.committee_id in mine)
    ]


def with_links(html: Markup) -> Markup:
    """A rendered text in which the numbers of decisions that the reader may see are links."""
    named = numbers_in(html)
    if not named:
        return html
    wanted = visible_decisions().with_only_columns(Decision.number).where(Decision.number.in_(named))
    seen = {str(number) for number in session.scalars(wanted)}
    return Markup("").join(_linked(html, seen))


def _linked(html: Markup, seen: set[str]) -> Iterator[Markup]:
    """The pieces of a text, tags and words; what stands in a link stays as it is."""

    def link(match: re.Match[str]) -> str:
        number = _spelled(match)
        if number not in seen:
            return match.group()
        address = url_for("archive.show", number=number)
        return Markup('<a href="{}">{}</a>').format(address, match.group())

    inside = False
    for place, piece in enumerate(TAG.split(html)):
        if place % 2:
            inside = (inside or piece.startswith("<a ")) and piece != "</a>"
        is_open = place % 2 == 0 and not inside
        yield Markup(NUMBER.sub(link, piece) if is_open else piece)  # noqa: S704 - a piece of what is clean, and links


def _spelled(match: re.Match[str]) -> str:
    return "-".join(match.groups()).upper()


def _decisions_named(texts: Iterable[str]) -> list[int]:
    wanted = sa.select(Decision.id).where(Decision.number.in_(numbers_in(*texts)))
    return list(session.scalars(wanted.order_by(Decision.id)))


def _citing(column: sa.SQLColumnExpression[int | None], decision: Decision) -> sa.Select[int | None]:
    return sa.select(column).where(Citation.cited_id == decision.id)


def _texts(minutes: Minutes, text: str) -> Iterator[str]:
    yield text
    for row in minutes.decisions:
        if row.accepted:
            yield from (row.text, row.rationale)


def _read_in(minutes: Minutes, *, is_inside: bool) -> list[str]:
    """The numbers that a reader finds in minutes: outside the committee, only those of the open text."""
    return numbers_in(*(_texts(minutes, minutes.text) if is_inside else [without_internal(minutes.text)]))
