"""The whole pack for the rakor, written together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.files import staged_directory
from lokus.i18n import gettext as _
from lokus.show.geopackage import write_geopackage
from lokus.show.layers import make_layer
from lokus.show.print_map import save_map
from lokus.show.web_map import write_web_map
from lokus.show.workbook import write_workbook

if TYPE_CHECKING:
    import pandas as pd

    from lokus.show.maps import Maps

__all__ = ["Pack", "write_pack"]


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Files that were written.

    Parameters
    ----------
    folder : Path
        Where they are.
    files : tuple of Path
        In the order of use: maps, page, workbook, GeoPackage, lock.
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
) -> Pack:
    """Write maps, page, workbook, GeoPackage and lock into `folder`.

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
    """
    folder = Path(folder)
    results, kecamatan, info = maps.results, maps.kecamatan, maps.info

    def draw(theme: str, size: str) -> Callable[[Path], None]:
        def write(stage: Path) -> None:
            sheet = maps.sheet(theme, size=size)
            for kind in ("png", "pdf"):
                save_map(sheet, stage / f"peta_{theme}_{size}.{kind}")

        return write

    steps: Mapping[str, Callable[[Path], Any]] = {
        **{
            _("Map {theme}, {size}").format(theme=make_layer(results, theme).title, size=size): draw(
                theme, size
            )
            for theme in themes
            for size in sizes
        },
        _("Interactive map"): lambda stage: write_web_map(
            results, kecamatan, info, stage / "peta_interaktif.html"
        ),
        _("Workbook"): lambda stage: write_workbook(
            stage / "lokus.xlsx",
            results,
            info,
            contributions=contributions,
            completeness=completeness,
            reconciliation=reconciliation,
            findings=findings,
            method=method,
        ),
        _("GeoPackage"): lambda stage: write_geopackage(results, kecamatan, stage / "hasil.gpkg"),
        _("Lock"): lambda stage: write_lock(stage / "kajian.lock.json"),
    }
    with staged_directory(folder) as stage:
        for number, (name, write) in enumerate(steps.items()):
            if on_step:
                on_step(name, number, len(steps))
            write(stage)
        names = sorted((path for path in stage.iterdir()), key=lambda path: path.stat().st_mtime_ns)
        written = tuple(folder / path.name for path in names)
    return Pack(folder=folder, files=written)
