"""A reader who knows the method has every public file of the bundled example, and learns no masked count."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from pptx import Presentation

from lokus import Kajian
from lokus.choice.selection import select
from lokus.followup.small_counts import SMALLEST_SHOWN
from lokus.places.kode import format_kode
from lokus.show.pack.pack import write_pack
from lokus.show.results.public import mask_small_counts
from lokus.show.results.text import is_masked

pytestmark = pytest.mark.slow
COUNTS = (
    "stunting",
    "pendek",
    "sangat_pendek",
    "krs",
    "tidak_krs",
    "bumil",
    "bumil_kek",
    "diukur",
    "sasaran",
)
DECIMALS = (
    "prevalensi_mentah",
    "prevalensi",
    "prevalensi_bawah",
    "prevalensi_atas",
    "anak_stunting",
    "krs_persen",
)


@pytest.fixture(scope="module")
def study(root: Path) -> Kajian:
    return Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")


@pytest.fixture(scope="module")
def public(study: Kajian) -> pd.DataFrame:
    return pd.DataFrame(mask_small_counts(study.material, study.catalogue).results)


# -- what stands in the files ---------------------------------------------------------------------------


def write(study: Kajian, folder: Path, *, public: bool) -> Path:
    return write_pack(
        folder, study.material, maps=study.maps, sizes=["A4"], themes=["anak"] if public else [],
        extras=("paparan", "laporan", "atlas", "geojson", "csv") if public else ("atlas", "geojson", "csv"),
        public=public, catalogue=study.catalogue,
        write_lock=lambda path: path.write_text("{}", encoding="utf-8"), processes=1,
    ).folder  # fmt: skip


def lines_of(path: Path) -> Iterator[str]:
    """Every row, line or record of a file as text, hidden ones too."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (" | ".join(row) for row in csv.reader(file))
    elif path.suffix == ".geojson":
        for feature in json.loads(path.read_text("utf-8"))["features"]:
            yield json.dumps(feature["properties"], ensure_ascii=False)
    elif path.suffix == ".gpkg":
        with sqlite3.connect(path) as base:
            for (table,) in base.execute("select name from sqlite_master where type = 'table'").fetchall():
                for row in base.execute(f'select * from "{table}"'):
                    yield " | ".join(str(cell) for cell in row if not isinstance(cell, bytes))
    elif path.suffix == ".xlsx":
        for sheet in openpyxl.load_workbook(path).worksheets:
            for row in sheet.iter_rows(values_only=True):
                yield " | ".join(str(cell) for cell in row if cell is not None)
            for row in sheet.iter_rows():
                yield from (cell.comment.text for cell in row if cell.comment)
    elif path.suffix == ".pptx":
        for slide in Presentation(str(path)).slides:
            for shape in slide.shapes:
                if shape.has_table:
                    yield from (
                        " | ".join(cell.text.replace("\u00a0", " ") for cell in row.cells)
                        for row in shape.table.rows
                    )
                elif shape.has_text_frame:
                    yield from shape.text_frame.text.replace("\u00a0", " ").splitlines()
            if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
                yield slide.notes_slide.notes_text_frame.text
    elif path.suffix == ".pdf":
        yield from subprocess.run(
            ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
        ).stdout.splitlines()
    elif path.name == "peta_interaktif.html":
        found = re.search(
            r'<script type="application/json" id="data">(.*?)</script>', path.read_text("utf-8"), re.S
        )
        assert found
        data = json.loads(found[1])
        codes = data["villages"]["code"]
        columns = [values for part in data.values() for values in lists_in(part) if len(values) == len(codes)]
        for place, code in enumerate(codes):
            yield f"{code} | " + " | ".join(str(values[place]) for values in columns)
    elif path.suffix == ".html":
        page = re.sub(
            r"data:image/png;base64,[^\"]*|<style.*?</style>", "", path.read_text("utf-8"), flags=re.S
        )
        for row in re.split(r"</(?:tr|p|li|h\d|div)>", page):
            yield html.unescape(re.sub(r"<[^>]+>", " | ", row))


def lists_in(part: object) -> Iterator[list[object]]:
    if isinstance(part, list):
        yield part
        for one in part:
            yield from lists_in(one)
    elif isinstance(part, dict):
        for one in part.values():
            yield from lists_in(one)


