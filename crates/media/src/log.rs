//! Log lines on standard error: `key=value` for people, or JSON for programs.
//!
//! `time=1763717402.118 level=info message="control plane connected" fence=4`
//!
//! As JSON a line has the members that those of the control plane have: `event`,
//! `level`, `timestamp`, and `logger`, which is `media`.

use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

/// How much a line matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Level {
    /// For whoever looks for a fault.
    Debug,
    /// What happens once in a while.
    Info,
    /// Something is not as it should be, and the engine goes on as before.
    Warning,
    /// Somebody has lost something.
    Error,
}

impl Level {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warning, Self::Error];

    /// As written in a line and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

static LEAST: AtomicU8 = AtomicU8::new(Level::Info as u8);
static AS_JSON: AtomicBool = AtomicBool::new(false);

/// Lines of less than this level are not written.
pub fn set_least(level: Level) {
    LEAST.store(level as u8, Ordering::Relaxed);
}

/// Lines are JSON from now on.
pub fn set_json() {
    AS_JSON.store(true, Ordering::Relaxed);
}

/// Writes one line; an error of standard error is nobody's business.
pub fn log(level: Level, message: &str, fields: &[(&str, &dyn Display)]) {
    if (level as u8) < LEAST.load(Ordering::Relaxed) {
        return;
    }
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let line = if AS_JSON.load(Ordering::Relaxed) {
        json(&moment(since), level, message, fields)
    } else {
        let time = format!("{}.{:03}", since.as_secs(), since.subsec_millis());
        line(&time, level, message, fields)
    };
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

fn line(time: &str, level: Level, message: &str, fields: &[(&str, &dyn Display)]) -> String {
    let mut line = format!(
        "time={time} level={} message={}",
        level.name(),
        quoted(message)
    );
    for (key, value) in fields {
        // Writing to a string cannot fail.
        let _ = write!(line, " {key}={}", quoted(&value.to_string()));
    }
    line.push('\n');
    line
}

fn json(time: &str, level: Level, message: &str, fields: &[(&str, &dyn Display)]) -> String {
    let mut members = serde_json::Map::new();
    let first = [
        ("event", message),
        ("level", level.name()),
        ("timestamp", time),
        ("logger", "media"),
    ];
    for (key, value) in first {
        members.insert(key.to_owned(), value.into());
    }
    for (key, value) in fields {
        members.insert((*key).to_owned(), value.to_string().into());
    }
    format!("{}\n", serde_json::Value::Object(members))
}

/// RFC 3339 in UTC.
fn moment(since: Duration) -> String {
    let moment = UtcDateTime::UNIX_EPOCH + since;
    // Fails only beyond the year 9999.
    moment.format(&Rfc3339).unwrap_or_default()
}

/// The value as it is where that is clear, otherwise in quotes with escapes.
fn quoted(value: &str) -> String {
    let plain = |character: char| character.is_ascii_graphic() && !"\"=\\".contains(character);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("\"{}\"", value.escape_debug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_can_not_forge_a_line_or_a_field() {
        let evil = "a\nlevel=error \"";
        let line = line(
            "1.5",
            Level::Info,
            "two words",
            &[("plain", &7), ("evil", &evil), ("empty", &"")],
        );
        assert_eq!(
            line,
            "time=1.5 level=info message=\"two words\" plain=7 \
             evil=\"a\\nlevel=error \\\"\" empty=\"\"\n"
        );
    }

    #[test]
    fn as_json_it_can_not_be_forged_either() {
        let evil = "a\n{\"level\":\"error\"}";
        let line = json("T", Level::Warning, "two words", &[("evil", &evil)]);
        assert_eq!(line.matches('\n').count(), 1);
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["event"], "two words");
        assert_eq!(value["level"], "warning");
        assert_eq!(value["timestamp"], "T");
        assert_eq!(value["evil"], evil);
    }

    #[test]
    fn a_moment_is_in_utc() {
        let since = Duration::new(1_763_717_402, 118_000_000);
        assert_eq!(moment(since), "2025-11-21T09:30:02.118Z");
    }
}
