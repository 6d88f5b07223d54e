//! One peer's connection: which datagrams count, what is sent, when it is over.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use media_srtp::{MasterKey, Profile};

use crate::dtls::{Progress, Server};
use crate::ice::{Agent, LOST, Rest};
use crate::sctp::{Association, Heard, Unsent};
use crate::{Credentials, Error, Fingerprint, Identity, Path, Peer, Reason};

/// From the making of a transport until its keys: longer than any handshake that somebody still waits for.
pub const CONNECT: Duration = Duration::from_secs(15);

/// Bytes of DTLS that a handshake may take, repetitions included. With large keys and certificates it takes about 4,000.
pub const MAX_HANDSHAKE: usize = 65_536;

/// The largest datagram that is looked at, in bytes.
const MAX_DATAGRAM: usize = 2048;

/// Fingerprints that a description may announce.
const MAX_FINGERPRINTS: usize = 16;

/// Datagrams of DTLS that wait until the peer has nominated a path; one flight has fewer.
const MAX_WAITING: usize = 8;

/// What a transport has to say.
#[derive(Debug)]
pub enum Event {
    /// Send these bytes along `path`.
    Transmit {
        /// The way to go.
        path: Path,
        /// A whole datagram.
        bytes: Vec<u8>,
    },
    /// Media goes this way from now on: the path that the peer nominated.
    Selected(Path),
    /// No path has been checked for [`CONSENT`](crate::CONSENT): nothing may be sent until the next `Selected`.
    Silent,
    /// The peer is who signalling said, and these are the keys. Comes once.
    Established {
        /// The profile that both know.
        profile: Profile,
        /// For what we send.
        send: MasterKey,
        /// For what we receive.
        receive: MasterKey,
    },
    /// Something of the peer's channel; only if channels were accepted.
    Channel(Heard),
    /// The connection is over. Nothing comes after it.
    Failed(Reason),
    /// The peer has closed the connection. Nothing comes after it.
    RemoteClosed,
}

/// Datagrams that were dropped in silence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drops {
    /// STUN that is not an authentic binding request.
    pub stun: u64,
    /// DTLS from an address that ICE has not validated.
    pub dtls: u64,
    /// Neither STUN nor DTLS, too large, or after the end.
    pub other: u64,
}

/// One peer's connection.
pub struct Transport {
    ice: Agent,
    dtls: Server,
    /// There if channels were accepted.
    channel: Option<Box<Association>>,
    events: VecDeque<Event>,
    /// DTLS without a path yet.
    waiting: Vec<Vec<u8>>,
    /// Received before the handshake was complete.
    handshake: usize,
    drops: Drops,
    life: Life,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    /// No keys yet; over at this time.
    Connecting(Instant),
    Established,
    Over,
}

impl Transport {
    /// Waits for the peer that has these credentials and one of these certificates.
    ///
    /// # Errors
    /// [`Error::Credentials`]; [`Error::NoFingerprint`] for none; [`Error::Fingerprint`] for more than 16.
    pub fn new(
        identity: &Identity,
        local: Credentials,
        remote: Credentials,
        remote_fingerprints: Vec<Fingerprint>,
        now: Instant,
    ) -> Result<Self, Error> {
        local.check()?;
        remote.check()?;
        if remote_fingerprints.is_empty() {
            return Err(Error::NoFingerprint);
        }
        if remote_fingerprints.len() > MAX_FINGERPRINTS {
            return Err(Error::Fingerprint);
        }
        Ok(Self {
            ice: Agent::new(local, remote),
            dtls: Server::new(identity, remote_fingerprints),
            channel: None,
            events: VecDeque::new(),
            waiting: Vec::new(),
            handshake: 0,
            drops: Drops::default(),
            life: Life::Connecting(now + CONNECT),
        })
    }

    /// Takes a datagram that came by `path`: STUN or DTLS (RFC 7983). Poll for events afterwards.
    pub fn handle(&mut self, now: Instant, path: &Path, datagram: &[u8]) {
        match datagram.first() {
            _ if self.life == Life::Over || datagram.len() > MAX_DATAGRAM => self.drops.other += 1,
            Some(0..=3) => self.handle_stun(now, *path, datagram),
            Some(20..=63) => self.handle_dtls(now, &path.peer(), datagram),
            _ => self.drops.other += 1,
        }
    }

