"""Two years' village lists set against each other: who is the same, renamed, recoded, divided, merged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from lokus.errors import InputError
from lokus.i18n import gettext as _
from lokus.places.boundary_table import official_table
from lokus.places.carry import Carried, carry_over
from lokus.places.kode import format_kode
from lokus.places.names import MARGIN, THRESHOLD
from lokus.places.vintage_links import BY_CODE, BY_LIKENESS, BY_NAME, Link, link_lists
from lokus.places.vintage_notes import join_notes, link_notes
from lokus.places.vintage_overlap import overlap_shares
from lokus.places.vintage_table import CHANGES, crosswalk_table

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CHANGES", "Carried", "Crosswalk", "carry_over", "crosswalk"]

BY_AREA: Final = "batas"
# Two drawings of one village overlap by more than this; two neighbours that were confused, by less.
_CONTRADICTION = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Crosswalk:
    """Every village of two years' lists, and what became of it.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a pair of an old and a new village, or a village without counterpart, sorted by old and new
        code. Columns ``kode_lama``, ``kode_baru`` (``<NA>`` where there is none), ``jenis_perubahan`` (one of
        :data:`CHANGES`), ``cara`` ("kode dan nama", "nama", "kode", "nama mirip", "batas"), ``keterangan``,
        ``desa_lama``, ``desa_baru``, and ``bagian_lama``, ``bagian_baru``: percent of the old and of the new
        village's area that the two share, missing where it was not measured.
    """

    table: pd.DataFrame

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The rows with both an old and a new village."""
        return self.table.dropna(subset=["kode_lama", "kode_baru"])

    @cached_property
    def counts(self) -> pd.Series:
        """Number of rows of every kind of change, in the order of :data:`CHANGES`."""
        return self.table["jenis_perubahan"].value_counts().reindex(list(CHANGES), fill_value=0)

    def then(self, later: Crosswalk) -> Crosswalk:
        """Follow villages through a further change: from the first list of this to the last of `later`.

        Raises
        ------
        ValueError
            The last list of this crosswalk is not the first of the other.
        """
        if set(self.table["kode_baru"].dropna()) != set(later.table["kode_lama"].dropna()):
            raise ValueError("the new list of the first crosswalk is not the old list of the second")
        onward: dict[str, list[tuple[str, str, str]]] = {}
        for middle, code, how, note in _rows(later.pairs):
            onward.setdefault(middle, []).append((code, how, note))
        links: dict[tuple[str, str], str] = {}
        notes: dict[tuple[str, str], str] = {}
        for origin, middle, how, note in _rows(self.pairs):
            for code, later_how, later_note in onward.get(middle, []):
                links[origin, code] = join_notes([links.get((origin, code), ""), how, later_how])
                notes[origin, code] = join_notes([notes.get((origin, code), ""), note, later_note])
        return Crosswalk(table=crosswalk_table(_names(self, "lama"), _names(later, "baru"), links, notes))

    def __repr__(self) -> str:
        old, new = (self.table[column].nunique() for column in ("kode_lama", "kode_baru"))
        kinds = ", ".join(f"{n} {kind}" for kind, n in self.counts.items() if n)
        return f"<Crosswalk: {old} → {new} desa; {kinds}>"


