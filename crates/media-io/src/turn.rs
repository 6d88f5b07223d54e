//! The loop of one shard thread: wait, take in, let the machine work, send.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::connections::{Connections, LISTENER};
use crate::event::{Epoll, Interest, Ready};
use crate::machine::{Droppable, Machine};
use crate::mail::{Inbound, Inbox, Mail, Report};
use crate::mailbox::Mailbox;
use crate::outlet::{Outlet, Plain};
use crate::port::MediaPort;
use crate::receive::{self, Batch};
use crate::rest::Rest;
use crate::send::Kernel;
use crate::socket::MediaSocket;
use crate::worker::Desk;

/// Full batches taken from the socket before orders are looked at again.
const BATCHES: usize = 8;

/// Bytes that wait in the machine for the rest of a batch before they leave without it: more would have
/// left the processor's cache before the kernel reads it.
const FULL: usize = 512 << 10;

/// Orders obeyed before the socket is looked at again; one may take 100 µs.
const ORDERS: usize = 8;

/// Refusals of the socket in a row after which it is no use any more.
const REFUSALS: u64 = 1_000;

/// Between two reports of what went through the socket.
const TRAFFIC: Duration = Duration::from_secs(2);

const SOCKET: u64 = 0;
const MAIL: u64 = 1;

type Reports<M> = Mailbox<Report<<M as Machine>::News>>;

/// Where a shard thread gets its orders and tells what happens.
pub(crate) struct Posts<M: Machine> {
    pub(crate) shard: u16,
    /// One for each shard, this one's among them.
    pub(crate) inboxes: Arc<[Inbox<M>]>,
    pub(crate) reports: Arc<Reports<M>>,
    pub(crate) plain: Arc<Plain>,
    pub(crate) desk: Desk<M::Work>,
}

impl<M: Machine> Posts<M> {
    fn inbox(&self, shard: u16) -> Option<&Inbox<M>> {
        self.inboxes.get(usize::from(shard))
    }
}

/// Runs until the shard is told to stop.
///
/// # Errors
/// The kernel's, when it does not let us wait.
pub(crate) fn run<M: Machine>(machine: M, port: &MediaPort, posts: &Posts<M>) -> io::Result<()> {
    let Some(inbox) = posts.inbox(posts.shard) else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let epoll = Epoll::new()?;
    let socket = &port.socket;
    epoll.add(socket, SOCKET, Interest::Read)?;
    epoll.add(inbox, MAIL, Interest::Read)?;
    Turn {
        machine,
        socket,
        posts,
        inbox,
        epoll: &epoll,
        connections: Connections::new(&port.listener, &epoll)?,
        batch: Batch::new(),
        rest: Rest::new(Instant::now()),
        outlet: Outlet::new(Kernel::new(socket), &posts.plain),
        mail: VecDeque::new(),
        writing: false,
        refusals: 0,
        relays_dropped: 0,
        traffic_due: Instant::now() + TRAFFIC,
    }
    .run()
}

struct Turn<'a, M: Machine> {
    machine: M,
    socket: &'a MediaSocket,
    posts: &'a Posts<M>,
    inbox: &'a Inbox<M>,
    epoll: &'a Epoll,
    connections: Connections<'a>,
    batch: Batch,
    rest: Rest,
    outlet: Outlet<'a, Kernel<'a>>,
    /// Taken out of the inbox, and not yet read.
    mail: VecDeque<Mail<M>>,
    /// Whether we wait for room in the socket.
    writing: bool,
    /// How often in a row the socket gave an error instead of datagrams.
    refusals: u64,
    relays_dropped: u64,
    traffic_due: Instant,
}

/// Sends what the machine has made.
fn let_out<M: Machine>(
    machine: &mut M,
    outlet: &mut Outlet<'_, Kernel<'_>>,
    connections: &mut Connections<'_>,
) {
    let (arena, messages) = machine.outgoing();
    if messages.is_empty() {
        return;
    }
    outlet.send(arena, messages, |message| connections.send(arena, message));
    machine.sent();
}

