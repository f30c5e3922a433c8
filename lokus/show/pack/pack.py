"""Write the pack of outputs for the rakor, all together or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lokus.files import staged_directory
from lokus.garbage import collect_seldom
from lokus.i18n import gettext as _
from lokus.show.documents.request import asked_offices
from lokus.show.pack.output_names import (
    AUDIT_FORM,
    CALENDAR,
    COVERAGE_FORM,
    DOCUMENTS,
    FOSTER_FORM,
    LOCK,
    SITUATION,
    request_names,
    situation_names,
)
from lokus.show.pack.output_writer import OutputWriter, Task
from lokus.show.pack.processes import seconds_of_work, start_helpers, work_off
from lokus.show.pack.replaced import refuse_to_lose_work, replaced_outputs
from lokus.show.results.parts import kecamatan_names
from lokus.show.results.public import mask_small_counts
from lokus.show.themes.themes import YEARLY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lokus.intake.indicators.indicator import Indicator
    from lokus.show.maps.maps import Maps
    from lokus.show.pack.processes import Helpers
    from lokus.show.results.material import Material

__all__ = ["EXTRAS", "Pack", "write_pack"]


EXTRAS = ("ansit", "paparan", "laporan", "atlas", "kalender", "audit_kasus", "orang_tua_asuh", "aksi_bangda",
          "dokumen", "geojson", "csv")  # fmt: skip
_TOGETHER = 4  # sheets a process draws before it looks for other work
# Outputs in the order of use, as a pack lists them.
_USE = (
    "print_map", "web_map", "workbook", "situations", "slides", "report", "atlas", "calendar", "audit_form",
    "foster_form", "coverage_form", "documents", "geopackage", "geojson", "csv",
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
    extras: Collection[str] = ("paparan", "laporan", "dokumen"),
    public: bool = False,
    catalogue: Mapping[str, Indicator] | None = None,
    on_step: Callable[[str, int, int], None] | None = None,
    processes: int | None = None,
    helpers: Helpers | None = None,
) -> Pack:
    """Write maps, page, workbook, slides, report, GeoPackage and lock into `folder`.

    Outputs are first made in a folder next to it and then replace those of an earlier run; after a failure
    `folder` is unchanged.

    Parameters
    ----------
    folder : str or Path
        Output folder; other files in it stay. Unchanged outputs of an earlier run that this one does not
        write are removed.
    material : Material
        What workbook, slides, report and atlas show.
    maps : Maps
        The same results with outlines and study information.
    sizes, themes : sequence of str
        Paper sizes and themes of the print maps, each as PNG and PDF.
    write_lock : callable
        Writes the lock to the path it is given.
    extras : collection of str
        Which of ``EXTRAS`` to write: slides, report, atlas, action calendar, documents,
        GeoJSON, CSV.
    public : bool
        Write the public version: small counts are masked everywhere, and there is no lock, no calendar and no
        document to be signed.
    catalogue : mapping of indicator key to Indicator, optional
        Needed for the public version.
    on_step : callable, optional
        Called with the name of each step, its number from 0, and the number of steps: as it begins, or, where
        another process makes it, when it is done.
    processes : int, optional
        How many work at a time; by default one a core, at most four. The files do not depend on it.
    helpers : Helpers, optional
        Processes that were started before, instead; they stay when the pack is written.

    Raises
    ------
    ValueError
        An extra is unknown, or the public version is asked for without a catalogue.
    OutputError
        Another run is writing into `folder`, or the public version would lie beside outputs that are not
        masked and that somebody changed, or a file that offices fill in was filled in since it was written
        and would be replaced.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from lokus.show.maps.maps import Maps
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> village = {"nomor": [1], "desa": "Alai", "kecamatan": "Lembak", "kode_kecamatan": "160301"}
    >>> village |= {"status_usulan": "lokus", "peringkat": 1, "skor": 0.76, "terpilih": True}
    >>> square = [box(104, -4, 104.1, -3.9)]
    >>> place = gpd.GeoDataFrame(village, index=["1603012001"], geometry=square, crs=4326)
    >>> outline = place.set_index("kode_kecamatan")[["kecamatan", "geometry"]]
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> with TemporaryDirectory() as folder:
    ...     written = write_pack(
    ...         f"{folder}/keluaran", Material(results=place, kecamatan=outline, info=info),
    ...         maps=Maps(results=place, kecamatan=outline, info=info), sizes=(), themes=(), extras=(),
    ...         write_lock=lambda path: path.write_text("{}"), processes=1,
    ...     )
    >>> [path.name for path in written.files]
    ['peta_interaktif.html', 'lokus.xlsx', 'hasil.gpkg', 'kajian.lock.json']
    """
    unknown = sorted(set(extras) - set(EXTRAS))
    if unknown:
        raise ValueError(f"extras must be among {EXTRAS}, not {unknown}")
    folder = Path(folder)
    if public:
        if catalogue is None:
            raise ValueError("the public version needs a catalogue, to know which columns count people")
        material = mask_small_counts(material, catalogue)
        maps = replace(maps, results=material.results, info=material.info, earlier={})
        themes = [theme for theme in themes if theme not in YEARLY]  # numbers of earlier years are not masked
    if material.case_audit is None:
        extras = [name for name in extras if name != "audit_kasus"]
    if not material.foster_period:
        extras = [name for name in extras if name != "orang_tua_asuh"]
    if not material.coverage_sheets:
        extras = [name for name in extras if name != "aksi_bangda"]
    if material.calendar is None:
        extras = [name for name in extras if name != "kalender"]
    if public:
        inside = ("dokumen", "ansit", "audit_kasus", "orang_tua_asuh", "aksi_bangda")
        extras = [name for name in extras if name not in inside]
    refuse_to_lose_work(folder, _to_be_filled_in(material, extras))
    batches = _batches(maps, sizes=sizes, themes=themes, extras=extras)
    steps = sum(map(len, batches)) + (not public)
    with staged_directory(folder, stale=replaced_outputs(public=public)) as stage:
        writer = OutputWriter(folder=stage, maps=maps, material=material)
        with collect_seldom(), contextlib.ExitStack() as ended:
            if helpers is None:
                seconds = seconds_of_work(sizes=sizes, themes=themes, extras=extras)
                helpers = ended.enter_context(start_helpers(seconds, processes=processes))
            made = dict(work_off(writer, batches, helpers=helpers, on_step=on_step, steps=steps))
        names = [path.name for task in sorted(made, key=_use) for path in made[task]]
        if not public:
            if on_step:
                on_step(_("Lock"), steps - 1, steps)
            write_lock(stage / LOCK)
            names.append(LOCK)
    return Pack(folder=folder, files=tuple(folder / name for name in names))


def _to_be_filled_in(material: Material, extras: Collection[str]) -> list[str]:
    """Name the files that will be written for others to fill in or edit."""
    names = [CALENDAR] if "kalender" in extras else []
    if "audit_kasus" in extras:
        names.append(AUDIT_FORM)
    if "orang_tua_asuh" in extras:
        names.append(FOSTER_FORM)
    if "aksi_bangda" in extras:
        names.append(COVERAGE_FORM)
    if "ansit" in extras:
        names += [SITUATION, *situation_names(kecamatan_names(material)).values()]
    if "dokumen" in extras:
        letters = asked_offices(material.requests).values()
        names += [*DOCUMENTS, *(name for slug in letters for name in request_names(slug))]
    return names


def _use(task: Task) -> tuple[int, int]:
    """Place of an output in the order of use; maps in the order the study names them."""
    return _USE.index(task.method), task.place


def _batches(
    maps: Maps, *, sizes: Sequence[str], themes: Sequence[str], extras: Collection[str]
) -> list[tuple[Task, ...]]:
    """List what is to be made, the longest work first; a batch is made by one process.

    Slides and report cut their pictures out of the A4 sheets, so these are drawn by the same process; the
    situation analyses have the maps of the atlas.
    """
    titles = {theme: maps.layer(theme).title for theme in dict.fromkeys(themes)}

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

    def extra(key: str, name: str, method: str, *arguments: object) -> list[Task]:
        return [Task(name=name, method=method, arguments=arguments)] if key in extras else []

    sheets = draw("A4") if "A4" in sizes else []
    shared = [*sheets, *extra("paparan", _("Slides"), "slides"), *extra("laporan", _("Report"), "report")]
    situations = extra("ansit", _("Situation analyses"), "situations")
    atlas = extra("atlas", _("Atlas"), "atlas", bool(situations))  # which have the same maps
    alone = [
        Task(name=_("Workbook"), method="workbook"),
        *extra("kalender", _("Action calendar"), "calendar"),
        *extra("audit_kasus", _("Form of the case audit"), "audit_form"),
        *extra("orang_tua_asuh", _("Register of foster parents"), "foster_form"),
        *extra("aksi_bangda", _("Essential coverages"), "coverage_form"),
        *extra("dokumen", _("Documents"), "documents"),
        Task(name=_("Interactive map"), method="web_map"),
        Task(name=_("GeoPackage"), method="geopackage"),
        *extra("geojson", "GeoJSON", "geojson"),
        *extra("csv", "CSV", "csv"),
    ]
    # Sheets of one size share a base map: a process that draws several computes it once.
    others = [
        sheets[first : first + _TOGETHER]
        for sheets in (draw(size) for size in dict.fromkeys(sizes) if size != "A4")
        for first in range(0, len(sheets), _TOGETHER)
    ]
    batches = [shared, [*atlas, *situations], *others, *([task] for task in alone)]
    return [tuple(batch) for batch in batches if batch]
