"""What a list maximises: the score, the stunted children reached, or a stated blend of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lokus.choice.problem import Problem, RuleError
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["blend", "objective_values"]

Floats = npt.NDArray[np.float64]


def objective_values(
    scores: pd.Series[float], children: pd.Series[float] | None, problem: Problem
) -> pd.Series[float]:
    """Value of each village to the list.

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
        Missing where something it is made of is missing: such a village cannot be chosen.

    Raises
    ------
    RuleError
        The objective needs children and there are none, or a negative number of them.

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
        raise RuleError(_("this objective needs the expected stunted children of each village"))
    counts = children.reindex(scores.index).astype(float)
    if not (counts.dropna().between(0, np.inf, inclusive="left")).all():
        raise RuleError(_("expected stunted children must be numbers of 0 or more"))
    values = blend(np.asarray(scores, dtype=np.float64), np.asarray(counts, dtype=np.float64), problem)
    return type(scores)(values, index=scores.index, name=scores.name)


def blend(scores: Floats, children: Floats, problem: Problem) -> Floats:
    """As :func:`objective_values`, on arrays with the villages along the first axis."""
    if problem.objective == "skor":
        return scores
    if problem.blend is None:
        return children
    # fmax.reduce, not nanmax: a column without any count stays missing and raises no warning.
    most = np.fmax.reduce(children, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(most > 0, children / most, children * 0.0)
    return np.asarray(problem.blend * scores + (1.0 - problem.blend) * share)
