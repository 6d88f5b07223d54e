//! Many who watch one sender, and what of their complaints reaches it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

use std::time::Duration;

use media_core::Source;
use media_sim::network::Conditions;
use media_sim::peer::Codecs;
use media_sim::world::World;
use str0m::media::Direction::{RecvOnly, SendOnly};

const VIEWERS: usize = 80;
/// The least time between two requests for key frames that reach a sender.
const APART: Duration = Duration::from_millis(500);
const EVERY: Duration = Duration::from_millis(20);
const TURNS: usize = 150;

#[test]
fn a_crowd_that_wants_key_frames_does_not_storm_their_sender() {
    for shards in [1, 2] {
        let mut world = World::new(shards, Conditions::CLEAN, 41);
        world.enter("p0", 0, Codecs::ALL, &[(Source::Camera, SendOnly)]);
        for viewer in 1..=VIEWERS {
            let shard = viewer % usize::from(shards);
            let name = format!("p{viewer}");
            world.enter(&name, shard, Codecs::ALL, &[(Source::Camera, RecvOnly)]);
        }
        assert!(world.connected(Duration::from_secs(10)));
        let everybody: Vec<usize> = (0..=VIEWERS).collect();
        world.bridge("stage", &everybody);
        let now = world.now;
        world.peers[0].speak(Source::Camera, now);
        world.run(Duration::from_secs(1));
        let before = world.peers[0].key_frames_asked.len();
        for turn in 0..TURNS {
            // Twenty of them at a time, and each again after 80 ms.
            for viewer in (1..=VIEWERS).filter(|viewer| (viewer + turn) % 4 == 0) {
                world.peers[viewer].ask_key_frame("p0", Source::Camera);
            }
            world.run(EVERY);
        }
        let complaints: u64 = world
            .shards
            .iter()
            .flat_map(|it| it.load().counters)
            .filter(|(name, _)| *name == "rtcp_packets_received")
            .map(|(_, count)| count)
            .sum();
        assert!(complaints >= (VIEWERS * TURNS / 4) as u64, "{complaints}");
        let asked = &world.peers[0].key_frames_asked;
        for pair in asked.windows(2) {
            assert!(pair[1] - pair[0] >= APART, "{pair:?}");
        }
        // Nobody waits in vain, either.
        let expected = TURNS * 20 / 500;
        let more = asked.len() - before;
        assert!((expected - 1..=expected + 1).contains(&more), "{more}");
    }
}
