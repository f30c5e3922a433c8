from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.errors import FollowupError
from lokus.followup.beneficiaries import (
    FAMILIES,
    GROUPS,
    PERSONS,
    SCOPES,
    beneficiaries,
    group_label,
    public_beneficiaries,
)
from lokus.i18n import use_language
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.results.public import mask_results


def make_villages(sizes=(3, 2)) -> pd.DataFrame:
    codes = [f"9901{k + 1:02d}{2001 + v}" for k, size in enumerate(sizes) for v in range(size)]
    return pd.DataFrame(
        {"kode_kecamatan": [c[:6] for c in codes], "kecamatan": [f"Kec {c[4:6]}" for c in codes]},
        index=pd.Index(codes, name="kode_desa"),
    )


VILLAGES = make_villages()
CODES = list(VILLAGES.index)


def test_the_groups_of_oki_add_up_to_what_was_published():
    """9,132 pregnant women, 61,804 under-fives, 234,886 brides- and grooms-to-be: 305,822 (OKI)."""
    rng = np.random.default_rng(5)
    published = {"bumil": 9_132, "balita": 61_804, "catin": 234_886}
    villages = make_villages((20,) * 16)
    shares = rng.dirichlet(np.ones(len(villages)), 3)
    values = pd.DataFrame(
        {
            GROUPS[name].column: rng.multinomial(number, share).astype(float)
            for (name, number), share in zip(published.items(), shares, strict=True)
        },
        index=villages.index,
    )
    result = beneficiaries(values, villages=villages, lokus=villages.index[:26])
    assert result.at("kabupaten").iloc[0][[*published, PERSONS]].tolist() == [*published.values(), 305_822]
    assert "305.822" in repr(result)
    for scope in ("kecamatan", "lokus per kecamatan"):
        above = "kabupaten" if scope == "kecamatan" else "lokus"
        assert result.at(scope).sum().to_dict() == result.at(above).iloc[0].to_dict()


def test_nobody_is_counted_twice():
    values = pd.DataFrame(
        {
            "bumil": 20.0, "bumil_kek": 4.0, "sasaran": 90.0, "baduta": 35.0, "stunting": 12.0,
            "remaja_putri": 60.0, "catin": 8.0, "keluarga": 300.0, "keluarga_sasaran": 200.0, "krs": 70.0,
        },
        index=VILLAGES.index,
    )  # fmt: skip
    result = beneficiaries(values, villages=VILLAGES, lokus=[])
    assert result.added == ("catin", "bumil", "balita")
    assert result.at("kabupaten")[PERSONS].tolist() == [5 * (8 + 20 + 90)]
    units = result.table.drop_duplicates("kelompok").set_index("kelompok")["satuan"]
    assert set(units[units == FAMILIES].index) == {"keluarga", "keluarga_sasaran", "krs"}
    alone = beneficiaries(values[["baduta", "bumil_kek", "remaja_putri"]], villages=VILLAGES, lokus=[])
    assert set(alone.added) == {"baduta", "bumil_kek", "remaja_putri"}


def test_a_total_over_missing_villages_is_a_lower_bound_and_says_so():
    values = pd.DataFrame(
        {"bumil": [5, None, 7, None, None], "sasaran": [40, 50, 60, 70, 80]},
        index=VILLAGES.index,
        dtype=float,
    )
    result = beneficiaries(values, villages=VILLAGES, lokus=[CODES[0], CODES[3]])
    rows = result.table.set_index(["lingkup", "kode", "kelompok"])
    assert rows.loc[("kabupaten", "", "bumil"), ["jumlah", "desa", "desa_terisi"]].tolist() == [12, 5, 2]
    assert rows.loc[("kabupaten", "", "bumil"), "batas_bawah"]
    assert not rows.loc[("kabupaten", "", "balita"), "batas_bawah"]
    assert rows.loc[("kabupaten", "", PERSONS), ["jumlah", "desa_terisi"]].tolist() == [312, 2]
    assert rows.loc[("kabupaten", "", PERSONS), "batas_bawah"]
    # No village of the second kecamatan has a number: unknown, not 0, and not a bound of anything.
    second = rows.loc[("kecamatan", "990102", "bumil")]
    assert np.isnan(second["jumlah"])
    assert not second["batas_bawah"]
    assert result.villages[PERSONS].isna().tolist() == [False, True, False, True, True]
    assert "Ibu hamil ≥ 12" in repr(result)


def test_the_study_says_which_column_is_which():
    values = pd.DataFrame({"ibu_hamil": 3.0, "sasaran": 9.0}, index=VILLAGES.index)
    named = beneficiaries(
        values, villages=VILLAGES, lokus=[], groups={"balita": "sasaran", "bumil": "ibu_hamil"}
    )
    assert named.at("kabupaten").iloc[0].to_dict() == {"bumil": 15, "balita": 45, PERSONS: 60}
    assert list(beneficiaries(values, villages=VILLAGES, lokus=[]).columns) == ["balita"]
    listed = beneficiaries(values, villages=VILLAGES, lokus=[], groups=["balita"])
    assert PERSONS not in listed.at("kabupaten")


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"bumill": "ibu"}, r'(?s)tidak ada kelompok sasaran "bumill".*maksud.*"bumil"'),
        ({"bumil": "ibu"}, 'Ibu hamil: tidak ada kolom "ibu"'),
        ({"bumil": "sasaran", "balita": "sasaran"}, "satu kolom untuk dua kelompok: sasaran"),
        ({}, "tidak ada kelompok sasaran yang memiliki kolom"),
    ],
)
def test_wrong_groups_are_refused(groups, message):
    values = pd.DataFrame({"sasaran": 3.0}, index=VILLAGES.index)
    with pytest.raises(FollowupError, match=message):
        beneficiaries(values, villages=VILLAGES, lokus=[], groups=groups)


