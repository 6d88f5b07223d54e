//! An engine of one or more shards, its clients, and the network between them.
//!
//! Orders are given as the control plane gives them; offers and answers are carried
//! at once. Time moves from one thing that happens to the next.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_core::{Limits, Name, News, Order, Part, Sending, Shard, ShardConfig, Source};
use media_transport::{Identity, Path};
use media_wire::ntp::NtpTime;
use str0m::media::Direction;

use crate::labour::Labour;
use crate::network::{Conditions, Datagram, Network};
use crate::peer::{Codecs, Peer};

const ENGINE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const MEDIA_PORT: u16 = 3478;

/// Everything there is.
pub struct World {
    /// The time.
    pub now: Instant,
    /// What carries the datagrams.
    pub network: Network,
    /// The clients, in the order in which they came.
    pub peers: Vec<Peer>,
    /// The shards of the engine.
    pub shards: Vec<Shard>,
    /// Who takes the steps of handshakes for them.
    pub labour: Labour,
    /// All news so far, with their times.
    pub news: Vec<(Instant, News)>,
    /// Datagrams that a shard has sent.
    pub sent_by_engine: u64,
    /// The same by the addresses they went to.
    pub sent_to: HashMap<SocketAddr, u64>,
    /// Those of them that went to no peer's address.
    pub to_strangers: u64,
    /// Those of them that went along a TCP connection.
    pub sent_over_tcp: u64,
    /// Peers whose datagrams reach the engine on a TCP connection of this number, by their address.
    pub connections: HashMap<SocketAddr, u64>,
    /// TCP connections that a shard wanted closed.
    pub closed: Vec<u64>,
    homes: HashMap<Name, usize>,
}

impl World {
    /// An engine with so many shards, and nobody there.
    ///
    /// # Panics
    /// If no certificate can be made.
    #[must_use]
    pub fn new(shards: u16, conditions: Conditions, seed: u64) -> Self {
        let now = Instant::now();
        let identity = Arc::new(Identity::generate().expect("a certificate"));
        let shards = (0..shards)
            .map(|shard| {
                let mut secret = [0; 32];
                secret[..8].copy_from_slice(&seed.to_be_bytes());
                secret[8..10].copy_from_slice(&shard.to_be_bytes());
                Shard::new(
                    ShardConfig {
                        shard,
                        shards,
                        advertised: vec![address(shard)],
                        identity: identity.clone(),
                        wall: NtpTime::from_unix(Duration::from_secs(1_800_000_000)),
                        seed: secret,
                        limits: Limits::default(),
                    },
                    now,
                )
            })
            .collect();
        Self {
            now,
            network: Network::new(conditions, seed),
            peers: Vec::new(),
            shards,
            labour: Labour::new(seed),
            news: Vec::new(),
            sent_by_engine: 0,
            sent_to: HashMap::new(),
            sent_over_tcp: 0,
            connections: HashMap::new(),
            closed: Vec::new(),
            to_strangers: 0,
            homes: HashMap::new(),
        }
    }

    /// A client comes, with a pipe on this shard. Returns its place in [`World::peers`].
    pub fn enter(
        &mut self,
        name: &str,
        shard: usize,
        codecs: Codecs,
        sources: &[(Source, Direction)],
    ) -> usize {
        let at = self.peers.len();
        let mut peer = Peer::new(name, home(at), codecs, self.now);
        let (offer, sending) = peer.offer(sources, false);
        self.homes.insert(peer.pipe.clone(), shard);
        self.peers.push(peer);
        self.open(at, 0, offer, sending);
        at
    }

    /// A client comes with a data channel and these sources, in every codec. Returns its place in [`World::peers`].
    pub fn enter_talking(
        &mut self,
        name: &str,
        shard: usize,
        sources: &[(Source, Direction)],
    ) -> usize {
        let at = self.peers.len();
        let mut peer = Peer::new(name, home(at), Codecs::ALL, self.now);
        let (offer, sending) = peer.offer(sources, true);
        self.homes.insert(peer.pipe.clone(), shard);
        self.peers.push(peer);
        self.open(at, 0, offer, sending);
        at
    }

