"""Compute the path to a prevalence target, and compare each source's measurements with it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from lokus.errors import FollowupError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = [
    "PATHS",
    "STATUSES",
    "Kind",
    "Measured",
    "Point",
    "Trajectory",
    "measured",
    "status_label",
    "trajectory",
]


Kind = Literal["survei", "rutin"]
PATHS = ("laju_tetap", "linear")
STATUSES = (
    "di jalur", "tertinggal", "belum dapat dipastikan", "belum ada pembanding", "sebelum awal lintasan",
)  # fmt: skip
_EXACT = 1e-9  # percent; published values have one decimal


@dataclass(frozen=True, kw_only=True)
class Point:
    """One measurement, with the name of its series.

    Parameters
    ----------
    series : str
        Name of its series.
    year : int
    value : float
        Percent.
    low, high : float, optional
        Interval, percent; both or neither.
    """

    series: str
    year: int
    value: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        numbers = [self.value, *(n for n in (self.low, self.high) if n is not None)]
        if not all(math.isfinite(n) and 0 <= n <= 100 for n in numbers):
            raise FollowupError(
                _("{series} {year}: a prevalence must lie between 0 and 100 %").format(
                    series=self.series, year=self.year
                ),
                remedy=_("state persen as a number from 0 to 100"),
            )
        if (self.low is None) != (self.high is None) or (
            self.low is not None and self.high is not None and not self.low <= self.value <= self.high
        ):
            raise FollowupError(
                _("{series} {year}: the interval needs both limits, around the value").format(
                    series=self.series, year=self.year
                ),
                remedy=_("state bawah and atas on both sides of persen"),
            )


@dataclass(frozen=True, kw_only=True, repr=False)
class Measured:
    """Measurements of one source by one method, ordered by year.

    A sample survey and the routine weighing of the children who attend measure different things: their
    difference is not a change. A series therefore accepts no points of another one.

    Parameters
    ----------
    name : str
    kind : {"survei", "rutin"}
    points : tuple of Point
        Points of this series, one for each year, at least one.
    source : str
        Where the numbers were published.

    Raises
    ------
    FollowupError
        A point belongs to another series, a year occurs twice, or there is no point.
    """

    name: str
    kind: Kind
    points: tuple[Point, ...]
    source: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise FollowupError(
                _("{name} must be one of {allowed}, not {value}").format(
                    name=self.name, allowed=", ".join(get_args(Kind)), value=self.kind
                ),
                remedy=_("choose one of these words"),
            )
        strange = sorted({point.series for point in self.points} - {self.name})
        if strange:
            raise FollowupError(
                _(
                    "{name}: points of {other} are measured differently and belong to a series of their own"
                ).format(name=self.name, other=", ".join(strange)),
                remedy=_("put these points into a [[lintasan.seri]] of their own"),
            )
        years = [point.year for point in self.points]
        if not years or len(set(years)) != len(years):
            raise FollowupError(
                _("{name}: needs at least one year, and no year twice").format(name=self.name),
                remedy=_("state each year once under titik"),
            )
        object.__setattr__(self, "points", tuple(sorted(self.points, key=lambda point: point.year)))

    @property
    def latest(self) -> Point:
        """The newest measurement."""
        return self.points[-1]

    def __repr__(self) -> str:
        parts = ", ".join(
            f"{format_number(point.value, decimals=1)} % ({point.year})" for point in self.points
        )
        return f"{self.name} [{self.kind}]: {parts}"


def measured(
    name: str,
    kind: Kind,
    values: Mapping[int, float | tuple[float, float, float]],
    *,
    source: str = "",
) -> Measured:
    """Build the series of one source from years and percentages.

    Parameters
    ----------
    name : str
        Label of the series: ``"SSGI/SKI"``, ``"e-PPGBM"``.
    kind : {"survei", "rutin"}
        Survey of a sample, or routine weighing.
    values : mapping of year to percent, or to (percent, lower limit, upper limit)
    source : str

    Examples
    --------
    >>> measured("SSGI/SKI", "survei", {2023: 28.6, 2024: (24.7, 21.0, 28.4)})
    SSGI/SKI [survei]: 28,6 % (2023), 24,7 % (2024)
    """
    points = []
    for year, given in values.items():
        value, low, high = given if isinstance(given, tuple) else (given, None, None)
        points.append(Point(series=name, year=int(year), value=value, low=low, high=high))
    return Measured(name=name, kind=kind, points=tuple(points), source=source)


@dataclass(frozen=True, kw_only=True, repr=False)
class Trajectory:
    """A target path and the measured series, each in columns of its own.

    Parameters
    ----------
    start, target : (int, float)
        Year and percent.
    path : DataFrame, index ``tahun``
        ``laju_tetap`` (constant fall in percent of the year before; used for comparison) and ``linear``
        (constant fall in points), in percent; for a target of 0 only the latter.
    series : mapping of str to Measured
        By name. No result of this class combines two of them.
    needs : DataFrame, index ``seri``
        For the newest point of each series separately: ``jenis``, ``tahun``, ``nilai``, ``bawah``, ``atas``;
        ``dasar`` ("target" for series measured like the target; "laju" for the others, which are compared by
        their fall from their own value of the year ``acuan``); ``jalur`` (value of the path in that year),
        ``selisih`` (``nilai`` − ``jalur``, points), ``status`` (see `STATUSES`); ``nilai_target`` (value to
        reach in the target's year), ``sisa_tahun``, ``turun_poin`` (points a year needed to reach it) and
        ``turun_persen`` (percent of the year before); with `children` also ``anak_kini``, ``anak_target`` and
        ``anak_per_tahun``. Missing where no year is left.
    basis : {"survei", "rutin"}
        How start and target are measured.
    children : float or None
        Number of children under five, assumed constant.
    """

    start: tuple[int, float]
    target: tuple[int, float]
    path: pd.DataFrame
    series: Mapping[str, Measured]
    needs: pd.DataFrame
    basis: Kind = "survei"
    children: float | None = None

    @property
    def table(self) -> pd.DataFrame:
        """Table of years × columns: both paths, then each series' value and limits under its name and kind.

        Columns have two levels, series and quantity, so that no column mixes two sources.
        """
        parts = {(_("Target path"), name): self.path[name] for name in PATHS}
        for name, one in self.series.items():
            for quantity, attribute in (("nilai", "value"), ("bawah", "low"), ("atas", "high")):
                values = {point.year: getattr(point, attribute) for point in one.points}
                parts[(f"{name} ({one.kind})", quantity)] = pd.Series(values, dtype=float)
        return pd.DataFrame(parts).sort_index().rename_axis("tahun")

    @property
    def rate(self) -> float:
        """Fall along the path, percent of the year before (average annual rate of reduction).

        Missing for a target of 0, which no constant rate reaches.
        """
        return 100 * (1 - self.left(self.start[0], self.start[0] + 1)) if self.target[1] else math.nan

    @property
    def compared(self) -> str:
        """Path used for comparison: "laju_tetap", or "linear" where the target is 0."""
        return "laju_tetap" if self.target[1] else "linear"

    def left(self, since: int, year: int) -> float:
        """Return the fraction of the prevalence of the year `since` that remains in `year` along the path."""
        return _left(since, year, self.start, self.target)

    def __repr__(self) -> str:
        lines = [
            (
                _("From {start} % ({first}) to {end} % ({last}): {rate} % less each year, or {points} points")
                if self.target[1]
                else _("From {start} % ({first}) to {end} % ({last}): {points} points less each year")
            ).format(
                start=_one(self.start[1]),
                first=self.start[0],
                end=_one(self.target[1]),
                last=self.target[0],
                rate=_one(self.rate),
                points=_one((self.start[1] - self.target[1]) / (self.target[0] - self.start[0])),
            )
        ]
        for name, row in self.needs.iterrows():
            text = _("{series}: {value} % ({year}), {status}").format(
                series=f"{name} ({row['jenis']})",
                value=_one(row["nilai"]),
                year=row["tahun"],
                status=status_label(str(row["status"])),
            )
            if row["sisa_tahun"] > 0 and row["turun_poin"] > 0:
                text += "; " + _("needs {points} points a year").format(points=_one(row["turun_poin"]))
            lines.append(text)
        return "\n".join(lines)


def trajectory(
    *,
    start: tuple[int, float],
    target: tuple[int, float],
    series: Iterable[Measured] = (),
    basis: Kind = "survei",
    children: float | None = None,
) -> Trajectory:
    """Compute the path from a start to a target, and compare every source with it separately.

    Parameters
    ----------
    start, target : (year, percent)
        The target is later and lower.
    series : iterable of Measured
        Surveys and routine measurement, each one series, see :func:`lokus.followup.trajectory.measured`.
    basis : {"survei", "rutin"}
        How start and target are measured; only series of this kind are compared with the path.
    children : float, optional
        Children under five of the kabupaten, to express falls in children. Assumed constant: births are not
        forecast; leave it out where their number changes much.

    Returns
    -------
    Trajectory

    Raises
    ------
    FollowupError
        The target is not later and lower, lies outside 0–100 %, or two series have one name.

    Notes
    -----
    The path used for comparison falls by the same percentage every year, p₀·(p₁/p₀)^((t−t₀)/(t₁−t₀)): the
    average annual rate of reduction that WHO and UNICEF use for stunting, and the shape of the national path
    of RPJMN 2020–2024 (24.1, 21.1, 18.4, 16, 14 %: 12–13 % less each year, between 3.0 and 2.0 points). A
    straight line is computed too; it requires smaller falls at first and larger ones at the end. No constant
    rate reaches 0: for such a target (no open defecation) only the straight line is used. Routine weighing
    covers other children than a survey and often finds a fraction of its prevalence (Muara Enim 2021: 3.2 %
    against 29.7 %), so it cannot be compared with a target set by survey. A series of another kind is
    compared with the path's yearly percentage only, from its own first value since the start. A series with
    an interval is on track, or behind, only where the whole interval is; without an interval the value
    decides.

    Examples
    --------
    Rejang Lebong: 20.2 % (SSGI 2022) to 14 % in 2024, and the values reported since:

    >>> from lokus.followup.trajectory import measured
    >>> reported = measured("SSGI/SKI", "survei", {2022: 20.2, 2023: 28.6, 2024: 24.7})
    >>> way = trajectory(start=(2022, 20.2), target=(2024, 14.0), series=[reported])
    >>> way
    Dari 20,2 % (2022) ke 14,0 % (2024): turun 16,7 % setiap tahun, atau 3,1 poin
    SSGI/SKI (survei): 24,7 % (2024), tertinggal
    >>> way.path.round(1).to_dict("list")
    {'laju_tetap': [20.2, 16.8, 14.0], 'linear': [20.2, 17.1, 14.0]}
    """
    (first, begin), (last, end) = start, target
    if last <= first:
        raise FollowupError(
            _("the target's year ({last}) must be later than the start's ({first})").format(
                last=last, first=first
            ),
            remedy=_("correct tahun under awal or target of [lintasan]"),
        )
    if not (math.isfinite(begin) and 0 <= end < begin <= 100):
        raise FollowupError(
            _("the target ({end} %) must be at least 0 and below the start ({begin} %)").format(
                end=_one(end), begin=_one(begin)
            ),
            remedy=_("correct persen under awal or target of [lintasan]"),
        )
    if children is not None and not (math.isfinite(children) and children > 0):
        raise FollowupError(
            _("the number of children must be above 0"),
            remedy=_("correct balita under [lintasan], or take it out"),
        )
    listed = list(series)
    named = {one.name: one for one in listed}
    if len(named) != len(listed):
        raise FollowupError(
            _("two series have the same name: give each source a name of its own"),
            remedy=_("give each series a nama of its own"),
        )

    years = range(first, last + 1)
    path = pd.DataFrame(
        {
            "laju_tetap": [begin * _left(first, year, start, target) for year in years] if end else math.nan,
            "linear": [begin + (end - begin) * (year - first) / (last - first) for year in years],
        },
        index=pd.Index(years, name="tahun"),
    )
    needs = pd.DataFrame(
        [_need(one, start, target, basis, children) for one in named.values()],
        index=pd.Index(list(named), name="seri"),
    )
    return Trajectory(
        start=(first, float(begin)),
        target=(last, float(end)),
        path=path,
        series=named,
        needs=needs,
        basis=basis,
        children=children,
    )


def status_label(status: str) -> str:
    """Return the label of a status.

    Examples
    --------
    >>> status_label("tertinggal")
    'tertinggal'
    """
    return {
        "di jalur": _("on track"),
        "tertinggal": _("behind"),
        "belum dapat dipastikan": _("not certain"),
        "belum ada pembanding": _("nothing to compare with yet"),
        "sebelum awal lintasan": _("before the start of the path"),
    }[status]


def _left(since: int, year: int, start: tuple[int, float], target: tuple[int, float]) -> float:
    """Return the fraction of a prevalence that remains in `year` along the path from `since`, 0–1.

    For a target of 0 by the straight line.
    """
    if target[1] > 0:
        return float((target[1] / start[1]) ** ((year - since) / (target[0] - start[0])))
    return (target[0] - year) / (target[0] - since) if since < target[0] else 0.0


def _need(
    one: Measured, start: tuple[int, float], target: tuple[int, float], basis: Kind, children: float | None
) -> dict[str, object]:
    """Compare the newest point of one series with the path, independently of other series."""
    point, last = one.latest, target[0]
    since = [earlier for earlier in one.points if earlier.year >= start[0]]
    if one.kind == basis:
        year, value = start if since else (math.nan, math.nan)
    else:
        year, value = (since[0].year, since[0].value) if since else (math.nan, math.nan)
    alone = one.kind != basis and len(since) == 1
    expected = end = math.nan
    if since:
        # After the target's year the value of that year must be maintained.
        expected = value * _left(int(year), min(point.year, last), start, target)
        end = value * _left(int(year), last, start, target)
    elif one.kind == basis:
        end = target[1]
    left = last - point.year
    toward = left > 0 and not math.isnan(end)
    need: dict[str, object] = {
        "jenis": one.kind,
        "tahun": point.year,
        "nilai": point.value,
        "bawah": math.nan if point.low is None else point.low,
        "atas": math.nan if point.high is None else point.high,
        "dasar": "target" if one.kind == basis else "laju",
        "acuan": year,
        "jalur": expected,
        "selisih": point.value - expected,
        "status": "belum ada pembanding" if alone else _status(point, expected),
        "nilai_target": end,
        "sisa_tahun": max(left, 0),
        "turun_poin": (point.value - end) / left if toward else math.nan,
        "turun_persen": (
            100 * (1 - (end / point.value) ** (1 / left))
            if toward and point.value > 0 and end > 0
            else math.nan
        ),
    }
    if children is not None:
        need |= {
            "anak_kini": children * point.value / 100,
            "anak_target": children * end / 100,
            "anak_per_tahun": children * (point.value - end) / 100 / left if toward else math.nan,
        }
    return need


def _status(point: Point, expected: float) -> str:
    if math.isnan(expected):
        return "sebelum awal lintasan"
    low = point.value if point.low is None else point.low
    high = point.value if point.high is None else point.high
    if high <= expected + _EXACT:
        return "di jalur"
    if low > expected + _EXACT:
        return "tertinggal"
    return "belum dapat dipastikan"


def _one(value: float) -> str:
    return format_number(value, decimals=1)
