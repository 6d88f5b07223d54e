//! Second copies of repairs, for viewers that lose much.
//!
//! At a loss of one in twenty each way, one answer to a NACK in twenty is lost as well, and is asked for again a
//! round trip later: too late for the picture. So it is sent twice, and so is what comes late from the sender.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use media_wire::extension::write_absolute_send_time;

use crate::forwarding::Forwarding;
use crate::forwarding::send::Out;
use crate::forwarding::view::{Repair, View};

/// A copy leaves so much later, since losses come together.
const APART: Duration = Duration::from_millis(8);
/// Copies of a shard that wait; more are not sent.
const MAX_COPIES: usize = 4096;

/// A packet that will be sent again.
#[derive(Debug, Clone, Copy)]
struct Copy {
    at: Instant,
    track: usize,
    view: usize,
    /// Another view may have taken the place.
    ssrc: u32,
    number: u16,
}

/// What will be sent again, the earliest first.
#[derive(Debug, Default)]
pub(crate) struct Copies(VecDeque<Copy>);

impl Copies {
    /// Send this packet of a view again soon, if the view loses much and retransmissions have numbers of their own.
    pub(crate) fn plan(
        &mut self,
        now: Instant,
        track: usize,
        (at, view): (usize, &View),
        number: u16,
    ) {
        let wanted = view.format.repair == Repair::Rtx && view.loss.is_much(view.counts.packets);
        if wanted && self.0.len() < MAX_COPIES {
            self.0.push_back(Copy {
                at: now + APART,
                track,
                view: at,
                ssrc: view.stream.ssrc,
                number,
            });
        }
    }

    /// When the first is due.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.0.front().map(|copy| copy.at)
    }

    fn pop(&mut self, now: Instant) -> Option<Copy> {
        let due = self.due().is_some_and(|at| at <= now);
        due.then(|| self.0.pop_front()).flatten()
    }
}

impl Forwarding {
    /// A packet of a track came late: who loses much gets it twice.
    pub(crate) fn late(&mut self, now: Instant, key: usize, sequence: u64) {
        let views = self.tracks.get(key).map(|track| track.views.iter());
        for (at, view) in views.into_iter().flatten().enumerate() {
            if let Some(number) = view.number(sequence) {
                self.copies.plan(now, key, (at, view), number);
            }
        }
    }

    /// Send the copies that are due.
    pub(crate) fn copy(&mut self, now: Instant) {
        while let Some(copy) = self.copies.pop(now) {
            let Some(track) = self.tracks.get_mut(copy.track) else {
                continue;
            };
            let view = track.views.get_mut(copy.view);
            let Some(view) = view.filter(|view| view.stream.ssrc == copy.ssrc) else {
                continue;
            };
            let Some(Some(egress)) = self.egress.get_mut(view.peer) else {
                continue;
            };
            self.turn = Some(view.peer);
            let mut out = Out {
                outgoing: &mut self.outgoing,
                counters: &mut self.counters,
                send_time: write_absolute_send_time(self.clock.wall(now)),
            };
            out.copy(now, view, egress, &track.ring, copy.number);
        }
        self.turn = None;
    }
}
