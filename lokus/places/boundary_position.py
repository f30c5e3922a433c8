"""Check that a boundary file's coordinate system puts the villages where they can lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyproj
import shapely

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.places.boundary_coverage import inside_indonesia, metres_per_unit, swapped_axes
from lokus.places.kode import is_example

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["believable", "read_crs", "settle_crs", "usable_crs"]

_DEGREES: Final = "EPSG:4326"
# The smallest kota has ten square kilometres, the largest kabupaten 45 thousand; a file may have a part of
# one, or a province.
_LEAST_KM2: Final = 0.2
_MOST_KM2: Final = 400_000.0
_AREAL: Final = (
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.MULTIPOLYGON,
    shapely.GeometryType.GEOMETRYCOLLECTION,
)
_MARGIN: Final = 0.5  # degrees around a kabupaten in which its villages may lie
_SAME_PLACE_M: Final = 25.0  # datums of Indonesia that planners use as one differ by less
# Coordinate systems of files of Indonesian offices, the most frequent first: longitude and latitude, UTM,
# TM-3, web maps, and longitude from Jakarta.
_USUAL: Final = (
    4326,
    *range(32746, 32755),
    *range(32646, 32655),
    *range(23830, 23846),
    3857,
    4813,
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Evidence against a coordinate system; empty where the villages can lie there."""

    impossible: str = ""
    elsewhere: str = ""
    km2: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether there is no evidence against it."""
        return not (self.impossible or self.elsewhere)


def usable_crs(crs: Any) -> pyproj.CRS | None:
    """Return a coordinate system in two dimensions, or None where it has no position on earth.

    Examples
    --------
    >>> usable_crs(pyproj.CRS('LOCAL_CS["Unknown",UNIT["Meter",1.0]]')) is None
    True
    >>> usable_crs("EPSG:4979").to_2d().to_epsg()
    4326
    """
    if crs is None:
        return None
    try:
        flat = pyproj.CRS.from_user_input(crs).to_2d()
        pyproj.Transformer.from_crs(flat, _DEGREES, always_xy=True).transform(0.0, 0.0)
    except (pyproj.exceptions.CRSError, pyproj.exceptions.ProjError, ValueError, TypeError):
        return None
    return flat if flat.is_geographic or flat.is_projected else None


def read_crs(stated: str, *, where: Where | None = None) -> pyproj.CRS:
    """Read the coordinate system that a study states.

    Raises
    ------
    InputError
        No coordinate system has that name.

    Examples
    --------
    >>> read_crs("EPSG:32748").name
    'WGS 84 / UTM zone 48S'
    """
    crs = usable_crs(stated)
    if crs is None:
        raise InputError(
            _('"{crs}" is no coordinate system that is known').format(crs=stated),
            where=where,
            remedy=_(
                'State it like this, crs = "EPSG:4326" under [batas] for longitude and latitude; '
                '"EPSG:32748" is UTM zone 48 south.'
            ),
        )
    return crs


def settle_crs(
    villages: gpd.GeoDataFrame, stated: str | None, *, where: Where
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Assign the villages a coordinate system in which they can lie.

    The file's own is used, unless the villages cannot lie there but can with the one that the study states.

    Parameters
    ----------
    villages : geopandas.GeoDataFrame
        Index ``kode_desa``; its CRS is that of the file, None where it states none. Coordinates that are not
        finite must have been removed.
    stated : str, optional
        Stated by the study.
    where : Where
        The file.

    Raises
    ------
    InputError
        Neither file nor study states a system, a stated one is misspelt or would not be used, or the villages
        cannot lie in Indonesia or have an impossible size.

    Examples
    --------
    >>> import geopandas as gpd
    >>> villages = gpd.GeoDataFrame(geometry=[shapely.box(400000, 9650000, 402000, 9652000)], crs="EPSG:4326")
    >>> villages.index = ["9901012001"]
    >>> settled, findings = settle_crs(villages, "EPSG:32748", where=Where(file="desa.geojson"))
    >>> settled.crs.to_epsg(), findings[0].check
    (32748, 'batas.crs_corrected')
    """
    wanted = None if stated is None else read_crs(stated, where=where)
    own = usable_crs(villages.crs)
    if own is None and wanted is None:
        raise InputError(
            _("the file does not say its coordinate system (CRS)")
            if villages.crs is None
            else _("the coordinate system (CRS) of the file says no place on earth: {crs}").format(
                crs=villages.crs.name
            ),
            where=where,
            remedy=_('State it, crs = "{crs}" under [batas]; {hint}').format(
                crs=_only_fit(villages), hint=_hint(villages)
            ),
        )
    chosen = wanted if own is None else own
    if chosen is not None and (own is None or wanted is None):
        verdict = believable(villages, chosen)
        if verdict.impossible:
            raise _refusal(villages, chosen, verdict, where)
        return _settled(villages, chosen), _elsewhere(villages, verdict, where)
    if own is None or wanted is None:  # pragma: no cover - both are known here
        raise AssertionError
    own_verdict, wanted_verdict = believable(villages, own), believable(villages, wanted)
    if _same_place(villages, own, wanted):
        if own_verdict.impossible:
            raise _refusal(villages, own, own_verdict, where)
        return _settled(villages, own), _elsewhere(villages, own_verdict, where)
    if not own_verdict.holds and wanted_verdict.holds:
        corrected = Finding(
            check="batas.crs_corrected",
            level="warning",
            message=_(
                "the file says {own}, where its villages cannot lie ({why}); {stated}, which the study "
                "states, is used"
            ).format(
                own=_name(own), why=own_verdict.impossible or own_verdict.elsewhere, stated=_name(wanted)
            ),
            remedy=_("Tell whoever made the file; other programs will draw it in the wrong place."),
            where=where,
        )
        return _settled(villages, wanted), [corrected]
    if own_verdict.impossible:
        raise _refusal(villages, wanted, wanted_verdict, where)
    raise InputError(
        _("the study states {stated}, but the file says {own}, and that is where its villages lie").format(
            stated=_name(wanted), own=_name(own)
        ),
        where=where,
        remedy=_("Take crs out of [batas]; the file is read as it says."),
    )


