//! Bytes of no meaning on the engine's socket: nothing panics, nothing grows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::path::Path;

use media::engine::{Effect, Engine};
use media::frame::{Frames, read_order};
use media::protocol::{EngineHello, MAX_FRAME};
use proptest::prelude::*;

/// Everything a stream of bytes may lead to before a shard sees it.
fn body(stream: &[u8], cut: usize) {
    let mut engine = Engine::new(EngineHello {
        protocol: "1.0".to_owned(),
        build: "fuzz".to_owned(),
        engine: "e".to_owned(),
        epoch: 1,
        shards: 2,
    });
    let mut frames = Frames::default();
    for part in stream.chunks(cut.max(1)) {
        frames.push(part);
        loop {
            let order = match frames.next_body() {
                Ok(Some(body)) => {
                    assert!(body.len() <= MAX_FRAME);
                    read_order(body)
                }
                Ok(None) => break,
                Err(_) => {
                    assert!(frames.next_body().is_err(), "the boundary stays lost");
                    return;
                }
            };
            let effects = match order {
                Ok(order) => engine.order(&order, 1),
                Err(unreadable) => {
                    assert!(!unreadable.text.is_empty());
                    vec![engine.unreadable(unreadable)]
                }
            };
            for effect in effects {
                if let Effect::Order(shard, _) = effect {
                    assert!(shard < 2);
                }
            }
        }
    }
}

fn framed(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length[..], body].concat()
}

/// The bodies that Python wrote.
fn samples() -> Vec<Vec<u8>> {
    let digits = |hex: &str| {
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(byte).collect()
    };
    include_str!("samples/frames.txt")
        .lines()
        .map(|line| digits(line.split_once(' ').unwrap().1))
        .collect()
}

#[test]
fn the_corpus_is_survived() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let files: Vec<_> = fs::read_dir(folder).unwrap().collect();
    assert!(files.len() >= 8);
    for file in files {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for cut in [1, 7, bytes.len()] {
            body(&bytes, cut);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2_000), cut in 1..64_usize) {
        body(&bytes, cut);
        body(&framed(&bytes), cut);
    }

    #[test]
    fn changed_samples_are_survived(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        keep in any::<prop::sample::Index>(),
        cut in 1..64_usize,
    ) {
        let samples = samples();
        let mut sample = which.get(&samples).clone();
        for (at, value) in changes {
            let at = at.index(sample.len());
            sample[at] = value;
        }
        body(&framed(&sample), cut);
        sample.truncate(keep.index(sample.len() + 1));
        body(&framed(&sample), cut);
    }
}
