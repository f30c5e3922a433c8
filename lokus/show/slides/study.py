"""The first slides: question, data and method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.findings import counts_sentence
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.headlines import Headlines
from lokus.show.results.text import one_line
from lokus.show.slides.deck import ACCENT, BODY, QUIET, Deck
from lokus.show.slides.fit import Area, Paragraph, plan_table
from lokus.show.tables.study import offices_table
from lokus.show.words.narrative import summary

if TYPE_CHECKING:
    from lokus.show.results.material import Material

__all__ = ["data_slide", "method_slide", "question_slide"]


def question_slide(deck: Deck, material: Material) -> None:
    """Ask the question and answer it in three figures and a few sentences.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> question_slide(deck, kajian.material)
    >>> len(deck)
    1
    """
    headlines = Headlines(material=material)
    page = deck.slide(material.info.title, material.info.place_and_year)
    left, right = BODY.columns(3, 2, gap=14)
    question = _("Which villages should be the focus (lokus) of stunting reduction in {tahun}?").format(
        tahun=material.info.tahun
    )
    taken = deck.text(
        page, left.first(46), [Paragraph(text=question, bold=True, colour=ACCENT)], largest=30, smallest=16
    )
    deck.text(
        page, left.below(taken, gap=8), [Paragraph(text=line, bullet=True) for line in summary(material)],
        largest=18, smallest=11,
    )  # fmt: skip
    figures = [
        (format_number(headlines.lokus), _("proposed lokus")),
        (format_number(headlines.kecamatan_with_lokus), _("kecamatan with lokus")),
        (format_number(headlines.villages), _("villages judged")),
    ]
    for place, (number, label) in enumerate(figures):
        cell = Area(left=right.left, top=right.top + 46 * place, width=right.width, height=42)
        deck.text(
            page, cell,
            [
                Paragraph(text=number, bold=True, colour=ACCENT),
                Paragraph(text=label, scale=0.4, colour=QUIET),
            ],
            largest=48, smallest=24,
        )  # fmt: skip


def data_slide(deck: Deck, material: Material) -> None:
    """Show how complete the data are, office by office.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> data_slide(deck, kajian.material)
    >>> len(deck)
    1
    """
    headlines = Headlines(material=material)
    page = deck.slide(
        _("Data and their completeness"), _("Missing data stay missing: no number stands in for them.")
    )
    lines = [
        _("{n} villages, {k} kecamatan").format(n=format_number(headlines.villages), k=headlines.kecamatan)
    ]
    for count, words in (
        (
            headlines.not_reliable,
            _("{n} villages not yet reliable: few children measured, or not known how many"),
        ),
        (headlines.unmeasured, _("{n} villages without any measurement")),
    ):
        if count:
            lines.append(words.format(n=format_number(count)))
    facts = [Paragraph(text=line, bullet=True) for line in (*lines, *_finding_lines(material))]
    table = offices_table(material)
    if table is None:
        deck.text(page, BODY, facts, largest=20, smallest=11)
        return
    left, right = BODY.columns(3, 2, gap=12)
    columns = table.columns[:-1]  # the villages complete stand in the report: an office needs the room
    deck.table(page, left, columns, plan_table(columns, left.width, left.height, largest=16))
    deck.text(page, right, facts, largest=18, smallest=10)


def _finding_lines(material: Material) -> list[str]:
    findings = material.findings
    if findings is None:
        return []
    lines = [counts_sentence(findings)]
    if "accepted" in findings:
        accepted = findings[findings["accepted"].astype(bool)]
        lines += [
            _("Accepted with a reason: {reason}").format(reason=one_line(reason))
            for reason in dict.fromkeys(accepted["reason"])
        ]
    return lines


def method_slide(deck: Deck, material: Material) -> None:
    """Explain rates, score and choice side by side.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> method_slide(deck, kajian.material)
    >>> len(deck)
    1
    """
    page = deck.slide(_("Method on one page"), _("From measured children to a list that can be taken apart"))
    blocks = [
        (
            _("1. Prevalence"),
            [
                _(
                    "Where few children were measured, the measured rate swings by chance. "
                    "Each village's rate is "
                    "therefore steadied towards villages like it; the fewer children measured, the more."
                ),
                _("Every estimate carries a {share} % interval.").format(
                    share=format_number(100 * material.level)
                ),
            ],
        ),
        (
            _("2. Score"),
            [
                _("Each indicator is brought to 0–1, where 1 is worst, and weighed. The score is their sum."),
                *(
                    f"{one_line(name)}: {format_number(100 * share, decimals=1)} %"
                    for name, share in material.weights.items()
                ),
            ],
        ),
        (
            _("3. Choice"),
            [
                *(
                    [_("Rule: {rule}").format(rule=one_line(material.info.rule))]
                    if material.info.rule
                    else []
                ),
                _(
                    "Of all lists that keep the rule, the one with the largest sum of scores is computed "
                    "exactly, and proven."
                ),
                *([_("Ties: {rule}").format(rule=one_line(material.tie_rule))] if material.tie_rule else []),
            ],
        ),
    ]
    parts = [
        (
            area,
            [
                Paragraph(text=head, bold=True, colour=ACCENT, scale=1.2),
                Paragraph(text=lines[0]),
                *(Paragraph(text=line, bullet=True) for line in lines[1:]),
            ],
        )
        for area, (head, lines) in zip(BODY.columns(1, 1, 1, gap=12), blocks, strict=True)
    ]
    deck.side_by_side(page, parts, largest=17, smallest=8)
