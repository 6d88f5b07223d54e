//! When the sender of a track is asked for a key frame.

use std::time::{Duration, Instant};

/// A sender is asked at most this often.
const THROTTLE: Duration = Duration::from_millis(500);

/// Requests for key frames of one track: the first goes out at once, those that follow too early
/// become one when the throttle ends.
#[derive(Debug, Default)]
pub(crate) struct KeyFrames {
    free: Option<Instant>,
    wanted: bool,
}

impl KeyFrames {
    /// Somebody needs a key frame.
    pub(crate) fn want(&mut self) {
        self.wanted = true;
    }

    /// One came.
    pub(crate) fn came(&mut self) {
        self.wanted = false;
    }

    /// When [`KeyFrames::ask`] will have something to do; `None` in the `Option` means at once.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        self.wanted
            .then(|| self.free.map_or(now, |free| free.max(now)))
    }

    /// Whether to ask now.
    pub(crate) fn ask(&mut self, now: Instant) -> bool {
        if !self.wanted || self.free.is_some_and(|free| now < free) {
            return false;
        }
        self.wanted = false;
        self.free = Some(now + THROTTLE);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_once_and_one_when_the_throttle_ends() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let mut requests = KeyFrames::default();
        assert!(!requests.ask(at(0)));
        requests.want();
        assert_eq!(requests.due(at(0)), Some(at(0)));
        assert!(requests.ask(at(0)));
        assert_eq!(requests.due(at(0)), None);
        for ms in (10..500).step_by(10) {
            requests.want();
            assert!(!requests.ask(at(ms)));
        }
        assert_eq!(requests.due(at(490)), Some(at(500)));
        assert!(requests.ask(at(500)));
        assert!(!requests.ask(at(2000)));
        requests.want();
        requests.came();
        assert!(!requests.ask(at(3000)));
    }
}
