"""Stories that watch events and give commands."""
