from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from village_years import MAP_NEW, MAP_OLD, OLD, drawn, village_list

from lokus.errors import InputError
from lokus.places.carry import carry_over
from lokus.places.vintages import CHANGES, _linked, crosswalk


def changes(result) -> set[tuple[str | None, str | None, str, str]]:
    table = result.table[["kode_lama", "kode_baru", "jenis_perubahan", "cara"]].astype(object)
    return set(table.where(table.notna(), None).itertuples(index=False, name=None))


def note(result, kode_baru: str) -> str:
    return str(result.table.set_index("kode_baru")["keterangan"][kode_baru])


def test_every_kind_of_change_that_lists_can_show() -> None:
    new = village_list(
        "9901012001 SUKA  MAJU/Lama",  # the same, in capitals
        "9901012002 Tanjung Dua/Lama",  # the same, spelt otherwise
        "9901012003 Batu Permai/Lama",  # another name
        "9901031001 Pagar Dewa/Baru",  # another code, and a kelurahan
        "9901032002 Sumberejo/Baru",  # another code and a similar name, where Pagar Dewa went
        "9901012006 Mekar Sari/Lama",
        "9901022001 Mekar Sari/Hulu",
        "9901022003 Karang Anyar/Hulu",
        "9901022009 Karang Anyar Timur/Hulu",  # new
    )
    result = crosswalk(OLD, new)
    assert changes(result) == {
        ("9901012001", "9901012001", "tetap", "kode dan nama"),
        ("9901012002", "9901012002", "tetap", "kode dan nama"),
        ("9901012003", "9901012003", "ganti nama", "kode"),
        ("9901012004", "9901031001", "ganti kode", "nama"),
        ("9901012005", "9901032002", "ganti kode", "nama mirip"),
        ("9901012006", "9901012006", "tetap", "kode dan nama"),
        ("9901022001", "9901022001", "tetap", "kode dan nama"),
        ("9901022002", None, "hilang", ""),
        ("9901022003", "9901022003", "tetap", "kode dan nama"),
        (None, "9901022009", "baru", ""),
    }
    assert result.counts.tolist() == [5, 1, 2, 0, 0, 0, 1, 1]
    assert list(result.counts.index) == list(CHANGES)
    assert note(result, "9901012001") == ""
    assert note(result, "9901012002") == "ejaan: Tanjung II → Tanjung Dua"
    assert "pastikan kodenya tidak dipakai desa lain" in note(result, "9901012003")
    assert note(result, "9901031001") == "status: desa → kelurahan"
    assert "99.01.02.2003 Karang Anyar" in note(result, "9901022009")
    assert repr(result) == ("<Crosswalk: 9 → 9 desa; 5 tetap, 1 ganti nama, 2 ganti kode, 1 baru, 1 hilang>")


def test_a_name_that_several_have_is_not_followed_across_kecamatan() -> None:
    new = OLD.drop("9901022001").rename(index={"9901012006": "9901032001"})
    new.loc["9901032001", "kecamatan"] = "Baru"
    result = crosswalk(OLD, new)
    # One Mekar Sari is left of two: it may be either.
    assert {row for row in changes(result) if row[2] != "tetap"} == {
        ("9901012006", None, "hilang", ""),
        ("9901022001", None, "hilang", ""),
        (None, "9901032001", "baru", ""),
    }
    # Where others have moved the same way, it is the one of the kecamatan they came from.
    moved = new.rename(index={"9901012001": "9901032002", "9901012003": "9901032003"})
    moved.loc[["9901032002", "9901032003"], "kecamatan"] = "Baru"
    assert ("9901012006", "9901032001", "ganti kode", "nama") in changes(crosswalk(OLD, moved))


def test_exchanged_codes_are_seen_by_the_names() -> None:
    new = OLD.rename(index={"9901012003": "9901012004", "9901012004": "9901012003"})
    rows = changes(crosswalk(OLD, new))
    assert ("9901012003", "9901012004", "ganti kode", "nama") in rows
    assert ("9901012004", "9901012003", "ganti kode", "nama") in rows


