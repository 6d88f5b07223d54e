//! OpenSSL as the client, with each SRTP profile. Wants a C compiler and `libssl-dev`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "common/steps.rs"]
mod steps;

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::time::Instant;

use aws_lc_rs::hmac;
use is::stun::{StunMessage, TransId};
use media_srtp::{MasterKey, Opener, Profile, Sealer, split_keying_material};
use media_transport::{Credentials, Event, Fingerprint, Identity, Path, Reason, Transport};
use steps::take_steps;

const PASSWORD: &str = "a+password+of+the+server";

static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("openssl-peer");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openssl.c");
    let arguments = ["-O1", "-Wall", "-Werror", source, "-lssl", "-lcrypto", "-o"];
    let compiled = Command::new("cc").args(arguments).arg(&program).status();
    assert!(
        compiled.expect("a C compiler").success(),
        "libssl-dev is needed"
    );
    program
});

/// OpenSSL in a process of its own.
struct Client {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Client {
    fn new(profiles: Option<&str>) -> Self {
        let mut process = Command::new(&*PROGRAM)
            .args(profiles)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (
            process.stdin.take().unwrap(),
            BufReader::new(process.stdout.take().unwrap()),
        );
        Self {
            process,
            input,
            output,
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn ask(&mut self, datagram: &[u8]) -> String {
        let hex = datagram.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        writeln!(self.input, "{hex}").unwrap();
        self.line()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |two: &[u8]| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(byte).collect()
}

fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    hmac::sign(&key, &parts.concat())
        .as_ref()
        .try_into()
        .unwrap()
}

fn check(nominate: bool) -> Vec<u8> {
    let request =
        StunMessage::binding_request("server:client", TransId::new(), true, 7, 1, nominate);
    let mut bytes = vec![0; 512];
    let len = request
        .to_bytes(Some(PASSWORD.as_bytes()), &mut bytes, hmac_sha1)
        .unwrap();
    bytes.truncate(len);
    bytes
}

/// The two ends, and the only path between them.
struct Pair {
    client: Client,
    transport: Transport,
    path: Path,
    now: Instant,
    /// Profile and keying material, as the client knows them.
    client_keys: Option<(String, Vec<u8>)>,
    /// Other than datagrams.
    events: Vec<Event>,
}

impl Pair {
    fn new(profiles: Option<&str>) -> Self {
        let mut client = Client::new(profiles);
        let fingerprint: Fingerprint = client.line().parse().unwrap();
        let now = Instant::now();
        let identity = Identity::generate().unwrap();
        let local = Credentials {
            ufrag: "server".into(),
            pwd: PASSWORD.into(),
        };
        let remote = Credentials {
            ufrag: "client".into(),
            pwd: "a+password+of+the+client".into(),
        };
        let transport = Transport::new(&identity, local, remote, vec![fingerprint], now).unwrap();
        let path = Path::udp(
            "198.51.100.1:1000".parse().unwrap(),
            "192.0.2.1".parse().unwrap(),
        );
        Self {
            client,
            transport,
            path,
            now,
            client_keys: None,
            events: Vec::new(),
        }
    }

    fn check(&mut self, nominate: bool) {
        self.transport
            .handle(self.now, &self.path, &check(nominate));
    }

    /// Gives a datagram (nothing, to begin) to the client, and its answer to the server.
    fn give_client(&mut self, datagram: &[u8]) {
        let said = self.client.ask(datagram);
        match said.split(' ').collect::<Vec<_>>()[..] {
            ["send", datagram] => self
                .transport
                .handle(self.now, &self.path, &bytes(datagram)),
            ["keys", name, material] => self.client_keys = Some((name.to_owned(), bytes(material))),
            ["wait"] => {}
            _ => panic!("{said}"),
        }
    }

    /// The datagrams of DTLS that the server sends now.
    fn sent(&mut self) -> Vec<Vec<u8>> {
        take_steps(&mut self.transport, self.now);
        let mut sent = Vec::new();
        while let Some(event) = self.transport.poll() {
            match event {
                Event::Transmit { bytes, .. } if (20..=63).contains(&bytes[0]) => sent.push(bytes),
                Event::Transmit { .. } => {}
                other => self.events.push(other),
            }
        }
        sent
    }

    fn run(&mut self) {
        loop {
            let sent = self.sent();
            if sent.is_empty() {
                return;
            }
            for datagram in sent {
                self.give_client(&datagram);
            }
        }
    }
}

/// Connects with these profiles on offer, and shows that both ends have the same keys, each its own to send.
fn connects_with(offered: &str, profile: Profile, openssl_name: &str) {
    let mut pair = Pair::new(Some(offered));
    pair.check(true);
    pair.give_client(&[]);
    pair.run();
    let (name, material) = pair.client_keys.take().unwrap();
    assert_eq!(name, openssl_name);
    let [
        Event::Selected(_),
        Event::Established {
            profile: ours,
            send,
            receive,
        },
    ] = &pair.events[..]
    else {
        panic!("{:?}", pair.events)
    };
    assert_eq!(*ours, profile);
    let (client, server) = split_keying_material(profile, &material).unwrap();
    assert!(opens(&client, receive) && opens(send, &server) && !opens(&client, send));
}

/// Whether what is sealed with the one key is opened with the other.
fn opens(sending: &MasterKey, receiving: &MasterKey) -> bool {
    let mut packet = [[0x80, 200, 0, 1, 1, 2, 3, 4].as_slice(), &[0; 20]].concat();
    let len = Sealer::new(sending.profile(), sending)
        .unwrap()
        .seal_rtcp(&mut packet, 8)
        .unwrap();
    Opener::new(receiving.profile(), receiving)
        .unwrap()
        .open_rtcp(&mut packet[..len])
        .is_ok()
}

#[test]
fn each_profile_gives_both_ends_the_same_keys() {
    connects_with(
        "SRTP_AES128_CM_SHA1_80",
        Profile::Aes128CmSha1_80,
        "SRTP_AES128_CM_SHA1_80",
    );
    connects_with(
        "SRTP_AEAD_AES_128_GCM",
        Profile::AeadAes128Gcm,
        "SRTP_AEAD_AES_128_GCM",
    );
    connects_with(
        "SRTP_AEAD_AES_256_GCM",
        Profile::AeadAes256Gcm,
        "SRTP_AEAD_AES_256_GCM",
    );
}

#[test]
fn of_several_profiles_gcm_is_taken() {
    connects_with(
        "SRTP_AES128_CM_SHA1_32:SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM",
        Profile::AeadAes128Gcm,
        "SRTP_AEAD_AES_128_GCM",
    );
    connects_with(
        "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM",
        Profile::AeadAes256Gcm,
        "SRTP_AEAD_AES_256_GCM",
    );
}

#[test]
fn a_client_without_a_profile_that_we_know_is_refused() {
    for offered in [None, Some("SRTP_AES128_CM_SHA1_32")] {
        let mut pair = Pair::new(offered);
        pair.check(true);
        pair.give_client(&[]);
        pair.run();
        assert!(
            matches!(
                pair.events[..],
                [Event::Selected(_), Event::Failed(Reason::NoProfile)]
            ),
            "{:?}",
            pair.events
        );
    }
}

#[test]
fn the_handshake_waits_for_a_nominated_path() {
    let mut pair = Pair::new(Some("SRTP_AEAD_AES_128_GCM"));
    pair.check(false);
    pair.give_client(&[]);
    assert!(pair.sent().is_empty());
    pair.check(true);
    pair.run();
    assert!(
        matches!(
            pair.events[..],
            [Event::Selected(_), Event::Established { .. }]
        ),
        "{:?}",
        pair.events
    );
}
