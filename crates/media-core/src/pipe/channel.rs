//! What is said in the data channel: the client's messages read, the engine's written.
//!
//! `docs/data-channel.md` has both sides of the conversation, its limits and its order.

use serde::{Deserialize, Serialize};

use crate::name::Name;

/// Bytes of a text in UTF-8.
pub(crate) const MAX_TEXT: usize = 65_536;
/// Characters of an id.
pub(crate) const MAX_ID: usize = 64;
/// Pipes that a text may name.
pub(crate) const MAX_NAMES: usize = 100;

/// A message of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// A text for others.
    Text(Spoken),
    /// It has got this text of that pipe.
    Got {
        /// The pipe.
        from: Name,
        /// The text.
        id: Name,
    },
}

/// A text of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spoken {
    /// Its own for each.
    pub(crate) id: Name,
    /// May be too long yet.
    pub(crate) text: String,
    /// Pipes, each once; everybody else in the bridge if `None`.
    pub(crate) to: Option<Vec<Name>>,
}

/// Why a message was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    TooLong,
    TooFast,
    Nobody,
    NotJoined,
    Malformed,
}

/// A message that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Of the text, if it has one.
    pub(crate) id: Option<Name>,
    pub(crate) code: Code,
}

/// A message of the engine.
#[derive(Debug, Serialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub(crate) enum Told<'a> {
    /// A text of another pipe.
    Text {
        id: &'a str,
        from: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<&'a str>,
        /// Whether it was not for everybody.
        direct: bool,
        /// When the engine took it: milliseconds since 1970, UTC.
        at: u64,
        text: &'a str,
    },
    /// What became of a text of the client's.
    Delivered {
        id: &'a str,
        delivered: bool,
        at: u64,
    },
    /// A message was refused.
    Refused {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        code: &'static str,
        /// A sentence for a person.
        text: String,
    },
}

/// Members that are known; others are skipped.
#[derive(Deserialize)]
struct Raw {
    t: String,
    id: Option<String>,
    text: Option<String>,
    to: Option<Vec<String>>,
    from: Option<String>,
}

impl Code {
    const fn name(self) -> &'static str {
        match self {
            Self::TooLong => "TOO_LONG",
            Self::TooFast => "TOO_FAST",
            Self::Nobody => "NOBODY",
            Self::NotJoined => "NOT_JOINED",
            Self::Malformed => "MALFORMED",
        }
    }

    /// Whether a client that does nothing wrong can get it; how often it does is bounded by how fast it may talk.
    pub(crate) const fn is_innocent(self) -> bool {
        matches!(self, Self::Nobody | Self::NotJoined)
    }

    fn sentence(self) -> String {
        match self {
            Self::TooLong => format!("A text has at most {MAX_TEXT} bytes."),
            Self::TooFast => "There are too many texts at once; send it again later.".into(),
            Self::Nobody => "Somebody it is for is not there, or takes no texts.".into(),
            Self::NotJoined => "There is nobody to talk to yet.".into(),
            Self::Malformed => "The message can not be understood.".into(),
        }
    }
}

impl Refused {
    pub(crate) fn new(id: &Name, code: Code) -> Self {
        Self {
            id: Some(id.clone()),
            code,
        }
    }

    /// As the client is told.
    pub(crate) fn told(&self) -> String {
        let told = Told::Refused {
            id: self.id.as_deref(),
            code: self.code.name(),
            text: self.code.sentence(),
        };
        told.write()
    }
}

impl Told<'_> {
    /// As JSON.
    pub(crate) fn write(&self) -> String {
        // Texts, numbers and truth values can all be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Read a message of the client.
///
/// # Errors
/// [`Code::Malformed`], with the id if it has one.
pub(crate) fn read(bytes: &[u8]) -> Result<Said, Refused> {
    let malformed = |id: Option<Name>| Refused {
        id,
        code: Code::Malformed,
    };
    let raw: Raw = serde_json::from_slice(bytes).map_err(|_| malformed(None))?;
    let id = raw.id.filter(|id| is_id(id)).map(Name::from);
    let id = id.ok_or_else(|| malformed(None))?;
    let said = match (raw.t.as_str(), raw.text, raw.from) {
        ("text", Some(text), _) => names(raw.to).map(|to| {
            let id = id.clone();
            Said::Text(Spoken { id, text, to })
        }),
        ("got", _, Some(from)) => Some(Said::Got {
            from: Name::from(from),
            id: id.clone(),
        }),
        _ => None,
    };
    said.ok_or_else(|| malformed(Some(id)))
}

fn is_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(allowed)
}

