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
    let place = view.again(&sent, packet, payload)?;
    Some((place, (packet, place.share(packet, payload))))
}

/// How many bytes a packet takes on the wire, about.
fn size_of(view: &View, egress: &Egress, stored: Stored<'_>) -> usize {
    view.format.header.len() + egress.overhead + stored.1.len()
}

#[cfg(test)]
mod tests;
