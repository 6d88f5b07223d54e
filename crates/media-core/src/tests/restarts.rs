//! Restarts of ICE as the control plane orders them: which offers follow, and which answers are taken.

use media_wire::sdp::Description;

use super::{Bench, CHROMIUM, answer, name};
use crate::{CloseReason, CodecSet, Kind, Limits, News, Order, Source};

/// User name and password of ICE in a description.
fn credentials(text: &str) -> (String, String) {
    let description = Description::parse(text).unwrap();
    let section = &description.sections[0];
    let ufrag = description.ice_ufrag(section).unwrap().to_owned();
    (ufrag, description.ice_pwd(section).unwrap().to_owned())
}

impl Bench {
    fn restart(&mut self, generation: u64) -> Vec<News> {
        self.order(Order::RestartIce {
            pipe: name("a"),
            generation,
        })
    }

    /// The offer that is due, and its number.
    fn due_offer(&mut self) -> (u64, String) {
        match &self.wait(60)[..] {
            [
                News::Offered {
                    negotiation, offer, ..
                },
            ] => (*negotiation, offer.clone()),
            other => panic!("{other:?}"),
        }
    }

    fn reply(&mut self, negotiation: u64, answer: String) -> Vec<News> {
        self.order(Order::AnswerPipe {
            pipe: name("a"),
            generation: 1,
            negotiation,
            answer,
        })
    }
}

/// What the client answers, with these credentials in place of its first.
fn answer_as(offer: &str, (ufrag, pwd): (&str, &str)) -> String {
    let (old_ufrag, old_pwd) = credentials(CHROMIUM);
    answer(offer, CodecSet::all(Kind::Video))
        .replace(
            &format!("a=ice-ufrag:{old_ufrag}"),
            &format!("a=ice-ufrag:{ufrag}"),
        )
        .replace(&format!("a=ice-pwd:{old_pwd}"), &format!("a=ice-pwd:{pwd}"))
}

const NEW: (&str, &str) = ("anew", "credentials+of+the+client");

/// A pipe that is open, and the credentials in its answer.
fn open() -> (Bench, (String, String)) {
    let mut bench = Bench::new(Limits::default());
    let [News::Answered { answer, .. }] = &bench.open("a", 1, CHROMIUM)[..] else {
        panic!("not answered");
    };
    let first = credentials(answer);
    (bench, first)
}

fn assert_refused(news: &[News], why: &str) {
    match news {
        [
            News::PipeClosed {
                reason: CloseReason::BadOffer,
                text,
                ..
            },
        ] => assert!(text.contains(why), "{text}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn restarts_are_merged_until_they_are_answered() {
    let (mut bench, first) = open();
    for generation in [0, 1, 1, 2] {
        assert_eq!(bench.restart(generation), []);
    }
    assert_eq!(bench.count("orders_ignored"), 2);
    let (1, offer) = bench.due_offer() else {
        panic!("not the first offer");
    };
    let second = credentials(&offer);
    assert!(second.0 != first.0 && second.1 != first.1);
    assert_eq!(second.0[..12], first.0[..12], "shard and slot");
    bench.restart(1);
    assert_eq!(bench.wait(60), []);
    assert_eq!(bench.reply(1, answer_as(&offer, NEW)), []);
    assert_eq!(bench.wait(60), []);
    bench.restart(1);
    let (2, offer) = bench.due_offer() else {
        panic!("not the second offer");
    };
    assert_ne!(credentials(&offer), second);
}

#[test]
fn a_restart_waits_for_the_open_offer() {
    let (mut bench, first) = open();
    bench.order(Order::Renegotiate {
        pipe: name("a"),
        generation: 1,
        sources: vec![Source::Screen],
    });
    let (_, offer) = bench.due_offer();
    assert_eq!(credentials(&offer), first);
    bench.restart(1);
    assert_eq!(bench.wait(60), []);
    bench.reply(1, answer(&offer, CodecSet::all(Kind::Video)));
    let (2, offer) = bench.due_offer() else {
        panic!("not the second offer");
    };
    assert_ne!(credentials(&offer), first);
}

#[test]
fn an_answer_with_other_credentials_needs_a_restart() {
    let (mut bench, _) = open();
    bench.restart(1);
    let (_, offer) = bench.due_offer();
    let second = credentials(&offer);
    assert_eq!(bench.reply(1, answer_as(&offer, NEW)), []);
    bench.order(Order::Renegotiate {
        pipe: name("a"),
        generation: 1,
        sources: vec![Source::Screen],
    });
    let (_, offer) = bench.due_offer();
    assert_eq!(credentials(&offer), second, "no restart by accident");
    let changed = answer_as(&offer, ("once", "more+and+then+once+again"));
    assert_refused(&bench.reply(2, changed), "without a restart");
}

#[test]
fn an_answer_without_usable_credentials_is_refused() {
    for (ufrag, pwd) in [
        ("x", NEW.1),
        (NEW.0, "short"),
        (NEW.0, "twenty-two characters!"),
    ] {
        let (mut bench, _) = open();
        bench.restart(1);
        let (_, offer) = bench.due_offer();
        let news = bench.reply(1, answer_as(&offer, (ufrag, pwd)));
        assert_refused(&news, "cannot be");
    }
    let (mut bench, _) = open();
    bench.restart(1);
    let (_, offer) = bench.due_offer();
    let mut bare = Description::parse(&answer(&offer, CodecSet::all(Kind::Video))).unwrap();
    for section in &mut bare.sections {
        section.attributes.ice_ufrag = None;
    }
    assert_refused(&bench.reply(1, bare.to_string()), "no ICE user name");
}
