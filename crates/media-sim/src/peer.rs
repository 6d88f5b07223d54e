//! A WebRTC client that is not ours: str0m, with synthetic speech and pictures.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_core::{Name, Section, Sending, Source};
use media_wire::sdp::Description;
use serde_json::{Value, json};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, ChannelId};
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{ExtensionValues, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use crate::network::Datagram;
use crate::source::Generator;

/// The payload type of redundant sound; the library always takes this one.
pub const RED: u8 = 63;

/// What a peer offers to send and receive.
#[allow(clippy::struct_excessive_bools)] // each codec is offered or not
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codecs {
    /// Opus.
    pub opus: bool,
    /// G.711 µ-law.
    pub pcmu: bool,
    /// G.711 A-law.
    pub pcma: bool,
    /// VP8 with RTX.
    pub vp8: bool,
    /// H.264 with RTX.
    pub h264: bool,
    /// Opus with redundancy (RFC 2198); who has it also asks for lost sound.
    pub red: bool,
}

impl Codecs {
    /// Everything the engine takes.
    pub const ALL: Self = Self {
        opus: true,
        pcmu: true,
        pcma: true,
        vp8: true,
        h264: true,
        red: false,
    };
    /// And redundancy, as browsers of one family have it.
    pub const REDUNDANT: Self = Self {
        red: true,
        ..Self::ALL
    };
}

/// A packet that a peer has received and decrypted.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// When.
    pub at: Instant,
    /// In which section; empty if the peer could not tell.
    pub mid: String,
    /// Synchronization source.
    pub ssrc: u32,
    /// Extended sequence number as the receiver counts it.
    pub sequence: u64,
    /// RTP timestamp.
    pub timestamp: u32,
    /// RTP marker.
    pub marker: bool,
    /// RTP payload type.
    pub payload_type: u8,
    /// The payload.
    pub payload: Arc<[u8]>,
}

/// One client.
#[allow(clippy::struct_excessive_bools)] // facts that do not depend on each other
pub struct Peer {
    /// The pipe that the engine knows it by.
    pub pipe: Name,
    /// Where it is.
    pub address: SocketAddr,
    /// Whether ICE and DTLS are through, seen from here.
    pub connected: bool,
    /// Everything it has received.
    pub arrived: Vec<Arrived>,
    /// When a key frame was asked of it.
    pub key_frames_asked: Vec<Instant>,
    /// What the engine last said of the sections.
    pub sections: Vec<Section>,
    /// What its microphone's packets say of their loudness, in dBov, if anything.
    pub level: Option<i8>,
    codecs: Codecs,
    /// What it said last: the timestamp, and the payload.
    spoken: Option<(u32, Vec<u8>)>,
    /// What the engine has said in the data channel.
    pub told: Vec<Value>,
    /// Whether the data channel is open, seen from here.
    pub channel_open: bool,
    /// Whether it says that it got a text.
    pub receipts: bool,
    /// Whether what comes in DTLS is lost from now on, so that nothing of the data channel is read.
    pub deaf: bool,
    channel: Option<ChannelId>,
    rtc: Rtc,
    sending: HashMap<Source, Mid>,
    /// Payload types in the engine's last offer.
    offered: HashMap<Mid, Vec<Pt>>,
    generators: HashMap<Source, Generator>,
    pending: Option<SdpPendingOffer>,
    timeout: Instant,
    /// When it was last awake.
    awake: Instant,
    out: Vec<Datagram>,
}

impl Peer {
    /// A client with these codecs at this address.
    ///
    /// # Panics
    /// If the address cannot be a host candidate.
    #[must_use]
    pub fn new(pipe: &str, address: SocketAddr, codecs: Codecs, now: Instant) -> Self {
        let mut rtc = RtcConfig::new()
            .clear_codecs()
            .enable_opus(codecs.opus, codecs.red)
            .enable_pcmu(codecs.pcmu, false)
            .enable_pcma(codecs.pcma, false)
            .enable_vp8(codecs.vp8)
            .enable_h264(codecs.h264)
            .set_rtp_mode(true)
            .set_sctp_max_buffered_amount(4 << 20)
            .build(now);
        let candidate = Candidate::host(address, "udp").expect("a usable address");
        rtc.add_local_candidate(candidate);
        Self {
            pipe: Arc::from(pipe),
            address,
            connected: false,
            arrived: Vec::new(),
            key_frames_asked: Vec::new(),
            sections: Vec::new(),
            level: None,
            codecs,
            spoken: None,
            told: Vec::new(),
            channel_open: false,
            receipts: true,
            deaf: false,
            channel: None,
            rtc,
            sending: HashMap::new(),
            offered: HashMap::new(),
            generators: HashMap::new(),
            pending: None,
            timeout: now,
            awake: now,
            out: Vec::new(),
        }
    }

