//! When the engine may make an offer: one at a time, close changes merged.

use std::time::{Duration, Instant};

/// How long the engine waits for more changes before it makes an offer of them.
pub(crate) const MERGE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is open; `Some` when changes wait to be offered.
    Stable(Option<Instant>),
    /// This offer waits for its answer; whether there were changes since.
    Offered(u64, bool),
}

/// How far a restart of ICE has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Restart {
    /// None is wanted.
    #[default]
    None,
    /// The next offer will have new credentials.
    Wanted,
    /// The open offer has them.
    Offered,
}

/// The offer/answer exchange of one pipe after the client's first offer (RFC 3264).
///
/// The client never offers again, so there is no glare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Negotiation {
    state: State,
    last: u64,
}

impl Negotiation {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Stable(None),
            last: 0,
        }
    }

    /// Something changed that the client has to be told by an offer.
    pub(crate) fn change(&mut self, now: Instant) {
        self.state = match self.state {
            State::Stable(None) => State::Stable(Some(now + MERGE)),
            State::Stable(due) => State::Stable(due),
            State::Offered(number, _) => State::Offered(number, true),
        };
    }

    /// When [`Negotiation::offer`] will have something to do.
    pub(crate) fn due(&self) -> Option<Instant> {
        match self.state {
            State::Stable(due) => due,
            State::Offered(..) => None,
        }
    }

    /// The number of the offer to make now, if it is time for one.
    pub(crate) fn offer(&mut self, now: Instant) -> Option<u64> {
        let State::Stable(Some(due)) = self.state else {
            return None;
        };
        if now < due {
            return None;
        }
        self.last += 1;
        self.state = State::Offered(self.last, false);
        Some(self.last)
    }

    /// Whether an answer to this offer is awaited.
    pub(crate) fn awaits(&self, number: u64) -> bool {
        matches!(self.state, State::Offered(open, _) if open == number)
    }

    /// The answer to the open offer has been taken.
    pub(crate) fn answered(&mut self, now: Instant) {
        if let State::Offered(_, changed) = self.state {
            self.state = State::Stable(changed.then(|| now + MERGE));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Change,
        Wait,
        Offer,
        Answer,
        Stale,
    }

    /// Every sequence of seven steps; a model of plain facts says what must hold.
    #[test]
    fn every_walk_offers_each_change_once_and_one_at_a_time() {
        let steps = [
            Step::Change,
            Step::Wait,
            Step::Offer,
            Step::Answer,
            Step::Stale,
        ];
        let begin = Instant::now();
        let mut reached = HashSet::new();
        for walk in 0..5_usize.pow(7) {
            let mut machine = Negotiation::new();
            let (mut now, mut open, mut untold, mut since) = (begin, None, false, None);
            let mut code = walk;
            for _ in 0..7 {
                let step = steps[code % 5];
                code /= 5;
                match step {
                    Step::Change => {
                        machine.change(now);
                        untold = true;
                        if open.is_none() && since.is_none() {
                            since = Some(now);
                        }
                    }
                    Step::Wait => now += MERGE,
                    Step::Offer => {
                        let expected = open.is_none()
                            && untold
                            && since.is_some_and(|since| now >= since + MERGE);
                        let number = machine.offer(now);
                        assert_eq!(number.is_some(), expected, "walk {walk}");
                        if let Some(number) = number {
                            assert!(machine.awaits(number));
                            (open, untold, since) = (Some(number), false, None);
                        }
                    }
                    Step::Answer => {
                        if let Some(number) = open.take() {
                            assert!(machine.awaits(number));
                            machine.answered(now);
                            since = untold.then_some(now);
                        }
                    }
                    Step::Stale => {
                        let stale = open.unwrap_or(1) + 1;
                        assert!(!machine.awaits(stale));
                        assert!(!machine.awaits(0));
                    }
                }
                assert_eq!(machine.due().is_some(), open.is_none() && untold);
                reached.insert(std::mem::discriminant(&machine.state));
            }
        }
        assert_eq!(reached.len(), 2);
    }

    #[test]
    fn changes_within_the_window_are_one_offer() {
        let begin = Instant::now();
        let mut machine = Negotiation::new();
        machine.change(begin);
        machine.change(begin + MERGE / 2);
        assert_eq!(machine.due(), Some(begin + MERGE));
        assert_eq!(machine.offer(begin + MERGE), Some(1));
        assert_eq!(machine.offer(begin + MERGE), None);
        machine.answered(begin + MERGE);
        assert_eq!(machine.due(), None);
    }
}
