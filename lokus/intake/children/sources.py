"""Read child-level exports in chunks, with identities replaced by salted hashes.

The identity of a child leaves this module only as a hash, with a new random salt each time.
"""

from __future__ import annotations

import datetime as dt
import io
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import python_calamine

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.children.cells import is_personal_number, letters
from lokus.intake.children.readings import BY_NAME, BY_NIK, NO_IDENTITY

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from lokus.intake.children.layout import Layout

__all__ = [
    "head_lines",
    "open_workbook",
    "sheet_rows",
    "text_chunks",
    "workbook_chunks",
]

_TEXT_ROLES = ("lahir", "tanggal", "zs_tbu", "tinggi", "kabupaten", "kecamatan", "desa")
_CHUNK_ROWS = 200_000
_SPARE_CELLS = 4
_AROUND_NUMBER = " '\t\u00a0"


def text_chunks(
    path: Path, layout: Layout, *, rows: int = _CHUNK_ROWS, salt: str | None = None
) -> Iterator[pd.DataFrame]:
    r"""Yield chunks of a text file, parsed by pandas.

    Yields
    ------
    pandas.DataFrame
        ``anak`` (hash), ``cara`` (0 no identity, 1 by name, 2 by NIK), texts under the role names, filter
        columns as ``saring_<position>``, and ``lebih``, true where the row has more cells than the header.

    Examples
    --------
    >>> import tempfile
    >>> from lokus.intake.children.layout import find_layout, split_lines
    >>> path = Path(tempfile.mkdtemp()) / "ukur.csv"
    >>> lines = ["NIK;Desa;Tgl Ukur;ZS TB/U", "9901010101200001;Suka Maju;2026-02-01;-2.5"]
    >>> _size = path.write_text("\n".join(lines))
    >>> layout = find_layout(split_lines(lines), columns={}, filters={}, where=Where(file="ukur.csv"))
    >>> (chunk,) = text_chunks(path, layout)
    >>> chunk[["cara", "desa", "zs_tbu"]].values.tolist()
    [[2, 'Suka Maju', '-2.5']]
    """
    salt = salt or secrets.token_hex(8)
    spare = list(range(layout.width, layout.width + _SPARE_CELLS))
    with _Ruled(path, layout) as file:
        reader = pd.read_csv(
            file,
            sep=layout.delimiter,
            header=None,
            usecols=[*layout.positions, *spare],
            dtype=object,
            na_filter=False,
            skip_blank_lines=False,
            encoding="utf-8",
            encoding_errors="replace",
            chunksize=rows,
        )
        with reader:
            for number, cells in enumerate(reader):
                body = cells.iloc[1:] if number == 0 else cells
                yield _anonymous(body.fillna(""), layout, salt)


