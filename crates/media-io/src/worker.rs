//! The thread beside a shard's, for what media must not wait for.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use crate::machine::Machine;
use crate::mail::{Inbound, Inbox};
use crate::process;

/// How much nicer it is than its shard. Where both share a core it gets a quarter of it at least, which is a thousand
/// handshakes a second, and the shard need not wait when it wakes.
const NICER: i32 = 5;

/// The way to a worker.
pub(crate) struct Desk<W>(Sender<W>);

impl<W> Desk<W> {
    /// Hands over work. How much of it waits is up to the machine.
    ///
    /// # Errors
    /// The thread is gone, which it never is before the desk.
    pub(crate) fn put(&self, work: W) -> io::Result<()> {
        let gone = |_| io::Error::other("the worker is gone");
        self.0.send(work).map_err(gone)
    }
}

/// A desk, and where what is put there has to be taken from.
pub(crate) fn desk<W>() -> (Desk<W>, Receiver<W>) {
    let (sender, receiver) = mpsc::channel();
    (Desk(sender), receiver)
}

/// Starts the worker of a shard, whose inbox is among these; it ends when the desk is gone.
pub(crate) fn start<M: Machine + 'static>(
    shard: u16,
    inboxes: Arc<[Inbox<M>]>,
    works: Receiver<M::Work>,
) -> io::Result<JoinHandle<()>> {
    let name = format!("worker-{shard}");
    thread::Builder::new().name(name).spawn(move || {
        // It works as well without.
        let _ = process::be_nicer(NICER);
        for work in works {
            let done = M::run(work);
            if let Some(inbox) = inboxes.get(usize::from(shard)) {
                inbox.put(Inbound::Done(done));
            }
        }
    })
}
