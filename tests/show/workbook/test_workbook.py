from __future__ import annotations

import shutil
import subprocess
import zipfile

import openpyxl
import pandas as pd
import pytest

from lokus.findings import Finding, Where, findings_frame
from lokus.i18n import use_language
from lokus.show.results.material import Material
from lokus.show.workbook.workbook import write_workbook

RISKY = ['=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "a\x07b"]


@pytest.fixture(scope="module")
def parts(results):
    names = (RISKY * len(results))[: len(results)]
    return {
        "contributions": pd.DataFrame({"Prevalensi": results["skor"] * 0.6, "Jamban": results["skor"] * 0.4}),
        "completeness": pd.DataFrame({"prevalensi": results["prevalensi"].notna(), "jamban": True}),
        "reconciliation": pd.DataFrame(
            {"sumber": "krs.xlsx", "lembar": "2026", "baris": range(5, 5 + len(results)),
             "desa_sumber": names, "kode_desa": results.index, "cara": "nama persis", "nilai": 100.0}
        ),
        "findings": findings_frame(
            [
                Finding(check="intake.total", level="warning", message="=1+1", where=Where(file="krs.xlsx")),
                Finding(check="intake.codes", level="blocking", message="Kode ganda"),
            ]
        ),
        "method": (("Bobot prevalensi", 0.6), ("Rumus", "=A1"), ("Benih", 2026)),
    }  # fmt: skip


def told(results, info, **parts):
    outlines = results.dissolve("kode_kecamatan")[["kecamatan", "geometry"]]
    return Material(results=results, kecamatan=outlines, info=info, **parts)


@pytest.fixture(scope="module")
def path(results, info, parts, tmp_path_factory):
    return write_workbook(tmp_path_factory.mktemp("book") / "usulan.xlsx", told(results, info, **parts))


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def table(sheet) -> pd.DataFrame:
    top = sheet.auto_filter.ref.split(":")[0][1:]
    rows = [list(row) for row in sheet.iter_rows(min_row=int(top), max_row=_last(sheet), values_only=True)]
    return pd.DataFrame(rows[1:], columns=rows[0])


def _last(sheet) -> int:
    return int("".join(c for c in sheet.auto_filter.ref.split(":")[1] if c.isdigit()))


def test_sheets_in_the_order_a_rakor_reads_them(book):
    assert book.sheetnames == [
        "Lampiran SK", "Dasar penetapan", "Peringkat", "Kelengkapan", "Rekonsiliasi", "Audit", "Metode",
    ]  # fmt: skip


def test_the_annex_lists_the_proposal_by_number(book, results):
    annex, basis = (table(book[name]) for name in ("Lampiran SK", "Dasar penetapan"))
    chosen = results[results["terpilih"]].sort_values("nomor")
    assert annex["No"].tolist() == list(range(1, 9))
    assert annex["Desa/Kelurahan"].tolist() == chosen["desa"].tolist()
    assert annex["Kode"].str.replace(".", "").tolist() == chosen.index.tolist()
    assert list(annex.columns) == ["No", "Kecamatan", "Desa/Kelurahan", "Kode"]
    assert basis["Prevalensi perkiraan (%)"].tolist() == chosen["prevalensi"].round(1).tolist()
    assert basis["Skor (0–100)"].tolist() == (chosen["skor"] * 100).round(1).tolist()


def test_the_ranking_holds_every_village_and_says_what_is_missing(book, results):
    ranking = table(book["Peringkat"])
    assert len(ranking) == len(results)
    assert ranking["Peringkat"].tolist()[-2:] == ["belum ada data"] * 2
    ranks = ranking["Peringkat"].tolist()[:-2]
    assert ranks == sorted(ranks)
    parts = ranking[["Bagian skor: Prevalensi", "Bagian skor: Jamban"]].iloc[:-2].astype(float)
    assert parts.sum(axis=1).tolist() == pytest.approx(
        ranking["Skor (0–100)"].iloc[:-2].astype(float).tolist()
    )


def test_the_ranking_does_not_depend_on_the_row_order(results, info, parts, path, tmp_path):
    shuffled = results.sample(frac=1, random_state=5)
    other = write_workbook(tmp_path / "b.xlsx", told(shuffled, info, **parts))
    assert other.read_bytes() == path.read_bytes()


def test_a_number_is_stored_as_it_is_read(book, results):
    sheet = book["Dasar penetapan"]
    top = int(sheet.auto_filter.ref.split(":")[0][1:])
    head = {cell.value: cell.column for cell in sheet[top]}
    cell = sheet.cell(row=top + 1, column=head["Prevalensi perkiraan (%)"])
    assert cell.number_format == "[$-421]#,##0.0;[$-421]−#,##0.0"
    first = results.loc[results["nomor"] == 1, "prevalensi"].iloc[0]
    assert cell.value == round(first, 1) != first


def test_text_from_inputs_never_becomes_a_formula(book):
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    sheet = book["Rekonsiliasi"]
    seen = {}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                seen[cell.value] = cell
    for text in RISKY[:-1]:
        assert seen[text].data_type == "s"
        assert seen[text].quotePrefix
    assert "a\ufffdb" in seen


def test_sheets_are_set_up_for_reading_and_print(book):
    for sheet in book:
        top = int(sheet.auto_filter.ref.split(":")[0][1:])
        assert sheet.freeze_panes is not None
        assert sheet.print_title_rows == f"${top}:${top}"
        assert sheet.page_setup.orientation == ("portrait" if sheet.title == "Lampiran SK" else "landscape")
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet["A1"].value == "DATA CONTOH SINTETIS"
        assert sheet.oddHeader.right.text == "DATA CONTOH SINTETIS"


def test_completeness_counts_and_marks_what_is_missing(book, results):
    sheet = book["Kelengkapan"]
    assert any(
        f"2 dari {2 * len(results)} nilai yang diperlukan belum ada" in str(text)
        for text in [row[0].value for row in sheet.iter_rows(max_row=6)]
    )
    assert table(sheet)["prevalensi"].value_counts().to_dict() == {"ada": len(results) - 2, "belum": 2}


def test_the_audit_is_in_indonesian_and_most_serious_first(book):
    assert table(book["Audit"])["Tingkat"].tolist() == ["menahan", "peringatan"]


def test_nothing_in_the_file_tells_the_time_of_writing(path):
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("2027-01-01T00:00:00Z") == 2


def test_parts_may_be_absent(results, info, tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", told(results, info))
    assert openpyxl.load_workbook(path).sheetnames == [
        "Lampiran SK", "Dasar penetapan", "Peringkat", "Metode",
    ]  # fmt: skip


def test_english_on_request(results, info, parts, tmp_path):
    with use_language("en"):
        path = write_workbook(tmp_path / "a.xlsx", told(results, info, **parts))
    assert openpyxl.load_workbook(path).sheetnames[:3] == [
        "SK annex", "Basis of the list", "Ranking",
    ]  # fmt: skip


def test_libreoffice_opens_it_and_sees_text_not_formulas(path, tmp_path):
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("no LibreOffice on this machine")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    # The last option, -1, asks for one file a sheet.
    sheets = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = [soffice, profile, "--headless", "--convert-to", sheets, "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = next(tmp_path.glob("*Rekonsiliasi.csv")).read_text("utf-8")
    assert "+1+1" in text
    assert "@SUM(A1)" in text
    assert "#NAME" not in text
