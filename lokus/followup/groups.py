"""Target groups of the beneficiaries: who they are, what is counted, and which group lies inside which."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lokus.followup.errors import FollowupError
from lokus.i18n import gettext as _

__all__ = ["FAMILIES", "GROUPS", "PERSONS", "Group", "group_label", "unit_label"]

PERSONS, FAMILIES = "orang", "keluarga"


def N_(text: str) -> str:  # noqa: N802 - the customary name that marks a text for the catalogue
    """Mark `text` for translation at the moment it is shown."""
    return text


@dataclass(frozen=True, kw_only=True)
class Group:
    """One target group.

    Parameters
    ----------
    label : str
        Marked for translation.
    column : str
        Indicator key that counts it, where the study names no other.
    unit : {"orang", "keluarga"}
        Persons and families are never added up.
    inside : tuple of str
        Groups that count all of these people too.
    overlaps : tuple of str
        Groups that count some of these people too.
    """

    label: str
    column: str
    unit: str = PERSONS
    inside: tuple[str, ...] = ()
    overlaps: tuple[str, ...] = ()


GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "remaja_putri": Group(
            label=N_("Adolescent girls"), column="remaja_putri", overlaps=("catin", "bumil", "nifas")
        ),
        "catin": Group(label=N_("Brides- and grooms-to-be"), column="catin"),
        "bumil": Group(label=N_("Pregnant women"), column="bumil"),
        "bumil_kek": Group(
            label=N_("Pregnant women with chronic energy deficiency"), column="bumil_kek", inside=("bumil",)
        ),
        "nifas": Group(label=N_("Women after childbirth"), column="nifas"),
        "balita": Group(label=N_("Children under five"), column="sasaran"),
        "baduta": Group(label=N_("Children under two"), column="baduta", inside=("balita",)),
        "balita_stunting": Group(label=N_("Stunted children"), column="stunting", inside=("balita",)),
        "keluarga": Group(label=N_("Families"), column="keluarga", unit=FAMILIES),
        "keluarga_sasaran": Group(
            label=N_("Families screened for risk"),
            column="keluarga_sasaran",
            unit=FAMILIES,
            inside=("keluarga",),
        ),
        "krs": Group(
            label=N_("Families at risk of stunting"),
            column="krs",
            unit=FAMILIES,
            inside=("keluarga_sasaran", "keluarga"),
        ),
    }
)


def group_label(name: str) -> str:
    """Name of a group as a reader sees it; ``"orang"`` names the sum of persons.

    Examples
    --------
    >>> group_label("baduta"), group_label("krs")
    ('Baduta (0–23 bulan)', 'Keluarga berisiko stunting (KRS)')
    """
    if name == PERSONS:
        return _("Persons, each counted once")
    if name not in GROUPS:
        near = difflib.get_close_matches(name, GROUPS, n=1, cutoff=0.5)
        raise FollowupError(
            _('no target group "{name}"; known: {known}').format(name=name, known=", ".join(GROUPS)),
            remedy=_('did you mean "{key}"?').format(key=near[0]) if near else "",
        )
    return _(GROUPS[name].label)


def unit_label(unit: str) -> str:
    """Name of what is counted.

    Examples
    --------
    >>> unit_label("orang"), unit_label("keluarga")
    ('orang', 'keluarga')
    """
    return {PERSONS: _("persons"), FAMILIES: _("families")}[unit]
