//! The association against the library's client, packet by packet.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use sctp_proto::{Association as Client, AssociationError, ClientConfig, StreamId};

use super::*;

/// The library's client and our association, back to back; packets take no time.
struct Pair {
    now: Instant,
    endpoint: Endpoint,
    handle: AssociationHandle,
    client: Client,
    server: Association,
    /// Everything the client has sent.
    sent: Vec<Vec<u8>>,
    heard: Vec<Heard>,
    lost: Option<AssociationError>,
}

impl Pair {
    fn new() -> Self {
        let now = Instant::now();
        let mut endpoint = Endpoint::new(Arc::default(), None);
        let transport = TransportConfig::default().with_max_receive_message_size(262_144);
        let mut config = ClientConfig::new();
        config.transport = Arc::new(transport);
        let (handle, client) = endpoint.connect(config, nowhere_else()).unwrap();
        let mut pair = Self {
            now,
            endpoint,
            handle,
            client,
            server: Association::new(262_144),
            sent: Vec::new(),
            heard: Vec::new(),
            lost: None,
        };
        pair.run(Duration::ZERO);
        assert_eq!(std::mem::take(&mut pair.heard), [Heard::Open]);
        let text = PayloadProtocolIdentifier::String;
        pair.client.open_stream(STREAM, text).unwrap();
        pair
    }

    /// Lets everything happen that happens within this time.
    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.settle();
            let next = [self.client.poll_timeout(), self.server.next_timeout()];
            match next.into_iter().flatten().min() {
                Some(next) if next <= end => self.now = self.now.max(next),
                _ => break,
            }
            self.client.handle_timeout(self.now);
            self.server.handle_timeout(self.now);
        }
        self.now = end;
    }

    fn settle(&mut self) {
        loop {
            let mut quiet = true;
            while let Some(transmit) = self.client.poll_transmit(self.now) {
                let Payload::RawEncode(packets) = transmit.payload else {
                    continue;
                };
                for packet in packets {
                    quiet = false;
                    self.server.handle(self.now, &packet);
                    self.sent.push(packet.to_vec());
                }
            }
            while let Some(packet) = self.server.packet(self.now) {
                quiet = false;
                self.give(packet);
            }
            while let Some(event) = self.client.poll() {
                if let Event::AssociationLost { reason } = event {
                    self.lost = Some(reason);
                }
            }
            self.heard.extend(std::iter::from_fn(|| self.server.poll()));
            if quiet {
                return;
            }
        }
    }

    /// Gives a packet to the client.
    fn give(&mut self, packet: bytes::Bytes) {
        let taken = self
            .endpoint
            .handle(self.now, nowhere_else(), None, None, packet);
        if let Some((handle, DatagramEvent::AssociationEvent(event))) = taken {
            assert_eq!(handle, self.handle);
            self.client.handle_event(event);
        }
    }

    fn say(&mut self, stream: StreamId, format: PayloadProtocolIdentifier, message: &[u8]) {
        self.client.set_max_send_message_size(1 << 20);
        let _ = self.client.open_stream(stream, format);
        let mut stream = self.client.stream(stream).unwrap();
        assert_eq!(
            stream.write_with_ppi(message, format).unwrap(),
            message.len()
        );
    }

    fn say_text(&mut self, message: &[u8]) {
        self.say(STREAM, PayloadProtocolIdentifier::String, message);
    }

    /// What the client has received.
    fn received(&mut self) -> Vec<Vec<u8>> {
        let mut stream = self.client.stream(STREAM).unwrap();
        let messages = std::iter::from_fn(|| stream.read().unwrap());
        let bytes = messages.map(|message| {
            let mut bytes = vec![0; message.len()];
            message.read(&mut bytes).unwrap();
            bytes
        });
        bytes.collect()
    }

    /// A packet of the client's with this chunk and a right checksum.
    fn forge(&mut self, chunk: &[u8]) {
        let own = self.sent.last().unwrap();
        let header = chunks::header(own).unwrap();
        let mut packet = chunks::abort(header);
        packet.truncate(12);
        packet.extend_from_slice(chunk);
        let sum = chunks::checksum(&[&header, &[0; 4], chunk]);
        packet[8..12].copy_from_slice(&sum.to_le_bytes());
        self.server.handle(self.now, &packet);
        self.settle();
    }
}

