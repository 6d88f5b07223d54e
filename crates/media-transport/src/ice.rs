//! The lite agent of ICE: answers authentic checks and remembers which paths they came by.
//!
//! The library reads and writes STUN. Its agent is not used: of the paths that a peer has nominated it keeps to the one with the
//! highest priority until that one is dead, whereas browsers tell a lite peer by their latest nomination what they use, and
//! move to worse paths as well (from Wi-Fi to mobile). It also keeps a candidate for every address ever seen.

use std::fmt;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use is::stun::StunMessage;

use crate::{Error, Path, Peer};

/// A path without checks for this long is not sent to any more. Browsers check at least every 5 s, so this is three in a row
/// lost; RFC 7675 §5.1 allows up to 30 s. What is sent to a path that is dead, or to an address that somebody else has now,
/// helps nobody; but its peer may still come back, so it is not given up before [`LOST`].
pub const CONSENT: Duration = Duration::from_secs(15);

/// A peer without checks on any path for this long is given up: its consent has expired by RFC 7675 §5.1. Until then a
/// telephone that was in a lift finds its connection as it left it, with the same keys.
pub const LOST: Duration = Duration::from_secs(30);

/// Paths of one peer that are remembered: each of its addresses with each of ours. Beyond that the one that was checked least
/// recently is forgotten.
pub const MAX_PATHS: usize = 64;

/// Length of a STUN header.
const HEADER: usize = 20;

/// The attribute FINGERPRINT, and what is added to its CRC, bit by bit (RFC 8489 §14.7).
const FINGERPRINT: u16 = 0x8028;
const FINGERPRINT_MASK: u32 = 0x5354_554e;

/// Room for an answer: header, mapped address, integrity and fingerprint need 76 bytes with IPv6.
const ANSWER: usize = 128;

/// User name fragment and password of one side (RFC 8445 §5.3).
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// 4 to 256 characters.
    pub ufrag: String,
    /// 22 to 256 characters.
    pub pwd: String,
}

impl Credentials {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let ice_chars = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
        };
        let lengths = (4..=256).contains(&self.ufrag.len()) && (22..=256).contains(&self.pwd.len());
        if lengths && ice_chars(&self.ufrag) && ice_chars(&self.pwd) {
            Ok(())
        } else {
            Err(Error::Credentials)
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("ufrag", &self.ufrag)
            .finish_non_exhaustive()
    }
}

/// What an authentic check asks for.
pub(crate) struct Check {
    /// To be sent back the way the check came.
    pub(crate) answer: Vec<u8>,
    /// The path in use is another than before.
    pub(crate) moved: Option<Path>,
}

/// What there is to use when the path in use has fallen silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Another path that is checked.
    Path(Path),
    /// None, until a check comes again.
    Nothing,
}

/// New credentials, until the peer has nominated a path by them (RFC 8445 §9).
struct Restart {
    local: Credentials,
    /// Known from the peer's answer. Checks may be here before that: then they count by our part alone (RFC 8445 §7.3).
    remote: Option<Credentials>,
    /// The fragment of the peer that the first nomination named.
    nominated_by: Option<String>,
}

impl Restart {
    fn knows(&self, local: &str, remote: &str) -> bool {
        let answered = self.remote.as_ref();
        self.local.ufrag == local && answered.is_none_or(|answered| answered.ufrag == remote)
    }
}

/// The lite agent.
pub(crate) struct Agent {
    local: Credentials,
    remote: Credentials,
    restart: Option<Restart>,
    /// The last checked is the last.
    paths: Vec<(Path, Instant)>,
    /// Kept when it has fallen silent and there is no other.
    selected: Option<Path>,
    checked: Option<Instant>,
}

impl Agent {
    pub(crate) fn new(local: Credentials, remote: Credentials) -> Self {
        Self {
            local,
            remote,
            restart: None,
            paths: Vec::new(),
            selected: None,
            checked: None,
        }
    }

    /// Our credentials as the peer was told last.
    pub(crate) fn local(&self) -> &Credentials {
        self.restart
            .as_ref()
            .map_or(&self.local, |restart| &restart.local)
    }

    /// Whether checks may name this fragment of ours.
    pub(crate) fn is_local(&self, ufrag: &str) -> bool {
        self.local.ufrag == ufrag || self.local().ufrag == ufrag
    }

    /// Offers new credentials. The old ones hold until a path is nominated by the new; those of a restart that has not come so
    /// far are forgotten.
    pub(crate) fn restart(&mut self, local: Credentials) {
        self.restart = Some(Restart {
            local,
            remote: None,
            nominated_by: None,
        });
    }

    /// Takes the peer's credentials from its answer; false if they changed although no restart was offered.
    pub(crate) fn answered(&mut self, remote: Credentials) -> bool {
        let Some(restart) = &mut self.restart else {
            return remote == self.remote;
        };
        if let Some(known) = &restart.remote {
            return remote == *known;
        }
        let nominated_by = restart.nominated_by.take();
        let nominated = nominated_by.is_some_and(|ufrag| ufrag == remote.ufrag);
        restart.remote = Some(remote);
        if nominated {
            self.forget_old();
        }
        true
    }

    /// The old credentials have had their time.
    fn forget_old(&mut self) {
        if let Some(Restart {
            local,
            remote: Some(remote),
            ..
        }) = self.restart.take_if(|restart| restart.remote.is_some())
        {
            (self.local, self.remote) = (local, remote);
        }
    }

