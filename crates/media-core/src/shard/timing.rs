//! What is due when, and what follows at the end of each call.

use std::time::Instant;

use crate::forwarding::track::Origin;
use crate::pipe::REPORT;
use crate::relay::Relay;
use crate::shard::Shard;
use crate::shard::reports::Reports;

impl Shard {
    /// Everything of a pipe that is due. Tells whether an offer was.
    pub(crate) fn due(&mut self, now: Instant, slot: usize) -> bool {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return false;
        };
        if pipe.transport.next_timeout().is_some_and(|at| at <= now) {
            pipe.transport.handle_timeout(now);
            self.drain(now, slot);
        }
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return false;
        };
        Reports {
            now,
            slot,
            pipe,
            forwarding: &mut self.forwarding,
            cname: &self.cname,
        }
        .due();
        self.tell_silence(now, slot);
        self.expire_texts(now, slot);
        let offered = self.offer(now, slot);
        self.tell_presence(now, slot);
        self.tell_statistics(now, slot);
        self.rearm(now, slot);
        offered
    }

    /// Set a pipe's alarm to the first thing that will be due.
    pub(crate) fn rearm(&mut self, now: Instant, slot: usize) {
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        let mut first = pipe.transport.next_timeout();
        let mut consider = |due: Option<Instant>| {
            first = match (first, due) {
                (Some(first), Some(due)) => Some(first.min(due)),
                (first, due) => first.or(due),
            };
        };
        consider(pipe.negotiation.due());
        consider(pipe.texts.as_ref().and_then(|texts| texts.sent.due()));
        consider(pipe.quiet_at());
        for incoming in pipe.sections.iter().filter_map(|it| it.incoming.as_ref()) {
            consider(incoming.speech.due());
        }
        if pipe.opener.is_some() {
            consider(Some(pipe.statistics_due));
        }
        // Without a way out nothing of this can be done.
        if self.forwarding.has_way_out(slot) {
            consider(pipe.report_due);
            consider(pipe.feedback.due());
            for (at, section) in pipe.sections.iter().enumerate() {
                let Some(incoming) = &section.incoming else {
                    continue;
                };
                consider(incoming.reception.missing.due());
                // Before its SSRC is known there is nothing to ask for.
                if pipe.media_ssrc(at).is_some() {
                    let track = self.forwarding.tracks.get(incoming.track);
                    consider(track.and_then(|track| track.key_frames.due(now)));
                }
            }
        }
        if let Some(first) = first {
            self.alarms.set(slot, first);
        }
    }

    /// What follows from everything that has happened: texts carried, slots filled, mappings told, key frames asked for.
    pub(crate) fn settle(&mut self, now: Instant) {
        self.carry(now);
        self.fill_slots(now);
        self.tell_mappings();
        self.ask_key_frames(now);
        self.report_again(now);
    }

    /// Reports go on to those who are sent something again.
    fn report_again(&mut self, now: Instant) {
        for slot in self.forwarding.awake.drain(..) {
            let pipe = self.pipes.get_mut(slot);
            if let Some(pipe) = pipe.filter(|pipe| pipe.report_due.is_none()) {
                let due = now + REPORT;
                pipe.report_due = Some(due);
                self.alarms.set(slot, due);
            }
        }
    }

    fn ask_key_frames(&mut self, now: Instant) {
        if self.forwarding.starved.is_empty() {
            return;
        }
        let mut starved = std::mem::take(&mut self.forwarding.starved);
        starved.sort_unstable();
        starved.dedup();
        for key in starved.drain(..) {
            let Some(track) = self.forwarding.tracks.get_mut(key) else {
                continue;
            };
            match track.origin {
                Origin::Remote(shard) => {
                    // The throttle is at the sender's shard.
                    track.key_frames.came();
                    let relay = Relay::AskKeyFrame { track: track.id };
                    self.forwarding.relays.push((shard, relay));
                }
                Origin::Local {
                    pipe: slot,
                    section,
                } => {
                    self.guarded(now, Some(slot), |shard| {
                        let Some(pipe) = shard.pipes.get_mut(slot) else {
                            return;
                        };
                        Reports {
                            now,
                            slot,
                            pipe,
                            forwarding: &mut shard.forwarding,
                            cname: &shard.cname,
                        }
                        .key_frame(section);
                        let track = shard.forwarding.tracks.get(key);
                        let due = track.and_then(|track| track.key_frames.due(now));
                        if let Some(due) = due.filter(|due| *due > now) {
                            shard.alarms.set(slot, due);
                        }
                    });
                }
            }
        }
        self.forwarding.starved = starved;
    }
}
