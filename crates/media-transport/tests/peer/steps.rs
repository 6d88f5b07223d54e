//! A handshake whose steps are taken elsewhere: late, never, or while more comes.

use std::time::Duration;

use media_transport::{Event, MAX_ARRIVED, Path, Reason};
use str0m::crypto::dtls::DtlsVersion;

use crate::VERSIONS;
use crate::common::{CLIENT, Faults, Pair, SERVER};

/// Until a step is away.
fn stepping(version: DtlsVersion) -> Pair {
    let mut pair = Pair::new(version);
    pair.slow = Duration::from_secs(3600);
    let end = pair.start + Duration::from_secs(1);
    pair.run_until(end, |pair| pair.away.is_some());
    assert!(pair.away.is_some());
    pair
}

#[test]
fn slow_steps_delay_but_do_not_prevent() {
    let bad = Faults {
        lost: 10,
        twice: 20,
        late: Duration::from_millis(50),
    };
    for version in VERSIONS {
        for seed in 1..=10 {
            let mut pair = Pair::new(version);
            pair.slow = Duration::from_millis(150);
            pair.faults = bad;
            pair.seed(seed);
            pair.run_until_connected();
            assert_eq!(pair.failed, None, "{version} {seed}");
            assert!(
                pair.keys.is_some() && pair.client.is_connected(),
                "{version} {seed}"
            );
        }
    }
}

#[test]
fn nothing_is_said_while_a_step_is_away_and_checks_are_answered() {
    for version in VERSIONS {
        let mut pair = stepping(version);
        let before = pair.from_client.len();
        pair.run_until(pair.now + Duration::from_secs(5), |_| false);
        let checks = pair.from_client[before..]
            .iter()
            .filter(|bytes| bytes[0] < 4)
            .count();
        assert!(checks > 1, "they go on");
        assert!(
            pair.transport
                .is_valid(&Path::udp(CLIENT, SERVER.ip()).peer())
        );
        assert!(pair.keys.is_none() && pair.failed.is_none());
    }
}

#[test]
fn what_waits_for_a_step_is_bounded_and_the_rest_as_good_as_lost() {
    let mut pair = stepping(DtlsVersion::Dtls12);
    let hello = pair.from_client.iter().find(|bytes| bytes[0] == 22);
    let hello = hello.unwrap().clone();
    let path = Path::udp(CLIENT, SERVER.ip());
    let dropped = pair.transport.drops().dtls;
    for _ in 0..MAX_ARRIVED + 5 {
        pair.transport.handle(pair.now, &path, &hello);
    }
    assert_eq!(pair.transport.drops().dtls, dropped + 5);
    pair.slow = Duration::ZERO;
    let (_, step) = pair.away.take().unwrap();
    pair.transport.stepped(pair.now, step.take());
    pair.run_until_connected();
    assert!(pair.keys.is_some() && pair.client.is_connected());
}

#[test]
fn who_is_too_long_about_it_is_given_up_while_a_step_is_away() {
    let mut pair = stepping(DtlsVersion::Auto);
    pair.run_until(pair.start + Duration::from_secs(14), |_| false);
    assert_eq!(pair.failed, None);
    pair.run_until(pair.start + Duration::from_secs(16), |_| false);
    assert_eq!(pair.failed, Some(Reason::NotConnected));
    let (_, step) = pair.away.take().unwrap();
    pair.transport.stepped(pair.now, step.take());
    assert!(pair.transport.poll().is_none() && !pair.transport.has_step());
}

#[test]
fn a_step_that_comes_back_after_the_end_says_nothing() {
    for version in VERSIONS {
        let mut pair = stepping(version);
        let (_, step) = pair.away.take().unwrap();
        pair.transport.close(pair.now);
        pair.transport.stepped(pair.now, step.take());
        assert!(pair.transport.poll().is_none());
        assert!(pair.transport.step(pair.now).is_none());
        assert_eq!(pair.transport.next_timeout(), None);
    }
}

#[test]
fn a_flood_while_a_step_is_away_ends_the_handshake_once() {
    let mut pair = stepping(DtlsVersion::Auto);
    let path = Path::udp(CLIENT, SERVER.ip());
    for _ in 0..1_000 {
        pair.transport.handle(pair.now, &path, &[22; 200]);
    }
    let (_, step) = pair.away.take().unwrap();
    pair.transport.stepped(pair.now, step.take());
    let events: Vec<Event> = std::iter::from_fn(|| pair.transport.poll()).collect();
    assert!(
        matches!(events[..], [Event::Failed(Reason::HandshakeTooLong)]),
        "{events:?}"
    );
}
