"""Read the table of studies of a batch: kabupaten, files, and differences from the common study."""

from __future__ import annotations

import copy
import csv
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from lokus.errors import StudyFileError
from lokus.findings import Where
from lokus.i18n import gettext as _

__all__ = ["Entry", "Outputs", "Plan", "read_plan", "to_toml", "write_study"]

Outputs = Literal["daftar", "buku", "lengkap"]
STUDY = "kajian.toml"
_BATCH_KEYS = {"judul", "kajian", "folder", "keluaran", "nasional"}
_ROW_KEYS = {"kode", "nama", "kajian"}
_SPARE = ""  # no header: a row has cells beyond the header


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One kabupaten of a batch.

    Parameters
    ----------
    kode : str
        Four digits.
    name : str
        As in its study.
    study : Path
        Its study file; it need not exist yet where `plain` is given.
    plain : mapping
        Values of the study file, its paths relative to the folder of `study`; empty where there is a
        `problem`.
    problem : str
        Why this study cannot be run; empty where it can.
    """

    kode: str
    name: str
    study: Path
    plain: Mapping[str, Any]
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A table of studies, read and checked.

    Parameters
    ----------
    title : str
    folder : Path
        Folder of the outputs, with a folder for each kabupaten.
    outputs : {"daftar", "buku", "lengkap"}
        Outputs of each study: list and results as CSV; also the workbook; all that its study states.
    entries : tuple of Entry
        By code.
    common : mapping
        The common study of national files that are still to be split; empty otherwise.
    base : Path
        Folder to which paths of `common` are relative.
    wanted : tuple of str
        Codes, or prefixes of codes, of the kabupaten to take from national files; empty for all.
    """

    title: str
    folder: Path
    outputs: Outputs
    entries: tuple[Entry, ...] = ()
    common: Mapping[str, Any] | None = None
    base: Path = Path()
    wanted: tuple[str, ...] = ()


def read_plan(
    path: str | Path,
    *,
    common: str | Path | None = None,
    folder: str | Path | None = None,
    outputs: Outputs | None = None,
) -> Plan:
    r"""Read a table of studies.

    Parameters
    ----------
    path : str or Path
        TOML or CSV. TOML: ``[batch]`` with ``judul``, ``kajian`` (the common study), ``folder`` and
        ``keluaran``; a ``[[kabupaten]]`` each, with ``kode``, ``nama``, and either ``kajian`` or sections in
        which it differs; or ``nasional = true``, where the files of the common study are of many kabupaten.
        CSV: columns ``kode``, ``nama``, perhaps ``kajian``, and keys such as ``pilihan.jumlah`` or
        ``tabel.1.berkas``.
    common, folder, outputs : optional
        Instead of those in the table.

    Raises
    ------
    StudyFileError
        The table cannot be read, or has no row that could be a kabupaten. What is wrong with one row, a
        missing file, and two rows for one kabupaten become the `problem` of its entry, so that the other
        studies can run.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> _ = (place / "bersama.toml").write_text('[kajian]\njudul = "Lokus {kabupaten}"')
    >>> _ = (place / "tabel.csv").write_text("kode,nama,pilihan.jumlah\n99.01,Kabupaten Contoh,12")
    >>> entry = read_plan(place / "tabel.csv", common=place / "bersama.toml").entries[0]
    >>> entry.plain["kajian"]["judul"], entry.plain["pilihan"]
    ('Lokus Kabupaten Contoh', {'jumlah': 12})
    """
    path = Path(path)
    if not path.is_file():
        raise StudyFileError(
            _("the table of studies does not exist"),
            where=Where(file=str(path)),
            remedy=_("name a TOML or CSV file with a row for each kabupaten"),
        )
    head, rows = _toml(path) if path.suffix.casefold() == ".toml" else ({}, _csv(path))
    shared = Path(common) if common else path.parent / head["kajian"] if "kajian" in head else None
    target = Path(folder) if folder else path.parent / str(head.get("folder", path.stem))
    wanted_outputs = outputs or head.get("keluaran", "daftar")
    if wanted_outputs not in get_args(Outputs):
        raise StudyFileError(
            _("key {key}: {value} is not one of the possible values").format(
                key="batch.keluaran", value=wanted_outputs
            ),
            where=Where(file=path.name),
            remedy=_("possible: {values}").format(values=", ".join(get_args(Outputs))),
        )
    base = _read_toml(shared) if shared else None
    title = str(head.get("judul", path.stem))
    if head.get("nasional"):
        return _national(path, head, rows, title, target, wanted_outputs, base, shared)
    if not rows:
        raise StudyFileError(
            _("the table of studies has no kabupaten"),
            where=Where(file=path.name),
            remedy=_("add a row with kode and nama for each kabupaten, or state nasional = true"),
        )
    spoilt = [(number, row) for number, row in rows if kabupaten_code(row.get("kode", "")) is None]
    if len(spoilt) == len(rows):
        raise _no_code(path, *spoilt[0])
    twice = _twice(path, rows, target)
    entries = [
        _tried(path, number, row, base, shared.parent if shared else path.parent, target)
        for number, row in rows
        if kabupaten_code(row.get("kode", "")) not in twice
    ]
    entries += twice.values()
    return Plan(
        title=title,
        folder=target,
        outputs=wanted_outputs,
        entries=tuple(sorted(entries, key=lambda entry: entry.kode)),
    )


