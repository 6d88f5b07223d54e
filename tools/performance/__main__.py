"""Writes the page and its pictures: `python -m tools.performance`."""

from tools.performance.files import written

for path, text in written().items():
    path.write_text(text, encoding="utf-8")
