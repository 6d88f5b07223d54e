//! The command line of `ringway-media`.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::log::Level;

/// Shards of one engine; each needs a port and, to be of use, a core.
pub const MOST_SHARDS: u16 = 64;

/// Addresses advertised in every description.
pub const MOST_ADVERTISED: usize = 16;

/// Longest grace period: a day.
const LONGEST_GRACE: u64 = 3600;

/// What `--help` prints.
pub const HELP: &str = "\
ringway-media: the media engine of Ringway; it is started by `ringway serve`.

  --socket PATH          Unix socket for orders and news
  --media HOST:PORT      where media is received; shard n listens on PORT + n
  --advertise ADDRESS    IP or IP:PORT told to clients; repeat it for several
  --shards N             threads that move media, each with its own port (1)
  --grace SECONDS        how long to go on without a control plane (60)
  --engine-id ID         name of this engine in its hello (engine)
  --log LEVEL            debug, info, warning or error (info)

RINGWAY_MEDIA_LOG=json in the environment makes log lines JSON.  It is no option, so that
an engine that was started with another format is adopted all the same, with its calls.

Exit codes: 0 told to end, or nobody came back within the grace period; 1 a fault;
2 wrong arguments; 3 the media port or the socket can not be had.
";

/// What the engine is told when it is started.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Arguments {
    /// Path of the Unix socket.
    pub socket: PathBuf,
    /// Where shard 0 listens.
    pub media: SocketAddr,
    /// Told to clients: an address, and a port where it is not the one media listens on.
    pub advertised: Vec<(IpAddr, Option<u16>)>,
    /// Threads that move media.
    pub shards: u16,
    /// How long to go on without a control plane.
    pub grace: Duration,
    /// Name of this engine.
    pub engine: String,
    /// The least level of a log line.
    pub level: Level,
}

/// What is wrong with a command line.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Wrong {
    /// Help was asked for, so nothing is wrong.
    #[error("{HELP}")]
    Help,
    /// An option that does not exist.
    #[error("{0} is no option; see --help.")]
    Unknown(String),
    /// An option without its value.
    #[error("{0} needs a value; see --help.")]
    Missing(String),
    /// A value that is not of the kind the option needs.
    #[error("{option} needs {what}, not {value:?}.")]
    Value {
        /// The option.
        option: String,
        /// What it needs.
        what: String,
        /// What it was given.
        value: String,
    },
}

impl Arguments {
    /// Reads a command line without the program's name.
    ///
    /// # Errors
    /// [`Wrong`], of which the text is a sentence for a person.
    pub fn read(given: impl IntoIterator<Item = OsString>) -> Result<Self, Wrong> {
        let (mut socket, mut media, mut advertised) = (None, None, Vec::new());
        let (mut shards, mut grace) = (1, Duration::from_secs(60));
        let (mut engine, mut level) = ("engine".to_owned(), Level::Info);
        let mut given = given.into_iter();
        while let Some(option) = given.next() {
            let option = option.to_string_lossy().into_owned();
            if option == "--help" {
                return Err(Wrong::Help);
            }
            if !OPTIONS.contains(&option.as_str()) {
                return Err(Wrong::Unknown(option));
            }
            let value = given.next().ok_or_else(|| Wrong::Missing(option.clone()))?;
            if option == "--socket" {
                socket = Some(PathBuf::from(value));
                continue;
            }
            let value = value.to_string_lossy().into_owned();
            let wrong = |what: &str| Wrong::Value {
                option: option.clone(),
                what: what.to_owned(),
                value: value.clone(),
            };
            match option.as_str() {
                "--media" => {
                    media = Some(
                        value
                            .parse()
                            .map_err(|_| wrong("an IP address and a port"))?,
                    );
                }
                "--advertise" => {
                    let address = advertise(&value).ok_or_else(|| wrong("an IP address"))?;
                    advertised.push(address);
                }
                "--shards" => {
                    let what = format!("a number from 1 to {MOST_SHARDS}");
                    let number = value.parse().ok();
                    let number = number.filter(|number| (1..=MOST_SHARDS).contains(number));
                    shards = number.ok_or_else(|| wrong(&what))?;
                }
                "--grace" => {
                    let what = format!("seconds from 0 to {LONGEST_GRACE}");
                    let seconds = value.parse().ok();
                    let seconds = seconds.filter(|seconds| (0..=LONGEST_GRACE).contains(seconds));
                    grace = Duration::from_secs(seconds.ok_or_else(|| wrong(&what))?);
                }
                "--engine-id" => engine = value,
                _ => {
                    let named = Level::ALL.into_iter().find(|level| level.name() == value);
                    level = named.ok_or_else(|| wrong("debug, info, warning or error"))?;
                }
            }
        }
        let missing = |option: &str| Wrong::Missing(option.to_owned());
        if !(1..=MOST_ADVERTISED).contains(&advertised.len()) {
            return Err(Wrong::Value {
                option: "--advertise".to_owned(),
                what: format!("to be given 1 to {MOST_ADVERTISED} times"),
                value: advertised.len().to_string(),
            });
        }
        let media: SocketAddr = media.ok_or_else(|| missing("--media"))?;
        if media.port().checked_add(shards - 1).is_none() {
            return Err(Wrong::Value {
                option: "--media".to_owned(),
                what: format!("a port that leaves room for {shards} shards"),
                value: media.to_string(),
            });
        }
        Ok(Self {
            socket: socket.ok_or_else(|| missing("--socket"))?,
            media,
            advertised,
            shards,
            grace,
            engine,
            level,
        })
    }

