//! Certificate fingerprints as descriptions carry them (RFC 8122).

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{self, Algorithm, SHA256, SHA384, SHA512, digest};

use crate::Error;

/// The hash of a certificate: `sha-256 AB:CD:…`, as in `a=fingerprint`.
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// In the order of strength.
    hash: Hash,
    digest: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }

    const fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        }
    }

    fn of(self, certificate: &[u8]) -> digest::Digest {
        digest(self.algorithm(), certificate)
    }
}

impl Fingerprint {
    /// The SHA-256 fingerprint of a certificate in DER.
    #[must_use]
    pub fn sha256(certificate: &[u8]) -> Self {
        Self {
            hash: Hash::Sha256,
            digest: Hash::Sha256.of(certificate).as_ref().to_vec(),
        }
    }

    /// Whether a certificate in DER is one of those announced.
    ///
    /// Of several hash functions only the strongest counts; of several fingerprints with it one must match (RFC 8122 §5).
    pub(crate) fn any_matches(announced: &[Self], certificate: &[u8]) -> bool {
        let Some(strongest) = announced.iter().map(|fingerprint| fingerprint.hash).max() else {
            return false;
        };
        let digest = strongest.of(certificate);
        announced.iter().any(|fingerprint| {
            fingerprint.hash == strongest && fingerprint.digest == digest.as_ref()
        })
    }
}

impl FromStr for Fingerprint {
    type Err = Error;

    /// Reads the value of `a=fingerprint`: name of the hash function, a space, bytes in hexadecimal with colons between them.
    ///
    /// [`Error::NoFingerprint`] stands for a hash function that is not known, which a peer may announce besides others.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, bytes) = text.trim().split_once(' ').ok_or(Error::Fingerprint)?;
        let hash = Hash::ALL
            .into_iter()
            .find(|hash| name.eq_ignore_ascii_case(hash.name()))
            .ok_or(Error::NoFingerprint)?;
        let digest = bytes
            .trim_start()
            .split(':')
            .map(hex_byte)
            .collect::<Option<Vec<u8>>>()
            .ok_or(Error::Fingerprint)?;
        if digest.len() != hash.algorithm().output_len() {
            return Err(Error::Fingerprint);
        }
        Ok(Self { hash, digest })
    }
}

fn hex_byte(text: &str) -> Option<u8> {
    let two_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    two_digits
        .then(|| u8::from_str_radix(text, 16).ok())
        .flatten()
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.hash.name())?;
        for (position, byte) in self.digest.iter().enumerate() {
            write!(f, "{}{byte:02X}", if position == 0 { ' ' } else { ':' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn print(hash: Hash, certificate: &[u8]) -> Fingerprint {
        Fingerprint {
            hash,
            digest: hash.of(certificate).as_ref().to_vec(),
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        for hash in Hash::ALL {
            let own = print(hash, b"certificate");
            assert_eq!(own.to_string().parse::<Fingerprint>().unwrap(), own);
            assert_eq!(
                own.to_string()
                    .to_lowercase()
                    .parse::<Fingerprint>()
                    .unwrap(),
                own
            );
        }
        let text = Fingerprint::sha256(b"").to_string();
        assert!(
            text.starts_with("sha-256 E3:B0:C4:42:98:FC:1C:14"),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        let good = Fingerprint::sha256(b"x").to_string();
        for bad in [
            "",
            "sha-256",
            "sha-256 ",
            "sha-256 AB",
            "sha-256 +1:02",
            &good[..good.len() - 1],
            &format!("{good}:00"),
        ] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(Error::Fingerprint), "{bad}");
        }
        assert_eq!(
            "sha-1 AB:CD".parse::<Fingerprint>(),
            Err(Error::NoFingerprint)
        );
    }

    #[test]
    fn the_strongest_hash_function_decides() {
        let (own, other) = (b"own".as_slice(), b"other".as_slice());
        assert!(!Fingerprint::any_matches(&[], own));
        assert!(Fingerprint::any_matches(&[print(Hash::Sha256, own)], own));
        assert!(Fingerprint::any_matches(
            &[print(Hash::Sha256, other), print(Hash::Sha256, own)],
            own
        ));
        assert!(!Fingerprint::any_matches(
            &[print(Hash::Sha256, other)],
            own
        ));
        assert!(!Fingerprint::any_matches(
            &[print(Hash::Sha256, own), print(Hash::Sha512, other)],
            own
        ));
        assert!(Fingerprint::any_matches(
            &[print(Hash::Sha256, other), print(Hash::Sha384, own)],
            own
        ));
    }
}
