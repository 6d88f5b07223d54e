#include "srtp.h"

#include "bytes.h"
#include "packet.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

enum {
    IV_BYTES = 16,
    GCM_IV_BYTES = 12,
    GCM_TAG_BYTES = 16,
    AUTH_KEY_BYTES = 20,
    RTCP_HEADER_BYTES = 8,
    RTCP_INDEX_BYTES = 4,
    RTCP_TAG_BYTES =
        10, // of HMAC-SHA1, with the shorter tag for RTP as well (RFC 5764 section 4.1.2)
    WINDOW = 1024,
};

static const uint32_t ENCRYPTED = 0x80000000u; // the E flag, RFC 3711 section 3.4

// RFC 3711 section 4.3.2
enum label { RTP_KEY, RTP_AUTH, RTP_SALT, RTCP_KEY, RTCP_AUTH, RTCP_SALT };

struct profile {
    int number;
    size_t key, salt, rtp_tag;
    bool gcm;
};

static const struct profile profiles[] = {
    {1, 16, 14, 10, false}, // SRTP_AES128_CM_HMAC_SHA1_80
    {2, 16, 14, 4, false},  // SRTP_AES128_CM_HMAC_SHA1_32
    {7, 16, 12, GCM_TAG_BYTES, true},
    {8, 32, 12, GCM_TAG_BYTES, true},
};

// The packets of one SSRC: RFC 3711 section 3.2.3.
struct flow {
    uint32_t ssrc;
    uint64_t highest; // index
    uint64_t seen[WINDOW / 64];
};

// Keys of RTP, or of RTCP.
struct keys {
    EVP_CIPHER_CTX *cipher; // has the key; each packet brings its IV
    uint8_t auth[AUTH_KEY_BYTES];
    uint8_t salt[SRTP_MAX_SALT];
};

struct srtp {
    const struct profile *profile;
    struct keys rtp, rtcp;
    uint32_t rtcp_index; // of the packet sealed last
    struct flow *flows;
    size_t flow_count, flow_space, last;
};

static const struct profile *find_profile(int number) {
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (profiles[i].number == number)
            return &profiles[i];
    return NULL;
}

bool srtp_sizes(int number, size_t *key, size_t *salt) {
    const struct profile *profile = find_profile(number);
    if (!profile)
        return false;
    *key = profile->key;
    *salt = profile->salt;
    return true;
}

// ---- keys

// RFC 3711 section 4.3.3, RFC 7714 section 11: AES-CM with the master key, over zeros.
static bool derive(const struct profile *profile, const uint8_t *key, const uint8_t *salt,
                   enum label label, uint8_t *out, size_t bytes) {
    static const uint8_t zeros[SRTP_MAX_KEY];
    uint8_t iv[IV_BYTES] = {0};
    int written;
    memcpy(iv, salt, profile->salt);
    iv[7] ^= (uint8_t)label;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *cipher = profile->key == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
    bool done = context && EVP_EncryptInit_ex(context, cipher, NULL, key, iv) &&
                EVP_EncryptUpdate(context, out, &written, zeros, (int)bytes);
    EVP_CIPHER_CTX_free(context);
    return done;
}

static const EVP_CIPHER *cipher_of(const struct profile *profile) {
    if (!profile->gcm)
        return EVP_aes_128_ctr();
    return profile->key == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
}

static bool make_keys(struct keys *keys, const struct profile *profile, const uint8_t *key,
                      const uint8_t *salt, enum label first) {
    uint8_t own[SRTP_MAX_KEY];
    keys->cipher = EVP_CIPHER_CTX_new();
    return keys->cipher && derive(profile, key, salt, first, own, profile->key) &&
           derive(profile, key, salt, first + 1, keys->auth, sizeof keys->auth) &&
           derive(profile, key, salt, first + 2, keys->salt, profile->salt) &&
           EVP_CipherInit_ex(keys->cipher, cipher_of(profile), NULL, own, NULL, 1);
}

struct srtp *srtp_open(int number, const uint8_t *key, const uint8_t *salt) {
    const struct profile *profile = find_profile(number);
    struct srtp *srtp = profile ? calloc(1, sizeof *srtp) : NULL;
    if (!srtp)
        return NULL;
    srtp->profile = profile;
    if (make_keys(&srtp->rtp, profile, key, salt, RTP_KEY) &&
        make_keys(&srtp->rtcp, profile, key, salt, RTCP_KEY))
        return srtp;
    srtp_close(srtp);
    return NULL;
}

