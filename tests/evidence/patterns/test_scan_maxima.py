"""The largest ratio of every replicate, whichever the engine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scan_by_hand import brute_force, kabupaten, ratio_binomial, ratio_poisson

from lokus.errors import EvidenceError
from lokus.evidence.patterns.scan import scan
from lokus.evidence.patterns.scan_maxima import compiled_maxima, replicate_maxima
from lokus.evidence.patterns.scan_model import Places, ScanModel


@pytest.mark.parametrize("binomial", [True, False])
@pytest.mark.parametrize("lattice", [True, False])
def test_maxima_of_replicates_are_those_of_brute_force(binomial, lattice):
    cases, n, x, y, _inside = kabupaten(3, villages=12)
    if lattice:
        x, y = np.random.default_rng(3).integers(0, 4, (2, 12)) * 1000.0
    cases, n = cases.to_numpy(), n.to_numpy()
    model = ScanModel(cases=cases, weight=n, binomial=binomial)
    places = Places(x=x, y=y, weight=n, limit=int(n.sum() // 2))
    pairs = model.permutations(25, seed=5)
    ratio = ratio_binomial if binomial else ratio_poisson
    expected = [brute_force(cases[dealt], n[dealt], x, y, ratio)[0] for dealt in pairs.T]
    plain = replicate_maxima(model, places, pairs, engine="numpy")
    np.testing.assert_allclose(plain, expected, rtol=1e-9)
    # Also where numba is absent: the kernel is then plain Python.
    assert compiled_maxima(model, places, pairs).tolist() == plain.tolist()


@pytest.mark.parametrize("binomial", [True, False])
def test_engines_agree_to_the_last_bit(binomial):
    pytest.importorskip("numba")
    cases, n, x, y, _inside = kabupaten(4, villages=80, cluster=6)
    option = {"trials": n} if binomial else {"expected": n / 7}
    plain, fast = (scan(cases, x=x, y=y, seed=2, engine=e, **option) for e in ("numpy", "numba"))
    assert plain.maxima.tolist() == fast.maxima.tolist()
    pd.testing.assert_frame_equal(plain.clusters, fast.clusters)
    pd.testing.assert_frame_equal(plain.table, fast.table)


def test_says_how_to_install_the_compiler(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    cases, n, x, y, _inside = kabupaten(2, villages=10)
    with pytest.raises(EvidenceError, match=r'pip install "lokus\[cepat\]"'):
        scan(cases, trials=n, x=x, y=y, seed=0, engine="numba")
    assert len(scan(cases, trials=n, x=x, y=y, seed=0, replicates=9).maxima) == 9
