"""How fast the interactive page chooses: ``python benchmarks/viewer.py``.

Times are those of the viewer's own code in node; a browser runs the same engine.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from lokus.choice.solver.problem import Problem
from lokus.evidence.scores.scoring import score
from lokus.show.results.trial import Trial, Weighing
from lokus.show.web.trial_data import trial_data

ROOT = Path(__file__).resolve().parents[1]
SIZES = {
    256: (22, 26, 8),
    3239: (236, 330, 100),
}  # villages: kecamatan, villages to choose, kecamatan at most


def made_up(villages: int, kecamatan: int, n: int, limit: int) -> Trial:
    """Villages at random, with six weighed indicators, 14 others, and missing values."""
    rng = np.random.default_rng(1)
    group = np.sort(rng.integers(0, kecamatan, villages))
    place = pd.Series(group).groupby(group).cumcount() + 1
    pairs = zip(group, place, strict=True)
    codes = [f"99{g // 99 + 1:02d}{g % 99 + 1:02d}{2000 + p:04d}" for g, p in pairs]
    index = pd.Index(codes).sort_values()
    keys = [f"i{number:02d}" for number in range(20)]
    values = pd.DataFrame(rng.normal(size=(villages, 20)), index=index, columns=keys)
    values = values.mask(rng.random(values.shape) < 0.03)
    weights = {key: float(number < 6) for number, key in enumerate(keys)}
    children = pd.Series(rng.gamma(2, 8, villages), index=index)
    found = score(values, weights=weights, worse=dict.fromkeys(keys, "high"), ties=children)
    problem = Problem(n=n, max_kecamatan=limit)
    return Trial(
        problem=problem, stated=problem, scores=found.table["skor"],
        kecamatan=pd.Series(index.str[:6], index=index), ties=children, children=children, expected=children,
        weighing=Weighing(
            normalised=found.normalised, weights=weights, labels={key: key for key in keys},
            exempt=found.normalised.isna() & False, withhold=False,
        ),
    )  # fmt: skip


def main() -> None:
    """Print the median and the slowest of twenty answers, other weights each time."""
    node = shutil.which("node")
    if node is None:
        sys.exit("needs node")
    rng = np.random.default_rng(3)
    for villages, (kecamatan, n, limit) in SIZES.items():
        trial = made_up(villages, kecamatan, n, limit)
        groups = sorted(trial.kecamatan.unique())
        cases = [{"weights": rng.random(20).tolist(), "inside": [], "outside": []} for _ in range(20)]
        given = {
            "trial": trial_data(trial),
            "group": [groups.index(kode) for kode in trial.kecamatan],
            "cases": cases,
        }
        done = subprocess.run(
            [node, str(ROOT / "viewer" / "test" / "lists.js")],
            input=json.dumps(given), capture_output=True, text=True, check=True,
        )  # fmt: skip
        took = [answer["cpu"] for answer in json.loads(done.stdout)]
        kinds = {answer["kind"] for answer in json.loads(done.stdout)}
        print(
            f"{villages} villages, {len(groups)} kecamatan, {n} to choose in at most {limit}: "
            f"median {np.median(took):.0f} ms of CPU, slowest {max(took):.0f} ms ({', '.join(sorted(kinds))})"
        )


if __name__ == "__main__":
    main()
