"""A customer's site on another origin; it loads the SDK from a server."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PAGES = Path(__file__).parent / "pages"


@contextmanager
def site(server: str, pages: Mapping[str, str]) -> Iterator[str]:
    """Serve the committed pages, and these, which may be added to while it runs."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.split("?")[0].lstrip("/")
            path = PAGES / name
            if name not in pages and not path.is_file():
                self.send_error(404)
                return
            text = pages[name] if name in pages else path.read_text()
            body = text.replace("{{SDK}}", f"{server}/sdk/ringway-rtc.js")
            kind = "text/javascript" if path.suffix == ".js" else "text/html"
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as it:
        threading.Thread(target=it.serve_forever, daemon=True).start()
        yield f"http://localhost:{it.server_address[1]}"
        it.shutdown()
