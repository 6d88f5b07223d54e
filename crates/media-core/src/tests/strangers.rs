//! What comes from who is not known here.

use std::net::SocketAddr;

use media_transport::Path;

use super::{Bench, CHROMIUM};
use crate::{Limits, Relay};

/// A Binding request with this user name and nothing that proves anything.
fn request(user: &str) -> Vec<u8> {
    let padded = user.len().next_multiple_of(4);
    let mut packet = vec![0, 1, 0, u8::try_from(padded + 4).unwrap()];
    packet.extend_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
    packet.extend_from_slice(&[7; 12]);
    packet.extend_from_slice(&[0, 6, 0, u8::try_from(user.len()).unwrap()]);
    packet.extend_from_slice(user.as_bytes());
    packet.resize(24 + padded, 0);
    packet
}

#[test]
fn strangers_are_counted_and_get_silence() {
    let mut bench = Bench::new(Limits::default());
    bench.open("a", 0, CHROMIUM);
    let slot = bench.shard.names["a"];
    let ufrag = bench.shard.pipes[slot].transport.local().ufrag.clone();
    let path = Path::udp(
        SocketAddr::from(([198, 51, 100, 7], 4000)),
        "192.0.2.1".parse().unwrap(),
    );
    let table = [
        (request(&format!("{ufrag}:peer")), "drop_transport"),
        (request("000100000000AAAAAAAA:peer"), "drop_unknown_user"),
        (request("000900000000AAAAAAAA:peer"), "drop_unknown_user"),
        (
            request("0001\u{e4}0000000AAAAAAA:peer"),
            "drop_unknown_user",
        ),
        (request("nocolon"), "drop_stun"),
        (vec![22, 254, 253, 0], "drop_unknown_address"),
        (
            vec![0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
            "drop_unknown_address",
        ),
        (vec![0x80, 200, 0, 1, 0, 0, 0, 1], "drop_unknown_address"),
        (vec![64, 1, 2], "drop_unclassified"),
        (Vec::new(), "drop_unclassified"),
    ];
    for (mut datagram, counter) in table {
        let before = bench.count(counter);
        bench.shard.datagram(bench.now, &path, &mut datagram);
        assert_eq!(bench.count(counter), before + 1, "{counter}");
    }
    assert!(bench.shard.outgoing().is_empty());
    assert!(bench.shard.take_relays().is_empty());
    // A request for a pipe of another shard is handed over.
    let mut datagram = request("000200000000AAAAAAAA:peer");
    bench.shard.datagram(bench.now, &path, &mut datagram);
    let relays = bench.shard.take_relays();
    assert!(
        matches!(&relays[..], [(2, Relay::Datagram { .. })]),
        "{relays:?}"
    );
}

#[test]
fn a_connection_that_leads_to_no_pipe_of_the_shard_is_closed() {
    let mut bench = Bench::new(Limits::default());
    bench.open("a", 0, CHROMIUM);
    let slot = bench.shard.names["a"];
    let ufrag = bench.shard.pipes[slot].transport.local().ufrag.clone();
    let remote = SocketAddr::from(([198, 51, 100, 7], 4000));
    let path = |connection| Path::tcp(remote, "192.0.2.1".parse().unwrap(), connection);
    // Nobody but the shard whose port it is can answer on a connection.
    let table = [
        ("000200000000AAAAAAAA:peer", "drop_foreign_user", &[1][..]),
        ("000100000000AAAAAAAA:peer", "drop_unknown_user", &[2]),
        ("000900000000AAAAAAAA:peer", "drop_unknown_user", &[3]),
        (&format!("{ufrag}:peer"), "drop_transport", &[]),
    ];
    for (connection, (user, counter, closed)) in (1..).zip(table) {
        let before = bench.count(counter);
        let mut datagram = request(user);
        bench
            .shard
            .datagram(bench.now, &path(connection), &mut datagram);
        assert_eq!(bench.count(counter), before + 1, "{counter}");
        assert!(bench.shard.take_closings().eq(closed.iter().copied()));
    }
    assert!(bench.shard.outgoing().is_empty());
    assert!(bench.shard.take_relays().is_empty());
}