fn nowhere_else() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 5000))
}

#[test]
fn texts_go_both_ways_in_order_and_whole() {
    let mut pair = Pair::new();
    let long = vec![b'x'; MAX_MESSAGE];
    pair.say_text(b"one");
    pair.say_text(&long);
    pair.say_text(b"three");
    pair.run(Duration::from_secs(5));
    let texts = [b"one".to_vec(), long, b"three".to_vec()];
    // Not shown if they differ: that would be long.
    assert!(pair.heard == texts.clone().map(Heard::Text));
    for text in &texts {
        let text = String::from_utf8(text.clone()).unwrap();
        pair.server.send(&text).unwrap();
    }
    pair.run(Duration::from_secs(5));
    assert!(pair.received() == texts);
}

#[test]
fn what_is_longer_than_told_ends_it() {
    let mut pair = Pair::new();
    pair.say_text(&vec![b'x'; MAX_MESSAGE + 1]);
    pair.run(Duration::from_secs(5));
    assert_eq!(pair.heard, [Heard::Lost]);
}

#[test]
fn a_peer_is_told_nothing_longer_than_it_takes() {
    let mut pair = Pair::new();
    assert_eq!(pair.server.send(&"x".repeat(262_145)), Err(Unsent::TooLong));
    assert_eq!(pair.server.send(&"x".repeat(262_144)), Ok(()));
    let mut unlimited = Association::new(0);
    assert_eq!(unlimited.send("x"), Err(Unsent::NotOpen));
    assert_eq!(unlimited.largest, MAX_BUFFERED);
}

#[test]
fn a_slow_reader_has_so_much_waiting_and_no_more() {
    let mut pair = Pair::new();
    let text = "x".repeat(65_536);
    let sent = (0..20).filter(|_| pair.server.send(&text).is_ok()).count();
    assert_eq!(sent, MAX_BUFFERED / 65_536);
    assert_eq!(pair.server.send("x"), Err(Unsent::Full));
    pair.run(Duration::from_secs(20));
    assert_eq!(pair.received().len(), sent);
    assert_eq!(pair.server.send("x"), Ok(()));
}

#[test]
fn packets_leave_in_turns() {
    let mut pair = Pair::new();
    // The congestion window has to grow before there is anything to hold back.
    for _ in 0..3 {
        pair.server.send(&"x".repeat(262_144)).unwrap();
        pair.run(Duration::from_secs(5));
        pair.received();
    }
    pair.server.send(&"x".repeat(262_144)).unwrap();
    let (mut left, mut turns) = (0, 0);
    loop {
        let packets = std::iter::from_fn(|| pair.server.packet(pair.now)).count();
        assert!(packets <= TURN);
        left += packets;
        turns += 1;
        match pair.server.next_timeout() {
            Some(next) if next <= pair.now + PACE => pair.now = next,
            _ => break,
        }
    }
    assert!(left > 3 * TURN, "{left}");
    assert!(turns > 3, "{turns}");
}

#[test]
fn what_is_no_text_of_the_channel_is_thrown_away() {
    let mut pair = Pair::new();
    pair.say(STREAM, PayloadProtocolIdentifier::Binary, b"bytes");
    pair.say(4, PayloadProtocolIdentifier::Dcep, &[3; 12]);
    pair.say(4, PayloadProtocolIdentifier::String, b"elsewhere");
    pair.say_text(b"text");
    pair.run(Duration::from_secs(1));
    let ignored = pair.heard.iter().filter(|heard| **heard == Heard::Ignored);
    assert_eq!(ignored.count(), 3);
    assert!(pair.heard.contains(&Heard::Text(b"text".to_vec())));
}

#[test]
fn too_many_streams_end_it() {
    let mut pair = Pair::new();
    for stream in 1..=17 {
        assert_eq!(pair.lost, None);
        pair.say(stream, PayloadProtocolIdentifier::String, b"x");
        pair.run(Duration::from_millis(300));
    }
    assert_eq!(pair.heard.last(), Some(&Heard::Lost));
    assert_eq!(pair.lost, Some(AssociationError::AssociationClosed));
}