def write_study(entry: Entry) -> None:
    r"""Write the study file of an entry, unless an identical one exists.

    Examples
    --------
    >>> import tempfile
    >>> study = Path(tempfile.mkdtemp()) / "9901" / "kajian.toml"
    >>> write_study(Entry(kode="9901", name="Contoh", study=study, plain={"pilihan": {"jumlah": 3}}))
    >>> study.read_text()
    '[pilihan]\njumlah = 3\n'
    """
    from lokus.files import atomic_path

    text = to_toml(entry.plain)
    if entry.study.is_file() and entry.study.read_text(encoding="utf-8") == text:
        return
    entry.study.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(entry.study) as draft:
        draft.write_text(text, encoding="utf-8")


def to_toml(plain: Mapping[str, Any]) -> str:
    """Write plain values as TOML.

    Examples
    --------
    >>> print(to_toml({"pilihan": {"jumlah": 3, "kuota": {"99.01.01": 1}}, "tabel": [{"berkas": "a.csv"}]}))
    [pilihan]
    jumlah = 3
    kuota = { "99.01.01" = 1 }
    <BLANKLINE>
    [[tabel]]
    berkas = "a.csv"
    <BLANKLINE>
    """
    blocks = []
    for name, section in plain.items():
        if isinstance(section, Mapping):
            blocks.append((f"[{_key(name)}]", section))
        elif isinstance(section, Sequence) and all(isinstance(item, Mapping) for item in section):
            blocks += [(f"[[{_key(name)}]]", item) for item in section]
        else:
            blocks.insert(0, ("", {name: section}))
    return "\n".join(
        "".join(f"{line}\n" for line in [*([head] if head else []), *_pairs(section)])
        for head, section in blocks
    )


def _pairs(section: Mapping[str, Any]) -> Iterator[str]:
    for key, value in section.items():
        if value is not None:
            yield f"{_key(key)} = {_value(value)}"


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else json.dumps(text)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=True)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_pairs(value)) + " }" if value else "{}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_value, value)) + "]"
    return value.isoformat() if isinstance(value, date) else repr(value)


Row = tuple[int, dict[str, Any]]


def _toml(path: Path) -> tuple[dict[str, Any], list[Row]]:
    raw = _read_toml(path)
    head = raw.get("batch", {})
    unknown = sorted({*raw} - {"batch", "kabupaten"}) + sorted({*head} - _BATCH_KEYS)
    if unknown:
        raise StudyFileError(
            _("unknown key {key}").format(key=unknown[0]),
            where=Where(file=path.name),
            remedy=_("known keys: {keys}").format(
                keys=", ".join(["batch", "kabupaten", *sorted(_BATCH_KEYS)])
            ),
        )
    return head, list(enumerate(raw.get("kabupaten", []), 1))


def _csv(path: Path) -> list[Row]:
    text = path.read_text(encoding="utf-8-sig")
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(";,\t", key=first.count)
    rows = csv.reader(text.splitlines(), delimiter=delimiter)
    heads = [head.strip() for head in next(rows, [])]
    out: list[Row] = []
    for number, cells in enumerate(rows, 2):
        if not any(cell.strip() for cell in cells):
            continue
        row: dict[str, Any] = {}
        for head, cell in zip(heads, cells, strict=False):
            if not cell.strip():
                continue
            plain = head in _ROW_KEYS or head.endswith("berkas")
            _put(row, head.split("."), cell.strip() if plain else _typed(cell.strip()))
        if any(cell.strip() for cell in cells[len(heads) :]):
            row[_SPARE] = True
        out.append((number, row))
    return out


def _typed(cell: str) -> Any:
    try:
        return tomllib.loads(f"v = {cell}")["v"]
    except tomllib.TOMLDecodeError:
        return cell


