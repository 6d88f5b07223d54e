//! Examples of the draft, and what is written is read.

use proptest::prelude::*;

use super::super::{Packet, TRANSPORT_FEEDBACK, append_feedback, packets};
use super::*;
use crate::{ParseError, seq};

fn read(bytes: &[u8]) -> Result<Feedback<'_>, ParseError> {
    match packets(bytes).next().unwrap()? {
        Packet::Arrivals(feedback) => Ok(feedback),
        other => panic!("{other:?}"),
    }
}

/// A packet of this count, base 10 and reference time 1, with chunks and deltas.
fn feedback(count: u16, chunks: &[u16], deltas: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    append_feedback(&mut bytes, TRANSPORT_FEEDBACK, FORMAT, 1, 2, |body| {
        body.extend_from_slice(&[0, 10]);
        body.extend_from_slice(&count.to_be_bytes());
        body.extend_from_slice(&[0, 0, 1, 7]);
        for chunk in chunks {
            body.extend_from_slice(&chunk.to_be_bytes());
        }
        body.extend_from_slice(deltas);
    });
    bytes
}

fn deltas(bytes: &[u8]) -> Result<Vec<Option<i16>>, ParseError> {
    Ok(read(bytes)?.statuses().map(|status| status.delta).collect())
}

#[test]
fn each_kind_of_chunk_is_read() {
    // §3.1.3: runs of 221 packets not received, and of 24 received.
    assert_eq!(deltas(&feedback(221, &[0x00dd], &[])), Ok(vec![None; 221]));
    let large = [0xff, 0xfe].repeat(24);
    assert_eq!(
        deltas(&feedback(24, &[0x4018], &large)),
        Ok(vec![Some(-2); 24])
    );
    // §3.1.4: one not, five received, three not, three received, two not.
    let expected: Vec<_> = [0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0]
        .map(|received| (received == 1).then_some(3))
        .to_vec();
    assert_eq!(deltas(&feedback(14, &[0x9f1c], &[3; 8])), Ok(expected));
    // One not, one small, three not, two large.
    assert_eq!(
        deltas(&feedback(7, &[0xc40a], &[9, 1, 0, 0x80, 0])),
        Ok(vec![
            None,
            Some(9),
            None,
            None,
            None,
            Some(256),
            Some(-32768)
        ])
    );
}

#[test]
fn the_fields_are_read() {
    let mut bytes = feedback(2, &[0x2002], &[1, 2]);
    bytes[16..19].fill(0xff);
    let found = read(&bytes).unwrap();
    assert_eq!((found.sender, found.media), (1, 2));
    assert_eq!((found.base, found.count), (10, 2));
    assert_eq!((found.reference_time, found.feedback_count), (-1, 7));
    let sequences: Vec<_> = found.statuses().map(|status| status.sequence).collect();
    assert_eq!(sequences, [10, 11]);
}

#[test]
fn bad_chunks_and_missing_deltas_are_refused() {
    let reserved_run = feedback(3, &[0x6003], &[0; 6]);
    assert_eq!(deltas(&reserved_run), Err(ParseError::Value));
    let reserved_vector = feedback(7, &[0xffff], &[0; 16]);
    assert_eq!(deltas(&reserved_vector), Err(ParseError::Value));
    let no_delta = feedback(3, &[0x2003], &[]);
    assert_eq!(deltas(&no_delta), Err(ParseError::Truncated));
    let no_chunk = feedback(100, &[0x2002], &[1, 2]);
    assert_eq!(deltas(&no_chunk), Err(ParseError::Truncated));
    let empty_run = feedback(2, &[0x2000, 0x2002], &[1, 2]);
    assert_eq!(deltas(&empty_run), Err(ParseError::Value));
}

#[test]
fn a_run_may_be_longer_than_the_count() {
    assert_eq!(deltas(&feedback(1, &[0x2009], &[5])), Ok(vec![Some(5)]));
}

#[test]
fn one_arrival_is_written_as_the_draft_says() {
    let mut bytes = Vec::new();
    let arrival = Arrival {
        sequence: 0x1_0005,
        at: 64_000 * 3 + 250 * 9,
    };
    assert_eq!(write(&mut bytes, 1, 2, 4, 0x1_0003, &[arrival]), 1);
    assert_eq!(
        bytes,
        [
            0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 3, 0, 3, 0, 0, 3, 4, 0x88, 0, 9, 0
        ]
    );
}

#[test]
fn nothing_received_is_nothing_written() {
    let mut bytes = Vec::new();
    assert_eq!(write(&mut bytes, 1, 2, 0, 5, &[]), 0);
    assert!(bytes.is_empty());
}

#[test]
fn a_late_arrival_moves_the_base_back_and_a_far_one_forward() {
    let at = 1_000_000;
    for (base, sequence) in [(50, 40), (50, 50 + 0x8000)] {
        let mut bytes = Vec::new();
        write(&mut bytes, 1, 2, 0, base, &[Arrival { sequence, at }]);
        let found = read(&bytes).unwrap();
        assert_eq!((found.base, found.count), (seq::wire(sequence), 1));
    }
}

#[test]
fn what_a_delta_cannot_tell_is_left_for_the_next_packet() {
    let at = 1_000_000;
    let later = at + 250 * 32_800;
    let arrivals = [(1, at), (2, later), (2, later)].map(|(sequence, at)| Arrival { sequence, at });
    let mut bytes = Vec::new();
    assert_eq!(write(&mut bytes, 1, 2, 0, 1, &arrivals), 1);
    assert_eq!(write(&mut bytes, 1, 2, 1, 2, &arrivals[1..]), 1);
}

fn any_arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let gap = prop_oneof![20 => Just(0u64), 3 => 0u64..30, 1 => 0u64..20_000];
    let wait = prop_oneof![20 => 0i64..50_000, 2 => -70_000i64..900_000, 1 => Just(9_000_000)];
    (0u64..1 << 40, prop::collection::vec((gap, wait), 1..1500)).prop_map(|(start, steps)| {
        let mut sequence = 0x1_0000 + start;
        let mut at = 100_000_000_000 + start;
        steps
            .into_iter()
            .map(|(gap, wait)| {
                sequence += 1 + gap;
                at = at.saturating_add_signed(wait);
                Arrival { sequence, at }
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(arrivals in any_arrivals(), lead in 0u64..100) {
        let mut base = arrivals[0].sequence - lead;
        let mut rest = &arrivals[..];
        let mut feedback_count = 0u8;
        while !rest.is_empty() {
            let mut bytes = Vec::new();
            let told = write(&mut bytes, 1, 2, feedback_count, base, rest);
            prop_assert!(told > 0);
            prop_assert!(bytes.len() <= MAX_LEN && bytes.len() % 4 == 0);
            let found = read(&bytes).unwrap();
            prop_assert_eq!(found.feedback_count, feedback_count);
            let mut clock = i64::from(found.reference_time) * 256;
            let mut sequence = seq::extend(rest[0].sequence, found.base);
            let mut expected = rest[..told].iter();
            for status in found.statuses() {
                if let Some(delta) = status.delta {
                    clock += i64::from(delta);
                    let arrival = expected.next().unwrap();
                    prop_assert_eq!(arrival.sequence, sequence);
                    let truth = i64::try_from(arrival.at / DELTA_UNIT).unwrap();
                    prop_assert_eq!((clock - truth).rem_euclid(1 << 32), 0);
                }
                sequence += 1;
            }
            prop_assert!(expected.next().is_none());
            base = sequence;
            rest = &rest[told..];
            feedback_count = feedback_count.wrapping_add(1);
        }
    }
}
