"""Document, workbook and values of a period say the same."""

from __future__ import annotations

import docx_reader
import pandas as pd
from openpyxl import load_workbook
from period_study import period_study

from lokus.cli import main
from lokus.i18n import format_number


def test_all_three_tell_one_figure_and_come_out_the_same(tmp_path):
    study = period_study(tmp_path)
    document, workbook, values = study.write_period_report(tmp_path / "a", semester=1)
    table = pd.read_csv(values, dtype={"kode": str}, keep_default_na=False)
    row = table[(table["kunci"] == "cakupan_mp_asi") & (table["tingkat"] == "kabupaten")].iloc[0]
    text = format_number(float(row["kini"]), decimals=1)
    cells = [cells for own in docx_reader.tables(document) for cells in own]
    assert any("Anak 6–23 bulan mendapat MP-ASI" in line and text in line for line in cells)
    book = load_workbook(workbook)
    assert {"Blok 1A", "Blok 1B kecamatan", "Naik dan turun", "Sukasari", "Bukitsari"} <= set(book.sheetnames)
    lines = list(book["Blok 1A"].iter_rows(values_only=True))
    assert any(
        "Anak 6–23 bulan mendapat MP-ASI" in line and round(float(row["kini"]), 1) in line for line in lines
    )
    again = study.write_period_report(tmp_path / "b", semester=1)
    assert [path.read_bytes() for path in again] == [
        path.read_bytes() for path in (document, workbook, values)
    ]


def test_the_command_refuses_a_period_that_is_not_stated(tmp_path, capsys):
    from tiny_study import to_toml

    study = period_study(tmp_path)
    path = tmp_path / "kajian.toml"
    path.write_text(to_toml(study.stated.to_mapping()), encoding="utf-8")
    assert main(["laporan", str(path), "--triwulan", "3"]) == 2
    assert "Semester 1 Tahun 2026" in capsys.readouterr().err
    assert main(["laporan", str(path), "--semester", "1", "--keluaran", str(tmp_path / "keluar")]) == 0
    assert len(list((tmp_path / "keluar").iterdir())) == 3
