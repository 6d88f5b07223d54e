//! One pipe's texts: what its client may send, what became of it, what it owes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use media_transport::MAX_BUFFERED;

use crate::name::Name;

/// Texts a second, in the long run, and at once.
const TEXTS_PER_S: u32 = 50;
const BURST: u32 = 200;
/// Bytes of messages a second; as many at once.
const BYTES_PER_S: u32 = 1 << 20;
/// Settled texts that are remembered, so that a repeated one is not delivered twice.
const REMEMBERED: usize = 256;
/// Who has not said by then that a text was got has fallen silent.
pub(crate) const SILENCE: Duration = Duration::from_secs(10);
/// Texts that a client may have without having said that it got them.
const MAX_OWED: usize = 1024;
/// Messages refused, one soon after the other, until the client loses its channel.
const MAX_REFUSED: usize = 1000;
/// After so long without one they are counted anew.
const PAUSE: Duration = Duration::from_secs(1);

/// The texts of a pipe whose client has offered a data channel.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) stage: Stage,
    /// Shown to others with each text.
    pub(crate) label: Option<Name>,
    pub(crate) sent: Memory,
    pub(crate) counts: Counts,
    /// Messages to the client that wait for the channel to open.
    early: Vec<String>,
    early_bytes: usize,
    /// When what was spent of each allowance is there again.
    count_free: Option<Instant>,
    bytes_free: Option<Instant>,
    refused: usize,
    refused_at: Option<Instant>,
    /// The oldest first.
    owed: VecDeque<Owed>,
}

/// How far the channel is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    #[default]
    Waiting,
    Open,
    Lost,
}

/// What went through.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) received: u64,
    pub(crate) sent: u64,
    pub(crate) dropped: u64,
}

/// A text that the client has and has not said that it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owed {
    /// The pipe that sent it, and its shard.
    pub(crate) from: Name,
    pub(crate) home: u16,
    pub(crate) id: Name,
    pub(crate) due: Instant,
}

impl Texts {
    /// Whether the client may send a text in a message of so many bytes now; counts it if so.
    pub(crate) fn spend(&mut self, now: Instant, bytes: usize) -> bool {
        let second = Duration::from_secs(1);
        let depth = second * BURST / TEXTS_PER_S;
        match spend(self.count_free, now, second / TEXTS_PER_S, depth) {
            Some(free) if self.spend_bytes(now, bytes) => {
                self.count_free = Some(free);
                true
            }
            _ => false,
        }
    }

    /// Whether the client may send any message of so many bytes now; counts it if so.
    pub(crate) fn spend_bytes(&mut self, now: Instant, bytes: usize) -> bool {
        let second = Duration::from_secs(1);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let free = spend(self.bytes_free, now, second * bytes / BYTES_PER_S, second);
        self.bytes_free = free.or(self.bytes_free);
        free.is_some()
    }

    /// A message was refused that should not have been sent; false if it was one too many.
    pub(crate) fn refuse(&mut self, now: Instant) -> bool {
        let paused = self
            .refused_at
            .is_some_and(|at| now.saturating_duration_since(at) >= PAUSE);
        self.refused = if paused { 1 } else { self.refused + 1 };
        self.refused_at = Some(now);
        self.refused <= MAX_REFUSED
    }

    /// Keep a message until the channel opens; false if too much waits.
    pub(crate) fn keep(&mut self, message: &str) -> bool {
        let bytes = self.early_bytes + message.len();
        if bytes > MAX_BUFFERED {
            return false;
        }
        self.early_bytes = bytes;
        self.early.push(message.to_owned());
        true
    }

    /// What has waited for the channel to open.
    pub(crate) fn take_early(&mut self) -> Vec<String> {
        self.early_bytes = 0;
        std::mem::take(&mut self.early)
    }

    /// Whether the client says that it gets its texts.
    pub(crate) fn may_owe(&mut self, now: Instant) -> bool {
        while self.owed.front().is_some_and(|owed| owed.due <= now) {
            self.owed.pop_front();
        }
        self.owed.len() < MAX_OWED
    }

    pub(crate) fn owe(&mut self, owed: Owed) {
        self.owed.push_back(owed);
    }

