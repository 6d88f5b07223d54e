//! Datagrams on their way into a TCP connection, framed (RFC 4571), and those that wait.
//!
//! A connection takes what it can.  The rest waits, STUN and DTLS before media, and is
//! bounded: media that does not fit is dropped in whole datagrams, as it would be late.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Write};

use media_wire::framing;

use crate::receive::is_urgent;

/// Bytes that wait for one connection: 1.4 s of a camera.
pub(crate) const BACKLOG: usize = 256 << 10;

/// Of these, bytes that media leaves to STUN and DTLS.
const RESERVED: usize = 16 << 10;

/// Datagrams given in one system call.
const BATCH: usize = 16;

/// What happened to datagrams on their way out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sent {
    /// Datagrams that the connection took at once, or that wait for it.
    pub(crate) frames: u64,
    /// Of these, those that had to wait.
    pub(crate) delayed: u64,
    /// Datagrams dropped because too much was waiting.
    pub(crate) overflown: u64,
}

/// What waits until a connection takes more; nothing most of the time.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// The end of a frame whose beginning has left.
    cut: VecDeque<u8>,
    /// Whole frames of STUN and DTLS.
    urgent: VecDeque<u8>,
    /// Whole frames of media.
    media: VecDeque<u8>,
}

impl Backlog {
    /// Bytes that wait.
    pub(crate) fn len(&self) -> usize {
        self.cut.len() + self.urgent.len() + self.media.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes datagrams, or keeps what the wire does not take, while no more than `most` bytes wait.
    ///
    /// # Errors
    /// The wire's, when it is broken.
    pub(crate) fn send<'d>(
        &mut self,
        wire: &mut impl Write,
        mut datagrams: impl Iterator<Item = &'d [u8]>,
        most: usize,
        sent: &mut Sent,
    ) -> io::Result<()> {
        let most = most.min(BACKLOG);
        loop {
            let mut batch: [&[u8]; BATCH] = [&[]; BATCH];
            let mut count = 0;
            for (place, datagram) in batch.iter_mut().zip(&mut datagrams) {
                *place = datagram;
                count += 1;
            }
            let batch = batch.get(..count).unwrap_or_default();
            if batch.is_empty() {
                return Ok(());
            }
            let taken = if self.is_empty() {
                write(wire, batch)?
            } else {
                0
            };
            self.keep(batch, taken, most, sent);
        }
    }

    /// Keeps what comes after the first `taken` bytes of the frames.
    fn keep(&mut self, batch: &[&[u8]], mut taken: usize, most: usize, sent: &mut Sent) {
        for datagram in batch {
            let Some(header) = framing::header(datagram.len()) else {
                sent.overflown += 1;
                continue;
            };
            let whole = header.len() + datagram.len();
            let frame = header.iter().chain(*datagram);
            if taken >= whole {
                taken -= whole;
                sent.frames += 1;
                continue;
            }
            let urgent = is_urgent(datagram);
            let room = if urgent {
                most
            } else {
                most.saturating_sub(RESERVED)
            };
            if taken > 0 {
                // It has begun, so it has to end.
                self.cut.extend(frame.skip(taken));
                taken = 0;
            } else if self.len() + whole > room {
                sent.overflown += 1;
                continue;
            } else if urgent {
                self.urgent.extend(frame);
            } else {
                self.media.extend(frame);
            }
            sent.frames += 1;
            sent.delayed += 1;
        }
    }

    /// Goes on with what waits, until nothing does or the wire takes no more.
    ///
    /// # Errors
    /// The wire's, when it is broken.
    pub(crate) fn resume(&mut self, wire: &mut impl Write) -> io::Result<()> {
        while !self.is_empty() {
            let queues = [&self.cut, &self.urgent, &self.media];
            let mut parts = [IoSlice::new(&[]); 6];
            let slices = queues.iter().flat_map(|queue| {
                let (front, back) = queue.as_slices();
                [front, back]
            });
            for (part, slice) in parts.iter_mut().zip(slices) {
                *part = IoSlice::new(slice);
            }
            match taken(wire.write_vectored(&parts))? {
                Some(count) => self.written(count),
                None => return Ok(()),
            }
        }
        // A connection that keeps up again needs no memory for it.
        *self = Self::default();
        Ok(())
    }

    /// Takes away what has left.  A frame that was cut is the next to go on, whatever comes.
    fn written(&mut self, mut count: usize) {
        let Self { cut, urgent, media } = self;
        let part = count.min(cut.len());
        cut.drain(..part);
        count -= part;
        for queue in [urgent, media] {
            while count > 0 {
                let header = [queue.front(), queue.get(1)].map(|byte| byte.copied().unwrap_or(0));
                let whole = framing::HEADER + framing::length(&header).unwrap_or(0);
                let whole = whole.min(queue.len());
                if whole == 0 {
                    break;
                }
                let part = count.min(whole);
                queue.drain(..part);
                cut.extend(queue.drain(..whole - part));
                count -= part;
            }
        }
    }
}

