//! Who a source is, and that it has left (RFC 3550 §6.5, §6.6).

use super::{DESCRIPTION, GOODBYE, append};
use crate::bytes::Reader;
use crate::{ParseError, WriteError};

/// Longest text of an item or a reason, in bytes.
pub const MAX_TEXT: usize = 255;

const CNAME: u8 = 1;

/// SDES.
#[derive(Clone, Copy, Debug)]
pub struct Description<'a> {
    body: &'a [u8],
    chunks: u8,
}

/// An item of a source's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DescriptionItem<'a> {
    /// The source.
    pub ssrc: u32,
    /// Item type; CNAME is 1.
    pub kind: u8,
    /// Its text, UTF-8 if the sender is right.
    pub text: &'a [u8],
}

impl<'a> Description<'a> {
    pub(super) fn read(count: u8, body: &mut Reader<'a>) -> Result<Self, ParseError> {
        let description = Self {
            body: body.rest(),
            chunks: count,
        };
        let mut items = description.items();
        items.by_ref().for_each(drop);
        match items.failed {
            Some(error) => Err(error),
            None => Ok(description),
        }
    }

    /// All items of all sources.
    #[must_use]
    pub const fn items(&self) -> DescriptionItems<'a> {
        DescriptionItems {
            rest: Reader::new(self.body),
            len: self.body.len(),
            chunks: self.chunks,
            ssrc: None,
            failed: None,
        }
    }

    /// The canonical name of a source.
    #[must_use]
    pub fn cname(&self, ssrc: u32) -> Option<&'a str> {
        self.items()
            .find(|item| item.ssrc == ssrc && item.kind == CNAME)
            .and_then(|item| std::str::from_utf8(item.text).ok())
    }
}

/// Iterates over the items of a description.
#[derive(Clone, Debug)]
pub struct DescriptionItems<'a> {
    rest: Reader<'a>,
    len: usize,
    chunks: u8,
    ssrc: Option<u32>,
    failed: Option<ParseError>,
}

impl<'a> DescriptionItems<'a> {
    fn step(&mut self) -> Result<Option<DescriptionItem<'a>>, ParseError> {
        loop {
            let ssrc = match self.ssrc {
                Some(ssrc) => ssrc,
                None if self.chunks == 0 => return Ok(None),
                None => {
                    self.chunks -= 1;
                    *self.ssrc.insert(self.rest.u32()?)
                }
            };
            let kind = self.rest.u8()?;
            if kind != 0 {
                let len = self.rest.u8()?;
                let text = self.rest.take(usize::from(len))?;
                return Ok(Some(DescriptionItem { ssrc, kind, text }));
            }
            // A chunk ends with 1 to 4 zeros, on a 32-bit boundary.
            let read = self.len - self.rest.rest().len();
            self.rest.take(read.next_multiple_of(4) - read)?;
            self.ssrc = None;
        }
    }
}

impl<'a> Iterator for DescriptionItems<'a> {
    type Item = DescriptionItem<'a>;

    fn next(&mut self) -> Option<DescriptionItem<'a>> {
        if self.failed.is_some() {
            return None;
        }
        self.step().unwrap_or_else(|error| {
            self.failed = Some(error);
            None
        })
    }
}

/// BYE.
#[derive(Clone, Copy, Debug)]
pub struct Goodbye<'a> {
    sources: &'a [u8],
    /// Why, UTF-8 if the sender is right; empty if it does not say.
    pub reason: &'a [u8],
}

impl<'a> Goodbye<'a> {
    pub(super) fn read(count: u8, body: &mut Reader<'a>) -> Result<Self, ParseError> {
        let sources = body.take(usize::from(count) * 4)?;
        let reason = if body.is_empty() {
            &[]
        } else {
            let len = body.u8()?;
            body.take(usize::from(len))?
        };
        Ok(Self { sources, reason })
    }

    /// Who leaves.
    pub fn sources(&self) -> impl Iterator<Item = u32> + use<'a> {
        let mut reader = Reader::new(self.sources);
        std::iter::from_fn(move || reader.u32().ok())
    }
}

