//! What a pipe's client sends: RTP to its tracks, RTCP to whom it concerns.

use std::time::Instant;

use media_srtp::{Error, Opener, ReplayWindow};
use media_wire::extension::{Kind as Extension, read_text, read_transport_sequence};
use media_wire::red::Redundant;
use media_wire::rtcp::{self, Packet as Control};
use media_wire::{h264, rtp, rtx, seq, vp8};

use crate::codec::Codec;
use crate::counters::Counter;
use crate::forwarding::Forwarding;
use crate::news::News;
use crate::order::Source;
use crate::pipe::agreement::Carriage;
use crate::pipe::section::Incoming;
use crate::pipe::{Pipe, REPORT};
use crate::reception::Accepted;
use crate::reception::redundancy::{Content, recovered};
use crate::relay::{Packet, Relay};
use crate::shard::alarms::Alarms;

/// Track sequence numbers begin here, so that packets before the first have room below it.
const ORIGIN: u64 = 1 << 16;

/// One datagram's way in.
pub(crate) struct Ingress<'a> {
    pub(crate) now: Instant,
    /// Slot number of the pipe.
    pub(crate) slot: usize,
    pub(crate) pipe: &'a mut Pipe,
    pub(crate) forwarding: &'a mut Forwarding,
    pub(crate) alarms: &'a mut Alarms,
    pub(crate) news: &'a mut Vec<News>,
}

