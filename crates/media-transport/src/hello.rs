//! Reads a client's first message, to choose the version of DTLS.
//!
//! With DTLS 1.3 the library takes the SRTP profile that the client likes best, with 1.2 the one that we do. Chromium puts AES-CM
//! with SHA-1 first, which costs four times what AES-GCM costs for every packet of the call; that is worth the round trip that
//! DTLS 1.2 needs more. Whoever likes GCM best, as Firefox does, or has nothing but DTLS 1.3 gets the newer version.

use media_srtp::Profile;

/// The longest first message that is put together, in bytes. Key shares for post-quantum groups make it some 1,800 long.
const MAX_HELLO: usize = 8192;

/// Datagrams that one first message may come in.
const MAX_DATAGRAMS: usize = 8;

/// The version of DTLS that a handshake begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    Dtls12,
    /// What the client wants most.
    Newest,
}

/// The first message so far, and the datagrams that it came in.
#[derive(Debug, Default)]
pub(crate) struct Hello {
    body: Vec<u8>,
    datagrams: Vec<Vec<u8>>,
}

impl Hello {
    /// Keeps a datagram. When the message is whole, gives the version and all datagrams kept.
    ///
    /// Fragments count in their order only: what is late is repeated.
    pub(crate) fn take(&mut self, datagram: &[u8]) -> Option<(Version, Vec<Vec<u8>>)> {
        if self.datagrams.len() >= MAX_DATAGRAMS {
            *self = Self::default();
        }
        self.datagrams.push(datagram.to_vec());
        let mut reader = Reader(datagram);
        while let Some(record) = reader.record() {
            let Some(fragment) = Reader(record).fragment() else {
                continue;
            };
            if fragment.length > MAX_HELLO || fragment.offset != self.body.len() {
                continue;
            }
            self.body.extend_from_slice(fragment.bytes);
            if self.body.len() >= fragment.length {
                let version = version(&self.body).unwrap_or(Version::Newest);
                return Some((version, std::mem::take(self).datagrams));
            }
        }
        None
    }
}

/// `None` for what is no client hello: the library will say so.
fn version(body: &[u8]) -> Option<Version> {
    let mut hello = Reader(body);
    hello.take(2 + 32)?;
    hello.vector(1)?;
    hello.vector(1)?;
    hello.vector(2)?;
    hello.vector(1)?;
    let mut extensions = Reader(hello.vector(2)?);
    let (mut knows_12, mut profiles) = (false, Vec::new());
    while let Some(kind) = extensions.number(2) {
        let mut content = Reader(extensions.vector(2)?);
        match kind {
            USE_SRTP => profiles = numbers(content.vector(2)?),
            SUPPORTED_VERSIONS => knows_12 = numbers(content.vector(1)?).contains(&DTLS_12),
            _ => {}
        }
    }
    let mut known = profiles.into_iter().filter_map(Profile::from_id);
    let prefers_other = known.next()? == Profile::Aes128CmSha1_80 && known.next().is_some();
    Some(if knows_12 && prefers_other {
        Version::Dtls12
    } else {
        Version::Newest
    })
}

/// The extension with the SRTP profiles (RFC 5764 §4.1.1).
const USE_SRTP: usize = 14;
/// The extension with the versions (RFC 8446 §4.2.1); a client of DTLS 1.2 alone has none.
const SUPPORTED_VERSIONS: usize = 43;
const DTLS_12: u16 = 0xFEFD;
const HANDSHAKE: usize = 22;
const CLIENT_HELLO: usize = 1;

struct Fragment<'a> {
    /// Of the whole message.
    length: usize,
    offset: usize,
    bytes: &'a [u8],
}

fn numbers(bytes: &[u8]) -> Vec<u16> {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|number| u16::from_be_bytes(*number))
        .collect()
}

