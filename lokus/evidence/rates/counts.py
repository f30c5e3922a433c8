"""Check and align counts of children before rates are computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lokus.errors import EvidenceError, name_some
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Counts", "check_counts"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Children stunted `y`, measured `n` (both 0 where unusable) and due (NaN where unknown), by village."""

    index: pd.Index
    y: Floats
    n: Floats
    due: Floats


def check_counts(
    stunting: pd.Series[float],
    diukur: pd.Series[float],
    sasaran: pd.Series[float] | None,
    *,
    fractional: bool = False,
) -> Counts:
    """Align the three series by village, sort them, and raise on impossible counts.

    With `fractional`, `stunting` may be an expected number of children, which need not be whole.

    Raises
    ------
    EvidenceError
        Repeated or differing villages; negative or fractional counts; more stunted than measured; no child
        measured in any village.

    Examples
    --------
    >>> import pandas as pd
    >>> check_counts(pd.Series({"b": 1.0, "a": 2.0}), pd.Series({"a": 9.0, "b": None}), None).n
    array([9., 0.])
    """
    index = stunting.index.sort_values()
    if index.has_duplicates:
        repeated = index[index.duplicated()].unique()
        raise EvidenceError(
            _("villages appear more than once: {villages}").format(villages=name_some(repeated)),
            remedy=_("keep one row for each village"),
        )
    y, n = _aligned(stunting, index, "stunting"), _aligned(diukur, index, "diukur")
    due = np.full(len(index), np.nan) if sasaran is None else _aligned(sasaran, index, "sasaran")
    for name, values in (("stunting", y), ("diukur", n), ("sasaran", due)):
        broken = np.isfinite(values) & (values != np.floor(values)) & (not fractional or name != "stunting")
        wrong = (values < 0) | broken | np.isinf(values)
        _refuse(wrong, index, _("{column} must be a whole number of children, 0 or more").format(column=name))
    _refuse(y > n, index, _("more children stunted than measured"))
    usable = np.isfinite(y) & (n > 0)
    if not usable.any():
        raise EvidenceError(
            _("no village has both stunted and measured children, so no rate can be estimated"),
            remedy=_("give the number of children measured per village"),
        )
    return Counts(index=index, y=np.where(usable, y, 0.0), n=np.where(usable, n, 0.0), due=due)


def _aligned(series: pd.Series[float], index: pd.Index, name: str) -> Floats:
    if series.index.equals(index):
        return np.asarray(series.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
    if len(series) != len(index) or not series.index.isin(index).all() or series.index.has_duplicates:
        differing = series.index.symmetric_difference(index)
        raise EvidenceError(
            _("{column} has other villages than stunting: {villages}").format(
                column=name, villages=name_some(differing)
            ),
            remedy=_("give all counts for the same villages"),
        )
    return np.asarray(series.reindex(index).to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)


def _refuse(wrong: npt.NDArray[np.bool_], index: pd.Index, what: str) -> None:
    if wrong.any():
        raise EvidenceError(
            _("{what}: {villages}").format(what=what, villages=name_some(index[wrong])),
            remedy=_("correct these villages in the source table"),
        )
