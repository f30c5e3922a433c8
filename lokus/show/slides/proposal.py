"""The slides of the proposal: list, reasons, certainty, alternatives, sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.charts.pictures import DPI, draw_parts, png_bytes
from lokus.show.results.text import column_texts, interval_texts, number_texts, one_line, texts
from lokus.show.slides.deck import ACCENT, BODY, Deck, continued
from lokus.show.slides.fit import Area, Paragraph, TableColumn, plan_table
from lokus.show.words.narrative import CERTAINTY, caveats, certainty_label

if TYPE_CHECKING:
    from pptx.slide import Slide

    from lokus.show.results.material import Material

__all__ = [
    "alternatives_slide",
    "certainty_slide",
    "list_slides",
    "sources_slide",
    "why_slide",
]


def list_slides(deck: Deck, material: Material, *, most: int = 3) -> None:
    """List the proposed villages, on as many slides as they need, at most `most`.

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
    chosen = material.chosen
    columns = [
        TableColumn(head=_("No."), values=number_texts(chosen["nomor"], 0), number=True),
        TableColumn(head=_("Village"), values=texts(chosen["desa"])),
        TableColumn(head=_("Kecamatan"), values=texts(chosen["kecamatan"])),
    ]
    if "prevalensi" in chosen:
        head = (
            _("Prevalence, % ({share} % interval)").format(share=format_number(100 * material.level))
            if "prevalensi_bawah" in chosen
            else _("Prevalence (%)")
        )
        columns.append(
            TableColumn(head=head, values=interval_texts(chosen, "prevalensi", decimals=1), number=True)
        )
    if "anak_stunting" in chosen:
        columns.append(
            TableColumn(
                head=_("Stunted children (estimate)"),
                values=column_texts(chosen, "anak_stunting", decimals=0),
                number=True,
            )
        )
    columns.append(
        TableColumn(
            head=_("Score (0–100)"), values=column_texts(chosen, "skor", decimals=1, scale=100), number=True
        )
    )
    if "peluang_lokus" in chosen:
        columns.append(
            TableColumn(
                head=_("Chance of being lokus"), values=number_texts(chosen["peluang_lokus"], 2), number=True
            )
        )
    plan = plan_table(columns, BODY.width, BODY.height, largest=16, smallest=11, most_pages=most)
    title = _("The list: {n} lokus in {k} kecamatan").format(
        n=len(chosen), k=chosen["kode_kecamatan"].nunique()
    )
    for part in range(len(plan.pages)):
        page = deck.slide(continued(title, part + 1, len(plan.pages)), _("In the order of the score"))
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
    results = material.results
    inside = results["nomor"].notna()
    page = deck.slide(
        _("How sure is the list"),
        _(
            "Chance: share of recalculations with other plausible rates and weights in "
            "which a village is chosen"
        ),
    )
    left, right = BODY.columns(2, 3, gap=12)
    keys = [key for key in CERTAINTY if (results["kelas_kepastian"] == key).any()]
    counts = pd.crosstab(results["kelas_kepastian"], inside).reindex(
        index=keys, columns=[True, False], fill_value=0
    )
    columns = [
        TableColumn(head=_("Certainty"), values=[certainty_label(key) for key in keys]),
        TableColumn(head=_("On the list"), values=number_texts(counts[True], 0), number=True),
        TableColumn(head=_("Not on it"), values=number_texts(counts[False], 0), number=True),
    ]
    deck.table(page, left, columns, plan_table(columns, left.width, left.height, largest=15))
    half = (right.height - 8) / 2
    least = results[inside].sort_values("peluang_lokus", kind="stable").head(8)
    nearest = results[~inside].sort_values("peluang_lokus", ascending=False, kind="stable").head(8)
    upper = right.first(half)
    _chance_table(deck, page, upper, _("Least sure on the list"), least)
    _chance_table(deck, page, right.below(half, gap=8).first(half), _("Nearest outside the list"), nearest)


def _chance_table(deck: Deck, page: Slide, area: Area, head: str, villages: pd.DataFrame) -> None:
    columns = [
        TableColumn(head=head, values=texts(villages["desa"])),
        TableColumn(head=_("Kecamatan"), values=texts(villages["kecamatan"])),
        TableColumn(head=_("Chance"), values=number_texts(villages["peluang_lokus"], 2), number=True),
    ]
    deck.table(page, area, columns, plan_table(columns, area.width, area.height, largest=13, smallest=7))


def _widest(deck: Deck, material: Material) -> None:
    chosen = material.chosen
    width = chosen["prevalensi_atas"] - chosen["prevalensi_bawah"]
    widest = chosen.assign(_width=width).sort_values("_width", ascending=False, kind="stable").head(12)
    page = deck.slide(
        _("How sure are the numbers"),
        _(
            "Lokus with the widest intervals: the true prevalence lies inside with {share} % probability"
        ).format(share=format_number(100 * material.level)),
    )
    columns = [
        TableColumn(head=_("Village"), values=texts(widest["desa"])),
        TableColumn(head=_("Kecamatan"), values=texts(widest["kecamatan"])),
        TableColumn(head=_(
            "Prevalence "
            "(%)"
        ), values=column_texts(widest, "prevalensi", decimals=1), number=True),
        TableColumn(
            head=_("Interval (%)"),
            values=[
                "–" if "–" in (low, high) else f"{low}–{high}"
                for low, high in zip(
                    number_texts(widest["prevalensi_bawah"], 1), number_texts(widest["prevalensi_atas"], 1),
                    strict=True,
                )
            ],
            number=True,
        ),
    ]  # fmt: skip
    if "diukur" in widest:
        columns.append(
            TableColumn(
                head=_("Children measured"), values=column_texts(widest, "diukur", decimals=0), number=True
            )
        )
    deck.table(page, BODY, columns, plan_table(columns, BODY.width, BODY.height, largest=16))


def alternatives_slide(deck: Deck, material: Material) -> None:
    """Show other lists, or else what each rule costs.

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
    if material.alternatives is not None and len(material.alternatives):
        table = material.alternatives
        columns = [
            TableColumn(head=_("List"), values=texts(table["daftar"])),
            TableColumn(head=_("Points less"), values=number_texts(table["selisih"], 2), number=True),
            TableColumn(head=_("Comes in"), values=texts(table["masuk"]), most=0.4),
            TableColumn(head=_("Goes out"), values=texts(table["keluar"]), most=0.4),
        ]
        lead = _(
            "Other lists under the same rules, almost as good; the sum of scores of the "
            "proposal is the largest"
        )
    elif material.prices is not None and len(material.prices):
        table = material.prices
        columns = [
            TableColumn(head=_("Rule"), values=texts(table["aturan"])),
            TableColumn(head=_("If loosened to"), values=texts(table["dilonggarkan"])),
            TableColumn(
                head=_("Points gained in the sum of scores"),
                values=number_texts(table["harga"] * 100, 2),
                number=True,
            ),
        ]
        lead = _("What each rule costs: the gain were it one step looser")
    else:
        return
    page = deck.slide(_("Alternatives"), lead)
    deck.table(page, BODY, columns, plan_table(columns, BODY.width, BODY.height, largest=16))


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
        (right, _("Sources and provenance"), [*map(one_line, sources), *_provenance(material)]),
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
