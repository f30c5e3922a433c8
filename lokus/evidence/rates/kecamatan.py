"""Test whether kecamatan differ by more than chance, as measurement bias of a puskesmas would cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2

from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

    from lokus.evidence.rates.rates import Rates

__all__ = ["kecamatan_apart"]

SIGNIFICANT = 0.01
APART = 2.0  # standard deviations


def kecamatan_apart(rates: Rates, kecamatan: pd.Series[str]) -> Finding | None:
    """Warn where kecamatan differ by more than random groups of villages, as with a biased puskesmas.

    Parameters
    ----------
    rates : Rates
    kecamatan : Series, index ``kode_desa``
        Name of each village's kecamatan.

    Returns
    -------
    Finding or None
        None where they differ no more than random groups of villages.

    Notes
    -----
    The number of stunted children of a kecamatan, minus the number expected at the mean of the kabupaten, is
    divided by its standard deviation under the beta-binomial with the φ of the rates; the sum of squares is
    compared with χ². Counts cannot distinguish a true difference from a bias: a kecamatan effect in the rates
    loses 1.4 of the 26 worst villages where it is a bias, and gains 0.9 where it is not (docs/ketepatan.md).

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.evidence.rates.rates import estimate_rates
    >>> desa = [f"9901{1 + k // 10:02d}2{1 + k % 10:03d}" for k in range(40)]
    >>> stunted = pd.Series([4, 6] * 10 + [14, 16] * 10, index=desa)
    >>> rates = estimate_rates(stunted, pd.Series(100, index=desa))
    >>> names = pd.Series(["Air Bening", "Tanjung", "Muara", "Bukit"], index=range(4)).repeat(10)
    >>> kecamatan_apart(rates, names.set_axis(desa)).check
    'evidence.kecamatan_apart'
    """
    counts = rates.counts
    labels = kecamatan.reindex(counts.index).fillna("").to_numpy()
    share = counts.y.sum() / counts.n.sum()
    within = (
        share * (1.0 - share) * counts.n * (1.0 + np.maximum(counts.n - 1.0, 0.0) / (rates.precision + 1.0))
    )
    names = sorted({str(name) for name in labels[counts.n > 0] if name})
    if len(names) < 2 or not 0.0 < share < 1.0:
        return None
    away = np.array([(counts.y - share * counts.n)[labels == name].sum() for name in names])
    deviation = away / np.sqrt([within[labels == name].sum() for name in names])
    if chi2.sf((deviation**2).sum(), len(names) - 1) > SIGNIFICANT:
        return None
    ends = {
        word: ", ".join(name for name, z in zip(names, deviation, strict=True) if sign * z > APART) or "–"
        for word, sign in (("low", -1.0), ("high", 1.0))
    }
    return Finding(
        check="evidence.kecamatan_apart",
        level="warning",
        message=_(
            "kecamatan differ by more than their villages do (low: {low}; high: {high}; {n} kecamatan): "
            "true, or a puskesmas that measures in its own way; the counts cannot tell"
        ).format(n=format_number(len(names)), **ends),
        remedy=_("let another team measure some children of these kecamatan again; leave pengaruh off"),
    )
