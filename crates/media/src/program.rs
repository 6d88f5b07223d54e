//! The program's one loop beside the shards: control planes, news, signals, ends.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::time::{Duration, Instant};

use media_core as core;
use media_io::{End, Epoll, Interest, Machine, Ready, Report, Shards, Signals};

use crate::connection::{Connection, Reading};
use crate::door::Door;
use crate::engine::{Effect, Engine, Turned};
use crate::log::{Level, log};
use crate::protocol::{ControlHello, Fenced, News, Order};

/// How long a control plane may take to say hello.
const HELLO_WITHIN: Duration = Duration::from_secs(5);

/// Connections that have not said hello; more are closed at once.
const MOST_STRANGERS: usize = 8;

/// Between two `Load`s.
const LOAD_EVERY: Duration = Duration::from_secs(2);

/// How long the first control plane may take to come, whatever the grace period.
const FIRST_WITHIN: Duration = Duration::from_secs(10);

/// How long the shards, and then the control plane, may take at the end.
const END_WITHIN: Duration = Duration::from_secs(1);

/// How soon orders are read again after a shard had too much to do.
const PAUSE: Duration = Duration::from_millis(1);

const DOOR: u64 = 0;
const SIGNALS: u64 = 1;
const SHARDS: u64 = 2;
/// Connections count from here.
const FIRST_CONNECTION: u64 = 3;

/// How the program ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ended {
    /// It was told to, or nobody came back within the grace period.
    Well,
    /// A shard is gone, or did not end in time.
    Badly,
}

/// A connection, and how far it has come.
struct Visitor {
    connection: Connection,
    stage: Stage,
    interest: Interest,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// It has not said hello, and will be closed then.
    Stranger(Instant),
    /// It is the control plane.
    Control,
    /// It is closed when it has been told everything, or then.
    Leaving(Instant),
}

impl Stage {
    /// Whether a connection that was told everything is to be closed.
    fn is_over(self, parting: bool) -> bool {
        match self {
            Self::Stranger(_) => false,
            Self::Leaving(_) => true,
            Self::Control => parting,
        }
    }
}

/// What the program is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    /// Serving a control plane.
    Served,
    /// Waiting for one until then.
    Alone(Instant),
    /// Waiting until then for so many shards to end.
    Ending(Instant, u16),
    /// Waiting until then for the control plane to take the last news.
    Parting(Instant, Ended),
}

/// Everything the loop owns.
pub struct Program<M: Machine> {
    epoll: Epoll,
    signals: Signals,
    /// Gone when the end has begun.
    door: Option<Door>,
    shards: Shards<M>,
    engine: Engine,
    grace: Duration,
    visitors: HashMap<u64, Visitor>,
    next_visitor: u64,
    life: Life,
    load_due: Instant,
    reports: VecDeque<Report<core::News>>,
}