#[test]
fn pieces_that_wait_for_ever_end_it() {
    let mut pair = Pair::new();
    // A gap before them, and no message is ever complete.
    let piece = |number: u32| {
        let tsn = (1 << 20 | number).to_be_bytes();
        [
            &[0, 0, 0, 17][..],
            &tsn,
            &[0; 4],
            &[0, 0, 0, 51],
            b"x\0\0\0",
        ]
        .concat()
    };
    let mut count = 0;
    while pair.heard.is_empty() {
        pair.forge(&piece(count));
        count += 1;
        assert!(count <= 2100);
    }
    assert_eq!(pair.heard, [Heard::Lost]);
    pair.run(PACE);
    assert!(pair.lost.is_some());
}

#[test]
fn long_service_does_not_use_the_bounds_up() {
    let mut pair = Pair::new();
    for _ in 0..3 * MAX_PIECES {
        pair.say_text(b"text");
        pair.run(PACE);
        // As if its acknowledgement had been lost.
        let again = pair.sent.last().unwrap().clone();
        pair.server.handle(pair.now, &again);
        pair.settle();
    }
    assert!(!pair.heard.contains(&Heard::Lost));
    assert_eq!(pair.heard.len(), 3 * MAX_PIECES);
}

#[test]
fn a_late_repetition_of_the_first_packet_changes_nothing() {
    let mut pair = Pair::new();
    let first = pair.sent[0].clone();
    pair.server.handle(pair.now, &first);
    pair.say_text(b"text");
    pair.run(Duration::from_secs(1));
    assert_eq!(pair.heard, [Heard::Text(b"text".to_vec())]);
}

#[test]
fn each_side_learns_that_the_other_has_ended_it() {
    let mut pair = Pair::new();
    pair.server.abort();
    pair.run(Duration::from_secs(1));
    assert_eq!(pair.lost, Some(AssociationError::AssociationClosed));
    assert_eq!(pair.heard, [Heard::Lost]);
    assert_eq!(pair.server.send("x"), Err(Unsent::NotOpen));

    let mut pair = Pair::new();
    pair.client.shutdown().unwrap();
    pair.run(Duration::from_secs(1));
    assert_eq!(pair.heard, [Heard::Lost]);
    assert!(pair.client.is_closed() || pair.client.is_closing());

    let mut pair = Pair::new();
    pair.client.stream(STREAM).unwrap().close().unwrap();
    pair.run(Duration::from_secs(1));
    assert_eq!(pair.heard, [Heard::Lost]);
}

#[test]
fn a_peer_that_has_not_heard_of_the_end_is_told_again() {
    let mut pair = Pair::new();
    pair.server.abort();
    // Again changes nothing, and it is lost on the way.
    pair.server.abort();
    assert!(pair.server.packet(pair.now).is_some());
    assert_eq!(pair.server.packet(pair.now), None);
    pair.say_text(b"text");
    pair.run(Duration::from_secs(1));
    assert_eq!(pair.lost, Some(AssociationError::AssociationClosed));
    assert_eq!(pair.heard, [Heard::Lost]);
    // An end is not answered with another.
    let header = chunks::header(&pair.sent[0]).unwrap();
    pair.server.handle(pair.now, &chunks::abort(header));
    assert_eq!(pair.server.packet(pair.now), None);
}

#[test]
fn an_empty_piece_ends_it() {
    let mut pair = Pair::new();
    pair.forge(&[0, 3, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 51]);
    assert_eq!(pair.heard, [Heard::Lost]);
}

#[test]
fn nothing_is_made_of_what_does_not_begin_an_association() {
    let mut server = Association::new(0);
    let now = Instant::now();
    for packet in [&[][..], &[0; 12], &[0; 16], &[1; 40]] {
        server.handle(now, packet);
    }
    assert!(matches!(server.life, Life::Waiting));
    assert_eq!(server.next_timeout(), None);
}
