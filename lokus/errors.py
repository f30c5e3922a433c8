"""Errors that state what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from lokus.findings import Where

__all__ = [
    "BlockedError",
    "EvidenceError",
    "FollowupError",
    "InfeasibleError",
    "InputError",
    "LokusError",
    "OutputError",
    "StudyFileError",
    "name_some",
]


class LokusError(Exception):
    """Base of every error that lokus raises on purpose.

    Parameters
    ----------
    what : str
        The problem, in the current language.
    where : Where, optional
        File, sheet, row, column or village.
    remedy : str, optional
        What the reader can do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: Where | None = None, remedy: str = "") -> None:
        self.what = what
        self.where = where or Where()
        self.remedy = remedy
        place = str(self.where)
        text = f"{place}: {what}" if place else what
        super().__init__(f"{text}\n→ {remedy}" if remedy else text)


class InputError(LokusError):
    """A data file cannot be used at all: missing, empty, without header, for another place."""


class BlockedError(LokusError):
    """Blocking findings prevent the proposal."""


class InfeasibleError(LokusError):
    """No list of villages satisfies the stated rules."""


class OutputError(LokusError):
    """Outputs cannot be written: another run writes there, or another file is in the way."""


class StudyFileError(LokusError):
    """The study file (``kajian.toml``) is wrong: unknown key, wrong type, missing value."""

    exit_code = 2


class EvidenceError(InputError, ValueError):
    """Numbers from which no rate or score can be computed, or settings that do not fit them."""


class FollowupError(InputError, ValueError):
    """Numbers from which no share, total or target can be computed, or settings that do not fit them."""


def name_some(names: Iterable[object], *, limit: int = 5) -> str:
    """List the first `limit` names in order, and the number of further ones.

    Examples
    --------
    >>> name_some(["b", "a", "c"], limit=2)
    'a, b (+1)'
    """
    ordered = sorted(str(name) for name in names)
    rest = len(ordered) - limit
    return ", ".join(ordered[:limit]) + (f" (+{rest})" if rest > 0 else "")
