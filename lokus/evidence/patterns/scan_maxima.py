"""Compute the largest log-likelihood ratio of every replicate over all windows, the costly part of a scan."""

from __future__ import annotations

import importlib.util
import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from lokus.errors import EvidenceError
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.patterns.scan_model import Places, ScanModel

__all__ = ["Engine", "choose_engine", "replicate_maxima"]


Floats = npt.NDArray[np.float64]
Engine = Literal["auto", "numpy", "numba"]

Pairs = npt.NDArray[np.integer]

# Above the rounding error of sums in single precision, so that no candidate is missed; candidates are then
# computed exactly. The second is in cases.
ROUGH, NEARLY_NONE = 1e-3, 0.5
CHUNK = 128


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
    model: ScanModel, places: Places, pairs: Pairs, *, engine: Literal["numpy", "numba"]
) -> Floats:
    """Return the maximum over all windows for each column of `pairs`; all engines give the same.

    Parameters
    ----------
    model : ScanModel
    places : Places
    pairs : ndarray of int, shape (m, replicates)
        Village whose pair of cases and weight is assigned to each location.

    Notes
    -----
    Cases and weights of all replicates are added village by village as a circle grows. An upper bound of a
    window's ratio follows from its excess and weight by four multiplications (:attr:`ScanModel.bound`);
    logarithms are computed only where it exceeds the replicate's best ratio so far.

    Examples
    --------
    >>> from lokus.evidence.patterns.scan_model import Places, ScanModel
    >>> cases, weight = np.array([8, 2, 2]), np.array([10, 10, 20])
    >>> places = Places(x=np.arange(3.0), y=np.zeros(3), weight=weight, limit=20)
    >>> model = ScanModel(cases=cases, weight=weight, binomial=True)
    >>> replicate_maxima(model, places, np.array([[0], [1], [2]]), engine="numpy").round(3)
    array([7.65])
    """
    if engine == "numba":
        return compiled_maxima(model, places, pairs)
    best = np.zeros(pairs.shape[1])
    # Single precision and shares of the total suffice to search for candidates.
    excess = (model.cases - model.total / model.mass * model.weight).astype(np.float32)[pairs]
    part = (model.weight / model.mass).astype(np.float32)[pairs]
    a, b = (np.float32(value / model.mass) for value in model.bound)
    most = np.float32(places.limit / model.mass * (1.0 + ROUGH))
    for block in places.blocks():
        for order, valid in zip(block.order, block.valid, strict=True):
            more, inside = (np.cumsum(values[order], axis=0)[valid] for values in (excess, part))
            reach = more * more
            reach *= a + (b - a) * inside
            level = inside - inside * inside
            level *= (best * (1.0 - ROUGH)).astype(np.float32)
            candidates = (reach >= level) & (more > -NEARLY_NONE) & (inside <= most)
            columns = np.flatnonzero(candidates.any(axis=0))
            if len(columns):
                dealt = pairs[np.ix_(order, columns)]
                window, column = np.nonzero(candidates[:, columns])
                count, weight = (
                    np.cumsum(values[dealt], axis=0)[valid][window, column]
                    for values in (model.cases, model.weight)
                )
                ratio = np.where(weight <= places.limit, model.ratio(count, weight), 0.0)
                np.maximum.at(best, columns[column], ratio)
    return best