def test_wrong_values_are_named():
    values = pd.DataFrame({"sasaran": [1.0, -2, 3, 4, 5]}, index=VILLAGES.index)
    with pytest.raises(FollowupError, match="Balita: angka negatif di 9901012002"):
        beneficiaries(values, villages=VILLAGES, lokus=[])
    with pytest.raises(FollowupError, match="tidak ada dalam daftar desa: 9999999999"):
        beneficiaries(values.abs(), villages=VILLAGES, lokus=["9999999999"])
    with pytest.raises(ValueError, match="scope must be one of"):
        beneficiaries(values.abs(), villages=VILLAGES, lokus=[]).at("desa")


def test_a_part_larger_than_its_whole_is_found():
    values = pd.DataFrame(
        {"sasaran": [9.0, 9, 9, 9, None], "baduta": [3.0, 10, 9, None, 4]}, index=VILLAGES.index
    )
    (finding,) = beneficiaries(values, villages=VILLAGES, lokus=[]).findings
    assert (
        finding.message == "Baduta (0–23 bulan) lebih banyak daripada Balita di 1 desa/kelurahan: 9901012002"
    )


@given(st.permutations(range(5)))
@settings(max_examples=15)
def test_the_row_order_does_not_matter(order):
    values = pd.DataFrame({"sasaran": [1.0, 2, None, 4, 5], "bumil": 2.0}, index=VILLAGES.index)
    rows = [CODES[k] for k in order]
    one = beneficiaries(values, villages=VILLAGES, lokus=CODES[1:3])
    other = beneficiaries(values.loc[rows], villages=VILLAGES.loc[rows[::-1]], lokus=CODES[2:0:-1])
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.villages, other.villages)


def test_every_group_has_an_indonesian_and_an_english_name():
    for name in (*GROUPS, PERSONS):
        with use_language("en"):
            english = group_label(name)
        assert group_label(name) != english


# -- what may be published ----------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.lists(st.integers(1, 4), min_size=1, max_size=5), st.integers(3, 40))
@settings(max_examples=20)
def test_public_totals_settle_no_masked_village(seed, sizes, most):
    """With every total that is published, a masked village could still be 0 more or less than it is."""
    rng = np.random.default_rng(seed)
    villages = make_villages(sizes)
    counts = pd.DataFrame({"krs": rng.integers(0, most, len(villages)).astype(float)}, index=villages.index)
    frame = gpd.GeoDataFrame(
        villages.assign(desa="x", jenis="desa", **counts), geometry=[None] * len(villages), crs=4326
    )
    masked = mask_results(frame, load_catalogue())
    lokus = villages.index[::2]
    full = beneficiaries(counts, villages=villages, lokus=lokus)
    public = public_beneficiaries(full, pd.DataFrame(masked))
    published = masked["krs"]
    for row in public.table.itertuples():
        inside = pd.Series(True, index=villages.index)
        if "kecamatan" in row.lingkup:
            inside &= villages["kode_kecamatan"] == row.kode
        if "lokus" in row.lingkup:
            inside &= villages.index.isin(lokus)
        own = published[inside]
        if row.jumlah == own.sum(min_count=1) or (np.isnan(row.jumlah) and own.isna().all()):
            continue  # nothing but the sum of what is published
        hidden = counts.loc[own.index[own.isna()], "krs"]
        rest = row.jumlah - own.sum()
        assert row.lingkup in ("kabupaten", "kecamatan")
        assert len(hidden) >= 2
        assert rest == hidden.sum() >= max(5, 2 * len(hidden))
    assert set(public.table["lingkup"]) == set(SCOPES)


def test_a_kecamatan_of_one_village_does_not_give_it_away():
    villages = make_villages((1, 3))
    counts = pd.DataFrame({"krs": [3.0, 40, 50, 60]}, index=villages.index)
    full = beneficiaries(counts, villages=villages, lokus=villages.index[:2])
    public = public_beneficiaries(full, counts.where(counts > 40))
    assert public.at("kecamatan")["krs"].fillna(-1).tolist() == [-1, 110]
    assert public.at("kabupaten")["krs"].tolist() == [153]
    assert public.at("lokus")["krs"].isna().all()


def test_a_column_nobody_has_judged_is_not_published():
    values = pd.DataFrame({"sasaran": 30.0, "ibu": 20.0}, index=VILLAGES.index)
    full = beneficiaries(
        values, villages=VILLAGES, lokus=CODES[:1], groups={"balita": "sasaran", "bumil": "ibu"}
    )
    public = public_beneficiaries(full, values[["sasaran"]])
    assert set(public.table["kelompok"]) == {"balita"}
