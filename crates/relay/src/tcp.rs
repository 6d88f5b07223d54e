//! A forward of connections.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, Shutdown, SocketFlags, SocketType, bind, connect, listen, shutdown, socket_with,
    sockopt,
};

use crate::command::{Counted, Direction};
use crate::conditions::Conditions;
use crate::poll::{EventFlags, Poll, Token};
use crate::stream::{State, Stream};
use crate::way::Way;

/// Connections of one forward at a time; more are reset.
const MOST_CONNECTIONS: usize = 1_024;
/// Connections that wait to be taken while the line is cut.
const BACKLOG: i32 = 128;

/// Where the listener is; connection `n` has `2n + 1` (client) and `2n + 2` (server).
const LISTEN: u32 = 0;

#[derive(Debug)]
struct End {
    socket: TcpStream,
    watched: EventFlags,
}

#[derive(Debug)]
struct Connection {
    client: End,
    server: End,
    up: Stream,
    down: Stream,
}

/// A port, and the connections that came through it.
#[derive(Debug)]
pub(crate) struct Tcp {
    id: u32,
    listener: TcpListener,
    watched: EventFlags,
    to: SocketAddr,
    refusing: bool,
    connections: Vec<Option<Connection>>,
    up: Way,
    down: Way,
    ever: u64,
    turned_away: u64,
}

impl Tcp {
    /// # Errors
    /// The kernel's, e.g. when the port is taken.
    pub(crate) fn open(
        id: u32,
        at: SocketAddr,
        to: SocketAddr,
        seed: u64,
        poll: &Poll,
    ) -> io::Result<Self> {
        let listener = listening(at)?;
        let mut it = Self {
            id,
            listener,
            watched: EventFlags::empty(),
            to,
            refusing: false,
            connections: Vec::new(),
            up: Way::new(seed),
            down: Way::new(!seed),
            ever: 0,
            turned_away: 0,
        };
        it.watch_listener(poll)?;
        Ok(it)
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// One of its sockets has something to tell.
    pub(crate) fn ready(&mut self, place: u32, now: Instant, poll: &Poll) {
        match usize::try_from(place).unwrap_or(usize::MAX).checked_sub(1) {
            None => self.accept(now, poll),
            Some(it) => self.work_on(it / 2, now, poll),
        }
    }

    /// Pass on what is due.
    pub(crate) fn work(&mut self, now: Instant, poll: &Poll) {
        for index in 0..self.connections.len() {
            self.work_on(index, now, poll);
        }
    }

    /// When something is due next.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.open_ones()
            .flat_map(|it| [it.up.next(&self.up), it.down.next(&self.down)])
            .flatten()
            .min()
    }

    /// # Errors
    /// The kernel's.
    pub(crate) fn set(
        &mut self,
        direction: Direction,
        conditions: Conditions,
        now: Instant,
        poll: &Poll,
    ) -> io::Result<()> {
        match direction {
            Direction::Up => self.up.set(conditions),
            Direction::Down => self.down.set(conditions),
        }
        self.watch_listener(poll)?;
        self.work(now, poll);
        Ok(())
    }

    /// # Errors
    /// The kernel's.
    pub(crate) fn restore(&mut self, now: Instant, poll: &Poll) -> io::Result<()> {
        self.up.set(Conditions::default());
        self.down.set(Conditions::default());
        for it in self.connections.iter_mut().flatten() {
            it.up.hurry(now);
            it.down.hurry(now);
        }
        self.refuse(false, poll)?;
        self.work(now, poll);
        Ok(())
    }

    /// End all connections with RST, to both sides.
    pub(crate) fn reset(&mut self) {
        let all = self.connections.drain(..).flatten();
        all.for_each(Connection::reset);
    }

    /// Refuse new connections, or take them again. The port stays ours.
    ///
    /// # Errors
    /// The kernel's.
    pub(crate) fn refuse(&mut self, on: bool, poll: &Poll) -> io::Result<()> {
        if on != self.refusing {
            self.refusing = on;
            if on {
                self.watch_listener(poll)?;
                // A bound socket that does not listen answers SYN with RST.
                shutdown(&self.listener, Shutdown::Read)?;
            } else {
                listen(&self.listener, BACKLOG)?;
            }
        }
        self.watch_listener(poll)
    }

    pub(crate) fn count(&self) -> Counted {
        let held = |of: fn(&Connection) -> &Stream| self.open_ones().map(|it| of(it).held()).sum();
        Counted {
            up: self.up.counts,
            down: self.down.counts,
            held_up: held(|it| &it.up),
            held_down: held(|it| &it.down),
            clients: self.open_ones().count(),
            clients_ever: self.ever,
            turned_away: self.turned_away,
        }
    }

    fn open_ones(&self) -> impl Iterator<Item = &Connection> {
        self.connections.iter().flatten()
    }

