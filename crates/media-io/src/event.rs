//! Waiting for file descriptors, and waking a thread that waits.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Events taken from the kernel in one wait; more are told by the next.
const BATCH: usize = 16;

/// Cleared when the kernel turns out to be older than 5.11.
static PRECISE: AtomicBool = AtomicBool::new(true);

/// What to wait for on a descriptor; a hang-up is always told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Interest {
    /// Something to read.
    Read,
    /// Room to write.
    Write,
    /// Something to read, or room to write.
    ReadWrite,
    /// Nothing but a hang-up.
    Nothing,
}

/// A descriptor that has something to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ready {
    /// The number it was added with.
    pub token: u64,
    /// A read will not block; also after a hang-up or an error, which it tells.
    pub readable: bool,
    /// A write will not block.
    pub writable: bool,
}

/// A set of descriptors to wait for, level-triggered (epoll(7)).
#[derive(Debug)]
pub struct Epoll(OwnedFd);

impl Epoll {
    /// An empty set.
    ///
    /// # Errors
    /// The kernel's, when it has no descriptor left.
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers; the result is checked before it is owned.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        owned(fd).map(Self)
    }

    /// Waits for `fd` too; events of it carry `token`.
    ///
    /// # Errors
    /// The kernel's, when the descriptor is in the set or cannot be waited for.
    pub fn add(&self, fd: impl AsFd, token: u64, interest: Interest) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd.as_fd(), token, interest)
    }

    /// Changes what is waited for on `fd`.
    ///
    /// # Errors
    /// The kernel's, when the descriptor is not in the set.
    pub fn change(&self, fd: impl AsFd, token: u64, interest: Interest) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd.as_fd(), token, interest)
    }

    fn control(
        &self,
        operation: libc::c_int,
        fd: BorrowedFd<'_>,
        token: u64,
        interest: Interest,
    ) -> io::Result<()> {
        let events = match interest {
            Interest::Read => libc::EPOLLIN,
            Interest::Write => libc::EPOLLOUT,
            Interest::ReadWrite => libc::EPOLLIN | libc::EPOLLOUT,
            Interest::Nothing => 0,
        };
        let mut event = libc::epoll_event {
            events: events.cast_unsigned(),
            u64: token,
        };
        // SAFETY: both descriptors are open, `event` lives through the call.
        let result = unsafe {
            libc::epoll_ctl(
                self.0.as_raw_fd(),
                operation,
                fd.as_raw_fd(),
                &raw mut event,
            )
        };
        if result == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }

    /// Waits until something is ready, a signal came or `timeout` has passed.
    ///
    /// Timeouts are exact to some 50 µs; on kernels before 5.11 they are rounded up to
    /// whole milliseconds.  `ready` is overwritten.
    ///
    /// # Errors
    /// The kernel's; an interrupted wait is not an error.
    pub fn wait(&self, ready: &mut Vec<Ready>, timeout: Option<Duration>) -> io::Result<()> {
        ready.clear();
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; BATCH];
        let count = match self.wait_raw(&mut events, timeout) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(error) => return Err(error),
        };
        let gone = (libc::EPOLLHUP | libc::EPOLLERR | libc::EPOLLRDHUP).cast_unsigned();
        ready.extend(events.iter().take(count).map(|event| {
            let bits = event.events;
            Ready {
                token: event.u64,
                readable: bits & (libc::EPOLLIN.cast_unsigned() | gone) != 0,
                writable: bits & libc::EPOLLOUT.cast_unsigned() != 0,
            }
        }));
        Ok(())
    }

    fn wait_raw(
        &self,
        events: &mut [libc::epoll_event; BATCH],
        timeout: Option<Duration>,
    ) -> io::Result<usize> {
        if PRECISE.load(Ordering::Relaxed) {
            match self.wait_precise(events, timeout) {
                // Old kernels do not know the call, and old sandboxes forbid it.
                Err(error) if matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EPERM)) => {
                    PRECISE.store(false, Ordering::Relaxed);
                }
                result => return result,
            }
        }
        self.wait_coarse(events, timeout)
    }

    fn wait_precise(
        &self,
        events: &mut [libc::epoll_event; BATCH],
        timeout: Option<Duration>,
    ) -> io::Result<usize> {
        let limit = timeout.map(|timeout| libc::timespec {
            tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: libc::c_long::from(timeout.subsec_nanos().cast_signed()),
        });
        let limit = limit.as_ref().map_or(ptr::null(), ptr::from_ref);
        // SAFETY: `events` has room for BATCH events, `limit` is null or points to a
        // timespec that lives through the call, the signal mask is absent.  The C
        // library's own wrapper is newer than the kernel's call, hence the number.
        let count = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                self.0.as_raw_fd(),
                events.as_mut_ptr(),
                libc::c_int::try_from(BATCH).unwrap_or(1),
                limit,
                ptr::null::<libc::sigset_t>(),
                0usize,
            )
        };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }

    fn wait_coarse(
        &self,
        events: &mut [libc::epoll_event; BATCH],
        timeout: Option<Duration>,
    ) -> io::Result<usize> {
        let limit = timeout.map_or(-1, |timeout| {
            let ceiling = timeout.as_nanos().div_ceil(1_000_000);
            libc::c_int::try_from(ceiling).unwrap_or(libc::c_int::MAX)
        });
        // SAFETY: `events` has room for BATCH events.
        let count = unsafe {
            libc::epoll_wait(
                self.0.as_raw_fd(),
                events.as_mut_ptr(),
                libc::c_int::try_from(BATCH).unwrap_or(1),
                limit,
            )
        };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }
}

