"""A small synthetic kabupaten and workbooks written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from lokus.intake.indicators.catalogue import Catalogue, load_catalogue

VILLAGES = [
    ("9901012001", "Suka Maju", "Sukasari"), ("9901012002", "Suka Jaya", "Sukasari"),
    ("9901012003", "Mekar Sari", "Sukasari"), ("9901022001", "Tanjung Harapan", "Muara Jaya"),
    ("9901022002", "Mekar Sari", "Muara Jaya"), ("9901022003", "Air Putih", "Muara Jaya"),
]  # fmt: skip


@pytest.fixture
def villages() -> pd.DataFrame:
    """Six villages in two kecamatan; the name Mekar Sari occurs in both."""
    rows = pd.DataFrame(VILLAGES, columns=["kode_desa", "desa", "kecamatan"])
    return rows.set_index("kode_desa")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The catalogue that comes with lokus."""
    return load_catalogue()


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write sheets ``{name: rows}``, with merged ranges such as ``"A1:C1"`` on the first one."""

    def write(
        sheets: dict[str, Sequence[Sequence[Any]]], *, merge: Sequence[str] = (), name: str = "data.xlsx"
    ) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        for cells in merge:
            book.worksheets[0].merge_cells(cells)
        path = tmp_path / name
        book.save(path)
        return path

    return write


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a text file."""

    def write(text: str, *, name: str = "data.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write
