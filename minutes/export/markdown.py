"""Minutes as Markdown, below a head that people and programs can read."""

import json

from flask_babel import force_locale
from flask_babel import gettext as _

from minutes.export.office import to_plain_markdown
from minutes.export.tree import blocks_of
from minutes.minutes import MINUTES_STATES, Minutes
from minutes.sharing import open_html
from portal.outbox import settings


def to_markdown(minutes: Minutes, *, whole: bool) -> bytes:
    """The text of minutes below a YAML head in German.

    `whole` as it was written, with its internal passages; otherwise made of what readers outside the committee see:
    a source also holds comments and addresses that no page shows.

    Raises:
        ExportRefusedError: pandoc took too long.
    """
    head = _head(minutes) | (_people(minutes) if whole else {})
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items() if value]
    text = minutes.text if whole else to_plain_markdown(blocks_of(open_html(minutes), settings().url))
    return "\n".join(["---", *lines, "---", "", text.strip("\n"), ""]).encode()


def _head(minutes: Minutes) -> dict[str, str | int]:
    meeting = minutes.meeting
    with force_locale("de"):
        return {
            "titel": _("Protokoll"),
            "gremium": meeting.committee.name,
            "datum": meeting.day.isoformat(),
            "ort": meeting.place,
            "fassung": minutes.edition,
            "stand": str(MINUTES_STATES[minutes.state]),
        }


def _people(minutes: Minutes) -> dict[str, str | list[str]]:
    """What the text tells of the meeting, perhaps in an internal passage."""
    return {
        "beginn": minutes.began,
        "ende": minutes.ended,
        "sitzungsleitung": minutes.chair,
        "protokollführung": minutes.minute_taker,
        "anwesend": _names(minutes.present),
        "entschuldigt": _names(minutes.excused),
    }


def _names(lines: str) -> list[str]:
    return [name.strip() for name in lines.splitlines() if name.strip()]
