"""Atlas of the kecamatan: one PDF with a page for each, found by its bookmarks."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from pypdf import PdfReader, PdfWriter

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.show.atlas_page import AtlasBook

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd

    from lokus.show.info import StudyInfo

__all__ = ["write_atlas"]


def write_atlas(
    results: gpd.GeoDataFrame,
    kecamatan: gpd.GeoDataFrame,
    info: StudyInfo,
    path: str | Path,
    *,
    theme: str = "prevalensi",
    gaps: pd.DataFrame | None = None,
    logo: str | Path | None = None,
    on_page: Callable[[str, int, int], None] | None = None,
) -> Path:
    """Write one A4 page a kecamatan: map, table of its villages, its lokus and why, its gaps by office.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Village table with rates, scores, selection and ``status_usulan``.
    kecamatan : geopandas.GeoDataFrame
        Outlines, index ``kode_kecamatan``, columns ``kecamatan`` and ``geometry``.
    info : StudyInfo
        What to write around the maps.
    path : str or Path
        Where to write, replaced only when all pages are drawn.
    theme : str
        Theme of the maps, one of :data:`lokus.show.layers.THEMES`.
    gaps : pandas.DataFrame, optional
        What villages lack, as :func:`lokus.followup.gaps.find_gaps` gives it: a row each with ``kode_desa``,
        ``opd``, ``indikator``, and optionally ``nilai``. Without it the pages have no such part.
    logo : str or Path, optional
        PNG for the header.
    on_page : callable, optional
        Called before each kecamatan with its name, its number from 0, and the number of kecamatan.

    Returns
    -------
    Path

    Notes
    -----
    A kecamatan with more villages than fit goes on on a further page; the bookmark leads to its first one.
    The same study gives the same bytes.
    """
    path = Path(path)
    book = AtlasBook(results, kecamatan, info, theme=theme, gaps=gaps, logo=logo)
    raw = io.BytesIO()
    marks: list[tuple[str, int]] = []
    with mpl.rc_context(mpl.rcParamsDefault), PdfPages(raw, metadata=_NO_DATES) as pages:
        for number, (kode, name) in enumerate(book.names.items()):
            if on_page:
                on_page(name, number, len(book.names))
            marks.append((name, pages.get_pagecount()))
            for figure in book.pages(kode):
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
