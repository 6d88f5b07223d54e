//! An independent client connects: keys, endings, a bad network.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod common;
#[path = "peer/steps.rs"]
mod steps;
#[path = "common/stun.rs"]
mod stun;

use std::time::Duration;

use common::{
    CLIENT, CLIENT_SSRC, Faults, IDENTITY, Pair, SERVER, client_credentials, server_credentials,
};
use media_srtp::{Profile, Sealer};
use media_transport::{CONSENT, Credentials, Event, Fingerprint, LOST, Path, Reason, Transport};
use str0m::IceCreds;
use str0m::crypto::dtls::DtlsVersion;
use str0m::rtp::RtpWrite;
use stun::check_by;

const VERSIONS: [DtlsVersion; 3] = [DtlsVersion::Dtls12, DtlsVersion::Dtls13, DtlsVersion::Auto];

fn speak(pair: &mut Pair, sequence: u64, payload: &[u8]) {
    let now = pair.now;
    let payload_type = pair
        .client
        .codec_config()
        .find(|params| params.spec().codec.is_audio())
        .unwrap()
        .pt();
    let mut api = pair.client.direct_api();
    let stream = api.stream_tx(&CLIENT_SSRC.into()).unwrap();
    stream.write_rtp(RtpWrite::new(
        payload_type,
        sequence.into(),
        960,
        now,
        payload,
    ));
}

#[test]
fn keys_work_in_both_directions() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        pair.run_until_connected();
        let keys = pair.keys.as_ref().unwrap();
        assert_eq!(keys.profile, Profile::AeadAes256Gcm, "{version}");
        assert_eq!(pair.selected, [Path::udp(CLIENT, SERVER.ip())]);
        let sealer = Sealer::new(keys.profile, &keys.send).unwrap();
        pair.run_for(1);
        for index in 1..=5_u8 {
            speak(&mut pair, u64::from(index), &[index; 30]);
            pair.say(&sealer, 65_530 + u64::from(index) * 2, &[index; 40]);
            pair.run_for(1);
        }
        assert_eq!(
            pair.server_heard,
            (1..=5).map(|index| vec![index; 30]).collect::<Vec<_>>(),
            "{version}"
        );
        assert_eq!(
            pair.client_heard,
            (1..=5).map(|index| vec![index; 40]).collect::<Vec<_>>(),
            "{version}"
        );
        assert!(pair.rtcp_heard > 0, "{version}");
    }
}

#[test]
fn a_bad_network_delays_but_does_not_prevent() {
    let faults = Faults {
        lost: 15,
        twice: 20,
        late: Duration::from_millis(150),
    };
    for version in VERSIONS {
        for seed in 1..=20 {
            let mut pair = Pair::new(version);
            pair.faults = faults;
            pair.seed(seed);
            pair.run_until_connected();
            assert!(
                pair.keys.is_some() && pair.failed.is_none(),
                "{version} {seed}: {:?}",
                pair.failed
            );
            assert!(pair.client.is_connected(), "{version} {seed}");
        }
    }
}

#[test]
fn another_certificate_than_announced_gets_no_keys() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        let other = Fingerprint::sha256(b"somebody else");
        pair.transport = Transport::new(
            &IDENTITY,
            server_credentials(),
            client_credentials(),
            vec![other],
            pair.start,
        )
        .unwrap();
        pair.run_for(20);
        assert_eq!(pair.failed, Some(Reason::Fingerprint), "{version}");
        assert!(pair.keys.is_none());
    }
}

#[test]
fn a_wrong_password_is_answered_with_silence() {
    let mut pair = Pair::with(DtlsVersion::Auto, |client| {
        let Credentials { ufrag, .. } = server_credentials();
        client.direct_api().set_remote_ice_credentials(IceCreds {
            ufrag,
            pass: "not+the+password+of+it".into(),
        });
    });
    pair.run_until(pair.start + Duration::from_millis(14_999), |_| false);
    assert_eq!(pair.failed, None);
    assert!(pair.transport.drops().stun > 5);
    assert!(
        !pair
            .transport
            .is_valid(&Path::udp(CLIENT, SERVER.ip()).peer())
            && pair.selected.is_empty()
            && pair.keys.is_none()
    );
    pair.run_for(1);
    assert_eq!(pair.failed, Some(Reason::NotConnected));
    assert_eq!(pair.transport.next_timeout(), None);
}

