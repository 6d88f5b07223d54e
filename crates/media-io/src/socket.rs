//! The UDP socket of one shard, with every option it needs.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd};

use crate::address::Family;
use crate::descriptor::{self, Descriptor};

/// Bytes asked for in each direction: 20 ms at 200,000 packets of 1,100 bytes a second.
/// The kernel may grant less (`net.core.rmem_max`, `net.core.wmem_max`).
const BUFFER: libc::c_int = 4 << 20;

/// A bound UDP socket; dual-stack where the host was `0.0.0.0` or `::`.
#[derive(Debug)]
pub(crate) struct MediaSocket {
    descriptor: Descriptor,
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
    pub(crate) fn bind(host: IpAddr, port: u16) -> io::Result<Self> {
        descriptor::open(host, port, Self::open)
    }

    /// Where it listens, with the port that the kernel chose.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Bytes the kernel holds for us in each direction: (received, to be sent).
    ///
    /// # Errors
    /// The kernel's.
    pub(crate) fn buffers(&self) -> io::Result<(usize, usize)> {
        let received = self.descriptor.option(libc::SOL_SOCKET, libc::SO_RCVBUF)?;
        let sent = self.descriptor.option(libc::SOL_SOCKET, libc::SO_SNDBUF)?;
        // The kernel doubles what it was asked for and tells the double (socket(7)).
        let half = |value: libc::c_int| usize::try_from(value / 2).unwrap_or_default();
        Ok((half(received), half(sent)))
    }

    /// Whether the kernel cuts one message into datagrams (`UDP_SEGMENT`, Linux 4.18).
    pub(crate) fn segments(&self) -> bool {
        self.descriptor
            .option(libc::SOL_UDP, libc::UDP_SEGMENT)
            .is_ok()
    }

    pub(crate) fn family(&self) -> Family {
        self.descriptor.family()
    }

    fn open(address: SocketAddr, dual: bool) -> io::Result<Self> {
        let descriptor = Descriptor::new(address, libc::SOCK_DGRAM, dual)?;
        let family = descriptor.family();
        if family == Family::V6 {
            descriptor.set(libc::SOL_IPV6, libc::IPV6_RECVPKTINFO, 1)?;
            descriptor.set(
                libc::SOL_IPV6,
                libc::IPV6_MTU_DISCOVER,
                libc::IPV6_PMTUDISC_OMIT,
            )?;
        } else {
            descriptor.set(libc::SOL_IP, libc::IP_PKTINFO, 1)?;
        }
        if family == Family::V4 || dual {
            // Without this a forged ICMP message could make every GSO message to a peer
            // larger than "the path", and each would be sent in pieces.
            descriptor.set(libc::SOL_IP, libc::IP_MTU_DISCOVER, libc::IP_PMTUDISC_OMIT)?;
        }
        descriptor.set(libc::SOL_SOCKET, libc::SO_RXQ_OVFL, 1)?;
        // The first of each pair goes beyond the system's limit, where we may.
        if descriptor
            .set(libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, BUFFER)
            .is_err()
        {
            descriptor.set(libc::SOL_SOCKET, libc::SO_RCVBUF, BUFFER)?;
        }
        if descriptor
            .set(libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, BUFFER)
            .is_err()
        {
            descriptor.set(libc::SOL_SOCKET, libc::SO_SNDBUF, BUFFER)?;
        }
        let address = descriptor.bind(address)?;
        Ok(Self {
            descriptor,
            address,
        })
    }
}

impl AsFd for MediaSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

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
