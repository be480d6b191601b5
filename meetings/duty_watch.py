"""The duty watch: what a committee owes and has not done yet, for those who can mend it."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey

KEY_LENGTH = 80


class DutyNotice(Base):
    """A person was told of a shortfall by letter; the row goes when the shortfall is mended."""

    __tablename__ = "duty_notice"
    __table_args__ = (sa.UniqueConstraint("person_id", "key"),)

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    told_at: Mapped[Moment] = mapped_column(default=now)
