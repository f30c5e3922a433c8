"""Draw the map of a province: kabupaten by the outcome of their study, a dot for each lokus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.drawing.geometry import compound_path, polygonal, to_metric
from lokus.show.results.info import synthetic_mark

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lokus.show.province.province_tables import Province

__all__ = ["draw_province"]

_FILL = {"selesai": "#DCEBE6", "tertahan": "#F6DFA6", "gagal": "#D9D9D9"}
_HATCH = {"selesai": "", "tertahan": "///", "gagal": "..."}
_LINE, _DOT = "#44565B", "#A5262B"
_INCH = 25.4
_ALL_NAMED = 60
_PLATE = {"boxstyle": "round,pad=0.15", "fc": "#FFFFFFB0", "lw": 0}


def draw_province(province: Province) -> Figure:
    """Draw the map on a sheet of A4, landscape.

    Parameters
    ----------
    province : Province

    Examples
    --------
    >>> from lokus.show.province.province_tables import empty_province
    >>> draw_province(empty_province("Provinsi Contoh")).texts[0].get_text()
    'Provinsi Contoh'
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch, PathPatch

    figure = Figure(figsize=(297 / _INCH, 210 / _INCH))
    figure.text(0.04, 0.945, province.info.title, fontsize=16, weight="bold", color="#14343F")
    figure.text(0.04, 0.915, province.info.place_and_year, fontsize=10.5, color="#44565B")
    axes = figure.add_axes((0.03, 0.07, 0.7, 0.82))
    axes.set_aspect("equal")
    axes.axis("off")
    known = province.kabupaten[province.kabupaten.geometry.notna()]
    if len(known):
        shapes = to_metric(known)
        for row in shapes.itertuples():
            for polygon in polygonal([row.geometry]):
                axes.add_patch(
                    PathPatch(
                        compound_path([polygon]), facecolor=_FILL[row.status], edgecolor=_LINE, linewidth=0.7,
                        hatch=_HATCH[row.status],
                    )
                )  # fmt: skip
        placed = province.lists[province.lists.geometry.notna()]
        if len(placed):
            points = placed.to_crs(shapes.crs).geometry
            axes.scatter(points.x, points.y, s=9, color=_DOT, edgecolors="white", linewidths=0.4, zorder=5)
        if len(shapes) <= _ALL_NAMED:
            for row in shapes.itertuples():
                at = row.geometry.representative_point()
                axes.annotate(
                    _short(str(row.kabupaten)), (at.x, at.y), ha="center", va="center", fontsize=7.5,
                    color="#14343F", zorder=4, bbox=_PLATE,
                )  # fmt: skip
        axes.autoscale_view()
    count = province.kabupaten["status"].value_counts()
    words = {"selesai": _("with a list"), "tertahan": _("held back"), "gagal": _("failed")}
    handles = [
        Patch(
            facecolor=_FILL[status], edgecolor=_LINE, hatch=_HATCH[status],
            label=f"{word} ({format_number(int(count.get(status, 0)))})",
        )
        for status, word in words.items()
    ]  # fmt: skip
    legend = figure.legend(
        handles=handles, title=_("Studies of the kabupaten"), loc="upper left", bbox_to_anchor=(0.74, 0.88),
        frameon=False, fontsize=9.5, title_fontsize=10.5, alignment="left",
    )  # fmt: skip
    figure.add_artist(legend)
    listed = _("Lokus") + f" ({format_number(len(province.lists))})"
    figure.legend(
        handles=[
            axes.scatter([], [], s=14, color=_DOT, label=listed)
        ],
        loc="upper left", bbox_to_anchor=(0.74, 0.765), frameon=False, fontsize=9.5,
    )  # fmt: skip
    notes = [] if len(known) == len(province.kabupaten) else [
        _("Not drawn, since their studies gave no outline: {names}").format(
            names=", ".join(province.kabupaten.loc[province.kabupaten.geometry.isna(), "kabupaten"])
        )
    ]  # fmt: skip
    notes += [province.info.source_line, province.info.status_line]
    if province.info.synthetic:
        notes.insert(0, synthetic_mark())
    figure.text(0.04, 0.025, "\n".join(note for note in notes if note), fontsize=7.5, color="#44565B")
    return figure


def _short(name: str) -> str:
    return name.removeprefix("Kabupaten ")