    /// The client says that it got a text: which one it was, if it was owed.
    pub(crate) fn got(&mut self, from: &str, id: &str) -> Option<Owed> {
        let at = self
            .owed
            .iter()
            .position(|owed| *owed.id == *id && *owed.from == *from)?;
        self.owed.remove(at)
    }

    /// The client is gone: what it will not say any more.
    pub(crate) fn take_owed(&mut self) -> VecDeque<Owed> {
        std::mem::take(&mut self.owed)
    }
}

/// When an allowance is whole again after this is spent; nothing if it is not to be had now.
fn spend(free: Option<Instant>, now: Instant, cost: Duration, depth: Duration) -> Option<Instant> {
    let free = free.map_or(now, |free| free.max(now)) + cost;
    (free <= now + depth).then_some(free)
}

/// What became of a client's texts: all that are open, and the last that are settled.
#[derive(Debug, Default)]
pub(crate) struct Memory(VecDeque<Sent>);

/// A text that was sent.
#[derive(Debug)]
struct Sent {
    id: Name,
    /// Receipts that are missing.
    waiting: usize,
    due: Instant,
    outcome: Option<Outcome>,
}

/// Whether everybody has got a text, and when that was known: milliseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) delivered: bool,
    pub(crate) at: u64,
}

impl Memory {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What became of a text: nothing if it is unknown, nothing yet if it is open.
    #[expect(clippy::option_option, reason = "unknown; open; settled")]
    pub(crate) fn outcome(&self, id: &str) -> Option<Option<Outcome>> {
        let sent = self.0.iter().rev().find(|sent| *sent.id == *id)?;
        Some(sent.outcome)
    }

    /// A text is on its way to so many.
    pub(crate) fn add(&mut self, now: Instant, id: Name, waiting: usize) {
        // Those in front are the oldest: they are settled when their time is over.
        while self.0.len() >= REMEMBERED && self.0.front().is_some_and(|it| it.outcome.is_some()) {
            self.0.pop_front();
        }
        self.0.push_back(Sent {
            id,
            waiting,
            due: now + SILENCE,
            outcome: None,
        });
    }

    /// One of them has got it, or never will. Gives the outcome if that settles it.
    pub(crate) fn receipt(&mut self, id: &str, got: bool, at: u64) -> Option<Outcome> {
        let open = |sent: &&mut Sent| *sent.id == *id && sent.outcome.is_none();
        let sent = self.0.iter_mut().rev().find(open)?;
        sent.waiting = sent.waiting.saturating_sub(1);
        if got && sent.waiting > 0 {
            return None;
        }
        sent.outcome = Some(Outcome { delivered: got, at });
        sent.outcome
    }

    /// When the first open text is given up.
    pub(crate) fn due(&self) -> Option<Instant> {
        let open = self.0.iter().find(|sent| sent.outcome.is_none());
        open.map(|sent| sent.due)
    }

