"""Names of the outputs: which files a run may replace, and which hold the work of others."""

from __future__ import annotations

import re

__all__ = ["CALENDAR", "DOCUMENTS", "LOCK", "OWN_NAMES", "is_filled_in", "request_names"]

LOCK = "kajian.lock.json"
CALENDAR = "kalender_aksi.xlsx"
DOCUMENTS = ("lampiran_keputusan.docx", "rancangan_keputusan.docx", "berita_acara.docx")
"""Annex and draft of the decree, minutes."""
OWN_NAMES = frozenset(
    {
        "peta_interaktif.html", "lokus.xlsx", "paparan.pptx", "laporan.html", "atlas_kecamatan.pdf",
        CALENDAR, *DOCUMENTS, "hasil.gpkg", "hasil.geojson", "hasil.csv", LOCK,
    }
)  # fmt: skip
"""Names of the outputs, but for print maps and letters, which are named after themes and offices."""
_REQUEST = re.compile(r"permintaan_data_[a-z0-9_]+\.(docx|xlsx)")


def is_filled_in(name: str) -> bool:
    """Whether a file is written to be filled in or edited: what is in it may be the work of others.

    Examples
    --------
    >>> [is_filled_in(name) for name in ("kalender_aksi.xlsx", "permintaan_data_dppkb.xlsx", "lokus.xlsx")]
    [True, True, False]
    """
    return name == CALENDAR or name in DOCUMENTS or _REQUEST.fullmatch(name) is not None


def request_names(slug: str) -> tuple[str, str]:
    """Names of the letter to an office and of its workbook.

    Examples
    --------
    >>> request_names("dinas_pupr")
    ('permintaan_data_dinas_pupr.docx', 'permintaan_data_dinas_pupr.xlsx')
    """
    return f"permintaan_data_{slug}.docx", f"permintaan_data_{slug}.xlsx"
