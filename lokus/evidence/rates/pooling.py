"""Borrow from earlier rounds: counts of other months or years, discounted by the change between rounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lokus.evidence.rates.counts import Counts

__all__ = ["EarlierRounds", "carry_forward"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class EarlierRounds:
    """Earlier counts adjusted to the level of the newest round, newest first.

    Parameters
    ----------
    cases, trials : ndarray, shape (m, rounds)
        Stunted children, adjusted to the level of the newest round, and measured children.
    odds_ratios : tuple of float
        Adjustment of each round: the odds of the newest round over those of that round.
    """

    cases: Floats
    trials: Floats
    odds_ratios: tuple[float, ...]

    def lend(self, worth: float) -> tuple[Floats, Floats]:
        """Return the cases and non-cases that the rounds add to each village's prior.

        Parameters
        ----------
        worth : float
            ψ, in children: largest weight of the round before, however many children it measured; ψ/2 two
            rounds back, and so on.

        Examples
        --------
        >>> rounds = EarlierRounds(
        ...     cases=np.array([[10.0]]), trials=np.array([[100.0]]), odds_ratios=(1.0,)
        ... )
        >>> [float(values.round(1)[0]) for values in rounds.lend(100.0)]
        [5.0, 45.0]
        """
        steps = np.arange(1, self.trials.shape[1] + 1)
        discount = (worth / steps) / (worth / steps + self.trials)
        return (discount * self.cases).sum(axis=1), (discount * (self.trials - self.cases)).sum(axis=1)


def carry_forward(newest: Counts, earlier: list[Counts]) -> EarlierRounds:
    r"""Adjust earlier rounds to the level of the newest.

    Parameters
    ----------
    newest : Counts
    earlier : list of Counts
        Newest first, same villages in the same order.

    Notes
    -----
    So that a change of the whole kabupaten does not favour villages measured more in the past, a round's
    rates are adjusted by the odds ratio of the two totals over the villages measured in both. Its children
    then enter the prior with the weight :math:`d_i = \psi_t/(\psi_t + n_{it})`: a power prior (Ibrahim & Chen
    2000, *Statistical Science* 15, 46–60) with the discount of a rate that varies between rounds with
    precision ψ, so that the information of a round is bounded by :math:`\psi_t = \psi/t`, t rounds back, as
    for a random walk. ψ is estimated by the marginal likelihood of the newest round given the earlier ones
    (Gravestock & Held 2017, *Pharmaceutical Statistics* 16, 349–360): where these do not predict it they get
    no weight. Coefficients and effects are estimated from the newest counts and the added ones together.

    Examples
    --------
    >>> from lokus.evidence.rates.counts import check_counts
    >>> import pandas as pd
    >>> now = check_counts(pd.Series({"a": 5.0, "b": 5.0}), pd.Series({"a": 100.0, "b": 100.0}), None)
    >>> then = check_counts(pd.Series({"a": 20.0, "b": 0.0}), pd.Series({"a": 100.0, "b": 100.0}), None)
    >>> rounds = carry_forward(now, [then])
    >>> round(rounds.odds_ratios[0], 3), rounds.cases.round(2).ravel().tolist()
    (0.485, [10.82, 0.0])
    """
    moved = [_move(newest, then) for then in earlier]
    return EarlierRounds(
        cases=np.column_stack([cases for cases, _ in moved]),
        trials=np.column_stack([then.n for then in earlier]),
        odds_ratios=tuple(ratio for _, ratio in moved),
    )


def _move(newest: Counts, then: Counts) -> tuple[Floats, float]:
    both = (newest.n > 0) & (then.n > 0)
    ratio = _odds(newest, both) / _odds(then, both)
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = np.where(then.n > 0, then.y / then.n, 0.0)
    return then.n * ratio * raw / (1.0 - raw + ratio * raw), ratio


def _odds(counts: Counts, among: npt.NDArray[np.bool_]) -> float:
    # Half a case on either side keeps the odds finite when a total is 0; it is negligible otherwise.
    cases, trials = counts.y[among].sum(), counts.n[among].sum()
    return float((cases + 0.5) / (trials - cases + 0.5))
