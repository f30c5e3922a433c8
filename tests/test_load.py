"""Large studies end within the work and memory that docs/pengukuran.md states, or say what to do instead."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem
from lokus.choice.solver.swaps import SwapRules
from lokus.findings import Where
from lokus.intake.audit.checks import Subject
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.join.combine import combine
from lokus.intake.join.join import Joined, Origin
from lokus.places.boundaries import several_kabupaten


def codes(villages: int) -> list[str]:
    return [
        f"{11 + n // 96_000}{80 + n // 9_600:02d}{1 + n // 120 % 80:02d}2{n % 120:03d}"
        for n in range(villages)
    ]


def test_the_list_of_many_of_many_villages_is_found_without_comparing_each_with_each(monkeypatch) -> None:
    counted = []
    of_text = np.isin

    def isin(codes, among, *more, **options):
        assert np.asarray(codes).dtype.kind not in "OU", "of text, this compares each with each"
        return of_text(codes, among, *more, **options)

    count = SwapRules.count
    monkeypatch.setattr(np, "isin", isin)
    monkeypatch.setattr(SwapRules, "count", lambda swaps, place: counted.append(place) or count(swaps, place))
    index = pd.Index(codes(40_000), name="kode_desa")
    scores = pd.Series(np.random.default_rng(16).uniform(0, 1, len(index)), index=index)
    kecamatan = pd.Series(index.str[:6], index=index)
    chosen = select(scores, kecamatan, Problem(n=12_000))
    assert chosen.chosen.sum() == 12_000
    assert chosen.ties.empty
    assert len(counted) < 100, "rules are counted for villages at the border, not for each of a country"


class Walked(list[Origin]):
    """Tables that count how often somebody goes through all of them."""

    walked = 0

    def __iter__(self):
        self.walked += 1
        return super().__iter__()


def joined(key: str, index: pd.Index) -> Joined:
    rows = pd.Series(range(2, len(index) + 2), index=index)
    return Joined(
        values=pd.DataFrame({key: 1.0}, index=index), reconciliation=pd.DataFrame(), findings=(),
        open_cases=pd.DataFrame(),
        origin=Origin(source=f"{key}.csv", sheet="", rows=rows, columns={key: "Nilai"}),
    )  # fmt: skip


def test_values_and_findings_of_hundreds_of_tables_are_gathered_at_once() -> None:
    index = pd.Index(codes(500), name="kode_desa")
    keys = [f"rumah_{n}" for n in range(300)]
    tables = [joined(key, index) for key in keys]
    entry = {"label": "Rumah", "buruk": "tinggi", "rentang": [0, 100], "satuan": "persen"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # pandas warns of a frame that grows column by column
        values = combine(tables, index)
    assert list(values.columns) == keys
    origins = Walked(table.origin for table in tables)
    subject = Subject(
        frame=values, names=pd.Series(index, index=index), owners={},
        catalogue=load_catalogue(dict.fromkeys(keys, entry)), origins=origins,
    )  # fmt: skip
    for kode in index[:100]:
        for key in keys[:20]:
            finding = subject.finding("audit.range", "warning", "salah", key=key, kode=kode)
            assert finding.where.file == f"{key}.csv"
    assert origins.walked == 1, "all tables are gone through once, not for each finding"


def test_a_file_of_a_whole_country_says_what_to_do_instead() -> None:
    index = [f"{11 + n // 20}{80 + n % 20}012001" for n in range(514)]
    country = gpd.GeoDataFrame(index=index, geometry=[box(100, -3, 101, -2)] * len(index), crs="EPSG:4326")
    [finding] = several_kabupaten(country, where=Where(file="desa.gpkg"))
    assert finding.level == "blocking"
    assert "514 kabupaten" in finding.message
    assert len(finding.message) < 300
    assert "kode_kabupaten" in finding.remedy
    assert "lokus batch" in finding.remedy


STATED = re.compile(r"^\| (?P<study>\d+ desa, \d+ tabel) \| (?P<cpu>\d+) \| (?P<memory>\d+) \|", re.M)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "study"),
    [
        ("5000", "5000 desa, 1 tabel"),
        *(pytest.param(*one, marks=pytest.mark.long)
          for one in (("83402", "83402 desa, 1 tabel"), ("300-tabel", "852 desa, 300 tabel"))),
    ],
)  # fmt: skip
def test_a_study_needs_no_more_than_the_page_states(root: Path, case: str, study: str) -> None:
    page = (root / "docs" / "pengukuran.md").read_text(encoding="utf-8")
    stated = {found["study"]: found for found in STATED.finditer(page)}[study]
    done = subprocess.run(
        [sys.executable, str(root / "benchmarks" / "load.py"), case],
        capture_output=True,
        text=True,
        check=True,
    )
    [measured] = STATED.finditer(done.stdout)
    sys.stdout.write(done.stdout)
    assert " dipilih dari " in done.stdout
    assert int(measured["memory"]) < 1.3 * int(stated["memory"])


CHILDREN = """
import sys
from pathlib import Path
from lokus.intake.children.children import read_children
table = read_children(sys.argv[1], start="2026-02-01", end="2026-02-28").data
# Not ru_maxrss: it begins with what the process had that started this one.
peak = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
print(int(table["diukur"].sum()), int(peak) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(
    ("rows", "megabytes"), [(200_000, 500), pytest.param(5_000_000, 1_000, marks=pytest.mark.long)]
)
def test_an_export_of_many_children_is_counted_in_stated_memory(
    root: Path, tmp_path: Path, rows: int, megabytes: int
) -> None:
    benchmark = runpy.run_path(str(root / "benchmarks" / "children.py"))
    benchmark["write_rows"](tmp_path / "anak.csv", rows)
    command = [sys.executable, "-c", CHILDREN, str(tmp_path / "anak.csv")]
    measured, peak = map(int, subprocess.run(command, capture_output=True, check=True).stdout.split())
    size = (tmp_path / "anak.csv").stat().st_size / 1e6
    sys.stdout.write(f"{rows} rows, {size:.0f} MB: {measured} measured, {peak} MB\n")
    assert measured > rows / 3
    assert peak < megabytes
