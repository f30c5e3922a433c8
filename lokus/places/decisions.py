"""Read and write ``kecocokan.csv``, the decisions that a person makes about village names.

A line with a row number decides that one row of its file and sheet, one without it every row of that name.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from lokus.characters import without_unseen
from lokus.errors import InputError
from lokus.files import atomic_path
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.limits import refuse_large
from lokus.places.kode import EmptyKodeError, KodeError, parse_kode
from lokus.places.name_rules import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DECISION_COLUMNS", "IGNORE", "NOT_A_VILLAGE", "read_decisions", "write_open_cases"]

DECISION_COLUMNS: Final = ("sumber", "lembar", "baris", "kecamatan", "desa", "kode_desa", "alasan")
IGNORE: Final = "abaikan"
NOT_A_VILLAGE: Final = "bukan desa"
_NEEDED: Final = ("sumber", "kecamatan", "desa", "kode_desa", "alasan")
_NOT_A_VILLAGE: Final = (NOT_A_VILLAGE, "bukan desa/kelurahan", "bukan desa / kelurahan", "bukan kelurahan")
_SETTLED: Final = ("nama persis", "nama dinormalkan", "nama mirip", "keputusan", "kode")
_CANDIDATES: Final = "calon"


def read_decisions(path: str | Path) -> pd.DataFrame:
    r"""Read the decisions a person has filled in.

    Parameters
    ----------
    path : str or Path
        CSV with ``;`` and the columns ``sumber;lembar;baris;kecamatan;desa;kode_desa;alasan``; ``lembar`` and
        ``baris`` may be absent, further columns are ignored.

    Returns
    -------
    pandas.DataFrame
        One row a decision, index ``baris`` (line of the file), columns as in the file and ``berkas``.
        ``kode_desa`` is ten digits, ``"abaikan"`` (a village that is left out, with its reason) or ``"bukan
        desa"`` (a total, a heading); ``baris_sumber`` is the row decided, 0 for every row of that name. Rows
        without a decision are left out.

    Raises
    ------
    InputError
        The file is missing, lacks a column, has an invalid code, an ``abaikan`` without a reason, a row that
        is no number, or two different decisions for one row or name.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "kecocokan.csv"
    >>> text = "sumber;kecamatan;desa;kode_desa;alasan\n;Sarudu;Saruda;99.01.01.2003;salah ketik"
    >>> length = path.write_text(text)
    >>> read_decisions(path)["kode_desa"].tolist()
    ['9901012003']
    """
    path = Path(path)
    rows = []
    first: dict[tuple[str, ...], tuple[int, str]] = {}
    for line, row in _read_rows(path):
        written = row["kode_desa"].strip()
        if not written:
            continue
        where = Where(file=path.name, row=line, column="kode_desa")
        decided = _row_number(row, replace(where, column="baris"))
        if not decided and not row["desa"]:
            raise InputError(
                _("the decision says neither a village name nor a row"),
                where=where,
                remedy=_("Write the row number in the column baris."),
            )
        kode = _decision(written, row, where)
        name = _name(row)
        if name in first and first[name][1] != kode:
            raise InputError(
                _("{desa} is decided differently in row {other}").format(
                    desa=row["desa"], other=first[name][0]
                ),
                where=where,
                remedy=_("Keep one of the two rows."),
            )
        first.setdefault(name, (line, kode))
        rows.append(
            {
                **{column: row[column] for column in DECISION_COLUMNS},
                "kode_desa": kode,
                "baris_sumber": decided,
                "baris": line,
            }
        )
    columns = [*(column for column in DECISION_COLUMNS if column != "baris"), "baris_sumber", "baris"]
    return pd.DataFrame(rows, columns=columns).set_index("baris").assign(berkas=path.name)


def _row_number(row: dict[str, str], where: Where) -> int:
    written = row["baris"].removesuffix(".0")
    if written and not written.isdecimal():
        raise InputError(
            _('"{text}" is no row number').format(text=row["baris"]),
            where=where,
            remedy=_("Write the row number in the column baris."),
        )
    return int(written or 0)


def _decision(written: str, row: dict[str, str], where: Where) -> str:
    if plain_name(written) in _NOT_A_VILLAGE:
        if not row["desa"] and not row["alasan"].strip():
            raise InputError(
                _('"bukan desa" for a row with numbers and without a name has no reason'),
                where=where,
                remedy=_(
                    "Write what the row is in the column alasan: a total, a note. Where it belongs to the "
                    "village above, add it there in the table instead."
                ),
            )
        return NOT_A_VILLAGE
    if plain_name(written) == IGNORE:
        if not row["alasan"].strip():
            raise InputError(
                _('"abaikan" for {desa} has no reason').format(desa=row["desa"]),
                where=where,
                remedy=_('Write the reason in the column "alasan"; it stands in the report.'),
            )
        return IGNORE
    try:
        return parse_kode(written)
    except (EmptyKodeError, KodeError) as error:
        raise InputError(
            _("{value} is no village code: {reason}").format(value=written, reason=error),
            where=where,
            remedy=_(
                'Write the ten digits, "bukan desa" for a total or heading, "abaikan" with a reason for a '
                "village to be left out, or leave the cell empty."
            ),
        ) from error


def _read_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return line number and cells of every row."""
    refuse_large(path, "text")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(
            _("the file does not exist"),
            where=Where(file=str(path)),
            remedy=_("correct the name, or take the key out"),
        ) from error
    except UnicodeDecodeError:
        text = path.read_text(encoding="cp1252", errors="replace")
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",", restval="")
    reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
    for column in _NEEDED:
        if column not in reader.fieldnames:
            raise InputError(
                _('column "{column}" is missing').format(column=column),
                where=Where(file=path.name, row=1),
                remedy=_("The first row must read: {header}").format(header=";".join(DECISION_COLUMNS)),
            )
    # A leading apostrophe was added on writing, so that a spreadsheet does not read the cell as a formula.
    return [
        (
            reader.line_num,
            {
                **dict.fromkeys(DECISION_COLUMNS, ""),
                **{
                    k: without_unseen(v).removeprefix("'").strip()
                    for k, v in row.items()
                    if isinstance(v, str)
                },
            },
        )
        for row in reader
    ]


