"""Human decisions about names that no rule can settle: ``kecocokan.csv``, written, filled in, read again."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from lokus.errors import InputError
from lokus.files import atomic_path
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.places.kode import EmptyKodeError, KodeError, parse_kode
from lokus.places.name_rules import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DECISION_COLUMNS", "IGNORE", "read_decisions", "write_open_cases"]

DECISION_COLUMNS: Final = ("sumber", "kecamatan", "desa", "kode_desa", "alasan")
IGNORE: Final = "abaikan"
_OPEN: Final = ("ambigu", "tidak ditemukan")
_CANDIDATES: Final = "calon"


def read_decisions(path: str | Path) -> pd.DataFrame:
    r"""Read the decisions a person has filled in.

    Parameters
    ----------
    path : str or Path
        CSV with ``;`` and the columns ``sumber;kecamatan;desa;kode_desa;alasan``; further columns only help.

    Returns
    -------
    pandas.DataFrame
        One row a decision, index ``baris`` (line of the file), columns as in the file and ``berkas``.
        ``kode_desa`` is ten digits or ``"abaikan"``. Rows still empty are open cases and are left out.

    Raises
    ------
    InputError
        The file is missing, lacks a column, holds something that is no code, an ``abaikan`` without a reason,
        or two different decisions for one name.

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
            {**{column: row[column] for column in DECISION_COLUMNS}, "kode_desa": kode, "baris": line}
        )
    frame = pd.DataFrame(rows, columns=[*DECISION_COLUMNS, "baris"]).set_index("baris")
    return frame.assign(berkas=path.name)


def _decision(written: str, row: dict[str, str], where: Where) -> str:
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
            remedy=_('Write the ten digits, or "abaikan" with a reason, or leave the cell empty.'),
        ) from error


def _read_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Give line number and cells of every row."""
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
    for column in DECISION_COLUMNS:
        if column not in reader.fieldnames:
            raise InputError(
                _('column "{column}" is missing').format(column=column),
                where=Where(file=path.name, row=1),
                remedy=_("The first row must read: {header}").format(header=";".join(DECISION_COLUMNS)),
            )
    # An apostrophe in front is ours: it keeps a spreadsheet from reading the cell as a formula.
    return [
        (reader.line_num, {k: v.removeprefix("'").strip() for k, v in row.items() if isinstance(v, str)})
        for row in reader
    ]


def write_open_cases(path: str | Path, matches: pd.DataFrame | Iterable[pd.DataFrame]) -> int:
    """Add the names that are still open to the decisions file, keeping what is already decided there.

    Parameters
    ----------
    path : str or Path
        The CSV; it is made when it does not exist.
    matches : pandas.DataFrame or iterable of them
        Results of :func:`lokus.places.names.match_names`.

    Returns
    -------
    int
        Names the file now holds without a decision.

    Raises
    ------
    InputError
        The existing file is not a decisions file.
    """
    path = Path(path)
    frames = [matches] if isinstance(matches, pd.DataFrame) else list(matches)
    kept: dict[tuple[str, ...], dict[str, str]] = {}
    if path.exists():
        for _row_number, row in _read_rows(path):
            if row["kode_desa"]:
                kept.setdefault(_name(row), row)
    for frame in frames:
        for case in frame[frame["cara"].isin(_OPEN) & (frame["desa_sumber"] != "")].to_dict("records"):
            row = {
                "sumber": case["sumber"],
                "kecamatan": case["kecamatan_sumber"],
                "desa": case["desa_sumber"],
                "kode_desa": "",
                "alasan": "",
                _CANDIDATES: " | ".join(case["calon"]),
            }
            kept.setdefault(_name(row), row)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(
        buffer, [*DECISION_COLUMNS, _CANDIDATES], delimiter=";", restval="", extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows({k: _harmless(v) for k, v in row.items()} for row in kept.values())
    with atomic_path(path) as draft:
        draft.write_text(buffer.getvalue(), encoding="utf-8-sig", newline="")
    return sum(not row["kode_desa"] for row in kept.values())


def _name(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(plain_name(row[column]) for column in ("sumber", "kecamatan", "desa"))


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
