"""What a map tells of one village when asked: the same facts, in the same words, in every interactive map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.places.kode import format_kode
from lokus.show.results.text import is_masked
from lokus.show.words.review import review_marks

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.show.themes.layer import Layer

__all__ = ["Fact", "displayed_codes", "layer_values", "reasons", "village_cells", "village_facts"]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A labelled text for every village, in the order of the results."""

    label: str
    values: tuple[str, ...]


def village_facts(results: gpd.GeoDataFrame) -> list[Fact]:
    """Facts of every village as they are read, with intervals where there are any.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table; facts whose column it lacks are left out.
    """
    facts = []
    if "prevalensi" in results:
        facts.append(
            Fact(label=_("Prevalence (%)"), values=_with_interval(results, "prevalensi", decimals=1))
        )
    if "anak_stunting" in results:
        facts.append(
            Fact(
                label=_("Stunted children (estimate)"),
                values=_with_interval(results, "anak_stunting", decimals=0),
            )
        )
    if "cakupan_pengukuran" in results:
        facts.append(
            Fact(label=_("Children measured (%)"), values=_numbers(results["cakupan_pengukuran"], 1))
        )
    if "skor" in results:
        facts.append(Fact(label=_("Score (0–100)"), values=_numbers(results["skor"] * 100, 1)))
    if "peringkat" in results:
        facts.append(Fact(label=_("Rank by score"), values=_with_interval(results, "peringkat", decimals=0)))
    if "peluang_lokus" in results:
        facts.append(Fact(label=_("Chance (%)"), values=_numbers(results["peluang_lokus"] * 100, 0)))
    if "tipologi" in results:
        facts.append(Fact(label=_("Type"), values=tuple(results["tipologi"].fillna("–").astype(str))))
    if "kelengkapan" in results:
        facts.append(Fact(label=_("Completeness (%)"), values=_numbers(results["kelengkapan"], 0)))
    if "status_reviu" in results:
        marks = tuple(mark or "–" for mark in review_marks(results))
        facts.append(Fact(label=_("Review"), values=marks))
    return facts


def village_cells(results: gpd.GeoDataFrame) -> list[Fact]:
    """Facts of every village in columns of a narrow table; those whose column is absent are left out."""
    cells = []
    if "peringkat" in results:
        cells.append(Fact(label=_("Rank"), values=_numbers(results["peringkat"], 0)))
    if "prevalensi" in results:
        cells.append(
            Fact(label=_("Prevalence (%)"), values=_with_interval(results, "prevalensi", decimals=1))
        )
    if "anak_stunting" in results:
        cells.append(Fact(label=_("Children"), values=_with_interval(results, "anak_stunting", decimals=0)))
    if "skor" in results:
        cells.append(Fact(label=_("Score"), values=_numbers(results["skor"] * 100, 1)))
    if "peluang_lokus" in results:
        cells.append(Fact(label=_("Chance (%)"), values=_numbers(results["peluang_lokus"] * 100, 0)))
    if "status_reviu" in results:
        cells.append(Fact(label=_("Review"), values=review_marks(results)))
    return cells


def layer_values(layer: Layer) -> tuple[str, ...]:
    """Value behind the colour or circle of each village, with its unit; empty where there is none."""
    unit = f" {layer.unit}" if layer.unit else ""
    return tuple("" if text == "–" else text + unit for text in _numbers(layer.values, layer.decimals))


def reasons(results: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Why a village is on the list or not, as the results state it."""
    columns = [name for name in ("alasan", "keterangan") if name in results]
    rows = zip(*(results[name].fillna("").astype(str) for name in columns), strict=True)
    texts = tuple(" · ".join(dict.fromkeys(part for part in row if part)) for row in rows)
    return texts or ("",) * len(results)


def displayed_codes(results: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Codes in dotted form."""
    return tuple(format_kode(str(kode)) for kode in results.index)


def _numbers(values: pd.Series, decimals: int) -> tuple[str, ...]:
    floats = values.astype("Float64").to_numpy(dtype=float, na_value=float("nan")).tolist()
    known: dict[str, str] = {}  # a nation has many villages and few different numbers
    texts = []
    for value in floats:
        key = f"{value:.{decimals}f}"
        if key not in known:
            known[key] = format_number(value, decimals=decimals)
        texts.append(known[key])
    return tuple(texts)


def _with_interval(results: gpd.GeoDataFrame, name: str, *, decimals: int) -> tuple[str, ...]:
    middle = _numbers(results[name], decimals)
    if f"{name}_bawah" not in results:
        return middle
    low, high = (_numbers(results[f"{name}_{side}"], decimals) for side in ("bawah", "atas"))
    masked = is_masked(results, name)
    return tuple(
        _("masked") if hidden else m if "–" in (m, a, b) else f"{m} ({a}–{b})"
        for m, a, b, hidden in zip(middle, low, high, masked, strict=True)
    )
