"""Find clusters of high and of low values: local Moran's I and Getis–Ord Gi*."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from lokus.errors import EvidenceError, name_some
from lokus.evidence.patterns.permutation import Tails, benjamini_hochberg, permutation_tails
from lokus.evidence.scores.ranking import quantise
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scipy.sparse import sparray, spmatrix


__all__ = [
    "GI_CLASSES",
    "MORAN_CLASSES",
    "Correction",
    "Field",
    "Hotspots",
    "Options",
    "getis_ord",
    "local_moran",
]


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NOT_SIGNIFICANT, NO_DATA, NO_NEIGHBOUR = "tidak nyata", "belum ada data", "tanpa tetangga"
MORAN_CLASSES = (
    "tinggi-tinggi",
    "rendah-rendah",
    "tinggi-rendah",
    "rendah-tinggi",
    NOT_SIGNIFICANT,
    NO_DATA,
    NO_NEIGHBOUR,
)
GI_CLASSES = ("titik panas", "titik dingin", NOT_SIGNIFICANT, NO_DATA, NO_NEIGHBOUR)
Correction = Literal["fdr", "none"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Settings of a local statistic, checked for their range."""

    permutations: int
    alpha: float
    correction: Correction
    seed: int
    raw_rate: bool

    def __post_init__(self) -> None:
        if self.permutations < 1:
            raise EvidenceError(
                _("permutations must be 1 or more, not {value}").format(value=self.permutations),
                remedy=_("state a number such as 9999"),
            )
        if not 0.0 < self.alpha < 1.0:
            raise EvidenceError(
                _("alpha must lie between 0 and 1, not {value}").format(value=self.alpha),
                remedy=_("state a level such as 0.05"),
            )
        if self.correction not in {"fdr", "none"}:
            raise EvidenceError(
                _("{name} must be one of {allowed}, not {value}").format(
                    name="correction", allowed="fdr, none", value=self.correction
                ),
                remedy=_("choose one of these words"),
            )


