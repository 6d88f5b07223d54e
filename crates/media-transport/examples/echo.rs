//! Sends a browser its own audio and video back: ICE, DTLS and SRTP without the engine around them.
//!
//! Reads an offer on standard input up to its end, prints an answer, and then one line for each thing that happens. Only for
//! trying the transport against real browsers: media is not paced, repaired or checked.
//!
//!     cargo run -p media-transport --example echo [ADDRESS] < offer.sdp

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

use std::collections::HashMap;
use std::env;
use std::fmt::Write as _;
use std::io::{self, Read as _};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use media_srtp::{Opener, ReplayWindow, Sealer};
use media_transport::{Credentials, Event, Fingerprint, Identity, Path, Transport};

/// Added to an SSRC of the browser's to get the one that its media comes back with.
const OTHER: u32 = 0x0100_0000;

fn main() {
    let mut offer = String::new();
    io::stdin().read_to_string(&mut offer).expect("an offer");
    // Firefox checks no loopback address from another one: give it one of the machine's own.
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1".into());
    let socket = UdpSocket::bind((address.as_str(), 0)).expect("a port of this address");
    let own = socket.local_addr().expect("its number");
    let identity = Identity::generate().expect("a certificate");
    let local = Credentials {
        ufrag: "echo".into(),
        pwd: "echoechoechoechoechoecho".into(),
    };
    let remote = Credentials {
        ufrag: value(&offer, "a=ice-ufrag:"),
        pwd: value(&offer, "a=ice-pwd:"),
    };
    let fingerprint: Fingerprint = value(&offer, "a=fingerprint:")
        .parse()
        .expect("a fingerprint");
    let transport = Transport::new(
        &identity,
        local.clone(),
        remote,
        vec![fingerprint],
        Instant::now(),
    )
    .expect("a transport");
    println!(
        "{}",
        answer(&offer, own, &local, identity.fingerprint()).replace("\r\n", "\\r\\n")
    );
    Echo {
        socket,
        own,
        transport,
        media: None,
        counts: HashMap::new(),
    }
    .run();
}

