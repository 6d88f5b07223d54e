//! Master keys: the secret of one direction, as DTLS or a description gives it.

use std::fmt;

use zeroize::Zeroizing;

use crate::{Error, Profile};

pub(crate) const MAX_KEY: usize = 32;
pub(crate) const MAX_SALT: usize = 14;

/// Master key and master salt of one direction. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct MasterKey {
    profile: Profile,
    key: Zeroizing<[u8; MAX_KEY]>,
    salt: Zeroizing<[u8; MAX_SALT]>,
}

impl MasterKey {
    /// Takes `key` and `salt`, whose lengths are those of `profile`.
    ///
    /// # Errors
    /// [`Error::KeyLength`] when they are not.
    pub fn new(profile: Profile, key: &[u8], salt: &[u8]) -> Result<Self, Error> {
        if key.len() != profile.key_len() || salt.len() != profile.salt_len() {
            return Err(Error::KeyLength);
        }
        let mut own = Self {
            profile,
            key: Zeroizing::default(),
            salt: Zeroizing::default(),
        };
        own.key
            .get_mut(..key.len())
            .ok_or(Error::KeyLength)?
            .copy_from_slice(key);
        own.salt
            .get_mut(..salt.len())
            .ok_or(Error::KeyLength)?
            .copy_from_slice(salt);
        Ok(own)
    }

    /// The profile the key is for.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    pub(crate) fn key(&self) -> &[u8] {
        self.key.get(..self.profile.key_len()).unwrap_or_default()
    }

    /// The salt, followed by zeros up to 112 bits (as RFC 7714 §11 wants shorter ones for the derivation).
    pub(crate) fn padded_salt(&self) -> &[u8; MAX_SALT] {
        &self.salt
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

/// Cuts the keying material exported by DTLS into the keys of (client, server): what each of them *sends* with.
///
/// `material` is client key, server key, client salt, server salt (RFC 5764 §4.2); bytes beyond these are ignored.
///
/// # Errors
/// [`Error::KeyLength`] when `material` is shorter than the profile needs.
pub fn split_keying_material(
    profile: Profile,
    material: &[u8],
) -> Result<(MasterKey, MasterKey), Error> {
    let (client_key, rest) = material
        .split_at_checked(profile.key_len())
        .ok_or(Error::KeyLength)?;
    let (server_key, rest) = rest
        .split_at_checked(profile.key_len())
        .ok_or(Error::KeyLength)?;
    let (client_salt, rest) = rest
        .split_at_checked(profile.salt_len())
        .ok_or(Error::KeyLength)?;
    let server_salt = rest.get(..profile.salt_len()).ok_or(Error::KeyLength)?;
    Ok((
        MasterKey::new(profile, client_key, client_salt)?,
        MasterKey::new(profile, server_key, server_salt)?,
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn keying_material_is_cut_in_the_order_of_rfc_5764() {
        for profile in Profile::ALL {
            let (k, s) = (profile.key_len(), profile.salt_len());
            let material = [vec![1; k], vec![2; k], vec![3; s], vec![4; s]].concat();
            let (client, server) = split_keying_material(profile, &material).unwrap();
            assert_eq!(
                (client.key(), &client.padded_salt()[..s]),
                (&vec![1; k][..], &vec![3; s][..])
            );
            assert_eq!(
                (server.key(), &server.padded_salt()[..s]),
                (&vec![2; k][..], &vec![4; s][..])
            );
            assert!(client.padded_salt()[s..].iter().all(|byte| *byte == 0));
            for short in 0..material.len() {
                assert_eq!(
                    split_keying_material(profile, &material[..short]).unwrap_err(),
                    Error::KeyLength
                );
            }
        }
    }

    #[test]
    fn a_key_of_another_length_is_refused_and_a_key_is_not_printed() {
        assert_eq!(
            MasterKey::new(Profile::AeadAes256Gcm, &[0; 16], &[0; 12]).unwrap_err(),
            Error::KeyLength
        );
        assert_eq!(
            MasterKey::new(Profile::AeadAes128Gcm, &[0; 16], &[0; 14]).unwrap_err(),
            Error::KeyLength
        );
        let key = MasterKey::new(Profile::AeadAes128Gcm, &[0xAB; 16], &[0xCD; 12]).unwrap();
        assert_eq!(
            format!("{key:?}"),
            "MasterKey { profile: AeadAes128Gcm, .. }"
        );
    }
}
