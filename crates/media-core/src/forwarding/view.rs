//! One viewer's share of a track: which packets it gets, and under which numbers.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use media_wire::{red, seq, vp8};

use crate::codec::{Codec, Kind};
use crate::forwarding::header::Header;
use crate::forwarding::loss::Loss;
use crate::forwarding::stream::{Last, Stream};
use crate::relay::Packet;

/// How a viewer gets a packet again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repair {
    /// It cannot ask.
    None,
    /// As it was.
    Plain,
    /// In a stream of its own (RFC 4588).
    Rtx,
}

/// Payload types of a codec on one pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PayloadTypes {
    pub(crate) media: u8,
    /// Of retransmissions (RFC 4588).
    pub(crate) rtx: Option<u8>,
    /// Of packets that repeat what was sent before (RFC 2198).
    pub(crate) red: Option<u8>,
}

/// What was negotiated for a slot.
#[derive(Debug, Clone)]
pub(crate) struct Format {
    pub(crate) header: Header,
    pub(crate) payload_types: [Option<PayloadTypes>; Codec::ALL.len()],
    pub(crate) repair: Repair,
}

impl Format {
    fn payload_types(&self, codec: Codec) -> Option<PayloadTypes> {
        self.payload_types.get(codec as usize).copied().flatten()
    }
}

/// From the numbers of a track to those of a stream, from one packet on.
#[derive(Debug, Clone, Copy)]
struct Shift {
    /// The first packet of the track that was let through, and what it became.
    from: u64,
    first: u64,
    timestamp: u32,
    picture: u16,
    base: u8,
    clock: u32,
    /// When that packet was said, by the track's timestamps.
    since: u32,
}

impl Shift {
    fn sequence(&self, incoming: u64) -> Option<u64> {
        Some(incoming.checked_sub(self.from)? + self.first)
    }

    fn incoming(&self, sequence: u64) -> Option<u64> {
        Some(sequence.checked_sub(self.first)? + self.from)
    }

    /// Whether what a redundant packet repeats was let through as well, or would have been.
    fn covers(&self, packet: &Packet, payload: &[u8]) -> bool {
        let passed = packet.timestamp.wrapping_sub(self.since);
        passed >= u32::from(red::EARLIEST)
            || red::Redundant::parse(payload).is_ok_and(|redundant| {
                let mut blocks = redundant.earlier();
                blocks.all(|block| u32::from(block.earlier) <= passed)
            })
    }

    /// Whether a viewer with these payload types gets what the packet repeats.
    fn repeats(&self, types: PayloadTypes, packet: &Packet, payload: &[u8]) -> bool {
        packet.is_redundant() && types.red.is_some() && self.covers(packet, payload)
    }
}

/// Where a packet goes in the stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) sequence: u64,
    pub(crate) timestamp: u32,
    pub(crate) payload_types: PayloadTypes,
    /// Whether the viewer gets what the packet repeats as well.
    redundant: bool,
    picture: u16,
    base: u8,
}

impl Place {
    /// The part of a packet's payload that is for the viewer.
    pub(crate) fn share<'a>(&self, packet: &Packet, payload: &'a [u8]) -> &'a [u8] {
        let primary = payload.len().saturating_sub(usize::from(packet.primary));
        let start = if self.redundant { 0 } else { primary };
        payload.get(start..).unwrap_or_default()
    }

    /// What the viewer's share is sent as.
    pub(crate) fn payload_type(&self) -> u8 {
        let red = self.payload_types.red.filter(|_| self.redundant);
        red.unwrap_or(self.payload_types.media)
    }

    /// Put the viewer's payload types into a redundant payload, the stream's picture numbers into a
    /// VP8 payload.
    pub(crate) fn rewrite(&self, codec: Codec, payload: &mut [u8]) {
        if self.redundant {
            red::retype(payload, self.payload_types.media);
        }
        if codec == Codec::Vp8
            && let Ok(descriptor) = vp8::Descriptor::parse(payload)
        {
            let picture = descriptor
                .picture_id
                .map_or(0, |id| id.value.wrapping_add(self.picture) & 0x7fff);
            let base = descriptor
                .base_layer_index
                .map_or(0, |index| index.value.wrapping_add(self.base));
            // It was parsed from this very payload, so it fits.
            let _ = descriptor.rewrite(payload, picture, base);
        }
    }
}

