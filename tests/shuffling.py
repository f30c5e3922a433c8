"""Put the rows of every input of the example in another order, as people do when they sort a workbook."""

from __future__ import annotations

import random
from pathlib import Path

import geopandas as gpd
import openpyxl


def shuffle_inputs(data: Path, *, year: int, seed: int) -> None:
    """Shuffle the rows of boundaries, official list, CSV and workbooks below `data`, in place."""
    order = random.Random(seed)
    boundaries = data / "boundaries" / "desa.gpkg"
    villages = gpd.read_file(boundaries, layer="desa").sample(frac=1, random_state=seed)
    boundaries.unlink()
    villages.to_file(boundaries, layer="desa", driver="GPKG")
    folder = data / "indicators" / str(year)
    _shuffle_lines(data / "indicators" / "daftar_desa.csv", head=1, order=order)
    _shuffle_lines(folder / f"kemiskinan_{year}.csv", head=3, order=order)
    _shuffle_rows(folder / f"eppgbm_{year}-02.xlsx", first=5, tail=1, order=order)
    _shuffle_rows(folder / f"sanitasi_{year}.xlsx", first=4, tail=0, order=order, sheet=f"Data {year}")
    _shuffle_rows(folder / f"layanan_{year}.xlsx", first=4, tail=0, order=order)
    _shuffle_blocks(folder / f"krs_{year}.xlsx", first=6, order=order)


def _shuffle_lines(path: Path, *, head: int, order: random.Random) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    body = lines[head:]
    order.shuffle(body)
    path.write_bytes(b"".join(lines[:head] + body))


def _shuffle_rows(
    path: Path, *, first: int, tail: int, order: random.Random, sheet: str | None = None
) -> None:
    book = openpyxl.load_workbook(path)
    page = book[sheet] if sheet else book.active
    last = page.max_row - tail
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=first, max_row=last)]
    order.shuffle(rows)
    _put(page, first, rows)
    book.save(path)


def _shuffle_blocks(path: Path, *, first: int, order: random.Random) -> None:
    """Shuffle kecamatan, and villages inside each; its name stays in the first row of the block."""
    book = openpyxl.load_workbook(path)
    page = book.active
    for cells in [m for m in page.merged_cells.ranges if m.min_row >= first]:
        page.unmerge_cells(str(cells))
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=first)]
    end = next(number for number, row in enumerate(rows) if row[0] == "TOTAL KABUPATEN")
    blocks, block = [], []
    for row in rows[:end]:
        if row[2] == "Jumlah":
            names = block[0][:2]
            block = [[None, None, *village[2:]] for village in block]
            order.shuffle(block)
            block[0][:2] = names
            blocks.append([*block, row])
            block = []
        else:
            block.append(row)
    order.shuffle(blocks)
    _put(page, first, [row for block in blocks for row in block] + rows[end:])
    book.save(path)


def _put(page, first: int, rows: list[list[object]]) -> None:
    for number, row in enumerate(rows, start=first):
        for column, value in enumerate(row, start=1):
            page.cell(row=number, column=column).value = value
