"""The minutes of a meeting: written, reviewed, approved, and from then on unalterable."""

import enum
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from meetings.meeting import Meeting
from minutes import passages
from minutes.proposals import ClosureProposal, DecisionProposal, DeferralProposal, ItemProposal, TaskProposal
from minutes.stems import indexed
from portal import chain
from portal.access import one_or_404
from portal.clock import now
from portal.committees import Committee, CommitteeKind, Role, committees_of
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of
from portal.files import StoredFile
from portal.people import Person

if TYPE_CHECKING:
    from minutes.attachments import Attachment
    from minutes.comments import Comment

TEXT_LENGTH = 2_000_000
NAME_LENGTH = 200
NAMES_LENGTH = 10_000
TIME_LENGTH = 5
REASON_LENGTH = 300


class MinutesState(enum.StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ERASED = "erased"


class ApprovalWay(enum.StrEnum):
    """How minutes became approved: at once by the secretary, by a meeting, or because nobody objected in time."""

    DIRECT = "direct"
    MEETING = "meeting"
    SILENCE = "silence"


MINUTES_STATES = {
    MinutesState.DRAFT: _l("Entwurf"),
    MinutesState.IN_REVIEW: _l("in Durchsicht"),
    MinutesState.APPROVED: _l("genehmigt"),
    MinutesState.ERASED: _l("gelöscht"),
}
APPROVAL_WAYS = {
    ApprovalWay.DIRECT: _l("ohne Sitzung"),
    ApprovalWay.MEETING: _l("von der Sitzung"),
    ApprovalWay.SILENCE: _l("durch Ablauf der Einspruchsfrist"),
}


HEAD = ("chair", "minute_taker", "began", "ended", "present", "excused", "dated", "next_meeting")
"""The columns of the meeting's head, as the text tells it."""


class Minutes(Base):
    """The minutes of a meeting as Markdown; approved ones never change (corrections make a new `edition`).

    The head is what the text tells: `present` and `excused` are names, one on each line, `began` and `ended` are
    times as `HH:MM`, `dated` is the day that the text names. `open_html` is the text without its internal
    passages, empty where there are none; `stems` and `open_stems` are the words of both, for the search.
    `review_until` is the last day for objections; `begun_at` tells when a new edition was begun. `reviewed_text`
    and the digest of all that readers saw are kept as they were given to review, as long as it lasts. Minutes are
    `shared` when the chair opened them, without internal passages, to all committees of the programme.
    """

    __tablename__ = "minutes"
    __table_args__ = (
        sa.UniqueConstraint("meeting_id", "edition"),
        {"sqlite_autoincrement": True},  # letters, agendas and what was set aside name a draft for ever
    )

    id: Mapped[PrimaryKey]
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    edition: Mapped[int] = mapped_column(default=1)
    state: Mapped[MinutesState] = mapped_column(one_of(MinutesState), default=MinutesState.DRAFT)
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    open_html: Mapped[str] = mapped_column(sa.Text, default="")
    stems: Mapped[str] = mapped_column(sa.Text, default="")
    open_stems: Mapped[str] = mapped_column(sa.Text, default="")
    chair: Mapped[str] = mapped_column(sa.String(NAME_LENGTH), default="")
    minute_taker: Mapped[str] = mapped_column(sa.String(NAME_LENGTH), default="")
    began: Mapped[str] = mapped_column(sa.String(TIME_LENGTH), default="")
    ended: Mapped[str] = mapped_column(sa.String(TIME_LENGTH), default="")
    present: Mapped[str] = mapped_column(sa.Text, default="")
    excused: Mapped[str] = mapped_column(sa.Text, default="")
    dated: Mapped[date | None]
    next_meeting: Mapped[date | None]
    change_reason: Mapped[str] = mapped_column(sa.String(REASON_LENGTH), default="")
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    original_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    original_note: Mapped[str] = mapped_column(sa.String(200), default="")
    written_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    written_at: Mapped[Moment] = mapped_column(default=now)
    review_until: Mapped[date | None]
    reviewed_text: Mapped[str | None] = mapped_column(sa.Text)
    reviewed_digest: Mapped[str | None] = mapped_column(sa.String(64))
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    way: Mapped[ApprovalWay | None] = mapped_column(one_of(ApprovalWay))
    approved_in_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"))
    shared_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    shared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    salt: Mapped[str] = mapped_column(sa.String(32), default=chain.new_salt)
    version: Mapped[int] = mapped_column()

    meeting: Mapped[Meeting] = relationship(foreign_keys=meeting_id, backref="minutes")
    approved_in: Mapped[Meeting | None] = relationship(foreign_keys=approved_in_id)
    original: Mapped[StoredFile | None] = relationship()
    written_by: Mapped[Person] = relationship(foreign_keys=written_by_id)
    approved_by: Mapped[Person | None] = relationship(foreign_keys=approved_by_id)
    items: Mapped[list[ItemProposal]] = relationship(
        order_by=ItemProposal.position, cascade="all, delete-orphan"
    )
    decisions: Mapped[list[DecisionProposal]] = relationship(
        order_by=DecisionProposal.position, cascade="all, delete-orphan"
    )
    tasks: Mapped[list[TaskProposal]] = relationship(
        order_by=TaskProposal.position, cascade="all, delete-orphan"
    )
    deferrals: Mapped[list[DeferralProposal]] = relationship(
        order_by=DeferralProposal.position, cascade="all, delete-orphan"
    )
    closures: Mapped[list[ClosureProposal]] = relationship(
        order_by=ClosureProposal.position, cascade="all, delete-orphan"
    )
    comments: Mapped[list["Comment"]] = relationship(
        order_by="Comment.id", cascade="all, delete-orphan", back_populates="minutes"
    )
    attachments: Mapped[list["Attachment"]] = relationship(
        order_by="Attachment.position", cascade="all, delete-orphan", back_populates="minutes"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it

    @property
    def is_approved(self) -> bool:
        return self.state is MinutesState.APPROVED

    def write(self, text: str) -> None:
        """Set the text; it is rendered now, so that reading costs nothing."""
        self.text, self.html = text, str(passages.render(text))
        is_split, open_text = passages.has_internal(text), passages.without_internal(text)
        self.open_html = str(passages.render(open_text)) if is_split else ""
        self.stems, self.open_stems = indexed(text), indexed(open_text)

    def worked_on_by(self, person_id: int) -> None:
        """Note who last changed the minutes or what belongs to them, so that they are another version."""
        self.written_by_id, self.written_at = person_id, now()
        flag_modified(self, "written_at")  # also where the clock shows the same as before

    def chained(self) -> dict[str, Any]:
        """What the digest chain vouches for.

        Parts that came into being later are named only where they hold something, and those of the second form not
        in minutes that were approved before there was a `way`: so the digests of older minutes stay true.
        """
        if self.is_approved and self.way is None:
            return self._first_form()
        decisions = [row for row in self.decisions if row.accepted]
        with_lines = passages.has_internal(self.text)  # they tell what is passed on
        later: dict[str, Any] = {
            "items": [row.chained() for row in self.items if row.accepted],
            "next_meeting": self.next_meeting.isoformat() if self.next_meeting else None,
            "rationales": [
                [number, row.rationale] for number, row in enumerate(decisions, 1) if row.rationale
            ],
            "names": [row.released.name for row in self.attachments],
            "lines": [
                [row.first_line, row.last_line]
                for rows in (self.items, self.decisions, self.tasks, self.deferrals, self.closures)
                for row in rows
                if row.accepted and with_lines
            ],
        }
        return {name: value for name, value in later.items() if value} | self._first_form() | {"form": 2}

    def _first_form(self) -> dict[str, Any]:
        later: dict[str, Any] = {
            "open_html": self.open_html,
            "head": self.head(),
            "deferrals": [row.chained() for row in self.deferrals if row.accepted],
            "closures": [row.chained() for row in self.closures if row.accepted],
            "attachments": [row.chained() for row in self.attachments],
            "way": self.way,
            "approved_in": self.approved_in_id,
            "reason": self.change_reason,
        }
        return {name: value for name, value in later.items() if value} | {
            "meeting": self.meeting_id,
            "edition": self.edition,
            "text": self.text,
            "html": self.html,  # what readers see must not change either
            "original": self.original.digest if self.original else None,
            "decisions": [row.chained() for row in self.decisions if row.accepted],
            "tasks": [row.chained() for row in self.tasks if row.accepted],
        }

    def head(self) -> dict[str, str]:
        """What is known of the meeting's head, by the names of the columns."""
        names = ("chair", "minute_taker", "began", "ended", "present", "excused")
        return {name: value for name in names if (value := getattr(self, name))}


def visible_minutes(at_least: Role = Role.MEMBER) -> sa.Select[Minutes]:
    """Minutes that the reader may see.

    Of own committees those in review and approved, drafts where the reader writes them; of the others' what was
    shared, of which nothing is theirs but to read.
    """
    writes = Meeting.committee_id.in_(committees_of(current_user, Role.SECRETARY))
    sits = Meeting.committee_id.in_(committees_of(current_user, at_least))
    allowed = sa.and_(
        sits, Minutes.state != MinutesState.ERASED, sa.or_(Minutes.state != MinutesState.DRAFT, writes)
    )
    if at_least is Role.MEMBER:
        is_anywhere = committees_of(current_user).exists()
        is_shared = sa.and_(Minutes.shared_at.is_not(None), Committee.kind != CommitteeKind.CASE_GROUP)
        allowed = sa.or_(allowed, sa.and_(is_shared, is_anywhere))
    return (
        sa.select(Minutes)
        .join(Minutes.meeting)
        .join(Meeting.committee)
        .options(contains_eager(Minutes.meeting).contains_eager(Meeting.committee))
        .where(allowed)
    )


def get_minutes(
    minutes_id: int,
    at_least: Role = Role.MEMBER,
    *conditions: sa.ColumnElement[bool],
    to_change: bool = False,
) -> Minutes:
    """Minutes that the reader may see, and of which all conditions are true; otherwise 404.

    With `to_change`, one transaction at a time holds them, so that each sees what the other one stored.
    """
    wanted = visible_minutes(at_least).where(Minutes.id == minutes_id, *conditions)
    return one_or_404(wanted.with_for_update(of=Minutes) if to_change else wanted)


def get_draft_minutes(minutes_id: int, *, to_change: bool = False) -> Minutes:
    """Minutes that the reader writes and that are not approved yet; otherwise 404."""
    return get_minutes(
        minutes_id, Role.SECRETARY, Minutes.state != MinutesState.APPROVED, to_change=to_change
    )
