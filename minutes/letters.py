"""Letters about minutes: each stands in the thread of its meeting."""

from typing import Any

from minutes.minutes import Minutes
from portal import outbox
from portal.database import session
from portal.outbox import Letter
from portal.people import Person


def queue(kind: str, minutes: Minutes, person: Person, revision: int, **more: Any) -> Letter | None:
    """A letter about minutes, in the current transaction; None where it was queued before.

    Args:
        kind: the templates' name.
        minutes: the minutes; the templates know them and their `meeting`.
        person: who is written to.
        revision: tells letters of one kind about the same minutes apart.
        more: what else the templates need.
    """
    thread, meeting = f"sitzung-{minutes.meeting_id}", minutes.meeting
    return outbox.queue(
        kind, minutes, person, revision, thread=thread, meeting=meeting, minutes=minutes, **more
    )


def minutes_of(letter: Letter) -> Minutes:
    """The minutes of which a letter tells.

    Raises:
        NoResultFound: they were deleted; such a letter is not sent.
    """
    return session.get_one(Minutes, outbox.number_in(letter.about))
