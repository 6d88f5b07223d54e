import ctypes
import random
from pathlib import Path
from typing import Any

import pytest

BUCKETS = 64 * 28


class Histogram(ctypes.Structure):
    _fields_ = [
        ("count", ctypes.c_uint64),
        ("max", ctypes.c_uint32),
        ("bucket", ctypes.c_uint32 * BUCKETS),
    ]


@pytest.fixture
def native(library: Path) -> Any:
    loaded = ctypes.CDLL(str(library))
    loaded.histogram_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    loaded.histogram_quantile.argtypes = [ctypes.c_void_p, ctypes.c_double]
    loaded.histogram_quantile.restype = ctypes.c_uint32
    return loaded


def filled(native: Any, values: list[int]) -> Histogram:
    histogram = Histogram()
    for value in values:
        native.histogram_add(ctypes.byref(histogram), value)
    return histogram


@pytest.mark.parametrize(
    "value", [0, 1, 127, 128, 129, 255, 256, 1000, 65535, 10**6, 2**32 - 1]
)
def test_a_value_is_kept_within_its_bucket(native: Any, value: int) -> None:
    histogram = filled(native, [value])
    found = native.histogram_quantile(ctypes.byref(histogram), 0.5)
    assert found <= value <= found * 1.016 + 1
    assert histogram.max == value


def test_quantiles_follow_the_sorted_values(native: Any) -> None:
    source = random.Random(1)
    values = sorted(int(source.lognormvariate(7, 1)) for _ in range(20000))
    histogram = filled(native, values)
    for share in (0.01, 0.5, 0.9, 0.99, 0.999):
        found = native.histogram_quantile(ctypes.byref(histogram), share)
        assert found == pytest.approx(values[int(share * len(values))], rel=0.02)


def test_an_empty_histogram_is_zero(native: Any) -> None:
    assert native.histogram_quantile(ctypes.byref(Histogram()), 0.99) == 0
