"""What was said and decided: minutes, decisions, the archive."""
