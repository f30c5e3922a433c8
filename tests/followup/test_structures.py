"""Where structures are there, are not, or are not known to be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lokus.followup.structures import village_structures
from lokus.intake.indicators.catalogue import load_catalogue


def test_every_village_is_counted_once_for_each_structure_and_unknown_is_not_none():
    rng = np.random.default_rng(4)
    n = 60
    villages = pd.DataFrame(
        {
            "desa": [f"Desa {k}" for k in range(n)],
            "kecamatan": [f"Kec {k % 4}" for k in range(n)],
            "kode_kecamatan": [f"99010{k % 4}" for k in range(n)],
            "posyandu": rng.choice([0.0, 1.0, 3.0, np.nan], n),
            "tpps_desa": rng.choice([0.0, 1.0, np.nan], n),
        },
        index=[f"99010{k % 4}2{k:03d}" for k in range(n)],
    )
    lokus = list(villages.index[::7])
    found = village_structures(villages, ["tpps_desa", "posyandu"], load_catalogue(), lokus=lokus)
    for key in ("tpps_desa", "posyandu"):
        row = found.table.loc[key]
        assert row["ada"] == (villages[key] >= 1).sum()
        assert row["belum"] == (villages[key] == 0).sum()
        assert row["belum_ada_data"] == villages[key].isna().sum()
        assert row["belum_lokus"] == (villages.loc[lokus, key] == 0).sum()
        parts = found.by_kecamatan.xs(key, level="kunci")
        assert parts["belum"].sum() == row["belum"]
    assert list(found.table.index) == ["tpps_desa", "posyandu"]
    assert len(found.lacking) == found.table["belum"].sum()
    assert found.lacking["lokus"].is_monotonic_decreasing
    shuffled = village_structures(
        villages.sample(frac=1, random_state=1), ["tpps_desa", "posyandu"], load_catalogue(), lokus=lokus
    )
    pd.testing.assert_frame_equal(shuffled.lacking, found.lacking)


def test_without_lokus_none_lacks_in_them():
    village = pd.DataFrame(
        {"desa": ["A"], "kecamatan": "K", "kode_kecamatan": "990101", "bkb": [0.0]}, index=["9901012001"]
    )
    found = village_structures(village, ["bkb"], load_catalogue(), owners={"bkb": "Dinas Lain"})
    assert found.table.loc["bkb", "belum_lokus"] == 0
    assert found.lacking["opd"].tolist() == ["Dinas Lain"]