impl Ingress<'_> {
    /// Take an SRTP packet from an address of the client.
    pub(crate) fn rtp(&mut self, datagram: &mut [u8]) {
        if let Err(reason) = self.accept_rtp(datagram) {
            self.forwarding.counters.count(reason);
        }
    }

    fn accept_rtp(&mut self, datagram: &mut [u8]) -> Result<(), Counter> {
        let header = rtp::Header::parse(datagram).map_err(|_| Counter::DropRtpMalformed)?;
        let (at, index, length) = match self.pipe.binding(header.ssrc) {
            Some(at) => self.open(datagram, &header, at)?,
            None => self.open_new(datagram, &header)?,
        };
        self.pipe.presence.heard = self.now;
        if self.pipe.report_due.is_none() {
            let due = self.now + REPORT;
            self.pipe.report_due = Some(due);
            self.alarms.set(self.slot, due);
        }
        let Pipe {
            bindings,
            sections,
            agreement,
            feedback,
            ..
        } = &mut *self.pipe;
        let binding = bindings.get(at).ok_or(Counter::DropRtpUnknownSsrc)?;
        let counters = &mut self.forwarding.counters;
        counters.count(Counter::RtpReceived);
        counters.add(Counter::RtpBytesReceived, datagram.len() as u64);
        let packet = datagram.get(..length).ok_or(Counter::DropRtpMalformed)?;
        let element = |kind| header.element(packet, agreement.extension(kind)?);
        if let Some(number) =
            element(Extension::TransportSequence).and_then(read_transport_sequence)
            && let since_start = self.forwarding.clock.since_start(self.now)
            && let Some(due) = feedback.arrived(self.now, since_start, number)
        {
            self.alarms.set(self.slot, due);
        }
        let payload = rtp::payload(packet, &header).map_err(|_| Counter::DropRtpMalformed)?;
        let at = binding.section;
        let section = sections.get(at).ok_or(Counter::DropRtpUnknownSsrc)?;
        let incoming = section.incoming.as_ref();
        let incoming = incoming.ok_or(Counter::DropRtpUnknownSsrc)?;
        let (codec, carriage) = agreement
            .meaning(header.payload_type)
            .filter(|(codec, carriage)| {
                section.codecs.contains(*codec) && (*carriage == Carriage::Again) == binding.repair
            })
            .ok_or(Counter::DropRtpPayloadType)?;
        let (sequence, content) = match carriage {
            Carriage::Plain => (ORIGIN + index, Content::plain(payload)),
            Carriage::Redundant => {
                let agreed = agreement.codec(codec).ok_or(Counter::DropRtpPayloadType)?;
                let content = Content::redundant(payload, agreed.types.media)?;
                (ORIGIN + index, content)
            }
            Carriage::Again => {
                // A retransmission without payload probes the bandwidth.
                let (number, original) = rtx::split(payload)
                    .filter(|(_, rest)| !rest.is_empty())
                    .ok_or(Counter::RtpProbes)?;
                let newest = incoming.reception.newest().ok_or(Counter::RtpProbes)?;
                (seq::extend(newest, number), Content::plain(original))
            }
        };
        let octet = |kind| element(kind).and_then(|value| value.first().copied());
        let length = |length: usize| u16::try_from(length).map_err(|_| Counter::DropRtpMalformed);
        let stored = Packet {
            sequence,
            timestamp: header.timestamp,
            arrived: self.now,
            length: length(content.payload.len())?,
            primary: length(content.primary)?,
            codec,
            marker: header.marker,
            key_frame: starts_key_frame(codec, content.payload),
            audio_level: octet(Extension::AudioLevel),
            orientation: octet(Extension::VideoOrientation),
        };
        self.take(at, carriage == Carriage::Again, stored, &content)
    }

    /// Take a packet of the track in a section, and what it brings back.
    fn take(
        &mut self,
        section: usize,
        repair: bool,
        packet: Packet,
        content: &Content<'_>,
    ) -> Result<(), Counter> {
        let is_heard = self.pipe.is_heard();
        let section = self.pipe.sections.get_mut(section);
        let incoming = section.and_then(|section| section.incoming.as_mut());
        let incoming = incoming.ok_or(Counter::DropRtpUnknownSsrc)?;
        let before = incoming.reception.newest();
        match incoming.reception.accept(self.now, packet.sequence, repair) {
            Accepted::Useless if repair => return Err(Counter::RtpProbes),
            Accepted::Useless => return Err(Counter::DropRtpUseless),
            Accepted::Newest { gap } => {
                if gap
                    && let Some(redundant) = &content.redundant
                    && let Some(before) = before
                {
                    recover(incoming, self.forwarding, before, &packet, redundant);
                }
                if gap && let Some(due) = incoming.reception.missing.due() {
                    self.alarms.set(self.slot, due);
                }
                if let Some(level) = packet.audio_level
                    && is_heard
                    && incoming.source == Source::Microphone
                    && incoming.speech.heard(self.now, level)
                {
                    if let Some(due) = incoming.speech.due() {
                        self.alarms.set(self.slot, due);
                    }
                    self.news.push(News::Talking {
                        pipe: self.pipe.name.clone(),
                        generation: self.pipe.generation,
                        talking: true,
                    });
                }
            }
            Accepted::Older => {}
        }
        incoming.reception.bytes += u64::from(packet.length);
        if !repair {
            let since_start = self.forwarding.clock.since_start(self.now);
            let clock = packet.codec.clock();
            incoming
                .reception
                .timing(since_start, packet.timestamp, clock);
        }
        let track = incoming.track;
        self.forwarding
            .packet(self.now, track, packet, content.payload);
        Ok(())
    }

    /// Open a packet of an SSRC that is bound. Gives its binding, its index and its length.
    fn open(
        &mut self,
        datagram: &mut [u8],
        header: &rtp::Header,
        at: usize,
    ) -> Result<(usize, u64, usize), Counter> {
        let opener = self.pipe.opener.as_ref().ok_or(Counter::DropBeforeKeys)?;
        let binding = self.pipe.bindings.get_mut(at);
        let binding = binding.ok_or(Counter::DropRtpUnknownSsrc)?;
        let (index, length) = open(opener, &mut binding.window, datagram, header)?;
        binding.heard = true;
        Ok((at, index, length))
    }

    /// Open a packet of an unknown SSRC whose MID tells its section (RFC 9143 section 9.2), and bind
    /// the SSRC to it if the packet is authentic.
    fn open_new(
        &mut self,
        datagram: &mut [u8],
        header: &rtp::Header,
    ) -> Result<(usize, u64, usize), Counter> {
        let opener = self.pipe.opener.as_ref().ok_or(Counter::DropBeforeKeys)?;
        let (section, repair) = self
            .place(datagram, header)
            .ok_or(Counter::DropRtpUnknownSsrc)?;
        let mut window = ReplayWindow::new();
        let (index, length) = open(opener, &mut window, datagram, header)?;
        let at = self
            .pipe
            .bind(header.ssrc, section, repair)
            .ok_or(Counter::DropRtpUnknownSsrc)?;
        if let Some(binding) = self.pipe.bindings.get_mut(at) {
            binding.window = window;
            binding.heard = true;
        }
        Ok((at, index, length))
    }

    /// The section that a packet names, and whether it is a retransmission.
    fn place(&self, datagram: &[u8], header: &rtp::Header) -> Option<(usize, bool)> {
        let id = self.pipe.agreement.extension(Extension::Mid)?;
        let mid = read_text(header.element(datagram, id)?)?;
        let section = self.pipe.sections.iter().position(|section| {
            section.mid == mid && section.stage.has_media() && section.incoming.is_some()
        })?;
        let (_, carriage) = self.pipe.agreement.meaning(header.payload_type)?;
        Some((section, carriage == Carriage::Again))
    }

    /// Take an SRTCP packet from an address of the client.
    pub(crate) fn rtcp(&mut self, datagram: &mut [u8]) {
        let Some(opener) = self.pipe.opener.as_mut() else {
            self.forwarding.counters.count(Counter::DropBeforeKeys);
            return;
        };
        let Ok(length) = opener.open_rtcp(datagram) else {
            self.forwarding.counters.count(Counter::DropRtcpUnauthentic);
            return;
        };
        self.pipe.presence.heard = self.now;
        let packet = datagram.get(..length).unwrap_or_default();
        self.forwarding.counters.count(Counter::RtcpReceived);
        for packet in rtcp::packets(packet) {
            match packet {
                Ok(packet) => self.control(&packet),
                Err(_) => self.forwarding.counters.count(Counter::DropRtcpMalformed),
            }
        }
    }

    fn control(&mut self, packet: &Control<'_>) {
        match packet {
            Control::SenderReport(report) => {
                self.sender_report(report);
                report.blocks().for_each(|block| self.reported(&block));
            }
            Control::ReceiverReport(report) => {
                report.blocks().for_each(|block| self.reported(&block));
            }
            Control::Nack(nack) => {
                if let Some((track, view)) = self.view(nack.media) {
                    let within = self.pipe.repair_takes();
                    self.forwarding
                        .nack(self.now, track, view, within, nack.lost());
                }
            }
            Control::PictureLoss(loss) => self.picture_lost(loss.media),
            Control::FullIntra(request) => {
                for entry in request.entries() {
                    self.picture_lost(entry.ssrc);
                }
            }
            Control::Description(_)
            | Control::Goodbye(_)
            | Control::Arrivals(_)
            | Control::Bitrate(_)
            | Control::Other { .. } => {}
        }
    }

    /// The track and the view behind one of our SSRCs.
    fn view(&self, ssrc: u32) -> Option<(usize, usize)> {
        let section = self.pipe.sections.get(self.pipe.slot(ssrc)?)?;
        let slot = section.slot.as_ref()?;
        Some((slot.track?, slot.view?))
    }

    fn picture_lost(&mut self, ssrc: u32) {
        let Some((key, view)) = self.view(ssrc) else {
            return;
        };
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        if let Some(view) = track.views.get_mut(view) {
            view.counts.plis += 1;
        }
        track.key_frames.want();
        self.forwarding.starved.push(key);
    }

    fn reported(&mut self, block: &rtcp::ReportBlock) {
        let Some((track, view)) = self.view(block.ssrc) else {
            return;
        };
        let view = self
            .forwarding
            .tracks
            .get_mut(track)
            .and_then(|track| track.views.get_mut(view));
        if let Some(view) = view
            && let Some(round_trip) = view.stream.reported(self.now, block)
        {
            self.pipe.measured(round_trip);
        }
    }

    /// The client tells which wall-clock time a timestamp of its track has.
    ///
    /// One offset per client turns its clock into the engine's, so that sound and picture of one
    /// client keep their relation, however unevenly their reports travel.
    fn sender_report(&mut self, report: &rtcp::SenderReport<'_>) {
        let binding = self
            .pipe
            .bindings
            .iter()
            .find(|binding| binding.ssrc == report.ssrc && !binding.repair);
        let Some(binding) = binding else {
            return;
        };
        let ours = self.forwarding.clock.wall(self.now);
        let passed = ours.0.wrapping_sub(report.info.ntp.0);
        // The report that travelled fastest tells best.
        let offset = match self.pipe.clock_offset {
            Some(offset) if passed.wrapping_sub(offset).cast_signed() >= 0 => offset,
            _ => passed,
        };
        self.pipe.clock_offset = Some(offset);
        let section = self.pipe.sections.get_mut(binding.section);
        let Some(incoming) = section.and_then(|section| section.incoming.as_mut()) else {
            return;
        };
        incoming.reception.sender_report(self.now, report.info.ntp);
        let wall = media_wire::ntp::NtpTime(report.info.ntp.0.wrapping_add(offset));
        let Some(track) = self.forwarding.tracks.get_mut(incoming.track) else {
            return;
        };
        track.captured = Some((wall, report.info.timestamp));
        for (shard, _) in &track.shards {
            let clock = Relay::Clock {
                track: track.id,
                wall,
                timestamp: report.info.timestamp,
            };
            self.forwarding.relays.push((*shard, clock));
        }
    }
}