void srtp_close(struct srtp *srtp) {
    if (!srtp)
        return;
    EVP_CIPHER_CTX_free(srtp->rtp.cipher);
    EVP_CIPHER_CTX_free(srtp->rtcp.cipher);
    free(srtp->flows);
    free(srtp);
}

// ---- ciphers

// The salt of GCM has 12 bytes, that of AES-CM 14, and two of zero behind it; the numbers of a
// packet lie at the same distance from the end of either IV, but for the two (RFC 7714 section 8.1
// and 9.1, RFC 3711 section 4.1.1).
static void write_iv(uint8_t iv[IV_BYTES], const struct profile *profile, const struct keys *keys,
                     uint32_t ssrc, uint64_t index) {
    uint8_t *numbers = iv + (profile->gcm ? 2 : 4);
    memset(iv, 0, IV_BYTES);
    put32(numbers, ssrc);
    put16(numbers + 4, (uint32_t)(index >> 32));
    put32(numbers + 6, (uint32_t)index);
    for (size_t i = 0; i < profile->salt; i++)
        iv[i] ^= keys->salt[i];
}

// Data that is authenticated, but not encrypted: two pieces.
struct clear {
    const uint8_t *header, *more;
    int header_bytes, more_bytes;
};

static bool gcm_begin(EVP_CIPHER_CTX *cipher, const uint8_t *iv, const struct clear *clear,
                      int seal) {
    int written;
    return EVP_CipherInit_ex(cipher, NULL, NULL, NULL, iv, seal) &&
           EVP_CipherUpdate(cipher, NULL, &written, clear->header, clear->header_bytes) &&
           (!clear->more_bytes ||
            EVP_CipherUpdate(cipher, NULL, &written, clear->more, clear->more_bytes));
}

// Encrypts `bytes` bytes and writes the tag behind them.
static bool gcm_seal(EVP_CIPHER_CTX *cipher, const uint8_t *iv, const struct clear *clear,
                     uint8_t *data, int bytes) {
    int written, rest;
    return gcm_begin(cipher, iv, clear, 1) &&
           EVP_CipherUpdate(cipher, data, &written, data, bytes) &&
           EVP_CipherFinal_ex(cipher, data + bytes, &rest) &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES, data + bytes);
}

// Decrypts `bytes` bytes if the tag behind them is theirs.
static bool gcm_open(EVP_CIPHER_CTX *cipher, const uint8_t *iv, const struct clear *clear,
                     uint8_t *data, int bytes) {
    int written, rest;
    return gcm_begin(cipher, iv, clear, 0) &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_BYTES, data + bytes) &&
           EVP_CipherUpdate(cipher, data, &written, data, bytes) &&
           EVP_CipherFinal_ex(cipher, data + written, &rest);
}

// AES in counter mode is its own inverse.
static bool ctr(EVP_CIPHER_CTX *cipher, const uint8_t *iv, uint8_t *data, int bytes) {
    int written;
    return EVP_CipherInit_ex(cipher, NULL, NULL, NULL, iv, 1) &&
           EVP_CipherUpdate(cipher, data, &written, data, bytes);
}

// HMAC-SHA1 over what lies in a row.
static void authenticate(const struct keys *keys, const uint8_t *data, size_t bytes,
                         uint8_t tag[EVP_MAX_MD_SIZE]) {
    HMAC(EVP_sha1(), keys->auth, sizeof keys->auth, data, bytes, tag, NULL);
}

// ---- RTP

static struct flow *find_flow(struct srtp *srtp, uint32_t ssrc) {
    if (srtp->last < srtp->flow_count && srtp->flows[srtp->last].ssrc == ssrc)
        return &srtp->flows[srtp->last];
    for (size_t i = 0; i < srtp->flow_count; i++) {
        if (srtp->flows[i].ssrc == ssrc) {
            srtp->last = i;
            return &srtp->flows[i];
        }
    }
    return NULL;
}

