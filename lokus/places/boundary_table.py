"""From the features of a boundary file, or an official list, to the village table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.places.kode import bridge_bps, compress_rows, format_kode, jenis, kecamatan_of, repair_codes

if TYPE_CHECKING:
    from lokus.places.boundary_schemas import Schema

__all__ = ["dotted_kecamatan", "drop_other_kabupaten", "official_table", "village_table"]


def village_table(
    features: gpd.GeoDataFrame, schema: Schema, *, bridge: pd.DataFrame | None, where: Where
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Give the village table of a boundary file: unique codes, sorted, with names and geometry.

    Raises
    ------
    InputError
        No row has a code, a code stands in two rows, or the codes are of BPS and there is no bridge.
    """
    rows = pd.RangeIndex(1, len(features) + 1)
    written = pd.Series(features[schema.kode].to_numpy(), index=rows, dtype=object).map(_without_country)
    codes, findings = repair_codes(written, where=replace(where, column=schema.kode))
    findings = [finding for finding in findings if finding.check != "kode.empty"]
    refused = {finding.where.row for finding in findings if finding.check == "kode.refused"}
    nameless = [int(row) for row in rows[codes.isna()] if row not in refused]
    if nameless:
        findings.append(_without_code(nameless, where))
    if _looks_like_bps(codes):
        if bridge is None:
            raise InputError(
                _("the village codes are of BPS, not of Kemendagri"),
                where=replace(where, column=schema.kode),
                remedy=_(
                    "Give a bridge table from BPS to Kemendagri codes, or use boundaries with the latter."
                ),
            )
        codes, unbridged = bridge_bps(codes, bridge, where=where)
        findings += unbridged
    known = codes.notna().to_numpy()
    if not known.any():
        raise InputError(_("no polygon has a usable village code"), where=replace(where, column=schema.kode))
    _refuse_duplicates(codes[known], replace(where, column=schema.kode))
    kecamatan = features[schema.kecamatan] if schema.kecamatan else pd.Series(None, index=features.index)
    villages = gpd.GeoDataFrame(
        _describe(codes[known], features.loc[known, schema.desa], kecamatan[known]),
        geometry=features.geometry.to_numpy()[known],
        crs=features.crs,
    )
    without_kecamatan = int(_text(kecamatan[known]).eq("").sum())
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


def official_table(official: pd.DataFrame, kabupaten: str | None) -> pd.DataFrame:
    """Give an official village list the shape of the village table, without geometry.

    Raises
    ------
    InputError
        A column is missing, a code cannot be read, or one stands twice.
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
    """Keep the villages of one kabupaten, and say what else the file holds.

    Raises
    ------
    InputError
        The file holds none of that kabupaten.
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
    return villages[own].copy(), findings


def _describe(codes: pd.Series, desa: pd.Series, kecamatan: pd.Series) -> pd.DataFrame:
    plain = codes.astype(str).to_numpy()
    frame = pd.DataFrame(
        {"desa": _text(desa).to_numpy(), "kecamatan": _text(kecamatan).to_numpy()},
        index=pd.Index(plain, name="kode_desa", dtype=str),
    )
    frame["kode_kecamatan"] = [kecamatan_of(code) for code in plain]
    frame["jenis"] = [jenis(code) for code in plain]
    frame["kecamatan"] = frame["kecamatan"].where(frame["kecamatan"] != "", dotted_kecamatan(frame.index))
    return frame


def dotted_kecamatan(codes: pd.Index) -> pd.Series:
    """Give the dotted code of the kecamatan, which stands in the place of an unknown name."""
    return pd.Series([format_kode(code)[:8] for code in codes], index=codes, dtype=object)


def _text(names: pd.Series) -> pd.Series:
    return names.map(lambda name: "" if pd.isna(name) else " ".join(str(name).split())).astype(str)


def _without_country(cell: object) -> object:
    """Take the country off a code of the United Nations' system (``ID1603012001``)."""
    return cell[2:] if isinstance(cell, str) and cell[:2].upper() == "ID" else cell


def _looks_like_bps(codes: pd.Series) -> bool:
    # The seventh digit of a Kemendagri code is 1, 2 or 3; of a BPS code it is mostly 0.
    foreign = [jenis(code) == "lainnya" for code in codes.dropna()]
    return 2 * sum(foreign) > len(foreign)


def _without_code(rows: list[int], where: Where) -> Finding:
    return Finding(
        check="batas.no_code",
        level="warning",
        message=_("{n} polygons have no village code and are left out: rows {rows}").format(
            n=len(rows), rows=compress_rows(rows)
        ),
        remedy=_("Lakes and forest are often drawn like this; a village needs its code."),
        where=replace(where, row=rows[0]),
    )


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
