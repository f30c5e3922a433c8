"""The choice as a sentence: how many villages, in how many kecamatan, under which rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from numbers import Integral
from types import MappingProxyType
from typing import Any

from lokus.errors import LokusError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["Problem", "RuleError"]


class RuleError(LokusError, ValueError):
    """A rule is malformed by itself: negative, fractional, or two that exclude each other."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Rules a list of villages must satisfy.

    Parameters
    ----------
    n : int
        Villages to choose.
    max_kecamatan : int, optional
        At most so many kecamatan with a chosen village.
    exact_kecamatan : int, optional
        Exactly so many; excludes `max_kecamatan`.
    min_per_kecamatan : int
        Villages in each kecamatan that has a chosen one at all.
    max_per_kecamatan : int, optional
        Villages in any one kecamatan.
    locked_in, locked_out : mapping of kode_desa to reason
        Villages that must, or must not, be on the list.

    Raises
    ------
    RuleError
        A number is negative or not whole, or rules exclude each other whatever the data.

    Examples
    --------
    >>> Problem(n=26, max_kecamatan=8, min_per_kecamatan=2, locked_in={"9901012001": "SK 2025"})
    26 desa di paling banyak 8 kecamatan; paling sedikit 2 desa di tiap kecamatan terpilih;
    1 desa dikunci masuk
    """

    n: int
    max_kecamatan: int | None = None
    exact_kecamatan: int | None = None
    min_per_kecamatan: int = 0
    max_per_kecamatan: int | None = None
    locked_in: Mapping[str, str] = field(default_factory=dict)
    locked_out: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, least in (
            ("n", 1),
            ("max_kecamatan", 1),
            ("exact_kecamatan", 1),
            ("min_per_kecamatan", 0),
            ("max_per_kecamatan", 1),
        ):
            value = getattr(self, name)
            if value is None and name not in {"n", "min_per_kecamatan"}:
                continue
            if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
                raise RuleError(
                    _("{name} must be a whole number of at least {least}, not {value}").format(
                        name=name, least=least, value=value
                    )
                )
        for name in ("locked_in", "locked_out"):
            locks = {str(kode): str(reason) for kode, reason in sorted(getattr(self, name).items())}
            object.__setattr__(self, name, MappingProxyType(locks))
        self._refuse_contradictions()

    def _refuse_contradictions(self) -> None:
        if self.max_kecamatan is not None and self.exact_kecamatan is not None:
            raise RuleError(_("state either max_kecamatan or exact_kecamatan, not both"))
        if self.max_per_kecamatan is not None and self.min_per_kecamatan > self.max_per_kecamatan:
            raise RuleError(
                _("min_per_kecamatan ({least}) is greater than max_per_kecamatan ({most})").format(
                    least=self.min_per_kecamatan, most=self.max_per_kecamatan
                )
            )

    @property
    def kecamatan_limit(self) -> int | None:
        """The number in force, whether as a maximum or exactly."""
        return self.max_kecamatan if self.exact_kecamatan is None else self.exact_kecamatan

    def sentence(self) -> str:
        """Say the rules in the language in force."""
        n = format_number(self.n)
        if self.exact_kecamatan is not None:
            head = _("{n} villages in exactly {k} kecamatan").format(n=n, k=self.exact_kecamatan)
        elif self.max_kecamatan is not None:
            head = _("{n} villages in at most {k} kecamatan").format(n=n, k=self.max_kecamatan)
        else:
            head = _("{n} villages in any number of kecamatan").format(n=n)
        parts = [head, self._quota()]
        if self.locked_in:
            parts.append(_("{n} villages locked in").format(n=len(self.locked_in)))
        if self.locked_out:
            parts.append(_("{n} villages locked out").format(n=len(self.locked_out)))
        return "; ".join(part for part in parts if part)

    def _quota(self) -> str:
        least, most = self.min_per_kecamatan, self.max_per_kecamatan
        if least > 1 and most is not None:
            return _("{least} to {most} villages in each chosen kecamatan").format(least=least, most=most)
        if least > 1:
            return _("at least {least} villages in each chosen kecamatan").format(least=least)
        if most is not None:
            return _("at most {most} villages in each kecamatan").format(most=most)
        return ""

    def __repr__(self) -> str:
        return self.sentence()

    def __reduce__(self) -> tuple[Callable[[dict[str, Any]], Problem], tuple[dict[str, Any]]]:
        # Read-only mappings cannot be pickled or copied as they are.
        state = {item.name: getattr(self, item.name) for item in fields(self)}
        locks = {name: dict(state[name]) for name in ("locked_in", "locked_out")}
        return _restore, (state | locks,)


def _restore(state: dict[str, Any]) -> Problem:
    return Problem(**state)
