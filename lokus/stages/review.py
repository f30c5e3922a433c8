"""Review last year's list: change, causes and the effect of being lokus.

Every stage is ``None`` where the study names no earlier list or data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.settings import ESTIMATED
from lokus.stages.recipes import estimator, rules, scorer
from lokus.stages.stage import whole

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.choice.review.causes import Causes, Year
    from lokus.choice.review.effect import Effect
    from lokus.choice.review.review import Review
    from lokus.choice.solver.problem import Problem
    from lokus.evidence.change.change import Change, YearCounts
    from lokus.evidence.change.expected_fall import ExpectedFall
    from lokus.kajian import Kajian
    from lokus.settings import Settings
    from lokus.stages.recipes import Score

__all__ = [
    "causes",
    "change",
    "effect",
    "effect_or_reason",
    "expected_fall",
    "no_effect",
    "odds_bounds",
    "results",
    "review",
]

_COUNTS = ("stunting", "diukur")


def change(study: Kajian) -> Change | None:
    """Rates of last year and this year estimated jointly; ``None`` without both years' counts."""
    from lokus.evidence.change.change import estimate_change

    counts = _two_years(study)
    if counts is None:
        return None
    past = study.past.values if study.past else study.villages
    return estimate_change(
        *counts,
        due=(past.get("sasaran"), study.villages.get("sasaran")),
        odds_ratio=study.settings.rates.odds_ratio,
        covariates=_covariates(study),
    )


def _two_years(study: Kajian) -> tuple[YearCounts, YearCounts] | None:
    if study.past is None:
        return None
    then, now = study.past.values, study.villages
    if not all(set(_COUNTS) <= set(frame.columns) and (frame["diukur"] > 0).any() for frame in (then, now)):
        return None
    return (then["stunting"], then["diukur"]), (now["stunting"], now["diukur"])


def odds_bounds(study: Kajian) -> pd.DataFrame | None:
    """Villages that enter or leave the list if the children not measured have half or twice the odds.

    ``None`` where the score weighs no estimated rate.
    """
    from lokus.choice.results import side_by_side
    from lokus.choice.review.odds_bounds import ODDS, odds_bounds
    from lokus.stages.choice import choose

    rates = study.rates
    if rates is None or ESTIMATED.isdisjoint(study.settings.scores.keys):
        return None
    lists = {}
    for odds in {*ODDS, rates.odds_ratio}:
        other = rates if odds == rates.odds_ratio else rates.at_odds(odds)
        children = other.table["anak_stunting"]
        scores = study.scorer(side_by_side(study.observed, other.observed), children)
        lists[odds] = choose(study, scores, children=children, counted=other.observed["anak_stunting"]).kode
    return odds_bounds(lists, study.villages, stated=rates.odds_ratio)


def _covariates(study: Kajian) -> pd.DataFrame | None:
    keys = list(study.settings.rates.covariates)
    return study.villages[keys] if keys else None


def expected_fall(study: Kajian) -> ExpectedFall | None:
    """Expected and observed change of last year's list."""
    from lokus.evidence.change.expected_fall import expected_fall

    if study.effect is not None:
        return study.effect.expected  # its trend is that of the villages not on the list
    if study.change is None or not study.change.table.loc[list(study.listed), "dua_tahun"].any():
        return None
    return expected_fall(study.change, study.listed)


def effect_or_reason(study: Kajian) -> tuple[Effect | None, str]:
    """Effect of having been lokus, or the reason why it cannot be estimated."""
    from lokus.choice.review.effect import EffectError, lokus_effect

    counts = _two_years(study)
    if counts is None or study.past is None:
        return None, _("the counts of both years are needed")
    try:
        found = lokus_effect(
            *counts,
            study.listed,
            scores=study.past.values.get("skor"),
            covariates=_chosen_by(study),
            sasaran=study.villages.get("sasaran"),
        )
    except EffectError as error:
        return None, str(error)
    return found, ""


