//! Which packets of a track have not come, and when to ask for them again.

use std::time::{Duration, Instant};

use crate::codec::Kind;

/// Gaps larger than this are not asked for: a key frame costs less.
const MAX_MISSING: usize = 512;
/// Packets that only took a longer way get this much time.
const REORDERING: Duration = Duration::from_millis(5);
/// The first request for a packet of a picture is repeated so soon, since requests are lost as well…
const ONCE_MORE: Duration = Duration::from_millis(10);
/// …where an answer takes at least this long.
const LONG: Duration = Duration::from_millis(30);
/// After so many requests a packet is given up.
const MAX_TRIES: u8 = 10;
/// A picture that has not come by then is of no use…
const MAX_AGE: Duration = Duration::from_secs(1);
/// …and neither is sound, which is played by then.
const MAX_AUDIO_AGE: Duration = Duration::from_millis(250);
/// What depends on a packet waits so long for it before a key frame is asked for as well, unless three
/// requests take longer.
const LATE: Duration = Duration::from_millis(250);
/// At most this many are asked for at a time.
const MAX_REQUEST: usize = 128;

#[derive(Debug, Clone, Copy)]
struct Gap {
    sequence: u64,
    since: Instant,
    ask: Instant,
    tries: u8,
    late: bool,
}

/// The missing packets of one track, in order.
#[derive(Debug, Default)]
pub(crate) struct Missing {
    gaps: Vec<Gap>,
    /// Something was given up, or is late, since this was last asked.
    lost: bool,
}

impl Missing {
    /// Nothing from `first` to before `end` has come.
    pub(crate) fn skipped(&mut self, now: Instant, first: u64, end: u64) {
        let count = usize::try_from(end - first).unwrap_or(usize::MAX);
        if count > MAX_MISSING {
            self.gaps.clear();
            self.lost = true;
            return;
        }
        let excess = (self.gaps.len() + count).saturating_sub(MAX_MISSING);
        if excess > 0 {
            self.gaps.drain(..excess);
            self.lost = true;
        }
        self.gaps.extend((first..end).map(|sequence| Gap {
            sequence,
            since: now,
            ask: now + REORDERING,
            tries: 0,
            late: false,
        }));
    }

    /// Take a packet off the list. Tells whether it was there, and if so how often it was asked for.
    pub(crate) fn came(&mut self, sequence: u64) -> Option<u8> {
        let at = self
            .gaps
            .binary_search_by_key(&sequence, |gap| gap.sequence)
            .ok()?;
        Some(self.gaps.remove(at).tries)
    }

