"""What `serve` says when it is ready: where to look, and what goes where."""

from __future__ import annotations

from ringway.app.serving import Ready
from ringway.app.version import VERSION


def as_value(ready: Ready) -> dict[str, object]:
    """Say the same for programs."""
    settings = ready.settings
    return {
        "version": VERSION,
        "url": settings.url,
        "demo": f"{settings.url}/demo" if settings.demo else None,
        "https": None if settings.tls is None else str(settings.https),
        "invited": ready.demo_url,
        "media": str(settings.media),
        "shards": settings.shards,
        "advertised": [it.address for it in ready.advertised],
        "firstKey": None if ready.first_key is None else str(ready.first_key),
        "data": str(settings.data),
    }


def closing_lines(ready: Ready, link: str | None = None) -> str:
    """Write the lines; `link` is the demo's for other devices, with its code.

    Without it the lines say how to get it: they may be read in a log.
    """
    settings = ready.settings
    first = settings.media.port
    last = first + settings.shards - 1
    ports = f"port {first}" if first == last else f"ports {first} to {last}"
    rows = [("Look at", f"{settings.url}/demo" if settings.demo else settings.url)]
    if ready.demo_url is not None:
        rows.append(("Invited", link or ready.demo_url))
        if link is None:
            shown_by = f"ringway invitation --data {settings.data}"
            rows.append(("", f"  with the code that `{shown_by}` shows"))
    elif settings.tls is not None:
        rows.append(("HTTPS", str(settings.https)))
    rows.append(("Media", f"UDP and TCP {ports}, advertised on"))
    width = max(len(it.address) for it in ready.advertised)
    rows += [("", f"  {it.address:{width}}  {it.why}") for it in ready.advertised]
    key = ready.first_key or f"ringway key create --data {settings.data}"
    rows.append(("API key", str(key)))
    rows.append(("Stop", "Ctrl-C"))
    lines = "\n".join(f"  {name:9}{text}".rstrip() for name, text in rows)
    return f"\nRingway {VERSION} is ready.\n\n{lines}\n"