static void add_flow(struct srtp *srtp, uint32_t ssrc, uint64_t index) {
    if (srtp->flow_count == srtp->flow_space) {
        size_t space = srtp->flow_space ? 2 * srtp->flow_space : 2;
        struct flow *grown = realloc(srtp->flows, space * sizeof *grown);
        if (!grown)
            return; // its next packet will begin it
        srtp->flows = grown;
        srtp->flow_space = space;
    }
    srtp->last = srtp->flow_count++;
    struct flow *flow = &srtp->flows[srtp->last];
    *flow = (struct flow){.ssrc = ssrc, .highest = index};
    flow->seen[index / 64 % (WINDOW / 64)] |= 1ull << index % 64;
}

// RFC 3711 section 3.3.1: the index nearest to the highest so far.
static uint64_t estimate(const struct flow *flow, uint16_t sequence) {
    if (!flow)
        return sequence;
    int16_t ahead = (int16_t)(sequence - (uint16_t)flow->highest);
    if (ahead < 0 && flow->highest < (uint64_t)-ahead)
        return sequence; // before the first cycle there is none
    return flow->highest + (uint64_t)(int64_t)ahead;
}

static bool is_new(const struct flow *flow, uint64_t index) {
    if (!flow || index > flow->highest)
        return true;
    if (flow->highest - index >= WINDOW)
        return false;
    return !(flow->seen[index / 64 % (WINDOW / 64)] >> index % 64 & 1);
}

static void note(struct flow *flow, uint64_t index) {
    uint64_t from = flow->highest + 1;
    if (index > flow->highest) {
        if (index - flow->highest >= WINDOW)
            memset(flow->seen, 0, sizeof flow->seen);
        else
            for (; from <= index; from++)
                flow->seen[from / 64 % (WINDOW / 64)] &= ~(1ull << from % 64);
        flow->highest = index;
    }
    flow->seen[index / 64 % (WINDOW / 64)] |= 1ull << index % 64;
}

static void remember(struct srtp *srtp, struct flow *flow, uint32_t ssrc, uint64_t index) {
    if (flow)
        note(flow, index);
    else
        add_flow(srtp, ssrc, index);
}

// The roll-over counter goes into the tag, behind the packet (RFC 3711 section 4.2).
static void rtp_tag(const struct srtp *srtp, uint8_t *packet, size_t length, uint64_t index,
                    uint8_t tag[EVP_MAX_MD_SIZE]) {
    uint8_t kept[4];
    memcpy(kept, packet + length, sizeof kept);
    put32(packet + length, (uint32_t)(index >> 16));
    authenticate(&srtp->rtp, packet, length + sizeof kept, tag);
    memcpy(packet + length, kept, sizeof kept);
}

size_t srtp_seal(struct srtp *srtp, uint8_t *packet, size_t length) {
    const struct profile *profile = srtp->profile;
    if (length < RTP_HEADER_BYTES)
        return 0;
    size_t header = packet_header_bytes(packet, length);
    if (header > length)
        return 0;
    uint32_t ssrc = get32(packet + 8);
    struct flow *flow = find_flow(srtp, ssrc);
    uint64_t index = estimate(flow, get16(packet + 2));
    uint8_t iv[IV_BYTES], tag[EVP_MAX_MD_SIZE];
    uint8_t *payload = packet + header;
    int bytes = (int)(length - header);
    write_iv(iv, profile, &srtp->rtp, ssrc, index);
    if (profile->gcm) {
        struct clear clear = {.header = packet, .header_bytes = (int)header};
        if (!gcm_seal(srtp->rtp.cipher, iv, &clear, payload, bytes))
            return 0;
    } else {
        if (!ctr(srtp->rtp.cipher, iv, payload, bytes))
            return 0;
        rtp_tag(srtp, packet, length, index, tag);
        memcpy(packet + length, tag, profile->rtp_tag);
    }
    remember(srtp, flow, ssrc, index);
    return length + profile->rtp_tag;
}

