//! A room in which everybody speaks, and the book of who might get what of whom, and when.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_core::{Audience, Name, Order, Part, Source, Way};
use media_sim::network::{Conditions, Dice};
use media_sim::peer::{Arrived, Codecs, RED};
use media_sim::source::{Generator, begins_key_frame, count_of, voice_of};
use media_sim::world::World;
use media_wire::red::Redundant;
use str0m::media::Direction::{self, SendRecv};

const BOTH: &[(Source, Direction)] = &[(Source::Microphone, SendRecv), (Source::Camera, SendRecv)];
const ROOM: &str = "room";
/// Of every path: what arrives was sent so much earlier.
const DELAY: Duration = Conditions::CLEAN.delay;
/// A picture is there so soon after it may be: a key frame is asked for each 500 ms, and a frame follows each 50 ms.
const SOON: Duration = Duration::from_millis(560);

pub(crate) const SOURCES: [Source; 2] = [Source::Microphone, Source::Camera];

/// A time in which somebody might get something.
struct Span {
    after: Instant,
    until: Option<Instant>,
}

impl Span {
    fn has(&self, at: Instant) -> bool {
        self.after < at && self.until.is_none_or(|until| at <= until)
    }
}

/// Whose packet, of what, and which.
type Said = (usize, Source, u64);

/// A packet that has arrived, and when it left the engine.
struct Got<'a> {
    said: Said,
    left: Instant,
    arrived: &'a Arrived,
}

/// The room, its members by number, and the book.
pub(crate) struct Hall {
    pub(crate) world: World,
    codecs: Codecs,
    parts: Vec<Option<Part>>,
    /// When each began to speak.
    begun: Vec<Instant>,
    book: HashMap<(usize, usize, Source), Vec<Span>>,
}

pub(crate) fn name(member: usize) -> Name {
    Arc::from(format!("p{member}"))
}

/// Whether one may get what the other sends, as the order's declaration says it.
pub(crate) fn may_get(ear: (usize, &Part), mouth: (usize, &Part), source: Source) -> bool {
    let (audience, closed) = match source {
        Source::Microphone => (&mouth.1.heard_by, ear.1.deaf),
        Source::Camera | Source::Screen => (&mouth.1.seen_by, ear.1.blind),
    };
    let named = match audience {
        Audience::Everybody => true,
        Audience::Only(names) => names.contains(&name(ear.0)),
    };
    let ways = ear.1.way != Some(Way::Send) && mouth.1.way != Some(Way::Receive);
    ear.0 != mouth.0 && ways && named && !closed
}

/// Any part, with audiences among so many members.
pub(crate) fn draw(dice: &mut Dice, members: usize) -> Part {
    let mut audience = || {
        let drawn = dice.roll();
        let chosen = (0..members).filter(|member| drawn >> member & 1 == 1);
        match drawn >> 60 {
            0..5 => Audience::Everybody,
            _ => Audience::only(chosen.map(name)),
        }
    };
    let (heard_by, seen_by) = (audience(), audience());
    let way = match dice.roll() % 6 {
        0 => Some(Way::Send),
        1 => Some(Way::Receive),
        _ => None,
    };
    Part {
        way,
        heard_by,
        seen_by,
        deaf: dice.falls(0.3),
        blind: dice.falls(0.3),
    }
}

impl Hall {
    pub(crate) fn new(shards: u16, seed: u64, codecs: Codecs) -> Self {
        Self {
            world: World::new(shards, Conditions::CLEAN, seed),
            codecs,
            parts: Vec::new(),
            begun: Vec::new(),
            book: HashMap::new(),
        }
    }

    /// The same with so many members who get everything, and nothing left to be negotiated.
    pub(crate) fn with(shards: u16, seed: u64, codecs: Codecs, members: usize) -> Self {
        let mut hall = Self::new(shards, seed, codecs);
        for _ in 0..members {
            hall.come(Part::default());
        }
        hall.world.run(Duration::from_secs(1));
        hall
    }

    /// Somebody comes, with this part, and speaks.
    pub(crate) fn come(&mut self, part: Part) -> usize {
        let member = self.parts.len();
        let shard = member % self.world.shards.len();
        self.world.enter(&name(member), shard, self.codecs, BOTH);
        assert!(self.world.connected(Duration::from_secs(5)));
        let now = self.world.now;
        let voice = u8::try_from(member).unwrap();
        for source in SOURCES {
            let generator = Generator::new(source, now).voiced(voice);
            self.world.peers[member].speak_as(source, generator);
        }
        self.begun.push(now);
        self.parts.push(None);
        self.place(member, part);
        member
    }

    /// Say what a member does in the room.
    pub(crate) fn place(&mut self, member: usize, part: Part) {
        self.world.order(&Order::Attach {
            pipe: name(member),
            bridge: Arc::from(ROOM),
            part: part.clone(),
            label: None,
        });
        self.parts[member] = Some(part);
        self.write();
    }

    /// A member leaves the room.
    pub(crate) fn leave(&mut self, member: usize) {
        self.world.order(&Order::Detach { pipe: name(member) });
        self.parts[member] = None;
        self.write();
    }

    pub(crate) fn members(&self) -> usize {
        self.parts.len()
    }

    /// What a member does in the room, if it is there.
    pub(crate) fn part(&self, member: usize) -> Option<&Part> {
        self.parts[member].as_ref()
    }

