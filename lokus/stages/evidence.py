"""Compute a study's rates, patterns, types and scores."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lokus.stages.stage import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from lokus.evidence.patterns.hotspots import Hotspots
    from lokus.evidence.patterns.scan import Clusters
    from lokus.evidence.patterns.typology import Typology
    from lokus.evidence.rates.positive_deviance import PositiveDeviance
    from lokus.evidence.rates.rates import Rates
    from lokus.evidence.rates.survey import AtSurvey
    from lokus.evidence.scores.scoring import Scores
    from lokus.findings import Finding
    from lokus.kajian import Kajian
    from lokus.stages.recipes import Score

__all__ = [
    "cautions",
    "children",
    "clusters",
    "deviance",
    "hotspots",
    "labels",
    "observed",
    "pattern_indicator",
    "rates",
    "rounds",
    "scorer",
    "scores",
    "survey",
    "typology",
]


_COUNTS = ["stunting", "diukur"]
_MOST_ROUNDS = 3  # older rounds have almost no weight


def rounds(study: Kajian) -> tuple[pd.DataFrame, ...]:
    """Counts of earlier rounds or years by this year's villages, newest first, from which rates borrow.

    From the study's tables; where these have none, from last year's study and its earlier rounds.
    """
    from lokus.intake.earlier.earlier_years import carry_earlier_years

    stated = [past[_COUNTS] for past in study.earlier if set(_COUNTS) <= set(past.columns)]
    if stated or study.previous is None or study.past is None or not study.settings.rates.last_year:
        return tuple(stated)
    then = [study.past.values] + [
        carry_earlier_years(
            study.previous.villages, frame, {}, study.boundaries.villages, catalogue=study.catalogue
        ).values
        for frame in study.previous.rounds
    ]
    found = [frame[_COUNTS] for frame in then if set(_COUNTS) <= set(frame.columns)]
    return tuple(frame for frame in found if (frame["diukur"] > 0).any())[:_MOST_ROUNDS]


def rates(study: Kajian) -> Rates | None:
    """Prevalence with intervals, and expected stunted children; ``None`` without children measured."""
    from lokus.evidence.rates.rates import estimate_rates

    stated, table = study.settings.rates, study.villages
    if not {"stunting", "diukur"} <= set(table.columns):
        return None
    effect = stated.effect
    return estimate_rates(
        table["stunting"],
        table["diukur"],
        sasaran=table.get("sasaran"),
        covariates=table[list(stated.covariates)] if stated.covariates else None,
        earlier=[(past["stunting"], past["diukur"]) for past in study.rounds],
        effect=effect,
        kecamatan=table["kode_kecamatan"] if effect in ("kecamatan", "auto") else None,
        neighbours=study.neighbours.to_csr() if effect in ("neighbours", "auto") else None,
        threshold=stated.threshold,
        reliable_coverage=stated.reliable_coverage,
        odds_ratio=stated.odds_ratio,
    )


def survey(study: Kajian) -> AtSurvey | None:
    """Rates at the level of the survey that the study states; ``None`` without a survey."""
    from lokus.evidence.rates.survey import Survey, at_survey

    stated = study.settings.survey
    if stated is None or study.rates is None:
        return None
    found = Survey(
        percent=stated.percent, low=stated.low, high=stated.high, year=stated.year, source=stated.source
    )
    return at_survey(study.rates, found)


def deviance(study: Kajian) -> PositiveDeviance | None:
    """Villages better than their situation leads one to expect; ``None`` where the study does not ask.

    Raises
    ------
    InputError
        The study has no counts of those measured.
    """
    from lokus.errors import InputError
    from lokus.evidence.rates.positive_deviance import better_than_expected
    from lokus.i18n import gettext as _

    stated, table = study.settings.deviance, study.villages
    if stated is None:
        return None
    if study.rates is None:
        raise InputError(
            _("key {key}: no rate is estimated, because no table gives stunting and diukur").format(
                key="pola_baik"
            ),
            remedy=_("state both columns under indikator of a [[tabel]], or take [pola_baik] out"),
        )
    return better_than_expected(
        table["stunting"],
        table["diukur"],
        table[list(stated.covariates)],
        sasaran=table.get("sasaran"),
        earlier=[(past["stunting"], past["diukur"]) for past in study.rounds],
        margin=stated.margin,
        least_chance=stated.least_chance,
        at_most=stated.at_most,
        reliable_coverage=study.settings.rates.reliable_coverage,
    )


def cautions(study: Kajian) -> tuple[Finding, ...]:
    """Findings about rates, scores, types and patterns, warnings first."""
    # The audit has reported indicators that contain each other; here only correlated ones.
    alike = [one for one in study.overlap.findings if one.check == "evidence.correlated"]
    found = [*_cautions_of_rates(study), *study.scores.findings, *alike]
    for part in (study.change, study.typology, study.hotspots, study.clusters):
        found += part.findings if part is not None else ()
    said = _with_names(dict.fromkeys(found), study)
    return tuple(sorted(said, key=lambda finding: finding.level == "note"))


def _with_names(found: Iterable[Finding], study: Kajian) -> Iterator[Finding]:
    """Name villages and indicators in messages of stages, which know them by their codes and keys alone."""
    places = zip(study.villages["desa"], study.villages["kecamatan"], strict=True)
    names = {
        kode: f"{desa} ({kecamatan})"
        for kode, (desa, kecamatan) in zip(study.villages.index, places, strict=True)
    }
    names |= {key: label for key, label in study.labels.items() if "_" in key}
    word = re.compile(r"\b(?:\d{10}|[a-z]+(?:_[a-z0-9]+)+)\b")
    for finding in found:
        message = word.sub(lambda match: names.get(match[0], match[0]), finding.message)
        yield replace(finding, message=message)


def _cautions_of_rates(study: Kajian) -> Iterator[Finding]:
    """Findings about rates: records below the survey, kecamatan that differ, covariates without influence."""
    from lokus.evidence.rates.kecamatan import kecamatan_apart
    from lokus.evidence.rates.survey import Survey, far_below

    rates = study.rates
    if rates is None:
        return
    yield from rates.findings
    found = [kecamatan_apart(rates, study.villages["kecamatan"])]
    path = study.settings.trajectory
    if study.settings.survey is None and path is not None:
        points = [
            (point.year, one.name, point)
            for one in path.series
            if one.kind == "survei"
            for point in one.points
            if 0.0 < point.percent < 100.0
        ]
        if points:
            year, name, newest = max(points, key=lambda entry: entry[:2])
            found.append(far_below(rates, Survey(percent=newest.percent, year=year, source=name)))
    yield from (finding for finding in found if finding is not None)


def children(study: Kajian) -> pd.Series[float] | None:
    """Expected stunted children; where the number measured is unknown, the reported cases."""
    return study.rates.table["anak_stunting"] if study.rates else study.villages.get("stunting")


def observed(study: Kajian) -> pd.DataFrame:
    """Indicators and rates joined, the input of scores and patterns.

    A rate is missing where nobody was measured: a village is not chosen by the model's prediction alone.
    """
    from lokus.choice.results import side_by_side

    return side_by_side(study.checked.values, *([study.rates.observed] if study.rates else []))


def pattern_indicator(study: Kajian) -> str:
    """Indicator to search for clusters: the stated one, the rate, or the one with the largest weight."""
    stated: str | None = study.settings.patterns.indicator
    if stated is not None:
        return stated
    if study.rates is not None:
        return "prevalensi"
    weights = study.scores.weights
    return str(weights.index[int(weights.to_numpy().argmax())])


def hotspots(study: Kajian) -> Hotspots:
    """Hot and cold spots of villages by local Moran's I."""
    from lokus.evidence.patterns.hotspots import local_moran

    stated, key = study.settings.patterns, pattern_indicator(study)
    return local_moran(
        study.observed[key].reindex(study.neighbours.index),
        study.neighbours.to_csr(),
        seed=study.settings.study.seed,
        permutations=stated.permutations,
        alpha=stated.alpha,
        correction=stated.correction,
        raw_rate=key == "prevalensi_mentah",
    )


