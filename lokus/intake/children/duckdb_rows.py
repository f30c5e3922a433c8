"""Rows of large child-level exports, text or Parquet, read and made anonymous by DuckDB.

The engine splits lines into cells, turns identities into salted hashes and hands on numbered texts. It writes
no temporary file and keeps to a limit of memory. Where it stumbles, nothing of its message is repeated:
it may quote a row.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.children.sources import BY_NAME, BY_NIK, NO_IDENTITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lokus.intake.children.layout import Layout

__all__ = ["EngineStoppedError", "can_read", "count_lines", "engine_chunks", "is_parquet", "parquet_rows"]

MEMORY = "1GB"
_CHUNK_ROWS = 500_000
_SPARE_CELLS = 4
_TEXT_ROLES = ("lahir", "tanggal", "zs_tbu", "tinggi", "kabupaten", "kecamatan", "desa")
_BLOCK = 1 << 22
_LETTERS = "upper(regexp_replace({}, '[^A-Za-z0-9]+', '', 'g'))"


class EngineStoppedError(Exception):
    """The engine cannot read a file; it says nothing of what stands in it."""


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its name.

    Examples
    --------
    >>> is_parquet(Path("anak.parquet")), is_parquet(Path("anak.csv"))
    (True, False)
    """
    return path.suffix.casefold() == ".parquet"


def can_read() -> bool:
    """Whether the engine is installed.

    Examples
    --------
    >>> can_read() in (True, False)
    True
    """
    return all(importlib.util.find_spec(name) is not None for name in ("duckdb", "pyarrow"))


def engine_chunks(
    path: Path, layout: Layout, *, salt: str, rows: int = _CHUNK_ROWS
) -> Iterator[pd.DataFrame]:
    r"""Chunks of a text or Parquet file through DuckDB.

    Yields
    ------
    pandas.DataFrame
        As :func:`lokus.intake.children.sources.text_chunks`, texts as categories.

    Raises
    ------
    EngineStoppedError
        The engine stumbles over the file.

    Examples
    --------
    >>> import tempfile
    >>> from lokus.intake.children.layout import find_layout, split_lines
    >>> path = Path(tempfile.mkdtemp()) / "ukur.csv"
    >>> lines = ["NIK;Desa;Tgl Ukur;ZS TB/U", "9901010101200001;Suka Maju;2026-02-01;-2.5"]
    >>> _size = path.write_text("\n".join(lines))
    >>> layout = find_layout(split_lines(lines), columns={}, filters={}, where=Where(file="ukur.csv"))
    >>> (chunk,) = engine_chunks(path, layout, salt="garam")
    >>> chunk[["cara", "desa", "zs_tbu"]].values.tolist()
    [[2, 'Suka Maju', '-2.5']]
    """
    import duckdb

    stopped = False
    with _connect() as connection:
        try:
            held: list[object] = []
            size = 0
            for batch in connection.sql(_query(path, layout, salt)).to_arrow_reader(rows):
                held.append(batch)
                size += batch.num_rows
                if size >= rows:
                    yield _frame(held)
                    held, size = [], 0
            if size:
                yield _frame(held)
        except duckdb.Error:
            stopped = True
    if stopped:
        raise EngineStoppedError


def _connect() -> Any:
    import duckdb

    # No temporary directory: a child must not be left behind on a disk.
    return duckdb.connect(config={"temp_directory": "", "memory_limit": MEMORY})


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _source(path: Path, layout: Layout) -> tuple[str, list[str]]:
    """Give the SQL of the rows of a file, and of the text in each column, by position."""
    if is_parquet(path):
        cells = [f"CAST({_column(name)} AS VARCHAR)" for name in _names(path)]
        return f"read_parquet({_literal(_plain(path))})", cells
    names = [f"c{n}" for n in range(layout.width + _SPARE_CELLS)]
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    source = (
        f"read_csv({_literal(_plain(path))}, delim = {_literal(layout.delimiter)}, quote = '\"', "
        f"escape = '\"', header = false, skip = {layout.lines}, auto_detect = false, null_padding = true, "
        f"columns = {{{columns}}})"
    )
    return source, names


def _plain(path: Path) -> str:
    """Name of one file, its marks of patterns being letters like others."""
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in str(path.absolute()))


