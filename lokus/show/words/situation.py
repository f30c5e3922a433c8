"""Write the findings of the situation analysis of the kabupaten or one kecamatan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lokus.followup.gaps import gaps_by_indicator
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.figures import figure_texts
from lokus.show.results.headlines import Headlines
from lokus.show.words.narrative import completeness_sentence, join_names

if TYPE_CHECKING:
    from lokus.show.results.material import Material

__all__ = ["situation_lines"]

_NAMED = 5  # villages that a sentence names
_GAPS = 3  # indicators that it names


def situation_lines(material: Material, *, whole: Material | None = None, name: str = "") -> list[str]:
    """Say what was found in an area.

    Parameters
    ----------
    material : Material
        Of the area: the kabupaten, or what :func:`lokus.show.results.parts.part_of` gives.
    whole : Material, optional
        The kabupaten, when the area is a part of it.
    name : str
        Of the area, ``"Kecamatan Sukasari"``; otherwise the kabupaten's.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.show.results.parts import part_of
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> lines = situation_lines(part_of(material, "990101"), whole=material, name="Kecamatan Satu")
    >>> lines[0].startswith("Kecamatan Satu memiliki")
    True
    """
    return list(_lines(material, whole, name or material.info.kabupaten))


def _lines(material: Material, whole: Material | None, name: str) -> Iterator[str]:
    headlines, results = Headlines(material=material), material.results
    chosen = [str(desa) for desa in material.chosen["desa"]]
    yield (
        _("{area} has {n} villages; {k} of them are proposed as lokus for {tahun}: {names}.")
        if chosen
        else _("{area} has {n} villages; none of them is proposed as lokus for {tahun}.")
    ).format(
        area=name,
        n=format_number(headlines.villages),
        k=format_number(headlines.lokus),
        tahun=material.info.tahun,
        names=join_names(chosen, most=8),
    )
    children = headlines.estimated_children
    if children is not None and not material.public:
        everyone = Headlines(material=whole).estimated_children if whole is not None else None
        yield (
            _("An estimated {n} stunted children live here, of {all} in {kabupaten}.").format(
                n=format_number(children), all=format_number(everyone), kabupaten=material.info.kabupaten
            )
            if everyone is not None
            else _("An estimated {n} stunted children live here.").format(n=format_number(children))
        )
    if "prevalensi" in results and results["prevalensi"].notna().any():
        known = results[results["prevalensi"].notna()].assign(_kode=lambda frame: frame.index)
        highest = known.sort_values(["prevalensi", "_kode"], ascending=[False, True]).head(_NAMED)
        texts = figure_texts(highest, "prevalensi", interval=True)
        yield _("Highest estimated prevalence: {villages}.").format(
            villages="; ".join(
                _("{village} {value} %").format(village=desa, value=text)
                for desa, text in zip(highest["desa"], texts, strict=True)
            )
        )
    yield from _gap_lines(material)
    if headlines.unmeasured:
        yield _(
            "In {n} villages no child was measured; their estimate rests on similar villages alone."
        ).format(n=format_number(headlines.unmeasured))
    if headlines.not_reliable:
        yield _(
            "In {n} villages few of the children were measured, or it is not known how many: their numbers "
            "are not yet reliable."
        ).format(n=format_number(headlines.not_reliable))
    if headlines.values_needed:
        yield completeness_sentence(headlines.values_missing, headlines.values_needed)


def _gap_lines(material: Material) -> Iterator[str]:
    if material.gaps is None:
        return
    if material.gaps.empty:
        yield _("No indicator fails its threshold in any village.")
        return
    counted = gaps_by_indicator(material.gaps, material.chosen.index)
    most = counted.sort_values(["desa", "indikator"], ascending=[False, True]).head(_GAPS)
    yield _("Most villages fail in: {gaps}.").format(
        gaps="; ".join(
            _("{indicator} ({n} of {all} villages, {office})").format(
                indicator=row["indikator"],
                n=format_number(row["desa"]),
                all=format_number(len(material.results)),
                office=row["opd"],
            )
            for row in most.to_dict("records")
        )
    )
