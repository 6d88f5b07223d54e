//! The samples that Python has encoded: Rust reads and writes the same bytes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use media::frame::{read_order, write_news};
use media::protocol::{News, Order};

const SAMPLES: &str = include_str!("samples/frames.txt");

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

#[test]
fn every_sample_comes_back_byte_by_byte() {
    let (mut orders, mut news) = (0, 0);
    for line in SAMPLES.lines() {
        let (name, hex) = line.split_once(' ').unwrap();
        let body = bytes(hex);
        if let Ok(order) = read_order(&body) {
            assert_eq!(rmp_serde::to_vec_named(&order).unwrap(), body, "{name}");
            orders += 1;
        } else {
            let told: News =
                rmp_serde::from_slice(&body).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(write_news(&told).unwrap()[4..], body, "{name}");
            news += 1;
        }
    }
    assert_eq!((orders, news), (2 * 12, 2 * 16), "two of every frame");
}

#[test]
fn unknown_fields_are_ignored_and_unknown_orders_are_named() {
    let known = [("t", "detach"), ("pipe", "p"), ("colour", "blue")];
    let known: std::collections::BTreeMap<_, _> = known.into();
    let body = rmp_serde::to_vec_named(&known).unwrap();
    assert!(matches!(read_order(&body), Ok(Order::Detach(detach)) if detach.pipe == "p"));
    let trailing = [&body[..], &[0xc0]].concat();
    let error = read_order(&trailing).unwrap_err();
    assert_eq!(
        (&*error.order, &*error.text),
        ("detach", "1 bytes follow the map")
    );
    for (map, name) in [
        (vec![("t", "sing"), ("song", "s")], "sing"),
        (vec![("t", "detach")], "detach"),
        (vec![("pipe", "p")], ""),
    ] {
        let map: std::collections::BTreeMap<_, _> = map.into_iter().collect();
        let error = read_order(&rmp_serde::to_vec_named(&map).unwrap()).unwrap_err();
        assert_eq!(error.order, name);
        assert!(!error.text.is_empty());
    }
}
