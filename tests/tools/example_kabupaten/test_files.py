"""The files: the same every time, as untidy as promised, and readable without loss."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import canonicalize

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from example_kabupaten import make_kabupaten
from example_kabupaten.__main__ import main
from example_kabupaten.decree import size_of_list
from example_kabupaten.office_files import decisions
from pandas.testing import assert_frame_equal
from python_calamine import CalamineWorkbook

from lokus import Kajian
from lokus.intake.tables.tables import read_table
from lokus.places.names import match_names, read_decisions

if TYPE_CHECKING:
    from example_kabupaten import Kabupaten

YEARS = (2025, 2026)
HEALTH = {
    "sasaran": "Sasaran", "diukur": "Diukur", "pendek": "TB/U · Pendek",
    "sangat_pendek": "TB/U · Sangat Pendek", "stunting": "Stunting",
}  # fmt: skip
FAMILY = {
    "keluarga_sasaran": "Jumlah Keluarga Sasaran", "krs": "Keluarga Berisiko Stunting (KRS)",
    "tidak_krs": "Tidak Berisiko", "krs_air": "Faktor Risiko Lingkungan · Sumber Air Minum Tidak Layak",
    "pus_terlalu_banyak": "PUS 4 Terlalu · Terlalu Banyak",
}  # fmt: skip


def cells(path: Path, sheet: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def content(path: Path) -> object:
    """What a file says, apart from how its format packs it."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            # openpyxl spells its XML by whichever of two libraries is installed
            return {name: canonicalize(archive.read(name)) for name in archive.namelist()}
    return path.read_bytes()


def matched(kabupaten: Kabupaten, names: pd.DataFrame, source: str, table: pd.DataFrame | None) -> pd.Series:
    return match_names(names, kabupaten.villages, decisions=table, source=source)["kode_desa"]


def test_the_data_of_the_repository_are_the_output(written: Path, root: Path) -> None:
    ours = sorted(p.relative_to(written) for p in written.rglob("*") if p.is_file())
    for name in ours:
        if name.suffix != ".gpkg":
            assert content(written / name) == content(root / "data" / name), name
    fresh, kept = (gpd.read_file(folder / "boundaries" / "desa.gpkg") for folder in (written, root / "data"))
    assert_frame_equal(fresh.drop(columns="geometry"), kept.drop(columns="geometry"))
    assert shapely.equals_exact(fresh.geometry.to_numpy(), kept.geometry.to_numpy(), 1.5e-6).all()
    assert fresh.crs == kept.crs
    assert sum(p.stat().st_size for p in (root / "data").rglob("*") if p.is_file()) < 1_500_000
    assert (root / "data" / "boundaries" / "desa.gpkg").stat().st_size < 400_000


def test_writing_again_gives_the_same_bytes(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 0
    files = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(written) for p in written.rglob("*") if p.is_file())
    assert [(tmp_path / f).read_bytes() == (written / f).read_bytes() for f in files] == [True] * len(files)
    assert f"{len(files)} files written" in capsys.readouterr().out


def test_every_file_says_it_is_synthetic(written: Path) -> None:
    for path in written.rglob("*.xlsx"):
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            head = [str(cell) for row in cells(path, name)[:3] for cell in row]
            assert any("DATA CONTOH SINTETIS" in cell for cell in head), (path.name, name)
    for path in written.rglob("kemiskinan*.csv"):
        assert b"DATA CONTOH SINTETIS" in path.read_bytes().splitlines()[0]


@pytest.mark.parametrize("year", YEARS)
def test_health_recap(kabupaten: Kabupaten, written: Path, year: int) -> None:
    name = f"eppgbm_{year}-02.xlsx"
    rows = cells(written / "indicators" / str(year) / name, "Application List")
    assert rows[0][0] == f"Data Tanggal : {year}-02-28 07:41:05"
    assert rows[2][:5] == ["No", "Kecamatan", "Desa/Kelurahan", "Sasaran", "BB/U"]
    assert rows[3][10:14] == ["Sangat Pendek", "Pendek", "Normal", "Tinggi"]
    assert all(row[2] == str(row[2]).upper() for row in rows[4:-1])
    assert rows[-1][0] == "Kab. Contoh"
    assert rows[-1][14] == sum(row[14] or 0 for row in rows[4:-1])

    raw = read_table(written / "indicators" / str(year) / name)
    names = raw.data[["Kecamatan", "Desa/Kelurahan"]].set_axis(["kecamatan", "desa"], axis=1)
    chosen = read_decisions(written / "kajian" / "kecocokan.csv")
    open_cases = matched(kabupaten, names, name, None)
    assert open_cases.isna().sum() == len(kabupaten.aliases) == 4
    kode = matched(kabupaten, names, name, chosen)
    assert kode.notna().all()
    values = raw.data[list(HEALTH.values())].set_axis(list(HEALTH), axis=1).set_axis(kode).astype(float)
    expected = kabupaten.tables[year][list(HEALTH)].dropna(subset=["sasaran"])
    assert_frame_equal(values.sort_index(), expected, check_index_type=False, check_names=False)


