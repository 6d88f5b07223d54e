/* A DTLS client made of OpenSSL, without a socket, for the test beside this file.
 *
 * Argument: the SRTP profiles to offer as OpenSSL names them, or nothing for no extension.
 * Prints the fingerprint of its certificate. Then each line of input is a datagram in hexadecimal, or empty to begin.
 * The answer is "send" and a datagram, or "keys", the profile and the keying material, or "failed", or "wait".
 */
#include <openssl/ec.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define EXPORTER "EXTRACTOR-dtls_srtp"

static void print_bytes(const char *before, const unsigned char *bytes, size_t len, const char *between) {
    printf("%s", before);
    for (size_t at = 0; at < len; at++) {
        printf("%s%02X", at ? between : "", bytes[at]);
    }
    printf("\n");
    fflush(stdout);
}

static X509 *self_signed(EVP_PKEY *key) {
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"peer", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    return certificate;
}

static int anybody(int ok, X509_STORE_CTX *context) {
    (void)ok;
    (void)context;
    return 1;
}

static size_t key_bytes(const char *name) {
    return !strcmp(name, "SRTP_AEAD_AES_256_GCM") ? 2 * (32 + 12)
         : !strcmp(name, "SRTP_AEAD_AES_128_GCM") ? 2 * (16 + 12)
                                                  : 2 * (16 + 14);
}

int main(int argc, char **argv) {
    SSL_CTX *context = SSL_CTX_new(DTLS_client_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = self_signed(key);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    unsigned char digest[EVP_MAX_MD_SIZE], datagram[4096];
    unsigned digest_len = 0;
    char line[8194];
    SSL *ssl;

    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, anybody);
    if (argc > 1 && SSL_CTX_set_tlsext_use_srtp(context, argv[1])) {
        fprintf(stderr, "OpenSSL does not know %s\n", argv[1]);
        return 1;
    }
    ssl = SSL_new(context);
    SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
    SSL_set_mtu(ssl, 1200);
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(ssl, in, out);
    SSL_set_connect_state(ssl);
    X509_digest(certificate, EVP_sha256(), digest, &digest_len);
    print_bytes("sha-256 ", digest, digest_len, ":");

    while (fgets(line, sizeof line, stdin)) {
        int len = 0, done;
        unsigned byte;
        while (len < (int)sizeof datagram && sscanf(line + 2 * len, "%2x", &byte) == 1) {
            datagram[len++] = (unsigned char)byte;
        }
        BIO_write(in, datagram, len);
        done = SSL_do_handshake(ssl);
        /* Records of one flight come out in one piece, which is a datagram as well. */
        len = BIO_read(out, datagram, sizeof datagram);
        if (len > 0) {
            print_bytes("send ", datagram, (size_t)len, "");
        } else if (done == 1) {
            SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(ssl);
            const char *name = profile ? profile->name : "none";
            size_t want = key_bytes(name);
            if (SSL_export_keying_material(ssl, datagram, want, EXPORTER, strlen(EXPORTER), NULL, 0, 0) != 1) {
                return 1;
            }
            printf("keys %s ", name);
            print_bytes("", datagram, want, "");
        } else {
            printf("%s\n", SSL_get_error(ssl, done) == SSL_ERROR_WANT_READ ? "wait" : "failed");
            fflush(stdout);
        }
    }
    return 0;
}
