//! Orders and news between the wire's types and the shard's.

use std::net::SocketAddr;
use std::sync::Arc;

use media_core as core;
use media_core::NtpTime;

use crate::protocol as wire;

/// The shard's form of an order to one pipe or bridge; `None` for orders to the program.
#[must_use]
pub fn order(order: &wire::Order) -> Option<core::Order> {
    let name = |text: &str| Arc::<str>::from(text);
    Some(match order {
        wire::Order::OpenPipe(open) => core::Order::OpenPipe {
            pipe: name(&open.pipe),
            generation: open.generation,
            offer: open.offer.clone(),
            sending: open.sending.iter().map(sending).collect(),
        },
        wire::Order::ClosePipe(close) => core::Order::ClosePipe {
            pipe: name(&close.pipe),
            generation: close.generation,
        },
        wire::Order::Attach(attach) => core::Order::Attach {
            pipe: name(&attach.pipe),
            bridge: name(&attach.bridge),
            part: part(attach),
            label: attach.label.as_deref().map(name),
        },
        wire::Order::Detach(detach) => core::Order::Detach {
            pipe: name(&detach.pipe),
        },
        wire::Order::CloseBridge(close) => core::Order::CloseBridge {
            bridge: name(&close.bridge),
        },
        wire::Order::Renegotiate(renegotiate) => core::Order::Renegotiate {
            pipe: name(&renegotiate.pipe),
            generation: renegotiate.generation,
            sources: renegotiate
                .sources
                .iter()
                .copied()
                .map(from_source)
                .collect(),
        },
        wire::Order::AnswerPipe(answer) => core::Order::AnswerPipe {
            pipe: name(&answer.pipe),
            generation: answer.generation,
            negotiation: answer.negotiation,
            answer: answer.answer.clone(),
        },
        wire::Order::RestartIce(restart) => core::Order::RestartIce {
            pipe: name(&restart.pipe),
            generation: restart.generation,
        },
        wire::Order::ControlHello(_)
        | wire::Order::Acknowledge(_)
        | wire::Order::Ping(_)
        | wire::Order::Shutdown(_) => return None,
    })
}

/// The wire's form of a shard's news with its number; `None` for `Load`, which is summed
/// over all shards first.
#[must_use]
pub fn news(number: u64, news: core::News) -> Option<wire::News> {
    Some(match news {
        core::News::Answered {
            pipe,
            generation,
            answer,
            sections,
        } => wire::News::Answered(wire::Answered {
            number,
            pipe: pipe.to_string(),
            generation,
            answer,
            sections: sections.into_iter().map(section).collect(),
        }),
        core::News::Offered {
            pipe,
            generation,
            negotiation,
            offer,
            sections,
        } => wire::News::Offered(wire::Offered {
            number,
            pipe: pipe.to_string(),
            generation,
            negotiation,
            offer,
            sections: sections.into_iter().map(section).collect(),
        }),
        core::News::Mapped {
            pipe,
            generation,
            sections,
        } => wire::News::Mapped(wire::Mapped {
            number,
            pipe: pipe.to_string(),
            generation,
            sections: sections.into_iter().map(section).collect(),
        }),
        core::News::Incompatible {
            pipe,
            generation,
            sender,
            source,
            text,
        } => wire::News::Incompatible(wire::Incompatible {
            number,
            pipe: pipe.to_string(),
            generation,
            sender: sender.to_string(),
            source: to_source(source),
            text,
        }),
        core::News::Statistics {
            pipe,
            generation,
            statistics,
        } => wire::News::Statistics(wire::Statistics {
            number,
            pipe: pipe.to_string(),
            generation,
            statistics: pipe_statistics(&statistics),
        }),
        core::News::PipeClosed {
            pipe,
            generation,
            reason,
            text,
            statistics,
            at,
        } => wire::News::PipeClosed(wire::PipeClosed {
            number,
            pipe: pipe.to_string(),
            generation,
            reason: close_reason(reason),
            text,
            statistics: pipe_statistics(&statistics),
            at: unix_micros(at),
        }),
        core::News::Load(_) => return None,
        it @ (core::News::Connected { .. }
        | core::News::Interrupted { .. }
        | core::News::Restored { .. }
        | core::News::Talking { .. }) => return state(number, it),
    })
}