    fn handle_stun(&mut self, now: Instant, path: Path, datagram: &[u8]) {
        let Some(check) = self.ice.handle(now, path, datagram) else {
            self.drops.stun += 1;
            return;
        };
        self.events.push_back(Event::Transmit {
            path,
            bytes: check.answer,
        });
        if let Some(selected) = check.moved {
            self.select(selected);
        }
    }

    fn select(&mut self, path: Path) {
        self.events.push_back(Event::Selected(path));
        for bytes in self.waiting.drain(..) {
            self.events.push_back(Event::Transmit { path, bytes });
        }
    }

    fn handle_dtls(&mut self, now: Instant, peer: &Peer, datagram: &[u8]) {
        if !self.ice.is_valid(peer) {
            self.drops.dtls += 1;
            return;
        }
        if !self.dtls.is_established() {
            self.handshake += datagram.len();
            if self.handshake > MAX_HANDSHAKE {
                self.fail(Reason::HandshakeTooLong);
                return;
            }
        }
        let mut packets = Vec::new();
        self.step(|dtls, progress| {
            dtls.handle(now, datagram, &mut |it| match it {
                Progress::Data(packet) => packets.push(packet),
                it => progress(it),
            })
        });
        for packet in packets {
            if let Some(channel) = &mut self.channel {
                channel.handle(now, &packet);
            }
            self.serve_channel(now);
        }
    }

    /// Carries what the channel has to send and to say.
    fn serve_channel(&mut self, now: Instant) {
        while self.life == Life::Established
            && let Some(channel) = &mut self.channel
        {
            while let Some(heard) = channel.poll() {
                self.events.push_back(Event::Channel(heard));
            }
            let Some(packet) = channel.packet(now) else {
                return;
            };
            self.step(|dtls, progress| dtls.send(&packet, progress));
        }
    }

    /// Lets the peer make the text channel, and says how long a message it takes: bytes, 0 for no limit (RFC 8841 §6).
    pub fn accept_channel(&mut self, largest: u64) {
        self.channel = Some(Box::new(Association::new(largest)));
    }

    /// Sends a message in the channel. Poll for events afterwards.
    ///
    /// # Errors
    /// [`Unsent`]: nothing of it is sent.
    pub fn send_text(&mut self, now: Instant, text: &str) -> Result<(), Unsent> {
        let Some(channel) = &mut self.channel else {
            return Err(Unsent::NotOpen);
        };
        channel.send(text)?;
        self.serve_channel(now);
        Ok(())
    }

    /// Ends the channel, not the connection. The peer is told, once: poll for what is to be sent.
    pub fn abort_channel(&mut self, now: Instant) {
        if let Some(channel) = &mut self.channel {
            channel.abort();
            self.serve_channel(now);
        }
    }

    /// Lets DTLS take a step and does what it asks for.
    fn step(
        &mut self,
        step: impl FnOnce(&mut Server, &mut dyn FnMut(Progress)) -> Result<(), Reason>,
    ) {
        let selected = self.ice.selected();
        let (events, waiting, life) = (&mut self.events, &mut self.waiting, &mut self.life);
        let done = step(&mut self.dtls, &mut |progress| match (progress, selected) {
            (Progress::Send(bytes), Some(path)) => {
                events.push_back(Event::Transmit { path, bytes });
            }
            (Progress::Send(bytes), None) if waiting.len() < MAX_WAITING => waiting.push(bytes),
            // What is sent is repeated when the peer does not answer; what came is taken before it comes here.
            (Progress::Send(_), None) | (Progress::Data(_), _) => {}
            (Progress::Established(keys), _) => {
                *life = Life::Established;
                events.push_back(Event::Established {
                    profile: keys.profile,
                    send: keys.send,
                    receive: keys.receive,
                });
            }
            (Progress::Closed, _) => {
                *life = Life::Over;
                events.push_back(Event::RemoteClosed);
            }
        });
        if let Err(reason) = done {
            self.fail(reason);
        }
    }

