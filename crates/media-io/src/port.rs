//! The port of one shard: the same number for UDP and for TCP.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::listener::MediaListener;
use crate::socket::MediaSocket;

/// Numbers that are tried when the kernel may choose, as the one it gives for UDP may be taken for TCP.
const TRIALS: usize = 32;

/// A port on which datagrams arrive and connections are accepted.
#[derive(Debug)]
pub struct MediaPort {
    pub(crate) socket: MediaSocket,
    pub(crate) listener: MediaListener,
}

/// What cannot be bound, and why.
#[derive(Debug)]
pub struct Unbound {
    /// For which of the two.
    pub transport: Transport,
    /// The kernel's, above all `AddrInUse`.
    pub error: io::Error,
}

/// What a port is a port of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// Connections.
    Tcp,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        })
    }
}

impl MediaPort {
    /// Binds to `host` and `port`; port 0 lets the kernel choose one that is free for both.
    ///
    /// Both unspecified addresses mean all addresses of both families, or of IPv4 alone where the machine
    /// has no IPv6.
    ///
    /// # Errors
    /// [`Unbound`].
    pub fn bind(host: IpAddr, port: u16) -> Result<Self, Unbound> {
        let mut taken = Vec::new();
        loop {
            let socket = MediaSocket::bind(host, port).map_err(|error| Unbound {
                transport: Transport::Udp,
                error,
            })?;
            match MediaListener::bind(host, socket.address().port()) {
                Ok(listener) => return Ok(Self { socket, listener }),
                Err(error)
                    if error.kind() == io::ErrorKind::AddrInUse
                        && port == 0
                        && taken.len() < TRIALS =>
                {
                    // Held until a number is found, so that the kernel does not give it again.
                    taken.push(socket);
                }
                Err(error) => {
                    return Err(Unbound {
                        transport: Transport::Tcp,
                        error,
                    });
                }
            }
        }
    }

    /// Where it is, with the number that the kernel chose.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.socket.address()
    }

    /// Bytes of datagrams the kernel holds for us in each direction: (received, to be sent).
    ///
    /// # Errors
    /// The kernel's.
    pub fn buffers(&self) -> io::Result<(usize, usize)> {
        self.socket.buffers()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};

    const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn both_have_one_number_and_each_tells_when_it_is_taken() {
        let port = MediaPort::bind(HOST, 0).unwrap();
        assert!(TcpStream::connect(port.address()).is_ok());
        let number = port.address().port();
        let unbound = MediaPort::bind(HOST, number).unwrap_err();
        assert_eq!(unbound.error.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(unbound.transport.to_string(), "udp");
        drop(port);
        let tcp = TcpListener::bind((HOST, number)).unwrap();
        for host in [HOST, Ipv4Addr::UNSPECIFIED.into()] {
            let unbound = MediaPort::bind(host, number).unwrap_err();
            assert_eq!(unbound.error.kind(), io::ErrorKind::AddrInUse);
            assert_eq!(unbound.transport.to_string(), "tcp");
        }
        drop(tcp);
        assert!(UdpSocket::bind((HOST, number)).is_ok());
    }
}
