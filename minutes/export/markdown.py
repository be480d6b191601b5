"""Minutes as Markdown: the text as it was written, below a head that people and programs can read."""

import json

from flask_babel import force_locale
from flask_babel import gettext as _

from minutes.minutes import MINUTES_STATES, Minutes
from minutes.passages import without_internal


def to_markdown(minutes: Minutes, *, whole: bool) -> bytes:
    """The text of minutes below a YAML head in German; `whole` with its internal passages."""
    meeting = minutes.meeting
    with force_locale("de"):
        head = {
            "titel": _("Protokoll"),
            "gremium": meeting.committee.name,
            "datum": meeting.day.isoformat(),
            "beginn": minutes.began,
            "ende": minutes.ended,
            "ort": meeting.place,
            "sitzungsleitung": minutes.chair,
            "protokollführung": minutes.minute_taker,
            "anwesend": _names(minutes.present),
            "entschuldigt": _names(minutes.excused),
            "fassung": minutes.edition,
            "stand": str(MINUTES_STATES[minutes.state]),
        }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items() if value]
    text = minutes.text if whole else without_internal(minutes.text)
    return "\n".join(["---", *lines, "---", "", text.strip("\n"), ""]).encode()


def _names(lines: str) -> list[str]:
    return [name.strip() for name in lines.splitlines() if name.strip()]
