"""How many types of villages there are, none among the answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import PowerTransformer

from lokus.evidence.threads import one_thread

__all__ = ["count_types", "gain_over_no_types"]

Floats = npt.NDArray[np.float64]

STARTS = 3
NO_TYPES = 1


def gain_over_no_types(values: Floats, numbers: Sequence[int]) -> pd.Series[float]:
    """Compare mixtures of so many types with a single population, by the Bayesian information criterion.

    Parameters
    ----------
    values : ndarray, villages × indicators
    numbers : sequence of int
        Numbers of types, each at least 2.

    Returns
    -------
    Series, index ``k``
        BIC of one normal population minus that of k normal types with one shared covariance; positive where k
        types describe the villages better than none, their many means counted.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> one, three = rng.normal(size=(90, 2)), rng.normal(size=(90, 2))
    >>> three += 6 * np.repeat([[0, 0], [1, 0], [0, 1]], 30, axis=0)
    >>> bool((gain_over_no_types(one, [2, 3, 4]) < 0).all()), gain_over_no_types(three, [2, 3, 4]).idxmax()
    (True, 3)
    """
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    with one_thread("all"):
        bic = {number: _bic(z, number) for number in (NO_TYPES, *numbers)}
    gain = {number: bic[NO_TYPES] - bic[number] for number in numbers}
    return pd.Series(gain, dtype=float).rename_axis("k")


def _bic(z: Floats, number: int) -> float:
    mixture = GaussianMixture(
        number, covariance_type="tied", n_init=STARTS, random_state=0, reg_covar=1e-4, max_iter=300
    )
    return float(mixture.fit(z).bic(z))


def count_types(values: Floats, gain: pd.Series[float]) -> int:
    """Take the number of types with the largest gain, or 1: no clear types.

    Parameters
    ----------
    values : ndarray, villages × indicators
    gain : Series
        As :func:`gain_over_no_types` gives it for `values`.

    Returns
    -------
    int
        1 where no number of types gains anything, or none does any more once each indicator is bent to be as
        normal as it can be: a single skewed population is described by several normal types, but types do
        not vanish with the scale of an indicator.

    Notes
    -----
    Fraley & Raftery (2002), *Journal of the American Statistical Association* 97, 611–631; the bending is
    that of Yeo & Johnson (2000), *Biometrika* 87, 954–959.

    Examples
    --------
    >>> skewed = np.random.default_rng(1).lognormal(size=(120, 2))
    >>> gain = gain_over_no_types(skewed, [2, 3, 4])
    >>> bool(gain.max() > 0), count_types(skewed, gain)
    (True, 1)
    """
    if gain.max() <= 0.0:
        return NO_TYPES
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    bent = PowerTransformer().fit_transform(z)
    if bent.std(axis=0).min() > 1e-6 and gain_over_no_types(bent, list(gain.index)).max() <= 0.0:
        return NO_TYPES
    return int(gain.index.to_numpy()[gain.round(6).to_numpy().argmax()])
