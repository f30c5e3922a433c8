"""The error of this room: numbers from which no rate or score can be made."""

from __future__ import annotations

from collections.abc import Iterable

from lokus.errors import InputError

__all__ = ["EvidenceError", "name_some"]


class EvidenceError(InputError, ValueError):
    """The values given contradict themselves or the settings do not fit them."""


def name_some(names: Iterable[object], *, limit: int = 5) -> str:
    """Write the first `limit` names in order, and how many more there are.

    Examples
    --------
    >>> name_some(["b", "a", "c"], limit=2)
    'a, b (+1)'
    """
    ordered = sorted(str(name) for name in names)
    rest = len(ordered) - limit
    return ", ".join(ordered[:limit]) + (f" (+{rest})" if rest > 0 else "")
