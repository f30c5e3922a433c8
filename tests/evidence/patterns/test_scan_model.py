"""Ratios of windows, their bound, and how villages are dealt to the places."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scan_by_hand import kabupaten, ratio_binomial, ratio_poisson

from lokus.evidence.patterns.scan_model import ScanModel


@settings(max_examples=200, deadline=None)
@given(
    p=st.floats(0.001, 0.6),
    mass=st.integers(20, 4000),
    inside=st.floats(0.01, 0.6),
    above=st.floats(0.0, 1.0),
    binomial=st.booleans(),
)
def test_no_ratio_exceeds_its_bound(p, mass, inside, above, binomial):
    total = min(max(1, round(p * mass)), mass - 1)
    w = min(max(1, round(inside * mass)), mass - 1)
    most = min(total, w) if binomial else total
    share = total / mass
    c = math.ceil(share * w) + round(above * (most - math.ceil(share * w)))
    if not (share * w < c <= most and (not binomial or total - c <= mass - w)):
        return
    model = ScanModel(cases=np.array([total, 0]), weight=np.array([total, mass - total]), binomial=binomial)
    a, b = model.bound
    ratio = ratio_binomial(c, w, total, mass) if binomial else ratio_poisson(c, share * w, total, mass)
    assert ratio <= (c - share * w) ** 2 * (a / w + b / (mass - w)) * (1 + 1e-9) + 1e-9


def test_every_village_is_dealt_once_and_anywhere():
    cases, n, *_rest = kabupaten(5)
    model = ScanModel(cases=cases.to_numpy(), weight=n.to_numpy(), binomial=True)
    pairs = model.permutations(4000, seed=1)
    assert (np.sort(pairs, axis=0) == np.arange(60)[:, None]).all()
    counts = np.array([np.bincount(row, minlength=60) for row in pairs])
    # Binomial with 4,000 trials of 1/60 in each of 3,600 cells.
    assert np.abs(counts - 4000 / 60).max() < 5.5 * np.sqrt(4000 / 60)
