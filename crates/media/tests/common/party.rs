//! A party with a media stack that is not ours (str0m), on a real socket.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use media::protocol::{Answered, Offered, OpenPipe, Order, Sending, Source};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, Frequency, MediaData, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::{Candidate, Event, Input, Output, Rtc};

/// Between two packets of sound, and between two frames of pictures.
const SOUND_EVERY: Duration = Duration::from_millis(20);
const PICTURE_EVERY: Duration = Duration::from_millis(40);

/// The shortest that a socket can wait for something.
const SHORTEST: Duration = Duration::from_micros(10);

/// Bytes of a frame: several packets.
const PICTURE: usize = 5_000;

/// How a party reaches the engine.
enum Way {
    Udp(UdpSocket),
    /// Not yet: it is known to the engine's answer.
    Unconnected,
    /// A connection, and what was read of a frame that has not all come.
    Tcp(TcpStream, Vec<u8>),
}

pub struct Party {
    pub name: String,
    /// In every payload it sends.
    mark: u8,
    rtc: Rtc,
    way: Way,
    pending: Option<SdpPendingOffer>,
    offer: String,
    mids: [(Source, Mid); 2],
    connected: bool,
    begin: Instant,
    due: [Instant; 2],
    /// Payloads received: how many of each source and mark, whole and as they were sent.
    pub heard: HashMap<(MediaKind, u8), usize>,
    /// Packets of sound it has sent.
    pub sounds: usize,
    /// Payloads received that nobody can have sent.
    pub broken: usize,
}

impl Party {
    /// A party that sends sound and pictures, and has an offer; it can use one protocol only.
    pub fn new(name: &str, mark: u8, protocol: Protocol) -> Self {
        let now = Instant::now();
        let mut rtc = Rtc::builder()
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(now);
        let way = if protocol == Protocol::Udp {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            let host = Candidate::host(socket.local_addr().unwrap(), "udp").unwrap();
            rtc.add_local_candidate(host).unwrap();
            Way::Udp(socket)
        } else {
            Way::Unconnected
        };
        let mut changes = rtc.sdp_api();
        let mids = [
            (Source::Microphone, MediaKind::Audio),
            (Source::Camera, MediaKind::Video),
        ]
        .map(|(source, kind)| {
            let mid = changes.add_media(kind, Direction::SendRecv, None, None, None);
            (source, mid)
        });
        let (offer, pending) = changes.apply().unwrap();
        Self {
            name: name.to_owned(),
            mark,
            rtc,
            way,
            pending: Some(pending),
            offer: offer.to_sdp_string(),
            mids,
            connected: false,
            begin: now,
            due: [now; 2],
            heard: HashMap::new(),
            sounds: 0,
            broken: 0,
        }
    }

    pub fn open(&self, shard: u64) -> Order {
        let sending = self.mids.iter().map(|(source, mid)| Sending {
            mid: mid.to_string(),
            source: *source,
        });
        Order::OpenPipe(OpenPipe {
            pipe: self.name.clone(),
            generation: 1,
            offer: self.offer.clone(),
            sending: sending.collect(),
            shard: Some(shard),
        })
    }

    pub fn answered(&mut self, answered: &Answered) {
        let answer = SdpAnswer::from_sdp_string(&answered.answer).unwrap();
        let pending = self.pending.take().unwrap();
        self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
        if matches!(self.way, Way::Unconnected) {
            let stream = TcpStream::connect(passive(&answered.answer)).unwrap();
            stream.set_nodelay(true).unwrap();
            let host = Candidate::builder()
                .tcp()
                .host(stream.local_addr().unwrap())
                .tcptype(TcpType::Active)
                .build()
                .unwrap();
            self.rtc.add_local_candidate(host).unwrap();
            self.way = Way::Tcp(stream, Vec::new());
        }
    }

    /// Takes an offer of the engine; the answer.
    pub fn offered(&mut self, offered: &Offered) -> String {
        let offer = SdpOffer::from_sdp_string(&offered.offer).unwrap();
        self.rtc
            .sdp_api()
            .accept_offer(offer)
            .unwrap()
            .to_sdp_string()
    }

    /// Says goodbye (`close_notify`).
    pub fn leave(&mut self) {
        self.rtc.close().unwrap();
    }

    pub fn is_alive(&self) -> bool {
        self.rtc.is_alive()
    }

    /// Takes what has come, or waits for it for at most a millisecond.
    pub fn live(&mut self) {
        let mut patience = Duration::from_millis(1);
        while self.step(patience) {
            patience = SHORTEST;
        }
    }

