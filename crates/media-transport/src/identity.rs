//! The certificate of this process, and the DTLS configuration that goes with it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dimpl::{Config, Dtls, DtlsCertificate};

use crate::hello::Version;
use crate::{CONNECT, Error, Fingerprint};

/// The first retransmission of a flight. Loss costs a join no more than this, and few paths are slower than it.
const FIRST_RETRANSMISSION: Duration = Duration::from_millis(200);

/// Repetitions of one flight. Those asked for by a repeated flight of the peer count as well, and browsers repeat theirs from
/// 50 ms on; the time for the whole handshake ends the others.
const RETRANSMISSIONS: usize = 24;

/// Who we are in DTLS: a self-signed certificate with its key. One per process, as making one costs a millisecond.
#[derive(Clone)]
pub struct Identity {
    certificate: Arc<DtlsCertificate>,
    config: Arc<Config>,
    fingerprint: Fingerprint,
}

impl Identity {
    /// Makes a new key (ECDSA, P-256) and its certificate.
    ///
    /// # Errors
    /// [`Error::Identity`].
    pub fn generate() -> Result<Self, Error> {
        let certificate =
            dimpl::certificate::generate_self_signed_certificate().map_err(|_| Error::Identity)?;
        // A cookie would ask for what the connectivity checks have shown already, for the price of a round trip.
        let config = Config::builder()
            .use_server_cookie(false)
            .require_client_certificate(true)
            .flight_start_rto(FIRST_RETRANSMISSION)
            .flight_retries(RETRANSMISSIONS)
            .handshake_timeout(CONNECT)
            .build()
            .map_err(|_| Error::Identity)?;
        let fingerprint = Fingerprint::sha256(&certificate.certificate);
        Ok(Self {
            certificate: Arc::new(certificate),
            config: Arc::new(config),
            fingerprint,
        })
    }

    /// What descriptions announce.
    #[must_use]
    pub const fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// The server's side of a handshake.
    pub(crate) fn accept(&self, version: Version, now: Instant) -> Dtls {
        let (config, certificate) = (
            Arc::clone(&self.config),
            DtlsCertificate::clone(&self.certificate),
        );
        match version {
            Version::Dtls12 => Dtls::new_12(config, certificate, now),
            Version::Newest => Dtls::new_auto(config, certificate, now),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}
