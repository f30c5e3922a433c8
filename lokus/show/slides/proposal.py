"""The slides of the proposal: list, reasons, certainty, alternatives, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.charts.pictures import DPI, draw_parts, png_bytes
from lokus.show.results.text import one_line
from lokus.show.slides.deck import ACCENT, BODY, Deck, continued
from lokus.show.slides.fit import Area, Paragraph, TablePlan, plan_table
from lokus.show.tables.study import alternatives_table, certainty_table, odds_table, prices_table
from lokus.show.tables.villages import least_sure_table, nearest_table, proposal_table, widest_table
from lokus.show.words.narrative import caveats

if TYPE_CHECKING:
    from lokus.show.results.material import Material
    from lokus.show.tables.table import Column, Table

__all__ = [
    "alternatives_slide",
    "certainty_slide",
    "list_slides",
    "sources_slide",
    "why_slide",
]

_HEADING = 18.0  # mm, of the second table on a slide
_LEGIBLE = 11  # points, of a list on a screen
_BESIDE, _FINE = 13, 7  # points, of two tables on one slide


def list_slides(deck: Deck, material: Material, *, most: int = 3) -> None:
    """List the proposed villages, on as many slides as they need, at most `most`, or two more to be legible.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> list_slides(deck, kajian.material)
    >>> len(deck)
    2
    """
    table = proposal_table(material, narrow=True)
    columns = [column for column in table.columns if column.head != _("Code")]
    plan = plan_table(columns, BODY.width, BODY.height, largest=16, smallest=_LEGIBLE, most_pages=most)
    if plan.size < _LEGIBLE:  # rather two slides more than a list that nobody can read
        plan = plan_table(
            columns, BODY.width, BODY.height, largest=16, smallest=_LEGIBLE, most_pages=most + 2
        )
    for part in range(len(plan.pages)):
        page = deck.slide(continued(table.title, part + 1, len(plan.pages)), _("In the order of the score"))
        deck.table(page, BODY, columns, plan, part=part)


def why_slide(deck: Deck, material: Material) -> None:
    """Show what the score of each proposed village is made of.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> why_slide(deck, kajian.material)
    >>> len(deck)
    1
    """
    if material.contributions is None or material.chosen.empty:
        return
    page = deck.slide(
        _("Why these villages"),
        _("What makes up the score: each bar is one lokus, each colour one indicator, in points of 100"),
    )
    figure = draw_parts(material, width=BODY.width, height=BODY.height)
    deck.picture(page, BODY, png_bytes(figure, dpi=DPI), _("Parts of the score of every proposed village"))


def certainty_slide(deck: Deck, material: Material) -> None:
    """Show how sure the list is, or at least the numbers behind it.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> certainty_slide(deck, kajian.material)
    >>> len(deck)
    1
    """
    if "peluang_lokus" in material.results and "kelas_kepastian" in material.results:
        _chances(deck, material)
    elif "prevalensi_bawah" in material.results:
        _widest(deck, material)


def _chances(deck: Deck, material: Material) -> None:
    classes = certainty_table(material)
    if classes is None:
        return
    page = deck.slide(classes.title, classes.lead)
    left, right = BODY.columns(2, 3, gap=12)
    deck.table(page, left, classes.columns, plan_table(classes.columns, left.width, left.height, largest=15))
    half = (right.height - 8) / 2
    for area, table in (
        (right.first(half), least_sure_table(material)),
        (right.below(half, gap=8).first(half), nearest_table(material)),
    ):
        plan = plan_table(table.columns, area.width, area.height, largest=13, smallest=7)
        deck.table(page, area, table.columns, plan)


def _widest(deck: Deck, material: Material) -> None:
    page = deck.slide(
        _("How sure are the numbers"),
        _(
            "Lokus with the widest intervals: the true prevalence lies inside with {share} % probability"
        ).format(share=format_number(100 * material.level)),
    )
    columns = widest_table(material).columns
    deck.table(page, BODY, columns, plan_table(columns, BODY.width, BODY.height, largest=16))


def alternatives_slide(deck: Deck, material: Material) -> None:
    """Show other lists, or else what each rule costs, and the list at other odds of those not measured.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> alternatives_slide(deck, kajian.material)
    >>> len(deck)
    1
    """
    table, odds = alternatives_table(material) or prices_table(material), odds_table(material)
    if table is None and odds is None:
        return
    page = deck.slide(_("Alternatives"), "" if table is None else table.lead)
    if odds is None:
        area, largest = BODY, 16
    else:
        columns = [column for column in odds.columns if column.decimals is None]  # the names tell how many
        below, area = _share_slide(columns, table)
        largest = _BESIDE
    if table is not None:
        plan = plan_table(table.columns, area.width, area.height, largest=largest, smallest=_FINE)
        deck.table(page, area, table.columns, plan)
    if odds is not None:
        lines = [Paragraph(text=odds.title, bold=True, colour=ACCENT), Paragraph(text=odds.lead)]
        deck.text(page, BODY.below(area.height, gap=3).first(_HEADING - 3), lines, largest=13, smallest=9)
        deck.table(page, BODY.below(area.height, gap=_HEADING), columns, below)


def _share_slide(columns: Sequence[Column], above: Table | None) -> tuple[TablePlan, Area]:
    """Plan a table at the foot of a slide in the size in which the one above fits, and give that area."""
    for size in range(_BESIDE, _FINE - 1, -1):
        plan = plan_table(columns, BODY.width, BODY.height / 2, largest=size, smallest=_FINE)
        area = BODY.first(BODY.height - plan.height(0) - _HEADING)
        if above is None:
            break
        wanted = plan_table(above.columns, area.width, area.height, largest=size, smallest=_FINE)
        if wanted.size >= size and not wanted.left_out:
            break
    return plan, area


def sources_slide(deck: Deck, material: Material) -> None:
    """State limits, sources and provenance.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> sources_slide(deck, kajian.material)
    >>> len(deck)
    1
    """
    info = material.info
    page = deck.slide(_("Limits and sources"), _("Same data and same study file give the same list"))
    left, right = BODY.columns(1, 1, gap=14)
    dated = [_("Data of {date}.").format(date=info.data_date)] if info.data_date else []
    sources = [*info.sources, *dated] or [_("no sources stated")]
    blocks = [
        (left, _("What to keep in mind"), caveats(material)),
        (
            right,
            _("Sources and provenance"),
            [*map(one_line, sources), info.status_line, *_provenance(material)],
        ),
    ]
    parts = [
        (
            area,
            [
                Paragraph(text=head, bold=True, colour=ACCENT, scale=1.2),
                *(Paragraph(text=line, bullet=True) for line in lines),
            ],
        )
        for area, head, lines in blocks
    ]
    deck.side_by_side(page, parts, largest=16, smallest=8)


def _provenance(material: Material) -> list[str]:
    lines = [_("The study can be run again from its study file and lock (kajian.lock.json).")]
    lock: Mapping[str, object] = material.lock or {}
    if "lokus" in lock:
        lines.append(_("Made with lokus {version}.").format(version=lock["lokus"]))
    if "hasil_sha256" in lock:
        lines.append(_("Fingerprint of the results: {digest}").format(digest=str(lock["hasil_sha256"])[:16]))
    return lines
