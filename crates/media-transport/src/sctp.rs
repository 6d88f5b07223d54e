//! One SCTP association over DTLS and the text channel in it (RFC 8261, RFC 8831).
//!
//! The channel is stream 0, ordered and reliable, agreed on outside (RFC 8832 §4: no messages are needed to open it).
//! What comes in other streams or in another format is taken and thrown away, so that a peer that opens channels of its
//! own loses nothing but those. The peer makes the association; a second one needs a new transport.

use std::collections::VecDeque;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use sctp_proto::{
    AssociationHandle, DatagramEvent, Endpoint, EndpointConfig, Event, Payload,
    PayloadProtocolIdentifier, ServerConfig, StreamEvent, TransportConfig,
};

use crate::chunks::{self, Contents};

/// The largest message that is taken, in bytes; told as `a=max-message-size` (RFC 8841 §6).
pub const MAX_MESSAGE: usize = 262_144;

/// Bytes of messages that wait for the peer to take them, whole ones included that are on their way.
pub const MAX_BUFFERED: usize = 1 << 20;

/// The receive window: bytes that have come, but are not complete or not in order.
const WINDOW: u32 = 524_288;

/// Pieces of messages that may wait for others. Each costs much more than it has bytes, and looking through them takes time.
const MAX_PIECES: usize = 2048;

/// Streams of the peer's own; a browser opens none.
const MAX_STREAMS: usize = 16;

/// Requests to reset streams (RFC 6525); closing a channel takes one.
const MAX_RESETS: usize = 64;

/// Packets that leave in one turn, so that media never waits for more.
const TURN: usize = 16;

/// How long a turn is.
const PACE: Duration = Duration::from_millis(1);

/// Bytes of a fragment: a packet with one fits into a datagram of 1200 bytes with what DTLS adds.
const FRAGMENT: u32 = 1072;

/// The stream of the channel.
const STREAM: u16 = 0;

/// Retransmission timeouts in milliseconds: first, least, most. A peer may delay its acknowledgement by 200 ms.
const TIMEOUTS: [u64; 3] = [1000, 400, 10_000];

/// What has come of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Messages may be sent from now on. Comes once.
    Open,
    /// A message of the channel; what should be UTF-8 is not checked.
    Text(Vec<u8>),
    /// A message that is no text, or of another stream.
    Ignored,
    /// The association is over. Comes once, and nothing after it.
    Lost,
}

/// Why a message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// The channel is not open, or not any more.
    #[error("the channel is not open")]
    NotOpen,
    /// [`MAX_BUFFERED`] bytes wait already.
    #[error("the peer reads too slowly")]
    Full,
    /// The peer has said that it takes no message as long as this.
    #[error("the message is longer than the peer takes")]
    TooLong,
}

/// The peer's association, from its first packet to its end.
pub struct Association {
    /// The longest message that the peer takes, in bytes.
    largest: usize,
    life: Life,
    heard: VecDeque<Heard>,
    packets: VecDeque<bytes::Bytes>,
    /// How many packets may still leave in the turn that began then.
    turn: Option<(Instant, usize)>,
}

enum Life {
    /// No packet has come.
    Waiting,
    /// The library has it.
    Made(Box<Made>),
    /// With what the peer is answered that it is over, if it does not know.
    Over(Option<chunks::Header>),
}

struct Made {
    /// Tells packets of the association from others.
    endpoint: Endpoint,
    handle: AssociationHandle,
    association: sctp_proto::Association,
    open: bool,
    /// Ports and verification tag of what is sent.
    header: Option<chunks::Header>,
    /// Pieces that have come and not yet left as messages. Repeated ones count twice until nothing waits.
    pieces: usize,
    streams: usize,
    resets: usize,
}

impl Association {
    /// Waits for a peer that takes messages up to `largest` bytes; 0 is no limit (RFC 8841 §6).
    #[must_use]
    pub fn new(largest: u64) -> Self {
        let largest = usize::try_from(largest).unwrap_or(usize::MAX);
        Self {
            largest: match largest {
                0 => MAX_BUFFERED,
                largest => largest.min(MAX_BUFFERED),
            },
            life: Life::Waiting,
            heard: VecDeque::new(),
            packets: VecDeque::new(),
            turn: None,
        }
    }