    /// A line that is cut takes no connection: they wait, as behind lost SYNs.
    fn watch_listener(&mut self, poll: &Poll) -> io::Result<()> {
        let away = self.refusing || self.up.conditions.cut || self.down.conditions.cut;
        let wanted = if away {
            EventFlags::empty()
        } else {
            EventFlags::IN
        };
        let token = Token {
            forward: self.id,
            place: LISTEN,
        };
        poll.watch(&self.listener, token, &mut self.watched, wanted)
    }

    fn accept(&mut self, now: Instant, poll: &Poll) {
        while !self.watched.is_empty() {
            let client = match self.listener.accept() {
                Ok((client, _)) => client,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            let free = self.connections.iter().position(Option::is_none);
            let index = free.unwrap_or(self.connections.len());
            let server = if index < MOST_CONNECTIONS {
                reach(self.to)
            } else {
                Err(ErrorKind::QuotaExceeded.into())
            };
            let Ok(server) = server else {
                reset(client);
                self.turned_away += 1;
                continue;
            };
            let Ok(connection) = Connection::new(client, server) else {
                continue;
            };
            self.ever += 1;
            match self.connections.get_mut(index) {
                Some(place) => *place = Some(connection),
                None => self.connections.push(Some(connection)),
            }
            self.work_on(index, now, poll);
        }
    }

    fn work_on(&mut self, index: usize, now: Instant, poll: &Poll) {
        let Some(place) = self.connections.get_mut(index) else {
            return;
        };
        let Some(it) = place else { return };
        let (client, server) = (&mut it.client.socket, &mut it.server.socket);
        it.up.work(&mut self.up, client, server, now);
        it.down.work(&mut self.down, server, client, now);
        let states = [it.up.state, it.down.state];
        let lost = states.contains(&State::Broken);
        let watched = it.watch(self.id, index, &self.up, &self.down, poll);
        if lost || watched.is_err() {
            place.take().into_iter().for_each(Connection::reset);
        } else if states == [State::Ended; 2] {
            *place = None;
        }
    }
}

impl Connection {
    fn new(client: TcpStream, server: TcpStream) -> io::Result<Self> {
        client.set_nonblocking(true)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let end = |socket| End {
            socket,
            watched: EventFlags::empty(),
        };
        Ok(Self {
            client: end(client),
            server: end(server),
            up: Stream::new(),
            down: Stream::new(),
        })
    }

    fn watch(
        &mut self,
        forward: u32,
        index: usize,
        up: &Way,
        down: &Way,
        poll: &Poll,
    ) -> io::Result<()> {
        let wanted = |read: bool, write: bool| {
            let mut flags = EventFlags::empty();
            flags.set(EventFlags::IN, read);
            flags.set(EventFlags::OUT, write);
            flags
        };
        let first = 2 * u32::try_from(index).unwrap_or(u32::MAX / 4);
        for (place, end, flags) in [
            (
                first + 1,
                &mut self.client,
                wanted(self.up.wants_more(up), waits(&self.down, down)),
            ),
            (
                first + 2,
                &mut self.server,
                wanted(self.down.wants_more(down), waits(&self.up, up)),
            ),
        ] {
            let token = Token { forward, place };
            poll.watch(&end.socket, token, &mut end.watched, flags)?;
        }
        Ok(())
    }

    fn reset(self) {
        reset(self.client.socket);
        reset(self.server.socket);
    }
}

/// A listener that keeps its port when it stops listening for a while.
///
/// Linux lets go of a port in that moment if the kernel chose it, and not if it was asked for.
fn listening(mut at: SocketAddr) -> io::Result<TcpListener> {
    let open = |at: &SocketAddr| -> io::Result<TcpListener> {
        let socket = stream_socket(at)?;
        sockopt::set_socket_reuseaddr(&socket, true)?;
        bind(&socket, at)?;
        Ok(TcpListener::from(socket))
    };
    let chosen = open(&at)?;
    let listener = if at.port() == 0 {
        at = chosen.local_addr()?;
        open(&at)?
    } else {
        chosen
    };
    listen(&listener, BACKLOG)?;
    Ok(listener)
}

fn stream_socket(of: &SocketAddr) -> io::Result<OwnedFd> {
    let family = match of {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    Ok(socket_with(family, SocketType::STREAM, flags, None)?)
}

/// Begin to connect; what is written meanwhile waits.
fn reach(to: SocketAddr) -> io::Result<TcpStream> {
    let socket = stream_socket(&to)?;
    match connect(&socket, &to) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(TcpStream::from(socket)),
        Err(error) => Err(error.into()),
    }
}

/// Close with RST.
fn reset(socket: TcpStream) {
    // Without time to linger, closing is RST; if that can not be set, FIN is what is left.
    let _ = sockopt::set_socket_linger(&socket, Some(Duration::ZERO));
    drop(socket);
}

/// Whether the stream goes on when its writer takes more.
fn waits(stream: &Stream, way: &Way) -> bool {
    stream.blocked && !way.conditions.holds()
}
