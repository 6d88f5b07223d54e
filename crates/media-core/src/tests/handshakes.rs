//! Work that a shard hands out for handshakes: whose turn it is, how much, and what becomes of it.

use std::net::SocketAddr;

use aws_lc_rs::hmac;
use is::stun::{StunMessage, TransId};
use media_transport::Path;

use super::{Bench, CHROMIUM, name};
use crate::shard::handshakes::MOST_AWAY;
use crate::{CloseReason, Done, Limits, News, Order, Work};

/// Of the description that every pipe here begins with.
const REMOTE_USER: &str = "Kqka";

/// Behind the length of the only datagram in it.
fn hello() -> Vec<u8> {
    include_bytes!("../../../fuzz/corpus/transport/hello")[2..].to_vec()
}

fn path(host: u8) -> Path {
    let remote = SocketAddr::from(([198, 51, 100, host], 4000));
    Path::udp(remote, "192.0.2.1".parse().unwrap())
}

fn check(user: &str, password: &str) -> Vec<u8> {
    let sign = |key: &[u8], parts: &[&[u8]]| {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
        let tag = hmac::sign(&key, &parts.concat());
        tag.as_ref().try_into().unwrap()
    };
    let mut bytes = vec![0; 512];
    let length = StunMessage::binding_request(user, TransId::new(), true, 7, 1, true)
        .to_bytes(Some(password.as_bytes()), &mut bytes, sign)
        .unwrap();
    bytes.truncate(length);
    bytes
}

impl Bench {
    /// A client at this address opens a pipe and is checked.
    fn enter(&mut self, pipe: &str, host: u8) {
        self.open(pipe, 0, CHROMIUM);
        let local = self.shard.pipes[self.shard.names[pipe]].transport.local();
        let mut check = check(&format!("{}:{REMOTE_USER}", local.ufrag), &local.pwd);
        self.shard.datagram(self.now, &path(host), &mut check);
        self.shard.outgoing().clear();
    }

    fn greet(&mut self, host: u8) {
        self.shard.datagram(self.now, &path(host), &mut hello());
    }

    fn work(&mut self) -> Option<Work> {
        self.shard.work(self.now)
    }

    fn done(&mut self, done: Done) -> Vec<News> {
        self.shard.done(self.now, done);
        self.shard.take_news()
    }

    /// How many datagrams go where.
    fn sent(&mut self) -> Vec<(SocketAddr, usize)> {
        let mut sent: Vec<(SocketAddr, usize)> = Vec::new();
        for (path, _) in self.shard.outgoing().datagrams() {
            match sent.last_mut() {
                Some((to, count)) if *to == path.remote => *count += 1,
                _ => sent.push((path.remote, 1)),
            }
        }
        self.shard.outgoing().clear();
        sent
    }

    fn waiting(&self) -> u64 {
        let gauges = self.shard.load().gauges;
        let waiting = gauges
            .iter()
            .find(|(name, _)| *name == "handshake_steps_waiting");
        waiting.unwrap().1
    }
}

#[test]
fn the_shard_takes_no_step_itself() {
    let mut bench = Bench::new(Limits::default());
    bench.enter("a", 1);
    bench.greet(1);
    assert_eq!(bench.sent(), []);
    let work = bench.work().unwrap();
    assert!(bench.work().is_none());
    assert_eq!(bench.sent(), []);
    assert_eq!(bench.done(work.run()), []);
    let sent = bench.sent();
    assert!(
        matches!(sent[..], [(to, 1..)] if to == path(1).remote),
        "{sent:?}"
    );
    assert!(bench.work().is_none());
    assert_eq!(bench.count("handshake_steps"), 1);
}

#[test]
fn pipes_take_turns() {
    let mut bench = Bench::new(Limits::default());
    for host in 1..=3 {
        bench.enter(&format!("pipe {host}"), host);
    }
    for host in [1, 1, 1, 2, 3, 2] {
        bench.greet(host);
    }
    assert_eq!(bench.waiting(), 3);
    let slots = |works: &[Work]| works.iter().map(Work::slot).collect::<Vec<_>>();
    let works: Vec<_> = std::iter::from_fn(|| bench.work()).collect();
    let first = slots(&works);
    assert_eq!(first, [0, 1, 2], "one each");
    for host in [3, 1] {
        bench.greet(host);
    }
    assert!(bench.work().is_none(), "their turns are not over");
    // Whose turn ends first is first in the next round.
    for work in works.into_iter().rev() {
        bench.done(work.run());
    }
    let works: Vec<_> = std::iter::from_fn(|| bench.work()).collect();
    assert_eq!(slots(&works), [2, 0]);
}

#[test]
fn so_much_is_away_at_once_and_the_rest_waits_once_each() {
    let mut bench = Bench::new(Limits::default());
    for host in 1..=100 {
        bench.enter(&format!("pipe {host}"), host);
        for _ in 0..3 {
            bench.greet(host);
        }
    }
    let mut away: Vec<_> = std::iter::from_fn(|| bench.work()).collect();
    assert_eq!(
        (away.len(), bench.waiting()),
        (MOST_AWAY, 100 - MOST_AWAY as u64)
    );
    // Who goes is not waited for.
    bench.order(Order::ClosePipe {
        pipe: name("pipe 100"),
        generation: 0,
    });
    assert_eq!(bench.waiting(), 100 - MOST_AWAY as u64 - 1);
    assert!(bench.work().is_none());
    // Room comes back also from one that has gone.
    bench.order(Order::ClosePipe {
        pipe: name("pipe 1"),
        generation: 0,
    });
    bench.done(away.remove(0).run());
    away.push(bench.work().unwrap());
    assert!(bench.work().is_none());
    for work in away {
        bench.done(work.run());
    }
    let rest = std::iter::from_fn(|| bench.work()).count();
    assert_eq!(
        (rest as u64, bench.waiting()),
        (100 - MOST_AWAY as u64 - 2, 0)
    );
}

#[test]
fn what_comes_back_for_a_pipe_that_is_gone_is_dropped() {
    let mut bench = Bench::new(Limits::default());
    bench.enter("a", 1);
    bench.greet(1);
    let old = bench.work().unwrap();
    bench.order(Order::ClosePipe {
        pipe: name("a"),
        generation: 0,
    });
    bench.sent();
    // Another pipe is where it was, and has work as well.
    bench.enter("b", 2);
    bench.greet(2);
    let new = bench.work().unwrap();
    assert_eq!(old.slot(), new.slot());
    assert_eq!(bench.done(old.run()), []);
    assert_eq!(bench.sent(), []);
    bench.done(new.run());
    assert!(matches!(bench.sent()[..], [(to, _)] if to == path(2).remote));
}

#[test]
fn a_panic_in_work_ends_its_pipe_and_no_other() {
    let mut bench = Bench::new(Limits::default());
    for host in 1..=2 {
        bench.enter(&format!("pipe {host}"), host);
        bench.greet(host);
    }
    let mut bad = bench.work().unwrap();
    let good = bench.work().unwrap();
    bad.sabotaged = true;
    let news = bench.done(bad.run());
    let [News::PipeClosed { pipe, reason, .. }] = &news[..] else {
        panic!("{news:?}")
    };
    assert_eq!((&**pipe, *reason), ("pipe 1", CloseReason::Panic));
    assert_eq!(bench.count("panics"), 1);
    assert_eq!(bench.done(good.run()), []);
    assert!(matches!(bench.sent()[..], [(to, _)] if to == path(2).remote));
    assert_eq!(bench.shard.pipes.len(), 1);
}
