//! `ringway-media`: moves media as it is told over a Unix socket.
//!
//! Exit codes: 0 told to end, or nobody came back within the grace period; 1 a fault;
//! 2 wrong arguments; 3 the media port or the socket can not be had.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::arguments::{Arguments, Wrong};
use media::door::{Door, NoDoor};
use media::engine::Engine;
use media::log::{self, Level, log};
use media::program::{Ended, Program};
use media::protocol::{EngineHello, PROTOCOL};
use media::wall_clock::WallClock;
use media_core::{Identity, Limits, NtpTime, Shard, ShardConfig};
use media_io::{MediaPort, Segmentation, Shards, Signals, Transport};
use thiserror::Error;

/// Why there is no engine.
#[derive(Debug, Error)]
enum Failure {
    #[error("Media port {port}/{transport} is in use.")]
    PortInUse { port: u16, transport: Transport },
    #[error("Media can not be received on {address}/{transport}: {error}.")]
    NoPort {
        address: String,
        transport: Transport,
        error: io::Error,
    },
    #[error(transparent)]
    NoDoor(#[from] NoDoor),
    #[error("No certificate can be made.")]
    NoIdentity,
    #[error("The system gave no randomness.")]
    NoRandomness,
    #[error("The kernel refuses: {0}.")]
    Kernel(#[from] io::Error),
}

impl Failure {
    fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::PortInUse { .. } | Self::NoPort { .. } | Self::NoDoor(_) => 3,
            Self::NoIdentity | Self::NoRandomness | Self::Kernel(_) => 1,
        })
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(Wrong::Help) => {
            print!("{}", media::arguments::HELP);
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    log::set_least(arguments.level);
    if std::env::var_os("RINGWAY_MEDIA_LOG").is_some_and(|format| format == "json") {
        log::set_json();
    }
    log_panics();
    match run(&arguments) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Badly) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    // Before any thread is started.
    let signals = Signals::ending()?;
    let clock = WallClock::read();
    let ports = bind(arguments)?;
    let door = Door::open(&arguments.socket)?;
    let hello = EngineHello {
        protocol: PROTOCOL.to_owned(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
        engine: arguments.engine.clone(),
        epoch: clock.unix_micros(clock.began),
        shards: u64::from(arguments.shards),
    };
    let configs = configs(arguments, &ports)?;
    let make = move |shard: u16, now: Instant| {
        let Some(config) = configs.get(usize::from(shard)) else {
            unreachable!("there is a configuration for each port");
        };
        // Shards begin at different moments of one clock.
        let wall = NtpTime::from_unix(clock.at(now));
        Shard::new(
            ShardConfig {
                wall,
                ..config.clone()
            },
            now,
        )
    };
    let shards = Shards::start(ports, Segmentation::Offloaded, make)?;
    let engine = Engine::new(hello);
    let program = Program::new(signals, door, shards, engine, arguments.grace, clock)?;
    let socket = arguments.socket.display();
    log(
        Level::Info,
        "waiting for a control plane",
        &[("socket", &socket)],
    );
    Ok(program.run()?)
}

/// A port for each shard; their numbers follow each other.
fn bind(arguments: &Arguments) -> Result<Vec<MediaPort>, Failure> {
    let (host, first) = (arguments.media.ip(), arguments.media.port());
    let mut ports = Vec::new();
    for shard in 0..arguments.shards {
        // Port 0 leaves each choice to the kernel.
        let number = if first == 0 {
            0
        } else {
            first.saturating_add(shard)
        };
        let port = MediaPort::bind(host, number).map_err(|unbound| {
            let transport = unbound.transport;
            match unbound.error {
                error if error.kind() == io::ErrorKind::AddrInUse => Failure::PortInUse {
                    port: number,
                    transport,
                },
                error => Failure::NoPort {
                    address: format!("{host} port {number}"),
                    transport,
                    error,
                },
            }
        })?;
        let (received, sent) = port.buffers()?;
        let fields: [(&str, &dyn std::fmt::Display); 4] = [
            ("shard", &shard),
            ("address", &port.address()),
            ("receive_buffer", &received),
            ("send_buffer", &sent),
        ];
        log(Level::Info, "media is received", &fields);
        ports.push(port);
    }
    Ok(ports)
}

fn configs(arguments: &Arguments, ports: &[MediaPort]) -> Result<Vec<ShardConfig>, Failure> {
    let identity = Arc::new(Identity::generate().map_err(|_| Failure::NoIdentity)?);
    let mut configs = Vec::new();
    for (shard, port) in (0..).zip(ports) {
        let mut seed = [0; 32];
        aws_lc_rs::rand::fill(&mut seed).map_err(|_| Failure::NoRandomness)?;
        configs.push(ShardConfig {
            shard,
            shards: arguments.shards,
            advertised: arguments.addresses(shard, port.address().port()),
            identity: Arc::clone(&identity),
            wall: NtpTime::from_unix(Duration::ZERO),
            seed,
            limits: Limits::default(),
        });
    }
    Ok(configs)
}

/// Panics become log lines like all others.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, ToString::to_string);
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("no text");
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("main");
        let fields: [(&str, &dyn std::fmt::Display); 3] =
            [("thread", &name), ("text", &text), ("place", &place)];
        log(Level::Error, "panic", &fields);
    }));
}
