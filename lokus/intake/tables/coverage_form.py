"""The form of the 29 essential coverages and of the target groups: its sheets, headings and official names.

The Excel layout of the Web Aksi Bangda application itself is not public. The names and their order were seen,
in the public source code of two applications of daerah; the arrangement in sheets and the headings of
counts are those of lokus, as every written form says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = [
    "ESSENTIAL_NAMES",
    "FORM_PLACE",
    "CoverageSheet",
    "coverage_sheets",
    "form_keys",
]

FORM_PLACE: Mapping[str, str] = {"kode": "Kode desa", "kecamatan": "Kecamatan", "desa": "Desa/Kelurahan"}

ESSENTIAL_NAMES: Mapping[str, str] = {
    "cakupan_remaja_ttd": "Remaja putri yang mengonsumsi Tablet Tambah Darah (TTD)",
    "cakupan_remaja_hb": "Remaja putri yang menerima layanan pemeriksaan status anemia (hemoglobin)",
    "cakupan_catin_ttd": "Calon pengantin/calon ibu yang menerima Tablet Tambah Darah (TTD)",
    "cakupan_catin_periksa": (
        "Calon pasangan usia subur (PUS) yang memperoleh pemeriksaan kesehatan sebagai bagian dari pelayanan "
        "nikah"
    ),
    "cakupan_catin_kespro": (
        "Cakupan calon Pasangan Usia Subur (PUS) yang menerima pendampingan kesehatan reproduksi dan edukasi "
        "gizi sejak 3 bulan pranikah"
    ),
    "cakupan_catin_bimbingan": (
        "Pasangan calon pengantin yang mendapatkan bimbingan perkawinan dengan materi pencegahan stunting"
    ),
    "cakupan_pus_tunai": (
        "Pasangan Usia Subur (PUS) dengan status miskin dan penyandang masalah kesejahteraan sosial yang "
        "menerima bantuan tunai bersyarat"
    ),
    "cakupan_pus_pangan": (
        "Cakupan Pasangan Usia Subur (PUS) dengan status miskin dan penyandang masalah kesejahteraan sosial "
        "yang menerima bantuan pangan nontunai"
    ),
    "cakupan_pus_pbi": (
        "Cakupan Pasangan Usia Subur (PUS) fakir miskin dan orang tidak mampu yang menjadi Penerima Bantuan "
        "Iuran (PBI) Jaminan Kesehatan"
    ),
    "cakupan_bumil_kek_asupan": "Ibu hamil Kurang Energi Kronik (KEK) yang mendapatkan tambahan asupan gizi",
    "cakupan_bumil_ttd": (
        "Ibu hamil yang mengonsumsi Tablet Tambah Darah (TTD) minimal 90 tablet selama masa kehamilan"
    ),
    "cakupan_unmet_need": "Persentase Unmet Need pelayanan keluarga berencana",
    "cakupan_kehamilan_tidak_diinginkan": "Persentase Kehamilan yang tidak diinginkan",
    "cakupan_asi_eksklusif": "Bayi usia kurang dari 6 bulan mendapat air susu ibu (ASI) eksklusif",
    "cakupan_mp_asi": "Anak usia 6-23 bulan yang mendapat Makanan Pendamping Air Susu Ibu (MP-ASI)",
    "cakupan_gizi_buruk_tata_laksana": (
        "Anak berusia di bawah lima tahun (balita) gizi buruk yang mendapat pelayanan tata laksana gizi buruk"
    ),
    "cakupan_balita_dipantau": (
        "Anak berusia di bawah lima tahun (balita) yang dipantau pertumbuhan dan perkembangannya"
    ),
    "cakupan_gizi_kurang_asupan": (
        "Anak berusia di bawah lima tahun (balita) gizi kurang yang mendapat tambahan asupan gizi"
    ),
    "cakupan_imunisasi": "Balita yang memperoleh imunisasi dasar lengkap",
    "cakupan_stop_babs": "Keluarga yang Stop BABS",
    "cakupan_phbs": "Keluarga yang melaksanakan PHBS",
    "cakupan_promosi_ikan": (
        "Keluarga berisiko stunting yang mendapatkan promosi peningkatan konsumsi ikan dalam negeri"
    ),
    "cakupan_kb_pascasalin": "Pelayanan Keluarga Berencana (KB) pascapersalinan",
    "cakupan_krs_didampingi": "Keluarga berisiko stunting yang memperoleh pendampingan",
    "cakupan_krs_pekarangan": (
        "Keluarga berisiko stunting yang mendapatkan manfaat sumber daya pekarangan untuk peningkatan asupan "
        "gizi"
    ),
    "cakupan_air_minum": "Rumah tangga yang mendapatkan akses air minum layak",
    "cakupan_sanitasi": "Rumah tangga yang mendapatkan akses sanitasi (air limbah domestik) layak",
    "cakupan_p2k2": (
        "Kelompok Keluarga Penerima Manfaat (KPM) Program Keluarga Harapan (PKH) yang mengikuti Pertemuan "
        "Peningkatan Kemampuan Keluarga (P2K2) dengan modul kesehatan dan gizi"
    ),
    "cakupan_variasi_pangan": (
        "Keluarga Penerima Manfaat (KPM) dengan ibu hamil, ibu menyusui, dan baduta yang menerima variasi "
        "bantuan pangan selain beras dan telur"
    ),
}
"""Names and order of the 29 essential coverages, the same in the code of two applications of daerah."""

_TARGETS = (
    ("keluarga", "Jumlah keluarga"),
    ("krs", "Jumlah keluarga berisiko stunting"),
    (
        "sasaran",
        "Jumlah balita sasaran",
    ),  # of service 17; it stands with those measured
    ("diukur", "Jumlah balita yang diukur"),
    ("sangat_pendek", "Balita sangat pendek"),
    ("pendek", "Balita pendek"),
)
_GROUPS = (
    ("Remaja", 2), ("Catin dan PUS", 7), ("Ibu hamil", 4), ("Balita", 6), ("Keluarga berisiko", 6),
    ("Air minum dan sanitasi", 2), ("Perlindungan sosial", 2),
)  # fmt: skip


class Labelled(Protocol):
    """What must be known of an indicator; :class:`~lokus.intake.indicators.indicator.Indicator` is one."""

    @property
    def label_id(self) -> str:
        """Label in Bahasa Indonesia."""

    @property
    def owner(self) -> str:
        """Office that usually owns the data."""

    @property
    def numerator(self) -> str:
        """Key of what a share counts."""

    @property
    def denominator(self) -> str:
        """Key of what it counts them among."""


@dataclass(frozen=True, kw_only=True)
class CoverageSheet:
    """One sheet of the form.

    Parameters
    ----------
    name : str
        Of the sheet.
    columns : tuple of (key, heading)
        After the columns of the place.
    shares : mapping of key to (key, key)
        Of each percentage of the sheet its numerator and denominator, which may stand on another sheet.
    rows : tuple of (number, official name, key, numerator, denominator, office)
        The coverages of the sheet, for the list of indicators.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    shares: Mapping[str, tuple[str, str]]
    rows: tuple[tuple[int, str, str, str, str, str], ...] = ()


