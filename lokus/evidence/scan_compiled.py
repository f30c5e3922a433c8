"""The scan's inner loop, compiled where numba is installed (extra ``cepat``)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from lokus.evidence.scan_model import log_likelihood_ratio

if TYPE_CHECKING:
    from lokus.evidence.scan_model import ScanModel
    from lokus.evidence.scan_zones import Windows

try:
    from numba import njit
except ImportError:

    def njit(**_options: bool) -> Callable[[F], F]:  # type: ignore[no-redef]  # the stand-in
        """Leave the function as it is: importable, and right, but far slower than numpy."""
        return lambda function: function


__all__ = ["compiled_maxima"]

Floats = npt.NDArray[np.float64]
F = TypeVar("F")

_ratio = njit(nogil=True)(log_likelihood_ratio)


def compiled_maxima(
    model: ScanModel, blocks: Iterable[Windows], drawn: npt.NDArray[np.integer], *, slack: float
) -> Floats:
    """Do what :func:`lokus.evidence.scan_maxima.replicate_maxima` does, replicates shared among threads."""
    threads = min(os.cpu_count() or 1, 8, drawn.shape[1])
    parts = [np.ascontiguousarray(part) for part in np.array_split(drawn, threads, axis=1)]
    best = [np.zeros(part.shape[1]) for part in parts]
    scale = model.total / model.mass
    with ThreadPoolExecutor(threads) as pool:
        for block in blocks:
            first, second = model.terms(block.weight)
            shared = (block.order, block.weight, block.valid, first, second, model.logs)
            numbers = (model.total, model.mass, scale, model.binomial, slack)
            work = [
                pool.submit(_raise_maxima, mine, part, *shared, *numbers)
                for mine, part in zip(best, parts, strict=True)
            ]
            for task in work:
                task.result()
    return np.concatenate(best)


@njit(nogil=True, cache=True)
def _raise_maxima(
    best: Floats,
    drawn: npt.NDArray[np.integer],
    order: npt.NDArray[np.int32],
    weight: npt.NDArray[np.int64],
    valid: npt.NDArray[np.bool_],
    first: Floats,
    second: Floats,
    logs: Floats,
    total: int,
    mass: int,
    scale: float,
    binomial: bool,
    slack: float,
) -> None:
    replicates = drawn.shape[1]
    counts = np.empty(replicates, dtype=drawn.dtype)
    for centre in range(order.shape[0]):
        counts[:] = 0
        floor = best.min() - slack
        # The block is as wide as its widest centre; this one may end before.
        last = order.shape[1] - 1
        while last >= 0 and not valid[centre, last]:
            last -= 1
        for end in range(last + 1):
            village = order[centre, end]
            highest = counts[0]
            for r in range(replicates):
                counts[r] += drawn[village, r]
                highest = max(highest, counts[r])
            w, one, two = weight[centre, end], first[centre, end], second[centre, end]
            high = np.int64(highest)
            if not valid[centre, end] or not high > w * scale:
                continue
            if not _ratio(high, w, one, two, logs, total, mass, binomial) > floor:
                continue
            low = min(np.int64(np.floor(w * scale)), high - 1)
            while high - low > 1:
                middle = (low + high) // 2
                if _ratio(middle, w, one, two, logs, total, mass, binomial) > floor:
                    high = middle
                else:
                    low = middle
            for r in range(replicates):
                if counts[r] >= high:
                    ratio = _ratio(np.int64(counts[r]), w, one, two, logs, total, mass, binomial)
                    best[r] = max(best[r], ratio)
