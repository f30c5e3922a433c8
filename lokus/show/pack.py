"""The whole pack for the rakor, written together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.files import staged_directory
from lokus.i18n import gettext as _
from lokus.show.atlas import write_atlas
from lokus.show.exports import write_csv, write_geojson
from lokus.show.geopackage import write_geopackage
from lokus.show.layers import make_layer, theme_slug
from lokus.show.material import Material
from lokus.show.print_map import save_map
from lokus.show.public import mask_small_counts
from lokus.show.report import write_report
from lokus.show.slides import write_slides
from lokus.show.web_map import write_web_map
from lokus.show.workbook import write_workbook

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from lokus.intake.indicator import Indicator
    from lokus.show.maps import Maps

__all__ = ["EXTRAS", "Pack", "write_pack"]

EXTRAS = ("paparan", "laporan", "atlas", "geojson", "csv")


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
    *,
    maps: Maps,
    sizes: Sequence[str],
    themes: Sequence[str],
    contributions: pd.DataFrame,
    completeness: pd.DataFrame,
    reconciliation: pd.DataFrame,
    findings: pd.DataFrame,
    method: Iterable[tuple[str, Any]],
    write_lock: Callable[[Path], None],
    on_step: Callable[[str, int, int], None] | None = None,
    by_opd: pd.DataFrame | None = None,
    gaps: pd.DataFrame | None = None,
    alternatives: pd.DataFrame | None = None,
    prices: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
    lock: Mapping[str, Any] | None = None,
    level: float = 0.9,
    extras: Collection[str] = ("paparan", "laporan"),
    publik: bool = False,
    catalogue: Mapping[str, Indicator] | None = None,
) -> Pack:
    """Write maps, page, workbook, slides, report, GeoPackage and lock into `folder`.

    Everything is made in a folder beside it first; a failure leaves `folder` as it was.

    Parameters
    ----------
    folder : str or Path
        Output folder; other files in it stay.
    maps : Maps
        Results, outlines and study information.
    sizes, themes : sequence of str
        Paper sizes and themes of the print maps, each as PNG and PDF.
    contributions, completeness, reconciliation, findings : pandas.DataFrame
        What the workbook shows besides the results.
    method : iterable of (str, value)
        Lines of the method sheet.
    write_lock : callable
        Writes the lock to the path it is given.
    on_step : callable, optional
        Called before each step with its name, its number from 0, and the number of steps.
    by_opd, gaps, alternatives, prices, weights, lock, level
        Further parts of workbook, slides and report, as :class:`~lokus.show.material.Material` has them.
    extras : collection of str
        Which of ``EXTRAS`` to write: slides, report, atlas, GeoJSON, CSV.
    publik : bool
        Write the public version: small counts are masked everywhere, and there is no lock.
    catalogue : mapping of indicator key to Indicator, optional
        Needed for the public version.

    Raises
    ------
    ValueError
        An extra is unknown, or the public version is asked for without a catalogue.
    """
    unknown = sorted(set(extras) - set(EXTRAS))
    if unknown:
        raise ValueError(f"extras must be among {EXTRAS}, not {unknown}")
    folder = Path(folder)
    material = Material(
        results=maps.results, kecamatan=maps.kecamatan, info=maps.info, contributions=contributions,
        completeness=completeness, by_opd=by_opd, reconciliation=reconciliation, findings=findings, gaps=gaps,
        alternatives=alternatives, prices=prices, weights=weights or {}, method=tuple(method), lock=lock,
        level=level,
    )  # fmt: skip
    if publik:
        if catalogue is None:
            raise ValueError("the public version needs a catalogue, to know which columns count people")
        material = mask_small_counts(material, catalogue)
        maps = replace(maps, results=material.results, info=material.info)
    results, kecamatan, info = material.results, material.kecamatan, material.info

    @cache
    def sheet(theme: str, size: str = "A4") -> Figure:
        return maps.sheet(theme, size=size)

    def draw(theme: str, size: str) -> Callable[[Path], None]:
        def write(stage: Path) -> None:
            for kind in ("png", "pdf"):
                save_map(sheet(theme, size), stage / f"peta_{theme_slug(theme)}_{size}.{kind}")

        return write

    steps: dict[str, Callable[[Path], Any]] = {
        _("Map {theme}, {size}").format(
            theme=make_layer(results, theme, indicators=maps.indicators).title, size=size
        ): draw(theme, size)
        for theme in themes
        for size in sizes
    }
    steps[_("Interactive map")] = lambda stage: write_web_map(
        results, kecamatan, info, stage / "peta_interaktif.html", indicators=maps.indicators
    )
    steps[_("Workbook")] = lambda stage: write_workbook(
        stage / "lokus.xlsx",
        results,
        info,
        contributions=material.contributions,
        completeness=completeness,
        reconciliation=material.reconciliation,
        findings=material.findings,
        gaps=material.gaps,
        level=level,
        method=material.method,
    )
    if "paparan" in extras:
        steps[_("Slides")] = lambda stage: write_slides(stage / "paparan.pptx", material, sheets=sheet)
    if "laporan" in extras:
        steps[_("Report")] = lambda stage: write_report(stage / "laporan.html", material, sheets=sheet)
    if "atlas" in extras:
        steps[_("Atlas")] = lambda stage: write_atlas(
            results, kecamatan, info, stage / "atlas_kecamatan.pdf", gaps=material.gaps, logo=maps.logo
        )
    steps[_("GeoPackage")] = lambda stage: write_geopackage(results, kecamatan, stage / "hasil.gpkg")
    if "geojson" in extras:
        steps["GeoJSON"] = lambda stage: write_geojson(results, stage / "hasil.geojson")
    if "csv" in extras:
        steps["CSV"] = lambda stage: write_csv(results, stage / "hasil.csv")
    if not publik:
        steps[_("Lock")] = lambda stage: write_lock(stage / "kajian.lock.json")
    with staged_directory(folder) as stage:
        for number, (name, write) in enumerate(steps.items()):
            if on_step:
                on_step(name, number, len(steps))
            write(stage)
        names = sorted((path for path in stage.iterdir()), key=lambda path: path.stat().st_mtime_ns)
        written = tuple(folder / path.name for path in names)
    return Pack(folder=folder, files=written)
