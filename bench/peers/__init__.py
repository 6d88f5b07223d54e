"""Ringway and another server under the same load, beside what is to be reached."""
