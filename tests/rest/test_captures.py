"""`/webrtc/1/files`: pictures of calls, whole or in parts; and recordings."""

from __future__ import annotations

from typing import Any

import pytest

from ringway.domain.values import AccountId
from ringway.ports.blobs import CHUNK, blob_name
from ringway.ports.captures import CAPTURE, Capture, ImageFormat
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.public.moments import public_time
from ringway.rest.errors import ApiError
from ringway.rest.ranges import Part, part_of
from tests.app.whole import Whole, whole
from tests.rest.asking import ask, error, somebody_else

PATH = "/webrtc/1/files"
RECORDINGS = "/webrtc/1/recordings"
CONTENT = bytes(range(256)) * (CHUNK // 128)


async def capture(
    it: Whole, id_: str = "one", account: AccountId = FIRST_ACCOUNT
) -> None:
    """Keep a picture, as the SDK's own channel will."""
    at, blobs = it.clock.now(), it.ringway.ports.blobs
    async with blobs.writing(account, blob_name("capture", id_)) as writing:
        await writing.write(CONTENT)
        await writing.keep()
    row = Capture(id_, f"{id_}_ada_1.png", ImageFormat.PNG, len(CONTENT), at)
    await it.ringway.ports.shelves.write(
        account, lambda shelf: shelf.add(CAPTURE, id_, row, at)
    )


async def test_a_life() -> None:
    async with whole() as it:
        await capture(it)
        answer = {
            "id": "one",
            "name": "one_ada_1.png",
            "fileFormat": "PNG",
            "size": len(CONTENT),
            "creationTime": public_time(it.clock.now()),
        }
        page = (await ask(it, "GET", PATH)).json()
        assert page["results"] == [answer]
        assert page["pageInfo"]["totalResults"] == 1
        assert (await ask(it, "GET", f"{PATH}/one")).json() == answer
        read = await ask(it, "GET", f"{PATH}/one/download")
        assert (read.status_code, read.content) == (200, CONTENT)
        assert read.headers["content-type"] == "application/octet-stream"
        gone = await ask(it, "DELETE", f"{PATH}/one")
        assert (gone.status_code, gone.json()) == (200, answer)
        assert await it.ringway.ports.blobs.names(FIRST_ACCOUNT) == []
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/download")):
            missing = await ask(it, method, f"{PATH}/one{path}")
            assert missing.status_code == 404


async def part(it: Whole, header: str) -> Any:
    shown = {"Authorization": f"App {it.key.secret}", "Range": header}
    return await it.http.get(f"{PATH}/one/download", headers=shown)


async def test_a_part_is_downloaded() -> None:
    async with whole() as it:
        await capture(it)
        some = await part(it, "bytes=10-19")
        assert (some.status_code, some.content) == (206, CONTENT[10:20])
        assert some.headers["content-range"] == f"bytes 10-19/{len(CONTENT)}"
        assert (await part(it, "bytes=-5")).content == CONTENT[-5:]
        beyond = await part(it, f"bytes={len(CONTENT)}-")
        assert beyond.status_code == 416
        assert error(beyond)["messageId"] == "REQUESTED_RANGE_NOT_SATISFIABLE"
        assert beyond.headers["content-range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=0-0", Part(0, 1, 100)),
        ("bytes=0-", Part(0, 100, 100)),
        ("bytes=90-200", Part(90, 10, 100)),
        ("bytes=-10", Part(90, 10, 100)),
        ("bytes=-200", Part(0, 100, 100)),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_ranges(header: str, part: Part | None) -> None:
    assert part_of(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_ranges_that_are_not_there(header: str) -> None:
    with pytest.raises(ApiError) as refused:
        part_of(header, 100)
    assert refused.value.status == 416


async def test_what_belongs_to_others_is_not_there() -> None:
    async with whole() as it:
        await capture(it)
        other = await somebody_else(it)
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/download")):
            missing = await ask(it, method, f"{PATH}/one{path}", key=other)
            assert missing.status_code == 404


# -------------------------------------------------------------- recordings


async def test_there_are_no_recordings_of_the_webrtc_api_yet() -> None:
    async with whole() as it:
        page = await ask(it, "GET", RECORDINGS, params={"callType": "ROOM_CALL"})
        assert page.json() == {
            "results": [],
            "pageInfo": {"page": 0, "size": 20, "totalPages": 0, "totalResults": 0},
        }
        everything = await ask(it, "GET", RECORDINGS, params={"size": "0"})
        assert everything.json()["pageInfo"]["size"] == 20
        for method, path in (("DELETE", "/one"), ("GET", "/one/download")):
            missing = await ask(it, method, f"{RECORDINGS}{path}")
            told = missing.json()
            assert (missing.status_code, told["errorCode"]) == (404, "E404")
            assert told.keys() == {
                "errorCode",
                "description",
                "action",
                "violations",
                "resources",
            }


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"callType": "PIGEON"}, "callType"),
        ({"sortBy": "SIZE"}, "sortBy"),
        ({"sortDirection": "UP"}, "sortDirection"),
        ({"location": "MOON"}, "location"),
        ({"startTimeAfter": "yesterday"}, "startTimeAfter"),
        ({"size": "101"}, "size"),
        ({"page": "-1"}, "page"),
    ],
)
async def test_errors_of_recordings_are_flat(query: dict[str, str], named: str) -> None:
    async with whole() as it:
        refused = await ask(it, "GET", RECORDINGS, params=query)
        assert refused.status_code == 400
        assert refused.json()["errorCode"] == "E400"
        told = refused.json()["violations"]
        assert [each["property"] for each in told] == [named]
        unknown = await it.http.get(RECORDINGS)
        assert (unknown.status_code, unknown.json()["errorCode"]) == (401, "E401")


@pytest.mark.parametrize("family", ["calls", "conferences", "dialogs"])
async def test_there_are_no_recordings_of_the_calls_api_yet(family: str) -> None:
    path = f"/calls/1/recordings/{family}"
    async with whole() as it:
        page = (await ask(it, "GET", path)).json()
        assert page["results"] == []
        assert page["paging"]["totalResults"] == 0
        refused = await ask(it, "GET", path, params={"location": "MOON"})
        assert refused.status_code == 400
        for method in ("GET", "DELETE"):
            missing = await ask(it, method, f"{path}/one")
            assert missing.status_code == 404
            assert "one" in error(missing)["text"]
        if family != "calls":
            missing = await ask(it, "POST", f"{path}/one/compose")
            assert missing.status_code == 404
    async with whole() as it:
        for method in ("GET", "DELETE"):
            missing = await ask(it, method, "/calls/1/recordings/files/one")
            assert missing.status_code == 404