/// Whom a text is for, each once; nothing if they are too many or none.
#[expect(clippy::option_option, reason = "malformed; for everybody; for some")]
fn names(to: Option<Vec<String>>) -> Option<Option<Vec<Name>>> {
    let Some(mut to) = to else {
        return Some(None);
    };
    if !(1..=MAX_NAMES).contains(&to.len()) {
        return None;
    }
    to.sort_unstable();
    to.dedup();
    Some(Some(to.into_iter().map(Name::from).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Result<Said, Refused> {
        read(text.as_bytes())
    }

    fn names(names: &[&str]) -> Vec<Name> {
        names.iter().map(|name| Name::from(*name)).collect()
    }

    #[test]
    fn texts_and_receipts_are_read() {
        let spoken = |to| {
            Ok(Said::Text(Spoken {
                id: "a-1_Z".into(),
                text: "Grüße\n".into(),
                to,
            }))
        };
        assert_eq!(
            said(r#"{"t":"text","id":"a-1_Z","text":"Gr\u00fc\u00dfe\n","more":[{}]}"#),
            spoken(None)
        );
        assert_eq!(
            said(r#"{"to":["b","a","b"],"text":"Grüße\n","id":"a-1_Z","t":"text"}"#),
            spoken(Some(names(&["a", "b"])))
        );
        assert_eq!(
            said(r#"{"t":"got","from":"pipe","id":"x"}"#),
            Ok(Said::Got {
                from: "pipe".into(),
                id: "x".into()
            })
        );
    }

    #[test]
    fn everything_else_is_malformed_and_keeps_its_id() {
        let long = "x".repeat(MAX_ID + 1);
        let nameless = [
            "",
            "{}",
            "[]",
            "nonsense",
            r#"{"t":"text","text":"x"}"#,
            r#"{"t":"text","id":"","text":"x"}"#,
            r#"{"t":"text","id":"a b","text":"x"}"#,
            r#"{"t":"text","id":"ä","text":"x"}"#,
            r#"{"t":"text","id":7,"text":"x"}"#,
            r#"{"t":"text","id":"x","id":"y","text":"x"}"#,
            r#"{"t":"text","id":"x","text":"\ud800"}"#,
            &format!(r#"{{"t":"text","id":"{long}","text":"x"}}"#),
            &"[".repeat(10_000),
        ];
        let malformed = |id: Option<&str>| {
            Err(Refused {
                id: id.map(Name::from),
                code: Code::Malformed,
            })
        };
        for text in nameless {
            assert_eq!(said(text), malformed(None), "{text}");
        }
        assert_eq!(
            read(b"{\"t\":\"text\",\"id\":\"x\",\"text\":\"\xff\"}"),
            malformed(None)
        );
        let many = vec!["\"p\""; MAX_NAMES + 1].join(",");
        for text in [
            r#"{"t":"text","id":"x"}"#,
            r#"{"t":"got","id":"x"}"#,
            r#"{"t":"shout","id":"x","text":"x"}"#,
            r#"{"t":"text","id":"x","text":"x","to":[]}"#,
            &format!(r#"{{"t":"text","id":"x","text":"x","to":[{many}]}}"#),
        ] {
            assert_eq!(said(text), malformed(Some("x")), "{text}");
        }
    }

    #[test]
    fn what_is_told_is_json() {
        let text = Told::Text {
            id: "1",
            from: "pipe",
            label: None,
            direct: true,
            at: 1_800_000_000_123,
            text: "\"\u{1}",
        };
        assert_eq!(
            text.write(),
            r#"{"t":"text","id":"1","from":"pipe","direct":true,"at":1800000000123,"text":"\"\u0001"}"#
        );
        let delivered = Told::Delivered {
            id: "1",
            delivered: false,
            at: 5,
        };
        assert_eq!(
            delivered.write(),
            r#"{"t":"delivered","id":"1","delivered":false,"at":5}"#
        );
        let refused = Refused::new(&"1".into(), Code::TooLong);
        assert_eq!(
            refused.told(),
            r#"{"t":"refused","id":"1","code":"TOO_LONG","text":"A text has at most 65536 bytes."}"#
        );
        let nameless = Refused {
            id: None,
            code: Code::Malformed,
        };
        assert!(
            nameless
                .told()
                .starts_with(r#"{"t":"refused","code":"MALFORMED""#)
        );
    }
}
