//! What one way of a forward does to what passes: as it is said, and checked.

use serde::Deserialize;

use crate::refused::Refused;

/// The longest delay of any kind that can be asked for, in milliseconds.
const MOST_DELAY_MS: f64 = 60_000.0;
/// The slowest link: below it a full packet takes more than a second and a half.
const LEAST_CAP_BPS: u64 = 8_000;
/// The longest queue and the largest burst in front of a capped link, in bytes.
const MOST_QUEUE_BYTES: u32 = 1 << 24;

/// The state of a link, one way. The default is a clear one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Conditions {
    /// Hold everything; what is held goes out in its order when this ends.
    pub(crate) stall: bool,
    /// Lose every datagram; a TCP connection is held, as retransmission would do.
    pub(crate) cut: bool,
    /// Constant delay.
    pub(crate) delay_ms: f64,
    /// Up to this is added to the delay, evenly spread; the order is kept.
    pub(crate) jitter_ms: f64,
    /// The share of datagrams that take `reorder_ms` longer, and are overtaken.
    pub(crate) reorder: f64,
    /// How much longer these take.
    pub(crate) reorder_ms: f64,
    /// The share of datagrams lost, one by one (while no burst is on).
    pub(crate) drop: f64,
    /// Loss in bursts (Gilbert and Elliott's two states), beside `drop`.
    pub(crate) bursts: Option<Bursts>,
    /// Bits a second of payload; beyond it datagrams queue, then are lost.
    pub(crate) cap_bps: Option<u64>,
    /// What may pass at once when the link has been idle.
    pub(crate) burst_bytes: u32,
    /// How much waits for the capped link before datagrams are lost.
    pub(crate) queue_bytes: u32,
}

/// The bad state of a link: how it comes, goes, and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bursts {
    /// Probability, before each datagram, that a good link turns bad.
    pub(crate) enter: f64,
    /// Probability, before each datagram, that a bad link turns good.
    pub(crate) leave: f64,
    /// The share lost while it is bad.
    pub(crate) lose: f64,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            stall: false,
            cut: false,
            delay_ms: 0.0,
            jitter_ms: 0.0,
            reorder: 0.0,
            reorder_ms: 0.0,
            drop: 0.0,
            bursts: None,
            cap_bps: None,
            burst_bytes: 3_000,
            queue_bytes: 65_536,
        }
    }
}

impl Conditions {
    /// These, if every number is one that a link can have.
    ///
    /// # Errors
    /// `BAD_VALUE` names the first that is not.
    pub(crate) fn checked(self) -> Result<Self, Refused> {
        let delays = [
            ("delay_ms", self.delay_ms),
            ("jitter_ms", self.jitter_ms),
            ("reorder_ms", self.reorder_ms),
        ];
        for (name, value) in delays {
            if !(0.0..=MOST_DELAY_MS).contains(&value) {
                return Err(bad(name, "from 0 to 60000"));
            }
        }
        let mut shares = vec![("reorder", self.reorder), ("drop", self.drop)];
        if let Some(it) = self.bursts {
            shares.extend([
                ("bursts.enter", it.enter),
                ("bursts.leave", it.leave),
                ("bursts.lose", it.lose),
            ]);
        }
        for (name, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                return Err(bad(name, "from 0 to 1"));
            }
        }
        if self.cap_bps.is_some_and(|cap| cap < LEAST_CAP_BPS) {
            return Err(bad("cap_bps", "8000 or more"));
        }
        for (name, value) in [
            ("burst_bytes", self.burst_bytes),
            ("queue_bytes", self.queue_bytes),
        ] {
            if value > MOST_QUEUE_BYTES {
                return Err(bad(name, "16777216 or less"));
            }
        }
        Ok(self)
    }

    /// Whether nothing that could be held may pass.
    pub(crate) fn holds(&self) -> bool {
        self.stall || self.cut
    }
}

fn bad(name: &str, range: &str) -> Refused {
    Refused::new("BAD_VALUE", format!("{name} must be {range}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_link_is_fine() {
        assert!(Conditions::default().checked().is_ok());
    }

    #[test]
    fn numbers_that_no_link_has_are_refused_by_name() {
        let cases = [
            (r#"{"delay_ms": -1}"#, "delay_ms"),
            (r#"{"jitter_ms": 60001}"#, "jitter_ms"),
            (r#"{"reorder": 1.1}"#, "reorder"),
            (r#"{"drop": -0.1}"#, "drop"),
            (
                r#"{"bursts": {"enter": 0, "leave": 2, "lose": 1}}"#,
                "bursts.leave",
            ),
            (r#"{"cap_bps": 7999}"#, "cap_bps"),
            (r#"{"queue_bytes": 16777217}"#, "queue_bytes"),
        ];
        for (text, name) in cases {
            let said: Conditions = serde_json::from_str(text).unwrap();
            let refused = said.checked().unwrap_err();
            assert_eq!(refused.code, "BAD_VALUE");
            assert!(refused.text.starts_with(name), "{}", refused.text);
        }
    }

    #[test]
    fn a_name_that_is_not_known_is_an_error() {
        assert!(serde_json::from_str::<Conditions>(r#"{"dorp": 1}"#).is_err());
    }
}
