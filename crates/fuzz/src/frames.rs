//! A body for what clients send on TCP connections: frames, wherever a read ends.

use media_wire::framing;

use crate::random::Random;

/// Frames longer than this end a connection.
const LONGEST: usize = 2_048;

/// What a stream is read as does not depend on how it was cut, no byte is lost, and what was read is
/// written the same.
pub fn framing(data: &[u8]) {
    let (whole, good) = read(data.to_vec());
    assert!(whole.iter().all(|datagram| datagram.len() <= LONGEST));
    let written: Vec<u8> = whole
        .iter()
        .flat_map(|datagram| {
            let header = framing::header(datagram.len()).expect("short");
            [&header, datagram.as_slice()].concat()
        })
        .collect();
    assert!(data.starts_with(&written));
    let rest = &data[written.len()..];
    match framing::length(rest) {
        Some(length) if length > LONGEST => assert!(!good),
        Some(length) => assert!(good && rest.len() < framing::HEADER + length),
        None => assert!(good && rest.len() < framing::HEADER),
    }
    let mut random = Random::new(data.len() as u64);
    let (mut pieces, mut unfinished, mut sound) = (Vec::new(), Vec::new(), true);
    let mut at = 0;
    while at < data.len() && sound {
        let end = data.len().min(at + 1 + random.below(700));
        unfinished.extend_from_slice(&data[at..end]);
        let (frames, good) = read(unfinished.clone());
        let used: usize = frames
            .iter()
            .map(|frame| framing::HEADER + frame.len())
            .sum();
        unfinished.drain(..used);
        pieces.extend(frames);
        sound = good;
        assert!(!good || unfinished.len() < framing::HEADER + LONGEST);
        at = end;
    }
    assert_eq!(pieces, whole);
    assert_eq!(sound, good);
}

/// The datagrams that bytes begin with, and whether more may follow.
fn read(mut bytes: Vec<u8>) -> (Vec<Vec<u8>>, bool) {
    let (mut datagrams, mut at) = (Vec::new(), 0);
    loop {
        match framing::first(&mut bytes[at..], LONGEST) {
            Ok(Some(datagram)) => {
                at += framing::HEADER + datagram.len();
                datagrams.push(datagram.to_vec());
            }
            Ok(None) => return (datagrams, true),
            Err(framing::TooLong) => return (datagrams, false),
        }
    }
}
