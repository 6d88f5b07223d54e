from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ringway.app.house import Front
from ringway.pages.built import NotBuilt, read_built
from tests.app.whole import whole


@pytest.fixture
def front(tmp_path: Path) -> Front:
    sdk, demo, docs = (tmp_path / name for name in ("sdk", "demo", "docs"))
    (demo / "assets").mkdir(parents=True)
    sdk.mkdir()
    docs.mkdir()
    (sdk / "ringway-rtc.js").write_text("var createRingwayRtc;")
    (sdk / "ringway-rtc.js.map").write_text("{}")
    (demo / "index.html").write_text("<!doctype html><title>Demo</title>")
    (demo / "assets" / "index-Ab3_x-9Z.js").write_text("0")
    (docs / "index.html").write_text("<!doctype html><title>Pages</title>")
    (docs / "welcome.html").write_text("<!doctype html><title>Ringway</title>")
    (docs / "404.html").write_text("<!doctype html><title>Nowhere</title>")
    (docs / "who-to-ring.md").write_text("# Who to ring")
    (docs / "llms.txt").write_text("# Ringway")
    (docs / "llms-full.txt").write_text("# All of Ringway")
    (tmp_path / "secret").write_text("secret")
    return Front(
        sdk=read_built(sdk, "ringway-rtc.js"),
        demo_page=read_built(demo, "index.html"),
        docs=read_built(docs, "index.html"),
        public_url="https://ringway.test",
    )


async def test_the_sdk_is_for_every_page(front: Front) -> None:
    async with whole(front) as it:
        got = await it.http.get("/sdk/ringway-rtc.js")
        assert got.status_code == 200
        assert got.text == "var createRingwayRtc;"
        assert got.headers["content-type"] == "text/javascript; charset=utf-8"
        assert got.headers["access-control-allow-origin"] == "*"
        assert got.headers["cross-origin-resource-policy"] == "cross-origin"
        assert got.headers["cache-control"] == "no-cache"
        assert (await it.http.get("/sdk/ringway-rtc.js.map")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/sdk/ringway-rtc.js", "/demo/", "/docs/", "/docs/nothing.html"),
        *("/llms.txt", "/livez", "/readyz"),
    ],
)
async def test_heads_are_as_the_whole(front: Front, path: str) -> None:
    async with whole(front) as it:
        head, got = await it.http.head(path), await it.http.get(path)
        assert (head.status_code, head.headers) == (got.status_code, got.headers)


async def test_what_has_not_changed_is_not_sent_again(front: Front) -> None:
    async with whole(front) as it:
        tag = (await it.http.get("/sdk/ringway-rtc.js")).headers["etag"]
        for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            got = await it.http.get(
                "/sdk/ringway-rtc.js", headers={"If-None-Match": header}
            )
            assert (got.status_code, got.content) == (304, b"")
            assert got.headers["etag"] == tag
            assert got.headers["access-control-allow-origin"] == "*"
        got = await it.http.get(
            "/sdk/ringway-rtc.js", headers={"If-None-Match": '"other"'}
        )
        assert got.status_code == 200


async def test_names_with_a_hash_are_kept(front: Front) -> None:
    async with whole(front) as it:
        got = await it.http.get("/demo/assets/index-Ab3_x-9Z.js")
        assert "immutable" in got.headers["cache-control"]
        page = await it.http.get("/demo/")
        assert page.headers["cache-control"] == "no-cache"


async def test_the_page_may_do_what_it_needs_and_no_more(front: Front) -> None:
    async with whole(front) as it:
        page = await it.http.get("/demo/")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "connect-src 'self' https://ringway.test wss://ringway.test;" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "camera=(self)" in page.headers["permissions-policy"]


async def test_the_way_to_the_demo(front: Front) -> None:
    async with whole(front) as it:
        bare = await it.http.get("/demo?name=dana&x=%26")
        assert bare.headers["location"] == "/demo/?name=dana&x=%26"


