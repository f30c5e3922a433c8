"""Split national files by kabupaten once, so that each study reads only its own part."""

from __future__ import annotations

import copy
import csv
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lokus.batch.plan import STUDY, Entry, Plan, named, paths, rebase
from lokus.batch.row_groups import groups_of
from lokus.errors import InputError, StudyFileError
from lokus.files import atomic_path
from lokus.findings import Finding, Where
from lokus.i18n import format_number, language
from lokus.i18n import gettext as _

__all__ = ["split_national", "split_table"]

RECORD, PARTS = "masukan.json", "masukan"
_NAMES = ("kab_nama", "wadmkk", "kabupaten", "nama_kabupaten", "nmkab")
_HEAD_ROWS, _BUFFER = 40, 200_000
Step = Callable[[str, int, int], None]


def split_national(plan: Plan, *, on_step: Step | None = None) -> tuple[tuple[Entry, ...], list[Finding]]:
    """Split the files of a common study by kabupaten, unless the same files were split before.

    Parameters
    ----------
    plan : Plan
        With its common study.
    on_step : callable, optional
        Called with the name of each file, its number from 0, and how many there are.

    Returns
    -------
    entries : tuple of Entry
        One for each wanted kabupaten of the boundary file.
    findings : list of Finding
        Rows of tables with a code of no kabupaten of the boundary file.

    Raises
    ------
    StudyFileError
        A table has no column of codes, by which alone it can be split.
    InputError
        The boundary file has no village of a wanted kabupaten.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> place = Path(tempfile.mkdtemp())
    >>> village = {"kode": ["99.01.01.2001"], "desa": ["Alai"], "kecamatan": ["Lembak"]}
    >>> gpd.GeoDataFrame(village, geometry=[box(104, -4, 105, -3)], crs=4326).to_parquet(place / "n.parquet")
    >>> study = {"batas": {"berkas": "n.parquet", "kolom": {key: key for key in village}}}
    >>> plan = Plan(title="Contoh", folder=place / "x", outputs="daftar", common=study, base=place)
    >>> split_national(plan)[0][0].plain["batas"]["berkas"]
    'masukan/batas.parquet'
    """
    common = dict(plan.common or {})
    record = plan.folder / RECORD
    stamp = _stamp(plan, common)
    recorded = _read(record)
    if (
        recorded.get("cap") != stamp
        or not {"kabupaten", "berkas", "temuan", "kosong"} <= set(recorded)
        or not all(_whole(plan, kode, recorded) for kode in recorded["kabupaten"])
    ):
        recorded = _split(plan, common, on_step)
        recorded["cap"] = stamp
        with atomic_path(record) as draft:
            draft.write_text(json.dumps(recorded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    entries = tuple(
        _entry(plan, common, kode, name, recorded) for kode, name in recorded["kabupaten"].items()
    )
    return entries, [_finding(item) for item in recorded["temuan"]]


def _read(record: Path) -> dict[str, Any]:
    try:
        recorded = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return recorded if isinstance(recorded, dict) else {}


def _stamp(plan: Plan, common: Mapping[str, Any]) -> str:
    """Return a fingerprint of the national files and the wanted kabupaten."""
    from lokus.manifest import digest_of_parts, versions

    parts = [
        json.dumps({"batas": common.get("batas"), "tabel": common.get("tabel")}, default=str, sort_keys=True),
        ",".join(plan.wanted),
        language(),  # in which findings of children are written
        str(versions()["lokus"]),
    ]
    parts += [digest_of_parts(plan.base / str(holder[last])) for _key, holder, last in _national(common)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _national(common: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the files of a common study that cover many kabupaten."""
    for key, holder, last in paths(common):
        if key.startswith(("batas.berkas", "batas.daftar_resmi", "tabel[")):
            yield key, holder, last


def _whole(plan: Plan, kode: str, recorded: Mapping[str, Any]) -> bool:
    return all(
        (plan.folder / kode / PARTS / name).is_file() for name in recorded.get("berkas", {}).get(kode, ())
    )


def _split(plan: Plan, common: Mapping[str, Any], on_step: Step | None) -> dict[str, Any]:
    tables = common.get("tabel", [])
    official = common.get("batas", {}).get("daftar_resmi")
    total = 1 + len(tables) + bool(official)

    def tell(number: int, path: Path) -> None:
        if on_step:
            on_step(_("Split {name}").format(name=path.name), number, total)

    limits = common.get("batas", {})
    source = plan.base / str(limits.get("berkas", ""))
    tell(0, source)
    names = _boundaries(source, limits, plan)
    if not names:
        raise InputError(
            _("no village of {wanted} is in this file").format(wanted=", ".join(plan.wanted) or "–"),
            where=Where(file=source.name),
            remedy=_("check the codes under nasional, and the column of codes under [batas.kolom]"),
        )
    files: dict[str, list[str]] = {kode: ["batas.parquet"] for kode in names}
    findings: list[dict[str, Any]] = []
    jobs = [(f"tabel_{number}.csv", table, table.get("tempat", {})) for number, table in enumerate(tables, 1)]
    if official:
        jobs.append(("daftar_resmi.csv", official, official.get("kolom", {})))
    counted: dict[str, dict[str, Any]] = {}
    nothing: dict[str, list[str]] = defaultdict(list)
    for number, (target, stated, place) in enumerate(jobs, 1):
        path = plan.base / str(stated["berkas"])
        tell(number, path)
        if target in counted:
            found = counted[target]
        elif stated.get("jenis") == "anak":
            from lokus.batch.child_tables import split_children

            # Rounds of one export are counted in one pass.
            rounds = [(name, table) for name, table, _place in jobs if _same_export(table, stated)]
            parts = split_children(path, rounds, plan.folder, names, everything=not plan.wanted)
            counted |= {name: part for (name, _table), part in zip(rounds, parts, strict=True)}
            found = counted[target]
        elif "kode" not in place:
            raise StudyFileError(
                _("{name} has no column of codes, so that it cannot be split by kabupaten").format(
                    name=path.name
                ),
                where=Where(file=path.name),
                remedy=_("state tempat = {{ kode = … }} of this table, or name a file a kabupaten").format(),
            )
        else:
            found = split_table(
                path, place["kode"], plan.folder, target, set(names), sheet=stated.get("lembar"),
                everything=not plan.wanted,
            )  # fmt: skip
        for kode in found["kabupaten"]:
            files[kode] += [target, *found.get("juga", ())]
        if target.startswith("tabel_"):
            for kode in found["kosong"]:
                nothing[kode].append(path.name)
        findings += found["temuan"]
    return {"kabupaten": dict(sorted(names.items())), "berkas": files, "temuan": findings, "kosong": nothing}


def _same_export(table: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(table.get(key) == other.get(key) for key in ("jenis", "berkas", "kolom", "saring"))


def _code(value: object) -> str:
    """Return the digits of a code, without other characters."""
    text = str(value).strip().lstrip("'").removeprefix("ID")
    return text.replace(".", "") if text[:1].isdigit() else ""


def _is_wanted(kode: str, plan: Plan) -> bool:
    return len(kode) == 4 and (not plan.wanted or kode.startswith(plan.wanted))


def _boundaries(path: Path, limits: Mapping[str, Any], plan: Plan) -> dict[str, str]:
    """Write the villages of each kabupaten in file order; return the names of the kabupaten."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from lokus.places.boundary_schemas import find_schema

    columns = {key: str(value) for key, value in limits.get("kolom", {}).items()}

    def column(names: list[str]) -> str:
        return find_schema(names, columns=columns or None, where=Where(file=path.name)).kode

    batches, schema = _features(path, limits, column, plan.wanted)
    kode = column(schema.names)
    named_by = next((name for name in schema.names if name.casefold() in _NAMES), None)
    names: dict[str, str] = {}
    writers: dict[str, pq.ParquetWriter] = {}
    try:
        for table in batches:
            of = [_code(code)[:4] for code in table.column(kode).to_pylist()]
            rows: dict[str, list[int]] = defaultdict(list)
            for number, code in enumerate(of):
                if _is_wanted(code, plan):
                    rows[code].append(number)
            for code, own in rows.items():
                if code not in writers:
                    target = plan.folder / code / PARTS / "batas.parquet"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    writers[code] = pq.ParquetWriter(target, schema, compression="zstd")
                    first = table.column(named_by)[own[0]].as_py() if named_by else None
                    names[code] = str(first) if first else f"{code[:2]}.{code[2:]}"
                writers[code].write_table(table.take(pa.array(own)))
    finally:
        for writer in writers.values():
            writer.close()
    return names


def _features(
    path: Path, limits: Mapping[str, Any], column: Callable[[list[str]], str], wanted: Sequence[str]
) -> tuple[Iterable[Any], Any]:
    """Yield villages as Arrow tables: the row groups needed of GeoParquet, all at once for other formats."""
    if path.suffix.casefold() in (".parquet", ".geoparquet"):
        import pyarrow.parquet as pq

        file = pq.ParquetFile(path)
        schema = file.schema_arrow
        return groups_of(file, column(schema.names), wanted, blanks=False), schema
    import io

    import pyarrow.parquet as pq

    from lokus.places.boundary_files import read_features

    frame = read_features(
        path,
        layer=limits.get("lapisan"),
        columns=limits.get("kolom"),
        encoding=limits.get("pengodean"),
    )
    held = io.BytesIO()
    frame.to_parquet(held)
    table = pq.read_table(held)
    return [table], table.schema


def split_table(
    path: Path,
    column: str,
    folder: Path,
    target: str,
    wanted: set[str],
    *,
    sheet: str | None = None,
    everything: bool = True,
) -> dict[str, Any]:
    r"""Split a table with codes into a CSV file for each kabupaten, without changing cells.

    Parameters
    ----------
    path : Path
        CSV, Parquet or a workbook.
    column : str
        Header of the codes.
    folder : Path
        Parts go to ``<kabupaten>/masukan/<target>`` in it.
    target : str
    wanted : set of str
        Four digits each.
    sheet : str, optional
        Of a workbook.
    everything : bool
        Whether all kabupaten are wanted, so that a row of another one is a finding.

    Returns
    -------
    mapping
        ``kabupaten`` that have a part; ``kosong``, those of them without a row; ``temuan``, rows that are in
        no part.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> _ = (place / "krs.csv").write_text("kode,krs\n99.01.01.2001,12\n99.02.01.2001,7\n")
    >>> split_table(place / "krs.csv", "kode", place, "tabel_1.csv", {"9901"})["temuan"]
    [{'berkas': 'krs.csv', 'baris': 1, 'kode': ['9902']}]
    >>> (place / "9901" / "masukan" / "tabel_1.csv").read_text()
    'kode,krs\n99.01.01.2001,12\n'
    """
    rows = _rows(path, sheet, column, () if everything else sorted(wanted))
    head = _head(rows, column, path)
    place = next(n for n, cell in enumerate(head) if _same(cell, column))
    parts: dict[str, list[list[str]]] = defaultdict(list)
    begun: set[str] = set()
    astray: Counter[str] = Counter()
    held = 0

    def flush() -> None:
        for kode, lines in parts.items():
            file = folder / kode / PARTS / target
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a" if kode in begun else "w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out, lineterminator="\n")
                writer.writerows(lines if kode in begun else [head, *lines])
            begun.add(kode)
        parts.clear()

    for cells in rows:
        if not any(cells):
            continue
        kode = _code(cells[place])[:4] if place < len(cells) else ""
        if kode not in wanted:
            astray[kode] += 1
            continue
        parts[kode].append(cells)
        held += 1
        if held >= _BUFFER:
            flush()
            held = 0
    flush()
    # Kabupaten without any row get an empty table.
    empty = sorted(wanted - begun)
    for kode in empty:
        parts[kode] = []
    flush()
    odd = {kode: n for kode, n in astray.items() if everything or not kode}
    findings = (
        [{"berkas": path.name, "baris": sum(odd.values()), "kode": sorted(kode or "–" for kode in odd)[:5]}]
        if odd
        else []
    )
    return {"kabupaten": sorted(wanted), "kosong": empty, "temuan": findings}


def _finding(item: Mapping[str, Any]) -> Finding:
    if "nama" in item:
        return Finding(
            check="batch.children_elsewhere",
            level="note" if item["wajar"] else "warning",
            message=_("{n} rows of children are of no kabupaten of this batch ({k} names or none)").format(
                n=format_number(item["baris"]), k=format_number(item["nama"])
            ),
            remedy=_("check the column of kabupaten of the export; these rows are in no study of this batch"),
            where=Where(file=item["berkas"]),
        )
    return Finding(
        check="batch.other_kabupaten",
        level="warning",
        message=_("{n} rows have no code, or that of no kabupaten of the boundary file: {codes}").format(
            n=format_number(item["baris"]), codes=", ".join(item["kode"])
        ),
        remedy=_("check the codes of these rows; they are in no study of this batch"),
        where=Where(file=item["berkas"]),
    )


def _same(cell: str, column: str) -> bool:
    return " ".join(cell.split()).casefold() == " ".join(column.split()).casefold()


def _head(rows: Iterator[list[str]], column: str, path: Path) -> list[str]:
    for _number, cells in zip(range(_HEAD_ROWS), rows, strict=False):
        if any(_same(cell, column) for cell in cells):
            return cells
    raise InputError(
        _('there is no column "{column}"').format(column=column),
        where=Where(file=path.name),
        remedy=_("state under tempat the header of the column of codes as it stands in the file"),
    )


def _rows(path: Path, sheet: str | None, column: str, wanted: Sequence[str]) -> Iterator[list[str]]:
    """Yield the rows of a table as texts; of Parquet only groups that can hold wanted or blank codes."""
    kind = path.suffix.casefold()
    if kind == ".parquet":
        import pyarrow.parquet as pq

        file = pq.ParquetFile(path)
        names = list(file.schema_arrow.names)
        yield names
        own = next((name for name in names if _same(name, column)), "")
        for table in groups_of(file, own, wanted, blanks=True):
            for row in zip(*(cells.to_pylist() for cells in table.columns), strict=True):
                yield ["" if cell is None else str(cell) for cell in row]
    elif kind in (".csv", ".txt", ".tsv"):
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            start = file.read(20_000)
            delimiter = max(";,\t|", key=start.count)
            file.seek(0)
            yield from csv.reader(file, delimiter=delimiter)
    else:
        from lokus.intake.children.sources import open_workbook, sheet_rows

        with open_workbook(path) as book:
            yield from sheet_rows(book, sheet or book.sheet_names[0])


def _entry(plan: Plan, common: Mapping[str, Any], kode: str, name: str, recorded: Mapping[str, Any]) -> Entry:
    study = plan.folder / kode / STUDY
    plain = copy.deepcopy(dict(common))
    plain.get("audit", {}).pop("kecocokan", None)  # decisions about names are those of one kabupaten
    rebase(plain, plan.base, study.parent)
    parts = recorded["berkas"][kode]
    plain["batas"]["berkas"] = f"{PARTS}/batas.parquet"
    plain["batas"].pop("lapisan", None)
    if "daftar_resmi" in plain["batas"]:
        plain["batas"]["daftar_resmi"] = {
            **plain["batas"]["daftar_resmi"], "berkas": f"{PARTS}/daftar_resmi.csv",
        }  # fmt: skip
        plain["batas"]["daftar_resmi"].pop("lembar", None)
    for number, table in enumerate(plain.get("tabel", []), 1):
        if f"tabel_{number}.csv" in parts:
            source = Path(str(table["berkas"])).name
            if table.get("jenis") == "anak":
                from lokus.batch.child_tables import as_counts
                from lokus.intake.children.export_findings import findings_file

                as_counts(table)
                table["temuan"] = f"{PARTS}/{findings_file(Path(f'tabel_{number}.csv')).name}"
            table.setdefault("sumber", source)
            table["berkas"] = f"{PARTS}/tabel_{number}.csv"
            table.pop("lembar", None)
    about = plain.setdefault("kajian", {})
    about["kabupaten"] = name
    named(plain, kode, name)
    problem = "; ".join(
        _('the file "{name}" has no row of this kabupaten').format(name=file)
        for file in recorded["kosong"].get(kode, ())
    )
    return Entry(kode=kode, name=name, study=study, plain=plain, problem=problem)
