"""The worker: one loop that writes files, sends letters and does what falls due once a day."""

import fcntl
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from portal import outbox, passwords, publishing, sending, signin
from portal.clock import now, today
from portal.database import Base, PrimaryKey, session
from portal.outbox import settings
from portal.sending import take_back

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two looks
PAUSE_AFTER_FAULT = 15.0


class DailyRun(Base):
    """The day on which the daily work was done last; a single row."""

    __tablename__ = "daily_run"

    id: Mapped[PrimaryKey]
    done_on: Mapped[date] = mapped_column()


class WorkerRunningError(Exception):
    """Another worker of this instance runs on this machine."""


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
        yield sending.worker_name()


def work_once(worker: str) -> int:
    """One round of all work. Returns how many files and letters it dealt with."""
    done = publishing.publish_pending()
    _daily()
    return done + publishing.publish_pending() + sending.send_due(worker)


def work(app: Flask, worker: str, parent: int | None = None) -> None:
    """Work until a signal comes or the parent process is gone; the letter at hand is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with app.app_context():
        take_back(worker)
    while not stop.is_set() and (parent is None or os.getppid() == parent):
        pause = PAUSE
        try:
            with app.app_context():
                work_once(worker)
        except (DBAPIError, OSError):
            # A full disk or a lost database: nothing is lost, the rows wait.
            logger.exception("the worker waits after a fault")
            pause = PAUSE_AFTER_FAULT
        stop.wait(pause)


def _daily() -> None:
    row = session.get(DailyRun, 1)
    last = row.done_on if row else None
    session.rollback()
    if last == today():
        return
    for duty in publishing.daily.values():
        duty()
    moment = now()
    outbox.erase_old_bodies(moment)
    signin.forget_sessions(moment)
    passwords.forget_failures(moment - passwords.WINDOW)
    session.merge(DailyRun(id=1, done_on=today()))
    session.commit()
