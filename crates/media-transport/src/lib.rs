//! ICE-lite and DTLS behind one door, so that each library can be replaced.
