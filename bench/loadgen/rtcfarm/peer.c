#define _GNU_SOURCE
#include "peer.h"

#include "feedback.h"
#include "media.h"
#include "sampling.h"

#include <arpa/inet.h>
#include <math.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    UFRAG_CHARS = 8,
    PASSWORD_CHARS = 24,
    RECEIVE_BUFFER = 1 << 20,
    EAGER_CHECKS = 10,
};

static const double EAGER_CHECK_S = 0.05;
static const double CHECK_S = 0.3;
static const double CONSENT_S = 5; // RFC 7675 section 5.1

static void random_ice_chars(char *out, int count) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t bits[PASSWORD_CHARS];
    RAND_bytes(bits, count);
    for (int i = 0; i < count; i++)
        out[i] = alphabet[bits[i] & 63];
    out[count] = 0;
}

void batch_open(struct batch *batch) {
    memset(batch->header, 0, sizeof batch->header);
    for (int i = 0; i < BATCH; i++) {
        batch->vector[i] = (struct iovec){batch->data[i], DATAGRAM_BYTES};
        batch->header[i].msg_hdr.msg_iov = &batch->vector[i];
        batch->header[i].msg_hdr.msg_iovlen = 1;
    }
}

static bool open_socket(struct peer *peer) {
    int buffer = RECEIVE_BUFFER;
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof local;
    peer->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (peer->fd < 0)
        return false;
    if (bind(peer->fd, (struct sockaddr *)&local, sizeof local) ||
        getsockname(peer->fd, (struct sockaddr *)&local, &bytes)) {
        close(peer->fd);
        return false;
    }
    if (setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer)) // needs a right
        setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    peer->local.port = ntohs(local.sin_port);
    return true;
}

struct peer *peer_open(struct common *common, double *due) {
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer || !open_socket(peer)) {
        free(peer);
        return NULL;
    }
    peer->common = common;
    peer->due = due;
    *due = 0;
    random_ice_chars(peer->local.ufrag, UFRAG_CHARS);
    random_ice_chars(peer->local.password, PASSWORD_CHARS);
    RAND_bytes(peer->check.id, sizeof peer->check.id);
    RAND_bytes((uint8_t *)&peer->check.tie_breaker, sizeof peer->check.tie_breaker);
    RAND_bytes((uint8_t *)&peer->ssrc, sizeof peer->ssrc);
    peer->stats.opened_at = monotonic_s();
    return peer;
}

static void set_state(struct peer *peer, enum rtcfarm_state state) {
    if (peer->stats.state == (int)state)
        return;
    peer->stats.state = (int)state;
    *peer->due = 0;
    eventfd_write(peer->common->event_fd, 1);
}

static void begin_sampling(const struct peer *peer) {
    const struct common *common = peer->common;
    if (common->filter_in_kernel && common->sample_every > 1)
        sampling_attach(peer->fd, common->sample_every, peer->incoming.payload);
}

bool peer_receive(struct peer *peer, const struct rtcfarm_incoming *incoming) {
    peer->incoming = *incoming;
    *peer->due = 0;
    if (peer->stats.state == RTCFARM_CONNECTED)
        begin_sampling(peer);
    if (incoming->transport_id && !peer->arrivals)
        peer->arrivals = calloc(1, sizeof *peer->arrivals);
    return !incoming->transport_id || peer->arrivals;
}

void peer_connect(struct peer *peer, const struct rtcfarm_remote *remote) {
    peer->remote = *remote;
    peer->remote_address = (struct sockaddr_in){AF_INET, htons(remote->port), {0}, {0}};
    inet_pton(AF_INET, remote->address, &peer->remote_address.sin_addr);
    snprintf(peer->check_username, sizeof peer->check_username, "%s:%s", remote->ufrag,
             peer->local.ufrag);
    peer->check.username = peer->check_username;
    peer->check.password = peer->remote.password;
    dtls_open(&peer->dtls, &peer->common->identity, (enum rtcfarm_role)remote->role, peer->fd);
    set_state(peer, RTCFARM_CHECKING);
    peer_tick(peer, monotonic_s());
}

void peer_close(struct peer *peer, bool say_goodbye) {
    peer->common->totals.received += peer_received(peer);
    peer_count_samples(peer, &peer->common->totals.samples_due,
                       &peer->common->totals.samples_missed);
    if (say_goodbye)
        dtls_say_goodbye(&peer->dtls);
    dtls_close(&peer->dtls);
    srtp_close(peer->sending);
    srtp_close(peer->receiving);
    close(peer->fd);
    for (int i = 0; i < peer->track_count; i++)
        track_close(&peer->tracks[i]);
    losses_end(&peer->losses);
    free(peer->arrivals);
    free(peer->streams);
    free(peer);
}

uint64_t peer_received(const struct peer *peer) {
    return peer->stats.received + sampling_dropped(peer->fd);
}

void peer_count_samples(const struct peer *peer, uint64_t *due, uint64_t *missed) {
    unsigned every = peer->common->sample_every;
    for (int i = 0; i < peer->stream_count; i++) {
        const struct stream *stream = &peer->streams[i];
        uint64_t passed = stream->highest / every - (stream->first - 1) / every;
        *due += passed;
        *missed += passed > stream->samples ? passed - stream->samples : 0;
    }
}

