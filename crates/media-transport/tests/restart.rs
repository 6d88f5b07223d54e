//! ICE restarts check by check (RFC 8445 §9): whose checks count, which path is used, what is forgotten when.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "common/stun.rs"]
mod stun;

use std::time::Instant;

use is::stun::StunMessage;
use media_transport::{Credentials, Error, Event, Fingerprint, Identity, Path, Transport};
use stun::{check_by, hmac_sha1};

/// Ours and theirs: the first pair, and those of restarts.
const OURS: [&str; 3] = ["s0ab", "s1ab", "s2ab"];
const THEIRS: [&str; 3] = ["c0cd", "c1cd", "c2cd"];

fn credentials(ufrag: &str) -> Credentials {
    Credentials {
        ufrag: ufrag.into(),
        pwd: password(ufrag),
    }
}

fn password(ufrag: &str) -> String {
    format!("{ufrag}+and+then+some+letters")
}

/// A check by these fragments, with the password that belongs to ours.
fn check(ours: &str, theirs: &str, nominate: bool) -> Vec<u8> {
    let user = format!("{ours}:{theirs}");
    check_by(&user, &password(ours), true, 1, nominate)
}

struct Walk {
    now: Instant,
    transport: Transport,
}

impl Walk {
    /// Restarted so often, and answered unless it is the last.
    fn restarted(answered: bool) -> Self {
        let now = Instant::now();
        let mut transport = Transport::new(
            &Identity::generate().unwrap(),
            credentials(OURS[0]),
            credentials(THEIRS[0]),
            vec![Fingerprint::sha256(b"")],
            now,
        )
        .unwrap();
        transport.handle(now, &OLD, &check(OURS[0], THEIRS[0], true));
        transport.restart(credentials(OURS[1])).unwrap();
        if answered {
            transport.answered(credentials(THEIRS[1])).unwrap();
        }
        while transport.poll().is_some() {}
        Self { now, transport }
    }

    /// Whether this check is answered, signed with the password it was made with.
    fn answers(&mut self, path: &Path, (ours, theirs): (&str, &str), nominate: bool) -> bool {
        let datagram = check(ours, theirs, nominate);
        self.transport.handle(self.now, path, &datagram);
        let mut answered = false;
        while let Some(event) = self.transport.poll() {
            if let Event::Transmit { path: way, bytes } = event {
                let answer = StunMessage::parse(&bytes).unwrap();
                assert_eq!(way, *path);
                assert!(answer.verify(password(ours).as_bytes(), hmac_sha1));
                answered = true;
            }
        }
        answered
    }

    fn uses(&self, path: &Path) -> bool {
        self.transport.selected() == Some(*path)
    }
}

const fn path(last: u8) -> Path {
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};
    Path::udp(
        SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, last)), 1000),
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    )
}

const OLD: Path = path(1);
const NEW: Path = path(2);

const BEFORE: (&str, &str) = (OURS[0], THEIRS[0]);
const AFTER: (&str, &str) = (OURS[1], THEIRS[1]);

#[test]
fn descriptions_have_the_new_credentials_and_checks_may_name_both() {
    let walk = Walk::restarted(false);
    assert_eq!(*walk.transport.local(), credentials(OURS[1]));
    assert!(walk.transport.is_local(OURS[0]) && walk.transport.is_local(OURS[1]));
    assert!(!walk.transport.is_local(OURS[2]));
}

#[test]
fn the_old_credentials_hold_until_a_path_is_nominated_by_the_new() {
    let mut walk = Walk::restarted(true);
    assert!(walk.answers(&OLD, BEFORE, true));
    assert!(
        walk.answers(&NEW, AFTER, false),
        "a check nominates nothing"
    );
    assert!(walk.uses(&OLD));
    assert!(walk.answers(&OLD, BEFORE, false));
    assert!(walk.answers(&NEW, AFTER, true));
    assert!(walk.uses(&NEW));
    assert!(!walk.answers(&OLD, BEFORE, true), "they are forgotten");
    assert!(!walk.transport.is_local(OURS[0]));
    assert!(walk.uses(&NEW));
    assert!(walk.answers(&NEW, AFTER, true));
}

#[test]
fn the_same_path_can_be_nominated_again() {
    let mut walk = Walk::restarted(true);
    assert!(walk.answers(&OLD, AFTER, true));
    assert!(walk.uses(&OLD));
    assert!(!walk.answers(&OLD, BEFORE, false));
}

