/* Seals and opens packets with libsrtp, one per line, for the test beside this file.
 *
 * Arguments: the IANA number of the profile; master key and salt in hexadecimal.
 * Input: "seal-rtp", "open-rtp", "seal-rtcp" or "open-rtcp", a space, the packet in hexadecimal.
 * Output: the packet in hexadecimal, or "error" and libsrtp's status.
 */
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int from_hex(const char *text, unsigned char *bytes, int room) {
    int len = 0;
    unsigned byte;
    while (len < room && sscanf(text + 2 * len, "%2x", &byte) == 1) {
        bytes[len++] = (unsigned char)byte;
    }
    return len;
}

static srtp_t context(int profile, srtp_ssrc_type_t direction, unsigned char *key) {
    srtp_policy_t policy;
    srtp_t context;
    memset(&policy, 0, sizeof policy);
    if (srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile) != srtp_err_status_ok ||
        srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile) != srtp_err_status_ok) {
        fprintf(stderr, "libsrtp does not know profile %d\n", profile);
        exit(1);
    }
    policy.ssrc.type = direction;
    policy.key = key;
    policy.window_size = 1024;
    if (srtp_create(&context, &policy) != srtp_err_status_ok) {
        fprintf(stderr, "libsrtp does not take the key\n");
        exit(1);
    }
    return context;
}

int main(int argc, char **argv) {
    unsigned char key[SRTP_MAX_KEY_LEN] = {0};
    unsigned char packet[4096];
    char line[8192], verb[16], hex[8192];
    srtp_t out, in;
    if (argc != 3 || srtp_init() != srtp_err_status_ok) {
        return 2;
    }
    from_hex(argv[2], key, sizeof key);
    out = context(atoi(argv[1]), ssrc_any_outbound, key);
    in = context(atoi(argv[1]), ssrc_any_inbound, key);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%15s %8191s", verb, hex) == 2) {
        int len = from_hex(hex, packet, 2048);
        srtp_err_status_t status = srtp_err_status_bad_param;
        if (!strcmp(verb, "seal-rtp")) {
            status = srtp_protect(out, packet, &len);
        } else if (!strcmp(verb, "open-rtp")) {
            status = srtp_unprotect(in, packet, &len);
        } else if (!strcmp(verb, "seal-rtcp")) {
            status = srtp_protect_rtcp(out, packet, &len);
        } else if (!strcmp(verb, "open-rtcp")) {
            status = srtp_unprotect_rtcp(in, packet, &len);
        }
        if (status != srtp_err_status_ok) {
            printf("error %d\n", status);
        } else {
            for (int at = 0; at < len; at++) {
                printf("%02x", packet[at]);
            }
            printf("\n");
        }
        fflush(stdout);
    }
    return 0;
}
