"""lokus: choose, defend and review the focus villages (*lokasi fokus*) for stunting reduction in a kabupaten.

Everything public is reachable from here and loaded when first used, so ``import lokus`` itself is instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Kajian": "lokus.kajian",
    "LokusError": "lokus.errors",
    "Problem": "lokus.choice.solver.problem",
    "apportion": "lokus.followup.apportion",
    "audit": "lokus.intake.audit.audit",
    "contiguity": "lokus.places.neighbours",
    "estimate_change": "lokus.evidence.change.change",
    "estimate_rates": "lokus.evidence.rates.rates",
    "join_table": "lokus.intake.join.join",
    "load_catalogue": "lokus.intake.indicators.catalogue",
    "lokus_effect": "lokus.choice.review.effect",
    "match_names": "lokus.places.names",
    "read_boundaries": "lokus.places.boundaries",
    "read_table": "lokus.intake.tables.tables",
    "score": "lokus.evidence.scores.scoring",
    "select": "lokus.choice.selection",
    "use_language": "lokus.i18n",
    "what_if": "lokus.panel",
    "write_example": "lokus.example",
}

__all__ = [
    "Kajian",
    "LokusError",
    "Problem",
    "__version__",
    "apportion",
    "audit",
    "contiguity",
    "estimate_change",
    "estimate_rates",
    "join_table",
    "load_catalogue",
    "lokus_effect",
    "match_names",
    "read_boundaries",
    "read_table",
    "score",
    "select",
    "use_language",
    "what_if",
    "write_example",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'lokus' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__


if TYPE_CHECKING:
    from lokus.choice.review.effect import lokus_effect
    from lokus.choice.selection import select
    from lokus.choice.solver.problem import Problem
    from lokus.errors import LokusError
    from lokus.evidence.change.change import estimate_change
    from lokus.evidence.rates.rates import estimate_rates
    from lokus.evidence.scores.scoring import score
    from lokus.example import write_example
    from lokus.followup.apportion import apportion
    from lokus.i18n import use_language
    from lokus.intake.audit.audit import audit
    from lokus.intake.indicators.catalogue import load_catalogue
    from lokus.intake.join.join import join_table
    from lokus.intake.tables.tables import read_table
    from lokus.kajian import Kajian
    from lokus.panel import what_if
    from lokus.places.boundaries import read_boundaries
    from lokus.places.names import match_names
    from lokus.places.neighbours import contiguity
