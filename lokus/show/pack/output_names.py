"""Names of the outputs: files that a run may replace, and files that others fill in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from lokus.i18n import gettext as _

__all__ = [
    "AUDIT_FORM", "CALENDAR", "COVERAGE_FORM", "DOCUMENTS", "FOSTER_FORM", "LOCK", "OWN_NAMES", "SITUATION",
    "action_label", "by_action", "is_filled_in", "request_names", "situation_names",
]  # fmt: skip

LOCK = "kajian.lock.json"
CALENDAR = "kalender_aksi.xlsx"
AUDIT_FORM = "hasil_audit_kasus.xlsx"
FOSTER_FORM = "register_orang_tua_asuh.xlsx"
COVERAGE_FORM = "cakupan_esensial.xlsx"
DOCUMENTS = ("lampiran_keputusan.docx", "rancangan_keputusan.docx", "berita_acara.docx")
"""Annex and draft of the decree, minutes."""
OWN_NAMES = frozenset(
    {
        "peta_interaktif.html", "lokus.xlsx", "paparan.pptx", "laporan.html", "atlas_kecamatan.pdf",
        CALENDAR, *DOCUMENTS, "hasil.gpkg", "hasil.geojson", "hasil.csv", LOCK,
    }
)  # fmt: skip
"""Names of the outputs, but for print maps and letters, which are named after themes and offices."""
SITUATION = "analisis_situasi.docx"
"""Of the kabupaten; those of the kecamatan are named after them."""
_REQUEST = re.compile(r"permintaan_data_[a-z0-9_]+\.(docx|xlsx)")
_PERIOD = re.compile(r"laporan_[a-z0-9_]+\.docx")
_SITUATION = re.compile(r"analisis_situasi(_[a-z0-9_-]+)?\.docx")
# Which aksi konvergensi an output serves (SE Mendagri 400.5.7/1685/Bangda, 17 March 2025); the rest supports.
_OF_ACTION = (
    (
        "situasi",
        re.compile(r"analisis_situasi.*|cakupan_.*|peta_.*|atlas_kecamatan\.pdf|lokus\.xlsx"),
    ),
    ("perencanaan", re.compile(r"rancangan_keputusan.*|lampiran_keputusan.*|berita_acara.*|paparan\.pptx")),
    ("pelaksanaan", re.compile(r"kalender_aksi.*|permintaan_data_.*|hasil_audit_kasus.*|register_.*")),
    ("penilaian", re.compile(r"laporan.*")),
)


def is_filled_in(name: str) -> bool:
    """Return whether a file is meant to be filled in or edited, and may have the work of others.

    Examples
    --------
    >>> [is_filled_in(name) for name in ("kalender_aksi.xlsx", "permintaan_data_dppkb.xlsx", "lokus.xlsx")]
    [True, True, False]
    """
    patterns = (_REQUEST, _SITUATION, _PERIOD)
    return name in (CALENDAR, AUDIT_FORM, COVERAGE_FORM, FOSTER_FORM, *DOCUMENTS) or any(
        one.fullmatch(name) is not None for one in patterns
    )


def situation_names(kecamatan: Mapping[str, str]) -> dict[str, str]:
    """Names of the situation analyses of the kecamatan, by code.

    Examples
    --------
    >>> situation_names({"990101": "Suka Sari", "990102": "Air"})
    {'990101': 'analisis_situasi_suka_sari.docx', '990102': 'analisis_situasi_air.docx'}
    """
    slugs = {kode: re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for kode, name in kecamatan.items()}
    often = Counter(slugs.values())
    return {
        kode: f"analisis_situasi_{slug if slug and often[slug] == 1 else f'{slug}_{kode}'.strip('_')}.docx"
        for kode, slug in slugs.items()
    }


def action_label(action: str) -> str:
    """Return the label of an aksi konvergensi.

    Examples
    --------
    >>> action_label("situasi")
    'Aksi 1. Analisis situasi'
    """
    return {
        "situasi": _("Action 1. Situation analysis"),
        "perencanaan": _("Action 2. Stronger planning"),
        "pelaksanaan": _("Action 3. Stronger implementation"),
        "penilaian": _("Action 4. Assessment of results"),
        "dukungan": _("Support: data and records"),
    }[action]


def by_action(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Sort outputs under the aksi konvergensi that they serve, in the order of the actions.

    Examples
    --------
    >>> by_action(["kajian.lock.json", "berita_acara.docx", "analisis_situasi_air.docx"])
    {'situasi': ('analisis_situasi_air.docx',), 'perencanaan': ('berita_acara.docx',),
    'dukungan': ('kajian.lock.json',)}
    """
    found: dict[str, list[str]] = {action: [] for action in (*dict(_OF_ACTION), "dukungan")}
    for name in names:
        action = next((one for one, pattern in _OF_ACTION if pattern.fullmatch(name)), "dukungan")
        found[action].append(name)
    return {action: tuple(own) for action, own in found.items() if own}


def request_names(slug: str) -> tuple[str, str]:
    """Names of the letter to an office and of its workbook.

    Examples
    --------
    >>> request_names("dinas_pupr")
    ('permintaan_data_dinas_pupr.docx', 'permintaan_data_dinas_pupr.xlsx')
    """
    return f"permintaan_data_{slug}.docx", f"permintaan_data_{slug}.xlsx"
