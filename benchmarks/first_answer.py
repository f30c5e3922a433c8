"""What a planner waits for before the first proposal: the audit, and the study from its inputs to the list.

Run with ``PYTHONPATH=tools python benchmarks/first_answer.py [study file ...] [--times 3]``. Each is a
process of its own: seconds of work of it and of all it starts (CPU), seconds on the clock, and its peak
memory. In turn with them runs what any program of this kind has to do at least (import geopandas and
read the boundaries with it), which is what the ratio is to: on a machine that does other things too,
compare ratios within one run. With ``--made 63 852``, studies of that many villages are made first; the
exponent says how the work grows with villages (1: twice the villages, twice the work). With ``--pack`` the
whole of ``lokus run`` is measured too, every output of it, by one process.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from example_kabupaten import make_kabupaten

_LEAST = "import sys, geopandas; geopandas.read_file(sys.argv[1])"
_PROPOSAL = (
    "import sys; from lokus import Kajian; kajian = Kajian.open(sys.argv[1]); "
    "kajian.proposal, kajian.robustness"
)
# A small process starts the other and measures it, with all that it starts in turn.
_MEASURE = """
import json, resource, subprocess, sys, time
begin = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
clock = time.perf_counter() - begin
print(json.dumps([used.ru_utime + used.ru_stime, clock, peak / 1024, status.returncode]))
sys.stderr.buffer.write(status.stderr)
"""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds of work and on the clock, and megabytes at most."""

    work: float
    clock: float
    peak: float


def cost(*command: str, allowed: tuple[int, ...] = (0,), processes: int | None = None) -> Cost:
    """Run a command once.

    Raises
    ------
    RuntimeError
        It ended with another status than those `allowed`.
    """
    asked = {} if processes is None else {"LOKUS_PROSES": str(processes)}
    run = subprocess.run(
        [sys.executable, "-c", _MEASURE, *command],
        capture_output=True, text=True, check=True, env={**os.environ, **asked},
    )  # fmt: skip
    work, clock, peak, status = (float(part) for part in run.stdout.strip("[]\n ").split(","))
    if status not in allowed:
        raise RuntimeError(f"{' '.join(command)} ended with status {status:.0f}: {run.stderr.strip()[-400:]}")
    return Cost(work=work, clock=clock, peak=peak)


def of_study(study: Path, times: int, *, pack: bool = False) -> dict[str, Cost]:
    """Median cost of each job on a study; with `pack` also of the whole run."""
    boundaries = study.parent.parent / "boundaries" / "desa.gpkg"
    # An audit that holds the proposal back ends with 1.
    jobs = {
        "batas dibaca geopandas": ((sys.executable, "-c", _LEAST, str(boundaries)), (0,)),
        "lokus audit": ((sys.executable, "-m", "lokus", "audit", str(study)), (0, 1)),
        "usulan dan kepastiannya": ((sys.executable, "-c", _PROPOSAL, str(study)), (0,)),
    }
    folder = tempfile.TemporaryDirectory()
    if pack:
        run = (sys.executable, "-m", "lokus", "run", str(study), "--keluaran", folder.name)
        jobs["seluruh `lokus run`"] = (run, (0,))
    runs: dict[str, list[Cost]] = {name: [] for name in jobs}
    with folder:
        for _time in range(times):
            for name, (command, allowed) in jobs.items():
                runs[name].append(cost(*command, allowed=allowed, processes=1))
    return {
        name: Cost(
            work=statistics.median(run.work for run in costs),
            clock=statistics.median(run.clock for run in costs),
            peak=max(run.peak for run in costs),
        )
        for name, costs in runs.items()
    }


def table(title: str, costs: dict[str, Cost]) -> None:
    """Print the costs of one study."""
    least, *_others = costs.values()
    print(f"\n{title}\n\n| | CPU | detik | MB | rasio |\n|---|---:|---:|---:|---:|")
    for name, own in costs.items():
        print(f"| {name} | {own.work:.2f} | {own.clock:.2f} | {own.peak:.0f} | {own.work / least.work:.1f} |")


def growth(grown: dict[int, dict[str, Cost]]) -> None:
    """Print how each job grows with villages, from the smallest to the largest study."""
    sizes = sorted(grown)
    first, last = sizes[0], sizes[-1]
    print(f"\n| CPU menurut banyaknya desa | {' | '.join(map(str, sizes))} | pangkat | MB, {last} desa |")
    print("|---|" + "---:|" * (len(sizes) + 2))
    for name in list(grown[first])[1:]:
        work = [grown[size][name].work for size in sizes]
        exponent = math.log(work[-1] / work[0]) / math.log(last / first)
        shown = " | ".join(f"{seconds:.1f}" for seconds in work)
        print(f"| {name} | {shown} | {exponent:.2f} | {grown[last][name].peak:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kajian", nargs="*", type=Path)
    parser.add_argument("--times", type=int, default=3, help="runs of each job, of which the median is told")
    parser.add_argument("--made", nargs="*", type=int, default=[], help="villages of studies to be made")
    parser.add_argument("--pack", action="store_true", help="measure the whole run too")
    asked = parser.parse_args()
    studies = asked.kajian or ([] if asked.made else [Path("data/kajian/contoh-2026.toml")])
    for study in studies:
        table(f"Kajian {study.name}", of_study(study, asked.times, pack=asked.pack))
    grown: dict[int, dict[str, Cost]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for villages in asked.made:
            root = Path(folder) / str(villages)
            made = make_kabupaten(villages=villages)
            made.write(root)
            study = root / "kajian" / f"contoh-{made.years[-1]}.toml"
            grown[villages] = of_study(study, asked.times, pack=asked.pack)
    if len(grown) > 1:
        growth(grown)
    elif grown:
        table(*next((f"{villages} desa", costs) for villages, costs in grown.items()))


if __name__ == "__main__":
    main()
