//! What one viewer is sent, and is sent again.

use super::*;
use crate::codec::Codec;
use crate::forwarding::header::Header;
use crate::forwarding::stream::Stream;
use crate::forwarding::view::{Format, PayloadTypes};
use crate::random::Random;
use media_srtp::{MasterKey, Opener, Profile, Sealer};
use media_transport::Path;
use media_wire::extension::{Ids, Kind};
use media_wire::rtp;
use std::time::Duration;

const PROFILE: Profile = Profile::AeadAes128Gcm;

fn key() -> MasterKey {
    MasterKey::new(PROFILE, &[1; 16], &[2; 12]).unwrap()
}

fn egress(now: Instant) -> Egress {
    let path = Path::udp(
        "192.0.2.1:5000".parse().unwrap(),
        "192.0.2.2".parse().unwrap(),
    );
    Egress::new(path, Sealer::new(PROFILE, &key()).unwrap(), now)
}

fn view(repair: Repair) -> View {
    let mut ids = Ids::default();
    for (id, kind) in (1..).zip(Kind::ALL) {
        ids.set(kind, id);
    }
    let mut payload_types = [None; Codec::ALL.len()];
    payload_types[Codec::H264Main as usize] = Some(PayloadTypes {
        media: 102,
        rtx: (repair == Repair::Rtx).then_some(103),
        red: None,
    });
    let format = Format {
        header: Header::new(ids, "v", false, repair != Repair::Plain),
        payload_types,
        repair,
    };
    View::new(0, 0, Stream::new(&mut Random::new([3; 32])), format, 0)
}

fn ring(now: Instant, sizes: &[usize]) -> Ring {
    let mut ring = Ring::new(Duration::from_secs(1), 1 << 20);
    for (sequence, size) in (1000..).zip(sizes) {
        let packet = Packet {
            sequence,
            timestamp: 90_000,
            arrived: now,
            length: *size as u16,
            primary: *size as u16,
            codec: Codec::H264Main,
            marker: sequence + 1 == 1000 + sizes.len() as u64,
            key_frame: sequence == 1000,
            audio_level: None,
            orientation: None,
        };
        ring.push(packet, &vec![sequence as u8; *size]);
    }
    ring
}

fn send(view: &mut View, egress: &mut Egress, ring: &Ring, count: u64) -> Outgoing {
    let mut outgoing = Outgoing::default();
    let mut out = Out {
        outgoing: &mut outgoing,
        counters: &mut Counters::default(),
        send_time: [0; 3],
    };
    let burst: Vec<_> = (1000..1000 + count).map(|n| ring.get(n)).collect();
    assert!(!out.burst(view, egress, &burst));
    outgoing
}

/// Decrypt; gives payload type, sequence number and payload without padding.
fn open(datagram: &[u8], index: u64) -> (u8, u16, Vec<u8>) {
    let opener = Opener::new(PROFILE, &key()).unwrap();
    let mut packet = datagram.to_vec();
    let header = rtp::Header::parse(&packet).unwrap();
    let length = opener
        .open_rtp(&mut packet, header.header_len, index)
        .unwrap();
    packet.truncate(length);
    let payload = rtp::payload(&packet, &header).unwrap().to_vec();
    (header.payload_type, header.sequence, payload)
}

#[test]
fn a_frame_is_one_message_of_equal_datagrams() {
    let now = Instant::now();
    let sizes = [1100, 1101, 1100, 1099, 300];
    let (mut view, mut egress) = (view(Repair::Rtx), egress(now));
    let first = view.stream.next;
    let outgoing = send(&mut view, &mut egress, &ring(now, &sizes), 5);
    let [message] = outgoing.messages() else {
        panic!("{:?}", outgoing.messages())
    };
    assert_eq!(message.path, egress.path);
    let mut total = 0;
    for (at, (_, datagram)) in outgoing.datagrams().enumerate() {
        if at < 4 {
            assert_eq!(datagram.len(), usize::from(message.segment));
        }
        total += datagram.len();
        let (payload_type, sequence, payload) = open(datagram, first + at as u64);
        assert_eq!(payload_type, 102);
        assert_eq!(sequence, seq::wire(first + at as u64));
        assert_eq!(payload, vec![(1000 + at) as u8; sizes[at]]);
    }
    assert_eq!(total, outgoing.arena().len());
    assert_eq!((view.counts.packets, view.counts.bytes), (5, 4700));
    assert_eq!(egress.transport_sequence, 5);
}

#[test]
fn a_packet_again_is_a_stream_of_its_own() {
    let now = Instant::now();
    let (mut view, mut egress) = (view(Repair::Rtx), egress(now));
    let ring = ring(now, &[500, 600]);
    let first = view.stream.next;
    send(&mut view, &mut egress, &ring, 2);
    let mut outgoing = Outgoing::default();
    let mut counters = Counters::default();
    let mut out = Out {
        outgoing: &mut outgoing,
        counters: &mut counters,
        send_time: [0; 3],
    };
    let repair = view.stream.rtx_next;
    for number in [first + 1, first + 1, first + 2] {
        out.again(
            now,
            Duration::ZERO,
            &mut view,
            &mut egress,
            &ring,
            seq::wire(number),
        );
    }
    let sent: Vec<_> = outgoing.datagrams().map(|(_, bytes)| bytes).collect();
    assert_eq!(sent.len(), 2);
    for (at, datagram) in sent.iter().enumerate() {
        let (payload_type, _, payload) = open(datagram, repair + at as u64);
        assert_eq!(payload_type, 103);
        let (original, rest) = rtx::split(&payload).unwrap();
        assert_eq!(original, seq::wire(first + 1));
        assert_eq!(rest, [1001_u64 as u8; 600]);
    }
    let unknown = counters
        .iter()
        .find(|(name, _)| *name == "drop_retransmission_unknown");
    assert_eq!(unknown.unwrap().1, 1);
    assert_eq!(view.counts.retransmitted_packets, 2);
    assert_eq!(view.counts.packets, 2);
}

