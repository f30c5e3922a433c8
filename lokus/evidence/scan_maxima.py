"""The largest log-likelihood ratio of every replicate, over all windows: where the scan spends its time."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from lokus.evidence.errors import EvidenceError
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.scan_model import ScanModel
    from lokus.evidence.scan_zones import Windows

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
            )
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
        from lokus.evidence.scan_compiled import compiled_maxima

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