void peer_silence(struct peer *peer) {
    set_state(peer, RTCFARM_SILENT);
}

// ---- ICE

static void send_check(struct peer *peer) {
    uint8_t out[STUN_MAX_BYTES];
    size_t length = stun_write_check(out, &peer->check);
    sendto(peer->fd, out, length, MSG_DONTWAIT, (struct sockaddr *)&peer->remote_address,
           sizeof peer->remote_address);
    peer->checks++;
}

static void read_stun(struct peer *peer, const uint8_t *data, size_t length,
                      const struct sockaddr_in *from) {
    if (stun_is_request(data, length)) {
        uint8_t out[STUN_MAX_BYTES];
        size_t answer = stun_write_answer(out, data, from, peer->local.password);
        sendto(peer->fd, out, answer, MSG_DONTWAIT, (const struct sockaddr *)from, sizeof *from);
    } else if (stun_answers(data, length, peer->check.id)) {
        RAND_bytes(peer->check.id, sizeof peer->check.id);
        if (peer->stats.state != RTCFARM_CHECKING)
            return;
        peer->stats.ice_at = monotonic_s();
        peer->next_check = peer->stats.ice_at + CONSENT_S;
        connect(peer->fd, (struct sockaddr *)&peer->remote_address, sizeof peer->remote_address);
        set_state(peer, RTCFARM_HANDSHAKING);
        peer_tick(peer, peer->stats.ice_at);
    }
}

// ---- DTLS

static void begin_media(struct peer *peer) {
    if (peer->remote.check_certificate && !dtls_certificate_is(&peer->dtls, peer->remote.sha256)) {
        set_state(peer, RTCFARM_FAILED);
        return;
    }
    peer->stats.srtp_profile = dtls_make_srtp(&peer->dtls, &peer->sending, &peer->receiving);
    if (!peer->stats.srtp_profile) {
        set_state(peer, RTCFARM_FAILED);
        return;
    }
    begin_sampling(peer);
    double now = monotonic_s();
    peer->stats.connected_at = now;
    media_start(peer, now);
    feedback_start(peer, now);
    set_state(peer, RTCFARM_CONNECTED);
}

static void take_dtls(struct peer *peer, enum dtls_result result) {
    if (result == DTLS_FAILED)
        set_state(peer, RTCFARM_FAILED);
    else if (result == DTLS_CLOSED)
        set_state(peer, RTCFARM_CLOSED);
    else if (result == DTLS_READY && peer->stats.state != RTCFARM_CONNECTED)
        begin_media(peer);
    peer->next_dtls = monotonic_s() + dtls_wait(&peer->dtls);
    *peer->due = 0;
}

static void read_dtls(struct peer *peer, const uint8_t *data, size_t length) {
    if (peer->stats.state == RTCFARM_HANDSHAKING || peer->stats.state == RTCFARM_CONNECTED)
        take_dtls(peer, dtls_input(&peer->dtls, data, length));
}

// RFC 7983: the first byte tells the protocols apart; RFC 5761 section 4: the second, RTP and RTCP.
static void read_datagram(struct peer *peer, uint8_t *data, size_t length,
                          const struct sockaddr_in *from) {
    if (length < 2)
        return;
    if (data[0] < 4) {
        read_stun(peer, data, length, from);
    } else if (data[0] >= 20 && data[0] < 64) {
        read_dtls(peer, data, length);
    } else if (data[0] >= 128 && data[0] < 192 && peer->stats.state == RTCFARM_CONNECTED) {
        if (data[1] >= 192 && data[1] < 224)
            feedback_read(peer, data, length);
        else
            media_read(peer, data, length);
    }
}

void peer_read(struct peer *peer) {
    struct batch *inbox = &peer->common->inbox;
    for (int i = 0; i < BATCH; i++) {
        inbox->header[i].msg_hdr.msg_name = &inbox->address[i];
        inbox->header[i].msg_hdr.msg_namelen = sizeof inbox->address[i];
    }
    int count = recvmmsg(peer->fd, inbox->header, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++)
        read_datagram(peer, inbox->data[i], inbox->header[i].msg_len, &inbox->address[i]);
    if (peer->losses.unasked)
        feedback_ask(peer, monotonic_s());
}

// ---- clock

static void tick_check(struct peer *peer, double now) {
    if (now < peer->next_check)
        return;
    send_check(peer);
    if (peer->stats.state == RTCFARM_CHECKING)
        peer->next_check = now + (peer->checks < EAGER_CHECKS ? EAGER_CHECK_S : CHECK_S);
    else
        peer->next_check = now + CONSENT_S;
}

void peer_tick(struct peer *peer, double now) {
    switch (peer->stats.state) {
    case RTCFARM_CHECKING:
        tick_check(peer, now);
        *peer->due = peer->next_check;
        break;
    case RTCFARM_HANDSHAKING:
        tick_check(peer, now);
        if (now >= peer->next_dtls)
            take_dtls(peer, dtls_advance(&peer->dtls));
        else
            *peer->due = fmin(peer->next_check, peer->next_dtls);
        break;
    case RTCFARM_CONNECTED:
        tick_check(peer, now);
        feedback_tick(peer, now);
        *peer->due = fmin(peer->next_check, feedback_due(peer));
        break;
    default:
        *peer->due = INFINITY; // until the state changes
        break;
    }
}
