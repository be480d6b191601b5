"""Stands here until its callers know the new place."""

from portal.limited import ENVIRONMENT, LAUNCHER, OUTPUT_BYTES, SECONDS, Result, run, turn

__all__ = ["ENVIRONMENT", "LAUNCHER", "OUTPUT_BYTES", "SECONDS", "Result", "run", "turn"]
