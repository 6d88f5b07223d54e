//! One client as a value: packets and time in, packets out; sends clips, counts what comes.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig, RtcError};

use crate::clip::{Clip, Kind};
use crate::command::{Done, Refused, Sending, Source};
use crate::seen::Seen;

/// A client that has nothing to do looks at the time after this.
const IDLE: Duration = Duration::from_secs(1);

/// What a source sends, and where.
#[derive(Debug)]
struct Channel {
    mid: Mid,
    clip: Clip,
    muted: bool,
}

/// A datagram to send.
#[derive(Debug)]
pub(crate) struct Datagram {
    pub(crate) to: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

/// One connection to the server.
#[derive(Debug)]
pub(crate) struct Client {
    rtc: Rtc,
    address: SocketAddr,
    pending: Option<SdpPendingOffer>,
    channels: HashMap<Source, Channel>,
    connected: bool,
    seen: BTreeMap<Mid, Seen>,
    timeout: Instant,
    out: Vec<Datagram>,
}

impl Client {
    /// A client at this address that offers Opus and VP8.
    ///
    /// # Errors
    /// `BAD_ADDRESS`, if the address can not be a candidate.
    pub(crate) fn new(address: SocketAddr, now: Instant) -> Result<Self, Refused> {
        let mut rtc = RtcConfig::new()
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .set_rtp_mode(true)
            .build(now);
        let candidate =
            Candidate::host(address, "udp").map_err(|it| Refused::new("BAD_ADDRESS", it))?;
        rtc.add_local_candidate(candidate);
        Ok(Self {
            rtc,
            address,
            pending: None,
            channels: HashMap::new(),
            connected: false,
            seen: BTreeMap::new(),
            timeout: now,
            out: Vec::new(),
        })
    }

    /// Make the first offer, with a section for each clip, or one that only receives.
    ///
    /// # Errors
    /// `NOTHING`, if nothing is sent and nothing received.
    pub(crate) fn offer(
        &mut self,
        clips: Vec<(Source, Clip)>,
        receives: bool,
    ) -> Result<Done, Refused> {
        let direction = if receives {
            Direction::SendRecv
        } else {
            Direction::SendOnly
        };
        let mut changes = self.rtc.sdp_api();
        let mut sending = Vec::new();
        if clips.is_empty() && receives {
            changes.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
        }
        for (source, clip) in clips {
            let kind = match clip.kind() {
                Kind::Sound => MediaKind::Audio,
                Kind::Picture => MediaKind::Video,
            };
            let mid = changes.add_media(kind, direction, None, None, None);
            sending.push(Sending {
                mid: mid.to_string(),
                source,
            });
            let muted = false;
            self.channels.insert(source, Channel { mid, clip, muted });
        }
        let (offer, pending) = changes
            .apply()
            .ok_or_else(|| Refused::new("NOTHING", "neither sends nor receives"))?;
        self.pending = Some(pending);
        let offer = offer.to_sdp_string();
        Ok(Done::Opened { offer, sending })
    }

    /// Take the answer to the first offer.
    ///
    /// # Errors
    /// `NO_OFFER` when none is open, `BAD_SDP` when it can not be taken.
    pub(crate) fn take(&mut self, answer: &str) -> Result<Done, Refused> {
        let pending = self
            .pending
            .take()
            .ok_or_else(|| Refused::new("NO_OFFER", "no offer of this client is open"))?;
        let answer = SdpAnswer::from_sdp_string(answer).map_err(bad_sdp)?;
        self.rtc
            .sdp_api()
            .accept_answer(pending, answer)
            .map_err(bad_sdp)?;
        Ok(Done::Nothing {})
    }

    /// Answer an offer.
    ///
    /// # Errors
    /// `BAD_SDP` when it can not be taken.
    pub(crate) fn answer(&mut self, offer: &str) -> Result<Done, Refused> {
        let offer = SdpOffer::from_sdp_string(offer).map_err(bad_sdp)?;
        let answer = self.rtc.sdp_api().accept_offer(offer).map_err(bad_sdp)?;
        let answer = answer.to_sdp_string();
        Ok(Done::Answered { answer })
    }

