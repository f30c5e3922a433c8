"""Data with which an output can select again: candidates, their scores, and the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from lokus.choice.solver.problem import Problem

__all__ = ["Trial", "Weighing"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Weighing:
    """How other weights become other scores: the weighted sum of what is here.

    Parameters
    ----------
    normalised : DataFrame, villages × indicators
        0–1, 1 worst; missing where there is no value. Indicators that the study weighs come first.
    weights : mapping of indicator to number
        As the study states them, 0 for those that it does not weigh.
    labels : mapping of indicator to str
        Names to be shown.
    exempt : DataFrame of bool, villages × indicators
        Where an indicator does not apply.
    withhold : bool
        A village that lacks any indicator with weight gets no score.
    """

    normalised: pd.DataFrame
    weights: Mapping[str, float]
    labels: Mapping[str, str]
    exempt: pd.DataFrame
    withhold: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class Trial:
    """What :func:`lokus.choice.selection.select` was given for the proposal, for an output that tries others.

    It holds the score of every village and what that is made of: never part of a public version.

    Parameters
    ----------
    problem : Problem
        Rules of the proposal, those of continuity with last year among them.
    stated : Problem
        The rules that the study states itself; what a scenario may change.
    scores : Series
        Score 0–1 of every village, missing where it has none.
    kecamatan : Series
        ``kode_kecamatan`` of every village.
    ties : Series, optional
        The more, the earlier in a tie.
    children : Series, optional
        Children as part of the objective.
    expected : Series, optional
        Expected stunted children of every village, in the words used for those that a list reaches.
    jenis, cost : Series, optional
        For limits per jenis and for a budget.
    weighing : Weighing, optional
        ``None`` where the score is no weighted sum, so that weights cannot be tried.
    why_not : str
        Why weights cannot be tried, in words; empty where they can.

    Examples
    --------
    >>> from lokus import Kajian
    >>> trial = Kajian.open("data/kajian/contoh-2026.toml").trial
    >>> trial.problem.n, list(trial.weighing.weights.values())[:3]
    (26, [0.35, 0.25, 0.0834])
    """

    problem: Problem
    stated: Problem
    scores: pd.Series[float]
    kecamatan: pd.Series[str]
    ties: pd.Series[float] | None = None
    children: pd.Series[float] | None = None
    expected: pd.Series[float] | None = None
    jenis: pd.Series[str] | None = None
    cost: pd.Series[float] | None = None
    weighing: Weighing | None = None
    why_not: str = field(default="")
