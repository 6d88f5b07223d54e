//! Datagrams from the kernel, a batch at a time, the urgent ones first.

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr;

use media_core::Path;

use crate::address::Name;
use crate::control::{self, Control, ROOM};
use crate::rest::Brought;
use crate::socket::MediaSocket;

/// Datagrams taken in one system call.
pub(crate) const BATCH: usize = 64;

/// Longest datagram taken; a longer one is dropped and counted.
pub(crate) const LONGEST: usize = 2048;

/// What happened to datagrams on their way in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Received {
    pub(crate) datagrams: u64,
    pub(crate) bytes: u64,
    /// Longer than `LONGEST`.
    pub(crate) too_long: u64,
    /// Dropped by the kernel because we were too slow.
    pub(crate) overflown: u64,
}

/// One batch of datagrams, and room for the next.
pub(crate) struct Batch {
    bytes: Box<[[u8; LONGEST]]>,
    names: Box<[Name]>,
    controls: Box<[Control]>,
    arrivals: Vec<Arrival>,
    kernel_dropped: u32,
    counted: Received,
}

struct Arrival {
    path: Path,
    buffer: usize,
    length: usize,
}

impl Batch {
    /// An empty batch; the only allocation of the receiving side.
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![[0; LONGEST]; BATCH].into(),
            names: vec![Name::blank(); BATCH].into(),
            controls: vec![Control::EMPTY; BATCH].into(),
            arrivals: Vec::with_capacity(BATCH),
            kernel_dropped: 0,
            counted: Received::default(),
        }
    }

    /// What came since the beginning.
    pub(crate) fn counted(&self) -> Received {
        self.counted
    }

    /// Takes what has arrived, at most [`BATCH`] datagrams; the number taken.
    pub(crate) fn receive(&mut self, socket: &MediaSocket) -> io::Result<usize> {
        self.arrivals.clear();
        let mut parts = [libc::iovec {
            iov_base: ptr::null_mut(),
            iov_len: 0,
        }; BATCH];
        for (part, bytes) in parts.iter_mut().zip(&mut self.bytes) {
            part.iov_base = bytes.as_mut_ptr().cast();
            part.iov_len = LONGEST;
        }
        // SAFETY: integers and pointers, for which zero is a value.
        let mut headers: [libc::mmsghdr; BATCH] = unsafe { std::mem::zeroed() };
        let rooms = self.names.iter_mut().zip(&mut self.controls);
        for ((header, part), (name, control)) in headers.iter_mut().zip(&mut parts).zip(rooms) {
            let header = &mut header.msg_hdr;
            header.msg_name = ptr::from_mut(name).cast();
            header.msg_namelen = libc::socklen_t::try_from(size_of::<Name>()).unwrap_or_default();
            header.msg_iov = part;
            header.msg_iovlen = 1;
            header.msg_control = control.as_mut_ptr();
            header.msg_controllen = ROOM;
        }
        // SAFETY: every header points to a name, a part and a control buffer of its own,
        // of the lengths it says, all of which live through this function.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_fd().as_raw_fd(),
                headers.as_mut_ptr(),
                libc::c_uint::try_from(BATCH).unwrap_or(1),
                libc::MSG_DONTWAIT,
                ptr::null_mut(),
            )
        };
        let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        for (buffer, (header, name)) in headers.iter().zip(&self.names).take(count).enumerate() {
            // SAFETY: the header has just come back, its buffer is in `self.controls`.
            let told = unsafe { control::read(&header.msg_hdr) };
            self.kernel_dropped = self.kernel_dropped.max(told.dropped);
            let length = header.msg_len as usize;
            self.counted.datagrams += 1;
            self.counted.bytes += length as u64;
            if header.msg_hdr.msg_flags & libc::MSG_TRUNC != 0 {
                self.counted.too_long += 1;
                continue;
            }
            if let (Some(remote), Some(local)) = (name.address(), told.local) {
                let path = Path::udp(remote, local);
                self.arrivals.push(Arrival {
                    path,
                    buffer,
                    length,
                });
            }
        }
        self.counted.overflown = u64::from(self.kernel_dropped);
        Ok(count)
    }

    /// Shows every datagram of the batch: STUN and DTLS, then the others, each in order.
    ///
    /// Under load handshakes would starve behind media (RFC 7983 tells them apart).
    pub(crate) fn visit(&mut self, mut visit: impl FnMut(&Path, &mut [u8])) {
        for urgent in [true, false] {
            for arrival in &self.arrivals {
                let bytes = self.bytes.get_mut(arrival.buffer);
                if let Some(datagram) = bytes.and_then(|bytes| bytes.get_mut(..arrival.length))
                    && is_urgent(datagram) == urgent
                {
                    visit(&arrival.path, datagram);
                }
            }
        }
    }

    /// Whether all that has arrived is RTCP, and something has.
    pub(crate) fn brings(&self) -> Brought {
        let reports = self.arrivals.iter().all(|arrival| {
            let bytes = self.bytes.get(arrival.buffer);
            let datagram = bytes.and_then(|bytes| bytes.get(..arrival.length));
            datagram.is_some_and(is_report)
        });
        if reports && !self.arrivals.is_empty() {
            Brought::Reports
        } else {
            Brought::Other
        }
    }
}

/// Whether the first bytes say RTCP (RFC 7983 section 7, RFC 5761 section 4).
pub(crate) fn is_report(datagram: &[u8]) -> bool {
    matches!(datagram, [128..=191, 192..=223, ..])
}

/// Whether the first byte says STUN or DTLS (RFC 7983 section 7).
pub(crate) fn is_urgent(datagram: &[u8]) -> bool {
    matches!(datagram.first(), Some(0..=3 | 20..=63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_wire::demux::{Protocol, protocol};

    #[test]
    fn what_is_urgent_and_what_is_a_report_is_what_the_engine_takes_it_for() {
        for first in 0..=255 {
            for second in 0..=255 {
                let datagram = [first, second];
                let kind = protocol(&datagram);
                let urgent = matches!(kind, Protocol::Stun | Protocol::Dtls);
                assert_eq!(is_urgent(&datagram), urgent, "{datagram:?}");
                assert_eq!(is_report(&datagram), kind == Protocol::Rtcp);
            }
        }
        assert!(!is_report(&[]) && !is_report(&[128]));
    }
}