def clusters(study: Kajian) -> Clusters | None:
    """Circles of villages with significantly more stunted children inside than outside.

    ``None`` where no village has children measured.
    """
    from lokus.evidence.patterns.scan import scan

    stated = study.settings.patterns
    if study.rates is None:
        return None
    points = study.boundaries.centres
    return scan(
        study.villages["stunting"],
        trials=study.villages["diukur"],
        x=points.x,
        y=points.y,
        seed=study.settings.study.seed,
        max_share=stated.scan.max_share,
        replicates=stated.scan.replicates,
        alpha=stated.alpha,
    )


def typology(study: Kajian) -> Typology | None:
    """Types of villages, where the study requests them."""
    from lokus.evidence.patterns.typology import typology

    stated = study.settings.typology
    if stated is None:
        return None
    keys = list(stated.indicators)
    return typology(
        study.observed[keys],
        worse=study.catalogue.worse_ends(keys),
        labels={key: study.catalogue[key].words for key in keys},
        method=stated.method,
        k=stated.k,
        seed=study.settings.study.seed,
    )


def scorer(study: Kajian) -> Score:
    """The score as a function of indicators and children, also applied to another year by the review."""
    from lokus.stages import recipes

    stated = whole(study.settings.scores)
    return recipes.scorer(stated, catalogue=study.catalogue, jenis=study.villages["jenis"])


def scores(study: Kajian) -> Scores:
    """Score of every village, with what each indicator adds to it."""
    return study.scorer(study.observed, study.children)


def labels(study: Kajian) -> dict[str, str]:
    """Map indicator keys to labels, for indicators with weight and covariates."""
    keys = (*study.settings.needed, *study.scores.weights.index)
    return {key: study.catalogue[key].label for key in keys}