impl<M: Machine> Turn<'_, M> {
    fn run(mut self) -> io::Result<()> {
        let mut ready = Vec::<Ready>::new();
        loop {
            let others = [self.machine.next_timeout(), self.connections.due()];
            let due = others
                .into_iter()
                .flatten()
                .fold(self.traffic_due, Instant::min);
            let now = Instant::now();
            let mut patience = if self.mail.is_empty() {
                due.saturating_duration_since(now)
            } else {
                Duration::ZERO
            };
            let rest = self.rest.take(now, patience);
            if !rest.is_zero() {
                thread::sleep(rest);
                patience -= rest;
            }
            self.epoll.wait(&mut ready, Some(patience))?;
            for event in &ready {
                match event.token {
                    SOCKET if event.writable => self.outlet.resume(),
                    _ => {}
                }
            }
            let mail = ready.iter().any(|event| event.token == MAIL);
            if !self.read_mail(mail) {
                self.settle(Instant::now())?;
                self.tell_traffic();
                return Ok(());
            }
            if ready
                .iter()
                .any(|event| event.token == SOCKET && event.readable)
            {
                self.read_socket()?;
            }
            self.settle(Instant::now())?;
            self.serve_connections(&ready)?;
        }
    }

    /// Takes what came over TCP, after the datagrams: what is late already can wait.
    fn serve_connections(&mut self, ready: &[Ready]) -> io::Result<()> {
        for event in ready.iter().filter(|event| event.token >= LISTENER) {
            let now = Instant::now();
            if event.token == LISTENER {
                self.connections.accept(now)?;
                continue;
            }
            let machine = &mut self.machine;
            self.connections.ready(now, event, |path, datagram| {
                machine.datagram(now, path, datagram);
            });
            self.settle(now)?;
        }
        let now = Instant::now();
        if self.connections.due().is_some_and(|due| due <= now) {
            self.connections.sweep(now)?;
        }
        Ok(())
    }

    /// Reads what was left of the mail, or else what is `there`; false when told to stop.
    ///
    /// Many orders are not obeyed at once: media comes between them.
    fn read_mail(&mut self, there: bool) -> bool {
        if there && self.mail.is_empty() {
            self.inbox.take(&mut self.mail);
        }
        let now = Instant::now();
        let mut orders = 0;
        while orders < ORDERS
            && let Some(inbound) = self.mail.pop_front()
        {
            match inbound {
                Inbound::Order(order) => {
                    orders += 1;
                    self.machine.order(now, order);
                }
                Inbound::Relay(from, relay) => self.machine.relay(now, from, relay),
                Inbound::Done(done) => self.machine.done(now, done),
                Inbound::Ping(number) => {
                    let shard = self.posts.shard;
                    self.posts.reports.put(Report::Pong { shard, number });
                }
                Inbound::Stop => return false,
            }
        }
        true
    }

    fn read_socket(&mut self) -> io::Result<()> {
        for _ in 0..BATCHES {
            let taken = match self.batch.receive(self.socket) {
                Ok(taken) => {
                    self.refusals = 0;
                    taken
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => return Ok(()),
                    _ if self.refusals < REFUSALS => {
                        self.refusals += 1;
                        return Ok(());
                    }
                    _ => return Err(error),
                },
            };
            let now = Instant::now();
            self.rest.looked(now, self.batch.brings());
            let Self {
                machine,
                batch,
                outlet,
                connections,
                ..
            } = self;
            batch.visit(|path, datagram| {
                machine.datagram(now, path, datagram);
                if machine.outgoing().0.len() >= FULL {
                    let_out(machine, outlet, connections);
                }
            });
            if taken < receive::BATCH {
                break;
            }
            self.settle(now)?;
            if self.inbox.len() > 0 {
                // Who joins does not wait for all that is to be forwarded.
                break;
            }
        }
        Ok(())
    }

    /// Does what is due, and lets out what the machine wants sent or told.
    fn settle(&mut self, now: Instant) -> io::Result<()> {
        if self.machine.next_timeout().is_some_and(|due| due <= now) {
            self.machine.timeout(now);
        }
        while let Some(work) = self.machine.work(now) {
            self.posts.desk.put(work)?;
        }
        let_out(&mut self.machine, &mut self.outlet, &mut self.connections);
        let connections = &mut self.connections;
        self.machine
            .closings(|connection| connections.close(connection));
        if self.outlet.is_waiting() != self.writing {
            self.writing = self.outlet.is_waiting();
            let interest = if self.writing {
                Interest::ReadWrite
            } else {
                Interest::Read
            };
            self.epoll.change(self.socket, SOCKET, interest)?;
        }
        let Posts {
            shard,
            inboxes,
            reports,
            ..
        } = self.posts;
        let shard = *shard;
        self.machine.news(|news, droppable| match droppable {
            Droppable::No => reports.put(Report::News { shard, news }),
            Droppable::Yes => {
                reports.offer(Report::News { shard, news });
            }
        });
        let dropped = &mut self.relays_dropped;
        self.machine.relays(|to, relay, droppable| {
            let Some(inbox) = inboxes.get(usize::from(to)) else {
                return;
            };
            match droppable {
                Droppable::No => inbox.put(Inbound::Relay(shard, relay)),
                Droppable::Yes if inbox.offer(Inbound::Relay(shard, relay)) => {}
                Droppable::Yes => *dropped += 1,
            }
        });
        if self.traffic_due <= now {
            self.traffic_due = now + TRAFFIC;
            self.tell_traffic();
        }
        Ok(())
    }

    fn tell_traffic(&self) {
        let (received, sent) = (self.batch.counted(), self.outlet.counted());
        let tcp = self.connections.counted();
        let counters = vec![
            ("udp_datagrams_received", received.datagrams),
            ("udp_bytes_received", received.bytes),
            ("udp_drop_too_long", received.too_long),
            ("udp_drop_receive_buffer_full", received.overflown),
            ("udp_messages_sent", sent.messages),
            ("udp_bytes_sent", sent.bytes),
            ("udp_messages_segmented", sent.segmented),
            ("udp_segmentation_refused", sent.refused),
            ("udp_messages_delayed", sent.delayed),
            ("udp_drop_send_buffer_full", sent.overflown),
            ("udp_drop_undeliverable", sent.failed),
            ("tcp_connections_accepted", tcp.accepted),
            ("tcp_connections_refused_full", tcp.full),
            ("tcp_connections_refused_address", tcp.greedy),
            ("tcp_connections_refused_system", tcp.starved),
            ("tcp_connections_lost", tcp.lost),
            ("tcp_connections_closed_malformed", tcp.malformed),
            ("tcp_connections_closed_unproven", tcp.unproven),
            ("tcp_connections_closed_silent", tcp.silent),
            ("tcp_connections_closed_useless", tcp.useless),
            ("tcp_frames_received", tcp.frames),
            ("tcp_bytes_received", tcp.bytes),
            ("tcp_frames_sent", tcp.sent.frames),
            ("tcp_frames_delayed", tcp.sent.delayed),
            ("tcp_drop_backlog_full", tcp.sent.overflown),
            ("tcp_drop_no_connection", tcp.gone),
            ("relays_dropped", self.relays_dropped),
        ];
        let shard = self.posts.shard;
        self.posts
            .reports
            .offer(Report::Traffic { shard, counters });
    }
}
