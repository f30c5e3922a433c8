"""Outputs of an earlier run read back, and the past brought onto this year's villages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import example_pack
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus import Kajian
from lokus.errors import InputError
from lokus.intake.earlier.decided_list import read_decided_list
from lokus.intake.earlier.earlier_years import carry_earlier_years
from lokus.intake.earlier.outputs import read_previous_pack
from lokus.manifest import frame_digest
from lokus.show.pack.geopackage import write_geopackage
from lokus.show.results.public import mask_results


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the example's outputs, to be spoilt."""
    folder = tmp_path / "keluaran"
    folder.mkdir()
    for name in ("hasil.gpkg", "kajian.lock.json"):
        shutil.copy(example_pack.pack() / name, folder / name)
    return folder


def rewrite(pack: Path, results: gpd.GeoDataFrame) -> None:
    write_geopackage(results, example_pack.study().boundaries.kecamatan, pack / "hasil.gpkg")


# --- outputs ---------------------------------------------------------------------------------------------


def test_the_results_come_back_as_the_study_had_them() -> None:
    kajian = example_pack.study()
    past = read_previous_pack(example_pack.pack(), digest=frame_digest)
    original = kajian.results
    assert list(past.results.columns) == list(original.columns)
    assert past.results.crs == original.crs
    for name in original.columns.drop("geometry"):
        was, now = original[name], past.results[name]
        if pd.api.types.is_numeric_dtype(was):
            assert now.dtype == was.dtype, name
            pd.testing.assert_series_equal(now, was, check_exact=True)
        else:
            assert now.isna().equals(was.isna()), name
            assert now.dropna().tolist() == was.dropna().tolist(), name
    same = [
        (a is None and b is None)
        or (a is not None and a.normalize() == b.normalize() and a.geom_type == b.geom_type)
        for a, b in zip(past.results.geometry, original.geometry, strict=True)
    ]
    assert all(same)
    assert {"stunting", "diukur", "sasaran"} <= set(past.results.columns)
    assert set(kajian.indicators.columns) <= set(past.results.columns)
    assert past.findings == ()


def test_year_list_settings_and_villages() -> None:
    kajian = example_pack.study()
    past = read_previous_pack(example_pack.pack() / "kajian.lock.json")
    assert past.year == 2025
    assert past.kode == tuple(kajian.results["nomor"].dropna().sort_values().index)
    assert past.settings == json.loads(json.dumps(kajian.settings.to_mapping()))
    assert list(past.villages.columns) == ["desa", "kecamatan", "kode_kecamatan", "jenis", "geometry"]
    assert past.villages.index.name == "kode_desa"
    assert past.villages.index.equals(kajian.villages.index)
    assert repr(past) == "Keluaran tahun 2025: 256 desa/kelurahan, 26 dalam daftar"


def test_numbers_yes_and_no_and_texts_that_are_missing_stay_so(pack: Path) -> None:
    n = len(example_pack.study().results)
    extra = {
        "lulus": pd.array([True, False, pd.NA] + [True] * (n - 3), dtype="boolean"),
        "tahun_lokus": pd.array([pd.NA, 2] + [3] * (n - 2), dtype="Int64"),
        "pasti": [False] + [True] * (n - 1),
        "sebab": ["", None] + ["sebab"] * (n - 2),
        "sepertiga": [1 / 3, np.nan] + [1e-300] * (n - 2),
    }
    rewrite(pack, example_pack.study().results.assign(**extra))
    back = read_previous_pack(pack).results
    for name, values in extra.items():
        expected = pd.Series(values, index=back.index, name=name)
        if name == "sebab":
            assert back[name].isna().tolist() == expected.isna().tolist()
            assert back[name].iloc[0] == ""
        else:
            pd.testing.assert_series_equal(back[name], expected, check_exact=True)


