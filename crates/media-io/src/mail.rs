//! What goes into a shard thread besides datagrams, and what comes out of it.

use std::io;

use crate::machine::Machine;
use crate::mailbox::Mailbox;

/// What goes into a shard thread besides datagrams.
pub(crate) enum Inbound<O, R, D> {
    Order(O),
    Relay(u16, R),
    Done(D),
    Ping(u64),
    Stop,
}

/// The mail of a machine's shard thread.
pub(crate) type Mail<M> =
    Inbound<<M as Machine>::Order, <M as Machine>::Relay, <M as Machine>::Done>;

/// What a shard thread is woken by.
pub(crate) type Inbox<M> = Mailbox<Mail<M>>;

/// What comes out of the shard threads.
#[derive(Debug)]
pub enum Report<N> {
    /// The machine has something to tell.
    News {
        /// Which one.
        shard: u16,
        /// What it tells.
        news: N,
    },
    /// The thread has seen a ping.
    Pong {
        /// Which one.
        shard: u16,
        /// The number of the ping.
        number: u64,
    },
    /// What went through the thread's port since it began, every 2 s and at the end; may
    /// be dropped.
    Traffic {
        /// Which one.
        shard: u16,
        /// Counters by name.
        counters: Vec<(&'static str, u64)>,
    },
    /// The thread is gone; the last report of a shard.
    Ended {
        /// Which one.
        shard: u16,
        /// Why.
        end: End,
    },
}

/// Why a shard thread is gone.
#[derive(Debug)]
pub enum End {
    /// It was told to stop.
    Stopped,
    /// The kernel did not let it wait or receive.
    Failed(io::Error),
    /// The machine panicked.
    Panicked,
}
