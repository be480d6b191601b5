"""The agenda of a meeting: its items, their documents, and what is carried in from elsewhere."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship, selectinload

from meetings.meeting import Meeting
from portal.access import one_or_404
from portal.clock import now
from portal.committees import CommitteeKind, Role, committees_of
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of, session
from portal.files import StoredFile
from portal.people import Person

ITEM_TITLE_LENGTH = 200
ITEM_TEXT_LENGTH = 4000
REFERENCE_LENGTH = 20
REASON_LENGTH = 300
ORIGIN_LENGTH = 60
LONGEST_ITEM = 480  # minutes
STANDING = "standing:"
POSTPONED = "agenda_item:"


class ItemKind(enum.StrEnum):
    INFORMATION = "information"
    DISCUSSION = "discussion"
    DECISION = "decision"
    CASE = "case"
    PROBLEM_GROUP = "problem_group"


class ItemState(enum.StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    POSTPONED = "postponed"


ITEM_KINDS = {
    ItemKind.INFORMATION: _l("Information"),
    ItemKind.DISCUSSION: _l("Beratung"),
    ItemKind.DECISION: _l("Beschluss"),
    ItemKind.CASE: _l("Fall"),
    ItemKind.PROBLEM_GROUP: _l("Problemgruppe"),
}
ITEM_STATES = {
    ItemState.PROPOSED: _l("vorgeschlagen"),
    ItemState.ACCEPTED: _l("auf der Tagesordnung"),
    ItemState.DECLINED: _l("nicht übernommen"),
    ItemState.POSTPONED: _l("verschoben"),
}


class AgendaItem(Base):
    """An item of a meeting's agenda, or a proposal for one.

    Accepted items stand in the order of `position`. A case is named by its reference (`F-2026-014`), never by a
    person. `origin` names what it was carried in from (`standing:3`, `task:12`, `agenda_item:7`), once per meeting.
    A postponed one stays for the record; the committee's next meeting has a copy with its origin. `started_at` and
    `ended_at` are set while the meeting runs.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (
        sa.UniqueConstraint("meeting_id", "origin"),
        sa.CheckConstraint(f"minutes BETWEEN 1 AND {LONGEST_ITEM}", "minutes"),
        {"sqlite_autoincrement": True},  # what was sent and what was set aside name an item for ever
    )

    id: Mapped[PrimaryKey]
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[ItemKind] = mapped_column(one_of(ItemKind), default=ItemKind.DISCUSSION)
    title: Mapped[str] = mapped_column(sa.String(ITEM_TITLE_LENGTH))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    minutes: Mapped[int | None]
    case_reference: Mapped[str] = mapped_column(sa.String(REFERENCE_LENGTH), default="")
    state: Mapped[ItemState] = mapped_column(one_of(ItemState), default=ItemState.ACCEPTED)
    origin: Mapped[str | None] = mapped_column(sa.String(ORIGIN_LENGTH))
    reason: Mapped[str] = mapped_column(sa.String(REASON_LENGTH), default="")
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[Moment] = mapped_column(default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()

    meeting: Mapped[Meeting] = relationship(backref="agenda_items")
    proposed_by: Mapped[Person | None] = relationship()
    documents: Mapped[list["AgendaDocument"]] = relationship(
        order_by="AgendaDocument.id", cascade="all, delete-orphan", back_populates="item"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class AgendaDocument(Base):
    """A file for an item, read by those who may read the agenda."""

    __tablename__ = "agenda_document"

    id: Mapped[PrimaryKey]
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_item.id"), index=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))

    item: Mapped[AgendaItem] = relationship(back_populates="documents")
    file: Mapped[StoredFile] = relationship()


@dataclass(frozen=True)
class CarriedItem:
    """What could stand on an agenda: `origin` names where it comes from (`task:12`), `text` may be empty."""

    origin: str
    title: str
    kind: ItemKind
    text: str = ""
    minutes: int | None = None
    case_reference: str = ""

    @property
    def is_standing(self) -> bool:
        """Whether it stands on every agenda of the committee."""
        return self.origin.startswith(STANDING)


sources: dict[str, Callable[[Meeting], list[CarriedItem]]] = {}
"""What upper rooms offer for a meeting's agenda: open tasks, what was deferred."""

named_by: dict[str, Callable[[AgendaItem], bool]] = {}
"""Upper rooms say here whether something of theirs names an item, which then is not taken away."""


def visible_items() -> sa.Select[AgendaItem]:
    """Items that the reader may see: those on the agendas of own committees, own proposals, all where they write."""
    is_shown = AgendaItem.state.in_([ItemState.ACCEPTED, ItemState.POSTPONED])
    is_own = AgendaItem.proposed_by_id == current_user.id
    writes = Meeting.committee_id.in_(committees_of(current_user, Role.SECRETARY))
    return (
        sa.select(AgendaItem)
        .join(AgendaItem.meeting)
        .join(Meeting.committee)
        .options(
            contains_eager(AgendaItem.meeting).contains_eager(Meeting.committee),
            selectinload(AgendaItem.documents).joinedload(AgendaDocument.file),
        )
        .where(Meeting.committee_id.in_(committees_of(current_user)), sa.or_(is_shown, is_own, writes))
        .order_by(AgendaItem.position, AgendaItem.id)
    )


def get_item(item_id: int) -> AgendaItem:
    """An item that the reader may see; otherwise 404."""
    return one_or_404(visible_items().where(AgendaItem.id == item_id))


def get_item_to_edit(item_id: int) -> AgendaItem:
    """An item of a committee for which the reader keeps the agenda; otherwise 404."""
    writes = Meeting.committee_id.in_(committees_of(current_user, Role.SECRETARY))
    return one_or_404(visible_items().where(AgendaItem.id == item_id, writes))


def accepted_items(meeting: Meeting) -> list[AgendaItem]:
    """The agenda in its order."""
    wanted = sa.select(AgendaItem).where(
        AgendaItem.meeting_id == meeting.id, AgendaItem.state == ItemState.ACCEPTED
    )
    return list(session.scalars(wanted.order_by(AgendaItem.position, AgendaItem.id)))


def first_origin(item: AgendaItem) -> str:
    """What an item was carried in from in the beginning, however often it was postponed; empty where from nothing."""
    origin = item.origin or ""
    while origin.startswith(POSTPONED):
        earlier = session.get(AgendaItem, int(origin.removeprefix(POSTPONED)))
        origin = (earlier.origin if earlier else None) or ""
    return origin


def lines_for_letters(meeting: Meeting) -> list[str]:
    """The agenda as it was sent last, for letters: nothing before that, and never the words of a case group."""
    if meeting.committee.kind is CommitteeKind.CASE_GROUP:
        return []
    return [f"{number}. {row['title']}" for number, row in enumerate(meeting.agenda_sent or [], start=1)]
