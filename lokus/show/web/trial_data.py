"""Convert the data of a trial for the viewer, without loss of digits."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lokus.choice.solver.instance import build_instance
from lokus.subject import output_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lokus.choice.solver.problem import Problem
    from lokus.show.results.trial import Trial

__all__ = ["trial_data"]


def trial_data(trial: Trial) -> dict[str, Any]:
    """Give a trial as the viewer reads it; villages by their place in the order of codes.

    Numbers that are compared or added travel as base64 of little-endian 64-bit floats, NaN where missing.

    Examples
    --------
    >>> from lokus import Kajian
    >>> plain = trial_data(Kajian.open("data/kajian/contoh-2026.toml").trial)
    >>> plain["rules"]["n"], plain["rules"]["limit"], plain["objective"]
    (26, 8, 'skor')
    """
    codes = [str(kode) for kode in trial.scores.index]
    place = {kode: number for number, kode in enumerate(codes)}
    groups = sorted(trial.kecamatan.unique())
    problem, stated = trial.problem, trial.stated
    weighing = trial.weighing
    return {
        "objective": problem.objective,
        "blend": problem.blend,
        "score": _floats(trial.scores),
        "tie": _floats(trial.ties, len(codes)),
        "children": None if trial.children is None else _floats(trial.children.reindex(trial.scores.index)),
        "expected": None if trial.expected is None else _floats(trial.expected.reindex(trial.scores.index)),
        "rules": {
            "n": problem.n,
            "limit": problem.kecamatan_limit,
            "exact": problem.exact_kecamatan is not None,
            "least": problem.min_per_kecamatan,
            "most": problem.max_per_kecamatan,
            "quota": [[groups.index(kode), number] for kode, number in problem.quota.items()],
            # Locks of the study can be changed; those that follow from last year's list cannot.
            "inside": [[place[kode], reason] for kode, reason in stated.locked_in.items()],
            "outside": [[place[kode], reason] for kode, reason in stated.locked_out.items()],
            "heldInside": [place[k] for k in problem.locked_in if k not in stated.locked_in],
            "heldOutside": [place[k] for k in problem.locked_out if k not in stated.locked_out],
        },
        "extra": list(_extra(trial, place)),
        "whyNoWeights": trial.why_not,
        "indicators": []
        if weighing is None
        else [
            {
                "key": output_column(key),
                "label": weighing.labels[key],
                "weight": float(weight),
                "values": _floats(weighing.normalised[key]),
                "exempt": np.flatnonzero(weighing.exempt[key].to_numpy()).tolist(),
            }
            for key, weight in weighing.weights.items()
        ],
        "withhold": weighing is not None and weighing.withhold,
    }


def _extra(trial: Trial, place: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Rules across kecamatan: the viewer can tell whether a list keeps them, but not search under them."""
    problem = trial.problem
    if not problem.has_extra_rules:
        return
    everyone = pd.Series(0.5, index=trial.scores.index)
    instance = build_instance(
        everyone, trial.kecamatan, _without_locks(problem), None, jenis=trial.jenis, cost=trial.cost
    )
    for rule in instance.extra:
        weight = np.zeros(len(place))
        weight[[place[kode] for kode in instance.codes]] = rule.weight
        yield {
            "label": _one_rule(problem, rule.name, rule.label),
            "weight": _floats(pd.Series(weight)),
            "least": rule.least,
            "most": None if math.isinf(rule.most) else rule.most,
        }


def _without_locks(problem: Problem) -> Problem:
    from dataclasses import replace

    return replace(problem, locked_in={}, locked_out={})


def _one_rule(problem: Problem, name: str, label: str) -> str:
    """One rule across kecamatan in words: the sentence of the problem without its other rules."""
    from lokus.choice.solver.problem import Problem

    alone = {
        "kept": {"kept_from": problem.kept_from, "min_kept": problem.min_kept},
        "budget": {"budget": problem.budget},
        "jenis": {
            "min_jenis": {k: v for k, v in problem.min_jenis.items() if k == label},
            "max_jenis": {k: v for k, v in problem.max_jenis.items() if k == label},
        },
    }[name]
    head, *rest = Problem(n=1, **alone).sentence().split("; ")  # type: ignore[arg-type]
    return "; ".join(rest) or head


def _floats(values: pd.Series[Any] | None, count: int = 0) -> str:
    array = (
        np.full(count, np.nan)
        if values is None
        else values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    )
    return base64.b64encode(array.astype("<f8").tobytes()).decode("ascii")
