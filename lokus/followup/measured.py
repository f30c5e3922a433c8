"""One source's measurements of the prevalence of the kabupaten; sources are never mixed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from lokus.followup.errors import FollowupError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["Kind", "Measured", "Point", "measured"]

Kind = Literal["survei", "rutin"]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One measurement, which knows the series it belongs to.

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
                )
            )
        if (self.low is None) != (self.high is None) or (
            self.low is not None and self.high is not None and not self.low <= self.value <= self.high
        ):
            raise FollowupError(
                _("{series} {year}: the interval needs both limits, around the value").format(
                    series=self.series, year=self.year
                )
            )


@dataclass(frozen=True, kw_only=True, repr=False)
class Measured:
    """Measurements of one source by one method, in the order of years.

    A survey of a sample and the routine weighing of the children who came measure different things: their
    difference is no rise and no fall. A series therefore takes no points of another one.

    Parameters
    ----------
    name : str
    kind : {"survei", "rutin"}
    points : tuple of Point
        All of this series, one a year, at least one.
    source : str
        Where the numbers were published.

    Raises
    ------
    FollowupError
        A point is of another series, a year occurs twice, or there is no point.
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
                )
            )
        strange = sorted({point.series for point in self.points} - {self.name})
        if strange:
            raise FollowupError(
                _(
                    "{name}: points of {other} are measured differently and belong to a series of their own"
                ).format(name=self.name, other=", ".join(strange))
            )
        years = [point.year for point in self.points]
        if not years or len(set(years)) != len(years):
            raise FollowupError(
                _("{name}: needs at least one year, and no year twice").format(name=self.name)
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
    """Make a series of one source from years and percentages.

    Parameters
    ----------
    name : str
        As it is to be labelled: ``"SSGI/SKI"``, ``"e-PPGBM"``.
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
