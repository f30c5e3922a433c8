"""Each remedy of a finding about tables, obeyed as a planner would, leads to right values."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from damaged import (
    COUNTS,
    PLACE,
    SHARE,
    VILLAGES,
    Damaged,
    Sheet,
    plain,
    read,
    save,
    save_text,
    truth,
)

import lokus
from lokus.errors import InputError
from lokus.intake.audit.audit import check_values
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.places.names import read_decisions

if TYPE_CHECKING:
    import pandas as pd

    from lokus.findings import Finding

TRUTH = truth(np.random.default_rng(5))
CODED = {"kode": "Kode", **PLACE}
KELUARGA, SASARAN, DIUKUR, STUNTING, LAYAK = 3, 4, 5, 6, 7
ROW = 4  # of the sheet, from 0: Ambawang
Write = Callable[[Path, Sheet], Path]


def book(folder: Path, sheet: Sheet) -> Path:
    return save(folder, {"Data": sheet})


def shown_as(code: str, column: int, *rows: int) -> Write:
    """Write a workbook with a number format in some cells, by positions in the sheet."""

    def write(folder: Path, sheet: Sheet) -> Path:
        return save(folder, {"Data": sheet}, formats={(row + 1, column + 1): code for row in rows})

    return write


def merged(cells: str) -> Write:
    return lambda folder, sheet: save(folder, {"Data": sheet}, merge=(cells,))


def with_codes(sheet: Sheet | None = None) -> Sheet:
    sheet = sheet or plain(TRUTH)
    rows = [[row[0], kode, *row[1:]] for kode, row in zip(TRUTH.index, sheet[1:], strict=True)]
    return [[sheet[0][0], "Kode", *sheet[0][1:]], *rows]


def put(column: int, cell: Any, *rows: int) -> Callable[[Sheet], Sheet]:
    """Set cells of a column, or change each by a function."""

    def change(sheet: Sheet) -> Sheet:
        out = [list(row) for row in sheet]
        for row in rows or range(1, len(out)):
            out[row][column] = cell(out[row][column]) if callable(cell) else cell
        return out

    return change


def right(*columns: int) -> Callable[[Sheet], Sheet]:
    """Write the right numbers again in columns of values."""

    def change(sheet: Sheet) -> Sheet:
        good = plain(TRUTH)
        shift = len(sheet[0]) - len(good[0])
        out = [list(row) for row in sheet]
        for row in range(1, len(good)):
            for column in columns:
                out[row][column + shift] = good[row][column]
        return out

    return change


def as_it_is(sheet: Sheet) -> Sheet:
    return sheet


def without_row(row: int) -> Callable[[Sheet], Sheet]:
    return lambda sheet: [line for number, line in enumerate(sheet) if number != row]


@dataclass
class Tried:
    """A table with a fault, and what its remedy has a planner do."""

    damage: Callable[[Sheet], Sheet]
    obey: Callable[[Sheet], Sheet] = as_it_is
    write: Write = book
    write_again: Write | None = None
    place: dict[str, str] = field(default_factory=lambda: dict(PLACE))
    indicators: dict[str, str] = field(default_factory=lambda: COUNTS | SHARE)
    options: dict[str, Any] = field(default_factory=dict)
    indicators_again: dict[str, str] | None = None
    options_again: dict[str, Any] | None = None
    place_again: dict[str, str] | None = None
    decision: str = ""
    start: Callable[[], Sheet] = lambda: plain(TRUTH)


def values_of(damaged: Damaged) -> tuple[pd.DataFrame, list[Finding]]:
    """Read as a study does, checks of values included."""
    values, findings = read(damaged)
    checked = check_values(VILLAGES.join(values), catalogue=load_catalogue(), origins=[])
    return checked.values[list(values)], [*findings, *checked.findings]


def posyandu(sheet: Sheet) -> Sheet:
    """Two rows for one village, under its name."""
    out = [list(row) for row in sheet]
    two = [list(out[ROW]), list(out[ROW])]
    for column in (KELUARGA, SASARAN, DIUKUR, STUNTING):
        two[0][column] = out[ROW][column] // 3
        two[1][column] = out[ROW][column] - out[ROW][column] // 3
    return [*out[:ROW], *two, *out[ROW + 1 :]]


def of_kecamatan(sheet: Sheet) -> Sheet:
    """A column of names that holds sums of kecamatan too; the village Kubu differs from the sum of Kubu."""
    rows: Sheet = [["Uraian", *sheet[0][3:7]]]
    for kecamatan in dict.fromkeys(row[1] for row in sheet[1:]):
        block = [[row[2], *row[3:7]] for row in sheet[1:] if row[1] == kecamatan]
        rows.append([kecamatan.upper(), *(sum(row[n] for row in block) for n in range(1, 5))])
        rows += [row for row in block if row[0] != "Kubu"]
    rows[1][2] += 3
    rows[1][3] += 3
    rows[1][1] += 3
    return rows


def say_kecamatan(sheet: Sheet) -> Sheet:
    """Write "Kecamatan Kubu" in the row, and give the village the row that it lacks."""
    out = [list(row) for row in sheet]
    out[1][0] = "Kecamatan Kubu"
    return [*out[:2], ["Kubu", *plain(TRUTH)[1][3:7]], *out[2:]]


def text(folder: Path, sheet: Sheet) -> Path:
    return save_text(folder, sheet)


def cells_left_out(folder: Path, sheet: Sheet) -> Path:
    """Write a text file whose rows have only the cells that are there."""
    path = folder / "tabel.csv"
    lines = [";".join(str(cell) for cell in row if cell is not None) for row in sheet]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def in_latin(folder: Path, sheet: Sheet) -> Path:
    return save_text(folder, sheet, encoding="cp1252")


def beside_persons(folder: Path, sheet: Sheet) -> Path:
    persons: Sheet = [["NIK", "Nama Anak"], *[[f"99010102022300{n:02d}", f"Anak {n}"] for n in range(9)]]
    return save(folder, {"Data": sheet, "Anak": persons})


def formulas(sheet: Sheet) -> Sheet:
    return [sheet[0], *([*row[:STUNTING], "=A2+1", row[LAYAK]] for row in sheet[1:])]


INDEX = {"fsva_penduduk_per_nakes": "Jumlah KK"}
TRIED: dict[str, Tried] = {
    "numbers.text": Tried(put(STUNTING, "dua belas", ROW), right(STUNTING)),
    "numbers.unit": Tried(put(STUNTING, lambda n: f"{n} anak"), right(STUNTING)),
    "numbers.ditto": Tried(put(STUNTING, "sda", ROW), right(STUNTING)),
    "numbers.date": Tried(put(STUNTING, "2026-03-05", ROW), right(STUNTING)),
    "numbers.rounded": Tried(put(KELUARGA, lambda n: f"{n:.1E}"), right(KELUARGA), write=text),
    "numbers.scaled": Tried(
        put(KELUARGA, lambda n: 1000 * n, ROW),
        right(KELUARGA),
        write=shown_as("#,##0,", KELUARGA, ROW),
        write_again=book,
    ),
    "numbers.money": Tried(put(KELUARGA, lambda n: f"Rp{n},00"), right(KELUARGA)),
    "numbers.error": Tried(put(STUNTING, "#REF!", ROW), right(STUNTING)),
    "numbers.formula": Tried(formulas, right(STUNTING)),
    "numbers.mixed": Tried(
        put(LAYAK, lambda n: f"{n:.1f}".replace(".", ",") + "5", 1), right(LAYAK), write=text
    ),
    "numbers.us": Tried(
        lambda sheet: put(KELUARGA, "2.5", 2)(put(KELUARGA, "1,234,567", ROW)(sheet)),
        right(KELUARGA),
        indicators=INDEX,
    ),
    "numbers.ambiguous": Tried(put(KELUARGA, "1.234", ROW), right(KELUARGA), indicators=INDEX),
    "numbers.percent_in_count": Tried(put(STUNTING, "18 %"), right(STUNTING)),
    "numbers.percent_in_index": Tried(put(KELUARGA, "18 %", ROW), right(KELUARGA), indicators=INDEX),
    "numbers.fraction": Tried(put(STUNTING, 18.45, ROW), right(STUNTING)),
    "numbers.three_decimals": Tried(put(STUNTING, lambda n: f"{n}.000"), right(STUNTING), write=text),
    "numbers.all_zero": Tried(put(STUNTING, 0), right(STUNTING)),
    "numbers.merged": Tried(
        put(STUNTING, None, ROW + 1), right(STUNTING), write=merged("G5:G6"), write_again=book
    ),
    "join.fraction": Tried(put(LAYAK, lambda n: n / 100, ROW), right(LAYAK)),
    "join.percent_format": Tried(
        as_it_is,
        write=shown_as("0%", LAYAK, ROW),
        write_again=book,
    ),
    "join.small_percent": Tried(put(LAYAK, lambda n: f"{n / 100:.4f} %", ROW), right(LAYAK)),
    "rows.narrow": Tried(
        put(SASARAN, None, ROW),
        right(SASARAN),
        write=cells_left_out,
    ),
    "rows.slipped": Tried(
        lambda sheet: [
            [*sheet[0], "Keterangan"],
            *([*row, None] for row in sheet[1:ROW]),
            [*sheet[ROW][:3], None, *sheet[ROW][3:]],
            *([*row, None] for row in sheet[ROW + 1 :]),
        ],
        lambda sheet: [*sheet[:ROW], [*sheet[ROW][:3], *sheet[ROW][4:]], *sheet[ROW + 1 :]],
    ),
    "rows.subtotal": Tried(of_kecamatan, say_kecamatan, place={"desa": "Uraian"}, indicators=COUNTS),
    "rows.not_added": Tried(
        lambda sheet: put(LAYAK, 9.5, ROW)(posyandu(sheet)),
        options={"add": True},
        obey=lambda sheet: [*sheet[:ROW], plain(TRUTH)[ROW], *sheet[ROW + 2 :]],
    ),
    "rows.part_missing": Tried(
        lambda sheet: put(STUNTING, None, ROW)(posyandu(sheet)),
        lambda sheet: put(STUNTING, plain(TRUTH)[ROW][STUNTING] - sheet[ROW + 1][STUNTING], ROW)(sheet),
        options={"add": True},
        indicators=COUNTS,
    ),
    "join.duplicate": Tried(posyandu, options_again={"add": True}, indicators=COUNTS),
    "join.duplicate_same": Tried(
        lambda sheet: [*sheet, list(sheet[ROW])],
        without_row(len(TRUTH) + 1),
    ),
    "join.unmatched": Tried(put(2, "Entah Berantah", ROW), decision="99.01.01.2004"),
    "join.no_row": Tried(
        without_row(ROW),
        lambda sheet: [*sheet[:ROW], plain(TRUTH)[ROW], *sheet[ROW:]],
    ),
    "join.code_name": Tried(
        put(1, "9901012001", ROW),
        decision="99.01.01.2004",
        place=CODED,
        start=with_codes,
    ),
    "join.code_kecamatan": Tried(
        put(1, "9901022004", ROW), put(1, "9901012004", ROW), place=CODED, start=with_codes
    ),
    "join.unknown_code": Tried(
        put(1, "9901019999", ROW),
        put(1, "99.01.01.2004", ROW),
        place=CODED,
        start=with_codes,
    ),
    "join.vintage": Tried(
        put(1, lambda kode: "98" + kode[2:]),
        put(1, lambda kode: "99" + kode[2:]),
        place=CODED,
        start=with_codes,
    ),
    "join.other_codes": Tried(
        put(1, lambda kode: kode[:4] + str(int(kode[4:6]) + 20) + kode[6:]),
        place=CODED,
        options_again={"listed": True},
        start=with_codes,
    ),
    "join.decision_stale": Tried(as_it_is, decision="lama"),
    "kode.refused": Tried(
        put(1, "9.90101E+09", ROW), put(1, "99.01.01.2004", ROW), place=CODED, start=with_codes
    ),
    "kode.empty": Tried(put(1, None, ROW), put(1, "99.01.01.2004", ROW), place=CODED, start=with_codes),
    "kode.system": Tried(
        lambda sheet: put(3, lambda desa: f"{desa[0]}o{desa[2:]}", 6, 10, 13, 14, 16)(
            put(1, lambda kode: f"{kode[:6]}0{kode[7:]}")(sheet)
        ),
        place=CODED,
        place_again=PLACE,
        start=with_codes,
    ),
    "tables.total": Tried(
        lambda sheet: [
            *sheet,
            [None, None, "Jumlah", *(sum(row[n] for row in sheet[1:]) for n in range(3, 6)), 5],
        ],
        lambda sheet: put(STUNTING, sum(row[STUNTING] for row in sheet[1:-1]), len(sheet) - 1)(sheet),
    ),
    "tables.encoding": Tried(
        lambda sheet: [[*sheet[0], "Catatan"], *([*row, "é"] for row in sheet[1:])],
        write=in_latin,
        write_again=text,
    ),
    "tables.persons": Tried(as_it_is, write=beside_persons, write_again=book),
    "tables.dragged": Tried(
        lambda sheet: [sheet[0], *([*row[:6], 10 + n, row[7]] for n, row in enumerate(sheet[1:]))],
        right(STUNTING),
    ),
    "tables.copied": Tried(
        lambda sheet: [
            sheet[0],
            *([*row[:STUNTING], row[DIUKUR], *row[STUNTING + 1 :]] for row in sheet[1:]),
        ],
        right(STUNTING),
    ),
    "tables.opposite": Tried(
        lambda sheet: put(LAYAK, lambda share: 100 - share)(
            [[*sheet[0][:LAYAK], "Sanitasi Tidak Layak (%)"], *sheet[1:]]
        ),
        lambda sheet: [[*sheet[0], "Sanitasi layak (%)"], *([*row, 100 - row[LAYAK]] for row in sheet[1:])],
        indicators={"sanitasi_layak": "Sanitasi Tidak Layak (%)"},
        indicators_again={"sanitasi_layak": "Sanitasi layak (%)"},
    ),
    "audit.range": Tried(put(LAYAK, 180.5, ROW), right(LAYAK)),
    "audit.numerator": Tried(put(STUNTING, 9_999, ROW), right(STUNTING)),
}
TRIED["numbers.silent"] = Tried(put(STUNTING, None, ROW), right(STUNTING))  # made below, by its facts
# Whoever accepts it says that nobody was counted; that the heading alone is wrong.
TRUE_IF_ACCEPTED = {"numbers.all_zero", "tables.opposite"}
SKIPPED = {
    "numbers.silent": "no library writes such workbooks; see test_columns.py",
    "join.presence": "a column of words, tried in tables/test_presence.py",
    "join.status": "a column of words, tried in tables/test_presence.py",
}
TRIED["join.presence"] = TRIED["join.status"] = Tried(as_it_is)


def decisions(folder: Path, row: int, desa: str, kode: str) -> pd.DataFrame:
    """Write ``kecocokan.csv`` with one line about a row."""
    path = folder / "kecocokan.csv"
    line = f"tabel.xlsx;Data;{row};Kubu;{desa};{kode};dicocokkan"
    path.write_text(f"sumber;lembar;baris;kecamatan;desa;kode_desa;alasan\n{line}\n", encoding="utf-8")
    return read_decisions(path)


@pytest.mark.parametrize("check", [check for check in TRIED if check not in SKIPPED])
def test_the_remedy_obeyed_gives_right_values(check: str, tmp_path: Path) -> None:
    tried = TRIED[check]
    sheet = tried.damage(tried.start())
    options = dict(tried.options)
    stale = tried.decision == "lama"
    if stale:
        options["decisions"] = decisions(tmp_path, ROW + 1, "Desa Lain", "99.01.01.2001")
    damaged = Damaged(
        tried.write(tmp_path, sheet), place=tried.place, indicators=tried.indicators, options=options
    )
    values, findings = values_of(damaged)
    found = [finding for finding in findings if finding.check == check]
    assert found, sorted({finding.check for finding in findings})
    assert all(finding.remedy for finding in found)
    known = TRUTH.rename(columns={"keluarga": "fsva_penduduk_per_nakes"}) if "Jumlah KK" in (
        tried.indicators.get("fsva_penduduk_per_nakes", "")
    ) else TRUTH  # fmt: skip
    known = known[list(tried.indicators)]
    if any(finding.level == "blocking" for finding in found) and check not in TRUE_IF_ACCEPTED:
        wrong = values.notna() & ~np.isclose(values, known, atol=1e-6)
        assert not wrong.any(axis=None), "what is accepted must bring in no wrong value"

    again = dict(tried.options_again if tried.options_again is not None else tried.options)
    if tried.decision and not stale:
        row = found[0].where.row
        assert row is not None
        again["decisions"] = decisions(tmp_path, row, str(sheet[row - 1][-6]), tried.decision)
    damaged = Damaged(
        (tried.write_again or tried.write)(tmp_path, tried.obey(sheet)),
        place=tried.place_again or tried.place,
        indicators=tried.indicators_again or tried.indicators, options=again,
    )  # fmt: skip
    values, findings = values_of(damaged)
    assert check not in {finding.check for finding in findings}
    assert not [finding for finding in findings if finding.level == "blocking"]
    assert np.isclose(values, known, atol=1e-6).all()


def test_either_word_that_tells_a_kecamatan_from_its_village_is_understood(tmp_path: Path) -> None:
    sheet = of_kecamatan(plain(TRUTH))
    for word, kubu in (("Kecamatan", None), ("Desa", sheet[1][1:])):
        out = [sheet[0], [f"{word} Kubu", *sheet[1][1:]], *sheet[2:]]
        values, findings = values_of(
            Damaged(book(tmp_path, out), place={"desa": "Uraian"}, indicators=COUNTS)
        )
        assert not [finding for finding in findings if finding.level == "blocking"]
        first = values.loc[TRUTH.index[0]]
        assert first.isna().all() if kubu is None else first.tolist() == kubu


def test_the_first_of_two_rows_is_never_taken(tmp_path: Path) -> None:
    damaged = Damaged(book(tmp_path, posyandu(plain(TRUTH))), indicators=COUNTS)
    assert values_of(damaged)[0].loc[TRUTH.index[ROW - 1]].isna().all()


# Every finding of these rooms that has a remedy


_CHECK = re.compile(r"[a-z]+\.[a-z_]+")
ROOMS = ("intake/tables", "intake/join")
CODES = ("kode.refused", "kode.empty", "kode.system")


def checks_with_remedy() -> Iterator[str]:
    """Names of the findings that tables and joins can give together with a remedy, from the source."""
    root = Path(lokus.__file__).parent
    for room in ROOMS:
        for path in sorted((root / room).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                words = {word.arg: word.value for word in node.keywords}
                if name == "Finding" and "remedy" in words:
                    yield from texts(words["check"])
                elif name == "block":
                    yield from texts(node.args[0])
                elif name == "_moved":
                    yield from ("rows.narrow", "rows.slipped")
    from lokus.intake.tables.numbers import explained

    yield from explained()
    yield from CODES


def texts(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and _CHECK.fullmatch(part.value):
            yield part.value


def test_no_finding_of_a_table_is_without_a_tried_remedy() -> None:
    missing = set(checks_with_remedy()) - set(TRIED)
    assert missing == set()
    assert len(set(checks_with_remedy())) > 35


REFUSED: dict[str, tuple[Callable[[Sheet], Sheet], Callable[[Sheet], Sheet]]] = {
    "a heading over two columns": (
        lambda sheet: [[*row[:7], None if n == 0 else row[6], *row[7:]] for n, row in enumerate(sheet)],
        lambda sheet: [[*sheet[0][:7], "Stunting (anak perempuan)", *sheet[0][8:]], *sheet[1:]],
    ),
    "another table below": (
        lambda sheet: [*sheet, ["Tahun 2025"], sheet[0], *([*row[:3], 9, 9, 9, 9, 9] for row in sheet[1:])],
        lambda sheet: sheet[: len(TRUTH) + 1],
    ),
    "another order of columns on a new page": (
        lambda sheet: [*sheet[:9], *([*row[:4], row[5], row[4], *row[6:]] for row in [sheet[0], *sheet[9:]])],
        lambda sheet: [*sheet[:9], *([*row[:4], row[5], row[4], *row[6:]] for row in sheet[10:])],
    ),
    "a column that slipped down": (
        lambda sheet: [
            *(
                [*row[:6], below, row[7]]
                for row, below in zip(
                    sheet, [sheet[0][6], None, *(row[6] for row in sheet[1:-1])], strict=True
                )
            ),
            [*[None] * 6, sheet[-1][6], None],
        ],
        lambda sheet: [
            *(
                [*row[:6], below[6], row[7]]
                for row, below in zip([sheet[0], *sheet[1:-1]], [sheet[0], *sheet[2:]], strict=True)
            )
        ],
    ),
    "the same heading twice": (
        lambda sheet: [[*row, "Stunting" if n == 0 else 1] for n, row in enumerate(sheet)],
        lambda sheet: [[*sheet[0][:-1], "Stunting 2025"], *sheet[1:]],
    ),
    "a sum among parts that are to be added up": (
        lambda sheet: [
            sheet[0],
            *(
                row
                for one in sheet[1:]
                for row in (
                    [*one[:2], one[2], *(n // 2 for n in one[3:])],
                    [*one[:2], one[2], *(n - n // 2 for n in one[3:])],
                    one,
                )
            ),
        ],
        lambda sheet: [sheet[0], *sheet[3::3]],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_remedy_of_a_refusal_obeyed_gives_right_values(name: str, tmp_path: Path) -> None:
    damage, obey = REFUSED[name]
    options = {"add": True} if name.startswith("a sum") else {}
    sheet = damage(plain(TRUTH, COUNTS | SHARE))
    keys = COUNTS if options else COUNTS | SHARE
    with pytest.raises(InputError) as refused:
        values_of(Damaged(book(tmp_path, sheet), indicators=keys, options=options))
    assert refused.value.remedy
    values, findings = values_of(Damaged(book(tmp_path, obey(sheet)), indicators=keys))
    assert not [finding for finding in findings if finding.level == "blocking"]
    assert np.isclose(values, TRUTH[list(keys)], atol=1e-6).all()
