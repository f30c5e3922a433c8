"""Read village boundaries, check and repair them, and compare them with the official list."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lokus.characters import without_unseen
from lokus.errors import InputError, name_some
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.places.boundary_codes import (
    WrittenCodes,
    name_of_the_same_code,
    one_spelling,
    settle_codes,
)
from lokus.places.boundary_coverage import (
    GAP_WIDTH_M,
    CoverageReport,
    can_clean,
    check_coverage,
    clean_coverage,
    cut_enclaves,
    inside_indonesia,
    make_sound,
    swapped_axes,
    utm_crs,
)
from lokus.places.boundary_files import letters_lost, lost_letters, open_features
from lokus.places.boundary_findings import (
    coverage_findings,
    enclave_findings,
    finding_missing,
    finding_unknown,
    geometry_findings,
    list_codes,
    name_findings,
    position_findings,
)
from lokus.places.boundary_position import settle_crs
from lokus.places.boundary_schemas import find_schema
from lokus.places.kode import compress_rows, format_kode, jenis, kecamatan_of, repair_codes
from lokus.places.name_rules import name_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lokus.places.boundary_schemas import Schema

__all__ = ["Boundaries", "official_table", "read_boundaries"]


# From the features of a boundary file, or an official list, to the village table.


_LISTED = 12  # kabupaten named where a file holds many
_LONGEST_NAME = 100  # letters; the longest of 83,000 villages has 44


def village_table(
    features: gpd.GeoDataFrame,
    schema: Schema,
    *,
    where: Where,
    bridge: pd.DataFrame | None = None,
    official: pd.DataFrame | None = None,
    kabupaten: str | None = None,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Build the village table of a boundary file: unique codes, sorted, with names and geometry.

    Raises
    ------
    InputError
        No row has a code, a code occurs in two rows, digits are lost, or the codes are of BPS and no bridge
        is given.
    """
    rows = pd.RangeIndex(1, len(features) + 1)
    at = replace(where, column=schema.kode)
    if str(features[schema.kode].dtype).casefold() == "float32":
        raise InputError(
            _("the village codes are numbers in single precision (float32): their last digits are lost"),
            where=at,
            remedy=_("Save the column of codes as text, from the original file."),
        )
    cells = pd.Series(features[schema.kode].to_numpy(), index=rows, dtype=object)
    written = cells.map(_without_country)
    codes, findings = repair_codes(written, where=at)
    findings = [finding for finding in findings if finding.check != "kode.empty"]
    refused = {finding.where.row for finding in findings if finding.check == "kode.refused"}
    desa, kecamatan = _names(features, schema, rows)
    nameless = [int(row) for row in rows[codes.isna()] if row not in refused]
    if nameless:
        findings += _without_code(nameless, codes, desa, kecamatan, official, kabupaten, where)
    country = cells.map(lambda cell: isinstance(cell, str)) & (cells.astype(str) != written.astype(str))
    codes, system = settle_codes(
        WrittenCodes(
            codes=codes,
            desa=desa,
            kecamatan=kecamatan,
            layout=schema.name,
            column=schema.kode,
            country=bool(2 * country.sum() > codes.notna().sum()),
        ),
        where=at,
        bridge=bridge,
        official=official,
        kabupaten=kabupaten,
    )
    findings += system
    # Other kabupaten of the file are left out, so anomalies in them are not reported.
    own = (codes.isna() | codes.str.startswith(kabupaten or "")).to_numpy(dtype=bool)
    names = pd.DataFrame({"desa": desa.where(own, ""), "kecamatan": kecamatan.where(own, "")})
    findings += _mended_names(features, schema, own, where)
    findings += lost_letters(names, ["desa", "kecamatan"], where=where)
    kecamatan, given_up = one_spelling(codes, kecamatan)
    if given_up:
        findings.append(
            Finding(
                check="batas.kecamatan_spelling",
                level="note",
                message=_(
                    "kecamatan names are written as most of their villages do, instead of: {names}"
                ).format(names=name_some(given_up)),
                where=where,
            )
        )
    kecamatan, filled = name_of_the_same_code(codes, kecamatan)
    if filled:
        findings.append(
            Finding(
                check="batas.kecamatan_from_code",
                level="note",
                message=_(
                    "{n} villages without kecamatan name get that of the other villages of its code: {names}"
                ).format(n=len(filled), names=name_some(set(kecamatan[filled]))),
                where=replace(where, row=int(filled[0])),
            )
        )
    known = codes.notna().to_numpy()
    if not known.any():
        raise InputError(
            _("no polygon has a usable village code"),
            where=at,
            remedy=_('name the column of codes with kolom = { kode = "…" } under [batas]'),
        )
    _refuse_duplicates(codes[known & own], at)
    villages = gpd.GeoDataFrame(
        _describe(codes[known], desa[known], kecamatan[known]),
        geometry=features.geometry.to_numpy()[known],
        crs=features.crs,
    )
    without_kecamatan = int(kecamatan[known].eq("").sum())
    if without_kecamatan:
        findings.append(
            Finding(
                check="batas.no_kecamatan",
                level="note",
                message=_(
                    "{n} villages have no kecamatan name; its code stands in the place of the name"
                ).format(n=without_kecamatan),
                remedy=_("Name the column that holds the kecamatan."),
                where=where,
            )
        )
    return villages.sort_index(), findings