@pytest.mark.parametrize("year", YEARS)
def test_family_recap(kabupaten: Kabupaten, written: Path, year: int) -> None:
    name = f"krs_{year}.xlsx"
    rows = cells(written / "indicators" / str(year) / name, "REKAP KRS")
    body = rows[5:]
    blocks = [row[1] for row in body if row[1]]
    assert len(blocks) == 22
    assert sum(row[2] == "Jumlah" for row in body) == 22
    total = next(row for row in body if row[0] == "TOTAL KABUPATEN")
    assert total[3:] == [
        sum(row[column] or 0 for row in body if row[2] == "Jumlah") for column in range(3, len(total))
    ]

    raw = read_table(written / "indicators" / str(year) / name)
    names = pd.DataFrame({"kecamatan": raw.data["Kecamatan"].ffill(), "desa": raw.data["Desa/Kelurahan"]})
    kode = matched(kabupaten, names, name, read_decisions(written / "kajian" / "kecocokan.csv"))
    values = raw.data[list(FAMILY.values())].set_axis(list(FAMILY), axis=1).set_axis(kode).astype(float)
    expected = kabupaten.tables[year][list(FAMILY)]
    absent = expected.index.difference(values.index)
    assert len(absent) == 1
    assert_frame_equal(values.sort_index(), expected.drop(absent), check_index_type=False, check_names=False)


@pytest.mark.parametrize("year", YEARS)
def test_sanitation_sheet(kabupaten: Kabupaten, written: Path, year: int) -> None:
    path = written / "indicators" / str(year) / f"sanitasi_{year}.xlsx"
    assert CalamineWorkbook.from_path(path).sheet_names == ["Catatan", f"Data {year}"]
    header, *rows = cells(path, f"Data {year}")[2:]
    assert "\n" in str(header[2])
    texts = [str(cell) for row in rows for cell in row[4:7]]
    assert all(isinstance(cell, str) for row in rows for cell in row[4:7])
    assert texts.count("-") == 8
    assert sum(text.endswith(" %") for text in texts) > 50
    read = pd.DataFrame([row[4:7] for row in rows], index=kabupaten.villages.index)
    read = read.apply(lambda column: pd.to_numeric(column.str.rstrip(" %").str.replace(",", "."), "coerce"))
    expected = kabupaten.tables[year][["sanitasi_layak", "air_layak", "stop_babs"]]
    assert_frame_equal(read.set_axis(expected.columns, axis=1), expected)


@pytest.mark.parametrize(("year", "encoding"), [(2025, "utf-8-sig"), (2026, "cp1252")])
def test_poverty_list(kabupaten: Kabupaten, written: Path, year: int, encoding: str) -> None:
    path = written / "indicators" / str(year) / f"kemiskinan_{year}.csv"
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")
    read = pd.read_csv(path, sep=";", skiprows=2, decimal=",", encoding=encoding, dtype={"KODE_DESA": str})
    assert read["KODE_DESA"].str.fullmatch(r"9901\d{6}\.0").all()
    kode = read["KODE_DESA"].str.removesuffix(".0")
    unknown = ~kode.isin(kabupaten.villages.index)
    assert unknown.sum() == 1
    values = read.set_index(kode)["PERSEN_DESIL_1_2"][~unknown.to_numpy()].sort_index()
    expected = kabupaten.tables[year]["desil_1_2"].dropna()
    assert len(expected) == 254
    pd.testing.assert_series_equal(values, expected, check_names=False, check_index_type=False)


