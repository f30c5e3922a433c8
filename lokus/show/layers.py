"""One description of each map layer, from which print, notebook and offline maps are drawn alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from lokus.i18n import gettext as _
from lokus.show.palette import MISSING, SCORE, STATUS, WHO, Bands, Palette, class_label

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["THEMES", "Layer", "LegendEntry", "make_layer"]

THEMES = ("usulan", "prevalensi", "skor")


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """One line of a legend: class, its name and limits, its colour, and how many villages are in it."""

    key: str
    label: str
    limits: str
    colour: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One theme of a study, ready to be drawn.

    Parameters
    ----------
    theme : str
        Key, one of ``THEMES``.
    title, note : str
        Name of the theme, and what a reader of its legend must know.
    classes : pandas.Series
        Class key of every village, whether it has a polygon or not.
    palette : Palette
        Colours of all classes.
    bands : Bands or None
        Limits of the classes, when they are classes of a number.
    unsure : pandas.Series
        True where the value rests on weak data and is hatched.
    lokus : pandas.Series
        Number of each proposed village on the list, ``<NA>`` for the others.
    """

    theme: str
    title: str
    note: str
    classes: pd.Series
    palette: Palette
    bands: Bands | None
    unsure: pd.Series
    lokus: pd.Series

    @property
    def legend(self) -> tuple[LegendEntry, ...]:
        """Every class in its fixed order with its count, those that do not occur too."""
        counts = self.classes.value_counts()
        return tuple(
            LegendEntry(
                key=key, label=class_label(key), colour=colour, count=int(counts.get(key, 0)),
                limits=self.bands.limits(key) if self.bands else "",
            )
            for key, colour in self.palette.items()
        )  # fmt: skip

    @property
    def unsure_count(self) -> int:
        """Villages hatched as resting on weak data."""
        return int(self.unsure.sum())


def make_layer(results: gpd.GeoDataFrame, theme: str) -> Layer:
    """Describe one theme of the results.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Village table with rates, scores, selection and ``status_usulan``.
    theme : {"usulan", "prevalensi", "skor"}
        What to show.

    Returns
    -------
    Layer

    Raises
    ------
    ValueError
        The theme is unknown.
    KeyError
        A status is none of the known classes, or the column of the theme is missing.

    Notes
    -----
    A village where no child was measured has a prior only, no rate of its own: on the prevalence layer it
    counts as without data.
    """
    never = pd.Series(False, index=results.index)
    lokus = (
        results["nomor"].astype("Int64")
        if "nomor" in results
        else pd.Series(pd.NA, index=results.index, dtype="Int64")
    )
    if theme == "usulan":
        classes = results["status_usulan"].fillna(MISSING).astype(object).rename("kelas")
        for key in classes.unique():
            STATUS[key]
        return Layer(
            theme=theme, title=_("Lokus proposal"), note="", classes=classes, palette=STATUS, bands=None,
            unsure=never, lokus=lokus,
        )  # fmt: skip
    if theme == "prevalensi":
        unmeasured = _flag(results, "tanpa_pengukuran")
        classes = WHO.classify(results["prevalensi"].mask(unmeasured))
        return Layer(
            theme=theme,
            title=_("Stunting prevalence (%)"),
            note=_(
                "WHO classes; a class includes its lower limit. Estimates steadied for small numbers. "
                "Not yet reliable: few of the children were measured, or it is not known how many."
            ),
            classes=classes,
            palette=WHO.palette,
            bands=WHO,
            unsure=_flag(results, "belum_andal") & (classes != MISSING),
            lokus=lokus,
        )
    if theme == "skor":
        return Layer(
            theme=theme,
            title=_("Priority score (0–100)"),
            note=_("Fixed classes; a class includes its lower limit. A higher score is a higher priority."),
            classes=SCORE.classify(results["skor"] * 100),
            palette=SCORE.palette,
            bands=SCORE,
            unsure=never,
            lokus=lokus,
        )
    raise ValueError(f"theme must be one of {THEMES}, not {theme!r}")


def _flag(results: gpd.GeoDataFrame, column: str) -> pd.Series:
    """Boolean column with missing as False; all False when the study has no such column."""
    if column not in results:
        return pd.Series(False, index=results.index)
    flags: pd.Series = results[column].astype("boolean").fillna(value=False).astype(bool)
    return flags
