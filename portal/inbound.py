"""Messages that come in by mail: answers of calendar programs and returned letters, each read once."""

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, one_of
from portal.people import EMAIL_LENGTH

MESSAGE_ID_LENGTH = 300
DETAIL_LENGTH = 300


class InboundOutcome(enum.StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    TO_CONFIRM = "to_confirm"
    STALE = "stale"
    REFUSED = "refused"
    BOUNCE = "bounce"
    IGNORED = "ignored"


class InboundMessage(Base):
    """A message that was read; its text is not kept."""

    __tablename__ = "inbound_message"

    id: Mapped[PrimaryKey]
    message_id: Mapped[str] = mapped_column(sa.String(MESSAGE_ID_LENGTH), unique=True)
    received_at: Mapped[Moment] = mapped_column(default=now)
    sender: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH), default="")
    outcome: Mapped[InboundOutcome] = mapped_column(one_of(InboundOutcome))
    about: Mapped[str] = mapped_column(sa.String(60), default="", index=True)
    detail: Mapped[str] = mapped_column(sa.String(DETAIL_LENGTH), default="")
