"""Whatever is done to the minutes of a meeting, in whatever order: approved ones never change, one edition counts."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from doors import House
from hypothesis import given
from hypothesis import strategies as st
from test_histories import random_histories

from meetings.meeting import Meeting
from minutes import approval, editions, review, sharing
from minutes.approval_silence import end_reviews
from minutes.arrivals import from_text
from minutes.comments import Comment, CommentState
from minutes.minutes import ApprovalWay, Minutes, MinutesState
from minutes.reading import make_minutes
from portal.clock import today
from portal.database import session
from portal.people import person_by_email

STEPS = st.lists(
    st.sampled_from(
        [
            "give",
            "ask",
            "answer",
            "edit",
            "night",
            "approve",
            "meeting",
            "correct",
            "delete",
            "take_back",
            "share",
        ]
    ),
    max_size=16,
)
TEXT = "# TOP 1 Fest\n\n**Beschluss:** Das Fest findet statt.\nAbstimmung: einstimmig\n"


class History:
    """The minutes of one meeting, and how they were approved."""

    def __init__(self, house: House, clock: Any) -> None:
        self.house, self.clock = house, clock
        self.meeting, self.later = house.meeting(days=-3), house.meeting(days=-1)
        self.sealed: dict[int, str] = {}
        self.consented: dict[int, str] = {}
        with house.rows():
            self.secretary = person_by_email("secretary@example.org").id
            make_minutes(session.get_one(Meeting, self.meeting), from_text(TEXT), self.secretary)
            session.commit()

    def editions(self) -> list[Minutes]:
        ours = sa.select(Minutes).where(Minutes.meeting_id == self.meeting)
        return list(session.scalars(ours.order_by(Minutes.edition)))

    def act(self, step: str) -> None:
        action: Callable[[Minutes], object] = getattr(self, step)
        with self.house.rows():
            rows = self.editions()
            if not rows:
                return
            try:
                action(rows[-1])
                session.commit()
            except approval.ApprovalRefusedError:
                session.rollback()
        with self.house.rows():
            self.check()

    def check(self) -> None:
        rows = self.editions()
        assert [row.edition for row in rows] == list(range(1, len(rows) + 1))
        assert all(row.is_approved for row in rows[:-1])  # at most one is unfinished, the newest
        current = session.scalars(
            sa.select(Minutes.edition).where(
                Minutes.meeting_id == self.meeting,
                Minutes.state == MinutesState.APPROVED,
                ~editions.is_superseded(),
            )
        ).all()
        assert len(current) == any(row.is_approved for row in rows)
        assert all(row.shared_at is None for row in rows if row.edition not in current)
        for row in rows:
            if row.is_approved:
                content = json.dumps(row.chained(), default=str, sort_keys=True)
                assert self.sealed.setdefault(row.id, content) == content
                if row.way is ApprovalWay.SILENCE:
                    assert row.text == self.consented[row.id]
                    assert approval.open_requests(row) == []

    def give(self, minutes: Minutes) -> None:
        if not minutes.is_approved:
            review.give(minutes, today() + timedelta(days=2), self.secretary)
            self.consented[minutes.id] = minutes.text

    def ask(self, minutes: Minutes) -> None:
        if review.is_running(minutes):
            session.add(Comment(minutes=minutes, person_id=self.secretary, text="Bitte.", asks_change=True))

    def answer(self, minutes: Minutes) -> None:
        for row in () if minutes.is_approved else minutes.comments:
            row.state = CommentState.DECLINED

    def edit(self, minutes: Minutes) -> None:
        if not minutes.is_approved:
            minutes.write(f"{minutes.text}\nMehr.")

    def night(self, _minutes: Minutes) -> None:
        self.clock.shift(timedelta(days=2))
        end_reviews()

    def approve(self, minutes: Minutes) -> None:
        if not minutes.is_approved:
            approval.approve(minutes, self.secretary)

    def meeting_approves(self, minutes: Minutes) -> None:
        if not minutes.is_approved:
            later = session.get_one(Meeting, self.later)
            approval.approve(minutes, self.secretary, way=ApprovalWay.MEETING, approved_in=later)

    def correct(self, minutes: Minutes) -> None:
        editions.begin_edition(minutes, "Ein Fehler.", self.secretary)

    def delete(self, minutes: Minutes) -> None:
        if minutes.state is MinutesState.DRAFT:
            editions.delete_draft(minutes)

    def take_back(self, minutes: Minutes) -> None:
        if minutes.state is MinutesState.IN_REVIEW:
            review.take_back(minutes)

    def share(self, minutes: Minutes) -> None:
        if sharing.may_be_shared(minutes):
            sharing.share(minutes, self.secretary)


def check_history(house: House, steps: list[str]) -> None:
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        history = History(house, clock)
        for step in steps:
            history.act("meeting_approves" if step == "meeting" else step)
    assert house.run("verify").exit_code == 0


@random_histories(6)
@given(steps=STEPS)
def test_approved_minutes_never_change_and_one_edition_counts_after_any_history(
    light_house: House, steps: list[str]
) -> None:
    check_history(light_house, steps)


@pytest.mark.drill
@random_histories(60)
@given(steps=STEPS)
def test_the_same_after_many_more_histories(house: House, steps: list[str]) -> None:
    check_history(house, steps)