def _query(path: Path, layout: Layout, salt: str) -> str:
    source, cells = _source(path, layout)
    roles = layout.roles

    def text(role: str) -> str:
        return f"coalesce({cells[roles[role]]}, '')" if role in roles else "''"

    wanted = [f"{cells[roles[role]]} AS {role}" for role in _TEXT_ROLES if role in roles]
    wanted += [f"{cells[position]} AS saring_{position}" for position in layout.filters]
    spare = [f"trim(coalesce({name}, '')) <> ''" for name in cells[layout.width :]]
    # Not hash(): under about one salt in ten it gave two NIK that differ in few digits one number.
    # Spelling is evened out only where it has to tell children apart: CASE leaves the others alone.
    return f"""
        WITH raw AS (
            SELECT trim({text("nik")}, ' ''\t\u00a0') AS nik_, {text("nama")} AS nama_,
                   {text("orang_tua")} AS ortu_, {" OR ".join(spare) or "false"} AS lebih,
                   {", ".join(wanted)}
            FROM {source}),
        told AS (
            SELECT *, regexp_full_match(nik_, '[1-9][0-9]{{15}}')
                      AND ltrim(nik_, nik_[1]) <> '' AS known
            FROM raw),
        named AS (
            SELECT *, CASE WHEN known THEN '' ELSE {_LETTERS.format("nama_")} END AS who
            FROM told)
        SELECT md5_number_lower(CASE WHEN known THEN {_literal(salt)} || nik_
                    ELSE {_literal(salt)} || who || '|' || {_LETTERS.format("ortu_")} END) AS anak,
               CASE WHEN known THEN {BY_NIK} WHEN who <> '' THEN {BY_NAME}
                    ELSE {NO_IDENTITY} END AS cara,
               * EXCLUDE (nik_, nama_, ortu_, known, who)
        FROM named"""  # noqa: S608 - names and texts are quoted


def _frame(batches: list[object]) -> pd.DataFrame:
    """Put batches together, as numbers and categories."""
    import pyarrow as pa

    table = pa.Table.from_batches(batches)
    out: dict[str, object] = {}
    for name in table.column_names:
        column = table.column(name)
        if name in ("anak", "cara", "lebih"):
            out[name] = column.to_numpy()
            continue
        coded = column.combine_chunks().dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        texts = np.array(coded.dictionary.to_pylist(), dtype=object)
        out[name] = pd.Categorical.from_codes(codes, pd.Index(texts, dtype=object))
    return pd.DataFrame(out, copy=False)


def _names(path: Path) -> list[str]:
    import pyarrow.parquet as pq

    return list(pq.read_schema(path).names)


def parquet_rows(path: Path, count: int) -> list[tuple[int, str, Sequence[str]]]:
    """Column names of a Parquet file as row 0, and its first rows, as texts.

    Raises
    ------
    InputError
        The file is damaged, or what reads it is not installed.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "ukur.parquet"
    >>> pd.DataFrame({"Desa": ["Suka Maju"], "Tinggi": [80.5]}).to_parquet(path)
    >>> parquet_rows(path, 1)
    [(0, '', ['Desa', 'Tinggi']), (1, '', ['Suka Maju', '80.5'])]
    """
    if not can_read():
        raise InputError(
            _("children in Parquet files need the packages duckdb and pyarrow"),
            where=Where(file=path.name),
            remedy='pip install "lokus[klaster]"',
        )
    import duckdb
    import pyarrow as pa

    damage = ""
    try:
        names = _names(path)
        cells = ", ".join(f"coalesce(CAST({_column(name)} AS VARCHAR), '')" for name in names)
        with _connect() as connection:
            found = connection.sql(
                f"SELECT {cells} FROM read_parquet({_literal(_plain(path))}) LIMIT {count}"  # noqa: S608 - quoted
            ).fetchall()
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        damage = type(error).__name__
    if damage:
        raise InputError(
            _("the file cannot be read ({detail})").format(detail=damage),
            where=Where(file=path.name),
            remedy=_("export again, or name another file"),
        )
    return [(0, "", names), *((number, "", list(row)) for number, row in enumerate(found, 1))]


def count_lines(path: Path) -> int:
    r"""Lines of a text file, the last of which need not be ended.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _size = path.write_text("a\nb")
    >>> count_lines(path)
    2
    """
    lines, last = 0, b"\n"
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            lines += block.count(b"\n")
            last = block[-1:]
    return lines + (last != b"\n")
