//! The program's loop with machines that misbehave, in this process.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use media::door::Door;
use media::engine::Engine;
use media::program::{Ended, Program};
use media::protocol::{ControlHello, EngineHello, News, OpenPipe, Order, PROTOCOL, Ping, Shutdown};
use media::wall_clock::WallClock;
use media_core::{Message, Path, PipeStatistics};
use media_io::{Droppable, Machine, MediaPort, Segmentation, Shards, Signals};

const PATIENCE: Duration = Duration::from_secs(15);

/// Statistics that a machine tells at once; together more than any queue takes.
const FLOOD: usize = 50_000;

/// Panics over one pipe, floods with statistics over another.
struct Wild {
    flood: bool,
    flooded: Sender<()>,
}

impl Machine for Wild {
    type Order = media_core::Order;
    type News = media_core::News;
    type Relay = ();
    type Work = ();
    type Done = ();

    fn order(&mut self, _now: Instant, order: media_core::Order) {
        if let media_core::Order::OpenPipe { pipe, .. } = order {
            assert!(&*pipe != "panic", "as told");
            self.flood = true;
        }
    }

    fn datagram(&mut self, _now: Instant, _path: &Path, _datagram: &mut [u8]) {}

    fn relay(&mut self, _now: Instant, _from: u16, (): ()) {}

    fn work(&mut self, _now: Instant) -> Option<()> {
        None
    }

    fn run((): ()) {}

    fn done(&mut self, _now: Instant, (): ()) {}

    fn timeout(&mut self, _now: Instant) {}

    fn next_timeout(&self) -> Option<Instant> {
        None
    }

    fn outgoing(&mut self) -> (&[u8], &[Message]) {
        (&[], &[])
    }

    fn sent(&mut self) {}

    fn news(&mut self, mut tell: impl FnMut(media_core::News, Droppable)) {
        if !std::mem::take(&mut self.flood) {
            return;
        }
        for number in 0..FLOOD {
            let news = media_core::News::Statistics {
                pipe: "x".repeat(1_000).into(),
                generation: number as u64,
                statistics: PipeStatistics::default(),
            };
            tell(news, Droppable::Yes);
        }
        self.flooded.send(()).unwrap();
    }

    fn closings(&mut self, _close: impl FnMut(u64)) {}

    fn relays(&mut self, _tell: impl FnMut(u16, (), Droppable)) {}
}

struct Running {
    program: JoinHandle<std::io::Result<Ended>>,
    control: UnixStream,
    flooded: Receiver<()>,
}

fn start(name: &str) -> Running {
    let path = std::env::temp_dir().join(format!("ringway-{}-{name}.socket", std::process::id()));
    let door = Door::open(&path).unwrap();
    let (sender, flooded) = channel();
    let program = std::thread::spawn(move || {
        let signals = Signals::ending()?;
        let port = MediaPort::bind("127.0.0.1".parse().unwrap(), 0).unwrap();
        let make = move |_, _| Wild {
            flood: false,
            flooded: sender.clone(),
        };
        let shards = Shards::<Wild>::start(vec![port], Segmentation::Offloaded, make)?;
        let hello = EngineHello {
            protocol: PROTOCOL.to_owned(),
            build: "test".to_owned(),
            engine: "wild".to_owned(),
            epoch: 1,
            shards: 1,
        };
        let (engine, clock) = (Engine::new(hello), WallClock::read());
        Program::new(signals, door, shards, engine, PATIENCE, clock)?.run()
    });
    let mut control = UnixStream::connect(&path).unwrap();
    control.set_read_timeout(Some(PATIENCE)).unwrap();
    let (protocol, build) = (PROTOCOL.to_owned(), "test".to_owned());
    say(
        &mut control,
        &Order::ControlHello(ControlHello {
            protocol,
            build,
            fence: 1,
        }),
    );
    Running {
        program,
        control,
        flooded,
    }
}

fn say(control: &mut UnixStream, order: &Order) {
    let body = rmp_serde::to_vec_named(order).unwrap();
    control
        .write_all(&u32::try_from(body.len()).unwrap().to_be_bytes())
        .unwrap();
    control.write_all(&body).unwrap();
}

fn hear(control: &mut UnixStream) -> Option<News> {
    let mut length = [0; 4];
    control.read_exact(&mut length).ok()?;
    let mut body = vec![0; u32::from_be_bytes(length) as usize];
    control.read_exact(&mut body).unwrap();
    Some(rmp_serde::from_slice(&body).unwrap())
}

fn end(mut running: Running) {
    say(&mut running.control, &Order::Shutdown(Shutdown {}));
    while hear(&mut running.control).is_some() {}
    assert_eq!(running.program.join().unwrap().unwrap(), Ended::Well);
}

fn open(pipe: &str) -> Order {
    Order::OpenPipe(OpenPipe {
        pipe: pipe.to_owned(),
        generation: 1,
        offer: String::new(),
        sending: vec![],
        shard: None,
    })
}

#[test]
fn a_shard_that_panics_ends_the_program() {
    let mut running = start("panic");
    say(&mut running.control, &open("panic"));
    while hear(&mut running.control).is_some() {}
    assert_eq!(running.program.join().unwrap().unwrap(), Ended::Badly);
}

#[test]
fn a_control_plane_that_does_not_read_misses_statistics_and_stops_no_shard() {
    let mut running = start("flood");
    for number in 1..=3 {
        say(&mut running.control, &open("flood"));
        say(&mut running.control, &Order::Ping(Ping { number }));
    }
    // The shard is through with it although nobody has read a byte.
    running.flooded.recv_timeout(PATIENCE).unwrap();
    let (mut statistics, mut pongs) = (0, 0);
    while pongs < 3 {
        match hear(&mut running.control).unwrap() {
            News::Statistics(_) => statistics += 1,
            News::Pong(pong) => {
                pongs += 1;
                assert_eq!(pong.ping, pongs);
            }
            _ => {}
        }
    }
    assert!(statistics < FLOOD / 2, "{statistics}");
    end(running);
}

#[test]
fn more_orders_than_there_is_room_for_answers_are_all_answered() {
    const MANY: u64 = 60_000;
    let mut running = start("many");
    let mut speaker = running.control.try_clone().unwrap();
    let speaking = std::thread::spawn(move || {
        for number in 1..=MANY {
            say(&mut speaker, &Order::Ping(Ping { number }));
            say(
                &mut speaker,
                &Order::ControlHello(ControlHello {
                    protocol: PROTOCOL.to_owned(),
                    build: "again".to_owned(),
                    fence: 2,
                }),
            );
        }
    });
    let mut refused = 0;
    while refused < MANY {
        if let News::Unsupported(_) = hear(&mut running.control).unwrap() {
            refused += 1;
        }
    }
    speaking.join().unwrap();
    end(running);
}
