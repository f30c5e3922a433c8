"""Whatever a file holds, reading it ends in a table or in our own error."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.errors import InputError
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.join.join import join_table
from lokus.intake.tables.tables import RawTable, read_table

words = st.sampled_from([
    "Desa", "Kecamatan", "Kode", "Total", "Jumlah", "Kab. X", "Kecamatan S", "Kota Baru", "Suka Maju",
    "SUKA JAYA", "1.234", "12,5 %", "-", "2024", "(1)", "Sumber: Dinas", "9901012001", "99.01.01.2002", "=1",
    ";",
    '"', "\n",
])  # fmt: skip
printable = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs"]), max_size=8
)
cells = st.one_of(
    st.none(), words, printable, st.integers(-5, 3000), st.floats(-1e6, 1e6), st.booleans(), st.dates()
)
grids = st.lists(st.lists(cells, max_size=6), max_size=14)
corners = st.tuples(st.integers(1, 8), st.integers(1, 6), st.integers(0, 3), st.integers(0, 3))
VILLAGES = pd.DataFrame(
    {"desa": ["Suka Maju", "Suka Jaya"], "kecamatan": ["S", "S"]},
    index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
)


def read(path: Path) -> None:
    try:
        table = read_table(path)
    except InputError as error:
        named = path.name in str(error)
    else:
        named = True
        check(table)
    assert named


def check(table: RawTable) -> None:
    assert isinstance(table, RawTable)
    assert table.data.index.is_unique
    assert table.data.index.is_monotonic_increasing
    assert table.data.columns.is_unique
    assert not table.data.empty
    assert set(table.totals.index).isdisjoint(table.data.index)
    first, last = table.data.columns[0], table.data.columns[-1]
    for place in ({"desa": first}, {"kode": first, "desa": last}, {"desa": last, "kecamatan": first}):
        try:
            joined = join_table(
                table, VILLAGES, place=place, indicators={"krs": last}, catalogue=load_catalogue()
            )
        except InputError:
            continue
        assert joined.values.index.equals(VILLAGES.index)
        assert set(joined.reconciliation["kode_desa"].dropna()) == set(VILLAGES.index)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".xlsb"]))
def test_random_bytes(content: bytes, suffix: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"acak{suffix}"
        path.write_bytes(content)
        read(path)


@settings(max_examples=80, deadline=None)
@given(grids, st.sampled_from([";", ",", "\t"]))
def test_random_text_tables(grid: list[list[object]], delimiter: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "acak.csv"
        lines = [delimiter.join("" if cell is None else str(cell) for cell in row) for row in grid]
        path.write_text("\n".join(lines), encoding="utf-8")
        read(path)


@settings(max_examples=60, deadline=None)
@given(grids, st.lists(corners, max_size=3))
def test_random_workbooks(grid: list[list[object]], merges: list[tuple[int, int, int, int]]) -> None:
    book = openpyxl.Workbook()
    for row in grid:
        book.active.append(
            ["".join(ch for ch in c if ch.isprintable()) if isinstance(c, str) else c for c in row]
        )
    for top, left, down, right in merges:
        book.active.merge_cells(start_row=top, start_column=left, end_row=top + down, end_column=left + right)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "acak.xlsx"
        book.save(path)
        read(path)
