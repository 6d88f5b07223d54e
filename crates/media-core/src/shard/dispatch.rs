//! Which pipe a datagram is for.

use std::time::Instant;

use media_transport::{Credentials, MAX_PATHS, Path, Peer};
use media_wire::{demux, stun};

use crate::counters::Counter;
use crate::pipe::Pipe;
use crate::relay::Relay;
use crate::shard::Shard;
use crate::shard::ingress::Ingress;

/// Characters of an ICE password: 144 bits (RFC 8839 section 5.4 asks for 128).
const PASSWORD: usize = 24;

/// Senders that lead to one pipe at which those that are no longer valid are forgotten.
const MOST_PEERS: usize = 2 * MAX_PATHS;

/// Where a user name belongs.
enum Owner {
    Pipe(usize),
    Shard(u16),
    Nobody,
}

impl Shard {
    pub(crate) fn stun(&mut self, now: Instant, path: &Path, datagram: &[u8]) {
        let Some(ufrag) = stun::peek_username(datagram).and_then(stun::local_ufrag) else {
            self.forwarding.counters.count(Counter::DropStun);
            return;
        };
        match self.owner(ufrag) {
            Owner::Pipe(slot) => self.guarded(now, Some(slot), |shard| {
                shard.transport(now, slot, path, datagram);
            }),
            Owner::Shard(_) if path.protocol.is_tcp() => {
                // It could be answered by this shard alone, which does not know the password.
                self.forwarding.counters.count(Counter::DropForeignUser);
                self.useless(path.peer());
            }
            Owner::Shard(shard) => {
                let relay = Relay::Datagram {
                    path: *path,
                    bytes: datagram.to_vec(),
                };
                self.forwarding.relays.push((shard, relay));
            }
            Owner::Nobody => {
                self.forwarding.counters.count(Counter::DropUnknownUser);
                self.useless(path.peer());
            }
        }
    }

    /// A connection that does not lead to a pipe is closed, so that its client need not wait.
    fn useless(&mut self, peer: Peer) {
        if !self.peers.contains_key(&peer) {
            self.closings.extend(peer.connection());
        }
    }

    /// A user name is the numbers of shard and slot, and what makes it one's own.
    fn owner(&self, ufrag: &str) -> Owner {
        let shard = ufrag.get(..4).map(|digits| u16::from_str_radix(digits, 16));
        let slot = ufrag
            .get(4..12)
            .map(|digits| u32::from_str_radix(digits, 16));
        let (Some(Ok(shard)), Some(Ok(slot))) = (shard, slot) else {
            return Owner::Nobody;
        };
        if shard != self.config.shard {
            return if shard < self.config.shards {
                Owner::Shard(shard)
            } else {
                Owner::Nobody
            };
        }
        let slot = slot as usize;
        match self.pipes.get(slot) {
            Some(pipe) if pipe.transport.is_local(ufrag) => Owner::Pipe(slot),
            _ => Owner::Nobody,
        }
    }

    /// New credentials for a pipe. The user name leads to this shard and slot, and has 48 bits that nobody can guess.
    pub(crate) fn credentials(&mut self, slot: usize) -> Credentials {
        let secret = self.random.ice_chars(8);
        Credentials {
            ufrag: format!("{:04x}{slot:08x}{secret}", self.config.shard),
            pwd: self.random.ice_chars(PASSWORD),
        }
    }

    /// STUN or DTLS for a pipe.
    pub(crate) fn transport(&mut self, now: Instant, slot: usize, path: &Path, datagram: &[u8]) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let drops = |pipe: &Pipe| {
            let drops = pipe.transport.drops();
            drops.stun + drops.dtls + drops.other
        };
        let before = drops(pipe);
        pipe.transport.handle(now, path, datagram);
        let dropped = drops(pipe) - before;
        if pipe.transport.checked() == Some(now) {
            pipe.presence.heard = now;
        }
        self.forwarding
            .counters
            .add(Counter::DropTransport, dropped);
        self.learn(slot, path.peer());
        self.drain(now, slot);
        self.tell_presence(now, slot);
    }

    /// Remember that a sender leads to a pipe, once ICE has validated it.
    ///
    /// One that is in use by another pipe stays there: whoever can forge sender addresses and has a
    /// pipe of their own could otherwise draw the other's media to themselves, if only to lose it.
    fn learn(&mut self, slot: usize, peer: Peer) {
        let holder = self.peers.get(&peer).copied();
        if holder == Some(slot) {
            return;
        }
        let held = holder
            .and_then(|holder| self.pipes.get(holder))
            .is_some_and(|pipe| pipe.transport.is_valid(&peer));
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        if !held && pipe.transport.is_valid(&peer) {
            if pipe.peers.len() >= MOST_PEERS {
                // Of a client that has moved often, ICE remembers fewer.
                let (peers, transport) = (&mut self.peers, &pipe.transport);
                let closings = &mut self.closings;
                pipe.peers.retain(|known| {
                    let kept = transport.is_valid(known);
                    if !kept && peers.get(known) == Some(&slot) {
                        peers.remove(known);
                        closings.extend(known.connection());
                    }
                    kept
                });
            }
            pipe.peers.push(peer);
            self.peers.insert(peer, slot);
        }
    }

    /// DTLS, RTP or RTCP from a sender that leads to a pipe.
    pub(crate) fn secured(
        &mut self,
        now: Instant,
        slot: usize,
        path: &Path,
        protocol: demux::Protocol,
        datagram: &mut [u8],
    ) {
        let valid = self
            .pipes
            .get_mut(slot)
            .filter(|pipe| pipe.transport.is_valid(&path.peer()));
        let Some(pipe) = valid else {
            self.forwarding.counters.count(Counter::DropUnknownAddress);
            return;
        };
        if protocol == demux::Protocol::Dtls {
            self.transport(now, slot, path, datagram);
            return;
        }
        let mut ingress = Ingress {
            now,
            slot,
            pipe,
            forwarding: &mut self.forwarding,
            alarms: &mut self.alarms,
            news: &mut self.news,
        };
        match protocol {
            demux::Protocol::Rtp => ingress.rtp(datagram),
            _ => ingress.rtcp(datagram),
        }
        let interrupted = ingress.pipe.presence.interrupted;
        if interrupted {
            self.tell_presence(now, slot);
        }
    }
}
