//! The TCP connections of one shard: who may have one, and when it is over.
//!
//! A client whose datagrams are dropped connects by itself, as each description names TCP
//! beside UDP.  Whoever connects has to begin with a connectivity check, and has to be
//! answered by the machine soon, which only happens to those who know a pipe's password.

use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant};

use media_core::{Message, Path, Protocol};

use crate::backlog::Sent;
use crate::crowd::{Crowd, Refused};
use crate::event::{Epoll, Interest, Ready};
use crate::listener::MediaListener;
use crate::stream::{Over, ROOM, Stream};

/// From the connection to the first check that is authentic.
pub(crate) const PROVEN_WITHIN: Duration = Duration::from_secs(10);

/// Without a whole frame from the client; browsers check at least every 5 s.
pub(crate) const SILENCE: Duration = Duration::from_secs(30);

/// Bytes that wait for all connections of a shard.
pub(crate) const BACKLOGS: usize = 64 << 20;

/// Between two looks for connections whose time is over.
const SWEEP: Duration = Duration::from_secs(1);

/// Connections taken before other work is looked at again.
const BATCH: usize = 64;

/// The token of the listener; smaller ones are other things' of the shard, larger ones are connections' numbers.
pub(crate) const LISTENER: u64 = 2;

/// What happened to connections and frames.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counted {
    pub(crate) accepted: u64,
    /// Turned away as the shard was full.
    pub(crate) full: u64,
    /// Turned away as their address had enough.
    pub(crate) greedy: u64,
    /// Times that the kernel had no descriptor or memory for one.
    pub(crate) starved: u64,
    /// Closed by the client or the network.
    pub(crate) lost: u64,
    /// Closed as they did not begin with a check, or had too long a frame.
    pub(crate) malformed: u64,
    /// Closed as no authentic check came in time.
    pub(crate) unproven: u64,
    /// Closed as nothing came any more.
    pub(crate) silent: u64,
    /// Closed as the machine had no use for them.
    pub(crate) useless: u64,
    pub(crate) frames: u64,
    pub(crate) bytes: u64,
    pub(crate) sent: Sent,
    /// Messages for connections that were gone.
    pub(crate) gone: u64,
}

/// The connections of one shard.
pub(crate) struct Connections<'a> {
    listener: &'a MediaListener,
    epoll: &'a Epoll,
    streams: HashMap<u64, Stream>,
    crowd: Crowd,
    /// The number of the newest.
    last: u64,
    room: Box<[u8]>,
    /// Bytes that wait for all of them.
    waiting: usize,
    /// Whether the listener rests, as the kernel had nothing left.
    resting: bool,
    sweep_due: Option<Instant>,
    counted: Counted,
}

impl<'a> Connections<'a> {
    /// None yet; from now on `epoll` tells of new ones.
    ///
    /// # Errors
    /// The kernel's.
    pub(crate) fn new(listener: &'a MediaListener, epoll: &'a Epoll) -> io::Result<Self> {
        epoll.add(listener, LISTENER, Interest::Read)?;
        Ok(Self {
            listener,
            epoll,
            streams: HashMap::new(),
            crowd: Crowd::default(),
            last: LISTENER,
            room: vec![0; ROOM].into(),
            waiting: 0,
            resting: false,
            sweep_due: None,
            counted: Counted::default(),
        })
    }

    /// What happened since the beginning.
    pub(crate) fn counted(&self) -> Counted {
        self.counted
    }

