"""Serves the SDK and the web apps, as they were built."""
