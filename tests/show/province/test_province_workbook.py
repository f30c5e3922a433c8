from __future__ import annotations

import openpyxl

from lokus.show.province.province_workbook import write_province_workbook


def test_holds_every_table_and_the_same_bytes_again(province, tmp_path):
    first, second = (write_province_workbook(tmp_path / name, province) for name in ("a.xlsx", "b.xlsx"))
    assert first.read_bytes() == second.read_bytes()
    book = openpyxl.load_workbook(first)
    assert book.sheetnames == ["Tertahan", "Kabupaten", "Daftar", "Kelengkapan", "Temuan"]
    held = [
        cell for row in book["Tertahan"].iter_rows() for cell in row if str(cell.value).startswith("=1+1")
    ]
    assert held[0].data_type == "s"
    assert book["Tertahan"]["A1"].value == "DATA CONTOH SINTETIS"
