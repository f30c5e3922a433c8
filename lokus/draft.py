"""Draft a study file from a planner's files: columns are guessed and shown for correction."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.errors import InputError
from lokus.i18n import gettext as _
from lokus.intake.children.recognise import PersonsError
from lokus.intake.tables.guesses import Guess, guess_columns, nearest_keys
from lokus.settings.reference import key_meaning
from lokus.settings.theme import SERVED, ThemeSettings, catalogue_entries, shipped_theme
from lokus.subject import use_subject

if TYPE_CHECKING:
    import pandas as pd

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
    sheets: Sequence[str] = (),
    bridge_file: Path | None = None,
    theme: str | None = None,
    **reading: Any,
) -> str:
    """Draft the text of a study file.

    A column that is not recognised becomes a comment with the nearest keys, a sheet of another kabupaten a
    comment with the reason, so that there is always a draft. Tables of different villages, such as one from
    each puskesmas, stand beside each other. Of tables that give one indicator for the same villages none is
    preferred: their lines are comments, from which the planner takes the one that is right.

    Parameters
    ----------
    boundaries : Path
        File of village boundaries.
    tables : sequence of Path
        Workbooks and CSV files.
    folder : Path
        Folder of the study file; paths in it are relative to this folder.
    year : int
        Year of the proposal.
    official : Path, optional
        Official list of villages.
    sheets : sequence of str
        Read these sheets only, in workbooks that have them.
    bridge_file : Path, optional
        Table from BPS to Kemendagri codes, from which the ``bridge`` among the options was read.
    theme : str, optional
        One of :func:`lokus.settings.theme.shipped_themes`, for a study of something else than stunting.
    **reading
        Options of :func:`lokus.places.boundaries.read_boundaries`, which the draft also states.

    Returns
    -------
    str
        TOML with a comment where the planner has to decide or check.

    Raises
    ------
    InputError
        The boundary file cannot be read.

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

    stated, headers = shipped_theme(theme) if theme else (None, {})
    about = ThemeSettings.model_validate(stated) if stated else None
    catalogue = load_catalogue(catalogue_entries(about, {}))
    villages = read_boundaries(boundaries, **reading).villages
    names = {inner: outer for outer, inner in about.keys.items()} if about else {}
    drafted = _Tables(
        folder=folder,
        catalogue=catalogue,
        villages=villages,
        year=year,
        listed=official is not None,
        headers=headers,
        names=names,
    )
    drafted.read(tables, sheets)
    given = drafted.given
    if {SERVED, "diukur"} <= given:
        given = given | {"stunting"}
    import pandas as pd

    derived = {str(key) for key in catalogue.derive(pd.DataFrame(columns=sorted(given), dtype=float))}
    with use_subject(about.subject if about else None):
        title = _("Proposal of lokus for {year}").format(year=year)
        missing = _missing(given | derived, drafted.asked)
    weights = _weights_of_theme if about else _weights
    size = _("{n} villages in {k} kecamatan").format(n=len(villages), k=villages["kode_kecamatan"].nunique())
    lines = [
        "# " + _("Draft of a study file. Check every line; lines that begin with # are notes."),
        "",
        "[kajian]",
        f"judul = {_quoted(title)}",
        f"kabupaten = {_quoted('Kabupaten …')}  # " + key_meaning("kajian.kabupaten"),
        f"tahun = {year}  # " + key_meaning("kajian.tahun"),
        f"benih = {year}  # " + key_meaning("kajian.benih"),
        'instansi = ""  # ' + key_meaning("kajian.instansi"),
        "",
        *_theme_block(stated, given),
        "[batas]",
        f"# {size}",
        f"berkas = {_quoted(_relative(boundaries, folder))}",
        *_stated(reading, bridge_file, folder),
        "",
        *(_official_block(official, folder) if official else ()),
        *drafted.lines(),
        "[skor.bobot]",
        "# " + _("weights are yours to decide; they are divided by their sum"),
        *missing,
        *(
            f"{'# ' if key in drafted.asked else ''}{names.get(key, key)} = {weight}"
            for key, weight in weights(given | derived | drafted.asked).items()
        ),
        "",
        "[pilihan]",
        f"jumlah = {max(1, round(len(villages) / 10))}  # " + key_meaning("pilihan.jumlah"),
        "# maks_kecamatan = 8  # " + key_meaning("pilihan.maks_kecamatan"),
        "# min_per_kecamatan = 2  # " + key_meaning("pilihan.min_per_kecamatan"),
        "",
        "[keluaran]",
        f"folder = {_quoted(f'keluaran-{year}')}  # " + key_meaning("keluaran.folder"),
        "",
    ]
    return "\n".join(lines)


