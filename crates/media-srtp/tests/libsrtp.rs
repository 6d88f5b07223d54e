//! Against libsrtp, in both directions and with all profiles. Wants a C compiler and `libsrtp2-dev`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use media_srtp::{MasterKey, Opener, Profile, ReplayWindow, Sealer};

/// The other side: libsrtp in a process of its own.
struct Libsrtp {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("libsrtp-peer");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/libsrtp.c");
    let compiled = Command::new("cc")
        .args(["-O1", "-Wall", "-Werror", "-o"])
        .arg(&program)
        .args([source, "-lsrtp2"])
        .status();
    assert!(
        compiled.expect("a C compiler").success(),
        "libsrtp2-dev is needed"
    );
    program
});

impl Libsrtp {
    fn new(profile: Profile, key: &[u8], salt: &[u8]) -> Self {
        let mut process = Command::new(&*PROGRAM)
            .args([profile.id().to_string(), hex(&[key, salt].concat())])
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

    fn ask(&mut self, verb: &str, packet: &[u8]) -> Result<Vec<u8>, String> {
        writeln!(self.input, "{verb} {}", hex(packet)).unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let line = line.trim_end();
        if line.is_empty() || line.starts_with("error") {
            return Err(line.to_owned());
        }
        Ok(line
            .as_bytes()
            .chunks(2)
            .map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap())
            .collect())
    }
}

impl Drop for Libsrtp {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// A peer, and ours, with keys that no two bytes of are equal.
fn ends(profile: Profile) -> (Libsrtp, Sealer, Opener) {
    let key: Vec<u8> = (0..32)
        .take(profile.key_len())
        .map(|at| at * 7 + 1)
        .collect();
    let salt: Vec<u8> = (0..14)
        .take(profile.salt_len())
        .map(|at| 0xF0 - at * 5)
        .collect();
    let master = MasterKey::new(profile, &key, &salt).unwrap();
    (
        Libsrtp::new(profile, &key, &salt),
        Sealer::new(profile, &master).unwrap(),
        Opener::new(profile, &master).unwrap(),
    )
}

/// RTP packets with the headers that there are: contributing sources, an extension, both, neither; across a roll-over.
fn rtp_packets(ssrc: u32) -> impl Iterator<Item = (u64, usize, Vec<u8>)> {
    (65_500_u64..65_600).map(move |index| {
        let (sources, extension) = (index % 4, index % 3 == 0);
        let [.., high, low] = index.to_be_bytes();
        let first = 0x80 | u8::try_from(sources).unwrap() | if extension { 0x10 } else { 0 };
        let mut packet = [
            &[first, 96, high, low, 0, 0, 1, low],
            &ssrc.to_be_bytes()[..],
        ]
        .concat();
        packet.resize(12 + 4 * usize::try_from(sources).unwrap(), 0xC5);
        if extension {
            packet.extend([0xBE, 0xDE, 0, 1, 0x10, 0x33, 0, 0]);
        }
        let header_len = packet.len();
        packet.extend((0..(index * 37) % 1200).map(|at| u8::try_from((at * index) % 251).unwrap()));
        (index, header_len, packet)
    })
}

fn sealed_by_us(sealer: &Sealer, index: u64, header_len: usize, plain: &[u8]) -> Vec<u8> {
    let mut packet = plain.to_vec();
    packet.resize(plain.len() + sealer.profile().rtp_overhead(), 0);
    sealer
        .seal_rtp(&mut packet, header_len, plain.len(), index)
        .unwrap();
    packet
}

#[test]
fn rtp_goes_both_ways() {
    for profile in Profile::ALL {
        let (mut peer, sealer, opener) = ends(profile);
        for ssrc in [1, 0xCAFE_BABE] {
            let mut window = ReplayWindow::new();
            for (index, header_len, plain) in rtp_packets(ssrc) {
                let ours = sealed_by_us(&sealer, index, header_len, &plain);
                assert_eq!(
                    peer.ask("seal-rtp", &plain).as_ref(),
                    Ok(&ours),
                    "{profile:?} {index}"
                );
                assert_eq!(
                    peer.ask("open-rtp", &ours),
                    Ok(plain.clone()),
                    "{profile:?} {index}"
                );
                let mut packet = ours;
                let estimated = window.estimate(u16::from_be_bytes([plain[2], plain[3]]));
                assert_eq!(estimated, index);
                assert_eq!(
                    opener.open_rtp(&mut packet, header_len, estimated),
                    Ok(plain.len())
                );
                assert_eq!(packet[..plain.len()], plain);
                window.commit(estimated);
            }
        }
    }
}

#[test]
fn rtcp_goes_both_ways() {
    for profile in Profile::ALL {
        let (mut peer, mut sealer, mut opener) = ends(profile);
        for words in 0..50_u8 {
            let mut plain = vec![0x80, 200, 0, words + 1, 1, 2, 3, 4];
            plain.extend((0..words).flat_map(|word| [word, 1, 2, 3]));
            let mut ours = plain.clone();
            ours.resize(plain.len() + profile.rtcp_overhead(), 0);
            sealer.seal_rtcp(&mut ours, plain.len()).unwrap();
            assert_eq!(
                peer.ask("open-rtcp", &ours),
                Ok(plain.clone()),
                "{profile:?} {words}"
            );
            let mut theirs = peer.ask("seal-rtcp", &plain).unwrap();
            assert_eq!(
                opener.open_rtcp(&mut theirs),
                Ok(plain.len()),
                "{profile:?} {words}"
            );
            assert_eq!(theirs[..plain.len()], plain);
        }
    }
}

#[test]
fn the_peer_notices_a_change() {
    for profile in Profile::ALL {
        let (mut peer, sealer, _) = ends(profile);
        let (index, header_len, plain) = rtp_packets(9).next().unwrap();
        let mut ours = sealed_by_us(&sealer, index, header_len, &plain);
        let last = ours.len() - 1;
        ours[last] ^= 1;
        assert_eq!(
            peer.ask("open-rtp", &ours),
            Err("error 7".into()),
            "{profile:?}: srtp_err_status_auth_fail"
        );
    }
}
