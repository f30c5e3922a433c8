"""The list of a province and of the nation under limits on kabupaten: seconds, and what is proven.

Run with ``python benchmarks/province_selection.py [highs]`` beside the folder of real boundaries: villages
are those of the national file, scores are synthetic. With ``highs`` the problems of the province are put to
HiGHS in its own formulation too, in the same run.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from lokus.choice.solver.instance import Instance, build_instance
from lokus.choice.solver.milp import solve_milp
from lokus.choice.solver.nested import solve_nested
from lokus.choice.solver.problem import Problem

NATION = Path("../shared/data/boundaries/nasional.parquet")
PROVINCE = {"n": 100, "max_kabupaten": 10, "min_per_kabupaten": 3, "max_per_kabupaten": 12}
WHOLE = {"n": 8_000, "max_kabupaten": 200, "min_per_kabupaten": 10, "max_per_kabupaten": 60}
CASES = {
    "provinsi: 100 desa, maks. 10 kabupaten, 3–12 tiap kabupaten": ("16", PROVINCE),
    "sama, maks. 30 kecamatan, min. 2 tiap kecamatan": (
        "16", PROVINCE | {"max_kecamatan": 30, "min_per_kecamatan": 2},
    ),
    "nasional: 8.000 desa, maks. 200 kabupaten, 10–60 tiap kabupaten": ("", WHOLE),
    "sama, 2–12 tiap kecamatan": ("", WHOLE | {"min_per_kecamatan": 2, "max_per_kecamatan": 12}),
    "sama, maks. 1.000 kecamatan": ("", WHOLE | {"max_kecamatan": 1000}),
}  # fmt: skip


def arranged(codes: list[str], prefix: str, rules: dict[str, int]) -> Instance:
    own = [code for code in codes if code.startswith(prefix)]
    rng = np.random.default_rng(0)
    kecamatan = sorted({code[:6] for code in own})
    level = dict(zip(kecamatan, rng.normal(0, 0.08, len(kecamatan)), strict=True))
    scores = np.clip(rng.beta(2, 3, len(own)) + [level[code[:6]] for code in own], 0, 1.5)
    return build_instance(
        pd.Series(scores, index=own),
        pd.Series([code[:6] for code in own], index=own),
        Problem(**rules),
        pd.Series(rng.gamma(3, 3, len(own)), index=own),
    )


def main() -> None:
    written = pq.read_table(NATION, columns=["kode"]).column(0).to_pylist()
    codes = sorted({code.replace(".", "") for code in written})
    for name, (prefix, rules) in CASES.items():
        instance = arranged(codes, prefix, rules)
        started = time.perf_counter()
        found = solve_nested(instance)
        took = time.perf_counter() - started
        gap = (found.bound - found.value) / max(1, found.bound)
        print(f"{name} ({len(instance.codes)} desa): {took:.2f} s, celah {gap:.1e}", flush=True)
        if prefix and "highs" in sys.argv[1:]:
            started = time.perf_counter()
            proof = solve_milp(instance)
            same = proof is not None and int(instance.score[proof.chosen].sum()) == found.value
            seconds = time.perf_counter() - started
            print(
                f"  HiGHS {seconds:.1f} s, jumlah {'sama' if same else 'lain'}; rasio {seconds / took:.0f}×"
            )


if __name__ == "__main__":
    main()
