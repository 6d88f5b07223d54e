//! What the program asks of the kernel about processes: signals, and who is there.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use crate::event::owned;

/// Signals as a descriptor to wait for (signalfd(2)).
#[derive(Debug)]
pub struct Signals(OwnedFd);

impl Signals {
    /// SIGTERM and SIGINT from now on arrive here and nowhere else.
    ///
    /// To be called before any thread is started: threads inherit the mask.
    ///
    /// # Errors
    /// The kernel's, when it has no descriptor left.
    pub fn ending() -> io::Result<Self> {
        let mut set = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: sigemptyset writes the whole set before anything reads it, and the
        // old mask is not asked for.
        let fd = unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), libc::SIGTERM);
            libc::sigaddset(set.as_mut_ptr(), libc::SIGINT);
            let error = libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut());
            if error != 0 {
                return Err(io::Error::from_raw_os_error(error));
            }
            libc::signalfd(-1, set.as_ptr(), libc::SFD_CLOEXEC | libc::SFD_NONBLOCK)
        };
        owned(fd).map(Self)
    }

    /// The number of a signal that has come and was not taken yet.
    #[must_use]
    pub fn take(&self) -> Option<u32> {
        let mut info = MaybeUninit::<libc::signalfd_siginfo>::zeroed();
        let size = size_of::<libc::signalfd_siginfo>();
        // SAFETY: there is room for one `signalfd_siginfo`, of which zero is a value, so
        // it may be read even where the kernel wrote nothing.
        let (count, info) = unsafe {
            let count = libc::read(self.0.as_raw_fd(), info.as_mut_ptr().cast(), size);
            (count, info.assume_init())
        };
        (usize::try_from(count) == Ok(size)).then_some(info.ssi_signo)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// The user whose process is at the other end of a Unix socket (`SO_PEERCRED`).
///
/// # Errors
/// The kernel's.
pub fn peer_user(socket: &UnixStream) -> io::Result<u32> {
    let mut credentials = libc::ucred {
        pid: 0,
        uid: 0,
        gid: 0,
    };
    let mut length = libc::socklen_t::try_from(size_of::<libc::ucred>()).unwrap_or_default();
    // SAFETY: `credentials` has room for the `length` bytes that the kernel may write.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut credentials).cast(),
            &raw mut length,
        )
    };
    if result == 0 {
        Ok(credentials.uid)
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Lets other threads go first where there are not enough cores: this thread is so much nicer from now on, and does not
/// interrupt what runs when it wakes (sched(7)).  It stays what it is if it is no ordinary thread.
///
/// # Errors
/// The kernel's, when it forbids one of both.
pub(crate) fn be_nicer(by: i32) -> io::Result<()> {
    // SAFETY: no pointers; 0 is the calling thread for all of them.
    unsafe {
        if libc::sched_getscheduler(0) != libc::SCHED_OTHER {
            return Ok(());
        }
        let nice = libc::getpriority(libc::PRIO_PROCESS, 0);
        if libc::setpriority(libc::PRIO_PROCESS, 0, nice + by) != 0 {
            return Err(io::Error::last_os_error());
        }
        let parameters = libc::sched_param { sched_priority: 0 };
        if libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const parameters) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// The user this process acts as.
#[must_use]
pub fn own_user() -> u32 {
    // SAFETY: no arguments, and it cannot fail.
    unsafe { libc::geteuid() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nicer_thread_makes_no_other_nicer() {
        // SAFETY: no pointers.
        let nice = || unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
        let before = nice();
        let other = std::thread::spawn(move || {
            be_nicer(2).unwrap();
            be_nicer(2).unwrap();
            nice()
        });
        // The second time it is no ordinary thread any more.
        assert_eq!(other.join().unwrap(), before + 2);
        assert_eq!(nice(), before);
    }

    #[test]
    fn the_user_at_the_other_end_is_known() {
        let (one, other) = UnixStream::pair().unwrap();
        assert_eq!(peer_user(&one).unwrap(), own_user());
        assert_eq!(peer_user(&other).unwrap(), own_user());
    }
}
