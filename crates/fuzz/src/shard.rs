//! The body for a whole shard: mutated datagrams, descriptions and relays among living calls.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use media_core::{Name, News, Order, Part, Path, Relay, Sending, Source};
use media_sim::network::Conditions;
use media_sim::peer::Codecs;
use media_sim::world::World;
use str0m::media::Direction::SendRecv;

/// Inputs that one world lives through (fewer if one answers its offer), so that what is heard does not fill the memory.
const INPUTS: u32 = 256;

/// Sound comes every 20 ms: what is not heard within this is lost.
const SOON: Duration = Duration::from_millis(200);

/// The shard has made the offer that it owes within this, and the peers do not miss it for so long.
const OFFER: Duration = Duration::from_millis(500);

const BRIDGE: &str = "bridge";
const EXTRA: &str = "extra";

/// Who stays out of it, and the one whose address and pipe the inputs misuse.
const SPEAKER: usize = 0;
const LISTENER: usize = 1;
const VICTIM: usize = 2;

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

struct Stage {
    world: World,
    inputs: u32,
}

/// Steps, each a byte that says what it is and a length in two bytes, meet a shard that
/// forwards a call. It does not panic, sends nothing to strangers, and goes on forwarding.
///
/// A world lives through many inputs: what was found may need those before it as well.
pub fn shard(data: &[u8]) {
    STAGE.with_borrow_mut(|stage| {
        // Taken out, so that after a fault the next input gets a new world.
        let mut current = stage
            .take()
            .filter(|stage| stage.inputs < INPUTS)
            .unwrap_or_else(Stage::new);
        current.inputs += 1;
        current.play(data);
        *stage = Some(current);
    });
}

impl Stage {
    fn new() -> Self {
        let mut world = World::new(1, Conditions::CLEAN, 1);
        let sources = [(Source::Microphone, SendRecv), (Source::Camera, SendRecv)];
        let peers = ["speaker", "listener", "victim"]
            .map(|name| world.enter(name, 0, Codecs::ALL, &sources));
        assert!(world.connected(Duration::from_secs(5)));
        // Whoever joins may narrow what codecs a bridge speaks, so the inputs have one of their own.
        world.bridge("call", &peers[..VICTIM]);
        world.bridge(BRIDGE, &peers[VICTIM..]);
        // Nothing is left to be negotiated.
        world.run(Duration::from_secs(1));
        let now = world.now;
        world.peers[SPEAKER].speak(Source::Microphone, now);
        let mut stage = Self { world, inputs: 0 };
        stage.check();
        stage
    }

    fn play(&mut self, data: &[u8]) {
        let stranger = SocketAddr::from(([192, 0, 2, 66], 40_000));
        for (kind, bytes) in steps(data) {
            match kind % 5 {
                0 => self.world.forge(stranger, 0, bytes.to_vec()),
                1 => {
                    let victim = self.world.peers[VICTIM].address;
                    self.world.forge(victim, 0, bytes.to_vec());
                }
                2 => self.open(&String::from_utf8_lossy(bytes)),
                3 => self.answer(&String::from_utf8_lossy(bytes)),
                _ => {
                    let path = Path::udp(stranger, World::address_of(0).ip());
                    let bytes = bytes.to_vec();
                    let now = self.world.now;
                    self.world.shards[0].relay(now, 0, Relay::Datagram { path, bytes });
                }
            }
        }
        self.check();
        self.world.order(&Order::ClosePipe {
            pipe: Arc::from(EXTRA),
            generation: u64::MAX,
        });
        self.check();
    }

    /// A client comes with this offer, and into the call.
    fn open(&mut self, offer: &str) {
        let pipe: Name = Arc::from(EXTRA);
        let sending = [("0", Source::Microphone), ("1", Source::Camera)].map(|(mid, source)| {
            let mid = mid.to_owned();
            Sending { mid, source }
        });
        self.world.order(&Order::OpenPipe {
            pipe: pipe.clone(),
            generation: 0,
            offer: offer.to_owned(),
            sending: sending.to_vec(),
        });
        self.world.order(&Order::Attach {
            pipe,
            bridge: Arc::from(BRIDGE),
            part: Part::default(),
            label: None,
        });
    }

    /// The victim's client asks for a section more, and this comes as its answer. ICE is restarted as well, so that the
    /// credentials in it are taken whatever they are.
    fn answer(&mut self, answer: &str) {
        let pipe = self.world.peers[VICTIM].pipe.clone();
        let now = self.world.now;
        let shard = &mut self.world.shards[0];
        let renegotiate = Order::Renegotiate {
            pipe: pipe.clone(),
            generation: 0,
            sources: vec![Source::Screen],
        };
        shard.order(now, renegotiate);
        let restart = Order::RestartIce {
            pipe: pipe.clone(),
            generation: 0,
        };
        shard.order(now, restart);
        // The offer waits for what else may change. The peer would answer it by itself, so it does not get to see it.
        let mut offer = None;
        while let Some(next) = shard.next_timeout().filter(|next| *next <= now + OFFER) {
            self.world.now = self.world.now.max(next);
            shard.timeout(next);
            for news in shard.take_news() {
                if let News::Offered { negotiation, .. } = news {
                    offer = Some(negotiation);
                }
                self.world.news.push((next, news));
            }
            if offer.is_some() {
                break;
            }
        }
        if let Some(negotiation) = offer {
            self.inputs = INPUTS;
            self.world.order(&Order::AnswerPipe {
                pipe,
                generation: 0,
                negotiation,
                answer: answer.to_owned(),
            });
        }
    }

    /// The listener hears what the speaker says from now on, and nothing untoward has happened.
    fn check(&mut self) {
        let heard = |world: &World| {
            let packets = world.peers[LISTENER].heard("speaker", Source::Microphone);
            packets.count()
        };
        let before = heard(&self.world);
        let goes_on = self.world.until(SOON, |world| heard(world) > before);
        assert!(goes_on, "nothing is forwarded any more");
        assert_eq!(
            self.world.to_strangers, 0,
            "something was sent to a stranger"
        );
        let load = self.world.shards[0].load();
        let panics = load.counters.iter().find(|(name, _)| *name == "panics");
        assert_eq!(panics, Some(&("panics", 0)));
        for (_, news) in &self.world.news {
            if let News::PipeClosed { pipe, .. } = news {
                assert!(&**pipe != "speaker" && &**pipe != "listener", "{news:?}");
            }
        }
    }
}

fn steps(mut data: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let ([kind, high, low], rest) = data.split_first_chunk::<3>()?;
        let len = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (bytes, rest) = rest.split_at(len);
        data = rest;
        Some((*kind, bytes))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_gets_into_the_call_and_out_of_it() {
        let mut stage = Stage::new();
        stage.play(include_bytes!("../corpus/shard/answer"));
        let told = |holds: fn(&News) -> bool| stage.world.news.iter().any(|(_, news)| holds(news));
        assert!(told(
            |news| matches!(news, News::Answered { pipe, .. } if &**pipe == EXTRA)
        ));
        assert!(told(|news| matches!(news, News::Offered { .. })));
        assert!(told(
            |news| matches!(news, News::PipeClosed { pipe, .. } if &**pipe == EXTRA)
        ));
    }
}