    /// Make the first offer: a section for each source, in this direction, and one for data channels if there is to be one.
    ///
    /// # Panics
    /// If nothing is offered.
    pub fn offer(
        &mut self,
        sources: &[(Source, Direction)],
        channel: bool,
    ) -> (String, Vec<Sending>) {
        let mut changes = self.rtc.sdp_api();
        let mut sending = Vec::new();
        for (source, direction) in sources {
            let kind = match source {
                Source::Microphone => MediaKind::Audio,
                Source::Camera | Source::Screen => MediaKind::Video,
            };
            let mid = changes.add_media(kind, *direction, None, None, None);
            if matches!(direction, Direction::SendRecv | Direction::SendOnly) {
                self.sending.insert(*source, mid);
                sending.push(Sending {
                    mid: mid.to_string(),
                    source: *source,
                });
            }
        }
        if channel {
            let agreed = ChannelConfig {
                label: "ringway".to_owned(),
                negotiated: Some(0),
                ..ChannelConfig::default()
            };
            self.channel = Some(changes.add_channel_with_config(agreed));
        }
        let (offer, pending) = changes.apply().expect("something to offer");
        self.pending = Some(pending);
        (offer.to_sdp_string(), sending)
    }

    /// Take the engine's answer to the first offer.
    ///
    /// # Panics
    /// If the independent implementation does not accept it.
    pub fn take_answer(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer that parses");
        let pending = self.pending.take().expect("an open offer");
        self.rtc
            .sdp_api()
            .accept_answer(pending, answer)
            .expect("an answer that fits");
    }

    /// Answer an offer of the engine, and send what its sections ask for.
    ///
    /// # Panics
    /// If the independent implementation does not accept it.
    pub fn answer(&mut self, offer: &str, sections: &[Section]) -> String {
        let description = Description::parse(offer).expect("an offer that parses");
        for section in &description.sections {
            let types = section.codecs.iter().map(|codec| codec.payload_type.into());
            let mid = section.mid.as_deref().expect("a mid");
            self.offered.insert(Mid::from(mid), types.collect());
        }
        let offer = SdpOffer::from_sdp_string(offer).expect("an offer that parses");
        let answer = self
            .rtc
            .sdp_api()
            .accept_offer(offer)
            .expect("an offer that fits");
        for section in sections {
            if let Some(source) = section.sends {
                self.sending.insert(source, Mid::from(section.mid.as_str()));
            }
        }
        self.sections = sections.to_vec();
        answer.to_sdp_string()
    }

    /// Send a text to these pipes, or to everybody. False if it cannot be sent.
    pub fn text(&mut self, id: &str, text: &str, to: Option<&[&str]>) -> bool {
        let mut message = json!({"t": "text", "id": id, "text": text});
        if let Some(to) = to {
            message["to"] = json!(to);
        }
        self.say(message.to_string())
    }

    /// Say this in the data channel. False if it cannot be said.
    pub fn say(&mut self, message: impl AsRef<[u8]>) -> bool {
        // It has something to send now.
        self.timeout = self.awake;
        let channel = self.channel.and_then(|channel| self.rtc.channel(channel));
        channel
            .is_some_and(|mut channel| matches!(channel.write(false, message.as_ref()), Ok(true)))
    }

