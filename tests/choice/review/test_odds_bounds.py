from __future__ import annotations

import numpy as np
import pandas as pd

from lokus.choice.review.odds_bounds import ODDS, odds_bounds
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.evidence.rates.rates import estimate_rates


def test_villages_that_measured_few_enter_and_the_others_leave():
    rng = np.random.default_rng(1)
    index = pd.Index([f"9901012{k:03d}" for k in range(1, 41)], name="kode_desa")
    due = pd.Series(100.0, index=index)
    n = pd.Series(np.where(np.arange(40) % 2, 30.0, 100.0), index=index)
    y = pd.Series(rng.binomial(n.astype(int), 0.15), index=index)
    rates = estimate_rates(y, n, sasaran=due)
    villages = pd.DataFrame({"desa": index, "kecamatan": "A"}, index=index)
    lists = {
        odds: select(rates.at_odds(odds).table["prevalensi"], villages["kecamatan"], Problem(n=8)).kode
        for odds in ODDS
    }
    table = odds_bounds(lists, villages, stated=1.0)
    enter = table.index[(table["odds 2"] == "lokus") & (table["odds 1"] != "lokus")]
    assert len(enter)
    assert (n[enter] == 30).all()
    assert table.attrs["odds_usulan"] == "odds 1"
    for kode in index.difference(table.index):
        assert len({kode in chosen for chosen in lists.values()}) == 1
    assert odds_bounds(dict.fromkeys(ODDS, lists[1.0]), villages, stated=1.0).empty
