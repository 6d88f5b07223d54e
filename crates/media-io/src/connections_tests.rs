//! Connections with real sockets on loopback and a clock that only the test moves.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use media_wire::framing;

use super::*;
use crate::backlog::BACKLOG;
use crate::crowd::MOST_UNPROVEN;
use crate::receive::LONGEST;
use crate::stream::CHUNK;

/// How long the kernel may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connectivity check, as far as a connection looks at it.
const CHECK: [u8; 28] = {
    let mut check = [7; 28];
    check[0] = 0;
    check
};

struct Bench<'a> {
    connections: Connections<'a>,
    epoll: &'a Epoll,
    engine: SocketAddr,
    now: Instant,
    /// What came, by the number of its connection.
    came: Vec<(u64, Vec<u8>)>,
}

fn bench(test: impl FnOnce(Bench<'_>)) {
    let (listener, engine) = listening();
    let epoll = Epoll::new().unwrap();
    test(Bench {
        connections: Connections::new(&listener, &epoll).unwrap(),
        epoll: &epoll,
        engine,
        now: Instant::now(),
        came: Vec::new(),
    });
}

/// A listener on a port that was free a moment ago.
fn listening() -> (MediaListener, SocketAddr) {
    loop {
        let probe = TcpListener::bind("127.0.0.1:0").unwrap();
        let engine = probe.local_addr().unwrap();
        drop(probe);
        if let Ok(listener) = MediaListener::bind(engine.ip(), engine.port()) {
            return (listener, engine);
        }
    }
}

impl Bench<'_> {
    /// Does what there is to do, once; false if there was nothing for so long.
    fn turn(&mut self, timeout: Duration) -> bool {
        let mut ready = Vec::new();
        self.epoll.wait(&mut ready, Some(timeout)).unwrap();
        let Self {
            connections, came, ..
        } = self;
        for event in &ready {
            if event.token == LISTENER {
                connections.accept(self.now).unwrap();
            } else {
                connections.ready(self.now, event, |path, datagram| {
                    assert_eq!(path.protocol, Protocol::Tcp(event.token));
                    came.push((event.token, datagram.to_vec()));
                });
            }
        }
        !ready.is_empty()
    }

    fn until(&mut self, holds: impl Fn(&Self) -> bool) {
        while !holds(self) {
            assert!(self.turn(PATIENCE), "nothing happened");
        }
    }

    /// A client that the engine has accepted, and the number of its connection.
    fn client(&mut self) -> (TcpStream, u64) {
        let accepted = self.connections.counted.accepted;
        let client = TcpStream::connect(self.engine).unwrap();
        client.set_nodelay(true).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        self.until(|bench| bench.connections.counted.accepted > accepted);
        (client, self.connections.last)
    }

    /// A client whose first check was answered.
    fn proven(&mut self) -> (TcpStream, u64) {
        let (mut client, number) = self.client();
        client.write_all(&framed(&[&CHECK])).unwrap();
        let before = self.came.len();
        self.until(|bench| bench.came.len() > before);
        self.came.clear();
        self.send(number, &[b"\x01answer"]);
        assert_eq!(next(&mut client), b"\x01answer");
        (client, number)
    }

    fn send(&mut self, number: u64, datagrams: &[&[u8]]) {
        let path = Path::tcp(self.engine, self.engine.ip(), number);
        let segment = datagrams.first().map_or(0, |datagram| datagram.len());
        let arena = datagrams.concat();
        let message = Message {
            path,
            range: 0..arena.len(),
            segment: u16::try_from(segment).unwrap(),
        };
        self.connections.send(&arena, &message);
    }

    /// Time passes, from which nothing but the clocks of connections knows.
    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.connections.sweep(self.now).unwrap();
    }
}

fn framed(datagrams: &[&[u8]]) -> Vec<u8> {
    let frames = datagrams.iter().map(|datagram| {
        let header = framing::header(datagram.len()).unwrap();
        [&header, *datagram].concat()
    });
    frames.flatten().collect()
}

/// The next datagram that a client gets.
fn next(client: &mut TcpStream) -> Vec<u8> {
    let mut header = [0; 2];
    client.read_exact(&mut header).unwrap();
    let mut datagram = vec![0; framing::length(&header).unwrap()];
    client.read_exact(&mut datagram).unwrap();
    datagram
}

