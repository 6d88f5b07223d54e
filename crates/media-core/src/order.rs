//! Orders: what the control plane tells the engine to do.

use crate::codec::Kind;
use crate::name::Name;
use crate::part::Part;

/// What a track shows or plays. The client says so; the engine only carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// Audio of a microphone.
    Microphone,
    /// Video of a camera.
    Camera,
    /// Video of a screen or window.
    Screen,
}

/// What the client sends in one section of its offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// The section's `a=mid`.
    pub mid: String,
    /// What it carries.
    pub source: Source,
}

/// One thing to do. Orders are idempotent: a repeated one changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Make a pipe from a client's complete offer. Leads to `Answered` or `PipeClosed`.
    OpenPipe {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// SDP.
        offer: String,
        /// What the client sends where.
        sending: Vec<Sending>,
    },
    /// Forget every generation of the pipe up to this one. Leads to `PipeClosed` if held.
    ClosePipe {
        /// The pipe.
        pipe: Name,
        /// The newest generation to forget.
        generation: u64,
    },
    /// Let the bridge see the pipe's tracks and the pipe the bridge's, as far as its part goes. It leaves its former
    /// bridge; told again with another part, that holds from the next packet on.
    Attach {
        /// The pipe.
        pipe: Name,
        /// The bridge, which comes into being with its first pipe.
        bridge: Name,
        /// What it does there.
        part: Part,
        /// Shown to the others with each of its texts.
        label: Option<Name>,
    },
    /// Take the pipe out of its bridge.
    Detach {
        /// The pipe.
        pipe: Name,
    },
    /// Detach everybody from the bridge and forget it. To be told to every shard.
    CloseBridge {
        /// The bridge.
        bridge: Name,
    },
    /// The client wants to send these sources too. Leads to `Offered`.
    Renegotiate {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// What it wants to send.
        sources: Vec<Source>,
    },
    /// The client's answer to an offer of the engine. Ignored if it is not to the open one.
    AnswerPipe {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
        /// The number in `Offered`.
        negotiation: u64,
        /// SDP.
        answer: String,
    },
    /// The client's path may be another: offer new ICE credentials. Leads to `Offered`.
    RestartIce {
        /// The pipe.
        pipe: Name,
        /// Which pipe of its leg.
        generation: u64,
    },
    /// Close every pipe of this shard.
    CloseAll,
}

impl Source {
    /// Sound or picture.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Source::Microphone => Kind::Audio,
            Source::Camera | Source::Screen => Kind::Video,
        }
    }
}
