//! Connectivity checks by hand: which are answered, which path is used, what else is silence.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use is::stun::{StunMessage, TransId};
use media_transport::{
    CONSENT, Credentials, Error, Event, Fingerprint, Identity, MAX_HANDSHAKE, MAX_PATHS, Path,
    Reason, Transport,
};
use proptest::prelude::*;

#[path = "common/steps.rs"]
mod steps;
#[path = "common/stun.rs"]
mod stun;

use steps::take_steps;
use stun::{check_by, hmac_sha1};

const PASSWORD: &str = "a+password+of+the+server";

fn own() -> Credentials {
    Credentials {
        ufrag: "s0ab".into(),
        pwd: PASSWORD.into(),
    }
}

fn theirs() -> Credentials {
    Credentials {
        ufrag: "c1cd".into(),
        pwd: "a+password+of+the+client".into(),
    }
}

fn transport(now: Instant) -> Transport {
    let identity = Identity::generate().unwrap();
    Transport::new(
        &identity,
        own(),
        theirs(),
        vec![Fingerprint::sha256(b"")],
        now,
    )
    .unwrap()
}

fn check(priority: u32, nominate: bool) -> Vec<u8> {
    check_by("s0ab:c1cd", PASSWORD, true, priority, nominate)
}

fn path(remote: &str, local: &str) -> Path {
    Path::udp(remote.parse().unwrap(), local.parse().unwrap())
}

fn events(transport: &mut Transport) -> Vec<Event> {
    std::iter::from_fn(|| transport.poll()).collect()
}

fn selected(transport: &mut Transport) -> Vec<Path> {
    let selected = |event| {
        if let Event::Selected(path) = event {
            Some(path)
        } else {
            None
        }
    };
    events(transport).into_iter().filter_map(selected).collect()
}

#[test]
fn a_check_is_answered_the_way_it_came() {
    let now = Instant::now();
    let mut transport = transport(now);
    for (remote, local) in [
        ("198.51.100.1:1000", "192.0.2.1"),
        ("198.51.100.1:1000", "192.0.2.2"),
        ("[2001:db8::9]:1000", "2001:db8::1"),
    ] {
        let path = path(remote, local);
        transport.handle(now, &path, &check(1, false));
        let events = events(&mut transport);
        let [Event::Transmit { path: way, bytes }] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(*way, path);
        let answer = StunMessage::parse(bytes).unwrap();
        assert!(answer.is_successful_binding_response());
        assert!(answer.verify(PASSWORD.as_bytes(), hmac_sha1));
        assert_eq!(answer.mapped_address(), Some(path.remote));
        assert!(transport.is_valid(&path.peer()));
    }
    let stranger = path("198.51.100.1:1001", "192.0.2.1");
    assert!(!transport.is_valid(&stranger.peer()));
    assert_eq!(transport.selected(), None, "nothing was nominated");
}

#[test]
fn what_is_no_authentic_check_is_silence() {
    let now = Instant::now();
    let mut transport = transport(now);
    let path = path("198.51.100.1:1000", "192.0.2.1");
    let good = check(1, true);
    let mut changed = good.clone();
    changed[30] ^= 1;
    let mut bare = vec![0; 512];
    let request = StunMessage::binding_request("s0ab:c1cd", TransId::new(), true, 7, 1, true);
    let len = request.to_bytes(None, &mut bare, hmac_sha1).unwrap();
    bare.truncate(len);
    let refused = [
        check_by("s0ab:c1cd", "another+password+than+that", true, 1, true),
        check_by("s0ab:c1cX", PASSWORD, true, 1, true),
        check_by("s0aX:c1cd", PASSWORD, true, 1, true),
        check_by("s0ab", PASSWORD, true, 1, true),
        changed,
        bare,
        good[..good.len() - 4].to_vec(),
        vec![0],
        vec![0; 20],
    ];
    for (count, datagram) in (1..).zip(&refused) {
        transport.handle(now, &path, datagram);
        assert!(transport.poll().is_none(), "{count}");
        assert_eq!(transport.drops().stun, count);
    }
    assert!(!transport.is_valid(&path.peer()));
    transport.handle(now, &path, &good);
    assert!(transport.is_valid(&path.peer()));
}

