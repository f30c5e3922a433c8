"""Read the figures of villages back from every kind of output, as a reader would find them."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import zlib
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
from pptx import Presentation

from lokus.i18n import format_number
from lokus.places.kode import format_kode
from lokus.show.results.figures import FIGURES, Figure
from tests.docx_reader import tables

# What the tables call the villages themselves.
CODE, VILLAGE, KECAMATAN = "Kode", "Desa/Kelurahan", "Kecamatan"
LOW, HIGH = re.compile(r"Batas bawah rentang"), re.compile(r"Batas atas rentang")

Read = dict[tuple[str, str], str]  # (dotted code, column of the results) → text, "nomor" → "3"


def _heads() -> dict[str, str]:
    heads: dict[str, str] = {}
    for column, figure in FIGURES.items():
        for title in (figure.title, figure.narrow_title):
            heads[title] = column
    heads["Nomor dalam daftar"] = "nomor"
    return heads


def number_text(value: object, figure: Figure) -> str:
    """Write a stored number as the outputs write it; texts stay."""
    from lokus.show.results.figures import round_values, value_texts

    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value_texts(round_values([value], figure.decimals), decimals=figure.decimals)[0]
    return "–" if value in (None, "", "belum ada data") else str(value)


def read_rows(heads: list[str], rows: list[list[object]], names: dict[tuple[str, str], str]) -> Read:
    """Take the figures out of a table whose rows are villages."""
    known = _heads()
    read: Read = {}
    for row in rows:
        cells = dict(zip(heads, row, strict=False))
        code = str(cells.get(CODE) or names.get((str(cells.get(KECAMATAN)), str(cells.get(VILLAGE))), ""))
        if not re.fullmatch(r"\d\d\.\d\d\.\d\d\.\d{4}", code):
            continue
        last = ""
        if "Keandalan" in heads:
            mark = cells["Keandalan"]
            read[code, "keandalan"] = "" if mark in (None, "–") else str(mark)
        for head, value in zip(heads, row, strict=False):
            if head in known:
                last = known[head]
                text = number_text(value, FIGURES[last])
                if match := re.fullmatch(r"(\S+) \((\S+)–(\S+)\)", text):
                    text, low, high = match.groups()
                    read[code, f"{last}_bawah"], read[code, f"{last}_atas"] = low, high
                read[code, last] = text
            elif last and (LOW.match(head) or HIGH.match(head)):
                side = "bawah" if LOW.match(head) else "atas"
                read[code, f"{last}_{side}"] = number_text(value, FIGURES[last])
            else:
                last = ""
    return read


def from_workbook(path: Path, names: dict[tuple[str, str], str]) -> dict[str, Read]:
    """One reading a sheet."""
    book = openpyxl.load_workbook(path)
    found = {}
    for sheet in book:
        grid = [[cell.value for cell in row] for row in sheet.iter_rows()]
        tops = [n for n, row in enumerate(grid) if VILLAGE in row]
        if tops and sheet.title != "Kelengkapan":  # says whether there is a value, not which
            heads = [str(head or "").replace("\u00a0", " ") for head in grid[tops[0]]]
            found[f"{path.name}:{sheet.title}"] = read_rows(heads, grid[tops[0] + 1 :], names)
    return found


def from_slides(path: Path, names: dict[tuple[str, str], str]) -> dict[str, Read]:
    """All tables of the slides together."""
    read: Read = {}
    for page in Presentation(str(path)).slides:
        for shape in page.shapes:
            if shape.has_table:
                grid = [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in shape.table.rows]
                heads = [VILLAGE if "daftar" in head else head for head in grid[0]]
                read |= read_rows(heads, grid[1:], names)
    return {path.name: read}


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.inside = False

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - the signature of the base class
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables:
            self.tables[-1][-1].append("")
            self.inside = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.tables[-1][-1][-1] += data


def from_report(path: Path, names: dict[tuple[str, str], str]) -> dict[str, Read]:
    """All tables of the page together."""
    parser = _Tables()
    parser.feed(path.read_text(encoding="utf-8"))
    read: Read = {}
    for table in parser.tables:
        if table and VILLAGE in table[0]:
            read |= read_rows(table[0], [list(row) for row in table[1:]], names)
    return {path.name: read}


def from_document(path: Path, names: dict[tuple[str, str], str]) -> dict[str, Read]:
    """All tables of a document together."""
    read: Read = {}
    for grid in tables(path):
        if VILLAGE in grid[0]:
            read |= read_rows(grid[0], [list(row) for row in grid[1:]], names)
    return {path.name: read}


def page_data(path: Path) -> dict:
    """Data block of the interactive map."""
    page = path.read_text(encoding="utf-8")
    block = re.search(r'<script[^>]*id="data"[^>]*>(.*?)</script>', page, re.DOTALL)
    if block is None:
        raise AssertionError("the page has no data")
    text = block.group(1)
    return json.loads(zlib.decompress(base64.b64decode(text)) if not text.lstrip().startswith("{") else text)


def from_web_map(path: Path, names: dict[tuple[str, str], str]) -> dict[str, Read]:
    """Facts of every village, and the values behind the colours of the layers."""
    data = page_data(path)
    heads = [CODE, *(fact["label"] for fact in data["facts"])]
    columns = [data["villages"]["code"], *(fact["values"] for fact in data["facts"])]
    read = read_rows(heads, [list(row) for row in zip(*columns, strict=True)], names)
    layers: Read = {}
    themes = {"prevalensi": "prevalensi", "anak": "anak_stunting", "skor": "skor", "peluang": "peluang_lokus"}
    for layer in data["layers"]:
        if column := themes.get(layer["key"]):
            for code, text in zip(data["villages"]["code"], layer["values"], strict=True):
                if text:
                    layers[code, column] = text.split(" ")[0]
    numbers = {
        (code, "nomor"): str(n) if n else "–"
        for code, n in zip(data["villages"]["code"], data["villages"]["number"], strict=True)
    }
    return {path.name: read, f"{path.name}:warna": layers, f"{path.name}:nomor": numbers}


def from_frame(path: Path, names: dict[tuple[str, str], str]) -> dict[str, Read]:
    """Stored values of GeoPackage or CSV, told as the outputs tell them."""
    if path.suffix == ".csv":
        frame = pd.read_csv(path, dtype={"kode_desa": str}).set_index("kode_desa")
    else:
        frame = gpd.read_file(path, layer="desa").set_index("kode_desa")
    from lokus.show.results.figures import figure_values, value_texts

    read: Read = {}
    for column, figure in FIGURES.items():
        sides = [column, *(f"{column}_{side}" for side in ("bawah", "atas"))]
        for name in (side for side in sides if side in frame):
            texts = value_texts(
                figure_values(frame, name, figure=figure), decimals=figure.decimals, signed=figure.signed
            )
            read |= {(format_kode(k), name): text for k, text in zip(frame.index, texts, strict=True)}
    return {path.name: read}


def atlas_lines(path: Path) -> list[str] | None:
    """Lines of text of a PDF; None where no reader is installed."""
    if shutil.which("pdftotext") is None:
        return None
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    return [" ".join(line.split()) for line in done.stdout.splitlines() if line.strip()]


def all_tables(path: Path) -> list[list[list[str]]]:
    """Every table of an output, cells as a reader sees them, each beginning with its headings."""
    if path.suffix == ".docx":
        return tables(path)
    if path.suffix == ".pptx":
        shapes = [shape for page in Presentation(str(path)).slides for shape in page.shapes]
        return [
            [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in shape.table.rows]
            for shape in shapes
            if shape.has_table
        ]
    if path.suffix == ".html":
        parser = _Tables()
        parser.feed(path.read_text(encoding="utf-8"))
        return parser.tables
    found = []
    for sheet in openpyxl.load_workbook(path):
        block: list[list[str]] = []
        for row in sheet.iter_rows():
            cells = [_cell_text(cell.value) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > 1:  # one cell alone is a sentence or a title
                block.append(cells)
            elif block:
                found.append(block)
                block = []
        found.append(block)
    return [block for block in found if block]


def _cell_text(value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return format_number(float(value))
    return "" if value is None else str(value)
