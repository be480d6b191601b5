"""Decisions by quarter and outcome: counted among the hits of the archive's search, drawn as SVG beside its table."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from minutes.archive_hits import chosen_in, hits_of, narrowed_by
from minutes.decision import Decision, Result
from minutes.decision_access import visible_decisions
from minutes.decision_words import RESULTS
from minutes.search import COUNT_CAP
from portal.committees import Committee
from portal.database import session
from portal.language import local

MOST_QUARTERS = 20
UNKNOWN = "unknown"
OUTCOMES = {result.value: RESULTS[result] for result in Result} | {UNKNOWN: _l("ohne Angabe")}

blueprint = Blueprint("decision_chart", __name__)


@dataclass(frozen=True, order=True)
class Quarter:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)


@dataclass(frozen=True)
class Part:
    """A piece of a bar: where it begins and how long it is, in percent of the drawing's width."""

    outcome: str
    count: int
    start: float
    length: float


@dataclass(frozen=True)
class Bar:
    """The decisions of a quarter, by outcome in the order of `OUTCOMES`."""

    quarter: Quarter
    counts: dict[str, int]
    longest: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def parts(self) -> list[Part]:
        """The pieces that hold something, side by side; the longest bar of the drawing is 100 percent."""
        parts, start = [], 0.0
        for outcome, count in self.counts.items():
            length = 100 * count / self.longest
            if count:
                parts.append(Part(outcome, count, round(start, 3), round(length, 3)))
            start += length
        return parts


@blueprint.get("/decisions/chart")
def show() -> ResponseReturnValue:
    """The chart of what the archive's page finds for the same words and filters."""
    chosen = chosen_in(request.args)
    hits = hits_of(chosen, current_user)
    counted = _count(hits.keys)
    bars = _bars(counted)
    return render_template(
        "minutes/chart.html",
        bars=bars,
        outcomes={name: label for name, label in OUTCOMES.items() if any(bar.counts[name] for bar in bars)},
        count=sum(bar.total for bar in bars),
        is_capped=hits.is_capped,
        most=COUNT_CAP,
        older=sum(counted.values()) - sum(bar.total for bar in bars),
        chosen=chosen,
        words=chosen.get("q", ""),
        narrowed=narrowed_by(chosen, current_user),
    )


def _count(keys: list[int]) -> Counter[tuple[Quarter, str]]:
    """Numbers by quarter (of the committee's zone) and outcome; the rights are asked once more."""
    wanted = (
        visible_decisions()
        .with_only_columns(Decision.released_at, Decision.result, Committee.zone)
        .where(Decision.archive_key.in_(keys))
    )
    rows = session.execute(wanted)
    return Counter(
        (Quarter.of(local(at, zone).date()), result.value if result else UNKNOWN)
        for at, result, zone in rows
        if at is not None
    )


def _bars(counted: Counter[tuple[Quarter, str]]) -> list[Bar]:
    """A bar for each quarter from the first to the last, the newest first; of many only the newest ones."""
    quarters = sorted({quarter for quarter, _outcome in counted})
    if not quarters:
        return []
    span = [quarters[0]]
    while span[-1] < quarters[-1]:
        span.append(span[-1].next)
    shown = span[-MOST_QUARTERS:]
    longest = max(sum(counted[quarter, name] for name in OUTCOMES) for quarter in shown)
    return [
        Bar(quarter, {name: counted[quarter, name] for name in OUTCOMES}, longest)
        for quarter in reversed(shown)
    ]


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
