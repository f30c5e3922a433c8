"""The outputs of the bundled study of 2025, made once a test session and without its maps."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from lokus import Kajian
from lokus.i18n import use_language
from lokus.manifest import write_lock
from lokus.show.pack.geopackage import write_csv, write_geojson, write_geopackage
from lokus.show.results.material import Material
from lokus.show.workbook.workbook import write_workbook

ROOT = Path(__file__).resolve().parents[1]
_FOLDER = tempfile.TemporaryDirectory(prefix="lokus-contoh-2025-")


@cache
def study() -> Kajian:
    """The study."""
    return Kajian.open(ROOT / "data" / "kajian" / "contoh-2025.toml")


@cache
def pack() -> Path:
    """Folder with GeoPackage, lock, GeoJSON, CSV, and the workbook in both languages."""
    folder = Path(_FOLDER.name)
    kajian = study()
    write_geopackage(kajian.results, kajian.boundaries.kecamatan, folder / "hasil.gpkg")
    write_geojson(kajian.results, folder / "hasil.geojson")
    write_csv(kajian.results, folder / "hasil.csv")
    material = Material(results=kajian.results, kecamatan=kajian.boundaries.kecamatan, info=kajian.info)
    write_lock(kajian.lock, folder / "kajian.lock.json", study_file=kajian.path)
    for language in ("id", "en"):
        with use_language(language):
            write_workbook(folder / f"lokus_{language}.xlsx", material)
    return folder
