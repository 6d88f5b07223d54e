//! A handshake step by step, each to be taken wherever there is time for it.
//!
//! A step of a handshake takes some 100 µs, in which a thread that forwards media would send 50 packets. So the transport
//! only collects what the client sends, and hands out its DTLS server with it as a [`Step`]. While that is away no other
//! begins; what came of it, the [`Outcome`], brings the server back. Once there are keys the server stays at home.

use std::fmt;
use std::time::Instant;

use crate::Reason;
use crate::dtls::{Progress, Server};

/// Bytes of DTLS that a handshake may take, repetitions included. With large keys and certificates it takes about 4,000.
pub const MAX_HANDSHAKE: usize = 65_536;

/// Datagrams of a handshake that wait for its next step. A flight has fewer; a lost one is repeated.
pub const MAX_ARRIVED: usize = 16;

/// The server's side of DTLS, here or away, and what waits for it.
pub(crate) struct Handshake {
    /// Away while a step is being taken.
    server: Option<Box<Server>>,
    arrived: Vec<Vec<u8>>,
    /// Bytes that came so far.
    received: usize,
}

/// What became of a datagram.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    Kept,
    /// As if it were lost on the way.
    Dropped,
}

impl Handshake {
    pub(crate) fn new(server: Server) -> Self {
        Self {
            server: Some(Box::new(server)),
            arrived: Vec::new(),
            received: 0,
        }
    }

    /// The server, if it is at home.
    pub(crate) fn server(&mut self) -> Option<&mut Server> {
        self.server.as_deref_mut()
    }

    pub(crate) fn is_established(&self) -> bool {
        self.server
            .as_ref()
            .is_some_and(|server| server.is_established())
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.server.as_ref()?.next_timeout()
    }

    /// Keeps a datagram for the next step.
    pub(crate) fn arrive(&mut self, datagram: &[u8]) -> Result<Arrival, Reason> {
        self.received += datagram.len();
        if self.received > MAX_HANDSHAKE {
            return Err(Reason::HandshakeTooLong);
        }
        if self.arrived.len() >= MAX_ARRIVED {
            return Ok(Arrival::Dropped);
        }
        self.arrived.push(datagram.to_vec());
        Ok(Arrival::Kept)
    }

    /// Whether there is a step to take.
    pub(crate) fn has_step(&self) -> bool {
        self.server.is_some() && !self.arrived.is_empty()
    }

    /// The next step, if there is one.
    pub(crate) fn step(&mut self, now: Instant) -> Option<Step> {
        if !self.has_step() {
            return None;
        }
        Some(Step {
            server: self.server.take()?,
            arrived: std::mem::take(&mut self.arrived),
            now,
        })
    }

    /// The server is back. Gives what came while it was away and is no part of the handshake any more.
    pub(crate) fn back(&mut self, server: Box<Server>) -> Vec<Vec<u8>> {
        let server = self.server.insert(server);
        if server.is_established() {
            std::mem::take(&mut self.arrived)
        } else {
            Vec::new()
        }
    }

    /// Nothing more is wanted of it.
    pub(crate) fn end(&mut self) {
        self.arrived = Vec::new();
    }
}

/// A step of a handshake that is to be taken: it depends on nothing but itself, so it may be taken on any thread.
pub struct Step {
    server: Box<Server>,
    arrived: Vec<Vec<u8>>,
    now: Instant,
}

impl Step {
    /// Takes the step. The outcome is for the transport that the step is from.
    #[must_use]
    pub fn take(mut self) -> Outcome {
        let mut progress = Vec::new();
        let taken = self
            .arrived
            .iter()
            .try_for_each(|datagram| self.server.handle(self.now, datagram, &mut progress));
        Outcome {
            server: self.server,
            progress,
            taken,
        }
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("datagrams", &self.arrived.len())
            .finish_non_exhaustive()
    }
}

/// What came of a step.
pub struct Outcome {
    pub(crate) server: Box<Server>,
    pub(crate) progress: Vec<Progress>,
    pub(crate) taken: Result<(), Reason>,
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}
