"""Words of the follow-up that slides and report share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lokus.followup.groups import group_label
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.followup.beneficiaries import Beneficiaries

__all__ = ["GroupTotal", "group_totals", "kind_label"]


def kind_label(kind: str) -> str:
    """Name of a kind of intervention; a dash where the catalogue does not say.

    Examples
    --------
    >>> kind_label("sensitif"), kind_label("")
    ('sensitif', '–')
    """
    return {"spesifik": _("specific"), "sensitif": _("sensitive")}.get(kind, "–")


@dataclass(frozen=True, kw_only=True)
class GroupTotal:
    """A target group with its number in the lokus and in all villages, as they are read."""

    group: str
    lokus: str
    all: str


def group_totals(found: Beneficiaries) -> list[GroupTotal]:
    """Give the totals of each target group; a lower bound is marked "≥".

    Parameters
    ----------
    found : Beneficiaries
    """
    numbers: dict[str, dict[str, str]] = {"lokus": {}, "kabupaten": {}}
    for row in found.table.to_dict("records"):
        if row["lingkup"] in numbers:
            numbers[row["lingkup"]][row["kelompok"]] = _number(row["jumlah"], at_least=row["batas_bawah"])
    return [
        GroupTotal(group=group_label(name), lokus=numbers["lokus"].get(name, "–"), all=text)
        for name, text in numbers["kabupaten"].items()
    ]


def _number(value: float, *, at_least: bool) -> str:
    text = format_number(float(value))
    return f"≥ {text}" if at_least and text != "–" else text
