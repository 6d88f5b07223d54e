// SRTP and SRTCP (RFC 3711, RFC 7714) of one direction of one peer, on OpenSSL's ciphers.
//
// Not libsrtp: Debian's stands on NSS, which looks through the keys of everybody for each packet,
// so that with thousands of clients it took half of a core.
#ifndef SRTP_H
#define SRTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SRTP_MAX_TRAILER = 24, // bytes that sealing adds: a tag of 16, an index, and some to spare
    SRTP_MAX_KEY = 32,
    SRTP_MAX_SALT = 14,
};

// What a profile's master key and salt take; false for a profile that is not known. `profile` is
// the number that IANA gives it (DTLS-SRTP Protection Profiles).
bool srtp_sizes(int profile, size_t *key, size_t *salt);

struct srtp;

// NULL if the profile is not known or there is no memory.
struct srtp *srtp_open(int profile, const uint8_t *key, const uint8_t *salt);
void srtp_close(struct srtp *srtp);

// All work in place. Those that seal need SRTP_MAX_TRAILER bytes after the packet. They return the
// new length, or 0: what is to be sealed is too short, and what is to be opened is that or has been
// forged, is too old, or has been opened before. (RTCP may be opened twice: nobody minds here.)
size_t srtp_seal(struct srtp *srtp, uint8_t *packet, size_t length);
size_t srtp_unseal(struct srtp *srtp, uint8_t *packet, size_t length);
size_t srtp_seal_rtcp(struct srtp *srtp, uint8_t *packet, size_t length);
size_t srtp_unseal_rtcp(struct srtp *srtp, uint8_t *packet, size_t length);

#endif
