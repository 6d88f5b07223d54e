//! RTP packets: header, extension block and padding (RFC 3550 §5.1, RFC 8285).

mod element;

pub use element::{Element, Elements, ONE_BYTE, TWO_BYTE};

use crate::bytes::{Reader, Writer};
use crate::{ParseError, WriteError};

/// Length of the fixed part of a header.
pub const FIXED_LEN: usize = 12;

/// A parsed header. Holds offsets, not slices, so that the packet can be decrypted in
/// place after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Marker bit.
    pub marker: bool,
    /// Payload type, 7 bits.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp, in units of the codec's clock.
    pub timestamp: u32,
    /// Synchronization source.
    pub ssrc: u32,
    /// Number of contributing sources, 0..=15.
    pub csrc_count: u8,
    /// Whether the payload ends with padding; see [`payload`].
    pub has_padding: bool,
    /// The extension block, if there is one.
    pub extension: Option<ExtensionBlock>,
    /// Length of everything before the payload: fixed part, CSRCs, extension block.
    pub header_len: usize,
}

/// Where the elements of an extension block are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionBlock {
    /// The profile-defined 16 bits.
    pub profile: u16,
    /// Offset of the first element's byte in the packet.
    pub start: usize,
    /// Length of all elements with their padding, a multiple of 4.
    pub len: usize,
}

impl Header {
    /// Reads the header of `packet`, encrypted or not.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] or [`ParseError::Version`].
    pub fn parse(packet: &[u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(packet);
        let [flags, kind] = reader.array()?;
        if flags >> 6 != 2 {
            return Err(ParseError::Version);
        }
        let sequence = reader.u16()?;
        let timestamp = reader.u32()?;
        let ssrc = reader.u32()?;
        let csrc_count = flags & 0x0f;
        reader.take(usize::from(csrc_count) * 4)?;
        let extension = if flags & 0x10 == 0 {
            None
        } else {
            let profile = reader.u16()?;
            let len = usize::from(reader.u16()?) * 4;
            let start = packet.len() - reader.rest().len();
            reader.take(len)?;
            Some(ExtensionBlock {
                profile,
                start,
                len,
            })
        };
        Ok(Self {
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7f,
            sequence,
            timestamp,
            ssrc,
            csrc_count,
            has_padding: flags & 0x20 != 0,
            extension,
            header_len: packet.len() - reader.rest().len(),
        })
    }

    /// The extension elements of `packet`, the one this header was read from.
    ///
    /// A malformed element ends the iteration; an unknown profile has none.
    #[must_use]
    pub fn elements<'a>(&self, packet: &'a [u8]) -> Elements<'a> {
        let Some(block) = self.extension else {
            return Elements::default();
        };
        let bytes = packet.get(block.start..block.start + block.len);
        Elements::new(block.profile, bytes.unwrap_or_default())
    }

    /// The value of the first extension element of this id.
    #[must_use]
    pub fn element<'a>(&self, packet: &'a [u8], id: u8) -> Option<&'a [u8]> {
        self.elements(packet)
            .find(|element| element.id == id)
            .map(|element| element.value)
    }
}

/// The payload of a decrypted packet, without padding (RFC 3550 §5.1).
///
/// # Errors
/// [`ParseError::Padding`] when the last byte does not count padding inside the payload.
pub fn payload<'a>(packet: &'a [u8], header: &Header) -> Result<&'a [u8], ParseError> {
    let end = packet.len() - padding_len(packet, header)?;
    packet
        .get(header.header_len..end)
        .ok_or(ParseError::Truncated)
}

/// How many bytes at the end of a decrypted packet are padding, its count included.
///
/// # Errors
/// As [`payload`].
pub fn padding_len(packet: &[u8], header: &Header) -> Result<usize, ParseError> {
    if !header.has_padding {
        return Ok(0);
    }
    let body = packet
        .get(header.header_len..)
        .ok_or(ParseError::Truncated)?;
    let count = usize::from(*body.last().ok_or(ParseError::Padding)?);
    if count == 0 || count > body.len() {
        return Err(ParseError::Padding);
    }
    Ok(count)
}

/// Makes all of `space`, 1 to 255 bytes after the payload, RTP padding.
///
/// # Errors
/// [`WriteError::OutOfRange`] when the length cannot be counted in one byte.
pub fn fill_padding(space: &mut [u8]) -> Result<(), WriteError> {
    let count = u8::try_from(space.len()).map_err(|_| WriteError::OutOfRange)?;
    space.fill(0);
    *space.last_mut().ok_or(WriteError::OutOfRange)? = count;
    Ok(())
}

/// What the sender of a packet chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Marker bit.
    pub marker: bool,
    /// Payload type, 0..=127.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp.
    pub timestamp: u32,
    /// Synchronization source.
    pub ssrc: u32,
    /// Whether the payload will end with padding; see [`fill_padding`].
    pub has_padding: bool,
}

