from __future__ import annotations

import pytest
from scipy.stats import binom
from worlds import WORLDS, replicates

from lokus.evidence.rates.kecamatan import SIGNIFICANT, kecamatan_apart
from lokus.evidence.rates.rates import estimate_rates


def share_warned(world: str, count: int) -> float:
    found = []
    for kabupaten in replicates(WORLDS[world], count, seed=3):
        now = kabupaten.rounds[-1]
        rates = estimate_rates(now["stunting"], now["diukur"])
        found.append(kecamatan_apart(rates, kabupaten.kecamatan) is not None)
    return sum(found)


def test_a_puskesmas_with_its_own_bias_is_warned_of_and_chance_is_not():
    assert share_warned("bias puskesmas", 8) >= 6
    # Villages put together by chance: as rarely as the level says, three standard errors and more aside.
    assert share_warned("logit-normal", 8) <= binom.isf(1e-3, 8, SIGNIFICANT)


def test_the_kecamatan_are_named():
    (kabupaten,) = replicates(WORLDS["bias puskesmas"], 1, seed=4)
    now = kabupaten.rounds[-1]
    rates = estimate_rates(now["stunting"], now["diukur"])
    finding = kecamatan_apart(rates, kabupaten.kecamatan)
    assert "16 kecamatan" in finding.message
    assert "pengaruh" in finding.remedy


@pytest.mark.parametrize("names", [["A"] * 3, ["A", None, None]])
def test_one_kecamatan_is_apart_from_none(names):
    import pandas as pd

    index = ["9901012001", "9901012002", "9901012003"]
    rates = estimate_rates(pd.Series([1, 9, 30], index=index), pd.Series([40, 40, 40], index=index))
    assert kecamatan_apart(rates, pd.Series(names, index=index, dtype=object)) is None
