//! A forward of datagrams: a NAT, with a port towards the server for each client.

use std::collections::{HashMap, VecDeque};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::time::Instant;

use rustix::net::sockopt;

use crate::command::{Counted, Direction};
use crate::conditions::Conditions;
use crate::poll::{EventFlags, Poll, Token};
use crate::queue::Queue;
use crate::way::Way;

/// Addresses of clients that one forward remembers; it forgets none.
const MOST_CLIENTS: usize = 1_024;
/// Bytes that may be on their way, each way; beyond it datagrams are lost.
const MOST_HELD: usize = 64 << 20;
/// Old ports that stay taken after a rebind, so that nobody else is sent to them.
const MOST_OLD: usize = 256;
/// Datagrams taken from one socket before the others get their turn.
const AT_ONCE: usize = 64;
/// Asked for as each socket's buffers; the kernel gives what it allows.
const BUFFER: usize = 4 << 20;
/// The longest datagram there is.
const DATAGRAM: usize = 65_535;

/// Where the clients' socket is; the client with index `n` is at `n + 1`.
const LISTEN: u32 = 0;

#[derive(Debug)]
struct Client {
    address: SocketAddr,
    socket: UdpSocket,
    watched: EventFlags,
}

#[derive(Debug)]
struct Datagram {
    client: usize,
    bytes: Box<[u8]>,
}

#[derive(Debug)]
struct Side {
    way: Way,
    queue: Queue<Datagram>,
}

/// One port for the clients, and one for each of them towards the server.
#[derive(Debug)]
pub(crate) struct Udp {
    id: u32,
    listen: UdpSocket,
    to: SocketAddr,
    clients: Vec<Client>,
    indexes: HashMap<SocketAddr, usize>,
    up: Side,
    down: Side,
    old: VecDeque<UdpSocket>,
    buffer: Box<[u8]>,
    turned_away: u64,
}

impl Udp {
    /// # Errors
    /// The kernel's, e.g. when the port is taken.
    pub(crate) fn open(
        id: u32,
        listen: SocketAddr,
        to: SocketAddr,
        seed: u64,
        poll: &Poll,
    ) -> io::Result<Self> {
        let listen = bound(listen)?;
        let mut watched = EventFlags::empty();
        let token = Token {
            forward: id,
            place: LISTEN,
        };
        poll.watch(&listen, token, &mut watched, EventFlags::IN)?;
        let side = |seed| Side {
            way: Way::new(seed),
            queue: Queue::new(),
        };
        Ok(Self {
            id,
            listen,
            to,
            clients: Vec::new(),
            indexes: HashMap::new(),
            up: side(seed),
            down: side(!seed),
            old: VecDeque::new(),
            buffer: vec![0; DATAGRAM].into(),
            turned_away: 0,
        })
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listen.local_addr()
    }

    /// One of its sockets has datagrams.
    pub(crate) fn ready(&mut self, place: u32, now: Instant, poll: &Poll) {
        let index = usize::try_from(place).unwrap_or(usize::MAX);
        match index.checked_sub(1) {
            None => self.take_from_clients(now, poll),
            Some(client) => self.take_from_server(client, now),
        }
    }

    /// Send what is due.
    pub(crate) fn work(&mut self, now: Instant) {
        for (direction, side) in [
            (Direction::Up, &mut self.up),
            (Direction::Down, &mut self.down),
        ] {
            while !side.way.conditions.holds()
                && let Some(it) = side.queue.pop(now)
            {
                let client = self.clients.get(it.client);
                send(direction, &mut side.way, &self.listen, client, &it.bytes);
            }
        }
    }

    /// When something is due next.
    pub(crate) fn next(&self) -> Option<Instant> {
        [&self.up, &self.down]
            .into_iter()
            .filter(|side| !side.way.conditions.holds())
            .filter_map(|side| side.queue.next())
            .min()
    }