/// Takes fields from the front of what is left.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    /// A big-endian number of at most three bytes.
    fn number(&mut self, len: usize) -> Option<usize> {
        Some(
            self.take(len)?
                .iter()
                .fold(0, |number, byte| number << 8 | usize::from(*byte)),
        )
    }

    /// A vector with a length of `len` bytes before it.
    fn vector(&mut self, len: usize) -> Option<&'a [u8]> {
        let size = self.number(len)?;
        self.take(size)
    }

    /// The content of the next plain handshake record (RFC 6347 §4.1); others are passed over.
    fn record(&mut self) -> Option<&'a [u8]> {
        loop {
            let kind = self.number(1)?;
            self.take(2)?;
            let epoch = self.number(2)?;
            self.take(6)?;
            let content = self.vector(2)?;
            if kind == HANDSHAKE && epoch == 0 {
                return Some(content);
            }
        }
    }

    /// A fragment of the first message (RFC 6347 §4.2.2).
    fn fragment(&mut self) -> Option<Fragment<'a>> {
        let kind = self.number(1)?;
        let length = self.number(3)?;
        let message = self.number(2)?;
        let offset = self.number(3)?;
        let bytes = self.vector(3)?;
        (kind == CLIENT_HELLO && message == 0).then_some(Fragment {
            length,
            offset,
            bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation
    )]

    use proptest::prelude::*;

    use super::*;

    fn vector(len: usize, content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&size[4 - len..], content].concat()
    }

    fn extension(kind: u8, content: &[u8]) -> Vec<u8> {
        [&[0, kind], &vector(2, content)[..]].concat()
    }

    fn hello(versions: &[u16], profiles: &[u16]) -> Vec<u8> {
        let bytes = |numbers: &[u16]| {
            numbers
                .iter()
                .flat_map(|number| number.to_be_bytes())
                .collect::<Vec<_>>()
        };
        let srtp = [vector(2, &bytes(profiles)), vec![0]].concat();
        let extensions = [
            extension(10, &[0; 900]),
            extension(14, &srtp),
            extension(43, &vector(1, &bytes(versions))),
        ];
        [
            &[0xFE, 0xFD][..],
            &[7; 32],
            &[0],
            &[0],
            &vector(2, &[0x13, 0x01]),
            &[1, 0],
            &vector(2, &extensions.concat()),
        ]
        .concat()
    }

    fn datagram(body: &[u8], offset: usize, end: usize) -> Vec<u8> {
        let number = |value: usize| (value as u32).to_be_bytes()[1..].to_vec();
        let message = [
            &[1],
            &number(body.len())[..],
            &[0, 0],
            &number(offset),
            &vector(3, &body[offset..end]),
        ]
        .concat();
        [
            &[22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &vector(2, &message),
        ]
        .concat()
    }

    fn chosen(versions: &[u16], profiles: &[u16]) -> Version {
        let body = hello(versions, profiles);
        Hello::default()
            .take(&datagram(&body, 0, body.len()))
            .unwrap()
            .0
    }

    #[test]
    fn a_client_that_prefers_sha1_to_gcm_gets_dtls_12() {
        assert_eq!(chosen(&[0xFEFC, 0xFEFD], &[1, 8, 7]), Version::Dtls12);
        assert_eq!(
            chosen(&[0xFEFC, 0xFEFD], &[2, 1, 7]),
            Version::Dtls12,
            "the 32-bit tag is nothing we know"
        );
        assert_eq!(chosen(&[0xFEFC, 0xFEFD], &[7, 8, 1]), Version::Newest);
        assert_eq!(chosen(&[0xFEFC, 0xFEFD], &[1, 2]), Version::Newest);
        assert_eq!(chosen(&[0xFEFC, 0xFEFD], &[]), Version::Newest);
        assert_eq!(
            chosen(&[0xFEFC], &[1, 8, 7]),
            Version::Newest,
            "it knows nothing else"
        );
    }

    #[test]
    fn fragments_are_put_together_and_all_datagrams_are_given_back() {
        let body = hello(&[0xFEFC, 0xFEFD], &[1, 8]);
        let (first, second) = (datagram(&body, 0, 600), datagram(&body, 600, body.len()));
        let mut hello = Hello::default();
        assert_eq!(hello.take(&second), None);
        assert_eq!(hello.take(&first), None);
        assert_eq!(hello.take(&first), None);
        let expected = vec![second.clone(), first.clone(), first, second.clone()];
        assert_eq!(hello.take(&second), Some((Version::Dtls12, expected)));
    }

    #[test]
    fn what_never_becomes_whole_is_forgotten() {
        let body = hello(&[0xFEFC, 0xFEFD], &[1, 8]);
        let mut hello = Hello::default();
        for _ in 0..100 {
            assert_eq!(hello.take(&datagram(&body, 0, 600)), None);
            assert!(hello.datagrams.len() <= MAX_DATAGRAMS && hello.body.len() <= MAX_HELLO);
        }
    }

    proptest! {
        #[test]
        fn anything_is_survived(noise in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>()) {
            let body = hello(&[0xFEFC, 0xFEFD], &[1, 8]);
            let mut datagram = datagram(&body, 0, body.len());
            Hello::default().take(&noise);
            let at = at.index(datagram.len());
            for (byte, noise) in datagram[at..].iter_mut().zip(&noise) {
                *byte = *noise;
            }
            Hello::default().take(&datagram);
        }
    }
}
