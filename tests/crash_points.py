"""Runs a command of the portal and kills itself, by SIGKILL, at the step that the first argument names.

A step is the moment before and after each commit, each file put in place, and each word to the mail server: where a
power cut could come between two things that belong together. The process ends normally when there are fewer steps.
"""

import itertools
import os
import signal
import smtplib
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

steps = itertools.count(1)
last = int(sys.argv[1])


def step() -> None:
    if next(steps) == last:
        os.kill(os.getpid(), signal.SIGKILL)


def watched(owner: Any, name: str) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    def between_two_steps(*arguments: Any, **options: Any) -> Any:
        step()
        result = original(*arguments, **options)
        step()
        return result

    setattr(owner, name, between_two_steps)


if __name__ == "__main__":
    for owner, name in (
        (DefaultDialect, "do_commit"),
        (os, "replace"),
        (smtplib.SMTP, "mail"),
        (smtplib.SMTP, "data"),
    ):
        watched(owner, name)
    from flask.cli import main

    sys.argv = ["flask", "--app", "wsgi", *sys.argv[2:]]
    main()
