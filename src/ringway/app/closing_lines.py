"""What `serve` says when it is ready: where to look, and what goes where."""

from __future__ import annotations

from ringway.app.serving import Ready
from ringway.app.version import VERSION


def closing_lines(ready: Ready) -> str:
    """Write the lines."""
    settings = ready.settings
    first = settings.media.port
    last = first + settings.shards - 1
    ports = f"port {first}" if first == last else f"ports {first} to {last}"
    rows = [("Look at", f"{settings.url}/demo" if settings.demo else settings.url)]
    rows.append(("Media", f"UDP and TCP {ports}, advertised on"))
    width = max(len(it.address) for it in ready.advertised)
    rows += [("", f"  {it.address:{width}}  {it.why}") for it in ready.advertised]
    key = ready.first_key or f"ringway key create --data {settings.data}"
    rows.append(("API key", str(key)))
    rows.append(("Stop", "Ctrl-C"))
    lines = "\n".join(f"  {name:9}{text}".rstrip() for name, text in rows)
    return f"\nRingway {VERSION} is ready.\n\n{lines}\n"