async def test_the_root_leads_to_everything(front: Front) -> None:
    async with whole(front) as it:
        root = await it.http.get("/")
        assert (root.status_code, root.text[-16:]) == (200, ">Ringway</title>")
    async with whole(replace(front, demo=False)) as it:
        root = await it.http.get("/")
        assert (root.status_code, root.headers["location"]) == (307, "/docs/")
    async with whole(replace(front, docs="Not built.")) as it:
        root = await it.http.get("/")
        assert (root.status_code, root.headers["location"]) == (307, "/demo/")


async def test_the_documentation_is_for_people_and_programs(front: Front) -> None:
    async with whole(replace(front, demo=False)) as it:
        assert (await it.http.get("/docs")).headers["location"] == "/docs/"
        page = await it.http.get("/docs/")
        assert page.text == (await it.http.get("/docs/index.html")).text
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in policy
        text = await it.http.get("/docs/who-to-ring.md")
        assert text.headers["content-type"] == "text/markdown; charset=utf-8"
        assert text.headers["cache-control"] == "no-cache", "only assets have a hash"
        assert (await it.http.get("/llms.txt")).text == "# Ringway"
        assert (await it.http.get("/llms-full.txt")).text == "# All of Ringway"


@pytest.mark.parametrize(
    "path", ["/docs/nothing.html", "/docs/a/b/", "/docs/..%2fsecret"]
)
async def test_a_page_that_is_none_is_said_on_a_page(front: Front, path: str) -> None:
    async with whole(front) as it:
        got = await it.http.get(path)
        assert got.status_code == 404
        assert got.text == "<!doctype html><title>Nowhere</title>"
        assert got.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/sdk/",
        "/sdk/nothing.js",
        "/sdk/../secret",
        "/sdk/..%2fsecret",
        "/sdk/%2e%2e/secret",
        "/demo/..%2f..%2fsecret",
        "/sdk//etc/passwd",
        "/sdk/ringway-rtc.js%00",
    ],
)
async def test_there_is_nothing_else(front: Front, path: str) -> None:
    async with whole(front) as it:
        got = await it.http.get(path)
        assert got.status_code == 404
        assert (
            got.json()["requestError"]["serviceException"]["messageId"] == "NOT_FOUND"
        )


async def test_what_was_not_built_is_said() -> None:
    async with whole() as it:
        for path in ("/sdk/ringway-rtc.js", "/demo/", "/docs/", "/docs/x", "/llms.txt"):
            got = await it.http.get(path)
            assert got.status_code == 503
            assert "make build" in got.text


def test_a_folder_without_its_entry_was_not_built(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="make build"):
        read_built(tmp_path / "sdk", "ringway-rtc.js")


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [
        *((it, True) for it in ("gzip", "br, GZIP;q=0.5", "*", "deflate, gzip;q=1.0")),
        *((it, False) for it in ("", "identity", "gzip;q=0", "gzip; q=0.000, *")),
    ],
)
async def test_texts_are_compressed_for_who_takes_that(
    front: Front, tmp_path: Path, accepted: str, zipped: bool
) -> None:
    text = "var createRingwayRtc;\n" * 100
    (tmp_path / "sdk" / "ringway-rtc.js").write_text(text)
    built = read_built(tmp_path / "sdk", "ringway-rtc.js")
    async with whole(replace(front, sdk=built)) as it:
        asked = {"Accept-Encoding": accepted}
        got = await it.http.get("/sdk/ringway-rtc.js", headers=asked)
        assert got.text == text
        assert got.headers.get("content-encoding") == ("gzip" if zipped else None)
        assert (int(got.headers["content-length"]) < len(text)) == zipped
        assert got.headers["vary"] == "Accept-Encoding"
        asked["If-None-Match"] = got.headers["etag"]
        again = await it.http.get("/sdk/ringway-rtc.js", headers=asked)
        assert (again.status_code, again.content) == (304, b"")
        asked["Accept-Encoding"] = "identity" if zipped else "gzip"
        other = await it.http.get("/sdk/ringway-rtc.js", headers=asked)
        assert (other.status_code, other.text) == (200, text)


async def test_small_files_and_pictures_are_left_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "picture.png").write_bytes(bytes(5000))
    built = read_built(tmp_path, "index.html")
    assert {name: file.zipped for name, file in built.items()} == {
        "index.html": None,
        "picture.png": None,
    }
