"""Lokus against villages that were nearly lokus: difference in differences of matched pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.stats import t as student

from lokus.evidence.two_year_rates import expected_rates
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.two_years_fit import TwoYearFit

__all__ = ["Matched", "compare_matched", "difference_in_differences", "match_pairs"]

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

FEWEST_PAIRS = 6
# Candidates on either side of a score: as many as there are lokus is exact, since no more can be taken.
FEWEST_CANDIDATES, MOST_CANDIDATES = 50, 300
ALONE = 1e6  # cost of a village left without a partner, in calipers: more than any set of pairs saves


@dataclass(frozen=True, kw_only=True)
class Matched:
    """Matched pairs and what they differ by, in points.

    Parameters
    ----------
    lokus, others : ndarray of int, shape (k,)
        Rows of the data, pair by pair.
    scores : ndarray, shape (2, k)
        Of the lokus and of their partners.
    difference : ndarray, shape (k,)
        Of this year's raw rates, less what last year's counts foretold of it.
    weight : ndarray, shape (k,)
        Inverse variance of each, summing to 1.
    estimate, low, high : float
        NaN where the comparison is refused.
    refusal : str
        Why; empty where it is not.
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
        """One row a pair, villages by the codes of `index`."""
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
    """Match, and compare where there are pairs enough.

    Parameters
    ----------
    fit : TwoYearFit
        Fitted with the effect of help, so that the expectation is that of villages nobody helped.
    lokus, others : ndarray of int
        Rows of ``fit.data``, all measured in both years.
    scores : ndarray, shape (m,), optional
        Without them, what last year's counts foretold of this year.
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
    """Pair villages whose scores lie within `caliper`: as many pairs as can be, the nearest of those.

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
    Exact assignment with up to 300 lokus; with more over the 300 nearest candidates on either side.

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
    # A cost of 0 would count as no edge; every village may also stay alone, on an edge of its own.
    cost = np.concatenate([1.0 + distance[row, column] / unit, np.full(len(lokus), ALONE)])
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
    r"""Compare matched villages by how far this year's counts lie from what last year's foretold.

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
    Of pair k :math:`D_k = (\hat p_{L2} - \hat p_{C2}) - (\mu_L - \mu_C)` with
    :math:`\mu_i = E(p_{i2} \mid y_{i1})` in place of last year's raw rate, whose chance part would come back
    as an effect: difference in differences (Angrist & Pischke 2009, *Mostly Harmless Econometrics*, ch. 5),
    which is also the bias-corrected matching of Abadie & Imbens (2011), *J. Business & Economic Statistics*
    29, 1–11. This year's raw rates stand, not their estimates, which lean towards the model. Pairs weigh
    by their inverse predicted variance; the interval is Student's t over the pairs with the heteroscedastic
    variance, plus the variance of the mean over the model's draws of its hyperparameters.
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
