"""Why a village's place on the list changed: rules, other indicators, real change, coverage, chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape

import numpy as np
import pandas as pd

from lokus.choice.evaluator import FACTORS, Evaluator, Year
from lokus.choice.margin import CERTAIN
from lokus.choice.shapley import shapley
from lokus.errors import LokusError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["FACTORS", "Causes", "Year", "factor_label", "split_causes"]


@dataclass(frozen=True, kw_only=True)
class Causes:
    """How much each cause moved each village.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        ``jarak_lalu``, ``jarak_kini``: margin of last year's proposal and of this year's; ``selisih``, their
        difference, and ``selisih_aturan``, ``selisih_indikator``, ``selisih_nyata``, ``selisih_cakupan``,
        ``selisih_kebetulan``, which add up to it. Points of score, positive towards the list. Missing for a
        village without score in a year.
    reason : str
        Why the causes cannot be told apart; empty where they are.
    """

    table: pd.DataFrame
    reason: str = ""

    @classmethod
    def unknown(cls, index: pd.Index, reason: str) -> Causes:
        """Give causes that cannot be told apart, all missing, and why."""
        columns = ["jarak_lalu", "jarak_kini", "selisih", *(f"selisih_{name}" for name in FACTORS)]
        return cls(table=pd.DataFrame(np.nan, index=index.sort_values(), columns=columns), reason=reason)

    @cached_property
    def parts(self) -> pd.DataFrame:
        """The five causes, villages × factors."""
        return self.table[[f"selisih_{name}" for name in FACTORS]].set_axis(list(FACTORS), axis=1)

    @cached_property
    def shares(self) -> Mapping[str, float]:
        """Share of each cause in all movement of all villages, 0–1; missing where nothing moved.

        Villages whose place is certain in a year, such as locked ones, are left aside: a lock has no size.
        """
        certain = (self.table[["jarak_lalu", "jarak_kini"]].abs() >= CERTAIN).any(axis=1)
        total = self.parts[~certain].abs().sum()
        every = float(total.sum())
        return {name: float(total[name]) / every if every > 0 else float("nan") for name in FACTORS}

    def _sentence(self) -> str:
        if self.reason:
            return _("The causes cannot be told apart: {reason}").format(reason=self.reason)
        if np.isnan(next(iter(self.shares.values()))):
            return _("No village's place changed")
        shares = ", ".join(
            f"{factor_label(name)} {format_number(100 * share)} %" for name, share in self.shares.items()
        )
        return _("What moved the villages: {shares}").format(shares=shares)

    def __repr__(self) -> str:
        return self._sentence()

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._sentence())}</p>{self.table.to_html()}"


def factor_label(factor: str) -> str:
    """Name of a cause as a reader sees it."""
    return {
        "aturan": _("rules and weights"),
        "indikator": _("other indicators"),
        "nyata": _("real change"),
        "cakupan": _("coverage of measurement"),
        "kebetulan": _("chance"),
    }[factor]


def split_causes(
    before: Year | None,
    after: Year,
    *,
    kecamatan: pd.Series[str],
    jenis: pd.Series[str] | None = None,
    change: pd.DataFrame | None = None,
) -> Causes:
    """Divide what moved each village, from last year's proposal to this year's, between five causes.

    Parameters
    ----------
    before, after : Year
        With the same villages, this year's. Without last year's data: None.
    kecamatan, jenis : Series
        This year's.
    change : DataFrame
        ``Change.table`` of the joint model of both years.

    Returns
    -------
    Causes
        Where last year's data are absent, or one year's rules cannot be kept with the other's data, with
        the reason and without numbers.

    Raises
    ------
    RuleError
        The years have different villages.

    Notes
    -----
    The proposal is made 32 times, with each cause as last year or as this year, and a village's change of
    margin is divided by its Shapley values: no cause goes first. A cause acts on all villages at once, so a
    village may move by the real change of others. Rates are estimated anew for each combination of the
    last three causes: 8 times, twice that when covariates changed, and twice again when `before` and
    `after` do not share one `estimate`. A cause that is the same in both years is not switched at all.

    Examples
    --------
    >>> from lokus.choice.problem import Problem
    >>> from lokus.evidence.scoring import score
    >>> def by_poverty(frame, children):
    ...     return score(frame, weights={"desil_1_2": 1}, worse={"desil_1_2": "high"})
    >>> desa = pd.Index(["9901012001", "9901022001", "9901032001"])
    >>> years = [
    ...     Year(
    ...         indicators=pd.DataFrame({"desil_1_2": values}, index=desa),
    ...         problem=Problem(n=1),
    ...         score=by_poverty,
    ...     )
    ...     for values in ([40.0, 30.0, 20.0], [35.0, 40.0, 20.0])
    ... ]
    >>> causes = split_causes(*years, kecamatan=pd.Series(["A", "B", "C"], index=desa))
    >>> causes
    Yang menggeser desa: aturan dan bobot 0 %, indikator lain 100 %, perubahan nyata 0 %,
    cakupan pengukuran 0 %, kebetulan 0 %
    >>> causes.table[["jarak_lalu", "jarak_kini", "selisih"]].values.tolist()
    [[0.5, -0.25, -0.75], [-0.5, 0.25, 0.75], [-1.0, -1.0, 0.0]]
    """
    index = after.indicators.index
    if before is None:
        return Causes.unknown(index, _("there are no data of last year"))
    evaluator = Evaluator(before, after, kecamatan=kecamatan, jenis=jenis, change=change)
    try:
        parts = shapley(evaluator, FACTORS)
    except LokusError as error:
        return Causes.unknown(
            index,
            _("one year's rules cannot be applied to the other's data ({error})").format(error=error.what),
        )
    start, end = evaluator(frozenset()), evaluator(frozenset(FACTORS))
    moved = {"jarak_lalu": start, "jarak_kini": end, "selisih": end - start}
    return Causes(table=pd.DataFrame(moved).join(parts.add_prefix("selisih_")))
