"""The synthetic child-level export: the recap it was drawn from, the gaps it promises, nobody real in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from example_kabupaten.child_exports import CHILD_COLUMNS, make_children, weighing_month, write_children

if TYPE_CHECKING:
    from pathlib import Path

    from example_kabupaten import Kabupaten


@pytest.fixture(scope="module")
def rows(kabupaten: Kabupaten) -> pd.DataFrame:
    return make_children(kabupaten, 2026)


def test_every_village_that_reported_has_its_children(kabupaten: Kabupaten, rows: pd.DataFrame) -> None:
    recap = kabupaten.tables[2026].join(kabupaten.villages[["kecamatan", "desa"]])
    names = recap["kecamatan"].str.upper() + "/" + recap["desa"].str.upper()
    start, end = weighing_month(2026)
    month = rows[rows["Tanggal Pengukuran"].between(start, end)]
    seen = set(month["Kec"] + "/" + month["Desa/Kel"])
    assert seen <= set(names[recap["sasaran"].notna()])
    assert seen >= set(names[recap["diukur"] > 0])


def test_nobody_in_it_exists(rows: pd.DataFrame) -> None:
    assert tuple(rows.columns) == CHILD_COLUMNS
    assert rows["NIK"].str.fullmatch(r"9901\d{12}|9901\*{8}\d{4}|").all()
    assert rows["Nama"].str.upper().str.contains("CONTOH").all()
    assert rows["Nama Ortu"].str.contains("CONTOH").all()


def test_it_is_as_untidy_as_promised(rows: pd.DataFrame) -> None:
    assert rows["NIK"].str.contains("*", regex=False).mean() > 0.1
    assert rows["NIK"].eq("").any()
    births = rows[rows["NIK"].str.fullmatch(r"\d{16}")].groupby("NIK")["Tgl Lahir"].nunique()
    assert births.gt(1).any()
    assert rows.duplicated().any()
    z = pd.to_numeric(rows["ZS TB/U"].str.replace(",", "."))
    assert z.abs().gt(6).any()
    assert z.isna().any()


def test_the_same_kabupaten_gives_the_same_bytes(kabupaten: Kabupaten, tmp_path: Path) -> None:
    first, second = (write_children(kabupaten, 2025, tmp_path / name) for name in ("a.csv", "b.csv"))
    assert first.read_bytes() == second.read_bytes()
    assert first.read_text(encoding="utf-8").startswith("DATA CONTOH SINTETIS")
