"""What a planner waits for before the first proposal: the audit, and the study from its inputs to the list.

Run with ``PYTHONPATH=tools python benchmarks/first_answer.py [study file ...] [--times 3]``. Each is a
process of its own: seconds of work of it and of all it starts (CPU), seconds on the clock, and its peak
memory. In turn with them runs what any program of this kind has to do at least (import geopandas and
read the boundaries with it), which is what the ratio is to: on a machine that does other things too,
compare ratios within one run. With ``--made 63 852``, studies of that many villages are made first; the
exponent says how the work grows with villages (1: twice the villages, twice the work).
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


def cost(*command: str, allowed: tuple[int, ...] = (0,)) -> Cost:
    """Run a command once.

    Raises
    ------
    RuntimeError
        It ended with another status than those `allowed`.
    """
    run = subprocess.run(
        [sys.executable, "-c", _MEASURE, *command], capture_output=True, text=True, check=True
    )
    work, clock, peak, status = (float(part) for part in run.stdout.strip("[]\n ").split(","))
    if status not in allowed:
        raise RuntimeError(f"{' '.join(command)} ended with status {status:.0f}: {run.stderr.strip()[-400:]}")
    return Cost(work=work, clock=clock, peak=peak)


def of_study(study: Path, times: int) -> dict[str, Cost]:
    """Median cost of each job on a study."""
    boundaries = study.parent.parent / "boundaries" / "desa.gpkg"
    # An audit that holds the proposal back ends with 1.
    jobs = {
        "batas dibaca geopandas": ((sys.executable, "-c", _LEAST, str(boundaries)), (0,)),
        "lokus audit": ((sys.executable, "-m", "lokus", "audit", str(study)), (0, 1)),
        "usulan dan kepastiannya": ((sys.executable, "-c", _PROPOSAL, str(study)), (0,)),
    }
    runs: dict[str, list[Cost]] = {name: [] for name in jobs}
    for _time in range(times):
        for name, (command, allowed) in jobs.items():
            runs[name].append(cost(*command, allowed=allowed))
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
    print(f"{title}\n{'':26s} {'CPU':>7s} {'detik':>7s} {'MB':>6s} {'rasio':>6s}")
    for name, own in costs.items():
        print(f"{name:26s} {own.work:7.2f} {own.clock:7.2f} {own.peak:6.0f} {own.work / least.work:6.1f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kajian", nargs="*", type=Path)
    parser.add_argument("--times", type=int, default=3, help="runs of each job, of which the median is told")
    parser.add_argument("--made", nargs="*", type=int, default=[], help="villages of studies to be made")
    asked = parser.parse_args()
    studies = asked.kajian or ([] if asked.made else [Path("data/kajian/contoh-2026.toml")])
    print(f"beban mesin: {os.getloadavg()[0]:.1f} pada {os.cpu_count()} inti")
    for study in studies:
        table(str(study), of_study(study, asked.times))
    grown: dict[int, dict[str, Cost]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for villages in asked.made:
            root = Path(folder) / str(villages)
            made = make_kabupaten(
                villages=villages, kecamatan=min(99, max(3, villages // 12)), kelurahan=villages // 25
            )
            made.write(root)
            grown[villages] = of_study(root / "kajian" / f"contoh-{made.years[-1]}.toml", asked.times)
            table(f"{villages} desa", grown[villages])
    sizes = sorted(grown)
    if len(sizes) > 1:
        first, last = grown[sizes[0]], grown[sizes[-1]]
        for name in list(first)[1:]:
            exponent = math.log(last[name].work / first[name].work) / math.log(sizes[-1] / sizes[0])
            print(
                f"{name}: kerja tumbuh dengan pangkat {exponent:.2f} dari {sizes[0]} sampai {sizes[-1]} desa"
            )


if __name__ == "__main__":
    main()
