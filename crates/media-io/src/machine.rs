//! What a shard thread drives: a value that takes packets and time.

use std::time::Instant;

use media_core::{Done, Message, News, Order, Path, Relay, Shard, Work};

/// A shard as its thread sees it; `media_core::Shard` is the one of the product.
///
/// No method may wait.  `now` never goes back.
pub trait Machine {
    /// What the control plane tells it.
    type Order: Send + 'static;
    /// What it tells the control plane.
    type News: Send + 'static;
    /// What machines tell each other.
    type Relay: Send + 'static;
    /// What takes so long that media must not wait for it; it is done on a thread of its own.
    type Work: Send + 'static;
    /// What came of it.
    type Done: Send + 'static;

    /// Obeys an order.
    fn order(&mut self, now: Instant, order: Self::Order);

    /// Takes a datagram, which it may decrypt in place.
    fn datagram(&mut self, now: Instant, path: &Path, datagram: &mut [u8]);

    /// Takes a message of the machine `from`.
    fn relay(&mut self, now: Instant, from: u16, relay: Self::Relay);

    /// The next work to be done. It gives no more than may wait for the other thread at once.
    fn work(&mut self, now: Instant) -> Option<Self::Work>;

    /// Does work, on the other thread. It must not panic.
    fn run(work: Self::Work) -> Self::Done;

    /// Takes what came of work of its own.
    fn done(&mut self, now: Instant, done: Self::Done);

    /// Does what is due.
    fn timeout(&mut self, now: Instant);

    /// When [`Machine::timeout`] is due next.
    fn next_timeout(&self) -> Option<Instant>;

    /// What shall be sent: bytes, and the messages cut from them.
    fn outgoing(&mut self) -> (&[u8], &[Message]);

    /// Everything in [`Machine::outgoing`] has been taken care of.
    fn sent(&mut self);

    /// Numbers of the TCP connections it has no use for any more; those it has never answered
    /// on among them.  Each is closed after what was to be sent has been.
    fn closings(&mut self, close: impl FnMut(u64));

    /// What there is to tell, and whether it may be dropped when nobody listens.
    fn news(&mut self, tell: impl FnMut(Self::News, Droppable));

    /// What there is to tell other machines, by their number.
    fn relays(&mut self, tell: impl FnMut(u16, Self::Relay, Droppable));
}

/// Whether a message may be dropped when its reader is slow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Droppable {
    /// The next one makes up for it.
    Yes,
    /// Somebody waits for it.
    No,
}

impl From<bool> for Droppable {
    fn from(droppable: bool) -> Self {
        if droppable { Self::Yes } else { Self::No }
    }
}

impl Machine for Shard {
    type Order = Order;
    type News = News;
    type Relay = Relay;
    type Work = Work;
    type Done = Done;

    fn order(&mut self, now: Instant, order: Order) {
        Shard::order(self, now, order);
    }

    fn datagram(&mut self, now: Instant, path: &Path, datagram: &mut [u8]) {
        Shard::datagram(self, now, path, datagram);
    }

    fn relay(&mut self, now: Instant, from: u16, relay: Relay) {
        Shard::relay(self, now, from, relay);
    }

    fn work(&mut self, now: Instant) -> Option<Work> {
        Shard::work(self, now)
    }

    fn run(work: Work) -> Done {
        work.run()
    }

    fn done(&mut self, now: Instant, done: Done) {
        Shard::done(self, now, done);
    }

    fn timeout(&mut self, now: Instant) {
        Shard::timeout(self, now);
    }

    fn next_timeout(&self) -> Option<Instant> {
        Shard::next_timeout(self)
    }

    fn outgoing(&mut self) -> (&[u8], &[Message]) {
        let outgoing = Shard::outgoing(self);
        (outgoing.arena(), outgoing.messages())
    }

    fn sent(&mut self) {
        Shard::outgoing(self).clear();
    }

    fn closings(&mut self, close: impl FnMut(u64)) {
        self.take_closings().for_each(close);
    }

    fn news(&mut self, mut tell: impl FnMut(News, Droppable)) {
        for news in self.take_news() {
            let droppable = Droppable::from(news.is_droppable());
            tell(news, droppable);
        }
    }

    fn relays(&mut self, mut tell: impl FnMut(u16, Relay, Droppable)) {
        for (to, relay) in self.take_relays() {
            let droppable = Droppable::from(relay.is_droppable());
            tell(to, relay, droppable);
        }
    }
}
