//! A transport and an independent client on a network and a clock of the test's own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use media_srtp::{MasterKey, Opener, Profile, ReplayWindow, Sealer};
use media_transport::{Credentials, Event, Fingerprint, Identity, Path, Reason, Step, Transport};
use str0m::crypto::dtls::DtlsVersion;
use str0m::media::MediaKind;
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, IceCreds, Input, Output, Rtc};

pub(crate) const SERVER: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 3478);
pub(crate) const CLIENT: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 2)), 5000);

/// The client's own stream, and ours.
pub(crate) const CLIENT_SSRC: u32 = 1000;
pub(crate) const SERVER_SSRC: u32 = 2000;

pub(crate) static IDENTITY: LazyLock<Identity> = LazyLock::new(|| Identity::generate().unwrap());

pub(crate) fn server_credentials() -> Credentials {
    Credentials {
        ufrag: "server".into(),
        pwd: "server-has-a-password".replace('-', "+") + "22",
    }
}

pub(crate) fn client_credentials() -> Credentials {
    Credentials {
        ufrag: "client".into(),
        pwd: "client+has+a+password+too".into(),
    }
}

/// What the network does to a datagram, in percent, and how much later it may arrive.
#[derive(Clone, Copy)]
pub(crate) struct Faults {
    pub(crate) lost: u64,
    pub(crate) twice: u64,
    pub(crate) late: Duration,
}

pub(crate) const NO_FAULTS: Faults = Faults {
    lost: 0,
    twice: 0,
    late: Duration::ZERO,
};

pub(crate) struct Keys {
    pub(crate) profile: Profile,
    pub(crate) send: MasterKey,
}

struct Flying {
    at: Instant,
    to_server: bool,
    bytes: Vec<u8>,
}

pub(crate) struct Pair {
    pub(crate) start: Instant,
    pub(crate) now: Instant,
    pub(crate) client: Rtc,
    pub(crate) transport: Transport,
    pub(crate) faults: Faults,
    /// How long a step of the handshake takes.
    pub(crate) slow: Duration,
    /// The step that is being taken, and when it will be.
    pub(crate) away: Option<(Instant, Step)>,
    flying: Vec<Flying>,
    random: u64,
    /// All that the client sent, as it was sent.
    pub(crate) from_client: Vec<Vec<u8>>,
    pub(crate) selected: Vec<Path>,
    /// When there was no path any more.
    pub(crate) silent: Vec<Instant>,
    pub(crate) keys: Option<Keys>,
    pub(crate) failed: Option<Reason>,
    pub(crate) remote_closed: bool,
    pub(crate) client_heard: Vec<Vec<u8>>,
    pub(crate) server_heard: Vec<Vec<u8>>,
    pub(crate) rtcp_heard: usize,
    opener: Option<Opener>,
    window: ReplayWindow,
}

impl Pair {
    pub(crate) fn new(version: DtlsVersion) -> Self {
        Self::with(version, |_| {})
    }

    /// A client of this DTLS version that is `changed` before it begins.
    pub(crate) fn with(version: DtlsVersion, change: impl FnOnce(&mut Rtc)) -> Self {
        let start = Instant::now();
        let mut client = Rtc::builder()
            .set_crypto_provider(Arc::new(str0m::crypto::from_feature_flags()))
            .set_dtls_version(version)
            .set_rtp_mode(true)
            .build(start);
        client.add_local_candidate(Candidate::host(CLIENT, "udp").unwrap());
        client.add_remote_candidate(Candidate::host(SERVER, "udp").unwrap());
        let (local, remote) = (server_credentials(), client_credentials());
        let mut api = client.direct_api();
        api.set_local_ice_credentials(IceCreds {
            ufrag: remote.ufrag.clone(),
            pass: remote.pwd.clone(),
        });
        api.set_remote_ice_credentials(IceCreds {
            ufrag: local.ufrag.clone(),
            pass: local.pwd.clone(),
        });
        api.set_remote_fingerprint(IDENTITY.fingerprint().to_string().parse().unwrap());
        api.set_ice_controlling(true);
        api.declare_media("aud".into(), MediaKind::Audio);
        api.declare_stream_tx(CLIENT_SSRC.into(), None, "aud".into(), None);
        api.expect_stream_rx(SERVER_SSRC.into(), None, "aud".into(), None);
        let fingerprint: Fingerprint = api.local_dtls_fingerprint().to_string().parse().unwrap();
        api.start_dtls(true).unwrap();
        change(&mut client);
        let transport = Transport::new(&IDENTITY, local, remote, vec![fingerprint], start).unwrap();
        Self {
            start,
            now: start,
            client,
            transport,
            faults: NO_FAULTS,
            slow: Duration::ZERO,
            away: None,
            flying: Vec::new(),
            random: 1,
            from_client: Vec::new(),
            selected: Vec::new(),
            silent: Vec::new(),
            keys: None,
            failed: None,
            remote_closed: false,
            client_heard: Vec::new(),
            server_heard: Vec::new(),
            rtcp_heard: 0,
            opener: None,
            window: ReplayWindow::new(),
        }
    }

    pub(crate) fn seed(&mut self, seed: u64) {
        self.random = seed;
    }

