"""What a reader reads in an output, line by line and row by row, numbers as they are shown."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import docx
import openpyxl
from pptx import Presentation

from tests.deck_reader import words
from tests.docx_reader import paragraphs

__all__ = ["lines_of", "shown"]


def shown(cell) -> str:
    """Text of a cell of a sheet; a number in the digits of its format."""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "" if value is None else str(value)
    shape = cell.number_format.partition(";")[0]
    digits = len(match[1]) if (match := re.search(r"0\.(0+)", shape)) else 0
    if shape == "General":
        return str(value).replace(".", ",")
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def lines_of(path: Path) -> list[str]:
    """Paragraphs and rows of tables; each cell of a sheet also under its heading: ``heading | value``."""
    if path.suffix == ".docx":
        rows = [row for table in docx.Document(str(path)).tables for row in table.rows]
        return [*paragraphs(path), *(" | ".join(cell.text for cell in row.cells) for row in rows)]
    if path.suffix == ".xlsx":
        return [line for sheet in openpyxl.load_workbook(path) for line in _of_sheet(sheet)]
    if path.suffix == ".pptx":
        return words(Presentation(str(path))).split("\n")
    if path.suffix == ".html":
        page = re.sub(
            r"<(style|script)[^>]*>.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        page = re.sub(r"\s+", " ", page)
        page = re.sub(r"</(p|li|tr|h\d|div|caption|dd|dt|text|title)>", "\n", page)
        return [unescape(re.sub(r"(<[^>]+>\s*)+", " | ", line)).strip(" |") for line in page.split("\n")]
    return []


def _of_sheet(sheet) -> list[str]:
    lines, heads = [], {}
    for row in sheet.iter_rows():
        texts = [shown(cell) for cell in row]
        lines.append(" | ".join(texts))
        if sum(cell.font.b is True and isinstance(cell.value, str) for cell in row) > 2:
            heads = {cell.column: str(cell.value).replace("\n", " ") for cell in row if cell.value}
        elif heads:
            lines += [f"{heads[cell.column]} | {text}" for cell, text in zip(row, texts, strict=True)
                      if text and cell.column in heads]  # fmt: skip
    return lines
