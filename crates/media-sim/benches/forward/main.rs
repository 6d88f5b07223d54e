//! What forwarding one packet costs a shard, beside what sealing it alone costs.
//!
//! Clients connect and see each other as in the tests; then the packets of one of
//! them go straight into the shard. There is no socket and no kernel in it. Each line
//! of standard output is a figure with the values of all its runs, as JSON.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)]

mod clock;
mod sealing;
mod stage;

use std::time::Duration;

use media_core::Source;
use media_srtp::Profile;

use crate::sealing::Sealing;
use crate::stage::{Run, Stage};

/// Odd, so that the median is one of them.
const RUNS: usize = 9;
/// Packets that leave in one run, at least.
const PACKETS: u64 = 12_000;
/// A batch is fed at once; afterwards the clients catch up with it.
const BATCH: Duration = Duration::from_secs(2);
const VIEWERS: [usize; 3] = [1, 10, 80];

fn main() {
    for (kind, source) in [("video", Source::Camera), ("audio", Source::Microphone)] {
        for viewers in VIEWERS {
            measure(kind, source, viewers);
        }
        relay(kind, source);
    }
}

/// The same packets forwarded and sealed, in turn.
fn measure(kind: &str, source: Source, viewers: usize) {
    let mut stage = Stage::set(source, viewers, 0);
    let (negotiated, sizes) = (stage.profile, stage.sizes());
    let mut sealers: Vec<Sealing> = Profile::ALL
        .into_iter()
        .map(|profile| Sealing::new(profile, viewers, &sizes, negotiated.rtp_overhead()))
        .collect();

    let (mut forwarded, mut ratio) = (Vec::new(), Vec::new());
    let mut sealed = vec![Vec::new(); sealers.len()];
    for _ in 0..RUNS {
        let mut run = Run::default();
        while run.sent < PACKETS {
            run += stage.batch(BATCH);
        }
        let packet = nanoseconds(run.took) / run.sent as f64;
        forwarded.push(packet);
        for (sealing, values) in sealers.iter_mut().zip(&mut sealed) {
            let value = nanoseconds(sealing.seal(run.sent)) / run.sent as f64;
            values.push(value);
            if sealing.profile == negotiated {
                ratio.push(packet / value);
            }
        }
    }

    let name = |what: &str| format!("{kind} 1 to {viewers}: {what}");
    let cipher = short(negotiated);
    print(
        &name(&format!("forward a packet, {cipher}")),
        "ns",
        &forwarded,
    );
    for (sealing, values) in sealers.iter().zip(&sealed) {
        let cipher = short(sealing.profile);
        print(&name(&format!("seal it alone, {cipher}")), "ns", values);
    }
    print(&name(&format!("forward / seal, {cipher}")), "ratio", &ratio);
}

/// The same packets forwarded to one viewer of the sender's shard and of another, in turn: what the
/// second costs more, both shards together, is the relay. The wake-up of a thread is not in it.
fn relay(kind: &str, source: Source) {
    let mut stages = [Stage::set(source, 1, 0), Stage::set(source, 1, 1)];
    let mut more = Vec::new();
    for _ in 0..RUNS {
        let [here, there] = stages.each_mut().map(|stage| {
            let mut run = Run::default();
            while run.sent < PACKETS {
                run += stage.batch(BATCH);
            }
            nanoseconds(run.took) / run.sent as f64
        });
        more.push(there - here);
    }
    print(
        &format!("{kind}: relay a packet to another shard"),
        "ns",
        &more,
    );
}

fn short(profile: Profile) -> &'static str {
    match profile {
        Profile::AeadAes256Gcm => "GCM-256",
        Profile::AeadAes128Gcm => "GCM-128",
        Profile::Aes128CmSha1_80 => "CM-SHA1-80",
    }
}

fn nanoseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e9
}

#[allow(clippy::print_stdout)]
fn print(name: &str, unit: &str, runs: &[f64]) {
    println!(r#"{{"name": "{name}", "unit": "{unit}", "runs": {runs:?}}}"#);
}