    /// What the engine has said of this type in the data channel.
    pub fn told<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.told.iter().filter(move |told| told["t"] == kind)
    }

    /// Be at another address from now on, and tell ICE of it.
    ///
    /// # Panics
    /// If the address cannot be a host candidate.
    pub fn move_to(&mut self, address: SocketAddr) {
        let candidate = Candidate::host(address, "udp").expect("a usable address");
        self.rtc.add_local_candidate(candidate);
        self.address = address;
    }

    /// Begin to send the source from now on.
    pub fn speak(&mut self, source: Source, now: Instant) {
        self.speak_as(source, Generator::new(source, now));
    }

    /// Send of the source what this makes.
    pub fn speak_as(&mut self, source: Source, generator: Generator) {
        self.generators.insert(source, generator);
    }

    /// Send no more of it. Gives what made it, to go on with later.
    pub fn hush(&mut self, source: Source) -> Option<Generator> {
        self.generators.remove(&source)
    }

    /// How many packets of it were sent so far.
    #[must_use]
    pub fn sent(&self, source: Source) -> u64 {
        self.generators.get(&source).map_or(0, Generator::packets)
    }

    /// The section where this pipe's source is received.
    fn receives(&self, from: &str, source: Source) -> Option<&str> {
        let section = self.sections.iter().find(|section| {
            section
                .receives
                .as_ref()
                .is_some_and(|it| &*it.pipe == from && it.source == source)
        })?;
        Some(&section.mid)
    }

    /// Ask for a key frame of this pipe's source, once it is received.
    pub fn ask_key_frame(&mut self, from: &str, source: Source) {
        let Some(mid) = self.receives(from, source).map(Mid::from) else {
            return;
        };
        if let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, None) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
        // It has something to send now.
        self.timeout = self.awake;
    }

    /// What has arrived in the section where this pipe's source is received.
    pub fn heard<'a>(&'a self, from: &'a str, source: Source) -> impl Iterator<Item = &'a Arrived> {
        let mid = self.receives(from, source);
        self.arrived
            .iter()
            .filter(move |packet| Some(packet.mid.as_str()) == mid)
    }

    /// The next moment at which [`Peer::wake`] has something to do.
    #[must_use]
    pub fn next_wake(&self) -> Instant {
        self.generators
            .values()
            .map(Generator::next)
            .fold(self.timeout, Instant::min)
    }

    /// A datagram has come.
    pub fn handle(&mut self, now: Instant, datagram: &Datagram) {
        let dtls = datagram
            .bytes
            .first()
            .is_some_and(|byte| (20..64).contains(byte));
        if self.deaf && dtls {
            return;
        }
        let receive = Receive::new(Protocol::Udp, datagram.from, datagram.to, &datagram.bytes);
        if let Ok(receive) = receive {
            // An error ends this client; the test sees that nothing arrives any more.
            let _ = self.rtc.handle_input(Input::Receive(now, receive));
            // It holds one packet of each stream: the next would push it out.
            self.drain(now);
        }
    }

    /// Time has come to `now`: send what is due; returns what to put on the network.
    pub fn wake(&mut self, now: Instant) -> Vec<Datagram> {
        self.generate(now);
        let _ = self.rtc.handle_input(Input::Timeout(now));
        self.drain(now);
        std::mem::take(&mut self.out)
    }

    /// Take what the client has to say until it has nothing more.
    fn drain(&mut self, now: Instant) {
        self.awake = now;
        while self.rtc.is_alive() {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.timeout = at;
                    return;
                }
                Ok(Output::Transmit(it)) => self.out.push(Datagram {
                    from: it.source,
                    to: it.destination,
                    bytes: it.contents.to_vec(),
                }),
                Ok(Output::Event(event)) => self.note(event, now),
                Err(_) => break,
            }
        }
        self.timeout = now + Duration::from_secs(3600);
    }

    fn generate(&mut self, now: Instant) {
        if !self.connected {
            for generator in self.generators.values_mut() {
                generator.skip_to(now);
            }
            return;
        }
        for (source, generator) in &mut self.generators {
            let Some(mid) = self.sending.get(source) else {
                continue;
            };
            let offered = self.offered.get(mid);
            let Some(payload_type) = payload_type(&self.rtc, *mid, *source, offered) else {
                continue;
            };
            let mut api = self.rtc.direct_api();
            let Some(stream) = api.stream_tx_by_mid(*mid, None) else {
                continue;
            };
            let sound = *source == Source::Microphone;
            while let Some(packet) = generator.due(now) {
                let (payload_type, payload) = if sound && self.codecs.red {
                    let spoken = (packet.timestamp, packet.payload.clone());
                    let before = self.spoken.replace(spoken);
                    let payload = redundant(payload_type, packet.timestamp, before, packet.payload);
                    (Pt::from(RED), payload)
                } else {
                    (payload_type, packet.payload)
                };
                let level = self.level.filter(|_| sound);
                let extensions = ExtensionValues {
                    audio_level: level,
                    voice_activity: level.map(|_| false),
                    ..ExtensionValues::default()
                };
                stream.write_rtp(
                    RtpWrite::new(
                        payload_type,
                        packet.sequence.into(),
                        packet.timestamp,
                        now,
                        payload,
                    )
                    .marker(packet.marker)
                    .nackable(!sound)
                    .ext_vals(extensions),
                );
            }
        }
    }

    fn note(&mut self, event: Event, now: Instant) {
        match event {
            Event::Connected => self.connected = true,
            Event::ChannelOpen(..) => self.channel_open = true,
            Event::ChannelClose(_) => self.channel_open = false,
            Event::ChannelData(message) => {
                let told: Value = serde_json::from_slice(&message.data).expect("JSON");
                if self.receipts && told["t"] == "text" {
                    let got = json!({"t": "got", "from": told["from"], "id": told["id"]});
                    self.say(got.to_string());
                }
                self.told.push(told);
            }
            Event::KeyframeRequest(request) => {
                self.key_frames_asked.push(now);
                for (source, mid) in &self.sending {
                    if *mid == request.mid
                        && let Some(generator) = self.generators.get_mut(source)
                    {
                        generator.key_frame();
                    }
                }
            }
            Event::RtpPacket(packet) => {
                let ssrc = packet.header.ssrc;
                let mid = self
                    .rtc
                    .direct_api()
                    .stream_rx(&ssrc)
                    .map(|stream| {
                        // It does not ask for what has no retransmission of its own, unless told to.
                        if self.codecs.red {
                            stream.suppress_nack(false);
                        }
                        stream.mid().to_string()
                    })
                    .unwrap_or_default();
                self.arrived.push(Arrived {
                    at: now,
                    mid,
                    ssrc: *ssrc,
                    sequence: *packet.seq_no,
                    timestamp: packet.header.timestamp,
                    marker: packet.header.marker,
                    payload_type: *packet.header.payload_type,
                    payload: packet.payload.clone(),
                });
            }
            _ => {}
        }
    }
}

