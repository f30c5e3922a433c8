"""Find clusters of villages with significantly more cases: Kulldorff's scan statistic."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.errors import EvidenceError, name_some
from lokus.evidence.patterns.scan_maxima import Engine, choose_engine, replicate_maxima
from lokus.evidence.patterns.scan_model import Places, ScanModel
from lokus.evidence.scores.ranking import quantise
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ["SCAN_CLASSES", "Clusters", "ScanInput", "scan"]


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SCAN_CLASSES = ("gugus nyata", "bukan gugus", "belum ada data", "tanpa lokasi")


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """The most likely clusters, without overlap.

    Parameters
    ----------
    clusters : DataFrame, index ``gugus`` (1 the most likely)
        ``pusat`` (code of the village at the centre), ``desa`` (number of villages), ``radius_m``, ``kasus``,
        ``harapan`` (expected cases), ``risiko_relatif`` (inside against outside), ``llr``, ``p``, ``nyata``
        (p at most `alpha`). Every significant cluster, and the most likely one in any case.
    table : DataFrame, index ``kode_desa`` (sorted)
        ``kasus``, ``harapan``; ``gugus`` (number of its significant cluster, else missing); ``kelas``
        (categorical, always all of `SCAN_CLASSES`).
    members : mapping of cluster number to Index
        Villages of each row of `clusters`, nearest to the centre first.
    model : {"binomial", "poisson"}
    maxima : ndarray, shape (replicates,)
        Largest log-likelihood ratio of each simulated map.
    max_share, alpha, seed
        As given to :func:`scan`.
    findings : tuple of Finding
    """

    clusters: pd.DataFrame
    table: pd.DataFrame
    members: dict[int, pd.Index]
    model: str
    maxima: Floats
    max_share: float
    alpha: float
    seed: int
    findings: tuple[Finding, ...] = field(default=())

    @property
    def counts(self) -> pd.Series[int]:
        """Villages in each class, in the order of the legend, classes without village included."""
        return self.table["kelas"].value_counts(sort=False)

    def __repr__(self) -> str:
        return f"{self._sentence()}\n{self.clusters.to_string()}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._sentence())}</p>{self.clusters.to_html()}"

    def _sentence(self) -> str:
        return _(
            "Scan of {villages} villages ({model}, circles up to {share} %, {replicates} replicates): "
            "{n} significant clusters with {members} villages"
        ).format(
            villages=format_number(len(self.table)),
            model=self.model,
            share=format_number(100 * self.max_share),
            replicates=format_number(len(self.maxima)),
            n=int(self.clusters["nyata"].sum()),
            members=format_number(self.counts["gugus nyata"]),
        )


def scan(
    cases: pd.Series[float],
    *,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    seed: int,
    trials: pd.Series[float] | None = None,
    expected: pd.Series[float] | None = None,
    max_share: float = 0.5,
    replicates: int = 999,
    alpha: float = 0.05,
    max_clusters: int = 10,
    engine: Engine = "auto",
) -> Clusters:
    r"""Find circles of villages with significantly more cases inside than outside.

    Parameters
    ----------
    cases : Series, index ``kode_desa``
        Integer counts, such as stunted children.
    x, y : array_like, shape (n,)
        Centroids in metres, in the order of `cases` (a Series is aligned by its index). A village without is
        left out and classed "tanpa lokasi".
    seed : int
        Same seed, same result, whatever the order of the rows and the engine.
    trials, expected : Series
        One of them. Give exactly one. `trials`, such as children measured: the cases are binomial. `expected`
        cases, or anything proportional to them, such as population: the cases are Poisson. A village without
        a number, or where nobody was measured, is left out and classed "belum ada data".
    max_share : float
        Largest share of all trials, or expected cases, in a circle, up to 0.5.
    replicates : int
        Simulated maps; p cannot fall below ``1 / (replicates + 1)``.
    alpha : float
        Level of significance, 0–1.
    max_clusters : int
        Largest number of clusters to report.
    engine : {"auto", "numpy", "numba"}
        "auto" uses numba where it is installed (extra ``cepat``). The result does not depend on it.

    Returns
    -------
    Clusters

    Raises
    ------
    EvidenceError
        Neither or both of trials and expected; impossible counts; cases where none are expected; settings out
        of range; numba requested but not installed.

    Notes
    -----
    Binomial: cases inside c of n, all C of N, :math:`\log\Lambda = c\log\frac cn + (n-c)\log\frac{n-c}n +
    (C-c)\log\frac{C-c}{N-n} + (N-n-C+c)\log\frac{N-n-C+c}{N-n} - C\log\frac CN - (N-C)\log\frac{N-C}N`;
    Poisson: :math:`c\log\frac ce + (C-c)\log\frac{C-c}{C-e}`; 0 where c is not above expectation. Every
    circle around every centroid is evaluated. p compares with the largest ratio of each simulated map, in
    which the villages' pairs of cases and trials (or expected cases) are permuted over the locations: one
    test for the whole map, conservative for the secondary clusters, which are the next best circles without a
    village of an earlier one. The usual simulation distributes the cases over the children instead, which
    assumes that villages differ only by sampling: where rates vary between villages without any spatial
    pattern it finds clusters on nearly every map. Since whole villages are permuted, do not use this test to
    find single villages with a high rate. Kulldorff (1997), *Communications in Statistics: Theory and
    Methods* 26, 1481–1496.

    Examples
    --------
    >>> desa = [f"99010120{i:02d}" for i in range(1, 13)]
    >>> stunting = pd.Series([20, 22, 18, 5, 6, 4, 5, 6, 4, 5, 5, 6], index=desa)
    >>> found = scan(
    ...     stunting, trials=pd.Series(60, index=desa), x=1000 * np.arange(12), y=np.zeros(12), seed=1
    ... )
    >>> found.clusters[["pusat", "desa", "radius_m", "kasus", "harapan", "p"]].to_dict("records")
    [{'pusat': '9901012002', 'desa': 3, 'radius_m': 1000.0, 'kasus': 60, 'harapan': 26.5, 'p': 0.047}]
    """
    _check_options(max_share, replicates, alpha, max_clusters)
    chosen = choose_engine(engine)
    data = read_scan_input(cases, trials=trials, expected=expected, x=x, y=y)
    model = ScanModel(cases=data.cases, weight=data.weight, binomial=trials is not None)
    places = Places(x=data.x, y=data.y, weight=data.weight, limit=int(max_share * model.mass))
    maxima = np.zeros(replicates)
    found: list[_Circle] = []
    if model.total > 0 and not (model.binomial and model.total == model.mass):
        pairs = model.permutations(replicates, seed=seed)
        maxima = replicate_maxima(model, places, pairs, engine=chosen)
        found = _best_circles(model, places, maxima, alpha=alpha, most=max_clusters)
    clusters, members = _describe(found, data, model, maxima, alpha)
    return Clusters(
        clusters=clusters,
        table=_villages(data, model, clusters, members),
        members=members,
        model="binomial" if model.binomial else "poisson",
        maxima=maxima,
        max_share=max_share,
        alpha=alpha,
        seed=seed,
        findings=data.findings,
    )


def _check_options(max_share: float, replicates: int, alpha: float, max_clusters: int) -> None:
    if not 0.0 < max_share <= 0.5:
        raise EvidenceError(
            _("max_share must be above 0 and at most 0.5, not {value}").format(value=max_share),
            remedy=_("state a share such as 0.5"),
        )
    if not 0.0 < alpha < 1.0:
        raise EvidenceError(
            _("alpha must lie between 0 and 1, not {value}").format(value=alpha),
            remedy=_("state a level such as 0.05"),
        )
    for name, value in (("replicates", replicates), ("max_clusters", max_clusters)):
        if value < 1:
            raise EvidenceError(
                _("{name} must be 1 or more, not {value}").format(name=name, value=value),
                remedy=_("state a whole number of 1 or more"),
            )


@dataclass(frozen=True, kw_only=True)
class _Circle:
    """A circle: the villages nearest to `centre`, the farthest last, and their ratio."""

    ratio: float
    centre: int
    villages: Ints
    radius: float


def _best_circles(
    model: ScanModel, places: Places, maxima: Floats, *, alpha: float, most: int
) -> list[_Circle]:
    """Return the best circle, then the best without overlap with those before, while significant."""
    taken = np.zeros(len(model.cases), dtype=bool)
    best = _best_by_centre(model, places, np.arange(len(taken)), taken)
    found: list[_Circle] = []
    while len(found) < most:
        # Of equal ratios take the smaller circle, then the lower code.
        circle = max(best.values(), key=lambda c: (c.ratio, -c.radius, -c.centre), default=None)
        if circle is None or circle.ratio <= 0.0:
            break
        if found and _p_value(circle.ratio, maxima) > alpha:
            break
        found.append(circle)
        taken[circle.villages] = True
        stale = [centre for centre, other in best.items() if taken[other.villages].any()]
        best = {centre: other for centre, other in best.items() if centre not in set(stale)}
        best |= _best_by_centre(model, places, np.array(stale, dtype=np.int64), taken)
    return found


def _best_by_centre(
    model: ScanModel, places: Places, centres: Ints, taken: npt.NDArray[np.bool_]
) -> dict[int, _Circle]:
    """Return the best circle around each centre that contains no village of `taken`."""
    best = {}
    step = max(1, (1 << 20) // len(taken))
    for start in range(0, len(centres), step):
        block = places.windows(centres[start : start + step])
        if block.order.shape[1] == 0:
            continue
        ratio = model.ratio(np.cumsum(model.cases[block.order], axis=1), block.weight)
        allowed = block.valid & ~np.logical_or.accumulate(taken[block.order], axis=1)
        ratio = np.where(allowed, ratio, 0.0)
        for row, end in enumerate(np.argmax(ratio, axis=1)):
            if ratio[row, end] > 0.0:
                centre = int(block.centre[row])
                villages = block.order[row, : end + 1].astype(np.int64)
                best[centre] = _Circle(
                    ratio=float(ratio[row, end]),
                    centre=centre,
                    villages=villages,
                    radius=places.distance(centre, int(villages[-1])),
                )
    return best


def _p_value(ratio: float, maxima: Floats) -> float:
    return float((1 + (maxima >= ratio).sum()) / (1 + len(maxima)))


def _describe(
    found: list[_Circle], data: ScanInput, model: ScanModel, maxima: Floats, alpha: float
) -> tuple[pd.DataFrame, dict[int, pd.Index]]:
    rows = []
    for circle in found:
        count = int(model.cases[circle.villages].sum())
        inside = float(model.expected(model.weight[circle.villages].sum()))
        outside = model.total - count
        relative = count / inside / (outside / (model.total - inside)) if outside else np.inf
        p = _p_value(circle.ratio, maxima)
        rows.append(
            {
                "pusat": data.known[circle.centre],
                "desa": len(circle.villages),
                "radius_m": circle.radius,
                "kasus": count,
                "harapan": inside,
                "risiko_relatif": relative,
                "llr": circle.ratio,
                "p": p,
                "nyata": p <= alpha,
            }
        )
    columns = ["pusat", "desa", "radius_m", "kasus", "harapan", "risiko_relatif", "llr", "p", "nyata"]
    numbers = pd.RangeIndex(1, len(rows) + 1, name="gugus")
    frame = pd.DataFrame(rows, columns=columns, index=numbers).astype({"nyata": bool})
    return frame, {number: data.known[c.villages] for number, c in zip(numbers, found, strict=True)}


def _villages(
    data: ScanInput, model: ScanModel, clusters: pd.DataFrame, members: dict[int, pd.Index]
) -> pd.DataFrame:
    expected = model.expected(model.weight) if model.mass else np.zeros(len(data.known))
    known = pd.DataFrame({"kasus": model.cases, "harapan": expected}, index=data.known)
    table = known.reindex(data.index).astype({"kasus": "Int64"})
    table["gugus"] = pd.array([pd.NA] * len(table), dtype="Int64")
    for number in clusters.index[clusters["nyata"]]:
        table.loc[members[number], "gugus"] = number
    kelas = np.select(
        [data.unplaced, data.missing, table["gugus"].notna()],
        ["tanpa lokasi", "belum ada data", "gugus nyata"],
        "bukan gugus",
    )
    table["kelas"] = pd.Categorical(kelas, categories=list(SCAN_CLASSES))
    return table


@dataclass(frozen=True, kw_only=True)
class ScanInput:
    """Villages sorted by code (`index`, `missing`, `unplaced`); all other arrays cover only those `known`."""

    index: pd.Index
    missing: Flags
    unplaced: Flags
    known: pd.Index
    cases: Ints
    weight: Ints
    x: Floats
    y: Floats
    findings: tuple[Finding, ...]


def read_scan_input(
    cases: pd.Series[float],
    *,
    trials: pd.Series[float] | None,
    expected: pd.Series[float] | None,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
) -> ScanInput:
    """Align the inputs with the villages of `cases`, sort them, and set aside incomplete villages.

    Raises
    ------
    EvidenceError
        Neither or both of trials and expected; repeated or differing villages; impossible numbers.
    """
    index = cases.index
    if index.has_duplicates:
        repeated = index[index.duplicated()].unique()
        raise EvidenceError(
            _("villages appear more than once: {villages}").format(villages=name_some(repeated)),
            remedy=_("keep one row for each village"),
        )
    weights = trials if trials is not None else expected
    if weights is None or (trials is not None and expected is not None):
        raise EvidenceError(
            _("give either trials (binomial) or expected (Poisson)"), remedy=_("give one of the two")
        )
    name = "trials" if trials is not None else "expected"
    columns = {"kasus": _aligned(cases, index, "cases"), name: _aligned(weights, index, name)}
    frame = pd.DataFrame(columns | {"x": _aligned(x, index, "x"), "y": _aligned(y, index, "y")}, index=index)
    frame = frame.sort_index()
    _check_numbers(frame, name)

    unplaced = frame[["x", "y"]].isna().any(axis=1).to_numpy()
    unknown = frame[["kasus", name]].isna().any(axis=1)
    if trials is not None:
        # A village where nobody was measured has no evidence and must not be a member of a cluster.
        unknown |= frame[name] == 0
    missing = unknown.to_numpy() & ~unplaced
    known = frame[~(unplaced | missing)]
    weight = known[name].to_numpy()
    # Integer units make the weight of a circle independent of the centre it is drawn from.
    whole = weight.astype(np.int64) if trials is not None else quantise(weight)[0]
    return ScanInput(
        index=frame.index,
        missing=missing,
        unplaced=unplaced,
        known=known.index,
        cases=known["kasus"].to_numpy().astype(np.int64),
        weight=whole,
        x=known["x"].to_numpy(),
        y=known["y"].to_numpy(),
        findings=tuple(_findings(frame, missing, unplaced)),
    )


def _aligned(values: object, index: pd.Index, name: str) -> Floats:
    if isinstance(values, pd.Series):
        differing = values.index.symmetric_difference(index)
        if len(differing) or values.index.has_duplicates:
            raise EvidenceError(
                _("{name} has other villages than cases: {villages}").format(
                    name=name, villages=name_some(differing)
                ),
                remedy=_("give both for the same villages"),
            )
        return np.asarray(values.reindex(index).to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
    array = np.asarray(values, dtype=float)
    if array.shape != (len(index),):
        raise EvidenceError(
            _("{name} has {n} numbers for {villages} villages").format(
                name=name, n=array.size, villages=len(index)
            ),
            remedy=_("give one number for each village"),
        )
    return array


def _check_numbers(frame: pd.DataFrame, name: str) -> None:
    cases, weight = frame["kasus"], frame[name]
    complete = cases.notna() & weight.notna()
    wrong = {
        _("cases must be whole numbers, 0 or more"): (cases < 0) | (cases % 1 != 0) & cases.notna(),
        _("{name} must be 0 or more, and finite").format(name=name): (weight < 0) | np.isinf(weight),
        _("coordinates must be finite"): np.isinf(frame[["x", "y"]]).any(axis=1),
    }
    if name == "trials":
        wrong[_("trials must be whole numbers")] = (weight % 1 != 0) & weight.notna()
        wrong[_("more cases than trials")] = complete & (cases > weight)
    else:
        wrong[_("cases where none are expected")] = complete & (cases > 0) & (weight == 0)
    for what, rows in wrong.items():
        if rows.any():
            raise EvidenceError(
                _("{what}: {villages}").format(what=what, villages=name_some(frame.index[rows])),
                remedy=_("correct these villages in the source table"),
            )


def _findings(frame: pd.DataFrame, missing: Flags, unplaced: Flags) -> Iterator[Finding]:
    for check, rows, message in (
        ("scan.missing", missing, _("{n} villages without data are left out of the scan: {villages}")),
        ("scan.unplaced", unplaced, _("{n} villages without location are left out of the scan: {villages}")),
    ):
        if rows.any():
            yield Finding(
                check=check,
                level="note",
                message=message.format(n=rows.sum(), villages=name_some(frame.index[rows])),
            )
    extent = frame[["x", "y"]].abs().max()
    if extent["x"] <= 180.0 and extent["y"] <= 90.0:
        yield Finding(
            check="scan.degrees",
            level="warning",
            message=_("the coordinates look like degrees, in which circles are not round"),
            remedy=_("give centroids in metres (a projected CRS)"),
        )
