"""Read the outputs of an earlier run: results table, proposed list and settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import shapely

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.places.boundary_files import refuse_other_layer
from lokus.places.boundary_findings import list_codes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PreviousPack", "read_previous_pack"]

_RESULTS = "hasil.gpkg"
_LOCK = "kajian.lock.json"
_LAYER = "desa"
_PLACE = ("desa", "kecamatan", "kode_kecamatan", "jenis")
_NEEDED = (*_PLACE, "terpilih", "nomor")
_COUNTS = ("stunting", "diukur", "sasaran")
_MASKED = "disamarkan"
# Classes of map themes are written with the results; this one is a result.
_CLASS, _RESULT_CLASS = "kelas_", "kelas_kepastian"
# Integers with missing values, whether or not this study has any.
_MAY_BE_MISSING = frozenset({"peringkat", "nomor", "tipologi_urutan"})


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PreviousPack:
    """Results of an earlier run.

    Attributes
    ----------
    year : int
        Year of the proposal.
    results : geopandas.GeoDataFrame
        Results table of the study: place, indicators, rates, scores, selection; index ``kode_desa``.
    kode : tuple of str
        The proposed list, in the order of its numbers.
    settings : mapping
        Settings of that study under the keys of the study file.
    folder : Path
        Folder of the outputs.
    findings : tuple of Finding
    """

    year: int
    results: gpd.GeoDataFrame = field(repr=False)
    kode: tuple[str, ...]
    settings: Mapping[str, Any] = field(repr=False)
    folder: Path
    findings: tuple[Finding, ...] = ()

    @property
    def villages(self) -> gpd.GeoDataFrame:
        """Village table of that year: names, kecamatan, ``jenis`` and geometry, without indicators."""
        return self.results[[*_PLACE, "geometry"]]

    def __repr__(self) -> str:
        return _("Outputs of {year}: {n} villages, {k} on the list").format(
            year=self.year, n=len(self.results), k=len(self.kode)
        )


def read_previous_pack(
    path: str | Path,
    *,
    digest: Callable[[pd.DataFrame], str] | None = None,
    inner: Callable[[Mapping[str, Any]], Callable[[str], str]] | None = None,
) -> PreviousPack:
    """Read the outputs of an earlier run: ``hasil.gpkg`` and ``kajian.lock.json``.

    Parameters
    ----------
    path : str or Path
        Output folder, or the lock in it.
    digest : callable, optional
        Computes the fingerprint of a results table, as for the lock. With it, results that differ from the
        lock are reported even where the list is the same.
    inner : callable, optional
        Takes the settings in the lock and returns the function that converts a column name of a theme to that
        inside lokus.

    Returns
    -------
    PreviousPack
        With the types of the study: missing numbers as missing, yes and no as bool, polygons of one part as
        polygons.

    Raises
    ------
    InputError
        The folder or a file in it is missing or of another kind, the outputs are the public version, or
        results and lock are of different runs.

    Examples
    --------
    >>> from lokus.manifest import frame_digest
    >>> pack = read_previous_pack("outputs/contoh-2025", digest=frame_digest)  # doctest: +SKIP
    >>> pack  # doctest: +SKIP
    Keluaran tahun 2025: 256 desa/kelurahan, 26 dalam daftar
    """
    folder, lock_file = _located(Path(path))
    results = _read_results(folder / _RESULTS)
    lock = _read_lock(lock_file)
    if inner is not None:
        results = results.rename(columns=inner(lock["pengaturan"]))
    chosen = results[results["terpilih"].astype(bool)]
    locked = sorted(str(kode) for kode in lock["usulan"]["desa"])
    if sorted(chosen.index) != locked:
        differing = sorted(set(chosen.index) ^ set(locked))
        raise InputError(
            _("{results} and {lock} are of different runs: their lists differ in {codes}").format(
                results=_RESULTS, lock=lock_file.name, codes=list_codes(differing)
            ),
            where=Where(file=str(folder)),
            remedy=_("name the folder as lokus run left it, or run that study again"),
        )
    return PreviousPack(
        year=int(lock["pengaturan"]["kajian"]["tahun"]),
        results=results,
        kode=tuple(str(kode) for kode in chosen.sort_values("nomor", kind="stable").index),
        settings=lock["pengaturan"],
        folder=folder,
        findings=(*_without_counts(results), *_altered(results, lock, digest)),
    )


def _located(path: Path) -> tuple[Path, Path]:
    """Return the folder of the outputs, and the lock in it."""
    if path.is_dir():
        folder, lock = path, path / _LOCK
    elif path.is_file() and path.suffix == ".json":
        folder, lock = path.parent, path
    else:
        raise InputError(
            _("the folder with the outputs of the earlier run does not exist")
            if not path.exists()
            else _("this is neither a folder of outputs nor a lock"),
            where=Where(file=str(path)),
            remedy=_("name the folder that lokus run wrote, with {files} in it").format(
                files=f"{_RESULTS}, {_LOCK}"
            ),
        )
    if not (folder / _RESULTS).is_file():
        raise InputError(
            _("the folder has no {file}").format(file=_RESULTS),
            where=Where(file=str(folder)),
            remedy=_("name the folder that lokus run wrote, with {files} in it").format(
                files=f"{_RESULTS}, {_LOCK}"
            ),
        )
    return folder, lock


def _read_results(path: Path) -> gpd.GeoDataFrame:
    where = Where(file=str(path))
    refuse_other_layer(path, where=where)
    try:
        frame = pyogrio.read_dataframe(path, layer=_LAYER)
        info = pyogrio.read_info(path, layer=_LAYER)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise InputError(
            _("the file cannot be read ({detail})").format(detail=error),
            where=where,
            remedy=_("open it in the program that made it and save it again"),
        ) from error
    if _MASKED in frame:
        raise InputError(
            _("this is the public version: small counts are masked in it"),
            where=where,
            remedy=_("a review needs the internal outputs, written with publik = false"),
        )
    absent = [name for name in ("kode_desa", *_NEEDED) if name not in frame]
    if absent or not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(
            _("these are no results of lokus: columns {names} are missing").format(
                names=", ".join(absent) or "geometry"
            ),
            where=where,
            remedy=_("name the folder that lokus wrote last year with keluaran"),
        )
    kinds = dict(zip(info["fields"], info["dtypes"], strict=True))
    results = frame.assign(**{name: _as_it_was(frame[name], kind) for name, kind in kinds.items()})
    results = results.set_geometry(gpd.GeoSeries(_plain(frame.geometry), index=frame.index, crs=frame.crs))
    results = results.set_index("kode_desa").sort_index()
    own = [
        name
        for name in results.columns.drop("geometry")
        if not name.startswith(_CLASS) or name == _RESULT_CLASS
    ]
    return results[[*_PLACE, "geometry", *(name for name in own if name not in _PLACE)]]


def _as_it_was(values: pd.Series, kind: str) -> pd.Series:
    """Restore the type of a column; reading converts integers with missing values to floats."""
    if kind == "bool":
        return values.astype("boolean") if values.isna().any() else values.astype(bool)
    if kind.startswith("int"):
        nullable = values.name in _MAY_BE_MISSING or values.isna().any()
        return values.astype("Int64" if nullable else "int64")
    return values


def _plain(shapes: gpd.GeoSeries) -> list[shapely.Geometry | None]:
    return [
        shape.geoms[0] if shape is not None and shape.geom_type == "MultiPolygon" and len(shape.geoms) == 1
        else shape
        for shape in shapes
    ]  # fmt: skip


def _read_lock(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(
            _("the folder has no {file}").format(file=path.name),
            where=Where(file=str(path.parent)),
            remedy=_("it tells year, rules and list; run the study again to have it written"),
        )
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
        complete = isinstance(lock["usulan"]["desa"], list) and int(lock["pengaturan"]["kajian"]["tahun"]) > 0
    except (ValueError, KeyError, TypeError):
        complete = False
    if not complete:
        raise InputError(
            _("not a lock file of lokus"),
            where=Where(file=str(path)),
            remedy=_("it is written by lokus run beside the other outputs"),
        )
    return dict(lock)


def _without_counts(results: gpd.GeoDataFrame) -> list[Finding]:
    absent = [name for name in _COUNTS if name not in results]
    if not absent:
        return []
    return [
        Finding(
            check="tahun.no_counts",
            level="warning",
            where=Where(file=_RESULTS),
            message=_("the earlier results have no {names}").format(names=", ".join(absent)),
            remedy=_(
                "name last year's study (kajian) instead, or outputs that hold them; without them lists and "
                "scores can be compared, rates cannot"
            ),
        )
    ]


def _altered(
    results: gpd.GeoDataFrame, lock: Mapping[str, Any], digest: Callable[[pd.DataFrame], str] | None
) -> list[Finding]:
    if digest is None or "hasil_sha256" not in lock:
        return []
    # A study whose boundary file has only multipolygons keeps them.
    multiple = results.set_geometry(
        [
            shapely.MultiPolygon([shape]) if shape is not None and shape.geom_type == "Polygon" else shape
            for shape in results.geometry
        ],
        crs=results.crs,
    )
    if lock["hasil_sha256"] in (digest(results), digest(multiple)):
        return []
    return [
        Finding(
            check="tahun.altered",
            level="warning",
            where=Where(file=_RESULTS),
            message=_("the results are not those that the lock was made of, though the list is the same"),
            remedy=_("someone may have edited them, or they are of another run; run that study again"),
        )
    ]
