"""Moments of a static day: how far behind a limit is still in time, and which bucket of time a moment falls into."""

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel

SLACK = 1e-6  # more than the exact test allows: nothing it accepts is missed
_TINY = 1e-9  # a moment at the edge of a bucket falls into the later one


@kernel
def bucket_at(moment: float, zero: float, width: float) -> int:
    """Return the bucket of a moment, rounded down."""
    return int(np.floor((moment - zero) / width + _TINY))


def buckets_at(moments: NDArray[np.float64], zero: float, width: float) -> NDArray[np.int64]:
    """Return the bucket of each moment, as `bucket_at` does."""
    found: NDArray[np.int64] = np.floor((moments - zero) / width + _TINY).astype(np.int64)
    return found