def test_a_study_of_multipolygons_has_the_fingerprint_of_its_lock(pack: Path) -> None:
    results = example_pack.study().results
    shapes = [None if s is None else shapely.MultiPolygon([s]) for s in results.geometry]
    multiple = results.set_geometry(shapes, crs=results.crs)
    lock = json.loads((pack / "kajian.lock.json").read_text())
    (pack / "kajian.lock.json").write_text(json.dumps({**lock, "hasil_sha256": frame_digest(multiple)}))
    assert read_previous_pack(pack, digest=frame_digest).findings == ()


def test_results_that_were_edited_are_told(pack: Path) -> None:
    results = example_pack.study().results
    rewrite(pack, results.assign(stunting=results["stunting"] + 1))
    (finding,) = read_previous_pack(pack, digest=frame_digest).findings
    assert (finding.check, finding.level) == ("tahun.altered", "warning")
    assert read_previous_pack(pack).findings == ()


def test_edited_results_written_again_by_their_study_are_believed(pack: Path) -> None:
    results = example_pack.study().results
    rewrite(pack, results.assign(stunting=results["stunting"] + 1))
    (finding,) = read_previous_pack(pack, digest=frame_digest).findings
    assert finding.remedy
    rewrite(pack, results)
    again = read_previous_pack(pack, digest=frame_digest)
    assert again.findings == ()
    pd.testing.assert_series_equal(again.results["stunting"], results["stunting"], check_names=False)


def test_results_without_counts_are_told(pack: Path) -> None:
    rewrite(pack, example_pack.study().results.drop(columns=["diukur", "sasaran"]))
    (finding,) = read_previous_pack(pack).findings
    assert finding.message == "hasil terdahulu tidak memuat diukur, sasaran"


def test_lock_and_results_of_different_runs_are_refused(pack: Path) -> None:
    lock = json.loads((pack / "kajian.lock.json").read_text())
    gone = lock["usulan"]["desa"].pop()
    (pack / "kajian.lock.json").write_text(json.dumps(lock))
    with pytest.raises(InputError, match="berasal dari proses yang berbeda") as error:
        read_previous_pack(pack)
    assert f"{gone[:2]}.{gone[2:4]}.{gone[4:6]}.{gone[6:]}" in str(error.value)


def test_the_public_version_is_refused(pack: Path) -> None:
    kajian = example_pack.study()
    rewrite(pack, mask_results(kajian.results, kajian.catalogue))
    with pytest.raises(InputError, match="versi publik") as error:
        read_previous_pack(pack)
    assert "publik = false" in error.value.remedy
    (pack / "kajian.lock.json").unlink()  # the public version has none
    with pytest.raises(InputError, match="versi publik"):
        read_previous_pack(pack)


def test_what_is_missing_or_something_else_is_named(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder keluaran kajian terdahulu tidak ada"):
        read_previous_pack(tmp_path / "entah")
    with pytest.raises(InputError, match="bukan folder keluaran dan bukan berkas kunci"):
        read_previous_pack(pack / "hasil.gpkg")
    lock = pack / "kajian.lock.json"
    for text in ("{", "[]", '{"usulan": {"desa": []}}'):
        lock.write_text(text)
        with pytest.raises(InputError, match="bukan berkas kunci lokus"):
            read_previous_pack(pack)
    lock.unlink()
    with pytest.raises(InputError, match=r"folder ini tidak memuat kajian\.lock\.json"):
        read_previous_pack(pack)
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)], crs=4326).to_file(
        pack / "hasil.gpkg", layer="desa"
    )
    with pytest.raises(InputError, match="ini bukan hasil lokus: kolom kode_desa, desa"):
        read_previous_pack(pack)
    (pack / "hasil.gpkg").write_text("x")
    with pytest.raises(InputError, match="tidak dapat dibaca"):
        read_previous_pack(pack)
    (pack / "hasil.gpkg").unlink()
    with pytest.raises(InputError, match=r"folder ini tidak memuat hasil\.gpkg"):
        read_previous_pack(pack)


# --- the past on this year's villages ---------------------------------------------------------------------