/// What is new, after what was said before (RFC 2198).
fn redundant(
    payload_type: Pt,
    timestamp: u32,
    before: Option<(u32, Vec<u8>)>,
    new: Vec<u8>,
) -> Vec<u8> {
    let mut payload = Vec::new();
    let before = before.map(|(then, old)| (timestamp.wrapping_sub(then), old));
    let before = before.filter(|(earlier, old)| *earlier < 1 << 14 && old.len() < 1 << 10);
    if let Some((earlier, old)) = &before {
        let length = u32::try_from(old.len()).unwrap_or(0);
        let [_, rest @ ..] = (earlier << 10 | length).to_be_bytes();
        payload.push(0x80 | *payload_type);
        payload.extend(rest);
    }
    payload.push(*payload_type);
    payload.extend(before.into_iter().flat_map(|(_, old)| old));
    payload.extend(new);
    payload
}

/// The first payload type that both sides agreed on for this section.
///
/// The library keeps those of the first exchange for ever, so a later offer is heeded here.
fn payload_type(rtc: &Rtc, mid: Mid, source: Source, offered: Option<&Vec<Pt>>) -> Option<Pt> {
    let media = rtc.media(mid)?;
    let audio = source == Source::Microphone;
    let agreed = media.remote_pts();
    agreed.iter().copied().find(|pt| {
        if offered.is_some_and(|offered| !offered.contains(pt)) {
            return false;
        }
        rtc.codec_config()
            .iter()
            .any(|params| params.pt() == *pt && params.spec().codec.is_audio() == audio)
    })
}