def test_a_spelling_under_the_same_code_goes_before_a_namesake_elsewhere() -> None:
    old = village_list("9901042027 Krumbok/Delima", "9901152044 Keurumbok/Mila", "9901152045 Pulo/Mila")
    new = village_list("9901042027 Keurumbok/Delima", "9901152045 Pulo/Mila")
    assert changes(crosswalk(old, new)) == {
        ("9901042027", "9901042027", "ganti nama", "kode"),
        ("9901152044", None, "hilang", ""),
        ("9901152045", "9901152045", "tetap", "kode dan nama"),
    }


def test_a_similar_name_is_followed_where_others_have_gone() -> None:
    new = OLD.rename(index={code: f"990105{code[6:]}" for code in OLD.index[:6]})
    new.loc[new.index.str.startswith("990105"), "kecamatan"] = "Baru"
    new.loc["9901052003", "desa"] = "Lubuk Batuu"
    new.loc["9901052002", "desa"] = "Tanjung III"
    rows = changes(crosswalk(OLD, new))
    assert ("9901012003", "9901052003", "ganti kode", "nama mirip") in rows
    # The two and the three are never one village, however alike the rest.
    assert {("9901012002", None, "hilang", ""), (None, "9901052002", "baru", "")} <= rows


@pytest.mark.parametrize("moved", ["9902", "1703"])
def test_a_kabupaten_divided_or_recoded_is_recognised_by_its_villages(moved: str) -> None:
    new = OLD.rename(index={code: f"{moved}{code[4:]}" for code in OLD.index[:6]})
    result = crosswalk(OLD, new)
    recoded = result.table[result.table["jenis_perubahan"] == "ganti kode"]
    assert dict(zip(recoded["kode_lama"], recoded["kode_baru"], strict=True)) == {
        code: f"{moved}{code[4:]}" for code in OLD.index[:6]
    }
    assert result.counts[["baru", "hilang"]].tolist() == [0, 0]


def test_lists_that_cannot_be_used_are_refused() -> None:
    with pytest.raises(InputError, match='kolom "desa"'):
        crosswalk(OLD.drop(columns="desa"), OLD)
    with pytest.raises(InputError, match=r"99\.01\.01\.2001"):
        crosswalk(OLD, pd.concat([OLD, OLD.iloc[:1]]))
    with pytest.raises(InputError, match=r"tidak bernama, yang pertama: 99\.01\.01\.2002"):
        crosswalk(OLD, OLD.assign(desa=["a", None, *"cdefghi"]))


def test_codes_with_dots_columns_instead_of_index_and_no_kecamatan_will_do() -> None:
    dotted = OLD.reset_index()[["kode_desa", "desa"]]
    dotted["kode_desa"] = [f"{k[:2]}.{k[2:4]}.{k[4:6]}.{k[6:]}" for k in dotted["kode_desa"]]
    result = crosswalk(dotted, OLD.sample(frac=1, random_state=1))
    assert result.counts["tetap"] == len(OLD)


# --- with polygons ---------------------------------------------------------------------------------------


TRUE_CHANGES = {
    ("9901012001", "9901012001", "pecah", "kode dan nama"),
    ("9901012001", "9901012007", "pecah", "batas"),
    ("9901012002", "9901012002", "gabung", "kode dan nama"),
    ("9901012003", "9901012002", "gabung", "batas"),
    ("9901012004", "9901022001", "ganti kode", "batas"),
    ("9901012005", "9901012005", "tetap", "kode dan nama"),
    ("9901012006", "9901012006", "tetap", "kode dan nama"),
}


def test_polygons_show_what_was_divided_and_merged() -> None:
    result = crosswalk(MAP_OLD, MAP_NEW)
    assert changes(result) == TRUE_CHANGES
    shares = result.table.set_index(["kode_lama", "kode_baru"])[["bagian_lama", "bagian_baru"]]
    assert shares.loc[("9901012001", "9901012007")].tolist() == pytest.approx([40, 100])
    assert shares.loc[("9901012003", "9901012002")].tolist() == pytest.approx([100, 50])
    assert shares.loc[("9901012006", "9901012006")].isna().all()
    without = crosswalk(MAP_OLD, pd.DataFrame(MAP_NEW.drop(columns="geometry")))
    assert without.counts.to_dict() == {
        "tetap": 4, "ganti nama": 0, "ganti kode": 0, "pecah": 0, "gabung": 0, "pecah dan gabung": 0,
        "baru": 2, "hilang": 2,
    }  # fmt: skip


