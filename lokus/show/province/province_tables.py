"""Build the tables of a province for workbook and page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lokus.i18n import format_number, list_counts
from lokus.i18n import gettext as _
from lokus.intake.audit.entries import check_label
from lokus.show.tables.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from lokus.findings import Finding
    from lokus.show.results.info import StudyInfo

__all__ = ["Province", "empty_province", "province_sentence", "province_tables"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Province:
    """Results of the studies of a province.

    Parameters
    ----------
    info : StudyInfo
        Title, name of the province and year.
    kabupaten : GeoDataFrame, index ``kode`` (four digits)
        ``kabupaten``, ``status`` ("selesai", "tertahan", "gagal"), ``pesan``, ``desa``, ``lokus``,
        ``kecamatan``, ``diukur``, ``stunting``, ``prevalensi_mentah``, ``anak_stunting``, ``kelengkapan``
        (percent); missing where the study gave none. Geometry: outlines, None where unknown.
    lists : GeoDataFrame, index ``kode_desa``
        ``kode``, ``kabupaten``, ``kecamatan``, ``desa``, ``nomor``, ``skor``, ``prevalensi``,
        ``anak_stunting``, ``peringkat`` (across kabupaten; missing where scores do not compare). Points.
    completeness : DataFrame
        ``kode``, ``kabupaten``, ``opd``, ``ada``, ``dari``, ``persen``.
    findings : DataFrame
        ``tingkat``, ``temuan``, ``contoh`` and ``di`` (message of one of them, and its kabupaten),
        ``diterima``, ``kabupaten`` (how many), ``n``.
    comparable : bool
        Whether scores of all kabupaten stand on one fixed scale.
    nowhere : tuple of Finding
        Rows of national files that are in no study, file by file.

    Examples
    --------
    >>> empty_province("Provinsi Contoh").comparable
    False
    """

    info: StudyInfo
    kabupaten: gpd.GeoDataFrame
    lists: gpd.GeoDataFrame
    completeness: pd.DataFrame
    findings: pd.DataFrame
    comparable: bool
    nowhere: tuple[Finding, ...] = ()

    @property
    def ranking_note(self) -> str:
        """Say whether villages of two kabupaten may be ranked together."""
        if self.comparable:
            return _(
                "All studies score on the same fixed goalposts with the same weights, so ranks across "
                "kabupaten compare."
            )
        return _(
            "No ranks across kabupaten: each study scores its villages against one another, or with weights "
            "of its own. Scores compare where every study states the same batas_tetap and bobot."
        )


def empty_province(title: str) -> Province:
    """Return a province without any kabupaten.

    Parameters
    ----------
    title : str

    Examples
    --------
    >>> len(empty_province("Provinsi Contoh").kabupaten)
    0
    """
    import geopandas as gpd
    import pandas as pd

    from lokus.show.results.info import StudyInfo

    def frame(columns: str) -> gpd.GeoDataFrame:
        plain = pd.DataFrame(columns=columns.split(), dtype=object)
        return gpd.GeoDataFrame(plain, geometry=[], crs=4326)

    return Province(
        info=StudyInfo(title=title, kabupaten=title, tahun=1, synthetic=True),
        kabupaten=frame(
            "kabupaten status pesan desa lokus kecamatan diukur stunting prevalensi_mentah anak_stunting "
            "kelengkapan"
        ),
        lists=frame("kode kabupaten kecamatan desa nomor skor prevalensi anak_stunting peringkat"),
        completeness=pd.DataFrame(columns=["kode", "kabupaten", "opd", "ada", "dari", "persen"]),
        findings=pd.DataFrame(columns=["tingkat", "temuan", "contoh", "di", "diterima", "kabupaten", "n"]),
        comparable=False,
    )


def province_sentence(province: Province) -> str:
    """Sum up in one sentence.

    Parameters
    ----------
    province : Province

    Examples
    --------
    >>> province_sentence(empty_province("Provinsi Contoh"))
    '0 kabupaten: belum ada yang dihitung.'
    """
    status = province.kabupaten["status"].value_counts()
    states = list_counts(
        (int(status.get("selesai", 0)), _("{n} with a list")),
        (int(status.get("tertahan", 0)), _("{n} held back")),
        (int(status.get("gagal", 0)), _("{n} failed")),
    )
    expected, parts = province.lists["anak_stunting"], [states or _("none calculated yet")]
    if len(province.lists):
        listed = _("{n} villages on the lists").format(n=format_number(len(province.lists)))
        if expected.notna().any():
            listed = _("{listed}, with {children} expected stunted children").format(
                listed=listed, children=format_number(float(expected.sum()))
            )
        parts.append(listed)
    return _("{n} kabupaten: {parts}.").format(
        n=format_number(len(province.kabupaten)), parts="; ".join(parts)
    )


def province_tables(province: Province) -> dict[str, Table]:
    """Give every table under the name of its sheet.

    Parameters
    ----------
    province : Province

    Examples
    --------
    >>> list(province_tables(empty_province("Provinsi Contoh")))
    ['Kabupaten', 'Daftar', 'Kelengkapan', 'Temuan']
    """
    tables = {
        _("Kabupaten"): kabupaten_table(province.kabupaten),
        _("Lists"): lists_table(province),
        _("Completeness"): completeness_table(province.completeness),
        _("Findings"): findings_table(province.findings),
    }
    if province.nowhere:
        tables[_("In no study")] = nowhere_table(province.nowhere)
    held = province.kabupaten[province.kabupaten["status"] != "selesai"]
    if len(held):
        tables = {_("Held back"): held_table(held), **tables}
    return tables


def _word(status: str) -> str:
    return {"selesai": _("done"), "tertahan": _("held back"), "gagal": _("failed")}[status]


def _dotted(kode: str) -> str:
    return ".".join(part for part in (kode[:2], kode[2:4], kode[4:6], kode[6:]) if part)


def kabupaten_table(frame: pd.DataFrame) -> Table:
    """One row a kabupaten."""
    return Table.of(
        Column.text(_("Code"), [_dotted(str(kode)) for kode in frame.index], width=9),
        Column.text(_("Kabupaten"), frame["kabupaten"], width=28),
        Column.text(_("Study"), [_word(status) for status in frame["status"]], width=11),
        Column.number(_("Villages"), frame["desa"], width=11),
        Column.number(_("Lokus"), frame["lokus"], width=9),
        Column.number(_("Kecamatan with lokus"), frame["kecamatan"], width=12),
        Column.number(_("Children measured"), frame["diukur"], width=12, missing=True),
        Column.number(_("Stunted of those"), frame["stunting"], width=12, missing=True),
        Column.number(
            _("Stunted of those measured (%)"), frame["prevalensi_mentah"], decimals=1, width=13, missing=True
        ),
        Column.number(_("Expected stunted children"), frame["anak_stunting"], width=13, missing=True),
        Column.number(_("Complete data (%)"), frame["kelengkapan"], decimals=1, width=12, missing=True),
        title=_("Studies of the kabupaten"),
        notes=(
            _("Shares of those measured are as recorded, not estimated; they do not compare with a survey."),
        ),
    )


def held_table(frame: pd.DataFrame) -> Table:
    """Studies without a list, and why."""
    return Table.of(
        Column.text(_("Code"), [_dotted(str(kode)) for kode in frame.index], width=9),
        Column.text(_("Kabupaten"), frame["kabupaten"], width=28),
        Column.text(_("Study"), [_word(status) for status in frame["status"]], width=11),
        Column.text(_("Why"), frame["pesan"], width=90, wrap=True),
        title=_("Studies without a list, and why"),
    )


def lists_table(province: Province) -> Table:
    """Every village on a list, kabupaten after kabupaten."""
    frame = province.lists
    return Table.of(
        Column.text(_("Code"), [_dotted(str(kode)) for kode in frame.index], width=15),
        Column.text(_("Kabupaten"), frame["kabupaten"], width=26),
        Column.text(_("Kecamatan"), frame["kecamatan"], width=22),
        Column.text(_("Village"), frame["desa"], width=24),
        Column.number(_("No. in its kabupaten"), frame["nomor"], width=15),
        Column.number(_("Score (0–100)"), frame["skor"], decimals=1, scale=100, width=10, missing=True),
        Column.number(_("Rank among all lokus"), frame["peringkat"], width=12)
        if province.comparable
        else None,
        Column.number(_("Estimated prevalence (%)"), frame["prevalensi"], decimals=1, width=12, missing=True),
        Column.number(
            _("Expected stunted children"), frame["anak_stunting"], decimals=1, width=12, missing=True
        ),
        title=_("Lokus of every kabupaten"),
        notes=(province.ranking_note,),
    )


def completeness_table(frame: pd.DataFrame) -> Table:
    """Completeness of what each office gives, kabupaten by kabupaten."""
    return Table.of(
        Column.text(_("Code"), [_dotted(str(kode)) for kode in frame["kode"]], width=9),
        Column.text(_("Kabupaten"), frame["kabupaten"], width=28),
        Column.text(_("Office (OPD)"), frame["opd"], width=26),
        Column.number(_("Values there"), frame["ada"], width=11),
        Column.number(_("Values needed"), frame["dari"], width=11),
        Column.number(_("Complete (%)"), frame["persen"], decimals=1, width=11),
        title=_("Completeness by office and kabupaten"),
    )


def nowhere_table(findings: Sequence[Finding]) -> Table:
    """List rows of national files that belong to no study, counted file by file."""
    return Table.of(
        Column.text(_("File"), [finding.where.file or "" for finding in findings], width=30),
        Column.text(_("Finding"), [finding.message for finding in findings], width=70, wrap=True),
        Column.text(_("What to do"), [finding.remedy for finding in findings], width=60, wrap=True),
        title=_("Rows of national files that are in no study"),
    )


def findings_table(frame: pd.DataFrame) -> Table:
    """Count the findings of every study by kind."""
    level = {"blocking": _("blocking"), "warning": _("warning"), "note": _("note")}
    return Table.of(
        Column.text(_("Level"), [level.get(one, one) for one in frame["tingkat"]], width=12),
        Column.text(
            _("Finding"),
            [
                check_label(check) or _("for example {place}: {message}").format(place=place, message=text)
                for check, text, place in zip(frame["temuan"], frame["contoh"], frame["di"], strict=True)
            ],
            width=60,
            wrap=True,
        ),
        Column.text(_("Key of the finding"), frame["temuan"], width=24),
        Column.text(_("Accepted"), [_("yes") if one else _("no") for one in frame["diterima"]], width=10),
        Column.number(_("Kabupaten"), frame["kabupaten"], width=11),
        Column.number(_("How often"), frame["n"], width=11),
        title=_("Findings by kind"),
    )
