"""What is shared, over whom and within which limits: checked before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from lokus.errors import InfeasibleError
from lokus.evidence.errors import name_some
from lokus.followup.errors import FollowupError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["by_code", "check_feasible", "check_weights", "is_whole", "read_limits"]


def is_whole(value: object) -> bool:
    """Whether a value is a whole number of 0 or more, whatever type holds it."""
    if isinstance(value, bool):
        return False
    if isinstance(value, Integral):
        return int(value) >= 0
    return isinstance(value, float) and value.is_integer() and value >= 0


def by_code(values: pd.Series[Any]) -> pd.Series[Any]:
    """Sort by village code, refusing a village that occurs twice."""
    codes = values.index.astype(str)
    if codes.has_duplicates:
        twice = codes[codes.duplicated()].unique()
        raise FollowupError(
            _("villages that occur more than once: {villages}").format(villages=name_some(twice))
        )
    named = pd.Series(values.to_numpy(), index=pd.Index(codes, name="kode_desa"))
    return named.sort_index()


def check_weights(weights: pd.Series[float]) -> pd.Series[float]:
    """Refuse weights that are missing, negative or infinite, naming the villages."""
    missing = weights.index[weights.isna()]
    if len(missing):
        raise FollowupError(
            _("no weight for {n} villages: {villages}").format(
                n=format_number(len(missing)), villages=name_some(missing)
            ),
            remedy=_("complete the numbers, or leave these villages out of the sharing and say so"),
        )
    as_float = weights.astype(float)
    wrong = weights.index[~np.isfinite(as_float) | (as_float < 0)]
    if len(wrong):
        raise FollowupError(
            _("weights that are negative or not finite: {villages}").format(villages=name_some(wrong))
        )
    return weights


def read_limits(limit: int | pd.Series[int], index: pd.Index, name: str) -> list[int]:
    """Read a minimum or maximum for every village of `index`, in its order."""
    if not isinstance(limit, pd.Series):
        values: list[Any] = [limit] * len(index)
    else:
        own = by_code(limit)
        if not own.index.equals(index):
            differing = own.index.symmetric_difference(index)
            raise FollowupError(
                _("{limit}: villages that are in only one of the two tables: {villages}").format(
                    limit=name, villages=name_some(differing)
                )
            )
        values = own.tolist()
    wrong = [kode for kode, value in zip(index, values, strict=True) if not is_whole(value)]
    if wrong:
        raise FollowupError(
            _("{limit} must be a whole number of 0 or more: {villages}").format(
                limit=name, villages=name_some(wrong)
            )
        )
    return [int(value) for value in values]


def check_feasible(
    total: int,
    index: pd.Index,
    whole: Sequence[int],
    low: Sequence[int],
    high: Sequence[int],
    most: Sequence[int],
) -> None:
    """Raise unless the minima leave enough and the maxima can take it all.

    `most` is `high` with what no village can take cut off: `total` itself, and all above the minimum where
    the weight is 0.
    """
    crossed = [kode for kode, least, top in zip(index, low, high, strict=True) if least > top]
    n = format_number(len(index))
    if sum(low) > total:
        raise InfeasibleError(
            _("{total} are not enough: the minima of {n} villages add up to {least}").format(
                total=format_number(total), n=n, least=format_number(sum(low))
            ),
            remedy=_("lower the minimum, or share over fewer villages"),
        )
    if crossed:
        raise InfeasibleError(
            _("the minimum is greater than the maximum: {villages}").format(villages=name_some(crossed))
        )
    if sum(most) < total:
        idle = sum(1 for w in whole if w == 0)
        raise InfeasibleError(
            _("{total} are too many: the {n} villages can take {most} ({idle} of them have weight 0)").format(
                total=format_number(total), n=n, most=format_number(sum(most)), idle=format_number(idle)
            ),
            remedy=_("raise the maximum, or share less"),
        )
