//! Frames of the engine's socket: their boundaries, and orders and news in them.
//!
//! A frame is a length (u32, big endian), at most [`MAX_FRAME`], and a `MessagePack` map
//! of that many bytes whose field `t` names its type.

use std::io::Cursor;

use rmp_serde::Deserializer;
use serde::Deserialize;
use thiserror::Error;

use crate::protocol::{MAX_FRAME, News, Order};

const LENGTH: usize = 4;

/// The boundary of frames is lost; nothing after it can be understood.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a frame of {0} bytes was announced, the limit is {MAX_FRAME}")]
pub struct TooLong(pub u32);

/// A frame that is whole, but is no order that this engine knows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unreadable {
    /// The type it names; empty if it names none.
    pub order: String,
    /// What is wrong with it.
    pub text: String,
}

/// Cuts a stream of bytes into the bodies of frames.
#[derive(Debug, Default)]
pub struct Frames {
    buffer: Vec<u8>,
    /// Bytes of the buffer that have been handed out.
    used: usize,
}

impl Frames {
    /// Appends what has come.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether [`Frames::next_body`] gives a body or an error.
    #[must_use]
    pub fn has_body(&self) -> bool {
        !matches!(self.look(), Ok(None))
    }

    /// The body of the next frame, if all of it has come.
    ///
    /// # Errors
    /// [`TooLong`], also when asked again.
    pub fn next_body(&mut self) -> Result<Option<&[u8]>, TooLong> {
        let length = match self.look()? {
            Some(body) => body.len(),
            None => return Ok(None),
        };
        let start = self.used + LENGTH;
        self.used = start + length;
        Ok(self.buffer.get(start..self.used))
    }

    fn look(&self) -> Result<Option<&[u8]>, TooLong> {
        let waiting = self.buffer.get(self.used..).unwrap_or_default();
        let Some((length, rest)) = waiting.split_first_chunk::<LENGTH>() else {
            return Ok(None);
        };
        let announced = u32::from_be_bytes(*length);
        let length = announced as usize;
        if length > MAX_FRAME {
            return Err(TooLong(announced));
        }
        Ok(rest.get(..length))
    }
}

/// Reads the order in the body of a frame.
///
/// # Errors
/// [`Unreadable`] when the type is unknown, a field is missing or of another type, or
/// bytes follow the map.
pub fn read_order(body: &[u8]) -> Result<Order, Unreadable> {
    let unreadable = |error: rmp_serde::decode::Error| Unreadable {
        order: name(body),
        text: error.to_string(),
    };
    let mut deserializer = Deserializer::new(Cursor::new(body));
    let order = Order::deserialize(&mut deserializer).map_err(unreadable)?;
    let read = deserializer.position();
    if read != body.len() as u64 {
        return Err(Unreadable {
            order: name(body),
            text: format!("{} bytes follow the map", body.len() as u64 - read),
        });
    }
    Ok(order)
}

/// The whole frame of a piece of news.
///
/// # Errors
/// A sentence, when it cannot be written or does not fit a frame.
pub fn write_news(news: &News) -> Result<Vec<u8>, String> {
    let body = rmp_serde::to_vec_named(news).map_err(|error| error.to_string())?;
    match u32::try_from(body.len()) {
        Ok(length) if body.len() <= MAX_FRAME => {
            let mut frame = Vec::with_capacity(LENGTH + body.len());
            frame.extend_from_slice(&length.to_be_bytes());
            frame.extend_from_slice(&body);
            Ok(frame)
        }
        _ => Err(format!("{} bytes do not fit a frame", body.len())),
    }
}

/// The type that a body names, if it can be found, cut to what a log line should hold.
fn name(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Named {
        t: String,
    }
    let named: Result<Named, _> = rmp_serde::from_slice(body);
    named.map_or_else(
        |_| String::new(),
        |named| named.t.chars().take(64).collect(),
    )
}
