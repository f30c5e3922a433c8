"""What there is beside a proposal in proportion: by hand, and Gini by its definition."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.errors import FollowupError
from lokus.followup.allocation import compare_allocation
from lokus.followup.apportion import apportion
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.join.join import join_table
from lokus.intake.tables.tables import read_table


def codes(n: int) -> list[str]:
    return [f"990101{2001 + k}" for k in range(n)]


def test_comparison_by_hand():
    families = pd.Series([300.0, 100.0, 100.0, 50.0], index=codes(4))
    now = pd.Series([1, 3, 0, None], index=codes(4))
    result = compare_allocation(now, apportion(5, families).seats, families)
    assert result.table["usulan"].tolist() == [3, 1, 1, 0]
    assert result.table["selisih"].tolist()[:3] == [2, -2, 1]
    assert np.isnan(result.table.loc[codes(4)[3], "beban_ada"])
    assert result.summary["ada"].drop("gini").to_dict() == pytest.approx(
        {"jumlah": 4, "beban_terendah": 100 / 3, "beban_tengah": 500 / 3, "beban_tertinggi": 300, "rasio": 9,
         "di_atas_dua_kali": 0, "tanpa": 1}
    )  # fmt: skip
    assert result.summary.loc["gini", "usulan"] == pytest.approx(0)
    assert (result.moved, result.unknown) == (2, 1)
    assert "1 desa/kelurahan: jumlah yang ada belum diketahui" in repr(result)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5)), min_size=1, max_size=6))
def test_gini_is_half_the_relative_mean_difference_between_families(villages):
    weights, teams = (pd.Series(column, index=codes(len(villages))) for column in zip(*villages, strict=True))
    got = compare_allocation(teams, teams, weights).summary.loc["gini", "ada"]
    each = [t / w for w, t in villages for _ in range(w)]
    if sum(each) == 0:
        assert np.isnan(got)
        return
    mean = sum(each) / len(each)
    pairs = sum(abs(a - b) for a in each for b in each) / len(each) ** 2
    assert got == pytest.approx(pairs / (2 * mean), abs=1e-9)


def test_other_villages_are_refused():
    weights = pd.Series([1, 1], index=codes(2))
    with pytest.raises(FollowupError, match="9901012009"):
        compare_allocation(pd.Series([1, 1], index=[codes(1)[0], "9901012009"]), weights, weights)
    with pytest.raises(FollowupError, match="negatif: 9901012002"):
        compare_allocation(pd.Series([1, -1], index=codes(2)), weights, weights)


def test_the_teams_of_pasangkayu(shared_data):
    """108 teams as they are, and as the population of the same sheet would have them."""
    outlines = gpd.read_file(shared_data / "boundaries" / "7601_pasangkayu.gpkg", ignore_geometry=True)
    villages = outlines.assign(
        kode_desa=outlines["kode"].str.replace(".", ""), desa=outlines["nama"], kecamatan=outlines["kec_nama"]
    ).set_index("kode_desa")[["desa", "kecamatan"]]
    raw = read_table(
        shared_data / "pasangkayu" / "estimasi pendampingan tpk desa.xlsx",
        sheet="pasangkayu", columns=["JUMLAH TPK"],
    )  # fmt: skip
    people = next(header for header in raw.data if "Jumlah Penduduk" in header)
    joined = join_table(
        raw, villages, place={"desa": "Desa", "kecamatan": "Kecamatan"},
        indicators={"tpk": "jumlah tpk", "penduduk": people}, catalogue=load_catalogue(),
    ).values  # fmt: skip
    proposal = apportion(108, joined["penduduk"], minimum=1)
    result = compare_allocation(joined["tpk"], proposal.seats, joined["penduduk"])
    pasangkayu = result.table.loc["7601021001"]
    assert (pasangkayu["bobot"], pasangkayu["ada"], pasangkayu["usulan"]) == (20233, 3, 11)
    assert result.summary.loc["jumlah"].tolist() == [108, 108]
    assert result.summary.loc["beban_tertinggi", "ada"] == pytest.approx(20233 / 3)
    for measure in ("gini", "rasio", "di_atas_dua_kali"):
        assert result.summary.loc[measure, "usulan"] < result.summary.loc[measure, "ada"]