    /// Whether one may get the other's now.
    pub(crate) fn may(&self, ear: usize, mouth: usize, source: Source) -> bool {
        let both = self.part(ear).zip(self.part(mouth));
        both.is_some_and(|(at, from)| may_get((ear, at), (mouth, from), source))
    }

    /// All pairs of members, with each source of the second.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize, Source)> + use<> {
        let count = self.members();
        (0..count * count)
            .flat_map(move |at| SOURCES.map(|source| (at / count, at % count, source)))
    }

    fn write(&mut self) {
        let now = self.world.now;
        for (ear, mouth, source) in self.pairs() {
            let may = self.may(ear, mouth, source);
            let spans = self.book.entry((ear, mouth, source)).or_default();
            let open = spans.last_mut().filter(|span| span.until.is_none());
            match (may, open) {
                (true, None) => spans.push(Span {
                    after: now,
                    until: None,
                }),
                (false, Some(span)) => span.until = Some(now),
                (true, Some(_)) | (false, None) => {}
            }
        }
    }

    /// When a packet came to the engine, if it was not lost on the way.
    fn came(&self, (mouth, source, count): Said) -> Instant {
        let after = match source {
            Source::Microphone => 20 * count,
            Source::Camera | Source::Screen => 50 * (count / 4),
        };
        self.begun[mouth] + Duration::from_millis(after) + DELAY
    }

    fn got(&self, ear: usize) -> impl Iterator<Item = Got<'_>> {
        let peer = &self.world.peers[ear];
        peer.arrived.iter().flat_map(|arrived| {
            said(arrived).into_iter().map(move |said| Got {
                said,
                left: arrived.at.checked_sub(DELAY).unwrap(),
                arrived,
            })
        })
    }

    /// Everything that has arrived might, when it left the engine, and was said no earlier than `before` that was so.
    pub(crate) fn check_nothing_leaks(&self, before: Duration) {
        for ear in 0..self.members() {
            for Got { said, left, .. } in self.got(ear) {
                let spans = &self.book[&(ear, said.0, said.1)];
                let span = spans.iter().find(|span| span.has(left));
                let span = span.unwrap_or_else(|| panic!("{ear} got {said:?}"));
                let came = self.came(said);
                assert!(
                    came + before > span.after,
                    "{ear} got {said:?}, which came {:?} before it might",
                    span.after - came
                );
            }
        }
    }

    /// Everything that might arrive since then has, when nothing was lost: all sound, and pictures from a key frame on
    /// that comes soon.
    pub(crate) fn check_nothing_lacks(&self, since: Instant) {
        for (ear, mouth, source) in self.pairs() {
            let got: Vec<Got<'_>> = self.got(ear).collect();
            let had: HashSet<Said> = got.iter().map(|got| got.said).collect();
            for span in &self.book[&(ear, mouth, source)] {
                let due = (0..)
                    .map(|count| (mouth, source, count))
                    .skip_while(|said| self.came(*said) <= span.after.max(since))
                    .take_while(|said| {
                        let came = self.came(*said);
                        span.has(came) && came + DELAY <= self.world.now
                    });
                if source == Source::Microphone {
                    for said in due {
                        assert!(had.contains(&said), "{ear} lacks {said:?}");
                    }
                    continue;
                }
                let mut due = due.skip_while(|said| !had.contains(said)).peekable();
                let Some(first) = due.peek().copied() else {
                    let end = span.until.unwrap_or(self.world.now);
                    let short = end.saturating_duration_since(span.after.max(since));
                    assert!(short <= SOON, "{ear} sees nothing of {mouth}: {short:?}");
                    continue;
                };
                if span.after >= since {
                    assert!(self.came(first) <= span.after + SOON, "{ear}: {first:?}");
                    let picture = got.iter().find(|got| got.said == first).unwrap();
                    assert!(begins_key_frame(&picture.arrived.payload), "{first:?}");
                }
                for said in due {
                    assert!(had.contains(&said), "{ear} lacks {said:?}");
                }
            }
        }
    }

    /// Everybody has been told of what they get, and of nothing else.
    pub(crate) fn check_what_is_told(&self) {
        for (ear, mouth, source) in self.pairs() {
            let sections = &self.world.peers[ear].sections;
            let mut received = sections.iter().filter_map(|it| it.receives.as_ref());
            let told = received.any(|it| it.pipe == name(mouth) && it.source == source);
            let may = self.may(ear, mouth, source);
            assert_eq!(told, may, "{ear} {mouth} {source:?}");
        }
    }
}

/// What a packet says: what is new, and what it repeats.
fn said(arrived: &Arrived) -> Vec<Said> {
    let of = |payload: &[u8], source| {
        let voice = voice_of(payload).unwrap();
        (usize::from(voice), source, count_of(payload).unwrap())
    };
    let payload = &arrived.payload;
    if arrived.payload_type == RED {
        let redundant = Redundant::parse(payload).unwrap();
        let blocks = redundant.earlier().chain([redundant.primary]);
        let sound = |block: media_wire::red::Block<'_>| of(block.payload, Source::Microphone);
        return blocks.map(sound).collect();
    }
    let source = match payload.len() {
        0..300 => Source::Microphone,
        _ => Source::Camera,
    };
    vec![of(payload, source)]
}
