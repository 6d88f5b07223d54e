//! Shard threads with real sockets on loopback and a machine that only records.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use common::{News, Order, PATIENCE, Running};
use media_core::Path;
use media_io::{Droppable, End, Report, Segmentation};

fn client(address: &str) -> UdpSocket {
    let client = UdpSocket::bind(address).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client
}

fn received(client: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = [0; 4096];
    let (length, from) = client.recv_from(&mut buffer).unwrap();
    (buffer[..length].to_vec(), from)
}

#[test]
fn an_answer_leaves_from_the_address_the_question_came_to() {
    let mut running = Running::start("0.0.0.0", 1, Segmentation::Offloaded);
    let port = running.port();
    for (bind, engine) in [
        ("127.0.0.1:0", "127.0.0.1"),
        ("127.0.0.1:0", "127.0.0.2"),
        ("[::1]:0", "::1"),
    ] {
        let (client, engine) = (client(bind), SocketAddr::new(engine.parse().unwrap(), port));
        client.send_to(b"\x80ask", engine).unwrap();
        let remote = client.local_addr().unwrap();
        let path = Path::udp(remote, engine.ip());
        assert_eq!(running.news(), (0, News::Came(path, b"\x80ask".to_vec())));
        running
            .shards
            .order(0, Order::Send(remote, b"answer".to_vec(), 6));
        assert_eq!(received(&client), (b"answer".to_vec(), engine));
    }
    running.stop();
}

#[test]
fn a_host_of_one_family_speaks_that_family() {
    for host in ["127.0.0.1", "::1"] {
        let mut running = Running::start(host, 1, Segmentation::Offloaded);
        let client = client(&SocketAddr::new(host.parse().unwrap(), 0).to_string());
        let remote = client.local_addr().unwrap();
        running
            .shards
            .order(0, Order::Send(remote, b"hello".to_vec(), 5));
        assert_eq!(received(&client), (b"hello".to_vec(), running.addresses[0]));
        client.send_to(&[], running.addresses[0]).unwrap();
        client.send_to(&[9], running.addresses[0]).unwrap();
        let path = Path::udp(remote, host.parse().unwrap());
        assert_eq!(running.news().1, News::Came(path, vec![]));
        assert_eq!(running.news().1, News::Came(path, vec![9]));
        running.stop();
    }
}

#[test]
fn segmentation_changes_nothing_that_a_client_sees() {
    let bytes: Vec<u8> = (0..10_u8).flat_map(|number| [number; 1_100]).collect();
    let bytes = &bytes[..bytes.len() - 300];
    let expected: Vec<_> = bytes.chunks(1_100).map(<[u8]>::to_vec).collect();
    for segmentation in [Segmentation::Offloaded, Segmentation::Plain] {
        for bind in ["127.0.0.1:0", "[::1]:0"] {
            let running = Running::start("::", 1, segmentation);
            let client = client(bind);
            let remote = client.local_addr().unwrap();
            running
                .shards
                .order(0, Order::Send(remote, bytes.to_vec(), 1_100));
            let got: Vec<_> = expected.iter().map(|_| received(&client).0).collect();
            assert_eq!(got, expected);
            let offloaded = segmentation == Segmentation::Offloaded;
            assert_eq!(
                running.stop()["udp_messages_segmented"],
                u64::from(offloaded)
            );
        }
    }
}

#[test]
fn in_a_batch_stun_and_dtls_come_before_media() {
    let mut running = Running::start("127.0.0.1", 1, Segmentation::Offloaded);
    let client = client("127.0.0.1:0");
    let to = running.addresses[0];
    running.shards.order(0, Order::Hold(8, client, to));
    assert_eq!(running.news().1, News::Held);
    let order: Vec<_> = (0..8)
        .map(|_| match running.news().1 {
            News::Came(_, bytes) => (bytes[0], bytes[1]),
            other => panic!("{other:?}"),
        })
        .collect();
    let urgent = [(1, 1), (22, 3), (1, 5), (22, 7)];
    let media = [(0x80, 0), (0x80, 2), (0x80, 4), (0x80, 6)];
    assert_eq!(order, [urgent, media].concat());
    running.stop();
}

