"""Slides of the follow-up: gaps by office, who does what for whom, and the way to the target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lokus.followup.gaps import gaps_by_indicator
from lokus.i18n import gettext as _
from lokus.show.charts.pictures import DPI, png_bytes
from lokus.show.charts.trajectory import trajectory_chart
from lokus.show.results.text import number_texts, one_line, texts, threshold_text
from lokus.show.slides.deck import BODY, QUIET, Deck
from lokus.show.slides.fit import Paragraph, TableColumn, plan_table
from lokus.show.words.followup import group_totals, kind_label, need_sentences
from lokus.show.words.narrative import tasks

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
    if material.gaps is None or material.gaps.empty:
        return
    counted = gaps_by_indicator(material.gaps, material.chosen.index)
    page = deck.slide(
        _("Gaps by office (OPD)"), _("Villages on the worse side of the stated threshold of each indicator")
    )
    thresholds = number_texts(counted["ambang"], 1)
    columns = [
        TableColumn(head=_("Office (OPD)"), values=texts(counted["opd"])),
        TableColumn(head=_("Indicator"), values=texts(counted["indikator"])),
        TableColumn(
            head=_("Fails if"),
            values=[threshold_text(t, w) for t, w in zip(thresholds, counted["buruk"], strict=True)],
            number=True,
        ),
        TableColumn(head=_("Lokus that fail"), values=number_texts(counted["lokus"], 0), number=True),
        TableColumn(head=_("Villages that fail"), values=number_texts(counted["desa"], 0), number=True),
    ]
    if (counted["jenis"] != "").any():
        columns.insert(2, TableColumn(head=_("Kind"), values=[kind_label(kind) for kind in counted["jenis"]]))
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
    rows = tasks(material)
    columns = [
        TableColumn(head=_("Who"), values=[one_line(task.who) for task in rows], most=0.3),
        TableColumn(head=_("What"), values=[one_line(task.what) for task in rows]),
        TableColumn(head=_("Extent"), values=[one_line(task.extent) for task in rows], number=True),
    ]
    page = deck.slide(_("Follow-up"), _("Each office acts in its own field, in the same villages"))
    left, right = BODY, None
    groups = [] if material.beneficiaries is None else group_totals(material.beneficiaries)
    if groups:
        left, right = BODY.columns(5, 4, gap=10)
    deck.table(page, left, columns, plan_table(columns, left.width, left.height, largest=15, smallest=9))
    if right is None:
        return
    columns = [
        TableColumn(head=_("Target group"), values=[row.group for row in groups]),
        TableColumn(head=_("In lokus"), values=[row.lokus for row in groups], number=True),
        TableColumn(head=_("In all villages"), values=[row.all for row in groups], number=True),
    ]
    room = right.first(right.height - 10)
    tall = deck.table(
        page, room, columns, plan_table(columns, room.width, room.height, largest=15, smallest=9)
    )
    note = _("≥: at least so many; some villages have no number yet")
    if any("≥" in text for row in groups for text in (row.lokus, row.all)):
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
