"""Rows of large child-level exports, text or Parquet, read and made anonymous by DuckDB.

The engine splits lines into cells and hands on numbers: identities as salted hashes, days, classes of
z-scores. Cells in the usual form become numbers in the engine; the others, and the names of places, go to the
functions that read them everywhere, each text once. It writes no temporary file and keeps to a limit of
memory. Where it stumbles, nothing of its message is repeated: it may quote a row.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.children.cells import LAST_DAY, day_text, has_height, parse_day, parse_z
from lokus.intake.children.readings import (
    BEYOND,
    BY_NAME,
    BY_NIK,
    IMPLAUSIBLE,
    IS_SEVERE,
    IS_STUNTED,
    NO_IDENTITY,
    NOT_STUNTED,
    SEVERE,
    STUNTED,
    PlaceTexts,
    Readings,
    class_of,
    is_same_place,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lokus.intake.children.layout import Layout

__all__ = ["EngineStoppedError", "can_read", "count_lines", "engine_chunks", "is_parquet", "parquet_rows"]

MEMORY = "1GB"
_CHUNK_ROWS = 500_000
_SPARE_CELLS = 4
_BLOCK = 1 << 22
_LETTERS = "upper(regexp_replace({}, '[^A-Za-z0-9]+', '', 'g'))"
_PLACE = ("kabupaten", "kecamatan", "desa")
_UNIT = "chr(31)"
_NUMBERS = ("anak", "cara", "lahir", "hari", "jenis", "tempat", "dipilih", "lebih")
_MANY_TEXTS = 200_000


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
    path: Path,
    layout: Layout,
    *,
    salt: int,
    periods: Sequence[tuple[int, int]],
    places: list[PlaceTexts],
    rows: int = _CHUNK_ROWS,
) -> Iterator[Readings]:
    r"""Rows of a text or Parquet file through DuckDB, as numbers.

    Parameters
    ----------
    path : Path
    layout : Layout
    salt : int
        The same for all files of an export; children of other salts do not compare.
    periods : sequence of (first day, last day)
        Of rows outside all of them only day, place and filter are read.
    places : list of PlaceTexts
        New places are added to it.
    rows : int
        Least number of rows of a block.

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
    >>> (block,) = engine_chunks(path, layout, salt=1, periods=[(1, 60_000)], places=[])
    >>> block.day.tolist(), block.places
    ([13181], [('', '', 'Suka Maju')])
    """
    import duckdb

    stopped = False
    with _connect() as connection:
        try:
            by_hash = _teach(connection, path, layout, places)
            query = _query(path, layout, salt, periods, by_hash=by_hash)
            held: list[object] = []
            size = 0
            for batch in connection.sql(query).to_arrow_reader(rows):
                held.append(batch)
                size += batch.num_rows
                if size >= rows:
                    yield _readings(held, places)
                    held, size = [], 0
            if size:
                yield _readings(held, places)
        except duckdb.Error:
            stopped = True
    if stopped:
        raise EngineStoppedError


def _teach(connection: Any, path: Path, layout: Layout, places: list[PlaceTexts]) -> bool:
    """Give the engine the functions that read cells everywhere, for those in no usual form.

    Returns whether places are told by their hash. Of a Parquet file the columns of places can be read by
    themselves, so that all places are known before the rows are read, and that no two have one hash.
    """
    _function(connection, "hari_dari", parse_day, "INTEGER")
    _function(connection, "jenis_dari", _class_of_texts, "TINYINT")
    for position, value in layout.filters.items():
        _function(connection, f"saring_{position}", partial(is_same_place, value), "BOOLEAN")
    numbers = {text: number for number, text in enumerate(places)}

    def place(text: str) -> int:
        kabupaten, kecamatan, desa = text.split("\x1f")
        here = (kabupaten, kecamatan, desa)
        if here not in numbers:
            numbers[here] = len(places)
            places.append(here)
        return numbers[here]

    if is_parquet(path):
        source, cells = _source(path, layout)
        text = _place_text(cells, layout.roles)
        seen = connection.sql(f"SELECT DISTINCT {_place_hash(cells, layout.roles)}, {text} FROM {source}")  # noqa: S608
        by_hash = dict(found := seen.fetchall())
        if len(by_hash) == len(found):
            _function(connection, "tempat_dari", lambda key: place(by_hash[key]), "INTEGER", of="UBIGINT")
            return True
    _function(connection, "tempat_dari", place, "INTEGER")
    return False


def _place_hash(cells: Sequence[str], roles: Mapping[str, int]) -> str:
    return f"hash({', '.join(cells[roles[role]] for role in _PLACE if role in roles)})"


def _place_text(cells: Sequence[str], roles: Mapping[str, int]) -> str:
    texts = (f"coalesce({cells[roles[role]]}, '')" if role in roles else "''" for role in _PLACE)
    return f"concat({f', {_UNIT}, '.join(texts)})"


def _class_of_texts(text: str) -> int:
    z, height = text.split("\x1f")
    return class_of(parse_z(z), has_height(height))


def _function(
    connection: Any, name: str, read: Callable[[Any], Any], kind: str, *, of: str = "VARCHAR"
) -> None:
    """Make a function of one text or number known to the engine; it is called once for each."""
    import pyarrow as pa

    types = {"INTEGER": pa.int32(), "TINYINT": pa.int8(), "BOOLEAN": pa.bool_()}
    known: dict[Any, Any] = {}
    lock = threading.Lock()

    def read_all(texts: Any) -> Any:
        coded = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        coded = coded.dictionary_encode()
        with lock:
            if len(known) > _MANY_TEXTS and name != "tempat_dari":
                known.clear()
            values = []
            for text in coded.dictionary.to_pylist():
                if text not in known:
                    known[text] = read(text)
                values.append(known[text])
        return pa.array(values, type=types[kind]).take(coded.indices)

    connection.create_function(name, read_all, [of], kind, type="arrow")


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


def _query(
    path: Path, layout: Layout, salt: int, periods: Sequence[tuple[int, int]], *, by_hash: bool
) -> str:
    source, cells = _source(path, layout)
    roles = layout.roles

    def text(role: str) -> str:
        return f"coalesce({cells[roles[role]]}, '')" if role in roles else "''"

    wanted = [
        f"CASE WHEN {cells[position]} = {_literal(value)} THEN true "
        f"ELSE saring_{position}(coalesce({cells[position]}, '')) END"
        for position, value in layout.filters.items()
    ]
    spare = cells[layout.width :]
    wider = (
        f"CASE WHEN coalesce({', '.join(spare)}) IS NULL THEN false "
        f"ELSE trim(concat({', '.join(spare)})) <> '' END"
        if spare
        else "false"
    )
    place = _place_hash if by_hash else _place_text
    inside = " OR ".join(f"hari BETWEEN {start} AND {end}" for start, end in periods)
    # The letters of a name are taken only where a name has to tell children apart: CASE leaves the others
    # alone. hash() mixes a number of 64 bits without loss; of texts it gave two that differ in few letters
    # one number, under about one salt in ten, so that names go through MD5.
    return f"""
        WITH raw AS (
            SELECT {text("nik")} AS nik, {text("nama")} AS nama, {text("orang_tua")} AS ortu,
                   {text("lahir")} AS lahir_, {text("tanggal")} AS hari_,
                   {text("zs_tbu")} AS z_, {text("tinggi")} AS tinggi_,
                   {place(cells, roles)} AS di,
                   {" AND ".join(wanted) or "true"} AS dipilih, {wider} AS lebih
            FROM {source}),
        days AS (SELECT *, {_day("hari_")} AS hari FROM raw),
        inside AS (SELECT *, dipilih AND ({inside}) AS dalam FROM days),
        numbered AS (
            SELECT *, {_day("lahir_", only="dalam")} AS lahir,
                   CASE WHEN NOT dalam THEN '' WHEN length(nik) > 16 THEN trim(nik, ' ''\t\u00a0')
                        ELSE nik END AS bersih,
                   CASE WHEN dalam THEN try_cast(replace(z_, ',', '.') AS DOUBLE) END AS z
            FROM inside),
        known AS (
            SELECT *, CASE WHEN nomor BETWEEN 1000000000000000 AND 9999999999999999
                            AND nomor % 1111111111111111 <> 0 AND CAST(nomor AS VARCHAR) = bersih
                           THEN nomor END AS orang
            FROM (SELECT *, try_cast(bersih AS UBIGINT) AS nomor FROM numbered)),
        named AS (
            SELECT *, CASE WHEN dalam AND orang IS NULL THEN {_LETTERS.format("nama")} ELSE '' END AS siapa
            FROM known)
        SELECT CASE WHEN NOT dalam THEN 0::UBIGINT
                    WHEN orang IS NOT NULL THEN hash(xor(orang, {salt}::UBIGINT)) | 1::UBIGINT
                    ELSE md5_number_lower(concat('{salt}', '|', siapa, '|', {_LETTERS.format("ortu")}))
                         & 18446744073709551614::UBIGINT END AS anak,
               CAST(CASE WHEN orang IS NOT NULL THEN {BY_NIK} WHEN siapa <> '' THEN {BY_NAME}
                    ELSE {NO_IDENTITY} END AS UTINYINT) AS cara,
               lahir, hari,
               CASE WHEN NOT dalam THEN 0::TINYINT
                    WHEN regexp_full_match(z_, '-?[0-9]{{1,3}}([.,][0-9]{{1,7}})?') THEN CAST(
                        CASE WHEN abs(z) > {IMPLAUSIBLE} THEN {BEYOND} WHEN z < {SEVERE} THEN {IS_SEVERE}
                             WHEN z < {STUNTED} THEN {IS_STUNTED} ELSE {NOT_STUNTED} END AS TINYINT)
                    ELSE jenis_dari(concat(z_, {_UNIT}, tinggi_)) END AS jenis,
               tempat_dari(di) AS tempat, dipilih, lebih
        FROM named"""  # noqa: S608 - names and texts are quoted


def _day(column: str, *, only: str = "") -> str:
    """Give the SQL of the number of a day; a text that is no ISO date is read as everywhere else."""
    first, last = day_text(1), day_text(LAST_DAY)
    date = f"try_cast({column} AS DATE)"
    other = f"WHEN NOT {only} THEN 0 " if only else ""
    return (
        f"CASE {other}WHEN length({column}) = 10 AND {column} BETWEEN '{first}' AND '{last}' "
        f"AND CAST({date} AS VARCHAR) = {column} "
        f"THEN CAST({date} - DATE '{day_text(0)}' AS INTEGER) ELSE hari_dari({column}) END"
    )


def _readings(batches: list[object], places: list[PlaceTexts]) -> Readings:
    """Put batches together."""
    import pyarrow as pa

    table = pa.Table.from_batches(batches)
    of = {name: table.column(name).to_numpy() for name in _NUMBERS}
    return Readings(
        child=of["anak"], told_by=of["cara"], birth=of["lahir"], day=of["hari"], kind=of["jenis"],
        place=of["tempat"], places=places, wanted=of["dipilih"].astype(np.bool_),
        wider=of["lebih"].astype(np.bool_),
    )  # fmt: skip


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
    >>> import pandas as pd
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
