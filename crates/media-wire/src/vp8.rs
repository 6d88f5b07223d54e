//! VP8 payload descriptors: key frames, and numbers rewritten in place (RFC 7741 §4.2).

use crate::bytes::Reader;
use crate::{ParseError, WriteError};

/// The descriptor in front of every VP8 payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// No other frame refers to this one (N).
    pub non_reference: bool,
    /// The payload begins a partition (S).
    pub starts_partition: bool,
    /// Partition index (PID), 0..=7.
    pub partition: u8,
    /// Picture ID, when present.
    pub picture_id: Option<PictureId>,
    /// TL0PICIDX, when present.
    pub base_layer_index: Option<BaseLayerIndex>,
    /// Temporal layer (TID) and whether it can be switched to here (Y), when present.
    pub layer: Option<Layer>,
    /// KEYIDX, 0..=31, when present.
    pub key_index: Option<u8>,
    /// Length of the descriptor; the VP8 bitstream follows.
    pub len: usize,
}

/// A picture ID and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureId {
    /// Offset in the payload.
    pub offset: usize,
    /// 7 or 15 bits.
    pub value: u16,
    /// Whether it has 15 bits.
    pub wide: bool,
}

/// A running index of base layer frames and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseLayerIndex {
    /// Offset in the payload.
    pub offset: usize,
    /// Its value.
    pub value: u8,
}

/// A temporal layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// 0..=3.
    pub index: u8,
    /// Whether a receiver may begin with this layer here (Y).
    pub sync: bool,
}

