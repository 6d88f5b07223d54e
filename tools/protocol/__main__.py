"""Writes every generated file: `python -m tools.protocol`."""

from tools.protocol import rust, samples, typescript

for part in (rust, samples, typescript):
    part.PATH.parent.mkdir(parents=True, exist_ok=True)
    part.PATH.write_text(part.render(), encoding="utf-8")
