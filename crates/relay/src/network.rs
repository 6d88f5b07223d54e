//! All forwards: who a command or an event is for.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use crate::command::{Command, Counted, Direction, Done, Kind};
use crate::conditions::Conditions;
use crate::poll::{Poll, Token};
use crate::refused::Refused;
use crate::tcp::Tcp;
use crate::udp::Udp;

/// Forwards at a time.
const MOST_FORWARDS: usize = 256;

#[derive(Debug)]
enum Forward {
    Udp(Udp),
    Tcp(Tcp),
}

/// The forwards by their numbers, which are never used again.
#[derive(Debug, Default)]
pub(crate) struct Network {
    forwards: BTreeMap<u32, Forward>,
    last: u32,
}

impl Network {
    /// Do what is asked.
    ///
    /// # Errors
    /// Its code says why nothing was done.
    pub(crate) fn obey(
        &mut self,
        command: Command,
        now: Instant,
        poll: &Poll,
    ) -> Result<Done, Refused> {
        match command {
            Command::Open {
                kind,
                to,
                listen,
                seed,
            } => return self.open(kind, listen, to, seed, poll),
            Command::Set {
                forward,
                way,
                conditions,
            } => {
                let conditions = conditions.checked()?;
                self.get(forward)?.set(way, conditions, now, poll)
            }
            Command::Restore { forward } => self.get(forward)?.restore(now, poll),
            Command::Reset { forward } => {
                self.tcp(forward)?.reset();
                Ok(())
            }
            Command::Rebind { forward } => self.get(forward)?.rebind(poll),
            Command::Refuse { forward, on } => self.tcp(forward)?.refuse(on, poll),
            Command::Count { forward } => {
                return Ok(Done::Counted(self.get(forward)?.count()));
            }
            Command::Close { forward } => {
                self.get(forward)?;
                self.forwards.remove(&forward);
                Ok(())
            }
        }
        .map_err(failed)?;
        Ok(Done::Nothing {})
    }

    /// Something has happened at a socket.
    pub(crate) fn ready(&mut self, token: Token, now: Instant, poll: &Poll) {
        match self.forwards.get_mut(&token.forward) {
            Some(Forward::Udp(it)) => it.ready(token.place, now, poll),
            Some(Forward::Tcp(it)) => it.ready(token.place, now, poll),
            // It was closed earlier in this turn.
            None => {}
        }
    }

    /// Pass on what is due.
    pub(crate) fn work(&mut self, now: Instant, poll: &Poll) {
        for forward in self.forwards.values_mut() {
            if forward.next().is_none_or(|at| at > now) {
                continue;
            }
            match forward {
                Forward::Udp(it) => it.work(now),
                Forward::Tcp(it) => it.work(now, poll),
            }
        }
    }

    /// When something is due next.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.forwards.values().filter_map(Forward::next).min()
    }

    fn open(
        &mut self,
        kind: Kind,
        listen: SocketAddr,
        to: SocketAddr,
        seed: u64,
        poll: &Poll,
    ) -> Result<Done, Refused> {
        if ![listen, to].iter().all(|it| it.ip().is_loopback()) {
            let text = "both addresses must be on this machine's loopback";
            return Err(Refused::new("NOT_LOOPBACK", text));
        }
        if self.forwards.len() == MOST_FORWARDS {
            let text = format!("there are {MOST_FORWARDS} forwards already");
            return Err(Refused::new("TOO_MANY", text));
        }
        let id = self.last + 1;
        let (forward, listen) = match kind {
            Kind::Udp => Udp::open(id, listen, to, seed, poll)
                .and_then(|it| Ok((it.address()?, Forward::Udp(it)))),
            Kind::Tcp => Tcp::open(id, listen, to, seed, poll)
                .and_then(|it| Ok((it.address()?, Forward::Tcp(it)))),
        }
        .map(|(listen, forward)| (forward, listen))
        .map_err(failed)?;
        self.last = id;
        self.forwards.insert(id, forward);
        let forward = id;
        Ok(Done::Opened { forward, listen })
    }

    fn get(&mut self, id: u32) -> Result<&mut Forward, Refused> {
        self.forwards
            .get_mut(&id)
            .ok_or_else(|| Refused::new("NO_SUCH_FORWARD", format!("there is no forward {id}")))
    }

    fn tcp(&mut self, id: u32) -> Result<&mut Tcp, Refused> {
        match self.get(id)? {
            Forward::Tcp(it) => Ok(it),
            Forward::Udp(_) => {
                let text = format!("forward {id} has no connections: it is UDP");
                Err(Refused::new("NOT_TCP", text))
            }
        }
    }
}

impl Forward {
    fn set(
        &mut self,
        way: Direction,
        conditions: Conditions,
        now: Instant,
        poll: &Poll,
    ) -> io::Result<()> {
        match self {
            Self::Udp(it) => {
                it.set(way, conditions);
                Ok(())
            }
            Self::Tcp(it) => it.set(way, conditions, now, poll),
        }
    }

    fn restore(&mut self, now: Instant, poll: &Poll) -> io::Result<()> {
        match self {
            Self::Udp(it) => {
                it.restore(now);
                Ok(())
            }
            Self::Tcp(it) => it.restore(now, poll),
        }
    }

    fn rebind(&mut self, poll: &Poll) -> io::Result<()> {
        match self {
            Self::Udp(it) => it.rebind(poll),
            Self::Tcp(it) => {
                it.reset();
                Ok(())
            }
        }
    }

    fn count(&self) -> Counted {
        match self {
            Self::Udp(it) => it.count(),
            Self::Tcp(it) => it.count(),
        }
    }

    fn next(&self) -> Option<Instant> {
        match self {
            Self::Udp(it) => it.next(),
            Self::Tcp(it) => it.next(),
        }
    }
}

/// What the kernel said, as an answer.
#[allow(clippy::needless_pass_by_value)] // it stands in `map_err`
fn failed(error: io::Error) -> Refused {
    let code = match error.kind() {
        io::ErrorKind::AddrInUse => "IN_USE",
        _ => "FAILED",
    };
    Refused::new(code, error.to_string())
}
