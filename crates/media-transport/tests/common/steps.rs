//! Steps of a handshake, taken at once.

use std::time::Instant;

use media_transport::Transport;

/// Takes all steps that there are.
pub(crate) fn take_steps(transport: &mut Transport, now: Instant) {
    while let Some(step) = transport.step(now) {
        transport.stepped(now, step.take());
    }
}
