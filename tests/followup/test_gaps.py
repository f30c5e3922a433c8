from __future__ import annotations

import pandas as pd
import pytest

from lokus.followup.gaps import GAP_COLUMNS, find_gaps, gaps_by_indicator
from lokus.intake.indicators.catalogue import load_catalogue

VALUES = pd.DataFrame(
    {"sanitasi_layak": [50.0, 80.0, None, 90.0], "krs_persen": [60.0, 40.0, 41.0, 10.0]},
    index=["9901012001", "9901012002", "9901012003", "9901012004"],
)
LIMITS = {"sanitasi_layak": 80.0, "krs_persen": 40.0}


def test_only_the_worse_side_fails_and_missing_is_no_gap():
    gaps = find_gaps(VALUES, LIMITS, load_catalogue())
    assert tuple(gaps.columns) == GAP_COLUMNS
    got = set(zip(gaps["kode_desa"], gaps["kunci"], strict=True))
    assert got == {
        ("9901012001", "sanitasi_layak"), ("9901012001", "krs_persen"), ("9901012003", "krs_persen"),
    }  # fmt: skip
    assert gaps.set_index("kunci")["buruk"].to_dict() == {"sanitasi_layak": "rendah", "krs_persen": "tinggi"}


def test_the_study_may_name_another_office():
    gaps = find_gaps(VALUES, LIMITS, load_catalogue(), owners={"sanitasi_layak": "Dinas Perkim"})
    assert set(gaps.loc[gaps["kunci"] == "sanitasi_layak", "opd"]) == {"Dinas Perkim"}


def test_counts_of_lokus_and_villages():
    gaps = find_gaps(VALUES, LIMITS, load_catalogue())
    counted = gaps_by_indicator(gaps, ["9901012003"]).set_index("indikator")
    assert counted[["lokus", "desa"]].to_numpy().tolist() == [[1, 2], [0, 1]]
    assert counted["jenis"].tolist() == ["sensitif", "sensitif"]


def test_no_thresholds_give_no_gaps_and_impossible_ones_are_refused():
    assert find_gaps(VALUES, {}, load_catalogue()).empty
    with pytest.raises(ValueError, match="no worse end"):
        find_gaps(VALUES.assign(sasaran=3.0), {"sasaran": 1.0}, load_catalogue())
    with pytest.raises(ValueError, match="idm"):
        find_gaps(VALUES, {"idm": 0.6}, load_catalogue())
