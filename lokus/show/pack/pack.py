"""The whole pack for the rakor, written together or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky import get_reusable_executor

from lokus.files import staged_directory
from lokus.i18n import gettext as _
from lokus.i18n import language, use_language
from lokus.show.atlas.atlas import write_atlas
from lokus.show.maps.print_map import save_map
from lokus.show.pack.geopackage import write_csv, write_geojson, write_geopackage
from lokus.show.report.report import write_report
from lokus.show.results.public import mask_small_counts
from lokus.show.slides.slides import write_slides
from lokus.show.themes.themes import make_layer, theme_slug
from lokus.show.web.web_map import write_web_map
from lokus.show.workbook.calendar import write_calendar
from lokus.show.workbook.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from lokus.intake.indicators.indicator import Indicator
    from lokus.show.maps.maps import Maps
    from lokus.show.results.material import Material

__all__ = ["EXTRAS", "Pack", "Task", "Workshop", "write_pack"]


# FOLDED: Outputs made by several processes at once, where that is worth their start.


MOST = 4  # a process needs about 300 MB, and the costliest output takes a quarter of the time
WORTHWHILE = 8.0  # seconds of work; a process takes about two to load its libraries
SECONDS = {"print_map": 1.0, "slides": 2.0, "report": 2.0, "workbook": 1.0, "atlas": 8.0}
"""Roughly what the outputs of a kabupaten take; the others take less than a second."""

_ASKED = "LOKUS_PROSES"


def work_off(
    workshop: Workshop,
    batches: Sequence[Sequence[Task]],
    *,
    on_step: Callable[[str, int, int], None] | None,
    steps: int,
    processes: int | None = None,
) -> Iterator[tuple[Task, list[Path]]]:
    """Make every task; give each with its files, in no certain order.

    Parameters
    ----------
    workshop : Workshop
    batches : sequence of sequences of Task
        A batch is made by one process, the first batches first.
    on_step : callable, optional
        Called with the name of a task, its number and `steps`.
    steps : int
    processes : int, optional
        How many work at a time; otherwise the environment variable ``LOKUS_PROSES``, otherwise one a core, at
        most four, and this one alone where there is little to do.

    Raises
    ------
    Exception
        What the first failing task raised, wherever it ran; what others are about to make is then given up.
    """
    workers = min(_processes(batches) if processes is None else processes, len(batches))
    done = 0
    if workers < 2:
        for task in (task for batch in batches for task in batch):
            if on_step:
                on_step(task.name, done, steps)
            yield task, workshop.make(task)
            done += 1
        return
    spoken = language()  # another process does not know the one in force
    jobs = (delayed(_make)(workshop, batch, spoken) for batch in batches)
    try:
        for batch in Parallel(n_jobs=workers, return_as="generator_unordered")(jobs):
            for task, paths in batch:
                if on_step:
                    on_step(task.name, done, steps)
                yield task, paths
                done += 1
    finally:
        get_reusable_executor().shutdown(wait=True)  # processes of 300 MB should not linger in a notebook


def _make(workshop: Workshop, batch: Sequence[Task], spoken: str) -> list[tuple[Task, list[Path]]]:
    with use_language(spoken):
        return [(task, workshop.make(task)) for task in batch]


def _processes(batches: Sequence[Sequence[Task]]) -> int:
    asked = os.environ.get(_ASKED, "")
    if asked:
        if not asked.isdecimal() or int(asked) < 1:
            raise ValueError(f"{_ASKED} must be a whole number from 1, not {asked!r}")
        return int(asked)
    work = sum(SECONDS.get(task.method, 0.0) for batch in batches for task in batch)
    return min(cpu_count(), MOST) if work >= WORTHWHILE else 1


# FOLDED: Everything the outputs of a pack are made from, and one method for each output.


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
        maps = self.maps
        return [write_web_map(maps.results, maps.kecamatan, maps.info, page, indicators=maps.indicators)]

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
        path = self.stage / "kalender_aksi.xlsx"
        return [write_calendar(path, told.calendar, told.info, interventions=told.interventions)]

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


EXTRAS = ("paparan", "laporan", "atlas", "kalender", "geojson", "csv")
_LOCK = "kajian.lock.json"
_TOGETHER = 4  # sheets a process draws before it looks for other work
# Outputs in the order of use, as a pack lists them.
_USE = (
    "print_map", "web_map", "workbook", "slides", "report", "atlas", "calendar", "geopackage", "geojson",
    "csv",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Files that were written.

    Parameters
    ----------
    folder : Path
        Where they are.
    files : tuple of Path
        In the order of use: maps, page, workbook, slides, report, GeoPackage, lock.
    """

    folder: Path
    files: tuple[Path, ...]

    def __repr__(self) -> str:
        return _("{n} files in {folder}: {names}").format(
            n=len(self.files),
            folder=self.folder.as_posix(),
            names=", ".join(path.name for path in self.files),
        )


