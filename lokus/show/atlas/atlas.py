"""Write the atlas of kecamatan: one PDF with a page and a bookmark for each."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from pypdf import PdfReader, PdfWriter

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.show.atlas.page_map import AtlasBaseMap, DrawnMap
from lokus.show.atlas.page_text import Flow, PageText, write_gaps, write_reasons, write_table
from lokus.show.drawing.furniture import INK, QUIET, draw_box
from lokus.show.drawing.geometry import crs_line
from lokus.show.drawing.layout import PAPER, Box, Page
from lokus.show.drawing.legend import draw_legend
from lokus.show.drawing.pixels import EFFORT
from lokus.show.drawing.typography import line_height
from lokus.show.maps.print_map import Sheet, blank_sheet, draw_footer, draw_header, draw_watermark
from lokus.show.themes.themes import available_themes, make_layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    import pandas as pd

    from lokus.show.results.info import StudyInfo

__all__ = ["AtlasBook", "write_atlas"]


class AtlasBook:
    """Everything the pages of an atlas share; the arguments are those of :func:`write_atlas`."""

    def __init__(
        self,
        results: gpd.GeoDataFrame,
        kecamatan: gpd.GeoDataFrame,
        info: StudyInfo,
        *,
        theme: str,
        gaps: pd.DataFrame | None,
        logo: str | Path | None,
    ) -> None:
        self.results = results.sort_index()
        self.info = info
        self.gaps = gaps
        self.logo = logo
        self.layer = make_layer(self.results, theme)
        first = self.results.groupby("kode_kecamatan")["kecamatan"].first().astype(str)
        self.names: dict[str, str] = dict(first.sort_index().items())
        self.base_map = AtlasBaseMap(self.results, kecamatan, self.names)

    def map_sheet(self, kode: str) -> Sheet:
        """Draw the map of one kecamatan alone, as it stands on its page."""
        villages = self._villages(kode)
        return self._map(kode, villages, _plan(_shorter(PageText.of(villages, self.gaps))))[0]

    def _villages(self, kode: str) -> gpd.GeoDataFrame:
        return self.results.loc[(self.results["kode_kecamatan"] == kode).to_numpy()]

    def _map(self, kode: str, villages: gpd.GeoDataFrame, plan: Page) -> tuple[Sheet, Any, DrawnMap]:
        figure, page = blank_sheet(plan)
        drawn = self.base_map.draw(page, plan, kode, villages, self.layer.only(villages.index))
        if self.info.synthetic:
            draw_watermark(page, plan.map, unit=plan.unit)
        draw_box(page, plan.map, edge=INK, width=0.7, zorder=13)
        return figure, page, drawn

    def pages(self, kode: str, *, on_map: Callable[[str, Sheet], None] | None = None) -> Iterator[Sheet]:
        """Draw the pages of one kecamatan; most need one. `on_map` gets the first with only the map on it."""
        villages = self._villages(kode)
        text = PageText.of(villages, self.gaps)
        plan = _plan(_shorter(text))
        figure, page, drawn = self._map(kode, villages, plan)
        if on_map:
            on_map(kode, figure)
        heading = _("Kecamatan {name}").format(name=self.names[kode])
        draw_header(page, plan, replace(self.info, rule=""), heading, logo=self.logo)
        layer = self.layer.only(villages.index)
        draw_legend(page, plan, layer, circles=drawn.circles)
        corner = Box(plan.legend.left, plan.map.bottom, plan.legend.right, plan.legend.bottom - 13)
        self.base_map.draw_locator(page, corner, kode)
        shapes = self.base_map.shapes[self.base_map.group == kode]
        lost = [str(n) for n, shape in zip(villages["desa"], shapes, strict=True) if shape is None]
        crs = self.base_map.crs
        projection = crs_line(crs)
        draw_footer(page, plan, self.info, projection=projection, missing=lost)

        def turn() -> Any:
            nonlocal page
            figure, page = blank_sheet(plan)
            sheets.append(figure)
            draw_header(
                page, plan, replace(self.info, rule=""), _("{heading} (continued)").format(heading=heading)
            )
            draw_footer(page, plan, self.info, projection=projection, missing=[])
            return page

        sheets = [figure]
        flow = Flow(page=page, box=plan.listing, turn=turn, next_top=plan.header.bottom - 3)
        if drawn.unnamed:
            flow.paragraph(
                _("Also bordering: {names}").format(names=", ".join(drawn.unnamed)), lines=2, color=QUIET
            )
        _write_text(flow, text, drawn.letters)
        yield from sheets


def _write_text(flow: Flow, text: PageText, letters: dict[str, str]) -> None:
    write_table(flow, text, letters)
    write_reasons(flow, text)
    write_gaps(flow, text)


def _shorter(text: PageText) -> float:
    """Millimetres the map gives up so that its text ends on the same page, where few are missing.

    A further page with two lines on it would be turned for nothing; a long text needs one anyway.
    """
    room = _plan().listing
    endless = Box(room.left, room.top - 10_000, room.right, room.top)
    flow = Flow(page=None, box=endless, turn=lambda: None, next_top=room.top)
    _write_text(flow, text, {})
    missing = room.top - flow.y + _BORDERING - room.height
    return missing if 0 < missing <= _GIVES else 0.0


_BORDERING = 2 * (line_height(6.3) + 0.25)
"""Room for the names of neighbours that stand below the map, millimetres."""
_GIVES = 26.0
"""Millimetres of its height that a map gives up at most; the legend beside it needs the rest."""
_SMALLER = 0.68  # of what the map gives up comes from the locator map, the rest from the legend's room


def _plan(shorter: float = 0.0) -> Page:
    """A4 upright: header, map with legend beside it, running text, footer."""
    width, height = PAPER["A4"]
    inner = Box(0, 0, width, height).grow(-11)
    header = Box(inner.left, inner.top - 14, inner.right, inner.top)
    top, bottom = header.bottom - 1, header.bottom - 121 + shorter
    split = inner.right - 54
    footer = Box(inner.left, inner.bottom, inner.right, inner.bottom + 9.5)
    return Page(
        size="A4", landscape=False, unit=1.0, sheet=Box(0, 0, width, height), header=header, footer=footer,
        map=Box(inner.left + 3, bottom, split - 4, top),
        legend=Box(split, bottom + 56 - _SMALLER * shorter, inner.right, top),
        listing=Box(inner.left, footer.top + 2.5, inner.right, bottom - 7),
    )  # fmt: skip


def write_atlas(
    results: gpd.GeoDataFrame,
    kecamatan: gpd.GeoDataFrame,
    info: StudyInfo,
    path: str | Path,
    *,
    theme: str | None = None,
    gaps: pd.DataFrame | None = None,
    logo: str | Path | None = None,
    on_page: Callable[[str, int, int], None] | None = None,
    on_map: Callable[[str, Sheet], None] | None = None,
) -> Path:
    """Write one A4 page a kecamatan: map, table of its villages, its lokus and why, its gaps by office.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Village table with rates, scores, selection and ``status_usulan``.
    kecamatan : geopandas.GeoDataFrame
        Outlines, index ``kode_kecamatan``, columns ``kecamatan`` and ``geometry``.
    info : StudyInfo
        Title, sources and provenance.
    path : str or Path
        Where to write, replaced only when all pages are drawn.
    theme : str, optional
        Theme of the maps, one of :data:`lokus.show.themes.themes.THEMES`; otherwise prevalence where the
        results have it, else the score.
    gaps : pandas.DataFrame, optional
        Gaps of villages, as returned by :func:`lokus.followup.gaps.find_gaps`: a row each with ``kode_desa``,
        ``opd``, ``indikator``, ``nilai`` (missing where masked), ``ambang`` and ``desimal``. Without it the
        pages have no such part.
    logo : str or Path, optional
        PNG for the header.
    on_page : callable, optional
        Called before each kecamatan with its name, its number from 0, and the number of kecamatan.
    on_map : callable, optional
        Called with the code of each kecamatan and its page, on which there is nothing yet but the map.

    Returns
    -------
    Path

    Notes
    -----
    A kecamatan with more villages than fit continues on further pages; the bookmark leads to the first one.
    The same study gives the same bytes.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> import tempfile
    >>> one = kajian.results["kode_kecamatan"] == "990101"
    >>> path = Path(tempfile.mkdtemp()) / "atlas.pdf"
    >>> outlines = kajian.boundaries.kecamatan.loc[["990101"]]
    >>> atlas = write_atlas(kajian.results[one], outlines, kajian.info, path, gaps=kajian.gaps)
    >>> atlas.name, len(PdfReader(atlas).pages) >= 1
    ('atlas.pdf', True)
    """
    path = Path(path)
    if theme is None:
        theme = "prevalensi" if "prevalensi" in available_themes(results) else "skor"
    book = AtlasBook(results, kecamatan, info, theme=theme, gaps=gaps, logo=logo)
    raw = io.BytesIO()
    marks: list[tuple[str, int]] = []
    settings = {**mpl.rcParamsDefault, "pdf.compression": EFFORT}
    with mpl.rc_context(settings), PdfPages(raw, metadata=_NO_DATES) as pages:
        for number, (kode, name) in enumerate(book.names.items()):
            if on_page:
                on_page(name, number, len(book.names))
            marks.append((name, pages.get_pagecount()))
            for figure in book.pages(kode, on_map=on_map):
                pages.savefig(figure)
    with atomic_path(path) as draft:
        draft.write_bytes(
            _with_bookmarks(raw, marks, title=_("Kecamatan atlas, {place}").format(place=info.place_and_year))
        )
    return path


_NO_DATES = {"CreationDate": None, "Creator": None, "Producer": None}


def _with_bookmarks(raw: io.BytesIO, marks: list[tuple[str, int]], *, title: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(raw))
    writer.metadata = {"/Title": title}
    for name, page in marks:
        writer.add_outline_item(title=name, page_number=page)
    writer.page_mode = "/UseOutlines"
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
