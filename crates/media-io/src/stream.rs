//! One TCP connection of a client: frames in, frames out.

use std::io::{self, Read};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use media_core::Path;
use media_wire::framing;

use crate::backlog::{Backlog, Sent};
use crate::listener::Accepted;
use crate::receive::LONGEST;

/// Bytes read at a time, besides the frame that had begun before.
pub(crate) const CHUNK: usize = 64 << 10;

/// Room for a chunk and the unfinished frame before it.
pub(crate) const ROOM: usize = CHUNK + framing::HEADER + LONGEST;

/// Bytes of a STUN header (RFC 8489 section 5).
const STUN_HEADER: usize = 20;

/// Why a connection is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Over {
    /// The client closed it, or the network did.
    Lost,
    /// It began with something else than a connectivity check, or had too long a frame.
    Malformed,
}

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Self::Lost
    }
}

/// What one read brought.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Taken {
    pub(crate) frames: u64,
    pub(crate) bytes: u64,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: TcpStream,
    pub(crate) path: Path,
    /// The beginning of a frame that has not all come, at most a header and [`LONGEST`] bytes.
    unfinished: Vec<u8>,
    pub(crate) backlog: Backlog,
    /// When it was accepted.
    pub(crate) since: Instant,
    /// When the last whole frame came.
    pub(crate) heard: Instant,
    /// Whether the machine has answered: it answers none but authentic checks.
    pub(crate) proven: bool,
    /// Whether we wait for room to write.
    pub(crate) writing: bool,
    begun: bool,
}

impl Stream {
    pub(crate) fn new(accepted: Accepted, number: u64, now: Instant) -> Self {
        Self {
            path: Path::tcp(accepted.remote, accepted.local, number),
            socket: accepted.stream,
            unfinished: Vec::new(),
            backlog: Backlog::default(),
            since: now,
            heard: now,
            proven: false,
            writing: false,
            begun: false,
        }
    }

    /// Reads once, and shows every datagram that has come whole; empty ones say nothing.
    ///
    /// `room` has [`ROOM`] bytes, which may hold anything.  More than [`CHUNK`] bytes are left for later.
    ///
    /// # Errors
    /// [`Over`], after the datagrams before that have been shown.
    pub(crate) fn read(
        &mut self,
        now: Instant,
        room: &mut [u8],
        mut visit: impl FnMut(&Path, &mut [u8]),
    ) -> Result<Taken, Over> {
        let before = self.unfinished.len();
        if let Some(place) = room.get_mut(..before) {
            place.copy_from_slice(&self.unfinished);
        }
        let new = room.get_mut(before..before + CHUNK).unwrap_or_default();
        let count = match self.socket.read(new) {
            Ok(0) => return Err(Over::Lost),
            Ok(count) => count,
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => {
                    return Ok(Taken::default());
                }
                _ => return Err(error.into()),
            },
        };
        let mut taken = Taken {
            frames: 0,
            bytes: count as u64,
        };
        let end = before + count;
        let mut at = 0;
        while let Some(rest) = room.get_mut(at..end) {
            let first = framing::first(rest, LONGEST).map_err(|_| Over::Malformed)?;
            let Some(datagram) = first else {
                break;
            };
            if !self.begun && !is_check(datagram) {
                return Err(Over::Malformed);
            }
            self.begun = true;
            self.heard = now;
            taken.frames += 1;
            at += framing::HEADER + datagram.len();
            if !datagram.is_empty() {
                visit(&self.path, datagram);
            }
        }
        self.unfinished.clear();
        self.unfinished
            .extend_from_slice(room.get(at..end).unwrap_or_default());
        Ok(taken)
    }

    /// Sends datagrams, or keeps them while no more than `most` bytes wait.
    ///
    /// # Errors
    /// [`Over::Lost`].
    pub(crate) fn send<'d>(
        &mut self,
        datagrams: impl Iterator<Item = &'d [u8]>,
        most: usize,
        sent: &mut Sent,
    ) -> Result<(), Over> {
        Ok(self.backlog.send(&mut self.socket, datagrams, most, sent)?)
    }

    /// Goes on with what waits, now that there is room.
    ///
    /// # Errors
    /// [`Over::Lost`].
    pub(crate) fn resume(&mut self) -> Result<(), Over> {
        Ok(self.backlog.resume(&mut self.socket)?)
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Whether this could be a connectivity check, the first thing that an ICE agent says.
fn is_check(datagram: &[u8]) -> bool {
    datagram.len() >= STUN_HEADER && matches!(datagram.first(), Some(0..=3))
}
