"""State the selection problem: how many villages, in how many kecamatan, under which rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from lokus.errors import LokusError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Objective", "Problem", "RuleError", "blend", "objective_values"]


Objective = Literal["skor", "anak", "campuran"]

MAPPINGS = ("quota", "quota_kabupaten", "min_jenis", "max_jenis", "locked_in", "locked_out")


class RuleError(LokusError, ValueError):
    """A rule is invalid (negative, fractional), or two rules exclude each other."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """The rules that a list of villages must satisfy.

    Parameters
    ----------
    n : int
        Villages to choose.
    max_kecamatan : int, optional
        Largest number of kecamatan with a chosen village.
    exact_kecamatan : int, optional
        Exact number of kecamatan with a chosen village; not together with `max_kecamatan`.
    min_per_kecamatan : int
        Least number of chosen villages in each kecamatan that has any.
    max_per_kecamatan : int, optional
        Largest number of chosen villages in a kecamatan.
    quota : mapping of kecamatan to number
        Exact number of chosen villages there, 0 to exclude the kecamatan, named as in the data. Replaces the
        minimum and maximum per kecamatan where stated.
    max_kabupaten, exact_kabupaten : int, optional
        Largest, or exact, number of kabupaten with a chosen village, for a list of a province or of the
        nation. The kabupaten of a village is taken from its code. Leave it out for a list of one kabupaten.
    min_per_kabupaten, max_per_kabupaten : int
        Least number of chosen villages in each kabupaten that has any; largest number in a kabupaten.
    quota_kabupaten : mapping of code of a kabupaten to number
        Exact number of chosen villages there, 0 to exclude the kabupaten. Replaces the minimum and maximum
        per kabupaten where stated.
    kept_from : iterable of kode_desa
        Last year's list.
    min_kept : int
        Least number of villages of `kept_from` that stay on the list.
    min_jenis, max_jenis : mapping of jenis ("desa", "kelurahan") to number
        Least and largest number of chosen villages of that jenis.
    budget : float, optional
        Largest sum of the costs of the chosen villages, in the unit of the cost data.
    objective : {"skor", "anak", "campuran"}
        What the list maximises: the sum of scores, the expected stunted children reached, or
        ``blend · score + (1 − blend) · children / most children of any village``.
    blend : float
        Share of the score in "campuran", 0–1.
    locked_in, locked_out : mapping of kode_desa to reason
        Villages that must, or must not, be on the list.

    Raises
    ------
    RuleError
        A number is negative or not whole, or rules exclude each other whatever the data are.

    Examples
    --------
    >>> Problem(n=26, max_kecamatan=8, min_per_kecamatan=2, locked_in={"9901012001": "SK 2025"})
    26 desa/kelurahan, maksimal 8 kecamatan; paling sedikit 2 desa/kelurahan di tiap kecamatan terpilih;
    1 desa/kelurahan dikunci masuk
    """

    n: int
    max_kecamatan: int | None = None
    exact_kecamatan: int | None = None
    min_per_kecamatan: int = 0
    max_per_kecamatan: int | None = None
    quota: Mapping[str, int] = field(default_factory=dict)
    max_kabupaten: int | None = None
    exact_kabupaten: int | None = None
    min_per_kabupaten: int = 0
    max_per_kabupaten: int | None = None
    quota_kabupaten: Mapping[str, int] = field(default_factory=dict)
    kept_from: tuple[str, ...] = ()
    min_kept: int = 0
    min_jenis: Mapping[str, int] = field(default_factory=dict)
    max_jenis: Mapping[str, int] = field(default_factory=dict)
    budget: float | None = None
    objective: Objective = "skor"
    blend: float | None = None
    locked_in: Mapping[str, str] = field(default_factory=dict)
    locked_out: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, least in (
            ("n", 1),
            ("max_kecamatan", 1),
            ("exact_kecamatan", 1),
            ("min_per_kecamatan", 0),
            ("max_per_kecamatan", 1),
            ("max_kabupaten", 1),
            ("exact_kabupaten", 1),
            ("min_per_kabupaten", 0),
            ("max_per_kabupaten", 1),
            ("min_kept", 0),
        ):
            value = getattr(self, name)
            if value is not None or name in {"n", "min_per_kecamatan", "min_per_kabupaten", "min_kept"}:
                _check_whole(name, value, least)
        for name in ("quota", "quota_kabupaten", "min_jenis", "max_jenis"):
            numbers = {str(key): value for key, value in sorted(getattr(self, name).items())}
            for key, value in numbers.items():
                _check_whole(f"{name}[{key}]", value, 0)
            object.__setattr__(self, name, MappingProxyType(numbers))
        for name in ("locked_in", "locked_out"):
            locks = {str(kode): str(reason) for kode, reason in sorted(getattr(self, name).items())}
            object.__setattr__(self, name, MappingProxyType(locks))
        object.__setattr__(self, "kept_from", tuple(sorted({str(kode) for kode in self.kept_from})))
        self._check_objective()
        self._refuse_contradictions()

    def _check_objective(self) -> None:
        if self.objective not in get_args(Objective):
            raise RuleError(
                _("{name} must be one of {allowed}, not {value}").format(
                    name="objective", allowed=", ".join(get_args(Objective)), value=self.objective
                ),
                remedy=_("choose one of these words"),
            )
        if (self.blend is not None) != (self.objective == "campuran"):
            raise RuleError(
                _("state blend together with objective = campuran, and only then"),
                remedy=_('state tujuan = "campuran" and porsi_skor, or neither'),
            )
        if self.blend is not None and not (_is_number(self.blend) and 0 <= self.blend <= 1):
            raise RuleError(
                _("blend must lie between 0 and 1, not {value}").format(value=self.blend),
                remedy=_("state the share of the score, such as 0.5"),
            )
        budget = self.budget
        if budget is not None and not (_is_number(budget) and 0 <= budget < float("inf")):
            raise RuleError(
                _("budget must be a number of 0 or more, not {value}").format(value=budget),
                remedy=_("state the budget in the unit of the costs"),
            )

    def _refuse_contradictions(self) -> None:
        if self.max_kecamatan is not None and self.exact_kecamatan is not None:
            raise RuleError(
                _("state either max_kecamatan or exact_kecamatan, not both"),
                remedy=_("keep one of maks_kecamatan and tepat_kecamatan"),
            )
        if self.max_per_kecamatan is not None and self.min_per_kecamatan > self.max_per_kecamatan:
            raise RuleError(
                _("min_per_kecamatan ({least}) is greater than max_per_kecamatan ({most})").format(
                    least=self.min_per_kecamatan, most=self.max_per_kecamatan
                ),
                remedy=_("lower min_per_kecamatan or raise maks_per_kecamatan"),
            )
        self._refuse_above()
        if self.min_kept > len(self.kept_from):
            raise RuleError(
                _("{least} villages must be kept but last year's list has {n}").format(
                    least=self.min_kept, n=len(self.kept_from)
                ),
                remedy=_("lower min_dipertahankan, or complete dipertahankan"),
            )
        for jenis, least in self.min_jenis.items():
            if least > self.max_jenis.get(jenis, least):
                raise RuleError(
                    _("{jenis}: at least {least} is more than at most {most}").format(
                        jenis=jenis, least=least, most=self.max_jenis[jenis]
                    ),
                    remedy=_("lower min or raise maks of this jenis"),
                )

    def _refuse_above(self) -> None:
        if self.max_kabupaten is not None and self.exact_kabupaten is not None:
            raise RuleError(
                _("state either max_kabupaten or exact_kabupaten, not both"),
                remedy=_("keep one of maks_kabupaten and tepat_kabupaten"),
            )
        if self.max_per_kabupaten is not None and self.min_per_kabupaten > self.max_per_kabupaten:
            raise RuleError(
                _("min_per_kabupaten ({least}) is greater than max_per_kabupaten ({most})").format(
                    least=self.min_per_kabupaten, most=self.max_per_kabupaten
                ),
                remedy=_("lower min_per_kabupaten or raise maks_per_kabupaten"),
            )

    @property
    def kabupaten_limit(self) -> int | None:
        """Limit on the number of kabupaten, whether largest or exact."""
        return self.max_kabupaten if self.exact_kabupaten is None else self.exact_kabupaten

    @property
    def has_kabupaten_rules(self) -> bool:
        """Whether a rule counts kabupaten."""
        counted = self.kabupaten_limit is not None or self.max_per_kabupaten is not None
        return counted or self.min_per_kabupaten > 1 or bool(self.quota_kabupaten)

    @property
    def kecamatan_limit(self) -> int | None:
        """Limit on the number of kecamatan, whether largest or exact."""
        return self.max_kecamatan if self.exact_kecamatan is None else self.exact_kecamatan

    @property
    def has_extra_rules(self) -> bool:
        """Whether a rule applies across kecamatan: kept villages, jenis, budget."""
        return bool(self.min_kept or self.min_jenis or self.max_jenis) or self.budget is not None

    def sentence(self) -> str:
        """Return the rules as a sentence in the current language."""
        n = format_number(self.n)
        if self.exact_kecamatan is not None:
            head = _("{n} villages in exactly {k} kecamatan").format(n=n, k=self.exact_kecamatan)
        elif self.max_kecamatan is not None:
            head = _("{n} villages in at most {k} kecamatan").format(n=n, k=self.max_kecamatan)
        else:
            head = _("{n} villages in any number of kecamatan").format(n=n)
        parts = [head, self._per_kecamatan(), *self._above(), *self._extra(), self._goal()]
        if self.locked_in:
            parts.append(_("{n} villages locked in").format(n=len(self.locked_in)))
        if self.locked_out:
            parts.append(_("{n} villages locked out").format(n=len(self.locked_out)))
        return "; ".join(part for part in parts if part)

    def _per_kecamatan(self) -> str:
        least, most = self.min_per_kecamatan, self.max_per_kecamatan
        if least > 1 and most is not None:
            return _("{least} to {most} villages in each chosen kecamatan").format(least=least, most=most)
        if least > 1:
            return _("at least {least} villages in each chosen kecamatan").format(least=least)
        if most is not None:
            return _("at most {most} villages in each kecamatan").format(most=most)
        return ""

    def _above(self) -> list[str]:
        parts = []
        if self.exact_kabupaten is not None:
            parts.append(_("exactly {k} kabupaten").format(k=format_number(self.exact_kabupaten)))
        elif self.max_kabupaten is not None:
            parts.append(_("at most {k} kabupaten").format(k=format_number(self.max_kabupaten)))
        least, most = self.min_per_kabupaten, self.max_per_kabupaten
        if least > 1 and most is not None:
            text = _("{least} to {most} villages in each chosen kabupaten")
            parts.append(text.format(least=least, most=most))
        elif least > 1:
            parts.append(_("at least {least} villages in each chosen kabupaten").format(least=least))
        elif most is not None:
            parts.append(_("at most {most} villages in each kabupaten").format(most=most))
        if self.quota_kabupaten:
            parts.append(
                _("quota of {kabupaten} kabupaten ({n} villages)").format(
                    kabupaten=len(self.quota_kabupaten), n=sum(self.quota_kabupaten.values())
                )
            )
        return parts

    def _extra(self) -> list[str]:
        parts = []
        if self.quota:
            parts.append(
                _("quota of {kecamatan} kecamatan ({n} villages)").format(
                    kecamatan=len(self.quota), n=sum(self.quota.values())
                )
            )
        if self.min_kept:
            parts.append(
                _("at least {least} of last year's {n} villages").format(
                    least=self.min_kept, n=len(self.kept_from)
                )
            )
        for jenis, least in self.min_jenis.items():
            parts.append(_("at least {least} {jenis}").format(least=least, jenis=jenis))
        for jenis, most in self.max_jenis.items():
            parts.append(_("at most {most} {jenis}").format(most=most, jenis=jenis))
        if self.budget is not None:
            parts.append(_("cost at most {budget}").format(budget=format_number(self.budget)))
        return parts

    def _goal(self) -> str:
        if self.objective == "anak":
            return _("as many stunted children reached as possible")
        if self.blend is not None:
            return _("maximises {share} % score and {rest} % stunted children").format(
                share=format_number(100 * self.blend), rest=format_number(100 * (1 - self.blend))
            )
        return ""

    def __repr__(self) -> str:
        return self.sentence()

    def __reduce__(self) -> tuple[Callable[[dict[str, Any]], Problem], tuple[dict[str, Any]]]:
        # Read-only mappings cannot be pickled or copied.
        state = {item.name: getattr(self, item.name) for item in fields(self)}
        return _restore, (state | {name: dict(state[name]) for name in MAPPINGS},)


def _restore(state: dict[str, Any]) -> Problem:
    return Problem(**state)


def _check_whole(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise RuleError(
            _("{name} must be a whole number of at least {least}, not {value}").format(
                name=name, least=least, value=value
            ),
            remedy=_("state a whole number that is large enough"),
        )


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


# What a list maximises: scores, stunted children reached, or a stated blend of both.

Floats = npt.NDArray[np.float64]


def objective_values(
    scores: pd.Series[float], children: pd.Series[float] | None, problem: Problem
) -> pd.Series[float]:
    """Compute what each village adds to the objective.

    Parameters
    ----------
    scores : Series, index ``kode_desa``
        0–1.
    children : Series
        Expected stunted children; not needed where the problem maximises the score.
    problem : Problem

    Returns
    -------
    Series
        Missing where the score, or a needed number of children, is missing: such a village cannot be chosen.

    Raises
    ------
    RuleError
        The objective needs children, and none are given or a number is negative.

    Examples
    --------
    >>> import pandas as pd
    >>> scores, children = pd.Series({"a": 0.2, "b": 0.8}), pd.Series({"a": 40.0, "b": 10.0})
    >>> objective_values(scores, children, Problem(n=1, objective="campuran", blend=0.5)).round(3).to_dict()
    {'a': 0.6, 'b': 0.525}
    """
    if problem.objective == "skor":
        return scores
    if children is None:
        raise RuleError(
            _("this objective needs the expected stunted children of each village"),
            remedy=_('give sasaran, diukur and stunting, or choose tujuan = "skor"'),
        )
    counts = children.reindex(scores.index).astype(float)
    if not (counts.dropna().between(0, np.inf, inclusive="left")).all():
        raise RuleError(
            _("expected stunted children must be numbers of 0 or more"),
            remedy=_("correct the children of villages below 0"),
        )
    values = blend(np.asarray(scores, dtype=np.float64), np.asarray(counts, dtype=np.float64), problem)
    return type(scores)(values, index=scores.index, name=scores.name)


def blend(scores: Floats, children: Floats, problem: Problem) -> Floats:
    """As :func:`objective_values`, on arrays with the villages along the first axis.

    Examples
    --------
    >>> half = Problem(n=1, objective="campuran", blend=0.5)
    >>> blend(np.array([0.2, 0.8]), np.array([40.0, 10.0]), half).round(3).tolist()
    [0.6, 0.525]
    """
    if problem.objective == "skor":
        return scores
    if problem.blend is None:
        # A village without score is no candidate, however many children it has.
        return np.where(np.isnan(scores), np.nan, children)
    # fmax.reduce instead of nanmax: a column without any count stays missing and raises no warning.
    most = np.fmax.reduce(children, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(most > 0, children / most, children * 0.0)
    return np.asarray(problem.blend * scores + (1.0 - problem.blend) * share)
