"""Group villages into a few types with similar problems, ordered by severity and named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from lokus.errors import EvidenceError, name_some
from lokus.evidence.patterns.type_count import NO_TYPES, count_types, gain_over_no_types
from lokus.evidence.threads import one_thread
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


__all__ = [
    "Label",
    "Method",
    "Typology",
    "name_types",
    "partition",
    "silhouettes",
    "stability",
    "typology",
]


Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.intp]
Method = Literal["kmeans", "ward"]

STARTS = 200
# The tree or the distances of more villages would not fit into memory.
MANY = 10_000

Label = str | tuple[str, str]

# Standard deviations from the mean below which an indicator does not characterise a type.
NOTABLE = 0.5
WORDS = 2

NO_DATA = "belum ada data"
STABLE = 0.75


@dataclass(frozen=True, kw_only=True)
class Typology:
    """Types of villages, 1 the most severe.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        ``tipe`` (number, missing where an indicator is); ``nama_tipe`` (categorical in order of severity,
        last "belum ada data"); ``siluet`` (−1 … 1: how much closer the village is to its own type than to the
        next).
    profile : DataFrame, index ``tipe``
        ``nama_tipe``, ``desa`` (number of villages), ``keparahan`` (mean of `severity`), then the mean of
        each indicator in its own unit.
    severity : DataFrame, types × indicators
        Mean in standard deviations from the mean of all villages; positive is worse.
    gain : Series, index ``k``
        For each number of types tried, its gain in BIC over a single type; negative is worse.
    stability : float
        Mean adjusted Rand index between the types and those found in resampled villages; 1 is perfect.
    method : {"kmeans", "ward"}
    k, seed : int
        k is 1 where there are no clear types: all villages then belong to one, which is named so.
    findings : tuple of Finding
        Constant indicators, missing villages, unstable or tiny types.
    """

    table: pd.DataFrame
    profile: pd.DataFrame
    severity: pd.DataFrame
    gain: pd.Series[float]
    stability: float
    method: Method
    k: int
    seed: int
    findings: tuple[Finding, ...] = field(default=())
    _values: Floats = field(repr=False, compare=False)

    @cached_property
    def quality(self) -> pd.DataFrame:
        """Compare the numbers of types tried; index ``k``, computed when it is first asked for.

        ``siluet`` (mean), ``desa_terkecil`` (villages in the smallest type), and ``keunggulan`` as in `gain`.
        """
        tried = {int(number): partition(self._values, int(number), self.method) for number in self.gain.index}
        return _quality(self._values, tried).assign(keunggulan=self.gain)

    def __repr__(self) -> str:
        return f"{self._sentence()}\n{self.profile[['nama_tipe', 'desa', 'keparahan']].round(2)}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._sentence())}</p>{self.profile.round(2).to_html()}"

    def _sentence(self) -> str:
        if self.k == NO_TYPES:
            return _("{villages} villages without clear types ({method})").format(
                villages=format_number(self.table["tipe"].notna().sum()), method=self.method
            )
        return _(
            "{k} types of {villages} villages ({method}): silhouette {silhouette}, stability {stability}"
        ).format(
            k=self.k,
            villages=format_number(self.table["tipe"].notna().sum()),
            method=self.method,
            silhouette=format_number(float(self.table["siluet"].mean()), decimals=2),
            stability=format_number(self.stability, decimals=2),
        )


def typology(
    indicators: pd.DataFrame,
    *,
    worse: Mapping[str, Literal["high", "low"]],
    labels: Mapping[str, Label] | None = None,
    method: Method = "kmeans",
    k: int | None = None,
    k_range: Sequence[int] = range(2, 9),
    bootstraps: int = 50,
    seed: int = 0,
) -> Typology:
    """Group villages into types by standardised indicators.

    Parameters
    ----------
    indicators : DataFrame, index ``kode_desa``
        All columns are used. A village that lacks any is classed "belum ada data"; a column that does not
        vary is left out and reported.
    worse : mapping of key to "high" or "low"
        Which end of each indicator is worse.
    labels : mapping of key to text or (text, text), optional
        Words for the names. A noun such as "kemiskinan" becomes "kemiskinan tinggi" or "kemiskinan rendah"; a
        pair (bad, good) such as ("sanitasi buruk", "sanitasi baik") is used as it is. Without a label the key
        is used.
    method : {"kmeans", "ward"}
    k : int, optional
        Number of types; by default the one in `k_range` that describes the villages best, or one type where
        none is better. Do not state it to obtain types where the data show none: villages are then divided in
        any case.
    k_range : sequence of int
    bootstraps : int
        Resamples for `stability`.
    seed : int
        Only for the resamples. The types depend neither on it nor on the order of rows or columns.

    Returns
    -------
    Typology

    Raises
    ------
    EvidenceError
        No direction for an indicator, repeated villages, infinite values, too few different villages.

    Notes
    -----
    For the number of types see :func:`lokus.evidence.patterns.type_count.count_types`. k-means uses the best
    of many starts: the Ward partition and 200 fixed k-means++ starts. Silhouette: Rousseeuw (1987), *Journal
    of Computational and Applied Mathematics* 20, 53–65. Stability: Hennig (2007), *Computational Statistics &
    Data Analysis* 52, 258–271, with the adjusted Rand index in place of Jaccard.

    Examples
    --------
    >>> villages = pd.DataFrame(
    ...     {"jamban": [60.0, 62, 58, 5, 6, 7, 5, 8], "miskin": [40.0, 41, 43, 12, 39, 10, 41, 12]},
    ...     index=[f"990101200{i}" for i in range(1, 9)],
    ... )
    >>> types = typology(
    ...     villages, worse={"jamban": "high", "miskin": "high"}, k=3,
    ...     labels={"jamban": ("sanitasi buruk", "sanitasi baik"), "miskin": "kemiskinan"},
    ... )
    >>> types.profile["nama_tipe"].tolist()
    ['sanitasi buruk, kemiskinan tinggi', 'sanitasi baik, kemiskinan tinggi',
     'kemiskinan rendah, sanitasi baik']
    """
    keys = sorted(str(key) for key in indicators.columns)
    frame = _checked(indicators, keys, worse)
    complete = frame.dropna()
    spread = (complete.max() - complete.min()) > 1e-12 * complete.abs().max()
    used = [key for key in keys if spread[key]]
    sign = np.array([1.0 if worse[key] == "high" else -1.0 for key in used])
    values = complete[used].to_numpy(dtype=float)
    different = len(np.unique(values, axis=0)) if used else 0
    wanted = [k] if k is not None else [number for number in k_range if 2 <= number < different]
    if different < 3 or not wanted or not 2 <= max(wanted) < different:
        raise EvidenceError(
            _("{n} different villages with all indicators are too few for types").format(n=different),
            remedy=_("complete the indicators, or use fewer"),
        )
    z = sign * (values - values.mean(axis=0)) / values.std(axis=0)

    gain = gain_over_no_types(z, wanted)
    clear = count_types(gain)
    chosen = clear if k is None else k
    found = np.zeros(len(z), dtype=np.intp)
    if chosen > NO_TYPES:
        found = _by_severity(z, partition(z, chosen, method))
    severity = pd.DataFrame(z, columns=used).groupby(found + 1).mean()
    severity.index.name = "tipe"
    if chosen == NO_TYPES:
        names, stable = pd.Series({1: _("no clear types")}, name="nama_tipe"), np.nan
    else:
        names = name_types(severity, worse=worse, labels=labels or {})
        stable = stability(z, found, chosen, method, bootstraps=bootstraps, seed=seed)
    types = pd.Series(found + 1, index=complete.index)
    width = np.full(len(z), np.nan) if chosen == NO_TYPES else silhouettes(z, found)
    return Typology(
        table=_villages(frame.index, types, names, width),
        profile=_profile(complete, types, names, severity),
        severity=severity,
        gain=gain,
        stability=stable,
        method=method,
        k=chosen,
        seed=seed,
        findings=tuple(_findings(frame, spread, types, stable, clear=clear > NO_TYPES)),
        _values=z,
    )


def _checked(
    indicators: pd.DataFrame, keys: list[str], worse: Mapping[str, Literal["high", "low"]]
) -> pd.DataFrame:
    if indicators.index.has_duplicates:
        repeated = indicators.index[indicators.index.duplicated()].unique()
        raise EvidenceError(
            _("villages appear more than once: {villages}").format(villages=name_some(repeated)),
            remedy=_("keep one row for each village"),
        )
    for key in keys:
        if worse.get(key) not in {"high", "low"}:
            raise EvidenceError(
                _('worse["{name}"] must be "high" or "low"').format(name=key),
                remedy=_('say which end is worse: "high" or "low"'),
            )
    frame = indicators[keys].sort_index().astype(float)
    for key in keys:
        infinite = np.isinf(frame[key])
        if infinite.any():
            raise EvidenceError(
                _("indicator {name} is infinite in {villages}").format(
                    name=key, villages=name_some(frame.index[infinite])
                ),
                remedy=_("correct the value, or leave it empty"),
            )
    return frame


def _quality(z: npt.NDArray[np.float64], tried: Mapping[int, npt.NDArray[np.intp]]) -> pd.DataFrame:
    rows = {
        number: {
            "siluet": float(np.nanmean(silhouettes(z, found))),
            "desa_terkecil": int(np.bincount(found).min()),
        }
        for number, found in tried.items()
    }
    quality = pd.DataFrame.from_dict(rows, orient="index").astype({"desa_terkecil": int})
    return quality.rename_axis("k")


def _by_severity(z: npt.NDArray[np.float64], found: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Order the types from 0, by descending mean severity; ties by their first village."""
    numbers, first = np.unique(found, return_index=True)
    mean = np.array([z[found == number].mean() for number in numbers])
    rank = np.empty(len(numbers), dtype=np.intp)
    rank[np.lexsort((first, -mean.round(9)))] = np.arange(len(numbers))
    return rank[np.searchsorted(numbers, found)]


