"""The workbooks of Kabupaten Pasangkayu, read as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.intake.audit.audit import audit
from lokus.intake.join.combine import combine
from lokus.intake.join.join import Joined, join_table
from lokus.intake.tables.tables import RawTable, read_table
from lokus.places.names import read_decisions

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue

PLACES = {"desa": "Desa", "kecamatan": "Kecamatan"}
GROWTH = {
    "sasaran": "Sasaran", "diukur": "Diukur", "pendek": "TB/U · Pendek", "sangat_pendek": "sangat pendek",
    "stunting": "Stunting",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "pasangkayu"


@pytest.fixture(scope="module")
def pasangkayu(shared_data: Path) -> pd.DataFrame:
    frame = gpd.read_file(shared_data / "boundaries" / "7601_pasangkayu.gpkg")
    frame = frame.assign(
        kode_desa=frame["kode"].str.replace(".", ""), desa=frame["nama"], kecamatan=frame["kec_nama"]
    )
    return pd.DataFrame(frame.set_index("kode_desa")[["desa", "kecamatan"]]).sort_index()


@pytest.fixture(scope="module")
def recap(folder: Path) -> RawTable:
    return read_table(folder / "data_posyandu.xlsx", columns=["Desa/Kelurahan", *GROWTH.values()])


def test_the_recap_is_read_and_its_totals_agree(recap: RawTable) -> None:
    assert recap.data.index.tolist() == list(range(4, 67))
    assert recap.title_lines == ("Data Tanggal : 2024-01-17 07:49:21",)
    sums = recap.data[[recap.column(header) for header in ("Sasaran", "Diukur", "Stunting")]].sum()
    assert sums.tolist() == [14961, 10832, 2342]
    assert recap.totals.index.tolist() == [67]
    assert recap.totals["Diukur"].tolist() == [10832]
    assert not [finding for finding in recap.findings if finding.check == "tables.total"]


def test_a_changed_recap_is_caught_by_its_total_row(folder: Path, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(folder / "data_posyandu.xlsx", data_only=True)
    book.active["C20"] = book.active["C20"].value + 7
    book.save(tmp_path / "rusak.xlsx")
    (finding,) = [f for f in read_table(tmp_path / "rusak.xlsx").findings if f.check == "tables.total"]
    assert (finding.where.row, finding.where.column) == (67, "Sasaran")
    assert "menyebut 14.961" in finding.message
    assert "menghasilkan 14.968" in finding.message


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("kajian") / "kecocokan.csv"
    path.write_text(
        "sumber;kecamatan;desa;kode_desa;alasan\n"
        ";;PAKAWA;76.01.02.2010;ejaan lama Pakava\n;;GODANG;76.01.12.2005;satu-satunya desa yang tersisa\n",
        encoding="utf-8",
    )
    return read_decisions(path)


def test_two_names_wait_for_a_decision(
    recap: RawTable, pasangkayu: pd.DataFrame, catalogue: Catalogue
) -> None:
    joined = join_table(
        recap, pasangkayu, place={"desa": "Desa/Kelurahan"}, indicators=GROWTH, catalogue=catalogue
    )
    assert sorted(joined.open_cases["desa_sumber"]) == ["GODANG", "PAKAWA"]
    assert joined.values["diukur"].notna().sum() == 61


def test_all_63_villages_with_the_two_decisions(
    recap: RawTable, pasangkayu: pd.DataFrame, catalogue: Catalogue, decided: pd.DataFrame
) -> None:
    joined = join_table(
        recap,
        pasangkayu,
        place={"desa": "Desa/Kelurahan"},
        indicators=GROWTH,
        catalogue=catalogue,
        decisions=decided,
    )
    assert joined.values.notna().all(axis=None)
    assert joined.values[["sasaran", "diukur", "stunting"]].sum().tolist() == [14961, 10832, 2342]
    assert (joined.reconciliation["cara"] == "keputusan").sum() == 2
    result = audit(
        pasangkayu.join(catalogue.derive(joined.values)),
        catalogue=catalogue,
        findings=joined.findings,
        origins=[joined.origin],
        needed=["prevalensi_mentah"],
    )
    assert result.blocking.empty
    low = result.findings[result.findings["check"] == "audit.coverage"]
    assert low["message"].str.contains("19,6 %").sum() == 1
    assert result.completeness.all(axis=None)


def test_the_tpk_sheet(folder: Path, pasangkayu: pd.DataFrame, catalogue: Catalogue) -> None:
    raw = read_table(
        folder / "estimasi pendampingan tpk desa.xlsx", sheet="pasangkayu", columns=["JUMLAH TPK"]
    )
    assert [finding.check for finding in raw.findings] == ["tables.total_average", "tables.taken_out"]
    joined = join_table(raw, pasangkayu, place=PLACES, indicators={"tpk": "jumlah tpk"}, catalogue=catalogue)
    assert joined.values["tpk"].notna().all()
    assert joined.values["tpk"].sum() == 108
    assert joined.reconciliation["kode_desa"].dropna().nunique() == 63


def test_the_sheets_of_six_kabupaten_are_not_guessed(folder: Path) -> None:
    with pytest.raises(InputError, match=r'lembar mungkin dimaksud: "mamasa", "pasangkayu"'):
        read_table(folder / "estimasi pendampingan tpk desa.xlsx", columns=["JUMLAH TPK"])


@pytest.mark.parametrize("sheet", ["mamasa", "polman", "mamuju", "mamuju tengah"])
def test_a_sheet_of_another_kabupaten_is_refused(
    folder: Path, pasangkayu: pd.DataFrame, catalogue: Catalogue, sheet: str
) -> None:
    raw = read_table(folder / "estimasi pendampingan tpk desa.xlsx", sheet=sheet)
    with pytest.raises(InputError, match=f'lembar "{sheet}": tampaknya ini tabel kabupaten lain'):
        join_table(raw, pasangkayu, place=PLACES, indicators={"tpk": "jumlah tpk"}, catalogue=catalogue)


def idm(folder: Path, pasangkayu: pd.DataFrame, catalogue: Catalogue) -> Joined:
    raw = read_table(folder / "REKOMENDASI_IDM_PROVINSI_76_SULBAR-2023.xlsx", columns=["NILAI IDM 2023"])
    assert len(raw.data) == 13613
    assert raw.data["KODE DESA"].notna().sum() == 575
    return join_table(
        raw,
        pasangkayu,
        place={"kode": "KODE DESA", "desa": "NAMA DESA", "kecamatan": "NAMA KECAMATAN"},
        indicators={"idm": "NILAI IDM 2023", "ikl": "IKL 2023"},
        catalogue=catalogue,
        where={"NAMA KABUPATEN": "Pasangkayu"},
    )


def test_the_idm_workbook_has_575_villages_among_its_rows(
    folder: Path, pasangkayu: pd.DataFrame, catalogue: Catalogue
) -> None:
    joined = idm(folder, pasangkayu, catalogue)
    assert joined.values["idm"].notna().sum() == 59
    # Polewali, first row of the workbook.
    assert joined.values.loc["7601012003"].tolist() == [0.6351, 0.6]
    absent = joined.reconciliation.query("cara == 'tidak ada baris'")["kode_desa"]
    assert len(absent) == 4
    assert all(kode[6] == "1" for kode in absent)
    notes = {finding.check: finding.message for finding in joined.findings}
    assert notes["join.continuation"].startswith("13038 baris lanjutan")
    assert notes["join.filter"].startswith("516 baris di luar saringan")


def test_the_profile_of_the_province(folder: Path, pasangkayu: pd.DataFrame, catalogue: Catalogue) -> None:
    raw = read_table(folder / "profil_sumber_daya.csv", columns=["KRS", "kelurahan"])
    keys = {"krs": "KRS", "penduduk": "jumlah penduduk", "bpjs": "BPJS"}
    place = {"desa": "kelurahan", "kecamatan": "kecamatan"}
    with pytest.raises(InputError, match=r"(?s)63 dari 648 barisnya.*saring"):
        join_table(raw, pasangkayu, place=place, indicators=keys, catalogue=catalogue)
    joined = join_table(
        raw, pasangkayu, place=place, indicators=keys, catalogue=catalogue, where={"kabupaten": "pasangkayu"}
    )
    assert joined.values.notna().all(axis=None)
    text = pd.read_csv(folder / "profil_sumber_daya.csv").query("KABUPATEN == 'PASANGKAYU'")
    assert joined.values["krs"].sum() == text["KRS"].sum()
    assert joined.values["penduduk"].sum() == text["JUMLAH_PENDUDUK"].sum()
    both = combine([joined, idm(folder, pasangkayu, catalogue)], pasangkayu.index)
    assert both.shape == (63, 5)


def test_missing_marks_and_line_breaks_of_sukabumi(shared_data: Path) -> None:
    raw = read_table(shared_data / "sukabumi" / "DataBalitaStunting.csv", columns=["jumlah_balita_stunting"])
    assert len(raw.data) == 386
    assert raw.data["bps_nama_kabupaten_kota"].str.split().str.join(" ").unique().tolist() == [
        "KABUPATEN SUKABUMI"
    ]
