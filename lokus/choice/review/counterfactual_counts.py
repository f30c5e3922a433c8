"""Compute counterfactual counts of children: some factors as this year, the others as last year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.choice.solver.problem import RuleError
from lokus.errors import name_some
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.review.shapley import Corner

__all__ = ["CHANCE", "COUNT_FACTORS", "COVERAGE", "REAL", "StuntingStates", "stunting_states"]

REAL, COVERAGE, CHANCE = "nyata", "cakupan", "kebetulan"
COUNT_FACTORS = (REAL, COVERAGE, CHANCE)

Floats = npt.NDArray[np.float64]
Counts = tuple["pd.Series[float]", "pd.Series[float]", "pd.Series[float]"]


@dataclass(frozen=True, kw_only=True)
class StuntingStates:
    """Counts of children for every combination of factors as last year or as this year.

    Parameters
    ----------
    before, after : DataFrame, index ``kode_desa`` (sorted)
        ``stunting``, ``diukur``, ``sasaran``.
    change : Series
        Estimated real change of the rate, in percentage points; missing where a year has no measurement.

    Notes
    -----
    "cakupan" replaces last year's number of measured children (and of children due) by this year's, at the
    same rate; "nyata" adds the estimated real change to last year's observed rate; "kebetulan" adds the
    remaining difference to this year's observed rate. With all three the counts are exactly this year's, with
    none exactly last year's. Rates are limited to 0–100 %. In a village measured in one year only, all change
    is attributed to coverage, since no other change is observed there. Where no count of any village changed,
    the real change is 0.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    change: pd.Series[float]

    def __call__(self, corner: Corner) -> Counts:
        """Return stunted, measured and due children with the factors of `corner` as this year.

        Stunted children are an expected number and in general not whole.
        """
        wide = self.after if COVERAGE in corner else self.before
        measured = wide["diukur"].to_numpy()
        if (REAL in corner) == (CHANCE in corner):
            rate = _rate(self.after if REAL in corner else self.before)
        else:
            real = self.change.to_numpy() / 100.0
            rate = _rate(self.before) + real if REAL in corner else _rate(self.after) - real
            rate = np.clip(rate, 0.0, 1.0)
        # Use a year's own counts where its rate is used: multiplying back is not exact in floating point.
        own = ~self.both | (rate == _rate(wide))
        stunted = np.where(own, wide["stunting"].to_numpy(), np.minimum(measured * rate, measured))
        return pd.Series(stunted, index=wide.index, name="stunting"), wide["diukur"], wide["sasaran"]

    @property
    def both(self) -> npt.NDArray[np.bool_]:
        """Whether each village was measured in both years."""
        return np.isfinite(_rate(self.before)) & np.isfinite(_rate(self.after))


def stunting_states(before: pd.DataFrame, after: pd.DataFrame, change: pd.DataFrame) -> StuntingStates:
    """Separate the change of two years' counts into real change, measurement coverage and chance.

    Parameters
    ----------
    before, after : DataFrame, index ``kode_desa``
        ``stunting``, ``diukur`` and, where known, ``sasaran``: last year's converted to this year's villages.
    change : DataFrame
        ``perubahan``, percentage points, this year minus last year: ``Change.table`` of the joint model.

    Returns
    -------
    StuntingStates
        A callable: set of factors → (stunting, diukur, sasaran).

    Raises
    ------
    RuleError
        The years have different villages, more children are stunted than measured, or a village measured
        twice has no estimated change.

    Examples
    --------
    >>> before = pd.DataFrame({"stunting": [10.0], "diukur": [50.0], "sasaran": [100.0]})
    >>> after = pd.DataFrame({"stunting": [8.0], "diukur": [80.0], "sasaran": [100.0]})
    >>> states = stunting_states(before, after, pd.DataFrame({"perubahan": [-4.0]}))
    >>> corners = ([], ["cakupan"], ["nyata"], ["kebetulan"])
    >>> [round(float(states(frozenset(corner))[0].iloc[0]), 6) for corner in corners]
    [10.0, 16.0, 8.0, 7.0]
    >>> [float(column.iloc[0]) for column in states(frozenset({"nyata", "cakupan", "kebetulan"}))]
    [8.0, 80.0, 100.0]
    """
    years = [_year(frame) for frame in (before, after)]
    if not years[0].index.equals(years[1].index):
        raise RuleError(
            _("last year's counts are of other villages than this year's: {villages}").format(
                villages=name_some(years[0].index.symmetric_difference(years[1].index))
            ),
            remedy=_("carry the earlier table over to this year's codes first"),
        )
    real = change["perubahan"].reindex(years[0].index).astype(float)
    states = StuntingStates(before=years[0], after=years[1], change=real)
    lacking = states.both & real.isna().to_numpy()
    if lacking.any():
        raise RuleError(
            _("no estimated change for villages measured in both years: {villages}").format(
                villages=name_some(years[0].index[lacking])
            ),
            remedy=_("estimate the change again with the counts of both years"),
        )
    counts = ["stunting", "diukur"]
    if years[0][counts].equals(years[1][counts]):
        return StuntingStates(before=years[0], after=years[1], change=real * 0.0)
    return states


def _rate(year: pd.DataFrame) -> Floats:
    stunted, measured = year["stunting"].to_numpy(), year["diukur"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(measured > 0, stunted / measured, np.nan))


def _year(frame: pd.DataFrame) -> pd.DataFrame:
    columns = frame.reindex(columns=["stunting", "diukur", "sasaran"]).sort_index().astype(float)
    # Without one of the counts, or with nobody measured, a village has no rate: all its counts are missing.
    unusable = columns["stunting"].isna() | ~(columns["diukur"] > 0)
    columns.loc[unusable, ["stunting", "diukur"]] = np.nan
    wrong = columns["stunting"] > columns["diukur"]
    if wrong.any():
        raise RuleError(
            _("{what}: {villages}").format(
                what=_("more children stunted than measured"), villages=name_some(columns.index[wrong])
            ),
            remedy=_("correct the two counts of these villages in their table"),
        )
    return columns
