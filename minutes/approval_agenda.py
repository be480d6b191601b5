"""Minutes that wait for approval are offered to the agendas of the meetings that follow theirs."""

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from meetings import agenda
from meetings.agenda import CarriedItem, ItemKind
from meetings.meeting import Meeting, MeetingState
from minutes.minutes import Minutes, MinutesState
from portal.database import session
from portal.language import short_date


def to_approve(meeting: Meeting) -> list[CarriedItem]:
    """The approval of each of the committee's minutes of earlier meetings that are not approved yet, in German."""
    waiting = (
        sa.select(Minutes)
        .join(Minutes.meeting)
        .where(
            Meeting.committee_id == meeting.committee_id,
            Meeting.starts_at < meeting.starts_at,
            Meeting.state != MeetingState.CANCELLED,
            Minutes.state.in_([MinutesState.DRAFT, MinutesState.IN_REVIEW]),
        )
        .order_by(Meeting.starts_at, Minutes.edition)
    )
    with force_locale("de"):
        return [
            CarriedItem(f"approval:{minutes.id}", _title(minutes), ItemKind.DECISION)
            for minutes in session.scalars(waiting)
        ]


def _title(minutes: Minutes) -> str:
    title: str = _("Genehmigung des Protokolls vom %(day)s", day=short_date(minutes.meeting.day))
    return f"{title}, {_('Fassung %(number)d', number=minutes.edition)}" if minutes.edition > 1 else title


def init_app(_app: Flask) -> None:
    agenda.sources["approval"] = to_approve