    /// When [`Connections::sweep`] is due.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.sweep_due
    }

    /// Takes connections that have come.
    ///
    /// # Errors
    /// The kernel's, when it does not let us wait.
    pub(crate) fn accept(&mut self, now: Instant) -> io::Result<()> {
        for _ in 0..BATCH {
            let accepted = match self.listener.accept() {
                Ok(accepted) => accepted,
                Err(error) => match error.raw_os_error() {
                    Some(libc::EAGAIN) => return Ok(()),
                    Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM) => {
                        self.counted.starved += 1;
                        return self.rest(now);
                    }
                    // Of this one connection: it was gone before we took it.
                    _ => continue,
                },
            };
            match self.crowd.enter(accepted.remote.ip()) {
                Ok(()) => {}
                Err(Refused::Full) => {
                    self.counted.full += 1;
                    continue;
                }
                Err(Refused::Greedy) => {
                    self.counted.greedy += 1;
                    continue;
                }
            }
            self.last += 1;
            let stream = Stream::new(accepted, self.last, now);
            self.epoll.add(&stream, self.last, Interest::Read)?;
            self.streams.insert(self.last, stream);
            self.counted.accepted += 1;
            self.sweep_due.get_or_insert(now + SWEEP);
        }
        Ok(())
    }

    /// Leaves the listener alone until the next sweep: it would be ready all the time.
    fn rest(&mut self, now: Instant) -> io::Result<()> {
        self.resting = true;
        self.sweep_due.get_or_insert(now + SWEEP);
        self.epoll
            .change(self.listener, LISTENER, Interest::Nothing)
    }

    /// Does what a connection is ready for, and shows the datagrams that have come.
    pub(crate) fn ready(
        &mut self,
        now: Instant,
        ready: &Ready,
        visit: impl FnMut(&Path, &mut [u8]),
    ) {
        let number = ready.token;
        // It may have been closed since the kernel told.
        let Some(stream) = self.streams.get_mut(&number) else {
            return;
        };
        let mut result = Ok(());
        if ready.writable {
            let before = stream.backlog.len();
            result = stream.resume();
            self.waiting = self.waiting + stream.backlog.len() - before;
        }
        if ready.readable && result.is_ok() {
            result = stream.read(now, &mut self.room, visit).map(|taken| {
                self.counted.frames += taken.frames;
                self.counted.bytes += taken.bytes;
            });
        }
        self.settle(number, result);
    }

    /// Sends a message along its path, if that is one of these connections.
    pub(crate) fn send(&mut self, arena: &[u8], message: &Message) {
        let Protocol::Tcp(number) = message.path.protocol else {
            return;
        };
        let Some(stream) = self.streams.get_mut(&number) else {
            self.counted.gone += 1;
            return;
        };
        if !stream.proven {
            stream.proven = true;
            self.crowd.prove(stream.path.remote.ip());
        }
        let bytes = arena.get(message.range.clone()).unwrap_or_default();
        let datagrams = bytes.chunks(usize::from(message.segment).max(1));
        let before = stream.backlog.len();
        let most = before + BACKLOGS.saturating_sub(self.waiting);
        let result = stream.send(datagrams, most, &mut self.counted.sent);
        self.waiting = self.waiting + stream.backlog.len() - before;
        self.settle(number, result);
    }

    /// Waits for what a connection needs now, or lets go of it.
    fn settle(&mut self, number: u64, result: Result<(), Over>) {
        let Some(stream) = self.streams.get_mut(&number) else {
            return;
        };
        let writing = !stream.backlog.is_empty();
        let result = match result {
            Ok(()) if writing != stream.writing => {
                stream.writing = writing;
                let interest = if writing {
                    Interest::ReadWrite
                } else {
                    Interest::Read
                };
                self.epoll
                    .change(&*stream, number, interest)
                    .map_err(Over::from)
            }
            result => result,
        };
        match result {
            Ok(()) => {}
            Err(Over::Lost) => {
                self.counted.lost += 1;
                self.remove(number);
            }
            Err(Over::Malformed) => {
                self.counted.malformed += 1;
                self.remove(number);
            }
        }
    }

    /// Closes a connection that the machine has no use for.
    pub(crate) fn close(&mut self, number: u64) {
        if self.remove(number) {
            self.counted.useless += 1;
        }
    }

    /// Closes the connections whose time is over, and accepts again if it was given up.
    ///
    /// # Errors
    /// The kernel's, when it does not let us wait.
    pub(crate) fn sweep(&mut self, now: Instant) -> io::Result<()> {
        let age = |since| now.saturating_duration_since(since);
        let over: Vec<_> = self
            .streams
            .iter()
            .filter(|(_, stream)| {
                if stream.proven {
                    age(stream.heard) >= SILENCE
                } else {
                    age(stream.since) >= PROVEN_WITHIN
                }
            })
            .map(|(number, stream)| (*number, stream.proven))
            .collect();
        for (number, proven) in over {
            self.remove(number);
            if proven {
                self.counted.silent += 1;
            } else {
                self.counted.unproven += 1;
            }
        }
        if std::mem::take(&mut self.resting) {
            self.epoll.change(self.listener, LISTENER, Interest::Read)?;
        }
        self.sweep_due = (!self.streams.is_empty()).then(|| now + SWEEP);
        Ok(())
    }

    fn remove(&mut self, number: u64) -> bool {
        let Some(stream) = self.streams.remove(&number) else {
            return false;
        };
        self.waiting -= stream.backlog.len();
        self.crowd.leave(stream.path.remote.ip(), stream.proven);
        // Closing the socket takes it out of `epoll`.
        true
    }
}

#[cfg(test)]
#[path = "connections_tests.rs"]
mod tests;