/// Writes a header with these extension elements to the front of `into` and returns its
/// length, a multiple of 4.
///
/// One-byte element headers are used when all elements allow it: ids 1 to 14, values of
/// 1 to 16 bytes. Otherwise the receiver must have agreed to two-byte ones.
///
/// # Errors
/// [`WriteError::NoRoom`]; [`WriteError::OutOfRange`] for a payload type over 127, an
/// element id of 0, or a value over 255 bytes.
pub fn write_header(
    fields: &Fields,
    elements: &[Element<'_>],
    into: &mut [u8],
) -> Result<usize, WriteError> {
    if fields.payload_type > 0x7f {
        return Err(WriteError::OutOfRange);
    }
    let padding = if fields.has_padding { 0x20 } else { 0 };
    let extension = if elements.is_empty() { 0 } else { 0x10 };
    let marker = if fields.marker { 0x80 } else { 0 };
    let [s0, s1] = fields.sequence.to_be_bytes();
    let mut writer = Writer::new(into);
    writer.put(&[
        0x80 | padding | extension,
        marker | fields.payload_type,
        s0,
        s1,
    ])?;
    writer.put(&fields.timestamp.to_be_bytes())?;
    writer.put(&fields.ssrc.to_be_bytes())?;
    if !elements.is_empty() {
        element::write(elements, &mut writer)?;
    }
    Ok(writer.written())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIELDS: Fields = Fields {
        marker: true,
        payload_type: 96,
        sequence: 0x1234,
        timestamp: 0xdead_beef,
        ssrc: 0xcafe_babe,
        has_padding: false,
    };

    fn written(elements: &[Element<'_>]) -> Vec<u8> {
        let mut buffer = [0xff; 2048];
        let len = write_header(&FIELDS, elements, &mut buffer).unwrap();
        buffer[..len].to_vec()
    }

    #[test]
    fn a_header_is_laid_out_as_in_rfc_3550() {
        let packet = written(&[]);
        assert_eq!(
            packet,
            [
                0x80, 0xe0, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba, 0xbe
            ]
        );
        let header = Header::parse(&packet).unwrap();
        assert_eq!(header.header_len, FIXED_LEN);
        assert_eq!(header.sequence, 0x1234);
        assert!(header.marker && header.extension.is_none());
        assert_eq!(payload(&packet, &header), Ok(&[][..]));
    }

    #[test]
    fn contributing_sources_belong_to_the_header() {
        let mut packet = written(&[]);
        packet[0] |= 2;
        packet.extend_from_slice(&[0, 0, 0, 1, 0, 0, 0, 2, 0x55]);
        let header = Header::parse(&packet).unwrap();
        assert_eq!((header.csrc_count, header.header_len), (2, 20));
        assert_eq!(payload(&packet, &header).unwrap(), [0x55]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut small = [0; 19];
        let element = Element {
            id: 3,
            value: &[1, 2],
        };
        assert_eq!(
            write_header(&FIELDS, &[element], &mut small),
            Err(WriteError::NoRoom)
        );
        let mut large = [0; 1024];
        for bad in [
            Element { id: 0, value: &[1] },
            Element {
                id: 1,
                value: &[0; 256],
            },
        ] {
            assert_eq!(
                write_header(&FIELDS, &[bad], &mut large),
                Err(WriteError::OutOfRange)
            );
        }
        let wrong = Fields {
            payload_type: 128,
            ..FIELDS
        };
        assert_eq!(
            write_header(&wrong, &[], &mut large),
            Err(WriteError::OutOfRange)
        );
    }

    #[test]
    fn padding_is_counted_or_refused() {
        let mut packet = written(&[]);
        packet[0] |= 0x20;
        let header = Header::parse(&packet).unwrap();
        assert_eq!(payload(&packet, &header), Err(ParseError::Padding));
        packet.extend_from_slice(&[1, 2, 3, 0, 0, 0]);
        assert_eq!(payload(&packet, &header), Err(ParseError::Padding));
        fill_padding(&mut packet[15..]).unwrap();
        assert_eq!(payload(&packet, &header).unwrap(), [1, 2, 3]);
        packet[17] = 7;
        assert_eq!(payload(&packet, &header), Err(ParseError::Padding));
        packet[17] = 6;
        assert_eq!(payload(&packet, &header).unwrap(), [0; 0]);
        assert_eq!(fill_padding(&mut []), Err(WriteError::OutOfRange));
        assert_eq!(fill_padding(&mut [0; 256]), Err(WriteError::OutOfRange));
    }

    #[test]
    fn every_prefix_of_a_header_is_truncated() {
        let packet = written(&[Element {
            id: 5,
            value: &[1, 2, 3],
        }]);
        for len in 0..packet.len() {
            assert_eq!(Header::parse(&packet[..len]), Err(ParseError::Truncated));
        }
        assert_eq!(
            Header::parse(&[0x40; 20]).map(|_| ()),
            Err(ParseError::Version)
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            marker: bool, payload_type in 0u8..128, sequence: u16, timestamp: u32, ssrc: u32,
            elements in prop::collection::vec((1u8..=255, prop::collection::vec(any::<u8>(), 0..40)), 0..8),
            body in prop::collection::vec(any::<u8>(), 0..50), padding in 0usize..=255,
        ) {
            let fields = Fields { marker, payload_type, sequence, timestamp, ssrc, has_padding: padding > 0 };
            let elements: Vec<_> = elements.iter().map(|(id, value)| Element { id: *id, value }).collect();
            let mut packet = vec![0xa5; 2048];
            let len = write_header(&fields, &elements, &mut packet).unwrap();
            packet.truncate(len);
            packet.extend_from_slice(&body);
            packet.extend(std::iter::repeat_n(0xee, padding));
            if padding > 0 {
                let start = packet.len() - padding;
                fill_padding(&mut packet[start..]).unwrap();
            }
            let header = Header::parse(&packet).unwrap();
            prop_assert_eq!(header.header_len, len);
            prop_assert_eq!(
                (header.marker, header.payload_type, header.sequence, header.timestamp, header.ssrc),
                (marker, payload_type, sequence, timestamp, ssrc)
            );
            prop_assert_eq!(header.elements(&packet).collect::<Vec<_>>(), elements);
            prop_assert_eq!(payload(&packet, &header).unwrap(), &body[..]);
        }
    }
}
