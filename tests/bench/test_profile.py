"""Samples of `perf` are told apart by what they did."""

import pytest
from bench.profile import SIGNALLING, classify, shares

SCRIPT = """\
shard-0  4711
\tffffffff81a0 copy_user_generic ([kernel.kallsyms])
\tffffffff81b0 udp_sendmsg ([kernel.kallsyms])
\tffffffff81c0 __sys_sendmmsg ([kernel.kallsyms])
\t    7f00aa10 sendmmsg (/usr/lib/libc.so.6)

shard-0  4711
\tffffffff81a0 _raw_spin_lock ([kernel.kallsyms])
\tffffffff81a1 __netif_receive_skb_one_core ([kernel.kallsyms])
\tffffffff81c0 __sys_sendmmsg ([kernel.kallsyms])

shard-0  4711
\t    5581aa10 aws_lc_0_47_0_gcm_ghash_avx (/opt/ringway-media)

shard-0  4711
\t    5581aa10 media_core::send::Arena::seal (/opt/ringway-media)

worker-0  4712
\t    5581aa10 media_transport::dtls::Dtls::step (/opt/ringway-media)

python  4700
\t    7f11aa10 _PyEval_EvalFrameDefault (/usr/bin/python3)
"""


def test_a_script_is_read_sample_by_sample() -> None:
    assert shares(SCRIPT) == {
        "kernel: sending": 1,
        "kernel: delivery on loopback, up to the receiver's filter": 1,
        "crypto (AES-GCM)": 1,
        "bookkeeping: media-core/send": 1,
        "bookkeeping: media_transport": 1,
        SIGNALLING: 1,
    }


@pytest.mark.parametrize(
    ("function", "file", "what"),
    [
        ("<media_srtp::seal::Sealer>::seal", "e", "bookkeeping: media_srtp"),
        ("__memmove_avx_unaligned_erms", "libc.so.6", "copying and clearing"),
        ("__vdso_clock_gettime", "[vdso]", "the clock"),
        ("_int_free", "libc.so.6", "memory"),
        ("do_epoll_wait", "[kernel.kallsyms]", "kernel: waiting"),
        ("asm_sysvec_call", "[kernel.kallsyms]", "kernel: the rest"),
        ("[unknown]", "libsomething.so", "the rest"),
    ],
)
def test_a_sample_has_one_place(function: str, file: str, what: str) -> None:
    assert classify([(function, file)]) == what