def write_open_cases(path: str | Path, matches: pd.DataFrame | Iterable[pd.DataFrame]) -> int:
    r"""Add the rows that are still open to the decisions file, without changing existing decisions.

    A file that already has them is not changed at all; further columns are preserved.

    Parameters
    ----------
    path : str or Path
        The CSV; created where it does not exist.
    matches : pandas.DataFrame or iterable of them
        Open rows: ``sumber``, ``kecamatan_sumber``, ``desa_sumber`` and ``calon`` as returned by
        :func:`lokus.places.names.match_names`, optionally ``lembar`` and ``baris``. Rows that have a village
        are left out.

    Returns
    -------
    int
        Number of rows of the file without a decision.

    Raises
    ------
    InputError
        The existing file is not a decisions file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "kecocokan.csv"
    >>> case = {"sumber": "gizi.csv", "baris": 7, "kecamatan_sumber": "Sarudu", "desa_sumber": "Saruda"}
    >>> write_open_cases(path, pd.DataFrame([{**case, "calon": ["99.01.01.2003 Sarudu (Sarudu) 83"]}]))
    1
    >>> print(path.read_text("utf-8-sig").splitlines()[1])
    gizi.csv;;7;Sarudu;Saruda;;;99.01.01.2003 Sarudu (Sarudu) 83
    """
    path = Path(path)
    frames = [matches] if isinstance(matches, pd.DataFrame) else list(matches)
    rows = [row for _row_number, row in _read_rows(path)] if path.exists() else []
    before = {_name(row): row for row in rows}
    kept: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        if row["kode_desa"] or row["alasan"]:
            kept.setdefault(_name(row), row)
    for frame in frames:
        for case in frame.to_dict("records"):
            if case.get("cara") in _SETTLED:
                continue
            number = case.get("baris")
            row = {
                "sumber": str(case["sumber"]),
                "lembar": str(case.get("lembar") or ""),
                "baris": "" if number is None or pd.isna(number) else str(int(number)),
                "kecamatan": case["kecamatan_sumber"],
                "desa": case["desa_sumber"],
                "kode_desa": "",
                "alasan": "",
                _CANDIDATES: " | ".join(case["calon"]),
            }
            if row["desa"] or row["baris"]:
                kept.setdefault(_name(row), before.get(_name(row), {}) | row)
    undecided = sum(not row["kode_desa"] for row in kept.values())
    if rows and before == kept:
        return undecided
    columns = dict.fromkeys([*DECISION_COLUMNS, *(name for row in rows for name in row), _CANDIDATES])
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(columns), delimiter=";", restval="")
    writer.writeheader()
    writer.writerows({k: _harmless(v) for k, v in row.items()} for row in kept.values())
    with atomic_path(path) as draft:
        draft.write_text(buffer.getvalue(), encoding="utf-8-sig", newline="")
    return undecided


def _name(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(plain_name(row[column]) for column in ("sumber", "lembar", "baris", "kecamatan", "desa"))


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