    /// Takes a packet of the peer. Poll afterwards, and take packets.
    pub fn handle(&mut self, now: Instant, packet: &[u8]) {
        let Some(contents) = chunks::contents(packet) else {
            return;
        };
        match &mut self.life {
            Life::Over(header) => {
                // It goes on, so the first one was lost (RFC 9260 §8.4).
                if let (Some(header), false) = (*header, contents.abort) {
                    self.packets = VecDeque::from([chunks::abort(header).into()]);
                }
                return;
            }
            Life::Waiting => match contents.init.then(|| Made::by(now, packet)).flatten() {
                Some(made) => self.life = Life::Made(Box::new(made)),
                None => return,
            },
            Life::Made(made) => {
                // Repeated late, it would end the association (RFC 9260 §5.2.2 wants it to be answered only).
                if contents.init && !made.association.is_handshaking() {
                    return;
                }
                if !made.allows(&contents) {
                    self.abort();
                    return;
                }
                made.take(now, packet);
            }
        }
        self.step(now);
    }

    /// Does what is due. Poll afterwards, and take packets.
    pub fn handle_timeout(&mut self, now: Instant) {
        if let Life::Made(made) = &mut self.life {
            if made.association.poll_timeout().is_some_and(|at| at <= now) {
                made.association.handle_timeout(now);
            }
            self.step(now);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        let waiting = match self.turn {
            Some((began, 0)) if !self.packets.is_empty() => Some(began + PACE),
            _ => None,
        };
        let timer = match &self.life {
            Life::Made(made) => made.association.poll_timeout(),
            Life::Waiting | Life::Over(_) => None,
        };
        waiting.into_iter().chain(timer).min()
    }

    /// What has been heard since; call until `None`.
    pub fn poll(&mut self) -> Option<Heard> {
        self.heard.pop_front()
    }

    /// The next packet to send; `None` if there is none, or none before [`next_timeout`](Self::next_timeout).
    pub fn packet(&mut self, now: Instant) -> Option<bytes::Bytes> {
        if self.packets.is_empty() {
            self.gather(now);
        }
        let left = match &mut self.turn {
            Some((began, left)) if now < *began + PACE => left,
            turn => &mut turn.insert((now, TURN)).1,
        };
        let fewer = left.checked_sub(1)?;
        let packet = self.packets.pop_front()?;
        *left = fewer;
        Some(packet)
    }

    /// Sends a message in the channel. Take packets afterwards.
    ///
    /// # Errors
    /// [`Unsent`]: nothing of it is sent.
    pub fn send(&mut self, text: &str) -> Result<(), Unsent> {
        let Life::Made(made) = &mut self.life else {
            return Err(Unsent::NotOpen);
        };
        if text.len() > self.largest {
            return Err(Unsent::TooLong);
        }
        let mut stream = match made.association.stream(STREAM) {
            Ok(stream) if made.open => stream,
            _ => return Err(Unsent::NotOpen),
        };
        let buffered = stream.buffered_amount().map_err(|_| Unsent::NotOpen)?;
        if buffered + text.len() > MAX_BUFFERED {
            return Err(Unsent::Full);
        }
        stream
            .write_with_ppi(text.as_bytes(), PayloadProtocolIdentifier::String)
            .map(drop)
            .map_err(|_| Unsent::NotOpen)
    }

    /// Ends the association; the peer is told, once (RFC 9260 §9.1).
    pub fn abort(&mut self) {
        if let Life::Made(made) = &self.life {
            let packet = made.header.map(|header| chunks::abort(header).into());
            self.packets = packet.into_iter().collect();
        }
        self.end();
    }

    fn end(&mut self) {
        let header = match &self.life {
            Life::Waiting => None,
            Life::Made(made) => made.header,
            Life::Over(_) => return,
        };
        self.life = Life::Over(header);
        self.heard.push_back(Heard::Lost);
    }

    /// Takes what the library has to say.
    fn step(&mut self, now: Instant) {
        let Life::Made(made) = &mut self.life else {
            return;
        };
        match made.listen(&mut self.heard) {
            Verdict::GoesOn => {}
            Verdict::Ended => {
                // Its last packet answers the peer's goodbye.
                self.gather(now);
                self.end();
            }
            Verdict::Abort => self.abort(),
        }
    }

    fn gather(&mut self, now: Instant) {
        let Life::Made(made) = &mut self.life else {
            return;
        };
        while let Some(transmit) = made.association.poll_transmit(now) {
            let Payload::RawEncode(packets) = transmit.payload else {
                continue;
            };
            for packet in &packets {
                made.header = chunks::header(packet).or(made.header);
                if chunks::acknowledges_all(packet, WINDOW) {
                    made.pieces = 0;
                }
            }
            self.packets.extend(packets);
        }
    }
}

/// What is to become of an association.
enum Verdict {
    GoesOn,
    Ended,
    Abort,
}

impl Made {
    /// The association that a peer's first packet makes, if it is one that does.
    fn by(now: Instant, packet: &[u8]) -> Option<Self> {
        static CONFIG: OnceLock<(Arc<EndpointConfig>, Arc<ServerConfig>)> = OnceLock::new();
        let (config, server) = CONFIG.get_or_init(configuration);
        let mut endpoint = Endpoint::new(Arc::clone(config), Some(Arc::clone(server)));
        let packet = bytes::Bytes::copy_from_slice(packet);
        match endpoint.handle(now, nowhere(), None, None, packet)? {
            (handle, DatagramEvent::NewAssociation(association)) => {
                endpoint.reject_new_associations();
                Some(Self {
                    endpoint,
                    handle,
                    association,
                    open: false,
                    header: None,
                    pieces: 0,
                    streams: 0,
                    resets: 0,
                })
            }
            (_, DatagramEvent::AssociationEvent(_)) => None,
        }
    }