def crosswalk(
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    least_overlap: float = 50.0,
    threshold: float = THRESHOLD,
    margin: float = MARGIN,
) -> Crosswalk:
    """Find what became of every village between two years' lists.

    Villages are recognised by code and name (:func:`lokus.places.vintage_links.link_lists`) and, when both
    lists have polygons, by area: a village that codes and names leave open belongs to the one it shares at
    least `least_overlap` of its own area with, or of whose area it has that much. Only polygons can tell that
    a village was divided or merged; from lists alone its parts are new and what was merged is gone. A link by
    name alone is given up where the two polygons contradict it.

    Parameters
    ----------
    old, new : pandas.DataFrame or geopandas.GeoDataFrame
        ``kode_desa`` as index or column, ``desa``, and ``kecamatan`` where known.
    least_overlap : float
        Percent.
    threshold, margin : float
        For similar names, as in :func:`lokus.places.names.match_names`.

    Returns
    -------
    Crosswalk

    Raises
    ------
    InputError
        A list lacks a column, or has an unusable code or one twice.

    Examples
    --------
    >>> codes = ["9901012001", "9901012002"]
    >>> old = pd.DataFrame({"kode_desa": codes, "desa": ["Suka Maju", "Lubuk Besar"]})
    >>> new = pd.DataFrame({"kode_desa": ["9901012001", "9901022001"], "desa": ["Suka Maju", "Lubuk Besar"]})
    >>> crosswalk(old, new)
    <Crosswalk: 2 → 2 desa; 1 tetap, 1 ganti kode>
    """
    before, after = _listed(old), _listed(new)
    links = link_lists(before, after, threshold=threshold, margin=margin)
    shares = None
    if isinstance(old, gpd.GeoDataFrame) and isinstance(new, gpd.GeoDataFrame):
        links, shares = _with_areas(links, _drawn(old), _drawn(new), least_overlap)
    was, name = ({str(kode): str(desa) for kode, desa in own["desa"].items()} for own in (before, after))
    shared = {} if shares is None else dict(zip(shares.index, shares.max(axis=1), strict=True))
    by_how = {(link.old, link.new): link.how for link in links}
    notes = link_notes(links, was, name, shared)
    return Crosswalk(table=crosswalk_table(was, name, by_how, notes, shares=shares))


def _rows(pairs: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    columns = (pairs[name].astype(str) for name in ("kode_lama", "kode_baru", "cara", "keterangan"))
    return zip(*columns, strict=True)


def _names(crosswalk: Crosswalk, side: str) -> dict[str, str]:
    own = crosswalk.table.dropna(subset=[f"kode_{side}"])
    return dict(zip(own[f"kode_{side}"].astype(str), own[f"desa_{side}"].astype(str), strict=True))


def _listed(villages: pd.DataFrame) -> pd.DataFrame:
    """Give a list with codes as sorted index and empty text where the kecamatan is unknown."""
    plain = pd.DataFrame(villages.drop(columns="geometry", errors="ignore"))
    known = "kecamatan" in plain.columns
    table = official_table(plain if known else plain.assign(kecamatan=""), None)
    if not known:
        table["kecamatan"] = ""
    if (table["desa"] == "").any():
        raise InputError(
            _("{n} villages of the list have no name, first: {kode}").format(
                n=int((table["desa"] == "").sum()), kode=format_kode(table.index[table["desa"] == ""][0])
            ),
            remedy=_("Fill in the names; villages are recognised by code and name together."),
        )
    return table


def _drawn(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    indexed = villages if "kode_desa" not in villages.columns else villages.set_index("kode_desa")
    digits = indexed.index.astype(str).str.replace(".", "")
    return indexed.set_axis(pd.Index(digits, name="kode_desa"))[["geometry"]].sort_index()


def _with_areas(
    links: list[Link], old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, least: float
) -> tuple[list[Link], pd.DataFrame]:
    """Drop links that the polygons contradict, and add those that only they show."""
    shares = overlap_shares(old, new, old_codes=old.index, new_codes=new.index)
    drawn_old, drawn_new = (set(frame.index[frame.geometry.notna()]) for frame in (old, new))
    most = dict(zip(shares.index, shares.max(axis=1), strict=True))
    kept = [
        link
        for link in links
        if link.how not in (BY_NAME, BY_LIKENESS, BY_CODE)
        or link.old not in drawn_old
        or link.new not in drawn_new
        or most.get((link.old, link.new), 0.0) >= _CONTRADICTION
    ]
    settled_old, settled_new = {link.old for link in kept}, {link.new for link in kept}
    large = shares[(shares >= least).any(axis=1)].index
    added = [Link(str(a), str(b), BY_AREA) for a, b in large if a not in settled_old or b not in settled_new]
    return kept + added, shares