    pub(crate) fn set(&mut self, direction: Direction, conditions: Conditions) {
        let side = match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        };
        if conditions.cut {
            let lost = side.queue.clear();
            side.way.counts.dropped += u64::try_from(lost).unwrap_or(u64::MAX);
        }
        side.way.set(conditions);
    }

    pub(crate) fn restore(&mut self, now: Instant) {
        for side in [&mut self.up, &mut self.down] {
            side.way.set(Conditions::default());
            side.queue.hurry(now);
        }
        self.work(now);
    }

    /// Give every client another port towards the server.
    ///
    /// # Errors
    /// The kernel's; clients before the one it failed for have theirs.
    pub(crate) fn rebind(&mut self, poll: &Poll) -> io::Result<()> {
        for (index, client) in (0..).zip(&mut self.clients) {
            let socket = connected(&self.listen, self.to)?;
            let token = place(self.id, index);
            poll.watch(
                &client.socket,
                token,
                &mut client.watched,
                EventFlags::empty(),
            )?;
            poll.watch(&socket, token, &mut client.watched, EventFlags::IN)?;
            self.old
                .push_back(std::mem::replace(&mut client.socket, socket));
        }
        while self.old.len() > MOST_OLD {
            self.old.pop_front();
        }
        Ok(())
    }

    pub(crate) fn count(&self) -> Counted {
        Counted {
            up: self.up.way.counts,
            down: self.down.way.counts,
            held_up: self.up.queue.len(),
            held_down: self.down.queue.len(),
            clients: self.clients.len(),
            clients_ever: u64::try_from(self.clients.len()).unwrap_or(u64::MAX),
            turned_away: self.turned_away,
        }
    }

    fn take_from_clients(&mut self, now: Instant, poll: &Poll) {
        for _ in 0..AT_ONCE {
            match self.listen.recv_from(&mut self.buffer) {
                Ok((length, from)) => {
                    let Some(client) = self.client(from, poll) else {
                        self.turned_away += 1;
                        continue;
                    };
                    self.pass(Direction::Up, client, length, now);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // Nobody is at an address we sent to: the next datagram may be fine.
                Err(_) => {}
            }
        }
    }

    fn take_from_server(&mut self, client: usize, now: Instant) {
        for _ in 0..AT_ONCE {
            let Some(it) = self.clients.get(client) else {
                return;
            };
            match it.socket.recv(&mut self.buffer) {
                Ok(length) => {
                    self.pass(Direction::Down, client, length, now);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // The server is away; it may come back at the same address.
                Err(_) => {}
            }
        }
    }

    /// Pass on the first bytes of the buffer, now or later or never.
    fn pass(&mut self, direction: Direction, client: usize, length: usize, now: Instant) {
        let bytes = self.buffer.get(..length).unwrap_or_default();
        let side = match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        };
        let Some(due) = side.way.admit(now, bytes.len()) else {
            return;
        };
        if due.at <= now && side.queue.len() == 0 && !side.way.conditions.holds() {
            let client = self.clients.get(client);
            send(direction, &mut side.way, &self.listen, client, bytes);
        } else if side.queue.bytes() + bytes.len() > MOST_HELD {
            side.way.counts.overflowed += 1;
        } else {
            let bytes: Box<[u8]> = bytes.into();
            side.queue.push(due, Datagram { client, bytes }, length);
        }
    }

    /// The index of the client at this address; a new one gets a port.
    fn client(&mut self, address: SocketAddr, poll: &Poll) -> Option<usize> {
        if let Some(index) = self.indexes.get(&address) {
            return Some(*index);
        }
        let index = self.clients.len();
        if index == MOST_CLIENTS {
            return None;
        }
        let socket = connected(&self.listen, self.to).ok()?;
        let mut watched = EventFlags::empty();
        poll.watch(
            &socket,
            place(self.id, u32::try_from(index).ok()?),
            &mut watched,
            EventFlags::IN,
        )
        .ok()?;
        self.clients.push(Client {
            address,
            socket,
            watched,
        });
        self.indexes.insert(address, index);
        Some(index)
    }
}

fn place(forward: u32, client: u32) -> Token {
    Token {
        forward,
        place: client + 1,
    }
}

fn send(
    direction: Direction,
    way: &mut Way,
    listen: &UdpSocket,
    client: Option<&Client>,
    bytes: &[u8],
) {
    let Some(client) = client else { return };
    let attempt = || match direction {
        Direction::Up => client.socket.send(bytes),
        Direction::Down => listen.send_to(bytes, client.address),
    };
    // A refusal is that of an earlier datagram: this one was not sent yet.
    let sent = match attempt() {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => attempt(),
        other => other,
    };
    match sent {
        Ok(_) => way.passed(bytes.len()),
        Err(_) => way.counts.overflowed += 1,
    }
}

fn bound(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    sockopt::set_socket_recv_buffer_size(&socket, BUFFER)?;
    sockopt::set_socket_send_buffer_size(&socket, BUFFER)?;
    Ok(socket)
}

/// A socket towards the server, at the address where clients find us.
fn connected(listen: &UdpSocket, to: SocketAddr) -> io::Result<UdpSocket> {
    let socket = bound(SocketAddr::new(listen.local_addr()?.ip(), 0))?;
    socket.connect(to)?;
    Ok(socket)
}
