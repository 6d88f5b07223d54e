//! A running `ringway-media`, and a control plane to talk to it.
#![allow(dead_code, unreachable_pub)]

pub mod party;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use media::protocol::{Attach, ControlHello, EngineHello, Holding, News, Order, PROTOCOL};

/// How long anything may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// The program in a folder of its own; killed and removed when dropped.
pub struct Program {
    child: Child,
    log: BufReader<ChildStderr>,
    folder: PathBuf,
    /// Where each shard receives media.
    pub media: Vec<SocketAddr>,
}

impl Program {
    /// Starts it on loopback and waits until its socket is there.
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("ringway-{}-{name}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_ringway-media"))
            .arg("--socket")
            .arg(folder.join("socket"))
            .args(["--media", "127.0.0.1:0", "--advertise", "127.0.0.1"])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut program = Self {
            child,
            log,
            folder,
            media: Vec::new(),
        };
        loop {
            let line = program.line();
            if let Some(address) = field(&line, "address") {
                program.media.push(address.parse().unwrap());
            }
            if line.contains("waiting for a control plane") {
                return program;
            }
        }
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// The next line of its log.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.log.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the program has ended");
        line
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", name, &pid])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// How it ended, and what it had to say until then.
    pub fn ended(&mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }

    pub fn connect(&self) -> Control {
        let stream = UnixStream::connect(self.socket()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Control { stream }
    }

    /// A control plane that has said hello.
    pub fn control(&self, fence: u64) -> (Control, EngineHello, Holding) {
        let mut control = self.connect();
        control.hello(PROTOCOL, fence);
        let (hello, holding) = (control.hear(), control.hear());
        match (hello, holding) {
            (Some(News::EngineHello(hello)), Some(News::Holding(holding))) => {
                (control, hello, holding)
            }
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A value of a log line.
/// Into this bridge, to do everything there.
pub fn attach(pipe: &str, bridge: &str) -> Order {
    Order::Attach(Attach {
        pipe: pipe.to_owned(),
        bridge: bridge.to_owned(),
        way: None,
        label: None,
        heard_by: None,
        seen_by: None,
        deaf: false,
        blind: false,
    })
}

fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = line
        .split_whitespace()
        .filter_map(|field| field.split_once('='));
    fields.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The control plane's end of the socket.
pub struct Control {
    stream: UnixStream,
}

impl Control {
    pub fn hello(&mut self, protocol: &str, fence: u64) {
        let (protocol, build) = (protocol.to_owned(), "test".to_owned());
        self.say(&Order::ControlHello(ControlHello {
            protocol,
            build,
            fence,
        }));
    }

    /// Breaks the connection, also for those who hold it as well.
    pub fn hang_up(&self) {
        self.stream.shutdown(std::net::Shutdown::Both).unwrap();
    }

    pub fn say(&mut self, order: &Order) {
        self.say_body(&rmp_serde::to_vec_named(order).unwrap());
    }

    pub fn say_body(&mut self, body: &[u8]) {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        self.say_bytes(&[&length[..], body].concat());
    }

    pub fn say_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The same connection, for another thread to give orders over.
    pub fn speaker(&self) -> Self {
        Self {
            stream: self.stream.try_clone().unwrap(),
        }
    }

    /// The next news; `None` when the engine has closed the connection.
    pub fn hear(&mut self) -> Option<News> {
        let mut length = [0; 4];
        let mut read = 0;
        while read < length.len() {
            match self.stream.read(&mut length[read..]) {
                Ok(0) => return None,
                Ok(more) => read += more,
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("nothing was told: {error}"),
            }
        }
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        self.stream.read_exact(&mut body).unwrap();
        Some(rmp_serde::from_slice(&body).unwrap())
    }

    /// The next news that is not about load or statistics.
    pub fn hear_event(&mut self) -> Option<News> {
        let begin = Instant::now();
        loop {
            assert!(begin.elapsed() < PATIENCE, "nothing was told but numbers");
            match self.hear() {
                Some(News::Load(_) | News::Statistics(_)) => {}
                news => return news,
            }
        }
    }
}
