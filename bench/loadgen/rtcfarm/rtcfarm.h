// A farm of WebRTC clients for load tests. This header is the whole C ABI; loadgen/farm.py mirrors
// it with ctypes.
//
// Every peer is a real client with a UDP socket of its own on 127.0.0.1: ICE checks with
// MESSAGE-INTEGRITY (RFC 8445, RFC 8489), DTLS 1.2 (RFC 6347) whose keys feed SRTP (RFC 5764), and
// RTP and RTCP (RFC 3550, RFC 4585). One worker thread serves all peers of a farm. Every function
// may be called from any thread; none of them waits for the network.
#ifndef RTCFARM_H
#define RTCFARM_H

#include <stdint.h>

struct rtcfarm;

enum rtcfarm_kind {
    RTCFARM_AUDIO,  // Opus-shaped packets that carry a time stamp
    RTCFARM_SPEECH, // real Opus frames of a synthetic voice, for servers that decode; no time stamp
    RTCFARM_VIDEO,  // VP8-shaped frames that carry a time stamp; PLI and FIR bring a key frame
};

enum rtcfarm_role {
    RTCFARM_DTLS_CLIENT, // a=setup:active
    RTCFARM_DTLS_SERVER, // a=setup:passive
};

enum rtcfarm_state {
    RTCFARM_NEW,         // no remote description yet
    RTCFARM_CHECKING,    // ICE connectivity checks
    RTCFARM_HANDSHAKING, // DTLS
    RTCFARM_CONNECTED,   // SRTP flows
    RTCFARM_CLOSED,      // the other side sent close_notify
    RTCFARM_FAILED,      // no common SRTP profile, or not the certificate that SDP promised
    RTCFARM_SILENT,      // rtcfarm_peer_silence
};

// What a peer puts into its own session description.
struct rtcfarm_local {
    char ufrag[12];
    char password[32];
    uint16_t port; // the host candidate is 127.0.0.1:port
};

// What the other side's session description said.
struct rtcfarm_remote {
    char ufrag[264];
    char password[264];
    char address[16]; // dotted IPv4
    uint16_t port;
    uint16_t role;         // enum rtcfarm_role: the part that *this* peer plays
    uint8_t sha256[32];    // a=fingerprint; checked when check_certificate is set
    int check_certificate; // 0 or 1
};

// What has been agreed on for the RTP streams that a peer receives.
enum rtcfarm_payload {
    RTCFARM_NACK = 1, // a=rtcp-fb:… nack: lost packets may be asked for
    RTCFARM_RTX = 2,  // RFC 4588: these packets repeat others
};

struct rtcfarm_incoming {
    uint8_t transport_id; // a=extmap of the transport-wide sequence number, 1 to 14; with it, the
                          // peer sends transport-wide feedback every 100 ms. 0 for none
    uint8_t payload[128]; // by payload type: bits of enum rtcfarm_payload
};

// One RTP stream that a peer sends. Extension ids are those of a=extmap, 1 to 14, or 0 for none.
struct rtcfarm_track {
    uint32_t ssrc;
    uint8_t kind; // enum rtcfarm_kind
    uint8_t payload_type;
    uint16_t packet_bytes; // RTP header included; ignored for RTCFARM_SPEECH
    double packets_per_second;
    double frames_per_second; // video: the packets of one frame leave in one burst
    uint8_t mid_id;           // RFC 9143
    uint8_t rid_id;           // RFC 8852
    uint8_t level_id;         // RFC 6464
    uint8_t transport_id;     // draft-holmer-rmcat-transport-wide-cc-extensions-01
    uint8_t rtx_payload_type; // RFC 4588: answers NACKs with it; 0 leaves them unanswered
    uint32_t rtx_ssrc;
    char mid[17];
    char rid[17];
};

// Counters of one peer. Times are CLOCK_MONOTONIC seconds, 0 for "not yet".
struct rtcfarm_peer_stats {
    int state;             // enum rtcfarm_state
    int srtp_profile;      // IANA number: 1 is AES128_CM_SHA1_80, 7 and 8 are AEAD_AES_128/256_GCM
    double opened_at;      // rtcfarm_peer_open
    double ice_at;         // first answer to a check
    double connected_at;   // DTLS finished
    double first_rtp_at;   // first RTP packet in
    uint64_t received;     // RTP packets, those dropped by the sampling filter included; not RTX
    uint64_t rtx;          // RTX packets in
    uint64_t streams;      // different SSRCs seen, those of RTX not included
    uint64_t opened;       // packets decrypted
    uint64_t bad_auth;     // RTP or RTCP packets whose authentication failed
    uint64_t sent;         // RTP packets
    uint64_t key_frames;   // sent
    uint64_t rtcp;         // RTCP datagrams in
    uint64_t reports;      // SR and RR in
    uint64_t key_requests; // PLI and FIR in
    uint64_t nacks;        // NACK messages in
    uint64_t nacked;       // packets asked for by them
    uint64_t feedback;     // transport-wide feedback messages in
    uint64_t hasty_key_requests; // PLI and FIR less than 450 ms after another for the same stream
};

