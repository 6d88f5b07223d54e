//! The way out: what to do when the kernel takes less than it was given.
//!
//! A message of several datagrams goes as one (`UDP_SEGMENT`) while the kernel and the
//! card can cut it, and otherwise as many.  A full socket makes later messages wait in a
//! bounded backlog.  Nothing that happens to one message stops the next.

use std::sync::atomic::{AtomicBool, Ordering};

use media_core::Message;

use crate::send::{BATCH, Piece, Wire};

/// Bytes that wait for a full socket; 20 ms at full speed, later media is useless.
const BACKLOG: usize = 4 << 20;

/// Refused GSO messages after which it is given up, if none was ever taken.
const TRIALS: u64 = 16;

/// Set when segmentation turned out not to work on this machine; for all shards.
#[derive(Debug, Default)]
pub(crate) struct Plain(AtomicBool);

impl Plain {
    pub(crate) fn new(plain: bool) -> Self {
        Self(AtomicBool::new(plain))
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What happened to messages on their way out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sent {
    /// Messages the kernel took, and their bytes.
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    /// Of these, messages of several datagrams.
    pub(crate) segmented: u64,
    /// GSO messages the kernel would not cut, sent plainly instead.
    pub(crate) refused: u64,
    /// Messages that had to wait for a full socket.
    pub(crate) delayed: u64,
    /// Messages dropped because too much was waiting.
    pub(crate) overflown: u64,
    /// Messages the kernel could not deliver: no route, forbidden, too long.
    pub(crate) failed: u64,
}

/// Sends messages in order over a wire.
pub(crate) struct Outlet<'a, W> {
    wire: W,
    plain: &'a Plain,
    pieces: Vec<Piece>,
    /// Bytes and pieces that wait for room in the socket; empty most of the time.
    waiting_bytes: Vec<u8>,
    waiting: Vec<Piece>,
    counted: Sent,
}

impl<'a, W: Wire> Outlet<'a, W> {
    pub(crate) fn new(wire: W, plain: &'a Plain) -> Self {
        Self {
            wire,
            plain,
            pieces: Vec::with_capacity(BATCH),
            waiting_bytes: Vec::new(),
            waiting: Vec::new(),
            counted: Sent::default(),
        }
    }

    /// What left since the beginning.
    pub(crate) fn counted(&self) -> Sent {
        self.counted
    }

    /// Whether messages wait until the socket is writable.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Sends the messages, or keeps them while the socket is full.  Those that go over TCP
    /// are left to `stream`.
    pub(crate) fn send(
        &mut self,
        arena: &[u8],
        messages: &[Message],
        mut stream: impl FnMut(&Message),
    ) {
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.clear();
        for message in messages {
            if message.path.protocol.is_tcp() {
                stream(message);
                continue;
            }
            let several = message.range.len() > usize::from(message.segment);
            let piece = Piece {
                path: message.path,
                range: message.range.clone(),
                segment: if several { message.segment } else { 0 },
            };
            if several && self.plain.get() {
                pieces.extend(cut(&piece));
            } else {
                pieces.push(piece);
            }
        }
        let done = if self.is_waiting() {
            0
        } else {
            self.push(arena, &mut pieces)
        };
        self.keep(arena, pieces.get(done..).unwrap_or_default());
        self.pieces = pieces;
    }

    /// Goes on with what waits, now that the socket is writable.
    pub(crate) fn resume(&mut self) {
        let bytes = std::mem::take(&mut self.waiting_bytes);
        let mut pieces = std::mem::take(&mut self.waiting);
        let done = self.push(&bytes, &mut pieces);
        pieces.drain(..done);
        self.waiting = pieces;
        self.waiting_bytes = bytes;
        if self.waiting.is_empty() {
            self.waiting_bytes.clear();
        }
    }