def test_another_drawing_of_the_same_villages_changes_nothing() -> None:
    rng = np.random.default_rng(4)
    moved = [
        None if shape is None else shapely.transform(shape, lambda xy: xy + rng.uniform(-90, 90, 2))
        for shape in MAP_NEW.geometry
    ]
    other = MAP_NEW.set_geometry(gpd.GeoSeries(moved, index=MAP_NEW.index, crs=MAP_NEW.crs)).to_crs(4326)
    assert changes(crosswalk(MAP_OLD, other)) == TRUE_CHANGES


def test_polygons_contradict_a_namesake_and_a_code_given_away() -> None:
    old = drawn(village_list("9901012001 Anggrek/K", "9901012002 Bambu/K"), (0, 0, 10, 10), (10, 0, 20, 10))
    new = drawn(village_list("9901012001 Kenanga/K", "9901012009 Bambu/L"), (50, 0, 60, 10), (80, 0, 90, 10))
    assert changes(crosswalk(old, new)) == {
        ("9901012001", None, "hilang", ""),
        ("9901012002", None, "hilang", ""),
        (None, "9901012001", "baru", ""),
        (None, "9901012009", "baru", ""),
    }
    same = new.rename(index={"9901012009": "9901012002"})
    kept = crosswalk(old, same)
    assert ("9901012002", "9901012002", "tetap", "kode dan nama") in changes(kept)


# --- invented histories with known truth -----------------------------------------------------------------

SYLLABLES = ("ba", "ci", "du", "ga", "ke", "lo", "mu", "na", "pi", "ra", "so", "tu")


