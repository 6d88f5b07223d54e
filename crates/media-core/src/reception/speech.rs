//! Whether a microphone carries speech, by the levels its packets tell.

use std::time::{Duration, Instant};

/// Sound above this many dB below the loudest there is counts (RFC 6464 section 3)…
const LOUD: u8 = 50;
/// …and this much, if the sender takes it for speech.
const LOUD_SPEECH: u8 = 60;
/// Speech begins when so many…
const ENOUGH: u32 = 3;
/// …of so many packets are loud.
const WINDOW: u32 = 5;
/// Speech ends when nothing was loud for so long; what is older says nothing of what begins now.
const PAUSE: Duration = Duration::from_millis(500);

/// Begins late and ends late, so that neither a click nor a breath is told.
///
/// Senders leave out packets of silence, so a pause is a time, not a number of packets.
#[derive(Debug, Default)]
pub(crate) struct Speech {
    talks: bool,
    /// Which of the last packets were loud, the newest in the lowest bit.
    recent: u8,
    heard: Option<Instant>,
    loud: Option<Instant>,
}

impl Speech {
    /// A packet with this level came: its first bit says speech, the others the level in -dBov
    /// (RFC 6464 section 3). Tells whether speech begins with it.
    pub(crate) fn heard(&mut self, now: Instant, level: u8) -> bool {
        let speech = level & 0x80 != 0;
        let level = level & 0x7f;
        let loud = level < LOUD || speech && level < LOUD_SPEECH;
        let after_pause = self.heard.is_none_or(|heard| now >= heard + PAUSE);
        let before = if after_pause { 0 } else { self.recent };
        self.recent = (before << 1 | u8::from(loud)) & ((1 << WINDOW) - 1);
        self.heard = Some(now);
        if loud {
            self.loud = Some(now);
        }
        let begins = !self.talks && self.recent.count_ones() >= ENOUGH;
        self.talks |= begins;
        begins
    }

    /// When [`Speech::ends`] may have something to tell.
    pub(crate) fn due(&self) -> Option<Instant> {
        Some(self.loud.filter(|_| self.talks)? + PAUSE)
    }

    /// Whether speech has ended.
    pub(crate) fn ends(&mut self, now: Instant) -> bool {
        let ends = self.due().is_some_and(|due| due <= now);
        if ends {
            *self = Self::default();
        }
        ends
    }

    /// Nobody listens any more; tells whether speech ends with this.
    pub(crate) fn reset(&mut self) -> bool {
        std::mem::take(self).talks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const PACKET: Duration = Duration::from_millis(20);

    #[test]
    fn levels_are_compared_with_and_without_speech() {
        let table = [
            (0, true),
            (49, true),
            (50, false),
            (127, false),
            (128 + 59, true),
            (128 + 60, false),
            (128 + 127, false),
        ];
        for (level, begins) in table {
            let mut now = Instant::now();
            let mut speech = Speech::default();
            let mut told = Vec::new();
            for _ in 0..5 {
                told.push(speech.heard(now, level));
                now += PACKET;
            }
            let expected = [false, false, begins, false, false];
            assert_eq!(told, expected, "{level}");
        }
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Loud,
        Quiet,
        /// 200 ms without a packet.
        Gap,
        Check,
    }

    /// Every sequence of nine steps; a model that remembers every packet says what must be told.
    #[test]
    fn every_walk_begins_with_three_of_five_and_ends_after_a_pause() {
        let steps = [Step::Loud, Step::Quiet, Step::Gap, Step::Check];
        let begin = Instant::now();
        let mut reached = HashSet::new();
        for walk in 0..4_usize.pow(9) {
            let mut machine = Speech::default();
            let mut now = begin;
            let mut talks = false;
            // Packets since the last pause, or since speech began.
            let mut history: Vec<(Instant, bool)> = Vec::new();
            let mut code = walk;
            for _ in 0..9 {
                let step = steps[code % 4];
                code /= 4;
                match step {
                    Step::Gap => now += Duration::from_millis(200),
                    Step::Loud | Step::Quiet => {
                        now += PACKET;
                        let last = history.last().map(|(at, _)| *at);
                        if last.is_some_and(|at| now.duration_since(at) >= PAUSE) {
                            history.retain(|_| talks);
                        }
                        let level = if matches!(step, Step::Loud) { 20 } else { 90 };
                        history.push((now, level == 20));
                        let newest = history.iter().rev().take(5);
                        let begins = !talks && newest.filter(|it| it.1).count() >= 3;
                        assert_eq!(machine.heard(now, level), begins, "walk {walk}");
                        talks |= begins;
                    }
                    Step::Check => {
                        let loud = history.iter().rev().find(|it| it.1).map(|it| it.0);
                        let ends =
                            talks && loud.is_some_and(|loud| now.duration_since(loud) >= PAUSE);
                        assert_eq!(machine.ends(now), ends, "walk {walk}");
                        if ends {
                            talks = false;
                            history.clear();
                        }
                    }
                }
                assert_eq!(machine.due().is_some(), talks);
                reached.insert((machine.talks, machine.recent.count_ones()));
            }
        }
        assert!(reached.contains(&(true, 5)) && reached.contains(&(false, 2)));
        assert!(!reached.contains(&(false, 3)));
    }

    #[test]
    fn who_is_not_listened_to_begins_anew() {
        let now = Instant::now();
        let mut speech = Speech::default();
        for _ in 0..3 {
            speech.heard(now, 10);
        }
        assert!(speech.reset());
        assert!(!speech.reset());
        assert_eq!(speech.due(), None);
        assert!(!speech.heard(now, 10));
    }
}
