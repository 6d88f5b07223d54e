//! What a shard wants sent: one arena of bytes, and the messages cut from it.

use std::ops::Range;

use media_transport::Path;

/// What writers may touch behind the bytes they keep.
const SLACK: usize = 64;

/// One system call's worth for one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// From where to where.
    pub path: Path,
    /// Which bytes of the arena.
    pub range: Range<usize>,
    /// Size in bytes of every datagram in it but the last, which may be shorter
    /// (`UDP_SEGMENT`). Equal to the length of the range if there is only one.
    pub segment: u16,
}

/// Datagrams to send, in order. Emptied with [`Outgoing::clear`], which keeps the memory.
#[derive(Debug, Default)]
pub struct Outgoing {
    /// Longer than what is used, so that room is not zeroed again for each packet.
    arena: Vec<u8>,
    used: usize,
    messages: Vec<Message>,
}

impl Outgoing {
    /// The bytes that the messages' ranges refer to.
    #[must_use]
    pub fn arena(&self) -> &[u8] {
        self.arena.get(..self.used).unwrap_or_default()
    }

    /// The messages in the order in which they should leave.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Every datagram with its path.
    pub fn datagrams(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        self.messages.iter().flat_map(|message| {
            self.arena
                .get(message.range.clone())
                .unwrap_or_default()
                .chunks(usize::from(message.segment).max(1))
                .map(move |datagram| (&message.path, datagram))
        })
    }

    /// Forget everything; what was allocated is kept.
    pub fn clear(&mut self) {
        self.used = 0;
        self.messages.clear();
    }

    /// Room for a datagram of up to `length` bytes, and some more that will not be kept.
    pub(crate) fn room(&mut self, length: usize) -> &mut [u8] {
        let end = self.used + length + SLACK;
        if self.arena.len() < end {
            self.arena.resize(end.next_power_of_two(), 0);
        }
        self.arena.get_mut(self.used..end).unwrap_or_default()
    }

    /// Keep this many bytes of the last room.
    pub(crate) fn keep(&mut self, length: usize) {
        self.used = (self.used + length).min(self.arena.len());
    }

    /// Make a message of everything kept since the last one.
    pub(crate) fn message(&mut self, path: &Path, segment: usize) {
        let start = self.start();
        if self.used > start {
            self.messages.push(Message {
                path: *path,
                range: start..self.used,
                segment: u16::try_from(segment).unwrap_or(u16::MAX),
            });
        }
    }

    /// Forget what was kept since the last message.
    pub(crate) fn abandon(&mut self) {
        self.used = self.start();
    }

    /// One datagram that is complete.
    pub(crate) fn datagram(&mut self, path: &Path, bytes: &[u8]) {
        let room = self.room(bytes.len());
        if let Some(room) = room.get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
            self.keep(bytes.len());
            self.message(path, bytes.len());
        }
    }

    fn start(&self) -> usize {
        self.messages.last().map_or(0, |last| last.range.end)
    }
}