def believable(villages: gpd.GeoDataFrame, crs: pyproj.CRS, *, exchanged: bool = False) -> Verdict:
    """Check whether villages can lie where a coordinate system puts them.

    Parameters
    ----------
    villages : geopandas.GeoDataFrame
        Index ``kode_desa``; its own CRS does not matter.
    crs : pyproj.CRS
    exchanged : bool
        Read the second coordinate as the first.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = gpd.GeoDataFrame(geometry=[shapely.box(104, -3, 104.1, -2.9)], index=["9901012001"])
    >>> believable(squares, pyproj.CRS("EPSG:4326")).holds
    True
    >>> believable(squares, pyproj.CRS("EPSG:32748")).holds
    False
    """
    shapes = villages.geometry.to_numpy()
    bounds = shapely.bounds(shapes)
    drawn = ~np.isnan(bounds).any(axis=1)
    if not drawn.any() or not np.isin(shapely.get_type_id(shapes), _AREAL).any():
        return Verdict()  # no polygons, which is said in its place
    bounds, codes = bounds[drawn], villages.index.to_numpy().astype(str)[drawn]
    if exchanged:
        bounds = bounds[:, [1, 0, 3, 2]]
    degrees = _to_degrees(bounds, crs)
    if crs.is_geographic:
        turned = swapped_axes(degrees)
        degrees[turned] = degrees[turned][:, [1, 0, 3, 2]]
    placed: NDArray[np.bool_] = np.asarray(np.isfinite(degrees).all(axis=1))
    inside = placed & inside_indonesia(np.where(placed[:, None], degrees, 999.0))
    km2 = _square_kilometres(shapes[drawn], degrees, crs)
    if crs.is_projected and np.max(np.abs(bounds)) <= 180:
        return Verdict(impossible=_("its numbers are degrees, not metres"), km2=km2)
    if 2 * inside.sum() < len(inside):
        return Verdict(impossible=_outside(bounds, degrees[placed], crs), km2=km2)
    if not _LEAST_KM2 <= km2 <= _MOST_KM2:
        size = format_number(km2, decimals=6 if km2 < _LEAST_KM2 else 0)
        return Verdict(
            impossible=_("all villages together would have {km2} square kilometres").format(km2=size),
            km2=km2,
        )
    return Verdict(elsewhere=_away(codes, degrees, crs), km2=km2)


