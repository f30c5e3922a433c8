"""Row groups of a Parquet file that can hold villages of some kabupaten, so that the others are not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

__all__ = ["groups_of", "may_hold"]


def groups_of(file: ParquetFile, column: str, wanted: Sequence[str], *, blanks: bool) -> Iterator[Any]:
    """Yield the row groups that can hold wanted codes, as tables.

    Parameters
    ----------
    file : ParquetFile
    column : str
        Of the codes.
    wanted : sequence of str
        Codes, or beginnings of codes, of two or four digits; empty for all.
    blanks : bool
        Rows without a code are needed too.

    Examples
    --------
    >>> import io
    >>> import pyarrow as pa
    >>> import pyarrow.parquet as pq
    >>> held = io.BytesIO()
    >>> table = pa.table({"kode": ["16.03.01.2001", "16.03.01.2002", "17.02.01.2001", "17.02.01.2002"]})
    >>> pq.write_table(table, held, row_group_size=2)
    >>> [part.num_rows for part in groups_of(pq.ParquetFile(held), "kode", ["1702"], blanks=True)]
    [2]
    """
    names = [file.metadata.schema.column(n).path for n in range(file.metadata.num_columns)]
    place = names.index(column) if column in names else -1
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        known = group.column(place).statistics if wanted and place >= 0 else None
        # Blank codes that are no nulls come first as texts, and make the least one no code.
        if (
            known is None
            or not known.has_min_max
            or (blanks and known.null_count != 0)
            or may_hold(known.min, known.max, wanted)
        ):
            yield file.read_row_group(number)


def may_hold(least: object, most: object, wanted: Sequence[str]) -> bool:
    """Return whether codes between two texts can begin with one of the wanted codes.

    Codes are ordered as texts, with dots or without, so that what lies between two of them is certain only
    for the province, and for the kabupaten only within one province and one way of writing.

    Examples
    --------
    >>> [may_hold("16.03.01.2001", "16.09.01.2001", [code]) for code in ("1605", "1610", "16")]
    [True, False, True]
    >>> may_hold("16.03.01.2001", "1609012001", ["1601"]), may_hold("", "16.09.01.2001", ["11"])
    (True, True)
    """
    low, high = str(least), str(most)
    if isinstance(least, int) and len(low) != len(high):
        return True
    if not (low[:2].isdigit() and high[:2].isdigit() and low.isascii() and high.isascii()):
        return True
    digits = 2
    if low[:2] == high[:2] and (low[2:3] == ".") == (high[2:3] == "."):
        first, last = low.replace(".", "")[:4], high.replace(".", "")[:4]
        if len(first) == len(last) == 4 and first.isdigit() and last.isdigit():
            digits = 4
    first, last = low.replace(".", "")[:digits], high.replace(".", "")[:digits]
    return any(first[: len(code)] <= code[:digits] <= last[: len(code)] for code in wanted)