class _Ruled(io.BufferedReader):
    """The rows of a text file below its header, after an added blank row that is wider than them.

    The parser takes the number of columns from the first row, and would silently misread a wider row.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        file = path.open("rb")
        for _line in range(layout.lines):
            file.readline()
        ruler = layout.delimiter * (layout.width + _SPARE_CELLS - 1) + "\n"
        super().__init__(_Chained(ruler.encode(), file), 1 << 20)


class _Chained(io.RawIOBase):
    """A stream of some bytes followed by a file."""

    def __init__(self, first: bytes, then: io.BufferedReader) -> None:
        self._first, self._then = first, then

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        if self._first:
            part, self._first = self._first[: len(view)], self._first[len(view) :]
            view[: len(part)] = part
            return len(part)
        return self._then.readinto(view)

    def close(self) -> None:
        self._then.close()
        super().close()


@contextmanager
def open_workbook(path: Path) -> Iterator[python_calamine.CalamineWorkbook]:
    """Open a workbook by its content, not its name: many files named .xls are .xlsx.

    Raises
    ------
    InputError
        The workbook is damaged; also raised within the block. Its parser may quote cells, so its message is
        not shown.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "ukur.xlsx"
    >>> _size = path.write_bytes(b"PK no workbook")
    >>> with open_workbook(path):
    ...     pass
    Traceback (most recent call last):
    lokus.errors.InputError: berkas ukur.xlsx: berkas tidak dapat dibaca (CalamineError)
    ...
    """
    try:
        with _by_content(path) as book:
            yield book
    except (python_calamine.CalamineError, OSError) as error:
        raise InputError(
            _("the file cannot be read ({detail})").format(detail=type(error).__name__),
            where=Where(file=path.name),
            remedy=_("open it in a spreadsheet program and save it again without a password as .xlsx"),
        ) from None


def _by_content(path: Path) -> closing[python_calamine.CalamineWorkbook]:
    return closing(python_calamine.load_workbook(io.BytesIO(path.read_bytes())))


def workbook_chunks(path: Path, sheet: str, layout: Layout) -> Iterator[pd.DataFrame]:
    """Yield chunks of a worksheet, as :func:`text_chunks`.

    Examples
    --------
    >>> import tempfile
    >>> from lokus.intake.children.layout import find_layout
    >>> path = Path(tempfile.mkdtemp()) / "ukur.xlsx"
    >>> rows = [["NIK", "Desa", "Tgl Ukur", "ZS TB/U"], ["9901010101200001", "Suka Maju", "2026-02-01", -2.5]]
    >>> pd.DataFrame(rows).to_excel(path, index=False, header=False)
    >>> head = [(1, "", rows[0])]
    >>> layout = find_layout(head, columns={}, filters={}, where=Where(file="ukur.xlsx"))
    >>> (chunk,) = workbook_chunks(path, "Sheet1", layout)
    >>> chunk[["cara", "desa", "zs_tbu"]].values.tolist()
    [[2, 'Suka Maju', '-2.5']]
    """
    salt = secrets.token_hex(8)
    with _by_content(path) as book:
        records = islice(sheet_rows(book, sheet), layout.lines, None)
        while block := list(islice(records, _CHUNK_ROWS)):
            columns = {position: [row[position] for row in block] for position in layout.positions}
            cells = pd.DataFrame(columns, dtype=object)
            for spare in range(_SPARE_CELLS):
                cells[layout.width + spare] = ["".join(row[layout.width + spare :]) for row in block]
            yield _anonymous(cells, layout, salt)


def sheet_rows(book: python_calamine.CalamineWorkbook, sheet: str) -> Iterator[list[str]]:
    """Yield the rows of a worksheet from its first row on, every cell as text.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "ukur.xlsx"
    >>> pd.DataFrame([["Desa", "Anak"], ["Suka Maju", 12]]).to_excel(path, index=False, header=False)
    >>> with open_workbook(path) as book:
    ...     list(sheet_rows(book, "Sheet1"))
    [['Desa', 'Anak'], ['Suka Maju', '12']]
    """
    found = book.get_sheet_by_name(sheet)
    if found.start is None:
        return
    # Rows above the first cell are included, columns left of it are not.
    left = [""] * found.start[1]
    for row in found.iter_rows():
        yield [*left, *map(_text, row)]


def _text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e6 else repr(value)
    return str(value)


def _anonymous(cells: pd.DataFrame, layout: Layout, salt: str) -> pd.DataFrame:
    """Replace the personal columns by a hash; texts of days, places and measurements stay."""
    roles = layout.roles
    n = len(cells)

    def texts(role: str) -> list[str]:
        return cells[roles[role]].tolist() if role in roles else [""] * n

    numbers = [text.strip(_AROUND_NUMBER) for text in texts("nik")]
    by_number = np.fromiter(map(is_personal_number, numbers), dtype=bool, count=n)
    # Spelling is normalised only where it identifies children, since it takes most of the time.
    names = [
        "" if known else letters(text) for known, text in zip(by_number.tolist(), texts("nama"), strict=True)
    ]
    keys = [
        number if known else f"{name}|{letters(parent)}"
        for number, known, name, parent in zip(
            numbers, by_number.tolist(), names, texts("orang_tua"), strict=True
        )
    ]
    hashed = pd.util.hash_array(np.array(keys, dtype=object), hash_key=salt, categorize=False)
    named = np.fromiter(map(bool, names), dtype=bool, count=n)
    out = {
        "anak": hashed,
        "cara": np.where(by_number, BY_NIK, np.where(named, BY_NAME, NO_IDENTITY)),
        **{role: cells[roles[role]] for role in _TEXT_ROLES if role in roles},
        **{f"saring_{position}": cells[position] for position in layout.filters},
        "lebih": _wider(cells, layout),
    }
    return pd.DataFrame(out, index=cells.index).reset_index(drop=True)


def _wider(cells: pd.DataFrame, layout: Layout) -> np.ndarray:
    """Return which rows are wider than the header."""
    wider = np.zeros(len(cells), dtype=bool)
    for spare in range(layout.width, layout.width + _SPARE_CELLS):
        codes, texts = pd.factorize(cells[spare])
        wider |= np.array([bool(str(text).strip()) for text in texts], dtype=bool)[codes]
    return wider


def head_lines(path: Path, count: int) -> list[str]:
    r"""Return the first lines of a text file, with bytes that are not UTF-8 replaced.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "ukur.csv"
    >>> _ = path.write_text("NIK;Desa\n1;Suka Maju\n2;Suka Jaya\n")
    >>> [line.strip() for line in head_lines(path, 2)]
    ['NIK;Desa', '1;Suka Maju']
    """
    with path.open("r", encoding="utf-8-sig", errors="replace", newline="") as file:
        return list(islice((line[:20_000] for line in file), count))
