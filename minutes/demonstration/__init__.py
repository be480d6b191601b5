"""The invented city that `make run` shows: its people, minutes and decisions, as plain files."""