    /// A client with nothing but a data channel comes again, with this generation of its pipe.
    pub fn talk_again(&mut self, at: usize, generation: u64) {
        let name = self.peers[at].pipe.clone();
        let mut peer = Peer::new(&name, home(at), Codecs::ALL, self.now);
        let (offer, sending) = peer.offer(&[], true);
        self.peers[at] = peer;
        self.open(at, generation, offer, sending);
    }

    /// A client comes again with these sources, and with this generation of its pipe.
    pub fn come_again(&mut self, at: usize, generation: u64, sources: &[(Source, Direction)]) {
        let name = self.peers[at].pipe.clone();
        let mut peer = Peer::new(&name, home(at), Codecs::ALL, self.now);
        let (offer, sending) = peer.offer(sources, false);
        self.peers[at] = peer;
        self.open(at, generation, offer, sending);
    }

    fn open(&mut self, at: usize, generation: u64, offer: String, sending: Vec<Sending>) {
        let pipe = self.peers[at].pipe.clone();
        self.order(&Order::OpenPipe {
            pipe,
            generation,
            offer,
            sending,
        });
    }

    /// Give an order to the shard, or shards, that it concerns.
    pub fn order(&mut self, order: &Order) {
        let now = self.now;
        let home = match order {
            Order::OpenPipe { pipe, .. }
            | Order::ClosePipe { pipe, .. }
            | Order::Attach { pipe, .. }
            | Order::Detach { pipe }
            | Order::Renegotiate { pipe, .. }
            | Order::RestartIce { pipe, .. }
            | Order::AnswerPipe { pipe, .. } => self.homes.get(pipe).copied(),
            Order::CloseBridge { .. } | Order::CloseAll => None,
        };
        match home {
            Some(home) => self.shards[home].order(now, order.clone()),
            None => {
                for shard in &mut self.shards {
                    shard.order(now, order.clone());
                }
            }
        }
        self.settle();
    }

    /// Put these peers into a bridge.
    pub fn bridge(&mut self, bridge: &str, peers: &[usize]) {
        for peer in peers {
            let pipe = self.peers[*peer].pipe.clone();
            self.order(&Order::Attach {
                pipe,
                bridge: Arc::from(bridge),
                part: Part::default(),
                label: None,
            });
        }
    }

    /// Let time pass.
    pub fn run(&mut self, how_long: Duration) {
        let end = self.now + how_long;
        while self.step(end) {}
        self.now = end;
    }

    /// Let time pass until it holds; false if it does not within the limit.
    pub fn until(&mut self, limit: Duration, holds: impl Fn(&World) -> bool) -> bool {
        let end = self.now + limit;
        loop {
            if holds(self) {
                return true;
            }
            if !self.step(end) {
                self.now = end;
                return holds(self);
            }
        }
    }

    /// Wait until these peers are connected, seen from both sides.
    pub fn connected(&mut self, limit: Duration) -> bool {
        let pipes: Vec<Name> = self.peers.iter().map(|peer| peer.pipe.clone()).collect();
        self.until(limit, move |world| {
            world.peers.iter().all(|peer| peer.connected)
                && pipes.iter().all(|pipe| {
                    world.news.iter().any(
                        |(_, news)| matches!(news, News::Connected { pipe: it, .. } if it == pipe),
                    )
                })
        })
    }

    /// A datagram from nobody we know, straight to a shard.
    pub fn forge(&mut self, from: SocketAddr, shard: u16, bytes: Vec<u8>) {
        let to = address(shard);
        self.network.send(self.now, Datagram { from, to, bytes });
    }

    /// Where a shard listens.
    #[must_use]
    pub fn address_of(shard: u16) -> SocketAddr {
        address(shard)
    }

