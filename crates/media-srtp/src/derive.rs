//! Session keys from a master key (RFC 3711 §4.3; RFC 6188 and RFC 7714 for AES-256).

use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use zeroize::Zeroizing;

use crate::Error;
use crate::key::{MAX_SALT, MasterKey};

/// What a session key is for: the label that makes it differ from the others (RFC 3711 §4.3.2).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Label {
    Encryption = 0,
    Authentication = 1,
    Salt = 2,
}

/// The position of the label in the 112-bit salt: the key id is label and 48-bit index, aligned to the right.
const LABEL_AT: usize = MAX_SALT - 7;

/// A block cipher in counter mode.
pub(crate) fn counter_mode(key: &[u8]) -> Result<EncryptingKey, Error> {
    let algorithm = match key.len() {
        16 => &AES_128,
        32 => &AES_256,
        _ => return Err(Error::KeyLength),
    };
    let key = UnboundCipherKey::new(algorithm, key).map_err(|_| Error::Library)?;
    EncryptingKey::ctr(key).map_err(|_| Error::Library)
}

/// Applies the key stream that begins at `counter` to `data`.
pub(crate) fn apply_stream(
    key: &EncryptingKey,
    counter: [u8; 16],
    data: &mut [u8],
) -> Result<(), Error> {
    let context = EncryptionContext::Iv128(FixedLength::from(counter));
    key.less_safe_encrypt(data, context)
        .map(|_| ())
        .map_err(|_| Error::Library)
}

/// Derives the session keys of one master key.
pub(crate) struct Derivation<'a> {
    cipher: EncryptingKey,
    salt: &'a [u8; MAX_SALT],
}

impl<'a> Derivation<'a> {
    pub(crate) fn new(master: &'a MasterKey) -> Result<Self, Error> {
        Ok(Self {
            cipher: counter_mode(master.key())?,
            salt: master.padded_salt(),
        })
    }

    /// The first `N` bytes of the session key of `label`; `offset` is added to the label.
    ///
    /// The key derivation rate is zero, so the index in the key id is zero as well.
    pub(crate) fn bytes<const N: usize>(
        &self,
        label: Label,
        offset: u8,
    ) -> Result<Zeroizing<[u8; N]>, Error> {
        let mut counter = [0; 16];
        for (position, (to, from)) in counter.iter_mut().zip(self.salt).enumerate() {
            *to = if position == LABEL_AT {
                from ^ (label as u8 + offset)
            } else {
                *from
            };
        }
        let mut bytes = Zeroizing::new([0; N]);
        apply_stream(&self.cipher, counter, bytes.as_mut_slice())?;
        Ok(bytes)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::Profile;

    pub(crate) fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u32> = text
            .chars()
            .map(|digit| digit.to_digit(16).unwrap())
            .collect();
        digits
            .as_chunks()
            .0
            .iter()
            .map(|[high, low]| u8::try_from(high << 4 | low).unwrap())
            .collect()
    }

    #[test]
    fn session_keys_are_those_of_rfc_3711_appendix_b3() {
        let master = MasterKey::new(
            Profile::Aes128CmSha1_80,
            &hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
            &hex("0EC675AD498AFEEBB6960B3AABE6"),
        )
        .unwrap();
        let derivation = Derivation::new(&master).unwrap();
        assert_eq!(
            *derivation.bytes::<16>(Label::Encryption, 0).unwrap(),
            *hex("C61E7A93744F39EE10734AFE3FF7A087")
        );
        assert_eq!(
            *derivation.bytes::<14>(Label::Salt, 0).unwrap(),
            *hex("30CBBC08863D8C85D49DB34A9AE1")
        );
        assert_eq!(
            derivation
                .bytes::<94>(Label::Authentication, 0)
                .unwrap()
                .to_vec(),
            hex(
                "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF72270986371C10C9A369\
                 AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2"
            ),
        );
    }

    #[test]
    fn key_stream_is_that_of_rfc_3711_appendix_b2() {
        let cipher = counter_mode(&hex("2B7E151628AED2A6ABF7158809CF4F3C")).unwrap();
        let counter = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000").try_into().unwrap();
        let mut stream = vec![0; 0xFF02 * 16];
        apply_stream(&cipher, counter, &mut stream).unwrap();
        for (block, expected) in [
            (0, "E03EAD0935C95E80E166B16DD92B4EB4"),
            (1, "D23513162B02D0F72A43A2FE4A5F97AB"),
            (2, "41E95B3BB0A2E8DD477901E4FCA894C0"),
            (0xFEFF, "EC8CDF7398607CB0F2D21675EA9EA1E4"),
            (0xFF00, "362B7C3C6773516318A077D7FC5073AE"),
            (0xFF01, "6A2CC3787889374FBEB4C81B17BA6C44"),
        ] {
            assert_eq!(
                stream
                    .get(block * 16..)
                    .unwrap()
                    .first_chunk::<16>()
                    .unwrap(),
                &*hex(expected)
            );
        }
    }
}
