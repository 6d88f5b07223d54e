//! What a sealer seals its opener opens, and nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::similar_names,
    missing_docs
)]

use media_srtp::{Error, MAX_RTCP_SENDERS, MasterKey, Opener, Profile, Sealer, WINDOW};
use proptest::prelude::*;

fn key(profile: Profile, byte: u8) -> MasterKey {
    MasterKey::new(
        profile,
        &vec![byte; profile.key_len()],
        &vec![!byte; profile.salt_len()],
    )
    .unwrap()
}

fn pair(profile: Profile) -> (Sealer, Opener) {
    let key = key(profile, 7);
    (
        Sealer::new(profile, &key).unwrap(),
        Opener::new(profile, &key).unwrap(),
    )
}

fn rtp(index: u64, ssrc: u32, rest: &[u8]) -> Vec<u8> {
    let [.., high, low] = index.to_be_bytes();
    [
        &[0x80, 96, high, low, 1, 2, 3, 4],
        &ssrc.to_be_bytes()[..],
        rest,
    ]
    .concat()
}

fn rtcp(ssrc: u32, rest: &[u8]) -> Vec<u8> {
    [&[0x80, 200, 0, 6], &ssrc.to_be_bytes()[..], rest].concat()
}

fn seal_rtcp(sealer: &mut Sealer, plain: &[u8]) -> Vec<u8> {
    let mut packet = plain.to_vec();
    packet.resize(plain.len() + sealer.profile().rtcp_overhead(), 0);
    let len = sealer.seal_rtcp(&mut packet, plain.len()).unwrap();
    assert_eq!(len, packet.len());
    packet
}

fn profile() -> impl Strategy<Value = Profile> {
    prop::sample::select(&Profile::ALL[..])
}

fn bytes(len: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..len)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rtp_comes_back(
        profile in profile(),
        index in 0..1_u64 << 48,
        ssrc in any::<u32>(),
        rest in bytes(1400),
        header in any::<prop::sample::Index>(),
    ) {
        let (sealer, opener) = pair(profile);
        let plain = rtp(index, ssrc, &rest);
        let header_len = 12 + header.index(rest.len() + 1);
        let mut packet = plain.clone();
        packet.resize(plain.len() + profile.rtp_overhead(), 0);
        prop_assert_eq!(sealer.seal_rtp(&mut packet, header_len, plain.len(), index), Ok(packet.len()));
        prop_assert_eq!(&packet[..header_len], &plain[..header_len]);
        prop_assert!(plain.len() < header_len + 8 || packet[header_len..plain.len()] != plain[header_len..]);
        prop_assert_eq!(opener.open_rtp(&mut packet, header_len, index), Ok(plain.len()));
        prop_assert_eq!(&packet[..plain.len()], &plain[..]);
    }

    #[test]
    fn rtcp_comes_back(profile in profile(), ssrc in any::<u32>(), rest in bytes(1400)) {
        let (mut sealer, mut opener) = pair(profile);
        let plain = rtcp(ssrc, &rest);
        for _ in 0..3 {
            let mut packet = seal_rtcp(&mut sealer, &plain);
            prop_assert_eq!(&packet[..8], &plain[..8]);
            prop_assert!(rest.len() < 8 || packet[8..plain.len()] != plain[8..]);
            prop_assert_eq!(opener.open_rtcp(&mut packet), Ok(plain.len()));
            prop_assert_eq!(&packet[..plain.len()], &plain[..]);
        }
    }

    #[test]
    fn anything_is_survived(profile in profile(), noise in bytes(200), header in 0..220_usize, index in any::<u64>()) {
        let (mut sealer, mut opener) = pair(profile);
        prop_assert!(opener.open_rtp(&mut noise.clone(), header, index).is_err());
        prop_assert!(opener.open_rtcp(&mut noise.clone()).is_err());
        let mut packet = noise.clone();
        let _ = sealer.seal_rtp(&mut packet, header, noise.len() / 2, index);
        let _ = sealer.seal_rtcp(&mut packet, noise.len() / 2);
    }
}

#[test]
fn a_change_of_any_byte_of_rtp_is_noticed() {
    for profile in Profile::ALL {
        let (sealer, opener) = pair(profile);
        let index = (3 << 16) + 77;
        let mut sealed = rtp(index, 0xDEAD_BEEF, &[9; 40]);
        let len = sealed.len();
        sealed.resize(len + profile.rtp_overhead(), 0);
        sealer.seal_rtp(&mut sealed, 20, len, index).unwrap();
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut packet = sealed.clone();
                packet[at] ^= 1 << bit;
                assert_eq!(
                    opener.open_rtp(&mut packet, 20, index),
                    Err(Error::Unauthentic),
                    "{profile:?} {at}"
                );
            }
        }
        for short in 0..sealed.len() {
            assert!(
                opener
                    .open_rtp(&mut sealed.clone()[..short], 20, index)
                    .is_err(),
                "{profile:?} {short}"
            );
        }
        for other in [index - 1, index + 1, index + (1 << 16), index - (1 << 16)] {
            let opened = opener.open_rtp(&mut sealed.clone(), 20, other);
            let same_roll_over = other >> 16 == index >> 16;
            // HMAC covers the roll-over counter and the header, so there the rest of the index is the packet's own.
            if profile != Profile::Aes128CmSha1_80 || !same_roll_over {
                assert_eq!(opened, Err(Error::Unauthentic), "{profile:?} {other}");
            }
        }
        assert_eq!(opener.open_rtp(&mut sealed, 20, index), Ok(len));
    }
}

