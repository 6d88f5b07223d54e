//! Bursts on their way to many viewers, who are served a slice at a time.
//!
//! A frame for a thousand viewers is milliseconds of work. In one piece it would delay everything
//! else by so much, and what was sealed first would have left the processor's cache before the
//! kernel reads it.

use std::collections::VecDeque;
use std::time::Instant;

use crate::codec::Kind;
use crate::forwarding::burst::MAX_BURST;
use crate::outgoing::Outgoing;

/// Bytes in the arena at which a call lets the rest wait for the next.
pub(crate) const SLICE: usize = 512 << 10;
/// Messages at which it does so.
pub(crate) const SLICE_MESSAGES: usize = 256;

/// Whether a call has made as much as leaves at a time.
pub(crate) fn is_full(outgoing: &Outgoing) -> bool {
    outgoing.arena().len() >= SLICE || outgoing.messages().len() >= SLICE_MESSAGES
}

/// A burst of a track, and how many of its viewers have been served.
#[derive(Debug)]
pub(crate) struct Departure {
    /// When it was complete.
    pub(crate) since: Instant,
    /// The sequence numbers of its packets.
    packets: [u64; MAX_BURST],
    /// How many of these there are.
    count: usize,
    /// Views before this one have been served.
    pub(crate) next: usize,
}

impl Departure {
    /// Of at most 16 packets.
    pub(crate) fn new(since: Instant, pending: impl Iterator<Item = u64>) -> Self {
        let mut packets = [0; MAX_BURST];
        let mut count = 0;
        for (place, sequence) in packets.iter_mut().zip(pending) {
            *place = sequence;
            count += 1;
        }
        Self {
            since,
            packets,
            count,
            next: 0,
        }
    }

    /// The sequence numbers of its packets, in the order in which they came.
    pub(crate) fn packets(&self) -> impl Iterator<Item = u64> {
        self.packets.iter().copied().take(self.count)
    }
}

/// Tracks whose bursts are leaving: sound before pictures, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Departures {
    sound: VecDeque<(Instant, usize)>,
    pictures: VecDeque<(Instant, usize)>,
}

impl Departures {
    pub(crate) fn push(&mut self, since: Instant, kind: Kind, key: usize) {
        match kind {
            Kind::Audio => self.sound.push_back((since, key)),
            Kind::Video => self.pictures.push_back((since, key)),
        }
    }

    /// The key of the track whose turn it is, and since when it waits.
    pub(crate) fn first(&self) -> Option<(Instant, usize)> {
        self.sound.front().or(self.pictures.front()).copied()
    }