def _stated(reading: Mapping[str, Any], bridge_file: Path | None, folder: Path) -> list[str]:
    """Return the keys of ``[batas]`` with which the boundaries were read."""
    names = {"layer": "lapisan", "crs": "crs", "encoding": "pengodean", "kabupaten": "kode_kabupaten"}
    lines = [f"{key} = {_quoted(reading[name])}" for name, key in names.items() if reading.get(name)]
    if reading.get("columns"):
        columns = ", ".join(f"{key} = {_quoted(column)}" for key, column in reading["columns"].items())
        lines.append(f"kolom = {{ {columns} }}")
    if bridge_file:
        lines.append(f"jembatan = {_quoted(_relative(bridge_file, folder))}")
    return lines


def _theme_block(stated: Mapping[str, Any] | None, given: set[str]) -> list[str]:
    """Write the theme, to be checked; without counts the keys of the counts are comments."""
    if stated is None:
        return []
    counted = "diukur" in given
    needs_counts = ("pembilang", "penyebut", "seluruh", "golongan", "buruk", "terlayani")
    lines = ["[tema]", "# " + _("the nouns of all outputs; the limits of the classes are yours to decide")]
    for key, value in stated.items():
        if isinstance(value, Mapping):
            continue
        mark = "" if counted or key not in needs_counts else "# "
        if key == "seluruh" and "sasaran" not in given:
            mark = "# "
        text = _quoted(value) if isinstance(value, str) else json.dumps(value)
        lines.append(f"{mark}{key} = {text}")
    for key, value in stated.items():
        if isinstance(value, Mapping):
            lines += [f"[tema.{key}]", *(f"{name} = {_quoted(text)}" for name, text in value.items())]
    return [*lines, ""]


def _missing(available: set[str], asked: set[str]) -> list[str]:
    """Write what a prevalence still needs, where no table was recognised or several were."""
    if {"stunting", "diukur"} <= available:
        return []
    if {"stunting", "diukur"} <= available | asked:
        return ["# " + _("several tables give the stunted and measured children: choose one above")]
    return [
        "# "
        + _(
            "no table was found with stunted and measured children: write their columns under "
            "[tabel.indikator] above, or name the e-PPGBM recap among the tables"
        )
    ]


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


_OF_CODES = frozenset({"join.vintage", "join.other_codes", "join.code_name", "join.code_kecamatan"})
"""What only the planner can answer about the codes of a table: asked in the draft already."""
_RATE = ("sasaran", "diukur", "stunting", "pendek", "sangat_pendek", SERVED)
"""Numerator and denominators of the rate: of one table, never of several."""


@dataclass(kw_only=True)
class _Sheets:
    """Sheets with the same columns and different villages, such as one for each kecamatan."""

    path: Path
    table: RawTable
    guess: Guess
    names: list[str]
    kode: set[str]
    reason: str = ""
    asked: dict[str, list[_Sheets]] = field(default_factory=dict)

    def shares_villages(self, other: _Sheets) -> bool:
        """Return whether a village may stand in both; it may where the villages of one are not known."""
        return not self.kode or not other.kode or bool(self.kode & other.kode)

    def rate(self) -> set[str]:
        """Return the keys of the rate that it gives."""
        return set(self.guess.indicators) & set(_RATE)


