//! A viewer's numbers, whatever its source does.

use super::*;
use crate::random::Random;
use media_wire::extension::Ids;
use std::time::{Duration, Instant};

fn format(codecs: &[Codec]) -> Format {
    let mut payload_types = [None; Codec::ALL.len()];
    for codec in codecs {
        payload_types[*codec as usize] = Some(PayloadTypes {
            media: 96 + *codec as u8,
            rtx: None,
            red: None,
        });
    }
    Format {
        header: Header::new(Ids::default(), "0", false, true),
        payload_types,
        repair: Repair::Rtx,
    }
}

fn view(codecs: &[Codec]) -> View {
    let stream = Stream::new(&mut Random::new([7; 32]));
    View::new(0, 0, stream, format(codecs), 0)
}

fn packet(codec: Codec, sequence: u64, timestamp: u32, key_frame: bool, at: Instant) -> Packet {
    Packet {
        sequence,
        timestamp,
        arrived: at,
        length: 0,
        primary: 0,
        codec,
        marker: false,
        key_frame,
        audio_level: None,
        orientation: None,
    }
}

/// A VP8 payload with a picture id of 15 bits and a base layer index.
fn vp8(picture: u16, base: u8) -> Vec<u8> {
    let [high, low] = picture.to_be_bytes();
    vec![0x90, 0xc0, 0x80 | high, low, base, 0x00, 0xff]
}

fn rewritten(place: &Place, picture: u16, base: u8) -> (u16, u8) {
    let mut payload = vp8(picture, base);
    place.rewrite(Codec::Vp8, &mut payload);
    let descriptor = vp8::Descriptor::parse(&payload).unwrap();
    (
        descriptor.picture_id.unwrap().value,
        descriptor.base_layer_index.unwrap().value,
    )
}

#[test]
fn a_packet_is_sent_again_once_in_a_round_trip() {
    let begin = Instant::now();
    let at = |ms| begin + Duration::from_millis(ms);
    let within = Duration::from_millis(50);
    let mut view = view(&[Codec::Vp8]);
    assert!(!view.repairs(at(0), within, 7));
    assert!(view.repairs(at(49), within, 7));
    assert!(!view.repairs(at(49), within, 8));
    assert!(!view.repairs(at(50), within, 7));
    assert!(!view.repairs(at(60), Duration::ZERO, 7), "nothing is known");
    for number in 0..1000 {
        view.repairs(at(70), within, number);
    }
    assert_eq!(view.repaired.len(), MAX_REPAIRED);
}

#[test]
fn pictures_begin_with_a_key_frame_and_sound_with_anything() {
    let now = Instant::now();
    let mut view = view(&[Codec::Vp8, Codec::Opus]);
    let first = view.stream.next;
    let early = view.place(&packet(Codec::Vp8, 10, 0, false, now), &vp8(1, 1));
    assert_eq!(early.unwrap_err(), Withheld::NeedsKeyFrame);
    let key = view.place(&packet(Codec::Vp8, 20, 0, true, now), &vp8(2, 2));
    assert_eq!(key.unwrap().sequence, first);
    let late = view.place(&packet(Codec::Vp8, 19, 0, false, now), &vp8(1, 1));
    assert_eq!(late.unwrap_err(), Withheld::Early);
    let gap = view.place(&packet(Codec::Vp8, 23, 0, false, now), &vp8(3, 3));
    assert_eq!(gap.unwrap().sequence, first + 3);
    let filled = view.place(&packet(Codec::Vp8, 21, 0, false, now), &vp8(2, 2));
    assert_eq!(filled.unwrap().sequence, first + 1);
    assert_eq!(view.stream.next, first + 4);
    let sound = view.place(&packet(Codec::Opus, 24, 0, false, now), &[]);
    assert_eq!(sound.unwrap().sequence, first + 4);
}

#[test]
fn a_view_begins_with_nothing_that_came_before_it() {
    let now = Instant::now();
    let stream = Stream::new(&mut Random::new([7; 32]));
    let first = stream.next;
    let mut view = View::new(0, 0, stream, format(&[Codec::Opus]), 100);
    for late in [98, 99] {
        let early = view.place(&packet(Codec::Opus, late, 0, false, now), &[]);
        assert_eq!(early.unwrap_err(), Withheld::Early);
    }
    let begun = view.place(&packet(Codec::Opus, 100, 0, false, now), &[]);
    assert_eq!(begun.unwrap().sequence, first);
}