def _to_degrees(bounds: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.float64]:
    way = pyproj.Transformer.from_crs(crs, _DEGREES, always_xy=True)
    x = bounds[:, [0, 0, 2, 2]]
    y = bounds[:, [1, 3, 1, 3]]
    lon, lat = way.transform(x, y, errcheck=False)
    lon, lat = np.asarray(lon), np.asarray(lat)
    found = (np.isfinite(lon) & np.isfinite(lat)).all(axis=1, keepdims=True)
    lon, lat = np.where(found, lon, np.nan), np.where(found, lat, np.nan)
    return np.column_stack([lon.min(axis=1), lat.min(axis=1), lon.max(axis=1), lat.max(axis=1)])


def _square_kilometres(shapes: NDArray[np.object_], degrees: NDArray[np.float64], crs: pyproj.CRS) -> float:
    # A hole larger than its village makes a negative area, which is reported elsewhere.
    area = np.maximum(shapely.area(shapes), 0.0) * metres_per_unit(crs) ** 2 / 1e6
    if crs.is_geographic:
        area = area * np.abs(np.cos(np.radians((degrees[:, 1] + degrees[:, 3]) / 2)))
    return float(np.nansum(area))


def _outside(bounds: NDArray[np.float64], degrees: NDArray[np.float64], crs: pyproj.CRS) -> str:
    if crs.is_geographic and np.max(np.abs(bounds)) > 360:
        return _("its numbers are metres, not degrees")
    if not len(degrees):
        return _("its numbers lie on no place of that system")
    longitude, latitude = np.median(degrees[:, [0, 2]]), np.median(degrees[:, [1, 3]])
    return _("they would lie at longitude {longitude}, latitude {latitude}, outside Indonesia").format(
        longitude=format_number(float(longitude), decimals=1),
        latitude=format_number(float(latitude), decimals=1),
    )


@cache
def _kabupaten_bounds() -> pd.DataFrame:
    path = Path(__file__).with_name("kabupaten_bounds.csv")
    return pd.read_csv(path, dtype={"kabupaten": str}).set_index("kabupaten")


def _away(codes: NDArray[np.str_], degrees: NDArray[np.float64], crs: pyproj.CRS) -> str:
    """Find a kabupaten with most of its villages far from its location; unknown kabupaten are ignored."""
    known = _kabupaten_bounds()
    kabupaten = pd.Series(codes).str[:4].to_numpy()
    # A synthetic kabupaten may lie at sea, but not because the zone of its coordinates is wrong.
    anywhere = crs.is_geographic and all(is_example(code) for code in codes)
    if not (anywhere or set(kabupaten) & set(known.index)) and _at_sea(degrees, known):
        return _("around longitude {x}, latitude {y} there is no kabupaten").format(
            x=format_number(float(np.nanmedian(degrees[:, [0, 2]])), decimals=1),
            y=format_number(float(np.nanmedian(degrees[:, [1, 3]])), decimals=1),
        )
    for code in sorted(set(kabupaten) & set(known.index)):
        own = degrees[kabupaten == code]
        west, south, east, north = known.loc[code]
        middle_x, middle_y = (own[:, 0] + own[:, 2]) / 2, (own[:, 1] + own[:, 3]) / 2
        near = (
            (middle_x >= west - _MARGIN)
            & (middle_x <= east + _MARGIN)
            & (middle_y >= south - _MARGIN)
            & (middle_y <= north + _MARGIN)
        )
        if 2 * near.sum() < len(near):
            return _(
                "kabupaten {code} lies between longitude {west} and {east}, latitude {south} and {north}, "
                "and these villages around longitude {x}, latitude {y}"
            ).format(
                code=f"{code[:2]}.{code[2:]}",
                west=format_number(west, decimals=1),
                east=format_number(east, decimals=1),
                south=format_number(south, decimals=1),
                north=format_number(north, decimals=1),
                x=format_number(float(np.nanmedian(middle_x)), decimals=1),
                y=format_number(float(np.nanmedian(middle_y)), decimals=1),
            )
    return ""


def _at_sea(degrees: NDArray[np.float64], known: pd.DataFrame) -> bool:
    """Return whether most villages lie outside the bounds of every kabupaten."""
    west, south, east, north = (known[side].to_numpy()[None, :] for side in known.columns)
    x, y = ((degrees[:, [i]] + degrees[:, [i + 2]]) / 2 for i in (0, 1))
    on_land = ((x >= west) & (x <= east) & (y >= south) & (y <= north)).any(axis=1)
    return bool(2 * np.sum(on_land) < len(degrees))


