//! Whether a client is still there.

use std::time::{Duration, Instant};

use crate::forwarding::egress::Egress;
use crate::pipe::Pipe;

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
    pub(crate) silenced: Option<Egress>,
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
