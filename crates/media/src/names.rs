//! The names in orders: how long they may be, and how many.

use crate::protocol::{MAX_AUDIENCE, Order};

/// Bytes in the name of a pipe or bridge.
pub(crate) const LONGEST_NAME: usize = 128;

/// Why an order is not obeyed, in a sentence: a name in it is too long, or there are too many.
pub(crate) fn refused(order: &Order) -> Option<String> {
    let (pipe, bridge) = match order {
        Order::OpenPipe(open) => (Some(&open.pipe), None),
        Order::ClosePipe(close) => (Some(&close.pipe), None),
        Order::Attach(attach) => (Some(&attach.pipe), Some(&attach.bridge)),
        Order::Detach(detach) => (Some(&detach.pipe), None),
        Order::CloseBridge(close) => (None, Some(&close.bridge)),
        Order::Renegotiate(renegotiate) => (Some(&renegotiate.pipe), None),
        Order::AnswerPipe(answer) => (Some(&answer.pipe), None),
        Order::RestartIce(restart) => (Some(&restart.pipe), None),
        Order::ControlHello(_) | Order::Acknowledge(_) | Order::Ping(_) | Order::Shutdown(_) => {
            (None, None)
        }
    };
    let audiences = audiences(order);
    let most = audiences.map(<[String]>::len).into_iter().max();
    if let Some(most) = most.filter(|most| *most > MAX_AUDIENCE) {
        return Some(format!(
            "An audience of {most} pipes; at most {MAX_AUDIENCE} are taken."
        ));
    }
    let heard = audiences.into_iter().flatten();
    let longest = pipe.into_iter().chain(bridge).chain(heard).map(String::len);
    let longest = longest.max().filter(|longest| *longest > LONGEST_NAME)?;
    Some(format!(
        "A name of {longest} bytes; at most {LONGEST_NAME} are taken."
    ))
}

fn audiences(order: &Order) -> [&[String]; 2] {
    let Order::Attach(attach) = order else {
        return Default::default();
    };
    [&attach.heard_by, &attach.seen_by].map(|names| names.as_deref().unwrap_or_default())
}