    /// What shard `shard`, bound to `port`, tells its clients to send to.
    #[must_use]
    pub fn addresses(&self, shard: u16, port: u16) -> Vec<SocketAddr> {
        let address = |(ip, other): &(IpAddr, Option<u16>)| {
            let port = other.map_or(port, |other| other.saturating_add(shard));
            SocketAddr::new(*ip, port)
        };
        self.advertised.iter().map(address).collect()
    }
}

const OPTIONS: [&str; 7] = [
    "--socket",
    "--media",
    "--advertise",
    "--shards",
    "--grace",
    "--engine-id",
    "--log",
];

fn advertise(value: &str) -> Option<(IpAddr, Option<u16>)> {
    let whole = value.parse::<SocketAddr>();
    let (ip, port) = match whole {
        Ok(address) => (address.ip(), Some(address.port())),
        Err(_) => (value.parse().ok()?, None),
    };
    (!ip.is_unspecified()).then_some((ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, Wrong> {
        Arguments::read(line.split_whitespace().map(OsString::from))
    }

    const LEAST: &str = "--socket /tmp/s --media 0.0.0.0:3478 --advertise 10.0.0.1";

    #[test]
    fn the_defaults_are_those_of_the_help() {
        let arguments = read(LEAST).unwrap();
        assert_eq!((arguments.shards, arguments.grace.as_secs()), (1, 60));
        assert_eq!(
            arguments.addresses(0, 3478),
            ["10.0.0.1:3478".parse().unwrap()]
        );
        assert!(OPTIONS.iter().all(|option| HELP.contains(option)));
    }

    #[test]
    fn every_shard_has_a_port_of_its_own() {
        let line = format!("{LEAST} --advertise [2001:db8::1]:9000 --advertise ::1 --shards 2");
        let arguments = read(&line).unwrap();
        let expected = ["10.0.0.1:3479", "[2001:db8::1]:9001", "[::1]:3479"];
        assert_eq!(
            arguments.addresses(1, 3479),
            expected.map(|text| text.parse().unwrap())
        );
    }

    #[test]
    fn what_is_wrong_is_said_in_one_sentence() {
        for (line, text) in [
            (
                "--socket /tmp/s --media 1.2.3.4:5".to_owned(),
                "--advertise needs to be given 1 to 16 times, not \"0\".",
            ),
            (
                "--media 1.2.3.4:5 --advertise ::1".to_owned(),
                "--socket needs a value; see --help.",
            ),
            (
                format!("{LEAST} --loud"),
                "--loud is no option; see --help.",
            ),
            (
                format!("{LEAST} --grace"),
                "--grace needs a value; see --help.",
            ),
            (
                format!("{LEAST} --grace -1"),
                "--grace needs seconds from 0 to 3600, not \"-1\".",
            ),
            (
                format!("{LEAST} --shards 0"),
                "--shards needs a number from 1 to 64, not \"0\".",
            ),
            (
                format!("{LEAST} --media here:1"),
                "--media needs an IP address and a port, not \"here:1\".",
            ),
            (
                format!("{LEAST} --media 0.0.0.0:65535 --shards 2"),
                "--media needs a port that leaves room for 2 shards, not \"0.0.0.0:65535\".",
            ),
            (
                format!("{LEAST} --advertise 0.0.0.0"),
                "--advertise needs an IP address, not \"0.0.0.0\".",
            ),
            (
                format!("{LEAST} --log loud"),
                "--log needs debug, info, warning or error, not \"loud\".",
            ),
        ] {
            assert_eq!(read(&line).unwrap_err().to_string(), text);
        }
    }
}
