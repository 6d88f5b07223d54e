"""`/calls/1/files`: uploaded in multipart, judged by content, removed when unused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from ringway.domain.values import SECOND, AccountId
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.files import FILE, MAX_FILE, UNUSED_TIME, MediaFormat, StoredFile
from ringway.ports.shelves import Shelf
from ringway.ports.storage import StorageUnavailable, Trouble
from ringway.programs.retention import LOOK_TIME
from ringway.public.moments import given_time, public_time
from tests.app.whole import Whole, whole
from tests.ports.test_media_files import mp3, mp4, wav
from tests.rest.asking import ask, error, fields, somebody_else

PATH = "/calls/1/files"


async def upload(
    it: Whole, content: bytes, name: str = "hello.wav", **more: Any
) -> httpx.Response:
    return await ask(it, "POST", PATH, files={"file": (name, content)}, **more)


async def blobs(it: Whole, account: AccountId = FIRST_ACCOUNT) -> list[str]:
    return list(await it.ringway.ports.blobs.names(account))


@pytest.mark.parametrize(
    ("content", "kind", "seconds"),
    [(wav(), "WAV", 3), (mp3(), "MP3", 3), (mp4(), "MP4", 3)],
)
async def test_a_life(content: bytes, kind: str, seconds: int) -> None:
    async with whole() as it:
        made = await upload(it, content, "greeting.bin")
        assert made.status_code == 200
        id_, now = made.json()["id"], it.clock.now()
        assert made.json() == {
            "id": id_,
            "name": "greeting.bin",
            "fileFormat": kind,
            "size": len(content),
            "creationTime": public_time(now),
            "expirationTime": public_time(now + UNUSED_TIME),
            "duration": seconds,
        }
        assert given_time(made.json()["expirationTime"]) is not None
        assert (await ask(it, "GET", f"{PATH}/{id_}")).json() == made.json()
        page = (await ask(it, "GET", PATH)).json()
        assert (page["results"], page["paging"]["totalResults"]) == ([made.json()], 1)
        read = [
            chunk
            async for chunk in it.ringway.ports.blobs.read(FIRST_ACCOUNT, f"file-{id_}")
        ]
        assert b"".join(read) == content
        gone = await ask(it, "DELETE", f"{PATH}/{id_}")
        assert (gone.status_code, gone.json()) == (200, made.json())
        assert await blobs(it) == []
        for method in ("GET", "DELETE"):
            assert (await ask(it, method, f"{PATH}/{id_}")).status_code == 404


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("hello.wav", "hello.wav"),
        ("C:\\sounds\\hello.wav", "hello.wav"),
        ("../../etc/passwd", "passwd"),
        ("", "file"),
        ("x" * 300, "x" * 255),
        ("grüße.wav", "grüße.wav"),
    ],
)
async def test_a_file_has_a_name_without_its_path(name: str, kept: str) -> None:
    async with whole() as it:
        made = await upload(it, wav(), name)
        assert made.json()["name"] == kept


@pytest.mark.parametrize("content", [b"", b"some text", wav(0), wav()[:30]])
async def test_what_can_not_be_played_is_not_kept(content: bytes) -> None:
    async with whole() as it:
        refused = await upload(it, content)
        assert refused.status_code == 400
        assert set(fields(refused)) == {"file"}
        assert await blobs(it) == []
        assert (await ask(it, "GET", PATH)).json()["results"] == []


async def in_pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


BOUNDARY = "multipart/form-data; boundary=x"
HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'


async def send(it: Whole, kind: str, *pieces: bytes) -> httpx.Response:
    shown = {"Authorization": f"App {it.key.secret}", "Content-Type": kind}
    return await it.http.post(PATH, headers=shown, content=in_pieces(*pieces))


async def test_a_body_may_come_in_pieces() -> None:
    content = wav()
    other = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
    body = other + HEAD + content + b"\r\n--x--\r\n"
    async with whole() as it:
        pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
        made = await send(it, BOUNDARY, *pieces)
        assert made.status_code == 200
        assert made.json()["size"] == len(content)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("", b""),
        (BOUNDARY, b""),
        (BOUNDARY, b"something else"),
        (BOUNDARY, HEAD),
        (BOUNDARY, HEAD + wav()),
        (BOUNDARY, HEAD.replace(b"file", b"other", 1) + wav() + b"\r\n--x--\r\n"),
        (BOUNDARY, HEAD * 20 + b"\r\n--x--\r\n"),
        (BOUNDARY, b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--\r\n"),
        (BOUNDARY, b"--x\r\n" + b"A: " + b"b" * 9000 + b"\r\n\r\n\r\n--x--\r\n"),
    ],
)
async def test_what_is_no_upload(kind: str, body: bytes) -> None:
    async with whole() as it:
        refused = await send(it, kind, body)
        assert refused.status_code == 400
        assert error(refused)["text"]
        assert await blobs(it) == []


async def test_a_file_that_is_too_large() -> None:
    async with whole() as it:
        chunk = bytes(1 << 20)
        pieces = [HEAD, *[chunk] * (MAX_FILE // len(chunk)), b"one more"]
        refused = await send(it, BOUNDARY, *pieces)
        assert refused.status_code == 413
        assert str(MAX_FILE) in error(refused)["text"]
        shown = {
            "Authorization": f"App {it.key.secret}",
            "Content-Type": BOUNDARY,
            "Content-Length": str(MAX_FILE * 2),
        }
        refused = await it.http.post(PATH, headers=shown, content=b"")
        assert refused.status_code == 413
        assert await blobs(it) == []


async def test_a_full_disk_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise StorageUnavailable(Trouble.FULL, "No space is left.")

    async with whole() as it:
        monkeypatch.setattr(it.ringway.ports.shelves, "write", full)
        refused = await upload(it, wav())
        assert refused.status_code == 500
        assert error(refused)["messageId"] == "GENERAL_ERROR"
        assert await blobs(it) == []


async def test_what_belongs_to_others_is_not_there() -> None:
    async with whole() as it:
        id_ = (await upload(it, wav())).json()["id"]
        other = await somebody_else(it)
        for method in ("GET", "DELETE"):
            missing = await ask(it, method, f"{PATH}/{id_}", key=other)
            assert missing.status_code == 404
        assert (await ask(it, "GET", PATH, key=other)).json()["results"] == []
        assert await blobs(it) == [f"file-{id_}"]


async def test_there_are_not_too_many() -> None:
    async with whole() as it:

        def fill(shelf: Shelf) -> None:
            for number in range(FILE.most):
                row = StoredFile(
                    str(number),
                    "x",
                    MediaFormat.WAV,
                    1,
                    1,
                    it.clock.now(),
                    it.clock.now(),
                )
                shelf.add(FILE, row.id, row, it.clock.now())

        await it.ringway.ports.shelves.write(FIRST_ACCOUNT, fill)
        refused = await upload(it, wav())
        assert refused.status_code == 400
        assert str(FILE.most) in error(refused)["text"]
        assert await blobs(it) == []
        last = await ask(it, "GET", PATH, params={"page": "99", "size": "100"})
        assert len(last.json()["results"]) == 100
        assert last.json()["paging"]["totalPages"] == 100


# --------------------------------------------------------------- retention


async def settled(it: Whole) -> None:
    await it.ringway.house.tasks.quiet()


async def test_what_nobody_uses_is_removed() -> None:
    async with whole() as it:
        old = (await upload(it, wav())).json()["id"]
        it.clock.move(UNUSED_TIME - LOOK_TIME)
        new = (await upload(it, wav())).json()["id"]
        await settled(it)
        assert (await ask(it, "GET", f"{PATH}/{old}")).status_code == 200
        it.clock.move(LOOK_TIME + SECOND)
        await settled(it)
        it.clock.move(LOOK_TIME)
        await settled(it)
        assert (await ask(it, "GET", f"{PATH}/{old}")).status_code == 404
        assert (await ask(it, "GET", f"{PATH}/{new}")).status_code == 200
        assert await blobs(it) == [f"file-{new}"]


async def test_what_a_crash_left_is_removed_at_the_next_start() -> None:
    async with whole() as it:
        kept = (await upload(it, wav())).json()["id"]
        store = it.ringway.ports.blobs
        for name in ("file-left", "capture-mine"):
            async with store.writing(FIRST_ACCOUNT, name) as writing:
                await writing.write(b"x")
                await writing.keep()
        await it.ringway.retention.open()
        assert sorted(await blobs(it)) == ["capture-mine", f"file-{kept}"]
