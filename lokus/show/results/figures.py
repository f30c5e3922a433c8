"""Define the reported figures of villages: column, unit, rounding and heading of each.

Outputs use these figures without scaling, rounding or naming them again, so that a probability of 97 % in the
workbook is 97 % on the map, and a value copied from a sheet is the one on paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lokus.i18n import N_, format_number
from lokus.i18n import gettext as _
from lokus.show.results.text import is_masked

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

__all__ = [
    "FIGURES",
    "Figure",
    "add_up",
    "figure_texts",
    "figure_values",
    "interval_bounds",
    "round_values",
    "value_texts",
]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How one column of the results is reported.

    Parameters
    ----------
    head : str
        Heading with the unit, before translation.
    short : str
        Heading for narrow tables; empty: the same.
    decimals : int
        Digits after the decimal sign.
    scale : float
        From the stored value to the one that is reported: 100 for a share reported in percent.
    signed : bool
        A change, reported with its sign.
    """

    head: str
    short: str = ""
    decimals: int = 0
    scale: float = 1.0
    signed: bool = False

    @property
    def title(self) -> str:
        """Translated heading."""
        return _(self.head)

    @property
    def narrow_title(self) -> str:
        """Translated heading for a narrow table."""
        return _(self.short or self.head)


FIGURES: Mapping[str, Figure] = {
    "nomor": Figure(head=N_("No."), short=N_("No.")),
    "peringkat": Figure(head=N_("Rank by score"), short=N_("Rank")),
    "prevalensi_mentah": Figure(head=N_("Measured prevalence (%)"), short=N_("Measured (%)"), decimals=1),
    "prevalensi": Figure(head=N_("Estimated prevalence (%)"), short=N_("Estimate (%)"), decimals=1),
    "prevalensi_survei": Figure(
        head=N_("Prevalence at the survey's level (%)"), short=N_("Survey level (%)"), decimals=1
    ),
    "stunting": Figure(head=N_("Stunted children recorded"), short=N_("Recorded")),
    "anak_stunting": Figure(head=N_("Stunted children (estimate)"), short=N_("Children (estimate)")),
    "anak_stunting_survei": Figure(
        head=N_("Stunted children at the survey's level"), short=N_("Children (survey level)")
    ),
    "diukur": Figure(head=N_("Children measured")),
    "cakupan_pengukuran": Figure(
        head=N_("Children measured (%)"), short=N_("Measured children (%)"), decimals=1
    ),
    "skor": Figure(head=N_("Score (0–100)"), short=N_("Score"), decimals=1, scale=100),
    "peluang_lokus": Figure(head=N_("Chance of being lokus (%)"), short=N_("Chance (%)"), scale=100),
    "kelengkapan": Figure(head=N_("Completeness (%)")),
    "tahun_lokus": Figure(head=N_("Years on the list so far"), short=N_("Years on the list")),
    "mentah_lalu": Figure(head=N_("Measured in the earlier year (%)"), decimals=1),
    "mentah_kini": Figure(head=N_("Measured in this year (%)"), decimals=1),
    "harapan_kini": Figure(head=N_("Expected from the year before (%)"), decimals=1),
    "prevalensi_harapan": Figure(head=N_("Expected from the village's situation (%)"), decimals=1),
    "peluang_lebih_baik": Figure(head=N_("Chance that it is better (%)"), scale=100),
    "perubahan": Figure(head=N_("Estimated change (points)"), decimals=1, signed=True),
    "peluang_turun": Figure(head=N_("Chance of a real fall (%)"), scale=100),
    "peluang_lulus": Figure(head=N_("Chance that the target is reached (%)"), scale=100),
    "kegiatan": Figure(head=N_("Activities planned last year")),
    "selesai": Figure(head=N_("of them done")),
    "belum_diisi": Figure(head=N_("of them not reported")),
    "persen_selesai": Figure(head=N_("Activities done (%)"), short=N_("Done (%)")),
}
_TIE = 6  # digits beyond those reported within which a value counts as the decimal that a reader would write


def round_values(values: npt.ArrayLike, decimals: int, *, scale: float = 1.0) -> npt.NDArray[np.float64]:
    """Scale and round as decimals, half to even; a missing value stays missing and zero has no sign.

    Parameters
    ----------
    values : array_like of float
    decimals : int
    scale : float

    Examples
    --------
    >>> round_values([0.575, 0.1225, -0.0001], 1, scale=100).tolist()
    [57.5, 12.2, 0.0]
    """
    power = 10.0**decimals
    steps = np.round(np.asarray(values, dtype=float) * (scale * power), _TIE)
    return np.rint(steps) / power + 0.0


def figure_values(
    frame: pd.DataFrame, column: str, *, figure: Figure | None = None
) -> npt.NDArray[np.float64]:
    """Values of a column as they are reported, NaN where there is none.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column.
    column : str
        One of :data:`FIGURES`, or any with a `figure`.

    Examples
    --------
    >>> import pandas as pd
    >>> figure_values(pd.DataFrame({"peluang_lokus": [0.974, None]}), "peluang_lokus").tolist()
    [97.0, nan]
    """
    spec = figure or FIGURES[column]
    stored = frame[column].astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    return round_values(stored, spec.decimals, scale=spec.scale)