    /// The first one has left.
    pub(crate) fn pop(&mut self) {
        if self.sound.pop_front().is_none() {
            self.pictures.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::time::Duration;

    use crate::clock::Clock;
    use crate::codec::{Codec, CodecSet};
    use crate::forwarding::Forwarding;
    use crate::forwarding::egress::Egress;
    use crate::forwarding::header::Header;
    use crate::forwarding::stream::Stream;
    use crate::forwarding::track::{Origin, Track};
    use crate::forwarding::view::{Format, PayloadTypes, Repair, View};
    use crate::order::Source;
    use crate::random::Random;
    use crate::relay::{Packet, TrackId};
    use media_srtp::{MasterKey, Profile, Sealer};
    use media_transport::Path;
    use media_wire::extension::Ids;
    use media_wire::ntp::NtpTime;
    use media_wire::rtp;

    const PROFILE: Profile = Profile::AeadAes128Gcm;
    const SOUND: u8 = 111;
    const PICTURE: u8 = 96;
    /// More than leave at a time, twice.
    const CROWD: usize = 2 * SLICE_MESSAGES + 10;

    /// Datagrams in the order in which they left: whose, which payload type, which number of its stream from 0.
    type Left = Vec<(u16, u8, u16)>;

    struct Stage {
        forwarding: Forwarding,
        begin: Instant,
        sound: usize,
        picture: usize,
        /// First number of each viewer's stream.
        first: HashMap<(u16, u8), u16>,
        sequence: u64,
    }

    impl Stage {
        /// A microphone and a camera that so many see.
        fn set(viewers: usize) -> Self {
            let begin = Instant::now();
            let mut forwarding = Forwarding::new(Clock::new(begin, NtpTime(0)));
            let mut random = Random::new([5; 32]);
            for peer in 0..viewers {
                let key = MasterKey::new(PROFILE, &[1; 16], &[2; 12]).unwrap();
                let remote = ([192, 0, 2, 1], u16::try_from(peer).unwrap()).into();
                let path = Path::udp(remote, [192, 0, 2, 2].into());
                let sealer = Sealer::new(PROFILE, &key).unwrap();
                forwarding.connect(peer, Egress::new(path, sealer, begin));
            }
            let mut first = HashMap::new();
            let mut track = |source: Source, codec: Codec, media: u8| {
                let id = TrackId {
                    shard: 0,
                    number: u64::from(media),
                };
                let origin = Origin::Local {
                    pipe: viewers,
                    section: 0,
                };
                let codecs = CodecSet::all(codec.kind());
                let mut track = Track::new(id, origin, "sender".into(), source, codecs, 1 << 20);
                let mut payload_types = [None; Codec::ALL.len()];
                payload_types[codec as usize] = Some(PayloadTypes {
                    media,
                    rtx: None,
                    red: None,
                });
                for peer in 0..viewers {
                    let format = Format {
                        header: Header::new(Ids::default(), "0", false, true),
                        payload_types,
                        repair: Repair::Rtx,
                    };
                    let stream = Stream::new(&mut random);
                    let name = (u16::try_from(peer).unwrap(), media);
                    first.insert(name, u16::try_from(stream.next).unwrap());
                    track.views.push(View::new(peer, 0, stream, format, 0));
                }
                forwarding.tracks.insert(track)
            };
            let sound = track(Source::Microphone, Codec::Opus, SOUND);
            let picture = track(Source::Camera, Codec::H264Main, PICTURE);
            Self {
                forwarding,
                begin,
                sound,
                picture,
                first,
                sequence: 1000,
            }
        }

        /// A packet comes that is a burst of its own.
        fn comes(&mut self, key: usize, codec: Codec) {
            self.sequence += 1;
            let packet = Packet {
                sequence: self.sequence,
                timestamp: 0,
                arrived: self.begin,
                length: 100,
                primary: 100,
                codec,
                marker: true,
                key_frame: codec.kind() == Kind::Video,
                audio_level: None,
                orientation: None,
            };
            self.forwarding.packet(self.begin, key, packet, &[7; 100]);
        }

        fn sound(&mut self) {
            self.comes(self.sound, Codec::Opus);
        }

        fn picture(&mut self) {
            self.comes(self.picture, Codec::H264Main);
        }

        /// What has been made since this was last asked.
        fn left(&mut self) -> Left {
            let left = self.forwarding.outgoing.datagrams();
            let left = left.map(|(path, bytes)| {
                let header = rtp::Header::parse(bytes).unwrap();
                let viewer = path.remote.port();
                let first = self.first[&(viewer, header.payload_type)];
                let number = header.sequence.wrapping_sub(first);
                (viewer, header.payload_type, number)
            });
            let left = left.collect();
            self.forwarding.outgoing.clear();
            left
        }

        /// All that is made until there is nothing to do.
        fn rest(&mut self) -> Left {
            let mut all = self.left();
            while self.forwarding.due().is_some() {
                self.forwarding.proceed(self.begin);
                all.extend(self.left());
            }
            all
        }
    }

    fn everybody(payload_type: u8, number: u16) -> Left {
        let viewers = 0..u16::try_from(CROWD).unwrap();
        viewers
            .map(|viewer| (viewer, payload_type, number))
            .collect()
    }

    #[test]
    fn a_crowd_is_served_in_slices_and_everybody_once() {
        let mut stage = Stage::set(CROWD);
        stage.picture();
        let mut all = Left::new();
        for (size, more) in [(SLICE_MESSAGES, true), (SLICE_MESSAGES, true), (10, false)] {
            let slice = stage.left();
            assert_eq!(slice.len(), size);
            assert_eq!(stage.forwarding.due().is_some(), more);
            all.extend(slice);
            stage.forwarding.proceed(stage.begin);
        }
        assert_eq!(stage.forwarding.due(), None);
        assert_eq!(stage.left(), []);
        assert_eq!(all, everybody(PICTURE, 0));
    }

    #[test]
    fn a_slice_has_room_for_a_number_of_bytes() {
        let mut outgoing = Outgoing::default();
        let path = Path::udp(([192, 0, 2, 1], 1).into(), [192, 0, 2, 2].into());
        let datagram = [0; 1024];
        for _ in 0..SLICE_MESSAGES - 1 {
            assert!(!is_full(&outgoing));
            outgoing.datagram(&path, &datagram[..100]);
        }
        assert!(!is_full(&outgoing));
        outgoing.datagram(&path, &datagram[..100]);
        assert!(is_full(&outgoing));
        outgoing.clear();
        let room = outgoing.room(SLICE);
        assert!(room.len() >= SLICE);
        outgoing.keep(SLICE);
        outgoing.message(&path, 1024);
        assert!(is_full(&outgoing));
    }

    #[test]
    fn sound_goes_before_the_rest_of_a_picture() {
        let mut stage = Stage::set(CROWD);
        stage.picture();
        let before = stage.left();
        stage.sound();
        let rest = stage.rest();
        let (sound, picture) = rest.split_at(CROWD);
        assert_eq!(sound, everybody(SOUND, 0));
        assert_eq!([&before, picture].concat(), everybody(PICTURE, 0));
    }

    #[test]
    fn bursts_of_a_track_leave_in_order_and_do_not_pile_up() {
        let mut stage = Stage::set(CROWD);
        for _ in 0..3 {
            stage.picture();
        }
        // Two had to leave whole before the third.
        assert!(stage.forwarding.outgoing.messages().len() >= 2 * CROWD);
        let left = stage.rest();
        let expected = [0, 1, 2].map(|number| everybody(PICTURE, number)).concat();
        assert_eq!(left, expected);
    }

    #[test]
    fn what_is_leaving_is_finished_before_views_change_their_places() {
        let mut stage = Stage::set(CROWD);
        stage.picture();
        stage.forwarding.finish(stage.picture);
        let views = &mut stage.forwarding.tracks[stage.picture].views;
        views.swap_remove(0);
        assert_eq!(stage.rest(), everybody(PICTURE, 0));
        let later = stage.begin + Duration::from_secs(1);
        stage.forwarding.proceed(later);
        assert_eq!(stage.left(), []);
    }

    #[test]
    fn a_track_that_is_gone_leaves_nothing_to_do() {
        let mut stage = Stage::set(CROWD);
        stage.picture();
        stage.left();
        stage.forwarding.tracks.remove(stage.picture);
        assert_eq!(stage.rest(), []);
    }
}
