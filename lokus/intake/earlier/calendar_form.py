"""Define the form of the action calendar: headers, months and statuses, for writing and reading."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lokus.i18n import LANGUAGES, N_, use_language
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.intake.tables.grid import Cell

__all__ = [
    "MONTHS",
    "REGISTER",
    "STATUSES",
    "find_columns",
    "head_of",
    "is_overview",
    "read_month",
    "read_status",
]

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
    "November", "Desember",
)  # fmt: skip
STATUSES = ("selesai", "berjalan", "belum")
_OVERVIEWS = (N_("Instructions"), N_("By office"), N_("By village"))  # sheets without activities
REGISTER = "_daftar"  # hidden sheet that lists the activities as issued

_FEWEST = 4  # columns by which the header row of a calendar is recognised
_ABBREVIATIONS: Mapping[str, int] = {
    **{name.casefold(): number for number, name in enumerate(MONTHS, start=1)},
    **{name[:3].casefold(): number for number, name in enumerate(MONTHS, start=1)},
    "agt": 8, "ags": 8, "agst": 8, "nop": 11, "nopember": 11, "pebruari": 2, "sept": 9, "okto": 10,
    "january": 1, "february": 2, "march": 3, "may": 5, "june": 6, "july": 7, "august": 8, "aug": 8,
    "october": 10, "oct": 10, "december": 12, "dec": 12,
}  # fmt: skip
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ].*)?")
_DAY_FIRST = re.compile(r"\d{1,2}[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})[/.-](\d{4})")
_NAMED = re.compile(r"(?:\d{1,2}[\s.-]+)?([a-z]+)\.?(?:[\s,/-]+'?(\d{4}|\d{2}))?", re.IGNORECASE)
_STATUS_WORDS: Mapping[str, str] = {
    "selesai": "selesai", "sudah": "selesai", "sudah selesai": "selesai", "tuntas": "selesai",
    "terlaksana": "selesai", "sudah terlaksana": "selesai", "sudah dilaksanakan": "selesai",
    "done": "selesai",
    "berjalan": "berjalan", "sedang berjalan": "berjalan", "proses": "berjalan", "dalam proses": "berjalan",
    "sedang dilaksanakan": "berjalan", "ongoing": "berjalan",
    "belum": "belum", "belum mulai": "belum", "belum dimulai": "belum", "belum selesai": "berjalan",
    "belum dilaksanakan": "belum", "belum terlaksana": "belum", "tidak dilaksanakan": "belum",
    "tidak terlaksana": "belum", "batal": "belum", "not started": "belum",
}  # fmt: skip


def head_of(key: str) -> str:
    """Return the header of a column in the current language.

    Examples
    --------
    >>> head_of("kode_desa")
    'Kode desa'
    """
    return _heads()[key]


def _heads() -> dict[str, str]:
    return {
        "no": _("No."),
        "kecamatan": _("Kecamatan"),
        "desa": _("Village"),
        "kegiatan": _("Activity"),
        "jenis": _("Kind"),
        "indikator": _("Because of"),
        "satuan": _("Unit"),
        "kebutuhan": _("Need"),
        "kebutuhan_ambang": _("Least, to reach the threshold"),
        "target": _("Target"),
        "bulan_mulai": _("First month"),
        "bulan_selesai": _("Last month"),
        "anggaran": _("Budget (Rp)"),
        "sumber_dana": _("Source of funds"),
        "penanggung_jawab": _("Position that answers"),
        "status": _("Progress"),
        "realisasi": _("Realised"),
        "capaian": _("Achieved (%)"),
        "keterangan": _("Remarks"),
        "kode_desa": _("Village code (calendar)"),
        "id": _("Identifier (do not change)"),
    }


def find_columns(cells: Sequence[Cell]) -> dict[str, int]:
    """Return the position of each column in a row of cells; empty where the row is no header of a calendar.

    The header may be in any language of lokus, whatever the current one.

    Examples
    --------
    >>> find_columns(["No.", "Kegiatan", "TARGET ", "catatan kami", "Status", "ID (jangan diubah)"])
    {'no': 0, 'kegiatan': 1, 'target': 2, 'status': 4, 'id': 5}
    """
    names: dict[str, str] = {}
    for lang in LANGUAGES:
        with use_language(lang):
            names |= {_fold(text): key for key, text in _heads().items()}
    found: dict[str, int] = {}
    for position, cell in enumerate(cells):
        key = names.get(_fold(cell)) if isinstance(cell, str) else None
        if key is not None:
            found.setdefault(key, position)
    return found if len(found) >= _FEWEST and {"kegiatan", "status"} <= set(found) else {}


def is_overview(sheet: str) -> bool:
    """Return whether a sheet is one that a calendar has besides activities, in any language.

    Examples
    --------
    >>> is_overview("Per desa"), is_overview("By village"), is_overview("Dinas PUPR")
    (True, True, False)
    """
    own = {REGISTER}
    for lang in LANGUAGES:
        with use_language(lang):
            own |= {_(name) for name in _OVERVIEWS}
    return sheet in own


def read_month(cell: Cell) -> tuple[int, int | None] | None:
    """Return the month from 1 to 12, and the year where stated; None where the cell is no month.

    Examples
    --------
    >>> [read_month(cell) for cell in ("Maret", "3", 3.0, "2026-03-15", "Mar-26", "1900-01-03", "13", "TW I")]
    [(3, None), (3, None), (3, None), (3, 2026), (3, 2026), (3, None), None, None]
    """
    if isinstance(cell, float):
        return _checked(int(cell), None) if cell == int(cell) else None
    text = " ".join(str(cell).replace("\u00a0", " ").split()).removeprefix("'")
    if text.isdecimal():
        return _checked(int(text), None)
    if match := _ISO.fullmatch(text):
        if text.startswith("1900-01-"):
            # A number typed into a cell that shows dates: the file holds 5, the cell shows 5 January 1900.
            return _checked(int(text[8:10]), None)
        return _checked(int(match[2]), int(match[1]))
    if match := _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        return _checked(int(match[1]), _year(match[2]))
    if (match := _NAMED.fullmatch(text)) and match[1].casefold() in _ABBREVIATIONS:
        return _ABBREVIATIONS[match[1].casefold()], _year(match[2]) if match[2] else None
    return None


def read_status(cell: Cell) -> str | None:
    """Return one of ``STATUSES``, or None for other words.

    Examples
    --------
    >>> [read_status(cell) for cell in (" Selesai", "sedang berjalan", "Belum.", "entah")]
    ['selesai', 'berjalan', 'belum', None]
    """
    return _STATUS_WORDS.get(_fold(cell).rstrip(".! "))


def _fold(cell: object) -> str:
    return " ".join(str(cell).split()).casefold()


def _checked(month: int, year: int | None) -> tuple[int, int | None] | None:
    return (month, year) if 1 <= month <= 12 else None


def _year(text: str) -> int:
    year = int(text)
    return year if year >= 100 else 2000 + year