/// Appends a description with a canonical name (RFC 3550 §6.5.1).
///
/// # Errors
/// [`WriteError::OutOfRange`] for a name of more than [`MAX_TEXT`] bytes.
pub fn write_cname(into: &mut Vec<u8>, ssrc: u32, name: &str) -> Result<(), WriteError> {
    let len = u8::try_from(name.len()).map_err(|_| WriteError::OutOfRange)?;
    append(into, DESCRIPTION, 1, |body| {
        body.extend_from_slice(&ssrc.to_be_bytes());
        body.extend_from_slice(&[CNAME, len]);
        body.extend_from_slice(name.as_bytes());
        body.push(0);
    });
    Ok(())
}

/// Appends a BYE of up to 31 sources; an empty reason is left out.
///
/// # Errors
/// [`WriteError::OutOfRange`] for more sources, or a reason of more than [`MAX_TEXT`] bytes.
pub fn write_goodbye(into: &mut Vec<u8>, sources: &[u32], reason: &str) -> Result<(), WriteError> {
    let count = u8::try_from(sources.len())
        .ok()
        .filter(|count| *count <= 31)
        .ok_or(WriteError::OutOfRange)?;
    let len = u8::try_from(reason.len()).map_err(|_| WriteError::OutOfRange)?;
    append(into, GOODBYE, count, |body| {
        for source in sources {
            body.extend_from_slice(&source.to_be_bytes());
        }
        if len > 0 {
            body.push(len);
            body.extend_from_slice(reason.as_bytes());
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets};
    use super::*;

    fn description(bytes: &[u8]) -> Result<Description<'_>, ParseError> {
        match packets(bytes).next().unwrap()? {
            Packet::Description(description) => Ok(description),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_of_every_length_come_back() {
        for len in 0..=MAX_TEXT {
            let name = "n".repeat(len);
            let mut bytes = Vec::new();
            write_cname(&mut bytes, 5, &name).unwrap();
            assert_eq!(bytes.len() % 4, 0);
            let found = description(&bytes).unwrap();
            assert_eq!(found.cname(5), Some(name.as_str()));
            assert_eq!(found.cname(6), None);
        }
        let long = "n".repeat(MAX_TEXT + 1);
        assert_eq!(
            write_cname(&mut Vec::new(), 5, &long),
            Err(WriteError::OutOfRange)
        );
    }

    #[test]
    fn several_sources_and_items_are_walked() {
        let bytes = [
            0x82, 202, 0, 6, 0, 0, 0, 1, 1, 1, b'a', 2, 2, b'b', b'c', 0, 0, 0, 0, 2, 1, 1, b'd',
            0, 0, 0, 0, 0,
        ];
        let items: Vec<_> = description(&bytes)
            .unwrap()
            .items()
            .map(|item| (item.ssrc, item.kind, item.text))
            .collect();
        assert_eq!(
            items,
            [(1, 1, &b"a"[..]), (1, 2, &b"bc"[..]), (2, 1, &b"d"[..])]
        );
    }

    #[test]
    fn a_chunk_without_end_is_truncated() {
        let bytes = [0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, b'a', b'b'];
        assert_eq!(description(&bytes).map(|_| ()), Err(ParseError::Truncated));
        let bytes = [0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, b'a', b'b'];
        assert_eq!(description(&bytes).map(|_| ()), Err(ParseError::Truncated));
    }

    #[test]
    fn goodbyes_come_back() {
        for reason in ["", "left", "a longer farewell"] {
            let mut bytes = Vec::new();
            write_goodbye(&mut bytes, &[3, 4], reason).unwrap();
            let Some(Ok(Packet::Goodbye(goodbye))) = packets(&bytes).next() else {
                panic!("not a BYE");
            };
            assert_eq!(goodbye.sources().collect::<Vec<_>>(), [3, 4]);
            assert_eq!(goodbye.reason, reason.as_bytes());
        }
        assert_eq!(
            write_goodbye(&mut Vec::new(), &[0; 32], ""),
            Err(WriteError::OutOfRange)
        );
    }
}
