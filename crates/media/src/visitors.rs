//! Everybody who is connected: strangers, the control plane, and those who are leaving.

use std::collections::HashMap;
use std::io;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use media_io::{Epoll, Interest};

use crate::connection::{Connection, Reading};
use crate::frame::{TooLong, Unreadable};
use crate::protocol::{Fenced, News, Order};

/// How long a control plane may take to say hello.
const HELLO_WITHIN: Duration = Duration::from_secs(5);

/// How long somebody who is leaving may take to read what is left for him.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

/// Connections that have not said hello; more are closed at once.
const MOST_STRANGERS: usize = 8;

/// How far a connection has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stage {
    /// It has not said hello, and will be closed then.
    Stranger(Instant),
    /// It is the control plane; there is one at most.
    Control,
    /// It is closed when it has been told everything, or then.
    Leaving(Instant),
}

/// A frame that has come whole: an order, or what is there instead.
pub(crate) type Spoken = Result<Order, Unreadable>;

struct Visitor {
    connection: Connection,
    stage: Stage,
    interest: Interest,
}

/// All connections, each with the number its events carry.
pub(crate) struct Visitors {
    all: HashMap<u64, Visitor>,
    next: u64,
}

impl Visitors {
    /// Nobody; numbers count from `first`.
    pub(crate) fn new(first: u64) -> Self {
        Self {
            all: HashMap::new(),
            next: first,
        }
    }

    /// Takes a new connection; false if there are too many strangers.
    pub(crate) fn admit(&mut self, epoll: &Epoll, stream: UnixStream) -> io::Result<bool> {
        let is_stranger = |visitor: &&Visitor| matches!(visitor.stage, Stage::Stranger(_));
        if self.all.values().filter(is_stranger).count() >= MOST_STRANGERS {
            return Ok(false);
        }
        let visitor = Visitor {
            connection: Connection::new(stream)?,
            stage: Stage::Stranger(Instant::now() + HELLO_WITHIN),
            interest: Interest::Read,
        };
        epoll.add(&visitor.connection, self.next, Interest::Read)?;
        self.all.insert(self.next, visitor);
        self.next += 1;
        Ok(true)
    }

    /// Closes every connection but the control plane's.
    pub(crate) fn make_room(&mut self) {
        self.all
            .retain(|_, visitor| visitor.stage == Stage::Control);
    }

    /// Closes every connection.
    pub(crate) fn close(&mut self) {
        self.all.clear();
    }

    /// Closes one; how far it had come, and the statistics it missed.
    pub(crate) fn remove(&mut self, token: u64) -> Option<(Stage, u64)> {
        let visitor = self.all.remove(&token)?;
        Some((visitor.stage, visitor.connection.dropped()))
    }

    /// Takes in what has come; why the connection is of no use any more, if so.
    pub(crate) fn read(&mut self, token: u64) -> Result<(), String> {
        let Some(visitor) = self.all.get_mut(&token) else {
            return Ok(());
        };
        match visitor.connection.read() {
            Ok(Reading::Open) => Ok(()),
            Ok(Reading::Closed) => Err("it has closed the connection".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Somebody whose next order is there and may be obeyed.
    pub(crate) fn next_speaker(&self) -> Option<u64> {
        let mut ready = self.all.iter().filter(|(_, visitor)| {
            !matches!(visitor.stage, Stage::Leaving(_))
                && !visitor.connection.is_crowded()
                && visitor.connection.has_order()
        });
        ready.next().map(|(token, _)| *token)
    }

    /// The next order of a connection, with how far that has come.
    pub(crate) fn next_order(&mut self, token: u64) -> Result<Option<(Stage, Spoken)>, TooLong> {
        let Some(visitor) = self.all.get_mut(&token) else {
            return Ok(None);
        };
        let order = visitor.connection.next_order()?;
        Ok(order.map(|order| (visitor.stage, order)))
    }

    /// Makes this one the control plane, in place of any other.
    pub(crate) fn let_in(&mut self, token: u64, told: &[News]) {
        let text = "A newer control plane has taken over.";
        let fenced = News::Fenced(Fenced {
            text: text.to_owned(),
        });
        let formers = self
            .all
            .iter()
            .filter(|(_, visitor)| visitor.stage == Stage::Control);
        for former in formers.map(|(token, _)| *token).collect::<Vec<_>>() {
            self.turn_away(former, std::slice::from_ref(&fenced));
        }
        self.promote(token, Stage::Control, told);
    }

    /// Lets somebody go when he has been told this.
    pub(crate) fn turn_away(&mut self, token: u64, told: &[News]) {
        self.promote(token, Stage::Leaving(Instant::now() + LEAVE_WITHIN), told);
    }

    fn promote(&mut self, token: u64, stage: Stage, told: &[News]) {
        if let Some(visitor) = self.all.get_mut(&token) {
            visitor.stage = stage;
            for news in told {
                visitor.connection.tell(news);
            }
            visitor.connection.greeted();
        }
    }

    /// The control plane's connection.
    pub(crate) fn control(&mut self) -> Option<&mut Connection> {
        let mut all = self.all.values_mut();
        let control = all.find(|visitor| visitor.stage == Stage::Control);
        control.map(|visitor| &mut visitor.connection)
    }

    /// When the next one has taken too long.
    pub(crate) fn due(&self) -> Option<Instant> {
        let due = |visitor: &Visitor| match visitor.stage {
            Stage::Stranger(due) | Stage::Leaving(due) => Some(due),
            Stage::Control => None,
        };
        self.all.values().filter_map(due).min()
    }

    /// Who has taken too long.
    pub(crate) fn late(&self, now: Instant) -> Vec<u64> {
        let is_late = |visitor: &Visitor| match visitor.stage {
            Stage::Stranger(due) | Stage::Leaving(due) => due <= now,
            Stage::Control => visitor.connection.is_full(),
        };
        let late = self.all.iter().filter(|(_, visitor)| is_late(visitor));
        late.map(|(token, _)| *token).collect()
    }

    /// Writes what the connections take, and waits for what they can do next.
    ///
    /// Nothing is read while orders can not be obeyed (`busy`).  Who was told everything and
    /// leaves, which at the end (`parting`) the control plane does too, is given back with
    /// the reason, as is everybody whose connection is broken.
    pub(crate) fn flush(
        &mut self,
        epoll: &Epoll,
        busy: bool,
        parting: bool,
    ) -> io::Result<Vec<(u64, String)>> {
        let mut done = Vec::new();
        for (token, visitor) in &mut self.all {
            let connection = &mut visitor.connection;
            let is_over = match visitor.stage {
                Stage::Stranger(_) => false,
                Stage::Leaving(_) => true,
                Stage::Control => parting,
            };
            let interest = match connection.flush() {
                Ok(true) if is_over => {
                    done.push((*token, "it was told everything".to_owned()));
                    continue;
                }
                Ok(true) if busy => Interest::Nothing,
                Ok(true) => Interest::Read,
                Ok(false) if busy || connection.is_crowded() => Interest::Write,
                Ok(false) => Interest::ReadWrite,
                Err(error) => {
                    done.push((*token, error.to_string()));
                    continue;
                }
            };
            if interest != visitor.interest {
                visitor.interest = interest;
                epoll.change(&visitor.connection, *token, interest)?;
            }
        }
        Ok(done)
    }
}
