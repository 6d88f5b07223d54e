//! The media of people without a browser: they send clips and count what comes.
//!
//! Signalling is somebody else's. Commands come as JSON lines on standard input and are answered, in
//! order, on standard output ([`command::Command`] tells which there are); it ends when its input does.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

mod client;
mod clip;
mod command;
mod person;
mod seen;

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use crate::command::{Command, Done, Refused};
use crate::person::Person;

/// People at a time: each has a thread and two sockets.
const MOST_PEOPLE: usize = 256;

fn main() -> io::Result<()> {
    let mut people = HashMap::new();
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = command::parse(&line?).and_then(|it| obey(&mut people, it));
        writeln!(output, "{}", command::line(answer))?;
        output.flush()?;
    }
    Ok(())
}

fn obey(people: &mut HashMap<String, Person>, command: Command) -> Result<Done, Refused> {
    if let Command::Open {
        party,
        sending,
        receives,
    } = command
    {
        people.remove(&party);
        if people.len() == MOST_PEOPLE {
            let text = format!("there are {MOST_PEOPLE} clients already");
            return Err(Refused::new("TOO_MANY", text));
        }
        let (person, opened) = Person::open(sending, receives)?;
        people.insert(party, person);
        return Ok(opened);
    }
    let name = command.party();
    let nobody = || Refused::new("NO_SUCH_PARTY", format!("there is no client {name:?}"));
    if let Command::Close { .. } = command {
        return people
            .remove(name)
            .map(|_| Done::Nothing {})
            .ok_or_else(nobody);
    }
    let person = people.get(name).ok_or_else(nobody)?;
    person.ask(command)
}
