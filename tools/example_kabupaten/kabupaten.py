"""Kabupaten Contoh: the invented land, its names, its truth and its files, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from example_kabupaten.boundary_file import publish_boundaries
from example_kabupaten.decree import decide
from example_kabupaten.office_files import write_files
from example_kabupaten.terrain import Terrain, make_terrain
from example_kabupaten.truth import make_truth, observe
from example_kabupaten.village_names import Alias, Names, make_names

__all__ = ["Kabupaten", "make_kabupaten"]

PREFIX = "9901"
"""Kabupaten 01 of the unused province 99."""

LEAST_VILLAGES, LEAST_KECAMATAN, LEAST_PER_KECAMATAN = 24, 3, 5


@dataclass(frozen=True, kw_only=True, repr=False)
class Kabupaten:
    """A synthetic kabupaten of which everything is known.

    Attributes
    ----------
    villages : GeoDataFrame
        Village table: index ``kode_desa``; ``desa``, ``kecamatan``, ``kode_kecamatan``, ``jenis``,
        ``geometry`` (EPSG:4326, neighbours share every vertex). All villages, with their true polygons.
    boundaries : GeoDataFrame
        The same as a mapping agency would publish it: one village short, cracked, one polygon invalid.
    truth : DataFrame
        True state per ``tahun`` and ``kode_desa``; see :func:`example_kabupaten.truth.make_truth`.
    tables : mapping of int to DataFrame
        Per year, what a correct reader gets out of the workbooks: catalogue keys, NaN where nothing is
        reported.
    lokus : DataFrame
        The list decided in the first year, in the order of the decree: index ``kode_desa``; the proposal of
        that year's study but for a few villages that the meeting exchanged.
    aliases : mapping of str to Alias
        Spellings that only a person can settle, by ``kode_desa``.
    seed : int
        Seed it was made with.
    """

    villages: gpd.GeoDataFrame
    boundaries: gpd.GeoDataFrame
    truth: pd.DataFrame
    tables: Mapping[int, pd.DataFrame]
    lokus: pd.DataFrame
    aliases: Mapping[str, Alias] = field(default_factory=dict)
    seed: int

    @property
    def years(self) -> tuple[int, ...]:
        """Years there are data for."""
        return tuple(self.tables)

    def write(self, root: str | Path) -> list[Path]:
        """Write boundaries, workbooks, CSV files and decisions below `root`; give the paths.

        The same kabupaten gives the same bytes on every run with the same versions of openpyxl and GDAL.
        """
        return write_files(self, Path(root))

    def __repr__(self) -> str:
        kecamatan = self.villages["kode_kecamatan"].nunique()
        years = ", ".join(map(str, self.years))
        return (
            f"Synthetic kabupaten (seed {self.seed}): "
            f"{len(self.villages)} villages in {kecamatan} kecamatan, {years}"
        )


def make_kabupaten(
    *,
    villages: int = 256,
    kecamatan: int | None = None,
    kelurahan: int = 10,
    years: Sequence[int] = (2025, 2026),
    seed: int = 2026,
) -> Kabupaten:
    """Make a synthetic kabupaten with known truth.

    Parameters
    ----------
    villages : int
        Number of desa and kelurahan together, at least 24.
    kecamatan : int, optional
        Number of kecamatan, at least 3, with at least 5 villages each on average. Not given, 22 for 256
        villages and as many in proportion, at most 99.
    kelurahan : int
        How many of the villages, those nearest to the capital town, are kelurahan.
    years : sequence of int
        Successive years, at least one.
    seed : int
        The same seed gives the same kabupaten.

    Returns
    -------
    Kabupaten

    Raises
    ------
    ValueError
        A number is out of bounds.

    Examples
    --------
    >>> kabupaten = make_kabupaten(villages=30, kecamatan=3, kelurahan=2, seed=7)
    >>> kabupaten
    Synthetic kabupaten (seed 7): 30 villages in 3 kecamatan, 2025, 2026
    >>> kabupaten.villages.index[0], kabupaten.villages.crs.to_epsg()
    ('9901012001', 4326)
    """
    if kecamatan is None:
        kecamatan = min(99, max(LEAST_KECAMATAN, round(villages * 22 / 256)))
    _check(villages, kecamatan, kelurahan, years)
    land = make_terrain(seed, villages=villages, kecamatan=kecamatan)
    names = make_names(seed, land)
    as_drawn = _village_table(land, names, kelurahan)
    table = as_drawn.sort_index()
    position = table.index.get_indexer(as_drawn.index)
    truth = make_truth(seed, land, as_drawn.index, years).sort_index()
    group = table["kode_kecamatan"].astype(int).to_numpy()
    tables = {year: observe(seed, year, pd.DataFrame(truth.loc[year]), group) for year in years}
    return Kabupaten(
        villages=table,
        boundaries=publish_boundaries(seed, table, position[land.borders]),
        truth=truth,
        tables=tables,
        lokus=decide(table, tables[years[0]], years[0]),
        aliases={as_drawn.index[i]: alias for i, alias in names.aliases.items()},
        seed=seed,
    )


def _check(villages: int, kecamatan: int, kelurahan: int, years: Sequence[int]) -> None:
    if villages < LEAST_VILLAGES:
        raise ValueError(f"villages must be at least {LEAST_VILLAGES}, not {villages}")
    if not LEAST_KECAMATAN <= kecamatan <= min(99, villages // LEAST_PER_KECAMATAN):
        raise ValueError(
            f"kecamatan must lie between {LEAST_KECAMATAN} and villages / {LEAST_PER_KECAMATAN}, "
            f"not {kecamatan}"
        )
    if not 0 <= kelurahan <= villages // 2:
        raise ValueError(f"kelurahan must lie between 0 and half the villages, not {kelurahan}")
    if not years or list(years) != list(range(years[0], years[0] + len(years))):
        raise ValueError(f"years must be successive, not {tuple(years)}")


def _village_table(land: Terrain, names: Names, kelurahan: int) -> gpd.GeoDataFrame:
    """Give codes and names in the order of `land`: kelurahan about the town, then from west to east."""
    count = len(land.polygons)
    urban = np.isin(np.arange(count), np.argsort(land.town_distance, kind="stable")[:kelurahan])
    kode = np.empty(count, dtype=object)
    for group in range(len(names.kecamatan)):
        members = np.flatnonzero(land.kecamatan == group)
        ranked = members[np.lexsort((land.xy[members, 0], ~urban[members]))]
        for number, village in enumerate(ranked, start=1):
            kode[village] = f"{PREFIX}{group + 1:02d}{1 if urban[village] else 2}{number:03d}"
    return gpd.GeoDataFrame(
        {
            "desa": names.desa,
            "kecamatan": names.kecamatan[land.kecamatan],
            "kode_kecamatan": [k[:6] for k in kode],
            "jenis": np.where(urban, "kelurahan", "desa"),
        },
        geometry=land.polygons,
        index=pd.Index(kode, name="kode_desa"),
        crs=4326,
    )
