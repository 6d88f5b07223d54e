"""What customers keep, on a real disk: after kill -9, sealed, and in no bundle."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import tarfile
from pathlib import Path

import httpx

from ringway.adapters.sealing_aes import FILE as KEYS
from ringway.app.folder import FIRST_KEY
from tests.app.test_serving import Served, served
from tests.browser.server import RINGWAY
from tests.ports.test_media_files import wav

STREAM = {
    "type": "MEDIA_STREAMING",
    "name": "ears",
    "url": "wss://example.com/calls",
    "securityConfig": {
        "type": "BASIC",
        "username": "ada",
        "password": "planted-in-a-stream",
    },
}
TRUNK = {
    "type": "REGISTERED",
    "name": "office",
    "channelLimit": 10,
    "billingPackage": {"packageType": "METERED"},
}


def client(it: Served) -> httpx.Client:
    key = json.loads((it.data / FIRST_KEY).read_text())["secret"]
    return httpx.Client(base_url=it.url, headers={"Authorization": f"App {key}"})


def everything(folder: Path) -> dict[Path, bytes]:
    return {it: it.read_bytes() for it in folder.rglob("*") if it.is_file()}


def test_what_is_kept_outlives_a_kill_and_is_sealed(tmp_path: Path) -> None:
    data, content = tmp_path / "data", wav()
    with served(data) as it, client(it) as http:
        trunk = http.post("/calls/1/sip-trunks", json=TRUNK).json()
        http.post("/calls/1/media-stream-configs", json=STREAM).raise_for_status()
        file = http.post("/calls/1/files", files={"file": ("a.wav", content)}).json()
        assert it.stop(signal.SIGKILL) == -signal.SIGKILL
    keys = (data / KEYS).read_bytes()
    assert stat.S_IMODE((data / KEYS).stat().st_mode) == 0o600
    blob = data / "files" / "main" / f"file-{file['id']}"
    assert blob.read_bytes() == content
    # Half an upload, as a process leaves it that is killed.
    (blob.parent / ".half").write_bytes(b"half")
    with served(data) as it, client(it) as http:
        assert (data / KEYS).read_bytes() == keys
        assert not (blob.parent / ".half").exists()
        path = f"/calls/1/sip-trunks/{trunk['id']}"
        password = trunk.pop("password")
        assert http.get(path).json() == trunk
        assert http.get(f"/calls/1/files/{file['id']}").json() == file
        new = http.post(f"{path}/reset-password").json()
        assert new["username"] == trunk["username"]
        bundle = tmp_path / "bundle.tar.gz"
        subprocess.run(
            [
                *(RINGWAY, "support-bundle", "--data", data),
                *("--out", bundle, "--log", it.out),
            ],
            check=True,
            capture_output=True,
        )
    secrets = (
        password,
        new["password"],
        "planted-in-a-stream",
        keys.split()[1].decode(),
    )
    for secret in secrets:
        found = {
            path.name
            for path, it in everything(tmp_path).items()
            if secret.encode() in it
        }
        assert found <= {KEYS}, secret
    with tarfile.open(bundle) as parts:
        for member in parts:
            part = parts.extractfile(member)
            told = b"" if part is None else part.read()
            for secret in secrets:
                assert secret.encode() not in told, member.name
