"""Rows that are left to a person, and what becomes of them once decided in kecocokan.csv."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from lokus import Kajian
from lokus.cli import main


@pytest.fixture
def case(root: Path, tmp_path: Path) -> Path:
    """Folder of copies of the newcomer's cases."""
    folder = root.parent / "shared" / "cases" / "newcomer"
    if not folder.is_dir():
        pytest.skip("the folder of cases ../shared/cases is absent")
    shutil.copytree(folder, tmp_path / "newcomer")
    return tmp_path / "newcomer"


def decide(study: Path, rows: set[int]) -> None:
    """Obey the remedy: say of some rows of kecocokan.csv that they are no villages."""
    path = study.with_name("kecocokan.csv")
    table = pd.read_csv(path, sep=";", dtype=str, encoding="utf-8-sig").fillna("")
    assert rows <= set(table["baris"].astype(int)), "the advice points to a file that lists these rows"
    chosen = table["baris"].astype(int).isin(rows)
    table.loc[chosen, ["kode_desa", "alasan"]] = ["bukan desa", "jumlah kecamatan"]
    table.to_csv(path, sep=";", index=False)


@pytest.mark.parametrize("name", ["09_baris_kecamatan_senama", "10_jumlah_kecamatan_tanpa_desa"])
def test_the_remedy_for_a_row_that_is_no_village_gives_the_right_values(
    case: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    study = case / name / "kajian.toml"
    blocked = main(["audit", str(study)])
    cells = pd.read_excel(case / name / "rekap.xlsx", engine="openpyxl")
    total = cells["Desa"].isna() | cells["Desa"].eq("KUBU")
    assert total.sum() in (1, 2)
    if blocked:
        assert "kecocokan.csv" in capsys.readouterr().out
        decide(study, {int(position) + 2 for position in total[total].index})
        assert main(["audit", str(study)]) == 0
    measured = Kajian.open(study).villages["diukur"].dropna()
    assert sorted(measured) == sorted(cells.loc[~total, "Diukur"].astype(float))