/// Authenticate and decrypt in place. Gives the packet's index and its length.
fn open(
    opener: &Opener,
    window: &mut ReplayWindow,
    datagram: &mut [u8],
    header: &rtp::Header,
) -> Result<(u64, usize), Counter> {
    let index = window.estimate(header.sequence);
    window.check(index).map_err(|_| Counter::DropRtpReplayed)?;
    let length = opener
        .open_rtp(datagram, header.header_len, index)
        .map_err(|error| match error {
            Error::Malformed => Counter::DropRtpMalformed,
            _ => Counter::DropRtpUnauthentic,
        })?;
    window.commit(index);
    Ok((index, length))
}

/// Take what a redundant packet repeats of what is missing before it, and send it on first.
fn recover(
    incoming: &mut Incoming,
    forwarding: &mut Forwarding,
    before: u64,
    newest: &Packet,
    redundant: &Redundant<'_>,
) {
    let track = forwarding.tracks.get(incoming.track);
    let Some((stored, _)) = track.and_then(|track| track.ring.get(before)) else {
        return;
    };
    let before = (before, stored.timestamp);
    let position = (newest.sequence, newest.timestamp);
    for ((sequence, timestamp), payload) in recovered(before, position, redundant) {
        let Ok(length) = u16::try_from(payload.len()) else {
            continue;
        };
        let now = newest.arrived;
        if incoming.reception.accept(now, sequence, true) != Accepted::Older {
            continue;
        }
        incoming.reception.bytes += u64::from(length);
        forwarding.counters.count(Counter::RtpRecovered);
        let packet = Packet {
            sequence,
            timestamp,
            length,
            primary: length,
            marker: false,
            audio_level: None,
            ..*newest
        };
        forwarding.packet(now, incoming.track, packet, payload);
    }
}

fn starts_key_frame(codec: Codec, payload: &[u8]) -> bool {
    match codec {
        Codec::Vp8 => vp8::Descriptor::parse(payload)
            .is_ok_and(|descriptor| descriptor.starts_key_frame(payload)),
        Codec::Opus | Codec::Pcmu | Codec::Pcma => false,
        Codec::H264ConstrainedBaseline
        | Codec::H264Baseline
        | Codec::H264Main
        | Codec::H264High => h264::starts_key_frame(payload),
    }
}
