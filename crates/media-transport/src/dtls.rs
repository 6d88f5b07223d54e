//! The DTLS server of one transport: the handshake, the certificate check, the keys.

use std::time::Instant;

use dimpl::{Dtls, KeyingMaterial, Output, SrtpProfile};
use media_srtp::{MasterKey, Profile, split_keying_material};

use crate::hello::Hello;
use crate::{Fingerprint, Identity, Reason};

/// More than the library ever writes into one datagram.
const LARGEST: usize = 2048;

/// The keys of an established connection.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) profile: Profile,
    pub(crate) send: MasterKey,
    pub(crate) receive: MasterKey,
}

/// What came of a step.
#[derive(Debug)]
pub(crate) enum Progress {
    Send(Vec<u8>),
    Established(Keys),
    /// What the peer has sent inside the connection.
    Data(Vec<u8>),
    Closed,
}

/// The server's side.
pub(crate) struct Server {
    identity: Identity,
    announced: Vec<Fingerprint>,
    hello: Hello,
    /// From the client's first message on.
    dtls: Option<Dtls>,
    life: Life,
    next_timeout: Option<Instant>,
}

/// How far the handshake is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    /// The peer has not shown a certificate.
    Anonymous,
    /// Its certificate was announced.
    Known,
    /// It has proved that the certificate is its own, and the handshake is complete.
    Connected,
    /// The keys are given out.
    Established,
}

impl Server {
    pub(crate) fn new(identity: &Identity, announced: Vec<Fingerprint>) -> Self {
        Self {
            identity: identity.clone(),
            announced,
            hello: Hello::default(),
            dtls: None,
            life: Life::Anonymous,
            next_timeout: None,
        }
    }

    pub(crate) const fn next_timeout(&self) -> Option<Instant> {
        self.next_timeout
    }

    pub(crate) fn is_established(&self) -> bool {
        self.life == Life::Established
    }

    /// Takes a datagram from the peer.
    pub(crate) fn handle(
        &mut self,
        now: Instant,
        datagram: &[u8],
        progress: &mut Vec<Progress>,
    ) -> Result<(), Reason> {
        if self.dtls.is_some() {
            return self.feed(now, datagram, progress);
        }
        let Some((version, datagrams)) = self.hello.take(datagram) else {
            return Ok(());
        };
        self.dtls = Some(self.identity.accept(version, now));
        datagrams
            .iter()
            .try_for_each(|datagram| self.feed(now, datagram, progress))
    }

    fn feed(
        &mut self,
        now: Instant,
        datagram: &[u8],
        progress: &mut Vec<Progress>,
    ) -> Result<(), Reason> {
        let Some(dtls) = &mut self.dtls else {
            return Ok(());
        };
        dtls.handle_timeout(now).map_err(|_| Reason::Dtls)?;
        let taken = dtls.handle_packet(datagram);
        self.poll(progress)?;
        taken.map_err(|_| Reason::Dtls)
    }

    /// Repeats what was not answered in time.
    pub(crate) fn handle_timeout(
        &mut self,
        now: Instant,
        progress: &mut Vec<Progress>,
    ) -> Result<(), Reason> {
        let Some(dtls) = &mut self.dtls else {
            return Ok(());
        };
        let taken = dtls.handle_timeout(now);
        self.poll(progress)?;
        taken.map_err(|_| Reason::Dtls)
    }

    /// Sends a packet inside the connection, if there is one.
    pub(crate) fn send(
        &mut self,
        packet: &[u8],
        progress: &mut Vec<Progress>,
    ) -> Result<(), Reason> {
        match &mut self.dtls {
            Some(dtls) if self.life == Life::Established => {
                dtls.send_application_data(packet)
                    .map_err(|_| Reason::Dtls)?;
                self.poll(progress)
            }
            _ => Ok(()),
        }
    }

    /// Says goodbye, if there is a connection to say it in.
    pub(crate) fn close(&mut self, progress: &mut Vec<Progress>) -> Result<(), Reason> {
        match &mut self.dtls {
            Some(dtls) if self.life == Life::Established => {
                dtls.close().map_err(|_| Reason::Dtls)?;
                self.poll(progress)
            }
            _ => Ok(()),
        }
    }

    fn poll(&mut self, progress: &mut Vec<Progress>) -> Result<(), Reason> {
        let Some(dtls) = &mut self.dtls else {
            return Ok(());
        };
        let mut buffer = vec![0; LARGEST];
        loop {
            match dtls.poll_output(&mut buffer) {
                Output::Packet(bytes) => progress.push(Progress::Send(bytes.to_vec())),
                Output::BufferTooSmall { needed } => buffer.resize(needed, 0),
                Output::Timeout(at) => {
                    self.next_timeout = Some(at);
                    return if self.life == Life::Connected {
                        Err(Reason::NoProfile)
                    } else {
                        Ok(())
                    };
                }
                Output::PeerCert(certificate) => {
                    if !Fingerprint::any_matches(&self.announced, certificate) {
                        return Err(Reason::Fingerprint);
                    }
                    self.life = Life::Known;
                }
                Output::Connected if self.life == Life::Known => self.life = Life::Connected,
                Output::KeyingMaterial(material, profile) if self.life == Life::Connected => {
                    progress.push(Progress::Established(server_keys(&material, profile)?));
                    self.life = Life::Established;
                }
                Output::Connected | Output::KeyingMaterial(..) => return Err(Reason::Dtls),
                Output::CloseNotify => progress.push(Progress::Closed),
                Output::ApplicationData(bytes) if self.life == Life::Established => {
                    progress.push(Progress::Data(bytes.to_vec()));
                }
                _ => {}
            }
        }
    }
}

/// We are the server: we send with its key and receive with the client's.
fn server_keys(material: &KeyingMaterial, profile: SrtpProfile) -> Result<Keys, Reason> {
    let profile = match profile {
        SrtpProfile::AES128_CM_SHA1_80 => Profile::Aes128CmSha1_80,
        SrtpProfile::AEAD_AES_128_GCM => Profile::AeadAes128Gcm,
        SrtpProfile::AEAD_AES_256_GCM => Profile::AeadAes256Gcm,
        _ => return Err(Reason::NoProfile),
    };
    let (receive, send) =
        split_keying_material(profile, material).map_err(|_| Reason::NoProfile)?;
    Ok(Keys {
        profile,
        send,
        receive,
    })
}
