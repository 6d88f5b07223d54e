//! One way of one TCP connection: from a socket, through the link, to the other.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Instant;

use crate::queue::Queue;
use crate::way::Way;

/// Bytes that are on their way before no more are read.
const MOST_HELD: usize = 1 << 20;
/// The longest piece that is read at once.
const PIECE: usize = 16 << 10;
/// Pieces read in one turn.
const AT_ONCE: usize = 16;

#[derive(Debug)]
enum Piece {
    Bytes(Vec<u8>),
    /// The one who writes has closed.
    End,
    /// The connection was reset.
    Broken,
}

/// What is between two sockets, one way.
#[derive(Debug)]
pub(crate) struct Stream {
    queue: Queue<Piece>,
    /// The piece of which a part was written.
    writing: Option<(Vec<u8>, usize)>,
    /// The writer took no more.
    pub(crate) blocked: bool,
    pub(crate) state: State,
}

/// How far it has come; it only goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    /// Nothing more will be read.
    Closed,
    /// Everything was written, and the end told.
    Ended,
    /// One of the sockets was reset.
    Broken,
}

impl Stream {
    pub(crate) fn new() -> Self {
        Self {
            queue: Queue::new(),
            writing: None,
            blocked: false,
            state: State::Open,
        }
    }

    /// Read what there is, and write what is due.
    pub(crate) fn work(
        &mut self,
        way: &mut Way,
        from: &mut TcpStream,
        to: &mut TcpStream,
        now: Instant,
    ) {
        if way.conditions.holds() {
            return;
        }
        for _ in 0..AT_ONCE {
            if !self.wants_more(way) || !self.read(way, from, now) {
                break;
            }
        }
        self.write(way, to, now);
    }

    /// Whether it would read if there was something.
    pub(crate) fn wants_more(&self, way: &Way) -> bool {
        self.state == State::Open && !way.conditions.holds() && self.queue.bytes() < MOST_HELD
    }

    /// When something is due that the writer will take.
    pub(crate) fn next(&self, way: &Way) -> Option<Instant> {
        let waits = self.blocked || way.conditions.holds();
        self.queue.next().filter(|_| !waits)
    }

    pub(crate) fn held(&self) -> usize {
        self.queue.len() + usize::from(self.writing.is_some())
    }

    pub(crate) fn hurry(&mut self, now: Instant) {
        self.queue.hurry(now);
    }

    /// Read a piece; tells whether there may be more.
    fn read(&mut self, way: &mut Way, from: &mut TcpStream, now: Instant) -> bool {
        let mut piece = vec![0; PIECE];
        let (it, length) = match from.read(&mut piece) {
            Ok(0) => (Piece::End, 0),
            Ok(length) => {
                piece.truncate(length);
                (Piece::Bytes(piece), length)
            }
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock => return false,
                ErrorKind::Interrupted => return true,
                _ => (Piece::Broken, 0),
            },
        };
        if length == 0 {
            self.state = State::Closed;
        }
        let due = way.schedule(now, length);
        self.queue.push(due, it, length);
        length > 0
    }

    fn write(&mut self, way: &mut Way, to: &mut TcpStream, now: Instant) {
        self.blocked = false;
        loop {
            let (piece, done) = match self.writing.take() {
                Some(it) => it,
                None => match self.queue.pop(now) {
                    None => return,
                    Some(Piece::Bytes(piece)) => (piece, 0),
                    Some(Piece::End) => {
                        self.state = State::Ended;
                        // It fails when the other is gone, which the other way tells.
                        let _ = to.shutdown(Shutdown::Write);
                        return;
                    }
                    Some(Piece::Broken) => {
                        self.state = State::Broken;
                        return;
                    }
                },
            };
            let rest = piece.get(done..).unwrap_or_default();
            match to.write(rest) {
                Ok(written) => {
                    way.counts.passed_bytes += u64::try_from(written).unwrap_or(u64::MAX);
                    if written == rest.len() {
                        way.counts.passed += 1;
                    } else {
                        self.writing = Some((piece, done + written));
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => {
                        self.writing = Some((piece, done));
                        self.blocked = true;
                        return;
                    }
                    ErrorKind::Interrupted => self.writing = Some((piece, done)),
                    _ => {
                        self.state = State::Broken;
                        return;
                    }
                },
            }
        }
    }
}
