//! Shard threads with a machine that only records.
#![allow(dead_code, reason = "each test uses a part")]

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use media_core::{Message, Path};
use media_io::{Droppable, End, Epoll, Interest, Machine, MediaPort, Report, Segmentation, Shards};

/// How long anything may take here before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) enum Order {
    /// Send the bytes in segments of this size to there.
    Send(SocketAddr, Vec<u8>, u16),
    /// The same along this path.
    Along(Path, Vec<u8>, u16),
    /// Have no use for this connection any more.
    Close(u64),
    /// Take datagrams only after this many are there to be taken.
    Hold(usize, UdpSocket, SocketAddr),
    /// Send this relay to there.
    Relay(u16, u64, Droppable),
    /// Be due then.
    Alarm(Duration),
    /// Have work of this number, which takes until the sender is gone.
    Work(u64, mpsc::Receiver<()>),
    /// Do nothing until the sender is gone.
    Wait(mpsc::Receiver<()>),
    /// Say that this was obeyed.
    Tell,
    Panic,
}

pub(crate) struct Work(u64, mpsc::Receiver<()>);

#[derive(Debug, PartialEq)]
pub(crate) enum News {
    Came(Path, Vec<u8>),
    Relayed(u16, u64),
    Rang(Duration),
    Held,
    Worked(u64),
    Told,
}

#[derive(Default)]
pub(crate) struct Recorder {
    local: Option<IpAddr>,
    arena: Vec<u8>,
    messages: Vec<Message>,
    news: Vec<News>,
    relays: Vec<(u16, u64, Droppable)>,
    alarm: Option<(Instant, Duration)>,
    closings: Vec<u64>,
    works: VecDeque<Work>,
}

impl Recorder {
    fn send(&mut self, path: Path, bytes: Vec<u8>, segment: u16) {
        let start = self.arena.len();
        self.arena.extend(bytes);
        self.messages.push(Message {
            path,
            range: start..self.arena.len(),
            segment,
        });
    }
}

impl Machine for Recorder {
    type Order = Order;
    type News = News;
    type Relay = u64;
    type Work = Work;
    type Done = u64;

    fn order(&mut self, now: Instant, order: Order) {
        match order {
            Order::Send(remote, bytes, segment) => {
                let path = Path::udp(remote, self.local.unwrap_or(remote.ip()));
                self.send(path, bytes, segment);
            }
            Order::Along(path, bytes, segment) => self.send(path, bytes, segment),
            Order::Close(connection) => self.closings.push(connection),
            Order::Hold(count, client, to) => {
                // On loopback a datagram is in the receiver's queue when `send_to` is back.
                for number in 0..count {
                    let first = if number % 2 == 0 {
                        0x80
                    } else {
                        [1, 22][number / 2 % 2]
                    };
                    client
                        .send_to(&[first, u8::try_from(number).unwrap()], to)
                        .unwrap();
                }
                self.news.push(News::Held);
            }
            Order::Relay(to, relay, droppable) => self.relays.push((to, relay, droppable)),
            Order::Alarm(after) => self.alarm = Some((now + after, after)),
            Order::Work(number, until) => self.works.push_back(Work(number, until)),
            Order::Wait(until) => assert!(until.recv().is_err(), "nothing is said"),
            Order::Tell => self.news.push(News::Told),
            Order::Panic => panic!("the machine was told to"),
        }
    }

    fn datagram(&mut self, _now: Instant, path: &Path, datagram: &mut [u8]) {
        self.local = Some(path.local);
        self.news.push(News::Came(*path, datagram.to_vec()));
    }

    fn relay(&mut self, _now: Instant, from: u16, relay: u64) {
        self.news.push(News::Relayed(from, relay));
    }

    fn work(&mut self, _now: Instant) -> Option<Work> {
        self.works.pop_front()
    }

    fn run(work: Work) -> u64 {
        let Work(number, until) = work;
        assert!(until.recv().is_err(), "nothing is said");
        number
    }

    fn done(&mut self, _now: Instant, done: u64) {
        self.news.push(News::Worked(done));
    }

    fn timeout(&mut self, now: Instant) {
        if let Some((due, after)) = self.alarm.take() {
            self.news.push(News::Rang(after + (now - due)));
        }
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.alarm.map(|(due, _)| due)
    }

    fn outgoing(&mut self) -> (&[u8], &[Message]) {
        (&self.arena, &self.messages)
    }

    fn sent(&mut self) {
        self.arena.clear();
        self.messages.clear();
    }

    fn news(&mut self, mut tell: impl FnMut(News, Droppable)) {
        for news in self.news.drain(..) {
            tell(news, Droppable::No);
        }
    }

    fn closings(&mut self, close: impl FnMut(u64)) {
        self.closings.drain(..).for_each(close);
    }

    fn relays(&mut self, mut tell: impl FnMut(u16, u64, Droppable)) {
        for (to, relay, droppable) in self.relays.drain(..) {
            tell(to, relay, droppable);
        }
    }
}

/// Running shards, and the reports that have come.
pub(crate) struct Running {
    pub(crate) shards: Shards<Recorder>,
    pub(crate) addresses: Vec<SocketAddr>,
    epoll: Epoll,
    reports: VecDeque<Report<News>>,
    /// Counters of the first shard, as told last.
    traffic: HashMap<&'static str, u64>,
}

impl Running {
    pub(crate) fn start(host: &str, count: usize, segmentation: Segmentation) -> Self {
        let host: IpAddr = host.parse().unwrap();
        let ports = (0..count).map(|_| MediaPort::bind(host, 0).unwrap());
        let ports: Vec<_> = ports.collect();
        let addresses = ports.iter().map(MediaPort::address).collect();
        let make = |_, _| Recorder::default();
        let shards = Shards::start(ports, segmentation, make).unwrap();
        let epoll = Epoll::new().unwrap();
        epoll.add(&shards, 0, Interest::Read).unwrap();
        Self {
            shards,
            addresses,
            epoll,
            reports: VecDeque::new(),
            traffic: HashMap::new(),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.addresses[0].port()
    }

    /// The next report that is not about traffic.
    pub(crate) fn report(&mut self) -> Report<News> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.reports.pop_front() {
                Some(Report::Traffic { shard: 0, counters }) => {
                    self.traffic = counters.into_iter().collect();
                }
                Some(Report::Traffic { .. }) => {}
                Some(report) => return report,
                None => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    assert!(!left.is_zero(), "no report came");
                    self.epoll.wait(&mut Vec::new(), Some(left)).unwrap();
                    self.shards.reports(&mut self.reports);
                }
            }
        }
    }

    pub(crate) fn news(&mut self) -> (u16, News) {
        match self.report() {
            Report::News { shard, news } => (shard, news),
            other => panic!("{other:?}"),
        }
    }

    /// Ends it well; the last counters of the first shard.
    pub(crate) fn stop(mut self) -> HashMap<&'static str, u64> {
        self.shards.stop();
        for _ in &self.addresses.clone() {
            assert!(matches!(
                self.report(),
                Report::Ended {
                    end: End::Stopped,
                    ..
                }
            ));
        }
        self.shards.join();
        self.traffic
    }
}