    /// Whether the bounds hold with a packet that has these contents.
    fn allows(&mut self, contents: &Contents) -> bool {
        self.pieces += contents.pieces;
        self.resets += contents.resets;
        !contents.empty_piece && self.pieces <= MAX_PIECES && self.resets <= MAX_RESETS
    }

    fn take(&mut self, now: Instant, packet: &[u8]) {
        let packet = bytes::Bytes::copy_from_slice(packet);
        let taken = self.endpoint.handle(now, nowhere(), None, None, packet);
        if let Some((handle, DatagramEvent::AssociationEvent(event))) = taken
            && handle == self.handle
        {
            self.association.handle_event(event);
        }
    }

    fn listen(&mut self, heard: &mut VecDeque<Heard>) -> Verdict {
        while self.association.poll_endpoint_event().is_some() {}
        while let Some(event) = self.association.poll() {
            match event {
                Event::Connected => {
                    // It may be there already: the peer's first message can come with its last of the handshake.
                    let _ = self
                        .association
                        .open_stream(STREAM, PayloadProtocolIdentifier::String);
                    let largest = u32::try_from(MAX_BUFFERED).unwrap_or(u32::MAX);
                    self.association.set_max_send_message_size(largest);
                    self.open = true;
                    heard.push_back(Heard::Open);
                }
                Event::Stream(StreamEvent::Opened { id }) if id != STREAM => {
                    self.streams += 1;
                    if self.streams > MAX_STREAMS {
                        return Verdict::Abort;
                    }
                }
                Event::Stream(StreamEvent::Readable { id }) => self.read(id, heard),
                Event::Stream(StreamEvent::Finished { id: STREAM }) => return Verdict::Abort,
                Event::HandshakeFailed { .. } | Event::AssociationLost { .. } => {
                    return Verdict::Ended;
                }
                _ => {}
            }
        }
        if self.association.is_closing() {
            return Verdict::Ended;
        }
        Verdict::GoesOn
    }

    fn read(&mut self, id: u16, heard: &mut VecDeque<Heard>) {
        while let Ok(mut stream) = self.association.stream(id)
            && let Ok(Some(message)) = stream.read_sctp()
        {
            self.pieces = self.pieces.saturating_sub(message.chunks.len());
            let text = id == STREAM && message.ppi == PayloadProtocolIdentifier::String;
            heard.push_back(if text {
                let mut bytes = vec![0; message.len()];
                let read = message.read(&mut bytes).unwrap_or_default();
                bytes.truncate(read);
                Heard::Text(bytes)
            } else {
                Heard::Ignored
            });
        }
    }
}

fn configuration() -> (Arc<EndpointConfig>, Arc<ServerConfig>) {
    let mut endpoint = EndpointConfig::new();
    endpoint.max_payload_size(FRAGMENT);
    let [first, least, most] = TIMEOUTS;
    let transport = TransportConfig::default()
        .with_max_receive_buffer_size(WINDOW)
        .with_max_receive_message_size(u32::try_from(MAX_MESSAGE).unwrap_or(u32::MAX))
        .with_rto_initial_ms(first)
        .with_rto_min_ms(least)
        .with_rto_max_ms(most);
    let mut server = ServerConfig::new();
    server.transport = Arc::new(transport);
    (Arc::new(endpoint), Arc::new(server))
}

/// The library wants an address; inside DTLS there is but one peer.
fn nowhere() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))
}

impl fmt::Debug for Association {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let life = match self.life {
            Life::Waiting => "waiting",
            Life::Made(_) => "made",
            Life::Over(_) => "over",
        };
        f.debug_struct("Association")
            .field("life", &life)
            .field("packets", &self.packets.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "sctp_tests.rs"]
mod tests;
