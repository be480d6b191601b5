"""The one place where the portal asks for the time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def this_second() -> datetime:
    """The present moment in whole seconds: calendar stamps and file times know nothing finer."""
    return now().replace(microsecond=0)


def later_second(previous: datetime | None) -> datetime:
    """The present second, yet strictly later than `previous`, also when the clock was set back."""
    second = this_second()
    return second if previous is None or second > previous else previous + timedelta(seconds=1)


def today(zone: str = "Europe/Berlin") -> date:
    """The present day in `zone`; memberships and deadlines begin and end with it."""
    return now().astimezone(ZoneInfo(zone)).date()