/// Writes the frames of datagrams; the bytes taken.
fn write(wire: &mut impl Write, batch: &[&[u8]]) -> io::Result<usize> {
    let mut headers = [[0; framing::HEADER]; BATCH];
    for (header, datagram) in headers.iter_mut().zip(batch) {
        // One that has no header is never sent: nor is what follows, until it has been dropped.
        let Some(length) = framing::header(datagram.len()) else {
            return Ok(0);
        };
        *header = length;
    }
    let mut parts = [IoSlice::new(&[]); 2 * BATCH];
    let frames = headers.iter().zip(batch);
    let slices = frames.flat_map(|(header, datagram)| [header.as_slice(), datagram]);
    for (part, slice) in parts.iter_mut().zip(slices) {
        *part = IoSlice::new(slice);
    }
    let parts = parts.get(..2 * batch.len()).unwrap_or_default();
    Ok(taken(wire.write_vectored(parts))?.unwrap_or(0))
}

/// The bytes that a wire has taken; `None` when it takes no more for now.
fn taken(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(0) => Ok(None),
        Ok(count) => Ok(Some(count)),
        Err(error) => match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(None),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes this many bytes each time it is asked; then nothing.
    struct Narrow {
        steps: VecDeque<usize>,
        taken: Vec<u8>,
    }

    impl Narrow {
        fn taking(steps: &[usize]) -> Self {
            Self {
                steps: steps.iter().copied().collect(),
                taken: Vec::new(),
            }
        }

        /// The datagrams that have come, and that nothing is left over.
        fn datagrams(&mut self) -> Vec<Vec<u8>> {
            let (mut datagrams, mut at) = (Vec::new(), 0);
            while let Some(datagram) = framing::first(&mut self.taken[at..], 65_535).unwrap() {
                at += framing::HEADER + datagram.len();
                datagrams.push(datagram.to_vec());
            }
            assert_eq!(at, self.taken.len());
            datagrams
        }
    }

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.write_vectored(&[IoSlice::new(bytes)])
        }

        fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
            let Some(most) = self.steps.pop_front() else {
                return Err(io::ErrorKind::WouldBlock.into());
            };
            let bytes = parts.iter().flat_map(|part| part.iter());
            let before = self.taken.len();
            self.taken.extend(bytes.take(most));
            Ok(self.taken.len() - before)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn media(number: u8, length: usize) -> Vec<u8> {
        let mut datagram = vec![number; length];
        datagram[0] = 0x80;
        datagram
    }

    #[test]
    fn wherever_a_write_ends_every_datagram_arrives_whole_and_urgent_ones_first() {
        let stun = b"\x00\x01urgent".to_vec();
        let datagrams = [media(1, 5), media(2, 1), stun.clone(), media(3, 9)];
        let bytes: usize = datagrams.iter().map(|datagram| datagram.len() + 2).sum();
        for first in 0..=bytes {
            for second in 1..=bytes {
                let mut wire = Narrow::taking(&[first]);
                let (mut backlog, mut sent) = (Backlog::default(), Sent::default());
                let all = datagrams.iter().map(Vec::as_slice);
                backlog.send(&mut wire, all, BACKLOG, &mut sent).unwrap();
                assert_eq!((sent.frames, sent.overflown), (4, 0));
                assert_eq!(backlog.len(), bytes - first);
                wire.steps.extend([second, bytes, bytes]);
                backlog.resume(&mut wire).unwrap();
                assert!(backlog.is_empty());
                let mut arrived = wire.datagrams();
                // STUN goes before the two others that have not begun yet.
                let begun = usize::from(first > 0) + usize::from(first > 7);
                assert_eq!(arrived[begun], stun, "{first}");
                arrived.sort();
                let mut expected = datagrams.to_vec();
                expected.sort();
                assert_eq!(arrived, expected);
            }
        }
    }

    #[test]
    fn what_waits_is_bounded_media_goes_and_checks_stay() {
        let mut wire = Narrow::taking(&[]);
        let (mut backlog, mut sent) = (Backlog::default(), Sent::default());
        let packet = media(1, 1_022);
        for _ in 0..1_000 {
            let one = [packet.as_slice()].into_iter();
            backlog.send(&mut wire, one, usize::MAX, &mut sent).unwrap();
        }
        let kept = (BACKLOG - RESERVED) / 1_024;
        assert_eq!(sent.delayed, kept as u64);
        assert_eq!(sent.overflown, 1_000 - kept as u64);
        let check = [1; 98];
        for _ in 0..1_000 {
            let one = [check.as_slice()].into_iter();
            backlog.send(&mut wire, one, usize::MAX, &mut sent).unwrap();
        }
        assert_eq!(sent.delayed, (kept + RESERVED / 100) as u64);
        assert!(backlog.len() <= BACKLOG);
        wire.steps.extend([BACKLOG; 1_000]);
        backlog.resume(&mut wire).unwrap();
        let arrived = wire.datagrams();
        assert_eq!(arrived.len(), kept + RESERVED / 100);
        assert_eq!(arrived[0], check);
        assert_eq!(arrived.last(), Some(&packet));
    }

    #[test]
    fn a_shard_without_room_keeps_only_what_has_begun() {
        let mut wire = Narrow::taking(&[9]);
        let (mut backlog, mut sent) = (Backlog::default(), Sent::default());
        let datagrams = [media(1, 5), media(2, 5), b"\0check".to_vec()];
        let all = datagrams.iter().map(Vec::as_slice);
        backlog.send(&mut wire, all, 0, &mut sent).unwrap();
        assert_eq!((sent.frames, sent.overflown), (2, 1));
        wire.steps.push_back(100);
        backlog.resume(&mut wire).unwrap();
        assert_eq!(wire.datagrams(), datagrams[..2]);
    }
}