/// Why a packet is not for this viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Withheld {
    /// A decoder cannot begin with it.
    NeedsKeyFrame,
    /// The viewer has not negotiated its codec.
    Codec,
    /// It belongs before the first packet that was let through.
    Early,
}

/// What a viewer was sent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) retransmitted_packets: u64,
    pub(crate) retransmitted_bytes: u64,
    pub(crate) nacks: u64,
    pub(crate) plis: u64,
}

/// Packets sent again that are remembered.
const MAX_REPAIRED: usize = 256;

/// A viewer's row.
#[derive(Debug)]
pub(crate) struct View {
    /// Slot number of the viewer's pipe.
    pub(crate) peer: usize,
    /// Which of its sections.
    pub(crate) section: usize,
    pub(crate) stream: Stream,
    pub(crate) format: Format,
    pub(crate) counts: Counts,
    pub(crate) loss: Loss,
    pub(crate) codec: Option<Codec>,
    /// The stream's cumulative loss before this view.
    pub(crate) lost_before: i32,
    /// The first packet of the track that it may begin with: what came before the view is not for the viewer.
    from: u64,
    shift: Option<Shift>,
    /// What was in force before, for packets that are asked for again, and until which number.
    past: Option<(Shift, u64)>,
    /// Whether the stream's last timestamp is of this track.
    begun: bool,
    /// Nothing before this number is sent again.
    oldest: u64,
    /// What was sent again, by its number, and when; the oldest first.
    repaired: VecDeque<(u16, Instant)>,
}

impl View {
    pub(crate) fn new(
        peer: usize,
        section: usize,
        stream: Stream,
        format: Format,
        from: u64,
    ) -> Self {
        Self {
            peer,
            section,
            lost_before: stream.lost,
            stream,
            format,
            counts: Counts::default(),
            loss: Loss::default(),
            codec: None,
            from,
            shift: None,
            past: None,
            begun: false,
            oldest: 0,
            repaired: VecDeque::new(),
        }
    }

    /// Whether a packet was sent again within this time: it may be on its way. Else it is noted.
    pub(crate) fn repairs(&mut self, now: Instant, within: Duration, number: u16) -> bool {
        let old = |at: &Instant| now.saturating_duration_since(*at) >= within;
        while self.repaired.front().is_some_and(|(_, at)| old(at)) {
            self.repaired.pop_front();
        }
        if self
            .repaired
            .iter()
            .any(|(repaired, _)| *repaired == number)
        {
            return true;
        }
        if self.repaired.len() == MAX_REPAIRED {
            self.repaired.pop_front();
        }
        self.repaired.push_back((number, now));
        false
    }

    /// The next packet must be one that a decoder can begin with.
    pub(crate) fn close(&mut self) {
        if let Some(shift) = self.shift.take() {
            self.past = Some((shift, self.stream.next));
        }
    }

    /// Another negotiation changed what the viewer understands.
    pub(crate) fn renegotiated(&mut self, format: Format) {
        let lost = self
            .codec
            .is_some_and(|codec| format.payload_types(codec) != self.format.payload_types(codec));
        self.format = format;
        if self.format.repair == Repair::Plain {
            // What was sent before might have other bytes now, under the same nonce.
            self.oldest = self.stream.next;
        }
        if lost {
            self.close();
            self.past = None;
        }
    }

    /// Where this packet of the track goes in the stream.
    pub(crate) fn place(&mut self, packet: &Packet, payload: &[u8]) -> Result<Place, Withheld> {
        let Some(payload_types) = self.format.payload_types(packet.codec) else {
            self.close();
            return Err(Withheld::Codec);
        };
        let clock = packet.codec.clock();
        let shift = match self.shift {
            Some(shift) if shift.clock == clock => shift,
            _ => {
                if packet.sequence < self.from {
                    return Err(Withheld::Early);
                }
                if packet.codec.kind() == Kind::Video && !packet.key_frame {
                    return Err(Withheld::NeedsKeyFrame);
                }
                let shift = self.open(packet, payload, clock);
                self.shift = Some(shift);
                shift
            }
        };
        let sequence = shift.sequence(packet.sequence).ok_or(Withheld::Early)?;
        let place = Place {
            sequence,
            timestamp: packet.timestamp.wrapping_add(shift.timestamp),
            payload_types,
            redundant: shift.repeats(payload_types, packet, payload),
            picture: shift.picture,
            base: shift.base,
        };
        if sequence >= self.stream.next {
            self.stream.next = sequence + 1;
            self.codec = Some(packet.codec);
            let (picture, base) = pictures(packet.codec, payload);
            self.stream.last = Some(Last {
                timestamp: place.timestamp,
                at: packet.arrived,
                picture: picture.wrapping_add(shift.picture),
                base: base.wrapping_add(shift.base),
            });
        }
        Ok(place)
    }

