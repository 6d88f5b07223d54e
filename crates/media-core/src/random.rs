//! Randomness from the shard's seed, fit for passwords.

use aws_lc_rs::digest::{SHA256, digest};

/// The characters of ICE user names and passwords (`ice-char`, RFC 8839 section 5.4).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// SHA-256 of the seed and a counter: what was drawn tells nothing of what will be.
#[derive(Debug)]
pub(crate) struct Random {
    seed: [u8; 32],
    count: u64,
}

impl Random {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { seed, count: 0 }
    }

    fn block(&mut self) -> [u8; 32] {
        let mut input = [0; 40];
        let (seed, count) = input.split_at_mut(32);
        seed.copy_from_slice(&self.seed);
        count.copy_from_slice(&self.count.to_be_bytes());
        self.count += 1;
        let mut block = [0; 32];
        block.copy_from_slice(digest(&SHA256, &input).as_ref());
        block
    }

    pub(crate) fn u32(&mut self) -> u32 {
        let block = self.block();
        block
            .iter()
            .take(4)
            .fold(0, |value, byte| value << 8 | u32::from(*byte))
    }

    pub(crate) fn u64(&mut self) -> u64 {
        u64::from(self.u32()) << 32 | u64::from(self.u32())
    }

    /// `length` characters of six bits each, at most 32.
    pub(crate) fn ice_chars(&mut self, length: usize) -> String {
        self.block()
            .iter()
            .take(length)
            .filter_map(|byte| ALPHABET.get(usize::from(byte & 63)))
            .map(|byte| char::from(*byte))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depends_on_seed_and_never_repeats() {
        let mut one = Random::new([1; 32]);
        let mut two = Random::new([2; 32]);
        let mut again = Random::new([1; 32]);
        let first = one.ice_chars(24);
        assert_eq!(first.len(), 24);
        assert_eq!(first, again.ice_chars(24));
        assert_ne!(first, two.ice_chars(24));
        assert_ne!(first, one.ice_chars(24));
        assert_ne!(one.u64(), one.u64());
    }
}
