"""Estimate the effect of having been lokus, separated from regression to the mean."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.special import expit, ndtr, ndtri
from scipy.stats import t as student

from lokus.errors import InputError, name_some
from lokus.evidence.change.change import check_level, expected_rates, pair_years
from lokus.evidence.change.expected_fall import ExpectedFall, expected_fall_of, signed
from lokus.evidence.change.two_years import TwoYearData, TwoYearFit, fit_two_years
from lokus.evidence.rates.covariates import build_design
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.change.change import YearCounts
    from lokus.evidence.change.two_years import TwoYearFit

__all__ = ["Effect", "EffectError", "Matched", "lokus_effect", "match_pairs"]


# Compares lokus with villages that were nearly lokus: difference in differences of matched pairs.

Places = npt.NDArray[np.intp]

FEWEST_PAIRS = 6
# Candidates on either side of a score; as many as there are lokus keeps the assignment exact.
FEWEST_CANDIDATES, MOST_CANDIDATES = 50, 300
ALONE = 1e6  # cost of a village left without a partner, in calipers: more than any set of pairs can save


@dataclass(frozen=True, kw_only=True)
class Matched:
    """Matched pairs and their differences, in percentage points.

    Parameters
    ----------
    lokus, others : ndarray of int, shape (k,)
        Rows of the data, pair by pair.
    scores : ndarray, shape (2, k)
        Of the lokus and of their partners.
    difference : ndarray, shape (k,)
        Of this year's raw rates, minus the difference expected from last year's counts.
    weight : ndarray, shape (k,)
        Inverse variance of each, summing to 1.
    estimate, low, high : float
        NaN where the comparison is refused.
    refusal : str
        Why the comparison is refused; empty where it is not.
    """

    lokus: Places
    others: Places
    scores: Floats
    difference: Floats
    weight: Floats
    estimate: float = np.nan
    low: float = np.nan
    high: float = np.nan
    refusal: str = ""

    def frame(self, index: pd.Index) -> pd.DataFrame:
        """Return one row a pair, with the codes of `index`."""
        return pd.DataFrame(
            {
                "lokus": index[self.lokus],
                "pembanding": index[self.others],
                "skor_lokus": self.scores[0],
                "skor_pembanding": self.scores[1],
                "selisih": self.difference,
                "bobot": self.weight,
            }
        )


def compare_matched(
    fit: TwoYearFit, lokus: Places, others: Places, scores: Floats | None, *, caliper: float, level: float
) -> Matched:
    """Match lokus with similar villages, and compare them where there are enough pairs.

    Parameters
    ----------
    fit : TwoYearFit
        Fitted with the effect of being lokus, so that expectations are those without it.
    lokus, others : ndarray of int
        Rows of ``fit.data``, all measured in both years.
    scores : ndarray, shape (m,), optional
        Selection scores; without them, the rate expected from last year's counts.
    caliper : float
        In standard deviations of the score.
    level : float
    """
    if scores is None:
        scores = fit.points.weight @ expected_rates(fit, fit.data).mean
    every = scores[np.concatenate([lokus, others])]
    every = every[np.isfinite(every)]
    unit = float(every.std()) if len(every) else 0.0
    first, second = match_pairs(scores, lokus, others, caliper=caliper * unit)
    if len(first) >= FEWEST_PAIRS:
        return difference_in_differences(fit, first, second, scores, level=level)
    refusal = _(
        "Only {pairs} of {lokus} lokus have another village with nearly the same score last year, too few "
        "for a comparison of pairs ({least} are needed): the list and the rest hardly overlap."
    ).format(
        pairs=format_number(len(first)), lokus=format_number(len(lokus)), least=format_number(FEWEST_PAIRS)
    )
    none = np.empty(0, dtype=np.intp)
    return Matched(
        lokus=none,
        others=none,
        scores=np.empty((2, 0)),
        difference=np.empty(0),
        weight=np.empty(0),
        refusal=refusal,
    )


def match_pairs(scores: Floats, lokus: Places, others: Places, *, caliper: float) -> tuple[Places, Places]:
    """Pair villages whose scores lie within `caliper`: as many pairs as possible, as near as possible.

    Parameters
    ----------
    scores : ndarray, shape (m,)
        NaN is never matched.
    lokus, others : ndarray of int
        Rows of `scores`; each is used at most once.
    caliper : float
        In units of the score.

    Returns
    -------
    tuple of ndarray of int, shape (k,)
        Rows of the lokus and of their partners, in the order of `lokus`.

    Notes
    -----
    Exact assignment with up to 300 lokus; with more over the 300 nearest candidates on either side. The sum
    of the squared distances is the least. That of the distances themselves would leave the pairs open: on a
    line two pairs that cross and two that do not have the same sum, and rounding would choose between them.

    Examples
    --------
    >>> scores = np.array([0.9, 0.70, 0.65, 0.6, 0.1])
    >>> [rows.tolist() for rows in match_pairs(scores, np.array([0, 1, 2]), np.array([3, 4]), caliper=0.2)]
    [[2], [3]]
    """
    lokus, others = (rows[np.isfinite(scores[rows])] for rows in (lokus, others))
    if not len(lokus) or not len(others):
        return lokus[:0], others[:0]
    order = others[np.argsort(scores[others], kind="stable")]
    middle = np.searchsorted(scores[order], scores[lokus])
    reach = int(np.clip(len(lokus), FEWEST_CANDIDATES, MOST_CANDIDATES))
    near = middle[:, None] + np.arange(-reach, reach)
    inside = (near >= 0) & (near < len(order))
    near = near.clip(0, len(order) - 1)
    distance = np.abs(scores[lokus][:, None] - scores[order][near])
    row, column = np.nonzero(inside & (distance <= caliper))
    unit = caliper if caliper > 0 else 1.0
    # A cost of 0 would mean no edge. Every village has an edge of its own for staying unpaired.
    cost = np.concatenate([1.0 + (distance[row, column] / unit) ** 2, np.full(len(lokus), ALONE)])
    alone = np.arange(len(lokus))
    graph = csr_array(
        (cost, (np.append(row, alone), np.append(near[row, column], len(order) + alone))),
        shape=(len(lokus), len(order) + len(lokus)),
    )
    left, right = min_weight_full_bipartite_matching(graph)
    paired = right < len(order)
    return lokus[left[paired]], order[right[paired]]


def difference_in_differences(
    fit: TwoYearFit, lokus: Places, others: Places, scores: Floats, *, level: float
) -> Matched:
    r"""Compare matched villages by this year's counts relative to those expected from last year's.

    Parameters
    ----------
    fit : TwoYearFit
        As for `compare_matched`.
    lokus, others : ndarray of int, shape (k,)
        Rows of ``fit.data``, pair by pair; two pairs at least.
    scores : ndarray, shape (m,)
        By which they were matched.
    level : float

    Notes
    -----
    Of pair k :math:`D_k = (\hat p_{L2} - \hat p_{C2}) - (\mu_L - \mu_C)` with :math:`\mu_i = E(p_{i2} \mid
    y_{i1})` in place of last year's raw rate, whose random error would appear as an effect: difference in
    differences (Angrist & Pischke 2009, *Mostly Harmless Econometrics*, ch. 5), which is also the
    bias-corrected matching of Abadie & Imbens (2011), *J. Business & Economic Statistics* 29, 1–11. This
    year's raw rates are used, not their estimates, which are shrunk towards the model. Pairs weigh by their
    inverse predicted variance; the interval is Student's t over the pairs with the heteroscedastic variance,
    plus the variance of the mean over the model's draws of its hyperparameters.
    """
    (cases, trials), k = (fit.data.y[1], fit.data.n[1]), len(lokus)
    expected = expected_rates(fit, fit.data.at(np.concatenate([lokus, others])), fit.spread)
    measured = np.concatenate([trials[lokus], trials[others]])
    variance = fit.spread.weight @ (expected.variance + expected.sampling / measured)
    weight = 1.0 / (variance[:k] + variance[k:])
    weight /= weight.sum()
    foretold = expected.mean[:, :k] - expected.mean[:, k:]
    observed = cases[lokus] / trials[lokus] - cases[others] / trials[others]
    difference = observed - fit.spread.weight @ foretold
    estimate = float(weight @ difference)
    between = fit.spread.moments(foretold @ weight)[1]
    within = weight**2 @ (difference - estimate) ** 2 * k / (k - 1)
    half = float(student.ppf((1.0 + level) / 2.0, k - 1) * np.sqrt(within + between**2))
    return Matched(
        lokus=lokus,
        others=others,
        scores=np.stack([scores[lokus], scores[others]]),
        difference=100.0 * difference,
        weight=weight,
        estimate=100.0 * estimate,
        low=100.0 * (estimate - half),
        high=100.0 * (estimate + half),
    )


Floats = npt.NDArray[np.float64]


class EffectError(InputError, ValueError):
    """The effect cannot be estimated: no village to compare with, or none measured in both years."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The estimated effect of having been lokus on this year's rate.

    Parameters
    ----------
    odds_ratio : float
        Odds of stunting in lokus relative to what they would have been otherwise; below 1 is better.
    odds_ratio_interval : tuple of float
    points, children : float
        The same as change of the mean prevalence of the lokus (percentage points) and of their number of
        stunted children (among the sasaran where given, otherwise among those measured); negative is fewer.
    points_interval, children_interval : tuple of float
    probability : float
        Probability that the effect is a fall, 0–1.
    expected : ExpectedFall
        The observed fall of the list, and the fall expected without any effect.
    table : DataFrame, index ``cara``
        The estimates side by side, in percentage points: "turun mentah" (observed fall, not an effect),
        "tanpa bantuan" (expected without effect), "model" (the effect), "pembanding serupa" (difference in
        differences). Columns ``poin``, ``poin_bawah``, ``poin_atas``, ``desa``.
    pairs : DataFrame
        Matched villages: ``lokus``, ``pembanding`` (codes), ``skor_lokus``, ``skor_pembanding``, ``selisih``
        (points), ``bobot``.
    refusal : str
        Why there is no matched comparison; empty where there is.
    villages : int
        Lokus measured in both years.
    others : int
        Other villages measured this year.
    level : float
        Coverage of the intervals, 0–1.
    caution : str
        The assumption under which the estimate is valid, in the language current when it was made.
    findings : tuple of Finding
    """

    odds_ratio: float
    odds_ratio_interval: tuple[float, float]
    points: float
    points_interval: tuple[float, float]
    children: float
    children_interval: tuple[float, float]
    probability: float
    expected: ExpectedFall
    table: pd.DataFrame = field(repr=False)
    pairs: pd.DataFrame = field(repr=False)
    refusal: str
    villages: int
    others: int
    level: float
    caution: str
    findings: tuple[Finding, ...] = ()

    @property
    def sentence(self) -> str:
        """The effect in one sentence, with its interval and whether it differs from no effect."""
        low, high = self.odds_ratio_interval
        points = self.table["poin"].to_dict()
        facts = _(
            "The measured prevalence of {n} lokus changed by {naive} points; with no help {expected} points "
            "were to be expected. What is left are {points} points ({points_low} to {points_high}), about "
            "{children} stunted children."
        ).format(
            n=format_number(self.villages),
            naive=signed(self.expected.shown["perubahan"]),  # the one change, beside its rates or not
            expected=signed(points["tanpa bantuan"]),
            points=signed(self.points),
            points_low=signed(self.points_interval[0]),
            points_high=signed(self.points_interval[1]),
            children=signed(self.children, decimals=0),
        )
        if high < 1.0:
            verdict = _("The lokus did better than without help.")
        elif low > 1.0:
            verdict = _("The lokus did worse than expected; look for the reason before judging the help.")
        else:
            verdict = _("An effect cannot be told from none with these data; that is not proof of no effect.")
        return f"{facts} {verdict}"

    def __repr__(self) -> str:
        return f"{self.sentence} {self.caution}"

    def _repr_html_(self) -> str:
        shown = self.table.round(2).to_html(border=0, na_rep="–")
        return "".join(
            [f"<p>{escape(text)}</p>" for text in (self.sentence, self.refusal) if text]
            + [shown, f"<p><em>{escape(self.caution)}</em></p>"]
        )


def lokus_effect(
    before: YearCounts,
    after: YearCounts,
    lokus: Collection[str],
    *,
    scores: pd.Series[float] | None = None,
    covariates: pd.DataFrame | None = None,
    sasaran: pd.Series[float] | None = None,
    level: float = 0.9,
    caliper: float = 0.25,
) -> Effect:
    r"""Estimate the effect of having been lokus on this year's stunting rate.

    Parameters
    ----------
    before, after : tuple of Series (stunting, diukur), index ``kode_desa``
        As for `lokus.evidence.change.change.estimate_change`.
    lokus : collection of kode_desa
        Last year's list.
    scores : Series, index ``kode_desa``, optional
        Last year's selection score, for matching; without it, the rate expected from last year's counts.
    covariates : DataFrame, optional
        What else the list was chosen by and that may predict this year's rate (poverty, water, latrines):
        numeric, indexed by this year's villages. Leave nothing out that the choice used: the estimate would
        be biased.
    sasaran : Series, optional
        Children due this year; `children` then refers to them, and villages without a count are left out of
        it.
    level : float
        Coverage of the intervals, 0–1.
    caliper : float
        Largest difference of scores within a matched pair, in standard deviations of the score.

    Returns
    -------
    Effect

    Raises
    ------
    EffectError
        No lokus measured in both years, or no other village measured this year.
    EvidenceError
        As `lokus.evidence.change.change.estimate_change`.

    Notes
    -----
    The joint model of `lokus.evidence.change.change.estimate_change` with one further parameter, the log odds
    ratio δ of lokus in the second year: :math:`\mathrm{logit}\,p_{i2} = x_i\beta_2 + \delta L_i + u_{i2}`.
    The list was chosen by last year's data, which are part of the likelihood, so the selection is ignorable
    (Rubin 1976, *Biometrika* 63, 581–592), and regression to the mean is accounted for by the correlation of
    the years instead of being counted as success (Barnett, van der Pols & Dobson 2005, *Int. J. Epidemiology*
    34, 215–220). This holds as far as the list was chosen by last year's counts and by `covariates`: if the
    meeting knew of villages that were about to improve or worsen anyway, that change is counted as effect.
    The estimate also depends on the normal distribution of village logits; the simulation in
    ``docs/reviu.md`` shows how strongly. Percentage points and children follow from δ's interval at the
    present rates of the lokus.

    The second estimate is `lokus.choice.review.effect.difference_in_differences`, of pairs with nearly the
    same score; it is refused with fewer than six pairs. A list cut off strictly by rank has similar villages
    only near the cut-off; quotas by kecamatan give more pairs.

    Examples
    --------
    >>> desa = [f"99010120{i:02d}" for i in range(1, 9)]
    >>> children = pd.Series(80, index=desa)
    >>> effect = lokus_effect(
    ...     (pd.Series([24, 22, 9, 10, 8, 7, 11, 9], index=desa), children),
    ...     (pd.Series([10, 11, 9, 9, 8, 8, 10, 8], index=desa), children),
    ...     desa[:2],
    ... )
    >>> effect.table["poin"].round(1).to_dict()
    {'turun mentah': -15.6, 'tanpa bantuan': -10.5, 'model': -4.7, 'pembanding serupa': nan}
    """
    check_level(level)
    then, now, findings = pair_years(before, after)
    wanted = pd.Index(sorted({str(code) for code in lokus}))
    listed = now.index.isin(wanted)
    both = (then.n > 0) & (now.n > 0)
    treated, others = listed & both, ~listed & (now.n > 0)
    if not treated.any():
        raise EffectError(
            _("no lokus was measured in both years, so no effect can be estimated: {villages}").format(
                villages=name_some(wanted)
            ),
            remedy=_("leave the effect out until these villages are measured again"),
        )
    if not others.any():
        raise EffectError(
            _("every village measured this year was lokus; there is nothing to compare with"),
            remedy=_("leave the effect out: it needs villages that were not lokus"),
        )
    findings += _left_out(wanted.difference(now.index[treated]))

    # A lokus not measured last year was not chosen by its counts, so regression to the mean differs.
    apart = listed & (then.n == 0)
    y, n = (np.stack([last, np.where(apart, 0.0, this)]) for last, this in ((then.y, now.y), (then.n, now.n)))
    design = build_design(covariates, now.index, measured=n.sum(axis=0) > 0)
    fit = fit_two_years(TwoYearData(y=y, n=n, design=design.matrix, treated=treated))

    width = ndtri((1.0 + level) / 2.0)
    mean, deviation = fit.effect
    deltas = np.array([mean, mean - width * deviation, mean + width * deviation])
    rows = np.flatnonzero(treated)
    due = now.n[rows]
    if sasaran is not None:
        due = _values(sasaran, now.index[rows])
        findings += _without_sasaran(now.index[rows][np.isnan(due)])
    points, children = _in_points(fit, rows, deltas, due)
    expected = expected_fall_of(
        fit, fit.data.at(rows), left_out=tuple(wanted.difference(now.index[treated])), level=level
    )
    compared = np.flatnonzero(~listed & both)
    values = None if scores is None else _values(scores, now.index)
    matched = compare_matched(fit, rows, compared, values, caliper=caliper, level=level)
    row = expected.table.loc["anak"]
    table = pd.DataFrame.from_dict(
        {
            "turun mentah": (row["perubahan"], np.nan, np.nan, len(rows)),
            "tanpa bantuan": (
                row["harapan_perubahan"],
                row["harapan_perubahan_bawah"],
                row["harapan_perubahan_atas"],
                len(rows),
            ),
            "model": (*points, len(rows)),
            "pembanding serupa": (matched.estimate, matched.low, matched.high, len(matched.lokus)),
        },
        orient="index",
        columns=["poin", "poin_bawah", "poin_atas", "desa"],
    ).rename_axis("cara")
    return Effect(
        odds_ratio=float(np.exp(mean)),
        odds_ratio_interval=(float(np.exp(deltas[1])), float(np.exp(deltas[2]))),
        points=points[0],
        points_interval=(points[1], points[2]),
        children=children[0],
        children_interval=(children[1], children[2]),
        probability=float(ndtr(-mean / deviation)),
        expected=expected,
        table=table,
        pairs=matched.frame(now.index),
        refusal=matched.refusal,
        villages=len(rows),
        others=int(others.sum()),
        level=level,
        caution=_(
            "The comparison is fair only if the list was chosen by last year's figures and the indicators "
            "given here. Whatever else set the lokus apart (a village known to be improving, another "
            "programme, different measurement) is counted as effect."
        ),
        findings=(*findings, *design.findings),
    )


def _values(series: pd.Series[float], index: pd.Index) -> Floats:
    return np.asarray(series.reindex(index).to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)


def _in_points(
    fit: TwoYearFit, rows: npt.NDArray[np.intp], deltas: Floats, due: Floats
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Convert log odds ratios to change of the mean prevalence (points) and of the stunted children."""
    data = fit.data.at(rows)
    by_village = np.zeros((len(deltas), len(rows)))
    for weight, posterior in fit.posteriors(data):
        logits, rate = posterior.logits[1], posterior.rates()[1]
        for into, delta in zip(by_village, deltas, strict=True):
            into += weight * posterior.expect(rate - expit(logits - delta))
    share = data.n[1] / data.n[1].sum()
    points = 100.0 * by_village @ share
    known = np.isfinite(due)
    children = by_village[:, known] @ due[known] if known.any() else np.full(len(deltas), np.nan)
    return (
        (float(points[0]), float(points[1]), float(points[2])),
        (float(children[0]), float(children[1]), float(children[2])),
    )


def _left_out(codes: pd.Index) -> list[Finding]:
    if not len(codes):
        return []
    return [
        Finding(
            check="choice.lokus_not_compared",
            level="warning",
            message=_(
                "{n} lokus are unknown this year or not measured in both years and do not count for the "
                "effect: {villages}"
            ).format(n=format_number(len(codes)), villages=name_some(codes)),
        )
    ]


def _without_sasaran(codes: pd.Index) -> list[Finding]:
    if not len(codes):
        return []
    return [
        Finding(
            check="choice.lokus_without_sasaran",
            level="warning",
            message=_(
                "{n} lokus have no number of children due and are left out of the children: {villages}"
            ).format(n=format_number(len(codes)), villages=name_some(codes)),
        )
    ]
