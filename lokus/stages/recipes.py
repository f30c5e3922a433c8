"""Build the functions by which a study estimates, scores and selects, also for the review's other year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from lokus.choice.solver.problem import Problem
    from lokus.evidence.rates.rates import Rates
    from lokus.evidence.scores.scoring import Scores
    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.settings.choice import ChoiceSettings
    from lokus.settings.evidence import RateSettings, ScoreSettings

    Estimate = Callable[..., Rates]
    Score = Callable[[pd.DataFrame, "pd.Series[float] | None"], Scores]

__all__ = ["Estimate", "Score", "estimator", "rules", "scorer"]


def scorer(stated: ScoreSettings, *, catalogue: Catalogue, jenis: pd.Series[str]) -> Score:
    """Return the function ``(indicators with rates, expected stunted children) -> Scores`` of ``[skor]``."""
    from lokus.evidence.scores.pairwise import compare_pairs
    from lokus.evidence.scores.preset_scores import apply_preset
    from lokus.evidence.scores.scoring import score

    def by_preset(frame: pd.DataFrame, children: pd.Series[float] | None) -> Scores:
        return apply_preset(
            str(stated.preset),
            frame,
            limits=stated.limits,
            goalposts=stated.goalposts,
            cuts=stated.cuts,
            instead=stated.instead,
            missing=stated.missing,
            jenis=jenis,
            ties=children,
        )

    def weighed(frame: pd.DataFrame, children: pd.Series[float] | None) -> Scores:
        return score(
            frame,
            weights=stated.weighting
            if stated.weighting
            else compare_pairs(stated.pairs)
            if stated.pairs
            else stated.weights,
            worse=catalogue.worse_ends(stated.keys),
            normalise=stated.normalise,
            goalposts=stated.goalposts,
            limits=stated.limits,
            aggregate=stated.aggregate or "arithmetic",
            missing=stated.missing or "renormalise",
            not_applicable={key: list(jenis.index[jenis == kind]) for key, kind in stated.not_for.items()},
            ties=children,
        )

    return by_preset if stated.preset is not None else weighed


@cache
def estimator(stated: RateSettings) -> Estimate:
    """Return the function ``(stunting, diukur, sasaran, covariates, earlier) -> Rates`` of ``[laju]``.

    Without shared effects; `earlier` are the rounds that the year's own rates borrow from. The same settings
    return the same function, so that the review recognises equal rules.
    """
    from lokus.evidence.rates.rates import estimate_rates

    def estimate(
        stunting: pd.Series[float],
        measured: pd.Series[float],
        due: pd.Series[float],
        covariates: pd.DataFrame | None,
        earlier: Sequence[tuple[pd.Series[float], pd.Series[float]]] = (),
    ) -> Rates:
        return estimate_rates(
            stunting,
            measured,
            sasaran=due,
            covariates=covariates,
            earlier=earlier,
            threshold=stated.threshold,
            reliable_coverage=stated.reliable_coverage,
            odds_ratio=stated.odds_ratio,
            fractional=True,
        )

    return estimate


def rules(stated: ChoiceSettings, *, today: Mapping[str, str] | None = None) -> Problem:
    """Return the problem that ``[pilihan]`` states.

    `today` maps codes of that study to codes of this year; villages that no longer exist are removed from the
    rules.
    """
    from lokus.choice.solver.problem import Problem

    def now(codes: Mapping[str, str]) -> dict[str, str]:
        return dict(codes) if today is None else {today[k]: v for k, v in codes.items() if k in today}

    from_before = tuple(now(dict.fromkeys(stated.kept_from, "")))
    return Problem(
        n=stated.n,
        max_kecamatan=stated.max_kecamatan,
        exact_kecamatan=stated.exact_kecamatan,
        min_per_kecamatan=stated.min_per_kecamatan,
        max_per_kecamatan=stated.max_per_kecamatan,
        quota=stated.quota,
        max_kabupaten=stated.max_kabupaten,
        exact_kabupaten=stated.exact_kabupaten,
        min_per_kabupaten=stated.min_per_kabupaten,
        max_per_kabupaten=stated.max_per_kabupaten,
        quota_kabupaten=stated.quota_kabupaten,
        kept_from=from_before,
        min_kept=stated.min_kept if today is None else min(stated.min_kept, len(from_before)),
        min_jenis={kind: limits.least for kind, limits in stated.jenis.items() if limits.least is not None},
        max_jenis={kind: limits.most for kind, limits in stated.jenis.items() if limits.most is not None},
        budget=stated.budget,
        objective=stated.objective,
        blend=stated.blend,
        locked_in=now({lock.kode: lock.reason for lock in stated.locked_in}),
        locked_out=now({lock.kode: lock.reason for lock in stated.locked_out}),
    )