#[test]
fn a_packet_that_may_be_under_way_is_not_sent_again() {
    let begin = Instant::now();
    let (mut view, mut egress) = (view(Repair::Rtx), egress(begin));
    let ring = ring(begin, &[500]);
    let number = seq::wire(view.stream.next);
    send(&mut view, &mut egress, &ring, 1);
    let within = Duration::from_millis(50);
    // It came, and was sent, at the beginning; then it is sent again every 50 ms.
    for (ms, sends) in [(49, false), (50, true), (99, false), (100, true)] {
        let now = begin + Duration::from_millis(ms);
        let mut outgoing = Outgoing::default();
        let mut out = Out {
            outgoing: &mut outgoing,
            counters: &mut Counters::default(),
            send_time: [0; 3],
        };
        out.again(now, within, &mut view, &mut egress, &ring, number);
        assert_eq!(!outgoing.is_empty(), sends, "{ms}");
    }
}

#[test]
fn an_answer_waits_for_the_answer_before_alone() {
    let begin = Instant::now();
    let (mut view, mut egress) = (view(Repair::Rtx), egress(begin));
    let ring = ring(begin, &[500]);
    let number = seq::wire(view.stream.next);
    send(&mut view, &mut egress, &ring, 1);
    let within = Duration::from_millis(50);
    for (ms, sends) in [(2, true), (51, false), (52, true)] {
        let now = begin + Duration::from_millis(ms);
        let mut out = Out {
            outgoing: &mut Outgoing::default(),
            counters: &mut Counters::default(),
            send_time: [0; 3],
        };
        let answered = out.answer(now, within, &mut view, &mut egress, &ring, number);
        assert_eq!(answered, sends, "{ms}");
    }
}

#[test]
fn copies_leave_half_of_the_allowance_to_answers() {
    let now = Instant::now();
    let (mut view, mut egress) = (view(Repair::Rtx), egress(now));
    let ring = ring(now, &[1000]);
    let number = seq::wire(view.stream.next);
    send(&mut view, &mut egress, &ring, 1);
    let (mut outgoing, mut counters) = (Outgoing::default(), Counters::default());
    let mut out = Out {
        outgoing: &mut outgoing,
        counters: &mut counters,
        send_time: [0; 3],
    };
    for _ in 0..1000 {
        out.copy(now, &mut view, &mut egress, &ring, number);
    }
    let copies = view.counts.retransmitted_packets;
    // Of 125,000 bytes, and a packet is somewhat longer than its payload.
    assert!((55..=62).contains(&copies), "{copies}");
    assert!(out.again(now, Duration::ZERO, &mut view, &mut egress, &ring, number));
    let unknown = number.wrapping_add(1);
    assert!(!out.again(now, Duration::ZERO, &mut view, &mut egress, &ring, unknown));
    assert_eq!(view.counts.retransmitted_packets, copies + 1);
    assert_eq!(outgoing.datagrams().count() as u64, copies + 1);
    let counted = counters
        .iter()
        .find(|(name, _)| *name == "rtp_packets_copied");
    assert_eq!(counted.unwrap().1, copies);
}

/// A nonce must not be used for two different packets.
#[test]
fn without_rtx_a_packet_again_has_the_same_bytes() {
    let now = Instant::now();
    let (mut view, mut egress) = (view(Repair::Plain), egress(now));
    let ring = ring(now, &[500, 520, 300]);
    let first = view.stream.next;
    let sent = send(&mut view, &mut egress, &ring, 3);
    let mut again = Outgoing::default();
    let mut out = Out {
        outgoing: &mut again,
        counters: &mut Counters::default(),
        send_time: [9; 3],
    };
    for number in first..first + 3 {
        out.again(
            now,
            Duration::ZERO,
            &mut view,
            &mut egress,
            &ring,
            seq::wire(number),
        );
    }
    let bytes = |outgoing: &Outgoing| -> Vec<Vec<u8>> {
        outgoing
            .datagrams()
            .map(|(_, bytes)| bytes.to_vec())
            .collect()
    };
    assert_eq!(bytes(&sent), bytes(&again));
}

#[test]
fn what_is_sent_again_is_bounded() {
    let now = Instant::now();
    let (mut view, mut egress) = (view(Repair::Rtx), egress(now));
    let ring = ring(now, &[1000]);
    let first = seq::wire(view.stream.next);
    send(&mut view, &mut egress, &ring, 1);
    let mut ask = |now: Instant, times: usize| {
        let mut outgoing = Outgoing::default();
        let mut out = Out {
            outgoing: &mut outgoing,
            counters: &mut Counters::default(),
            send_time: [0; 3],
        };
        for _ in 0..times {
            out.again(now, Duration::ZERO, &mut view, &mut egress, &ring, first);
        }
        outgoing.arena().len()
    };
    assert!((100_000..=125_000).contains(&ask(now, 1000)));
    assert_eq!(ask(now, 1000), 0);
    let second = ask(now + Duration::from_millis(100), 1000);
    assert!((20_000..=26_000).contains(&second), "{second}");
}