    /// Whether something has come.
    fn step(&mut self, patience: Duration) -> bool {
        let timeout = loop {
            if !self.rtc.is_alive() {
                return false;
            }
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(due) => break due,
                Output::Transmit(transmit) => {
                    self.way.send(&transmit.contents, transmit.destination);
                }
                Output::Event(Event::Connected) => self.connected = true,
                Output::Event(Event::MediaData(data)) => self.hear(&data),
                Output::Event(_) => {}
            }
        };
        let wait = timeout.saturating_duration_since(Instant::now());
        let wait = wait.clamp(SHORTEST, patience);
        let mut came = false;
        for (proto, source, destination, bytes) in self.way.receive(wait) {
            let receive = Receive {
                proto,
                source,
                destination,
                contents: bytes.as_slice().try_into().unwrap(),
            };
            self.rtc
                .handle_input(Input::Receive(Instant::now(), receive))
                .unwrap();
            came = true;
        }
        self.rtc
            .handle_input(Input::Timeout(Instant::now()))
            .unwrap();
        if self.connected {
            self.speak();
        }
        came
    }

    fn speak(&mut self) {
        let now = Instant::now();
        for ((source, mid), due) in self.mids.iter().zip(&mut self.due) {
            if *due > now {
                continue;
            }
            let (codec, clock, every, payload) = match source {
                Source::Microphone => (
                    Codec::Opus,
                    Frequency::FORTY_EIGHT_KHZ,
                    SOUND_EVERY,
                    sound(self.mark),
                ),
                _ => (
                    Codec::Vp8,
                    Frequency::NINETY_KHZ,
                    PICTURE_EVERY,
                    picture(self.mark),
                ),
            };
            *due = now + every;
            let Some(writer) = self.rtc.writer(*mid) else {
                continue;
            };
            let mut params = writer.payload_params();
            let Some(pt) = params
                .find(|params| params.spec().codec == codec)
                .map(str0m::format::PayloadParams::pt)
            else {
                continue;
            };
            let ticks = (now - self.begin).as_micros() * u128::from(clock.get()) / 1_000_000;
            let time = MediaTime::new(u64::try_from(ticks).unwrap(), clock);
            drop(params);
            writer.write(pt, now, time, payload).unwrap();
            self.sounds += usize::from(*source == Source::Microphone);
        }
    }

    fn hear(&mut self, data: &MediaData) {
        let mark = data.data.last().copied().unwrap_or_default();
        let kind = if data.params.spec().codec == Codec::Opus {
            MediaKind::Audio
        } else {
            MediaKind::Video
        };
        let expected = if kind == MediaKind::Audio {
            sound(mark)
        } else {
            picture(mark)
        };
        if expected[..] == data.data[..] {
            *self.heard.entry((kind, mark)).or_default() += 1;
        } else {
            self.broken += 1;
        }
    }
}

/// A datagram: how it came, from where, to where.
type Datagram = (Protocol, SocketAddr, SocketAddr, Vec<u8>);

impl Way {
    fn send(&mut self, bytes: &[u8], to: SocketAddr) {
        match self {
            Self::Udp(socket) => {
                socket.send_to(bytes, to).unwrap();
            }
            Self::Unconnected => panic!("nothing is sent before there is an answer"),
            // Whoever has closed the connection is heard of by reading.
            Self::Tcp(stream, _) => {
                let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
                let _ = stream.write_all(&[&length, bytes].concat());
            }
        }
    }

    /// What comes within this time.
    fn receive(&mut self, wait: Duration) -> Vec<Datagram> {
        let mut buffer = [0; 4_096];
        match self {
            Self::Udp(socket) => {
                socket.set_read_timeout(Some(wait)).unwrap();
                let read = socket.recv_from(&mut buffer);
                let Some((length, source)) = unless_late(read) else {
                    return Vec::new();
                };
                let destination = socket.local_addr().unwrap();
                vec![(
                    Protocol::Udp,
                    source,
                    destination,
                    buffer[..length].to_vec(),
                )]
            }
            Self::Unconnected => Vec::new(),
            Self::Tcp(stream, unfinished) => {
                // Of a connection that the engine has closed there is no address, and nothing to come.
                let Ok(source) = stream.peer_addr() else {
                    return Vec::new();
                };
                let destination = stream.local_addr().unwrap();
                stream.set_read_timeout(Some(wait)).unwrap();
                let length = unless_late(stream.read(&mut buffer)).unwrap_or(0);
                unfinished.extend_from_slice(&buffer[..length]);
                let mut datagrams = Vec::new();
                while let Some([high, low]) = unfinished.first_chunk().copied() {
                    let end = 2 + usize::from(u16::from_be_bytes([high, low]));
                    if unfinished.len() < end {
                        break;
                    }
                    let bytes = unfinished.drain(..end).skip(2).collect();
                    datagrams.push((Protocol::Tcp, source, destination, bytes));
                }
                datagrams
            }
        }
    }
}

/// What was read, if anything was in time.
fn unless_late<T>(read: std::io::Result<T>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::ConnectionReset
            ) =>
        {
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// The address of the first TCP candidate of an answer.
fn passive(answer: &str) -> SocketAddr {
    let candidate = answer
        .lines()
        .find(|line| line.starts_with("a=candidate:") && line.ends_with("tcptype passive"));
    let fields: Vec<_> = candidate.unwrap().split(' ').collect();
    SocketAddr::new(fields[4].parse().unwrap(), fields[5].parse().unwrap())
}

/// A payload of Opus: what the engine forwards, it does not decode.
fn sound(mark: u8) -> Vec<u8> {
    [&[0x78][..], &[mark; 80]].concat()
}

/// A VP8 key frame (RFC 6386 section 9.1) of 320 x 240, and then nothing but the mark.
fn picture(mark: u8) -> Vec<u8> {
    let head = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00];
    [&head[..], &[mark; PICTURE]].concat()
}
