//! One peer's connection: which datagrams count, what is sent, when it is over.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use crate::dtls::{Progress, Server};
use crate::event::{Drops, Event};
use crate::handshake::{Arrival, Handshake, Outcome, Step};
use crate::ice::{Agent, LOST, Rest};
use crate::sctp::{Association, Unsent};
use crate::{Credentials, Error, Fingerprint, Identity, Path, Peer, Reason};

/// From the making of a transport until its keys: longer than any handshake that somebody still waits for.
pub const CONNECT: Duration = Duration::from_secs(15);

/// The largest datagram that is looked at, in bytes.
const MAX_DATAGRAM: usize = 2048;

/// Fingerprints that a description may announce.
const MAX_FINGERPRINTS: usize = 16;

/// Datagrams of DTLS that wait until the peer has nominated a path; one flight has fewer.
const MAX_WAITING: usize = 8;

/// One peer's connection.
pub struct Transport {
    ice: Agent,
    dtls: Handshake,
    /// There if channels were accepted.
    channel: Option<Box<Association>>,
    events: VecDeque<Event>,
    /// DTLS without a path yet.
    waiting: Vec<Vec<u8>>,
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
            dtls: Handshake::new(Server::new(identity, remote_fingerprints)),
            channel: None,
            events: VecDeque::new(),
            waiting: Vec::new(),
            drops: Drops::default(),
            life: Life::Connecting(now + CONNECT),
        })
    }

    /// Takes a datagram that came by `path`: STUN or DTLS (RFC 7983). Poll for events afterwards, and ask for a
    /// [`step`](Self::step).
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
        if self.dtls.is_established() {
            self.with_server(now, |dtls, progress| dtls.handle(now, datagram, progress));
            return;
        }
        match self.dtls.arrive(datagram) {
            Ok(Arrival::Kept) => {}
            Ok(Arrival::Dropped) => self.drops.dtls += 1,
            Err(reason) => self.fail(reason),
        }
    }

    /// Whether there is a step of the handshake to take.
    #[must_use]
    pub fn has_step(&self) -> bool {
        self.life != Life::Over && self.dtls.has_step()
    }

    /// The next step of the handshake, if there is one. While it is away there is no other; it may be dropped only together
    /// with this transport.
    pub fn step(&mut self, now: Instant) -> Option<Step> {
        if self.life == Life::Over {
            return None;
        }
        self.dtls.step(now)
    }

    /// Takes what came of a step of this transport. Poll for events afterwards, and ask for the next step.
    pub fn stepped(&mut self, now: Instant, outcome: Outcome) {
        if self.life == Life::Over {
            return;
        }
        let late = self.dtls.back(outcome.server);
        self.apply(now, outcome.progress, outcome.taken);
        for datagram in late {
            if self.life == Life::Over {
                return;
            }
            self.with_server(now, |dtls, progress| dtls.handle(now, &datagram, progress));
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
            self.with_server(now, |dtls, progress| dtls.send(&packet, progress));
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

    /// Lets the server do something, if it is at home, and does what it asks for.
    fn with_server(
        &mut self,
        now: Instant,
        act: impl FnOnce(&mut Server, &mut Vec<Progress>) -> Result<(), Reason>,
    ) {
        if let Some(server) = self.dtls.server() {
            let mut progress = Vec::new();
            let taken = act(server, &mut progress);
            self.apply(now, progress, taken);
        }
    }

    fn apply(&mut self, now: Instant, progress: Vec<Progress>, taken: Result<(), Reason>) {
        for progress in progress {
            match (progress, self.ice.selected()) {
                (Progress::Send(bytes), Some(path)) => {
                    self.events.push_back(Event::Transmit { path, bytes });
                }
                (Progress::Send(bytes), None) if self.waiting.len() < MAX_WAITING => {
                    self.waiting.push(bytes);
                }
                // It is repeated when the peer does not answer.
                (Progress::Send(_), None) => {}
                (Progress::Established(keys), _) => {
                    self.life = Life::Established;
                    self.events.push_back(Event::Established {
                        profile: keys.profile,
                        send: keys.send,
                        receive: keys.receive,
                    });
                }
                (Progress::Data(packet), _) => {
                    if let Some(channel) = &mut self.channel {
                        channel.handle(now, &packet);
                    }
                    self.serve_channel(now);
                }
                (Progress::Closed, _) => {
                    self.end(Event::RemoteClosed);
                    return;
                }
            }
        }
        if let Err(reason) = taken {
            self.fail(reason);
        }
    }

    fn fail(&mut self, reason: Reason) {
        self.end(Event::Failed(reason));
    }

    /// Nothing comes after this.
    fn end(&mut self, last: Event) {
        if self.life != Life::Over {
            self.life = Life::Over;
            self.dtls.end();
            self.events.push_back(last);
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
                self.with_server(now, |dtls, progress| dtls.handle_timeout(now, progress));
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
    pub fn close(&mut self, now: Instant) {
        if self.life != Life::Over {
            self.life = Life::Over;
            self.dtls.end();
            self.with_server(now, Server::close);
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
