"""Derive weights from pairwise comparisons of indicators (AHP); refuse inconsistent comparisons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.errors import EvidenceError, name_some
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["CONSISTENT", "Pairwise", "compare_pairs", "pairwise_matrix"]

CONSISTENT = 0.10
_LARGEST = 9.0
# Mean consistency index of random reciprocal matrices of 1, 2, … 15 indicators.
_RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Pairwise:
    """Weights from pairwise comparisons, with their consistency.

    Parameters
    ----------
    weights : Series
        Shares that sum to 1.
    matrix : DataFrame, indicators × indicators
        Importance of the row relative to the column.
    eigenvalue : float
        Largest eigenvalue; the number of indicators where all comparisons are consistent.
    consistency_ratio : float
        0 where all comparisons are consistent, about 1 for random ones.
    judgements : DataFrame
        One row a pair: ``indikator``, ``dibanding``, ``nilai`` (as stated), ``nilai_cocok`` (the value
        implied by the other comparisons), ``rasio_bila_cocok`` (consistency ratio with that value).
    """

    weights: pd.Series[float]
    matrix: pd.DataFrame
    eigenvalue: float
    consistency_ratio: float
    judgements: pd.DataFrame

    def __repr__(self) -> str:
        weights = ", ".join(
            f"{name} {format_number(100 * weight, decimals=1)} %" for name, weight in self.weights.items()
        )
        return _("Weights by pairwise comparison (AHP): {weights}; consistency ratio {ratio}").format(
            weights=weights, ratio=format_number(self.consistency_ratio, decimals=3)
        )


def pairwise_matrix(judgements: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Build the reciprocal matrix from comparisons stated once for each pair.

    Parameters
    ----------
    judgements : mapping of indicator to mapping of indicator to number
        ``{"prevalensi": {"air_layak": 3}}`` means that prevalence is 3 times as important as drinking water.

    Raises
    ------
    EvidenceError
        A pair is not compared, or compared in both directions with contradictory values.

    Examples
    --------
    >>> pairwise_matrix({"prevalensi": {"air_layak": 4}})
                prevalensi  air_layak
    prevalensi        1.00        4.0
    air_layak         0.25        1.0
    """
    names = list(dict.fromkeys([*judgements, *(name for row in judgements.values() for name in row)]))
    values = np.eye(len(names))
    absent = []
    for first, second in combinations(names, 2):
        forth, back = judgements.get(first, {}).get(second), judgements.get(second, {}).get(first)
        if forth is None and back is None:
            absent.append(f"{first} : {second}")
            continue
        for value in (forth, back):
            if value is not None:
                _check_value(first, second, value)
        if forth is not None and back is not None and not math.isclose(forth * back, 1.0, rel_tol=0.02):
            raise EvidenceError(
                _("{first} and {second} are compared both ways with values that do not agree").format(
                    first=first, second=second
                ),
                remedy=_("state each pair once"),
            )
        value = forth if forth is not None else 1.0 / (back or 1.0)
        i, j = names.index(first), names.index(second)
        values[i, j], values[j, i] = value, 1.0 / value
    if absent:
        raise EvidenceError(
            _("pairs not compared: {pairs}").format(pairs=name_some(absent)),
            remedy=_("compare every pair of indicators once"),
        )
    return pd.DataFrame(values, index=names, columns=names)


def compare_pairs(
    comparisons: pd.DataFrame | Mapping[str, Mapping[str, float]], *, limit: float = CONSISTENT
) -> Pairwise:
    """Derive weights from pairwise comparisons by the analytic hierarchy process.

    Parameters
    ----------
    comparisons : DataFrame or nested mapping
        A reciprocal matrix, or pairs as in :func:`pairwise_matrix`; from 1/9 to 9, at most 15 indicators.
    limit : float
        Largest consistency ratio accepted.

    Returns
    -------
    Pairwise

    Raises
    ------
    EvidenceError
        Not a reciprocal matrix of numbers from 1/9 to 9, or less consistent than `limit`; names the pair that
        contradicts the others most, a triad that shows it, and the consistent value.

    Notes
    -----
    Weights are the principal eigenvector; with λ its eigenvalue and k indicators the consistency ratio is (λ
    − k) / (k − 1) over the mean of random matrices. The consistent value of a pair is the geometric mean of
    the values that each third indicator implies; the pair named is the one whose correction lowers the ratio
    most. Saaty (1980), *The Analytic Hierarchy Process*.

    Examples
    --------
    >>> compare_pairs({"prevalensi": {"krs_persen": 2, "air_layak": 6}, "krs_persen": {"air_layak": 3}})
    Bobot perbandingan berpasangan (AHP): prevalensi 60,0 %, krs_persen 30,0 %, air_layak 10,0 %;
    rasio konsistensi 0,000
    """
    matrix = comparisons if isinstance(comparisons, pd.DataFrame) else pairwise_matrix(comparisons)
    values = _check_matrix(matrix)
    names = [str(name) for name in matrix.columns]
    eigenvalue, weights = _principal(values)
    ratio = _ratio(eigenvalue, len(values))
    judgements = _judgements(values, names)
    if ratio > limit:
        raise _inconsistent(values, names, ratio, judgements, limit)
    return Pairwise(
        weights=pd.Series(weights, index=names, name="bobot"),
        matrix=matrix.astype(float),
        eigenvalue=eigenvalue,
        consistency_ratio=ratio,
        judgements=judgements,
    )