    /// Continue the stream with this packet of the track.
    fn open(&mut self, packet: &Packet, payload: &[u8], clock: u32) -> Shift {
        let before = self.shift.or(self.past.map(|(shift, _)| shift));
        self.close();
        let (picture, base) = pictures(packet.codec, payload);
        let mut shift = Shift {
            from: packet.sequence,
            first: self.stream.next,
            timestamp: self.stream.timestamp_offset,
            picture: 0,
            base: 0,
            clock,
            since: packet.timestamp,
        };
        if let Some(last) = self.stream.last {
            shift.picture = last.picture.wrapping_add(1).wrapping_sub(picture);
            shift.base = last.base.wrapping_add(1).wrapping_sub(base);
            shift.timestamp = match before {
                Some(before) if self.begun && before.clock == clock => before.timestamp,
                _ => {
                    let passed = packet.arrived.saturating_duration_since(last.at);
                    last.timestamp
                        .wrapping_add(ticks(passed, clock).max(1))
                        .wrapping_sub(packet.timestamp)
                }
            };
        }
        self.begun = true;
        shift
    }

    /// Which packet of the track was sent under this number, and where it goes in the stream.
    pub(crate) fn sent(&self, number: u16) -> Option<(u64, SentAs)> {
        let newest = self.stream.next.checked_sub(1)?;
        let sequence = seq::extend(newest, number);
        if sequence > newest || sequence < self.oldest {
            return None;
        }
        let now = self.shift.filter(|shift| sequence >= shift.first);
        let past = || {
            self.past
                .filter(|(shift, end)| sequence >= shift.first && sequence < *end)
                .map(|(shift, _)| shift)
        };
        let shift = now.or_else(past)?;
        Some((shift.incoming(sequence)?, SentAs { shift, sequence }))
    }

    /// Under which number a packet of the track is sent, if it is.
    pub(crate) fn number(&self, incoming: u64) -> Option<u16> {
        self.shift?.sequence(incoming).map(seq::wire)
    }

    /// Where a packet that was sent goes, to be sent again.
    pub(crate) fn again(&self, sent: &SentAs, packet: &Packet, payload: &[u8]) -> Option<Place> {
        let payload_types = self.format.payload_types(packet.codec)?;
        Some(Place {
            sequence: sent.sequence,
            timestamp: packet.timestamp.wrapping_add(sent.shift.timestamp),
            payload_types,
            redundant: sent.shift.repeats(payload_types, packet, payload),
            picture: sent.shift.picture,
            base: sent.shift.base,
        })
    }

    /// The stream's timestamp for a timestamp of the track.
    pub(crate) fn timestamp(&self, of_track: u32) -> Option<u32> {
        Some(of_track.wrapping_add(self.shift?.timestamp))
    }
}

/// How a packet was numbered when it was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SentAs {
    shift: Shift,
    sequence: u64,
}

/// Picture id and base layer index of a VP8 payload, 0 where there is none.
fn pictures(codec: Codec, payload: &[u8]) -> (u16, u8) {
    if codec != Codec::Vp8 {
        return (0, 0);
    }
    vp8::Descriptor::parse(payload).map_or((0, 0), |descriptor| {
        (
            descriptor.picture_id.map_or(0, |id| id.value),
            descriptor.base_layer_index.map_or(0, |index| index.value),
        )
    })
}

/// A duration in units of a clock rate; timestamps wrap.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn ticks(duration: std::time::Duration, clock: u32) -> u32 {
    (duration.as_micros() * u128::from(clock) / 1_000_000) as u32
}

#[cfg(test)]
mod tests;