#[test]
fn a_client_hello_from_an_address_without_checks_is_answered_with_silence() {
    let mut pair = Pair::new(DtlsVersion::Auto);
    pair.run_until_connected();
    let hello = pair
        .from_client
        .iter()
        .find(|bytes| bytes[0] == 22)
        .unwrap();
    let fingerprint = vec![Fingerprint::sha256(b"")];
    let mut fresh = Transport::new(
        &IDENTITY,
        server_credentials(),
        client_credentials(),
        fingerprint,
        pair.start,
    )
    .unwrap();
    let path = Path::udp(CLIENT, SERVER.ip());
    fresh.handle(pair.start, &path, hello);
    assert!(fresh.poll().is_none());
    assert_eq!(fresh.drops().dtls, 1);
    let elsewhere = Path::udp("203.0.113.9:9".parse().unwrap(), SERVER.ip());
    pair.transport.handle(pair.now, &elsewhere, hello);
    assert!(pair.transport.poll().is_none());
    assert_eq!(pair.transport.drops().dtls, 1);
}

#[test]
fn a_peer_that_falls_silent_is_left_alone_first_and_given_up_later() {
    let mut pair = Pair::new(DtlsVersion::Auto);
    pair.run_until_connected();
    pair.run_for(60);
    assert_eq!(pair.failed, None, "checks keep it alive");
    let checked = pair.transport.checked().unwrap();
    pair.client.disconnect();
    pair.run_until(checked + LOST * 2, |pair| pair.failed.is_some());
    assert_eq!(pair.failed, Some(Reason::TimedOut));
    let checked = pair.transport.checked().unwrap();
    assert_eq!(pair.silent, [checked + CONSENT]);
    // The world of a dead client is looked at once a second.
    let after = pair.now - checked;
    assert!((LOST..=LOST + Duration::from_secs(1)).contains(&after));
    let path = Path::udp(CLIENT, SERVER.ip());
    assert!(!pair.transport.is_valid(&path.peer()));
    assert_eq!(pair.transport.selected(), None);
}

#[test]
fn who_comes_back_before_that_is_sent_to_again() {
    let user = format!(
        "{}:{}",
        server_credentials().ufrag,
        client_credentials().ufrag
    );
    for nominate in [false, true] {
        let mut pair = Pair::new(DtlsVersion::Auto);
        pair.run_until_connected();
        pair.client.disconnect();
        let checked = pair.transport.checked().unwrap();
        let back = checked + LOST * 29 / 30;
        pair.run_until(back, |_| false);
        assert_eq!(pair.silent.len(), 1, "it is said once");
        assert_eq!(pair.transport.selected(), None);
        let elsewhere = Path::udp("203.0.113.9:9".parse().unwrap(), SERVER.ip());
        let check = check_by(&user, &server_credentials().pwd, true, 1, nominate);
        pair.transport.handle(back, &elsewhere, &check);
        assert_eq!(pair.transport.selected(), Some(elsewhere));
        assert_eq!(pair.transport.checked(), Some(back));
        pair.transport.handle_timeout(checked + LOST);
        let mut events = std::iter::from_fn(|| pair.transport.poll());
        assert!(events.any(|event| matches!(event, Event::Selected(path) if path == elsewhere)));
        assert!(!events.any(|event| matches!(event, Event::Failed(_))));
    }
}

#[test]
fn the_peer_is_told_of_the_end() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        pair.run_until_connected();
        pair.transport.close(pair.now);
        assert_eq!(pair.transport.next_timeout(), None);
        let end = pair.now + Duration::from_secs(1);
        pair.run_until(end, |pair| !pair.client.is_alive());
        assert!(
            !pair.client.is_alive(),
            "{version}: the client has heard it"
        );
        assert_eq!((pair.failed, pair.remote_closed), (None, false));
    }
}

#[test]
fn closing_before_there_is_a_connection_is_silent() {
    let mut pair = Pair::new(DtlsVersion::Auto);
    pair.transport.close(pair.now);
    assert!(pair.transport.poll().is_none());
    pair.run_for(1);
    assert!(pair.selected.is_empty() && pair.transport.drops().other > 0);
}

#[test]
fn the_peer_can_end_it() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        pair.run_until_connected();
        pair.client.close().unwrap();
        pair.run_for(1);
        assert!(pair.remote_closed, "{version}");
        assert_eq!(pair.transport.next_timeout(), None);
    }
}
