//! Which sockets have something to tell: epoll, level triggered.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

pub(crate) use rustix::event::epoll::EventFlags;

/// Events of one turn; more wait for the next.
const AT_ONCE: usize = 256;

/// Who an event is for: a forward, and a place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) forward: u32,
    pub(crate) place: u32,
}

/// The kernel's list of what is watched.
pub(crate) struct Poll {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
}

impl Poll {
    /// # Errors
    /// The kernel's, when it gives no more descriptors.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(AT_ONCE),
        })
    }

    /// Watch it for `wanted`; nothing wanted is not even told of errors.
    ///
    /// # Errors
    /// The kernel's, when it can not be watched.
    pub(crate) fn watch(
        &self,
        fd: impl AsFd,
        token: Token,
        known: &mut EventFlags,
        wanted: EventFlags,
    ) -> io::Result<()> {
        if *known == wanted {
            return Ok(());
        }
        let data = (u64::from(token.forward) << 32) | u64::from(token.place);
        let data = epoll::EventData::new_u64(data);
        if wanted.is_empty() {
            epoll::delete(&self.epoll, fd)?;
        } else if known.is_empty() {
            epoll::add(&self.epoll, fd, data, wanted)?;
        } else {
            epoll::modify(&self.epoll, fd, data, wanted)?;
        }
        *known = wanted;
        Ok(())
    }

    /// Wait until something happens or the time is over; tell for whom it happened.
    ///
    /// # Errors
    /// The kernel's.
    pub(crate) fn wait(&mut self, most: Option<Duration>) -> io::Result<Vec<Token>> {
        let timeout = most.and_then(|it| Timespec::try_from(it).ok());
        self.events.clear();
        match epoll::wait(
            &self.epoll,
            spare_capacity(&mut self.events),
            timeout.as_ref(),
        ) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        }
        let tokens = self.events.iter().map(|event| {
            let data = event.data.u64();
            Token {
                forward: u32::try_from(data >> 32).unwrap_or(u32::MAX),
                place: u32::try_from(data & 0xFFFF_FFFF).unwrap_or(u32::MAX),
            }
        });
        Ok(tokens.collect())
    }
}
