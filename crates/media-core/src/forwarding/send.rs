//! Sends packets of a track to one viewer: numbered, sealed, cut into messages.

use std::time::{Duration, Instant};

use media_wire::rtp::fill_padding;
use media_wire::{rtx, seq};

use crate::counters::{Counter, Counters};
use crate::forwarding::burst::{MAX_BURST, MAX_PADDING, runs};
use crate::forwarding::egress::Egress;
use crate::forwarding::header::Stamp;
use crate::forwarding::ring::Ring;
use crate::forwarding::view::{Place, Repair, View, Withheld};
use crate::outgoing::Outgoing;
use crate::relay::Packet;

/// A stored packet with its payload.
pub(crate) type Stored<'a> = (&'a Packet, &'a [u8]);

/// Where sent packets go and are counted.
pub(crate) struct Out<'a> {
    pub(crate) outgoing: &'a mut Outgoing,
    pub(crate) counters: &'a mut Counters,
    /// The abs-send-time element of now.
    pub(crate) send_time: [u8; 3],
}

/// What one packet becomes on the wire, besides its payload.
struct Wire {
    stamp: Stamp,
    index: u64,
    osn: Option<[u8; rtx::OSN_LEN]>,
    padding: usize,
}

impl Out<'_> {
    /// Send a burst of at most 16 packets. Tells whether the viewer waits for a key frame.
    pub(crate) fn burst(
        &mut self,
        view: &mut View,
        egress: &mut Egress,
        burst: &[Option<Stored<'_>>],
    ) -> bool {
        let mut waits = false;
        let mut places: [Option<(Place, Stored<'_>)>; MAX_BURST] = [None; MAX_BURST];
        let mut sizes = [0; MAX_BURST];
        let mut count = 0;
        let fixed = view.format.header.len() + egress.overhead;
        let slots = places.iter_mut().zip(sizes.iter_mut());
        let mut slots = slots;
        for stored in burst.iter().flatten() {
            match view.place(stored.0, stored.1) {
                Ok(place) => {
                    let share = place.share(stored.0, stored.1);
                    if let Some((slot, size)) = slots.next() {
                        *slot = Some((place, (stored.0, share)));
                        *size = fixed + share.len();
                        count += 1;
                    }
                }
                Err(Withheld::NeedsKeyFrame) => waits = true,
                Err(Withheld::Codec) => self.counters.count(Counter::DropViewCodec),
                Err(Withheld::Early) => {}
            }
        }
        let padding = match view.format.repair {
            Repair::Plain => 0,
            Repair::None | Repair::Rtx => MAX_PADDING,
        };
        for (run, segment) in runs(sizes.get(..count).unwrap_or_default(), padding) {
            let last = run.end - 1;
            for at in run {
                let Some(Some((place, stored))) = places.get(at) else {
                    continue;
                };
                let size = fixed + stored.1.len();
                let padding = if at == last { 0 } else { segment - size };
                let wire = Wire {
                    stamp: self.stamp(view, egress, place, stored.0, padding > 0),
                    index: place.sequence,
                    osn: None,
                    padding,
                };
                if self.packet(view, egress, place, *stored, &wire).is_some() {
                    let octets = stored.1.len();
                    view.stream.count(octets);
                    view.counts.packets += 1;
                    view.counts.bytes += octets as u64;
                }
            }
            self.outgoing.message(&egress.path, segment);
        }
        waits
    }

    /// Send a packet again that the viewer has not got, known by its number on the wire, unless it was
    /// sent, or came, `within` this time: it may be under way. Tells whether it was sent.
    pub(crate) fn again(
        &mut self,
        now: Instant,
        within: Duration,
        view: &mut View,
        egress: &mut Egress,
        ring: &Ring,
        number: u16,
    ) -> bool {
        let age = found(view, ring, number)
            .map(|(_, (packet, _))| now.saturating_duration_since(packet.arrived));
        if age.is_some_and(|age| age < within) {
            self.counters.count(Counter::DropRepeatedNack);
            return false;
        }
        self.answer(now, within, view, egress, ring, number)
    }

    /// The same, unless it was sent _again_ within this time.
    pub(crate) fn answer(
        &mut self,
        now: Instant,
        within: Duration,
        view: &mut View,
        egress: &mut Egress,
        ring: &Ring,
        number: u16,
    ) -> bool {
        let Some((place, stored)) = found(view, ring, number) else {
            self.counters.count(Counter::DropRetransmissionUnknown);
            return false;
        };
        if view.repairs(now, within, number) {
            self.counters.count(Counter::DropRepeatedNack);
            return false;
        }
        if !egress.allows(now, size_of(view, egress, stored)) {
            self.counters.count(Counter::DropRetransmissionLimit);
            return false;
        }
        self.repeat(view, egress, &place, stored)
    }

    /// Send a packet again that was just sent, if there is more room for that than answers to NACKs need.
    pub(crate) fn copy(
        &mut self,
        now: Instant,
        view: &mut View,
        egress: &mut Egress,
        ring: &Ring,
        number: u16,
    ) {
        let Some((place, stored)) = found(view, ring, number) else {
            return;
        };
        if egress.spares(now, size_of(view, egress, stored))
            && self.repeat(view, egress, &place, stored)
        {
            self.counters.count(Counter::RtpCopied);
        }
    }

    /// Send a packet again, the way the viewer takes that. Tells whether it was sent.
    fn repeat(
        &mut self,
        view: &mut View,
        egress: &mut Egress,
        place: &Place,
        stored: Stored<'_>,
    ) -> bool {
        let mut stamp = self.stamp(view, egress, place, stored.0, false);
        let wire = match (view.format.repair, place.payload_types.rtx) {
            (Repair::Rtx, Some(payload_type)) => {
                let index = view.stream.rtx_next;
                view.stream.rtx_next += 1;
                stamp.payload_type = payload_type;
                stamp.sequence = seq::wire(index);
                stamp.ssrc = view.stream.rtx_ssrc;
                Wire {
                    stamp,
                    index,
                    osn: Some(rtx::osn(seq::wire(place.sequence))),
                    padding: 0,
                }
            }
            (Repair::Plain, _) => Wire {
                stamp,
                index: place.sequence,
                osn: None,
                padding: 0,
            },
            _ => return false,
        };
        let Some(length) = self.packet(view, egress, place, stored, &wire) else {
            return false;
        };
        self.outgoing.message(&egress.path, length);
        self.counters.count(Counter::RtpRetransmitted);
        view.counts.retransmitted_packets += 1;
        view.counts.retransmitted_bytes += stored.1.len() as u64;
        true
    }

    fn stamp(
        &self,
        view: &View,
        egress: &mut Egress,
        place: &Place,
        packet: &Packet,
        padded: bool,
    ) -> Stamp {
        let transport_sequence = if view.format.header.counts() {
            egress.number()
        } else {
            0
        };
        Stamp {
            marker: packet.marker,
            payload_type: place.payload_type(),
            sequence: seq::wire(place.sequence),
            timestamp: place.timestamp,
            ssrc: view.stream.ssrc,
            padded,
            transport_sequence,
            send_time: self.send_time,
            audio_level: packet.audio_level,
            orientation: packet.orientation,
        }
    }

    /// Write and seal one packet into the arena. Gives its length.
    fn packet(
        &mut self,
        view: &View,
        egress: &Egress,
        place: &Place,
        stored: Stored<'_>,
        wire: &Wire,
    ) -> Option<usize> {
        let (packet, payload) = stored;
        let header = view.format.header.len();
        let osn = wire.osn.as_ref().map_or(0, |osn| osn.len());
        let start = header + osn;
        let end = start + payload.len();
        let length = end + wire.padding;
        let room = self.outgoing.room(length + egress.overhead);
        view.format.header.write(&wire.stamp, room);
        if let Some(osn) = wire.osn {
            room.get_mut(header..start)?.copy_from_slice(&osn);
        }
        let body = room.get_mut(start..end)?;
        body.copy_from_slice(payload);
        place.rewrite(packet.codec, body);
        if wire.padding > 0 {
            fill_padding(room.get_mut(end..length)?).ok()?;
        }
        let Ok(sealed) = egress.sealer.seal_rtp(room, header, length, wire.index) else {
            self.counters.count(Counter::DropUnsealed);
            return None;
        };
        self.outgoing.keep(sealed);
        self.counters.count(Counter::RtpSent);
        self.counters.add(Counter::RtpBytesSent, sealed as u64);
        Some(sealed)
    }
}

/// A packet that was sent under this number, and where it goes.
fn found<'a>(view: &View, ring: &'a Ring, number: u16) -> Option<(Place, Stored<'a>)> {
    let (incoming, sent) = view.sent(number)?;
    let (packet, payload) = ring.get(incoming)?;
    let place = view.again(&sent, packet)?;
    Some((place, (packet, place.share(packet, payload))))
}

/// How many bytes a packet takes on the wire, about.
fn size_of(view: &View, egress: &Egress, stored: Stored<'_>) -> usize {
    view.format.header.len() + egress.overhead + stored.1.len()
}

#[cfg(test)]
mod tests {
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
        View::new(0, 0, Stream::new(&mut Random::new([3; 32])), format)
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
}