def interval_bounds(frame: pd.DataFrame, column: str) -> tuple[npt.NDArray[np.float64], ...] | None:
    """Lower and upper bounds of a column as they are reported; None where the frame has none.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"peringkat": [3], "peringkat_bawah": [1], "peringkat_atas": [9]})
    >>> [bound.tolist() for bound in interval_bounds(frame, "peringkat")]
    [[1.0], [9.0]]
    """
    if f"{column}_bawah" not in frame:
        return None
    own = FIGURES[column]
    return tuple(figure_values(frame, f"{column}_{side}", figure=own) for side in ("bawah", "atas"))


def figure_texts(frame: pd.DataFrame, column: str, *, interval: bool = False) -> list[str]:
    """Return the figures of a column as text: a missing one as a dash, a masked one marked as such.

    Parameters
    ----------
    frame : pandas.DataFrame
    column : str
        One of :data:`FIGURES`.
    interval : bool
        Add the interval, where the frame has one.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"prevalensi": [12.34], "prevalensi_bawah": [9.0], "prevalensi_atas": [15.16]})
    >>> figure_texts(frame, "prevalensi", interval=True)
    ['12,3 (9,0–15,2)']
    """
    spec = FIGURES[column]
    bounds = interval_bounds(frame, column) if interval else None
    return value_texts(
        figure_values(frame, column), decimals=spec.decimals, signed=spec.signed,
        masked=is_masked(frame, column), bounds=bounds,
    )  # fmt: skip


def value_texts(
    values: npt.NDArray[np.float64],
    *,
    decimals: int,
    signed: bool = False,
    masked: npt.NDArray[np.bool_] | None = None,
    bounds: tuple[npt.NDArray[np.float64], ...] | None = None,
) -> list[str]:
    """Write values that are rounded already.

    Parameters
    ----------
    values : array of float
    decimals : int
    signed : bool
        With the sign of a change.
    masked : array of bool, optional
        Where the value is masked for the public.
    bounds : pair of arrays, optional
        Interval, written behind the value where both ends are known.

    Examples
    --------
    >>> value_texts(np.array([-2.5, np.nan]), decimals=1, signed=True)
    ['−2,5', '–']
    """
    known: dict[float, str] = {}  # a nation has many villages and few different numbers

    def write(value: float) -> str:
        if value != value:
            return "–"
        if value not in known:
            text = format_number(abs(value) if signed else value, decimals=decimals)
            known[value] = ("−" if value < 0 else "+" if value > 0 else "") + text if signed else text
        return known[value]

    shown = [write(value) for value in values.tolist()]
    if bounds is not None:
        joint = _("{value} ({low} to {high})") if signed else "{value} ({low}–{high})"
        shown = [
            text if "–" in (text, a, b) else joint.format(value=text, low=a, high=b)
            for text, a, b in zip(shown, *(map(write, bound.tolist()) for bound in bounds), strict=True)
        ]
    if masked is None:
        return shown
    return [_("masked") if hidden else text for text, hidden in zip(shown, masked, strict=True)]


def add_up(parts: pd.DataFrame, totals: npt.ArrayLike, *, decimals: int, scale: float = 1.0) -> pd.DataFrame:
    """Round parts so that those of a row add up to its rounded total, where they do before rounding.

    The digits that rounding down leaves over go to the parts that lost most by it (largest remainder), the
    first of equal ones.

    Parameters
    ----------
    parts : pandas.DataFrame
        A missing part counts as none and stays missing.
    totals : array_like of float
        Total of each row, before rounding; where it is not the sum of the parts, they are rounded alone.
    decimals : int
    scale : float

    Examples
    --------
    >>> import pandas as pd
    >>> parts = pd.DataFrame({"jamban": [0.1234], "krs": [0.1234]})
    >>> add_up(parts, [0.2468], decimals=1, scale=100).iloc[0].to_dict()
    {'jamban': 12.4, 'krs': 12.3}
    """
    power = 10.0**decimals
    steps = np.round(parts.to_numpy(dtype=float) * (scale * power), _TIE)
    known = np.nan_to_num(steps)
    wanted = round_values(totals, decimals, scale=scale) * power
    down = np.floor(known)
    over = np.rint(np.nan_to_num(wanted) - down.sum(axis=1))
    lost = np.where(np.isnan(steps), -1.0, known - down)
    place = np.argsort(np.argsort(-lost, axis=1, kind="stable"), axis=1, kind="stable")
    adding = down + (place < over[:, None])
    stated = np.round(np.asarray(totals, dtype=float) * (scale * power), _TIE)
    sums = np.abs(known.sum(axis=1) - stated) < 10.0 ** -(_TIE - 2)
    spec = np.where(sums[:, None], adding, np.rint(known))
    result = np.where(np.isnan(steps), np.nan, spec) / power + 0.0
    return type(parts)(result, index=parts.index, columns=parts.columns)