def stated(
    folder: Path, results: pd.DataFrame, hidden: Mapping[str, np.ndarray]
) -> dict[str, set[tuple[str, str]]]:
    """Masked numbers with decimals that stand, by file, in a line that names their village."""
    secret: dict[str, dict[str, float]] = {}
    for name, masks in hidden.items():
        for kode in results.index[masks]:
            secret.setdefault(kode, {})[name] = float(results.loc[kode, name])
    called = [*results["desa"].astype(str), *results["kecamatan"].astype(str).unique()]
    named = {kode: {str(kode), format_kode(str(kode))} for kode in secret}
    for kode in secret:
        own = str(results.loc[kode, "desa"])
        if sum(own in name for name in called) == 1:
            named[kode].add(own)
    whose = {text: kode for kode, texts in named.items() for text in texts}
    pattern = re.compile("|".join(rf"\b{re.escape(text)}\b" for text in sorted(whose, key=len, reverse=True)))
    found: dict[str, set[tuple[str, str]]] = {}
    for path in sorted(folder.iterdir()):
        told = found.setdefault(path.name, set())
        for line in lines_of(path):
            villages = {whose[text] for text in pattern.findall(line)}
            if len(villages) != 1:
                continue
            (kode,) = villages
            tokens = {
                token.replace(",", ".") for token in re.findall(r"(?<![\d.,])\d+[.,]\d+(?![\d.])", line)
            }
            open_ = {
                f"{value:.{d}f}"
                for value in numbers(results.loc[kode].drop(list(secret[kode])))
                for d in (1, 2, 3)
            }
            for name, value in secret[kode].items():
                for token in tokens - open_:
                    if token == f"{value:.{len(token.partition('.')[2])}f}":
                        told.add((str(kode), name))
    return found


def numbers(row: pd.Series) -> list[float]:
    return [float(value) for value in row if isinstance(value, (int, float)) and np.isfinite(value)]


@pytest.fixture(scope="module")
def hidden(study: Kajian, public: pd.DataFrame) -> dict[str, np.ndarray]:
    results = study.results.sort_index()
    masks = {}
    for name in DECIMALS:
        gone = public[name].isna().to_numpy() & results[name].notna().to_numpy()
        # A whole number or a single digit before the comma says nothing by standing somewhere.
        masks[name] = gone & ~np.isclose(results[name].astype(float) % 1, 0)
    return masks


def test_no_masked_number_stands_beside_its_village_in_any_file(
    study: Kajian, hidden: dict[str, np.ndarray], tmp_path: Path
) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine")
    results = pd.DataFrame(study.results.sort_index())
    told = stated(write(study, tmp_path / "publik", public=True), results, hidden)
    lines = {name: len(found) for name, found in told.items()}
    masked = sum(int(masks.sum()) for masks in hidden.values())
    sys.stdout.write(f"{masked} masked numbers, found beside their villages: {lines}\n")
    assert len([name for name in lines if not name.endswith(".png")]) >= 9
    assert not any(told.values()), told
    # The same search over the version that is not public finds them.
    inside = stated(write(study, tmp_path / "dalam", public=False), results, hidden)
    for name in (
        "hasil.csv",
        "hasil.gpkg",
        "hasil.geojson",
        "lokus.xlsx",
        "peta_interaktif.html",
        "atlas_kecamatan.pdf",
    ):
        assert len({kode for kode, _name in inside[name]}) > 30, name


