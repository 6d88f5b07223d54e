//! The two ends between which datagrams go, and how they get from one to the other.

use std::net::{IpAddr, SocketAddr};

/// How the datagrams of a path travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Each for itself.
    Udp,
    /// Framed (RFC 4571) on the TCP connection of this number. A number is never used for a second connection.
    Tcp(u64),
}

impl Protocol {
    /// Whether it is a TCP connection.
    #[must_use]
    pub const fn is_tcp(self) -> bool {
        matches!(self, Self::Tcp(_))
    }
}

/// The two ends between which datagrams go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Path {
    /// The peer's address as we see it; an IPv4 address is written as one, never mapped into IPv6.
    pub remote: SocketAddr,
    /// Our address that the peer sends to, and that answers leave from.
    pub local: IpAddr,
    /// How they travel.
    pub protocol: Protocol,
}

impl Path {
    /// A path of single datagrams.
    #[must_use]
    pub const fn udp(remote: SocketAddr, local: IpAddr) -> Self {
        Self {
            remote,
            local,
            protocol: Protocol::Udp,
        }
    }

    /// The path on TCP connection `connection`, counted by whoever accepts connections.
    #[must_use]
    pub const fn tcp(remote: SocketAddr, local: IpAddr, connection: u64) -> Self {
        Self {
            remote,
            local,
            protocol: Protocol::Tcp(connection),
        }
    }

    /// Whom it leads to.
    #[must_use]
    pub const fn peer(&self) -> Peer {
        Peer {
            address: self.remote,
            protocol: self.protocol,
        }
    }
}

/// Where a datagram comes from, whichever of our addresses it was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer {
    /// The address it was sent from.
    pub address: SocketAddr,
    /// How it came.
    pub protocol: Protocol,
}

impl Peer {
    /// The number of the TCP connection, if it is one.
    #[must_use]
    pub const fn connection(&self) -> Option<u64> {
        match self.protocol {
            Protocol::Udp => None,
            Protocol::Tcp(connection) => Some(connection),
        }
    }
}
