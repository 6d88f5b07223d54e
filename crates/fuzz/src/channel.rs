//! The body for the data channel: what a client may say in it, among others who talk.

use std::cell::RefCell;
use std::time::Duration;

use media_core::News;
use media_sim::network::Conditions;
use media_sim::world::World;

use crate::text::pieces;

/// Inputs that one world lives through, so that what is heard does not fill the memory.
const INPUTS: u32 = 64;
/// Messages of one input: as many as may come at once.
const MESSAGES: usize = 200;
/// The others have what they said within this.
const SOON: Duration = Duration::from_secs(2);

const SPEAKER: usize = 0;
/// Who says what the inputs are.
const CHATTERER: usize = 2;

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

struct Stage {
    world: World,
    inputs: u32,
}

/// Messages, each behind its length in two bytes, are said by one of three clients. Whatever they are, the answers are JSON, no
/// pipe ends, and the other two go on talking.
pub fn channel(data: &[u8]) {
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
        let peers =
            ["speaker", "listener", "chatterer"].map(|name| world.enter_talking(name, 0, &[]));
        let open = world.until(SOON, |world| {
            world.peers.iter().all(|peer| peer.channel_open)
        });
        assert!(open);
        world.bridge("bridge", &peers);
        Self { world, inputs: 0 }
    }

    fn play(&mut self, data: &[u8]) {
        for message in pieces(data).take(MESSAGES) {
            self.world.peers[CHATTERER].say(message);
        }
        let id = format!("check-{}", self.inputs);
        let to = Some(&["listener"][..]);
        assert!(self.world.peers[SPEAKER].text(&id, "still there?", to));
        self.world.run(SOON);
        let told: Vec<_> = self.world.peers[SPEAKER].told("delivered").collect();
        assert!(
            told.iter()
                .any(|told| told["id"] == id && told["delivered"] == true),
            "{id} was not delivered: {told:?}"
        );
        for (_, news) in &self.world.news {
            assert!(!matches!(news, News::PipeClosed { .. }), "{news:?}");
        }
        let load = self.world.shards[0].load();
        assert!(load.counters.contains(&("panics", 0)));
        assert!(load.counters.contains(&("channels_lost", 0)));
        for peer in &mut self.world.peers {
            peer.told.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTENER: usize = 1;

    #[test]
    fn the_corpus_is_heard() {
        let mut stage = Stage::new();
        let corpus = include_bytes!("../corpus/channel/texts");
        for message in pieces(corpus) {
            assert!(stage.world.peers[CHATTERER].say(message));
        }
        stage.world.run(SOON);
        assert_eq!(stage.world.peers[LISTENER].told("text").count(), 2);
        assert_eq!(stage.world.peers[CHATTERER].told("refused").count(), 1);
    }
}