def effect(study: Kajian) -> Effect | None:
    """Effect of having been lokus on this year's rate; ``None`` where :func:`no_effect` has the reason."""
    return study.effect_or_reason[0]


def no_effect(study: Kajian) -> str:
    """Reason why no effect can be estimated; empty where there is one."""
    return study.effect_or_reason[1]


def _chosen_by(study: Kajian) -> pd.DataFrame | None:
    """Return last year's values of the other indicators by which its list was chosen."""
    if study.past is None or study.previous is None:
        return _covariates(study)
    stated = study.previous.settings
    values = study.past.values
    wanted = dict.fromkeys((*stated.rates.covariates, *stated.scores.keys))
    keys = [key for key in wanted if key in values and key not in ESTIMATED and values[key].notna().any()]
    return values[keys] if keys else None


def causes(study: Kajian) -> Causes | None:
    """Causes of each village's move: rules, other indicators, real change, coverage and chance."""
    from lokus.choice.review.causes import split_causes

    if study.past is None:
        return None
    return split_causes(
        _year_before(study),
        _year(study, study.settings, study.observed, study.problem, study.scorer, _pairs(study.rounds)),
        kecamatan=study.villages["kode_kecamatan"],
        jenis=study.villages["jenis"],
        change=study.change.table if study.change else None,
    )


def _year_before(study: Kajian) -> Year | None:
    earlier, past = study.previous, study.past
    if earlier is None or past is None:
        return None
    stated = earlier.settings
    # One function for both years where their settings agree, so that the review recognises equal rules.
    score = (
        study.scorer
        if stated.scores == whole(study.settings.scores)
        else scorer(stated.scores, catalogue=study.catalogue, jenis=study.villages["jenis"])
    )
    problem = rules(stated.choice, today=study.today)
    return _year(study, stated, past.values, problem, score, _pairs(study.rounds[1:]))


def _pairs(rounds: tuple[pd.DataFrame, ...]) -> tuple[tuple[pd.Series[float], pd.Series[float]], ...]:
    return tuple((past["stunting"], past["diukur"]) for past in rounds)


def _year(
    study: Kajian,
    settings: Settings,
    indicators: pd.DataFrame,
    problem: Problem,
    score: Score,
    earlier: tuple[tuple[pd.Series[float], pd.Series[float]], ...],
) -> Year:
    from lokus.choice.review.causes import Year

    return Year(
        indicators=indicators,
        problem=problem,
        score=score,
        estimate=estimator(whole(settings.rates)) if study.change else None,
        covariates=settings.rates.covariates,
        earlier=earlier if study.change else (),
        own_ties=settings.scores.preset is not None,
        cost=settings.choice.cost,
    )


def review(study: Kajian) -> Review | None:
    """Last year's list against this year's proposal: tetap, masuk, keluar, lulus, each with its cause."""
    return _compare(study, study.causes, study.change.table if study.change else None)


def _compare(study: Kajian, causes: Causes | None, change: pd.DataFrame | None) -> Review | None:
    from lokus.choice.review.review import review

    past = study.past
    if past is None or study.history is None:
        return None
    return review(
        previous=study.listed,
        current=study.proposal,
        villages=study.villages,
        years_listed=study.history.table["tahun_lokus"],
        graduation=study.graduation,
        causes=causes,
        change=change,
        carried=past.changes,
        left=past.left[[str(past.years[-1]) in str(years).split(", ") for years in past.left["tahun"]]],
        proposed=[study.today[kode] for kode in study.previous.kode if kode in study.today]
        if study.previous
        else None,
    )


def results(study: Kajian) -> gpd.GeoDataFrame:
    """Results table: all columns of each village."""
    # The status is available at once; causes need one solution for every combination of factors.
    compared = _compare(study, None, None)
    if compared is None:
        return study.assembled
    return study.assembled.join(compared.table[["status_reviu", "tahun_lokus"]])
