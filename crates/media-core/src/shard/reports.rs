//! What a pipe is told by RTCP: reports, requests for packets and key frames, arrivals.

use std::time::Instant;

use media_wire::ntp::NtpTime;
use media_wire::rtcp::{
    ReportBlock, write_cname, write_nack, write_picture_loss, write_receiver_report,
    write_sender_report,
};
use media_wire::seq;

use crate::codec::Kind;
use crate::counters::Counter;
use crate::forwarding::Forwarding;
use crate::forwarding::view::{View, ticks};
use crate::pipe::{Pipe, REPORT};

/// A datagram with reports is closed when it is longer than this.
const FULL: usize = 1_000;

/// RTCP to one pipe.
pub(crate) struct Reports<'a> {
    pub(crate) now: Instant,
    /// Slot number of the pipe.
    pub(crate) slot: usize,
    pub(crate) pipe: &'a mut Pipe,
    pub(crate) forwarding: &'a mut Forwarding,
    /// The canonical name of all the engine's streams: they share a clock (RFC 3550 section 6.5.1).
    pub(crate) cname: &'a str,
}

impl Reports<'_> {
    /// Send everything that is due.
    pub(crate) fn due(&mut self) {
        if !self.forwarding.has_way_out(self.slot) {
            return;
        }
        // Who sends nothing is asked for nothing.
        if !self.pipe.bindings.is_empty() {
            self.missing();
            self.arrivals();
            for section in 0..self.pipe.sections.len() {
                self.key_frame(section);
            }
        }
        if self.pipe.report_due.is_some_and(|due| due <= self.now) {
            let told = self.reports();
            self.pipe.report_due = told.then(|| self.now + REPORT);
        }
    }

    /// Ask for a key frame of what the client sends in a section, if it is wanted and time.
    pub(crate) fn key_frame(&mut self, section: usize) {
        if !self.forwarding.has_way_out(self.slot) {
            return;
        }
        let Some(media) = self.pipe.media_ssrc(section) else {
            return;
        };
        let incoming = self.pipe.sections.get_mut(section);
        let Some(incoming) = incoming.and_then(|section| section.incoming.as_mut()) else {
            return;
        };
        let Some(track) = self.forwarding.tracks.get_mut(incoming.track) else {
            return;
        };
        if !track.key_frames.ask(self.now) {
            return;
        }
        incoming.plis += 1;
        self.forwarding.counters.count(Counter::KeyFramesAsked);
        let ssrc = self.pipe.ssrc;
        self.feedback(|packet| write_picture_loss(packet, ssrc, media));
    }

    fn missing(&mut self) {
        let retry = self.pipe.retry();
        let mut asked = Vec::new();
        for at in 0..self.pipe.sections.len() {
            let Some(media) = self.pipe.media_ssrc(at) else {
                continue;
            };
            let Some(section) = self.pipe.sections.get(at) else {
                continue;
            };
            let nacks = self.pipe.nacks(section);
            let kind = section.kind;
            let section = self.pipe.sections.get_mut(at);
            let Some(incoming) = section.and_then(|section| section.incoming.as_mut()) else {
                continue;
            };
            asked.clear();
            let reception = &mut incoming.reception;
            if nacks {
                reception.missing.ask(self.now, kind, retry, &mut asked);
            } else {
                reception.missing.wait(self.now);
            }
            if reception.missing.take_lost()
                && kind == Kind::Video
                && let Some(track) = self.forwarding.tracks.get_mut(incoming.track)
            {
                track.key_frames.want();
            }
            if asked.is_empty() {
                continue;
            }
            reception.nacks += asked.len() as u64;
            self.forwarding
                .counters
                .add(Counter::NacksSent, asked.len() as u64);
            let ssrc = self.pipe.ssrc;
            let numbers = asked.iter().map(|sequence| seq::wire(*sequence));
            self.feedback(|packet| write_nack(packet, ssrc, media, numbers));
        }
    }

    fn arrivals(&mut self) {
        let ssrc = self.pipe.ssrc;
        let media = self.pipe.bindings.first().map_or(0, |binding| binding.ssrc);
        let mut packets = Vec::new();
        self.pipe.feedback.write(self.now, ssrc, media, |packet| {
            packets.push(std::mem::take(packet));
        });
        for packet in packets {
            self.feedback(|into| into.extend_from_slice(&packet));
        }
    }

    /// Send a packet of feedback, in a compound if the client does not take it alone (RFC 5506).
    fn feedback(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut packet = Vec::with_capacity(128);
        if !self.pipe.agreement.reduced_size {
            write_receiver_report(&mut packet, self.pipe.ssrc, &[]);
            self.describe(&mut packet, self.pipe.ssrc);
        }
        write(&mut packet);
        self.send(&packet);
    }

    fn describe(&self, packet: &mut Vec<u8>, ssrc: u32) {
        // The name is shorter than 255 bytes.
        let _ = write_cname(packet, ssrc, self.cname);
    }

    /// Sender reports of what the client receives, receiver reports of what it sends, as far as there
    /// is news of it. Tells whether there was.
    fn reports(&mut self) -> bool {
        let blocks = self.blocks();
        let mut blocks = blocks.as_slice();
        let mut told = !blocks.is_empty();
        let mut packet = Vec::with_capacity(FULL + 256);
        let wall = self.forwarding.clock.wall(self.now);
        for at in 0..self.pipe.sections.len() {
            let slot = self
                .pipe
                .sections
                .get(at)
                .and_then(|section| section.slot.as_ref());
            let Some((key, view)) = slot.and_then(|slot| Some((slot.track?, slot.view?))) else {
                continue;
            };
            let Some(track) = self.forwarding.tracks.get_mut(key) else {
                continue;
            };
            let captured = track.captured;
            let Some(view) = track.views.get_mut(view) else {
                continue;
            };
            if !view.stream.has_news() {
                continue;
            }
            told = true;
            let Some(timestamp) = captured.and_then(|captured| timestamp(view, captured, wall))
            else {
                continue;
            };
            let info = view.stream.sender_info(self.now, wall, timestamp);
            let ssrc = view.stream.ssrc;
            write_sender_report(&mut packet, ssrc, &info, blocks);
            blocks = &[];
            self.describe(&mut packet, ssrc);
            if packet.len() > FULL {
                self.send(&packet);
                packet.clear();
            }
        }
        if !blocks.is_empty() {
            write_receiver_report(&mut packet, self.pipe.ssrc, blocks);
            self.describe(&mut packet, self.pipe.ssrc);
        }
        if !packet.is_empty() {
            self.send(&packet);
        }
        told
    }

    fn blocks(&mut self) -> Vec<ReportBlock> {
        let Pipe {
            bindings, sections, ..
        } = &mut *self.pipe;
        bindings
            .iter()
            .filter(|binding| !binding.repair)
            .filter_map(|binding| {
                let incoming = sections.get_mut(binding.section)?.incoming.as_mut()?;
                incoming.reception.has_news().then_some(())?;
                incoming.reception.report(self.now, binding.ssrc)
            })
            .collect()
    }

    fn send(&mut self, packet: &[u8]) {
        let Some(Some(egress)) = self.forwarding.egress.get_mut(self.slot) else {
            return;
        };
        let overhead = egress.sealer.profile().rtcp_overhead();
        let room = self.forwarding.outgoing.room(packet.len() + overhead);
        let Some(front) = room.get_mut(..packet.len()) else {
            return;
        };
        front.copy_from_slice(packet);
        match egress.sealer.seal_rtcp(room, packet.len()) {
            Ok(sealed) => {
                self.forwarding.outgoing.keep(sealed);
                self.forwarding.outgoing.message(&egress.path, sealed);
                self.forwarding.counters.count(Counter::RtcpSent);
            }
            Err(_) => self.forwarding.counters.count(Counter::DropUnsealed),
        }
    }
}

/// The stream's timestamp at a wall-clock time, carried on from when the sender last told one.
fn timestamp(view: &View, captured: (NtpTime, u32), wall: NtpTime) -> Option<u32> {
    let clock = view.codec?.clock();
    let (then, timestamp) = captured;
    let now = if wall >= then {
        timestamp.wrapping_add(ticks(wall.since(then), clock))
    } else {
        timestamp.wrapping_sub(ticks(then.since(wall), clock))
    };
    view.timestamp(now)
}
