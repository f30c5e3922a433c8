"""The largest log-likelihood ratio of every replicate, over all windows: where the scan spends its time."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from lokus.errors import EvidenceError
from lokus.evidence.patterns.scan_model import log_likelihood_ratio
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.patterns.scan_model import ScanModel, Windows

__all__ = ["Engine", "choose_engine", "replicate_maxima"]


Floats = npt.NDArray[np.float64]
Engine = Literal["auto", "numpy", "numba"]

# Far above the rounding of the ratio, far below any difference that matters: nothing near the edge is missed.
SLACK = 1e-6


def choose_engine(engine: Engine) -> Literal["numpy", "numba"]:
    """Resolve "auto" into "numba" where that is installed, else "numpy".

    Raises
    ------
    EvidenceError
        "numba" is asked for and not installed, or an unknown engine.

    Examples
    --------
    >>> choose_engine("numpy")
    'numpy'
    """
    if engine not in {"auto", "numpy", "numba"}:
        raise EvidenceError(
            _("{name} must be one of {allowed}, not {value}").format(
                name="engine", allowed="auto, numpy, numba", value=engine
            ),
            remedy=_("choose one of these words"),
        )
    installed = importlib.util.find_spec("numba") is not None
    if engine == "numba" and not installed:
        raise EvidenceError(
            _("the compiled scan needs numba, which is not installed"),
            remedy=_('install it with: pip install "lokus[cepat]"'),
        )
    return "numba" if installed and engine != "numpy" else "numpy"


def replicate_maxima(
    model: ScanModel,
    blocks: Iterable[Windows],
    drawn: npt.NDArray[np.integer],
    *,
    engine: Literal["numpy", "numba"],
) -> Floats:
    """Give the maximum over all windows for each column of `drawn`, the same whichever the engine.

    Parameters
    ----------
    drawn : ndarray of int, shape (m, replicates)
        Simulated cases.

    Notes
    -----
    The ratio grows with the count once that exceeds the expected one. So a window can only raise a maximum
    where its count reaches the least whole number whose ratio beats the lowest maximum so far: integers are
    compared, and logarithms looked up for the few hits.
    """
    if engine == "numba":
        return compiled_maxima(model, blocks, drawn, slack=SLACK)
    best = np.zeros(drawn.shape[1])
    for block in blocks:
        first, second = model.terms(block.weight)
        for row in range(len(block.centre)):
            _raise_maxima(model, best, drawn, block, row, first[row], second[row])
    return best


def _raise_maxima(
    model: ScanModel,
    best: Floats,
    drawn: npt.NDArray[np.integer],
    block: Windows,
    row: int,
    first: Floats,
    second: Floats,
) -> None:
    counts = np.cumsum(drawn[block.order[row]], axis=0, dtype=drawn.dtype)
    ends = np.flatnonzero(block.valid[row])
    weight, first, second = block.weight[row, ends], first[ends], second[ends]
    floor = best.min() - SLACK
    highest = counts[ends].max(axis=1)
    promising = np.flatnonzero(model.ratio_of_terms(highest, weight, first, second) > floor)
    ends, weight = ends[promising], weight[promising]
    first, second = first[promising], second[promising]
    least = _least_count(model, weight, first, second, highest[promising], floor)
    hit, replicate = np.nonzero(counts[ends] >= least[:, None])
    ratio = model.ratio_of_terms(counts[ends[hit], replicate], weight[hit], first[hit], second[hit])
    np.maximum.at(best, replicate, ratio)


def _least_count(
    model: ScanModel,
    weight: npt.NDArray[np.int64],
    first: Floats,
    second: Floats,
    highest: npt.NDArray[np.integer],
    floor: float,
) -> npt.NDArray[np.integer]:
    """Give the least count of each window whose ratio beats `floor`, by halving; `highest` is known to."""
    low = np.floor(model.expected(weight)).astype(np.int64)
    high = highest.astype(np.int64)
    low = np.minimum(low, high - 1)
    while (high - low > 1).any():
        middle = (low + high) // 2
        beats = model.ratio_of_terms(middle, weight, first, second) > floor
        high = np.where(beats, middle, high)
        low = np.where(beats, low, middle)
    return high.astype(highest.dtype)


# FOLDED: The scan's inner loop, compiled where numba is installed (extra ``cepat``).


try:
    from numba import njit
except ImportError:

    def njit(**_options: bool) -> Callable[[F], F]:  # type: ignore[no-redef]  # the stand-in
        """Leave the function as it is: importable, and right, but far slower than numpy."""
        return lambda function: function


F = TypeVar("F")

_ratio = njit(nogil=True)(log_likelihood_ratio)


def compiled_maxima(
    model: ScanModel, blocks: Iterable[Windows], drawn: npt.NDArray[np.integer], *, slack: float
) -> Floats:
    """Do what :func:`replicate_maxima` does, replicates shared among threads."""
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
                pool.submit(_scan_compiled_raise_maxima, mine, part, *shared, *numbers)
                for mine, part in zip(best, parts, strict=True)
            ]
            for task in work:
                task.result()
    return np.concatenate(best)


@njit(nogil=True, cache=True)
def _scan_compiled_raise_maxima(
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
