import socket
import subprocess
import time
from pathlib import Path

from loadgen import datagrams


def test_checks_carry_integrity_and_a_fingerprint() -> None:
    check = datagrams.stun_check("server:client", "secret")
    assert len(check) % 4 == 0
    assert int.from_bytes(check[2:4], "big") == len(check) - 20
    assert check[-8:-4] == b"\x80\x28\x00\x04"
    assert not datagrams.is_stun_success(check)


def test_a_dtls_server_takes_the_client_hello_seriously(tmp_path: Path) -> None:
    """An attack that every server would ignore proves nothing."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=t"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*request.split(), *files], check=True, capture_output=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["openssl", "s_server", "-dtls1_2", "-accept", f"127.0.0.1:{port}"]
    command += ["-key", str(key), "-cert", str(certificate)]
    command += ["-use_srtp", "SRTP_AEAD_AES_128_GCM"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.3)
            client.connect(("127.0.0.1", port))
            answer = b""
            deadline = time.monotonic() + 10
            while not answer and time.monotonic() < deadline:
                try:
                    client.send(datagrams.client_hello())
                    answer = client.recv(4096)
                except OSError:
                    time.sleep(0.1)
    finally:
        server.kill()
        server.communicate()
    assert answer[0] == 22  # a handshake record, not an alert