@dataclass(kw_only=True)
class _Tables:
    """The ``[[tabel]]`` blocks of a draft, sheet by sheet."""

    folder: Path
    catalogue: Catalogue
    villages: pd.DataFrame
    year: int
    listed: bool
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    _blocks: list[list[str]] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return the lines of all blocks."""
        return [line for block in self._blocks for line in (*block, "")]

    def read(self, paths: Sequence[Path], sheets: Sequence[str]) -> None:
        """Draft a block for each sheet with data of these villages."""
        found = [part for path in paths for part in self._sheets(path, sheets)]
        groups = self._join_sheets(found)
        used = [group for group in groups if isinstance(group, _Sheets) and not group.reason]
        self._give_the_rate(used)
        self._ask_of_repeats(used)
        for group in groups:
            self._blocks.append(group if isinstance(group, list) else self._drafted(group))

    def _join_sheets(
        self, found: Sequence[tuple[Path, str | None, RawTable | None, Guess | None]]
    ) -> list[_Sheets | list[str]]:
        """Join the sheets of one workbook that are parts of one table; comments stay in their place."""
        groups: list[_Sheets | list[str]] = []
        seen: dict[tuple[object, ...], _Sheets] = {}
        for path, sheet, table, guess in found:
            if table is None or guess is None:
                groups.append([f"# {line}" for line in str(sheet).splitlines()])
                continue
            names = [table.sheet] if sheet is not None else []
            own = _Sheets(path=path, table=table, guess=guess, names=names, kode=self._kode(table, guess))
            header = (path, *table.data.columns)
            if header in seen:
                first = seen[header]
                if own.kode and not own.kode & first.kode:
                    first.names.append(table.sheet)
                    first.kode |= own.kode
                    continue
                same = _('the same columns as the sheet "{sheet}"; join them under lembar if each is a part')
                own.reason = same.format(sheet=first.table.sheet)
            else:
                own.reason = self._unfit(table, guess)
                if not own.reason:
                    seen[header] = own
            groups.append(own)
        return groups

    def _give_the_rate(self, used: Sequence[_Sheets]) -> None:
        """Leave the indicators of the rate in the fullest table, and in tables of other villages beside it.

        Two tables that give as many of them for the same villages, such as two rounds, are asked about.
        """
        chosen: list[_Sheets] = []
        equal: list[_Sheets] = []
        for group in sorted(used, key=lambda group: -len(group.rate())):
            others = [rival for rival in chosen if group.shares_villages(rival)]
            if not others and (not chosen or {"diukur"} < group.rate()):
                chosen.append(group)
            elif others and len(group.rate()) > 1 and all(group.rate() == rival.rate() for rival in others):
                equal.append(group)
        for group in used:
            if not any(group is one for one in (*chosen, *equal)):
                kept = {key: name for key, name in group.guess.indicators.items() if key not in _RATE}
                group.guess = _with(group.guess, kept)
                group.reason = "" if kept else _("no indicator was recognised")

    def _ask_of_repeats(self, used: Sequence[_Sheets]) -> None:
        """Ask about each indicator that several tables give for the same villages; the planner chooses."""
        givers: dict[str, list[_Sheets]] = {}
        for group in used:
            for key in group.guess.indicators:
                givers.setdefault(key, []).append(group)
        for key, several in givers.items():
            for group in several:
                rivals = [other for other in several if other is not group and group.shares_villages(other)]
                if rivals:
                    group.asked[key] = rivals
            asked = any(key in group.asked for group in several)
            (self.asked if asked else self.given).add(key)

    def _drafted(self, group: _Sheets) -> list[str]:
        """Write a block; as comments where a key or an answer has to be written before it says anything."""
        table, guess = group.table, group.guess
        block = self._block(group)
        asked = bool(guess.indicators) and set(guess.indicators) <= set(group.asked)
        if not group.reason and not asked:
            return block
        if asked or (group.kode and not guess.indicators):
            listed = [line if line.startswith("#") else f"# {line}" for line in block]
        else:
            listed = _unrecognised([*guess.indicators.values(), *guess.unused], guess, self.catalogue)
        reason = group.reason or _(
            "all that it gives is also given by others: to use it, take the # from [[tabel]], the lines "
            "below it, and each indicator that is right here"
        )
        return [f"# {table.where}: {reason}", *listed]

    def _kode(self, table: RawTable, guess: Guess) -> set[str]:
        """Return the villages of a sheet, with the kecamatan of its name or title; none where it is unfit."""
        from lokus.intake.join.row_places import place_rows
        from lokus.intake.tables.rows import village_rows

        if not {"kode", "desa"} & set(guess.place):
            return set()
        columns = [str(name) for name in table.data.columns]
        try:
            prepared = village_rows(
                table, self.villages, place=guess.place, value_columns=columns, count_columns=[]
            )
            placed = place_rows(prepared.raw, self.villages, place=guess.place, value_columns=columns)
        except InputError:
            return set()
        return set(placed.table["kode_desa"].dropna())

    def _sheets(
        self, path: Path, wanted: Sequence[str]
    ) -> list[tuple[Path, str | None, RawTable | None, Guess | None]]:
        """Read the sheets of a file, visible ones first; of one that fails, the reason for its name."""
        from lokus.intake.tables.tables import read_table

        out: list[tuple[Path, str | None, RawTable | None, Guess | None]] = []
        try:
            names: Sequence[str | None] = _visible_first(path, wanted) or [None]
        except InputError as error:
            return [(path, f"{path.name}: {' '.join(str(error).split())}", None, None)]
        for name in names:
            try:
                table = read_table(path, sheet=name)
            except PersonsError as error:
                out.append((path, "\n".join(_children_block(path, self.folder, error)), None, None))
            except InputError as error:
                out.append((path, f"{path.name}: {' '.join(str(error).split())}", None, None))
            else:
                headers = [str(column) for column in table.data.columns]
                guess = guess_columns(headers, self.catalogue, year=self.year, more=self.headers)
                out.append((path, name if len(names) > 1 else None, table, guess))
        return out

    def _unfit(self, table: RawTable, guess: Guess) -> str:
        """Return why a sheet gets no block; empty where it gets one."""
        from lokus.intake.join.row_places import place_rows

        if not {"kode", "desa"} & set(guess.place):
            return _("no village column was recognised")
        try:
            placed = place_rows(
                table,
                self.villages,
                place=guess.place,
                value_columns=[str(name) for name in table.data.columns],
            )
        except InputError as error:
            return " ".join(error.what.split())
        if not len(placed.table) or not placed.table["kode_desa"].notna().any():
            for finding in placed.findings:
                if finding.check in _OF_CODES:
                    return " ".join(f"{finding.message}. {finding.remedy}".split())
            return _("none of its rows is a village of these boundaries")
        return "" if guess.indicators else _("no indicator was recognised")

    def _asked_of_codes(self, table: RawTable, guess: Guess) -> list[str]:
        """Write the questions about the codes of a table: another vintage, doubt."""
        from lokus.intake.join.row_places import place_rows

        if "kode" not in guess.place:
            return []
        placed = place_rows(
            table,
            self.villages,
            place=guess.place,
            value_columns=[str(name) for name in table.data.columns],
            listed=self.listed,
        )
        asked = [finding for finding in placed.findings if finding.check in _OF_CODES]
        return [
            f"# {' '.join(part.split())}"
            for finding in asked
            for part in (finding.message, finding.remedy)
            if part
        ]

    def _block(self, group: _Sheets) -> list[str]:
        table, guess, sheets = group.table, group.guess, group.names
        owners = {self.catalogue[key].owner for key in guess.indicators if self.catalogue[key].owner}
        return [
            "[[tabel]]",
            *self._asked_of_codes(table, guess),
            *(f"# {line}" for line in table.title_lines),
            f"berkas = {_quoted(_relative(group.path, self.folder))}",
            *([f"lembar = {_quoted(sheets[0])}"] if len(sheets) == 1 else []),
            *([f"lembar = [{', '.join(map(_quoted, sheets))}]"] if len(sheets) > 1 else []),
            f"opd = {_quoted(owners.pop() if len(owners) == 1 else '')}",
            "[tabel.tempat]",
            *(f"{key} = {_quoted(header)}" for key, header in guess.place.items()),
            "[tabel.indikator]",
            *(self._indicator(key, name, group.asked.get(key)) for key, name in guess.indicators.items()),
            *_unrecognised(guess.unused, guess, self.catalogue),
        ]

    def _indicator(self, key: str, header: str, rivals: Sequence[_Sheets] | None) -> str:
        """Write the line of an indicator; a comment where other tables give it for the same villages."""
        line = f"{self.names.get(key, key)} = {_quoted(header)}  # {self.catalogue[key].label}"
        if not rivals:
            return line
        also = _("also in {others}; take the # from the one line that is right").format(
            others=", ".join(f"{rival.table.where}: {rival.guess.indicators[key]}" for rival in rivals)
        )
        return "# " + " ".join(f"{line}; {also}".split())


def _with(guess: Guess, indicators: dict[str, str]) -> Guess:
    """Return a guess with some of its indicators; the columns of the others are not used."""
    left = [name for key, name in guess.indicators.items() if key not in indicators]
    return Guess(
        place=guess.place,
        indicators=indicators,
        unused=(*guess.unused, *left),
        doubtful=guess.doubtful,
    )


def _visible_first(path: Path, wanted: Sequence[str]) -> list[str]:
    """Return the sheets of a workbook, hidden ones last; only wanted ones, where it has any."""
    import python_calamine

    from lokus.intake.tables.tables import list_sheets

    names = list_sheets(path)
    if not names:
        return []
    shown = {
        sheet.name
        for sheet in python_calamine.load_workbook(path).sheets_metadata
        if sheet.visible == python_calamine.SheetVisibleEnum.Visible
    }
    chosen = [name for name in names if name in wanted] or names
    return sorted(chosen, key=lambda name: name not in shown)


def _children_block(path: Path, folder: Path, error: PersonsError) -> list[str]:
    """Draft the table that counts an export of children, without showing its content."""
    return [
        f"{path.name}: {' '.join(error.what.split())}",
        _("if it is an export of children, take the # away and write the first and last day of the round:"),
        "[[tabel]]",
        'jenis = "anak"',
        f"berkas = {_quoted(_relative(path, folder))}",
        "periode = { mulai = 2026-02-01, akhir = 2026-02-28 }",
    ]


def _unrecognised(headers: Sequence[str], guess: Guess, catalogue: Catalogue) -> list[str]:
    """Write a comment for each column that was not recognised, with the nearest keys."""
    doubt = {header: key for key, several in guess.doubtful.items() for header in several}
    lines = []
    for header in headers:
        if _quoted(header) in ('"No"', '"No."', '"NO"'):
            continue
        near = nearest_keys(header, catalogue)
        if header in doubt:
            note = _("{key}? several columns fit").format(key=doubt[header])
        else:
            note = _("nearest: {names}").format(names=", ".join(near)) if near else ""
        lines.append(f"# … = {_quoted(header)}" + (f"  # {note}" if note else ""))
    return ["# " + _("columns not used:"), *lines] if lines else []


def _weights(available: set[str]) -> dict[str, float]:
    """Return the weights of ``lokus_default`` for available indicators; coverages share theirs equally."""
    weights = {"prevalensi": 0.35}
    if "sasaran" in available:
        weights["anak_stunting"] = 0.25
    services = sorted(key for key in available if key.startswith("cakupan_") and key != "cakupan_pengukuran")
    weights |= {key: round(0.25 / len(services), 4) for key in services}
    if "desil_1_2" in available:
        weights["desil_1_2"] = 0.15
    return weights


def _weights_of_theme(available: set[str]) -> dict[str, float]:
    """Weigh the rate and the number of cases; without counts every available share equally."""
    if {"stunting", "diukur"} <= available:
        return {"prevalensi": 0.6, **({"anak_stunting": 0.4} if "sasaran" in available else {})}
    from lokus.intake.indicators.catalogue import load_catalogue

    catalogue = load_catalogue()
    shares = sorted(k for k in available if k in catalogue and catalogue[k].worse != "none")
    return {key: round(1 / len(shares), 4) for key in shares}


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string.
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
