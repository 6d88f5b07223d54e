//! Which codecs two pipes have in common, and what is told when they have none.

use super::{Bench, answer, offer};
use crate::{Codec, CodecSet, Kind, Limits, Name, News, Order, Source};

/// Every way in which two or three clients with different codecs can come into a bridge: each sees
/// each other's camera in a codec it has, or there is news of why not.
#[test]
fn every_pair_has_a_codec_or_news() {
    let all = [(true, true), (true, false), (false, true)];
    let sets = all.map(|(vp8, h264)| {
        let vp8 = vp8.then_some(Codec::Vp8);
        let h264 = h264.then_some(Codec::H264ConstrainedBaseline);
        vp8.into_iter().chain(h264).collect::<CodecSet>()
    });
    for combination in 0..27_usize {
        let which = [combination % 3, combination / 3 % 3, combination / 9];
        let mut bench = Bench::new(Limits::default());
        let mut refused = Vec::new();
        for (pipe, set) in ["a", "b", "c"].into_iter().zip(which) {
            bench.open(pipe, 0, &offer(all[set].0, all[set].1));
            let mut news = bench.attach(pipe, "x");
            for _ in 0..10 {
                news.extend(bench.wait(60));
                for told in std::mem::take(&mut news) {
                    match told {
                        News::Offered {
                            pipe,
                            negotiation,
                            offer,
                            ..
                        } => {
                            let at = usize::from(pipe.as_bytes()[0] - b'a');
                            news.extend(bench.order(Order::AnswerPipe {
                                pipe,
                                generation: 0,
                                negotiation,
                                answer: answer(&offer, sets[which[at]]),
                            }));
                        }
                        News::Incompatible {
                            pipe,
                            sender,
                            source,
                            ..
                        } => {
                            assert_eq!(source, Source::Camera);
                            refused.push((pipe, sender));
                        }
                        News::Mapped { .. } => {}
                        other => panic!("{other:?}"),
                    }
                }
            }
        }
        check_pairs(&bench, &refused, combination);
    }
}

fn check_pairs(bench: &Bench, refused: &[(Name, Name)], combination: usize) {
    let shard = &bench.shard;
    for (key, track) in &shard.forwarding.tracks {
        let crate::forwarding::track::Origin::Local {
            pipe: sender,
            section,
        } = track.origin
        else {
            panic!("{track:?}")
        };
        // What the sender takes: the first codec of its section.
        let sent = shard.pipes[sender].sections[section].codecs.iter().next();
        let sent = sent.expect("something to send");
        for (slot, pipe) in &shard.pipes {
            if slot == sender {
                continue;
            }
            let seen = pipe.sections.iter().find(|section| {
                section
                    .slot
                    .as_ref()
                    .is_some_and(|slot| slot.track == Some(key))
            });
            let pair = (pipe.name.clone(), track.sender.clone());
            let told = refused.contains(&pair) && track.kind() == Kind::Video;
            match seen {
                Some(section) => {
                    assert!(
                        section.codecs.contains(sent),
                        "{combination}: {pair:?} {sent:?}"
                    );
                    assert!(section.slot.as_ref().unwrap().view.is_some());
                }
                None => assert!(told, "{combination}: {pair:?} {sent:?} {section}"),
            }
        }
    }
}
