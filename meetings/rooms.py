"""Rooms that several committees share: a meeting whose place bears a room's name occupies it."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from meetings.meeting import PLACE_LENGTH
from portal.database import Base, PrimaryKey, session

ROOM_NOTE_LENGTH = 200


class Room(Base):
    """A room; its name is what stands as the place of a meeting."""

    __tablename__ = "room"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(sa.String(PLACE_LENGTH), unique=True)
    capacity: Mapped[int | None]
    note: Mapped[str] = mapped_column(sa.String(ROOM_NOTE_LENGTH), default="")


def room_names() -> list[str]:
    """The names of all rooms, for people to choose from."""
    return list(session.scalars(sa.select(Room.name).order_by(Room.name)))
