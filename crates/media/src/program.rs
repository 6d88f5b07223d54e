//! The program's one loop beside the shards: control planes, news, signals, ends.

use std::collections::VecDeque;
use std::fmt::Display;
use std::io;
use std::time::{Duration, Instant};

use media_core as core;
use media_io::{End, Epoll, Interest, Machine, Ready, Report, Shards, Signals};

use crate::door::Door;
use crate::engine::{Effect, Engine, Turned};
use crate::log::{Level, log};
use crate::protocol::{CloseReason, ControlHello, News, Order};
use crate::visitors::{Stage, Visitors};
use crate::wall_clock::WallClock;

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
    visitors: Visitors,
    life: Life,
    clock: WallClock,
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
        clock: WallClock,
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
            visitors: Visitors::new(FIRST_CONNECTION),
            life: Life::Alone(now + grace.max(FIRST_WITHIN)),
            clock,
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
                    // A hang-up is told even where reading is paused; reading shows it.
                    token if event.readable => {
                        if let Err(why) = self.visitors.read(token) {
                            self.lose(token, &why);
                        }
                    }
                    _ => {}
                }
            }
            self.obey();
            self.keep_time(Instant::now());
            let parting = matches!(self.life, Life::Parting(..));
            let busy = self.shards.is_busy();
            for (token, why) in self.visitors.flush(&self.epoll, busy, parting)? {
                self.lose(token, &why);
            }
            if let Life::Parting(_, ended) = self.life
                && self.visitors.control().is_none()
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
        let now = Instant::now();
        // A shard that is busy does not wake us when it is no longer, nor does an order
        // that was left until its connection had room for the answer.
        let orders = match (self.shards.is_busy(), self.visitors.next_speaker()) {
            (true, _) => Some(now + PAUSE),
            (false, Some(_)) if self.obeys() => Some(now),
            (false, _) => None,
        };
        let others = life.into_iter().chain(self.visitors.due()).chain(orders);
        others.fold(self.load_due, Instant::min)
    }

    /// Whether orders are still obeyed.
    fn obeys(&self) -> bool {
        matches!(self.life, Life::Served | Life::Alone(_))
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
                self.visitors.make_room();
                return Ok(());
            }
        };
        if !self.visitors.admit(&self.epoll, stream)? {
            log(Level::Warning, "too many connections without a hello", &[]);
        }
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
                    if let Some(news) = &told {
                        log_life(shard, news);
                    }
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

    /// Obeys orders that have come, as long as they can be obeyed.
    fn obey(&mut self) {
        while self.obeys()
            && !self.shards.is_busy()
            && let Some(token) = self.visitors.next_speaker()
        {
            match self.visitors.next_order(token) {
                Ok(None) => {}
                Ok(Some((Stage::Control, Ok(order)))) => {
                    let at = self.clock.unix_micros(Instant::now());
                    for effect in self.engine.order(&order, at) {
                        self.act(effect);
                    }
                }
                Ok(Some((Stage::Control, Err(unreadable)))) => {
                    let (order, error) = (&unreadable.order, &unreadable.text);
                    log(
                        Level::Warning,
                        "order can not be read",
                        &[("order", order), ("error", error)],
                    );
                    let effect = self.engine.unreadable(unreadable);
                    self.act(effect);
                }
                Ok(Some((_, Ok(Order::ControlHello(hello))))) => self.greet(token, &hello),
                Ok(Some(_)) => self.lose(token, "its first frame was no hello"),
                Err(error) => self.lose(token, &error.to_string()),
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
        let fields: [(&str, &dyn std::fmt::Display); 3] = [
            ("build", &hello.build),
            ("fence", &hello.fence),
            ("protocol", &hello.protocol),
        ];
        let turned = match self.engine.greet(hello) {
            Ok(told) => {
                log(Level::Info, "control plane connected", &fields);
                self.visitors.let_in(token, &told);
                if matches!(self.life, Life::Alone(_)) {
                    self.life = Life::Served;
                }
                return;
            }
            Err(Turned::Foreign(engine)) => News::EngineHello(engine),
            Err(Turned::Fenced(fenced)) => News::Fenced(fenced),
        };
        log(Level::Warning, "control plane turned away", &fields);
        self.visitors.turn_away(token, &[turned]);
    }

    /// Tells the control plane, if there is one.
    fn tell(&mut self, news: Option<News>) {
        if let (Some(news), Some(control)) = (news, self.visitors.control()) {
            control.tell(&news);
        }
    }

    /// Closes a connection.
    fn lose(&mut self, token: u64, why: &str) {
        let Some((stage, dropped)) = self.visitors.remove(token) else {
            return;
        };
        match stage {
            Stage::Control => {
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
            Life::Parting(due, _) if due <= now => self.visitors.close(),
            _ => {}
        }
        for token in self.visitors.late(now) {
            self.lose(token, "it did not say hello, or did not read, in time");
        }
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

/// Writes how a pipe lives, under the id that the control plane's lines have too.
fn log_life(shard: u16, news: &News) {
    match news {
        News::Answered(it) => log_pipe(Level::Debug, "pipe answered", shard, &it.pipe, ""),
        News::Connected(it) => log_pipe(Level::Debug, "pipe connected", shard, &it.pipe, ""),
        News::Interrupted(it) => log_pipe(Level::Debug, "pipe interrupted", shard, &it.pipe, ""),
        News::Restored(it) => log_pipe(Level::Debug, "pipe restored", shard, &it.pipe, ""),
        News::PipeClosed(it) => {
            let level = match it.reason {
                CloseReason::Panic => Level::Error,
                CloseReason::DtlsFailed | CloseReason::NotConnected => Level::Info,
                _ => Level::Debug,
            };
            let reason = format!("{:?}", it.reason);
            log_pipe(level, "pipe closed", shard, &it.pipe, &reason);
        }
        _ => {}
    }
}

fn log_pipe(level: Level, message: &str, shard: u16, pipe: &str, reason: &str) {
    let fields: [(&str, &dyn Display); 3] =
        [("call", &pipe), ("shard", &shard), ("reason", &reason)];
    let told = if reason.is_empty() { 2 } else { 3 };
    log(level, message, fields.get(..told).unwrap_or(&fields));
}
