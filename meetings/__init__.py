"""What is to come: planning, meetings, calendar feeds and their letters."""
