//! Who gets what of whom follows from what each pipe does in its bridge.

use super::{Bench, CHROMIUM, name};
use crate::{Audience, Kind, Limits, News, Order, Part, Way};

const PIPES: [&str; 4] = ["a", "b", "c", "d"];
const WAYS: [Option<Way>; 3] = [None, Some(Way::Send), Some(Way::Receive)];
const KINDS: [Kind; 2] = [Kind::Audio, Kind::Video];

/// What the orders so far say of a pipe: its bridge, and what it does there.
type Place = Option<(usize, Part)>;

struct Dice(u32);

impl Dice {
    /// A number below this one.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % end
    }

    fn audience(&mut self) -> Audience {
        // A name that never comes is among those that are drawn.
        let drawn = self.below(64);
        let names = PIPES.into_iter().chain(["nobody"]).enumerate();
        let chosen = names.filter(|(at, _)| drawn >> at & 1 == 1);
        match drawn >> 5 {
            0 => Audience::Everybody,
            _ => Audience::only(chosen.map(|(_, pipe)| name(pipe))),
        }
    }

    fn part(&mut self) -> Part {
        Part {
            way: WAYS[self.below(5).saturating_sub(2)],
            heard_by: self.audience(),
            seen_by: self.audience(),
            deaf: self.below(3) == 0,
            blind: self.below(3) == 0,
        }
    }
}

/// Whether one may get what the other sends, as the declaration of the order says it.
fn may_get(at: (&str, &Part), from: (&str, &Part), kind: Kind) -> bool {
    let (audience, closed) = match kind {
        Kind::Audio => (&from.1.heard_by, at.1.deaf),
        Kind::Video => (&from.1.seen_by, at.1.blind),
    };
    let named = match audience {
        Audience::Everybody => true,
        Audience::Only(names) => names.iter().any(|named| **named == *at.0),
    };
    let ways = at.1.way != Some(Way::Send) && from.1.way != Some(Way::Receive);
    at.0 != from.0 && ways && named && !closed
}

impl Bench {
    pub(super) fn turn(&mut self, pipe: &str, bridge: &str, part: Part) -> Vec<News> {
        self.order(Order::Attach {
            pipe: name(pipe),
            bridge: name(bridge),
            part,
            label: None,
        })
    }

    /// How many of a pipe's tracks of a kind another one is shown.
    fn gets(&self, viewer: &str, sender: &str, kind: Kind) -> usize {
        let shard = &self.shard;
        let viewer = &shard.pipes[shard.names[viewer]];
        let sender = &shard.pipes[shard.names[sender]];
        let of_kind = |key: &&usize| shard.forwarding.tracks[**key].kind() == kind;
        let tracks = sender.tracks();
        let shown = tracks.iter().filter(of_kind);
        shown.filter(|key| viewer.showing(**key).is_some()).count()
    }

    fn sees(&self, viewer: &str, sender: &str) -> usize {
        KINDS
            .map(|kind| self.gets(viewer, sender, kind))
            .iter()
            .sum()
    }
}

/// A walk over two bridges and all parts: after each order each pipe is shown exactly what it may get.
#[test]
fn who_gets_what_follows_from_the_last_orders_alone() {
    let mut bench = Bench::new(Limits::default());
    for pipe in PIPES {
        bench.open(pipe, 0, CHROMIUM);
    }
    let mut places: [Place; 4] = [const { None }; 4];
    let mut generations = [0; 4];
    let mut dice = Dice(1);
    for step in 0..5000 {
        let who = dice.below(4);
        match dice.below(12) {
            0 => {
                bench.order(Order::Detach {
                    pipe: name(PIPES[who]),
                });
                places[who] = None;
            }
            1 => {
                let bridge = dice.below(2);
                bench.order(Order::CloseBridge {
                    bridge: name(["x", "y"][bridge]),
                });
                for place in &mut places {
                    *place = place.take().filter(|(at, _)| *at != bridge);
                }
            }
            2 => {
                generations[who] += 1;
                bench.open(PIPES[who], generations[who], CHROMIUM);
            }
            _ => {
                // Most orders change something in one place, as those to come will.
                let bridge = match &places[who] {
                    Some((bridge, _)) if dice.below(4) > 0 => *bridge,
                    _ => dice.below(2),
                };
                let part = dice.part();
                bench.turn(PIPES[who], ["x", "y"][bridge], part.clone());
                places[who] = Some((bridge, part));
            }
        }
        for (viewer, at) in PIPES.into_iter().zip(&places) {
            for (sender, there) in PIPES.into_iter().zip(&places) {
                for kind in KINDS {
                    let both = at.as_ref().zip(there.as_ref()).is_some_and(|(at, there)| {
                        at.0 == there.0 && may_get((viewer, &at.1), (sender, &there.1), kind)
                    });
                    assert_eq!(
                        bench.gets(viewer, sender, kind),
                        usize::from(both),
                        "step {step}: {viewer} {sender} {kind:?} {places:?}"
                    );
                }
            }
        }
    }
    // Three others with a microphone and a camera each: slots were used again.
    for (_, pipe) in &bench.shard.pipes {
        assert!(pipe.sections.len() <= 6, "{}", pipe.sections.len());
    }
    assert_eq!(bench.count("panics"), 0);
}

#[test]
fn a_turn_is_not_noticed_by_those_it_does_not_concern() {
    let mut bench = Bench::new(Limits::default());
    for pipe in &PIPES[..3] {
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
    let [sends, receives] = [Way::Send, Way::Receive].map(|way| Part {
        way: Some(way),
        ..Part::default()
    });
    let news = bench.turn("a", "x", sends.clone());
    assert_eq!(
        told(&news),
        ["a"],
        "it sees nobody; the others still see it"
    );
    assert_eq!((bench.sees("a", "b"), bench.sees("b", "a")), (0, 2));
    assert_eq!(bench.turn("a", "x", sends.clone()), []);
    let mut news = told(&bench.turn("a", "x", receives));
    news.sort();
    assert_eq!(news, PIPES[..3], "nobody sees it any more");
    assert_eq!((bench.sees("a", "b"), bench.sees("b", "a")), (2, 0));
}
