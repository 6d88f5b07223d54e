//! What a pipe does in its bridge: what it takes there, and who gets what it gives.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::codec::Kind;
use crate::name::Name;

/// One way only: what a pipe that does not do both does in its bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// Its tracks are seen; it sees none.
    Send,
    /// It sees tracks; its own are not seen.
    Receive,
}

/// Who may get something, by the names of their pipes. Who is named need not be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Audience {
    /// Everybody in the bridge.
    #[default]
    Everybody,
    /// These and nobody else.
    Only(Arc<BTreeSet<Name>>),
}

impl Audience {
    /// These and nobody else.
    pub fn only(names: impl IntoIterator<Item = Name>) -> Self {
        Self::Only(Arc::new(names.into_iter().collect()))
    }

    /// Whether the pipe of this name may get it.
    pub(crate) fn admits(&self, name: &str) -> bool {
        match self {
            Self::Everybody => true,
            Self::Only(names) => names.contains(name),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Only(names) if names.is_empty())
    }
}

/// The whole of what a pipe does in its bridge, told in one order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// One way only, if not both.
    pub way: Option<Way>,
    /// Who may get its sound.
    pub heard_by: Audience,
    /// Who may get its pictures.
    pub seen_by: Audience,
    /// It gets no sound.
    pub deaf: bool,
    /// It gets no pictures.
    pub blind: bool,
}

impl Part {
    /// Whether it gets the tracks of others.
    pub(crate) fn takes(&self, kind: Kind) -> bool {
        let closed = match kind {
            Kind::Audio => self.deaf,
            Kind::Video => self.blind,
        };
        self.way != Some(Way::Send) && !closed
    }

    /// Whether others may get its tracks, as far as its way goes.
    pub(crate) fn gives(&self) -> bool {
        self.way != Some(Way::Receive)
    }

    /// Whether there can be somebody who hears it.
    pub(crate) fn is_heard(&self) -> bool {
        self.gives() && !self.heard_by.is_empty()
    }

    /// Who may get its tracks of a kind.
    pub(crate) fn audience(&self, kind: Kind) -> &Audience {
        match kind {
            Kind::Audio => &self.heard_by,
            Kind::Video => &self.seen_by,
        }
    }
}
