"""Score villages from weighted indicators, with contributions that add up to the score."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from lokus.errors import EvidenceError, name_some
from lokus.evidence.scores.aggregation import AGGREGATIONS, Aggregate, Missing
from lokus.evidence.scores.aggregation import aggregate as aggregate_indicators
from lokus.evidence.scores.normalise import NORMALISATIONS, Normalise, check_goalposts, normalise_column
from lokus.evidence.scores.pairwise import Pairwise
from lokus.evidence.scores.ranking import rank_by_rule, tie_order
from lokus.evidence.scores.weighting import DATA_WEIGHTS, DataWeights, data_weights
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.findings import Finding

__all__ = [
    "STUNTED_CHILDREN",
    "Missing",
    "Scores",
    "check_known",
    "describe_method",
    "score",
    "stated_shares",
]

STUNTED_CHILDREN = "seri"
"""Column of the tie rules with the stunted children, beside the indicators of a preset."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Scores with their contributions and rules; one row for each village, sorted by code.

    Parameters
    ----------
    table : DataFrame
        ``skor`` (0–1, 1 worst), ``peringkat`` (1 highest), ``indikator_hilang`` (number of missing indicators
        with weight), ``status_skor`` ("lengkap", "sebagian", "ditahan"); presets may add ``prioritas`` or
        ``kelas``.
    contributions : DataFrame, villages × indicators
        What each indicator adds to ``skor``; missing where the indicator or the score is. See
        :func:`lokus.evidence.scores.aggregation.aggregate` for scores that are no weighted sum.
    normalised : DataFrame, villages × indicators
        0–1, 1 worst.
    weights : Series
        Shares that sum to 1, in the order stated.
    findings : tuple of Finding
        Indicators that are constant, empty or beyond their goalposts; villages left out of data-driven
        weighting.
    normalise, weighting, aggregate, missing : str
        The rules used; ``weighting`` is "stated" where the weights were given, "ahp" where they come from
        pairwise comparisons.
    pairwise : Pairwise, optional
        The comparisons, with their consistency ratio.
    limits : Series
        With ``normalise="limit"``: limit beyond which an indicator is red, in its unit.
    exempt : DataFrame of bool, villages × indicators, optional
        Where an indicator does not apply.
    heirs : mapping of indicator to indicator
        Indicator that takes the weight of one that does not apply.
    ties : DataFrame, optional
        Tie rules in order of columns, :data:`STUNTED_CHILDREN` or indicators; the code is the last one.
    basis : str
        Name of the preset, its source, and whether it is official; empty without a preset.
    """

    table: pd.DataFrame
    contributions: pd.DataFrame
    normalised: pd.DataFrame
    weights: pd.Series[float]
    findings: tuple[Finding, ...] = field(default=())
    normalise: Normalise = "minmax"
    weighting: str = "stated"
    aggregate: Aggregate = "arithmetic"
    missing: Missing = "renormalise"
    pairwise: Pairwise | None = None
    limits: pd.Series[float] = field(default_factory=lambda: pd.Series(dtype=float))
    exempt: pd.DataFrame | None = None
    heirs: Mapping[str, str] = field(default_factory=dict)
    ties: pd.DataFrame | None = None
    basis: str = ""

    @cached_property
    def tie_break(self) -> pd.Series[float] | None:
        """All tie rules as one number for the selection; higher comes first."""
        return None if self.ties is None else tie_order(self.ties)

    @property
    def method(self) -> str:
        """One sentence on how the score is computed from the indicators."""
        ratio = None if self.pairwise is None else self.pairwise.consistency_ratio
        return describe_method(self.normalise, self.weighting, self.aggregate, consistency_ratio=ratio)

    def __repr__(self) -> str:
        return f"{self._sentence()}\n{self.table.sort_values('peringkat').head()}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._sentence())}</p>{self.table.sort_values('peringkat').head(10).to_html()}"

    def _sentence(self) -> str:
        count = self.table["status_skor"].value_counts()
        weights = ", ".join(
            f"{name} {format_number(100 * weight, decimals=1)} %" for name, weight in self.weights.items()
        )
        sentence = _(
            "Scores of {villages} villages from {weights}; {complete} complete, {partial} from part of the "
            "indicators, {withheld} withheld"
        ).format(
            villages=format_number(len(self.table)),
            weights=weights,
            complete=format_number(count.get("lengkap", 0)),
            partial=format_number(count.get("sebagian", 0)),
            withheld=format_number(count.get("ditahan", 0)),
        )
        return f"{sentence}\n{self.basis}" if self.basis else sentence


def score(
    indicators: pd.DataFrame,
    *,
    weights: Mapping[str, float] | Pairwise | DataWeights,
    worse: Mapping[str, Literal["high", "low"]],
    normalise: Normalise | None = None,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    limits: Mapping[str, float] | None = None,
    aggregate: Aggregate = "arithmetic",
    missing: Missing = "renormalise",
    not_applicable: Mapping[str, Collection[str]] | None = None,
    heirs: Mapping[str, str] | None = None,
    ties: pd.Series[float] | pd.DataFrame | None = None,
    basis: str = "",
) -> Scores:
    """Score villages from several indicators.

    Parameters
    ----------
    indicators : DataFrame, index ``kode_desa``
        Indicator keys as columns; only those in `weights` are used.
    weights : mapping of key to number, Pairwise, or {"equal", "entropy", "critic", "pca"}
        Numbers, not negative and not all 0, are divided by their sum. Pairwise comparisons come from
        :func:`lokus.evidence.scores.pairwise.compare_pairs`. A name weighs all indicators of `worse` by
        :func:`lokus.evidence.scores.weighting.data_weights`; do not use such weights where years are
        compared, since they change with the data.
    worse : mapping of key to "high" or "low"
        Which end of the indicator is worse.
    normalise : {"minmax", "rank", "zscore", "limit"}, optional
        See :func:`lokus.evidence.scores.normalise.normalise_column`. By default ``"rank"`` for ``rank_sum``,
        otherwise ``"minmax"``.
    goalposts : mapping of key to (low, high), optional
        Fixed ends in the indicator's unit; only with ``normalise="minmax"``.
    limits : mapping of key to number, optional
        Only with ``normalise="limit"``: limit beyond which the indicator is red; by default the median of the
        villages.
    aggregate : {"arithmetic", "geometric", "topsis", "rank_sum"}
        See :func:`lokus.evidence.scores.aggregation.aggregate`.
    missing : {"renormalise", "withhold"}
        A village without an indicator is scored on the others with their weights scaled up ("sebagian"), or
        gets no score ("ditahan"). In both cases a village gets no score where an indicator with the largest
        weight is missing, or more than half of the weight
        (:func:`lokus.evidence.scores.aggregation.enough_known`).
    not_applicable : mapping of key to village codes, optional
        Villages to which an indicator does not apply, such as the village index to a kelurahan: its values
        there are ignored, its weight goes to the others, and it does not count as missing.
    heirs : mapping of key to key, optional
        Where the first does not apply, the second takes all its weight, such as the remaining indicator of an
        aspect.
    ties : Series or DataFrame, optional
        Breaks ties before the code does: expected stunted children, or several columns in order.
    basis : str
        Source of the rule, shown with the result.

    Returns
    -------
    Scores
        ``contributions`` add up to ``skor`` exactly: the score is their correctly rounded sum
        (``math.fsum``), which does not depend on the order of rows or indicators.

    Raises
    ------
    EvidenceError
        Unknown indicator (names the nearest), missing direction, invalid weight or goalposts, infinite
        values.

    Notes
    -----
    Fishburn (1967), *Operations Research* 15, 537–542; OECD/JRC (2008), *Handbook on Constructing Composite
    Indicators*, steps 5 and 6.

    Examples
    --------
    >>> desa = pd.DataFrame({"prevalensi": [8.0, 20.0], "air_layak": [60.0, None]}, index=["a", "b"])
    >>> scores = score(
    ...     desa, weights={"prevalensi": 3, "air_layak": 1}, worse={"prevalensi": "high", "air_layak": "low"}
    ... )
    >>> scores.table
        skor  peringkat  indikator_hilang status_skor
    a  0.125          2                 0     lengkap
    b  1.000          1                 1    sebagian
    """
    pairwise = weights if isinstance(weights, Pairwise) else None
    if isinstance(weights, Pairwise):
        weights = {str(key): float(weight) for key, weight in weights.weights.items()}
    scale: Normalise = normalise or ("rank" if aggregate == "rank_sum" else "minmax")
    keys = list(worse if isinstance(weights, str) else weights)
    posts, borders = goalposts or {}, limits or {}
    check_settings(
        indicators,
        keys,
        weights=weights,
        worse=worse,
        normalise=scale,
        goalposts=posts,
        limits=borders,
        aggregate=aggregate,
        missing=missing,
        not_applicable=not_applicable or {},
    )
    frame = indicators[keys].sort_index().astype(float)
    exempt = _exempt(frame, not_applicable)
    if exempt is not None:
        frame = frame.mask(exempt)
    if scale == "limit":
        borders = {key: borders.get(key, float(frame[key].median())) for key in keys}
    findings: list[Finding] = []
    columns = []
    for key in keys:
        column, found = normalise_column(
            frame[key],
            worse=worse[key],
            method=scale,
            goalposts=posts.get(key),
            limit=(limits or {}).get(key),
        )
        columns.append(column)
        findings += found
    normalised = pd.concat(columns, axis=1)
    if isinstance(weights, str):
        shares, found_weights = data_weights(normalised, method=weights)
        findings += found_weights
    else:
        shares = stated_shares(weights)

    check_known((*(heirs or {}), *(heirs or {}).values()), keys)
    result = aggregate_indicators(
        normalised, shares, method=aggregate, missing=missing, exempt=exempt, heirs=heirs
    )
    rules = pd.DataFrame({STUNTED_CHILDREN: ties}) if isinstance(ties, pd.Series) else ties
    table = pd.DataFrame(
        {
            "skor": result.skor,
            "peringkat": rank_by_rule(result.skor, rules),
            "indikator_hilang": result.lacking,
            "status_skor": np.select(
                [result.withheld, result.lacking > 0], ["ditahan", "sebagian"], "lengkap"
            ),
        },
        index=frame.index,
    )
    return Scores(
        table=table,
        contributions=result.contributions,
        normalised=normalised,
        weights=shares,
        findings=tuple(findings),
        normalise=scale,
        weighting=weights if isinstance(weights, str) else "ahp" if pairwise else "stated",
        pairwise=pairwise,
        aggregate=aggregate,
        missing=missing,
        limits=pd.Series(borders if scale == "limit" else {}, dtype=float, name="batas"),
        exempt=exempt,
        heirs=dict(heirs or {}),
        ties=None if rules is None else rules.reindex(frame.index),
        basis=basis,
    )


def _exempt(frame: pd.DataFrame, not_applicable: Mapping[str, Collection[str]] | None) -> pd.DataFrame | None:
    if not not_applicable:
        return None
    exempt = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    for key, villages in not_applicable.items():
        exempt[key] = frame.index.isin(list(villages))
    return exempt


def check_settings(
    indicators: pd.DataFrame,
    keys: Sequence[str],
    *,
    weights: Mapping[str, float] | str,
    worse: Mapping[str, str],
    normalise: str,
    goalposts: Mapping[str, tuple[float, float]],
    limits: Mapping[str, float],
    aggregate: str,
    missing: str,
    not_applicable: Mapping[str, Collection[str]],
) -> None:
    """Raise where settings of :func:`lokus.evidence.scores.scoring.score` do not fit the indicators.

    Raises
    ------
    EvidenceError
        As :func:`lokus.evidence.scores.scoring.score`.
    """
    for name, value, allowed in (
        ("normalise", normalise, NORMALISATIONS),
        ("aggregate", aggregate, AGGREGATIONS),
        ("missing", missing, ("renormalise", "withhold")),
        *([("weights", weights, DATA_WEIGHTS)] if isinstance(weights, str) else []),
    ):
        if value not in allowed:
            raise EvidenceError(
                _("{name} must be one of {allowed}, not {value}").format(
                    name=name, allowed=", ".join(allowed), value=value
                ),
                remedy=_("choose one of these words"),
            )
    if indicators.index.has_duplicates:
        repeated = indicators.index[indicators.index.duplicated()].unique()
        raise EvidenceError(
            _("villages appear more than once: {villages}").format(villages=name_some(repeated)),
            remedy=_("keep one row for each village"),
        )
    check_known((*keys, *goalposts), indicators.columns)
    check_known(limits, keys)
    check_known(not_applicable, keys)
    stated = {} if isinstance(weights, str) else weights
    for key, weight in stated.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise EvidenceError(
                _("the weight of {name} must be 0 or more, not {value}").format(name=key, value=weight),
                remedy=_("state a weight of 0 or more; the direction is in the catalogue"),
            )
    for key in keys:
        if worse.get(key) not in {"high", "low"}:
            raise EvidenceError(
                _('worse["{name}"] must be "high" or "low"').format(name=key),
                remedy=_('say which end is worse: "high" or "low"'),
            )
    total = math.fsum(stated.values())
    if not keys or (not isinstance(weights, str) and not (total > 0 and math.isfinite(total))):
        raise EvidenceError(
            _("the weights must not all be 0"), remedy=_("give at least one indicator a weight above 0")
        )
    if goalposts and normalise != "minmax":
        raise EvidenceError(
            _("goalposts need normalise = minmax"),
            remedy=_('state normalisasi = "minmax", or take batas_tetap out'),
        )
    if limits and normalise != "limit":
        raise EvidenceError(
            _("limits need normalise = limit"),
            remedy=_('state normalisasi = "batas", or take batas_merah out'),
        )
    if aggregate == "rank_sum" and normalise != "rank":
        raise EvidenceError(
            _("the rank sum needs normalise = rank"),
            remedy=_('state normalisasi = "peringkat", or another metode'),
        )
    check_goalposts(goalposts)
    for key, limit in limits.items():
        if not math.isfinite(limit):
            raise EvidenceError(
                _("the limit of {name} must be a finite number").format(name=key),
                remedy=_("state a number in the unit of the indicator"),
            )
    for key in keys:
        infinite = np.isinf(indicators[key].to_numpy(dtype=float, na_value=np.nan))
        if infinite.any():
            raise EvidenceError(
                _("indicator {name} is infinite in {villages}").format(
                    name=key, villages=name_some(indicators.index[infinite])
                ),
                remedy=_("correct the value, or leave it empty"),
            )


def check_known(keys: Iterable[str], known: Iterable[object]) -> None:
    """Raise on an unknown indicator, and name the nearest known one.

    Raises
    ------
    EvidenceError
        The first unknown key.

    Examples
    --------
    >>> check_known(["krs"], ["krs", "idm"])
    """
    names = [str(name) for name in known]
    for key in keys:
        if key not in names:
            near = get_close_matches(key, names, n=1, cutoff=0.5)
            raise EvidenceError(
                _("unknown indicator {name}").format(name=key),
                remedy=_("did you mean {name}?").format(name=near[0])
                if near
                else _("possible: {values}").format(values=", ".join(names[:12])),
            )


def stated_shares(weights: Mapping[str, float]) -> pd.Series[float]:
    """Divide weights by their sum.

    Examples
    --------
    >>> stated_shares({"a": 3, "b": 1}).to_dict()
    {'a': 0.75, 'b': 0.25}
    """
    return pd.Series(weights, dtype=float, name="bobot") / math.fsum(weights.values())


def describe_method(
    normalise: str, weighting: str, aggregate: str, *, consistency_ratio: float | None = None
) -> str:
    """Describe in one sentence how the score is computed.

    Parameters
    ----------
    normalise, weighting, aggregate : str
        As in :class:`lokus.evidence.scores.scoring.Scores`.
    consistency_ratio : float, optional
        Of pairwise comparisons.

    Examples
    --------
    >>> describe_method("rank", "equal", "rank_sum")
    'setiap indikator diganti peringkatnya di antara desa, dijadikan 0–1; bobot sama;
    jumlah peringkat berbobot, sehingga bagian-bagiannya berjumlah sama dengan skor'
    """
    scale = {
        "minmax": _("each indicator brought to 0–1 between its smallest and largest value or its fixed ends"),
        "rank": _("each indicator replaced by its rank among the villages, brought to 0–1"),
        "zscore": _("each indicator by its z-score, brought to 0–1 by the normal distribution"),
        "limit": _("each indicator red (1) where worse than its limit, otherwise 0"),
    }[normalise]
    weights = {
        "stated": _("weights as stated"),
        "equal": _("equal weights"),
        "ahp": _("weights by pairwise comparison (AHP), consistency ratio {ratio}").format(
            ratio=format_number(consistency_ratio, decimals=3)
        ),
        "entropy": _("weights by entropy: the more an indicator tells villages apart, the more it weighs"),
        "critic": _("weights by CRITIC: the more spread and the less repetition, the more weight"),
        "pca": _("weights by principal components: indicators that repeat one another share a weight"),
    }[weighting]
    joined = {
        "arithmetic": _("weighted sum, so that the parts add up to the score"),
        "rank_sum": _("weighted sum of ranks, so that the parts add up to the score"),
        "geometric": _(
            "geometric mean, in which one very bad indicator is not made up for by good ones; the parts "
            "split the score by logarithms and add up to it"
        ),
        "topsis": _(
            "TOPSIS: distance from the best values against distance from the worst; the parts are the rise "
            "of the score as all indicators worsen together, and add up to it"
        ),
    }[aggregate]
    return "; ".join([scale, weights, joined])
