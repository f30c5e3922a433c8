"""Drafting a study file from the files a planner has: columns are guessed, and shown for correction."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.errors import InputError
from lokus.i18n import gettext as _
from lokus.intake.tables.guesses import Guess, guess_columns

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.tables.tables import RawTable

__all__ = ["Guess", "draft_study", "guess_columns"]


def draft_study(
    boundaries: Path,
    tables: Sequence[Path],
    *,
    folder: Path,
    year: int,
    official: Path | None = None,
    bridge_file: Path | None = None,
    **reading: Any,
) -> str:
    """Draft the text of a study file.

    Parameters
    ----------
    boundaries : Path
        File of village boundaries.
    tables : sequence of Path
        Workbooks and CSV files.
    folder : Path
        Where the study file will lie; paths in it are relative to this folder.
    year : int
        Year of the proposal.
    official : Path, optional
        Official list of villages.
    bridge_file : Path, optional
        Table from BPS to Kemendagri codes, from which the ``bridge`` among the options was read.
    **reading
        How the boundaries are read, as in :func:`lokus.places.boundaries.read_boundaries`; the draft states
        it too.

    Returns
    -------
    str
        TOML with a comment wherever the planner has to decide or check. Sheets and columns that nothing was
        guessed for are listed in comments, so nothing is lost from sight.

    Raises
    ------
    InputError
        The boundary file or a table cannot be read, or no table gives stunted and measured children.

    Examples
    --------
    >>> from lokus.example import example_files
    >>> data = example_files()
    >>> recap = data / "indicators" / "2026" / "eppgbm_2026-02.xlsx"
    >>> draft = draft_study(data / "boundaries" / "desa.gpkg", [recap], folder=data, year=2026)
    >>> [line for line in draft.splitlines() if line.startswith(("berkas", "diukur", "stunting", "jumlah"))]
    ['berkas = "boundaries/desa.gpkg"', 'berkas = "indicators/2026/eppgbm_2026-02.xlsx"', ...]
    """
    from lokus.intake.indicators.catalogue import load_catalogue
    from lokus.places.boundaries import read_boundaries

    catalogue = load_catalogue()
    villages = read_boundaries(boundaries, **reading).villages
    given: set[str] = set()
    blocks = [_table_blocks(path, folder, catalogue, given) for path in tables]
    derived = {key for name in given for key in catalogue.derived_from(name)}
    if not {"stunting", "diukur"} <= given | derived:
        raise InputError(
            _("no table was found with stunted and measured children"),
            remedy=_("name the e-PPGBM recap among the tables, or write the study file by hand"),
        )
    title = _("Proposal of lokus for {year}").format(year=year)
    size = _("{n} villages in {k} kecamatan").format(n=len(villages), k=villages["kode_kecamatan"].nunique())
    lines = [
        "# " + _("Draft of a study file. Check every line; lines that begin with # are notes."),
        "",
        "[kajian]",
        f"judul = {_quoted(title)}",
        f"kabupaten = {_quoted('Kabupaten …')}  # " + _("write the full name"),
        f"tahun = {year}",
        f"benih = {year}  # " + _("seed of random numbers: any whole number, then leave it"),
        'instansi = ""  # ' + _("for example: Bappeda Kabupaten …"),
        "",
        "[batas]",
        f"# {size}",
        f"berkas = {_quoted(_relative(boundaries, folder))}",
        *_stated(reading, bridge_file, folder),
        "",
        *(_official_block(official, folder) if official else ()),
        *blocks,
        "[skor.bobot]",
        "# " + _("weights are yours to decide; they are divided by their sum"),
        *(f"{key} = {weight}" for key, weight in _weights(given | derived).items()),
        "",
        "[pilihan]",
        f"jumlah = {max(1, round(len(villages) / 10))}  # " + _("how many villages"),
        "# maks_kecamatan = 8",
        "# min_per_kecamatan = 2",
        "",
        "[keluaran]",
        f"folder = {_quoted(f'keluaran-{year}')}",
        "",
    ]
    return "\n".join(lines)


def _stated(reading: Mapping[str, Any], bridge_file: Path | None, folder: Path) -> list[str]:
    """Keys of ``[batas]`` that say how the boundaries were read."""
    names = {"layer": "lapisan", "crs": "crs", "encoding": "pengodean", "kabupaten": "kode_kabupaten"}
    lines = [f"{key} = {_quoted(reading[name])}" for name, key in names.items() if reading.get(name)]
    if reading.get("columns"):
        columns = ", ".join(f"{key} = {_quoted(column)}" for key, column in reading["columns"].items())
        lines.append(f"kolom = {{ {columns} }}")
    if bridge_file:
        lines.append(f"jembatan = {_quoted(_relative(bridge_file, folder))}")
    return lines


def _official_block(path: Path, folder: Path) -> list[str]:
    from lokus.intake.indicators.catalogue import load_catalogue
    from lokus.intake.tables.tables import read_table

    table = read_table(path)
    place = guess_columns([str(name) for name in table.data.columns], load_catalogue()).place
    if "kode" not in place:
        raise InputError(
            _("no column with village codes was recognised"),
            where=table.where,
            remedy=_("write [batas.daftar_resmi] by hand"),
        )
    return [
        "[batas.daftar_resmi]",
        f"berkas = {_quoted(_relative(path, folder))}",
        "[batas.daftar_resmi.kolom]",
        *(f"{key} = {_quoted(header)}" for key, header in place.items()),
        "",
    ]


def _table_blocks(path: Path, folder: Path, catalogue: Catalogue, given: set[str]) -> str:
    """One ``[[tabel]]`` for each sheet that says something of villages; adds what they give to `given`."""
    from lokus.intake.tables.tables import list_sheets, read_table

    lines: list[str] = []
    sheets: Sequence[str | None] = list_sheets(path) or [None]
    for sheet in sheets:
        try:
            table = read_table(path, sheet=sheet)
        except InputError as error:
            lines += [f"# {path.name}: {' '.join(str(error).split())}", ""]
            continue
        guess = guess_columns([str(name) for name in table.data.columns], catalogue, taken=given)
        if not {"kode", "desa"} & set(guess.place) or not guess.indicators:
            lines += [
                f"# {table.where}: " + _("no village column or no indicator was recognised"),
                *_unused(guess.unused),
                "",
            ]
            continue
        given |= set(guess.indicators)
        lines += _block(path, folder, sheet if len(sheets) > 1 else None, table, guess, catalogue)
    return "\n".join(lines)


def _block(
    path: Path, folder: Path, sheet: str | None, table: RawTable, guess: Guess, catalogue: Catalogue
) -> list[str]:
    owners = {catalogue[key].owner for key in guess.indicators if catalogue[key].owner}
    return [
        "[[tabel]]",
        *(f"# {line}" for line in table.title_lines),
        f"berkas = {_quoted(_relative(path, folder))}",
        *([f"lembar = {_quoted(sheet)}"] if sheet else []),
        f"opd = {_quoted(owners.pop() if len(owners) == 1 else '')}",
        "[tabel.tempat]",
        *(f"{key} = {_quoted(header)}" for key, header in guess.place.items()),
        "[tabel.indikator]",
        *(f"{key} = {_quoted(header)}  # {catalogue[key].label}" for key, header in guess.indicators.items()),
        *_unused(guess.unused),
        "",
    ]


def _unused(headers: Sequence[str]) -> list[str]:
    return ["# " + _("columns not used: {names}").format(names="; ".join(headers))] if headers else []


def _weights(available: set[str]) -> dict[str, float]:
    """Weights of ``lokus_default`` for what is there; service coverages share theirs equally."""
    weights = {"prevalensi": 0.35}
    if "sasaran" in available:
        weights["anak_stunting"] = 0.25
    services = sorted(key for key in available if key.startswith("cakupan_") and key != "cakupan_pengukuran")
    weights |= {key: round(0.25 / len(services), 4) for key in services}
    if "desil_1_2" in available:
        weights["desil_1_2"] = 0.15
    return weights


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string.
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