/// What follows `name` on the first line that begins with it.
fn value(text: &str, name: &str) -> String {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// Takes every section of the offer, with Opus or VP8 only.
fn answer(
    offer: &str,
    own: SocketAddr,
    credentials: &Credentials,
    fingerprint: &Fingerprint,
) -> String {
    let mut answer =
        String::from("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-lite\r\n");
    let sections: Vec<&str> = offer.split("\r\nm=").skip(1).collect();
    let mids: Vec<String> = sections
        .iter()
        .map(|section| value(section, "a=mid:"))
        .collect();
    write!(answer, "a=group:BUNDLE {}\r\n", mids.join(" ")).unwrap();
    for (section, mid) in sections.iter().zip(&mids) {
        let (kind, codec) = if section.starts_with("audio") {
            ("audio", "opus/48000/2")
        } else {
            ("video", "VP8/90000")
        };
        let payload_type = section
            .lines()
            .find_map(|line| line.strip_prefix("a=rtpmap:")?.strip_suffix(codec))
            .map(str::trim)
            .expect("Opus and VP8");
        // The sources are as many as lines say; the first is the media, the second its retransmission.
        let ssrc: u32 = value(section, "a=ssrc:")
            .split(' ')
            .next()
            .and_then(|text| text.parse().ok())
            .expect("an SSRC");
        write!(
            answer,
            "m={kind} {port} UDP/TLS/RTP/SAVPF {payload_type}\r\nc=IN IP4 127.0.0.1\r\na=mid:{mid}\r\na=sendrecv\r\na=rtcp-mux\r\n\
             a=rtpmap:{payload_type} {codec}\r\na=rtcp-fb:{payload_type} nack pli\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\n\
             a=fingerprint:{fingerprint}\r\na=setup:passive\r\na=msid:echo {kind}\r\na=ssrc:{own_ssrc} cname:echo\r\n\
             a=candidate:1 1 udp 2130706431 {ip} {port} typ host\r\na=end-of-candidates\r\n",
            port = own.port(),
            ip = own.ip(),
            ufrag = credentials.ufrag,
            pwd = credentials.pwd,
            own_ssrc = ssrc.wrapping_add(OTHER),
        )
        .unwrap();
    }
    answer
}

struct Echo {
    socket: UdpSocket,
    own: SocketAddr,
    transport: Transport,
    media: Option<Media>,
    counts: HashMap<&'static str, u64>,
}

struct Media {
    sealer: Sealer,
    opener: Opener,
    windows: HashMap<u32, ReplayWindow>,
}

impl Echo {
    fn run(mut self) {
        let mut buffer = [0; 2048];
        while let Some(at) = self.transport.next_timeout() {
            let wait = at
                .saturating_duration_since(Instant::now())
                .max(Duration::from_millis(1));
            self.socket
                .set_read_timeout(Some(wait))
                .expect("a time-out");
            if let Ok((len, remote)) = self.socket.recv_from(&mut buffer) {
                let path = Path::udp(remote, self.own.ip());
                match buffer[0] {
                    128..=191 => self.media(remote, &mut buffer, len),
                    _ => self.transport.handle(Instant::now(), &path, &buffer[..len]),
                }
            }
            self.transport.handle_timeout(Instant::now());
            while let Some(event) = self.transport.poll() {
                match event {
                    Event::Transmit { path, bytes } => {
                        drop(self.socket.send_to(&bytes, path.remote));
                    }
                    Event::Silent => println!("silent"),
                    Event::Selected(path) => println!("selected {}", path.remote),
                    Event::Established {
                        profile,
                        send,
                        receive,
                    } => {
                        println!("established {}", profile.name());
                        let sealer = Sealer::new(profile, &send).expect("a sealer");
                        let opener = Opener::new(profile, &receive).expect("an opener");
                        self.media = Some(Media {
                            sealer,
                            opener,
                            windows: HashMap::new(),
                        });
                    }
                    Event::Failed(reason) => println!("failed {}", reason.code()),
                    Event::Channel(_) => {}
                    Event::RemoteClosed => println!("closed by the browser"),
                }
            }
        }
        println!("{:?} {:?}", self.counts, self.transport.drops());
    }

    fn media(&mut self, remote: SocketAddr, buffer: &mut [u8; 2048], len: usize) {
        let selected = self.transport.selected();
        let (Some(media), Some(path)) = (&mut self.media, selected) else {
            return;
        };
        if !self
            .transport
            .is_valid(&Path::udp(remote, self.own.ip()).peer())
        {
            return;
        }
        let is_rtcp = (192..=223).contains(&buffer[1]);
        let (what, sent) = if is_rtcp {
            ("rtcp", media.rtcp(buffer, len))
        } else {
            ("rtp", media.rtp(buffer, len))
        };
        let what = if sent.is_err() { "refused" } else { what };
        *self.counts.entry(what).or_default() += 1;
        if let Ok(len @ 1..) = sent {
            drop(self.socket.send_to(&buffer[..len], path.remote));
        }
    }
}

impl Media {
    /// Gives the length of the packet to send back.
    fn rtp(&mut self, buffer: &mut [u8; 2048], len: usize) -> Result<usize, media_srtp::Error> {
        let ssrc = u32::from_be_bytes(buffer[8..12].try_into().unwrap());
        let window = self.windows.entry(ssrc).or_default();
        let index = window.estimate(u16::from_be_bytes([buffer[2], buffer[3]]));
        window.check(index)?;
        // Neither contributing sources nor extensions are negotiated.
        let plain = self.opener.open_rtp(&mut buffer[..len], 12, index)?;
        window.commit(index);
        buffer[8..12].copy_from_slice(&ssrc.wrapping_add(OTHER).to_be_bytes());
        self.sealer.seal_rtp(buffer, 12, plain, index)
    }

    /// A browser that cannot decode its own picture asks for a new one: so does this, in its name.
    fn rtcp(&mut self, buffer: &mut [u8; 2048], len: usize) -> Result<usize, media_srtp::Error> {
        let plain = self.opener.open_rtcp(&mut buffer[..len])?;
        let mut rest = &buffer[..plain];
        while rest.len() >= 12 {
            let (head, size) = (
                [rest[0], rest[1]],
                (usize::from(u16::from_be_bytes([rest[2], rest[3]])) + 1) * 4,
            );
            if head == [0x81, 206] {
                let about = u32::from_be_bytes(rest[8..12].try_into().unwrap()).wrapping_sub(OTHER);
                buffer[..8].copy_from_slice(&[0x81, 206, 0, 2, 0, 0, 0, 1]);
                buffer[8..12].copy_from_slice(&about.to_be_bytes());
                return self.sealer.seal_rtcp(buffer, 12);
            }
            rest = rest.get(size..).unwrap_or_default();
        }
        Ok(0)
    }
}