/// That the engine has closed, and has said nothing before.
fn assert_closed(client: &mut TcpStream) {
    match client.read(&mut [0]) {
        Ok(0) => {}
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn frames_come_whole_wherever_the_stream_is_cut() {
    bench(|mut bench| {
        let (mut client, number) = bench.client();
        let datagrams: [&[u8]; 4] = [&CHECK, b"\x80media", &[], b"\x16dtls"];
        let stream = framed(&datagrams);
        let shown: Vec<_> = datagrams
            .iter()
            .filter(|datagram| !datagram.is_empty())
            .map(|datagram| (number, datagram.to_vec()))
            .collect();
        for cut in 0..=stream.len() {
            let bytes = bench.connections.counted.bytes;
            let parts = [(&stream[..cut], cut), (&stream[cut..], stream.len())];
            for (part, sent) in parts {
                client.write_all(part).unwrap();
                let expected = bytes + sent as u64;
                bench.until(|bench| bench.connections.counted.bytes == expected);
            }
            assert_eq!(std::mem::take(&mut bench.came), shown, "{cut}");
        }
        let all = stream.len() as u64 + 1;
        assert_eq!(bench.connections.counted.frames, 4 * all);
    });
}

#[test]
fn a_flood_is_read_in_pieces_and_arrives_whole() {
    bench(|mut bench| {
        let (mut client, _) = bench.client();
        let longest = [0; LONGEST];
        let count = 3 * CHUNK / LONGEST;
        let flood = framed(&vec![&longest[..]; count]);
        let writer = std::thread::spawn(move || client.write_all(&flood).map(|()| client));
        bench.until(|bench| bench.came.len() == count);
        assert!(bench.came.iter().all(|(_, datagram)| *datagram == longest));
        writer.join().unwrap().unwrap();
    });
}

#[test]
fn garbage_is_closed_and_not_answered() {
    let too_long = framing::header(LONGEST + 1).unwrap();
    let table: [(&str, Vec<u8>); 6] = [
        ("HTTP", b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        ("TLS", vec![22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]),
        ("media first", framed(&[&[0x80; 40]])),
        ("nothing first", framed(&[&[]])),
        ("too short a check", framed(&[&CHECK[..19]])),
        (
            "too long later",
            [&framed(&[&CHECK])[..], &too_long].concat(),
        ),
    ];
    bench(|mut bench| {
        for (closed, (what, bytes)) in (1..).zip(table) {
            let (mut client, number) = bench.client();
            client.write_all(&bytes).unwrap();
            bench.until(|bench| bench.connections.counted.malformed == closed);
            assert_closed(&mut client);
            let came = bench.came.iter().filter(|(from, _)| *from == number);
            assert_eq!(
                came.count(),
                usize::from(what == "too long later"),
                "{what}"
            );
        }
        assert!(bench.connections.streams.is_empty());
        assert_eq!(bench.connections.counted.sent, Sent::default());
    });
}

#[test]
fn who_proves_nothing_has_10_seconds_however_slowly_they_speak() {
    bench(|mut bench| {
        let (mut slow, _) = bench.client();
        let (mut silent, _) = bench.client();
        let (mut known, _) = bench.proven();
        for byte in &framed(&[&CHECK])[..9] {
            slow.write_all(&[*byte]).unwrap();
            let before = bench.connections.counted.bytes;
            bench.until(|bench| bench.connections.counted.bytes > before);
            bench.pass(Duration::from_secs(1));
        }
        bench.pass(Duration::from_millis(999));
        assert_eq!(bench.connections.streams.len(), 3);
        bench.pass(Duration::from_millis(1));
        assert_closed(&mut slow);
        assert_closed(&mut silent);
        assert_eq!(bench.connections.counted.unproven, 2);
        known.write_all(&framed(&[b"\x80"])).unwrap();
        bench.until(|bench| !bench.came.is_empty());
    });
}

#[test]
fn who_falls_silent_has_30_seconds_and_half_a_frame_is_silence() {
    bench(|mut bench| {
        let (mut half, _) = bench.proven();
        let (mut whole, _) = bench.proven();
        bench.pass(SILENCE / 2);
        whole.write_all(&framed(&[&CHECK])).unwrap();
        half.write_all(&framed(&[&CHECK])[..29]).unwrap();
        let bytes = 4 * 30 - 1;
        bench.until(|bench| bench.connections.counted.bytes == bytes);
        bench.pass(SILENCE / 2);
        assert_closed(&mut half);
        assert_eq!(bench.connections.counted.silent, 1);
        assert_eq!(bench.connections.streams.len(), 1);
        assert!(bench.connections.due().is_some());
        bench.pass(SILENCE / 2);
        assert_closed(&mut whole);
        assert_eq!(bench.connections.due(), None);
    });
}

#[test]
fn one_address_gets_so_many_and_others_are_welcome() {
    bench(|mut bench| {
        let kept: Vec<_> = (0..MOST_UNPROVEN).map(|_| bench.client()).collect();
        let mut refused = TcpStream::connect(bench.engine).unwrap();
        bench.until(|bench| bench.connections.counted.greedy == 1);
        assert_closed(&mut refused);
        bench.send(kept[0].1, &[b"\x01answer"]);
        bench.client();
        bench.pass(PROVEN_WITHIN);
        assert_eq!(bench.connections.streams.len(), 1);
        bench.client();
    });
}

#[test]
fn a_slow_reader_costs_a_bounded_backlog_and_gets_its_checks_first() {
    bench(|mut bench| {
        let (mut client, number) = bench.proven();
        let media = [0x80; 1_200];
        while bench.connections.counted.sent.overflown == 0 {
            bench.send(number, &[&media[..]; 8]);
        }
        bench.send(number, &[b"\x01answer"]);
        let (counted, waiting) = (bench.connections.counted, bench.connections.waiting);
        assert!((BACKLOG - CHUNK..=BACKLOG).contains(&waiting), "{waiting}");
        assert!(counted.sent.delayed > 0 && counted.lost == 0);
        let reader = std::thread::spawn(move || {
            let mut place = None;
            for at in 1..counted.sent.frames {
                let datagram = next(&mut client);
                if datagram == b"\x01answer" {
                    place = Some(at);
                } else {
                    assert_eq!(datagram, media);
                }
            }
            (place.unwrap(), client)
        });
        bench.until(|bench| bench.connections.waiting == 0);
        let (place, _client) = reader.join().unwrap();
        // The frame that was cut goes before it, and what the kernel had.
        assert!(place <= counted.sent.frames - counted.sent.delayed + 1);
        assert!(!bench.connections.streams[&number].writing);
        let stream = &bench.connections.streams[&number];
        assert!(stream.backlog.is_empty());
    });
}

#[test]
fn a_lost_connection_is_one_lost_connection() {
    bench(|mut bench| {
        let (reset, first) = bench.proven();
        let (mut left, second) = bench.proven();
        let (mut closed, third) = bench.proven();
        drop(reset);
        bench.until(|bench| bench.connections.counted.lost == 1);
        for _ in 0..3 {
            bench.send(first, &[b"\x80a", b"\x80b"]);
            bench.send(second, &[b"\x80a", b"\x80b"]);
        }
        assert_eq!(bench.connections.counted.gone, 3);
        for _ in 0..3 {
            assert_eq!(next(&mut left), b"\x80a");
            assert_eq!(next(&mut left), b"\x80b");
        }
        bench.connections.close(third);
        bench.connections.close(third);
        assert_closed(&mut closed);
        assert_eq!(bench.connections.counted.useless, 1);
        assert_eq!(bench.connections.streams.len(), 1);
    });
}

#[test]
fn a_reader_that_goes_while_much_waits_takes_it_along() {
    bench(|mut bench| {
        let (client, number) = bench.proven();
        let media = [0x80; 1_200];
        while bench.connections.counted.sent.overflown == 0 {
            bench.send(number, &[&media[..]; 8]);
        }
        drop(client);
        bench.until(|bench| bench.connections.streams.is_empty());
        assert_eq!(bench.connections.waiting, 0);
        assert_eq!(bench.connections.counted.lost, 1);
    });
}
