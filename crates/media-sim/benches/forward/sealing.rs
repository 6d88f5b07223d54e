//! The limit: sealing packets of the same sizes for as many viewers, and nothing else.

use std::ops::Range;
use std::time::Duration;

use media_srtp::{MasterKey, Profile, Sealer};

use crate::clock;
use crate::stage::Sizes;

/// One burst of a track, for every viewer, in one arena.
pub(crate) struct Sealing {
    pub(crate) profile: Profile,
    viewers: Vec<Sealer>,
    arena: Vec<u8>,
    /// Room of each packet, and its length before it is sealed.
    packets: Vec<(Range<usize>, usize)>,
    header: usize,
    index: u64,
}

impl Sealing {
    /// Packets as long as those that left the shard, which made them longer by `overhead`.
    pub(crate) fn new(profile: Profile, viewers: usize, sizes: &Sizes, overhead: usize) -> Self {
        let key = MasterKey::new(
            profile,
            &vec![1; profile.key_len()],
            &vec![2; profile.salt_len()],
        );
        let key = key.expect("lengths of the profile");
        let mut packets = Vec::new();
        let mut end = 0;
        for sealed in &sizes.burst {
            let length = sealed - overhead;
            let room = length + profile.rtp_overhead();
            packets.push((end..end + room, length));
            end += room;
        }
        Self {
            profile,
            viewers: (0..viewers)
                .map(|_| Sealer::new(profile, &key).expect("keys"))
                .collect(),
            arena: vec![0; end * viewers],
            packets,
            header: sizes.header,
            index: 0,
        }
    }

    /// Seal this many packets, or a few more to end with a whole burst.
    pub(crate) fn seal(&mut self, count: u64) -> Duration {
        let burst = self.arena.len() / self.viewers.len();
        let mut done = 0;
        let start = clock::busy();
        while done < count {
            for (sealer, own) in self.viewers.iter().zip(self.arena.chunks_mut(burst)) {
                for (index, (room, length)) in (self.index..).zip(&self.packets) {
                    let packet = &mut own[room.clone()];
                    let [.., high, low] = index.to_be_bytes();
                    packet[2..4].copy_from_slice(&[high, low]);
                    sealer
                        .seal_rtp(packet, self.header, *length, index)
                        .expect("a packet that can be sealed");
                }
            }
            self.index += self.packets.len() as u64;
            done += (self.packets.len() * self.viewers.len()) as u64;
        }
        let took = clock::busy_since(start);
        took.mul_f64(count as f64 / done as f64)
    }
}
