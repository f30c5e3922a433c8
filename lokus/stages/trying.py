"""Prepare data of the interactive page beyond the results: indicators, and input for selecting again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.stages.choice import children_seen, deciding_ties
from lokus.stages.stage import whole

if TYPE_CHECKING:
    from lokus.kajian import Kajian
    from lokus.show.results.trial import Trial, Weighing
    from lokus.show.themes.themes import IndicatorStyle

__all__ = ["indicator_styles", "page_indicators", "trial"]


def indicator_styles(study: Kajian, keys: Iterable[str]) -> dict[str, IndicatorStyle]:
    """Return the map styles of indicators."""
    from lokus.intake.tables.presence import PRESENT_UNIT
    from lokus.show.themes.themes import IndicatorStyle

    styles, breaks = {}, study.settings.outputs.breaks
    for key in keys:
        item = study.catalogue[key]
        styles[key] = IndicatorStyle(
            label=item.label,
            unit="%" if item.is_share else item.unit,
            worse="" if item.worse == "none" else item.worse,
            breaks=() if (stated := breaks.get(key, ())) == "kuantil" else stated,
            quantiles=stated == "kuantil",
            decimals=item.decimals,
            presence=item.unit == PRESENT_UNIT,
        )
    return styles


def page_indicators(study: Kajian) -> dict[str, IndicatorStyle]:
    """Indicators of the study with a worse end, each a layer and a column of the page."""
    shown = {"prevalensi", "anak_stunting", "skor"}  # themes of their own
    return indicator_styles(
        study,
        [
            str(key)
            for key in study.observed.columns
            if key in study.catalogue
            and key not in shown
            and study.catalogue[key].worse != "none"
            and key in study.results
            and study.results[key].notna().any()
        ],
    )


def trial(study: Kajian) -> Trial | None:
    """Input with which the interactive page selects again, exactly as for the proposal.

    ``None`` where a rule counts kabupaten, which the page does not support.
    """
    from lokus.show.results.trial import Trial

    if study.problem.has_kabupaten_rules:
        return None
    weighing, why_not = _weighing(study)
    cost = study.settings.choice.cost
    return Trial(
        problem=study.problem,
        stated=study.stated_problem,
        scores=study.scores.table["skor"],
        kecamatan=study.villages["kode_kecamatan"],
        ties=deciding_ties(study, study.scores.tie_break, study.children),
        children=children_seen(study),
        expected=study.children,
        jenis=study.villages["jenis"],
        cost=study.villages[cost] if cost else None,
        weighing=weighing,
        why_not=why_not,
    )


def _weighing(study: Kajian) -> tuple[Weighing | None, str]:
    """Return what the weights apply to, or why they cannot be tried: the page computes weighted sums only."""
    from lokus.evidence.scores.scoring import score
    from lokus.settings.consistency import available_indicators
    from lokus.show.results.trial import Weighing

    scores, stated = study.scores, whole(study.settings.scores)
    if stated.preset is not None:
        return None, _("The score follows the preset {name}, whose rule has no weights to be tried.").format(
            name=stated.preset
        )
    if scores.aggregate not in ("arithmetic", "rank_sum"):
        return None, _(
            "The score is no weighted sum. Other weights are computed exactly only by lokus itself; the "
            "other rules can be tried here."
        )
    known = available_indicators(whole(study.settings), study.catalogue)
    own = [str(key) for key in scores.weights.index]
    others = [
        str(key)
        for key in study.observed.columns
        if key in known
        and key not in own
        and study.catalogue[key].worse != "none"
        and study.observed[key].notna().any()
    ]
    keys = [*own, *others]
    weights = {key: float(stated.weights.get(key, scores.weights.get(key, 0.0))) for key in keys}
    villages = study.villages["jenis"]
    not_for = {key: kind for key, kind in stated.not_for.items() if key in keys}
    together = score(
        study.observed,
        weights=weights,
        worse=study.catalogue.worse_ends(keys),
        normalise=stated.normalise,
        goalposts=stated.goalposts,
        limits=stated.limits,
        aggregate=scores.aggregate,
        missing=scores.missing,
        not_applicable={key: list(villages.index[villages == kind]) for key, kind in not_for.items()},
    )
    return Weighing(
        normalised=together.normalised,
        weights=weights,
        labels={key: study.catalogue[key].label for key in keys},
        exempt=together.normalised.isna() & False if together.exempt is None else together.exempt,
        withhold=scores.missing == "withhold",
    ), ""
