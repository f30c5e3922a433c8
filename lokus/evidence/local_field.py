"""Values and neighbours made ready for local statistics: aligned, sorted, exact, and permuted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from lokus.evidence.errors import EvidenceError, name_some
from lokus.evidence.permutation import Tails, permutation_tails
from lokus.evidence.ranking import quantise
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from scipy.sparse import sparray, spmatrix

__all__ = ["Correction", "Field", "Options", "field_findings", "prepare_field"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Correction = Literal["fdr", "none"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Settings of a local statistic; refuses those out of range."""

    permutations: int
    alpha: float
    correction: Correction
    seed: int
    raw_rate: bool

    def __post_init__(self) -> None:
        if self.permutations < 1:
            raise EvidenceError(
                _("permutations must be 1 or more, not {value}").format(value=self.permutations)
            )
        if not 0.0 < self.alpha < 1.0:
            raise EvidenceError(_("alpha must lie between 0 and 1, not {value}").format(value=self.alpha))
        if self.correction not in {"fdr", "none"}:
            raise EvidenceError(
                _("{name} must be one of {allowed}, not {value}").format(
                    name="correction", allowed="fdr, none", value=self.correction
                )
            )


@dataclass(frozen=True, kw_only=True)
class Field:
    """Villages sorted by code (`index`, `values`); all else only of the `present` ones, in that order.

    `lag` is the mean of the neighbours with data, missing where `degree`, their number, is 0.
    """

    index: pd.Index
    values: Floats
    present: npt.NDArray[np.intp]
    degree: Ints
    lag: Floats
    at_mean: npt.NDArray[np.bool_]
    tails: Tails

    @property
    def y(self) -> Floats:
        """The present values."""
        return self.values[self.present]

    @property
    def mean(self) -> float:
        """Mean of the present values; missing where there is none."""
        return float(self.y.mean()) if len(self.y) else np.nan

    @property
    def deviation(self) -> Floats:
        """Distance from the mean, exactly 0 where that is what it is but for rounding."""
        return np.where(self.at_mean, 0.0, self.y - self.mean)

    @property
    def constant(self) -> bool:
        """Whether all present values are equal, or none is present."""
        return bool(self.at_mean.all())


def prepare_field(values: pd.Series[float], adjacency: sparray | spmatrix, options: Options) -> Field:
    """Sort by code, drop what is missing, and permute.

    Raises
    ------
    EvidenceError
        Repeated villages, infinite values, an adjacency that does not fit.
    """
    if values.index.has_duplicates:
        repeated = values.index[values.index.duplicated()].unique()
        raise EvidenceError(
            _("villages appear more than once: {villages}").format(villages=name_some(repeated))
        )
    matrix = _binary(adjacency, len(values))
    order = np.arange(len(values))
    if not values.index.is_monotonic_increasing:
        order = np.argsort(values.index.to_numpy(), kind="stable")
        values = values.iloc[order]
    index = values.index
    sorted_values = np.asarray(values.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
    infinite = np.isinf(sorted_values)
    if infinite.any():
        raise EvidenceError(
            _("indicator {name} is infinite in {villages}").format(
                name=values.name, villages=name_some(index[infinite])
            )
        )
    present = np.flatnonzero(~np.isnan(sorted_values))
    kept = order[present]
    if not np.array_equal(kept, np.arange(len(order))):
        matrix = matrix[kept][:, kept]
    # Whole numbers make sums exact and decide what is equal: 0.1 + 0.2 and 0.3 are one value.
    whole, _unit = quantise(sorted_values[present])
    degree = np.diff(matrix.indptr).astype(np.int64)
    sums = np.asarray(matrix @ whole, dtype=np.int64)
    with np.errstate(invalid="ignore"):
        lag = np.asarray(matrix @ sorted_values[present] / degree, dtype=np.float64)
    return Field(
        index=index,
        values=sorted_values,
        present=present,
        degree=degree,
        lag=lag,
        at_mean=len(whole) * whole == whole.sum(),
        tails=permutation_tails(whole, sums, degree, permutations=options.permutations, seed=options.seed),
    )


def _binary(adjacency: sparray | spmatrix, n: int) -> csr_array:
    """Check the neighbour matrix and give it in whole numbers, stored zeros removed."""
    if adjacency.shape != (n, n):
        raise EvidenceError(
            _("the neighbour matrix is {shape}, but there are {n} villages").format(
                shape=" × ".join(str(side) for side in adjacency.shape), n=n
            )
        )
    matrix = csr_array(adjacency)
    if not matrix.has_canonical_format or not matrix.data.all():
        matrix = matrix.copy()
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
    if not (matrix.data == 1).all():
        raise EvidenceError(_("the neighbour matrix must hold only 0 and 1"))
    if matrix.trace() != 0:
        raise EvidenceError(_("the neighbour matrix makes a village its own neighbour"))
    return matrix.astype(np.int64)


def field_findings(found: Field, options: Options, variable: str) -> Iterator[Finding]:
    """Say what limits the reading of the map."""
    missing = np.isnan(found.values)
    if missing.any():
        yield Finding(
            check="hotspots.missing",
            level="note",
            message=_("{variable} is missing in {n} villages; they are not tested: {villages}").format(
                variable=variable, n=missing.sum(), villages=name_some(found.index[missing])
            ),
        )
    alone = found.degree == 0
    if alone.any():
        yield Finding(
            check="hotspots.no_neighbour",
            level="note",
            message=_("{n} villages have no neighbour with data and are not tested: {villages}").format(
                n=alone.sum(), villages=name_some(found.index[found.present][alone])
            ),
        )
    if found.constant:
        yield Finding(
            check="hotspots.constant",
            level="warning",
            message=_("{variable} is the same in every village: there is nothing to map").format(
                variable=variable
            ),
        )
    if options.raw_rate:
        yield Finding(
            check="hotspots.raw_rate",
            level="warning",
            message=_(
                "{variable} is a raw rate: villages with few children stand out, or hide, by chance"
            ).format(variable=variable),
            remedy=_("use the estimated rate (prevalensi)"),
        )
    tests = int((~alone).sum())
    least = 2.0 / (options.permutations + 1.0)
    if options.correction == "fdr" and tests and least > options.alpha / tests:
        yield Finding(
            check="hotspots.permutations",
            level="note",
            message=_(
                "with {permutations} permutations a village can only be significant together with "
                "{n} others at least"
            ).format(
                permutations=format_number(options.permutations),
                n=int(np.ceil(least * tests / options.alpha)) - 1,
            ),
            remedy=_("raise the number of permutations"),
        )
