//! The body for ICE and DTLS: what a stranger and a validated peer may send.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use media_transport::{Credentials, Event, Fingerprint, Identity, Path, Transport};

use crate::text::pieces;

/// An authentic check with USE-CANDIDATE for the credentials below (RFC 8445 §7.1, RFC 8489).
const CHECK: [u8; 92] = [
    0x00, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0x74, 0x72, 0x61, 0x6e, 0x73, 0x61, 0x63, 0x74,
    0x69, 0x6f, 0x6e, 0x31, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x1f, 0xff, 0x80, 0x2a, 0x00, 0x08,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x25, 0x00, 0x00, 0x00, 0x06, 0x00, 0x0c,
    0x6c, 0x6f, 0x63, 0x61, 0x6c, 0x3a, 0x72, 0x65, 0x6d, 0x6f, 0x74, 0x65, 0x00, 0x08, 0x00, 0x14,
    0xd4, 0x74, 0xc9, 0xf2, 0xba, 0x33, 0x18, 0x7e, 0xfc, 0x3b, 0x68, 0x2f, 0x70, 0xb9, 0x86, 0xbb,
    0xfd, 0xe0, 0x66, 0x7b, 0x80, 0x28, 0x00, 0x04, 0xfb, 0x2e, 0xd5, 0xda,
];

static IDENTITY: OnceLock<Identity> = OnceLock::new();

/// Datagrams, each behind its length in two bytes, come from an address that ICE has not
/// validated, then again from one that it has. Nothing may go to the first.
pub fn transport(data: &[u8]) {
    let mut now = Instant::now();
    let mut transport = waiting(now);
    let (stranger, peer) = (path(1), path(2));
    for datagram in pieces(data).filter(|datagram| !is_authentic(datagram)) {
        transport.handle(now, &stranger, datagram);
        assert!(!transport.has_step());
        drain(&mut transport, None);
    }
    assert!(!transport.is_valid(&stranger.peer()));
    transport.handle(now, &peer, &CHECK);
    drain(&mut transport, Some(peer));
    assert!(transport.is_valid(&peer.peer()));
    for datagram in pieces(data) {
        transport.handle(now, &peer, datagram);
        step(&mut transport, now);
        drain(&mut transport, Some(peer));
        now += Duration::from_millis(300);
        transport.handle_timeout(now);
        drain(&mut transport, Some(peer));
    }
    transport.close(now);
    drain(&mut transport, Some(peer));
}

/// A transport that nothing has come to yet.
fn waiting(now: Instant) -> Transport {
    Transport::new(
        IDENTITY.get_or_init(|| Identity::generate().expect("a new identity")),
        credentials("local", "localpasswordlocalpasswd"),
        credentials("remote", "remotepasswordremotepass"),
        vec![Fingerprint::sha256(b"another certificate")],
        now,
    )
    .expect("valid credentials")
}

/// Takes the steps of the handshake that there are.
fn step(transport: &mut Transport, now: Instant) {
    while let Some(step) = transport.step(now) {
        transport.stepped(now, step.take());
    }
}

/// Takes all events: datagrams go to `allowed` only, and the keys are never given out, as no
/// input has the certificate that was announced.
///
/// Returns how many datagrams there were.
fn drain(transport: &mut Transport, allowed: Option<Path>) -> usize {
    let mut sent = 0;
    while let Some(event) = transport.poll() {
        match event {
            Event::Transmit { path, bytes } => {
                assert_eq!(Some(path), allowed);
                assert!(!bytes.is_empty());
                sent += 1;
            }
            Event::Selected(path) => assert_eq!(Some(path), allowed),
            Event::Established { .. } => panic!("keys for a certificate that was not announced"),
            Event::Channel(_) => panic!("a channel without keys"),
            Event::Silent | Event::Failed(_) | Event::RemoteClosed => {}
        }
    }
    sent
}

/// Whether this may be the check, which anybody can repeat: it has its MESSAGE-INTEGRITY.
fn is_authentic(datagram: &[u8]) -> bool {
    let integrity = &CHECK[64..84];
    datagram
        .windows(integrity.len())
        .any(|part| part == integrity)
}

fn credentials(ufrag: &str, pwd: &str) -> Credentials {
    Credentials {
        ufrag: ufrag.to_owned(),
        pwd: pwd.to_owned(),
    }
}

fn path(host: u8) -> Path {
    Path::udp(
        SocketAddr::from(([192, 0, 2, host], 40_000)),
        IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_gets_as_far_as_the_handshake() {
        let now = Instant::now();
        let hello = pieces(include_bytes!("../corpus/transport/hello"))
            .next()
            .unwrap();
        let mut transport = waiting(now);
        transport.handle(now, &path(2), hello);
        assert_eq!(drain(&mut transport, None), 0);
        transport.handle(now, &path(2), &CHECK);
        assert_eq!(drain(&mut transport, Some(path(2))), 1);
        transport.handle(now, &path(2), hello);
        step(&mut transport, now);
        assert!(drain(&mut transport, Some(path(2))) > 0);
    }
}
