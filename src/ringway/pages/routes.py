"""`/`, `/demo/`, `/docs/`, `/sdk/`: built files, kept or asked for again.

A name with a hash may be kept for ever; everything else is asked for again and
mostly not sent again (ETag, RFC 9110 section 13).
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import HttpMethod, MediaType, Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from ringway.pages.built import File, read_built

READ: Final = (HttpMethod.GET, HttpMethod.HEAD)
KEPT: Final = "public, max-age=31536000, immutable"
ASKED_AGAIN: Final = "no-cache"
PERMISSIONS: Final = (
    "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), "
    "speaker-selection=(self), geolocation=(), payment=(), usb=()"
)


def page_headers(public_url: str | None) -> dict[str, str]:
    """Say what our pages may do: only what comes from here, and be no frame.

    The SDK signals with the server its token names, which may be reached by
    another name than the page.
    """
    reached = ["'self'"]
    if public_url is not None:
        parts = urlsplit(public_url)
        reached += [
            public_url,
            f"ws{parts.scheme.removeprefix('http')}://{parts.netloc}",
        ]
    policy = {
        "default-src": "'self'",
        "connect-src": " ".join(reached),
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob: mediastream:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{k} {v}" for k, v in policy.items()),
        "Permissions-Policy": PERMISSIONS,
        "Cross-Origin-Opener-Policy": "same-origin",
    }


SDK_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

DOCS_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
}
FOR_PROGRAMS: Final = ("/llms.txt", "/llms-full.txt")
"""What llmstxt.org says where to look for; built with the documentation."""


def page_routes(
    sdk: Mapping[str, File] | str,
    demo: Mapping[str, File] | str,
    public_url: str | None,
) -> list[HTTPRouteHandler]:
    """Make the handlers.  A text in place of files says why there are none."""
    headers = page_headers(public_url)

    @route("/demo/{path:path}", http_method=READ, sync_to_thread=False)
    def demo_file(
        request: Request[Any, Any, Any], path: FromPath[str]
    ) -> Response[bytes]:
        return _give(request, demo, path.lstrip("/") or "index.html", headers)

    @route("/demo", http_method=READ, sync_to_thread=False)
    def demo_page(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not request.scope["raw_path"].split(b"?")[0].endswith(b"/"):
            query = request.scope["query_string"].decode("latin-1")
            return _elsewhere("/demo/" + (f"?{query}" if query else ""))
        return _give(request, demo, "index.html", headers)

    @route("/sdk/{path:path}", http_method=READ, sync_to_thread=False)
    def sdk_file(
        request: Request[Any, Any, Any], path: FromPath[str]
    ) -> Response[bytes]:
        return _give(request, sdk, path.lstrip("/"), SDK_HEADERS)

    return [demo_page, demo_file, sdk_file]


def docs_routes(
    docs: Mapping[str, File] | str, *, demo_is_on: bool
) -> list[HTTPRouteHandler]:
    """Make the handlers of the documentation, and of `/`, which leads to all.

    Without the demo, `/` leads to the documentation at once.
    """

    @route("/", http_method=READ, sync_to_thread=False)
    def root(request: Request[Any, Any, Any]) -> Response[bytes]:
        if isinstance(docs, str):
            return _elsewhere("/demo/")
        if not demo_is_on:
            return _elsewhere("/docs/")
        return _give(request, docs, "welcome.html", DOCS_HEADERS)

    @route("/docs/{path:path}", http_method=READ, sync_to_thread=False)
    def docs_file(
        request: Request[Any, Any, Any], path: FromPath[str]
    ) -> Response[bytes]:
        name = path.lstrip("/") or "index.html"
        if isinstance(docs, str) or name in docs:
            return _give(request, docs, name, DOCS_HEADERS)
        return Response(
            docs["404.html"].content,
            status_code=HTTPStatus.NOT_FOUND,
            media_type=MediaType.HTML,
            headers={**DOCS_HEADERS, "Cache-Control": ASKED_AGAIN},
        )

    @route("/docs", http_method=READ, sync_to_thread=False)
    def docs_page(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not request.scope["raw_path"].split(b"?")[0].endswith(b"/"):
            return _elsewhere("/docs/")
        return _give(request, docs, "index.html", DOCS_HEADERS)

    @route(list(FOR_PROGRAMS), http_method=READ, sync_to_thread=False)
    def for_programs(request: Request[Any, Any, Any]) -> Response[bytes]:
        return _give(request, docs, request.url.path.lstrip("/"), DOCS_HEADERS)

    return [root, docs_page, docs_file, for_programs]


def api_routes() -> list[HTTPRouteHandler]:
    """Make the handlers of the page that tries the API; it is part of the program."""
    files = read_built(Path(__file__).with_name("api"), "index.html")

    @route("/api/{path:path}", http_method=READ, sync_to_thread=False)
    def api_file(
        request: Request[Any, Any, Any], path: FromPath[str]
    ) -> Response[bytes]:
        return _give(request, files, path.lstrip("/") or "index.html", DOCS_HEADERS)

    @route("/api", http_method=READ, sync_to_thread=False)
    def api_page(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not request.scope["raw_path"].split(b"?")[0].endswith(b"/"):
            return _elsewhere("/api/")
        return _give(request, files, "index.html", DOCS_HEADERS)

    return [api_page, api_file]


def _elsewhere(path: FromPath[str]) -> Response[bytes]:
    return Response(
        b"",
        status_code=HTTPStatus.TEMPORARY_REDIRECT,
        media_type=MediaType.TEXT,
        headers={"Location": path, "Cache-Control": ASKED_AGAIN},
    )


def _give(
    request: Request[Any, Any, Any],
    files: Mapping[str, File] | str,
    path: str,
    headers: Mapping[str, str],
) -> Response[bytes]:
    if isinstance(files, str):
        return Response(
            files.encode(),
            status_code=HTTPStatus.SERVICE_UNAVAILABLE,
            media_type="text/plain",
            headers={"Cache-Control": "no-store"},
        )
    file = files.get(path)
    if file is None:
        raise NotFoundException
    told = {
        **headers,
        "ETag": file.etag,
        "Cache-Control": KEPT if file.is_hashed else ASKED_AGAIN,
    }
    content = file.content
    if file.zipped is not None:
        told["Vary"] = "Accept-Encoding"
        if _takes_gzip(request.headers.get("accept-encoding", "")):
            content = file.zipped
            # Other bytes have another tag (RFC 9110 section 8.8.3.3).
            told["ETag"] = f'{file.etag[:-1]}-gzip"'
            told["Content-Encoding"] = "gzip"
    if _has(request.headers.get("if-none-match", ""), told["ETag"]):
        told.pop("Content-Encoding", None)
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=told)
    return Response(content, media_type=file.type, headers=told)


def _takes_gzip(header: str) -> bool:
    """Read Accept-Encoding (RFC 9110 section 12.5.3); without a word for it, no."""
    taken = {}
    for each in header.lower().split(","):
        coding, _, weight = each.partition(";")
        _, _, value = weight.partition("q=")
        taken[coding.strip()] = value == "" or value.strip(" 0.") != ""
    return taken.get("gzip", taken.get("*", False))


def _has(header: str, etag: str) -> bool:
    """Compare weakly (RFC 9110 section 13.1.2)."""
    tags = (tag.strip().removeprefix("W/") for tag in header.split(","))
    return header.strip() == "*" or etag in tags
