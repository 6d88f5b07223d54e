//! What a client's joining costs a shard, and for how long the shard is busy with it.
//!
//! Clients of their own library come, 1 or 40 at the same moment, and what they send goes straight into the shard, in
//! batches as a socket would give them. There is no socket and no kernel in it. Each line of standard output is a
//! figure with the values of all its runs, as JSON.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)]

#[path = "../forward/clock.rs"]
mod clock;
mod crowd;

use std::time::Duration;

use crate::crowd::{Crowd, Spent};

/// Odd, so that the median is one of them.
const RUNS: usize = 9;
const CLIENTS: [usize; 2] = [1, 40];

fn main() {
    for clients in CLIENTS {
        // The first finds nothing in the caches.
        Crowd::come(clients).join();
        let runs: Vec<Spent> = (0..RUNS).map(|_| Crowd::come(clients).join()).collect();
        let print = |what: &str, value: &dyn Fn(&Spent) -> Duration| {
            print(&format!("{clients} at once: {what}"), &runs, value);
        };
        let each = u32::try_from(clients).expect("not so many");
        print("offer to answer, each", &|spent| spent.orders / each);
        print("checks, each", &|spent| spent.checks / each);
        print("handshake on the packet loop, each", &|spent| {
            spent.handshake / each
        });
        print("handshake beside it, each", &|spent| spent.work / each);
        print("longest turn of the packet loop", &|spent| spent.longest);
    }
}

#[allow(clippy::print_stdout)]
fn print(name: &str, runs: &[Spent], value: &dyn Fn(&Spent) -> Duration) {
    let runs: Vec<f64> = runs
        .iter()
        .map(|run| value(run).as_secs_f64() * 1e6)
        .collect();
    println!(r#"{{"name": "join, {name}", "unit": "µs", "runs": {runs:.1?}}}"#);
}
