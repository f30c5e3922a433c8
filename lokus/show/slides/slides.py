"""Write the slides for the rakor: ten to fourteen, and those of review, costs and what the field sent back.

Figures are those of workbook and maps.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lokus.files import atomic_path
from lokus.show.maps.print_map import draw_map
from lokus.show.slides.cost_slides import costs_slides
from lokus.show.slides.deck import Deck
from lokus.show.slides.field_slides import field_slides
from lokus.show.slides.followup import follow_up_slide, gaps_slide, trajectory_slide
from lokus.show.slides.maps import map_pair_slide, map_slide
from lokus.show.slides.proposal import (
    alternatives_slide,
    certainty_slide,
    list_slides,
    sources_slide,
    why_slide,
)
from lokus.show.slides.review import review_slides
from lokus.show.slides.study import data_slide, method_slide, question_slide
from lokus.show.themes.themes import available_themes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lokus.show.results.material import Material

__all__ = ["write_slides"]

_MOST = 14  # slides of a meeting that decides a list, besides those of costs and of what the field sent back
_OTHERS = 11  # besides the list itself and the patterns
_PATTERNS = ("titik_panas", "tipologi")


def write_slides(
    path: str | Path, material: Material, *, sheets: Callable[[str], Figure] | None = None
) -> Path:
    """Write the slides of a study; the same study gives the same bytes.

    Parameters
    ----------
    path : str or Path
        Where to write, ``.pptx``; replaced only when the deck is complete.
    material : Material
        What the slides show; parts that are absent have no slide.
    sheets : callable, optional
        Gives the A4 map sheet of a theme, when it is drawn already.

    Returns
    -------
    Path

    Notes
    -----
    16:9. Every text and table is measured before it is placed: long lists go over several slides, type
    becomes smaller within limits, and what does not fit even so ends in an ellipsis.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import geopandas as gpd
    >>> from matplotlib.figure import Figure
    >>> from pptx import Presentation
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> village = {"nomor": [1], "desa": "Alai", "kecamatan": "Lembak", "kode_kecamatan": "160301"}
    >>> place = gpd.GeoDataFrame(village | {"status_usulan": "lokus"}, geometry=[None])
    >>> info = StudyInfo(title="Usulan lokus", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> blank = Figure(figsize=(4, 3))
    >>> axes = blank.add_axes((0, 0, 1, 1))
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "paparan.pptx"
    ...     material = Material(results=place, kecamatan=place, info=info)
    ...     written = write_slides(path, material, sheets=lambda theme: blank)
    ...     Presentation(written).slides[0].shapes.title.text_frame.text
    'Usulan lokus'
    """
    deck = build_slides(material, sheets=sheets)
    path = Path(path)
    with atomic_path(path) as draft:
        draft.write_bytes(deck.to_bytes())
    return path


def build_slides(material: Material, *, sheets: Callable[[str], Figure] | None = None) -> Deck:
    """Give the deck of :func:`write_slides`."""
    material = material.in_order
    drawn = sheets or (
        lambda theme: draw_map(material.results, material.kecamatan, material.info, theme=theme)
    )
    known = available_themes(material.results)
    numbers, patterns = (
        [theme for theme in pair if theme in known] for pair in (("prevalensi", "peluang"), _PATTERNS)
    )
    deck = Deck(material.info)
    question_slide(deck, material)
    data_slide(deck, material)
    method_slide(deck, material)
    map_slide(deck, material, "usulan", drawn)
    list_slides(deck, material, most=_MOST - _OTHERS - bool(patterns))
    why_slide(deck, material)
    if numbers:
        map_pair_slide(deck, material, numbers, drawn)
    certainty_slide(deck, material)
    if patterns:
        map_pair_slide(deck, material, patterns, drawn)
    review_slides(deck, material, drawn)
    alternatives_slide(deck, material)
    gaps_slide(deck, material)
    follow_up_slide(deck, material)
    costs_slides(deck, material)
    field_slides(deck, material)
    trajectory_slide(deck, material)
    sources_slide(deck, material)
    return deck
