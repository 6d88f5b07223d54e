//! A network that tests can spoil: forwards UDP and TCP on loopback.
//!
//! Commands come as JSON lines on standard input and are answered, in order, on standard output
//! ([`command::Command`] tells which there are); it ends when its input does. One thread, one epoll.
//! What passes a clear link is sent on in the turn in which it came.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

mod command;
mod conditions;
mod dice;
mod network;
mod poll;
mod queue;
mod refused;
mod stream;
mod tcp;
mod udp;
mod way;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use crate::network::Network;
use crate::poll::{EventFlags, Poll, Token};
use crate::refused::Refused;

/// The longest command.
const MOST_LINE: usize = 64 << 10;
/// No forward has this number: they are counted from 1.
const INPUT: Token = Token {
    forward: 0,
    place: 0,
};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("relay: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let input = io::stdin();
    let mut known = EventFlags::empty();
    poll.watch(&input, INPUT, &mut known, EventFlags::IN)?;
    let mut network = Network::default();
    let mut heard = Vec::new();
    loop {
        let most = network
            .next()
            .map(|at| at.saturating_duration_since(Instant::now()));
        let ready = poll.wait(most)?;
        let now = Instant::now();
        for token in ready {
            if token != INPUT {
                network.ready(token, now, &poll);
            } else if !listen(&input, &mut heard, &mut network, now, &poll)? {
                return Ok(());
            }
        }
        network.work(now, &poll);
    }
}

/// Read commands and answer them; tells whether there may be more.
fn listen(
    input: &io::Stdin,
    heard: &mut Vec<u8>,
    network: &mut Network,
    now: Instant,
    poll: &Poll,
) -> io::Result<bool> {
    let mut buffer = [0; 4096];
    let length = rustix::io::read(input, &mut buffer)?;
    heard.extend_from_slice(buffer.get(..length).unwrap_or_default());
    let mut output = io::stdout().lock();
    while let Some(end) = heard.iter().position(|byte| *byte == b'\n') {
        let line: Vec<u8> = heard.drain(..=end).collect();
        let answer = command::parse(&line).and_then(|it| network.obey(it, now, poll));
        writeln!(output, "{}", command::line(answer))?;
    }
    if heard.len() > MOST_LINE {
        let text = format!("a command has {MOST_LINE} bytes or less");
        writeln!(
            output,
            "{}",
            command::line(Err(Refused::new("TOO_LONG", text)))
        )?;
        return Ok(false);
    }
    output.flush()?;
    Ok(length > 0)
}
