"""Plan a printed page: boxes in millimetres from the lower left corner of the sheet."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.path import Path

from lokus.show.results.info import StudyInfo

__all__ = ["PAPER", "Box", "Page", "StudyInfo", "plan_page"]

PAPER = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}


@dataclass(frozen=True)
class Box:
    """Rectangle, in millimetres.

    Examples
    --------
    >>> Box(0, 0, 10, 5).overlaps(Box(9, 4, 12, 8))
    True
    """

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Width in millimetres."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in millimetres."""
        return self.top - self.bottom

    @property
    def centre(self) -> tuple[float, float]:
        """Middle point."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    @property
    def path(self) -> Path:
        """The rectangle as a matplotlib path."""
        low, high = (self.left, self.bottom), (self.right, self.top)
        corners = [low, (self.right, self.bottom), high, (self.left, self.top), low]
        return Path(corners, closed=True)

    def overlaps(self, other: Box) -> bool:
        """Whether the two share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def contains(self, other: Box) -> bool:
        """Whether `other` lies inside, edges included."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.bottom <= other.bottom
            and other.top <= self.top
        )

    def grow(self, margin: float) -> Box:
        """Widen on every side by `margin`, or narrow when it is negative."""
        return Box(self.left - margin, self.bottom - margin, self.right + margin, self.top + margin)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Positions of the parts of a sheet.

    Parameters
    ----------
    size : {"A4", "A3"}
        Paper.
    landscape : bool
        Orientation.
    unit : float
        Factor on type sizes and line widths: 1 on A4, more on A3.
    sheet, header, map, legend, listing, footer : Box
        The sheet and its parts; the map box is the neat line around the map.
    """

    size: str
    landscape: bool
    unit: float
    sheet: Box
    header: Box
    map: Box
    legend: Box
    listing: Box
    footer: Box

    def scale_of(self, width_m: float, height_m: float) -> float:
        """Metres on the ground per millimetre on paper that fit an extent into the map box."""
        room = self.map.grow(-2.5 * self.unit)
        return max(width_m / room.width, height_m / room.height)


def plan_page(size: str, width_m: float, height_m: float, *, legend_mm: float = 62.0) -> Page:
    """Choose the orientation that shows an extent at the larger scale, and divide the sheet.

    Parameters
    ----------
    size : {"A4", "A3"}
        Paper.
    width_m, height_m : float
        Extent of the kabupaten in metres.
    legend_mm : float
        Height that the legend needs on A4.

    Raises
    ------
    ValueError
        The paper is unknown or the extent is empty.

    Examples
    --------
    >>> plan_page("A4", 90_000, 40_000).landscape, plan_page("A4", 40_000, 90_000).landscape
    (True, False)
    """
    if size not in PAPER:
        raise ValueError(f"size must be one of {tuple(PAPER)}, not {size!r}")
    if not (width_m > 0 and height_m > 0):
        raise ValueError(f"the extent must have a width and a height, not {width_m} × {height_m} m")
    pages = [_landscape(size, legend_mm), _portrait(size, legend_mm)]
    return min(pages, key=lambda page: page.scale_of(width_m, height_m))


def _unit(size: str) -> float:
    return 1.0 if size == "A4" else 1.3


def _landscape(size: str, legend_mm: float) -> Page:
    short, long = PAPER[size]
    unit = _unit(size)
    inner = Box(0, 0, long, short).grow(-9 * unit)
    header = Box(inner.left, inner.top - 15 * unit, inner.right, inner.top)
    footer = Box(inner.left, inner.bottom, inner.right, inner.bottom + 9.5 * unit)
    panel_left = inner.right - 74 * unit
    top, bottom = header.bottom - 2.5 * unit, footer.top + 4.5 * unit
    split = top - legend_mm * unit
    return Page(
        size=size, landscape=True, unit=unit, sheet=Box(0, 0, long, short), header=header, footer=footer,
        map=Box(inner.left + 3 * unit, bottom, panel_left - 5 * unit, top),
        legend=Box(panel_left, split, inner.right, top),
        listing=Box(panel_left, bottom, inner.right, split - 3 * unit),
    )  # fmt: skip


def _portrait(size: str, legend_mm: float) -> Page:
    short, long = PAPER[size]
    unit = _unit(size)
    inner = Box(0, 0, short, long).grow(-9 * unit)
    header = Box(inner.left, inner.top - 18 * unit, inner.right, inner.top)
    footer = Box(inner.left, inner.bottom, inner.right, inner.bottom + 9.5 * unit)
    bottom, top = footer.top + 2.5 * unit, footer.top + max(70.0, legend_mm + 2.5) * unit
    split = inner.left + 66 * unit
    return Page(
        size=size, landscape=False, unit=unit, sheet=Box(0, 0, short, long), header=header, footer=footer,
        map=Box(inner.left + 3 * unit, top + 5.5 * unit, inner.right, header.bottom - 2.5 * unit),
        legend=Box(inner.left, bottom, split, top),
        listing=Box(split + 5 * unit, bottom, inner.right, top),
    )  # fmt: skip
