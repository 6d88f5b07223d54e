//! Pipes that only send or only receive in their bridge.

use super::{Bench, CHROMIUM, name};
use crate::{Limits, News, Order, Way};

const PIPES: [&str; 3] = ["a", "b", "c"];
const WAYS: [Option<Way>; 3] = [None, Some(Way::Send), Some(Way::Receive)];

/// What the orders so far say of a pipe: its bridge, and its way there.
type Place = Option<(usize, Option<Way>)>;

impl Bench {
    pub(super) fn turn(&mut self, pipe: &str, bridge: &str, way: Option<Way>) -> Vec<News> {
        self.order(Order::Attach {
            pipe: name(pipe),
            bridge: name(bridge),
            way,
            label: None,
        })
    }

    /// How many of a pipe's tracks another one is shown.
    fn sees(&self, viewer: &str, sender: &str) -> usize {
        let shard = &self.shard;
        let viewer = &shard.pipes[shard.names[viewer]];
        let sender = &shard.pipes[shard.names[sender]];
        let tracks = sender.tracks();
        let shown = tracks.iter().filter(|key| viewer.showing(**key).is_some());
        shown.count()
    }
}

/// A walk over two bridges and all ways: after each order each pipe is shown exactly those it should.
#[test]
fn who_sees_whom_follows_from_the_last_orders_alone() {
    let mut bench = Bench::new(Limits::default());
    for pipe in PIPES {
        bench.open(pipe, 0, CHROMIUM);
    }
    let mut places: [Place; 3] = [None; 3];
    let mut dice: u32 = 1;
    for step in 0..3000 {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let drawn = (dice >> 16) as usize;
        let who = drawn % 3;
        let what = drawn / 3 % 7;
        if what == 6 {
            bench.order(Order::Detach {
                pipe: name(PIPES[who]),
            });
            places[who] = None;
        } else {
            let (bridge, way) = (what % 2, WAYS[what / 2]);
            bench.turn(PIPES[who], ["x", "y"][bridge], way);
            places[who] = Some((bridge, way));
        }
        for (viewer, at) in PIPES.into_iter().zip(places) {
            for (sender, there) in PIPES.into_iter().zip(places) {
                let both = at.zip(there).is_some_and(|(at, there)| {
                    viewer != sender
                        && at.0 == there.0
                        && at.1 != Some(Way::Send)
                        && there.1 != Some(Way::Receive)
                });
                let expected = if both { 2 } else { 0 };
                assert_eq!(
                    bench.sees(viewer, sender),
                    expected,
                    "step {step}: {places:?}"
                );
            }
        }
    }
    // Two others with a microphone and a camera each: slots were used again.
    for (_, pipe) in &bench.shard.pipes {
        assert_eq!(pipe.sections.len(), 4);
    }
}

#[test]
fn a_turn_is_not_noticed_by_those_it_does_not_concern() {
    let mut bench = Bench::new(Limits::default());
    for pipe in PIPES {
        bench.open(pipe, 0, CHROMIUM);
        bench.attach(pipe, "x");
    }
    let told = |news: &[News]| -> Vec<String> {
        news.iter()
            .map(|news| match news {
                News::Mapped { pipe, .. } => pipe.to_string(),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let news = bench.turn("a", "x", Some(Way::Send));
    assert_eq!(
        told(&news),
        ["a"],
        "it sees nobody; the others still see it"
    );
    assert_eq!((bench.sees("a", "b"), bench.sees("b", "a")), (0, 2));
    assert_eq!(bench.turn("a", "x", Some(Way::Send)), []);
    let mut news = told(&bench.turn("a", "x", Some(Way::Receive)));
    news.sort();
    assert_eq!(news, PIPES, "nobody sees it any more");
    assert_eq!((bench.sees("a", "b"), bench.sees("b", "a")), (2, 0));
}
