//! The packets of RFC 7714 §16 and §17, which give session keys.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::derive::tests::hex;
use crate::layout::RTP_FIXED;

const KEY: &str = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
const RTP_INDEX: u64 = 0xF17B;
const RTCP_INDEX: u32 = 0x5D4;

const RTP: &str = "8040F17B8041F8D35501A0B2\
    47616C6C696120657374206F6D6E69732064697669736120696E207061727465732074726573";
const RTP_128: &str = "8040F17B8041F8D35501A0B2\
    F24DE3A3FB34DE6CACBA861C9D7E4BCABE633BD50D294E6F42A5F47A51C7D19B36DE3ADF8833\
    899D7F27BEB16A9152CF765EE4390CCE";
const RTP_256: &str = "8040F17B8041F8D35501A0B2\
    32B1DE78A822FE12EF9F78FA332E33AAB18012389A58E2F3B50B2A0276FFAE0F1BA63799B87B\
    7AA3DB36DFFFD6B0F9BB7878D7A76C13";
const RTCP: &str = "81C8000D4D617273\
    4E5450314E545032525450200000042A0000E9304C756E61DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF";
const RTCP_128: &str = "81C8000D4D617273\
    63E94885DCDAB67CA727D7662F6B7E997FF5C0F76C06F32DC676A5F1730D6FDA4CE09B4686303DED0BB9275B\
    C84AA45896CF4D2FC5ABF87245D9EADE800005D4";
const RTCP_256: &str = "81C8000D4D617273\
    D50AE4D1F5CE5D304BA297E47D470C282C3ECE5DBFFE0A50A2EAA5C1110555BE8415F658C61DE0476F1B6FAD\
    1D1EB30C4446839F57FF6F6CB26AC3BE800005D4";
/// Authenticated, but not encrypted (§17.3).
const RTCP_128_CLEAR: &str = "81C8000D4D617273\
    4E5450314E545032525450200000042A0000E9304C756E61DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF\
    841DD9683DD78EC92AE58790125F62B3000005D4";

fn cipher(key_len: usize) -> Gcm {
    Gcm::new(&hex(KEY)[..key_len], *b"Quid pro quo").unwrap()
}

#[test]
fn rtp_is_sealed_and_opened_as_in_rfc_7714_section_16() {
    for (key_len, sealed) in [(16, RTP_128), (32, RTP_256)] {
        let (cipher, plain, sealed) = (cipher(key_len), hex(RTP), hex(sealed));
        let mut packet = plain.clone();
        packet.resize(sealed.len(), 0);
        assert_eq!(
            cipher.seal_rtp(&mut packet, RTP_FIXED, plain.len(), RTP_INDEX),
            Ok(sealed.len())
        );
        assert_eq!(packet, sealed);
        assert_eq!(
            cipher.open_rtp(&mut packet, RTP_FIXED, RTP_INDEX),
            Ok(plain.len())
        );
        assert_eq!(packet[..plain.len()], plain);
    }
}

#[test]
fn rtcp_is_sealed_and_opened_as_in_rfc_7714_section_17() {
    for (key_len, sealed) in [(16, RTCP_128), (32, RTCP_256)] {
        let (cipher, plain, sealed) = (cipher(key_len), hex(RTCP), hex(sealed));
        let mut packet = plain.clone();
        packet.resize(sealed.len(), 0);
        assert_eq!(
            cipher.seal_rtcp(&mut packet, plain.len(), RTCP_INDEX),
            Ok(sealed.len())
        );
        assert_eq!(packet, sealed);
        assert_eq!(cipher.open_rtcp(&mut packet), Ok(plain.len()));
        assert_eq!(packet[..plain.len()], plain);
    }
}

#[test]
fn rtcp_in_the_clear_is_authenticated_as_in_rfc_7714_section_17_3() {
    let (cipher, plain, sealed) = (cipher(16), hex(RTCP), hex(RTCP_128_CLEAR));
    let mut packet = sealed.clone();
    assert_eq!(cipher.open_rtcp(&mut packet), Ok(plain.len()));
    assert_eq!(packet[..plain.len()], plain);
    for at in 0..sealed.len() {
        let mut packet = sealed.clone();
        packet[at] ^= 1;
        assert_eq!(
            cipher.open_rtcp(&mut packet),
            Err(Error::Unauthentic),
            "byte {at}"
        );
    }
}
