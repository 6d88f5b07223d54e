//! A socket on its way to be bound: made, given its options, named.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use crate::address::{Family, Name};
use crate::event::owned;

/// A socket of the kernel's, of one family.
#[derive(Debug)]
pub(crate) struct Descriptor {
    fd: OwnedFd,
    family: Family,
}

impl Descriptor {
    /// A socket for `address` that neither blocks nor is inherited; `kind` is `SOCK_DGRAM` or `SOCK_STREAM`.
    ///
    /// An IPv6 socket speaks IPv4 as well if `dual` says so.
    ///
    /// # Errors
    /// The kernel's.
    pub(crate) fn new(address: SocketAddr, kind: libc::c_int, dual: bool) -> io::Result<Self> {
        let (domain, family) = match address {
            SocketAddr::V4(_) => (libc::AF_INET, Family::V4),
            SocketAddr::V6(_) => (libc::AF_INET6, Family::V6),
        };
        let kind = kind | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        // SAFETY: no pointers; the result is checked before it is owned.
        let fd = owned(unsafe { libc::socket(domain, kind, 0) })?;
        let socket = Self { fd, family };
        if family == Family::V6 {
            socket.set(libc::SOL_IPV6, libc::IPV6_V6ONLY, libc::c_int::from(!dual))?;
        }
        Ok(socket)
    }

    pub(crate) fn family(&self) -> Family {
        self.family
    }

    /// Binds it; the address with the port that the kernel chose.
    ///
    /// # Errors
    /// The kernel's, above all `AddrInUse`.
    pub(crate) fn bind(&self, address: SocketAddr) -> io::Result<SocketAddr> {
        let (name, length) = Name::of(address, self.family)
            .ok_or_else(|| io::Error::from_raw_os_error(libc::EAFNOSUPPORT))?;
        // SAFETY: `name` lives through the call and its first `length` bytes are written.
        checked(unsafe { libc::bind(self.fd.as_raw_fd(), (&raw const name).cast(), length) })?;
        let mut name = Name::blank();
        let mut length = libc::socklen_t::try_from(size_of::<Name>()).unwrap_or_default();
        // SAFETY: `name` has room for the `length` bytes that the kernel may write.
        checked(unsafe {
            libc::getsockname(self.fd.as_raw_fd(), (&raw mut name).cast(), &raw mut length)
        })?;
        name.address()
            .ok_or_else(|| io::Error::from_raw_os_error(libc::EAFNOSUPPORT))
    }

    /// Lets strangers connect, `waiting` of them at a time.
    ///
    /// # Errors
    /// The kernel's, `AddrInUse` if another socket listens there.
    pub(crate) fn listen(&self, waiting: libc::c_int) -> io::Result<()> {
        // SAFETY: no pointers.
        checked(unsafe { libc::listen(self.fd.as_raw_fd(), waiting) })
    }

    pub(crate) fn set(
        &self,
        level: libc::c_int,
        name: libc::c_int,
        value: libc::c_int,
    ) -> io::Result<()> {
        set(self, level, name, value)
    }

    pub(crate) fn option(&self, level: libc::c_int, name: libc::c_int) -> io::Result<libc::c_int> {
        let mut value: libc::c_int = 0;
        let mut length = libc::socklen_t::try_from(size_of_val(&value)).unwrap_or_default();
        // SAFETY: `value` has room for the `length` bytes that the kernel may write.
        checked(unsafe {
            libc::getsockopt(
                self.fd.as_raw_fd(),
                level,
                name,
                (&raw mut value).cast(),
                &raw mut length,
            )
        })?;
        Ok(value)
    }
}

impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl From<Descriptor> for OwnedFd {
    fn from(descriptor: Descriptor) -> Self {
        descriptor.fd
    }
}

/// Sets an option of a socket that is a number.
///
/// # Errors
/// The kernel's.
pub(crate) fn set(
    socket: impl AsFd,
    level: libc::c_int,
    name: libc::c_int,
    value: libc::c_int,
) -> io::Result<()> {
    let length = libc::socklen_t::try_from(size_of_val(&value)).unwrap_or_default();
    // SAFETY: `value` lives through the call and has `length` bytes.
    checked(unsafe {
        libc::setsockopt(
            socket.as_fd().as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            length,
        )
    })
}

/// Opens on `host` and `port`, with a function of the address and whether it is for both families.
///
/// Both unspecified addresses mean all addresses of both families, or of IPv4 alone where the machine
/// has no IPv6.
///
/// # Errors
/// Those of `open`.
pub(crate) fn open<T>(
    host: IpAddr,
    port: u16,
    open: impl Fn(SocketAddr, bool) -> io::Result<T>,
) -> io::Result<T> {
    if !host.is_unspecified() {
        return open(SocketAddr::new(host, port), false);
    }
    match open(SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port), true) {
        Err(error)
            if matches!(
                error.raw_os_error(),
                Some(libc::EAFNOSUPPORT | libc::EADDRNOTAVAIL)
            ) =>
        {
            open(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port), false)
        }
        result => result,
    }
}

fn checked(result: libc::c_int) -> io::Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
