//! One client that sends, others that see it, and shards that are fed by hand.

use std::ops::AddAssign;
use std::time::{Duration, Instant};

use media_core::{News, Path, Shard, Source};
use media_sim::network::{Conditions, Datagram};
use media_sim::peer::Codecs;
use media_sim::source::{Frames, Generator};
use media_sim::world::World;
use media_srtp::Profile;
use media_wire::{demux, rtp};
use str0m::media::Direction::{RecvOnly, SendOnly};

use crate::clock;

/// How finely the sender's time passes.
const TICK: Duration = Duration::from_millis(1);
/// In which the clients do what was due while the shard was fed.
const PAUSE: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(30);
const SENDER: usize = 0;
/// The shard of the sender.
const HOME: usize = 0;

/// What one burst becomes on its way to one viewer, in bytes.
pub(crate) struct Sizes {
    /// Of each header with its extension block.
    pub(crate) header: usize,
    /// Of each datagram.
    pub(crate) burst: Vec<usize>,
}

/// What was measured.
#[derive(Default)]
pub(crate) struct Run {
    /// Packets that left the shard.
    pub(crate) sent: u64,
    /// Spent on taking packets in and sending them; not on reports and feedback.
    pub(crate) took: Duration,
}

impl AddAssign for Run {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.took += other.took;
    }
}

/// Packets that come at one moment.
type Burst = (Instant, Vec<Vec<u8>>);

/// Everybody.
pub(crate) struct Stage {
    /// What the packets are sealed with.
    pub(crate) profile: Profile,
    world: World,
    source: Source,
    generator: Option<Generator>,
    viewers: usize,
    path: Path,
}

impl Stage {
    /// Let one client of the first shard send the source to so many of this shard, and see that each of
    /// them gets it.
    pub(crate) fn set(source: Source, viewers: usize, shard: u16) -> Self {
        let mut world = World::new(shard + 1, Conditions::CLEAN, 1);
        let mut peers = vec![world.enter("sender", HOME, Codecs::ALL, &[(source, SendOnly)])];
        let shard = usize::from(shard);
        for number in 0..viewers {
            let name = format!("viewer {number}");
            peers.push(world.enter(&name, shard, Codecs::ALL, &[(source, RecvOnly)]));
        }
        assert!(world.connected(PATIENCE), "everybody connects");
        world.bridge("bridge", &peers);
        let generator = match source {
            Source::Microphone => Generator::new(source, world.now),
            _ => Generator::pictures(Frames::CAMERA, world.now),
        };
        world.peers[SENDER].speak_as(source, generator);
        let all_see = |world: &World| world.peers[1..].iter().all(|it| it.arrived.len() >= 100);
        assert!(world.until(PATIENCE, all_see), "everybody sees the sender");
        let generator = world.peers[SENDER].hush(source);
        world.run(PAUSE);
        Self {
            profile: profile(&world),
            path: Path::udp(world.peers[SENDER].address, World::address_of(0).ip()),
            world,
            source,
            generator,
            viewers,
        }
    }

    /// See what one burst becomes.
    pub(crate) fn sizes(&mut self) -> Sizes {
        let (at, packets) = self.bursts(PAUSE).swap_remove(0);
        let viewer = self.world.peers[SENDER + 1].address;
        let shard = &mut self.world.shards[0];
        for mut packet in packets {
            shard.datagram(at, &self.path, &mut packet);
        }
        let sent: Vec<&[u8]> = shard
            .outgoing()
            .datagrams()
            .filter(|(path, bytes)| path.remote == viewer && is_rtp(bytes))
            .map(|(_, bytes)| bytes)
            .collect();
        let header = rtp::Header::parse(sent[0]).expect("a packet").header_len;
        let burst = sent.iter().map(|bytes| bytes.len()).collect();
        shard.outgoing().clear();
        Sizes { header, burst }
    }

    /// Feed the shard what the sender sends in this time.
    ///
    /// What leaves the shard is thrown away; the viewers see a pause, not a loss, as
    /// nothing comes after it.
    pub(crate) fn batch(&mut self, time: Duration) -> Run {
        let bursts = self.bursts(time);
        let packets: usize = bursts.iter().map(|(_, packets)| packets.len()).sum();
        let before = self.sent();
        let (mut took, mut start) = (Duration::ZERO, clock::busy());
        for (at, mut packets) in bursts {
            if self.is_due(at) {
                took += clock::busy_since(start);
                self.timers(at);
                start = clock::busy();
            }
            let shard = &mut self.world.shards[HOME];
            for packet in &mut packets {
                shard.datagram(at, &self.path, packet);
            }
            shard.outgoing().clear();
            self.relay(at);
        }
        took += clock::busy_since(start);
        let sent = self.sent() - before;
        assert_eq!(sent, (packets * self.viewers) as u64, "all of it left");
        self.world.run(PAUSE);
        Run { sent, took }
    }

    /// What the sender sends in the next time, which then has passed.
    fn bursts(&mut self, time: Duration) -> Vec<Burst> {
        let sender = &mut self.world.peers[SENDER];
        let mut generator = self.generator.take().expect("it was hushed");
        generator.skip_to(self.world.now);
        sender.speak_as(self.source, generator);
        let end = self.world.now + time;
        let mut bursts = Vec::new();
        while self.world.now < end {
            self.world.now += TICK;
            let now = self.world.now;
            let (packets, other): (Vec<Datagram>, Vec<Datagram>) = sender
                .wake(now)
                .into_iter()
                .partition(|it| is_rtp(&it.bytes));
            if !packets.is_empty() {
                let packets = packets.into_iter().map(|it| it.bytes).collect();
                bursts.push((now, packets));
            }
            for datagram in other {
                self.world.network.send(now, datagram);
            }
        }
        self.generator = sender.hush(self.source);
        bursts
    }

    /// Give the other shards what the sender's has for them, and throw away what they send.
    fn relay(&mut self, now: Instant) {
        for (to, relay) in self.world.shards[HOME].take_relays() {
            let shard = &mut self.world.shards[usize::from(to)];
            shard.relay(now, 0, relay);
            shard.outgoing().clear();
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        let mut shards = self.world.shards.iter();
        shards.any(|shard| shard.next_timeout().is_some_and(|due| due <= now))
    }

    fn timers(&mut self, now: Instant) {
        while self.is_due(now) {
            for shard in &mut self.world.shards {
                shard.timeout(now);
                shard.outgoing().clear();
                for news in shard.take_news() {
                    assert!(!matches!(news, News::PipeClosed { .. }), "{news:?}");
                }
            }
            self.relay(now);
        }
    }

    fn sent(&self) -> u64 {
        let counters = |shard: &Shard| shard.load().counters;
        let all = self.world.shards.iter().flat_map(counters);
        all.filter(|(name, _)| *name == "rtp_packets_sent")
            .map(|(_, count)| count)
            .sum()
    }
}

fn is_rtp(datagram: &[u8]) -> bool {
    demux::protocol(datagram) == demux::Protocol::Rtp
}

/// What everybody's packets are sealed with.
fn profile(world: &World) -> Profile {
    let mut profiles = world.news.iter().filter_map(|(_, news)| match news {
        News::Connected { profile, .. } => Profile::from_name(profile),
        _ => None,
    });
    let first = profiles.next().expect("somebody is connected");
    assert!(profiles.all(|it| it == first), "one profile for all");
    first
}
