"""Word the findings about village boundaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lokus.findings import Finding, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.places.boundary_words import plain_words
from lokus.places.kode import format_kode

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from lokus.places.boundary_coverage import CoverageReport, Repaired

__all__ = [
    "coverage_findings",
    "enclave_findings",
    "finding_missing",
    "finding_unknown",
    "geometry_findings",
    "list_codes",
    "name_findings",
    "position_findings",
]

_SHOWN = 10
_HECTARE = 10_000.0


def list_codes(codes: Sequence[str], names: Sequence[str] = ()) -> str:
    """List codes, with names where given, and the number of further ones.

    Examples
    --------
    >>> list_codes(["9901012001", "9901012002"], ["Sukamaju", "Sukasari"])
    '99.01.01.2001 Sukamaju, 99.01.01.2002 Sukasari'
    """
    texts = [format_kode(code) for code in codes]
    if len(names):
        texts = [f"{text} {name}" for text, name in zip(texts, names, strict=True)]
    shown = ", ".join(texts[:_SHOWN])
    more = len(texts) - _SHOWN
    return shown if more <= 0 else _("{shown} and {more} more").format(shown=shown, more=more)


def _where(file: str, codes: Sequence[str]) -> Where:
    return Where(file=file, kode_desa=codes[0] if len(codes) == 1 else None)


def position_findings(file: str, *, swapped: Sequence[str], outside: Sequence[str]) -> list[Finding]:
    """Report villages with longitude and latitude exchanged (and corrected), or outside Indonesia.

    Examples
    --------
    >>> found = position_findings("desa.gpkg", swapped=["9901012001"], outside=["9901012002"])
    >>> [finding.level for finding in found]
    ['warning', 'blocking']
    """
    findings = []
    if len(swapped):
        findings.append(
            Finding(
                check="batas.swapped_axes",
                level="warning",
                message=_(
                    "longitude and latitude were exchanged in {n} villages and are set right: {codes}"
                ).format(n=len(swapped), codes=list_codes(swapped)),
                remedy=_("Tell whoever made the file; other programs will draw it in the wrong place."),
                where=_where(file, swapped),
            )
        )
    if len(outside):
        findings.append(
            Finding(
                check="batas.outside",
                level="blocking",
                message=_("{n} villages lie outside Indonesia: {codes}").format(
                    n=len(outside), codes=list_codes(outside)
                ),
                remedy=_(
                    "Correct these polygons or the coordinate system; until then they count without polygon."
                ),
                where=_where(file, outside),
            )
        )
    return findings


def geometry_findings(
    file: str, *, empty: Sequence[str], repaired: Repaired, multipart: Sequence[str]
) -> list[Finding]:
    """Report villages without polygon, with an invalid one that was repaired, and with several parts.

    Examples
    --------
    >>> from lokus.places.boundary_coverage import Repaired
    >>> found = geometry_findings("desa.gpkg", empty=["9901012001"], repaired=Repaired(), multipart=[])
    >>> [finding.check for finding in found]
    ['batas.no_geometry']
    """
    findings = []
    if len(empty):
        findings.append(
            Finding(
                check="batas.no_geometry",
                level="warning",
                message=_("{n} villages stand in the file without a polygon: {codes}").format(
                    n=len(empty), codes=list_codes(empty)
                ),
                remedy=_("They stay in every table, and are listed beside the map."),
                where=_where(file, empty),
            )
        )
    if len(repaired.codes):
        findings.append(
            Finding(
                check="batas.invalid",
                level="note",
                message=_("{n} polygons were invalid and are repaired: {codes} ({reason})").format(
                    n=len(repaired.codes),
                    codes=list_codes(repaired.codes),
                    reason=plain_words(repaired.reason) or _("not a valid polygon"),
                ),
                where=_where(file, repaired.codes),
            )
        )
    if len(repaired.changed):
        findings.append(
            Finding(
                check="batas.invalid_area",
                level="warning",
                message=_("the repair changes the area of {n} polygons by more than 1 %: {codes}").format(
                    n=len(repaired.changed), codes=list_codes(repaired.changed)
                ),
                remedy=_("Look at these villages on the map before using their areas."),
                where=_where(file, repaired.changed),
            )
        )
    if len(multipart):
        findings.append(
            Finding(
                check="batas.multipart",
                level="note",
                message=_("{n} villages consist of several separate parts: {codes}").format(
                    n=len(multipart), codes=list_codes(multipart)
                ),
                remedy=_("Right for islands and for land beyond a neighbour; otherwise a drawing error."),
                where=_where(file, multipart),
            )
        )
    return findings


def finding_missing(file: str, codes: Sequence[str], names: Sequence[str]) -> Finding:
    """Report villages of the official list that the file lacks.

    Examples
    --------
    >>> finding_missing("desa.gpkg", ["9901012001"], ["Suka Maju"]).where.kode_desa
    '9901012001'
    """
    return Finding(
        check="batas.missing",
        level="warning",
        message=_("{n} villages of the official list have no polygon: {codes}").format(
            n=len(codes), codes=list_codes(codes, names)
        ),
        remedy=_("They stay in every table, and are listed beside the map."),
        where=_where(file, codes),
    )


def finding_unknown(file: str, codes: Sequence[str], names: Sequence[str], *, n: int) -> Finding:
    """Report villages of the file that the official list lacks; if most, the list is the wrong one.

    Examples
    --------
    >>> finding_unknown("desa.gpkg", ["9901012001"], ["Suka Maju"], n=1).level
    'blocking'
    """
    return Finding(
        check="batas.unknown",
        level="blocking" if 2 * len(codes) > n else "warning",
        message=_("{n} of {all} polygons belong to no village of the official list: {codes}").format(
            n=len(codes), all=n, codes=list_codes(codes, names)
        ),
        remedy=_(
            "They are left out and never proposed. A village among them needs a row in the list that "
            "daftar_resmi names."
        ),
        where=_where(file, codes),
    )


def name_findings(file: str, codes: Sequence[str]) -> list[Finding]:
    """Report villages that neither the file nor the official list names.

    Examples
    --------
    >>> [finding.check for finding in name_findings("desa.gpkg", ["9901012001"])]
    ['batas.no_name']
    """
    if not len(codes):
        return []
    return [
        Finding(
            check="batas.no_name",
            level="warning",
            message=_("{n} villages have no name, and are called by their code: {codes}").format(
                n=len(codes), codes=list_codes(codes)
            ),
            remedy=_("Write the names into the boundary file, or name the official list with daftar_resmi."),
            where=_where(file, codes),
        )
    ]


def _pairs(pairs: Sequence[tuple[str, str]], names: pd.Series) -> str:
    texts = [f"{format_kode(a)} {names[a]} – {format_kode(b)} {names[b]}" for a, b in pairs[:_SHOWN]]
    more = len(pairs) - _SHOWN
    shown = "; ".join(texts)
    return shown if more <= 0 else _("{shown} and {more} more").format(shown=shown, more=more)


def enclave_findings(
    file: str, names: pd.Series, *, enclaves: Sequence[tuple[str, str]], twins: Sequence[tuple[str, str]]
) -> list[Finding]:
    """Report villages drawn inside another one (cut out of it), and pairs of identical polygons.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series({"9901012001": "Suka Maju", "9901012002": "Suka Jaya"})
    >>> pair = [("9901012001", "9901012002")]
    >>> [finding.level for finding in enclave_findings("desa.gpkg", names, enclaves=pair, twins=pair)]
    ['warning', 'blocking']
    """
    findings = []
    if len(enclaves):
        findings.append(
            Finding(
                check="batas.enclave",
                level="warning",
                message=_(
                    "{n} villages are drawn inside another and cut out of it (inner – outer): {pairs}"
                ).format(n=len(enclaves), pairs=_pairs(enclaves, names)),
                remedy=_("Cut the inner village out of the outer one in the boundary file too."),
                where=Where(file=file),
            )
        )
    if len(twins):
        findings.append(
            Finding(
                check="batas.same_polygon",
                level="blocking",
                message=_("{n} pairs of villages have one and the same polygon: {pairs}").format(
                    n=len(twins), pairs=_pairs(twins, names)
                ),
                remedy=_("Find out which village lies there, and draw the other one where it lies."),
                where=_where(file, twins[0] if len(twins) == 1 else ()),
            )
        )
    return findings


def coverage_findings(
    file: str,
    names: pd.Series,
    *,
    before: CoverageReport,
    after: CoverageReport | None,
    kept: Sequence[str],
    gap_width_m: float,
) -> list[Finding]:
    """Report cracks, overlaps and gaps before and, where a repair was made, `after` it.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from lokus.places.boundary_coverage import check_coverage
    >>> squares = [shapely.box(0, 0, 10, 10), shapely.box(9, 0, 20, 10)]
    >>> names = {"desa": ["A", "B"]}
    >>> villages = gpd.GeoDataFrame(names, geometry=squares, index=["a", "b"], crs="EPSG:32748")
    >>> report = check_coverage(villages)
    >>> found = coverage_findings(
    ...     "desa.gpkg", villages["desa"], before=report, after=report, kept=[], gap_width_m=30.0
    ... )
    >>> [finding.check for finding in found]
    ['batas.coverage', 'batas.overlap', 'batas.still_cracked']
    """
    findings = []
    if len(before.cracked) or len(before.overlaps) or len(before.gap_areas):
        message = _(
            "borders do not fit: {cracked} of {n} polygons have edges unlike their neighbour's, "
            "{overlaps} overlaps over 1 m² ({overlap_ha} ha), {gaps} gaps inside ({gap_ha} ha)"
        ).format(
            cracked=len(before.cracked),
            n=before.n,
            overlaps=len(before.overlaps),
            overlap_ha=format_number(float(np.sum(before.overlap_areas)) / _HECTARE, decimals=1),
            gaps=len(before.gap_areas),
            gap_ha=format_number(float(np.sum(before.gap_areas)) / _HECTARE, decimals=1),
        )
        findings.append(
            Finding(
                check="batas.coverage",
                level="warning" if after is None else "note",
                message=message,
                remedy=_("The borders stay as they are.")
                if after is None
                else _("The borders are repaired.")
                if after.is_valid
                else _(
                    "The borders are repaired where that changes no village by over 1 %; the rest is named."
                ),
                where=Where(file=file),
            )
        )
    if after is not None and len(after.gap_areas):
        findings.append(
            Finding(
                check="batas.gaps",
                level="note",
                message=_("{n} gaps wider than {width} m remain, the largest of {ha} ha").format(
                    n=len(after.gap_areas),
                    width=format_number(gap_width_m),
                    ha=format_number(float(after.gap_areas[0]) / _HECTARE, decimals=1),
                ),
                remedy=_("Right for lakes and for another kabupaten inside; otherwise a village is missing."),
                where=Where(file=file),
            )
        )
    if len(kept):
        findings.append(
            Finding(
                check="batas.kept",
                level="warning",
                message=_(
                    "{n} villages keep their own border; a repair would change the area by over 1 %: {codes}"
                ).format(n=len(kept), codes=list_codes(kept)),
                remedy=_("Have these borders drawn again."),
                where=_where(file, kept),
            )
        )
    left = after if after is not None else before
    if len(left.overlaps):
        pairs = [(str(a), str(b)) for a, b in left.overlaps[np.argsort(-left.overlap_areas, kind="stable")]]
        findings.append(
            Finding(
                check="batas.overlap",
                level="warning",
                message=_("{n} pairs of villages overlap, by {ha} ha in all: {pairs}").format(
                    n=len(pairs),
                    ha=format_number(float(left.overlap_areas.sum()) / _HECTARE, decimals=1),
                    pairs=_pairs(pairs, names),
                ),
                remedy=_("Have these borders drawn again; on maps the smaller village lies above."),
                where=Where(file=file),
            )
        )
    if after is not None and not after.is_valid and not len(kept):
        findings.append(
            Finding(
                check="batas.still_cracked",
                level="warning",
                message=_("the borders of {n} villages still do not fit after the repair: {codes}").format(
                    n=len(after.cracked), codes=list_codes(list(after.cracked))
                ),
                remedy=_("Have these borders drawn again."),
                where=Where(file=file),
            )
        )
    return findings