    /// Do what happens next; false if nothing does before `end`.
    fn step(&mut self, end: Instant) -> bool {
        let shards = self.shards.iter().filter_map(Shard::next_timeout);
        let peers = self.peers.iter().map(Peer::next_wake);
        let others = shards.chain(peers).chain(self.network.next_arrival());
        let Some(next) = others.chain(self.labour.next()).min() else {
            return false;
        };
        if next > end {
            return false;
        }
        self.now = self.now.max(next);
        let now = self.now;
        while let Some(mut datagram) = self.network.receive(now) {
            if let Some(peer) = self
                .peers
                .iter_mut()
                .find(|peer| peer.address == datagram.to)
            {
                peer.handle(now, &datagram);
            } else if let Some(at) =
                (0..self.shards.len()).find(|n| datagram.to == address(u16_of(*n)))
            {
                let (from, to) = (datagram.from, datagram.to.ip());
                let connection = self.connections.get(&from);
                let path =
                    connection.map_or(Path::udp(from, to), |number| Path::tcp(from, to, *number));
                self.shards[at].datagram(now, &path, &mut datagram.bytes);
            }
        }
        for shard in &mut self.shards {
            if shard.next_timeout().is_some_and(|at| at <= now) {
                shard.timeout(now);
            }
        }
        self.settle();
        true
    }

    /// Carry everything that the shards and peers want carried.
    fn settle(&mut self) {
        let now = self.now;
        for peer in &mut self.peers {
            for datagram in peer.wake(now) {
                self.network.send(now, datagram);
            }
        }
        loop {
            let mut quiet = true;
            for from in 0..self.shards.len() {
                for (to, relay) in self.shards[from].take_relays() {
                    quiet = false;
                    self.shards[usize::from(to)].relay(now, u16_of(from), relay);
                }
            }
            for at in 0..self.shards.len() {
                for news in self.shards[at].take_news() {
                    quiet = false;
                    self.hear(at, news);
                }
                while let Some(work) = self.shards[at].work(now) {
                    quiet = false;
                    self.labour.begin(now, at, work);
                }
            }
            while let Some((at, done)) = self.labour.finish(now) {
                quiet = false;
                self.shards[at].done(now, done);
            }
            if quiet {
                break;
            }
        }
        for (at, shard) in self.shards.iter_mut().enumerate() {
            let port = address(u16_of(at)).port();
            let outgoing = shard.outgoing();
            for (path, bytes) in outgoing.datagrams() {
                self.sent_by_engine += 1;
                *self.sent_to.entry(path.remote).or_default() += 1;
                self.sent_over_tcp += u64::from(path.protocol.is_tcp());
                if !self.peers.iter().any(|peer| peer.address == path.remote) {
                    self.to_strangers += 1;
                }
                let datagram = Datagram {
                    from: SocketAddr::new(path.local, port),
                    to: path.remote,
                    bytes: bytes.to_vec(),
                };
                self.network.send(now, datagram);
            }
            outgoing.clear();
            self.closed.extend(shard.take_closings());
        }
    }

    fn hear(&mut self, shard: usize, news: News) {
        let now = self.now;
        match &news {
            News::Answered {
                pipe,
                answer,
                sections,
                ..
            } => {
                if let Some(peer) = self.peers.iter_mut().find(|peer| peer.pipe == *pipe) {
                    peer.take_answer(answer);
                    peer.sections.clone_from(sections);
                }
            }
            News::Mapped { pipe, sections, .. } => {
                if let Some(peer) = self.peers.iter_mut().find(|peer| peer.pipe == *pipe) {
                    peer.sections.clone_from(sections);
                }
            }
            News::Offered {
                pipe,
                generation,
                negotiation,
                offer,
                sections,
            } => {
                if let Some(peer) = self.peers.iter_mut().find(|peer| peer.pipe == *pipe) {
                    let answer = peer.answer(offer, sections);
                    let order = Order::AnswerPipe {
                        pipe: pipe.clone(),
                        generation: *generation,
                        negotiation: *negotiation,
                        answer,
                    };
                    self.shards[shard].order(now, order);
                }
            }
            _ => {}
        }
        self.news.push((now, news));
    }
}

/// Where the client at this place is.
fn home(at: usize) -> SocketAddr {
    let number = u8::try_from(at).expect("few peers") + 1;
    SocketAddr::from(([10, 0, 1, number], 5000))
}

fn address(shard: u16) -> SocketAddr {
    SocketAddr::new(ENGINE, MEDIA_PORT + shard)
}

fn u16_of(n: usize) -> u16 {
    u16::try_from(n).expect("few shards")
}