    /// When [`Missing::ask`] will have something to do.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.gaps.iter().map(|gap| gap.ask).min()
    }

    /// Put the packets to ask for now into `into`, at most 128; forget what is hopeless.
    ///
    /// `retry` is how long an answer may take.
    pub(crate) fn ask(&mut self, now: Instant, kind: Kind, retry: Duration, into: &mut Vec<u64>) {
        let max_age = match kind {
            Kind::Audio => MAX_AUDIO_AGE,
            Kind::Video => MAX_AGE,
        };
        let late = LATE.max(retry * 3);
        for gap in &mut self.gaps {
            let age = now.duration_since(gap.since);
            if !gap.late && (age >= late || gap.tries >= MAX_TRIES) {
                gap.late = true;
                self.lost = true;
            }
        }
        self.gaps
            .retain(|gap| gap.tries < MAX_TRIES && now.duration_since(gap.since) < max_age);
        let twice = kind == Kind::Video && retry >= LONG;
        let due = self.gaps.iter_mut().filter(|gap| gap.ask <= now);
        for gap in due.take(MAX_REQUEST) {
            gap.tries += 1;
            // Browsers that got both heed one: they answer once in a round trip.
            gap.ask = match gap.tries {
                1 if twice => now + ONCE_MORE,
                2 if twice => now + retry.saturating_sub(ONCE_MORE),
                _ => now + retry,
            };
            into.push(gap.sequence);
        }
    }

    /// The client cannot be asked: only wait for what took a longer way.
    pub(crate) fn wait(&mut self, now: Instant) {
        self.gaps
            .retain(|gap| now.duration_since(gap.since) < MAX_AGE);
        for gap in &mut self.gaps {
            gap.ask = gap.since + MAX_AGE;
        }
    }

    /// Whether a packet was given up, or was late, since the last call: what refers to it is not
    /// decoded, or not soon.
    pub(crate) fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Duration = Duration::from_millis(50);

    fn ask(missing: &mut Missing, now: Instant) -> Vec<u64> {
        let mut asked = Vec::new();
        missing.ask(now, Kind::Video, RETRY, &mut asked);
        asked
    }

    #[test]
    fn a_reordered_packet_is_not_asked_for() {
        let now = Instant::now();
        let mut missing = Missing::default();
        missing.skipped(now, 5, 7);
        assert!(ask(&mut missing, now).is_empty());
        assert_eq!(missing.came(5), Some(0));
        assert_eq!(missing.came(5), None);
        assert_eq!(missing.due(), Some(now + REORDERING));
        assert_eq!(ask(&mut missing, now + REORDERING), [6]);
        assert_eq!(missing.came(6), Some(1));
        assert_eq!(missing.due(), None);
        assert!(!missing.take_lost());
    }

    #[test]
    fn a_lost_packet_is_asked_for_ten_times() {
        let begin = Instant::now();
        let mut missing = Missing::default();
        missing.skipped(begin, 5, 6);
        let asked = (0..100u32)
            .filter(|n| !ask(&mut missing, begin + Duration::from_millis(10) * *n).is_empty())
            .count();
        assert_eq!(asked, usize::from(MAX_TRIES));
        assert!(missing.take_lost());
        assert!(!missing.take_lost());
        assert_eq!(missing.came(5), None);
    }

    #[test]
    fn a_late_packet_is_told_once_and_still_asked_for() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let table = [(RETRY, 240, 250), (LATE, 740, 750)];
        for (retry, before, after) in table {
            let mut missing = Missing::default();
            missing.skipped(begin, 5, 6);
            let mut asked = Vec::new();
            missing.ask(at(before), Kind::Video, retry, &mut asked);
            assert!(!missing.take_lost());
            missing.ask(at(after), Kind::Video, retry, &mut asked);
            assert!(missing.take_lost());
            missing.ask(at(after + 60), Kind::Video, RETRY, &mut asked);
            assert!(!missing.take_lost());
            assert!(missing.came(5).is_some());
        }
    }

    #[test]
    fn the_first_request_for_a_picture_is_repeated_where_answers_take_long() {
        let begin = Instant::now();
        let table: [(Kind, u64, &[u64]); 3] = [
            (Kind::Video, 50, &[5, 15, 55, 105, 155]),
            (Kind::Video, 29, &[5, 34, 63, 92, 121]),
            (Kind::Audio, 50, &[5, 55, 105, 155, 205]),
        ];
        for (kind, retry, expected) in table {
            let mut missing = Missing::default();
            missing.skipped(begin, 5, 6);
            let retry = Duration::from_millis(retry);
            let asked: Vec<u64> = std::iter::repeat_with(|| {
                let due = missing.due().unwrap();
                missing.ask(due, kind, retry, &mut Vec::new());
                u64::try_from(due.duration_since(begin).as_millis()).unwrap()
            })
            .take(expected.len())
            .collect();
            assert_eq!(asked, expected, "{kind:?} {retry:?}");
        }
    }

    #[test]
    fn sound_is_given_up_when_it_is_played() {
        let begin = Instant::now();
        let mut missing = Missing::default();
        missing.skipped(begin, 5, 6);
        let mut asked = Vec::new();
        for ms in (0..1000).step_by(10) {
            let now = begin + Duration::from_millis(ms);
            missing.ask(now, Kind::Audio, RETRY, &mut asked);
        }
        assert_eq!(asked, [5; 5]);
        assert_eq!(missing.due(), None);
    }

    #[test]
    fn the_list_is_bounded() {
        let now = Instant::now();
        let mut missing = Missing::default();
        missing.skipped(now, 0, 500);
        missing.skipped(now, 600, 700);
        assert_eq!(missing.gaps.len(), MAX_MISSING);
        assert!(missing.take_lost());
        assert_eq!(missing.came(10), None);
        assert_eq!(missing.came(650), Some(0));
        assert_eq!(ask(&mut missing, now + RETRY).len(), MAX_REQUEST);
        missing.skipped(now, 700, 5000);
        assert_eq!(missing.gaps.len(), 0);
        assert!(missing.take_lost());
    }
}
