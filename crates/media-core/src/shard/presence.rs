//! What follows when a client falls silent and comes back.

use std::time::Instant;

use media_transport::Path;

use crate::news::News;
use crate::pipe::presence::QUIET;
use crate::shard::Shard;

impl Shard {
    /// Tell that the client of a pipe is not heard any more, or is again, if that has changed.
    pub(crate) fn tell_presence(&mut self, now: Instant, slot: usize) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let quiet = pipe.opener.is_some() && now >= pipe.presence.heard + QUIET;
        if quiet == pipe.presence.interrupted {
            return;
        }
        pipe.presence.interrupted = quiet;
        let (pipe, generation) = (pipe.name.clone(), pipe.generation);
        self.news.push(if quiet {
            News::Interrupted { pipe, generation }
        } else {
            News::Restored { pipe, generation }
        });
    }

    /// No path leads to the client: what it would be sent is not made, until one does.
    pub(crate) fn fall_silent(&mut self, slot: usize) {
        if let Some(pipe) = self.pipes.get_mut(slot) {
            pipe.presence.silenced = self.forwarding.disconnect(slot);
        }
    }

    /// Send this way from now on.
    pub(crate) fn take_path(&mut self, slot: usize, path: Path) {
        if let Some(egress) = self.forwarding.egress(slot) {
            egress.path = path;
            return;
        }
        let silenced = self.pipes.get_mut(slot);
        if let Some(mut egress) = silenced.and_then(|pipe| pipe.presence.silenced.take()) {
            egress.path = path;
            self.forwarding.connect(slot, egress);
            self.forwarding.awake.push(slot);
            self.want_pictures(slot);
        }
    }
}
