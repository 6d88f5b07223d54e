//! Chance that repeats: the same seed gives the same throws, everywhere.

/// `SplitMix64` (Steele, Lea and Flood, 2014): small, and even enough for links.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number from 0 up to, but not including, 1.
    pub(crate) fn throw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        it ^= it >> 31;
        // The upper 32 bits: exact in a double, and fine enough.
        f64::from(u32::try_from(it >> 32).unwrap_or(u32::MAX)) / 4_294_967_296.0
    }

    /// Whether what has this probability happens now.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.throw() < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let throws = |seed| {
            let mut dice = Dice::new(seed);
            (0..32).map(|_| dice.throw()).collect::<Vec<_>>()
        };
        assert_eq!(throws(7), throws(7));
        assert_ne!(throws(7), throws(8));
    }

    #[test]
    fn throws_are_even() {
        let mut dice = Dice::new(1);
        let hits = (0..10_000).filter(|_| dice.happens(0.3)).count();
        assert!((2_800..=3_200).contains(&hits), "{hits}");
        assert!(!dice.happens(0.0));
        assert!((0..1_000).all(|_| dice.happens(1.0)));
    }
}