    fn fail(&mut self, reason: Reason) {
        if self.life != Life::Over {
            self.life = Life::Over;
            self.events.push_back(Event::Failed(reason));
        }
    }

    /// What has happened since; call until `None` after each other call.
    pub fn poll(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called; `None` after the end.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        let deadline = match self.life {
            Life::Over => return None,
            Life::Connecting(deadline) => Some(deadline),
            Life::Established => self.lost_at(),
        };
        let channel = self.channel.as_ref();
        [
            deadline,
            self.ice.next_silence(),
            self.dtls.next_timeout(),
            channel.and_then(|channel| channel.next_timeout()),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When the peer will be given up if no check comes.
    fn lost_at(&self) -> Option<Instant> {
        self.ice.checked().map(|checked| checked + LOST)
    }

    /// Does what is due: repeats a flight of DTLS, forgets silent paths, gives up.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.life == Life::Over {
            return;
        }
        match self.ice.forget_silent(now) {
            Some(Rest::Path(path)) => self.select(path),
            Some(Rest::Nothing) => self.events.push_back(Event::Silent),
            None => {}
        }
        match self.life {
            Life::Connecting(deadline) if now >= deadline => self.fail(Reason::NotConnected),
            Life::Established if self.lost_at().is_some_and(|at| at <= now) => {
                self.fail(Reason::TimedOut);
            }
            _ if self.dtls.next_timeout().is_some_and(|at| at <= now) => {
                self.step(|dtls, progress| dtls.handle_timeout(now, progress));
            }
            _ => {}
        }
        if let Some(channel) = &mut self.channel
            && channel.next_timeout().is_some_and(|at| at <= now)
        {
            channel.handle_timeout(now);
            self.serve_channel(now);
        }
    }

    /// Whether an authentic connectivity check came from there lately: only then its media counts.
    #[must_use]
    pub fn is_valid(&self, peer: &Peer) -> bool {
        self.life != Life::Over && self.ice.is_valid(peer)
    }

    /// Restarts ICE (RFC 8445 §9): our description has these credentials from now on. Paths, keys and the old credentials hold
    /// until the peer has nominated a path by the new ones.
    ///
    /// # Errors
    /// [`Error::Credentials`], and nothing has changed.
    pub fn restart(&mut self, local: Credentials) -> Result<(), Error> {
        local.check()?;
        self.ice.restart(local);
        Ok(())
    }

    /// Takes the peer's credentials from its answer to a description of ours. Without a restart they must be the same as before.
    ///
    /// # Errors
    /// [`Error::Credentials`]; [`Error::NoRestart`]; and nothing has changed.
    pub fn answered(&mut self, remote: Credentials) -> Result<(), Error> {
        remote.check()?;
        if self.ice.answered(remote) {
            Ok(())
        } else {
            Err(Error::NoRestart)
        }
    }

    /// Our credentials, for every description that we write now.
    #[must_use]
    pub fn local(&self) -> &Credentials {
        self.ice.local()
    }

    /// Whether checks for this peer may name this fragment of ours: there are two in a restart.
    #[must_use]
    pub fn is_local(&self, ufrag: &str) -> bool {
        self.ice.is_local(ufrag)
    }

    /// When the last authentic check came.
    #[must_use]
    pub const fn checked(&self) -> Option<Instant> {
        self.ice.checked()
    }

    /// The path that the peer nominated, if not all are silent.
    #[must_use]
    pub fn selected(&self) -> Option<Path> {
        self.ice.selected()
    }

    /// What was dropped so far.
    #[must_use]
    pub const fn drops(&self) -> Drops {
        self.drops
    }

    /// Ends the connection. The peer is told, once: poll for what is to be sent.
    pub fn close(&mut self) {
        if self.life != Life::Over {
            self.life = Life::Over;
            self.step(Server::close);
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("life", &self.life)
            .field("drops", &self.drops)
            .finish_non_exhaustive()
    }
}
