//! A bounded queue into a thread that waits for descriptors.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::Waker;

/// Many threads put things in, one takes them all out when it is woken.
#[derive(Debug)]
pub(crate) struct Mailbox<T> {
    waiting: Mutex<VecDeque<T>>,
    waker: Waker,
    limit: usize,
}

impl<T> Mailbox<T> {
    /// An empty mailbox; `limit` is the number of things at which `offer` refuses.
    pub(crate) fn new(limit: usize) -> io::Result<Self> {
        Ok(Self {
            waiting: Mutex::default(),
            waker: Waker::new()?,
            limit,
        })
    }

    /// Puts in what must not be lost, whatever the limit.
    pub(crate) fn put(&self, thing: T) {
        self.put_into(self.lock(), thing);
    }

    /// Puts in what may be lost; false, and nothing is put in, beyond the limit.
    pub(crate) fn offer(&self, thing: T) -> bool {
        let waiting = self.lock();
        if waiting.len() >= self.limit {
            return false;
        }
        self.put_into(waiting, thing);
        true
    }

    /// Takes everything out, in order; the buffer of `into` is used for what comes next.
    pub(crate) fn take(&self, into: &mut VecDeque<T>) {
        into.clear();
        self.waker.silence();
        std::mem::swap(&mut *self.lock(), into);
    }

    /// Things that nobody has taken out yet.
    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    fn put_into(&self, mut waiting: MutexGuard<'_, VecDeque<T>>, thing: T) {
        let sleeping = waiting.is_empty();
        waiting.push_back(thing);
        drop(waiting);
        // Whoever made it non-empty has rung already.
        if sleeping {
            self.waker.ring();
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<T>> {
        // No code that can panic runs under the lock.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> AsFd for Mailbox<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.waker.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Epoll, Interest};
    use std::time::Duration;

    #[test]
    fn what_must_not_be_lost_goes_in_beyond_the_limit() {
        let mailbox = Mailbox::new(2).unwrap();
        assert!(mailbox.offer(1) && mailbox.offer(2));
        assert!(!mailbox.offer(3));
        mailbox.put(4);
        let mut out = VecDeque::new();
        mailbox.take(&mut out);
        assert_eq!(out, [1, 2, 4]);
        assert_eq!(mailbox.len(), 0);
    }

    #[test]
    fn it_wakes_for_the_first_thing_and_sleeps_when_all_are_taken() {
        let mailbox = Mailbox::new(8).unwrap();
        let epoll = Epoll::new().unwrap();
        epoll.add(&mailbox, 0, Interest::Read).unwrap();
        let (mut ready, mut out) = (Vec::new(), VecDeque::new());
        for round in 0..3 {
            mailbox.put(round);
            mailbox.put(round);
            epoll.wait(&mut ready, None).unwrap();
            assert_eq!(ready.len(), 1);
            mailbox.take(&mut out);
            assert_eq!(out, [round, round]);
            epoll.wait(&mut ready, Some(Duration::ZERO)).unwrap();
            assert_eq!(ready.len(), 0);
        }
    }
}
