//! Log lines on standard error: one line, `key=value`.
//!
//! `time=1763717402.118 level=info message="control plane connected" fence=4`

use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

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

/// Lines of less than this level are not written.
pub fn set_least(level: Level) {
    LEAST.store(level as u8, Ordering::Relaxed);
}

/// Writes one line; an error of standard error is nobody's business.
pub fn log(level: Level, message: &str, fields: &[(&str, &dyn Display)]) {
    if (level as u8) < LEAST.load(Ordering::Relaxed) {
        return;
    }
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let time = format_args!("{}.{:03}", since.as_secs(), since.subsec_millis()).to_string();
    let line = line(&time, level, message, fields);
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
}
