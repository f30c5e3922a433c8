"""Compute a study's rules, proposal, certainty and reasons."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lokus.settings import ESTIMATED
from lokus.stages.stage import whole

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.choice.review.history import History
    from lokus.choice.robustness import Robustness
    from lokus.choice.selection import Selection
    from lokus.choice.solver.problem import Problem
    from lokus.evidence.scores.scoring import Scores
    from lokus.evidence.scores.sensitivity import LeaveOneOut, Overlap
    from lokus.kajian import Kajian

__all__ = [
    "alternatives",
    "assembled",
    "children_seen",
    "choose",
    "deciding_ties",
    "graduation",
    "history",
    "justifications",
    "leave_one_out",
    "listed",
    "overlap",
    "problem",
    "proposal",
    "robustness",
    "stated_problem",
    "today",
    "traits",
]


def history(study: Kajian) -> History | None:
    """Lists of earlier years compared; ``None`` without an earlier list."""
    from lokus.choice.review.history import list_history

    past = study.past
    if past is None:
        return None
    return list_history({year: past.kode(year) for year in past.years}, villages=past.lists.index)


def listed(study: Kajian) -> tuple[str, ...]:
    """Last year's list by this year's codes."""
    return study.past.kode(study.past.years[-1]) if study.past else ()


def today(study: Kajian) -> dict[str, str]:
    """Map former codes to this year's, for villages that became one village of this year."""
    if study.past is None:
        return {}
    pairs = [
        (old, str(new))
        for new, codes in study.past.changes["asal"].fillna("").items()
        for old in str(codes).split(", ")
        if old
    ]
    became = Counter(old for old, _new in pairs)
    return {old: new for old, new in pairs if became[old] == 1}


def graduation(study: Kajian) -> pd.DataFrame | None:
    """Villages of last year's list that graduate; ``None`` unless the study requests it.

    From draws of the change between the years where last year's counts are known, at the level of the survey
    where the study states one.
    """
    from lokus.choice.review.graduation import DRAWS, TWICE, graduation, probability_below

    stated = study.settings.previous.graduation if study.settings.previous else None
    change, rates, seed = study.change, study.rates, study.settings.study.seed
    if stated is None or study.history is None or rates is None:
        return None
    years = study.history.table["tahun_lokus"]
    years = years[years > 0]

    def chance(draws: pd.DataFrame) -> pd.Series[float]:
        at = draws if study.survey is None else study.survey.shift_draws(draws, seed=seed)
        return probability_below(at, stated.target)

    if change is None:
        cautious = None
        found = chance(rates.draws(DRAWS, seed=seed).mask(rates.table["tanpa_pengukuran"]))
        single = rates.table["anak_pinjaman"] == 0.0 if study.rounds else rates.table["prevalensi"].notna()
    else:
        found, cautious = (
            chance(change.draws_of_all_due(DRAWS, seed=seed, codes=years.index, odds_ratio=odds))
            for odds in (rates.odds_ratio, max(TWICE, rates.odds_ratio))
        )
        single = ~change.table["dua_tahun"]
    return graduation(
        found,
        years,
        probability=stated.probability,
        min_years=stated.min_years,
        unreliable=rates.table["belum_andal"],
        cautious=cautious,
        one_year_only=single,
    )


def stated_problem(study: Kajian) -> Problem:
    """Rules as stated in ``[pilihan]``."""
    from lokus.stages.recipes import rules

    return rules(whole(study.settings.choice))


def problem(study: Kajian) -> Problem:
    """Rules of the selection, with those of continuity from ``[tahun_lalu]``.

    Raises
    ------
    RuleError
        They contradict each other.
    """
    from lokus.choice.review.continuity import continuity_rules

    stated = study.settings.previous
    if stated is None or study.history is None or not stated.has_rules:
        return study.stated_problem
    closed = stated.graduation is not None and stated.graduation.closed
    return continuity_rules(
        study.stated_problem,
        study.listed,
        study.history.table["tahun_lokus"],
        min_years=stated.min_years,
        max_changes=stated.max_changes,
        graduated=study.graduation if closed and study.graduation is not None else (),
    )


def proposal(study: Kajian) -> Selection:
    """Best list under the rules.

    Raises
    ------
    BlockedError
        A blocking finding is neither corrected nor accepted.
    InfeasibleError
        No list satisfies the rules.
    """
    study.audit.raise_if_blocked()
    return choose(study, study.scores, children=study.children, counted=children_seen(study))


def choose(
    study: Kajian,
    scores: Scores,
    *,
    children: pd.Series[float] | None,
    counted: pd.Series[float] | None,
) -> Selection:
    """Select the best list by these scores under the rules of the study.

    Ties are broken by the expected children; only children of villages where any were `counted` are reached.
    """
    return _choose(study, scores.table["skor"], scores.tie_break, children, counted)


