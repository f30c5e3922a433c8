"""Describe the method of a study: what was computed, with which parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lokus.choice.results import LOKUS
from lokus.choice.selection import engine_name, objective_text
from lokus.evidence.scores.scoring import STUNTED_CHILDREN
from lokus.i18n import format_number, list_counts
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

    from lokus.choice.review.effect import Effect
    from lokus.choice.robustness import Robustness
    from lokus.choice.selection import Selection
    from lokus.evidence.change.change import Change
    from lokus.evidence.patterns.scan import Clusters
    from lokus.evidence.rates.rates import Rates
    from lokus.evidence.rates.survey import AtSurvey
    from lokus.evidence.scores.scoring import Scores

__all__ = ["method_lines", "tie_rule"]


def method_lines(
    rates: Rates | None,
    scores: Scores,
    selection: Selection,
    *,
    robustness: Robustness | None = None,
    labels: Mapping[str, str],
    findings: pd.DataFrame,
    lock: Mapping[str, Any],
    change: Change | None = None,
    effect: Effect | None = None,
    survey: AtSurvey | None = None,
    odds_bounds: pd.DataFrame | None = None,
    clusters: Clusters | None = None,
) -> list[tuple[str, str]]:
    """Describe a study in lines of (item, value), from computed values only.

    Parameters
    ----------
    rates, scores, selection, robustness
        Results of the stages, ``None`` for one that could not be run.
    labels : mapping
        Indicator key → text.
    findings : pandas.DataFrame
        Findings of the study; those accepted are listed with their reason.
    lock : mapping
        The lock of the study; inputs and versions are listed.
    change, effect
        Of the review, where there is an earlier year.
    survey
        The level of a survey, where the study states one.
    odds_bounds : pandas.DataFrame, optional
        Villages that enter or leave with other odds of the children not measured.
    clusters
        Circles of villages that the scan statistic found.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.selection import select
    >>> from lokus.choice.solver.problem import Problem
    >>> from lokus.evidence.scores.scoring import score
    >>> desa = pd.DataFrame({"prevalensi": [30.0, 10.0]}, index=["9901012001", "9901022001"])
    >>> scores = score(desa, weights={"prevalensi": 1}, worse={"prevalensi": "high"})
    >>> kecamatan = pd.Series(["Air Bening", "Batu Raja"], index=desa.index)
    >>> lines = method_lines(
    ...     None, scores, select(scores.table["skor"], kecamatan, Problem(n=1)), labels={},
    ...     findings=pd.DataFrame({"accepted": pd.Series([], dtype=bool)}),
    ...     lock={"masukan": [], "python": "3.12", "paket": {"lokus": "0.1.0"}},
    ... )
    >>> lines[0]
    ('Prevalensi', 'Tidak diperkirakan: kajian tidak memuat balita diukur.')
    >>> dict(lines)["Bobot prevalensi"], lines[-1]
    ('100,0 %', ('Versi', 'python 3.12, lokus 0.1.0'))
    """
    return [
        *(_describe_rates(rates, labels) if rates else _without_rates()),
        *_describe_bounds(survey, odds_bounds),
        *_describe_clusters(clusters),
        *_describe_scores(scores, labels),
        *_describe_choice(selection, tie_rule(scores, labels, estimated=rates is not None)),
        *_describe_certainty(robustness),
        *_describe_review(change, effect),
        *(
            (_("Accepted finding"), f"{row['message']} – {row['reason']}")
            for row in findings[findings["accepted"]].to_dict("records")
        ),
        *((_("Input"), f"{item['berkas']}, sha256 {item['sha256'][:16]}…") for item in lock["masukan"]),
        (
            _("Versions"),
            ", ".join(
                [f"python {lock['python']}", *(f"{name} {number}" for name, number in lock["paket"].items())]
            ),
        ),
    ]


def _describe_rates(rates: Rates, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield (
        _("Prevalence"),
        _(
            "Beta-binomial empirical Bayes: stunted children among those measured, steadied towards what is "
            "expected of a village like it; the fewer children measured, the more."
        ),
    )
    average = _(
        "{mean} % for a village of average circumstances; not the figure of the kabupaten, which counts each "
        "child once"
    )
    yield _("Expected prevalence"), average.format(mean=format_number(rates.mean, decimals=1))
    yield (
        _("Precision"),
        _("{n} children: a village with so many measured is moved half way").format(
            n=format_number(rates.precision)
        ),
    )
    for name, value in rates.coefficients.items():
        if name != "intersep":
            yield (
                _("Coefficient of {indicator}").format(indicator=labels.get(str(name), str(name))),
                _("{value} on the logit scale, per standard deviation").format(
                    value=format_number(value, decimals=3).replace("-", "−")
                ),
            )
    yield (
        _("Interval"),
        _("{share} % of the posterior lies inside").format(share=format_number(100 * rates.level)),
    )
    if rates.effect != "none":
        yield (
            _("Shared by villages"),
            _("effect of the kecamatan") if rates.effect == "kecamatan" else _("effect of the neighbours"),
        )
    if len(rates.log_scores):
        words = {
            "none": _("none (effect)"),
            "kecamatan": _("effect of the kecamatan"),
            "neighbours": _("effect of the neighbours"),
        }
        yield (
            _("Effects compared"),
            _("leave-one-out log score, higher is better: {scores}").format(
                scores="; ".join(
                    f"{words[str(name)]} {format_number(value, decimals=1)}"
                    for name, value in rates.log_scores.items()
                )
            ),
        )
    yield (
        _("Earlier rounds"),
        _(
            "none in this study: two earlier rounds (putaran_lalu, or last year's study) find more of the "
            "worst villages"
        )
        if rates.worth is None
        else _(
            "{rounds} rounds; the newest of them counts for at most {n} children of each village, the next "
            "for half of that; in the middle village they add {lent} children"
        ).format(
            rounds=format_number(len(rates.odds_ratios)),
            n=format_number(rates.worth),
            lent=format_number(float(rates.table["anak_pinjaman"].median())),
        ),
    )
    if rates.odds_ratio != 1:
        yield (
            _("Children not measured"),
            _("odds of stunting taken as {ratio} times those measured").format(
                ratio=format_number(rates.odds_ratio, decimals=2)
            ),
        )


def _describe_bounds(survey: AtSurvey | None, odds_bounds: pd.DataFrame | None) -> Iterator[tuple[str, str]]:
    if survey is not None:
        yield _("Survey level"), str(survey)
        yield (
            _("Shift to the survey"),
            _("odds of every village times {odds}").format(
                odds=format_number(math.exp(survey.shift), decimals=2)
            ),
        )
    if odds_bounds is None:
        return
    proposed = odds_bounds.attrs["odds_usulan"]
    for column in odds_bounds.columns.drop(["desa", "kecamatan", proposed]):
        moved = odds_bounds[odds_bounds[column] != odds_bounds[proposed]]
        entering, leaving = _("enters"), _("leaves")
        said = ", ".join(
            f"{row['desa']} ({entering if row[column] == LOKUS else leaving})"
            for row in moved.to_dict("records")
        )
        ratio = str(column).removeprefix("odds ")
        enter = int((moved[column] == LOKUS).sum())
        text = (
            _(
                "{enter} villages enter and {leave} leave if their odds are {odds} times those measured: "
                "{villages}"
            ).format(
                enter=format_number(enter),
                leave=format_number(len(moved) - enter),
                odds=ratio,
                villages=said,
            )
            if said
            else _("the same list at odds {odds}").format(odds=ratio)
        )
        yield _("Lists if the children not measured had other odds"), text


def _describe_clusters(clusters: Clusters | None) -> Iterator[tuple[str, str]]:
    if clusters is not None:
        yield (
            _("Clusters"),
            _(
                "Scan statistic: every circle around every village with up to {share} % of the children; the "
                "villages are dealt to the places at random {replicates} times, and p is the share of these "
                "maps with a circle that stands out as much"
            ).format(
                share=format_number(100 * clusters.max_share), replicates=format_number(len(clusters.maxima))
            ),
        )
        # The statistics of the circles, which the table of clusters tells in plain words, in its order.
        told = [
            _("circle {number}: relative risk {risk}, p {p}").format(
                number=number,
                # Without a case outside the circle the ratio has no end.
                risk=(
                    "∞"
                    if math.isinf(row["risiko_relatif"])
                    else format_number(row["risiko_relatif"], decimals=2)
                ),
                p=format_number(row["p"], decimals=3),
            )
            for number, row in enumerate(clusters.clusters.to_dict("records"), start=1)
        ]
        if told:
            yield _("Statistics of the clusters"), "; ".join(told)


def _without_rates() -> Iterator[tuple[str, str]]:
    yield _("Prevalence"), _("Not estimated: the study has no children measured.")


def tie_rule(scores: Scores, labels: Mapping[str, str], *, estimated: bool) -> str:
    """State what decides between villages of equal score, in its order.

    Parameters
    ----------
    scores
        Their ``ties``: the rule of a preset, then the stunted children.
    labels : mapping
        Indicator key → text.
    estimated : bool
        Whether the stunted children are estimated rather than those recorded.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.evidence.scores.scoring import score
    >>> desa = pd.DataFrame({"idm": [0.4, 0.6]}, index=["9901012001", "9901022001"])
    >>> rule = {"weights": {"idm": 1}, "worse": {"idm": "low"}}
    >>> tie_rule(score(desa, ties=pd.Series([3.0, 5.0], index=desa.index), **rule), {}, estimated=True)
    'perkiraan anak stunting lebih banyak, lalu kode desa'
    >>> tie_rule(score(desa, ties=desa, **rule), {"idm": "IDM"}, estimated=True)
    'IDM lebih tinggi, lalu kode desa'
    >>> tie_rule(score(desa, **rule), {}, estimated=True)
    'kode desa'
    """
    children = (
        _("higher expected number of stunted children") if estimated else _("more recorded stunted children")
    )
    rules = [] if scores.ties is None else [str(name) for name in scores.ties.columns]
    said = [
        children
        if name == STUNTED_CHILDREN
        else _("higher {indicator}").format(indicator=labels.get(name, name))
        for name in rules
    ]
    return _(", then ").join([*said, _("the village code")])


def _describe_certainty(robustness: Robustness | None) -> Iterator[tuple[str, str]]:
    if robustness is None:
        yield _("Certainty"), _("Not computed: nothing is known of what is uncertain.")
    else:
        yield _("Certainty"), str(robustness)


def _describe_scores(scores: Scores, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield _("Score"), scores.method
    if scores.basis:
        yield _("Basis of the score"), scores.basis
    if scores.pairwise is not None:
        yield (
            _("Consistency ratio of the comparisons"),
            format_number(scores.pairwise.consistency_ratio, decimals=3),
        )
    for name, weight in scores.weights.items():
        yield (
            _("Weight of {indicator}").format(indicator=labels.get(str(name), str(name))),
            f"{format_number(100 * weight, decimals=1)} %",
        )
    count = scores.table["status_skor"].value_counts()
    yield (
        _("Villages scored"),
        list_counts(
            (int(count.get("lengkap", 0)), _("{n} on all indicators")),
            (int(count.get("sebagian", 0)), _("{n} on part of the indicators")),
            (int(count.get("ditahan", 0)), _("{n} without a score")),
        ),
    )


def _describe_choice(selection: Selection, ties: str) -> Iterator[tuple[str, str]]:
    yield _("Rule of the choice"), str(selection.problem)
    yield (
        _("Proof"),
        _("{engine}: {objective}; no list under the rules exceeds {bound}").format(
            engine=engine_name(selection.engine),
            objective=objective_text(selection.objective, selection.problem),
            bound=objective_text(selection.bound, selection.problem),
        ),
    )
    yield _("Tie rule"), ties
    yield _("Ties at the border"), ", ".join(selection.ties.index) or _("none")
    if selection.caution:
        yield _("Places by the tie rule"), selection.caution
    for kode, reason in selection.problem.locked_in.items():
        yield _("Locked in"), f"{kode}: {reason}"
    for kode, reason in selection.problem.locked_out.items():
        yield _("Locked out"), f"{kode}: {reason}"
    for row in selection.prices.to_dict("records"):
        yield (
            _("Price of a rule"),
            # In the points of all other outputs, in which a score is 0–100.
            f"{row['aturan']} → {row['dilonggarkan']}: {format_number(100 * row['harga'], decimals=2)}",
        )


def _describe_review(change: Change | None, effect: Effect | None) -> Iterator[tuple[str, str]]:
    if change is not None:
        low, high = change.trend_interval
        yield (
            _("Trend since the year before"),
            _("odds ratio {value} ({low}–{high})").format(
                value=format_number(change.trend, decimals=2),
                low=format_number(low, decimals=2),
                high=format_number(high, decimals=2),
            ),
        )
        low, high = change.correlation_interval
        yield (
            _("Correlation of the two years"),
            _("{value} ({low}–{high}), of the true rates on the logit scale").format(
                value=format_number(change.correlation, decimals=2),
                low=format_number(low, decimals=2),
                high=format_number(high, decimals=2),
            ),
        )
    if effect is not None:
        yield (
            _("Effect of being lokus"),
            _(
                "what is left when the expected change is taken off; {n} lokus against {others} others; odds "
                "ratio {value} ({low}–{high})"
            ).format(
                n=format_number(effect.villages),
                others=format_number(effect.others),
                value=format_number(effect.odds_ratio, decimals=2),
                low=format_number(effect.odds_ratio_interval[0], decimals=2),
                high=format_number(effect.odds_ratio_interval[1], decimals=2),
            ),
        )
