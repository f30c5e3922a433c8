"""Format the catalogue for looking up: key, label, unit, worse end, office."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.indicators.indicator import Indicator

__all__ = ["catalogue_page", "catalogue_text"]


def catalogue_text(catalogue: Catalogue, *, words: Sequence[str] = ()) -> str:
    """Format the catalogue as text, one line an indicator.

    Parameters
    ----------
    catalogue : Catalogue
    words : sequence of str
        Only indicators whose line contains all of them.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> print(catalogue_text(load_catalogue(), words=["idm", "indeks"]))
    kunci  indikator                    satuan  buruk bila  perangkat daerah
    idm    Indeks Desa Membangun (IDM)  indeks  rendah      Dinas PMD
    """
    rows = [_row(item) for item in catalogue.values()]
    wanted = [word.casefold() for word in words]
    rows = [row for row in rows if all(word in " ".join(row).casefold() for word in wanted)]
    if not rows:
        return _("no indicator has these words")
    table = [_heads(), *rows]
    widths = [max(len(row[at]) for row in table) for at in range(len(table[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def catalogue_page(catalogue: Catalogue) -> str:
    """Format the catalogue as a Markdown page of the documentation.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> page = catalogue_page(load_catalogue())
    >>> page.count("| `")  == len(load_catalogue())
    True
    """
    lines = [
        "# " + _("Catalogue of indicators"),
        "",
        _("This page is made by `lokus katalog --markdown`."),
        "",
        "| " + " | ".join(_heads()) + " |",
        "|---" * len(_heads()) + "|",
    ]
    for item in catalogue.values():
        key, *rest = (cell.replace("|", "/") for cell in _row(item))
        lines.append(f"| `{key}` | " + " | ".join(rest) + " |")
    return "\n".join(lines)


def _heads() -> tuple[str, ...]:
    return _("key of the study file"), _("indicator"), _("unit"), _("worse end"), _("office")


def _row(item: Indicator) -> tuple[str, ...]:
    worse = {"high": _("a high value"), "low": _("a low value"), "none": "–"}[item.worse]
    return item.key, item.label, item.unit or "–", worse, item.owner or "–"