def _choose(
    study: Kajian,
    scores: pd.Series[float],
    ties: pd.Series[float] | None,
    children: pd.Series[float] | None,
    counted: pd.Series[float] | None,
) -> Selection:
    from lokus.choice.selection import select

    cost = study.settings.choice.cost
    return select(
        scores,
        study.villages["kode_kecamatan"],
        study.problem,
        tie_break=deciding_ties(study, ties, children),
        children=counted,
        jenis=study.villages["jenis"],
        cost=study.villages[cost] if cost else None,
    )


def deciding_ties(
    study: Kajian, ties: pd.Series[float] | None, children: pd.Series[float] | None
) -> pd.Series[float] | None:
    """Return what breaks ties: the rule of the preset, or the expected children."""
    return ties if study.settings.scores.preset else children


def children_seen(study: Kajian) -> pd.Series[float] | None:
    """Expected stunted children of the villages where any were measured; missing in the others."""
    return study.observed["anak_stunting"] if study.rates else study.children


def robustness(study: Kajian) -> Robustness | None:
    """Probability of each village to be on the list; ``None`` where no uncertainty is known.

    Requires a score that is a weighted sum, and uncertain rates, weights or indicators.
    """
    from lokus.choice.robustness import assess_robustness

    scores, stated = study.scores, study.settings.uncertainty
    keys = [str(key) for key in scores.weights.index]
    rates = study.rates if stated.rates and not ESTIMATED.isdisjoint(keys) else None
    concentration = stated.concentration if len(keys) > 1 else None
    summed = scores.aggregate == "arithmetic" and scores.normalise != "limit" and scores.exempt is None
    if not summed or not (rates or concentration or stated.errors):
        return None
    return assess_robustness(
        study.proposal,
        study.observed,
        weights={str(key): float(weight) for key, weight in scores.weights.items()},
        worse=study.catalogue.worse_ends(keys),
        normalise=scores.normalise,
        goalposts=study.settings.scores.goalposts,
        missing=scores.missing,
        children=children_seen(study),
        rates=rates,
        concentration=concentration,
        errors=stated.errors,
        limits={key: (study.catalogue[key].minimum, study.catalogue[key].maximum) for key in stated.errors},
        draws=stated.draws,
        seed=study.settings.study.seed,
    )


def leave_one_out(study: Kajian) -> LeaveOneOut:
    """Changes of ranks and list when one indicator is left out of the score."""
    from lokus.evidence.scores.sensitivity import leave_one_out

    return leave_one_out(
        study.scores,
        choose=lambda scores: (
            _choose(study, scores, study.scores.tie_break, study.children, children_seen(study)).kode
        ),
    )


def overlap(study: Kajian) -> Overlap:
    """Correlations between the indicators of the score."""
    from lokus.evidence.scores.sensitivity import overlap

    contained = {key: item.contained_in for key, item in study.catalogue.items()}
    return overlap(study.scores, contained_in=contained)


def alternatives(study: Kajian) -> pd.DataFrame:
    """The ten next best lists, and their differences."""
    from lokus.choice.alternatives import alternatives

    return alternatives(study.proposal)


def justifications(study: Kajian) -> pd.Series[str]:
    """One paragraph for each proposed village, from computed numbers only."""
    from lokus.choice.justify import justifications

    return justifications(
        study.scores,
        study.proposal,
        study.villages["kecamatan"],
        study.labels,
        desa=study.villages["desa"],
        robustness=study.robustness,
    )


def traits(study: Kajian) -> pd.DataFrame:
    """Classes of each village: hot spot, type, completeness of its data (percent)."""
    from lokus.choice.results import describe_villages

    return describe_villages(
        study.villages.index,
        hotspots=study.hotspots.table["kelas"],
        types=study.typology.table if study.typology else None,
        completeness=study.audit.completeness,
    )


def assembled(study: Kajian) -> gpd.GeoDataFrame:
    """Village table, rates, scores, certainty and proposal joined, with a reason for each village."""
    from lokus.choice.explain import reasons
    from lokus.choice.results import assemble_results

    text = reasons(
        study.scores,
        study.proposal,
        study.villages["kecamatan"],
        labels=study.labels,
        desa=study.villages["desa"],
    )
    return assemble_results(
        study.villages,
        *([study.rates.table] if study.rates else []),
        *([study.survey.table] if study.survey else []),
        study.scores.table,
        study.traits,
        *([_chances_of_candidates(study.robustness)] if study.robustness else []),
        selection=study.proposal.table,
        reasons=text,
    )


def _chances_of_candidates(robustness: Robustness) -> pd.DataFrame:
    """Return the probabilities; missing instead of 0 for a village that cannot be assessed."""
    from lokus.choice.robustness import UNKNOWN

    table = robustness.table.copy()
    unknown = table["kelas_kepastian"] == UNKNOWN
    table.loc[unknown, ["peluang_lokus", "galat_peluang"]] = float("nan")
    return table