#[test]
fn checks_that_overtake_the_answer_count_and_the_old_ones_nominate_no_more() {
    let mut walk = Walk::restarted(false);
    assert!(walk.answers(&NEW, AFTER, true));
    assert!(walk.uses(&NEW));
    assert!(walk.answers(&OLD, BEFORE, true), "still authentic");
    assert!(walk.uses(&NEW), "but the latest nomination is by the new");
    assert_eq!(walk.transport.answered(credentials(THEIRS[1])), Ok(()));
    assert!(!walk.answers(&OLD, BEFORE, true));
    assert!(walk.answers(&NEW, AFTER, true));
}

#[test]
fn a_nomination_under_another_name_than_the_answers_ends_nothing() {
    let mut walk = Walk::restarted(false);
    assert!(walk.answers(&NEW, (OURS[1], "else"), true));
    walk.transport.answered(credentials(THEIRS[1])).unwrap();
    assert!(!walk.answers(&NEW, (OURS[1], "else"), true));
    assert!(walk.answers(&OLD, BEFORE, true));
    assert!(walk.uses(&OLD));
}

#[test]
fn mixed_and_foreign_credentials_are_silence() {
    let mut walk = Walk::restarted(true);
    let foreign = [
        (OURS[0], THEIRS[1]),
        (OURS[1], THEIRS[0]),
        (OURS[2], THEIRS[1]),
        (OURS[1], THEIRS[2]),
    ];
    for pair in foreign {
        assert!(!walk.answers(&NEW, pair, true), "{pair:?}");
    }
    let user = format!("{}:{}", AFTER.0, AFTER.1);
    let wrong = check_by(&user, &password(OURS[0]), true, 1, true);
    walk.transport.handle(walk.now, &NEW, &wrong);
    assert!(walk.transport.poll().is_none());
    assert_eq!(walk.transport.drops().stun, 5);
    assert!(walk.uses(&OLD) && !walk.transport.is_valid(&NEW.peer()));
}

#[test]
fn a_peer_that_keeps_its_own_credentials_is_known_by_them() {
    let mut walk = Walk::restarted(false);
    assert_eq!(walk.transport.answered(credentials(THEIRS[0])), Ok(()));
    assert!(walk.answers(&OLD, BEFORE, true));
    assert!(walk.answers(&NEW, (OURS[1], THEIRS[0]), true));
    assert!(walk.uses(&NEW));
}

#[test]
fn an_answer_changes_nothing_unless_a_restart_was_offered() {
    let mut walk = Walk::restarted(true);
    let again = |walk: &mut Walk, ufrag: &str| walk.transport.answered(credentials(ufrag));
    assert_eq!(again(&mut walk, THEIRS[1]), Ok(()), "to a later offer");
    assert_eq!(again(&mut walk, THEIRS[2]), Err(Error::NoRestart));
    assert!(walk.answers(&NEW, AFTER, true));
    assert_eq!(again(&mut walk, THEIRS[1]), Ok(()));
    for ufrag in [THEIRS[0], THEIRS[2]] {
        assert_eq!(again(&mut walk, ufrag), Err(Error::NoRestart), "{ufrag}");
    }
    let only_password = Credentials {
        ufrag: THEIRS[1].into(),
        pwd: password(THEIRS[2]),
    };
    let changed = walk.transport.answered(only_password);
    assert_eq!(changed, Err(Error::NoRestart));
    assert_eq!(again(&mut walk, "a:b"), Err(Error::Credentials));
    assert_eq!(
        walk.transport.restart(credentials("a b c")),
        Err(Error::Credentials)
    );
    assert!(walk.answers(&NEW, AFTER, true));
}

#[test]
fn a_restart_that_has_not_come_to_a_path_makes_way_for_the_next() {
    let mut walk = Walk::restarted(true);
    walk.transport.restart(credentials(OURS[2])).unwrap();
    assert_eq!(*walk.transport.local(), credentials(OURS[2]));
    assert!(!walk.answers(&NEW, AFTER, true));
    assert!(walk.answers(&OLD, BEFORE, true), "what works is kept");
    walk.transport.answered(credentials(THEIRS[2])).unwrap();
    assert!(walk.answers(&NEW, (OURS[2], THEIRS[2]), true));
    assert!(!walk.answers(&OLD, BEFORE, true));
}
