//! Makes inputs from other inputs, knowing nothing of their structure.

use std::ops::Range;

use crate::random::Random;

/// No input grows beyond this.
const MAX_LEN: usize = 16 * 1024;

/// Numbers at which lengths, counts and signs change their meaning.
const INTERESTING: [u32; 16] = [
    0,
    1,
    2,
    3,
    4,
    0x0f,
    0x10,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
];

/// Changes `input` in one to eight ways; `other` lends parts of itself.
pub(crate) fn mutate(random: &mut Random, input: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=random.below(8) {
        step(random, input, other);
    }
    input.truncate(MAX_LEN);
}

fn step(random: &mut Random, input: &mut Vec<u8>, other: &[u8]) {
    let at = random.below(input.len());
    match random.below(10) {
        0 | 1 => {
            let bit = random.below(8);
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
        2 => {
            let value = random.byte();
            if let Some(byte) = input.get_mut(at) {
                *byte = value;
            }
        }
        3 | 4 => overwrite(random, input, at),
        5 => input.truncate(at),
        6 => drop(input.drain(range(random, input.len()))),
        7 => {
            let count = random.below(16) + 1;
            let bytes: Vec<_> = (0..count).map(|_| random.byte()).collect();
            input.splice(at..at, bytes);
        }
        8 => {
            let copy = input[range(random, input.len())].to_vec();
            input.splice(at..at, copy);
        }
        _ => {
            let lent = other[range(random, other.len())].to_vec();
            let replaced = range(random, input.len());
            input.splice(replaced, lent);
        }
    }
}

/// Puts an interesting number of one, two or four bytes at a place.
fn overwrite(random: &mut Random, input: &mut [u8], at: usize) {
    let number = INTERESTING[random.below(INTERESTING.len())].to_be_bytes();
    let width = [1, 2, 4][random.below(3)];
    for (byte, value) in input[at..].iter_mut().zip(&number[4 - width..]) {
        *byte = *value;
    }
}

/// A part of something of this length; short ones come more often.
fn range(random: &mut Random, len: usize) -> Range<usize> {
    let start = random.below(len + 1);
    let bound = if random.below(4) == 0 { len } else { 64 };
    let end = start + random.below((len - start).min(bound) + 1);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_inputs() {
        let run = |seed| {
            let mut random = Random::new(seed);
            let mut input = b"the quick brown fox".to_vec();
            for _ in 0..100 {
                mutate(&mut random, &mut input, b"jumps over the lazy dog");
            }
            input
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn nothing_is_a_good_start_and_growth_ends() {
        let mut random = Random::new(3);
        let mut input = Vec::new();
        let mut longest = 0;
        for _ in 0..5_000 {
            mutate(&mut random, &mut input, &[1; 4096]);
            longest = longest.max(input.len());
        }
        assert!(longest > 0 && longest <= MAX_LEN);
    }
}
