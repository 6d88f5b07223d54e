//! Bodies for what is read from single packets: RTP, STUN, VP8, H.264, RED.

use media_wire::rtp::{self, Element, Fields, Header};
use media_wire::vp8::Descriptor;
use media_wire::{demux, h264 as wire_h264, red as wire_red, rtx, stun as wire_stun};

/// A header stays inside its packet, and what is written from it is read the same.
pub fn rtp(data: &[u8]) {
    let _ = demux::protocol(data);
    let Ok(header) = Header::parse(data) else {
        return;
    };
    assert!((rtp::FIXED_LEN..=data.len()).contains(&header.header_len));
    if let Ok(payload) = rtp::payload(data, &header) {
        assert!(header.header_len + payload.len() <= data.len());
        if let Some((_, original)) = rtx::split(payload) {
            assert_eq!(original.len() + rtx::OSN_LEN, payload.len());
        }
    }
    let elements: Vec<Element<'_>> = header.elements(data).collect();
    let fields = Fields {
        marker: header.marker,
        payload_type: header.payload_type,
        sequence: header.sequence,
        timestamp: header.timestamp,
        ssrc: header.ssrc,
        has_padding: header.has_padding,
    };
    let mut written = vec![0; data.len()];
    let len = rtp::write_header(&fields, &elements, &mut written).expect("room for all");
    let again = Header::parse(&written[..len]).expect("what was written");
    assert_eq!(again.header_len, len);
    assert_eq!(again.sequence, header.sequence);
    assert_eq!(
        (again.marker, again.payload_type),
        (header.marker, header.payload_type)
    );
    assert_eq!(
        (again.timestamp, again.ssrc),
        (header.timestamp, header.ssrc)
    );
    assert!(again.elements(&written).eq(elements));
}

/// A user name is a part of the request, and short.
pub fn stun(data: &[u8]) {
    let Some(username) = wire_stun::peek_username(data) else {
        return;
    };
    assert_eq!(demux::protocol(data), demux::Protocol::Stun);
    assert!(username.len() <= 512);
    assert!(
        data.windows(username.len().max(1))
            .any(|part| part.starts_with(username.as_bytes()))
    );
    if let Some(ufrag) = wire_stun::local_ufrag(username) {
        assert!(!ufrag.contains(':'));
    }
}

/// Rewriting a descriptor changes its numbers and nothing else.
pub fn vp8(data: &[u8]) {
    let Ok(before) = Descriptor::parse(data) else {
        return;
    };
    assert!((1..=data.len()).contains(&before.len));
    let is_key = before.starts_key_frame(data);
    let mut changed = data.to_vec();
    before
        .rewrite(&mut changed, 0x2aaa, 0x55)
        .expect("the same payload");
    let after = Descriptor::parse(&changed).expect("the same form");
    assert_eq!(after.starts_key_frame(&changed), is_key);
    assert_eq!(
        (after.len, after.layer, after.key_index),
        (before.len, before.layer, before.key_index)
    );
    let (id, index) = (before.picture_id, before.base_layer_index);
    let restored = (
        id.map_or(0, |id| id.value),
        index.map_or(0, |index| index.value),
    );
    after
        .rewrite(&mut changed, restored.0, restored.1)
        .expect("the same payload");
    assert_eq!(changed, data);
}

/// Whether a payload begins a key frame does not depend on what follows a single unit.
pub fn h264(data: &[u8]) {
    let is_key = wire_h264::starts_key_frame(data);
    if data.first().is_some_and(|first| first & 0x1f != 24) && data.len() > 2 {
        assert_eq!(wire_h264::starts_key_frame(&data[..3]), is_key);
    }
}

/// Blocks lie one after the other and end with the payload; types change and nothing else.
pub fn red(data: &[u8]) {
    let Ok(before) = wire_red::Redundant::parse(data) else {
        return;
    };
    let earlier: Vec<_> = before.earlier().collect();
    let lengths: usize = earlier.iter().map(|block| block.payload.len()).sum();
    let primary = before.primary.payload;
    assert!(!primary.is_empty() && data.ends_with(primary));
    assert_eq!(
        earlier.len() * 4 + 1 + lengths + primary.len(),
        data.len(),
        "headers and blocks"
    );
    let mut changed = data.to_vec();
    wire_red::retype(&mut changed, 42);
    let after = wire_red::Redundant::parse(&changed).expect("the same form");
    assert_eq!(after.primary.payload, primary);
    assert_eq!(after.primary.payload_type, 42);
    assert!(after.earlier().zip(&earlier).all(|(after, before)| {
        after.payload_type == 42
            && after.earlier == before.earlier
            && after.payload == before.payload
    }));
    assert_eq!(after.earlier().count(), earlier.len());
}