def _principal(values: Floats) -> tuple[float, Floats]:
    eigenvalues, vectors = np.linalg.eig(values)
    first = int(np.argmax(eigenvalues.real))
    vector = np.abs(vectors[:, first].real)
    return float(eigenvalues[first].real), vector / vector.sum()


def _ratio(eigenvalue: float, count: int) -> float:
    if count < 3:
        return 0.0
    return max(0.0, (eigenvalue - count) / (count - 1) / _RANDOM_INDEX[count - 1])


def _judgements(values: Floats, names: list[str]) -> pd.DataFrame:
    rows = []
    logs, count = np.log(values), len(values)
    for i, j in combinations(range(count), 2):
        fits = values[i, j]
        if count > 2:
            between = [k for k in range(count) if k not in (i, j)]
            fits = float(np.exp((logs[i, between] + logs[between, j]).mean()))
        mended = values.copy()
        mended[i, j], mended[j, i] = fits, 1.0 / fits
        rows.append((names[i], names[j], values[i, j], fits, _ratio(_principal(mended)[0], count)))
    columns = ["indikator", "dibanding", "nilai", "nilai_cocok", "rasio_bila_cocok"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], float))


def _inconsistent(
    values: Floats, names: list[str], ratio: float, judgements: pd.DataFrame, limit: float
) -> EvidenceError:
    """Name the pair whose correction helps most, and the third indicator that contradicts it most."""
    worst = judgements.iloc[int(judgements["rasio_bila_cocok"].to_numpy().argmin())]
    i, j = names.index(str(worst["indikator"])), names.index(str(worst["dibanding"]))
    gap = np.abs(np.log(values[i] * values[:, j] / values[i, j]))
    k = int(gap.argmax())
    what = _(
        "the pairwise comparisons contradict each other: consistency ratio {ratio}, at most {limit} is "
        "accepted. Least in line: {first} : {second} = {stated}, while {first} : {third} = {one} and "
        "{third} : {second} = {two} imply {implied}"
    ).format(
        ratio=format_number(ratio, decimals=2),
        limit=format_number(limit, decimals=2),
        first=names[i],
        second=names[j],
        third=names[k],
        stated=_fraction(values[i, j]),
        one=_fraction(values[i, k]),
        two=_fraction(values[k, j]),
        implied=_fraction(values[i, k] * values[k, j]),
    )
    fits = min(max(float(worst["nilai_cocok"]), 1.0 / _LARGEST), _LARGEST)
    fits = float(round(fits)) if fits >= 1.0 else 1.0 / round(1.0 / fits)
    mended = values.copy()
    mended[i, j], mended[j, i] = fits, 1.0 / fits
    remedy = _("{first} : {second} = {value} would fit the other comparisons (ratio then {ratio})").format(
        first=names[i],
        second=names[j],
        value=_fraction(fits),
        ratio=format_number(_ratio(_principal(mended)[0], len(values)), decimals=2),
    )
    return EvidenceError(what, remedy=remedy)


def _fraction(value: float) -> str:
    """Format a comparison as 3 or 1/3."""
    turned = value if value >= 1.0 else 1.0 / value
    whole = math.isclose(turned, round(turned), rel_tol=0.02)
    text = format_number(turned, decimals=0 if whole else 1)
    return text if value >= 1.0 else f"1/{text}"


def _check_value(first: str, second: str, value: float) -> None:
    if not (math.isfinite(value) and 1.0 / _LARGEST * 0.98 <= value <= _LARGEST):
        raise EvidenceError(
            _("{first} : {second} must lie between 1/9 and 9, not {value}").format(
                first=first, second=second, value=value
            ),
            remedy=_("use the scale of Saaty: 1 for equal, 9 for far more important"),
        )


def _check_matrix(matrix: pd.DataFrame) -> Floats:
    if list(matrix.index) != list(matrix.columns) or matrix.columns.has_duplicates or matrix.empty:
        raise EvidenceError(
            _("rows and columns of the pairwise matrix must be the same indicators"),
            remedy=_("give rows and columns the same names"),
        )
    if len(matrix) > len(_RANDOM_INDEX):
        raise EvidenceError(
            _("{n} indicators are too many to compare in pairs, at most {most}").format(
                n=len(matrix), most=len(_RANDOM_INDEX)
            ),
            remedy=_("compare groups of indicators, or state the weights"),
        )
    values = matrix.to_numpy(dtype=float)
    for i, j in combinations(range(len(values)), 2):
        first, second = str(matrix.index[i]), str(matrix.columns[j])
        _check_value(first, second, values[i, j])
        if not math.isclose(values[i, j] * values[j, i], 1.0, rel_tol=0.02):
            raise EvidenceError(
                _("{second} : {first} must be the inverse of {first} : {second}").format(
                    first=first, second=second
                ),
                remedy=_("state each pair once; the inverse follows"),
            )
    if not np.allclose(np.diag(values), 1.0):
        raise EvidenceError(
            _("an indicator compared with itself must give 1"), remedy=_("write 1 on the diagonal")
        )
    return values