# -- what the method leaves possible ---------------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """Knows all that is computed and how, all parameters, and every value but those masked of one village."""

    study: Kajian
    public: pd.DataFrame

    @cached_property
    def parts(self) -> pd.DataFrame:
        return self.study.scores.contributions.sort_index()

    @cached_property
    def lines(self) -> dict[str, np.ndarray]:
        """Part of the score as a line in the indicator, as the open villages show it."""
        results = self.study.results.sort_index()
        found = {}
        for name in ("prevalensi", "anak_stunting"):
            x, y = results[name].astype(float), self.parts[name].astype(float)
            inside = x.notna() & self.parts.notna().all(axis=1)
            found[name] = np.polyfit(x[inside], y[inside], 1)
            assert np.allclose(np.polyval(found[name], x[inside]), y[inside], atol=2e-3)
        return found

    def score(self, kode: str, count: int, *, others: float) -> float:
        """Score with another count of stunted children; the hidden indicators at a share of their weight."""
        results, post = self.study.results.loc[kode], self.study.rates.posterior.loc[kode]
        change = count - float(results["stunting"])
        rate = (post["alpha"] + change) / (post["alpha"] + post["beta"])
        unmeasured = float(results["sasaran"]) - float(results["diukur"])
        told = {
            "prevalensi": float(results["prevalensi"]) + 100 * change / (post["alpha"] + post["beta"]),
            "anak_stunting": float(results["anak_stunting"]) + change + unmeasured * (
                rate - post["alpha"] / (post["alpha"] + post["beta"])
            ),
        }  # fmt: skip
        total = sum(float(np.polyval(self.lines[name], value)) for name, value in told.items())
        for name in self.parts.columns.drop(list(told)):
            hidden = is_masked(self.public, name)[self.public.index.get_loc(kode)]
            part = self.parts.loc[kode, name]
            total += (
                others * self.study.scores.weights[name]
                if hidden
                else (0.0 if pd.isna(part) else float(part))
            )
        return total

    @cached_property
    def chosen(self) -> set[str]:
        return set(self.study.proposal.kode)

    def same_list(self, kode: str, score: float) -> bool:
        scores = self.study.scores.table["skor"].copy()
        scores[kode] = score
        found = select(
            scores, self.study.villages["kode_kecamatan"], self.study.problem, tie_break=self.study.children
        )
        return set(found.kode) == self.chosen

    def possible(self, kode: str) -> list[int]:
        """Counts of stunted children that the whole of what is published allows."""
        most = int(self.study.results.loc[kode, "stunting"])
        counts = range(1, max(SMALLEST_SHOWN, most + 3))
        own = is_masked(self.public, "desil_1_2")[self.public.index.get_loc(kode)]
        return [
            count
            for count in counts
            if any(
                self.same_list(kode, self.score(kode, count, others=level))
                for level in ((0.0, 0.5, 1.0) if own else (0.0,))
            )
        ]


def test_three_counts_or_more_stay_possible_for_every_masked_one(study: Kajian, public: pd.DataFrame) -> None:
    reader = Reader(study, public)
    # The reader reckons as the study does.
    near = is_masked(public, "desil_1_2")
    sound = reader.parts.notna().all(axis=1) & study.results.sort_index()["stunting"].notna() & ~near
    for kode in public.index[sound][::23]:
        own = reader.score(kode, int(study.results.loc[kode, "stunting"]), others=0.0)
        assert abs(own - float(study.results.loc[kode, "skor"])) < 5e-3
    masked = [kode for kode, gone in zip(public.index, is_masked(public, "stunting"), strict=True) if gone]
    left = {kode: reader.possible(kode) for kode in masked}
    known = [kode for kode, counts in left.items() if len(counts) == 1]
    fewest = min(map(len, left.values()))
    sys.stdout.write(
        f"{len(masked)} masked counts, {len(known)} recovered, at least {fewest} possible for each\n"
    )
    assert len(masked) > 60
    assert all(study.results.loc[kode, "stunting"] in counts for kode, counts in left.items())
    assert fewest >= 3, {kode: counts for kode, counts in left.items() if len(counts) < 3}


@pytest.mark.parametrize("key", COUNTS)
def test_totals_and_differences_leave_three_values_or_more(
    study: Kajian, public: pd.DataFrame, key: str
) -> None:
    """Bounds of each masked count, from every total and every sum of terms that offices publish."""
    results = study.results.sort_index()
    gone = pd.Series(is_masked(public, key), index=public.index)
    for groups in (results["kode_kecamatan"], pd.Series("kabupaten", index=results.index)):
        for _group, part in results.loc[gone, key].astype(float).groupby(groups[gone]):
            others = results.index.isin(results.index[groups == groups[part.index[0]]]) & ~gone.to_numpy()
            if not (results.loc[others, key].astype(float) > 0).any():
                continue  # all that is not 0 is masked: only the total is public
            n, total = len(part), part.sum()
            small = bool((part < SMALLEST_SHOWN).all())
            most = min(SMALLEST_SHOWN - 1, total - (n - 1)) if small else total - (n - 1)
            least = max(1, total - (SMALLEST_SHOWN - 1) * (n - 1)) if small else 1
            assert n >= 2
            assert most - least + 1 >= 3, (key, part.tolist())
    for whole, *terms in (("stunting", "pendek", "sangat_pendek"), ("keluarga_sasaran", "krs", "tidak_krs")):
        masks = pd.DataFrame({name: is_masked(public, name) for name in (whole, *terms)}, index=public.index)
        assert not (masks.sum(axis=1) == 1).any()
        alone = masks[terms].all(axis=1) & ~masks[whole]
        # Two terms of a known sum of 4 or more: each may be one of three.
        assert (results.loc[alone, whole].astype(float) >= 4).all()