def coverage_sheets(
    catalogue: Mapping[str, Labelled], owners: Mapping[str, str] | None = None
) -> tuple[CoverageSheet, ...]:
    """Lay out the form: target groups first, then the coverages group by group.

    A target group stands once, on the first sheet that needs it, so that no number is written twice. Offices
    are named as `owners` names them by indicator, else as the catalogue does.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> sheets = coverage_sheets(load_catalogue())
    >>> [sheet.name for sheet in sheets][:3], sum(len(sheet.rows) for sheet in sheets)
    (['Data sasaran', 'Remaja', 'Catin dan PUS'], 29)
    >>> dict(sheets[1].columns)["cakupan_remaja_ttd"]
    '1. Remaja putri yang mengonsumsi Tablet Tambah Darah (TTD) (%)'
    """
    found = [CoverageSheet(name="Data sasaran", columns=_TARGETS, shares={})]
    placed = {key for key, __ in _TARGETS}
    numbered = list(enumerate(ESSENTIAL_NAMES.items(), start=1))
    for name, size in _GROUPS:
        own, numbered = numbered[:size], numbered[size:]
        columns: list[tuple[str, str]] = []
        for number, (key, official) in own:
            item = catalogue[key]
            counts = [one for one in (item.denominator, item.numerator) if one not in placed]
            columns += [(one, catalogue[one].label_id) for one in counts]
            columns.append((key, f"{number}. {official} (%)"))
            placed.update(counts)
        items = [(place, official, key, catalogue[key]) for place, (key, official) in own]
        found.append(
            CoverageSheet(
                name=name,
                columns=tuple(columns),
                shares={key: (item.numerator, item.denominator) for _place, _official, key, item in items},
                rows=tuple(
                    (
                        place,
                        official,
                        key,
                        catalogue[item.numerator].label_id,
                        catalogue[item.denominator].label_id,
                        (owners or {}).get(key) or item.owner,
                    )
                    for place, official, key, item in items
                ),
            )
        )
    return tuple(found)


def form_keys(headings: list[str], catalogue: Mapping[str, Labelled]) -> dict[str, str]:
    """Recognise the columns of the form by their headings: key → heading.

    Nothing is recognised unless the place columns of the form and all numbers of one of its sheets are there;
    columns of percentages may be absent.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> place = list(FORM_PLACE.values())
    >>> form_keys([*place, *(head for _key, head in _TARGETS)], load_catalogue())["krs"]
    'Jumlah keluarga berisiko stunting'
    >>> form_keys([*place, "Jumlah keluarga"], load_catalogue())
    {}
    """
    folded = {" ".join(heading.split()).casefold(): heading for heading in headings}
    if not {heading.casefold() for heading in FORM_PLACE.values()} <= folded.keys():
        return {}
    if not set(ESSENTIAL_NAMES) <= set(catalogue):  # a catalogue of another subject
        return {}
    for sheet in coverage_sheets(catalogue):
        known = {key: " ".join(heading.split()).casefold() for key, heading in sheet.columns}
        if {heading for key, heading in known.items() if key not in sheet.shares} <= folded.keys():
            return {key: folded[heading] for key, heading in known.items() if heading in folded}
    return {}
