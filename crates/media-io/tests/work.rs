//! What a machine hands out, beside what its shard thread goes on with.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::net::UdpSocket;
use std::sync::mpsc;

use common::{News, Order, Running};
use media_core::Path;
use media_io::{End, Report, Segmentation};

#[test]
fn media_goes_on_while_work_is_being_done() {
    let mut running = Running::start("127.0.0.1", 1, Segmentation::Offloaded);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    let path = Path::udp(client.local_addr().unwrap(), "127.0.0.1".parse().unwrap());
    let ends = [1, 2, 3].map(|number| {
        let (end, until) = mpsc::channel();
        running.shards.order(0, Order::Work(number, until));
        end
    });
    for number in 0..50 {
        client
            .send_to(&[0x80, number], running.addresses[0])
            .unwrap();
        let came = (0, News::Came(path, vec![0x80, number]));
        assert_eq!(running.news(), came, "nothing waits for the work");
    }
    for (number, end) in (1..).zip(ends) {
        drop(end);
        assert_eq!(running.news(), (0, News::Worked(number)));
    }
    running.stop();
}

#[test]
fn each_shard_has_its_own() {
    let mut running = Running::start("127.0.0.1", 2, Segmentation::Offloaded);
    let (end, until) = mpsc::channel();
    running.shards.order(0, Order::Work(1, until));
    for number in 2..5 {
        let until = mpsc::channel().1;
        running.shards.order(1, Order::Work(number, until));
        assert_eq!(running.news(), (1, News::Worked(number)));
    }
    drop(end);
    assert_eq!(running.news(), (0, News::Worked(1)));
    running.stop();
}

#[test]
fn a_shard_whose_worker_is_gone_ends() {
    let mut running = Running::start("127.0.0.1", 1, Segmentation::Offloaded);
    for number in 0.. {
        let (end, until) = mpsc::channel();
        // What work must not do: it panics.
        end.send(()).unwrap();
        running.shards.order(0, Order::Work(number, until));
        running.shards.ping(number);
        match running.report() {
            Report::Pong { .. } => {}
            Report::Ended { end, .. } => {
                assert!(matches!(end, End::Failed(_)), "{end:?}");
                return;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn many_orders_let_media_through() {
    let mut running = Running::start("127.0.0.1", 1, Segmentation::Offloaded);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = running.addresses[0];
    // While the first is obeyed the others are put in, so they are found all at once.
    let (go, ready) = mpsc::channel();
    running.shards.order(0, Order::Wait(ready));
    client.send_to(&[0x80], to).unwrap();
    for _ in 0..100 {
        running.shards.order(0, Order::Tell);
    }
    drop(go);
    let mut before = 0;
    while running.news() == (0, News::Told) {
        before += 1;
    }
    assert!(before < 20, "media came after {before} orders");
    for _ in before..100 {
        assert_eq!(running.news(), (0, News::Told));
    }
    running.stop();
}