def _villages(
    index: pd.Index, types: pd.Series[int], names: pd.Series[str], width: npt.NDArray[np.float64]
) -> pd.DataFrame:
    known = pd.DataFrame({"tipe": types, "nama_tipe": types.map(names), "siluet": width}, index=types.index)
    table = known.reindex(index).astype({"tipe": "Int64"})
    table["nama_tipe"] = pd.Categorical(
        table["nama_tipe"].where(table["tipe"].notna(), NO_DATA), categories=[*names, NO_DATA], ordered=True
    )
    return table


def _profile(
    complete: pd.DataFrame, types: pd.Series[int], names: pd.Series[str], severity: pd.DataFrame
) -> pd.DataFrame:
    groups = complete.groupby(types)
    head = pd.DataFrame({"nama_tipe": names, "desa": groups.size(), "keparahan": severity.mean(axis=1)})
    return head.join(groups.mean()).rename_axis("tipe")


def _findings(
    frame: pd.DataFrame, spread: pd.Series[bool], types: pd.Series[int], stable: float, *, clear: bool
) -> Iterator[Finding]:
    for key in spread.index[~spread]:
        yield Finding(
            check="typology.constant",
            level="warning",
            message=_(
                "indicator {name} has the same value everywhere and does not tell villages apart"
            ).format(name=key),
        )
    if not clear:
        yield Finding(
            check="typology.none",
            level="warning",
            message=_(
                "no clear types: a single kind of village describes these indicators as well as several do"
            ),
            remedy=_("use other indicators under [tipologi], or do without types"),
        )
    missing = frame.index[frame.isna().any(axis=1)]
    if len(missing):
        yield Finding(
            check="typology.missing",
            level="note",
            message=_("{n} villages lack an indicator and get no type: {villages}").format(
                n=len(missing), villages=name_some(missing)
            ),
        )
    for number, size in types.value_counts().sort_index().items():
        if size <= max(1, len(types) // 50):
            yield Finding(
                check="typology.tiny",
                level="warning",
                message=_("type {number} holds only {n} villages, perhaps outliers: {villages}").format(
                    number=number, n=size, villages=name_some(types.index[types == number])
                ),
                remedy=_("check the indicators of these villages"),
            )
    if stable < STABLE:
        yield Finding(
            check="typology.unstable",
            level="warning",
            message=_(
                "the types are unstable: resampled villages give others (agreement {value} of 1)"
            ).format(value=format_number(stable, decimals=2)),
            remedy=_("use other indicators or fewer types, and do not rest decisions on a village's type"),
        )


def partition(z: Floats, k: int, method: Method) -> Labels:
    """Divide the rows of `z` into `k` groups.

    Examples
    --------
    >>> found = partition(np.array([[0.0], [0.1], [5.0], [5.1]]), 2, "ward")
    >>> bool(found[0] == found[1] != found[2] == found[3])
    True
    """
    if method == "ward":
        return _ward(z, k)
    # Fixed starts, so that the optimum found does not depend on a seed.
    best = _kmeans(z, KMeans(k, n_init=STARTS, random_state=0))
    if len(z) <= MANY:
        from_ward = _kmeans(z, KMeans(k, init=_centres(z, _ward(z, k)), n_init=1))
        if from_ward.inertia_ < best.inertia_ * (1 - 1e-9):
            best = from_ward
    return np.asarray(best.labels_, dtype=np.intp)


def _kmeans(z: Floats, model: KMeans) -> KMeans:
    # With so few rows one thread is some fifty times faster than several, and sums in a fixed order.
    with one_thread("all"):
        return model.fit(z)


def _ward(z: Floats, k: int) -> Labels:
    return np.asarray(AgglomerativeClustering(k, linkage="ward").fit_predict(z), dtype=np.intp)


def silhouettes(z: Floats, found: Labels) -> Floats:
    """Compute the silhouette width of each row; missing where there are too many rows for all distances.

    Examples
    --------
    >>> silhouettes(np.array([[0.0], [1.0], [5.0], [6.0]]), np.array([0, 0, 1, 1])).round(2)
    array([0.82, 0.78, 0.78, 0.82])
    """
    rows = np.arange(len(z))
    if len(z) > MANY:
        rows = np.linspace(0, len(z) - 1, MANY).astype(int)
    width = np.full(len(z), np.nan)
    width[rows] = silhouette_samples(z[rows], found[rows])
    return width


def stability(z: Floats, found: Labels, k: int, method: Method, *, bootstraps: int, seed: int) -> float:
    """Compute the mean adjusted Rand index between `found` and the groups from resampled rows.

    Each resample is partitioned, and all rows are assigned to the nearest new centre. The rows are also
    assigned to the nearest centre of `found`, so that the two differ only by sampling.

    Examples
    --------
    >>> z = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])
    >>> stability(z, np.array([0, 0, 0, 1, 1, 1]), 2, "kmeans", bootstraps=5, seed=1)
    1.0
    """
    rng = np.random.default_rng(seed)
    reference = _nearest(z, _centres(z, found))
    agreement = []
    for resample in range(bootstraps):
        sample = z[rng.integers(0, len(z), len(z))]
        if len(np.unique(sample, axis=0)) < k:
            continue
        if method == "ward":
            groups = _ward(sample, k)
        else:
            groups = _kmeans(sample, KMeans(k, n_init=10, random_state=resample)).labels_
        agreement.append(adjusted_rand_score(reference, _nearest(z, _centres(sample, groups))))
    return float(np.mean(agreement)) if agreement else np.nan


def _centres(z: Floats, found: Labels) -> Floats:
    return np.array([z[found == group].mean(axis=0) for group in np.unique(found)])


def _nearest(z: Floats, centres: Floats) -> Labels:
    distance = np.square(z[:, None, :] - centres).sum(axis=2)
    return np.asarray(np.argmin(distance, axis=1), dtype=np.intp)


def name_types(
    severity: pd.DataFrame, *, worse: Mapping[str, Literal["high", "low"]], labels: Mapping[str, Label]
) -> pd.Series[str]:
    """Name each type by its leading indicators, those farthest from the mean first.

    A type whose name is already used gets further indicators and, if that does not suffice, its number.

    Parameters
    ----------
    severity : DataFrame, types × indicators
        Means in standard deviations, positive worse.
    worse, labels
        As in :func:`lokus.evidence.patterns.typology.typology`.

    Examples
    --------
    >>> import pandas as pd
    >>> severity = pd.DataFrame({"air": [1.2, -0.1], "miskin": [0.7, -0.2]}, index=[1, 2])
    >>> name_types(severity, worse={"air": "low", "miskin": "high"}, labels={"air": "air layak"}).tolist()
    ['air layak rendah, miskin tinggi', 'sekitar rata-rata']
    """
    names: list[str] = []
    for number, row in severity.iterrows():
        leading = sorted(row.items(), key=lambda item: (-round(abs(item[1]), 9), str(item[0])))
        phrases = [
            _phrase(str(key), value, worse, labels) for key, value in leading if abs(value) >= NOTABLE
        ] or [_("about average")]
        longer = (", ".join(phrases[:words]) for words in range(WORDS, len(phrases) + 1))
        full = ", ".join(phrases[:WORDS])
        name = next((name for name in longer if name not in names), full)
        names.append(
            name if name not in names else _("{name} (type {number})").format(name=name, number=number)
        )
    return severity.index.to_series().map(dict(zip(severity.index, names, strict=True))).rename("nama_tipe")


def _phrase(
    key: str, value: float, worse: Mapping[str, Literal["high", "low"]], labels: Mapping[str, Label]
) -> str:
    label = labels.get(key, key)
    if not isinstance(label, str):
        bad, good = label
        return bad if value > 0 else good
    high = (value > 0) == (worse[key] == "high")
    template = _("high {name}") if high else _("low {name}")
    return template.format(name=label)
