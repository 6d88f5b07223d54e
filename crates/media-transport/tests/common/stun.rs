//! Connectivity checks as an independent library writes them.

use aws_lc_rs::hmac;
use is::stun::{StunMessage, TransId};

pub(crate) fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    hmac::sign(&key, &parts.concat())
        .as_ref()
        .try_into()
        .unwrap()
}

pub(crate) fn check_by(
    username: &str,
    password: &str,
    controlling: bool,
    priority: u32,
    nominate: bool,
) -> Vec<u8> {
    let request =
        StunMessage::binding_request(username, TransId::new(), controlling, 7, priority, nominate);
    let mut bytes = vec![0; 512];
    let len = request
        .to_bytes(Some(password.as_bytes()), &mut bytes, hmac_sha1)
        .unwrap();
    bytes.truncate(len);
    bytes
}
