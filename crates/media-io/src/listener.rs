//! Where TCP connections of one shard's clients come in (RFC 6544 passive candidates).

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::descriptor::{self, Descriptor};

/// Connections the kernel completes before we take them; it may grant fewer (`net.core.somaxconn`).
const WAITING: libc::c_int = 1024;

/// Bytes of a connection that may wait in the kernel to be sent first; more of them would be late.
const UNSENT: libc::c_int = 64 << 10;

/// A TCP socket that listens; dual-stack where the host was `0.0.0.0` or `::`.
#[derive(Debug)]
pub(crate) struct MediaListener(TcpListener);

/// A connection that was accepted, and its ends, IPv4 where they are mapped ones.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) stream: TcpStream,
    pub(crate) remote: SocketAddr,
    pub(crate) local: IpAddr,
}

impl MediaListener {
    /// Binds to `host` and `port`, and listens; port 0 lets the kernel choose.
    ///
    /// Hosts mean what they mean for [`crate::socket::MediaSocket::bind`].
    ///
    /// # Errors
    /// The kernel's, above all `AddrInUse`.
    pub(crate) fn bind(host: IpAddr, port: u16) -> io::Result<Self> {
        descriptor::open(host, port, |address, dual| {
            let descriptor = Descriptor::new(address, libc::SOCK_STREAM, dual)?;
            // Else connections of an engine that has died would keep the port from the next one.
            descriptor.set(libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?;
            descriptor.bind(address)?;
            descriptor.listen(WAITING)?;
            Ok(Self(TcpListener::from(OwnedFd::from(descriptor))))
        })
    }

    /// Takes a connection, ready for media: it does not block, and holds nothing back.
    ///
    /// # Errors
    /// The kernel's, `WouldBlock` when there is none.
    pub(crate) fn accept(&self) -> io::Result<Accepted> {
        let (stream, remote) = self.0.accept()?;
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        descriptor::set(&stream, libc::IPPROTO_TCP, libc::TCP_NOTSENT_LOWAT, UNSENT)?;
        let local = stream.local_addr()?.ip().to_canonical();
        let remote = match remote {
            SocketAddr::V6(v6) if v6.ip().to_ipv4_mapped().is_none() => remote,
            _ => SocketAddr::new(remote.ip().to_canonical(), remote.port()),
        };
        Ok(Accepted {
            stream,
            remote,
            local,
        })
    }
}

impl AsFd for MediaListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
