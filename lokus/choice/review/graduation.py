"""Decide which villages graduate: those whose rate is probably below the target."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import betainc

from lokus.choice.solver.problem import RuleError
from lokus.errors import name_some
from lokus.evidence.rates.rates import Rates
from lokus.i18n import format_number, format_percent
from lokus.i18n import gettext as _

__all__ = ["DRAWS", "TWICE", "graduation", "probability_below"]

DRAWS = 4000  # of the change between the years; a probability of 0.8 is then right within 0.013 (95 %)
TWICE = 2.0  # odds ratio of the children not measured under which a graduate must still qualify


def probability_below(rates: Rates | pd.DataFrame, target: float) -> pd.Series[float]:
    """Compute the probability that each village's stunting rate lies below a target.

    Parameters
    ----------
    rates : Rates or DataFrame
        Estimated rates, or draws from their posterior in percent, villages × draws. Use
        ``Change.draws_of_all_due`` for villages listed because of a high count last year: it takes that count
        into account, while this year's rates alone let too many graduate after one good year.
    target : float
        Percent.

    Returns
    -------
    Series, name ``peluang_lulus``, index ``kode_desa`` (sorted)
        0–1; missing where no child was measured this year, and where a draw is missing.

    Raises
    ------
    RuleError
        The target does not lie between 0 and 100 percent.

    Notes
    -----
    From `Rates` it is the cumulative Beta distribution of the rate among all children due, computed exactly;
    from draws it is the share of draws below the target.

    Examples
    --------
    >>> from lokus.evidence.rates.rates import estimate_rates
    >>> desa = ["9901012001", "9901012002", "9901012003"]
    >>> rates = estimate_rates(pd.Series([2, 30, 0], index=desa), pd.Series([80, 200, 0], index=desa))
    >>> probability_below(rates, 10.0).round(3).tolist()
    [0.968, 0.033, nan]
    """
    if not 0.0 < target < 100.0:
        raise RuleError(
            _("the target must lie between 0 and 100 percent, not {value}").format(value=target),
            remedy=_("state the target in percent, such as 14"),
        )
    if isinstance(rates, Rates):
        alpha, beta = (rates.posterior[name].to_numpy() for name in ("alpha", "beta"))
        chance = betainc(alpha, beta, target / 100.0)
        values = pd.Series(chance, index=rates.table.index).mask(rates.table["tanpa_pengukuran"])
    else:
        values = (rates < target).mean(axis=1).mask(rates.isna().any(axis=1))
    return values.sort_index().astype(float).rename("peluang_lulus")


def graduation(
    probability_below: pd.Series[float],
    years_listed: pd.Series[int],
    *,
    probability: float = 0.8,
    min_years: int = 2,
    unreliable: pd.Series[bool] | None = None,
    cautious: pd.Series[float] | None = None,
    one_year_only: pd.Series[bool] | None = None,
) -> pd.DataFrame:
    """Decide which villages of last year's list graduate, with the reason for those that do not.

    Parameters
    ----------
    probability_below : Series, index ``kode_desa``
        Probability that the rate lies below the target, 0–1: :func:`probability_below`.
    years_listed : Series
        Consecutive years on the list up to and including last year; 0 or absent for a village that was not on
        last year's list.
    probability : float
        Least probability, 0–1.
    min_years : int
        Least number of years on the list.
    unreliable : Series of bool, optional
        ``belum_andal`` of the rates: a village in which too few of the children were measured does not
        graduate, whatever its rate.
    cautious : Series, optional
        The same probability if the children not measured had twice the odds of being stunted. Measured
        children may not be representative, so a village graduates only where this probability suffices too.
    one_year_only : Series of bool, optional
        Villages whose probability rests on this year's counts alone. They do not graduate.

    Returns
    -------
    DataFrame, index ``kode_desa`` (sorted), one row a village of last year's list
        ``peluang_lulus``, ``peluang_lulus_hati`` (the cautious one; missing where not given),
        ``tahun_lokus``, ``lulus`` (bool), ``alasan``: why the village does not graduate; empty where it does.

    Raises
    ------
    RuleError
        A rule out of range; villages repeated; probabilities outside 0–1.

    Notes
    -----
    A point estimate below the target does not suffice: of villages with a true rate at the target, half would
    pass by chance. With a least probability p, at most 1 − p of the graduates are expected to lie at or above
    the target, as far as the model of the rates holds. Villages were listed because of high counts: in
    simulated kabupaten, only about two in three of those that pass with probability 0.8 by this year's counts
    alone truly lie below the target. With last year's counts and the cautious probability at least four in
    five do, except where all records are too low, which only a survey can show (``benchmarks/change.py``,
    ``docs/reviu.md``).

    Examples
    --------
    >>> chance = pd.Series({"9901012001": 0.95, "9901012002": 0.95, "9901012003": 0.4, "9901012004": 0.9})
    >>> years = pd.Series({"9901012001": 2, "9901012002": 1, "9901012003": 3})
    >>> graduation(chance, years)[["lulus", "alasan"]].values.tolist()
    [[True, ''],
     [False, 'baru 1 tahun menjadi lokus, paling sedikit 2 tahun'],
     [False, 'peluang di bawah target 40 %, paling sedikit 80 %']]
    """
    if not 0.0 < probability <= 1.0:
        raise RuleError(
            _("{name} must lie above 0 and up to 1, not {value}").format(
                name="probability", value=probability
            ),
            remedy=_("state a probability such as 0.8"),
        )
    if isinstance(min_years, bool) or int(min_years) != min_years or min_years < 1:
        raise RuleError(
            _("{name} must be a whole number of at least {least}, not {value}").format(
                name="min_years", least=1, value=min_years
            ),
            remedy=_("state a whole number that is large enough"),
        )
    for series in (probability_below, years_listed, *(() if cautious is None else (cautious,))):
        if series.index.has_duplicates:
            repeated = series.index[series.index.duplicated()].unique()
            raise RuleError(
                _("villages appear more than once: {villages}").format(villages=name_some(repeated)),
                remedy=_("keep one row for each village"),
            )
    years = years_listed[years_listed.fillna(1) > 0].sort_index()
    chance, careful = (_chances(series, years.index) for series in (probability_below, cautious))
    doubtful, single = (_flags(series, years.index) for series in (unreliable, one_year_only))
    counted = years.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    rows = zip(chance.tolist(), careful.tolist(), counted.tolist(), doubtful, single, strict=True)
    reasons = [_obstacle(*row, probability=probability, min_years=int(min_years)) for row in rows]
    return pd.DataFrame(
        {
            "peluang_lulus": chance,
            "peluang_lulus_hati": careful,
            "tahun_lokus": years.astype("Int64"),
            "lulus": pd.Series([not reason for reason in reasons], index=years.index, dtype=bool),
            "alasan": pd.Series(reasons, index=years.index, dtype=object),
        },
        index=years.index,
    ).rename_axis("kode_desa")


def _chances(series: pd.Series[float] | None, index: pd.Index) -> pd.Series[float]:
    if series is None:
        return pd.Series(np.nan, index=index)
    chance = series.reindex(index).astype(float)
    wrong = chance.notna() & ~chance.between(0.0, 1.0)
    if wrong.any():
        raise RuleError(
            _("probabilities outside 0 to 1: {villages}").format(villages=name_some(chance.index[wrong])),
            remedy=_("give probabilities, not percent"),
        )
    return chance


def _flags(series: pd.Series[bool] | None, index: pd.Index) -> list[bool]:
    """Return whether each village is flagged; one that is absent from the series counts as flagged."""
    if series is None:
        return [False] * len(index)
    return list(series.reindex(index).astype("boolean").fillna(value=True).astype(bool))


def _obstacle(
    chance: float,
    careful: float,
    years: float,
    doubtful: bool,
    single: bool,
    *,
    probability: float,
    min_years: int,
) -> str:
    parts = []
    if np.isnan(years):
        parts.append(_("it is not known for how many years it has been on the list"))
    elif years < min_years:
        parts.append(too_young(int(years), min_years))
    if np.isnan(chance):
        parts.append(_("no child measured this year"))
    else:
        if doubtful:
            parts.append(_("coverage of measurement too low or unknown"))
        if chance < probability:
            parts.append(
                _("probability below the target {chance}, at least {least}").format(
                    **_chance_words(chance, probability)
                )
            )
        elif careful < probability:
            parts.append(
                _(
                    "probability {chance} if the children not measured are twice as likely stunted, "
                    "at least {least}"
                ).format(**_chance_words(careful, probability))
            )
        if single:
            parts.append(_("only this year's counts are known: a good year alone is no proof"))
    return "; ".join(parts)


def _chance_words(chance: float, least: float) -> dict[str, str]:
    """Format a probability and the required one, with as many digits as it takes to distinguish them."""
    digits = next(
        (n for n in range(4) if format_percent(chance, decimals=n) != format_percent(least, decimals=n)), 3
    )
    return {
        "chance": format_percent(chance, decimals=digits), "least": format_percent(least, decimals=digits)
    }  # fmt: skip


def too_young(years: int, least: int) -> str:
    """Write that a village has not been on the list long enough."""
    return _("on the list for only {years} years, at least {least} years").format(
        years=format_number(years), least=format_number(least)
    )


def graduated_with(probability: float) -> str:
    """Write with what probability a village graduated."""
    return _("graduated: probability {p} of a rate below the target").format(p=format_percent(probability))
