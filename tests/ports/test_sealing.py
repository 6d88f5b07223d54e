"""Secrets that are stored: sealed, opened only with the key and in their place."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringway.adapters.sealing_aes import FILE, AesSeal, new_key
from ringway.ports.sealing import Sealed, Unsealable
from ringway.ports.storage import StorageUnavailable, Trouble

PLACE = "main/trunk/1/password"
SEAL = AesSeal(dict([new_key()]))


@given(st.binary(max_size=5000), st.text(max_size=100))
def test_what_is_sealed_is_opened_again(secret: bytes, place: str) -> None:
    sealed = SEAL.close(secret, place)
    assert SEAL.open(sealed, place) == secret
    assert sealed != SEAL.close(secret, place), "never the same box twice"


def test_the_secret_can_not_be_seen() -> None:
    sealed = SEAL.close(b"a long secret that stands out", PLACE)
    assert b"secret" not in sealed.box
    assert "box" not in repr(sealed)


@pytest.mark.parametrize("at", [0, 11, 12, -1])
def test_a_changed_secret_is_not_opened(at: int) -> None:
    sealed = SEAL.close(b"secret", PLACE)
    box = bytearray(sealed.box)
    box[at] ^= 1
    with pytest.raises(Unsealable):
        SEAL.open(Sealed(sealed.key, bytes(box)), PLACE)


@pytest.mark.parametrize("box", [b"", b"short", bytes(12)])
def test_no_box_at_all(box: bytes) -> None:
    with pytest.raises(Unsealable):
        SEAL.open(Sealed(SEAL.close(b"", PLACE).key, box), PLACE)


def test_a_secret_is_good_in_its_place_only() -> None:
    sealed = SEAL.close(b"secret", PLACE)
    with pytest.raises(Unsealable):
        SEAL.open(sealed, "other/trunk/1/password")


def test_another_key_does_not_open() -> None:
    id_, key = new_key()
    sealed = AesSeal({id_: key}).close(b"secret", PLACE)
    with pytest.raises(Unsealable, match=id_):
        SEAL.open(sealed, PLACE)
    with pytest.raises(Unsealable):
        AesSeal({id_: new_key()[1]}).open(sealed, PLACE)


def test_a_newer_key_seals_and_the_older_still_opens(tmp_path: Path) -> None:
    before = AesSeal.of(tmp_path)
    old = before.close(b"old", PLACE)
    (tmp_path / "other").mkdir()
    newer = AesSeal.of(tmp_path / "other").close(b"", PLACE).key
    path = tmp_path / FILE
    path.write_text((tmp_path / "other" / FILE).read_text() + path.read_text())
    after = AesSeal.of(tmp_path)
    assert after.open(old, PLACE) == b"old"
    assert after.close(b"new", PLACE).key == newer != old.key


# ---------------------------------------------------------------- the file


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    sealed = AesSeal.of(tmp_path).close(b"secret", PLACE)
    assert AesSeal.of(tmp_path).open(sealed, PLACE) == b"secret"
    assert [it.name for it in tmp_path.iterdir()] == [FILE]
    path = tmp_path / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    AesSeal.of(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "\n", "key", "key !!!", "key AAAA", "\udcff"])
def test_a_damaged_file_is_told_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / FILE
    path.write_bytes(text.encode(errors="surrogateescape"))
    before = path.read_bytes()
    with pytest.raises(StorageUnavailable, match="restore a copy") as told:
        AesSeal.of(tmp_path)
    assert told.value.trouble is Trouble.DAMAGED
    assert path.read_bytes() == before


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match=r"secrets\.key"):
        AesSeal.of(tmp_path / "nowhere")
