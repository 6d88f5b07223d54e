//! Clients that come at the same moment, and a shard that is fed and served by hand.

use std::time::{Duration, Instant};

use media_core::{Done, News, Order, Path, Shard, Source, Work};
use media_sim::network::{Conditions, Datagram};
use media_sim::peer::{Codecs, Peer};
use media_sim::world::World;
use media_wire::demux;
use str0m::media::Direction::RecvOnly;

use crate::clock;

/// Datagrams that come out of a socket at once.
const BATCH: usize = 64;
/// Between two times that everybody looks at what has come.
const ROUND: Duration = Duration::from_millis(1);
const PATIENCE: u32 = 5_000;

/// Time of the shard's thread.
#[derive(Default)]
pub(crate) struct Spent {
    pub(crate) orders: Duration,
    pub(crate) checks: Duration,
    pub(crate) handshake: Duration,
    /// Of the thread beside it.
    pub(crate) work: Duration,
    /// In one batch, or on one order.
    pub(crate) longest: Duration,
}

/// Everybody.
pub(crate) struct Crowd {
    now: Instant,
    shard: Shard,
    clients: Vec<Peer>,
    offers: Vec<Order>,
    spent: Spent,
}

impl Crowd {
    /// So many clients have their offers ready.
    pub(crate) fn come(clients: usize) -> Self {
        let mut world = World::new(1, Conditions::CLEAN, 1);
        let mut crowd = Self {
            now: world.now,
            shard: world.shards.remove(0),
            clients: Vec::new(),
            offers: Vec::new(),
            spent: Spent::default(),
        };
        let sources = [(Source::Microphone, RecvOnly), (Source::Camera, RecvOnly)];
        for (number, host) in (1..).take(clients).enumerate() {
            let address = ([10, 0, 1, host], 5000).into();
            let mut client = Peer::new(&format!("pipe {number}"), address, Codecs::ALL, crowd.now);
            let (offer, sending) = client.offer(&sources, false);
            crowd.offers.push(Order::OpenPipe {
                pipe: client.pipe.clone(),
                generation: 0,
                offer,
                sending,
            });
            crowd.clients.push(client);
        }
        crowd
    }

    /// They join, all of them.
    pub(crate) fn join(mut self) -> Spent {
        for order in std::mem::take(&mut self.offers) {
            let start = clock::busy();
            self.shard.order(self.now, order);
            let took = clock::busy_since(start);
            self.spent.orders += took;
            self.spent.longest = self.spent.longest.max(took);
        }
        for _ in 0..PATIENCE {
            if self.connected() {
                return self.spent;
            }
            self.round();
        }
        panic!("not everybody connects");
    }

    fn connected(&mut self) -> bool {
        for news in self.shard.take_news() {
            match news {
                News::Answered { pipe, answer, .. } => {
                    let mut clients = self.clients.iter_mut();
                    let client = clients.find(|client| client.pipe == pipe);
                    client.expect("somebody's pipe").take_answer(&answer);
                }
                News::PipeClosed { .. } => panic!("{news:?}"),
                _ => {}
            }
        }
        self.clients.iter().all(|client| client.connected)
    }

    /// What the clients have to say goes to the shard, and what it says to them.
    fn round(&mut self) {
        self.now += ROUND;
        let said: Vec<Datagram> = self
            .clients
            .iter_mut()
            .flat_map(|client| client.wake(self.now))
            .collect();
        for batch in said.chunks(BATCH) {
            self.batch(batch);
        }
        let start = clock::busy();
        let done: Vec<Done> = std::iter::from_fn(|| self.shard.work(self.now))
            .map(Work::run)
            .collect();
        self.spent.work += clock::busy_since(start);
        let start = clock::busy();
        for done in done {
            self.shard.done(self.now, done);
        }
        let took = clock::busy_since(start);
        self.spent.handshake += took;
        self.spent.longest = self.spent.longest.max(took);
        let answers: Vec<Datagram> = self
            .shard
            .outgoing()
            .datagrams()
            .map(|(path, bytes)| Datagram {
                from: World::address_of(0),
                to: path.remote,
                bytes: bytes.to_vec(),
            })
            .collect();
        self.shard.outgoing().clear();
        for answer in answers {
            let mut clients = self.clients.iter_mut();
            let client = clients.find(|client| client.address == answer.to);
            client
                .expect("somebody's address")
                .handle(self.now, &answer);
        }
    }

    fn batch(&mut self, batch: &[Datagram]) {
        let begin = clock::busy();
        let mut start = begin;
        for datagram in batch {
            let path = Path::udp(datagram.from, datagram.to.ip());
            let mut bytes = datagram.bytes.clone();
            self.shard.datagram(self.now, &path, &mut bytes);
            let end = clock::busy();
            let took = end.saturating_sub(start);
            start = end;
            match demux::protocol(&bytes) {
                demux::Protocol::Stun => self.spent.checks += took,
                demux::Protocol::Dtls => self.spent.handshake += took,
                _ => {}
            }
        }
        let took = clock::busy_since(begin);
        self.spent.longest = self.spent.longest.max(took);
    }
}