#[test]
fn a_datagram_too_long_to_be_media_is_dropped() {
    let mut running = Running::start("127.0.0.1", 1, Segmentation::Offloaded);
    let client = client("127.0.0.1:0");
    client.send_to(&[0x80; 2049], running.addresses[0]).unwrap();
    client.send_to(&[0x80; 2048], running.addresses[0]).unwrap();
    match running.news().1 {
        News::Came(_, bytes) => assert_eq!(bytes.len(), 2048),
        other => panic!("{other:?}"),
    }
    let traffic = running.stop();
    assert_eq!(
        (
            traffic["udp_drop_too_long"],
            traffic["udp_datagrams_received"]
        ),
        (1, 2)
    );
}

#[test]
fn nobody_at_the_other_end_harms_nobody() {
    let mut running = Running::start("0.0.0.0", 1, Segmentation::Offloaded);
    let gone = client("127.0.0.1:0").local_addr().unwrap();
    let here = client("127.0.0.1:0");
    for to in [
        gone,
        "255.255.255.255:9".parse().unwrap(),
        here.local_addr().unwrap(),
    ] {
        for _ in 0..3 {
            running
                .shards
                .order(0, Order::Send(to, b"hello".to_vec(), 5));
        }
    }
    assert_eq!(received(&here).0, b"hello");
    running.shards.ping(7);
    assert!(matches!(
        running.report(),
        Report::Pong {
            shard: 0,
            number: 7
        }
    ));
    let traffic = running.stop();
    assert_eq!(
        (
            traffic["udp_drop_undeliverable"],
            traffic["udp_messages_sent"]
        ),
        (3, 6)
    );
}

#[test]
fn an_alarm_rings_when_it_is_due() {
    let mut running = Running::start("127.0.0.1", 1, Segmentation::Offloaded);
    for after in [
        Duration::ZERO,
        Duration::from_micros(700),
        Duration::from_millis(3),
    ] {
        running.shards.order(0, Order::Alarm(after));
        match running.news().1 {
            News::Rang(rang) => assert!(rang >= after),
            other => panic!("{other:?}"),
        }
    }
    running.stop();
}

#[test]
fn relays_reach_the_other_shard_in_order() {
    let mut running = Running::start("127.0.0.1", 2, Segmentation::Offloaded);
    for number in 0..50 {
        let droppable = Droppable::from(number % 2 == 0);
        running.shards.order(0, Order::Relay(1, number, droppable));
        running.shards.order(0, Order::Relay(9, number, droppable));
    }
    for number in 0..50 {
        assert_eq!(running.news(), (1, News::Relayed(0, number)));
    }
    running.stop();
}

#[test]
fn a_ping_comes_back_from_every_shard() {
    let mut running = Running::start("127.0.0.1", 2, Segmentation::Offloaded);
    running.shards.ping(3);
    let mut shards: Vec<_> = (0..2)
        .map(|_| match running.report() {
            Report::Pong { shard, number: 3 } => shard,
            other => panic!("{other:?}"),
        })
        .collect();
    shards.sort_unstable();
    assert_eq!(shards, [0, 1]);
    running.stop();
}

#[test]
fn what_a_machine_was_told_before_the_end_still_leaves() {
    let mut running = Running::start("127.0.0.1", 1, Segmentation::Offloaded);
    let client = client("127.0.0.1:0");
    let remote = client.local_addr().unwrap();
    running
        .shards
        .order(0, Order::Send(remote, b"farewell".to_vec(), 8));
    running.shards.order(0, Order::Relay(0, 5, Droppable::No));
    running.shards.stop();
    assert_eq!(received(&client).0, b"farewell");
    assert!(matches!(
        running.report(),
        Report::Ended {
            shard: 0,
            end: End::Stopped
        }
    ));
    running.shards.join();
}

#[test]
fn a_panic_of_the_machine_is_told() {
    let mut running = Running::start("127.0.0.1", 2, Segmentation::Offloaded);
    running.shards.order(1, Order::Panic);
    assert!(matches!(
        running.report(),
        Report::Ended {
            shard: 1,
            end: End::Panicked
        }
    ));
    running.shards.order(1, Order::Alarm(Duration::ZERO));
    running.shards.order(0, Order::Alarm(Duration::ZERO));
    assert!(matches!(running.news(), (0, News::Rang(_))));
}
