"""The truth has the properties methods are judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from example_kabupaten.terrain import make_terrain
from example_kabupaten.truth import make_truth

from lokus import Kajian

if TYPE_CHECKING:
    from pathlib import Path

    from example_kabupaten import Kabupaten


def moran(values: np.ndarray, borders: np.ndarray) -> float:
    """Moran's I for binary weights, straight from its definition."""
    centred = values - values.mean()
    pairs = (centred[borders[:, 0]] * centred[borders[:, 1]]).sum()
    return float(len(values) / len(borders) * pairs / (centred**2).sum())


def test_rates_look_like_routine_data(kabupaten: Kabupaten) -> None:
    for year, (low, high) in {2025: (9.5, 10.1), 2026: (9.0, 9.6)}.items():
        truth = kabupaten.truth.loc[year]
        assert low < np.average(truth["prevalensi"], weights=truth["sasaran"]) < high
        assert 3.0 < truth["prevalensi"].std() < 5.0
        assert truth["prevalensi"].between(1, 40).all()


def test_rates_follow_their_causes(kabupaten: Kabupaten) -> None:
    truth = kabupaten.truth.loc[2025]
    for cause in ("jamban_tidak_layak", "air_tidak_layak", "desil_1_2"):
        assert truth["prevalensi"].corr(truth[cause], method="spearman") > 0.25, cause


def test_rates_are_alike_nearby() -> None:
    land = make_terrain(2026, villages=256, kecamatan=22)
    truth = make_truth(2026, land, pd.Index(range(256)), [2025]).loc[2025]
    assert moran(truth["efek_ruang"].to_numpy(), land.borders) > 0.6
    assert moran(truth["prevalensi"].to_numpy(), land.borders) > 0.2
    assert abs(moran(truth["efek_desa"].to_numpy(), land.borders)) < 0.15


def test_second_year_regresses_towards_the_mean(kabupaten: Kabupaten) -> None:
    first, second = (kabupaten.truth.loc[year]["efek_desa"] for year in (2025, 2026))
    slope = np.polyfit(first, second, 1)[0]
    assert 0.6 < slope < 0.9
    assert second.std() == pytest.approx(first.std(), rel=0.15)


def test_children(kabupaten: Kabupaten) -> None:
    children = kabupaten.truth.loc[2025]["sasaran"]
    assert 80 <= children.median() <= 100
    assert 0.4 < np.log(children).std() < 0.6


def test_measuring_is_uneven(kabupaten: Kabupaten) -> None:
    poor = {}
    for year, table in kabupaten.tables.items():
        coverage = 100 * table["diukur"] / table["sasaran"]
        measured = coverage[table["diukur"] > 0]
        assert measured.between(35, 100).all()
        assert measured.between(74, 99).mean() > 0.85
        by_kecamatan = measured.groupby(measured.index.str[:6]).median()
        poor[year] = set(by_kecamatan.index[by_kecamatan < 60])
        assert len(poor[year]) == 2
        assert (table["diukur"] == 0).sum() == 1
        assert table["sasaran"].isna().sum() == 1
        assert (table["sasaran"].notna() & table["diukur"].isna()).sum() == 1
    assert len(poor[2025] & poor[2026]) == 1


def test_counts_are_draws_from_the_truth(kabupaten: Kabupaten) -> None:
    """Standardised residuals of binomial counts have mean 0 and variance 1."""
    for year, table in kabupaten.tables.items():
        rate = kabupaten.truth.loc[year]["prevalensi"] / 100
        n = table["diukur"].where(table["diukur"] > 0)
        residual = ((table["stunting"] - n * rate) / np.sqrt(n * rate * (1 - rate))).dropna()
        assert abs(residual.mean()) < 0.2
        assert 0.75 < residual.var() < 1.3


def test_tables_add_up(kabupaten: Kabupaten) -> None:
    for table in kabupaten.tables.values():
        health = table.dropna(subset=["diukur"])
        assert (health["pendek"] + health["sangat_pendek"] == health["stunting"]).all()
        assert (health["diukur"] <= health["ditimbang"]).all()
        assert (health["ditimbang"] <= health["sasaran"]).all()
        family = table.dropna(subset=["krs"])
        assert (family["krs"] + family["tidak_krs"] == family["keluarga_sasaran"]).all()
        ranks = [c for c in table if c.startswith("krs_peringkat_")]
        assert len(ranks) == 5
        assert (family[ranks].sum(axis=1) == family["krs"]).all()
        parts = ["krs_air", "krs_jamban", *(c for c in table if c.startswith("pus_"))]
        assert (family[parts].max(axis=1) <= family["krs"]).all()
        assert (family[parts].sum(axis=1) > family["krs"]).mean() > 0.5  # they overlap
        shares = [c for c in table if c.startswith("cakupan_") or c.endswith("_layak")]
        assert table[shares].min().min() >= 0
        assert table[shares].max().max() <= 100


def test_last_list_is_the_proposal_but_for_what_the_meeting_exchanged(
    kabupaten: Kabupaten, root: Path
) -> None:
    chosen = kabupaten.lokus.index
    assert len(chosen) == 26
    assert kabupaten.lokus["kecamatan"].nunique() <= 8
    proposed = set(Kajian.open(root / "data" / "kajian" / "contoh-2025.toml").proposal.kode)
    assert len(proposed - set(chosen)) == 3
    raw = kabupaten.tables[2025]["stunting"] / kabupaten.tables[2025]["diukur"]
    inside = kabupaten.villages["kecamatan"].isin(set(kabupaten.lokus["kecamatan"]))
    others = raw[inside & ~raw.index.isin(chosen) & ~raw.index.isin(proposed)]
    assert raw[list(set(chosen) - proposed)].min() >= others.max()