#[test]
fn a_peer_that_thinks_we_control_is_told_otherwise() {
    let now = Instant::now();
    let mut transport = transport(now);
    let path = path("198.51.100.1:1000", "192.0.2.1");
    transport.handle(
        now,
        &path,
        &check_by("s0ab:c1cd", PASSWORD, false, 1, false),
    );
    let events = events(&mut transport);
    let [Event::Transmit { bytes, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    let answer = StunMessage::parse(bytes).unwrap();
    assert_eq!(answer.error_code().map(|(code, _)| code), Some(487));
    assert!(answer.verify(PASSWORD.as_bytes(), hmac_sha1));
    assert!(
        !transport.is_valid(&path.peer()),
        "a refused check validates nothing"
    );
}

#[test]
fn the_latest_nomination_counts_whatever_its_priority() {
    let now = Instant::now();
    let mut transport = transport(now);
    let (good, worse) = (
        path("198.51.100.1:1000", "192.0.2.1"),
        path("203.0.113.7:9", "192.0.2.1"),
    );
    transport.handle(now, &good, &check(2_000_000, true));
    transport.handle(now, &worse, &check(1, false));
    assert_eq!(selected(&mut transport), [good]);
    transport.handle(now, &worse, &check(1, true));
    assert_eq!(selected(&mut transport), [worse]);
    transport.handle(now, &good, &check(2_000_000, false));
    assert_eq!(selected(&mut transport), []);
    assert_eq!(transport.selected(), Some(worse));
}

#[test]
fn a_peer_moves_between_udp_and_tcp_by_nomination() {
    let now = Instant::now();
    let mut transport = transport(now);
    // One address, and yet three ways that have to be told apart.
    let udp = path("198.51.100.1:1000", "192.0.2.1");
    let tcp = |connection| Path::tcp(udp.remote, udp.local, connection);
    transport.handle(now, &udp, &check(1, true));
    assert_eq!(selected(&mut transport), [udp]);
    assert!(!transport.is_valid(&tcp(7).peer()));
    transport.handle(now, &tcp(7), &[22, 254, 253]);
    assert_eq!(transport.drops().dtls, 1, "not validated on this way");
    for way in [tcp(7), tcp(8), udp] {
        transport.handle(now, &way, &check(1, true));
        let [Event::Transmit { path, .. }, Event::Selected(chosen)] = events(&mut transport)[..]
        else {
            panic!("no answer, or no move")
        };
        assert_eq!((path, chosen), (way, way));
    }
    let later = now + CONSENT / 2;
    transport.handle(later, &tcp(8), &check(1, false));
    transport.handle_timeout(now + CONSENT);
    assert_eq!(selected(&mut transport), [tcp(8)], "what is left");
    assert!(!transport.is_valid(&udp.peer()) && !transport.is_valid(&tcp(7).peer()));
}

#[test]
fn a_silent_path_is_left_for_one_that_is_checked() {
    let now = Instant::now();
    let mut transport = transport(now);
    let (first, second) = (
        path("198.51.100.1:1000", "192.0.2.1"),
        path("203.0.113.7:9", "192.0.2.1"),
    );
    transport.handle(now, &first, &check(1, true));
    let later = now + Duration::from_secs(5);
    transport.handle(later, &second, &check(1, false));
    assert_eq!(selected(&mut transport), [first]);
    // Not established within 15 s as well, but the paths come first.
    transport.handle_timeout(now + CONSENT);
    let events = events(&mut transport);
    assert!(
        matches!(&events[..], [Event::Selected(path), Event::Failed(Reason::NotConnected)] if *path == second)
    );
}

#[test]
fn paths_are_bounded_and_the_one_in_use_is_kept() {
    let now = Instant::now();
    let mut transport = transport(now);
    let address = |number: usize| {
        SocketAddr::new(
            IpAddr::from([198, 51, 100, 1]),
            u16::try_from(1000 + number).unwrap(),
        )
    };
    let local = IpAddr::from([192, 0, 2, 1]);
    let peer = |number| Path::udp(address(number), local).peer();
    for number in 0..=MAX_PATHS {
        transport.handle(
            now,
            &Path::udp(address(number), local),
            &check(1, number == 0),
        );
    }
    assert!(transport.is_valid(&peer(0)), "it is in use");
    assert!(
        !transport.is_valid(&peer(1)),
        "it was checked least recently"
    );
    assert!((2..=MAX_PATHS).all(|number| transport.is_valid(&peer(number))));
}

#[test]
fn a_handshake_is_bounded() {
    let now = Instant::now();
    let mut transport = transport(now);
    let path = path("198.51.100.1:1000", "192.0.2.1");
    transport.handle(now, &path, &check(1, true));
    events(&mut transport);
    // A first fragment that nothing ever follows.
    let mut fragment = vec![
        22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 20,
    ];
    fragment.resize(25 + 20, 0);
    for _ in 0..MAX_HANDSHAKE / fragment.len() {
        transport.handle(now, &path, &fragment);
        take_steps(&mut transport, now);
        assert!(transport.poll().is_none());
    }
    transport.handle(now, &path, &fragment);
    assert!(matches!(
        transport.poll(),
        Some(Event::Failed(Reason::HandshakeTooLong))
    ));
    assert_eq!(transport.next_timeout(), None);
    assert!(!transport.is_valid(&path.peer()));
}

/// A FINGERPRINT says that this is STUN at all (RFC 8489 §14.7); there need not be one.
#[test]
fn a_wrong_fingerprint_is_silence() {
    let now = Instant::now();
    let mut transport = transport(now);
    let path = path("198.51.100.1:1000", "192.0.2.1");
    let good = check(1, true);
    for at in good.len() - 4..good.len() {
        let mut wrong = good.clone();
        wrong[at] ^= 1;
        transport.handle(now, &path, &wrong);
        assert!(transport.poll().is_none(), "byte {at}");
    }
    assert_eq!(transport.drops().stun, 4);
    let mut followed = good.clone();
    followed[3] += 4;
    followed.extend_from_slice(&[0x80, 0x22, 0, 0]);
    transport.handle(now, &path, &followed);
    assert!(transport.poll().is_none());
    assert!(!transport.is_valid(&path.peer()));
    let mut without = good[..good.len() - 8].to_vec();
    without[3] -= 8;
    transport.handle(now, &path, &without);
    assert!(transport.is_valid(&path.peer()));
}

/// Anybody can append to a check: USE-CANDIDATE behind MESSAGE-INTEGRITY nominates nothing (RFC 8489 §14.5).
#[test]
fn what_follows_the_integrity_is_ignored() {
    let now = Instant::now();
    let mut transport = transport(now);
    let path = path("198.51.100.1:1000", "192.0.2.1");
    let good = check(1, false);
    let mut appended = good[..good.len() - 8].to_vec();
    appended[3] -= 4;
    appended.extend_from_slice(&[0, 0x25, 0, 0]);
    transport.handle(now, &path, &appended);
    assert_eq!(selected(&mut transport), []);
    assert!(transport.is_valid(&path.peer()));
}

#[test]
fn credentials_and_fingerprints_are_checked() {
    let (identity, now) = (Identity::generate().unwrap(), Instant::now());
    let print = || vec![Fingerprint::sha256(b"")];
    let made = |local, remote, prints| Transport::new(&identity, local, remote, prints, now).err();
    let bad = |ufrag: &str, pwd: &str| Credentials {
        ufrag: ufrag.into(),
        pwd: pwd.into(),
    };
    for wrong in [
        bad("abc", PASSWORD),
        bad("ab:d", PASSWORD),
        bad(&"a".repeat(257), PASSWORD),
        bad("abcd", "short"),
        bad("abcd", &"a".repeat(257)),
        bad("abcd", "a password with blanks in it"),
    ] {
        assert_eq!(
            made(wrong.clone(), theirs(), print()),
            Some(Error::Credentials),
            "{wrong:?}"
        );
        assert_eq!(
            made(own(), wrong.clone(), print()),
            Some(Error::Credentials),
            "{wrong:?}"
        );
    }
    assert_eq!(made(own(), theirs(), vec![]), Some(Error::NoFingerprint));
    assert_eq!(
        made(own(), theirs(), vec![Fingerprint::sha256(b""); 17]),
        Some(Error::Fingerprint)
    );
    assert_eq!(made(own(), theirs(), print()), None);
}

proptest! {
    #[test]
    fn anything_is_survived_in_silence(
        first in prop_oneof![0..=3_u8, 20..=63_u8, any::<u8>()],
        noise in prop::collection::vec(any::<u8>(), 0..300),
        header in any::<bool>(),
        checked in any::<bool>(),
    ) {
        let now = Instant::now();
        let mut transport = transport(now);
        let path = path("198.51.100.1:1000", "192.0.2.1");
        if checked {
            transport.handle(now, &path, &check(1, true));
            events(&mut transport);
        }
        let mut datagram = [vec![first], noise].concat();
        if header {
            // As much of a STUN header as makes the parser go on.
            let len = u16::try_from(datagram.len() & !3).unwrap();
            let head = [&[0, 1], &len.to_be_bytes()[..], &[0x21, 0x12, 0xA4, 0x42], &[0; 12]].concat();
            datagram = [head, datagram[..usize::from(len)].to_vec()].concat();
        }
        transport.handle(now, &path, &datagram);
        take_steps(&mut transport, now);
        let sent = events(&mut transport).iter().any(|event| matches!(event, Event::Transmit { .. }));
        prop_assert!(!sent);
    }
}
