"""Which Ringway this is."""

from importlib.metadata import version

VERSION = version("ringway")
