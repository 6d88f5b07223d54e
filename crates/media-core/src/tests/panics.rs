//! A fault ends one pipe, and nobody else's.

use std::time::Instant;

use super::{Bench, CHROMIUM, GAUGES, name};
use crate::{CloseReason, Limits, News, Order, Source};

#[test]
fn a_panic_ends_one_pipe() {
    let mut bench = Bench::new(Limits::default());
    for pipe in ["a", "b", "c"] {
        bench.open(pipe, 0, CHROMIUM);
        bench.attach(pipe, "x");
    }
    bench.sabotage("b");
    let news = bench.order(Order::Renegotiate {
        pipe: name("b"),
        generation: 0,
        sources: vec![Source::Screen],
    });
    let closed: Vec<_> = news
        .iter()
        .filter_map(|news| match news {
            News::PipeClosed { pipe, reason, .. } => Some((&**pipe, *reason)),
            _ => None,
        })
        .collect();
    assert_eq!(closed, [("b", CloseReason::Panic)]);
    assert_eq!(bench.count("panics"), 1);
    let load = bench.shard.load();
    let expected = [2, 1, 4, 0];
    assert!(
        load.gauges
            .iter()
            .copied()
            .eq(GAUGES.into_iter().zip(expected))
    );
    // The others go on: a newcomer is seen where b was.
    assert!(matches!(
        bench.open("d", 0, CHROMIUM)[..],
        [News::Answered { .. }]
    ));
    let news = bench.attach("d", "x");
    let seen = news.iter().any(|news| {
        let News::Mapped { pipe, sections, .. } = news else {
            return false;
        };
        &**pipe == "a"
            && sections.iter().all(|section| {
                section
                    .receives
                    .as_ref()
                    .is_some_and(|received| &*received.pipe == "d")
            })
    });
    assert!(seen, "{news:?}");
}

/// What closing does when even closing panics.
#[test]
fn a_pipe_can_be_dropped_without_being_closed() {
    let mut bench = Bench::new(Limits::default());
    for pipe in ["a", "b"] {
        bench.open(pipe, 0, CHROMIUM);
        bench.attach(pipe, "x");
    }
    let slot = bench.shard.names["a"];
    bench.shard.drop_pipe(Instant::now(), slot);
    let news = bench.shard.take_news();
    assert!(matches!(
        news[..],
        [News::PipeClosed {
            reason: CloseReason::Panic,
            ..
        }]
    ));
    let (_, other) = bench.shard.pipes.iter().next().unwrap();
    for section in &other.sections {
        let held = section.slot.as_ref().unwrap();
        assert!(held.track.is_none() && held.view.is_none());
        assert_eq!(held.stream.as_ref().unwrap().ssrc, held.ssrc);
    }
    assert_eq!(bench.shard.forwarding.tracks.len(), 2);
    assert!(
        bench
            .shard
            .forwarding
            .tracks
            .iter()
            .all(|(_, track)| track.views.is_empty())
    );
}