impl<M: Machine<Order = core::Order, News = core::News>> Program<M> {
    /// Puts the parts together.
    ///
    /// # Errors
    /// The kernel's, when it has no descriptor left.
    pub fn new(
        signals: Signals,
        door: Door,
        shards: Shards<M>,
        engine: Engine,
        grace: Duration,
    ) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        epoll.add(&door, DOOR, Interest::Read)?;
        epoll.add(&signals, SIGNALS, Interest::Read)?;
        epoll.add(&shards, SHARDS, Interest::Read)?;
        let now = Instant::now();
        Ok(Self {
            epoll,
            signals,
            door: Some(door),
            shards,
            engine,
            grace,
            visitors: HashMap::new(),
            next_visitor: FIRST_CONNECTION,
            life: Life::Alone(now + grace.max(FIRST_WITHIN)),
            load_due: now + LOAD_EVERY,
            reports: VecDeque::new(),
        })
    }

    /// Runs until the end.
    ///
    /// # Errors
    /// The kernel's, when it does not let us wait.
    pub fn run(mut self) -> io::Result<Ended> {
        let mut ready = Vec::<Ready>::new();
        loop {
            let timeout = self.due().saturating_duration_since(Instant::now());
            self.epoll.wait(&mut ready, Some(timeout))?;
            for event in &ready {
                match event.token {
                    DOOR => self.answer_door()?,
                    SIGNALS => self.take_signal(),
                    SHARDS => self.take_reports(),
                    token => self.take_visitor(token, *event),
                }
            }
            self.obey();
            self.keep_time(Instant::now());
            self.let_out()?;
            if let Life::Parting(_, ended) = self.life
                && !self
                    .visitors
                    .values()
                    .any(|visitor| visitor.stage == Stage::Control)
            {
                if ended == Ended::Well {
                    self.shards.join();
                }
                return Ok(ended);
            }
        }
    }

    /// When something is to be done even if nothing happens.
    fn due(&self) -> Instant {
        let life = match self.life {
            Life::Served => None,
            Life::Alone(due) | Life::Ending(due, _) | Life::Parting(due, _) => Some(due),
        };
        let stages = self
            .visitors
            .values()
            .filter_map(|visitor| match visitor.stage {
                Stage::Stranger(due) | Stage::Leaving(due) => Some(due),
                Stage::Control => None,
            });
        // A shard that is busy does not wake us when it is no longer.
        let pause = self.shards.is_busy().then(|| Instant::now() + PAUSE);
        let others = life.into_iter().chain(stages).chain(pause);
        others.fold(self.load_due, Instant::min)
    }

    fn answer_door(&mut self) -> io::Result<()> {
        let Some(door) = &self.door else {
            return Ok(());
        };
        let stream = match door.accept() {
            Ok(Some(stream)) => stream,
            Ok(None) => return Ok(()),
            Err(error) => {
                // No descriptor is left: whoever has not said hello has to make room.
                log(Level::Error, "nobody can be let in", &[("error", &error)]);
                self.visitors
                    .retain(|_, visitor| visitor.stage == Stage::Control);
                return Ok(());
            }
        };
        let is_stranger = |visitor: &&Visitor| matches!(visitor.stage, Stage::Stranger(_));
        if self.visitors.values().filter(is_stranger).count() >= MOST_STRANGERS {
            log(Level::Warning, "too many connections without a hello", &[]);
            return Ok(());
        }
        let token = self.next_visitor;
        self.next_visitor += 1;
        let visitor = Visitor {
            connection: Connection::new(stream)?,
            stage: Stage::Stranger(Instant::now() + HELLO_WITHIN),
            interest: Interest::Read,
        };
        self.epoll.add(&visitor.connection, token, Interest::Read)?;
        self.visitors.insert(token, visitor);
        Ok(())
    }

    fn take_signal(&mut self) {
        while let Some(signal) = self.signals.take() {
            log(
                Level::Info,
                "told to end by a signal",
                &[("signal", &signal)],
            );
            self.end();
        }
    }

    fn take_reports(&mut self) {
        let mut reports = std::mem::take(&mut self.reports);
        self.shards.reports(&mut reports);
        for report in reports.drain(..) {
            match report {
                Report::News { shard, news } => {
                    let told = self.engine.news(shard, news);
                    self.tell(told);
                }
                Report::Pong { number, .. } => {
                    let told = self.engine.pong(number);
                    self.tell(told);
                }
                Report::Traffic { shard, counters } => self.engine.traffic(shard, counters),
                Report::Ended { shard, end } => self.shard_ended(shard, &end),
            }
        }
        self.reports = reports;
    }

    fn shard_ended(&mut self, shard: u16, end: &End) {
        match (end, self.life) {
            (End::Stopped, Life::Ending(due, missing)) => {
                self.life = match missing.saturating_sub(1) {
                    0 => Life::Parting(Instant::now() + END_WITHIN, Ended::Well),
                    missing => Life::Ending(due, missing),
                };
            }
            (End::Stopped, _) => {}
            (End::Failed(error), _) => {
                log(
                    Level::Error,
                    "shard failed",
                    &[("shard", &shard), ("error", error)],
                );
                self.fail();
            }
            (End::Panicked, _) => {
                log(Level::Error, "shard panicked", &[("shard", &shard)]);
                self.fail();
            }
        }
    }

    fn take_visitor(&mut self, token: u64, event: Ready) {
        let Some(visitor) = self.visitors.get_mut(&token) else {
            return;
        };
        // A hang-up is told even where reading is paused; then only reading shows it.
        if event.readable {
            match visitor.connection.read() {
                Ok(Reading::Open) => {}
                Ok(Reading::Closed) => self.lose(token, "it has closed the connection"),
                Err(error) => self.lose(token, &error.to_string()),
            }
        }
    }

    /// Obeys orders that have come, as long as they can be obeyed.
    fn obey(&mut self) {
        let tokens: Vec<_> = self.visitors.keys().copied().collect();
        for token in tokens {
            while let Some(visitor) = self.visitors.get_mut(&token)
                && matches!(self.life, Life::Served | Life::Alone(_))
                && !matches!(visitor.stage, Stage::Leaving(_))
                && !visitor.connection.is_crowded()
                && !self.shards.is_busy()
            {
                match visitor.connection.next_order() {
                    Ok(None) => break,
                    Ok(Some(order)) => match (visitor.stage, order) {
                        (Stage::Control, Ok(order)) => {
                            for effect in self.engine.order(&order) {
                                self.act(effect);
                            }
                        }
                        (Stage::Control, Err(unreadable)) => {
                            let (order, error) = (&unreadable.order, &unreadable.text);
                            let fields: [(&str, &dyn std::fmt::Display); 2] =
                                [("order", order), ("error", error)];
                            log(Level::Warning, "order can not be read", &fields);
                            let effect = self.engine.unreadable(unreadable);
                            self.act(effect);
                        }
                        (_, Ok(Order::ControlHello(hello))) => self.greet(token, &hello),
                        (_, _) => self.lose(token, "its first frame was no hello"),
                    },
                    Err(error) => self.lose(token, &error.to_string()),
                }
            }
        }
    }

    fn act(&mut self, effect: Effect) {
        match effect {
            Effect::Order(shard, order) => self.shards.order(shard, order),
            Effect::Ping(number) => self.shards.ping(number),
            Effect::Tell(news) => self.tell(Some(news)),
            Effect::End => {
                log(Level::Info, "told to end by the control plane", &[]);
                self.end();
            }
        }
    }

    fn greet(&mut self, token: u64, hello: &ControlHello) {
        let (told, turned) = match self.engine.greet(hello) {
            Ok(told) => (told, None),
            Err(Turned::Foreign(engine)) => (
                vec![News::EngineHello(engine)],
                Some("it speaks another protocol"),
            ),
            Err(Turned::Fenced(fenced)) => {
                (vec![News::Fenced(fenced)], Some("it is older than another"))
            }
        };
        let fields: [(&str, &dyn std::fmt::Display); 3] = [
            ("build", &hello.build),
            ("fence", &hello.fence),
            ("protocol", &hello.protocol),
        ];
        let leaving = Stage::Leaving(Instant::now() + END_WITHIN);
        if turned.is_none() {
            log(Level::Info, "control plane connected", &fields);
            let text = "A newer control plane has taken over.".to_owned();
            for former in self.visitors.values_mut() {
                if former.stage == Stage::Control {
                    former
                        .connection
                        .tell(&News::Fenced(Fenced { text: text.clone() }));
                    former.stage = leaving;
                }
            }
            if matches!(self.life, Life::Alone(_)) {
                self.life = Life::Served;
            }
        } else {
            log(Level::Warning, "control plane turned away", &fields);
        }
        if let Some(visitor) = self.visitors.get_mut(&token) {
            visitor.stage = if turned.is_some() {
                leaving
            } else {
                Stage::Control
            };
            for news in &told {
                visitor.connection.tell(news);
            }
        }
    }

    /// Tells the control plane, if there is one.
    fn tell(&mut self, news: Option<News>) {
        let control = self
            .visitors
            .values_mut()
            .find(|visitor| visitor.stage == Stage::Control);
        if let (Some(news), Some(control)) = (news, control) {
            control.connection.tell(&news);
        }
    }

    /// Closes a connection.
    fn lose(&mut self, token: u64, why: &str) {
        let Some(visitor) = self.visitors.remove(&token) else {
            return;
        };
        match visitor.stage {
            Stage::Control => {
                let dropped = visitor.connection.dropped();
                log(
                    Level::Warning,
                    "control plane lost",
                    &[("why", &why), ("statistics_dropped", &dropped)],
                );
                if self.life == Life::Served {
                    self.life = Life::Alone(Instant::now() + self.grace);
                }
            }
            Stage::Stranger(_) | Stage::Leaving(_) => {
                log(Level::Debug, "connection closed", &[("why", &why)]);
            }
        }
    }

    fn keep_time(&mut self, now: Instant) {
        if self.load_due <= now {
            self.load_due = now + LOAD_EVERY;
            let load = self.engine.load();
            self.tell(Some(load));
        }
        match self.life {
            Life::Alone(due) if due <= now => {
                log(Level::Info, "no control plane came in time", &[]);
                self.end();
            }
            Life::Ending(due, missing) if due <= now => {
                log(
                    Level::Error,
                    "shards did not end in time",
                    &[("shards", &missing)],
                );
                self.fail();
            }
            Life::Parting(due, _) if due <= now => self.visitors.clear(),
            _ => {}
        }
        let late = |visitor: &Visitor| match visitor.stage {
            Stage::Stranger(due) | Stage::Leaving(due) => due <= now,
            Stage::Control => visitor.connection.is_full(),
        };
        let late = self.visitors.iter().filter(|(_, visitor)| late(visitor));
        for token in late.map(|(token, _)| *token).collect::<Vec<_>>() {
            self.lose(token, "it did not say hello, or did not read, in time");
        }
    }

    /// Writes what the connections take, and waits for what they can do next.
    fn let_out(&mut self) -> io::Result<()> {
        let busy = self.shards.is_busy();
        let parting = matches!(self.life, Life::Parting(..));
        let mut done = Vec::new();
        for (token, visitor) in &mut self.visitors {
            let connection = &mut visitor.connection;
            let interest = match connection.flush() {
                Ok(true) if visitor.stage.is_over(parting) => {
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
                self.epoll.change(&visitor.connection, *token, interest)?;
            }
        }
        for (token, why) in &done {
            self.lose(*token, why);
        }
        Ok(())
    }

    /// Begins the end: no control plane any more, every pipe closed, every shard stopped.
    fn end(&mut self) {
        if !matches!(self.life, Life::Served | Life::Alone(_)) {
            return;
        }
        self.door = None;
        for shard in 0..self.shards.count() {
            self.shards.order(shard, core::Order::CloseAll);
        }
        self.shards.stop();
        self.life = Life::Ending(Instant::now() + END_WITHIN, self.shards.count());
    }

    /// Begins an end without the shards: one of them is gone.
    fn fail(&mut self) {
        self.door = None;
        self.life = Life::Parting(Instant::now() + END_WITHIN, Ended::Badly);
    }
}