    fn percent(&mut self) -> u64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % 100
    }

    fn send(&mut self, to_server: bool, bytes: &[u8]) {
        let copies = if self.percent() < self.faults.twice {
            2
        } else {
            1
        };
        for _ in 0..copies {
            if self.percent() >= self.faults.lost {
                let late = self.faults.late * u32::try_from(self.percent()).unwrap() / 100;
                let at = self.now + Duration::from_millis(10) + late;
                self.flying.push(Flying {
                    at,
                    to_server,
                    bytes: bytes.to_vec(),
                });
            }
        }
    }

    /// Lets everything happen that happens until then.
    pub(crate) fn run_until(&mut self, end: Instant, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            let client_next = self.poll_client();
            self.take_step();
            self.poll_server();
            let next = self
                .flying
                .iter()
                .map(|flying| flying.at)
                .chain(self.transport.next_timeout())
                .chain(self.away.as_ref().map(|(at, _)| *at));
            let next = next.chain([client_next]).min().unwrap().max(self.now);
            if next > end {
                self.now = end;
                return;
            }
            self.now = next;
            self.deliver();
            if self
                .transport
                .next_timeout()
                .is_some_and(|at| at <= self.now)
            {
                self.transport.handle_timeout(self.now);
            }
            if self.client.is_alive() {
                self.client.handle_input(Input::Timeout(self.now)).unwrap();
            }
        }
    }

    pub(crate) fn run_for(&mut self, seconds: u64) {
        self.run_until(self.now + Duration::from_secs(seconds), |_| false);
    }

    pub(crate) fn run_until_connected(&mut self) {
        let end = self.start + Duration::from_secs(15);
        self.run_until(end, |pair| {
            pair.keys.is_some() && pair.client.is_connected()
        });
    }

    fn poll_client(&mut self) -> Instant {
        loop {
            if !self.client.is_alive() {
                return self.now + Duration::from_secs(1);
            }
            match self.client.poll_output() {
                Ok(Output::Timeout(at)) => return at,
                Ok(Output::Transmit(transmit)) => {
                    assert_eq!(transmit.destination, SERVER);
                    self.from_client.push(transmit.contents.to_vec());
                    self.send(true, &transmit.contents);
                }
                Ok(Output::Event(str0m::Event::RtpPacket(packet))) => {
                    self.client_heard.push(packet.payload.to_vec());
                }
                Ok(Output::Event(_)) => {}
                Err(_) => self.client.disconnect(),
            }
        }
    }

    /// Brings back the step that has been taken, and begins the next.
    fn take_step(&mut self) {
        loop {
            if self.away.as_ref().is_some_and(|(at, _)| *at <= self.now)
                && let Some((_, step)) = self.away.take()
            {
                self.transport.stepped(self.now, step.take());
            }
            if self.away.is_some() {
                assert!(self.transport.step(self.now).is_none(), "one at a time");
                return;
            }
            let Some(step) = self.transport.step(self.now) else {
                return;
            };
            self.away = Some((self.now + self.slow, step));
        }
    }

    fn poll_server(&mut self) {
        while let Some(event) = self.transport.poll() {
            assert!(
                self.failed.is_none() && !self.remote_closed,
                "nothing comes after the end: {event:?}"
            );
            match event {
                Event::Transmit { path, bytes } => {
                    assert_eq!(path, Path::udp(CLIENT, SERVER.ip()));
                    self.send(false, &bytes);
                }
                Event::Selected(path) => self.selected.push(path),
                Event::Silent => self.silent.push(self.now),
                Event::Established {
                    profile,
                    send,
                    receive,
                } => {
                    assert!(self.keys.is_none(), "keys are given once");
                    self.opener = Some(Opener::new(profile, &receive).unwrap());
                    self.keys = Some(Keys { profile, send });
                }
                Event::Failed(reason) => self.failed = Some(reason),
                Event::Channel(heard) => panic!("{heard:?} though no channel was accepted"),
                Event::RemoteClosed => self.remote_closed = true,
            }
        }
    }

    fn deliver(&mut self) {
        let now = self.now;
        let (mut due, later): (Vec<_>, Vec<_>) =
            self.flying.drain(..).partition(|flying| flying.at <= now);
        self.flying = later;
        due.sort_by_key(|flying| flying.at);
        for Flying {
            to_server,
            mut bytes,
            ..
        } in due
        {
            if to_server {
                let path = Path::udp(CLIENT, SERVER.ip());
                match bytes[0] {
                    128..=191 => self.hear(&mut bytes),
                    _ => self.transport.handle(self.now, &path, &bytes),
                }
            } else if let Ok(receive) = Receive::new(Protocol::Udp, SERVER, CLIENT, &bytes)
                && self.client.is_alive()
                && self
                    .client
                    .handle_input(Input::Receive(self.now, receive))
                    .is_err()
            {
                self.client.disconnect();
            }
        }
    }

    fn hear(&mut self, packet: &mut [u8]) {
        let Some(opener) = &mut self.opener else {
            return;
        };
        if (192..=223).contains(&packet[1]) {
            opener.open_rtcp(packet).unwrap();
            self.rtcp_heard += 1;
            return;
        }
        let index = self
            .window
            .estimate(u16::from_be_bytes([packet[2], packet[3]]));
        let extension = if packet[0] & 0x10 == 0 {
            0
        } else {
            4 + 4 * usize::from(packet[15])
        };
        let len = opener.open_rtp(packet, 12 + extension, index).unwrap();
        self.window.commit(index);
        self.server_heard.push(packet[12 + extension..len].to_vec());
    }

    /// Sends the client what somebody with our key would send.
    pub(crate) fn say(&mut self, sealer: &Sealer, index: u64, payload: &[u8]) {
        let [.., high, low] = index.to_be_bytes();
        let mut packet = [
            &[0x80, 111, high, low, 0, 0, 0, 1],
            &SERVER_SSRC.to_be_bytes()[..],
            payload,
        ]
        .concat();
        let len = packet.len();
        packet.resize(len + sealer.profile().rtp_overhead(), 0);
        sealer.seal_rtp(&mut packet, 12, len, index).unwrap();
        self.send(false, &packet);
    }
}
