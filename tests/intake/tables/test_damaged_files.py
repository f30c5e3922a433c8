"""Tables of villages damaged at random, file included: every row accounted for, or refused with a remedy."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from damaged import CATALOGUE, COUNTS, PLACE, SHARE, VILLAGES, plain, truth
from table_mutator import Rows, Sheets, attack, damage_rows, listed_rows

from lokus.intake.join.join import join_table
from lokus.intake.tables.tables import read_table
from lokus.places.kode import format_kode

INDICATORS = COUNTS | SHARE
MANY = (pytest.mark.slow, pytest.mark.long)


def table(rng: random.Random) -> Sheets:
    """A table of an office, with names or codes, at times with a total, and damage."""
    rows: Rows = plain(truth(np.random.default_rng(rng.randrange(2**32))))
    if rng.random() < 0.4:
        codes = ["Kode", *(format_kode(kode) for kode in VILLAGES.index)]
        rows = [[code, *row[1:]] for code, row in zip(codes, rows, strict=True)]
    damage_rows(rows, rng)
    others: Sheets = [("Sampul", [["Lampiran"], ["Tahun", 2026]])] if rng.random() < 0.2 else []
    return [("Data", rows), *others]


def read(path: Path, sheets: Sheets) -> dict[str, set[int]]:
    """Read the table as a study does; give the rows that stand somewhere afterwards."""
    coded = any("Kode" in row for row in sheets[0][1])
    place = PLACE | ({"kode": "Kode"} if coded else {})
    raw = read_table(path, columns=[*place.values(), *INDICATORS.values()])
    joined = join_table(raw, VILLAGES, place=place, indicators=INDICATORS, catalogue=CATALOGUE)
    assert joined.values.index.equals(VILLAGES.index)
    stated = joined.reconciliation
    assert set(stated["kode_desa"].dropna()) == set(VILLAGES.index)
    rows = {int(row) for row in stated["baris"].dropna()} | {int(row) for row in raw.totals.index}
    for note in stated["keterangan"]:
        rows |= listed_rows(note)
    for finding in (*raw.findings, *joined.findings):
        rows |= listed_rows(finding.message) | ({finding.where.row} if finding.where.row else set())
    # What stands above the first row is the header and its titles.
    rows |= set(range(1, min(map(int, raw.data.index))))
    return {"": rows, "Data": rows, "Sampul": {1, 2}}


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(
    "seeds",
    [
        range(60),
        pytest.param(range(1_000, 3_500), marks=pytest.mark.slow),
        *(pytest.param(range(at, at + 2_500), marks=MANY) for at in range(3_500, 11_000, 2_500)),
    ],
    ids=str,
)
def test_damaged_files_are_read_to_the_last_row_or_refused(tmp_path: Path, seeds: range) -> None:
    counts, wrong = attack(tmp_path, seeds, table, read)
    assert not wrong
    assert counts["read"] >= len(seeds) / 5
    assert counts["read"] + counts["refused"] == len(seeds)