def _put(row: dict[str, Any], steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        row = row.setdefault(step, {})
    row[steps[-1]] = value


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StudyFileError(
            _("the study file does not exist"),
            where=Where(file=str(path)),
            remedy=_("name the common study in the table of studies, or with --kajian"),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise StudyFileError(
            _("not valid TOML"),
            where=Where(file=path.name, row=int(line.group(1)) if line else None),
            remedy=_("check quotes, brackets and the equals sign on that row ({detail})").format(
                detail=error
            ),
        ) from error


def kabupaten_code(text: object) -> str | None:
    """Return the four digits of the code of a kabupaten, or None.

    Examples
    --------
    >>> kabupaten_code("99.01"), kabupaten_code(9901), kabupaten_code("Contoh")
    ('9901', '9901', None)
    """
    digits = str(text).strip().replace(".", "")
    return digits if len(digits) == 4 and digits.isascii() and digits.isdecimal() else None


def _twice(path: Path, rows: list[Row], folder: Path) -> dict[str, Entry]:
    """Give each kabupaten of several rows as one entry with a problem: which row holds is not known."""
    at: dict[str, list[Row]] = {}
    for number, row in rows:
        if (kode := kabupaten_code(row.get("kode", ""))) is not None:
            at.setdefault(kode, []).append((number, row))
    out = {}
    for kode, own in at.items():
        if len(own) > 1:
            numbers = [number for number, _row in own]
            error = StudyFileError(
                _("kabupaten {code} stands in rows {rows}, and which of them holds is not known").format(
                    code=f"{kode[:2]}.{kode[2:]}", rows=", ".join(map(str, numbers))
                ),
                where=Where(file=path.name, row=numbers[1]),
                remedy=_("keep one row for each kabupaten"),
            )
            name = next((str(row["nama"]) for _number, row in own if row.get("nama")), kode)
            out[kode] = Entry(kode=kode, name=name, study=folder / kode / STUDY, plain={}, problem=str(error))
    return out


def _no_code(path: Path, number: int, row: Mapping[str, Any]) -> StudyFileError:
    return StudyFileError(
        _('"{code}" is not the code of a kabupaten').format(code=row.get("kode", "")),
        where=Where(file=path.name, row=number),
        remedy=_("write four digits in the column kode, for example 16.03"),
    )


def _refuse_spoilt(path: Path, number: int, row: Mapping[str, Any]) -> None:
    if kabupaten_code(row.get("kode", "")) is None:
        raise _no_code(path, number, row)
    if _SPARE in row:
        raise StudyFileError(
            _("the row has more cells than the header"),
            where=Where(file=path.name, row=number),
            remedy=_("put quotation marks around cells that contain the separator, or export again"),
        )


def _tried(
    path: Path, number: int, row: dict[str, Any], base: dict[str, Any] | None, shared: Path, folder: Path
) -> Entry:
    """One row as an entry; a row that is spoilt is a problem of its own, and holds up no other."""
    if base is None and "kajian" not in row:
        return _entry(path, number, row, base, shared, folder)
    kode = kabupaten_code(row.get("kode", ""))
    try:
        _refuse_spoilt(path, number, row)
        return _entry(path, number, row, base, shared, folder)
    except StudyFileError as error:
        place = kode or f"baris_{number}"
        return Entry(
            kode=place,
            name=str(row.get("nama", "")) or place,
            study=folder / place / STUDY,
            plain={},
            problem=str(error),
        )


def _entry(
    path: Path, number: int, row: dict[str, Any], base: dict[str, Any] | None, shared: Path, folder: Path
) -> Entry:
    kode = str(kabupaten_code(row["kode"]))
    study = folder / kode / STUDY
    own = path.parent / str(row["kajian"]) if "kajian" in row else None
    name = str(row.get("nama", ""))
    if own is not None and not own.is_file():
        problem = _('row {row}: the file "{name}" does not exist').format(row=number, name=row["kajian"])
        return Entry(kode=kode, name=name or kode, study=study, plain={}, problem=problem)
    if own is None and base is None:
        raise StudyFileError(
            _("the row names no study, and there is no common one"),
            where=Where(file=path.name, row=number),
            remedy=_("fill in kajian, or name the common study in the table of studies, or with --kajian"),
        )
    plain = _read_toml(own) if own is not None else copy.deepcopy(base or {})
    rebase(plain, own.parent if own is not None else shared, study.parent)
    differences = {key: value for key, value in row.items() if key not in _ROW_KEYS}
    rebase(differences, path.parent, study.parent)
    merge(plain, differences)
    named(plain, kode, name)
    missing = [
        _('row {row}: key {key}: the file "{name}" does not exist').format(
            row=number, key=key, name=os.path.relpath(study.parent / holder[last], path.parent)
        )
        for key, holder, last in paths(plain)
        # The folder of the study need not exist yet, so ".." is resolved in the text.
        if not Path(os.path.normpath(study.parent / holder[last])).exists()
    ]
    return Entry(
        kode=kode,
        name=str(plain["kajian"].get("kabupaten", kode)),
        study=study,
        plain=plain,
        problem="; ".join(missing),
    )


def named(plain: dict[str, Any], kode: str, name: str) -> None:
    """Set a study's kabupaten (code, name, title) and its own folder of outputs."""
    about = plain.setdefault("kajian", {})
    if name:
        about["kabupaten"] = name
    about["judul"] = str(about.get("judul", "")).replace("{kabupaten}", str(about.get("kabupaten", kode)))
    plain.setdefault("batas", {}).setdefault("kode_kabupaten", f"{kode[:2]}.{kode[2:]}")
    plain.setdefault("keluaran", {})["folder"] = "keluaran"


def merge(plain: dict[str, Any], differences: Mapping[str, Any]) -> None:
    """Merge differences into a study; tables are identified by their number, from 1."""
    for key, value in differences.items():
        here = plain.get(key)
        if isinstance(here, list) and isinstance(value, Mapping):
            for number, item in value.items():
                if not str(number).isdecimal() or not 0 < int(number) <= len(here):
                    raise StudyFileError(
                        _("unknown key {key}").format(key=f"{key}.{number}"),
                        remedy=_("tables are numbered from 1 to {n}").format(n=len(here)),
                    )
                merge(here[int(number) - 1], item)
        elif isinstance(here, dict) and isinstance(value, Mapping):
            merge(here, value)
        else:
            plain[key] = copy.deepcopy(value)


def paths(plain: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield every file that a study names: its key, and the container of the name."""
    limits, before = plain.get("batas", {}), plain.get("tahun_lalu", {})
    if "berkas" in limits:
        yield "batas.berkas", limits, "berkas"
    if isinstance(limits.get("daftar_resmi"), dict):
        yield "batas.daftar_resmi.berkas", limits["daftar_resmi"], "berkas"
    if isinstance(limits.get("jembatan"), dict):
        yield "batas.jembatan.berkas", limits["jembatan"], "berkas"
    elif "jembatan" in limits:
        yield "batas.jembatan", limits, "jembatan"
    tables = plain.get("tabel", [])
    numbered = tables.items() if isinstance(tables, Mapping) else enumerate(tables, 1)
    for number, table in numbered:
        for last in ("berkas", "temuan"):
            if last in table:
                yield f"tabel[{number}].{last}", table, last
    for key in ("kajian", "keluaran"):
        if key in before:
            yield f"tahun_lalu.{key}", before, key
    if isinstance(before.get("daftar"), dict) and "berkas" in before["daftar"]:
        yield "tahun_lalu.daftar.berkas", before["daftar"], "berkas"
    for item in before.get("riwayat", []):
        yield "tahun_lalu.riwayat.berkas", item, "berkas"
    for place in range(len(before.get("kalender", []))):
        yield "tahun_lalu.kalender", before["kalender"], place
    for section, key in (("audit", "kecocokan"), ("keluaran", "logo"), ("keluaran", "sekitar")):
        if key in plain.get(section, {}):
            yield f"{section}.{key}", plain[section], key


def rebase(plain: Mapping[str, Any], old: Path, new: Path) -> None:
    """Convert the paths of a study from relative to one folder to relative to another."""
    for _key_of_it, holder, last in paths(plain):
        holder[last] = Path(os.path.relpath(old / str(holder[last]), new)).as_posix()


def _national(
    path: Path,
    head: Mapping[str, Any],
    rows: list[Row],
    title: str,
    folder: Path,
    outputs: Outputs,
    base: dict[str, Any] | None,
    shared: Path | None,
) -> Plan:
    if base is None or shared is None:
        raise StudyFileError(
            _("national files need a common study that names them"),
            where=Where(file=path.name),
            remedy=_("name the common study in the table of studies, or with --kajian"),
        )
    stated = head["nasional"]
    wanted = [] if stated is True else [str(code).replace(".", "") for code in stated]
    wrong = [code for code in wanted if not code.isdecimal() or len(code) not in (2, 4)]
    if wrong or rows:
        raise StudyFileError(
            _("key {key}: {value} is not one of the possible values").format(
                key="batch.nasional", value=wrong[0] if wrong else "[[kabupaten]]"
            ),
            where=Where(file=path.name),
            remedy=_('state true, or codes of provinces and kabupaten such as ["16", "17.02"]; no rows'),
        )
    missing = [
        _('key {key}: the file "{name}" does not exist').format(key=key, name=holder[last])
        for key, holder, last in paths(base)
        if not (shared.parent / str(holder[last])).exists()
    ]
    if missing:
        raise StudyFileError(
            "; ".join(missing),
            where=Where(file=shared.name),
            remedy=_("paths are relative to the folder of the study file"),
        )
    return Plan(
        title=title, folder=folder, outputs=outputs, common=base, base=shared.parent, wanted=tuple(wanted)
    )