def test_the_same_villages_carry_the_bundled_results_unchanged(catalogue) -> None:
    past = read_previous_pack(example_pack.pack())
    carried = carry_earlier_years(
        past.villages, past.results, {2025: past.kode}, past.villages, catalogue=catalogue
    )
    assert carried.kode(2025) == tuple(sorted(past.kode))
    for name in carried.values:
        expected = past.results[name].astype("Float64").astype(float)
        pd.testing.assert_series_equal(carried.values[name], expected, check_exact=True)
    kept = {"stunting", "diukur", "sasaran", "krs_persen", "prevalensi", "anak_stunting", "skor", "peringkat"}
    assert kept <= set(carried.values.columns)
    assert not {"terpilih", "nomor", "prevalensi_bawah"} & set(carried.values.columns)
    assert set(carried.changes["jenis_perubahan"]) == {"tetap"}
    assert not carried.changes["perlu_diperiksa"].any()
    assert carried.left.empty
    assert carried.findings == ()


def test_the_decree_of_2025_on_the_villages_of_the_bundled_study_of_2026(root, catalogue) -> None:
    past = read_previous_pack(example_pack.pack())
    annex = root / "data" / "indicators" / "2025" / "lampiran_sk_lokus_2025.xlsx"
    decided = read_decided_list(annex, past.villages)
    now = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml").boundaries.villages
    carried = carry_earlier_years(past.villages, past.results, {2025: decided.kode}, now, catalogue=catalogue)
    assert carried.kode(2025) == tuple(sorted(decided.kode))
    assert len(set(decided.kode) ^ set(past.kode)) > 0  # the rakor changed the proposal
    assert carried.values["stunting"].notna().sum() == past.results["stunting"].notna().sum()


WORDS = ("Suka", "Maju", "Jaya", "Lubuk", "Batu", "Air", "Ulu", "Ilir")
COUNT = st.one_of(st.just(float("nan")), st.integers(0, 50).map(float))


@st.composite
def pasts(draw):
    n = draw(st.integers(1, 12))
    codes = [f"99010{1 + i // 6}2{1 + i:03d}" for i in range(n)]
    names = draw(st.lists(st.sampled_from(WORDS), min_size=n, max_size=n))
    villages = pd.DataFrame(
        {"desa": names, "kecamatan": [f"Kec {c[:6]}" for c in codes]}, index=pd.Index(codes, name="kode_desa")
    )
    columns = {key: draw(st.lists(COUNT, min_size=n, max_size=n)) for key in ("stunting", "diukur")}
    columns["air_layak"] = draw(st.lists(COUNT, min_size=n, max_size=n))
    lists = draw(st.dictionaries(st.integers(2018, 2026), st.sets(st.sampled_from(codes)), max_size=3))
    return villages, villages.assign(**columns), lists, draw(st.permutations(range(n)))


@settings(max_examples=15)
@given(pasts())
def test_villages_that_stay_keep_their_past_whatever_the_row_order(catalogue, past) -> None:
    villages, results, lists, order = past
    carried = carry_earlier_years(villages, results, lists, villages.iloc[order], catalogue=catalogue)
    pd.testing.assert_frame_equal(
        carried.values, results[["stunting", "diukur", "air_layak"]], check_exact=True
    )
    assert list(carried.lists.columns) == sorted(lists)
    for year, codes in lists.items():
        assert carried.kode(year) == tuple(sorted(codes))
        assert carried.lists[year].notna().all()
    assert set(carried.changes["jenis_perubahan"]) == {"tetap"}
    assert carried.findings == ()
    again = carry_earlier_years(
        villages.iloc[order], results.iloc[order], lists, villages, catalogue=catalogue
    )
    pd.testing.assert_frame_equal(again.values, carried.values)
    pd.testing.assert_frame_equal(again.lists, carried.lists)


def drawn(*rows: tuple[str, str, tuple[float, float]]) -> gpd.GeoDataFrame:
    """Villages as strips from x to x, ten wide."""
    frame = pd.DataFrame(
        {"desa": [name for _k, name, _x in rows], "kecamatan": "Sari"},
        index=pd.Index([kode for kode, _n, _x in rows], name="kode_desa"),
    )
    shapes = [shapely.box(100 * a, 0, 100 * b, 1000) for _k, _n, (a, b) in rows]
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:32748")


