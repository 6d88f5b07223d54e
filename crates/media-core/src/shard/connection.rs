//! What a pipe's transport tells: datagrams to send, keys, the end.

use std::time::Instant;

use media_srtp::{MasterKey, Opener, Profile, Sealer};
use media_transport::{Event, Heard, Reason};

use crate::codec::Kind;
use crate::counters::Counter;
use crate::forwarding::egress::Egress;
use crate::news::{CloseReason, News};
use crate::pipe::REPORT;
use crate::shard::Shard;
use crate::shard::statistics::STATISTICS;

impl Shard {
    /// Do what a pipe's transport asks for.
    pub(crate) fn drain(&mut self, now: Instant, slot: usize) {
        loop {
            let Some(pipe) = self.pipes.get_mut(slot) else {
                return;
            };
            let Some(event) = pipe.transport.poll() else {
                break;
            };
            match event {
                Event::Transmit { path, bytes } => {
                    self.forwarding.outgoing.datagram(&path, &bytes);
                }
                Event::Selected(path) => self.take_path(slot, path),
                Event::Silent => self.fall_silent(slot),
                Event::Established {
                    profile,
                    send,
                    receive,
                } => self.connected(now, slot, profile, &send, &receive),
                Event::Channel(heard) => {
                    // That it is lost, a clock may have told as well.
                    if heard != Heard::Lost {
                        pipe.presence.heard = now;
                    }
                    self.heard(now, slot, heard);
                }
                Event::Failed(reason) => {
                    let told = match reason {
                        Reason::NotConnected => CloseReason::NotConnected,
                        Reason::TimedOut => CloseReason::TimedOut,
                        Reason::Fingerprint
                        | Reason::HandshakeTooLong
                        | Reason::NoProfile
                        | Reason::Dtls => CloseReason::DtlsFailed,
                    };
                    self.forwarding.counters.count(Counter::PipesFailed);
                    self.close(now, slot, told, &sentence(&reason.to_string()));
                }
                Event::RemoteClosed => {
                    let text = "The client closed the connection.";
                    self.close(now, slot, CloseReason::RemoteClosed, text);
                }
            }
        }
        self.queue_step(slot);
        self.rearm(now, slot);
    }

    /// The transport has its keys: media may flow.
    fn connected(
        &mut self,
        now: Instant,
        slot: usize,
        profile: Profile,
        send: &MasterKey,
        receive: &MasterKey,
    ) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let keys = Sealer::new(profile, send).and_then(|sealer| {
            let opener = Opener::new(profile, receive)?;
            Ok((sealer, opener))
        });
        let (Ok((sealer, opener)), Some(path)) = (keys, pipe.transport.selected()) else {
            let text = "The keys of the connection cannot be used.";
            self.close(now, slot, CloseReason::DtlsFailed, text);
            return;
        };
        pipe.opener = Some(opener);
        pipe.presence.heard = now;
        pipe.report_due = Some(now + REPORT);
        pipe.statistics_due = now + STATISTICS;
        self.forwarding
            .connect(slot, Egress::new(path, sealer, now));
        self.news.push(News::Connected {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            remote: path.remote,
            profile: profile.name(),
            over_tcp: path.protocol.is_tcp(),
        });
        self.want_pictures(slot);
    }

    /// The client can be sent to, and has seen nothing for a while: it needs pictures that stand for themselves.
    pub(crate) fn want_pictures(&mut self, slot: usize) {
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        for key in pipe
            .sections
            .iter()
            .filter(|section| section.kind == Kind::Video)
            .filter_map(|section| section.slot.as_ref()?.track)
        {
            if let Some(track) = self.forwarding.tracks.get_mut(key) {
                track.key_frames.want();
                self.forwarding.starved.push(key);
            }
        }
    }
}

/// An error's text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
