//! Messages to the kernel, up to 256 in one system call.

use std::io;
use std::net::IpAddr;
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr;

use media_core::Path;

use crate::address::{Family, Name};
use crate::control::Control;
use crate::socket::MediaSocket;

/// Messages given in one system call.
pub(crate) const BATCH: usize = 256;

/// One message of the kernel's: a datagram, or several of one size for one peer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Piece {
    pub(crate) path: Path,
    /// Which bytes of the arena.
    pub(crate) range: Range<usize>,
    /// Size of every datagram but the last; 0 for a single one.
    pub(crate) segment: u16,
}

/// Something that takes messages as sendmmsg(2) does.
pub(crate) trait Wire {
    /// Takes some of the pieces, at least one, in order; their number.
    ///
    /// An error is about the first piece: none was taken.
    fn send(&mut self, arena: &[u8], pieces: &[Piece]) -> io::Result<usize>;
}

/// The kernel.
pub(crate) struct Kernel<'a> {
    socket: &'a MediaSocket,
    names: Box<[Name]>,
    controls: Box<[Control]>,
    parts: Vec<libc::iovec>,
    headers: Vec<libc::mmsghdr>,
}

impl<'a> Kernel<'a> {
    pub(crate) fn new(socket: &'a MediaSocket) -> Self {
        Self {
            socket,
            names: vec![Name::blank(); BATCH].into(),
            controls: vec![Control::EMPTY; BATCH].into(),
            parts: Vec::with_capacity(BATCH),
            headers: Vec::with_capacity(BATCH),
        }
    }

    /// Fills the headers for as many pieces as can go in one call.
    fn prepare(&mut self, arena: &[u8], pieces: &[Piece]) -> io::Result<()> {
        self.parts.clear();
        self.headers.clear();
        let family = self.socket.family();
        let rooms = self.names.iter_mut().zip(&mut self.controls);
        for (piece, (name, control)) in pieces.iter().zip(rooms) {
            let (Some(bytes), Some((peer, peer_length))) = (
                arena.get(piece.range.clone()),
                Name::of(piece.path.remote, family),
            ) else {
                // The pieces before it go alone; then it is the first.
                break;
            };
            *name = peer;
            let control_length = control.write(family, source(family, &piece.path), piece.segment);
            self.parts.push(libc::iovec {
                // The kernel does not write to what it sends.
                iov_base: bytes.as_ptr().cast_mut().cast(),
                iov_len: bytes.len(),
            });
            // SAFETY: integers and pointers, for which zero is a value.
            let mut header: libc::mmsghdr = unsafe { std::mem::zeroed() };
            header.msg_hdr.msg_name = ptr::from_mut(name).cast();
            header.msg_hdr.msg_namelen = peer_length;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_control = control.as_mut_ptr();
            header.msg_hdr.msg_controllen = control_length;
            self.headers.push(header);
        }
        // Only now: `parts` has its final place.
        for (header, part) in self.headers.iter_mut().zip(&mut self.parts) {
            header.msg_hdr.msg_iov = part;
        }
        if self.headers.is_empty() {
            return Err(io::Error::from_raw_os_error(libc::EAFNOSUPPORT));
        }
        Ok(())
    }
}

impl Wire for Kernel<'_> {
    fn send(&mut self, arena: &[u8], pieces: &[Piece]) -> io::Result<usize> {
        self.prepare(arena, pieces)?;
        // SAFETY: every header points to a name, a control buffer and a part of `self`,
        // and the part to bytes of `arena`; all live through the call, with the lengths
        // the headers say.
        let count = unsafe {
            libc::sendmmsg(
                self.socket.as_fd().as_raw_fd(),
                self.headers.as_mut_ptr(),
                libc::c_uint::try_from(self.headers.len()).unwrap_or(1),
                libc::MSG_DONTWAIT,
            )
        };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }
}

/// The address to send from; left to the kernel where the socket cannot say it.
fn source(family: Family, path: &Path) -> IpAddr {
    match (family, path.remote, path.local) {
        // A mapped peer takes a mapped source only, and the reverse.
        (Family::V6, remote, local) if remote.is_ipv4() != local.is_ipv4() => {
            IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED)
        }
        (_, _, local) => local,
    }
}
