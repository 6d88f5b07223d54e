//! Socket addresses between Rust's form and the kernel's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// What the socket speaks; an IPv6 socket that is dual-stack speaks both.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Family {
    V4,
    V6,
}

/// Room for the name of a peer, of either family.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) union Name {
    v4: libc::sockaddr_in,
    v6: libc::sockaddr_in6,
}

impl Name {
    /// An address that no family has written to.
    pub(crate) fn blank() -> Self {
        // SAFETY: every member is plain integers, for which zero is a value.
        unsafe { std::mem::zeroed() }
    }

    /// The name of `address` on a socket of `family`, and its length.
    ///
    /// IPv4 addresses are mapped (RFC 4291 section 2.5.5.2) on an IPv6 socket; an IPv6
    /// address has no name on an IPv4 socket.
    pub(crate) fn of(address: SocketAddr, family: Family) -> Option<(Self, libc::socklen_t)> {
        let mut name = Self::blank();
        match (family, address) {
            (Family::V4, SocketAddr::V4(v4)) => {
                name.v4 = libc::sockaddr_in {
                    sin_family: short(libc::AF_INET),
                    sin_port: v4.port().to_be(),
                    sin_addr: in_addr(*v4.ip()),
                    sin_zero: [0; 8],
                };
                Some((name, length::<libc::sockaddr_in>()))
            }
            (Family::V4, SocketAddr::V6(_)) => None,
            (Family::V6, _) => {
                let (ip, flow, scope) = match address {
                    SocketAddr::V4(v4) => (v4.ip().to_ipv6_mapped(), 0, 0),
                    SocketAddr::V6(v6) => (*v6.ip(), v6.flowinfo(), v6.scope_id()),
                };
                name.v6 = libc::sockaddr_in6 {
                    sin6_family: short(libc::AF_INET6),
                    sin6_port: address.port().to_be(),
                    sin6_flowinfo: flow,
                    sin6_addr: in6_addr(ip),
                    sin6_scope_id: scope,
                };
                Some((name, length::<libc::sockaddr_in6>()))
            }
        }
    }

    /// The address that the kernel wrote, IPv4 where it is a mapped one.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        // SAFETY: both members begin with the family and were zeroed or written whole.
        match unsafe { libc::c_int::from(self.v4.sin_family) } {
            libc::AF_INET => {
                // SAFETY: the family says that this member was written.
                let name = unsafe { self.v4 };
                let ip = Ipv4Addr::from(name.sin_addr.s_addr.to_ne_bytes());
                Some(SocketAddrV4::new(ip, u16::from_be(name.sin_port)).into())
            }
            libc::AF_INET6 => {
                // SAFETY: the family says that this member was written.
                let name = unsafe { self.v6 };
                let port = u16::from_be(name.sin6_port);
                let ip = Ipv6Addr::from(name.sin6_addr.s6_addr);
                Some(match ip.to_ipv4_mapped() {
                    Some(v4) => SocketAddrV4::new(v4, port).into(),
                    // The flow label is the sender's matter, and would make two
                    // addresses of one peer.
                    None => SocketAddrV6::new(ip, port, 0, name.sin6_scope_id).into(),
                })
            }
            _ => None,
        }
    }
}

/// An IPv4 address for the kernel.
pub(crate) fn in_addr(ip: Ipv4Addr) -> libc::in_addr {
    libc::in_addr {
        s_addr: u32::from_ne_bytes(ip.octets()),
    }
}

/// An IPv6 address for the kernel.
pub(crate) fn in6_addr(ip: Ipv6Addr) -> libc::in6_addr {
    libc::in6_addr {
        s6_addr: ip.octets(),
    }
}

/// The IPv6 form of either kind, IPv4 mapped.
pub(crate) fn mapped(ip: IpAddr) -> Ipv6Addr {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    }
}

fn short(family: libc::c_int) -> libc::sa_family_t {
    libc::sa_family_t::try_from(family).unwrap_or_default()
}

fn length<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back_as_they_went_in() {
        for text in ["1.2.3.4:5", "[2001:db8::7]:65535", "[fe80::1%3]:9"] {
            let address: SocketAddr = text.parse().unwrap();
            let (name, _) = Name::of(address, Family::V6).unwrap();
            assert_eq!(name.address(), Some(address));
        }
        let address: SocketAddr = "1.2.3.4:5".parse().unwrap();
        let (name, length) = Name::of(address, Family::V4).unwrap();
        assert_eq!((name.address(), length), (Some(address), 16));
    }

    #[test]
    fn an_ipv4_socket_has_no_name_for_an_ipv6_peer() {
        assert!(Name::of("[::1]:5".parse().unwrap(), Family::V4).is_none());
        assert_eq!(Name::blank().address(), None);
    }
}
