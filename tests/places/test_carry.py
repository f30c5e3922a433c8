from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from village_years import MAP_NEW, MAP_OLD, OLD

from lokus.errors import InputError
from lokus.places.carry import carry_over
from lokus.places.vintages import crosswalk


def last_year() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "stunting": [10.0, 4.0, 6.0, 3.0, 7.0],
            "diukur": [100.0, 20.0, 60.0, 30.0, np.nan],
            "prevalensi": [10.0, 20.0, 10.0, 10.0, 7.0],
            "air": [1.0, 2.0, 3.0, 4.0, 5.0],
            "lokus": [True, False, True, False, True],
            "status": ["maju", "mandiri", "mandiri", "maju", "maju"],
        },
        index=MAP_OLD.index[:5],
    )


def carried(frame: pd.DataFrame | None = None):
    return carry_over(
        last_year() if frame is None else frame,
        crosswalk(MAP_OLD, MAP_NEW),
        counts=["stunting", "diukur"],
        shares={"prevalensi": "diukur", "air": "keluarga"},
        flags=["lokus"],
    )


def test_parts_inherit_and_merged_villages_add_up() -> None:
    result = carried()
    table = result.table
    assert table.index.tolist() == sorted(MAP_NEW.index)
    # Divided: the share, the flag and the class are theirs, the counts are not.
    for part in ("9901012001", "9901012007"):
        assert table.loc[part, ["prevalensi", "air", "lokus", "status"]].tolist() == [10, 1, True, "maju"]
        assert table.loc[part, ["stunting", "diukur"]].isna().all()
        assert table.loc[part, "asal"] == "9901012001"
        assert table.loc[part, "perlu_diperiksa"]
    # Merged: 4 + 6 of 20 + 60 children; the plain mean of 20 % and 10 % would be 15 %.
    merged = table.loc["9901012002"]
    assert merged[["stunting", "diukur", "prevalensi"]].tolist() == [10, 80, 12.5]
    assert merged["prevalensi"] == 100 * merged["stunting"] / merged["diukur"]
    assert pd.isna(merged["air"])
    assert (merged["lokus"], merged["status"]) == (True, "mandiri")
    assert (merged["asal"], merged["jenis_perubahan"]) == ("9901012002, 9901012003", "gabung")
    assert table.loc["9901022001", ["stunting", "perlu_diperiksa"]].tolist() == [3, True]
    assert table.loc["9901012005", "perlu_diperiksa"] is np.False_
    assert pd.isna(table.loc["9901012005", "diukur"])
    # On the list but without a row last year: no data, neither a lokus nor not one.
    assert table.loc["9901012006", ["stunting", "lokus", "status"]].isna().all()
    assert {f.check: f.level for f in result.findings} == {
        "tahun.split": "warning",
        "tahun.merged": "warning",
    }
    assert repr(result) == "<Carried: 6 desa, 4 perlu diperiksa, 0 baris tertinggal>"


def test_whatever_rests_on_a_missing_value_is_missing() -> None:
    frame = last_year()
    frame.loc["9901012003", ["stunting", "diukur"]] = np.nan
    frame["status"] = frame["status"].astype(object)
    frame.loc["9901012003", "status"] = None
    merged = carried(frame).table.loc["9901012002"]
    assert merged[["stunting", "diukur", "prevalensi", "status"]].isna().all()
    without = carried(last_year().drop("9901012003")).table.loc["9901012002"]
    assert without[["stunting", "prevalensi", "lokus", "status"]].isna().all()


def test_totals_are_kept_where_nothing_was_divided() -> None:
    result = carried().table
    assert result["stunting"].sum() == last_year()["stunting"].sum() - 10.0


def test_a_village_that_is_gone_is_left_and_named() -> None:
    result = carry_over(last_year(), crosswalk(MAP_OLD, MAP_OLD.iloc[:3]), flags=["lokus"])
    assert result.left.index.tolist() == ["9901012004", "9901012005"]
    assert [f.check for f in result.findings] == ["tahun.gone"]
    assert "99.01.01.2004, 99.01.01.2005" in result.findings[0].message


def test_tables_that_do_not_fit_are_refused() -> None:
    same = crosswalk(OLD, OLD)
    with pytest.raises(InputError, match=r"1 baris .* 99\.01\.77\.2001"):
        carry_over(pd.DataFrame({"a": [1]}, index=["9901772001"]), same)
    with pytest.raises(InputError, match="dua kali"):
        carry_over(pd.DataFrame({"a": [1, 2]}, index=["9901012001"] * 2), same)
    with pytest.raises(ValueError, match="not columns"):
        carry_over(pd.DataFrame({"a": [1]}, index=["9901012001"]), same, counts=["b"])
    with pytest.raises(ValueError, match="one of"):
        carry_over(pd.DataFrame({"a": [1]}, index=["9901012001"]), same, counts=["a"], flags=["a"])


# --- real lists ------------------------------------------------------------------------------------------
