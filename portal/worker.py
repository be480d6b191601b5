"""The worker: one loop that writes files, sends letters and does what falls due once a day."""

import fcntl
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from flask import Flask
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from portal import jobs, outbox, publishing, signin, throttle
from portal.clock import now, today
from portal.database import Base, PrimaryKey, serialise, session
from portal.outbox import settings
from portal.sending import Sender, worker_name

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two looks
PAUSE_AFTER_FAULT = 5.0
BLINK = 0.2  # seconds until a signal or the parent's end is noticed in a pause


class DailyRun(Base):
    """The day on which the daily work was done last; a single row."""

    __tablename__ = "daily_run"

    id: Mapped[PrimaryKey]
    done_on: Mapped[date] = mapped_column()


class WorkerRunningError(Exception):
    """Another worker of this instance runs on this machine."""


class Stop:
    """Whether the worker is to end: a signal came, or the parent process is gone."""

    def __init__(self, parent: int | None) -> None:
        self._parent = parent
        self._is_signalled = False

    def __call__(self) -> bool:
        return self._is_signalled or (self._parent is not None and os.getppid() != self._parent)

    def note_signal(self, *_signal: object) -> None:
        self._is_signalled = True

    def pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self() and time.monotonic() < end:
            time.sleep(BLINK)


@contextmanager
def listening(parent: int | None = None) -> Iterator[Stop]:
    """Let SIGTERM and SIGINT wait until the letter at hand is finished."""
    stop = Stop(parent)
    before = {number: signal.signal(number, stop.note_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def sole_worker() -> Iterator[str]:
    """Hold the instance's worker lock; the name given is that of this worker.

    Raises:
        WorkerRunningError: the lock is taken.
    """
    path = settings().instance / "worker.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkerRunningError from None
        yield worker_name()


def _round(sender: Sender) -> tuple[Callable[[], int], ...]:
    """One round of all work; each part says how many files or letters it dealt with."""
    return _daily, _often, publishing.publish_pending, sender.send_due


def work_off(worker: str) -> int:
    """Do all that is due now. Returns how many files and letters it dealt with."""
    with listening() as stop:
        sender = Sender(worker, stop)
        sender.take_back()
        done = 0
        while not stop() and (dealt_with := sum(part() for part in _round(sender))):
            done += dealt_with
        return done


def work(app: Flask, worker: str, parent: int | None = None) -> None:
    """Work until a signal comes or the parent process is gone; the letter at hand is finished first."""
    with listening(parent) as stop:
        sender = Sender(worker, stop)
        is_sound = False
        while not stop():
            if not is_sound:
                is_sound = _survives(app, sender.take_back)
            # Each part for itself: letters go out though no file can be written, and the other way round.
            for part in _round(sender):
                is_sound &= _survives(app, part)
            stop.pause(PAUSE if is_sound else PAUSE_AFTER_FAULT)


def _survives(app: Flask, part: Callable[[], object]) -> bool:
    """Do a part of the work; after a full disk or a lost database nothing is lost, the rows wait."""
    try:
        with app.app_context():
            part()
    except (SQLAlchemyError, OSError) as fault:
        # The whole exception would show the statement's values, and with them letters.
        reason = fault.orig if isinstance(fault, DBAPIError) else fault
        logger.error("the worker waits after a fault: %s", reason)  # noqa: TRY400
        return False
    return True


def _often() -> int:
    return sum(job() for job in jobs.often.values())


def _daily() -> int:
    row = session.get(DailyRun, 1)
    last = row.done_on if row else None
    session.rollback()
    if last == today():
        return 0
    for duty in jobs.daily.values():
        duty()
    moment = now()
    outbox.erase_old_bodies(moment)
    signin.forget_sessions(moment)
    throttle.forget_failures(moment - throttle.WINDOW)
    serialise("daily")  # a worker on another machine may be here too
    session.merge(DailyRun(id=1, done_on=today()))
    session.commit()
    return 0
