"""The table of a crosswalk: which kind of change every link between two lists is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from lokus.places.vintage_links import letters

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CHANGES", "DOUBTFUL", "crosswalk_table"]

SAME, RENAMED, RECODED, SPLIT, MERGED, BOTH, NEW, GONE = (
    "tetap", "ganti nama", "ganti kode", "pecah", "gabung", "pecah dan gabung", "baru", "hilang",
)  # fmt: skip
CHANGES: Final = (SAME, RENAMED, RECODED, SPLIT, MERGED, BOTH, NEW, GONE)
"""Kinds of change, in the order in which they are counted."""

DOUBTFUL: Final = (SPLIT, MERGED, BOTH)
"""Kinds of change after which no village is quite what it was."""

_COLUMNS: Final = ("kode_lama", "kode_baru", "jenis_perubahan", "cara", "keterangan")
_SHARES: Final = ("bagian_lama", "bagian_baru")


def crosswalk_table(
    old: Mapping[str, str],
    new: Mapping[str, str],
    links: Mapping[tuple[str, str], str],
    notes: Mapping[tuple[str, str], str],
    *,
    shares: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give every village of two lists a row for each link, or one without.

    Parameters
    ----------
    old, new : mapping
        Names by code.
    links : mapping
        By what a pair of an old and a new code was recognised.
    notes : mapping
        What to say of a pair; an empty code stands for none.
    shares : pandas.DataFrame, optional
        As :func:`lokus.places.vintage_overlap.overlap_shares` gives them.

    Returns
    -------
    pandas.DataFrame
        As ``Crosswalk.table``.
    """
    successors = Counter(a for a, _b in links)
    predecessors = Counter(b for _a, b in links)
    rows: list[tuple[str | None, str | None, str, str, str]] = [
        (a, b, _change(a, b, old[a], new[b], successors[a], predecessors[b]), how, notes.get((a, b), ""))
        for (a, b), how in links.items()
    ]
    rows += [(a, None, GONE, "", notes.get((a, ""), "")) for a in old if a not in successors]
    rows += [(None, b, NEW, "", notes.get(("", b), "")) for b in new if b not in predecessors]
    table = pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"kode_lama": "string", "kode_baru": "string"})
    table["desa_lama"] = table["kode_lama"].map(dict(old)).astype("string")
    table["desa_baru"] = table["kode_baru"].map(dict(new)).astype("string")
    measured = pd.DataFrame(np.nan, index=table.index, columns=list(_SHARES))
    if shares is not None:
        pairs = pd.MultiIndex.from_frame(table[["kode_lama", "kode_baru"]].astype(object))
        measured = shares.reindex(pairs).set_axis(table.index)
    return table.join(measured).sort_values(["kode_lama", "kode_baru"], ignore_index=True)


def _change(old: str, new: str, was: str, name: str, successors: int, predecessors: int) -> str:
    if successors > 1:
        return BOTH if predecessors > 1 else SPLIT
    if predecessors > 1:
        return MERGED
    if old != new:
        return RECODED
    return SAME if letters(was) == letters(name) else RENAMED
