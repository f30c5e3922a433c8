"""A known table, and damage as offices do it, made at random: what each kind must end in."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.styles import numbers as styles

from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.join.combine import combine
from lokus.intake.join.join import join_table
from lokus.intake.tables.tables import read_table, sheets_with

if TYPE_CHECKING:
    from lokus.findings import Finding

KECAMATAN = {
    "Kubu": ["Kubu", "Olak-Olak", "Dabong", "Ambawang", "Air Putih", "Teluk Nangka"],
    "Terentang": ["Betuah", "Permata", "Radak Baru", "Terentang Hulu", "Sungai Dungun"],
    "Batu Ampar": ["Batu Ampar", "Padang Tikar", "Tasik Malaya", "Medan Mas", "Nipah Panjang", "Muara Tiga"],
}
VILLAGES = pd.DataFrame(
    [
        (f"9901{number:02d}{2001 + order}", desa, kecamatan)
        for number, (kecamatan, names) in enumerate(KECAMATAN.items(), start=1)
        for order, desa in enumerate(names)
    ],
    columns=["kode_desa", "desa", "kecamatan"],
).set_index("kode_desa")
COUNTS = {"keluarga": "Jumlah KK", "sasaran": "Sasaran", "diukur": "Diukur", "stunting": "Stunting"}
SHARE = {"sanitasi_layak": "Sanitasi Layak"}
PLACE = {"desa": "Desa", "kecamatan": "Kecamatan"}
NUMBERS = "No"
Sheet = list[list[Any]]
CATALOGUE = load_catalogue()


@dataclass
class Damaged:
    """A damaged file, how to read it, and by which findings it may be held; none: it must be read rightly."""

    path: Path
    held: frozenset[str] = frozenset()
    must: bool = False
    indicators: Mapping[str, str] = field(default_factory=lambda: COUNTS | SHARE)
    place: Mapping[str, str] = field(default_factory=lambda: PLACE)
    options: dict[str, Any] = field(default_factory=dict)
    sheets: bool = False


def read(damaged: Damaged) -> tuple[pd.DataFrame, list[Finding]]:
    """Read a damaged file as a study does."""
    options = dict(damaged.options)
    wanted = [*damaged.place.values(), *damaged.indicators.values(), *options.get("where", {})]
    names = sheets_with(damaged.path, wanted) if damaged.sheets else (None,)
    tables, findings = [], []
    for name in names:
        raw = read_table(damaged.path, sheet=name, columns=wanted, keep=options.get("where"))
        joined = join_table(
            raw, VILLAGES, place=damaged.place, indicators=damaged.indicators, catalogue=CATALOGUE, **options
        )
        findings += [*raw.findings, *joined.findings]
        tables.append(joined)
    return combine(tables, VILLAGES.index), findings


def truth(rng: np.random.Generator, *, low: bool = False) -> pd.DataFrame:
    """Right values of the villages."""
    n = len(VILLAGES)
    keluarga = rng.integers(300, 2600, n)
    sasaran = rng.integers(60, 400, n)
    diukur = (sasaran * rng.uniform(0.7, 1, n)).astype(int)
    share = rng.uniform(1.6, 12 if low else 100, n).round(int(rng.integers(0, 3)))
    return pd.DataFrame(
        {
            "keluarga": keluarga,
            "sasaran": sasaran,
            "diukur": diukur,
            "stunting": 1 + rng.binomial(diukur, 0.2),
            "sanitasi_layak": np.maximum(share, 2.0),
        },
        index=VILLAGES.index,
    ).astype(float)


def plain(table: pd.DataFrame, keys: Mapping[str, str] | None = None) -> Sheet:
    """Write the table as a tidy sheet."""
    keys = COUNTS | SHARE if keys is None else keys
    rows: Sheet = [[NUMBERS, "Kecamatan", "Desa", *keys.values()]]
    for number, kode in enumerate(table.index, start=1):
        place = [number, VILLAGES.loc[kode, "kecamatan"], VILLAGES.loc[kode, "desa"]]
        rows.append([*place, *(_whole(table.loc[kode, key]) for key in keys)])
    return rows


def _whole(value: float) -> Any:
    return int(value) if float(value).is_integer() else float(value)


def save(
    folder: Path, sheets: Mapping[str, Sheet], *, name: str = "tabel.xlsx",
    formats: Mapping[tuple[int, int], str] | None = None, merge: tuple[str, ...] = (), hidden: str = "",
) -> Path:  # fmt: skip
    """Write a workbook; formats by (row, column) of the first sheet, from 1."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title == hidden:
            sheet.sheet_state = "hidden"
    for (row, column), code in (formats or {}).items():
        book.worksheets[0].cell(row, column).number_format = code
    for cells in merge:
        book.worksheets[0].merge_cells(cells)
    path = folder / name
    book.save(path)
    return path


