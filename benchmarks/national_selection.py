"""The national selection: Lagrangian bound and certificate against HiGHS and CP-SAT, in the same run.

Run with ``python benchmarks/national_selection.py [limit in seconds]``. Of 83,402 villages in 7,285 kecamatan
8,000 in at most 1,000 kecamatan are chosen; HiGHS and CP-SAT get the time limit (default 120 s) each. CP-SAT
needs the package ``ortools`` and runs in a process of its own; without it that line says so. HiGHS looks at
the clock only between steps and may overrun its limit several times over.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

from lokus.choice.solver.instance import Instance, build_instance
from lokus.choice.solver.lagrange import solve_lagrange
from lokus.choice.solver.problem import Problem

VILLAGES, KECAMATAN = 83_402, 7_285
RULES = {
    "8.000 di ≤ 1.000 kecamatan": {"max_kecamatan": 1000},
    "sama, 2–12 desa per kecamatan": {
        "max_kecamatan": 1000,
        "min_per_kecamatan": 2,
        "max_per_kecamatan": 12,
    },
}

CP_SAT = """
import sys, time
import numpy as np
try:
    from ortools.sat.python import cp_model
except ImportError:
    sys.exit("ortools is not installed")
data = np.load(sys.argv[1])
score, group, low, high = data["score"], data["group"], data["low"], data["high"]
model = cp_model.CpModel()
x = [model.new_bool_var("") for _ in score]
z = [model.new_bool_var("") for _ in low]
model.add(sum(x) == int(data["n"]))
model.add(sum(z) <= int(data["limit"]))
members = [[] for _ in low]
for village, g in zip(x, group):
    members[g].append(village)
    model.add_implication(village, z[g])
for g, own in enumerate(members):
    model.add(sum(own) >= int(low[g]) * z[g])
    model.add(sum(own) <= int(high[g]) * z[g])
# Scores to nine digits: sums of more would overflow the solver's whole numbers.
model.maximize(sum(int(s) * v for s, v in zip(score >> 10, x)))
solver = cp_model.CpSolver()
solver.parameters.max_time_in_seconds = float(sys.argv[2])
solver.parameters.num_workers = 2
started = time.perf_counter()
status = solver.solve(model)
found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
best, bound = solver.objective_value, solver.best_objective_bound
gap = (bound - best) / best if found else float("nan")
print(time.perf_counter() - started, gap)
"""


def nation(rules: dict[str, int]) -> Instance:
    rng = np.random.default_rng(0)
    others = rng.integers(0, KECAMATAN, VILLAGES - KECAMATAN)
    group = np.sort(np.concatenate([np.arange(KECAMATAN), others]))
    level = rng.normal(0, 0.08, KECAMATAN)
    index = [f"{g:05d}{v:06d}" for v, g in enumerate(group)]
    scores = pd.Series(np.clip(rng.beta(2, 3, VILLAGES) + level[group], 0, 1.5), index=index)
    kecamatan = pd.Series(group.astype(str), index=index)
    return build_instance(scores, kecamatan, Problem(n=8000, **rules), None)


def by_highs(instance: Instance, limit: float) -> tuple[float, float]:
    """Seconds and relative gap of the programme written in its usual form."""
    m, many = len(instance.codes), len(instance.labels)
    village, ones = np.arange(m), np.ones(m)
    rows = [
        coo_array((np.ones(m), (np.zeros(m, int), village)), shape=(1, m + many)),
        coo_array((np.ones(many), (np.zeros(many, int), m + np.arange(many))), shape=(1, m + many)),
        coo_array(
            (np.r_[ones, -ones], (np.r_[village, village], np.r_[village, m + instance.group])),
            shape=(m, m + many),
        ),
    ]
    rows += [
        coo_array(
            (np.r_[ones, -factor], (np.r_[instance.group, np.arange(many)], np.arange(m + many))),
            shape=(many, m + many),
        )
        for factor in (instance.low, instance.high)
    ]
    matrix = vstack(rows).tocsr()
    infinite = np.inf
    lower = np.r_[instance.n, 0, np.full(m, -infinite), np.zeros(many), np.full(many, -infinite)]
    upper = np.r_[instance.n, instance.limit, np.zeros(m), np.full(many, infinite), np.zeros(many)]
    started = time.perf_counter()
    answer = milp(
        c=np.concatenate([-instance.score * instance.unit, np.zeros(many)]),
        integrality=np.ones(m + many),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, lower, upper),
        options={"mip_rel_gap": 0.0, "time_limit": limit},
    )
    gap = float("nan") if answer.mip_gap is None else float(answer.mip_gap)
    return time.perf_counter() - started, gap


def by_cp_sat(instance: Instance, limit: float) -> tuple[float, float] | str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.npz"
        np.savez(
            path,
            score=instance.score,
            group=instance.group,
            low=instance.low,
            high=instance.high,
            n=instance.n,
            limit=instance.limit,
        )
        ran = subprocess.run(
            [sys.executable, "-c", CP_SAT, str(path), str(limit)], capture_output=True, text=True, check=False
        )
    if ran.returncode != 0:
        return ran.stderr.strip().splitlines()[-1]
    seconds, gap = map(float, ran.stdout.split())
    return seconds, gap


def main() -> None:
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    for name, rules in RULES.items():
        instance = nation(rules)
        times = []
        for _ in range(3):
            started = time.perf_counter()
            found = solve_lagrange(instance)
            times.append(time.perf_counter() - started)
        assert found is not None
        own = min(times)
        print(name)
        print(
            f"  lokus   {own:9.3f} s, celah {(found.bound - found.value) / found.bound:.1e}, "
            f"terbukti terbaik: {'ya' if found.closed else 'tidak'}, {found.undecided} kecamatan di inti",
            flush=True,
        )
        for peer, solve in (("HiGHS", by_highs), ("CP-SAT", by_cp_sat)):
            answer = solve(instance, limit)
            if isinstance(answer, str):
                print(f"  {peer:7} {answer}", flush=True)
                continue
            seconds, gap = answer
            least = "" if gap == 0 else "≥ "
            result = "tanpa daftar" if math.isnan(gap) else f"celah {gap:.1e}"
            print(f"  {peer:7} {seconds:9.1f} s, {result}, rasio {least}{seconds / own:.0f}×", flush=True)


if __name__ == "__main__":
    main()