    /// Sends until all is done or the socket is full; how many pieces are done with.
    fn push(&mut self, arena: &[u8], pieces: &mut Vec<Piece>) -> usize {
        let mut done = 0;
        while let Some(rest) = pieces.get(done..).filter(|rest| !rest.is_empty()) {
            let batch = rest.get(..BATCH).unwrap_or(rest);
            match self.wire.send(arena, batch) {
                Ok(taken) => {
                    for piece in batch.iter().take(taken) {
                        self.counted.messages += 1;
                        self.counted.bytes += piece.range.len() as u64;
                        self.counted.segmented += u64::from(piece.segment != 0);
                    }
                    done += taken;
                }
                Err(error) => match (error.raw_os_error(), rest.first()) {
                    (Some(libc::EINTR), _) => {}
                    (Some(libc::EAGAIN), _) => return done,
                    // EIO: the card cannot cut; EINVAL: nor can the sandbox, or a segment
                    // is longer than this link takes whole (udp(7)).
                    (Some(code @ (libc::EIO | libc::EINVAL)), Some(first))
                        if first.segment != 0 =>
                    {
                        self.counted.refused += 1;
                        let never_worked = self.counted.segmented == 0;
                        if code == libc::EIO || (never_worked && self.counted.refused >= TRIALS) {
                            self.plain.set();
                        }
                        let datagrams = cut(first).collect::<Vec<_>>();
                        pieces.splice(done..=done, datagrams);
                    }
                    _ => {
                        self.counted.failed += 1;
                        done += 1;
                    }
                },
            }
        }
        done
    }

    fn keep(&mut self, arena: &[u8], pieces: &[Piece]) {
        for piece in pieces {
            let bytes = arena.get(piece.range.clone()).unwrap_or_default();
            let start = self.waiting_bytes.len();
            if start + bytes.len() > BACKLOG {
                self.counted.overflown += 1;
                continue;
            }
            self.counted.delayed += 1;
            self.waiting_bytes.extend_from_slice(bytes);
            let range = start..self.waiting_bytes.len();
            self.waiting.push(Piece {
                range,
                ..piece.clone()
            });
        }
    }
}

/// The datagrams of a GSO message.
fn cut(piece: &Piece) -> impl Iterator<Item = Piece> {
    let (path, end) = (piece.path, piece.range.end);
    let step = usize::from(piece.segment).max(1);
    piece.range.clone().step_by(step).map(move |start| Piece {
        path,
        range: start..end.min(start + step),
        segment: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::io;
    use std::ops::Range;

    use media_core::Path;

    /// What the wire answers, call by call; then it takes everything.
    struct Script {
        answers: VecDeque<Result<usize, i32>>,
        taken: Vec<(Vec<u8>, u16)>,
    }

    impl Script {
        fn answering(answers: &[Result<usize, i32>]) -> Self {
            Self {
                answers: answers.iter().copied().collect(),
                taken: Vec::new(),
            }
        }
    }

    impl Wire for &mut Script {
        fn send(&mut self, arena: &[u8], pieces: &[Piece]) -> io::Result<usize> {
            let taken = match self.answers.pop_front() {
                Some(Err(code)) => return Err(io::Error::from_raw_os_error(code)),
                Some(Ok(taken)) => taken.min(pieces.len()),
                None => pieces.len(),
            };
            let now = pieces.iter().take(taken);
            self.taken
                .extend(now.map(|piece| (arena[piece.range.clone()].to_vec(), piece.segment)));
            Ok(taken)
        }
    }

    fn message(range: Range<usize>, segment: u16) -> Message {
        let path = Path::udp("127.0.0.1:9".parse().unwrap(), "127.0.0.1".parse().unwrap());
        Message {
            path,
            range,
            segment,
        }
    }

    fn stray(message: &Message) {
        panic!("it goes over TCP: {message:?}");
    }

    /// Sends `0123456789` as a GSO message of 4, 4 and 2 bytes between two single ones.
    fn send(answers: &[Result<usize, i32>], plain: &Plain) -> (Script, Sent, bool) {
        let mut script = Script::answering(answers);
        let mut outlet = Outlet::new(&mut script, plain);
        let messages = [message(0..2, 2), message(2..12, 4), message(12..14, 2)];
        outlet.send(b"ab0123456789yz", &messages, stray);
        let (sent, waiting) = (outlet.counted(), outlet.is_waiting());
        (script, sent, waiting)
    }

    fn bytes(script: &Script) -> Vec<&[u8]> {
        script
            .taken
            .iter()
            .map(|(bytes, _)| bytes.as_slice())
            .collect()
    }

    #[test]
    fn messages_leave_whole_in_as_few_calls_as_the_wire_allows() {
        for answers in [
            &[][..],
            &[Ok(1), Ok(1), Ok(1)],
            &[Ok(2)],
            &[Err(libc::EINTR), Ok(3)],
        ] {
            let (script, sent, waiting) = send(answers, &Plain::default());
            assert_eq!(bytes(&script), [&b"ab"[..], b"0123456789", b"yz"]);
            assert_eq!(script.taken[1].1, 4);
            assert_eq!((sent.messages, sent.segmented, sent.bytes), (3, 1, 14));
            assert!(!waiting);
        }
    }

    #[test]
    fn a_card_that_cannot_cut_gets_datagrams_from_then_on() {
        let plain = Plain::default();
        let (script, sent, _) = send(&[Ok(1), Err(libc::EIO)], &plain);
        assert_eq!(bytes(&script), [&b"ab"[..], b"0123", b"4567", b"89", b"yz"]);
        assert!(script.taken.iter().all(|(_, segment)| *segment == 0));
        assert_eq!((sent.refused, sent.failed), (1, 0));
        let (script, sent, _) = send(&[], &plain);
        assert_eq!(script.taken.len(), 5);
        assert_eq!(sent.refused, 0);
    }

    #[test]
    fn one_message_that_cannot_be_cut_does_not_end_segmentation() {
        let plain = Plain::default();
        let mut script = Script::answering(&[Ok(1), Err(libc::EINVAL)]);
        let mut outlet = Outlet::new(&mut script, &plain);
        let once = [message(0..4, 2)];
        for _ in 0..3 {
            outlet.send(b"0123", &once, stray);
        }
        assert_eq!(outlet.counted().refused, 1);
        assert_eq!(bytes(&script), [&b"0123"[..], b"01", b"23", b"0123"]);
        assert!(!plain.get());
    }

    #[test]
    fn a_sandbox_that_never_cuts_is_not_asked_for_ever() {
        let plain = Plain::default();
        let refusals = [Err(libc::EINVAL), Ok(2)];
        let mut script = Script::answering(&refusals.repeat(16));
        let mut outlet = Outlet::new(&mut script, &plain);
        for _ in 0..TRIALS + 4 {
            outlet.send(b"0123", &[message(0..4, 2)], stray);
        }
        assert_eq!(outlet.counted().refused, TRIALS);
        assert!(plain.get());
        assert!(script.taken.iter().all(|(_, segment)| *segment == 0));
    }

    #[test]
    fn a_full_socket_makes_later_messages_wait_in_order() {
        let plain = Plain::default();
        let mut script = Script::answering(&[
            Ok(1),
            Err(libc::EAGAIN),
            Err(libc::EIO),
            Ok(2),
            Err(libc::EAGAIN),
        ]);
        let mut outlet = Outlet::new(&mut script, &plain);
        outlet.send(b"ab0123", &[message(0..2, 2), message(2..6, 2)], stray);
        assert!(outlet.is_waiting());
        outlet.send(b"cd", &[message(0..2, 2)], stray);
        outlet.resume();
        assert!(outlet.is_waiting());
        outlet.resume();
        assert!(!outlet.is_waiting());
        assert_eq!(outlet.counted().delayed, 2);
        assert_eq!(bytes(&script), [&b"ab"[..], b"01", b"23", b"cd"]);
    }

    #[test]
    fn what_waits_is_bounded_and_the_rest_is_counted() {
        let plain = Plain::default();
        let mut script = Script::answering(&[Err(libc::EAGAIN)]);
        let mut outlet = Outlet::new(&mut script, &plain);
        let arena = vec![0; 60_000];
        let count = BACKLOG / arena.len();
        for _ in 0..count + 3 {
            outlet.send(&arena, &[message(0..60_000, 60_000)], stray);
        }
        assert_eq!(outlet.counted().overflown, 3);
        outlet.resume();
        assert_eq!(script.taken.len(), count);
    }

    #[test]
    fn an_unreachable_peer_stops_nobody() {
        for code in [
            libc::ENETUNREACH,
            libc::EPERM,
            libc::ECONNREFUSED,
            libc::EMSGSIZE,
        ] {
            let (script, sent, waiting) = send(&[Err(code)], &Plain::default());
            assert_eq!(bytes(&script), [&b"0123456789"[..], b"yz"]);
            assert_eq!((sent.failed, waiting), (1, false));
        }
    }

    #[test]
    fn messages_over_tcp_are_left_to_others() {
        let mut tcp = message(2..4, 2);
        tcp.path.protocol = media_core::Protocol::Tcp(7);
        let plain = Plain::default();
        let mut script = Script::answering(&[]);
        let mut outlet = Outlet::new(&mut script, &plain);
        let mut left = Vec::new();
        let messages = [message(0..2, 2), tcp.clone(), message(4..6, 2)];
        outlet.send(b"abcdef", &messages, |message| left.push(message.clone()));
        assert_eq!(left, [tcp]);
        assert_eq!(bytes(&script), [b"ab", b"ef"]);
    }
}