BEFORE = drawn(
    ("9901012001", "Anggrek", (0, 10)),  # will be divided
    ("9901012002", "Bambu", (10, 20)),  # will be merged with Cempaka
    ("9901012003", "Cempaka", (20, 30)),
    ("9901012004", "Damar", (30, 40)),  # will have another code
    ("9901012005", "Enau", (40, 50)),
    ("9901012006", "Flamboyan", (90, 95)),  # will be gone
)
NOW = drawn(
    ("9901012001", "Anggrek", (0, 6)),
    ("9901012007", "Anyelir", (6, 10)),
    ("9901012002", "Bambu", (10, 30)),
    ("9901022001", "Damar", (30, 40)),
    ("9901012005", "Enau", (40, 50)),
    ("9901012008", "Gelam", (60, 70)),  # new
)
RESULTS = BEFORE.drop(columns="geometry").assign(
    stunting=[10.0, 4.0, 6.0, 3.0, np.nan, 8.0],
    diukur=[100.0, 20.0, 60.0, 30.0, 40.0, 50.0],
    prevalensi_mentah=[10.0, 20.0, 10.0, 10.0, np.nan, 16.0],
    air_layak=[50.0, 70.0, 70.0, 60.0, 50.0, 40.0],
    sanitasi_layak=[50.0, 60.0, 70.0, 60.0, 50.0, 40.0],
    skor=[0.9, 0.5, 0.4, 0.3, 0.2, 0.8],
    peringkat=pd.array([1, 3, 4, 5, pd.NA, 2], dtype="Int64"),
)
LISTS = {2025: ["9901012001", "9901012003", "9901012006"], 2024: ["9901012004", "9901012006"]}


def test_divided_merged_recoded_new_and_gone(catalogue) -> None:
    past = carry_earlier_years(BEFORE, RESULTS, LISTS, NOW, catalogue=catalogue)
    assert past.changes["jenis_perubahan"].to_dict() == {
        "9901012001": "pecah", "9901012002": "gabung", "9901012005": "tetap", "9901012007": "pecah",
        "9901012008": "baru", "9901022001": "ganti kode",
    }  # fmt: skip
    values = past.values
    # Counts of a divided village are nobody's; those of merged ones add up, and give their share.
    assert values.loc[["9901012001", "9901012007"], ["stunting", "diukur"]].isna().all(axis=None)
    merged = values.loc["9901012002"]
    assert (merged["stunting"], merged["diukur"]) == (10.0, 80.0)
    assert merged["prevalensi_mentah"] == pytest.approx(100 * 10 / 80)
    # Without a known denominator only what both had is kept.
    assert merged["air_layak"] == 70.0
    assert np.isnan(merged["sanitasi_layak"])
    assert values.loc["9901022001", "stunting"] == 3.0
    assert values.loc["9901012008"].isna().all()
    assert values["peringkat"].dtype == float
    assert list(past.lists.columns) == [2024, 2025]
    assert past.kode(2025) == ("9901012001", "9901012002", "9901012007")
    assert past.kode(2024) == ("9901022001",)
    assert past.lists.loc["9901012008"].isna().all()
    assert past.left.to_dict("index") == {
        "9901012006": {"desa": "Flamboyan", "kecamatan": "Sari", "tahun": "2024, 2025"}
    }
    assert past.changes["perlu_diperiksa"].to_dict()["9901012005"] is False
    assert past.changes["perlu_diperiksa"]["9901012002"]
    told = {finding.check: finding.message for finding in past.findings}
    assert told["tahun.lokus_gone"] == (
        "1 lokus tahun 2025 tidak ada lagi dalam daftar desa/kelurahan: Flamboyan (Sari)"
    )
    assert told["tahun.lokus_count"] == "2 lokus tahun 2025 yang masih ada kini menjadi 3 desa/kelurahan"
    assert told["tahun.recoded"] == "1 desa/kelurahan berganti kode: 99.01.01.2004 → 99.01.02.2001"
    assert "Damar (Sari)" in told["tahun.lokus_doubtful"]
    assert repr(past) == (
        "Masa lalu 6 desa/kelurahan: daftar 2024 (1), 2025 (3); 1 desa/kelurahan dari daftar sudah tidak ada"
    )


