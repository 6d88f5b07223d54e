//! What is said to the relay and what it answers: a JSON object a line.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::conditions::Conditions;
use crate::refused::Refused;
use crate::way::Counts;

/// What may be asked.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Begin to forward to an address.
    Open {
        kind: Kind,
        to: SocketAddr,
        listen: SocketAddr,
        seed: u64,
    },
    /// From now on one way is like this, and forgets what it was like.
    Set {
        forward: u32,
        way: Direction,
        conditions: Conditions,
    },
    /// Both ways are clear, connections are taken, and what is held goes out at once.
    Restore { forward: u32 },
    /// End the TCP connections with RST.
    Reset { forward: u32 },
    /// As after a NAT's restart: new ports towards the server; TCP is reset.
    Rebind { forward: u32 },
    /// Whether new TCP connections are refused.
    Refuse { forward: u32, on: bool },
    /// Tell what has passed.
    Count { forward: u32 },
    /// Forward no more.
    Close { forward: u32 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Udp,
    Tcp,
}

/// `Up` is from the clients to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    Up,
    Down,
}

/// What is answered when it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Done {
    Opened { forward: u32, listen: SocketAddr },
    Counted(Counted),
    Nothing {},
}

/// The counters of a forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Counted {
    pub(crate) up: Counts,
    pub(crate) down: Counts,
    /// Packets that wait, each way.
    pub(crate) held_up: usize,
    pub(crate) held_down: usize,
    /// Addresses (UDP) or open connections (TCP) right now.
    pub(crate) clients: usize,
    /// All there were.
    pub(crate) clients_ever: u64,
    /// Turned away: there were too many, or no socket towards the server.
    pub(crate) turned_away: u64,
}

/// The line for an answer.
pub(crate) fn line(answer: Result<Done, Refused>) -> String {
    #[derive(Serialize)]
    struct Line<T> {
        ok: bool,
        #[serde(flatten)]
        it: T,
    }
    let text = match answer {
        Ok(it) => serde_json::to_string(&Line { ok: true, it }),
        Err(it) => serde_json::to_string(&Line { ok: false, it }),
    };
    // These types have no key or number that JSON could not say.
    text.unwrap_or_default()
}

/// What a line asks for.
///
/// # Errors
/// `MALFORMED`, with what is wrong.
pub(crate) fn parse(line: &[u8]) -> Result<Command, Refused> {
    serde_json::from_slice(line).map_err(|error| Refused::new("MALFORMED", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_understood() {
        let set = br#"{"do":"set","forward":2,"way":"down","conditions":{"drop":0.05}}"#;
        let Ok(Command::Set {
            forward,
            way,
            conditions,
        }) = parse(set)
        else {
            panic!("not understood");
        };
        assert_eq!((forward, way), (2, Direction::Down));
        assert!((conditions.drop - 0.05).abs() < f64::EPSILON);
    }

    #[test]
    fn nonsense_is_answered() {
        let lines: [&[u8]; 5] = [
            b"",
            b"{",
            br#"{"do":"dance"}"#,
            br#"{"do":"close"}"#,
            br#"{"do":"close","forward":1,"now":true}"#,
        ];
        for line in lines {
            assert_eq!(parse(line).unwrap_err().code, "MALFORMED", "{line:?}");
        }
    }

    #[test]
    fn answers_are_one_line() {
        assert_eq!(line(Ok(Done::Nothing {})), r#"{"ok":true}"#);
        let refused = Refused::new("NO_SUCH_FORWARD", "there is no forward 9");
        assert_eq!(
            line(Err(refused)),
            r#"{"ok":false,"code":"NO_SUCH_FORWARD","text":"there is no forward 9"}"#
        );
    }
}