    /// # Errors
    /// `NOT_SENT`, if the source never was.
    pub(crate) fn mute(&mut self, source: Source, on: bool) -> Result<Done, Refused> {
        let channel = self
            .channels
            .get_mut(&source)
            .ok_or_else(|| Refused::new("NOT_SENT", format!("{source:?} is not sent")))?;
        channel.muted = on;
        Ok(Done::Nothing {})
    }

    pub(crate) fn mark(&mut self, now: Instant) -> Done {
        for seen in self.seen.values_mut() {
            seen.mark(now);
        }
        Done::Nothing {}
    }

    pub(crate) fn count(&self, now: Instant) -> Done {
        let sections = self.seen.iter();
        Done::Counted {
            connected: self.connected && self.rtc.is_alive(),
            sections: sections.map(|(mid, it)| it.tell(mid, now)).collect(),
        }
    }

    /// When [`Client::wake`] has something to do.
    pub(crate) fn next(&self) -> Instant {
        let clips = self.channels.values().map(|it| it.clip.next());
        clips.fold(self.timeout, Instant::min)
    }

    /// A datagram has come.
    pub(crate) fn handle(&mut self, now: Instant, from: SocketAddr, bytes: &[u8]) {
        if let Ok(it) = Receive::new(Protocol::Udp, from, self.address, bytes) {
            // An error ends this client, which its counters show.
            let _ = self.rtc.handle_input(Input::Receive(now, it));
            // It holds one packet of each stream: the next would push it out.
            self.drain(now);
        }
    }

    /// Time has come to `now`: send what is due.
    pub(crate) fn wake(&mut self, now: Instant) -> Vec<Datagram> {
        self.play(now);
        let _ = self.rtc.handle_input(Input::Timeout(now));
        self.drain(now);
        std::mem::take(&mut self.out)
    }

    fn drain(&mut self, now: Instant) {
        while self.rtc.is_alive() {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.timeout = at;
                    return;
                }
                Ok(Output::Transmit(it)) => self.out.push(Datagram {
                    to: it.destination,
                    bytes: it.contents.to_vec(),
                }),
                Ok(Output::Event(event)) => self.note(event, now),
                Err(_) => break,
            }
        }
        self.timeout = now + IDLE;
    }

    fn note(&mut self, event: Event, now: Instant) {
        match event {
            Event::Connected => self.connected = true,
            Event::RtpPacket(packet) => {
                let ssrc = packet.header.ssrc;
                let mid = self.rtc.direct_api().stream_rx(&ssrc).map(|it| it.mid());
                if let Some(mid) = mid {
                    let seen = self.seen.entry(mid).or_insert_with(|| Seen::new(now));
                    let marker = packet.header.marker;
                    seen.take(now, *packet.seq_no, packet.payload.len(), marker);
                }
            }
            _ => {}
        }
    }

    fn play(&mut self, now: Instant) {
        for channel in self.channels.values_mut() {
            let payload_type = payload_type(&self.rtc, channel.mid, channel.clip.kind());
            let Some(payload_type) = payload_type.filter(|_| self.connected && !channel.muted)
            else {
                channel.clip.skip(now);
                continue;
            };
            let mut api = self.rtc.direct_api();
            let Some(stream) = api.stream_tx_by_mid(channel.mid, None) else {
                channel.clip.skip(now);
                continue;
            };
            loop {
                let made = channel.clip.due(now);
                if made.is_empty() {
                    break;
                }
                for packet in made {
                    stream.write_rtp(
                        RtpWrite::new(
                            payload_type,
                            packet.sequence.into(),
                            packet.timestamp,
                            now,
                            packet.payload,
                        )
                        .marker(packet.marker)
                        .nackable(channel.clip.kind() == Kind::Picture),
                    );
                }
            }
        }
    }
}

/// The first payload type of the kind that both sides agreed on for this section.
fn payload_type(rtc: &Rtc, mid: Mid, kind: Kind) -> Option<Pt> {
    let agreed = rtc.media(mid)?.remote_pts();
    agreed.iter().copied().find(|pt| {
        rtc.codec_config().iter().any(|params| {
            params.pt() == *pt && params.spec().codec.is_audio() == (kind == Kind::Sound)
        })
    })
}

#[allow(clippy::needless_pass_by_value)] // it stands in `map_err`
fn bad_sdp(error: impl Into<RtcError>) -> Refused {
    Refused::new("BAD_SDP", error.into())
}
