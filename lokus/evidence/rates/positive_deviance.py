"""Find villages where fewer children are stunted than villages in a like situation lead one to expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import betainc

from lokus.errors import EvidenceError
from lokus.evidence.rates.rates import Rates, estimate_rates
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PositiveDeviance", "better_than_expected"]

_FOLDS = 10


@dataclass(frozen=True, kw_only=True)
class PositiveDeviance:
    """Villages with a lower rate than expected, and how sure that is.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        In percent: ``prevalensi_mentah`` (as measured), ``prevalensi_harapan`` (expected from the covariates,
        the village itself left out), ``selisih`` (points, negative where fewer than expected were stunted).
        ``peluang_lebih_baik`` (0–1): that the true rate of children like those measured is below the expected
        one by `margin` at least; missing where no child was measured. ``cakupan`` (percent of the sasaran
        measured), ``belum_andal``, and ``dikunjungi``: whether the village is on the short list.
    listed : Index of str
        The short list, the surest first.
    withheld : Index of str
        As sure as those listed, but with too few children measured to be believed.
    covariates : tuple of str
        What the expectation rests on.
    used : Series
        Probability, 0–1, that each covariate helps to explain the rates.
    margin : float
        Percent of the expected rate.
    least_chance : float
        0–1.
    """

    table: pd.DataFrame
    listed: pd.Index
    withheld: pd.Index
    covariates: tuple[str, ...]
    used: pd.Series[float]
    margin: float
    least_chance: float

    def __repr__(self) -> str:
        return _(
            "{n} villages better than expected, of {villages}; {withheld} more measured too few children"
        ).format(
            n=format_number(len(self.listed)),
            villages=format_number(len(self.table)),
            withheld=format_number(len(self.withheld)),
        )


def better_than_expected(
    stunting: pd.Series[float],
    diukur: pd.Series[float],
    covariates: pd.DataFrame,
    *,
    sasaran: pd.Series[float] | None = None,
    earlier: Sequence[tuple[pd.Series[float], pd.Series[float]]] = (),
    margin: float = 20.0,
    least_chance: float = 0.8,
    at_most: int = 10,
    reliable_coverage: float = 80.0,
) -> PositiveDeviance:
    r"""Compare each village's rate with the one that its covariates lead one to expect.

    Such villages may hold a practice worth learning from (*positive deviance*). The list is a lead for a
    visit, not a proof: a puskesmas that measures too favourably, or children who were not brought to be
    measured, look the same in the data. Do not use it to rank villages, to praise or to blame, or with
    covariates that are themselves a result of stunting work, because the expectation would then absorb what
    is looked for.

    Parameters
    ----------
    stunting, diukur, sasaran, earlier, reliable_coverage
        As in :func:`lokus.evidence.rates.rates.estimate_rates`.
    covariates : DataFrame, index ``kode_desa``
        What describes the situation of a village, such as poverty, sanitation, distance; numeric, any unit.
    margin : float
        How far below the expected rate counts as better, percent of the expected rate.
    least_chance : float
        Probability, 0–1, from which a village is listed.
    at_most : int
        Length of the list.

    Returns
    -------
    PositiveDeviance

    Raises
    ------
    EvidenceError
        No covariate, a setting out of range, or counts that :func:`estimate_rates` refuses.

    Notes
    -----
    The expected rate of a village is predicted from its covariates by the model of :func:`estimate_rates`,
    fitted to the other nine tenths of the villages. The probability is that of the village's posterior, which
    is drawn towards the expectation where few children were measured: a small village is listed only on
    strong evidence. Marsh et al. (2004), *BMJ* 329, 1177–1179, describe the use of such villages.

    Examples
    --------
    >>> desa = [f"99010120{n:02d}" for n in range(1, 31)]
    >>> poor = pd.DataFrame({"miskin": [float(n % 10) for n in range(30)]}, index=desa)
    >>> measured = pd.Series(200.0, index=desa)
    >>> stunted = (20 + 4 * poor["miskin"]).where(poor.index != "9901012010", 12.0)
    >>> better_than_expected(stunted, measured, poor, sasaran=measured).listed.tolist()
    ['9901012010']
    """
    _check(covariates, margin, least_chance, at_most)
    rates = estimate_rates(
        stunting, diukur, sasaran=sasaran, covariates=covariates, earlier=earlier,
        reliable_coverage=reliable_coverage,
    )  # fmt: skip
    expected = _expected(rates, stunting, diukur, covariates)
    alpha, beta = (rates.posterior[name].to_numpy() for name in ("alpha_diukur", "beta_diukur"))
    chance = betainc(alpha, beta, expected.to_numpy() / 100.0 * (1.0 - margin / 100.0))
    counts, raw = rates.counts, rates.table["prevalensi_mentah"]
    table = pd.DataFrame({
        "prevalensi_mentah": raw,
        "prevalensi_harapan": expected,
        "selisih": raw - expected,
        "peluang_lebih_baik": np.where(counts.n > 0, chance, np.nan),
        "cakupan": 100.0 * counts.n / np.where(counts.due > 0, counts.due, np.nan),
        "belum_andal": rates.table["belum_andal"],
    })  # fmt: skip
    sure = table[table["peluang_lebih_baik"] >= least_chance]
    sure = sure.sort_values("peluang_lebih_baik", ascending=False, kind="stable")
    listed = sure.index[~sure["belum_andal"]][:at_most]
    return PositiveDeviance(
        table=table.assign(dikunjungi=table.index.isin(listed)),
        listed=listed,
        withheld=sure.index[sure["belum_andal"]],
        covariates=tuple(map(str, covariates.columns)),
        used=rates.used,
        margin=margin,
        least_chance=least_chance,
    )


def _check(covariates: pd.DataFrame, margin: float, least_chance: float, at_most: int) -> None:
    if not len(covariates.columns):
        raise EvidenceError(
            _("nothing says what rate to expect of a village"),
            remedy=_("name at least one indicator of the villages' situation, such as poverty or sanitation"),
        )
    for name, value, most in (("margin", margin, 100.0), ("least_chance", least_chance, 1.0)):
        if not 0.0 <= value < most:
            raise EvidenceError(
                _("{name} must be at least 0 and below {most}, not {value}").format(
                    name=name, most=format_number(most), value=value
                ),
                remedy=_("state a number within these limits"),
            )
    if at_most < 1:
        raise EvidenceError(
            _("at_most must be at least 1, not {value}").format(value=at_most),
            remedy=_("state how many villages can be visited"),
        )


def _expected(
    rates: Rates, stunting: pd.Series[float], diukur: pd.Series[float], covariates: pd.DataFrame
) -> pd.Series[float]:
    """Predict each village's rate, in percent, from its covariates and the counts of other villages only."""
    index = rates.table.index
    fold = pd.Series(np.arange(len(index)) % min(_FOLDS, len(index)), index=index)
    expected = pd.Series(np.nan, index=index, name="prevalensi_harapan")
    for number in range(int(fold.max()) + 1):
        own = index[fold == number]
        known = ~stunting.index.isin(own)
        others = estimate_rates(stunting.where(known), diukur.where(known), covariates=covariates)
        expected[own] = others.table.loc[own, "prevalensi"]
    return expected