def _names(features: gpd.GeoDataFrame, schema: Schema, rows: pd.RangeIndex) -> tuple[pd.Series, pd.Series]:
    """Return village and kecamatan names by row, from a second column where the first is empty."""
    desa = _text(pd.Series(features[schema.desa].to_numpy(), index=rows, dtype=object))
    if schema.also_desa:
        other = _text(pd.Series(features[schema.also_desa].to_numpy(), index=rows, dtype=object))
        desa = desa.where(desa != "", other)
    if not schema.kecamatan:
        return desa, pd.Series("", index=rows, dtype=object)
    return desa, _text(pd.Series(features[schema.kecamatan].to_numpy(), index=rows, dtype=object))


def official_table(official: pd.DataFrame, kabupaten: str | None) -> pd.DataFrame:
    """Convert an official village list to the columns of the village table, without geometry.

    Raises
    ------
    InputError
        A column is missing, a code cannot be read, or a code occurs twice.

    Examples
    --------
    >>> names = {"desa": ["Suka Maju"], "kecamatan": ["Sukasari"]}
    >>> listed = pd.DataFrame({"kode_desa": ["99.01.01.2001"], **names})
    >>> official_table(listed, None).loc["9901012001", "jenis"]
    'desa'
    """
    frame = official.reset_index() if "kode_desa" not in official.columns else official
    for column in ("kode_desa", "desa", "kecamatan"):
        if column not in frame.columns:
            raise InputError(
                _('the official village list has no column "{column}"').format(column=column),
                remedy=_("Its columns are: {columns}").format(columns=", ".join(map(str, frame.columns))),
            )
    codes, findings = repair_codes(frame["kode_desa"])
    bad = [finding for finding in findings if finding.level != "note"]
    if bad:
        raise InputError(bad[0].message, where=bad[0].where, remedy=bad[0].remedy)
    _refuse_duplicates(codes, Where(column="kode_desa"))
    table = _describe(codes, frame["desa"], frame["kecamatan"]).sort_index()
    return table if kabupaten is None else table[table.index.str.startswith(kabupaten)]


