//! What is said to the program and what it answers: a JSON object a line.

use std::fmt::Display;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::seen::Told;

/// What may be asked; `party` is a name of the asker's.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Make a client, and its first offer. One of the same name is forgotten.
    Open {
        party: String,
        sending: Vec<Sent>,
        receives: bool,
    },
    /// Take the answer to the first offer.
    Take { party: String, answer: String },
    /// Answer an offer.
    Answer { party: String, offer: String },
    /// Send nothing of a source, or send it again.
    Mute {
        party: String,
        source: Source,
        on: bool,
    },
    /// Count the times without packets anew.
    Mark { party: String },
    /// Tell what has come.
    Count { party: String },
    /// Forget the client, without a word to the other side.
    Close { party: String },
}

impl Command {
    pub(crate) fn party(&self) -> &str {
        match self {
            Self::Open { party, .. }
            | Self::Take { party, .. }
            | Self::Answer { party, .. }
            | Self::Mute { party, .. }
            | Self::Mark { party }
            | Self::Count { party }
            | Self::Close { party } => party,
        }
    }
}

/// The signalling's words for what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Source {
    Microphone,
    Camera,
    Screen,
}

/// A source, and the IVF file with what it sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    pub(crate) source: Source,
    pub(crate) clip: PathBuf,
}

/// In which section a source is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Sending {
    pub(crate) mid: String,
    pub(crate) source: Source,
}

/// What is answered when it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Done {
    Opened {
        offer: String,
        sending: Vec<Sending>,
    },
    Answered {
        answer: String,
    },
    Counted {
        connected: bool,
        sections: Vec<Told>,
    },
    Nothing {},
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refused {
    pub(crate) code: &'static str,
    pub(crate) text: String,
}

impl Refused {
    #[allow(clippy::needless_pass_by_value)] // errors come by value
    pub(crate) fn new(code: &'static str, text: impl Display) -> Self {
        let text = text.to_string();
        Self { code, text }
    }
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
pub(crate) fn parse(line: &str) -> Result<Command, Refused> {
    serde_json::from_str(line).map_err(|error| Refused::new("MALFORMED", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_understood_and_nonsense_is_answered() {
        let open = r#"{"do":"open","party":"anna","receives":true,
            "sending":[{"source":"MICROPHONE","clip":"tone.ivf"}]}"#;
        assert_eq!(
            parse(open).map(|it| it.party().to_owned()),
            Ok("anna".into())
        );
        for bad in [
            "",
            "{",
            r#"{"do":"open","party":"anna"}"#,
            r#"{"do":"sing"}"#,
        ] {
            assert_eq!(
                parse(bad).map(|_| ()).map_err(|it| it.code),
                Err("MALFORMED")
            );
        }
    }

    #[test]
    fn an_answer_is_one_line() {
        let done = Done::Counted {
            connected: true,
            sections: Vec::new(),
        };
        assert_eq!(
            line(Ok(done)),
            r#"{"ok":true,"connected":true,"sections":[]}"#
        );
    }
}
