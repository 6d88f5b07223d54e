//! Sequence numbers that do not wrap: 16 bits on the wire, 64 bits inside.

/// The 64-bit number nearest to `reference` whose low 16 bits are `sequence`.
///
/// Begin with a `reference` of at least 2¹⁵, so that packets older than the first one
/// have room below it; where there is none, the number above is taken.
#[must_use]
pub fn extend(reference: u64, sequence: u16) -> u64 {
    let [.., high, low] = reference.to_be_bytes();
    let step = distance(u16::from_be_bytes([high, low]), sequence);
    match reference.checked_add_signed(i64::from(step)) {
        Some(extended) => extended,
        None => u64::from(sequence),
    }
}

/// The low 16 bits: what goes on the wire.
#[must_use]
pub const fn wire(extended: u64) -> u16 {
    let [.., high, low] = extended.to_be_bytes();
    u16::from_be_bytes([high, low])
}

/// How far `to` is ahead of `from`, in -32768..=32767 (RFC 1982, with 16 bits).
#[must_use]
pub const fn distance(from: u16, to: u16) -> i16 {
    to.wrapping_sub(from).cast_signed()
}

/// Whether `candidate` comes after `than`.
#[must_use]
pub const fn is_newer(candidate: u16, than: u16) -> bool {
    distance(than, candidate) > 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wraps_forwards_and_backwards() {
        assert_eq!(extend(0x1_fffe, 0x0003), 0x2_0003);
        assert_eq!(extend(0x2_0003, 0xfffe), 0x1_fffe);
        assert_eq!(extend(0x2_0003, 0x0003), 0x2_0003);
        assert!(is_newer(2, 0xfff0));
        assert!(!is_newer(0xfff0, 2));
        assert!(!is_newer(7, 7));
    }

    #[test]
    fn the_edges_of_the_number_line_do_not_wrap() {
        assert_eq!(extend(2, 0xfff0), 0xfff0);
        assert_eq!(wire(extend(u64::MAX, 5)), 5);
    }

    proptest! {
        #[test]
        fn the_nearest_number_is_found(reference in 0x8000..=u64::MAX - 0x8000, step in -0x8000i64..0x8000) {
            let truth = reference.saturating_add_signed(step);
            prop_assert_eq!(extend(reference, wire(truth)), truth);
        }
    }
}