def invented(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Villages with names that no two share and none resembles."""
    names = {"".join(rng.choice(SYLLABLES, 5)) for _ in range(4 * n)}
    chosen = [name.title() for name in sorted(names)[:: max(1, len(names) // n)]][:n]
    codes = [f"9901{1 + i % 3:02d}2{1 + i // 3:03d}" for i in range(len(chosen))]
    kecamatan = [f"Kecamatan {code[4:6]}" for code in codes]
    return pd.DataFrame({"desa": chosen, "kecamatan": kecamatan}, index=pd.Index(codes, name="kode_desa"))


def one_year(
    villages: pd.DataFrame, rng: np.random.Generator, year: int
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Recode some villages, rename others, abolish and found a few; give the true successors."""
    fate = rng.choice(["stays", "recoded", "renamed", "gone"], len(villages), p=[0.5, 0.2, 0.2, 0.1])
    rows, truth = [], {}
    for i, (code, row) in enumerate(villages.iterrows()):
        if fate[i] == "gone":
            continue
        own = f"99010{year}2{500 + i:03d}" if fate[i] == "recoded" else str(code)
        name = f"{row['desa']} {year}xq" if fate[i] == "renamed" else row["desa"]
        rows.append((own, name, f"Kecamatan {own[4:6]}"))
        truth[str(code)] = own
    rows.append((f"99010{year}2900", f"Zzz{year}yy", f"Kecamatan 0{year}"))
    frame = pd.DataFrame(rows, columns=["kode_desa", "desa", "kecamatan"]).set_index("kode_desa")
    return frame.sample(frac=1, random_state=year), truth


def links(result) -> dict[str, str]:
    return dict(zip(result.pairs["kode_lama"], result.pairs["kode_baru"], strict=True))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_an_invented_history_is_found_year_by_year_and_composed(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    first = invented(rng, n)
    second, to_second = one_year(first, rng, 4)
    third, to_third = one_year(second, rng, 5)
    early, late = crosswalk(first, second), crosswalk(second, third)
    assert links(early) == to_second
    assert links(late) == to_third
    both = early.then(late)
    assert links(both) == {code: to_third[way] for code, way in to_second.items() if way in to_third}
    for result, before, after in ((early, first, second), (late, second, third), (both, first, third)):
        assert set(result.table["kode_lama"].dropna()) == set(before.index)
        assert set(result.table["kode_baru"].dropna()) == set(after.index)
        assert result.counts.sum() == len(result.table)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.integers(1, 30))
def test_a_list_against_itself_is_the_same_and_changes_nothing_else(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    villages = invented(rng, n)
    itself = crosswalk(villages, villages.sample(frac=1, random_state=seed % 97))
    assert itself.counts["tetap"] == len(itself.table) == len(villages)
    later, _truth = one_year(villages, rng, 4)
    change = crosswalk(villages, later)
    assert changes(itself.then(change)) == {
        (a, b, kind, "kode dan nama" if how == "kode dan nama" else f"kode dan nama; {how}" if how else "")
        for a, b, kind, how in changes(change)
    }
    frame = pd.DataFrame({"stunting": rng.random(len(villages)), "lokus": True}, index=villages.index)
    carried = carry_over(frame, itself, counts=["stunting"], flags=["lokus"])
    pd.testing.assert_series_equal(carried.table["stunting"], frame["stunting"].sort_index())
    assert not carried.table["perlu_diperiksa"].any()
    assert carried.findings == []


def test_composition_wants_lists_that_meet() -> None:
    with pytest.raises(ValueError, match="not the old list of the second"):
        crosswalk(OLD, OLD.iloc[:3]).then(crosswalk(OLD, OLD))


# --- carrying over ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lists(shared_data) -> pd.DataFrame:
    pytest.importorskip("pyarrow")
    codes = pd.read_parquet(shared_data / "codes" / "kode_wilayah_2018_2025.parquet")
    kecamatan = codes[codes["kode"].str.len() == 8].set_index(["tahun", "kode"])["nama"]
    villages = codes[codes["kode"].str.len() == 13].rename(columns={"nama": "desa", "kode": "kode_desa"})
    of = pd.MultiIndex.from_arrays([villages["tahun"], villages["kode_desa"].str[:8]])
    return villages.assign(kecamatan=kecamatan.reindex(of).fillna("").to_numpy())


def test_the_villages_of_muara_enim_recoded_from_2018_to_2020_are_found(lists) -> None:
    own = lists[lists["kode_desa"].str.startswith("16.03")]
    old, new = own[own["tahun"] == 2018], own[own["tahun"] == 2020]
    result = crosswalk(old, new)
    assert result.counts.to_dict() == {
        "tetap": 233, "ganti nama": 0, "ganti kode": 22, "pecah": 0, "gabung": 0, "pecah dan gabung": 0,
        "baru": 0, "hilang": 0,
    }  # fmt: skip
    recoded = result.table[result.table["jenis_perubahan"] == "ganti kode"]
    assert set(recoded["kode_baru"].str[:6]) == {"160326", "160327"}
    assert (recoded["desa_lama"].str.replace(" ", "").str.lower()
            == recoded["desa_baru"].str.replace(" ", "").str.lower()).all()  # fmt: skip
    lokus = pd.DataFrame({"lokus": True}, index=["1603012002", "1603032012", "1603022001"])
    over = carry_over(lokus, result, flags=["lokus"]).table
    assert over.index[over["lokus"].fillna(False)].tolist() == ["1603022001", "1603262010", "1603272010"]


@pytest.mark.slow
def test_the_whole_country_from_2022_to_2023(lists) -> None:
    old, new = lists[lists["tahun"] == 2022], lists[lists["tahun"] == 2023]
    result = crosswalk(old, new)
    assert (len(old), len(new)) == (83_467, 83_763)
    assert result.table["kode_lama"].dropna().is_unique
    assert result.table["kode_baru"].dropna().is_unique
    # 4,661 codes are gone and 4,957 new, as ../shared/data/README.md counts; nearly all are recodings.
    recoded = result.table[result.table["jenis_perubahan"] == "ganti kode"]
    new_codes = set(new["kode_desa"].str.replace(".", "")) - set(old["kode_desa"].str.replace(".", ""))
    assert len(new_codes) == 4_957
    assert 4_500 < recoded["kode_baru"].isin(new_codes).sum() < 4_700
    assert result.counts["hilang"] < 100


def test_linked_nodes_are_grouped_as_scipy_groups_them() -> None:
    rng = np.random.default_rng(5)
    for count in (1, 2, 9, 40):
        links = rng.integers(0, count, (count // 2, 2)).tolist()
        graph = coo_array((np.ones(len(links)), tuple(np.array(links, dtype=int).reshape(-1, 2).T)),
                          shape=(count, count))  # fmt: skip
        assert _linked(count, links) == connected_components(graph, directed=False)[1].tolist()
