//! A client with a socket and a thread of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::clip::{Clip, Kind};
use crate::command::{Command, Done, Refused, Sent, Source};

/// The longest datagram there is.
const DATAGRAM: usize = 65_535;
/// A read timeout must not be zero.
const SOON: Duration = Duration::from_micros(100);

type Answer = Result<Done, Refused>;

/// A client at work; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Person {
    orders: Sender<(Command, Sender<Answer>)>,
    address: SocketAddr,
    bell: UdpSocket,
}

impl Person {
    /// Begin, and make the first offer.
    ///
    /// # Errors
    /// What the client or its clips were refused with; `FAILED` is the kernel's.
    pub(crate) fn open(sending: Vec<Sent>, receives: bool) -> Result<(Self, Done), Refused> {
        let now = Instant::now();
        let socket = local().map_err(failed)?;
        let bell = local().map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let mut clips = Vec::new();
        for Sent { source, clip } in sending {
            let kind = match source {
                Source::Microphone => Kind::Sound,
                Source::Camera | Source::Screen => Kind::Picture,
            };
            let clip =
                Clip::read(&clip, kind, now).map_err(|error| Refused::new("NO_CLIP", error))?;
            clips.push((source, clip));
        }
        let mut client = Client::new(address, now)?;
        let opened = client.offer(clips, receives)?;
        let ring = bell.local_addr().map_err(failed)?;
        let (orders, taken) = channel();
        thread::Builder::new()
            .spawn(move || live(client, &socket, ring, &taken))
            .map_err(failed)?;
        let it = Self {
            orders,
            address,
            bell,
        };
        Ok((it, opened))
    }

    /// Let the client obey.
    ///
    /// # Errors
    /// What it refused it with; `DEAD` when it has ended.
    pub(crate) fn ask(&self, command: Command) -> Answer {
        let (reply, answer) = channel();
        let dead = || Refused::new("DEAD", "this client has ended");
        self.orders.send((command, reply)).map_err(|_| dead())?;
        self.ring();
        answer.recv().map_err(|_| dead())?
    }

    /// Wake the thread, which waits for a datagram.
    fn ring(&self) {
        // Should it get lost, the next clip or timeout wakes it.
        let _ = self.bell.send_to(&[], self.address);
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        // The thread sees that nobody can order any more.
        let (orders, _) = channel();
        self.orders = orders;
        self.ring();
    }
}

fn live(
    mut client: Client,
    socket: &UdpSocket,
    ring: SocketAddr,
    orders: &Receiver<(Command, Sender<Answer>)>,
) {
    use std::sync::mpsc::TryRecvError;
    let mut buffer = vec![0; DATAGRAM];
    loop {
        for it in client.wake(Instant::now()) {
            // A full socket loses it, as a network would.
            let _ = socket.send_to(&it.bytes, it.to);
        }
        let wait = client.next().saturating_duration_since(Instant::now());
        if socket.set_read_timeout(Some(wait.max(SOON))).is_err() {
            return;
        }
        if let Ok((length, from)) = socket.recv_from(&mut buffer)
            && from != ring
        {
            let bytes = buffer.get(..length).unwrap_or_default();
            client.handle(Instant::now(), from, bytes);
        }
        loop {
            match orders.try_recv() {
                Ok((command, reply)) => {
                    // Whoever asked may have gone.
                    let _ = reply.send(obey(&mut client, command));
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return,
            }
        }
    }
}

fn obey(client: &mut Client, command: Command) -> Answer {
    let now = Instant::now();
    match command {
        Command::Take { answer, .. } => client.take(&answer),
        Command::Answer { offer, .. } => client.answer(&offer),
        Command::Mute { source, on, .. } => client.mute(source, on),
        Command::Mark { .. } => Ok(client.mark(now)),
        Command::Count { .. } => Ok(client.count(now)),
        // Whether there is a client at all is not its own business.
        Command::Open { .. } | Command::Close { .. } => Ok(Done::Nothing {}),
    }
}

fn local() -> io::Result<UdpSocket> {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
}

#[allow(clippy::needless_pass_by_value)] // it stands in `map_err`
fn failed(error: io::Error) -> Refused {
    Refused::new("FAILED", error)
}
