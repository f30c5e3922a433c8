"""What else a workbook can hold, kind by kind: read rightly, or held with the cause; never wrongly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damaged import COUNTS, PLACE, SHARE, Damaged, Sheet, plain, read, save, save_text, truth

from lokus.errors import InputError

TRUTH = truth(np.random.default_rng(3))
ALL = range(1, len(TRUTH) + 1)
KELUARGA, SASARAN, DIUKUR, STUNTING, LAYAK = 3, 4, 5, 6, 7
CODED = {"kode": "Kode", **PLACE}


def changed(column: int, change: Callable[[Any], Any], rows: Any = ALL) -> Sheet:
    """Write the table with other cells in one column."""
    sheet = plain(TRUTH)
    for row in rows:
        sheet[row][column] = change(sheet[row][column])
    return sheet


def coded(change: Callable[[int, list[Any]], Any]) -> Sheet:
    """Write the table with codes behind the running number, each row changed in place."""
    sheet = plain(TRUTH)
    rows = [[row[0], kode, *row[1:]] for kode, row in zip(TRUTH.index, sheet[1:], strict=True)]
    for number, row in enumerate(rows, start=1):
        change(number, row)
    return [[sheet[0][0], "Kode", *sheet[0][1:]], *rows]


def lines(sheet: Sheet, sign: str = ";") -> list[str]:
    return [sign.join(map(str, row)) for row in sheet]


def text(folder: Path, content: list[str], name: str = "tabel.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(content) + "\n", encoding="utf-8")
    return path


def html(folder: Path, sheet: Sheet) -> Path:
    rows = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in sheet]
    return text(folder, ["<table>", *rows, "</table>"], "tabel.xls")


def formatted(folder: Path, sheet: Sheet, column: int, code: str, rows: Any = ALL) -> Path:
    return save(folder, {"Data": sheet}, formats={(row + 1, column + 1): code for row in rows})


def insert(sheet: Sheet, column: int, head: Any, cell: Callable[[list[Any]], Any]) -> Sheet:
    return [
        [*row[:column], head if number == 0 else cell(row), *row[column:]] for number, row in enumerate(sheet)
    ]


def boys_and_girls(heading: Any) -> Sheet:
    sheet = insert(plain(TRUTH), STUNTING + 1, heading, lambda row: row[STUNTING] - row[STUNTING] // 2)
    for row in sheet[1:]:
        row[STUNTING] //= 2
    return sheet


def remarks(change: Callable[[list[Any]], list[Any]]) -> Sheet:
    """Write the table with a column of remarks at the end, and the numbers of one row moved."""
    sheet = insert(plain(TRUTH), LAYAK + 1, "Keterangan", lambda _row: None)
    sheet[5][KELUARGA:] = change(sheet[5][KELUARGA:])
    return sheet


def slipped() -> Sheet:
    sheet = plain(TRUTH)
    column = [row[STUNTING] for row in sheet[1:]]
    for row, cell in zip(sheet[1:], [None, *column[:-1]], strict=True):
        row[STUNTING] = cell
    return [*sheet, [*[None] * STUNTING, column[-1], None]]


def second_page(order: list[int]) -> Sheet:
    sheet = plain(TRUTH)
    return [*sheet[:9], *([row[at] for at in order] for row in [sheet[0], *sheet[9:]])]


def older(row: list[Any]) -> list[Any]:
    return [*row[:3], *(cell // 2 for cell in row[3:])]


def below(title: str, start: int, head: list[Any]) -> Sheet:
    sheet = plain(TRUTH)
    return [*sheet[:start], [None] * 8, [title], head, *map(older, sheet[start if start < 18 else 1 :])]


def parts(*names: str, differ: bool = True) -> Sheet:
    """Give a village two rows, and another one too where the parts are to differ somewhere."""
    sheet = plain(TRUTH)
    out = [sheet[0]]
    for number, row in enumerate(sheet[1:], start=1):
        if number not in (2, 5):
            out.append(row)
            continue
        for part, name in enumerate(names):
            share = [cell // 2 if part else cell - cell // 2 for cell in row[3:7]]
            out.append([row[0], row[1], name or row[2] if number == 2 else row[2], *share, row[7]])
    return out


VARIATIONS: dict[str, tuple[Callable[[Path], Path], str, dict[str, Any]]] = {
    # 1 scale
    "1 a share formatted with a written sign": (
        lambda f: formatted(f, plain(TRUTH), LAYAK, '0.00"%"'),
        "right",
        {},
    ),
    "1 fractions with a written sign": (
        lambda f: formatted(f, changed(LAYAK, lambda v: v / 100), LAYAK, "0.00\\%"),
        "join.small_percent",
        {},
    ),
    "1 one fraction with a sign": (
        lambda f: save(f, {"Data": changed(LAYAK, lambda v: f"{v / 100:.4f} %".replace(".", ","), [3])}),
        "join.small_percent",
        {},
    ),
    "1 per mille": (
        lambda f: save(f, {"Data": changed(LAYAK, lambda v: f"{10 * v:.0f}‰")}),
        "numbers.text",
        {},
    ),
    "1 the word persen": (
        lambda f: save(f, {"Data": changed(LAYAK, lambda v: f"{v} persen")}),
        "numbers.unit",
        {},
    ),
    "1 a range": (
        lambda f: save(f, {"Data": changed(LAYAK, lambda v: f"{v}-{v + 5}", [4])}),
        "numbers.text",
        {},
    ),
    "1 three decimals": (
        lambda f: save_text(f, changed(LAYAK, lambda v: f"{v:.3f}".replace(".", ","))),
        "right",
        {},
    ),
    "1 a fraction as text": (
        lambda f: save(f, {"Data": changed(LAYAK, lambda v: f"{v / 100:.4f}", [3])}),
        "join.fraction",
        {},
    ),
    # 2 columns
    "2 a heading merged over boys and girls": (
        lambda f: save(f, {"Data": boys_and_girls(None)}, merge=("G1:H1",)),
        "error",
        {},
    ),
    "2 a heading over boys and girls, not merged": (
        lambda f: save(f, {"Data": boys_and_girls(None)}),
        "error",
        {},
    ),
    "2 a cell lost in a text file": (
        lambda f: text(
            f,
            [
                line if n != 5 else line.replace(f";{int(TRUTH.iloc[4, 1])};", ";", 1)
                for n, line in enumerate(lines(plain(TRUTH)))
            ],
        ),
        "rows.narrow",
        {},
    ),
    "2 the last line cut": (lambda f: text(f, ["\n".join(lines(plain(TRUTH)))[:-8]]), "rows.narrow", {}),
    "2 a row shifted to the right": (
        lambda f: save(f, {"Data": remarks(lambda cells: [None, *cells[:-1]])}),
        "rows.slipped",
        {},
    ),
    "2 a row shifted to the left": (
        lambda f: save(f, {"Data": remarks(lambda cells: [*cells[1:], None])}),
        "rows.slipped",
        {},
    ),
    "2 a remark in digits": (
        lambda f: save(f, {"Data": remarks(lambda cells: [*cells[:-1], 2])}),
        "right",
        {},
    ),
    "2 a comma of thousands in a file with commas behind each line": (
        lambda f: text(
            f,
            [
                f"{line}," if n != 4 else line.replace(",Ambawang,", ",Ambawang,1,")
                for n, line in enumerate(lines(plain(TRUTH), ","))
            ],
        ),
        "error",
        {},
    ),
    "2 a column slipped down": (lambda f: save(f, {"Data": slipped()}), "error", {}),
    "2 a second page with another order": (
        lambda f: save(f, {"Data": second_page([0, 1, 2, 3, 6, 5, 4, 7])}),
        "error",
        {},
    ),
    "2 a second page with the same order": (
        lambda f: save(f, {"Data": second_page([*range(8)])}),
        "right",
        {},
    ),
    # 3 codes
    "3 codes shifted by one row": (
        lambda f: save(f, {"Data": coded(lambda n, row: row.__setitem__(1, TRUTH.index[n % len(TRUTH)]))}),
        "join.code_name",
        {"place": CODED},
    ),
    "3 the code of a neighbour": (
        lambda f: save(f, {"Data": coded(lambda n, row: n == 3 and row.__setitem__(1, TRUTH.index[0]))}),
        "join.code_name",
        {"place": CODED},
    ),
    "3 a code of another kecamatan": (
        lambda f: save(f, {"Data": coded(lambda n, row: n == 3 and row.__setitem__(1, "9901022003"))}),
        "join.code_kecamatan",
        {"place": CODED},
    ),
    "3 codes of kecamatan": (
        lambda f: save(f, {"Data": coded(lambda _n, row: row.__setitem__(1, row[1][:6]))}),
        "right",
        {"place": CODED},
    ),
    "3 codes without names under a kecamatan written out": (
        lambda f: save(
            f, {"Data": coded(lambda _n, row: row.__setitem__(slice(2, 4), ["Kec. " + row[2], None]))}
        ),
        "right",
        {"place": CODED},
    ),
    "3 one name missing under a kecamatan written out": (
        lambda f: save(
            f,
            {
                "Data": coded(
                    lambda n, row: row.__setitem__(
                        slice(2, 4), [f"Kecamatan {row[2]}", row[3] if n != 4 else None]
                    )
                )
            },
        ),
        "right",
        {"place": CODED},
    ),
    "3 code and name in one cell": (
        lambda f: save(f, {"Data": coded(lambda _n, row: row.__setitem__(3, f"{row[1]} {row[3]}"))}),
        "join.code_name",
        {"place": CODED},
    ),
    # 4 counts
    "4 sums of money": (
        lambda f: save(f, {"Data": changed(KELUARGA, lambda v: f"Rp{v},00")}),
        "numbers.money",
        {},
    ),
    "4 shown in thousands": (
        lambda f: formatted(f, changed(KELUARGA, lambda v: v * 1000), KELUARGA, "#,##0,"),
        "numbers.scaled",
        {},
    ),
    "4 one cell shown in thousands": (
        lambda f: formatted(f, changed(KELUARGA, lambda v: v * 1000, [3]), KELUARGA, "#,##0,", [3]),
        "numbers.scaled",
        {},
    ),
    "4 a power of ten": (
        lambda f: save_text(f, changed(KELUARGA, lambda v: f"{v:.1E}")),
        "numbers.rounded",
        {},
    ),
    "4 a day number": (lambda f: formatted(f, plain(TRUTH), STUNTING, "dd/mm/yyyy"), "numbers.date", {}),
    "4 a part of another": (
        lambda f: save(f, {"Data": changed(DIUKUR, lambda v: f"{v}/{v + 9}")}),
        "numbers.text",
        {},
    ),
    "4 two numbers in a cell": (
        lambda f: save(f, {"Data": changed(STUNTING, lambda v: f"{v}\n{100 + v}", [3])}),
        "numbers.text",
        {},
    ),
    "4 a mark behind the number": (
        lambda f: save(f, {"Data": changed(STUNTING, lambda v: f"{v}*", [3])}),
        "numbers.text",
        {},
    ),
    "4 decimals of nought": (lambda f: save_text(f, changed(STUNTING, lambda v: f"{v},0")), "right", {}),
    # 5 rows
    "5 an older year below": (
        lambda f: save(f, {"Data": below("Tahun 2025", 18, plain(TRUTH)[0])}),
        "error",
        {},
    ),
    "5 further villages of an older year below": (
        lambda f: save(f, {"Data": below("Tahun 2025", 9, plain(TRUTH)[0])}),
        "error",
        {},
    ),
    "5 another table below": (
        lambda f: save(
            f,
            {
                "Data": below(
                    "Data bayi", 9, ["No", "Kecamatan", "Desa", "Bayi", "Bayi diukur", "Stunting", "x", "y"]
                )
            },
        ),
        "error",
        {},
    ),
    "5 posyandu in the column of villages": (
        lambda f: save(f, {"Data": parts("", "Posyandu Melati")}),
        "join.duplicate",
        {},
    ),
    "5 posyandu in the column of villages, added up": (
        lambda f: save(f, {"Data": parts("", "Posyandu Melati")}),
        "right",
        {"indicators": COUNTS, "options": {"add": True}},
    ),
    "5 parts of equal size beside others": (
        lambda f: save(f, {"Data": [[row[0], *row[1:]] for row in parts("", "")]}),
        "join.duplicate",
        {},
    ),
    "5 a village and its preparatory village": (
        lambda f: save(f, {"Data": parts("", "Olak-Olak Persiapan")}),
        "join.unmatched",
        {"partial": True},
    ),
    "5 two villages in one row": (
        lambda f: save(
            f,
            {
                "Data": [
                    *plain(TRUTH)[:2],
                    [2, "Kubu", "Olak-Olak/Dabong", 9, 9, 9, 9, 9.0],
                    *plain(TRUTH)[4:],
                ]
            },
        ),
        "join.unmatched",
        {},
    ),
    # 8 files
    "8 two lines in a cell of HTML": (
        lambda f: html(f, changed(STUNTING, lambda v: f"{v}<br>123", [3])),
        "numbers.text",
        {},
    ),
    "8 a note number in HTML": (
        lambda f: html(f, changed(STUNTING, lambda v: f"{v}<sup>100</sup>", [3])),
        "numbers.text",
        {},
    ),
    "8 hidden text in HTML": (
        lambda f: html(f, changed(KELUARGA, lambda v: f"<span style='display:none'>9</span>{v}")),
        "right",
        {},
    ),
    "8 fields of a form": (
        lambda f: html(f, changed(KELUARGA, lambda v: f"<input value='{v}'>")),
        "right",
        {},
    ),
    "8 line ends of an old system": (lambda f: text(f, ["\r".join(lines(plain(TRUTH)))]), "right", {}),
    "8 a table framed by bars": (
        lambda f: text(f, ["| " + " | ".join(map(str, row)) + " |" for row in plain(TRUTH)], "tabel.txt"),
        "right",
        {},
    ),
}


def outcome(name: str, folder: Path) -> str:
    """Read a variation: "right", "error" or the finding that holds it; a wrong value fails."""
    make, due, more = VARIATIONS[name]
    options = {"place": PLACE, "indicators": COUNTS | SHARE, "options": {}} | more
    partial = options.pop("partial", False)
    damaged = Damaged(make(folder), **options)
    try:
        values, findings = read(damaged)
    except InputError as error:
        return "error" if error.remedy else "error without a remedy"
    known = TRUTH[list(damaged.indicators)]
    wrong = values.notna() & ~np.isclose(values.reindex(columns=known.columns), known, atol=1e-6)
    assert partial or not wrong.any(axis=None), values[wrong.any(axis=1)]
    blocking = {finding.check for finding in findings if finding.level == "blocking"}
    if not blocking:
        assert values.notna().all(axis=None), "a value was lost without a word"
        return "right"
    assert all(finding.remedy for finding in findings if finding.level == "blocking")
    return due if due in blocking else ", ".join(sorted(blocking))


@pytest.mark.parametrize("name", VARIATIONS)
def test_a_variation_is_read_rightly_or_held_with_its_cause(name: str, tmp_path: Path) -> None:
    assert outcome(name, tmp_path) == VARIATIONS[name][1]
