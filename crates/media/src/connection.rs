//! One control plane's connection: frames in, and a bounded queue of frames out.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use crate::frame::{Frames, TooLong, Unreadable, read_order, write_news};
use crate::log::{Level, log};
use crate::protocol::{News, Order};

/// Bytes waiting to be read by the control plane at which statistics are dropped, and
/// orders are no longer read.
pub const CROWDED: usize = 1 << 20;

/// Bytes waiting at which the connection is given up: other news must not be dropped.
pub const FULL: usize = 64 << 20;

/// Bytes read at once, so that no connection keeps the others waiting.
const READ: usize = 16 << 10;

/// Whether the other end has more to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reading {
    /// It may.
    Open,
    /// It has closed its end.
    Closed,
}

/// A stream to a control plane.
#[derive(Debug)]
pub struct Connection {
    stream: UnixStream,
    frames: Frames,
    outgoing: Vec<u8>,
    /// Bytes of `outgoing` that the kernel has taken.
    written: usize,
    /// Bytes of the greeting that may still wait: however long it is, it says nothing about the reader.
    greeting: usize,
    dropped: u64,
}

impl Connection {
    /// Takes over an accepted stream.
    ///
    /// # Errors
    /// The kernel's.
    pub fn new(stream: UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            frames: Frames::default(),
            outgoing: Vec::new(),
            written: 0,
            greeting: 0,
            dropped: 0,
        })
    }

    /// Takes in what has come.
    ///
    /// # Errors
    /// The kernel's, when the connection is broken.
    pub fn read(&mut self) -> io::Result<Reading> {
        let mut buffer = [0; READ];
        match self.stream.read(&mut buffer) {
            Ok(0) => Ok(Reading::Closed),
            Ok(length) => {
                self.frames.push(buffer.get(..length).unwrap_or_default());
                Ok(Reading::Open)
            }
            Err(error) if is_temporary(&error) => Ok(Reading::Open),
            Err(error) => Err(error),
        }
    }

    /// The next order that has come whole, or what is there instead.
    ///
    /// # Errors
    /// [`TooLong`]: the connection is of no use any more.
    pub fn next_order(&mut self) -> Result<Option<Result<Order, Unreadable>>, TooLong> {
        Ok(self.frames.next_body()?.map(read_order))
    }

    /// Whether [`Connection::next_order`] has something to give, or an error to tell.
    #[must_use]
    pub fn has_order(&self) -> bool {
        self.frames.has_body()
    }

    /// Queues a piece of news; statistics are dropped while the connection is crowded.
    pub fn tell(&mut self, news: &News) {
        if self.is_crowded() && matches!(news, News::Statistics(_) | News::Load(_)) {
            self.dropped += 1;
            return;
        }
        match write_news(news) {
            Ok(frame) => self.outgoing.extend(frame),
            Err(error) => log(
                Level::Error,
                "news can not be written",
                &[("error", &error)],
            ),
        }
    }

    /// Takes what is queued by now for the greeting: what the engine holds may be more than [`FULL`].
    pub fn greeted(&mut self) {
        self.greeting = self.waiting();
    }

    /// Hands the kernel as much as it takes; whether nothing is left.
    ///
    /// # Errors
    /// The kernel's, when the connection is broken.
    pub fn flush(&mut self) -> io::Result<bool> {
        while let Some(rest) = self
            .outgoing
            .get(self.written..)
            .filter(|rest| !rest.is_empty())
        {
            match self.stream.write(rest) {
                Ok(length) => self.written += length,
                Err(error) if is_temporary(&error) => {
                    if self.written >= CROWDED {
                        self.outgoing.drain(..self.written);
                        self.written = 0;
                    }
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        self.outgoing.clear();
        self.written = 0;
        self.greeting = 0;
        Ok(true)
    }

    /// Whether so much is waiting that statistics are dropped and orders have to wait.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.waiting() >= CROWDED
    }

    /// Whether so much is waiting that the control plane must have stopped reading.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.waiting() >= FULL + self.greeting
    }

    /// Statistics that were dropped because the control plane was slow.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn waiting(&self) -> usize {
        self.outgoing.len() - self.written
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Fenced, Load};
    use std::collections::BTreeMap;

    fn fenced(length: usize) -> News {
        News::Fenced(Fenced {
            text: "x".repeat(length),
        })
    }

    fn load() -> News {
        let (counters, gauges) = (BTreeMap::new(), BTreeMap::new());
        News::Load(Load {
            number: 1,
            counters,
            gauges,
            shards: vec![],
        })
    }

    #[test]
    fn a_reader_that_is_slow_misses_statistics_and_nothing_else() {
        let (engine, mut control) = UnixStream::pair().unwrap();
        let mut connection = Connection::new(engine).unwrap();
        let mut told = 0;
        while !connection.is_crowded() {
            connection.tell(&fenced(500_000));
            connection.tell(&load());
            connection.flush().unwrap();
            told += 1;
        }
        let before = connection.dropped();
        connection.tell(&load());
        connection.tell(&fenced(500_000));
        assert_eq!(connection.dropped(), before + 1);
        assert!(!connection.is_full());
        let mut got = vec![];
        control.set_nonblocking(true).unwrap();
        loop {
            let done = connection.flush().unwrap();
            while control.read(&mut [0; 0]).is_ok() {
                let mut buffer = [0; READ];
                match control.read(&mut buffer) {
                    Ok(length) => got.extend_from_slice(&buffer[..length]),
                    Err(_) => break,
                }
            }
            if done {
                break;
            }
        }
        let frame = write_news(&fenced(500_000)).unwrap().len();
        assert!(
            got.len() >= (told + 1) * frame,
            "{} of {}",
            got.len(),
            (told + 1) * frame
        );
        assert!(!connection.is_crowded());
    }

    #[test]
    fn a_greeting_may_be_longer_than_what_may_wait() {
        let (engine, control) = UnixStream::pair().unwrap();
        let mut connection = Connection::new(engine).unwrap();
        while connection.waiting() < FULL {
            connection.tell(&fenced(1_000_000));
        }
        assert!(connection.is_full());
        connection.greeted();
        assert!(!connection.is_full());
        let mut more = 0;
        while !connection.is_full() {
            connection.tell(&fenced(1_000_000));
            more += 1;
        }
        assert!((60..=70).contains(&more), "{more}");
        drop(control);
        assert!(connection.flush().is_err());
    }

    #[test]
    fn orders_come_in_however_the_stream_is_cut() {
        let (engine, mut control) = UnixStream::pair().unwrap();
        let mut connection = Connection::new(engine).unwrap();
        let body = rmp_serde::to_vec_named(&Order::Shutdown(crate::protocol::Shutdown {})).unwrap();
        let mut bytes = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend(body);
        for byte in &bytes {
            assert_eq!(connection.next_order(), Ok(None));
            assert!(!connection.has_order());
            control.write_all(&[*byte]).unwrap();
            assert_eq!(connection.read().unwrap(), Reading::Open);
        }
        assert!(connection.has_order());
        assert!(matches!(
            connection.next_order(),
            Ok(Some(Ok(Order::Shutdown(_))))
        ));
        control.write_all(&[0xff; 4]).unwrap();
        connection.read().unwrap();
        assert_eq!(connection.next_order(), Err(TooLong(u32::MAX)));
        drop(control);
        assert_eq!(connection.read().unwrap(), Reading::Closed);
    }
}
