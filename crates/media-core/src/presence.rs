//! Whether a client is still there: what follows when it falls silent and comes back.

use std::time::{Duration, Instant};

use media_transport::Path;

use crate::egress::Egress;
use crate::news::News;
use crate::pipe::Pipe;
use crate::shard::Shard;

/// A connected client from which nothing authentic comes for this long is told of: browsers check
/// every 2.5 s or so, and send reports besides.
pub(crate) const QUIET: Duration = Duration::from_secs(5);

/// What is known of a client being there.
#[derive(Debug)]
pub(crate) struct Presence {
    /// When something authentic came last: a check, keys, SRTP or SRTCP. Of use once it is connected.
    pub(crate) heard: Instant,
    /// Whether the control plane was told that nothing came for a while.
    pub(crate) interrupted: bool,
    /// The way out, while there is no path to send to.
    silenced: Option<Egress>,
}

impl Presence {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            heard: now,
            interrupted: false,
            silenced: None,
        }
    }
}

impl Pipe {
    /// When the control plane is to be told that the client is not heard, unless it is.
    pub(crate) fn quiet_at(&self) -> Option<Instant> {
        let connected = self.opener.is_some();
        (connected && !self.presence.interrupted).then(|| self.presence.heard + QUIET)
    }
}

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
