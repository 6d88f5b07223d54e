"""The command line: `ringway`.  One module for each family of commands."""

from ringway.cli.program import app, main

__all__ = ["app", "main"]
