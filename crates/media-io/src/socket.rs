//! The UDP socket of one shard, with every option it needs.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use crate::address::{Family, Name};
use crate::event::owned;

/// Bytes asked for in each direction: 20 ms at 200,000 packets of 1,100 bytes a second.
/// The kernel may grant less (`net.core.rmem_max`, `net.core.wmem_max`).
const BUFFER: libc::c_int = 4 << 20;

/// A bound UDP socket; dual-stack where the host was `0.0.0.0` or `::`.
#[derive(Debug)]
pub struct MediaSocket {
    fd: OwnedFd,
    family: Family,
    address: SocketAddr,
}

impl MediaSocket {
    /// Binds to `host` and `port`; port 0 lets the kernel choose.
    ///
    /// Both unspecified addresses mean all addresses of both families, or of IPv4 alone
    /// where the machine has no IPv6.
    ///
    /// # Errors
    /// The kernel's, above all `AddrInUse`.
    pub fn bind(host: IpAddr, port: u16) -> io::Result<Self> {
        if !host.is_unspecified() {
            return Self::open(SocketAddr::new(host, port), false);
        }
        match Self::open(SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port), true) {
            Err(error)
                if matches!(
                    error.raw_os_error(),
                    Some(libc::EAFNOSUPPORT | libc::EADDRNOTAVAIL)
                ) =>
            {
                Self::open(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port), false)
            }
            result => result,
        }
    }

    /// Where it listens, with the port that the kernel chose.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Bytes the kernel holds for us in each direction: (received, to be sent).
    ///
    /// # Errors
    /// The kernel's.
    pub fn buffers(&self) -> io::Result<(usize, usize)> {
        let received = self.option(libc::SOL_SOCKET, libc::SO_RCVBUF)?;
        let sent = self.option(libc::SOL_SOCKET, libc::SO_SNDBUF)?;
        // The kernel doubles what it was asked for and tells the double (socket(7)).
        let half = |value: libc::c_int| usize::try_from(value / 2).unwrap_or_default();
        Ok((half(received), half(sent)))
    }

    /// Whether the kernel cuts one message into datagrams (`UDP_SEGMENT`, Linux 4.18).
    pub(crate) fn segments(&self) -> bool {
        self.option(libc::SOL_UDP, libc::UDP_SEGMENT).is_ok()
    }

    pub(crate) fn family(&self) -> Family {
        self.family
    }

    fn open(address: SocketAddr, dual: bool) -> io::Result<Self> {
        let (domain, family) = match address {
            SocketAddr::V4(_) => (libc::AF_INET, Family::V4),
            SocketAddr::V6(_) => (libc::AF_INET6, Family::V6),
        };
        let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        // SAFETY: no pointers; the result is checked before it is owned.
        let fd = owned(unsafe { libc::socket(domain, kind, 0) })?;
        let mut socket = Self {
            fd,
            family,
            address,
        };
        if family == Family::V6 {
            socket.set(libc::SOL_IPV6, libc::IPV6_V6ONLY, libc::c_int::from(!dual))?;
            socket.set(libc::SOL_IPV6, libc::IPV6_RECVPKTINFO, 1)?;
            socket.set(
                libc::SOL_IPV6,
                libc::IPV6_MTU_DISCOVER,
                libc::IPV6_PMTUDISC_OMIT,
            )?;
        } else {
            socket.set(libc::SOL_IP, libc::IP_PKTINFO, 1)?;
        }
        if family == Family::V4 || dual {
            // Without this a forged ICMP message could make every GSO message to a peer
            // larger than "the path", and each would be sent in pieces.
            socket.set(libc::SOL_IP, libc::IP_MTU_DISCOVER, libc::IP_PMTUDISC_OMIT)?;
        }
        socket.set(libc::SOL_SOCKET, libc::SO_RXQ_OVFL, 1)?;
        // The first of each pair goes beyond the system's limit, where we may.
        if socket
            .set(libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, BUFFER)
            .is_err()
        {
            socket.set(libc::SOL_SOCKET, libc::SO_RCVBUF, BUFFER)?;
        }
        if socket
            .set(libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, BUFFER)
            .is_err()
        {
            socket.set(libc::SOL_SOCKET, libc::SO_SNDBUF, BUFFER)?;
        }
        socket.bind_to(address)?;
        socket.address = socket.local()?;
        Ok(socket)
    }

    fn bind_to(&self, address: SocketAddr) -> io::Result<()> {
        let (name, length) = Name::of(address, self.family)
            .ok_or_else(|| io::Error::from_raw_os_error(libc::EAFNOSUPPORT))?;
        // SAFETY: `name` lives through the call and its first `length` bytes are written.
        let result = unsafe { libc::bind(self.fd.as_raw_fd(), (&raw const name).cast(), length) };
        checked(result)
    }

    fn local(&self) -> io::Result<SocketAddr> {
        let mut name = Name::blank();
        let mut length = libc::socklen_t::try_from(size_of::<Name>()).unwrap_or_default();
        // SAFETY: `name` has room for the `length` bytes that the kernel may write.
        checked(unsafe {
            libc::getsockname(self.fd.as_raw_fd(), (&raw mut name).cast(), &raw mut length)
        })?;
        name.address()
            .ok_or_else(|| io::Error::from_raw_os_error(libc::EAFNOSUPPORT))
    }

    fn set(&self, level: libc::c_int, name: libc::c_int, value: libc::c_int) -> io::Result<()> {
        let length = libc::socklen_t::try_from(size_of_val(&value)).unwrap_or_default();
        // SAFETY: `value` lives through the call and has `length` bytes.
        checked(unsafe {
            libc::setsockopt(
                self.fd.as_raw_fd(),
                level,
                name,
                (&raw const value).cast(),
                length,
            )
        })
    }

    fn option(&self, level: libc::c_int, name: libc::c_int) -> io::Result<libc::c_int> {
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

impl AsFd for MediaSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn checked(result: libc::c_int) -> io::Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_told() {
        let first = MediaSocket::bind(Ipv4Addr::UNSPECIFIED.into(), 0).unwrap();
        let port = first.address().port();
        for host in ["0.0.0.0", "::", "127.0.0.1"] {
            let error = MediaSocket::bind(host.parse().unwrap(), port).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse, "{host}");
        }
    }

    #[test]
    fn the_buffers_are_more_than_the_system_gives_unasked() {
        let socket = MediaSocket::bind(Ipv4Addr::LOCALHOST.into(), 0).unwrap();
        assert_eq!(socket.address().ip(), Ipv4Addr::LOCALHOST);
        let (received, sent) = socket.buffers().unwrap();
        assert!(received >= 212_992 && sent >= 212_992, "{received} {sent}");
    }
}
