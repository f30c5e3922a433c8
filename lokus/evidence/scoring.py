"""The score of a village: a weighted sum anyone can take apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from html import escape
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.evidence.errors import EvidenceError, name_some
from lokus.evidence.normalise import Normalise, check_goalposts, normalise_column
from lokus.evidence.ranking import rank_by_rule
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.findings import Finding

__all__ = ["Missing", "Scores", "score"]

Missing = Literal["renormalise", "withhold"]


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Scores with everything they are made of, one row a village, sorted by code.

    Parameters
    ----------
    table : DataFrame
        ``skor`` (0–1, 1 worst), ``peringkat`` (1 highest), ``indikator_hilang`` (missing indicators that
        carry weight), ``status_skor`` ("lengkap", "sebagian", "ditahan").
    contributions : DataFrame, villages × indicators
        What each indicator adds to ``skor``; missing where the indicator, or the score, is.
    normalised : DataFrame, villages × indicators
        0–1, 1 worst.
    weights : Series
        Stated weights divided by their sum, in the order stated.
    findings : tuple of Finding
        Indicators that are constant, empty or beyond their goalposts.
    """

    table: pd.DataFrame
    contributions: pd.DataFrame
    normalised: pd.DataFrame
    weights: pd.Series[float]
    findings: tuple[Finding, ...] = field(default=())

    def __repr__(self) -> str:
        return f"{self._sentence()}\n{self.table.sort_values('peringkat').head()}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._sentence())}</p>{self.table.sort_values('peringkat').head(10).to_html()}"

    def _sentence(self) -> str:
        count = self.table["status_skor"].value_counts()
        weights = ", ".join(
            f"{name} {format_number(100 * weight, decimals=1)} %" for name, weight in self.weights.items()
        )
        return _(
            "Scores of {villages} villages from {weights}; {complete} complete, {partial} from part of the "
            "indicators, {withheld} withheld"
        ).format(
            villages=format_number(len(self.table)),
            weights=weights,
            complete=format_number(count.get("lengkap", 0)),
            partial=format_number(count.get("sebagian", 0)),
            withheld=format_number(count.get("ditahan", 0)),
        )


def score(
    indicators: pd.DataFrame,
    *,
    weights: Mapping[str, float],
    worse: Mapping[str, Literal["high", "low"]],
    normalise: Normalise = "minmax",
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    missing: Missing = "renormalise",
    ties: pd.Series[float] | None = None,
) -> Scores:
    """Score villages by simple additive weighting.

    Parameters
    ----------
    indicators : DataFrame, index ``kode_desa``
        Indicator keys as columns; only those in `weights` are used.
    weights : mapping of key to number
        Not negative, not all 0; divided by their sum.
    worse : mapping of key to "high" or "low"
        Which end of the indicator is bad.
    normalise : {"minmax", "rank", "zscore"}
        See :func:`lokus.evidence.normalise.normalise_column`.
    goalposts : mapping of key to (low, high), optional
        Fixed ends in the indicator's unit, with ``normalise="minmax"`` only.
    missing : {"renormalise", "withhold"}
        A village that lacks an indicator is scored on the others with their weights scaled up
        ("sebagian"), or gets no score ("ditahan"). Without any indicator it is withheld in both cases.
    ties : Series, optional
        Expected stunted children; decides the rank of equal scores before the code does.

    Returns
    -------
    Scores
        ``contributions`` add up to ``skor`` exactly: the score *is* their correctly rounded sum
        (``math.fsum``), so neither the order of rows nor of indicators changes it.

    Raises
    ------
    EvidenceError
        Unknown indicator (the nearest named), missing direction, bad weight or goalposts, infinite values.

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
    shares = _check(indicators, weights, worse, normalise, goalposts or {}, missing)
    frame = indicators[list(shares.index)].sort_index().astype(float)
    findings: list[Finding] = []
    columns = []
    for key in shares.index:
        column, found = normalise_column(
            frame[key], worse=worse[key], method=normalise, goalposts=(goalposts or {}).get(key)
        )
        columns.append(column)
        findings += found
    normalised = pd.concat(columns, axis=1)

    weight = shares.to_numpy()
    known = normalised.notna().to_numpy()
    lacking = (~known & (weight > 0)).sum(axis=1)
    available = _exact_row_sums(np.where(known, weight, 0.0))
    withheld = (available == 0.0) | ((missing == "withhold") & (lacking > 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = normalised.to_numpy() * weight / available[:, None]
    parts[withheld] = np.nan
    contributions = pd.DataFrame(parts, index=frame.index, columns=frame.columns)

    skor = pd.Series(np.where(withheld, np.nan, _exact_row_sums(parts)), index=frame.index)
    status = np.select([withheld, lacking > 0], ["ditahan", "sebagian"], "lengkap")
    table = pd.DataFrame(
        {
            "skor": skor,
            "peringkat": rank_by_rule(skor, ties),
            "indikator_hilang": lacking,
            "status_skor": status,
        },
        index=frame.index,
    )
    return Scores(
        table=table,
        contributions=contributions,
        normalised=normalised,
        weights=shares,
        findings=tuple(findings),
    )


def _exact_row_sums(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Correctly rounded sums of the known values of each row."""
    rows = np.nan_to_num(values, nan=0.0).tolist()
    return np.fromiter((math.fsum(row) for row in rows), dtype=float, count=len(rows))


def _check(
    indicators: pd.DataFrame,
    weights: Mapping[str, float],
    worse: Mapping[str, Literal["high", "low"]],
    normalise: str,
    goalposts: Mapping[str, tuple[float, float]],
    missing: str,
) -> pd.Series[float]:
    """Refuse settings that do not fit the indicators; return the weights as shares."""
    for name, value, allowed in (
        ("normalise", normalise, ("minmax", "rank", "zscore")),
        ("missing", missing, ("renormalise", "withhold")),
    ):
        if value not in allowed:
            raise EvidenceError(
                _("{name} must be one of {allowed}, not {value}").format(
                    name=name, allowed=", ".join(allowed), value=value
                )
            )
    if indicators.index.has_duplicates:
        repeated = indicators.index[indicators.index.duplicated()].unique()
        raise EvidenceError(
            _("villages appear more than once: {villages}").format(villages=name_some(repeated))
        )
    for key in (*weights, *goalposts):
        if key not in indicators.columns:
            near = get_close_matches(key, [str(column) for column in indicators.columns], n=1, cutoff=0.5)
            raise EvidenceError(
                _("unknown indicator {name}").format(name=key),
                remedy=_("did you mean {name}?").format(name=near[0]) if near else "",
            )
    for key, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise EvidenceError(
                _("the weight of {name} must be 0 or more, not {value}").format(name=key, value=weight)
            )
        if worse.get(key) not in {"high", "low"}:
            raise EvidenceError(_('worse["{name}"] must be "high" or "low"').format(name=key))
    total = math.fsum(weights.values())
    if not (total > 0 and math.isfinite(total)):
        raise EvidenceError(_("the weights must not all be 0"))
    if goalposts and normalise != "minmax":
        raise EvidenceError(_("goalposts need normalise = minmax"))
    check_goalposts(goalposts)
    for key in weights:
        infinite = np.isinf(indicators[key].to_numpy(dtype=float, na_value=np.nan))
        if infinite.any():
            raise EvidenceError(
                _("indicator {name} is infinite in {villages}").format(
                    name=key, villages=name_some(indicators.index[infinite])
                )
            )
    return pd.Series(weights, dtype=float, name="bobot") / total
