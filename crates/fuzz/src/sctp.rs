//! The body for an SCTP association: what a peer with the right keys may send.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use media_transport::{Association, Heard};
use sctp_proto::{ClientConfig, DatagramEvent, Endpoint, Payload};

use crate::text::pieces;

/// Chunks whose first number counts from what the other side expects.
const DATA: u8 = 0;
const SACK: u8 = 3;
const FORWARD_TSN: u8 = 192;

/// More packets than this for one of the peer's would be an amplifier; a window's worth may wait.
const MOST_PACKETS: usize = 1000;

/// Packets, each as the chunks in it behind their length in two bytes, come after a handshake. Ports, verification tag and
/// checksum are right, and transmission sequence numbers are relative to the next. What is heard has its order, and nothing
/// is sent without end.
pub fn sctp(data: &[u8]) {
    let mut pair = Pair::new();
    for chunks in pieces(data) {
        pair.give(chunks);
        pair.check();
        if chunks.len() % 7 == 0 {
            pair.wait();
        }
    }
    // What waits for a time gets it, and it ends.
    for _ in 0..8 {
        pair.wait();
    }
    pair.association.abort();
    pair.check();
    assert!(pair.lost);
    assert_eq!(pair.association.next_timeout(), None);
}

struct Pair {
    now: Instant,
    association: Association,
    /// Ports and verification tag of the peer's packets.
    header: [u8; 8],
    /// The next transmission sequence number of the peer, and of ours.
    expected: u32,
    ours: u32,
    lost: bool,
}

impl Pair {
    /// An association that the library's client has made.
    fn new() -> Self {
        let now = Instant::now();
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 5000));
        let mut endpoint = Endpoint::new(Arc::default(), None);
        let (_, mut client) = endpoint
            .connect(ClientConfig::new(), nowhere)
            .expect("an association to make");
        let mut pair = Self {
            now,
            association: Association::new(262_144),
            header: [0; 8],
            expected: 0,
            ours: 0,
            lost: false,
        };
        let mut open = false;
        while !open {
            while let Some(transmit) = client.poll_transmit(now) {
                let Payload::RawEncode(packets) = transmit.payload else {
                    continue;
                };
                for packet in packets {
                    // INIT has the initial number; what comes after it has our tag.
                    if packet[12] == 1 {
                        pair.expected = u32::from_be_bytes(packet[28..32].try_into().unwrap());
                    }
                    pair.header.copy_from_slice(&packet[..8]);
                    pair.association.handle(now, &packet);
                }
            }
            while let Some(packet) = pair.association.packet(now) {
                if packet[12] == 2 {
                    pair.ours = u32::from_be_bytes(packet[28..32].try_into().unwrap());
                }
                let taken = endpoint.handle(now, nowhere, None, None, packet);
                if let Some((_, DatagramEvent::AssociationEvent(event))) = taken {
                    client.handle_event(event);
                }
            }
            while let Some(heard) = pair.association.poll() {
                open |= heard == Heard::Open;
            }
        }
        // Something to acknowledge, and to send again.
        pair.association.send("text").unwrap();
        pair
    }

    /// Gives a packet of these chunks.
    fn give(&mut self, chunks: &[u8]) {
        let mut packet = [&self.header[..], &[0; 4], chunks].concat();
        let mut at = 12;
        while let Some([kind, _, high, low]) = packet.get(at..at + 4) {
            let length = usize::from(u16::from_be_bytes([*high, *low])).max(4);
            let base = match *kind {
                DATA | FORWARD_TSN => self.expected,
                SACK => self.ours,
                _ => 0,
            };
            if let Some(number) = packet.get_mut(at + 4..at + 8) {
                let relative = u32::from_be_bytes((&*number).try_into().unwrap());
                number.copy_from_slice(&relative.wrapping_add(base).to_be_bytes());
            }
            at += length.next_multiple_of(4);
        }
        let sum = checksum(&packet);
        packet[8..12].copy_from_slice(&sum.to_le_bytes());
        self.association.handle(self.now, &packet);
    }

    /// Lets the next thing that waits happen.
    fn wait(&mut self) {
        let next = self.association.next_timeout();
        self.now = next.map_or(self.now + Duration::from_secs(1), |at| at.max(self.now));
        self.association.handle_timeout(self.now);
        self.check();
    }

    fn check(&mut self) {
        let packets: Vec<Bytes> =
            std::iter::from_fn(|| self.association.packet(self.now)).collect();
        assert!(packets.len() <= MOST_PACKETS);
        assert!(packets.iter().all(|packet| packet.len() <= 1200));
        while let Some(heard) = self.association.poll() {
            assert!(!self.lost, "{heard:?} after the end");
            match heard {
                Heard::Open => panic!("open twice"),
                Heard::Text(text) => assert!(text.len() <= media_transport::MAX_MESSAGE),
                Heard::Ignored => {}
                Heard::Lost => self.lost = true,
            }
        }
        if self.lost {
            assert!(self.association.send("text").is_err());
        }
    }
}

/// CRC with the Castagnoli polynomial (RFC 9260 appendix A).
fn checksum(packet: &[u8]) -> u32 {
    !packet.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0x82f6_3b78 & (sum & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise a fault could not be found behind the first check.
    #[test]
    fn the_corpus_gets_into_the_association() {
        let mut pair = Pair::new();
        let mut texts = Vec::new();
        for chunks in pieces(include_bytes!("../corpus/sctp/fragments")) {
            pair.give(chunks);
            while let Some(heard) = pair.association.poll() {
                texts.push(heard);
            }
        }
        assert_eq!(texts, [Heard::Text(b"one text".to_vec())]);
        let reset = pieces(include_bytes!("../corpus/sctp/reset"))
            .next()
            .unwrap();
        pair.give(reset);
        pair.check();
        assert!(!pair.lost);
        pair.give(
            pieces(include_bytes!("../corpus/sctp/abort"))
                .next()
                .unwrap(),
        );
        pair.check();
        assert!(pair.lost);
    }
}
