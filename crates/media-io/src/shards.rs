//! The shard threads of an engine, and the queues to and from them.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crate::machine::Machine;
use crate::mail::{End, Inbound, Inbox, Report};
use crate::mailbox::Mailbox;
use crate::outlet::Plain;
use crate::port::MediaPort;
use crate::turn::{self, Posts};
use crate::worker;

/// Things that wait for a shard at which bursts are dropped and no order should be given.
pub const INBOX: usize = 1024;

/// Reports that wait at which statistics are dropped.
pub const REPORTS: usize = 4096;

/// How datagrams of one message leave.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Segmentation {
    /// Cut by the kernel or the card (`UDP_SEGMENT`) as long as that works.
    #[default]
    Offloaded,
    /// Each with a message of its own.
    Plain,
}

/// The shard threads of an engine; shard *n* has the *n*-th port.
pub struct Shards<M: Machine> {
    inboxes: Arc<[Inbox<M>]>,
    reports: Arc<Mailbox<Report<M::News>>>,
    threads: Vec<JoinHandle<()>>,
}

impl<M: Machine> Shards<M> {
    /// Starts two threads for each port: one in which `make` makes its machine, and one for the machine's work.
    ///
    /// # Errors
    /// The kernel's, when it has no descriptor or thread left.
    pub fn start<F>(bound: Vec<MediaPort>, segmentation: Segmentation, make: F) -> io::Result<Self>
    where
        M: 'static,
        F: Fn(u16, Instant) -> M + Send + Sync + 'static,
    {
        let inboxes = bound.iter().map(|_| Mailbox::new(INBOX));
        let inboxes: Arc<[_]> = inboxes.collect::<io::Result<Vec<_>>>()?.into();
        let reports = Arc::new(Mailbox::new(REPORTS)?);
        let offloads = bound.iter().all(|port| port.socket.segments());
        let plain = segmentation == Segmentation::Plain || !offloads;
        let plain = Arc::new(Plain::new(plain));
        let make = Arc::new(make);
        let mut shards = Self {
            inboxes,
            reports,
            threads: Vec::new(),
        };
        for (shard, port) in (0..).zip(bound) {
            let (desk, works) = worker::desk();
            let posts = Posts {
                shard,
                desk,
                inboxes: Arc::clone(&shards.inboxes),
                reports: Arc::clone(&shards.reports),
                plain: Arc::clone(&plain),
            };
            shards.threads.push(worker::start::<M>(
                shard,
                Arc::clone(&shards.inboxes),
                works,
            )?);
            let make = Arc::clone(&make);
            let thread = thread::Builder::new()
                .name(format!("shard-{shard}"))
                .spawn(move || {
                    let mut farewell = Farewell {
                        shard,
                        reports: Arc::clone(&posts.reports),
                        end: Some(End::Panicked),
                    };
                    let machine = make(shard, Instant::now());
                    farewell.end = Some(match turn::run(machine, &port, &posts) {
                        Ok(()) => End::Stopped,
                        Err(error) => End::Failed(error),
                    });
                })?;
            shards.threads.push(thread);
        }
        Ok(shards)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u16 {
        u16::try_from(self.inboxes.len()).unwrap_or(u16::MAX)
    }

    /// Gives an order to one shard; nothing happens if there is no such shard.
    pub fn order(&self, shard: u16, order: M::Order) {
        if let Some(inbox) = self.inboxes.get(usize::from(shard)) {
            inbox.put(Inbound::Order(order));
        }
    }

    /// Asks every shard for a [`Report::Pong`].
    pub fn ping(&self, number: u64) {
        for inbox in &*self.inboxes {
            inbox.put(Inbound::Ping(number));
        }
    }

    /// Tells every thread to end after what it was told before.
    pub fn stop(&self) {
        for inbox in &*self.inboxes {
            inbox.put(Inbound::Stop);
        }
    }

    /// Whether a shard has so much to do that no order should be given now.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.inboxes.iter().any(|inbox| inbox.len() >= INBOX)
    }

    /// Takes the reports that have come; `into` is overwritten.
    pub fn reports(&self, into: &mut VecDeque<Report<M::News>>) {
        self.reports.take(into);
    }

    /// Waits until every thread has ended.
    pub fn join(self) {
        for thread in self.threads {
            // A panic has been reported as `End::Panicked`.
            let _ = thread.join();
        }
    }
}

/// Readable when there are reports.
impl<M: Machine> AsFd for Shards<M> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reports.as_fd()
    }
}

/// Reports the end of a thread, however it ends.
struct Farewell<N> {
    shard: u16,
    reports: Arc<Mailbox<Report<N>>>,
    end: Option<End>,
}

impl<N> Drop for Farewell<N> {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let shard = self.shard;
            self.reports.put(Report::Ended { shard, end });
        }
    }
}