    /// Answers a binding request; `None` if this is not an authentic one.
    pub(crate) fn handle(&mut self, now: Instant, path: Path, datagram: &[u8]) -> Option<Check> {
        let message = StunMessage::parse(datagram)
            .ok()
            .filter(StunMessage::is_binding_request)?;
        let (local, remote) = message.username()?.split_once(':')?;
        let restart = self.restart.as_ref();
        let new = restart.filter(|restart| restart.knows(local, remote));
        let pwd = match new {
            Some(restart) => &restart.local.pwd,
            None if local == self.local.ufrag && remote == self.remote.ufrag => &self.local.pwd,
            None => return None,
        };
        if !has_sound_fingerprint(datagram) || !message.verify(pwd.as_bytes(), hmac_sha1) {
            return None;
        }
        if message.ice_controlled().is_some() {
            // A lite agent is never the controlling one (RFC 8445 §6.1.1): the peer is told to be it.
            let conflict = StunMessage::binding_role_conflict_reply(message.trans_id());
            return Some(Check {
                answer: write(&conflict, pwd)?,
                moved: None,
            });
        }
        let answer = write(
            &StunMessage::binding_reply(message.trans_id(), path.remote),
            pwd,
        )?;
        let is_new = new.is_some();
        // Who has nominated by the new credentials still checks its old paths for a while, and says that it uses them.
        let outdated = !is_new && restart.is_some_and(|restart| restart.nominated_by.is_some());
        let nominates = message.use_candidate() && !outdated;
        // It was given up for silent, and has not nominated anything else since.
        let returns = self.selected.is_some() && self.paths.is_empty();
        self.check(now, path)?;
        if is_new && nominates {
            let ufrag = remote.to_owned();
            if let Some(restart) = &mut self.restart {
                restart.nominated_by = Some(ufrag);
            }
            self.forget_old();
        }
        let moved = (nominates && self.selected != Some(path)) || returns;
        if moved {
            self.selected = Some(path);
        }
        Some(Check {
            answer,
            moved: moved.then_some(path),
        })
    }

    /// Notes that a path was checked.
    fn check(&mut self, now: Instant, path: Path) -> Option<()> {
        self.paths.retain(|(known, _)| *known != path);
        if self.paths.len() >= MAX_PATHS {
            let oldest = self
                .paths
                .iter()
                .position(|(known, _)| Some(*known) != self.selected)?;
            self.paths.remove(oldest);
        }
        self.paths.push((path, now));
        self.checked = Some(now);
        Some(())
    }

    /// Forgets paths that were not checked for [`CONSENT`]. Gives what takes the place of one in use.
    pub(crate) fn forget_silent(&mut self, now: Instant) -> Option<Rest> {
        let known = self.paths.len();
        self.paths
            .retain(|(_, checked)| now.saturating_duration_since(*checked) < CONSENT);
        let used = self.selected?;
        if self.paths.len() == known || self.paths.iter().any(|(path, _)| *path == used) {
            return None;
        }
        let Some((path, _)) = self.paths.last() else {
            return Some(Rest::Nothing);
        };
        self.selected = Some(*path);
        Some(Rest::Path(*path))
    }

    /// When the next path will have been silent for too long.
    pub(crate) fn next_silence(&self) -> Option<Instant> {
        self.paths.first().map(|(_, checked)| *checked + CONSENT)
    }

    /// Whether an authentic check came from there lately.
    pub(crate) fn is_valid(&self, peer: &Peer) -> bool {
        self.paths.iter().any(|(path, _)| path.peer() == *peer)
    }

    /// When the last authentic check came.
    pub(crate) const fn checked(&self) -> Option<Instant> {
        self.checked
    }

    /// The path that the peer nominated last, if it is not silent on all.
    pub(crate) fn selected(&self) -> Option<Path> {
        self.selected.filter(|_| !self.paths.is_empty())
    }
}

fn write(message: &StunMessage<'_>, password: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; ANSWER];
    let len = message
        .to_bytes(Some(password.as_bytes()), &mut bytes, hmac_sha1)
        .ok()?;
    bytes.truncate(len);
    Some(bytes)
}

/// Whether FINGERPRINT, if there is one, is the last attribute and right (RFC 8489 §14.7). The library reads it without
/// checking it.
fn has_sound_fingerprint(datagram: &[u8]) -> bool {
    let mut at = HEADER;
    while let Some(&[kind_high, kind_low, len_high, len_low]) =
        datagram.get(at..).and_then(<[u8]>::first_chunk)
    {
        let len = usize::from(u16::from_be_bytes([len_high, len_low]));
        let value = at + 4;
        if u16::from_be_bytes([kind_high, kind_low]) == FINGERPRINT {
            let (Some(before), Some(&told)) = (
                datagram.get(..at),
                datagram.get(value..).and_then(<[u8]>::first_chunk),
            ) else {
                return false;
            };
            let is_last = len == 4 && value + len == datagram.len();
            return is_last && u32::from_be_bytes(told) == crc32(before) ^ FINGERPRINT_MASK;
        }
        at = value + len.next_multiple_of(4);
    }
    true
}

/// CRC-32 of ITU V.42, as of Ethernet; bit by bit, as requests are short and few.
fn crc32(bytes: &[u8]) -> u32 {
    let rest = bytes.iter().fold(u32::MAX, |rest, byte| {
        (0..8).fold(rest ^ u32::from(*byte), |rest, _| {
            (rest >> 1) ^ (0xedb8_8320 & (rest & 1).wrapping_neg())
        })
    });
    !rest
}

fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    let mut context =
        hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key));
    for part in parts {
        context.update(part);
    }
    context
        .sign()
        .as_ref()
        .first_chunk()
        .copied()
        .unwrap_or_default()
}