#[test]
fn a_change_of_any_byte_of_rtcp_is_noticed() {
    for profile in Profile::ALL {
        let (mut sealer, mut opener) = pair(profile);
        let plain = rtcp(5, &[9; 40]);
        let sealed = seal_rtcp(&mut sealer, &plain);
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut packet = sealed.clone();
                packet[at] ^= 1 << bit;
                assert_eq!(
                    opener.open_rtcp(&mut packet),
                    Err(Error::Unauthentic),
                    "{profile:?} {at}"
                );
            }
        }
        for short in 0..sealed.len() {
            assert!(
                opener.open_rtcp(&mut sealed.clone()[..short]).is_err(),
                "{profile:?} {short}"
            );
        }
        assert_eq!(opener.open_rtcp(&mut sealed.clone()), Ok(plain.len()));
    }
}

#[test]
fn rtcp_is_taken_once() {
    for profile in Profile::ALL {
        let (mut sealer, mut opener) = pair(profile);
        let sealed: Vec<_> = (0..=WINDOW)
            .map(|_| seal_rtcp(&mut sealer, &rtcp(5, &[0; 20])))
            .collect();
        assert_eq!(opener.open_rtcp(&mut sealed[2].clone()), Ok(28));
        assert_eq!(
            opener.open_rtcp(&mut sealed[2].clone()),
            Err(Error::Replayed)
        );
        assert_eq!(opener.open_rtcp(&mut sealed[1].clone()), Ok(28));
        assert_eq!(
            opener.open_rtcp(&mut sealed[1].clone()),
            Err(Error::Replayed)
        );
        assert_eq!(
            opener.open_rtcp(&mut sealed[usize::try_from(WINDOW).unwrap()].clone()),
            Ok(28)
        );
        assert_eq!(opener.open_rtcp(&mut sealed[0].clone()), Err(Error::TooOld));
    }
}

#[test]
fn a_forged_packet_does_not_move_the_window() {
    let (mut sealer, mut opener) = pair(Profile::AeadAes128Gcm);
    let mut sealed = seal_rtcp(&mut sealer, &rtcp(5, &[0; 20]));
    let mut forged = sealed.clone();
    let word = forged.len() - 4;
    forged[word..].copy_from_slice(&0xFFFF_FFFF_u32.to_be_bytes());
    assert_eq!(opener.open_rtcp(&mut forged), Err(Error::Unauthentic));
    assert_eq!(opener.open_rtcp(&mut sealed), Ok(28));
}

#[test]
fn senders_of_rtcp_are_bounded_and_the_longest_silent_is_forgotten() {
    let (mut sealer, mut opener) = pair(Profile::AeadAes128Gcm);
    let senders = u32::try_from(MAX_RTCP_SENDERS).unwrap();
    let sealed: Vec<_> = (0..=senders)
        .map(|ssrc| seal_rtcp(&mut sealer, &rtcp(ssrc, &[0; 20])))
        .collect();
    for packet in &sealed[..MAX_RTCP_SENDERS] {
        assert_eq!(opener.open_rtcp(&mut packet.clone()), Ok(28));
    }
    let mut heard_again = seal_rtcp(&mut sealer, &rtcp(0, &[0; 20]));
    assert_eq!(opener.open_rtcp(&mut heard_again), Ok(28));
    assert_eq!(
        opener.open_rtcp(&mut sealed[MAX_RTCP_SENDERS].clone()),
        Ok(28)
    );
    assert_eq!(
        opener.open_rtcp(&mut sealed[0].clone()),
        Err(Error::Replayed),
        "sender 0 was heard lately"
    );
    assert_eq!(
        opener.open_rtcp(&mut sealed[2].clone()),
        Err(Error::Replayed)
    );
    assert!(
        opener.open_rtcp(&mut sealed[1].clone()).is_ok(),
        "sender 1 was forgotten"
    );
}

#[test]
fn another_key_opens_nothing_and_another_profile_takes_no_key() {
    for profile in Profile::ALL {
        let (mut sealer, _) = pair(profile);
        let mut opener = Opener::new(profile, &key(profile, 8)).unwrap();
        let mut sealed = seal_rtcp(&mut sealer, &rtcp(5, &[0; 20]));
        assert_eq!(opener.open_rtcp(&mut sealed), Err(Error::Unauthentic));
        for other in Profile::ALL.into_iter().filter(|other| *other != profile) {
            assert_eq!(
                Sealer::new(other, &key(profile, 7)).err(),
                Some(Error::KeyLength)
            );
            assert_eq!(
                Opener::new(other, &key(profile, 7)).err(),
                Some(Error::KeyLength)
            );
        }
    }
}