@dataclass(frozen=True, kw_only=True)
class Field:
    """Villages sorted by code (`index`, `values`); the other arrays cover only the `present` ones.

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
        """Difference from the mean, exactly 0 where it is 0 up to rounding."""
        return np.where(self.at_mean, 0.0, self.y - self.mean)

    @property
    def constant(self) -> bool:
        """Whether all present values are equal, or none is present."""
        return bool(self.at_mean.all())


def prepare_field(values: pd.Series[float], adjacency: sparray | spmatrix, options: Options) -> Field:
    """Sort villages by code, drop missing values, and run the permutations.

    Raises
    ------
    EvidenceError
        Repeated villages, infinite values, an adjacency that does not fit.
    """
    if values.index.has_duplicates:
        repeated = values.index[values.index.duplicated()].unique()
        raise EvidenceError(
            _("villages appear more than once: {villages}").format(villages=name_some(repeated)),
            remedy=_("keep one row for each village"),
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
            ),
            remedy=_("correct the value, or leave it empty"),
        )
    present = np.flatnonzero(~np.isnan(sorted_values))
    kept = order[present]
    if not np.array_equal(kept, np.arange(len(order))):
        matrix = matrix[kept][:, kept]
    # Integers make sums exact and equality certain: 0.1 + 0.2 and 0.3 are one value.
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
    """Check the adjacency and return it as integers, without stored zeros."""
    if adjacency.shape != (n, n):
        raise EvidenceError(
            _("the neighbour matrix is {shape}, but there are {n} villages").format(
                shape=" × ".join(str(side) for side in adjacency.shape), n=n
            ),
            remedy=_("make the matrix from the same villages: contiguity(villages).to_csr()"),
        )
    matrix = csr_array(adjacency)
    if not matrix.has_canonical_format or not matrix.data.all():
        matrix = matrix.copy()
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
    if not (matrix.data == 1).all():
        raise EvidenceError(
            _("the neighbour matrix must hold only 0 and 1"), remedy=_("use contiguity(villages).to_csr()")
        )
    if matrix.trace() != 0:
        raise EvidenceError(
            _("the neighbour matrix makes a village its own neighbour"), remedy=_("set the diagonal to 0")
        )
    return matrix.astype(np.int64)


def field_findings(found: Field, options: Options, variable: str) -> Iterator[Finding]:
    """List the findings that limit the interpretation of the map."""
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


@dataclass(frozen=True, kw_only=True)
class Hotspots:
    """Local association of one variable, one row a village, sorted by code.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa``
        ``nilai``; ``tetangga`` (neighbours with data); ``nilai_tetangga`` (their mean, missing without any);
        ``moran_lokal`` or ``gi_bintang`` (a z-score); ``p`` (two-sided, 0–1); ``p_fdr`` (adjusted for many
        tests); ``kelas`` (categorical: always all of `MORAN_CLASSES` or `GI_CLASSES`, in that
        order). Statistic and p are missing where the village or all its neighbours have no data.
    variable : str
        Name of the values.
    statistic : {"moran_lokal", "gi_bintang"}
    permutations, seed : int
    alpha : float
        ``kelas`` marks the villages with ``p_fdr`` (``p`` without correction) at most `alpha`.
    correction : {"fdr", "none"}
    findings : tuple of Finding
        Missing values, isolates, a constant or raw variable, too few permutations.
    """

    table: pd.DataFrame
    variable: str
    statistic: str
    permutations: int
    seed: int
    alpha: float
    correction: Correction
    findings: tuple[Finding, ...] = field(default=())

    @property
    def counts(self) -> pd.Series[int]:
        """Number of villages in each class, in the order of the legend, empty classes included."""
        return self.table["kelas"].value_counts(sort=False)

    def __repr__(self) -> str:
        return f"{self._sentence()}\n{self.counts.to_string()}"

    def _repr_html_(self) -> str:
        counts = self.counts.to_frame(_("villages"))
        return f"<p>{escape(self._sentence())}</p>{counts.to_html()}"

    def _sentence(self) -> str:
        names = {"moran_lokal": _("Local Moran"), "gi_bintang": _("Getis–Ord Gi*")}
        control = _("false discoveries controlled") if self.correction == "fdr" else _("uncorrected")
        return _(
            "{statistic} of {variable}: {villages} villages, {permutations} permutations, "
            "α {alpha}, {control}"
        ).format(
            statistic=names[self.statistic],
            variable=self.variable,
            villages=format_number(len(self.table)),
            permutations=format_number(self.permutations),
            alpha=format_number(self.alpha, decimals=2),
            control=control,
        )


def local_moran(
    values: pd.Series[float],
    adjacency: sparray | spmatrix,
    *,
    seed: int,
    permutations: int = 99_999,
    alpha: float = 0.05,
    correction: Correction = "fdr",
    raw_rate: bool = False,
) -> Hotspots:
    r"""Test each village for similarity to, or difference from, its neighbours (local Moran's I).

    Parameters
    ----------
    values : Series, index ``kode_desa``
        One number for each village. Missing values are excluded from the mean, the neighbours' means and the
        permutations. Do not use raw rates of few children; give estimates (``Rates.observed``).
    adjacency : scipy sparse matrix, shape (n, n)
        1 where two villages are neighbours; row i belongs to ``values.index[i]``. Row-standardised here.
    seed : int
        The same seed gives the same result, whatever the order of the rows.
    permutations : int
        p cannot fall below ``2 / (permutations + 1)``; too few for the number of villages is reported.
    alpha : float
        Level of significance, 0–1.
    correction : {"fdr", "none"}
        Benjamini–Hochberg over all tested villages, or none.
    raw_rate : bool
        State that the values are raw rates: adds a finding that villages with few children stand out by
        chance.

    Returns
    -------
    Hotspots
        ``kelas`` names the village, then its neighbours: "tinggi-rendah" is a high village among low ones.

    Raises
    ------
    EvidenceError
        Adjacency of another size, not binary, or with a village its own neighbour; infinite values; repeated
        villages; settings out of range.

    Notes
    -----
    :math:`I_i = \frac{n-1}{n} z_i \bar z_{N(i)}`, as in esda. p is two-sided by conditional permutation, see
    :func:`lokus.evidence.patterns.permutation.permutation_tails`. A village whose value is exactly the mean
    has I = 0 in every permutation, hence p = 1. Anselin (1995), *Geographical Analysis* 27, 93–115.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> villages = [f"99010120{i:02d}" for i in range(44)]
    >>> chain = csr_array(np.eye(44, k=1) + np.eye(44, k=-1))
    >>> stunting = pd.Series([30.0] * 5 + [8.0, 9.0] * 19 + [None], index=villages, name="prevalensi")
    >>> local_moran(stunting, chain, seed=1, correction="none")
    Moran lokal dari prevalensi: 44 desa/kelurahan, 99.999 permutasi, α 0,05, tanpa koreksi
    kelas
    tinggi-tinggi      3
    rendah-rendah      0
    tinggi-rendah      0
    rendah-tinggi      0
    tidak nyata       40
    belum ada data     1
    tanpa tetangga     0
    """
    options = Options(
        permutations=permutations, alpha=alpha, correction=correction, seed=seed, raw_rate=raw_rate
    )
    found = prepare_field(values, adjacency, options)
    n = len(found.y)
    excess = found.lag - found.mean
    with np.errstate(divide="ignore", invalid="ignore"):
        moran = (n - 1) * found.deviation * excess / np.square(found.deviation).sum()
    high, among_high = found.deviation > 0, excess > 0
    return _result(
        found,
        options,
        variable=str(values.name or ""),
        statistic="moran_lokal",
        strength=moran,
        p=np.where(found.at_mean, 1.0, found.tails.p),
        # Positions in MORAN_CLASSES: like its neighbours (0, 1) or unlike them (2, 3).
        kinds=np.where(high == among_high, np.where(high, 0, 1), np.where(high, 2, 3)),
        above=among_high,
        classes=MORAN_CLASSES,
    )


def getis_ord(
    values: pd.Series[float],
    adjacency: sparray | spmatrix,
    *,
    seed: int,
    permutations: int = 99_999,
    alpha: float = 0.05,
    correction: Correction = "fdr",
    raw_rate: bool = False,
) -> Hotspots:
    r"""Test for clusters of high and of low values, each village included (Getis–Ord Gi*).

    Parameters
    ----------
    values, adjacency, seed, permutations, alpha, correction, raw_rate
        As in :func:`local_moran`.

    Returns
    -------
    Hotspots
        ``kelas`` "titik panas" or "titik dingin" where significant.

    Raises
    ------
    EvidenceError
        As :func:`local_moran`.

    Notes
    -----
    ``gi_bintang`` is the z-score of the mean of the village and its neighbours,
    :math:`(\bar y_{i \cup N(i)} - \bar y) / (s \sqrt{(n - d_i - 1) / ((d_i + 1)(n - 1))})`. The permutation
    keeps the village and draws its neighbours, so p is that of :func:`local_moran`; a significant p whose
    tail contradicts the sign of the z-score counts as not significant.
    Ord & Getis (1995), *Geographical Analysis* 27, 286–306.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> villages = [f"99010120{i:02d}" for i in range(44)]
    >>> chain = csr_array(np.eye(44, k=1) + np.eye(44, k=-1))
    >>> stunting = pd.Series([30.0] * 5 + [8.0, 9.0] * 19 + [None], index=villages)
    >>> getis_ord(stunting, chain, seed=1, correction="none").counts["titik panas"]
    np.int64(3)
    """
    options = Options(
        permutations=permutations, alpha=alpha, correction=correction, seed=seed, raw_rate=raw_rate
    )
    found = prepare_field(values, adjacency, options)
    n, size = len(found.y), found.degree + 1
    excess = (found.degree * np.nan_to_num(found.lag) + found.y) / size - found.mean
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.square(found.deviation).sum() / n * (n - size) / (size * (n - 1.0))
        # Where all villages are neighbours the mean has no variance, and the z-score is undefined.
        z = excess / np.sqrt(np.where(variance > 0, variance, np.nan))
    return _result(
        found,
        options,
        variable=str(values.name or ""),
        statistic="gi_bintang",
        strength=z,
        p=found.tails.p,
        kinds=np.where(excess > 0, 0, 1),
        above=excess > 0,
        classes=GI_CLASSES,
    )


def _result(
    found: Field,
    options: Options,
    *,
    variable: str,
    statistic: str,
    strength: Floats,
    p: Floats,
    kinds: npt.NDArray[np.intp],
    above: npt.NDArray[np.bool_],
    classes: tuple[str, ...],
) -> Hotspots:
    tested = found.degree > 0
    adjusted = np.full(len(p), np.nan)
    adjusted[tested] = benjamini_hochberg(p[tested])
    small = (adjusted if options.correction == "fdr" else p) <= options.alpha
    # In tiny maps the tail of the permutations and the sign can contradict each other: not significant.
    significant = tested & small & (found.tails.upper == above)
    untested = np.where(tested, classes.index(NOT_SIGNIFICANT), classes.index(NO_NEIGHBOUR))
    kelas = np.full(len(found.index), classes.index(NO_DATA))
    kelas[found.present] = np.where(significant, kinds, untested)
    columns = {"nilai": found.values, "tetangga": _spread(found, found.degree.astype(float))}
    for name, known in {"nilai_tetangga": found.lag, statistic: strength, "p": p, "p_fdr": adjusted}.items():
        columns[name] = _spread(found, np.where(tested, known, np.nan))
    table = pd.DataFrame(columns, index=found.index)
    table["tetangga"] = table["tetangga"].astype("Int64")
    table["kelas"] = pd.Categorical.from_codes(kelas, categories=pd.Index(classes))
    return Hotspots(
        table=table,
        variable=variable,
        statistic=statistic,
        permutations=options.permutations,
        seed=options.seed,
        alpha=options.alpha,
        correction=options.correction,
        findings=tuple(field_findings(found, options, variable)),
    )


def _spread(found: Field, known: Floats) -> Floats:
    """Expand values of the present villages to all villages."""
    column = np.full(len(found.index), np.nan)
    column[found.present] = known
    return column
