"""Everything the outputs of a pack are made from, and one method for each output."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.show.atlas.atlas import AtlasBook, write_atlas
from lokus.show.charts.pictures import map_picture
from lokus.show.documents.decree import write_decree_annex, write_decree_draft
from lokus.show.documents.minutes import write_minutes
from lokus.show.documents.request import (
    DataRequests,
    asked_offices,
    write_request_letter,
    write_request_workbook,
)
from lokus.show.documents.situation import write_situation
from lokus.show.maps.print_map import save_map
from lokus.show.pack.geopackage import write_csv, write_geojson, write_geopackage
from lokus.show.pack.output_names import (
    AUDIT_FORM,
    CALENDAR,
    DOCUMENTS,
    SITUATION,
    request_names,
    situation_names,
)
from lokus.show.report.report import write_report
from lokus.show.results.parts import kecamatan_names
from lokus.show.slides.slides import write_slides
from lokus.show.themes.themes import available_themes, theme_slug
from lokus.show.web.web_map import write_web_map
from lokus.show.workbook.audit_form import write_audit_form
from lokus.show.workbook.calendar import write_calendar
from lokus.show.workbook.workbook import write_workbook

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lokus.show.maps.maps import Maps
    from lokus.show.results.material import Material

__all__ = ["Task", "Workshop", "write_requests"]

_DPI = 160  # of the maps in documents


@dataclass(frozen=True, kw_only=True)
class Task:
    """One output, or several of one kind.

    Parameters
    ----------
    name : str
        What a reader calls it.
    method : str
        Method of :class:`Workshop` that makes it.
    arguments : tuple
        Its arguments.
    place : int
        Among the outputs of the same method.
    """

    name: str
    method: str
    arguments: tuple[Any, ...] = ()
    place: int = 0


def write_requests(folder: Path, asked: DataRequests) -> list[Path]:
    """Write a letter and a workbook to each office that has data missing.

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> asked = DataRequests(info=kajian.info, formalities=kajian.formalities, rows=kajian.requests)
    >>> files = write_requests(Path(tempfile.mkdtemp()), asked)
    >>> len(files) == 2 * kajian.requests["opd"].nunique()
    True
    """
    files = []
    for office, slug in asked_offices(asked.rows).items():
        letter, workbook = (folder / name for name in request_names(slug))
        files += [
            write_request_letter(letter, asked, office, workbook=workbook.name),
            write_request_workbook(workbook, asked, office),
        ]
    return files


@dataclass(frozen=True, kw_only=True, eq=False)
class Workshop:
    """Makes the outputs of one study, in this process or in another.

    Parameters
    ----------
    stage : Path
        Folder to write into.
    maps : Maps
        Results, outlines and study information.
    material : Material
        What workbook, slides and report tell.
    """

    stage: Path
    maps: Maps
    material: Material
    _sheets: dict[str, Figure] = field(default_factory=dict, repr=False)

    def make(self, task: Task) -> list[Path]:
        """Make what a task asks for; give the files."""
        made: list[Path] = getattr(self, task.method)(*task.arguments)
        return made

    def sheet(self, theme: str) -> Figure:
        """A4 map of a theme, drawn once: slides and report cut their pictures out of it."""
        if theme not in self._sheets:
            self._sheets[theme] = self.maps.sheet(theme, size="A4")
        return self._sheets[theme]

    def print_map(self, theme: str, size: str) -> list[Path]:
        """Write a map as PNG and PDF; the PDF last, for a figure keeps what it was drawn with, pixels too."""
        name = f"peta_{theme_slug(theme)}_{size}"
        figure = self.sheet(theme) if size == "A4" else self.maps.sheet(theme, size=size)
        return [save_map(figure, self.stage / f"{name}.{kind}") for kind in ("png", "pdf")]

    def web_map(self) -> list[Path]:
        """Write the interactive page."""
        page = self.stage / "peta_interaktif.html"
        maps, told = self.maps, self.material
        more = {key: style for key, style in told.indicators.items() if key in told.results}
        return [
            write_web_map(
                maps.results, maps.kecamatan, maps.info, page,
                indicators={**maps.indicators, **more}, trial=told.trial, gaps=told.gaps,
            )
        ]  # fmt: skip

    def workbook(self) -> list[Path]:
        """Write the workbook."""
        return [write_workbook(self.stage / "lokus.xlsx", self.material)]

    def slides(self) -> list[Path]:
        """Write the slides."""
        return [write_slides(self.stage / "paparan.pptx", self.material, sheets=self.sheet)]

    def report(self) -> list[Path]:
        """Write the report."""
        return [write_report(self.stage / "laporan.html", self.material, sheets=self.sheet)]

    def atlas(self) -> list[Path]:
        """Write the atlas."""
        told = self.material
        path = self.stage / "atlas_kecamatan.pdf"
        return [
            write_atlas(told.results, told.kecamatan, told.info, path, gaps=told.gaps, logo=self.maps.logo)
        ]

    def calendar(self) -> list[Path]:
        """Write the draft of the action calendar, to be filled in by the offices."""
        told = self.material
        if told.calendar is None or told.interventions is None:
            return []
        path = self.stage / CALENDAR
        return [write_calendar(path, told.calendar, told.info, interventions=told.interventions)]

    def documents(self) -> list[Path]:
        """Write the decree with its annex, the minutes, and letters that ask for missing data."""
        told = self.material.in_order
        writers = (write_decree_annex, write_decree_draft, write_minutes)
        files = [write(self.stage / name, told) for write, name in zip(writers, DOCUMENTS, strict=True)]
        if told.requests is None or told.requests.empty:
            return files
        asked = DataRequests(info=told.info, formalities=told.formalities, rows=told.requests)
        return [*files, *write_requests(self.stage, asked)]

    def audit_form(self) -> list[Path]:
        """Write the form of the case audit, to be filled in by the audit team."""
        told = self.material
        if told.case_audit is None:
            return []
        return [write_audit_form(self.stage / AUDIT_FORM, told.case_audit, told.info, causes=told.causes)]

    def situations(self) -> list[Path]:
        """Write the situation analysis of the kabupaten, and one of each kecamatan with its own map."""
        told = self.material.in_order
        theme = "prevalensi" if "prevalensi" in available_themes(told.results) else "skor"
        book = AtlasBook(told.results, told.kecamatan, told.info, theme=theme, gaps=None, logo=self.maps.logo)
        files = [
            write_situation(
                self.stage / SITUATION,
                told,
                picture=map_picture(self.sheet(theme), dpi=_DPI),
                layer=book.layer,
            )
        ]
        names = kecamatan_names(told)
        for kode, name in situation_names(names).items():
            own = told.results.index[told.results["kode_kecamatan"] == kode]
            drawn = any(shape is not None for shape in told.results.geometry.loc[own])
            files.append(
                write_situation(
                    self.stage / name, told, kecamatan=kode, layer=book.layer.only(own) if drawn else None,
                    picture=map_picture(book.map_sheet(kode), dpi=_DPI) if drawn else b"",
                )
            )  # fmt: skip
        return files

    def geopackage(self) -> list[Path]:
        """Write the GeoPackage."""
        told = self.material
        return [write_geopackage(told.results, told.kecamatan, self.stage / "hasil.gpkg")]

    def geojson(self) -> list[Path]:
        """Write GeoJSON."""
        return [write_geojson(self.material.results, self.stage / "hasil.geojson")]

    def csv(self) -> list[Path]:
        """Write CSV."""
        return [write_csv(self.material.results, self.stage / "hasil.csv")]
