"""Write the outputs of a pack: what they are made from, and one method for each output."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.garbage import collect_new
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
    COVERAGE_FORM,
    DOCUMENTS,
    FOSTER_FORM,
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
from lokus.show.workbook.coverage_workbook import write_coverage_form
from lokus.show.workbook.foster_form import write_foster_form
from lokus.show.workbook.workbook import write_workbook

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lokus.show.maps.maps import Maps
    from lokus.show.results.material import Material

__all__ = ["OutputWriter", "Task", "write_requests"]

_DPI = 160  # of the maps in documents


@dataclass(frozen=True, kw_only=True)
class Task:
    """One output, or several of one kind.

    Parameters
    ----------
    name : str
        Label for the reader.
    method : str
        Method of :class:`OutputWriter` that makes it.
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
class OutputWriter:
    """Write the outputs of one study, in this process or in another.

    Parameters
    ----------
    folder : Path
        Folder to write into.
    maps : Maps
        Results, outlines and study information.
    material : Material
        What workbook, slides and report contain.
    """

    folder: Path
    maps: Maps
    material: Material
    _sheets: dict[str, Figure] = field(default_factory=dict, repr=False)
    _pictures: dict[str, bytes] = field(default_factory=dict, repr=False)

    def make(self, task: Task) -> list[Path]:
        """Make the outputs of a task; return the files."""
        made: list[Path] = getattr(self, task.method)(*task.arguments)
        return made

    def sheet(self, theme: str) -> Figure:
        """A4 map of a theme, drawn once: slides and report cut their pictures out of it."""
        if theme not in self._sheets:
            self._sheets[theme] = self.maps.sheet(theme, size="A4")
        return self._sheets[theme]

    def print_map(self, theme: str, size: str) -> list[Path]:
        """Write a map as PNG and PDF; the PDF last, since a figure caches rendered pixels."""
        name = f"peta_{theme_slug(theme)}_{size}"
        figure = self.sheet(theme) if size == "A4" else self.maps.sheet(theme, size=size)
        return [save_map(figure, self.folder / f"{name}.{kind}") for kind in ("png", "pdf")]

    def web_map(self) -> list[Path]:
        """Write the interactive page."""
        page = self.folder / "peta_interaktif.html"
        maps, material = self.maps, self.material
        more = {key: style for key, style in material.indicators.items() if key in material.results}
        return [
            write_web_map(
                maps.results, maps.kecamatan, maps.info, page,
                indicators={**maps.indicators, **more}, trial=material.trial, gaps=material.gaps,
            )
        ]  # fmt: skip

    def workbook(self) -> list[Path]:
        """Write the workbook."""
        return [write_workbook(self.folder / "lokus.xlsx", self.material)]

    def slides(self) -> list[Path]:
        """Write the slides."""
        return [write_slides(self.folder / "paparan.pptx", self.material, sheets=self.sheet)]

    def report(self) -> list[Path]:
        """Write the report."""
        return [write_report(self.folder / "laporan.html", self.material, sheets=self.sheet)]

    def atlas(self, keep_maps: bool = False) -> list[Path]:
        """Write the atlas, and keep pictures of its maps for the situation analyses where they follow."""
        material = self.material

        def keep(kode: str, page: Figure) -> None:
            self._pictures[kode] = map_picture(page, dpi=_DPI)

        path = self.folder / "atlas_kecamatan.pdf"
        return [
            write_atlas(
                material.results,
                material.kecamatan,
                material.info,
                path,
                gaps=material.gaps,
                logo=self.maps.logo,
                on_map=keep if keep_maps else None,
            )
        ]

    def calendar(self) -> list[Path]:
        """Write the draft of the action calendar, to be filled in by the offices."""
        material = self.material
        if material.calendar is None or material.interventions is None:
            return []
        path = self.folder / CALENDAR
        return [write_calendar(path, material.calendar, material.info, interventions=material.interventions)]

    def documents(self) -> list[Path]:
        """Write the decree with its annex, the minutes, and letters that ask for missing data."""
        material = self.material.in_order
        writers = (write_decree_annex, write_decree_draft, write_minutes)
        files = [write(self.folder / name, material) for write, name in zip(writers, DOCUMENTS, strict=True)]
        if material.requests is None or material.requests.empty:
            return files
        asked = DataRequests(info=material.info, formalities=material.formalities, rows=material.requests)
        return [*files, *write_requests(self.folder, asked)]

    def audit_form(self) -> list[Path]:
        """Write the form of the case audit, to be filled in by the audit team."""
        material = self.material
        if material.case_audit is None:
            return []
        return [
            write_audit_form(
                self.folder / AUDIT_FORM, material.case_audit, material.info, causes=material.causes
            )
        ]

    def foster_form(self) -> list[Path]:
        """Write the register of foster parents, to be filled in village by village."""
        material = self.material
        if not material.foster_period:
            return []
        villages = material.results
        if material.survey is not None:
            villages = villages.assign(anak_stunting=material.survey.table["anak_stunting_survei"])
        path = self.folder / FOSTER_FORM
        return [write_foster_form(path, villages, material.info, period=material.foster_period)]

    def coverage_form(self) -> list[Path]:
        """Write the form of the essential coverages, for the entry into Web Aksi Bangda."""
        material = self.material
        path = self.folder / COVERAGE_FORM
        return [write_coverage_form(path, material.results, material.info, sheets=material.coverage_sheets)]

    def situations(self) -> list[Path]:
        """Write the situation analysis of the kabupaten, and one of each kecamatan with its own map."""
        material = self.material.in_order
        theme = "prevalensi" if "prevalensi" in available_themes(material.results) else "skor"
        book = AtlasBook(
            material.results, material.kecamatan, material.info,
            theme=theme, gaps=material.gaps, logo=self.maps.logo,
        )  # fmt: skip
        files = [
            write_situation(
                self.folder / SITUATION,
                material,
                picture=map_picture(self.sheet(theme), dpi=_DPI),
                layer=book.layer,
            )
        ]
        names = kecamatan_names(material)
        for kode, name in situation_names(names).items():
            own = material.results.index[material.results["kode_kecamatan"] == kode]
            drawn = any(shape is not None for shape in material.results.geometry.loc[own])
            picture = b""
            if drawn:
                picture = self._pictures.pop(kode, b"") or map_picture(book.map_sheet(kode), dpi=_DPI)
            files.append(
                write_situation(
                    self.folder / name, material, kecamatan=kode,
                    layer=book.layer.only(own) if drawn else None, picture=picture,
                )
            )  # fmt: skip
            collect_new()
        return files

    def geopackage(self) -> list[Path]:
        """Write the GeoPackage."""
        material = self.material
        return [write_geopackage(material.results, material.kecamatan, self.folder / "hasil.gpkg")]

    def geojson(self) -> list[Path]:
        """Write GeoJSON."""
        return [write_geojson(self.material.results, self.folder / "hasil.geojson")]

    def csv(self) -> list[Path]:
        """Write CSV."""
        return [write_csv(self.material.results, self.folder / "hasil.csv")]
