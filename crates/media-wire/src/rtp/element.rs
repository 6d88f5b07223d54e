//! Elements of a header's extension block (RFC 8285 §4).

use crate::WriteError;
use crate::bytes::Writer;

/// Profile of an extension block with one-byte element headers (RFC 8285 §4.2).
pub const ONE_BYTE: u16 = 0xbede;

/// Profile of an extension block with two-byte element headers (RFC 8285 §4.3);
/// its low four bits are the application's.
pub const TWO_BYTE: u16 = 0x1000;

/// An element of an extension block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Local identifier, as negotiated by `a=extmap`.
    pub id: u8,
    /// Its bytes; see [`crate::extension`] for their meaning.
    pub value: &'a [u8],
}

#[derive(Clone, Copy, Debug, Default)]
enum Form {
    #[default]
    OneByte,
    TwoByte,
}

/// Iterates over extension elements.
#[derive(Clone, Debug, Default)]
pub struct Elements<'a> {
    rest: &'a [u8],
    form: Form,
}

impl<'a> Elements<'a> {
    /// Those of a block of this profile; none if the profile is unknown.
    pub(super) const fn new(profile: u16, block: &'a [u8]) -> Self {
        let (rest, form) = match profile {
            ONE_BYTE => (block, Form::OneByte),
            profile if profile & 0xfff0 == TWO_BYTE => (block, Form::TwoByte),
            _ => (&[] as &[u8], Form::OneByte),
        };
        Self { rest, form }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let mut rest = std::mem::take(&mut self.rest);
        while let Some((0, after)) = rest.split_first() {
            rest = after;
        }
        let (&first, after) = rest.split_first()?;
        let (id, len, after) = match self.form {
            Form::OneByte => (first >> 4, usize::from(first & 0x0f) + 1, after),
            Form::TwoByte => {
                let (&len, after) = after.split_first()?;
                (first, usize::from(len), after)
            }
        };
        // RFC 8285 §4.2: id 0 with a length, and id 15, end the block.
        if matches!(self.form, Form::OneByte) && matches!(id, 0 | 15) {
            return None;
        }
        let (value, after) = after.split_at_checked(len)?;
        self.rest = after;
        Some(Element { id, value })
    }
}

/// One-byte element headers if all elements allow it.
pub(super) fn write(elements: &[Element<'_>], writer: &mut Writer<'_>) -> Result<(), WriteError> {
    let short = |element: &Element<'_>| {
        matches!(element.id, 1..=14) && matches!(element.value.len(), 1..=16)
    };
    let one_byte = elements.iter().all(short);
    let overhead = if one_byte { 1 } else { 2 };
    let len: usize = elements
        .iter()
        .map(|element| overhead + element.value.len())
        .sum();
    let words = u16::try_from(len.div_ceil(4)).map_err(|_| WriteError::OutOfRange)?;
    let profile = if one_byte { ONE_BYTE } else { TWO_BYTE };
    writer.put(&profile.to_be_bytes())?;
    writer.put(&words.to_be_bytes())?;
    for element in elements {
        let len = u8::try_from(element.value.len()).map_err(|_| WriteError::OutOfRange)?;
        if one_byte {
            writer.put(&[(element.id << 4) | (len - 1)])?;
        } else if element.id == 0 {
            return Err(WriteError::OutOfRange);
        } else {
            writer.put(&[element.id, len])?;
        }
        writer.put(element.value)?;
    }
    let tail = usize::from(words) * 4 - len;
    writer.put([0; 3].get(..tail).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::{Fields, Header, write_header};
    use super::*;

    /// A packet whose header has this extension block.
    fn packet(block: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        packet.extend_from_slice(block);
        packet
    }

    #[test]
    fn the_example_of_rfc_8285_one_byte_form_is_read() {
        // §4.2: values of 1, 2 and 4 bytes with padding between the second and third.
        let packet = packet(&[
            0xbe, 0xde, 0, 3, 0x10, 0xaa, 0x21, 0xbb, 0xbb, 0, 0, 0x33, 0xc, 0xc, 0xc, 0xc,
        ]);
        let header = Header::parse(&packet).unwrap();
        let found: Vec<_> = header
            .elements(&packet)
            .map(|e| (e.id, e.value.len()))
            .collect();
        assert_eq!(found, [(1, 1), (2, 2), (3, 4)]);
        assert_eq!(header.element(&packet, 2), Some(&[0xbb, 0xbb][..]));
        assert_eq!(header.element(&packet, 4), None);
    }

    #[test]
    fn the_example_of_rfc_8285_two_byte_form_is_read() {
        let packet = packet(&[
            0x10, 0x00, 0, 3, 1, 0, 2, 1, 0xbb, 0, 3, 4, 0xc, 0xc, 0xc, 0xc,
        ]);
        let header = Header::parse(&packet).unwrap();
        let found: Vec<_> = header
            .elements(&packet)
            .map(|e| (e.id, e.value.len()))
            .collect();
        assert_eq!(found, [(1, 0), (2, 1), (3, 4)]);
    }

    #[test]
    fn ids_that_end_a_one_byte_block_end_it() {
        for stop in [0xf0, 0x01] {
            let packet = packet(&[0xbe, 0xde, 0, 2, 0x10, 1, stop, 9, 9, 0x20, 2, 0]);
            let header = Header::parse(&packet).unwrap();
            assert_eq!(header.elements(&packet).count(), 1);
        }
    }

    #[test]
    fn other_profiles_have_no_elements() {
        let packet = packet(&[0xab, 0xcd, 0, 1, 0x10, 1, 0, 0]);
        let header = Header::parse(&packet).unwrap();
        assert_eq!(header.elements(&packet).count(), 0);
        assert_eq!(header.header_len, 20);
    }

    #[test]
    fn long_values_take_the_two_byte_form() {
        let long = [7; 17];
        let mut packet = [0; 64];
        let fields = Fields {
            marker: false,
            payload_type: 0,
            sequence: 0,
            timestamp: 0,
            ssrc: 0,
            has_padding: false,
        };
        let elements = [
            Element {
                id: 1,
                value: &long,
            },
            Element {
                id: 200,
                value: &[],
            },
        ];
        write_header(&fields, &elements, &mut packet).unwrap();
        let header = Header::parse(&packet).unwrap();
        assert_eq!(header.extension.map(|block| block.profile), Some(TWO_BYTE));
        assert_eq!(header.element(&packet, 1), Some(&long[..]));
        assert_eq!(header.element(&packet, 200), Some(&[][..]));
    }
}