size_t srtp_unseal(struct srtp *srtp, uint8_t *packet, size_t length) {
    const struct profile *profile = srtp->profile;
    if (length < RTP_HEADER_BYTES + profile->rtp_tag)
        return 0;
    length -= profile->rtp_tag;
    size_t header = packet_header_bytes(packet, length);
    if (header > length)
        return 0;
    uint32_t ssrc = get32(packet + 8);
    struct flow *flow = find_flow(srtp, ssrc);
    uint64_t index = estimate(flow, get16(packet + 2));
    if (!is_new(flow, index))
        return 0;
    uint8_t iv[IV_BYTES], tag[EVP_MAX_MD_SIZE], theirs[GCM_TAG_BYTES];
    uint8_t *payload = packet + header;
    int bytes = (int)(length - header);
    write_iv(iv, profile, &srtp->rtp, ssrc, index);
    if (profile->gcm) {
        struct clear clear = {.header = packet, .header_bytes = (int)header};
        if (!gcm_open(srtp->rtp.cipher, iv, &clear, payload, bytes))
            return 0;
    } else {
        memcpy(theirs, packet + length, profile->rtp_tag);
        rtp_tag(srtp, packet, length, index, tag);
        if (CRYPTO_memcmp(theirs, tag, profile->rtp_tag) ||
            !ctr(srtp->rtp.cipher, iv, payload, bytes))
            return 0;
    }
    remember(srtp, flow, ssrc, index);
    return length;
}

// ---- RTCP: RFC 3711 section 3.4, RFC 7714 section 9. The tag of GCM is before the index.

size_t srtp_seal_rtcp(struct srtp *srtp, uint8_t *packet, size_t length) {
    const struct profile *profile = srtp->profile;
    if (length < RTCP_HEADER_BYTES)
        return 0;
    uint8_t iv[IV_BYTES], tag[EVP_MAX_MD_SIZE], word[RTCP_INDEX_BYTES];
    uint8_t *rest = packet + RTCP_HEADER_BYTES;
    int bytes = (int)(length - RTCP_HEADER_BYTES);
    srtp->rtcp_index = (srtp->rtcp_index + 1) & ~ENCRYPTED;
    put32(word, srtp->rtcp_index | ENCRYPTED);
    write_iv(iv, profile, &srtp->rtcp, get32(packet + 4), srtp->rtcp_index);
    if (profile->gcm) {
        struct clear clear = {packet, word, RTCP_HEADER_BYTES, sizeof word};
        if (!gcm_seal(srtp->rtcp.cipher, iv, &clear, rest, bytes))
            return 0;
        memcpy(packet + length + GCM_TAG_BYTES, word, sizeof word);
        return length + GCM_TAG_BYTES + sizeof word;
    }
    if (!ctr(srtp->rtcp.cipher, iv, rest, bytes))
        return 0;
    memcpy(packet + length, word, sizeof word);
    length += sizeof word;
    authenticate(&srtp->rtcp, packet, length, tag);
    memcpy(packet + length, tag, RTCP_TAG_BYTES);
    return length + RTCP_TAG_BYTES;
}

size_t srtp_unseal_rtcp(struct srtp *srtp, uint8_t *packet, size_t length) {
    const struct profile *profile = srtp->profile;
    size_t tag_bytes = profile->gcm ? GCM_TAG_BYTES : RTCP_TAG_BYTES;
    if (length < RTCP_HEADER_BYTES + RTCP_INDEX_BYTES + tag_bytes)
        return 0;
    uint8_t iv[IV_BYTES], tag[EVP_MAX_MD_SIZE];
    size_t end = length - RTCP_INDEX_BYTES - tag_bytes; // of the packet
    const uint8_t *word = packet + end + (profile->gcm ? tag_bytes : 0);
    uint32_t index = get32(word);
    uint8_t *rest = packet + RTCP_HEADER_BYTES;
    int bytes = (int)(end - RTCP_HEADER_BYTES);
    write_iv(iv, profile, &srtp->rtcp, get32(packet + 4), index & ~ENCRYPTED);
    if (profile->gcm) {
        // What is not encrypted is authenticated all the same, and nobody here sends it so.
        struct clear clear = {packet, word, RTCP_HEADER_BYTES, RTCP_INDEX_BYTES};
        if (!(index & ENCRYPTED) || !gcm_open(srtp->rtcp.cipher, iv, &clear, rest, bytes))
            return 0;
        return end;
    }
    authenticate(&srtp->rtcp, packet, end + RTCP_INDEX_BYTES, tag);
    if (CRYPTO_memcmp(packet + end + RTCP_INDEX_BYTES, tag, RTCP_TAG_BYTES))
        return 0;
    if (index & ENCRYPTED && !ctr(srtp->rtcp.cipher, iv, rest, bytes))
        return 0;
    return end;
}
