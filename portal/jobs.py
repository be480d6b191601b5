"""What the worker does beside files and letters; rooms fill the registries when the roof puts the house together."""

from collections.abc import Callable

daily: dict[str, Callable[[], None]] = {}
"""Once a day, by name; each commits."""

often: dict[str, Callable[[], int]] = {}
"""In every round, by name: returns how many things it dealt with, commits what it changed, and is quick when there
is nothing to do."""
