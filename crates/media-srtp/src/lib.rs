//! SRTP and SRTCP: key derivation, ciphers, replay windows.