def test_lists_read_against_this_years_villages_need_nothing_else(catalogue) -> None:
    past = carry_earlier_years(None, None, {2025: ["9901012005"]}, NOW, catalogue=catalogue)
    assert past.kode(2025) == ("9901012005",)
    assert past.lists.index.equals(NOW.sort_index().index)
    assert past.values.shape == (6, 0)
    assert past.left.empty
    assert past.crosswalk is None
    assert past.changes["jenis_perubahan"].isna().all()
    assert not past.changes["perlu_diperiksa"].any()
    assert [finding.check for finding in past.findings] == ["tahun.unknown"]


def test_naming_last_years_outputs_has_its_codes_followed(catalogue) -> None:
    """Without the list of that time a code of last year is no village today: the remedy of tahun.unknown."""
    with pytest.raises(InputError, match="bukan desa/kelurahan"):
        carry_earlier_years(None, None, {2025: ["9901012004"]}, NOW, catalogue=catalogue)
    past = carry_earlier_years(BEFORE, RESULTS, {2025: ["9901012004"]}, NOW, catalogue=catalogue)
    assert "tahun.unknown" not in {finding.check for finding in past.findings}
    assert past.kode(2025) == ("9901022001",)
    assert past.values.loc["9901022001", "stunting"] == 3.0


def test_a_village_list_without_results_or_polygons_is_enough_for_the_lists(catalogue) -> None:
    names = pd.DataFrame(BEFORE.drop(columns="geometry"))
    past = carry_earlier_years(names, None, {2025: ["9901012004"]}, NOW, catalogue=catalogue)
    assert past.kode(2025) == ("9901022001",)
    assert past.values.shape == (6, 0)


def test_codes_of_another_list_are_refused(catalogue) -> None:
    with pytest.raises(InputError, match="1 kode dalam daftar tahun 2024 bukan desa/kelurahan saat itu"):
        carry_earlier_years(BEFORE, None, {2024: ["9901012008"]}, NOW, catalogue=catalogue)
    with pytest.raises(ValueError, match="results need the villages"):
        carry_earlier_years(None, RESULTS, {}, NOW, catalogue=catalogue)


def test_a_list_of_2018_in_muara_enim_follows_its_villages_to_2020(shared_data, catalogue) -> None:
    pytest.importorskip("pyarrow")
    codes = pd.read_parquet(shared_data / "codes" / "kode_wilayah_2018_2025.parquet")
    named = codes.assign(kode=codes["kode"].str.replace(".", ""))
    named = named[named["kode"].str.startswith("1603")]

    def village_list(year: int) -> pd.DataFrame:
        own = named[named["tahun"] == year]
        kecamatan = own[own["kode"].str.len() == 6].set_index("kode")["nama"]
        desa = own[own["kode"].str.len() == 10].set_index("kode")["nama"].rename("desa").to_frame()
        desa["kecamatan"] = desa.index.str[:6].map(kecamatan)
        return desa.rename_axis("kode_desa")

    old, new = village_list(2018), village_list(2020)
    moved = sorted(set(old.index) - set(new.index))
    assert len(moved) == 22
    past = carry_earlier_years(old, None, {2018: moved}, new, catalogue=catalogue)
    arrived = past.kode(2018)
    assert len(arrived) == 22
    assert set(arrived).isdisjoint(old.index)
    assert {kode[:6] for kode in arrived} == {"160326", "160327"}
    # By their names, the only other thing known of them.
    was, now = (
        sorted(name.casefold().replace(" ", "") for name in names)
        for names in (old.loc[moved, "desa"], new.loc[list(arrived), "desa"])
    )
    assert was == now
    assert past.left.empty
    assert past.changes["perlu_diperiksa"][list(arrived)].all()
    told = {finding.check: finding.message for finding in past.findings}
    assert told["tahun.recoded"].startswith("22 desa/kelurahan berganti kode")