/// News of how a pipe is, without anything that describes it.
fn state(number: u64, news: core::News) -> Option<wire::News> {
    Some(match news {
        core::News::Connected {
            pipe,
            generation,
            remote,
            profile,
            over_tcp,
        } => wire::News::Connected(wire::Connected {
            number,
            pipe: pipe.to_string(),
            generation,
            remote: SocketAddr::to_string(&remote),
            profile: profile.to_owned(),
            over_tcp,
        }),
        core::News::Interrupted { pipe, generation } => {
            wire::News::Interrupted(wire::Interrupted {
                number,
                pipe: pipe.to_string(),
                generation,
            })
        }
        core::News::Restored { pipe, generation } => wire::News::Restored(wire::Restored {
            number,
            pipe: pipe.to_string(),
            generation,
        }),
        core::News::Talking {
            pipe,
            generation,
            talking,
        } => wire::News::Talking(wire::Talking {
            number,
            pipe: pipe.to_string(),
            generation,
            talking,
        }),
        _ => return None,
    })
}

fn sending(sending: &wire::Sending) -> core::Sending {
    core::Sending {
        mid: sending.mid.clone(),
        source: from_source(sending.source),
    }
}

fn section(section: core::Section) -> wire::Section {
    wire::Section {
        mid: section.mid,
        sends: section.sends.map(to_source),
        receives: section.receives.map(|received| wire::Received {
            pipe: received.pipe.to_string(),
            source: to_source(received.source),
        }),
    }
}

/// Microseconds since 1970, UTC.
#[must_use]
pub fn unix_micros(time: NtpTime) -> u64 {
    u64::try_from(time.to_unix().as_micros()).unwrap_or(u64::MAX)
}

fn part(attach: &wire::Attach) -> core::Part {
    core::Part {
        way: attach.way.map(way),
        heard_by: audience(attach.heard_by.as_deref()),
        seen_by: audience(attach.seen_by.as_deref()),
        deaf: attach.deaf,
        blind: attach.blind,
    }
}

fn audience(names: Option<&[String]>) -> core::Audience {
    names.map_or(core::Audience::Everybody, |names| {
        core::Audience::only(names.iter().map(|name| Arc::from(name.as_str())))
    })
}

fn way(way: wire::Way) -> core::Way {
    match way {
        wire::Way::Send => core::Way::Send,
        wire::Way::Receive => core::Way::Receive,
    }
}

fn from_source(source: wire::Source) -> core::Source {
    match source {
        wire::Source::Microphone => core::Source::Microphone,
        wire::Source::Camera => core::Source::Camera,
        wire::Source::Screen => core::Source::Screen,
    }
}

fn to_source(source: core::Source) -> wire::Source {
    match source {
        core::Source::Microphone => wire::Source::Microphone,
        core::Source::Camera => wire::Source::Camera,
        core::Source::Screen => wire::Source::Screen,
    }
}

fn close_reason(reason: core::CloseReason) -> wire::CloseReason {
    match reason {
        core::CloseReason::Ordered => wire::CloseReason::Ordered,
        core::CloseReason::BadOffer => wire::CloseReason::BadOffer,
        core::CloseReason::NoCodec => wire::CloseReason::NoCodec,
        core::CloseReason::NotConnected => wire::CloseReason::NotConnected,
        core::CloseReason::TimedOut => wire::CloseReason::TimedOut,
        core::CloseReason::DtlsFailed => wire::CloseReason::DtlsFailed,
        core::CloseReason::RemoteClosed => wire::CloseReason::RemoteClosed,
        core::CloseReason::Panic => wire::CloseReason::Panic,
        core::CloseReason::Capacity => wire::CloseReason::Capacity,
    }
}

fn pipe_statistics(statistics: &core::PipeStatistics) -> wire::PipeStatistics {
    wire::PipeStatistics {
        received: statistics.received.iter().map(received).collect(),
        sent: statistics.sent.iter().map(sent).collect(),
        round_trip_ms: statistics.round_trip_ms,
        over_tcp: statistics.over_tcp,
        texts_received: statistics.texts_received,
        texts_sent: statistics.texts_sent,
        texts_dropped: statistics.texts_dropped,
    }
}

fn received(track: &core::ReceivedStatistics) -> wire::ReceivedStatistics {
    wire::ReceivedStatistics {
        source: to_source(track.source),
        codec: track.codec.to_owned(),
        packets: track.packets,
        bytes: track.bytes,
        lost: track.lost,
        jitter_ms: track.jitter_ms,
        repaired: track.repaired,
        nacks: track.nacks,
        plis: track.plis,
    }
}

fn sent(track: &core::SentStatistics) -> wire::SentStatistics {
    wire::SentStatistics {
        sender: track.sender.to_string(),
        source: to_source(track.source),
        codec: track.codec.to_owned(),
        packets: track.packets,
        bytes: track.bytes,
        lost: track.lost,
        retransmitted_packets: track.retransmitted_packets,
        retransmitted_bytes: track.retransmitted_bytes,
        nacks: track.nacks,
        plis: track.plis,
    }
}
