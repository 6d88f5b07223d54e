//! How many TCP connections each remote address has, and whether it may have another.

use std::collections::HashMap;
use std::net::IpAddr;

/// Connections of one shard.
pub(crate) const MOST_CONNECTIONS: usize = 4096;

/// Connections of one remote address: a large office may be behind one.
pub(crate) const MOST_PER_ADDRESS: usize = 1024;

/// Connections of one remote address whose client has not shown a password yet.
pub(crate) const MOST_UNPROVEN: usize = 64;

/// Network part of an IPv6 address: whoever has one address there has them all.
const NETWORK: u128 = u128::MAX << 64;

/// Counts of one address.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    all: usize,
    unproven: usize,
}

/// Why an address gets no other connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refused {
    /// The shard has no room.
    Full,
    /// The address has enough.
    Greedy,
}

/// The counts of all addresses; IPv6 addresses are one if they begin with the same 64 bits.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    counts: HashMap<IpAddr, Count>,
    all: usize,
}

impl Crowd {
    /// Counts a new connection, which has proven nothing yet.
    pub(crate) fn enter(&mut self, address: IpAddr) -> Result<(), Refused> {
        if self.all >= MOST_CONNECTIONS {
            return Err(Refused::Full);
        }
        let count = self.counts.entry(network(address)).or_default();
        if count.all >= MOST_PER_ADDRESS || count.unproven >= MOST_UNPROVEN {
            return Err(Refused::Greedy);
        }
        count.all += 1;
        count.unproven += 1;
        self.all += 1;
        Ok(())
    }

    /// One of the connections has proven who it is.
    pub(crate) fn prove(&mut self, address: IpAddr) {
        if let Some(count) = self.counts.get_mut(&network(address)) {
            count.unproven = count.unproven.saturating_sub(1);
        }
    }

    /// One of the connections is gone.
    pub(crate) fn leave(&mut self, address: IpAddr, proven: bool) {
        let address = network(address);
        if let Some(count) = self.counts.get_mut(&address) {
            count.all = count.all.saturating_sub(1);
            count.unproven = count.unproven.saturating_sub(usize::from(!proven));
            self.all = self.all.saturating_sub(1);
            if count.all == 0 {
                self.counts.remove(&address);
            }
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & NETWORK).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(number: usize) -> IpAddr {
        IpAddr::from([10, 0, 0, u8::try_from(number).unwrap()])
    }

    #[test]
    fn an_address_has_few_unproven_and_more_proven_connections() {
        let mut crowd = Crowd::default();
        for _ in 0..MOST_UNPROVEN {
            crowd.enter(host(1)).unwrap();
        }
        assert_eq!(crowd.enter(host(1)), Err(Refused::Greedy));
        assert_eq!(crowd.enter(host(2)), Ok(()));
        for _ in 0..MOST_UNPROVEN {
            crowd.prove(host(1));
        }
        for _ in MOST_UNPROVEN..MOST_PER_ADDRESS {
            crowd.enter(host(1)).unwrap();
            crowd.prove(host(1));
        }
        assert_eq!(crowd.enter(host(1)), Err(Refused::Greedy));
        crowd.leave(host(1), true);
        assert_eq!(crowd.enter(host(1)), Ok(()));
        crowd.leave(host(1), false);
        assert_eq!(crowd.enter(host(1)), Ok(()));
    }

    #[test]
    fn a_shard_is_full_for_all_and_forgets_who_has_left() {
        let mut crowd = Crowd::default();
        let all = MOST_CONNECTIONS / MOST_UNPROVEN;
        for number in 0..MOST_CONNECTIONS {
            crowd.enter(host(number % all)).unwrap();
        }
        assert_eq!(crowd.enter(host(all)), Err(Refused::Full));
        for number in 0..MOST_CONNECTIONS {
            crowd.leave(host(number % all), false);
        }
        assert!(crowd.counts.is_empty());
        assert_eq!(crowd.enter(host(all)), Ok(()));
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_are_one() {
        let mut crowd = Crowd::default();
        for number in 0..MOST_UNPROVEN {
            let address = format!("2001:db8::{number:x}").parse().unwrap();
            crowd.enter(address).unwrap();
        }
        let (same, other) = ("2001:db8::ffff:1", "2001:db8:0:1::1");
        assert_eq!(crowd.enter(same.parse().unwrap()), Err(Refused::Greedy));
        assert_eq!(crowd.enter(other.parse().unwrap()), Ok(()));
    }
}