def drop_other_kabupaten(
    villages: gpd.GeoDataFrame, kabupaten: str, *, where: Where
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Select the villages of one kabupaten, and report what else the file contains.

    Raises
    ------
    InputError
        The file has no village of that kabupaten.
    """
    own = villages.index.str.startswith(kabupaten)
    others = villages.index[~own].str[:4].value_counts().sort_index()
    described = ", ".join(f"{code[:2]}.{code[2:]} ({n})" for code, n in others.items())
    asked = f"{kabupaten[:2]}.{kabupaten[2:]}"
    if not own.any():
        raise InputError(
            _("the file holds no village of kabupaten {asked}, but of: {others}").format(
                asked=asked, others=described
            ),
            where=where,
            remedy=_("Use the boundaries of the kabupaten this study is about."),
        )
    findings = []
    if len(others):
        findings.append(
            Finding(
                check="batas.other_kabupaten",
                level="note",
                message=_("{n} villages outside kabupaten {asked} are left out: {others}").format(
                    n=int(others.sum()), asked=asked, others=described
                ),
                where=where,
            )
        )
    stray = _stray(villages[own], villages[~own])
    if len(stray):
        findings.append(
            Finding(
                check="batas.stray_code",
                level="blocking",
                message=_(
                    "{n} villages have the code of another kabupaten but a kecamatan of this one, and are "
                    "left out: {codes}"
                ).format(n=len(stray), codes=list_codes(list(stray.index), list(stray["desa"]))),
                remedy=_("Correct the codes or the kecamatan names of these villages in the boundary file."),
                where=replace(where, kode_desa=str(stray.index[0]) if len(stray) == 1 else None),
            )
        )
    return villages[own].copy(), findings


def _stray(own: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find single villages under another kabupaten's code, in a kecamatan that only this kabupaten has."""
    few = others.index.str[:4].map(others.index.str[:4].value_counts()) <= max(2, len(own) // 20)
    letters = [name_key(name).letters for name in others["kecamatan"]]
    here = {name_key(name).letters for name in own["kecamatan"]}
    nameless = others["kecamatan"].eq(dotted_kecamatan(others.index)).to_numpy()
    return others[few & np.isin(letters, list(here)) & ~nameless] if len(others) else others


def several_kabupaten(villages: gpd.GeoDataFrame, *, where: Where) -> list[Finding]:
    """Report villages of several kabupaten where the study does not name one."""
    counts = villages.index.str[:4].value_counts().sort_index()
    if len(counts) < 2:
        return []
    described = ", ".join(f"{code[:2]}.{code[2:]} ({n})" for code, n in counts.iloc[:_LISTED].items())
    described += ", …" if len(counts) > _LISTED else ""
    most = str(counts.idxmax())
    return [
        Finding(
            check="batas.several_kabupaten",
            level="blocking",
            message=_("the file holds villages of {n} kabupaten: {described}").format(
                n=len(counts), described=described
            ),
            remedy=_(
                'State which one, for example kode_kabupaten = "{code}" under [batas]; for a list of each '
                "kabupaten run lokus batch, which splits the file."
            ).format(code=f"{most[:2]}.{most[2:]}"),
            where=where,
        )
    ]


def _describe(codes: pd.Series, desa: pd.Series, kecamatan: pd.Series) -> pd.DataFrame:
    plain = codes.astype(str).to_numpy()
    frame = pd.DataFrame(
        {"desa": _text(desa).to_numpy(), "kecamatan": _text(kecamatan).to_numpy()},
        index=pd.Index(plain, name="kode_desa", dtype=str),
    )
    frame["kode_kecamatan"] = [kecamatan_of(code) for code in plain]
    frame["jenis"] = [jenis(code) for code in plain]
    frame["kecamatan"] = frame["kecamatan"].where(frame["kecamatan"] != "", dotted_kecamatan(frame.index))
    # A village without a name is shown by its code, so that no list has an empty line.
    frame["desa"] = frame["desa"].where(frame["desa"] != "", dotted(frame.index))
    return frame


def dotted(codes: pd.Index) -> pd.Series:
    """Return the dotted code, which replaces an unknown village name."""
    return pd.Series([format_kode(code) for code in codes], index=codes, dtype=object)


def dotted_kecamatan(codes: pd.Index) -> pd.Series:
    """Return the dotted code of the kecamatan, which replaces an unknown name."""
    return pd.Series([format_kode(code)[:8] for code in codes], index=codes, dtype=object)


# Texts that programs and offices write into a cell without a name.
_NO_NAME: Final = re.compile(r"[\W_]*|<?null>?|none|nan|n/?a|#n/?a", re.IGNORECASE)


def _text(names: pd.Series) -> pd.Series:
    return names.map(_name).astype(str)


def _name(name: object) -> str:
    """Return a name on one line without invisible characters; a longer one than any village has is truncated.

    Texts that mean "no name" become empty.
    """
    if name is None or name is pd.NA or name != name:
        return ""
    text = " ".join(without_unseen(str(name)).split())
    if _NO_NAME.fullmatch(text):
        return ""
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _mended_names(
    features: gpd.GeoDataFrame, schema: Schema, own: NDArray[np.bool_], where: Where
) -> list[Finding]:
    """Report the rows whose names are changed for display."""
    columns = [name for name in (schema.desa, schema.also_desa, schema.kecamatan) if name]
    names = features[columns].map(lambda name: name if isinstance(name, str) else "")
    matters = (
        ("batas.unseen",
         _("names of {n} rows hold characters that are not seen; they are left out: rows {rows}"),
         names.map(lambda name: without_unseen(name) != name)),
        ("batas.long_name", _("names of {n} rows have more than {most} letters and are cut: rows {rows}"),
         names.map(lambda name: len(name) > _LONGEST_NAME)),
    )  # fmt: skip
    findings = []
    for check, text, held in matters:
        rows = np.flatnonzero(held.any(axis=1).to_numpy(dtype=bool) & own) + 1
        if len(rows):
            message = text.format(n=len(rows), most=_LONGEST_NAME, rows=compress_rows(rows.tolist()))
            findings.append(Finding(check=check, level="note", message=message, where=where))
    return findings


def _without_country(cell: object) -> object:
    """Remove the country prefix from a code of the United Nations' system (``ID1603012001``)."""
    return cell[2:] if isinstance(cell, str) and cell[:2].upper() == "ID" else cell


_NO_VILLAGE = re.compile(
    r"(kawasan |areal )?"
    r"(hutan|danau|waduk|telaga|embung|bendungan|perairan|laut|taman nasional|cagar alam|suaka)\b",
    re.IGNORECASE,
)


def _without_code(
    rows: list[int],
    codes: pd.Series,
    desa: pd.Series,
    kecamatan: pd.Series,
    official: pd.DataFrame | None,
    kabupaten: str | None,
    where: Where,
) -> list[Finding]:
    """Handle polygons without code: lakes and forest are left out, one with a village name is reported."""
    villages = [row for row in rows if desa[row] and not _NO_VILLAGE.match(desa[row])]
    if official is not None and "desa" in official:
        lacking = official[~official.index.isin(codes.dropna())]["desa"].fillna("").astype(str)
        wanted = {name_key(name).letters for name in lacking}
        villages = [row for row in villages if name_key(desa[row]).letters in wanted]
    elif kabupaten is not None:
        own = codes.str.startswith(kabupaten).fillna(value=False)
        here = set(kecamatan[own]) - {""}
        villages = [row for row in villages if kecamatan[row] in here or not kecamatan[row]]
    others = [row for row in rows if row not in villages]
    findings = []
    if others:
        findings.append(
            Finding(
                check="batas.no_code",
                level="warning",
                message=_("{n} polygons have no village code and are left out: rows {rows}").format(
                    n=len(others), rows=compress_rows(others)
                ),
                remedy=_("Lakes and forest are often drawn like this; a village needs its code."),
                where=replace(where, row=others[0]),
            )
        )
    if villages:
        names = ", ".join(desa[row] for row in villages[:10])
        findings.append(
            Finding(
                check="batas.village_without_code",
                level="blocking",
                message=_(
                    "{n} polygons that bear the name of a village have no village code: {names}, rows {rows}"
                ).format(n=len(villages), names=names, rows=compress_rows(villages)),
                remedy=_(
                    "Write the code of these villages into the boundary file; without it they are left out."
                ),
                where=replace(where, row=villages[0]),
            )
        )
    return findings


def _refuse_duplicates(codes: pd.Series, where: Where) -> None:
    twice = codes[codes.duplicated(keep=False)]
    if twice.empty:
        return
    rows_of = {code: list(map(int, own.index)) for code, own in twice.groupby(twice)}
    first = min(rows_of)
    raise InputError(
        _("village code {kode} stands in rows {rows}; codes that stand more than once: {n}").format(
            kode=format_kode(first), rows=compress_rows(rows_of[first]), n=len(rows_of)
        ),
        where=replace(where, row=rows_of[first][1]),
        remedy=_("Correct the code, or join the parts of a village into one row."),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Boundaries:
    """Villages with their polygons and the findings about them.

    Parameters
    ----------
    villages : geopandas.GeoDataFrame
        Village table: index ``kode_desa``, sorted; columns ``desa``, ``kecamatan``, ``kode_kecamatan``,
        ``jenis``, ``geometry`` (None where there is no polygon).
    findings : list of Finding
    coverage_before, coverage : CoverageReport
        Coverage before and after the repair.
    source : str
        Name of the file.
    """

    villages: gpd.GeoDataFrame
    findings: list[Finding]
    coverage_before: CoverageReport
    coverage: CoverageReport
    source: str

    @cached_property
    def kecamatan(self) -> gpd.GeoDataFrame:
        """Kecamatan dissolved from villages: index ``kode_kecamatan``, column ``kecamatan``, ``geometry``."""
        rows = [
            {
                "kode_kecamatan": code,
                "kecamatan": _most_frequent(own["kecamatan"]),
                "geometry": _dissolve(own.geometry.dropna().to_numpy(), clean=self.coverage.is_valid),
            }
            for code, own in self.villages.groupby("kode_kecamatan", sort=True)
        ]
        frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=self.villages.crs)
        return frame.set_index("kode_kecamatan")

    @cached_property
    def centres(self) -> gpd.GeoSeries:
        """Centroids in metres (estimated UTM zone); empty for a village without polygon."""
        return self.villages.geometry.to_crs(utm_crs(self.villages)).centroid

    def __repr__(self) -> str:
        without = int(self.villages.geometry.isna().sum())
        return (
            f"<Boundaries: {len(self.villages)} desa ({without} tanpa poligon), "
            f"{self.villages['kode_kecamatan'].nunique()} kecamatan, {len(self.findings)} temuan>"
        )


def _dissolve(polygons: NDArray[np.object_], *, clean: bool) -> shapely.Geometry | None:
    if len(polygons) == 0:
        return None
    union = shapely.coverage_union_all(polygons) if clean else shapely.union_all(polygons)
    parts = shapely.get_parts(union)
    return parts[0] if len(parts) == 1 else union


def _most_frequent(names: pd.Series) -> str:
    return str(names.mode().sort_values().iloc[0])


def read_boundaries(
    path: str | Path,
    *,
    layer: str | None = None,
    columns: Mapping[str, str] | None = None,
    official: pd.DataFrame | None = None,
    kabupaten: str | None = None,
    bbox: tuple[float, float, float, float] | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    bridge: pd.DataFrame | None = None,
    repair: bool = True,
    gap_width_m: float = GAP_WIDTH_M,
) -> Boundaries:
    """Read village boundaries from any vector file, check and repair them.

    Parameters
    ----------
    path : str or Path
        GeoPackage, Shapefile, GeoJSON, GeoParquet, whatever else GDAL reads, or the SQL form of
        :mod:`lokus.places.published_sql`; also a folder or zip file with one of them.
    layer : str, optional
        Needed when the file has several.
    columns : mapping, optional
        ``{"kode": …, "desa": …, "kecamatan": …}`` for a layout that is not recognised.
    official : pandas.DataFrame, optional
        Official village list: ``kode_desa`` as index or column, ``desa``, ``kecamatan``. Villages without a
        polygon are added with geometry None.
    kabupaten : str, optional
        Code of the kabupaten, ``"16.03"`` or ``"1603"``; villages of others are left out and reported.
    bbox : tuple of float, optional
        West, south, east, north in the units of the file; only villages that meet it are read.
    crs : str, optional
        Coordinate system of a file that states none, or one in which its villages cannot lie. Leave it out
        where the file states a correct one: it must not contradict the file.
    encoding : str, optional
        Encoding of the texts of a file that states none or a wrong one.
    bridge : pandas.DataFrame, optional
        Columns ``bps`` and ``kemendagri``, for a file with BPS codes.
    repair : bool
        Make the borders of neighbours match. Do not use False where areas or neighbours are computed.
    gap_width_m : float
        Gaps narrower than this, in metres, are closed.

    Returns
    -------
    Boundaries
        In the coordinate system of the file.

    Raises
    ------
    InputError
        No such file or layer, no villages, no coordinate system or an impossible one, no polygons,
        unrecognised columns, a code in two rows, codes of BPS without a bridge, or no village of the stated
        kabupaten or the official list.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "desa.geojson"
    >>> square = shapely.box(104, -3, 104.1, -2.9)
    >>> columns = {"KDEPUM": ["99.01.01.2001"], "WADMKD": ["Suka Maju"], "WADMKC": ["Sukasari"]}
    >>> gpd.GeoDataFrame(columns, geometry=[square], crs="EPSG:4326").to_file(path)
    >>> read_boundaries(path)
    <Boundaries: 1 desa (0 tanpa poligon), 1 kecamatan, 0 temuan>
    """
    path = Path(path)
    where = Where(file=path.name)
    code = _kabupaten_digits(kabupaten)
    opened = open_features(
        path,
        layer=layer,
        columns=columns,
        # BPS numbers some kabupaten differently, so nothing is left out before codes are translated.
        kabupaten=code if bridge is None else None,
        bbox=bbox,
        encoding=encoding,
    )
    features = opened.frame
    if len(features) == 0:
        raise InputError(
            _("the file holds no villages"),
            where=where,
            remedy=_("name another layer with lapisan under [batas]"),
        )
    schema = find_schema(
        [c for c in features.columns if c != features.geometry.name], columns=columns, where=where
    )
    listed = None if official is None else official_table(official, code)
    villages, findings = village_table(
        features, schema, where=where, bridge=bridge, official=listed, kabupaten=code
    )
    findings = [*opened.findings, *findings]
    if code is not None:
        villages, left_out = drop_other_kabupaten(villages, code, where=where)
        findings += left_out
    elif listed is None:
        findings += several_kabupaten(villages, where=where)
    villages, problems = _finite(villages, where)
    findings += problems
    villages, problems = settle_crs(villages, crs, where=where)
    findings += problems
    villages, problems = _sound(villages, where)
    findings += problems
    before = after = check_coverage(villages)
    villages.geometry, enclaves, twins = cut_enclaves(villages, before)
    repaired = repair and can_clean()
    kept: list[str] = []
    if repaired and (not before.is_valid or len(before.gap_areas)):
        villages.geometry, unrepaired = clean_coverage(villages, gap_width_m=gap_width_m)
        kept = list(unrepaired)
        after = check_coverage(villages)
    findings += enclave_findings(path.name, villages["desa"], enclaves=enclaves, twins=twins)
    findings += coverage_findings(
        path.name,
        villages["desa"],
        before=before,
        after=after if repaired else None,
        kept=kept,
        gap_width_m=gap_width_m,
    )
    if listed is not None:
        villages, findings = _name_from_list(villages, listed, findings, where)
        villages, differences = _against_official(villages, listed, where)
        findings += differences
        if code is None:
            findings += several_kabupaten(villages, where=where)
    findings += name_findings(path.name, list(villages.index[villages["desa"].eq(dotted(villages.index))]))
    return Boundaries(
        villages=villages, findings=findings, coverage_before=before, coverage=after, source=path.name
    )


def _kabupaten_digits(kabupaten: str | None) -> str | None:
    if kabupaten is None:
        return None
    digits = re.sub(r"\D", "", str(kabupaten))
    if len(digits) != 4:
        raise InputError(
            _('"{text}" is not the code of a kabupaten, such as 16.03').format(text=str(kabupaten)[:40]),
            remedy=_("a province has two digits, a kabupaten four"),
        )
    return digits


def _finite(villages: gpd.GeoDataFrame, where: Where) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Remove polygons with coordinates that are not finite; nothing can be computed with them."""
    polygons = villages.geometry.to_numpy().copy()
    points, owner = shapely.get_coordinates(polygons, return_index=True)
    broken = np.unique(owner[~np.isfinite(points).all(axis=1)])
    if not len(broken):
        return villages, []
    polygons[broken] = None
    villages = villages.set_geometry(gpd.GeoSeries(polygons, index=villages.index, crs=villages.crs))
    lost = villages.iloc[broken]
    return villages, [
        Finding(
            check="batas.not_finite",
            level="blocking",
            message=_(
                "the polygons of {n} villages have points without a position (NaN or infinite): {codes}"
            ).format(n=len(lost), codes=list_codes(list(lost.index), list(lost["desa"]))),
            remedy=_("Draw these villages anew in a GIS program and save the file."),
            where=replace(where, kode_desa=str(lost.index[0]) if len(lost) == 1 else None),
        )
    ]


def _sound(villages: gpd.GeoDataFrame, where: Where) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Correct swapped axes, and make every polygon valid and non-empty."""
    present = (villages.geometry.notna() & ~villages.geometry.is_empty).to_numpy()
    swapped = np.zeros(len(villages), dtype=bool)
    if villages.crs.is_geographic:
        swapped = present & swapped_axes(villages.geometry.bounds.to_numpy())
        polygons = villages.geometry.to_numpy()
        polygons[swapped] = shapely.transform(polygons[swapped], lambda xy: xy[:, ::-1])
        villages.geometry = gpd.GeoSeries(polygons, index=villages.index, crs=villages.crs)
    villages.geometry, repaired = make_sound(villages.geometry)
    with_area = villages.geometry.notna().to_numpy()
    if not with_area.any():
        raise InputError(
            _("the file holds no polygons"),
            where=where,
            remedy=_("name a layer of polygons with lapisan under [batas]"),
        )
    outside = with_area & ~inside_indonesia(villages.geometry.to_crs("EPSG:4326").bounds.to_numpy())
    if outside.any():
        # A polygon far outside Indonesia would distort every map and every distance.
        polygons = villages.geometry.to_numpy().copy()
        polygons[outside] = None
        villages.geometry = gpd.GeoSeries(polygons, index=villages.index, crs=villages.crs)
    parts = shapely.get_num_geometries(villages.geometry.to_numpy())
    file = where.file or ""
    codes = villages.index
    return villages, [
        *position_findings(file, swapped=list(codes[swapped]), outside=list(codes[outside])),
        *geometry_findings(
            file, empty=list(codes[~with_area]), repaired=repaired, multipart=list(codes[parts > 1])
        ),
    ]


def _name_from_list(
    villages: gpd.GeoDataFrame, official: pd.DataFrame, findings: list[Finding], where: Where
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Take names of villages and kecamatan that are missing or damaged in the file from the list."""
    unnamed = villages["desa"].eq(dotted(villages.index)) | letters_lost(villages["desa"])
    given = official["desa"].reindex(villages.index).where(unnamed)
    if given.notna().any():
        villages = villages.assign(desa=given.fillna(villages["desa"]))
        note = Finding(
            check="batas.name_from_list",
            level="note",
            message=_("the names of {n} villages are from the official list: {codes}").format(
                n=int(given.notna().sum()),
                codes=list_codes(list(given.dropna().index), list(given.dropna())),
            ),
            where=where,
        )
        findings = [*findings, note]
    villages, findings = _kecamatan_from_list(villages, official, findings, where)
    if not (letters_lost(villages["desa"]) | letters_lost(villages["kecamatan"])).any():
        findings = [finding for finding in findings if finding.check != "batas.lost_letters"]
    return villages, findings


def _kecamatan_from_list(
    villages: gpd.GeoDataFrame, official: pd.DataFrame, findings: list[Finding], where: Where
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    nameless = villages["kecamatan"].eq(dotted_kecamatan(villages.index)) | letters_lost(
        villages["kecamatan"]
    )
    named = official[~official["kecamatan"].eq(dotted_kecamatan(official.index))]
    names = named.groupby("kode_kecamatan")["kecamatan"].agg(_most_frequent)
    found = villages["kode_kecamatan"].map(names).where(nameless)
    taken = int(found.notna().sum())
    if taken == 0:
        return villages, findings
    villages = villages.assign(kecamatan=found.fillna(villages["kecamatan"]))
    if taken == int(nameless.sum()):
        findings = [finding for finding in findings if finding.check != "batas.no_kecamatan"]
    note = Finding(
        check="batas.kecamatan_from_list",
        level="note",
        message=_("the kecamatan names of {n} villages are from the official list").format(n=taken),
        where=where,
    )
    return villages, [*findings, note]


def _against_official(
    villages: gpd.GeoDataFrame, official: pd.DataFrame, where: Where
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Remove villages that the official list does not have, and add those that only it has."""
    findings = []
    file = where.file or ""
    listed = villages.index.isin(official.index)
    if not listed.any():
        raise InputError(
            _("not one of {n} polygons belongs to a village of the official list: {codes}").format(
                n=len(villages), codes=list_codes(list(villages.index), list(villages["desa"]))
            ),
            where=where,
            remedy=_("Check whether the file and the list are of the same kabupaten and year."),
        )
    here = villages.index.str[:4].isin(official.index.str[:4])
    unknown = villages[~listed & here]
    if len(unknown):
        findings.append(finding_unknown(file, list(unknown.index), list(unknown["desa"]), n=int(here.sum())))
    if not here.all():
        others = villages.index[~here].str[:4].value_counts().sort_index()
        findings.append(
            Finding(
                check="batas.other_kabupaten",
                level="note",
                message=_(
                    "{n} villages of kabupaten that the official list lacks are left out: {others}"
                ).format(
                    n=int(others.sum()),
                    others=", ".join(f"{code[:2]}.{code[2:]} ({n})" for code, n in others.items()),
                ),
                where=where,
            )
        )
    villages = villages[listed]
    missing = official[~official.index.isin(villages.index)]
    if len(missing):
        findings.append(finding_missing(file, list(missing.index), list(missing["desa"])))
        added = gpd.GeoDataFrame(missing, geometry=[None] * len(missing), crs=villages.crs)
        villages = pd.concat([villages, added]).sort_index().rename_axis("kode_desa")
    return villages, findings
