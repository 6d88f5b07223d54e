//! Sockets, shard threads and timers; what the engine asks of the kernel.
//!
//! One shard is one thread with its own epoll loop, UDP socket and TCP connections, and a second one for
//! what media must not wait for.  Orders
//! and relays reach it over a queue, news leave it over another.  Everything `unsafe` of the engine is
//! in this crate, behind safe types.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

mod address;
mod backlog;
mod connections;
mod control;
mod crowd;
mod descriptor;
mod event;
mod listener;
mod machine;
mod mail;
mod mailbox;
mod outlet;
mod port;
mod process;
mod receive;
mod rest;
mod send;
mod shards;
mod socket;
mod stream;
mod turn;
mod worker;

pub use event::{Epoll, Interest, Ready, Waker};
pub use machine::{Droppable, Machine};
pub use mail::{End, Report};
pub use port::{MediaPort, Transport, Unbound};
pub use process::{Signals, own_user, peer_user};
pub use shards::{INBOX, REPORTS, Segmentation, Shards};
