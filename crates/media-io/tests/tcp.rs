//! Shard threads and clients that connect to them by TCP, on loopback.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};

use common::{News, Order, PATIENCE, Running};
use media_core::{Path, Protocol};
use media_io::Segmentation;

/// A connectivity check, as far as a connection looks at it.
const CHECK: [u8; 20] = [1; 20];

fn connect(engine: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(engine).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client
}

fn say(client: &mut TcpStream, datagram: &[u8]) {
    let length = u16::try_from(datagram.len()).unwrap();
    client.write_all(&length.to_be_bytes()).unwrap();
    client.write_all(datagram).unwrap();
}

fn hear(client: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    client.read_exact(&mut length).unwrap();
    let mut datagram = vec![0; usize::from(u16::from_be_bytes(length))];
    client.read_exact(&mut datagram).unwrap();
    datagram
}

fn came(running: &mut Running) -> (Path, Vec<u8>) {
    match running.news() {
        (0, News::Came(path, bytes)) => (path, bytes),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_connection_is_a_path_of_its_own_in_both_families() {
    let mut running = Running::start("0.0.0.0", 1, Segmentation::Offloaded);
    let mut clients = Vec::new();
    for engine in ["127.0.0.1", "127.0.0.2", "::1", "127.0.0.1"] {
        let engine: IpAddr = engine.parse().unwrap();
        let mut client = connect(SocketAddr::new(engine, running.port()));
        say(&mut client, &CHECK);
        let (path, bytes) = came(&mut running);
        assert_eq!(bytes, CHECK);
        assert_eq!(path.remote, client.local_addr().unwrap());
        assert_eq!(path.local, engine);
        clients.push((client, path));
    }
    let bytes: Vec<u8> = (0..40_u8).flat_map(|number| [number; 1_100]).collect();
    let bytes = &bytes[..bytes.len() - 300];
    for (client, path) in &mut clients {
        let order = Order::Along(*path, bytes.to_vec(), 1_100);
        running.shards.order(0, order);
        for expected in bytes.chunks(1_100) {
            assert_eq!(hear(client), expected);
        }
    }
    let mut numbers: Vec<_> = clients.iter().map(|(_, path)| path.protocol).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), clients.len());
    assert!(numbers.iter().all(|protocol| protocol.is_tcp()));
    let traffic = running.stop();
    assert_eq!(traffic["tcp_connections_accepted"], 4);
    assert_eq!(traffic["tcp_frames_received"], 4);
    assert_eq!(traffic["tcp_frames_sent"], 160);
    assert_eq!(traffic["udp_messages_sent"], 0);
}

#[test]
fn a_useless_connection_is_closed_after_what_was_to_be_said() {
    let mut running = Running::start("127.0.0.1", 1, Segmentation::Offloaded);
    let mut client = connect(running.addresses[0]);
    say(&mut client, &CHECK);
    let (path, _) = came(&mut running);
    let Protocol::Tcp(connection) = path.protocol else {
        panic!("{path:?}");
    };
    let last = Order::Along(path, b"farewell".to_vec(), 8);
    running.shards.order(0, last);
    running.shards.order(0, Order::Close(connection));
    assert_eq!(hear(&mut client), b"farewell");
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    let late = Order::Along(path, b"late".to_vec(), 4);
    running.shards.order(0, late);
    let traffic = running.stop();
    assert_eq!(traffic["tcp_connections_closed_useless"], 1);
    assert_eq!(traffic["tcp_drop_no_connection"], 1);
}

#[test]
fn datagrams_and_connections_of_one_client_do_not_mix() {
    let mut running = Running::start("127.0.0.1", 1, Segmentation::Offloaded);
    let engine = running.addresses[0];
    let mut client = connect(engine);
    let datagrams = std::net::UdpSocket::bind(client.local_addr().unwrap()).unwrap();
    datagrams.set_read_timeout(Some(PATIENCE)).unwrap();
    say(&mut client, &CHECK);
    let (stream, _) = came(&mut running);
    datagrams.send_to(&CHECK, engine).unwrap();
    let (single, _) = came(&mut running);
    assert_eq!((stream.remote, stream.local), (single.remote, single.local));
    assert_ne!(stream.peer(), single.peer());
    for (path, bytes) in [(stream, b"by TCP"), (single, b"by UDP")] {
        running
            .shards
            .order(0, Order::Along(path, bytes.to_vec(), 6));
    }
    assert_eq!(hear(&mut client), b"by TCP");
    let mut buffer = [0; 10];
    let length = datagrams.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"by UDP");
    running.stop();
}