#[test]
fn another_source_continues_the_stream() {
    let now = Instant::now();
    let mut one = view(&[Codec::Vp8]);
    let place = one
        .place(
            &packet(Codec::Vp8, 100, 5_000, true, now),
            &vp8(0x7fff, 255),
        )
        .unwrap();
    let (picture, base) = rewritten(&place, 0x7fff, 255);
    let later = now + Duration::from_millis(500);
    let format = one.format.clone();
    let mut two = View::new(0, 0, one.stream, format, 0);
    let next = two
        .place(&packet(Codec::Vp8, 9, 77, true, later), &vp8(3, 9))
        .unwrap();
    assert_eq!(next.sequence, place.sequence + 1);
    assert_eq!(next.timestamp, place.timestamp.wrapping_add(45_000));
    assert_eq!(
        rewritten(&next, 3, 9),
        ((picture + 1) & 0x7fff, base.wrapping_add(1))
    );
    assert_eq!(
        rewritten(&next, 4, 10),
        ((picture + 2) & 0x7fff, base.wrapping_add(2))
    );
}

#[test]
fn an_unknown_codec_leaves_no_gap() {
    let now = Instant::now();
    let mut view = view(&[Codec::Vp8]);
    let first = view.stream.next;
    view.place(&packet(Codec::Vp8, 1, 0, true, now), &vp8(1, 1))
        .unwrap();
    let other = view.place(&packet(Codec::H264Main, 2, 3000, true, now), &[]);
    assert_eq!(other.unwrap_err(), Withheld::Codec);
    let waits = view.place(&packet(Codec::Vp8, 3, 6000, false, now), &vp8(2, 2));
    assert_eq!(waits.unwrap_err(), Withheld::NeedsKeyFrame);
    let again = view
        .place(&packet(Codec::Vp8, 4, 9000, true, now), &vp8(3, 3))
        .unwrap();
    assert_eq!(again.sequence, first + 1);
    // The same source keeps its time line.
    let offset = view.stream.timestamp_offset;
    assert_eq!(again.timestamp, 9000_u32.wrapping_add(offset));
}

#[test]
fn what_was_sent_is_found_by_its_number() {
    let now = Instant::now();
    let mut view = view(&[Codec::Vp8]);
    assert!(view.sent(5).is_none());
    for sequence in [100, 101, 103] {
        let packet = packet(Codec::Vp8, sequence, 0, sequence == 100, now);
        view.place(&packet, &vp8(1, 1)).unwrap();
    }
    let first = view.stream.next - 4;
    view.close();
    view.place(&packet(Codec::Vp8, 200, 0, true, now), &vp8(9, 9))
        .unwrap();
    let found = |sequence: u64| view.sent(seq::wire(sequence)).map(|(incoming, _)| incoming);
    let table = [
        (0, Some(100)),
        (2, Some(102)),
        (3, Some(103)),
        (4, Some(200)),
    ];
    for (sent, expected) in table {
        assert_eq!(found(first + sent), expected, "{sent}");
    }
    assert_eq!(found(first + 5), None);
    assert_eq!(found(first.wrapping_sub(1) & 0xffff), None);
}

/// A redundant payload that repeats a block of `earlier` ticks before, then has two new bytes.
fn repeating(earlier: &[u16]) -> Vec<u8> {
    let mut payload = Vec::new();
    for earlier in earlier {
        let [high, low] = (earlier << 2).to_be_bytes();
        payload.extend([0x80 + 111, high, low, 1]);
    }
    payload.push(111);
    payload.extend(earlier.iter().map(|_| b'o'));
    payload.extend(b"nn");
    payload
}

#[test]
fn nothing_is_repeated_that_was_said_before_the_view_began() {
    let now = Instant::now();
    let mut view = view(&[Codec::Opus]);
    if let Some(types) = &mut view.format.payload_types[Codec::Opus as usize] {
        types.red = Some(63);
    }
    // Two earlier blocks in each, and a roll-over of the timestamps between.
    let payload = repeating(&[1920, 960]);
    let begin = 500_u32.wrapping_sub(960);
    let first = view.stream.next;
    for (count, repeats) in [(0, false), (1, false), (2, true), (40, true)] {
        let timestamp = begin.wrapping_add(960 * count as u32);
        let mut packet = packet(Codec::Opus, 100 + count, timestamp, false, now);
        (packet.length, packet.primary) = (payload.len() as u16, 2);
        let place = view.place(&packet, &payload).unwrap();
        let share = place.share(&packet, &payload);
        let expected = if repeats { &payload[..] } else { b"nn" };
        assert_eq!(share, expected, "{count}");
        assert_eq!(place.payload_type() == 63, repeats);
        // The same when it is asked for again.
        let (incoming, sent) = view.sent(seq::wire(first + count)).unwrap();
        assert_eq!(incoming, packet.sequence);
        let again = view.again(&sent, &packet, &payload).unwrap();
        assert_eq!(again.share(&packet, &payload), expected, "{count}");
    }
}
