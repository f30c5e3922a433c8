"""How fast the interactive page chooses and moves: ``PYTHONPATH=tools python benchmarks/viewer.py [data]``.

Times of choosing are those of the viewer's own code in node; a browser runs the same engine. Frames are
counted in headless Chromium, which draws by software alone, while hand and wheel move the map for three
seconds each, on real boundaries (default ../shared/data) with made-up numbers.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from headless import open_page
from web_map import outlines, proposed, villages, whole_page

from lokus.choice.solver.problem import Problem
from lokus.evidence.scores.scoring import score
from lokus.show.results.info import StudyInfo
from lokus.show.results.trial import Trial, Weighing
from lokus.show.web.trial_data import trial_data
from lokus.show.web.web_map import write_web_map

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


def choosing() -> None:
    """Print the median and the slowest of twenty answers, other weights each time."""
    node = shutil.which("node")
    if node is None:
        sys.exit("needs node")
    rng = np.random.default_rng(3)
    for size, (kecamatan, n, limit) in SIZES.items():
        trial = made_up(size, kecamatan, n, limit)
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
            f"{size} villages, {len(groups)} kecamatan, {n} to choose in at most {limit}: "
            f"median {np.median(took):.0f} ms of CPU, slowest {max(took):.0f} ms ({', '.join(sorted(kinds))})"
        )


# Moves the map once a frame and counts the frames; the browser gives the next when the last one is drawn.
MOVE = """
(async () => {
  const canvas = document.getElementById("canvas"), box = canvas.getBoundingClientRect();
  const x = box.width / 2, y = box.height / 2;
  const hand = (kind, dx, dy) => canvas.dispatchEvent(new PointerEvent(kind, {
    pointerId: 1, pointerType: "mouse", button: 0, buttons: 1, bubbles: true,
    clientX: box.left + x + dx, clientY: box.top + y + dy }));
  const wheel = (delta) => canvas.dispatchEvent(new WheelEvent("wheel", {
    deltaY: delta, clientX: box.left + x, clientY: box.top + y, cancelable: true, bubbles: true }));
  const count = async (act) => {
    const start = performance.now(), gaps = [];
    for (let n = 0, last = start; last - start < 3000; n++) {
      act(n);
      const now = await new Promise(requestAnimationFrame);
      gaps.push(now - last);
      last = now;
    }
    return [gaps.length / ((performance.now() - start) / 1000), Math.max(...gaps)];
  };
  canvas.setPointerCapture = () => {};
  hand("pointerdown", 0, 0);
  const pan = await count((n) => hand("pointermove", 150 * Math.sin(n / 20), 90 * Math.cos(n / 20)));
  hand("pointerup", 0, 0);
  const zoom = await count((n) => wheel(n % 120 < 60 ? -20 : 20));
  return { pan, zoom, drawn: Number(document.documentElement.dataset.took), size: [box.width, box.height] };
})()
"""


def moving(data: Path) -> None:
    """Print frames a second and the longest wait for one, panning and zooming."""
    chromium, source = shutil.which("chromium"), data / "boundaries" / "nasional.parquet"
    if chromium is None or not source.is_file():
        print(f"frames: needs chromium and {source}")
        return
    everyone = villages(source)
    kode = everyone["kode"].str
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        info = StudyInfo(title="Pengukuran", kabupaten="Nasional", tahun=2026, sources=(), synthetic=True)

        def nation(path: Path) -> Path:
            drawn = proposed(everyone)
            return write_web_map(drawn, outlines(drawn), info, path)

        pages = {
            "kabupaten (16.03)": lambda path: whole_page(everyone[kode.startswith("16.03")], path),
            "province (16)": lambda path: whole_page(everyone[kode.startswith("16.")], path),
            "nation": nation,
        }
        with open_page(chromium, folder / "profile") as page:
            page.size(1366, 768)
            for name, make in pages.items():
                page.go(
                    make(folder / "peta.html").as_uri(),
                    "document.documentElement.dataset.ready === '1'",
                    wait=300,
                )
                found = page.run(MOVE)
                (pan, longest), (zoom, slowest) = found["pan"], found["zoom"]
                print(
                    f"{name}: pan {pan:.0f} frames a second, longest {longest:.0f} ms; zoom {zoom:.0f}, "
                    f"{slowest:.0f} ms; a whole drawing {found['drawn']:.0f} ms",
                    flush=True,
                )


def main() -> None:
    choosing()
    moving(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data")


if __name__ == "__main__":
    main()
