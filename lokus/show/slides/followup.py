"""Slides of the follow-up: gaps by office, who does what for whom, and the way to the target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.show.charts.pictures import DPI, png_bytes
from lokus.show.charts.trajectory import trajectory_chart
from lokus.show.slides.deck import BODY, QUIET, Deck
from lokus.show.slides.fit import Paragraph, plan_table
from lokus.show.tables.study import gaps_table, groups_table, tasks_table
from lokus.show.words.followup import need_sentences

if TYPE_CHECKING:
    from lokus.show.results.material import Material

__all__ = ["follow_up_slide", "gaps_slide", "trajectory_slide"]


def gaps_slide(deck: Deck, material: Material) -> None:
    """Show what fails its threshold, by office.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> gaps_slide(deck, kajian.material)
    >>> len(deck)
    1
    """
    table = gaps_table(material)
    if table is None:
        return
    page = deck.slide(
        _("Gaps by office (OPD)"), _("Villages on the worse side of the stated threshold of each indicator")
    )
    columns = [column for column in table.columns if column.head != _("Intervention")]
    deck.table(page, BODY, columns, plan_table(columns, BODY.width, BODY.height, largest=15, smallest=9))


def follow_up_slide(deck: Deck, material: Material) -> None:
    """Say who does what in how many villages.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> follow_up_slide(deck, kajian.material)
    >>> len(deck)
    1
    """
    columns, groups = tasks_table(material).columns, groups_table(material)
    page = deck.slide(_("Follow-up"), _("Each office acts in its own field, in the same villages"))
    left, right = BODY.columns(5, 4, gap=10) if groups else (BODY, BODY)
    deck.table(page, left, columns, plan_table(columns, left.width, left.height, largest=15, smallest=9))
    if groups is None:
        return
    room = right.first(right.height - 10)
    plan = plan_table(groups.columns, room.width, room.height, largest=15, smallest=9)
    tall = deck.table(page, room, groups.columns, plan)
    for note in groups.notes:
        deck.text(
            page, right.below(tall, gap=2), [Paragraph(text=note, colour=QUIET)], largest=12, smallest=8
        )


def trajectory_slide(deck: Deck, material: Material) -> None:
    """Show the way to the target, when the study states one.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> trajectory_slide(deck, kajian.material)
    >>> len(deck)
    1
    """
    way = material.trajectory
    if way is None:
        return
    page = deck.slide(
        _("The way to the target"), _("Surveys and routine measurement are never joined into one line")
    )
    left, right = BODY.columns(2, 1, gap=8)
    chart = trajectory_chart(way, material.info)
    chart.draw_without_rendering()
    # Title, sentences and sources of the chart stand on the slide itself.
    box = chart.axes[0].get_tightbbox()
    crop = box.transformed(chart.dpi_scale_trans.inverted()).padded(0.08) if box else None
    image = png_bytes(chart, dpi=DPI, crop=crop)
    drawn = deck.picture(page, left, image, _("Target path, surveys and routine measurement by year"))
    room = replace(right, left=drawn.right + 8, width=BODY.right - drawn.right - 8)
    lines = [Paragraph(text=line, bullet=True) for line in need_sentences(way)]
    deck.text(page, room, lines, largest=15, smallest=8)