/// Wakes a thread that waits for it (eventfd(2)).
#[derive(Debug)]
pub struct Waker(OwnedFd);

impl Waker {
    /// A waker that is not rung.
    ///
    /// # Errors
    /// The kernel's, when it has no descriptor left.
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers; the result is checked before it is owned.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        owned(fd).map(Self)
    }

    /// Makes the descriptor readable; ringing twice is ringing once.
    pub fn ring(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: the eight bytes live through the call.  It can only fail when the
        // counter is full, and then the waker is already rung.
        unsafe { libc::write(self.0.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    /// Makes the descriptor unreadable until it is rung again.
    pub fn silence(&self) {
        let mut count = [0_u8; 8];
        // SAFETY: there is room for the eight bytes the kernel writes.  It can only
        // fail when the waker was not rung.
        unsafe { libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
    }
}

impl AsFd for Waker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Takes a new descriptor over, or the error that the call left.
pub(crate) fn owned(fd: libc::c_int) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just given this descriptor to us and to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_rung_waker_is_ready_until_it_is_silenced() {
        let (epoll, waker) = (Epoll::new().unwrap(), Waker::new().unwrap());
        epoll.add(&waker, 7, Interest::Read).unwrap();
        let mut ready = Vec::new();
        epoll.wait(&mut ready, Some(Duration::ZERO)).unwrap();
        assert_eq!(ready, []);
        waker.ring();
        waker.ring();
        for _ in 0..2 {
            epoll.wait(&mut ready, None).unwrap();
            let expected = Ready {
                token: 7,
                readable: true,
                writable: false,
            };
            assert_eq!(ready, [expected]);
        }
        waker.silence();
        epoll.wait(&mut ready, Some(Duration::ZERO)).unwrap();
        assert_eq!(ready, []);
    }

    #[test]
    fn a_wait_ends_after_its_timeout_and_not_before() {
        let epoll = Epoll::new().unwrap();
        let mut ready = Vec::new();
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; BATCH];
        let timeout = Duration::from_micros(1_300);
        let begin = Instant::now();
        epoll.wait(&mut ready, Some(timeout)).unwrap();
        assert!(begin.elapsed() >= timeout);
        let begin = Instant::now();
        assert_eq!(epoll.wait_coarse(&mut events, Some(timeout)).unwrap(), 0);
        assert!(begin.elapsed() >= timeout);
    }
}