impl Descriptor {
    /// Reads the descriptor at the front of a payload.
    ///
    /// # Errors
    /// [`ParseError::Truncated`].
    pub fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(payload);
        let first = reader.u8()?;
        let extended = if first & 0x80 != 0 { reader.u8()? } else { 0 };
        let picture_id = if extended & 0x80 != 0 {
            let offset = payload.len() - reader.rest().len();
            let high = reader.u8()?;
            let wide = high & 0x80 != 0;
            let value = if wide {
                u16::from_be_bytes([high & 0x7f, reader.u8()?])
            } else {
                u16::from(high)
            };
            Some(PictureId {
                offset,
                value,
                wide,
            })
        } else {
            None
        };
        let base_layer_index = if extended & 0x40 != 0 {
            let offset = payload.len() - reader.rest().len();
            let value = reader.u8()?;
            Some(BaseLayerIndex { offset, value })
        } else {
            None
        };
        let layers = if extended & 0x30 != 0 {
            reader.u8()?
        } else {
            0
        };
        Ok(Self {
            non_reference: first & 0x20 != 0,
            starts_partition: first & 0x10 != 0,
            partition: first & 0x07,
            picture_id,
            base_layer_index,
            layer: (extended & 0x20 != 0).then_some(Layer {
                index: layers >> 6,
                sync: layers & 0x20 != 0,
            }),
            key_index: (extended & 0x10 != 0).then_some(layers & 0x1f),
            len: payload.len() - reader.rest().len(),
        })
    }

    /// Whether `payload`, the one this was read from, is the first of a frame.
    #[must_use]
    pub const fn starts_frame(&self) -> bool {
        self.starts_partition && self.partition == 0
    }

    /// Whether `payload`, the one this was read from, is the first of a key frame:
    /// the P bit of the frame's first byte is clear (RFC 7741 §4.3).
    #[must_use]
    pub fn starts_key_frame(&self, payload: &[u8]) -> bool {
        self.starts_frame() && payload.get(self.len).is_some_and(|byte| byte & 0x01 == 0)
    }

    /// Puts other numbers where this descriptor has them, cut to the bits that are there.
    ///
    /// # Errors
    /// [`WriteError::NoRoom`] when `payload` is not the one this was read from.
    pub fn rewrite(
        &self,
        payload: &mut [u8],
        picture_id: u16,
        base_layer_index: u8,
    ) -> Result<(), WriteError> {
        if let Some(PictureId { offset, wide, .. }) = self.picture_id {
            let field = payload.get_mut(offset..).ok_or(WriteError::NoRoom)?;
            let [high, low] = picture_id.to_be_bytes();
            match (wide, field) {
                (true, [first, second, ..]) => {
                    *first = 0x80 | high;
                    *second = low;
                }
                (false, [only, ..]) => *only = low & 0x7f,
                _ => return Err(WriteError::NoRoom),
            }
        }
        if let Some(BaseLayerIndex { offset, .. }) = self.base_layer_index {
            *payload.get_mut(offset).ok_or(WriteError::NoRoom)? = base_layer_index;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_descriptor_has_no_numbers() {
        let payload = [0x10, 0x00, 0x9d];
        let descriptor = Descriptor::parse(&payload).unwrap();
        assert_eq!(descriptor.len, 1);
        assert!(descriptor.picture_id.is_none() && descriptor.layer.is_none());
        assert!(descriptor.starts_key_frame(&payload));
        assert!(!descriptor.starts_key_frame(&[0x10, 0x01]));
        assert!(!descriptor.starts_key_frame(&[0x10]));
    }

    #[test]
    fn all_numbers_are_found_and_rewritten() {
        // X S | I L T K | M=1 picture 0x1234 | TL0PICIDX 9 | TID 2 Y KEYIDX 5
        let mut payload = [0x90, 0xf0, 0x92, 0x34, 9, 0xa5, 0x01];
        let descriptor = Descriptor::parse(&payload).unwrap();
        assert_eq!(
            descriptor.picture_id,
            Some(PictureId {
                offset: 2,
                value: 0x1234,
                wide: true
            })
        );
        assert_eq!(
            descriptor.base_layer_index,
            Some(BaseLayerIndex {
                offset: 4,
                value: 9
            })
        );
        assert_eq!(
            descriptor.layer,
            Some(Layer {
                index: 2,
                sync: true
            })
        );
        assert_eq!((descriptor.key_index, descriptor.len), (Some(5), 6));
        assert!(descriptor.starts_frame() && !descriptor.starts_key_frame(&payload));
        descriptor.rewrite(&mut payload, 0xffff, 200).unwrap();
        assert_eq!(payload, [0x90, 0xf0, 0xff, 0xff, 200, 0xa5, 0x01]);
        assert_eq!(
            descriptor.rewrite(&mut [0; 3], 1, 1),
            Err(WriteError::NoRoom)
        );
    }

    #[test]
    fn seven_bit_picture_ids_stay_seven_bits() {
        let mut payload = [0x80, 0x80, 0x7f, 0x00];
        let descriptor = Descriptor::parse(&payload).unwrap();
        assert_eq!(
            descriptor.picture_id.map(|id| (id.value, id.wide)),
            Some((127, false))
        );
        descriptor.rewrite(&mut payload, 128, 0).unwrap();
        assert_eq!(payload, [0x80, 0x80, 0x00, 0x00]);
    }

    #[test]
    fn a_later_partition_does_not_start_a_frame() {
        let payload = [0x11, 0x00];
        let descriptor = Descriptor::parse(&payload).unwrap();
        assert!(!descriptor.starts_frame() && !descriptor.starts_key_frame(&payload));
    }

    #[test]
    fn every_prefix_is_truncated() {
        let payload = [0x90, 0xf0, 0x92, 0x34, 9, 0xa5];
        for len in 0..payload.len() {
            assert_eq!(
                Descriptor::parse(&payload[..len]),
                Err(ParseError::Truncated)
            );
        }
    }

    proptest! {
        #[test]
        fn rewriting_changes_only_the_numbers(payload in prop::collection::vec(any::<u8>(), 1..12), id: u16, index: u8) {
            if let Ok(before) = Descriptor::parse(&payload) {
                let mut changed = payload.clone();
                before.rewrite(&mut changed, id, index).unwrap();
                let after = Descriptor::parse(&changed).unwrap();
                let mask = |wide: bool| if wide { 0x7fff } else { 0x7f };
                prop_assert_eq!(
                    after.picture_id,
                    before.picture_id.map(|old| PictureId { value: id & mask(old.wide), ..old })
                );
                prop_assert_eq!(
                    after.base_layer_index,
                    before.base_layer_index.map(|old| BaseLayerIndex { value: index, ..old })
                );
                let restored = Descriptor {
                    picture_id: before.picture_id,
                    base_layer_index: before.base_layer_index,
                    ..after
                };
                prop_assert_eq!(restored, before);
            }
        }
    }
}