@pytest.mark.parametrize("year", YEARS)
def test_service_sheet(kabupaten: Kabupaten, written: Path, year: int) -> None:
    rows = cells(written / "indicators" / str(year) / f"layanan_{year}.xlsx", "Cakupan")[3:]
    values = {str(row[0]).replace(".", ""): row[5] for row in rows}
    expected = kabupaten.tables[year]["cakupan_imunisasi"].dropna()
    assert len(expected) == 253
    assert values == expected.to_dict()


def test_decree(kabupaten: Kabupaten, written: Path) -> None:
    rows = cells(written / "indicators" / "2025" / "lampiran_sk_lokus_2025.xlsx", "Lampiran")[5:]
    listed = pd.DataFrame(rows, columns=["no", "kecamatan", "desa"])
    listed["kecamatan"] = listed["kecamatan"].replace("", None).ffill()
    assert listed["no"].tolist() == list(range(1, 27))
    assert listed["kecamatan"].nunique() == 8
    assert matched(kabupaten, listed, "", None).tolist() == kabupaten.lokus.index.tolist()


def test_official_list(kabupaten: Kabupaten, written: Path) -> None:
    official = pd.read_csv(written / "indicators" / "daftar_desa.csv", dtype=str)
    assert official["kode_desa"].str.replace(".", "").tolist() == kabupaten.villages.index.tolist()
    assert official["desa"].tolist() == kabupaten.villages["desa"].tolist()


def test_decisions_name_the_right_villages(kabupaten: Kabupaten, written: Path) -> None:
    table = decisions(kabupaten)
    assert set(table["sumber"]) == {f"{name}_{year}{end}.xlsx" for year in YEARS
                                    for name, end in (("eppgbm", "-02"), ("krs", ""))}  # fmt: skip
    for kode, kecamatan in zip(table["kode_desa"].str.replace(".", ""), table["kecamatan"], strict=True):
        assert kode in kabupaten.aliases
        assert kabupaten.villages["kecamatan"][kode].upper() == kecamatan.upper()
    assert len(read_decisions(written / "kajian" / "kecocokan.csv")) == len(table)


@pytest.mark.slow
def test_teams_can_be_apportioned_in_a_kabupaten_of_another_size(tmp_path):
    made = make_kabupaten(villages=600, kecamatan=30, kelurahan=2)
    made.write(tmp_path)
    kajian = Kajian.open(tmp_path / "kajian" / "contoh-2025.toml")
    (stated,) = kajian.settings.shares
    families = kajian.villages["keluarga"].drop(index=list(stated.left_out))
    assert families.notna().all()
    assert stated.total >= stated.least * len(families)


@pytest.mark.parametrize(
    ("villages", "pack"),
    [
        pytest.param(24, True, marks=pytest.mark.slow),
        pytest.param(63, True, marks=pytest.mark.slow),
        pytest.param(852, False, marks=pytest.mark.slow),
        pytest.param(3239, False, marks=[pytest.mark.slow, pytest.mark.long]),
    ],
)
def test_a_kabupaten_of_any_size_runs_to_its_pack(tmp_path, monkeypatch, villages, pack):
    monkeypatch.setenv("LOKUS_PROSES", "1")
    made = make_kabupaten(villages=villages)
    made.write(tmp_path)
    kajian = Kajian.open(tmp_path / "kajian" / "contoh-2026.toml")
    listed, kecamatan = size_of_list(made.villages)
    assert len(kajian.proposal.kode) == listed == round(0.1 * villages)
    assert kajian.proposal.n_kecamatan <= kecamatan
    # A large one writes a part of the outputs here; the benchmark of growth writes all of them.
    few = {"ukuran": ["A4"], "peta": ["usulan"], "bahan": ["kalender"]}
    written = (kajian if pack else kajian.replace(keluaran=few)).write(tmp_path / "keluaran")
    assert {"lokus.xlsx", "hasil.gpkg", "kajian.lock.json"} <= {path.name for path in written.files}
    assert len(pd.read_excel(tmp_path / "keluaran" / "lokus.xlsx", sheet_name=None, engine="calamine")) > 3


def test_a_village_that_is_not_yet_one_has_a_code_of_its_own(tmp_path):
    made = make_kabupaten(villages=360, kecamatan=3, years=(2026,))
    made.write(tmp_path)
    rows = (tmp_path / "indicators" / "2026" / "kemiskinan_2026.csv").read_text("utf-8-sig").splitlines()
    code = rows[-1].split(".")[0]
    assert "Persiapan" in rows[-1]
    assert code not in made.villages.index
