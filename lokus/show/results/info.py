"""Information about the study that every output shows."""

from __future__ import annotations

from dataclasses import dataclass

from lokus.i18n import gettext as _

__all__ = ["StudyInfo", "synthetic_mark"]


@dataclass(frozen=True, kw_only=True)
class StudyInfo:
    """Title, place, year and provenance, as printed on maps, workbooks and pages.

    Parameters
    ----------
    title : str
        Title of the study.
    kabupaten : str
        Full name with its kind, ``"Kabupaten Muara Enim"``.
    tahun : int
        Year the proposal is for.
    instansi : str
        Institution that answers for the outputs.
    alamat, edisi : str
        Its address, and the edition of the maps; empty where the study does not say them.
    sources : tuple of str
        Data sources, one text each.
    data_date : str
        Date of the data, as it should be printed.
    synthetic : bool
        Made-up data: every output carries a mark saying so.
    rule : str
        The rule of the choice as one sentence.
    boundary_status : str
        Legal standing of the borders as the study states it; empty where it does not.

    Examples
    --------
    >>> StudyInfo(title="Usulan lokus", kabupaten="Kabupaten Contoh", tahun=2026).place_and_year
    'Kabupaten Contoh · Tahun 2026'
    """

    title: str
    kabupaten: str
    tahun: int
    instansi: str = ""
    alamat: str = ""
    edisi: str = ""
    sources: tuple[str, ...] = ()
    data_date: str = ""
    synthetic: bool = False
    rule: str = ""
    boundary_status: str = ""

    @property
    def status_line(self) -> str:
        """Legal standing of the borders; about one village in seven has a decreed one."""
        return self.boundary_status or _("indicative borders; definitive ones are decreed by Kemendagri/BIG")

    @property
    def place_and_year(self) -> str:
        """Kabupaten and year on one line."""
        return _("{kabupaten} · Year {tahun}").format(kabupaten=self.kabupaten, tahun=self.tahun)

    @property
    def edition_line(self) -> str:
        """Edition and year of a map; empty where the study states no edition."""
        return _("{edition}, {year}").format(edition=self.edisi, year=self.tahun) if self.edisi else ""

    @property
    def source_line(self) -> str:
        """Sources and data date as one sentence, empty when neither is stated."""
        parts = []
        if self.sources:
            parts.append(_("Sources: {sources}.").format(sources="; ".join(self.sources)))
        if self.data_date:
            parts.append(_("Data of {date}.").format(date=self.data_date))
        return " ".join(parts)


def synthetic_mark() -> str:
    """Mark that every output of a made-up study carries.

    Examples
    --------
    >>> synthetic_mark()
    'DATA CONTOH SINTETIS'
    """
    return _("SYNTHETIC EXAMPLE DATA")
