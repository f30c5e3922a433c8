"""One plain sentence for each map: what a reader should see in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.texts import one_line

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["map_sentence"]

_HIGH = ("tinggi", "sangat tinggi")


def map_sentence(results: gpd.GeoDataFrame, theme: str, classes: pd.Series) -> str:
    """Say what a map shows, by counting villages and lokus in its classes; nothing for a theme without words.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table.
    theme : str
        Theme of the map.
    classes : pandas.Series
        Class key of every village, as :attr:`lokus.show.layer.Layer.classes`.

    Examples
    --------
    >>> import pandas as pd
    >>> results = pd.DataFrame({"nomor": [1, None, None]})
    >>> map_sentence(results, "titik_panas", pd.Series(["tinggi-tinggi", "tinggi-tinggi", "tidak nyata"]))
    '2 desa/kelurahan bernilai tinggi di antara tetangga yang tinggi; 1 di antaranya diusulkan menjadi lokus.'
    """
    words = _WORDS.get(theme)
    return words(results, classes) if words else ""


def _chosen(results: gpd.GeoDataFrame, fits: pd.Series) -> str:
    inside = results["nomor"].notna() if "nomor" in results else fits & False
    return format_number(int((fits & inside).sum()))


def _count(fits: pd.Series) -> str:
    return format_number(int(fits.sum()))


def _proposal(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    chosen = results[classes == "lokus"]
    if chosen.empty:
        return ""
    held = chosen["kecamatan"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return _("{n} proposed lokus lie in {k} kecamatan; {name} has the most ({most}).").format(
        n=format_number(len(chosen)), k=format_number(chosen["kode_kecamatan"].nunique()),
        name=one_line(held.index[0]), most=format_number(int(held.iloc[0])),
    )  # fmt: skip


def _prevalence(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    high = classes.isin(_HIGH)
    return _("In {n} villages the estimate is 20 % or more; {m} of them are proposed as lokus.").format(
        n=_count(high), m=_chosen(results, high)
    )


def _chance(_results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    return _(
        "{firm} villages are chosen in at least 8 of 10 recalculations; for {open} villages, chosen in 2 to "
        "8 of 10, the data alone do not decide."
    ).format(firm=_count(classes == "kukuh"), open=_count(classes.isin(("condong", "perbatasan"))))


def _hotspots(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    hot = classes == "tinggi-tinggi"
    if not hot.any():
        return _("No group of neighbouring villages stands out beyond chance.")
    return _("{n} villages are high among high neighbours; {m} of them are proposed as lokus.").format(
        n=_count(hot), m=_chosen(results, hot)
    )


def _types(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    known = results.dropna(subset=["tipologi", "tipologi_urutan"])
    if known.empty:
        return ""
    worst = known.sort_values("tipologi_urutan", kind="stable")["tipologi"].iloc[0]
    fits = classes == worst
    return _("The most severe type, “{name}”, holds {n} villages; {m} of them are proposed as lokus.").format(
        name=one_line(worst), n=_count(fits), m=_chosen(results, fits)
    )


def _score(results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    top = classes.isin(_HIGH)
    return _("{n} villages score 45 or more of 100; {m} of them are proposed as lokus.").format(
        n=_count(top), m=_chosen(results, top)
    )


def _children(_results: gpd.GeoDataFrame, _classes: pd.Series) -> str:
    return _("A large village can hold many stunted children at a middling prevalence: compare both maps.")


def _review(_results: gpd.GeoDataFrame, classes: pd.Series) -> str:
    counts = {key: _count(classes == key) for key in ("tetap", "masuk", "keluar", "lulus")}
    return _("{tetap} villages stay, {masuk} come in, {keluar} go out, {lulus} graduate.").format(**counts)


_WORDS: Mapping[str, Callable[[gpd.GeoDataFrame, pd.Series], str]] = {
    "usulan": _proposal,
    "prevalensi": _prevalence,
    "anak": _children,
    "skor": _score,
    "peluang": _chance,
    "titik_panas": _hotspots,
    "tipologi": _types,
    "reviu": _review,
}