// Sums over all peers since the farm was opened, closed peers included.
struct rtcfarm_totals {
    double at;               // CLOCK_MONOTONIC seconds
    double worker_cpu;       // CPU seconds used by the worker thread
    uint64_t received;       // RTP packets, those dropped by the sampling filter included, but no
                             // retransmissions
    uint64_t sent;           // RTP packets, retransmissions not included
    uint64_t send_errors;    // packets the kernel refused to send
    uint64_t frames;         // frames sent
    uint64_t late_frames;    // ... of them more than 2 ms late: the farm itself was too busy
    uint64_t opened;         // packets decrypted
    uint64_t bad_auth;       // packets whose authentication failed
    uint64_t samples_due;    // sampled sequence numbers that the streams have passed
    uint64_t samples_missed; // ... and that never arrived: loss seen independently of `received`
    uint64_t feedback_sent;  // transport-wide feedback messages
    uint64_t feedback_received;
    uint64_t rtx;            // RTX packets received
    uint64_t resent;         // RTX packets sent, because a NACK asked for them
    uint64_t lost;           // packets that peers pretended to have lost; they count as received
    uint64_t nacked;         // ... and asked for
    uint64_t nacks_sent;     // NACK messages for them, some for the second time
    uint64_t repaired_rtx;   // nacked packets that came again as RTX
    uint64_t repaired_plain; // ... or once more as they were
    uint64_t surplus;        // retransmissions that no loss was waiting for
};

// Times in microseconds; one-way times from a sender's stamp to decryption. Buckets are 1.6 % wide.
struct rtcfarm_latency {
    uint64_t count;
    uint32_t p50, p90, p99, p999, max;
};

// Opens a farm. Receivers decrypt one of `sample_every` packets (a power of two; 1 for all). With
// `filter_in_kernel`, the other packets are counted and dropped by a socket filter and never reach
// user space. `srtp_profiles` is a list as OpenSSL spells it, best first. Returns NULL on failure.
// The worker inherits the CPU affinity of the calling thread.
struct rtcfarm *rtcfarm_open(unsigned sample_every, int filter_in_kernel,
                             const char *srtp_profiles);
void rtcfarm_close(struct rtcfarm *farm);

// SHA-256 of the farm's certificate, as a=fingerprint writes it.
const char *rtcfarm_fingerprint(const struct rtcfarm *farm);

// An eventfd that becomes readable when some peer changes its state.
int rtcfarm_event_fd(const struct rtcfarm *farm);

void rtcfarm_totals(struct rtcfarm *farm, struct rtcfarm_totals *out);
void rtcfarm_latency(struct rtcfarm *farm, struct rtcfarm_latency *out);

// Times from the first NACK to the retransmission.
void rtcfarm_repair_time(struct rtcfarm *farm, struct rtcfarm_latency *out);

// Forgets the times of both kinds.
void rtcfarm_latency_reset(struct rtcfarm *farm);

// Functions on one peer. They return a number >= 0, or -1 if the farm is full or no such peer is
// open.
int rtcfarm_peer_open(struct rtcfarm *farm, struct rtcfarm_local *out); // returns the peer's number
int rtcfarm_peer_connect(struct rtcfarm *farm, int peer, const struct rtcfarm_remote *remote);
int rtcfarm_peer_track(struct rtcfarm *farm, int peer, const struct rtcfarm_track *track);

// Says what the streams that the peer receives may bring. Replaces what was said before.
int rtcfarm_peer_receive(struct rtcfarm *farm, int peer, const struct rtcfarm_incoming *incoming);

// From now on the peer pretends to lose this share (0 to 1) of the RTP packets that reach it, RTX
// included, at random. It asks for lost packets at once, and once more after 50 ms. Needs a farm
// without a filter in the kernel.
int rtcfarm_peer_lose(struct rtcfarm *farm, int peer, double share, uint64_t seed);
int rtcfarm_peer_pause(struct rtcfarm *farm, int peer, int track, int paused);
int rtcfarm_peer_stats(struct rtcfarm *farm, int peer, struct rtcfarm_peer_stats *out);

// Frees the socket; `say_goodbye` (0 or 1) sends close_notify before, as a client does that is not
// killed.
int rtcfarm_peer_close(struct rtcfarm *farm, int peer, int say_goodbye);

// The peer sends and reads nothing more, as if its network were gone; its socket stays and counts.
int rtcfarm_peer_silence(struct rtcfarm *farm, int peer);

// Asks for a key frame (PLI) and for the last 17 packets (NACK) of every stream that the peer
// receives, this many times a second; 0 ends it.
int rtcfarm_peer_flood(struct rtcfarm *farm, int peer, double per_second);

// Sends a datagram as it is from the peer's own socket: what somebody who can write on the peer's
// path could send. For security checks.
int rtcfarm_peer_inject(struct rtcfarm *farm, int peer, const uint8_t *data, int length);

// Writes the SRTP packet that the track would send next, without sending it; returns its length, or
// 0 if there is none. The stream then has a gap there.
int rtcfarm_peer_withhold(struct rtcfarm *farm, int peer, int track, uint8_t *out, int space);

// Copies the SRTP packet that the peer sent last; returns its length, or 0 if there is none.
int rtcfarm_peer_latest(struct rtcfarm *farm, int peer, uint8_t *out, int space);

#endif