def _same_place(villages: gpd.GeoDataFrame, one: pyproj.CRS, other: pyproj.CRS) -> bool:
    """Return whether two coordinate systems put the villages at the same place."""
    if one.equals(other, ignore_axis_order=True):
        return True
    bounds = np.asarray([villages.total_bounds])
    a, b = _to_degrees(bounds, one), _to_degrees(bounds, other)
    # Neither puts them anywhere on earth; they are equivalent, and refused elsewhere.
    if np.isnan(a).all() and np.isnan(b).all():
        return True
    return bool(np.nanmax(np.abs(a - b)) * 111_320 < _SAME_PLACE_M and not np.isnan(a - b).any())


def _settled(villages: gpd.GeoDataFrame, crs: pyproj.CRS | None) -> gpd.GeoDataFrame:
    return villages.set_crs(crs, allow_override=True)


def _fits(villages: gpd.GeoDataFrame) -> Iterator[tuple[str, bool]]:
    """Return the usual systems in which the villages can lie, and whether axes must be exchanged."""
    for exchanged in (False, True):
        for number in _USUAL:
            crs = pyproj.CRS.from_epsg(number)
            if exchanged and crs.is_geographic:
                continue
            if believable(villages, crs, exchanged=exchanged).holds and _in_its_area(
                villages, crs, exchanged=exchanged
            ):
                yield f"EPSG:{number}", exchanged


def _in_its_area(villages: gpd.GeoDataFrame, crs: pyproj.CRS, *, exchanged: bool) -> bool:
    """Return whether most villages lie in the area of use of the system, or at most a degree outside.

    A kabupaten is not mapped in another UTM zone than its own, so such a system is not suggested; where the
    file states it, it is accepted.
    """
    area = crs.area_of_use
    if area is None:
        return True
    bounds = shapely.bounds(villages.geometry.to_numpy())
    bounds = bounds[~np.isnan(bounds).any(axis=1)]
    degrees = _to_degrees(bounds[:, [1, 0, 3, 2]] if exchanged else bounds, crs)
    x, y = (
        np.nanmedian((degrees[:, 0] + degrees[:, 2]) / 2),
        np.nanmedian((degrees[:, 1] + degrees[:, 3]) / 2),
    )
    return bool(area.west - 1 <= x <= area.east + 1 and area.south - 1 <= y <= area.north + 1)


def _only_fit(villages: gpd.GeoDataFrame) -> str:
    fits = [name for name, exchanged in _fits(villages) if not exchanged]
    return fits[0] if len(fits) == 1 else "EPSG:…"


def _hint(villages: gpd.GeoDataFrame) -> str:
    fits = list(_fits(villages))
    plain = [name for name, exchanged in fits if not exchanged]
    if plain == [_DEGREES]:
        return _("EPSG:4326 (longitude and latitude) would make it true.")
    if len(plain) == 1:
        return _("{crs} would make it true.").format(crs=plain[0])
    if plain:
        return _(
            "one of these would make it true: {names}. The UTM zone is that of the kabupaten: 46 from "
            "longitude 90, then one more every 6 degrees."
        ).format(names=", ".join(plain))
    if fits:
        return _(
            "the two coordinates are exchanged: exchange them in a GIS program, then one of {names} fits."
        ).format(names=", ".join(name for name, _exchanged in fits))
    return _("no usual one would make it true: ask whoever made the file.")


def _refusal(
    villages: gpd.GeoDataFrame, crs: pyproj.CRS | None, verdict: Verdict, where: Where
) -> InputError:
    return InputError(
        _("the villages cannot lie where {crs} puts them: {why}").format(
            crs=_name(crs), why=verdict.impossible
        ),
        where=where,
        remedy=_("State the right crs under [batas]; {hint}").format(hint=_hint(villages)),
    )


def _elsewhere(villages: gpd.GeoDataFrame, verdict: Verdict, where: Where) -> list[Finding]:
    if not verdict.elsewhere:
        return []
    return [
        Finding(
            check="batas.elsewhere",
            level="blocking",
            message=_("the villages lie elsewhere than their codes say: {why}").format(why=verdict.elsewhere),
            remedy=_("Check the codes, or state the right crs under [batas]; {hint}").format(
                hint=_hint(villages)
            ),
            where=where,
        )
    ]


def _name(crs: pyproj.CRS | None) -> str:
    if crs is None:
        return "–"
    number = crs.to_epsg()
    return f"EPSG:{number} ({crs.name})" if number else str(crs.name)
