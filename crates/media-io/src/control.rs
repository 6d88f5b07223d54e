//! Control messages of a datagram: our address, segment size, overflow (cmsg(3)).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::address::{Family, in_addr, in6_addr, mapped};

/// Bytes for an `in6_pktinfo` (40 with its header) and a four-byte value (24).
pub(crate) const ROOM: usize = 64;

/// Room for the control messages of one datagram.
#[derive(Clone, Copy)]
pub(crate) struct Control([u64; ROOM / 8]);

impl Control {
    pub(crate) const EMPTY: Self = Self([0; ROOM / 8]);

    pub(crate) fn as_mut_ptr(&mut self) -> *mut libc::c_void {
        self.0.as_mut_ptr().cast()
    }

    /// Writes the source address and, if not 0, the segment size; returns the length.
    ///
    /// An unspecified source is left to the kernel.
    pub(crate) fn write(&mut self, family: Family, source: IpAddr, segment: u16) -> usize {
        let mut at = 0;
        if !source.is_unspecified() {
            at += match (family, source) {
                (Family::V4, IpAddr::V4(ip)) => {
                    let info = libc::in_pktinfo {
                        ipi_ifindex: 0,
                        ipi_spec_dst: in_addr(ip),
                        ipi_addr: in_addr(Ipv4Addr::UNSPECIFIED),
                    };
                    self.append(at, libc::SOL_IP, libc::IP_PKTINFO, info)
                }
                (Family::V4, IpAddr::V6(_)) => 0,
                (Family::V6, _) => {
                    let info = libc::in6_pktinfo {
                        ipi6_addr: in6_addr(mapped(source)),
                        ipi6_ifindex: 0,
                    };
                    self.append(at, libc::SOL_IPV6, libc::IPV6_PKTINFO, info)
                }
            };
        }
        if segment != 0 {
            at += self.append(at, libc::SOL_UDP, libc::UDP_SEGMENT, segment);
        }
        at
    }

    /// Writes one message at `at`; returns the room it takes, 0 where there is none.
    fn append<T: Copy>(&mut self, at: usize, level: i32, kind: i32, value: T) -> usize {
        let size = libc::c_uint::try_from(size_of::<T>()).unwrap_or(libc::c_uint::MAX);
        // SAFETY: both are arithmetic on a number, without pointers.
        let (space, length) = unsafe {
            (
                libc::CMSG_SPACE(size) as usize,
                libc::CMSG_LEN(size) as usize,
            )
        };
        let Some(room) = self.0.get_mut(at / 8..at.saturating_add(space) / 8) else {
            return 0;
        };
        let header = room.as_mut_ptr().cast::<libc::cmsghdr>();
        // SAFETY: `room` holds `space` bytes, a multiple of 8 as `at` is: a header, aligned
        // to 8 as the array is, and then the value, which is written unaligned.
        unsafe {
            (*header).cmsg_len = length;
            (*header).cmsg_level = level;
            (*header).cmsg_type = kind;
            libc::CMSG_DATA(header).cast::<T>().write_unaligned(value);
        }
        space
    }
}

/// What the kernel says of a datagram it delivers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Told {
    /// Our address it came to; IPv4 where it is a mapped one.
    pub(crate) local: Option<IpAddr>,
    /// Datagrams the kernel has dropped on this socket since it was bound.
    pub(crate) dropped: u32,
}

/// Reads what the kernel wrote for the message of `header`.
///
/// # Safety
/// `header` has come back from recvmmsg(2), and its control buffer still lives.
pub(crate) unsafe fn read(header: &libc::msghdr) -> Told {
    let mut told = Told::default();
    // SAFETY: by the caller's promise the header describes a live control buffer, which
    // the kernel filled with whole messages; CMSG_NXTHDR stays inside it.  Values are
    // read unaligned and have the types that level and type demand.
    unsafe {
        let mut at = libc::CMSG_FIRSTHDR(header);
        while let Some(message) = at.as_ref() {
            let data = libc::CMSG_DATA(at);
            match (message.cmsg_level, message.cmsg_type) {
                (libc::SOL_IP, libc::IP_PKTINFO) => {
                    let info = data.cast::<libc::in_pktinfo>().read_unaligned();
                    let ip = Ipv4Addr::from(info.ipi_addr.s_addr.to_ne_bytes());
                    told.local = Some(ip.into());
                }
                (libc::SOL_IPV6, libc::IPV6_PKTINFO) => {
                    let info = data.cast::<libc::in6_pktinfo>().read_unaligned();
                    told.local =
                        Some(IpAddr::V6(Ipv6Addr::from(info.ipi6_addr.s6_addr)).to_canonical());
                }
                (libc::SOL_SOCKET, libc::SO_RXQ_OVFL) => {
                    told.dropped = data.cast::<u32>().read_unaligned();
                }
                _ => {}
            }
            at = libc::CMSG_NXTHDR(header, at);
        }
    }
    told
}
