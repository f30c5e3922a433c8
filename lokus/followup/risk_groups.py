"""Risk groups, findings and steps of the audit kasus stunting, and their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from lokus.i18n import gettext as _

__all__ = [
    "AUDIT_STATUSES",
    "AUDIT_STEPS",
    "CLEAR",
    "NOT_EXAMINED",
    "RISK_GROUPS",
    "TO_LOOK_AT",
    "UNKNOWN",
    "Grouped",
    "risk_group_of",
    "risk_label",
    "state_label",
    "step_label",
]

RISK_GROUPS = ("catin", "bumil", "nifas", "balita")
AUDIT_STEPS = ("tim", "audit", "pendampingan", "evaluasi")
AUDIT_STATUSES = ("belum", "berjalan", "selesai")
TO_LOOK_AT, CLEAR, UNKNOWN, NOT_EXAMINED = (
    "perlu dilihat", "tanpa kesenjangan", "belum ada data", "tidak diperiksa",
)  # fmt: skip
# Target groups as the catalogue writes them.
_BY_GROUP = MappingProxyType({"Calon pengantin dan PUS": "catin", "Ibu hamil": "bumil", "Balita": "balita"})
# Indicators whose target group the catalogue words more widely, or not at all.
_BY_KEY = MappingProxyType(
    {
        "cakupan_kb_pascasalin": "nifas",
        "bumil_kek": "bumil",
        "gizi_buruk": "balita",
        "cakupan_pengukuran": "balita",
    }
)


class Grouped(Protocol):
    """What must be known of an indicator here; :class:`lokus.intake.indicator.Indicator` is one."""

    @property
    def group(self) -> str:
        """Target group, empty for none."""


def risk_group_of(key: str, catalogue: Mapping[str, Grouped]) -> str | None:
    """Risk group of the audit that an indicator is about, None for none.

    Examples
    --------
    >>> from lokus.intake.indicators import load_catalogue
    >>> [risk_group_of(key, load_catalogue()) for key in ("cakupan_imunisasi", "bumil_kek", "air_layak")]
    ['balita', 'bumil', None]
    """
    return _BY_KEY.get(key) or _BY_GROUP.get(catalogue[key].group)


def risk_label(group: str) -> str:
    """Name of a risk group as a reader sees it.

    Examples
    --------
    >>> risk_label("nifas")
    'ibu nifas'
    """
    return {
        "catin": _("brides- and grooms-to-be"),
        "bumil": _("pregnant women"),
        "nifas": _("women after childbirth"),
        "balita": _("children under two and under five"),
    }[group]


def state_label(state: str) -> str:
    """Name of what was found of a risk group.

    Examples
    --------
    >>> state_label("perlu dilihat")
    'perlu dilihat'
    """
    return {
        TO_LOOK_AT: _("to be looked at"),
        CLEAR: _("no gap"),
        UNKNOWN: _("no data yet"),
        NOT_EXAMINED: _("not examined"),
    }[state]


def step_label(step: str) -> str:
    """Name of a step of the audit.

    Examples
    --------
    >>> [step_label(step) for step in AUDIT_STEPS][:2]
    ['1. Pembentukan tim audit', '2. Pelaksanaan audit']
    """
    return {
        "tim": _("1. Audit team formed"),
        "audit": _("2. Audit carried out"),
        "pendampingan": _("3. Findings shared, families accompanied"),
        "evaluasi": _("4. Evaluation and follow-up plan (RTL)"),
    }[step]
