"""Sections of the study file about inputs: boundaries, tables, decisions about findings."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from lokus.i18n import gettext as _
from lokus.intake.children.children import CHILD_INDICATORS
from lokus.intake.tables.columns import Scale
from lokus.settings.base import AtMost, Kode, KodeKabupaten, Note, Percent, Section, Text, Words

__all__ = [
    "Acceptance",
    "AuditSettings",
    "BoundarySettings",
    "BridgeSettings",
    "CompletenessSettings",
    "ListSettings",
    "Period",
    "PlaceColumns",
    "TableSettings",
]


EVERY_SHEET = "*"


class PlaceColumns(Section):
    """Columns that identify the village of a row."""

    kode: Text | None = None
    desa: Text | None = None
    kecamatan: Text | None = None

    @property
    def stated(self) -> dict[str, str]:
        """Map stated keys to headers."""
        return self.model_dump(exclude_none=True)


class ListSettings(Section):
    """``[batas.daftar_resmi]``: the official list of villages, against which the boundary file is checked."""

    file: Text = Field(alias="berkas")
    sheet: Text | None = Field(None, alias="lembar")
    columns: PlaceColumns = Field(alias="kolom")

    @model_validator(mode="after")
    def _names_every_column(self) -> Self:
        absent = {"kode", "desa", "kecamatan"} - set(self.columns.stated)
        if absent:
            raise ValueError(
                _("kolom lacks {keys}: an official list needs kode, desa and kecamatan").format(
                    keys=", ".join(sorted(absent))
                )
            )
        return self


class BridgeSettings(Section):
    """``jembatan`` under ``[batas]``: the table that converts BPS codes to Kemendagri codes.

    The name of a file suffices where its columns are called ``bps`` and ``kemendagri``.
    """

    file: Text = Field(alias="berkas")
    bps: Text = "bps"
    kemendagri: Text = "kemendagri"

    @model_validator(mode="before")
    @classmethod
    def _of_a_name(cls, value: Any) -> Any:
        return {"berkas": value} if isinstance(value, str) else value


class BoundarySettings(Section):
    """``[batas]``: the file of village boundaries."""

    file: Text = Field(alias="berkas")
    layer: Text | None = Field(None, alias="lapisan")
    crs: Text | None = None
    columns: PlaceColumns | None = Field(None, alias="kolom")
    kabupaten_code: KodeKabupaten | None = Field(None, alias="kode_kabupaten")
    official: ListSettings | None = Field(None, alias="daftar_resmi")
    bridge: BridgeSettings | None = Field(None, alias="jembatan")
    encoding: Text | None = Field(None, alias="pengodean")
    status: Note = ""
    source: Note = Field("", alias="sumber")


class Period(Section):
    """First and last day of a weighing round."""

    start: date = Field(alias="mulai")
    end: date = Field(alias="akhir")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start > self.end:
            raise ValueError(_("mulai lies after akhir"))
        return self


class TableSettings(Section):
    """``[[tabel]]``: one workbook or CSV file of one office (OPD).

    A table with ``putaran_lalu = 1`` is of the round before, 2 of the one before that; rates borrow from it.
    A table with ``susulan = true`` completes others: where it has a value, that value is used. A table with
    ``jenis = "anak"`` is an export with one row a child; it is counted by village while it is read, and its
    columns are recognised.
    """

    kind: Literal["rekap", "anak"] = Field("rekap", alias="jenis")
    file: Text = Field(alias="berkas")
    sheets: Text | tuple[Text, ...] | None = Field(None, alias="lembar")
    opd: Note = ""
    source: Note = Field("", alias="sumber")
    date: Note = Field("", alias="tanggal")
    rounds_ago: Annotated[StrictInt, AtMost(20, lambda: _("rounds that old say nothing of today"))] = Field(
        0, alias="putaran_lalu", ge=0
    )
    place: PlaceColumns = Field(PlaceColumns.model_validate({}), alias="tempat")
    indicators: dict[str, Text] = Field(default_factory=dict, alias="indikator")
    rows: dict[str, Text] = Field(default_factory=dict, alias="saring")
    scales: dict[str, Annotated[Scale, Words(persen="percent", pecahan="fraction", campuran="mixed")]] = (
        Field(default_factory=dict, alias="skala")
    )
    add: StrictBool = Field(False, alias="jumlahkan")
    late: StrictBool = Field(False, alias="susulan")
    period: Period | None = Field(None, alias="periode")
    child_columns: dict[str, Text] = Field(default_factory=dict, alias="kolom")
    carried: Text | None = Field(None, alias="temuan")

    @model_validator(mode="after")
    def _states_what_its_kind_needs(self) -> Self:
        if self.kind == "anak":
            if self.period is None:
                raise ValueError(_("a table of children needs the key periode"))
            if isinstance(self.sheets, tuple) or self.sheets == EVERY_SHEET:
                raise ValueError(_("a table of children takes one lembar"))
            if self.place.stated or self.indicators or self.scales or self.add or self.late:
                raise ValueError(_("a table of children takes no tempat and no indikator"))
            return self
        if unknown := set(self.scales) - set(self.indicators):
            raise ValueError(
                _("skala names {keys}, which indikator does not").format(keys=", ".join(sorted(unknown)))
            )
        if self.period is not None or self.child_columns:
            raise ValueError(_('periode and kolom belong to jenis = "anak"'))
        if not (self.place.kode or self.place.desa):
            raise ValueError(_("tempat needs the key kode or desa"))
        if not self.indicators:
            raise ValueError(_("the key indikator is missing"))
        return self

    @property
    def sheet(self) -> str | None:
        """The stated sheet, where it is a single one."""
        return self.sheets if isinstance(self.sheets, str) and self.sheets != EVERY_SHEET else None

    @property
    def several(self) -> tuple[str, ...] | None:
        """Names of the sheets to join; empty for every sheet with the columns."""
        return self.sheets if isinstance(self.sheets, tuple) else () if self.sheets == EVERY_SHEET else None

    @property
    def gives(self) -> dict[str, str]:
        """Map the indicator keys of the table to headers."""
        return dict(CHILD_INDICATORS) if self.kind == "anak" else self.indicators


class Acceptance(Section):
    """``[[audit.terima]]``: a blocking finding that the study accepts, and why."""

    check: Text = Field(alias="temuan")
    reason: Text = Field(alias="alasan")
    opd: Text | None = None
    kode_desa: Kode | None = Field(None, alias="desa")
    file: Text | None = Field(None, alias="berkas")


class CompletenessSettings(Section):
    """``[kelengkapan]``: how complete the data of an office must be before there is a proposal."""

    least: Percent | None = Field(None, alias="minimal")
    of_office: dict[Text, Percent] = Field(default_factory=dict, alias="opd")
    scope: Annotated[Literal["needed", "given"], Words(diperlukan="needed", semua="given")] = Field(
        "needed", alias="lingkup"
    )

    @model_validator(mode="after")
    def _states_a_least(self) -> Self:
        if self.least is None and not self.of_office:
            raise ValueError(_("state minimal, in percent, or an office under [kelengkapan.opd]"))
        return self


class AuditSettings(Section):
    """``[audit]``: decisions about findings and ambiguous names."""

    decisions: Text | None = Field(None, alias="kecocokan")
    accepted: tuple[Acceptance, ...] = Field((), alias="terima")
