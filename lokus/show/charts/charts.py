"""Draw charts for documents and notebooks: certainty of rates, completeness, types of villages.

They use the colours of the maps. Each returns a figure that a notebook displays; save it with
:func:`lokus.show.maps.print_map.save_map`.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.maps.print_map import Sheet
from lokus.show.results.info import StudyInfo, synthetic_mark
from lokus.show.themes.palette import CHANCE, STATUS, type_palette
from lokus.show.words.narrative import completeness_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["canvas", "chance_chart", "completeness_chart", "funnel_chart", "interval_chart", "profile_chart"]

_PRESENCE = ListedColormap(["#e8eef1", "#7a1f10"])
_LABEL = 32  # letters of a line that fit beside the profile of types
INK, QUIET, GRID = "#22313a", "#7b8790", "#dfe4e7"
RAW, STEADY = "#9aa5ab", STATUS["lokus"]


def funnel_chart(results: pd.DataFrame, info: StudyInfo) -> Sheet:
    """Plot measured prevalence against children measured, with the shift to the estimate.

    Parameters
    ----------
    results : pandas.DataFrame
        Results table: ``diukur``, ``prevalensi_mentah``, ``prevalensi``.
    info : StudyInfo
        Title and synthetic mark.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> chart = funnel_chart(kajian.results, kajian.info)
    >>> chart.axes[0].get_xlabel()
    'balita diukur'
    """
    known = results[results["prevalensi_mentah"].notna()].sort_index()
    figure, axes = canvas(
        info, _("Few children, wild percentages"),
        _("Each line leads from the measured prevalence (grey) to the estimate (coloured)."), height=4.4,
    )  # fmt: skip
    x = known["diukur"].to_numpy(dtype=float)
    raw, steady = known["prevalensi_mentah"].to_numpy(), known["prevalensi"].to_numpy()
    axes.vlines(x, np.minimum(raw, steady), np.maximum(raw, steady), color=GRID, linewidth=0.9, zorder=1)
    axes.scatter(x, raw, s=13, color=RAW, linewidths=0, zorder=2, label=_("Measured"))
    axes.scatter(x, steady, s=15, color=STEADY, linewidths=0, zorder=3, label=_("Estimated"))
    axes.set_xlabel(_("children measured"))
    axes.set_ylabel(_("stunting prevalence (%)"))
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: format_number(value)))
    ticks = np.array([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000])
    axes.xaxis.set_major_locator(FixedLocator(ticks[(ticks >= x.min()) & (ticks <= x.max())]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="upper right", labelcolor=INK)
    return figure


def interval_chart(results: pd.DataFrame, info: StudyInfo, *, most: int = 30) -> Sheet:
    """Show the highest estimates with their 50 and 90 % intervals and the measured value.

    Parameters
    ----------
    results : pandas.DataFrame
        Results table with the columns of the rates.
    info : StudyInfo
        Title and synthetic mark.
    most : int
        How many villages.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> chart = interval_chart(kajian.results, kajian.info, most=5)
    >>> len(chart.axes[0].get_yticklabels())
    5
    """
    top = results.sort_index().sort_values("prevalensi", ascending=False, kind="stable").head(most).iloc[::-1]
    figure, axes = canvas(
        info, _("The {n} highest estimates").format(n=len(top)),
        _("Point: estimate; thick line: 50 % interval; thin line: 90 % interval; hollow: measured."),
        height=1.7 + 0.2 * len(top), left=0.34,
    )  # fmt: skip
    y = np.arange(len(top))
    axes.hlines(y, top["prevalensi_bawah"], top["prevalensi_atas"], color=STEADY, linewidth=1, zorder=2)
    axes.hlines(y, top["prevalensi_bawah50"], top["prevalensi_atas50"], color=STEADY, linewidth=3.4, zorder=3)
    axes.scatter(top["prevalensi"], y, s=26, color=STEADY, edgecolors="white", linewidths=0.7, zorder=5)
    axes.scatter(
        top["prevalensi_mentah"], y, s=22, facecolors="white", edgecolors=QUIET, linewidths=1.1, zorder=4
    )
    axes.set_yticks(y, [f"{row.desa} ({row.kecamatan})" for row in top.itertuples()])
    axes.set_ylim(-0.7, len(top) - 0.3)
    axes.set_xlim(left=0)
    axes.set_xlabel(_("stunting prevalence (%)"))
    axes.grid(visible=False, axis="y")
    return figure


def chance_chart(results: pd.DataFrame, info: StudyInfo, *, least: float = 0.05) -> Sheet:
    """Plot the probability of being lokus of every village above `least`.

    Parameters
    ----------
    results : pandas.DataFrame
        Results table with ``peluang_lokus``, ``kelas_kepastian`` and ``terpilih``.
    info : StudyInfo
        Title and synthetic mark.
    least : float
        Villages below this chance are left out unless they are proposed.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> chart = chance_chart(kajian.results, kajian.info, least=0.5)
    >>> len(chart.axes[0].patches) >= 26
    True
    """
    chosen = results["terpilih"].astype(bool)
    shown = results[(results["peluang_lokus"] >= least) | chosen].sort_index()
    shown = shown.sort_values("peluang_lokus", ascending=False, kind="stable").iloc[::-1]
    figure, axes = canvas(
        info, _("How sure is each place on the list?"),
        _("Share of all drawn data under which the village is chosen. Bold: proposed."),
        height=1.7 + 0.2 * len(shown), left=0.34,
    )  # fmt: skip
    y = np.arange(len(shown))
    colours = [CHANCE.palette[key] for key in shown["kelas_kepastian"]]
    axes.barh(y, 100 * shown["peluang_lokus"], color=colours, edgecolor=QUIET, linewidth=0.4, height=0.72)
    axes.set_yticks(y, [f"{row.desa} ({row.kecamatan})" for row in shown.itertuples()])
    for label, proposed in zip(axes.get_yticklabels(), shown["terpilih"], strict=True):
        label.set_fontweight("bold" if proposed else "normal")
    for border in (20, 50, 80):
        axes.axvline(border, color=QUIET, linewidth=0.7, linestyle=(0, (3, 3)), zorder=0)
    axes.set_ylim(-0.7, len(shown) - 0.3)
    handles = [
        Patch(facecolor=colour, edgecolor=QUIET, linewidth=0.4, label=CHANCE.palette.label(key))
        for key, colour in CHANCE.palette.items()
        if key in set(shown["kelas_kepastian"])
    ]
    axes.legend(handles=handles[::-1], frameon=False, loc="lower right", labelcolor=INK)
    axes.set_xlim(0, 100)
    axes.set_xlabel(_("chance of being lokus (%)"))
    axes.grid(visible=False, axis="y")
    return figure


def completeness_chart(
    completeness: pd.DataFrame, kecamatan: pd.Series[str], offices: Mapping[str, str], info: StudyInfo
) -> Sheet:
    """Show which village lacks which indicator, offices side by side.

    Parameters
    ----------
    completeness : pandas.DataFrame of bool
        Villages × indicators (labels), as ``Audit.completeness``.
    kecamatan : pandas.Series
        Name of each village's kecamatan.
    offices : mapping of str to str
        Indicator label → office; indicators of one office stand together.
    info : StudyInfo
        Title and synthetic mark.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> labels, owners = kajian.labels, kajian.owners
    >>> offices = {labels[key]: owner for key, owner in owners.items() if key in labels}
    >>> audit = kajian.audit.completeness.rename(columns=kajian.labels)
    >>> chart = completeness_chart(audit, kajian.villages["kecamatan"], offices, kajian.info)
    >>> [text.get_text() for text in chart.texts][0]
    'Kelengkapan data'
    """
    columns = sorted(completeness.columns, key=lambda name: (offices.get(str(name), ""), str(name)))
    place = kecamatan.reindex(completeness.index)
    rows = completeness.assign(_k=place).sort_values("_k", kind="stable").drop(columns="_k")[columns]
    missing = int((~rows.to_numpy()).sum())
    key = 0.19 * len(columns) + 0.25
    height = 1.4 + key + 0.026 * len(rows) + 0.1 * place.nunique()
    figure, axes = canvas(
        info,
        _("Completeness of the data"),
        _("{n} of {total} values are missing (dark). Rows: villages by kecamatan.").format(
            n=format_number(missing), total=format_number(rows.size)
        )
        if missing
        else " ".join([completeness_sentence(0, rows.size), _("Rows: villages by kecamatan.")]),
        height=height,
        left=0.2,
        bottom=key / height,
    )
    axes.imshow(~rows.to_numpy(), aspect="auto", interpolation="nearest", cmap=_PRESENCE, vmin=0, vmax=1)
    ordered = place.loc[rows.index].astype(str).to_numpy()
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    ends = np.append(starts[1:], len(ordered))
    axes.set_yticks((starts + ends - 1) / 2, list(ordered[starts]))
    for start in starts:
        axes.axhline(start - 0.5, color="white", linewidth=1.2)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(columns)), [str(number) for number in range(1, len(columns) + 1)])
    for number, name in enumerate(columns, start=1):
        office = offices.get(str(name))
        text = f"{number}  {name}" + (f" ({office})" if office else "")
        figure.text(0.2, (key - 0.19 * number) / height, text, fontsize=8.5, color=INK)
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False)
    return figure


def profile_chart(profile: pd.DataFrame, labels: Mapping[str, str], info: StudyInfo) -> Sheet:
    """Plot the profile of each type of village.

    Parameters
    ----------
    profile : pandas.DataFrame
        ``Typology.profile``: ``nama_tipe``, ``desa``, ``keparahan`` and the mean of each indicator.
    labels : mapping of str to str
        Indicator key → text; only these columns are drawn.
    info : StudyInfo
        Title and synthetic mark.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> chart = profile_chart(kajian.typology.profile, kajian.labels, kajian.info)
    >>> [text.get_text() for text in chart.texts][0]
    'Tipologi desa/kelurahan'
    """
    keys = [key for key in labels if key in profile]
    means = profile[keys]
    spread = (means.max() - means.min()).replace(0, 1)
    place = (means - means.min()) / spread
    figure, axes = canvas(
        info, _("Types of villages"),
        _("Mean of each indicator; lines run from the lowest to the highest type."),
        height=1.9 + 0.5 * len(keys), left=0.36, bottom=0.12 + 0.08 * len(profile),
    )  # fmt: skip
    palette = type_palette(list(profile["nama_tipe"].astype(str)))
    rows = np.arange(len(keys))[::-1]
    axes.hlines(rows, 0, 1, color=GRID, linewidth=2, zorder=1)
    for number, name in zip(profile.index, profile["nama_tipe"].astype(str), strict=True):
        label = _("{name}: {n} villages").format(name=name, n=profile.loc[number, "desa"])
        axes.scatter(
            place.loc[number],
            rows,
            s=80,
            color=palette[name],
            edgecolors=QUIET,
            linewidths=0.6,
            zorder=3,
            label=label,
        )  # fmt: skip
        for row, key in zip(rows, keys, strict=True):
            axes.annotate(
                format_number(float(means.loc[number, key]), decimals=1), (place.loc[number, key], row),
                xytext=(0, 9), textcoords="offset points", ha="center", fontsize=8, color=INK,
            )  # fmt: skip
    axes.set_yticks(rows, [textwrap.fill(labels[key], _LABEL) for key in keys])
    axes.set_xticks([])
    axes.set_xlim(-0.12, 1.12)
    axes.set_ylim(-0.7, len(keys) - 0.2)
    axes.grid(visible=False)
    axes.legend(
        frameon=False, loc="upper center", bbox_to_anchor=(0.3, -0.02), labelcolor=INK, fontsize=9, ncols=1
    )
    return figure


def canvas(
    info: StudyInfo, title: str, note: str, *, height: float, left: float = 0.09, bottom: float | None = None
) -> tuple[Sheet, Axes]:
    """Return a figure of fixed width with title, place and mark, and the axes below.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> figure, axes = canvas(info, "Judul", "Catatan.", height=4.0)
    >>> [text.get_text() for text in figure.texts]
    ['Judul', 'Kabupaten Contoh · Tahun 2026. Catatan.']
    """
    figure = Sheet(figsize=(8.2, height), facecolor="white")
    low = bottom if bottom is not None else 0.62 / height
    axes = figure.add_axes((left, low, 0.97 - left, 1 - low - 0.95 / height))
    figure.text(0.02, 1 - 0.16 / height, title, fontsize=13, weight="bold", color=INK, va="top")
    figure.text(
        0.02, 1 - 0.45 / height, f"{info.place_and_year}. {note}", fontsize=8.5, color=QUIET, va="top"
    )
    if info.synthetic:
        figure.text(
            0.98, 1 - 0.18 / height, synthetic_mark(), fontsize=8, weight="bold", color="#6d2077", ha="right",
            va="top",
        )  # fmt: skip
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)
    axes.tick_params(colors=INK, labelsize=8.5, length=0)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes
