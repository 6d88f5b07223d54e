//! Many pipes in one bridge: what they cost each other, and where it ends.

use super::{Bench, CHROMIUM, answer, name, offer};
use crate::{CodecSet, Kind, Limits, News, Order, Part, Way};

impl Bench {
    /// Answer offers until there are no more. Gives how many there were, of each pipe in turn.
    fn negotiate(&mut self) -> Vec<(String, String)> {
        let mut offers = Vec::new();
        loop {
            let news = self.wait(60);
            let before = offers.len();
            for told in news {
                if let News::Offered {
                    pipe,
                    negotiation,
                    offer,
                    ..
                } = told
                {
                    offers.push((pipe.to_string(), offer.clone()));
                    self.order(Order::AnswerPipe {
                        pipe,
                        generation: 0,
                        negotiation,
                        answer: answer(&offer, CodecSet::all(Kind::Video)),
                    });
                }
            }
            if offers.len() == before {
                return offers;
            }
        }
    }

    fn join(&mut self, pipe: &str) {
        self.open(pipe, 0, CHROMIUM);
        self.attach(pipe, "room");
    }

    fn leave(&mut self, pipe: &str) {
        self.order(Order::ClosePipe {
            pipe: name(pipe),
            generation: 0,
        });
    }

    /// How many tracks a pipe is shown.
    fn shown(&self, pipe: &str) -> usize {
        self.shard.pipes[self.shard.names[pipe]].shown().len()
    }

    fn sections(&self, pipe: &str) -> usize {
        self.shard.pipes[self.shard.names[pipe]].sections.len()
    }
}

#[test]
fn joins_are_merged_and_slots_are_used_again() {
    let mut bench = Bench::new(Limits::default());
    bench.join("a");
    bench.join("b");
    assert_eq!(bench.negotiate(), [], "a call needs no negotiation");
    for pipe in ["c", "d", "e"] {
        bench.join(pipe);
    }
    let offers = bench.negotiate();
    assert_eq!(
        offers.len(),
        5,
        "one offer each, not one for each that came"
    );
    assert_eq!((bench.sections("a"), bench.shown("a")), (8, 8));
    bench.leave("c");
    bench.join("f");
    let offers = bench.negotiate();
    let told: Vec<_> = offers.iter().map(|(pipe, _)| pipe.as_str()).collect();
    assert_eq!(told, ["f"], "the others show f where they showed c");
    for pipe in ["a", "b", "d", "e", "f"] {
        assert_eq!((bench.sections(pipe), bench.shown(pipe)), (8, 8), "{pipe}");
    }
}

#[test]
fn an_answer_asks_for_pictures_that_are_new_only() {
    let mut bench = Bench::new(Limits::default());
    for pipe in ["a", "b", "c"] {
        bench.join(pipe);
    }
    bench.negotiate();
    for (_, track) in &mut bench.shard.forwarding.tracks {
        track.key_frames.came();
    }
    bench.join("d");
    bench.negotiate();
    let shard = &bench.shard;
    for (_, track) in &shard.forwarding.tracks {
        // d sees them all for the first time; what the others had goes on.
        assert_eq!(track.views.len(), 3);
        let of_d = &*track.sender == "d";
        let wanted = track.key_frames.due(bench.now).is_some();
        assert_eq!(wanted, track.kind() == Kind::Video, "{of_d}");
    }
    let track_of_a = shard.pipes[shard.names["a"]].tracks()[1];
    let viewers = bench.shard.forwarding.tracks[track_of_a].views.len();
    bench.shard.forwarding.tracks[track_of_a].key_frames.came();
    bench.open("e", 0, CHROMIUM);
    let sends = Part {
        way: Some(Way::Send),
        ..Part::default()
    };
    bench.turn("e", "room", sends);
    assert_eq!(bench.negotiate().len(), 4);
    let track = &bench.shard.forwarding.tracks[track_of_a];
    assert_eq!(track.views.len(), viewers);
    assert_eq!(track.key_frames.due(bench.now), None, "nobody sees a anew");
}

#[test]
fn a_full_description_shows_no_more_until_somebody_leaves() {
    const ROOM: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];
    let six = {
        let mut bench = Bench::new(Limits::default());
        for pipe in &ROOM[..6] {
            bench.join(pipe);
        }
        bench.negotiate()[0].1.len()
    };
    let tables = [
        Limits {
            sections: 10,
            ..Limits::default()
        },
        Limits {
            description: six + 100,
            ..Limits::default()
        },
    ];
    for limits in tables {
        let mut bench = Bench::new(limits);
        for pipe in ROOM {
            bench.join(pipe);
        }
        for (_, offer) in bench.negotiate() {
            assert!(offer.len() <= limits.description);
        }
        for pipe in ROOM {
            assert_eq!(
                (bench.sections(pipe), bench.shown(pipe)),
                (10, 10),
                "{pipe}"
            );
        }
        let exhausted = bench.count("sections_exhausted");
        assert_eq!(exhausted, 14, "two tracks for each of seven");
        bench.leave("b");
        assert_eq!(bench.negotiate(), []);
        for pipe in ROOM.into_iter().filter(|pipe| *pipe != "b") {
            let shard = &bench.shard;
            let senders = shard.pipes[shard.names[pipe]]
                .shown()
                .into_iter()
                .map(|key| &shard.forwarding.tracks[key].sender);
            let mut senders: Vec<_> = senders.map(|name| &**name).collect();
            senders.sort_unstable();
            senders.dedup();
            assert_eq!(senders.len(), 5, "{pipe} sees all others");
        }
        assert_eq!(bench.count("sections_exhausted"), exhausted);
    }
}

#[test]
fn a_refusal_is_told_once_and_ends_by_itself() {
    let mut bench = Bench::new(Limits::default());
    let (both, vp8, h264) = (offer(true, true), offer(true, false), offer(false, true));
    let mut refusals = Vec::new();
    let mut note = |news: Vec<News>| {
        for told in news {
            if let News::Incompatible { pipe, sender, .. } = told {
                refusals.push((pipe.to_string(), sender.to_string()));
            }
        }
    };
    for (pipe, offer) in [("sender", &both), ("old", &vp8), ("new", &h264)] {
        note(bench.open(pipe, 0, offer));
        note(bench.attach(pipe, "room"));
    }
    bench.negotiate();
    for pipe in ["x", "y"] {
        note(bench.open(pipe, 0, &both));
        note(bench.attach(pipe, "room"));
        bench.negotiate();
    }
    refusals.retain(|(_, sender)| sender == "sender");
    assert_eq!(refusals, [("new".to_owned(), "sender".to_owned())]);
    let camera = |bench: &Bench| bench.shard.pipes[bench.shard.names["sender"]].tracks()[1];
    let sees = |bench: &Bench, pipe: &str| {
        let pipe = &bench.shard.pipes[bench.shard.names[pipe]];
        pipe.showing(camera(bench)).is_some()
    };
    assert!(sees(&bench, "old") && !sees(&bench, "new"));
    // Who held the sender to VP8 goes: now both have H.264.
    bench.leave("old");
    bench.negotiate();
    assert!(sees(&bench, "new") && sees(&bench, "x"));
}