def save_text(
    folder: Path, rows: Sheet, *, sign: str = ";", name: str = "tabel.csv", encoding: str = "utf-8"
) -> Path:
    """Write a text file."""
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=sign).writerows(
            [["" if cell is None else cell for cell in row] for row in rows]
        )
    return path


def _some(rng: np.random.Generator, n: int, *, least: int = 1, most: int | None = None) -> list[int]:
    return sorted(rng.choice(n, int(rng.integers(least, (most or n) + 1)), replace=False).tolist())


def _either(rng: np.random.Generator, folder: Path, rows: Sheet, **options: Any) -> Path:
    return save(folder, {"Data": rows}, **options) if rng.random() < 0.5 else save_text(folder, rows)


# Shares

LAST = 7  # column of the share in the tidy sheet, from 0


def fractions(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Some shares, or all, as fractions without a format."""
    rows = plain(table)
    for position in _some(rng, len(table)):
        rows[position + 1][LAST] = round(table.iloc[position, 4] / 100, 6)
    return Damaged(_either(rng, folder, rows), frozenset({"join.fraction"}), must=True)


def percent_formats(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Some shares with a percent format."""
    rows = plain(table)
    code = str(rng.choice(["0%", "0.00%", styles.FORMAT_PERCENTAGE_00, "0.0 %"]))
    formats = {}
    for position in _some(rng, len(table)):
        rows[position + 1][LAST] = round(table.iloc[position, 4] / 100, 8)
        formats[position + 2, LAST + 1] = code
    return Damaged(save(folder, {"Data": rows}, formats=formats))


def percent_texts(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Some shares as text with a sign, others perhaps as fractions."""
    rows = plain(table)
    mixed = rng.random() < 0.5
    texts = _some(rng, len(table), most=len(table) - 1)
    for position in range(len(table)):
        value = table.iloc[position, 4]
        if position in texts:
            rows[position + 1][LAST] = f"{value:g}".replace(".", ",") + str(rng.choice(["%", " %"]))
        elif mixed:
            rows[position + 1][LAST] = round(value / 100, 6)
    return Damaged(_either(rng, folder, rows), frozenset({"join.fraction"} if mixed else ()), must=mixed)


def all_or_nothing(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Shares of 0 and 100 stored as 0 and 1, with a format or without."""
    table["sanitasi_layak"] = rng.integers(0, 2, len(table)) * 100.0
    table.iloc[0, 4] = 100.0
    rows = plain(table)
    for position in range(len(table)):
        rows[position + 1][LAST] = int(table.iloc[position, 4] / 100)
    if rng.random() < 0.5:
        formats = {(position + 2, LAST + 1): "0%" for position in range(len(table))}
        return Damaged(save(folder, {"Data": rows}, formats=formats))
    return Damaged(_either(rng, folder, rows), frozenset({"join.fraction"}), must=True)


def percent_format_of_percentages(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """A percent format put over numbers that are percentages."""
    rows = plain(table)
    formats = {(position + 2, LAST + 1): "0%" for position in _some(rng, len(table))}
    return Damaged(
        save(folder, {"Data": rows}, formats=formats), frozenset({"join.percent_format"}), must=True
    )


# Columns


def header_twice(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Last year's columns under the same headings, before or behind."""
    old = (table * rng.uniform(0.4, 0.8)).round()
    now, then = plain(table), plain(old)
    first = rng.random() < 0.5
    rows = [[*a[:3], *(a[3:] + b[3:] if first else b[3:] + a[3:])] for a, b in zip(now, then, strict=True)]
    if rng.random() < 0.5:
        number = 1 if first else 2
        named = {key: f"{header} ({number})" for key, header in (COUNTS | SHARE).items()}
        return Damaged(_either(rng, folder, rows), indicators=named)
    return Damaged(_either(rng, folder, rows), frozenset({"error"}), must=True)


def year_blocks(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Years side by side, each over its columns."""
    old = (table * 0.8).round()
    now, then = plain(table), plain(old)
    word = str(rng.choice(["Tahun {}", "{}"]))
    year = (lambda n: word.format(n)) if word != "{}" else (lambda n: n)
    empty = [None] * (len(COUNTS | SHARE) - 1)
    above: list[Any] = [None, None, None, year(2025), *empty, year(2026), *empty]
    rows = [above, *([*b, *a[3:]] for a, b in zip(now, then, strict=True))]
    merge = ("D1:H1", "I1:M1") if rng.random() < 0.5 else ()
    path = save(folder, {"Data": rows}, merge=merge)
    if rng.random() < 0.5:
        named = {key: f"2026 · {header}" for key, header in (COUNTS | SHARE).items()}
        return Damaged(path, indicators=named)
    return Damaged(path, frozenset({"error"}), must=True)


def side_by_side(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Two tables beside each other, whose rows are other villages."""
    order = rng.permutation(len(table))
    left, right = plain(table, COUNTS), plain(table.iloc[order], SHARE)
    rows = [[*a, None, *b] for a, b in zip(left, right, strict=True)]
    if rng.random() < 0.5:
        rows[0][rows[0].index("Desa", 5)] = "Nama Desa"
        rows[0][rows[0].index("Kecamatan", 5)] = "Nama Kecamatan"
    return Damaged(_either(rng, folder, rows), frozenset({"error"}), must=True)


def decimal_commas_in_commas(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """A comma between cells and a decimal comma without quotes."""
    lines = []
    for row in plain(table):
        share = f"{row[LAST]:.1f}".replace(".", ",") if isinstance(row[LAST], int | float) else row[LAST]
        tail = [row[LAST - 1], share] if rng.random() < 2 else []
        lines.append(",".join(map(str, [*row[: LAST - 1], *reversed(tail)])))
    path = folder / "tabel.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Damaged(path, frozenset({"error"}), must=True)


def one_heading_over_two(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """A heading over the columns of boys and girls, merged or not, without a line of its own for them."""
    rows = plain(table)
    column = int(rng.integers(3, 7))
    out = []
    for number, row in enumerate(rows):
        boys = None if number else row[column]
        half = int(row[column] * rng.uniform(0.3, 0.7)) if number else boys
        rest = row[column] - half if number else None
        out.append([*row[:column], half, rest, *row[column + 1 :]])
    letters = f"{'ABCDEFGHI'[column]}1:{'ABCDEFGHI'[column + 1]}1"
    path = save(folder, {"Data": out}, merge=(letters,) if rng.random() < 0.5 else ())
    return Damaged(path, frozenset({"error"}), must=True)


def moved_cells(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """A row that lost a cell in a text file, or whose cells moved among remarks; a column moved down."""
    rows = [[*row, "Keterangan" if number == 0 else None] for number, row in enumerate(plain(table))]
    at = int(rng.integers(2, len(rows) - 1))
    kind = str(rng.choice(["lost", "right", "down"]))
    if kind == "lost":
        gone = int(rng.integers(3, 8))
        lines = [";".join(str(cell) for cell in row[:-1]) for row in rows]
        lines[at] = ";".join(str(cell) for column, cell in enumerate(rows[at][:-1]) if column != gone)
        path = folder / "tabel.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return Damaged(path, frozenset({"rows.narrow"}), must=True)
    if kind == "right":
        start = int(rng.integers(3, 8))
        rows[at] = [*rows[at][:start], None, *rows[at][start:-1]]
        return Damaged(_either(rng, folder, rows), frozenset({"rows.slipped"}), must=True)
    column = int(rng.integers(3, 8))
    cells = [row[column] for row in rows[1:]]
    for row, cell in zip(rows[1:], [None, *cells[:-1]], strict=True):
        row[column] = cell
    rows.append([cells[-1] if place == column else None for place in range(len(rows[0]))])
    return Damaged(_either(rng, folder, rows), frozenset({"error"}), must=True)


def second_table(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Another table below: of another year, or of other columns, for the same villages or for the rest."""
    rows = plain(table)
    cut = int(rng.integers(6, 12)) if rng.random() < 0.5 else len(rows)
    head = list(rows[0])
    title: list[Any] = [str(rng.choice(["Tahun 2024", "Laki-laki", "Data bayi", "Semester II"]))]
    if rng.random() < 0.5:
        head[5], head[6] = (head[6], head[5]) if rng.random() < 0.5 else ("Ditimbang", "Kurus")
    rest = rows[cut:] or rows[1:]
    below = [[*row[:3], *(int(cell * 0.4) for cell in row[3:])] for row in rest]
    gap: Sheet = [[None]] if rng.random() < 0.5 else []
    path = _either(rng, folder, [*rows[:cut], *gap, title, head, *below])
    return Damaged(path, frozenset({"error"}), must=True)


# Counts


def count_damage(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Cells of a count as no count can be."""
    rows = plain(table)
    column = int(rng.integers(3, 7))
    kind = str(
        rng.choice(
            [
                "percent",
                "points",
                "fraction",
                "unit",
                "date",
                "day",
                "error",
                "ditto",
                "zeros",
                "format",
                "money",
                "scaled",
                "power",
            ]
        )
    )
    cells = _some(rng, len(table), most=6)
    formats = {}
    for position in range(len(table)):
        value = rows[position + 1][column]
        if kind == "points" and value >= 1000:
            rows[position + 1][column] = value / 1000
        elif kind == "zeros":
            rows[position + 1][column] = 0
        if position not in cells:
            continue
        if kind == "percent":
            rows[position + 1][column] = f"{rng.integers(1, 99)}%"
        elif kind == "fraction":
            rows[position + 1][column] = round(float(rng.uniform(1, 99)), 1) + 0.05
        elif kind == "unit":
            rows[position + 1][column] = f"{value} {rng.choice(['tim', 'anak', 'KK', 'balita'])}"
        elif kind == "date":
            rows[position + 1][column] = "2026-03-05"
        elif kind == "day":
            rows[position + 1][column] = int(rng.integers(45_000, 47_000))
        elif kind == "error":
            rows[position + 1][column] = str(rng.choice(["#REF!", "#VALUE!", "#NAME?"]))
        elif kind == "ditto":
            rows[position + 1][column] = str(rng.choice(["sda", '"', "idem"]))
        elif kind == "format":
            formats[position + 2, column + 1] = "0%"
        elif kind == "money":
            rows[position + 1][column] = f"Rp{rng.choice(['', '. '])}{value},00"
        elif kind == "scaled":
            rows[position + 1][column] = value * 1000
            formats[position + 2, column + 1] = "#,##0,"
        elif kind == "power":
            rows[position + 1][column] = f"{value:.1E}"
    checks = {
        "percent": {"numbers.percent_in_count"}, "points": {"numbers.fraction"},
        "fraction": {"numbers.fraction"}, "unit": {"numbers.unit"}, "date": {"numbers.date"},
        "day": {"numbers.date"}, "error": {"numbers.error"},
        "ditto": {"numbers.ditto"}, "zeros": {"numbers.all_zero"}, "format": {"numbers.percent_in_count"},
        "money": {"numbers.money"}, "scaled": {"numbers.scaled"}, "power": {"numbers.rounded"},
    }[kind]  # fmt: skip
    if kind == "zeros":
        table.iloc[:, column - 3] = 0.0
    # Points that became decimals are three digits of text in a text file, and read rightly there.
    must = kind not in ("points", "day")
    # Where families are counted by the thousand, a day number is not so far from them.
    if kind == "day" and column == 3:
        return count_damage(rng, table, folder)
    path = save(folder, {"Data": rows}, formats=formats) if formats else _either(rng, folder, rows)
    return Damaged(path, frozenset(checks), must=must)


def thousands(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Counts written with points or commas for thousands."""
    rows = plain(table)
    sign = str(rng.choice([".", ","]))
    for row in rows[1:]:
        if row[3] >= 1000 and rng.random() < 0.8:
            row[3] = f"{row[3]:,}".replace(",", sign)
    return Damaged(_either(rng, folder, rows))


def three_zeros(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Counts written with three decimals."""
    rows = plain(table)
    column, sign = int(rng.integers(4, 7)), str(rng.choice([".", ","]))
    for row in rows[1:]:
        row[column] = f"{row[column]}{sign}000"
    return Damaged(_either(rng, folder, rows), frozenset({"numbers.three_decimals"}), must=True)


def formulas(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Formulas that nobody calculated."""
    rows = plain(table)
    for position in _some(rng, len(table)):
        rows[position + 1][6] = f"=A{position + 2}+{rng.integers(1, 50)}"
    return Damaged(save(folder, {"Data": rows}), frozenset({"numbers.formula"}), must=True)


# Rows


def merged_values(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """One value merged over the rows of several villages."""
    rows = plain(table)
    first = int(rng.integers(1, len(rows) - 3))
    last = first + int(rng.integers(1, 3))
    column = int(rng.integers(3, 8))
    rows[first][column] = sum(row[column] for row in rows[first : last + 1])
    if column == LAST:
        rows[first][column] = 50
    letter = "ABCDEFGH"[column]
    path = save(folder, {"Data": rows}, merge=(f"{letter}{first + 1}:{letter}{last + 1}",))
    return Damaged(path, frozenset({"numbers.merged"}), must=True)


def posyandu(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Rows of posyandu under a name that is merged, blank or repeated; added up on request."""
    rows: Sheet = [[NUMBERS, "Kecamatan", "Desa", "Posyandu", *COUNTS.values()]]
    merge: list[str] = []
    style = str(rng.choice(["merged", "blank", "repeated"]))
    for number, kode in enumerate(table.index, start=1):
        n = int(rng.integers(1, 4)) if number > 1 else 2
        start = len(rows) + 1
        left = table.loc[kode, list(COUNTS)].astype(int).to_numpy()
        for part in range(n):
            own = left if part == n - 1 else (left * rng.uniform(0.2, 0.6)).astype(int)
            left = left - own
            named = part == 0 or style == "repeated"
            place = [number, *VILLAGES.loc[kode, ["kecamatan", "desa"]]] if named else [None, None, None]
            rows.append([*place, ["Melati", "Mawar", "Anggrek"][part], *map(int, own)])
        if style == "merged" and n > 1:
            merge += [f"{letter}{start}:{letter}{len(rows)}" for letter in "ABC"]
    path = save(folder, {"Data": rows}, merge=tuple(merge))
    if rng.random() < 0.5:
        return Damaged(path, indicators=COUNTS, options={"add": True})
    return Damaged(path, frozenset({"join.duplicate"}), must=True, indicators=COUNTS)


def subtotals(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Sums of kecamatan under its name only, in one column or another, above or below."""
    style = str(rng.choice(["desa", "kecamatan", "nothing", "alone"]))
    above = rng.random() < 0.5
    head = [NUMBERS, "Kecamatan", "Desa", *COUNTS.values()]
    rows: Sheet = [head if style != "alone" else ["Uraian", *COUNTS.values()]]
    for kecamatan in KECAMATAN:
        here = [kode for kode in table.index if VILLAGES.loc[kode, "kecamatan"] == kecamatan]
        total = [int(table.loc[here, key].sum()) for key in COUNTS]
        name = {
            "desa": [None, None, kecamatan.upper()], "kecamatan": [None, kecamatan, None],
            "nothing": [None, None, None], "alone": [kecamatan.upper()],
        }[style]  # fmt: skip
        block = []
        for number, kode in enumerate(here, start=1):
            desa = VILLAGES.loc[kode, "desa"]
            place = [desa] if style == "alone" else [number, kecamatan, desa]
            block.append([*place, *(int(table.loc[kode, key]) for key in COUNTS)])
        rows += [[*name, *total], *block] if above else [*block, [*name, *total]]
    place = {"desa": "Uraian"} if style == "alone" else PLACE
    held = {"join.unmatched", "join.duplicate", "rows.subtotal"}
    return Damaged(_either(rng, folder, rows), frozenset(held), indicators=COUNTS, place=place)


def page_heads(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Header and column numbers again in the middle, numbered names, dittos, sections, a signature."""
    rows = plain(table)
    head = rows[0]
    style = set(
        rng.choice(["head", "numbers", "ditto", "sign", "section", "count"], 3, replace=False).tolist()
    )
    seen = ""
    body: Sheet = []
    for number, row in enumerate(rows[1:], start=1):
        if "section" in style and row[1] != seen:
            body.append([f"KECAMATAN: {row[1].upper()}", *[None] * (len(row) - 1)])
        if "head" in style and number in (6, 12):
            body += [list(head), list(range(1, len(row) + 1))]
        changed = list(row)
        if "ditto" in style and row[1] == seen and body[-1][1] != head[1] and isinstance(body[-1][2], str):
            changed[1] = str(rng.choice(["sda", '"', "idem", "s.d.a"]))
        if "numbers" in style:
            changed[2] = f"{number}{rng.choice(['. ', ') '])}{row[2]}"
        seen = row[1]
        body.append(changed)
    if "count" in style:
        body.insert(0, [f"({column})" for column in range(1, len(head) + 1)])
    if "sign" in style:
        right = [None] * (len(head) - 2)
        body += [[*right, "Kubu, 3 Maret 2026", None], [*right, "Kepala Dinas Kesehatan", None],
                 [*right, "dr. Fulan", None],
                 [*right, "NIP. 19700101 199903 1 001", None]]  # fmt: skip
    return Damaged(_either(rng, folder, [head, *body]))


def sexes(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """Rows of boys, girls and their sum, with a filter or without."""
    rows: Sheet = [["Kecamatan", "Desa", "JK", *COUNTS.values()]]
    word = str(rng.choice(["Jumlah", "L+P", "Total"]))
    for kode in table.index:
        both = table.loc[kode, list(COUNTS)].astype(int).to_numpy()
        boys = (both * 0.5).astype(int)
        for name, part in (("L", boys), ("P", both - boys), (word, both)):
            rows.append([*VILLAGES.loc[kode, ["kecamatan", "desa"]], name, *map(int, part)])
    way = str(rng.choice(["filter", "add", "none"]))
    path = _either(rng, folder, rows)
    if way == "filter":
        return Damaged(path, indicators=COUNTS, options={"where": {"JK": word}})
    held = {"filter": set(), "add": {"error"}, "none": {"join.duplicate"}}[way]
    return Damaged(path, frozenset(held), indicators=COUNTS, options={"add": True} if way == "add" else {})


# Sheets and files


def sheets(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """One sheet a kecamatan; a heading misspelt, a village in two, a hidden old sheet, a cover."""
    books: dict[str, Sheet] = {}
    style = str(rng.choice(["plain", "typo", "twice", "hidden", "cover"]))
    for kecamatan in KECAMATAN:
        here = [kode for kode in table.index if VILLAGES.loc[kode, "kecamatan"] == kecamatan]
        rows = [[row[0], *row[2:]] for row in plain(table.loc[here])]
        books[kecamatan] = [[f"KECAMATAN {kecamatan.upper()}"], *rows] if rng.random() < 0.5 else rows
    hidden = ""
    if style == "typo":
        rows = books["Terentang"]
        rows[[row[0] for row in rows].index(NUMBERS)][4] = "Ukur"
    elif style == "twice":
        books["Terentang"].append([9, "Kubu", *books["Kubu"][-1][2:]])
    elif style == "hidden":
        hidden = "Lama"
        books["Lama"] = [[row[0], *row[2:]] for row in plain((table * 0.5).round())]
    elif style == "cover":
        books["Sampul"] = [["Laporan"], ["Tahun", 2026]]
    bad = style in ("typo", "twice")
    return Damaged(
        save(folder, books, hidden=hidden),
        frozenset({"error", "join.unmatched", "join.duplicate"} if bad else ()),
        must=bad, place={"desa": "Desa"}, sheets=True,
    )  # fmt: skip


def lying_files(rng: np.random.Generator, table: pd.DataFrame, folder: Path) -> Damaged:
    """A file that is not what its name says."""
    rows = plain(table)
    suffix = str(rng.choice([".xls", ".xlsx", ".csv", ".xlsb", ".ods", ".txt"]))
    name = f"tabel{suffix}"
    kind = str(rng.choice(["html", "tabs", "utf16", "workbook", "xml"]))
    if kind == "workbook":
        return Damaged(save(folder, {"Data": rows}, name=name))
    if kind == "tabs":
        return Damaged(
            save_text(folder, rows, sign="\t", name=name, encoding=str(rng.choice(["utf-8", "utf-8-sig"])))
        )
    if kind == "utf16":
        encoding = str(rng.choice(["utf-16", "utf-16-le", "utf-16-be"]))
        return Damaged(
            save_text(folder, rows, sign=str(rng.choice(["\t", ";"])), name=name, encoding=encoding)
        )
    cell: Callable[[Any], str]
    if kind == "html":
        cell = lambda value: f"<td>{value}</td>"  # noqa: E731
        text = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
        text = f"{rng.choice(['<html><body>', '<!DOCTYPE html>', ''])}<table border=1>{text}</table>"
    else:
        types = {True: "Number", False: "String"}
        cell = lambda value: (  # noqa: E731
            f'<Cell><Data ss:Type="{types[not isinstance(value, str)]}">{value}</Data></Cell>'
        )
        text = "".join(f"<Row>{''.join(map(cell, row))}</Row>" for row in rows)
        uri = "urn:schemas-microsoft-com:office:spreadsheet"
        text = (
            f'<?xml version="1.0"?><Workbook xmlns="{uri}" xmlns:ss="{uri}">'
            f'<Worksheet ss:Name="Data"><Table>{text}'
            "</Table></Worksheet></Workbook>"
        )
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return Damaged(path)


KINDS: dict[str, tuple[Callable[[np.random.Generator, pd.DataFrame, Path], Damaged], ...]] = {
    "shares": (fractions, percent_formats, percent_texts, all_or_nothing, percent_format_of_percentages),
    "columns": (
        header_twice, year_blocks, side_by_side, decimal_commas_in_commas, one_heading_over_two, moved_cells,
        second_table,
    ),
    "counts": (count_damage, thousands, three_zeros, formulas),
    "rows": (merged_values, posyandu, subtotals, page_heads, sexes),
    "sheets": (sheets,),
    "files": (lying_files,),
}  # fmt: skip