    /// Give up a text whose time is over.
    pub(crate) fn expire(&mut self, now: Instant, at: u64) -> Option<(Name, Outcome)> {
        let mut open = self.0.iter_mut().filter(|sent| sent.outcome.is_none());
        let sent = open.next().filter(|sent| sent.due <= now)?;
        let outcome = Outcome {
            delivered: false,
            at,
        };
        sent.outcome = Some(outcome);
        Some((sent.id.clone(), outcome))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(delivered: bool, at: u64) -> Outcome {
        Outcome { delivered, at }
    }

    #[test]
    fn texts_come_at_once_and_then_at_their_rate() {
        let (mut texts, now) = (Texts::default(), Instant::now());
        let count = |texts: &mut Texts, now| (0..1000).filter(|_| texts.spend(now, 10)).count();
        assert_eq!(count(&mut texts, now), 200);
        assert_eq!(count(&mut texts, now + Duration::from_millis(19)), 0);
        assert_eq!(count(&mut texts, now + Duration::from_millis(100)), 5);
        assert_eq!(count(&mut texts, now + Duration::from_secs(2)), 95);
        assert_eq!(count(&mut texts, now + Duration::from_secs(99)), 200);
    }

    #[test]
    fn long_texts_come_less_often() {
        let (mut texts, now) = (Texts::default(), Instant::now());
        let count = |texts: &mut Texts, now| (0..99).filter(|_| texts.spend(now, 65_536)).count();
        assert_eq!(count(&mut texts, now), 16);
        assert_eq!(count(&mut texts, now + Duration::from_millis(500)), 8);
    }

    #[test]
    fn a_client_that_goes_on_is_told() {
        let (mut texts, mut now) = (Texts::default(), Instant::now());
        assert_eq!((0..2000).filter(|_| texts.refuse(now)).count(), 1000);
        now += PAUSE;
        assert!(texts.refuse(now));
        assert_eq!((0..2000).filter(|_| texts.refuse(now)).count(), 999);
        // At times one gets through, which does not make the others fewer.
        assert!(texts.spend(now, 1));
        assert!(!texts.refuse(now));
    }

    #[test]
    fn a_text_is_settled_once() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.add(now, "a".into(), 2);
        assert_eq!(memory.outcome("a"), Some(None));
        assert_eq!(memory.outcome("b"), None);
        assert_eq!(memory.receipt("b", true, 1), None);
        assert_eq!(memory.receipt("a", true, 1), None);
        assert_eq!(memory.receipt("a", true, 2), Some(outcome(true, 2)));
        assert_eq!(memory.receipt("a", false, 3), None);
        assert_eq!(memory.outcome("a"), Some(Some(outcome(true, 2))));
        memory.add(now, "b".into(), 3);
        assert_eq!(memory.receipt("b", false, 4), Some(outcome(false, 4)));
        assert_eq!(memory.due(), None);
    }

    #[test]
    fn who_falls_silent_is_waited_for_no_longer_than_that() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        memory.add(now, "a".into(), 1);
        memory.add(now + SILENCE / 2, "b".into(), 1);
        assert_eq!(memory.due(), Some(now + SILENCE));
        assert_eq!(memory.expire(now, 5), None);
        let given_up = memory.expire(now + SILENCE, 6);
        assert_eq!(given_up, Some(("a".into(), outcome(false, 6))));
        assert_eq!(memory.expire(now + SILENCE, 6), None);
        assert_eq!(memory.due(), Some(now + SILENCE / 2 + SILENCE));
    }

    #[test]
    fn the_last_are_remembered_and_the_open_ones_never_forgotten() {
        let (mut memory, now) = (Memory::default(), Instant::now());
        let id = |number: usize| Name::from(number.to_string());
        for number in 0..400 {
            memory.add(now, id(number), 1);
        }
        assert_eq!(memory.outcome("0"), Some(None));
        for number in 0..400 {
            memory.receipt(&id(number), true, 1);
        }
        memory.add(now, id(400), 1);
        assert_eq!(memory.0.len(), REMEMBERED);
        assert_eq!(memory.outcome("144"), None);
        assert!(memory.outcome("145").is_some());
    }

    #[test]
    fn what_is_owed_is_paid_once_and_bounded() {
        let (mut texts, now) = (Texts::default(), Instant::now());
        let owed = |number: usize| Owed {
            from: "a".into(),
            home: 3,
            id: number.to_string().into(),
            due: now + SILENCE,
        };
        for number in 0..MAX_OWED {
            assert!(texts.may_owe(now));
            texts.owe(owed(number));
        }
        assert!(!texts.may_owe(now));
        assert_eq!(texts.got("b", "7"), None);
        assert_eq!(texts.got("a", "7"), Some(owed(7)));
        assert_eq!(texts.got("a", "7"), None);
        assert!(texts.may_owe(now));
        assert!(texts.may_owe(now + SILENCE));
        assert!(texts.take_owed().is_empty());
    }

    #[test]
    fn what_waits_for_the_channel_is_bounded() {
        let mut texts = Texts::default();
        let message = "x".repeat(65_536);
        assert_eq!((0..99).filter(|_| texts.keep(&message)).count(), 16);
        assert!(!texts.keep("x"));
        assert_eq!(texts.take_early().len(), 16);
        assert!(texts.keep("x"));
    }
}
