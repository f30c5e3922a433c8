"""Report on a boundary file: its contents, the fit of its borders, and the findings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from lokus.findings import findings_frame, level_label
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.places.boundaries import Boundaries, read_boundaries
from lokus.places.boundary_findings import list_codes
from lokus.places.neighbours import Neighbours, contiguity

if TYPE_CHECKING:
    from pathlib import Path

    from lokus.places.boundary_coverage import CoverageReport

__all__ = ["BoundaryReport", "check_boundaries"]

_HECTARE = 10_000.0


@dataclass(frozen=True, kw_only=True, eq=False)
class BoundaryReport:
    """Boundaries and their neighbours, in numbers and words.

    Parameters
    ----------
    boundaries : Boundaries
    neighbours : Neighbours
    """

    boundaries: Boundaries
    neighbours: Neighbours

    @cached_property
    def findings(self) -> pd.DataFrame:
        """Findings as returned by :func:`lokus.findings.findings_frame`."""
        return findings_frame(self.boundaries.findings)

    @property
    def blocking(self) -> int:
        """Number of findings that hold a study back."""
        return int((self.findings["level"] == "blocking").sum())

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """Fit of the borders before and after the repair.

        Columns ``ukuran``, ``sebelum``, ``sesudah``; areas in hectares.
        """
        measured = [_numbers(r) for r in (self.boundaries.coverage_before, self.boundaries.coverage)]
        return pd.DataFrame(
            {
                "ukuran": [name for name, _decimals in _measures()],
                "sebelum": measured[0],
                "sesudah": measured[1],
            }
        )

    def __str__(self) -> str:
        villages = self.boundaries.villages
        alone = self.neighbours.isolates
        lines = [
            _("{file}: {n} villages in {kecamatan} kecamatan, {without} without polygon, {crs}").format(
                file=self.boundaries.source,
                n=len(villages),
                kecamatan=villages["kode_kecamatan"].nunique(),
                without=int(villages.geometry.isna().sum()),
                crs=villages.crs.to_string(),
            ),
            _("neighbours: {pairs} pairs, {parts} connected parts, {n} villages without neighbours").format(
                pairs=len(self.neighbours.first),
                parts=self.neighbours.components.nunique(),
                n=len(alone),
            ),
        ]
        if len(alone):
            lines.append(f"  {list_codes(list(alone.index), list(alone))}")
        head = _("borders"), _("as drawn"), _("after repair")
        lines += ["", f"{head[0]:<40}{head[1]:>14}{head[2]:>16}"]
        columns = self.coverage["sebelum"], self.coverage["sesudah"]
        for (name, decimals), before, after in zip(_measures(), *columns, strict=True):
            drawn, repaired = (format_number(value, decimals=decimals) for value in (before, after))
            lines.append(f"{name:<40}{drawn:>14}{repaired:>16}")
        lines += ["", _("findings: {n}").format(n=len(self.findings))]
        for finding in self.findings.to_dict("records"):
            lines.append(f"  [{level_label(finding['level'])}] {finding['check']}: {finding['message']}")
            if finding["remedy"]:
                lines.append(f"      → {finding['remedy']}")
        return "\n".join(lines)

    __repr__ = __str__


def _measures() -> list[tuple[str, int]]:
    """Return the name of every measure and its decimals, in the order of :func:`_numbers`."""
    return [
        (_("polygons whose border does not fit"), 0),
        (_("overlaps over 1 m²"), 0),
        (_("area of overlaps (ha)"), 1),
        (_("gaps inside"), 0),
        (_("area of gaps (ha)"), 1),
    ]


def _numbers(report: CoverageReport) -> list[float]:
    return [
        len(report.cracked),
        len(report.overlaps),
        float(report.overlap_areas.sum()) / _HECTARE,
        len(report.gap_areas),
        float(report.gap_areas.sum()) / _HECTARE,
    ]


def check_boundaries(path: str | Path, **options: Any) -> BoundaryReport:
    """Read a boundary file, repair it, and report its contents and the findings.

    Parameters
    ----------
    path : str or Path
    **options
        As in :func:`lokus.places.boundaries.read_boundaries`.

    Returns
    -------
    BoundaryReport
        ``print`` it; ``.blocking`` is the number of findings that hold a study back.

    Raises
    ------
    InputError
        As ``read_boundaries``.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> import shapely
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "desa.geojson"
    >>> columns = {"KDEPUM": ["99.01.01.2001"], "WADMKD": ["Suka Maju"], "WADMKC": ["Sukasari"]}
    >>> square = shapely.box(104, -3, 104.1, -2.9)
    >>> gpd.GeoDataFrame(columns, geometry=[square], crs="EPSG:4326").to_file(path)
    >>> check_boundaries(path).blocking
    0
    """
    boundaries = read_boundaries(path, **options)
    return BoundaryReport(boundaries=boundaries, neighbours=contiguity(boundaries.villages))
