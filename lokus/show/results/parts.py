"""Restrict the material of a study to one kecamatan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lokus.show.results.material import Material

__all__ = ["kecamatan_names", "part_of"]


def kecamatan_names(material: Material) -> dict[str, str]:
    """Code → name of every kecamatan, by code.

    Examples
    --------
    >>> from lokus import Kajian
    >>> names = kecamatan_names(Kajian.open("data/kajian/contoh-2026.toml").material)
    >>> len(names), next(iter(names))
    (22, '990101')
    """
    names = material.results.groupby("kode_kecamatan")["kecamatan"].first().astype(str)
    return dict(names.sort_index().items())


def part_of(material: Material, kecamatan: str) -> Material:
    """Give the material of one kecamatan: its villages, their gaps and what is missing of them.

    Parts about the whole kabupaten (rules, method, path to the target) and the figures of each village do not
    change.

    Parameters
    ----------
    material : Material
    kecamatan : str
        Code.

    Examples
    --------
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> part = part_of(material, "990101")
    >>> set(part.results["kode_kecamatan"]), set(part.gaps["kode_desa"]) <= set(part.results.index)
    ({'990101'}, True)
    """
    results = material.results[material.results["kode_kecamatan"] == kecamatan]
    own = results.index
    gaps, filled, asked = material.gaps, material.completeness, material.requests
    outlines = material.kecamatan
    return replace(
        material,
        results=results,
        kecamatan=outlines[outlines.index.astype(str) == kecamatan],
        gaps=None if gaps is None else gaps[gaps["kode_desa"].isin(own)],
        completeness=None if filled is None else filled.reindex(own),
        requests=None if asked is None else asked[asked["kode_desa"].isin(own)],
    )