def write_pack(
    folder: str | Path,
    material: Material,
    *,
    maps: Maps,
    sizes: Sequence[str],
    themes: Sequence[str],
    write_lock: Callable[[Path], None],
    extras: Collection[str] = ("paparan", "laporan"),
    publik: bool = False,
    catalogue: Mapping[str, Indicator] | None = None,
    on_step: Callable[[str, int, int], None] | None = None,
    processes: int | None = None,
) -> Pack:
    """Write maps, page, workbook, slides, report, GeoPackage and lock into `folder`.

    Everything is made in a folder beside it first; a failure leaves `folder` as it was.

    Parameters
    ----------
    folder : str or Path
        Output folder; other files in it stay.
    material : Material
        What workbook, slides, report and atlas tell.
    maps : Maps
        The same results with outlines and study information.
    sizes, themes : sequence of str
        Paper sizes and themes of the print maps, each as PNG and PDF.
    write_lock : callable
        Writes the lock to the path it is given.
    extras : collection of str
        Which of ``EXTRAS`` to write: slides, report, atlas, action calendar, GeoJSON, CSV.
    publik : bool
        Write the public version: small counts are masked everywhere, and there is no lock and no calendar.
    catalogue : mapping of indicator key to Indicator, optional
        Needed for the public version.
    on_step : callable, optional
        Called with the name of each step, its number from 0, and the number of steps: as it begins, or, where
        several processes work, when it is done.
    processes : int, optional
        How many work at a time; by default one a core, at most four. The files do not depend on it.

    Raises
    ------
    ValueError
        An extra is unknown, or the public version is asked for without a catalogue.
    """
    unknown = sorted(set(extras) - set(EXTRAS))
    if unknown:
        raise ValueError(f"extras must be among {EXTRAS}, not {unknown}")
    folder = Path(folder)
    if publik:
        if catalogue is None:
            raise ValueError("the public version needs a catalogue, to know which columns count people")
        material = mask_small_counts(material, catalogue)
        maps = replace(maps, results=material.results, info=material.info)
    if material.calendar is None:
        extras = [name for name in extras if name != "kalender"]
    batches = _batches(maps, sizes=sizes, themes=themes, extras=extras)
    steps = sum(map(len, batches)) + (not publik)
    with staged_directory(folder) as stage:
        workshop = Workshop(stage=stage, maps=maps, material=material)
        made = dict(work_off(workshop, batches, on_step=on_step, steps=steps, processes=processes))
        names = [path.name for task in sorted(made, key=_use) for path in made[task]]
        if not publik:
            if on_step:
                on_step(_("Lock"), steps - 1, steps)
            write_lock(stage / _LOCK)
            names.append(_LOCK)
    return Pack(folder=folder, files=tuple(folder / name for name in names))


def _use(task: Task) -> tuple[int, int]:
    """Place of an output in the order of use; maps in the order the study names them."""
    return _USE.index(task.method), task.place


def _batches(
    maps: Maps, *, sizes: Sequence[str], themes: Sequence[str], extras: Collection[str]
) -> list[tuple[Task, ...]]:
    """List what is to be made, the longest work first; a batch is made by one process.

    Slides and report cut their pictures out of the A4 sheets, so these are drawn by the same process.
    """
    titles = {
        theme: make_layer(maps.results, theme, indicators=maps.indicators).title
        for theme in dict.fromkeys(themes)
    }

    def draw(size: str) -> list[Task]:
        return [
            Task(
                name=_("Map {theme}, {size}").format(theme=title, size=size),
                method="print_map",
                arguments=(theme, size),
                place=place + len(titles) * list(sizes).index(size),
            )
            for place, (theme, title) in enumerate(titles.items())
        ]

    def extra(key: str, name: str, method: str) -> list[Task]:
        return [Task(name=name, method=method)] if key in extras else []

    sheets = draw("A4") if "A4" in sizes else []
    shared = [*sheets, *extra("paparan", _("Slides"), "slides"), *extra("laporan", _("Report"), "report")]
    alone = [
        Task(name=_("Workbook"), method="workbook"),
        *extra("kalender", _("Action calendar"), "calendar"),
        Task(name=_("Interactive map"), method="web_map"),
        Task(name=_("GeoPackage"), method="geopackage"),
        *extra("geojson", "GeoJSON", "geojson"),
        *extra("csv", "CSV", "csv"),
    ]
    # Sheets of one size lie on the same ground: a process that draws several works that out once.
    others = [
        sheets[first : first + _TOGETHER]
        for sheets in (draw(size) for size in dict.fromkeys(sizes) if size != "A4")
        for first in range(0, len(sheets), _TOGETHER)
    ]
    batches = [shared, extra("atlas", _("Atlas"), "atlas"), *others, *([task] for task in alone)]
    return [tuple(batch) for batch in batches if batch]
