"""A line manager's team: who is in it, what they hold, and what it lacks."""
