//! The body for SRTP and SRTCP, with fixed keys.

use media_srtp::{MasterKey, Opener, Profile, ReplayWindow, Sealer};
use media_wire::rtp::Header;

const PROFILES: [Profile; 3] = [
    Profile::Aes128CmSha1_80,
    Profile::AeadAes128Gcm,
    Profile::AeadAes256Gcm,
];

/// The first byte chooses the profile, the others are a packet: protected, then plain.
pub fn srtp(data: &[u8]) {
    let Some((choice, packet)) = data.split_first() else {
        return;
    };
    let profile = PROFILES[usize::from(*choice) % PROFILES.len()];
    let key = MasterKey::new(
        profile,
        &[0x11; 32][..profile.key_len()],
        &[0x22; 14][..profile.salt_len()],
    )
    .expect("lengths that the profile asks for");
    let mut sealer = Sealer::new(profile, &key).expect("a valid key");
    let mut opener = Opener::new(profile, &key).expect("a valid key");
    if let Ok(header) = Header::parse(packet) {
        opens_only_what_was_sealed(&sealer, &opener, packet, &header);
        seals_and_opens(&sealer, &opener, packet, &header);
    }
    let mut protected = packet.to_vec();
    if let Ok(len) = opener.open_rtcp(&mut protected) {
        assert!(len < packet.len());
    }
    let mut plain = packet.to_vec();
    plain.resize(packet.len() + profile.rtcp_overhead(), 0);
    if let Ok(len) = sealer.seal_rtcp(&mut plain, packet.len()) {
        let mut fresh = Opener::new(profile, &key).expect("a valid key");
        let back = fresh.open_rtcp(&mut plain[..len]).expect("what was sealed");
        assert_eq!(&plain[..back], packet);
    }
}

fn opens_only_what_was_sealed(sealer: &Sealer, opener: &Opener, packet: &[u8], header: &Header) {
    let index = ReplayWindow::new().estimate(header.sequence);
    let mut buffer = packet.to_vec();
    if let Ok(len) = opener.open_rtp(&mut buffer, header.header_len, index) {
        assert!(len < packet.len());
        let again = sealer
            .seal_rtp(&mut buffer, header.header_len, len, index)
            .expect("what was opened");
        assert_eq!(&buffer[..again], packet);
    }
}

fn seals_and_opens(sealer: &Sealer, opener: &Opener, packet: &[u8], header: &Header) {
    let index = (7 << 16) | u64::from(header.sequence);
    let mut buffer = packet.to_vec();
    buffer.resize(packet.len() + sealer.profile().rtp_overhead(), 0);
    let len = sealer
        .seal_rtp(&mut buffer, header.header_len, packet.len(), index)
        .expect("a packet with room");
    assert_eq!(len, buffer.len());
    let mut forged = buffer.clone();
    forged[len - 1] ^= 1;
    assert!(
        opener
            .open_rtp(&mut forged, header.header_len, index)
            .is_err()
    );
    let back = opener
        .open_rtp(&mut buffer, header.header_len, index)
        .expect("what was sealed");
    assert_eq!(&buffer[..back], packet);
}
