"""The example of a province: five kabupaten, made the same again, run by one command."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from small_province import files

from lokus.batch.example_province import write_example_province
from lokus.batch.plan import read_plan
from lokus.batch.split import split_national
from lokus.cli import main


def test_is_the_same_again_and_says_that_it_is_made_up(tmp_path):
    tables = [write_example_province(tmp_path / name) for name in ("a", "b")]
    assert files(tables[0].parent) == files(tables[1].parent)
    assert set(pd.read_csv(tmp_path / "a" / "gizi.csv")["keterangan"]) == {"data contoh sintetis"}
    entries, findings = split_national(read_plan(tables[0]))
    assert [entry.kode for entry in entries] == ["9901", "9902", "9903", "9904", "9905"]
    assert findings == []


@pytest.mark.slow
def test_one_command_runs_it(tmp_path, capsys):
    assert main(["demo", "--provinsi", "--folder", str(tmp_path / "contoh")]) == 0
    said = capsys.readouterr().out
    assert "5 kabupaten: 5 selesai" in said
    book = openpyxl.load_workbook(tmp_path / "contoh" / "keluaran" / "rangkuman.xlsx")
    assert book.sheetnames == ["Kabupaten", "Daftar", "Kelengkapan", "Temuan"]
    assert main(["batch", str(tmp_path / "contoh" / "provinsi.toml")]) == 0
    assert "5 masih berlaku" in capsys.readouterr().out