def compiled_maxima(model: ScanModel, places: Places, pairs: Pairs) -> Floats:
    """Compute the same as :func:`replicate_maxima`, compiled and threaded where numba is installed.

    The kernel finds the best window of each replicate; its ratio is computed as in the other engine.
    """
    threads = min(os.cpu_count() or 1, 8)
    # Few replicates at a time, so that the permuted data fit the processor's cache.
    chunks = min(max(threads, -(-pairs.shape[1] // CHUNK)), pairs.shape[1])
    share = model.total / model.mass
    excess = (model.cases - share * model.weight).astype(np.float64)
    parts = [np.ascontiguousarray(part) for part in np.array_split(pairs, chunks, axis=1)]
    state = [(np.zeros(part.shape[1]), np.full((2, part.shape[1]), -1)) for part in parts]
    dealt = [(excess[part], model.weight[part].astype(np.float64)) for part in parts]
    numbers: tuple[Any, ...] = (share, float(model.mass), float(places.limit), *model.bound, model.binomial)
    with ThreadPoolExecutor(threads) as pool:
        for block in places.blocks():
            windows: tuple[Any, ...] = (block.centre, block.order, block.valid)
            work = [
                pool.submit(_search, *mine, *values, *windows, *numbers)
                for mine, values in zip(state, dealt, strict=True)
            ]
            for task in work:
                task.result()
    found = np.concatenate([where for _best, where in state], axis=1)
    out = np.zeros(pairs.shape[1])
    for replicate in np.flatnonzero(found[0] >= 0):
        centre, end = found[:, replicate]
        inside = pairs[places.windows(np.array([centre]), any_weight=True).order[0, : end + 1], replicate]
        count, weight = model.cases[inside].sum(), model.weight[inside].sum()
        out[replicate] = model.ratio(np.array([count]), np.array([weight]))[0]
    return out


# The inner loop, compiled where numba is installed (extra ``cepat``).

try:
    from numba import njit
except ImportError:

    def njit(**_options: bool) -> Callable[[F], F]:  # type: ignore[no-redef]  # the stand-in
        """Return the function uncompiled: correct, but far slower than numpy."""
        return lambda function: function


F = TypeVar("F")


@njit(nogil=True, cache=True)
def _part(count: float, expected: float) -> float:
    return count * math.log(count / expected) if count > 1e-9 and expected > 0.0 else 0.0


@njit(nogil=True, cache=True, fastmath=True)
def _grow(
    excess: Floats,
    weight: Floats,
    best: Floats,
    more: Floats,
    heavier: Floats,
    mass: float,
    limit: float,
    a: float,
    b: float,
) -> int:
    """Add a village to the window in every replicate; return how many may exceed their maximum."""
    hits = 0
    for r in range(len(excess)):
        e = excess[r] + more[r]
        w = weight[r] + heavier[r]
        excess[r] = e
        weight[r] = w
        outside = mass - w
        # Counted without a branch, so that the loop can be vectorised.
        reach = e * e * (a * outside + b * w)
        hits += int((e > 0.0) & (w <= limit) & (reach > best[r] * (w * outside) * (1.0 - 1e-9)))
    return hits


@njit(nogil=True, cache=True)
def _search(
    best: Floats,
    where: npt.NDArray[np.int64],
    excess: Floats,
    weight: Floats,
    centre: npt.NDArray[np.int64],
    order: npt.NDArray[np.int32],
    valid: npt.NDArray[np.bool_],
    share: float,
    mass: float,
    limit: float,
    a: float,
    b: float,
    binomial: bool,
) -> None:
    replicates = excess.shape[1]
    total = share * mass
    e, w = np.empty(replicates), np.empty(replicates)
    for row in range(order.shape[0]):
        e[:] = 0.0
        w[:] = 0.0
        for end in range(order.shape[1]):
            village = order[row, end]
            hits = _grow(e, w, best, excess[village], weight[village], mass, limit, a, b)
            if hits == 0 or not valid[row, end]:
                continue
            for r in range(replicates):
                if e[r] <= 0.0 or w[r] > limit:
                    continue
                outside = mass - w[r]
                reach = e[r] * e[r] * (a * outside + b * w[r])
                if reach <= best[r] * (w[r] * outside) * (1.0 - 1e-9):
                    continue
                expected = share * w[r]
                count = expected + e[r]
                ratio = _part(count, expected) + _part(total - count, total - expected)
                if binomial:
                    others = 1.0 - share
                    ratio += _part(w[r] - count, others * w[r])
                    ratio += _part(outside - total + count, others * outside)
                if ratio > best[r]:
                    best[r] = ratio
                    where[0, r] = centre[row]
                    where[1, r] = end
