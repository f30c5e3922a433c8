"""Counts of a stream of rows against what pandas says of the same rows at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.intake.children import tally as tally_module
from lokus.intake.children.cells import parse_day
from lokus.intake.children.readings import BY_NIK, CLASSES, TextReader
from lokus.intake.children.tally import Tally

START, END = parse_day("2026-01-01"), parse_day("2026-12-31")


def rows(rng, n=300):
    """Children measured more than once, each on days of its own, none of them twice on one day."""
    child = rng.integers(0, n // 3, n)
    frame = pd.DataFrame(
        {
            "anak": child.astype(np.uint64) * np.uint64(2654435761) << np.uint64(3),
            "cara": BY_NIK,
            "lahir": "2024-01-01",
            "tanggal": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.permutation(n) % 365, unit="D"),
            "zs_tbu": rng.choice([-3.5, -2.5, -1.0, 0.5, 7.5], n),
            "tinggi": "80",
            "kecamatan": "Sari",
            "desa": rng.choice(["Suka Maju", "Suka Jaya", "Suka Raya"], n),
            "lebih": False,
        }
    )
    frame = frame.drop_duplicates(["anak", "tanggal"]).reset_index(drop=True)
    return frame.assign(
        tanggal=frame["tanggal"].dt.strftime("%Y-%m-%d"), zs_tbu=frame["zs_tbu"].map("{:.1f}".format)
    )


def expected(frame):
    last = frame.sort_values("tanggal").drop_duplicates("anak", keep="last")
    z = last["zs_tbu"].astype(float)
    kind = np.select(
        [z.abs() > 6, z < -3, z < -2], ["tidak_wajar", "sangat_pendek", "pendek"], "tidak_pendek"
    )
    table = pd.crosstab(last["desa"].str.upper(), kind).reindex(columns=list(CLASSES), fill_value=0)
    return table.sort_index()


@pytest.mark.parametrize("settle", [5, 10**9])
@pytest.mark.parametrize("seed", range(8))
def test_each_child_counts_once_by_its_last_day_however_the_rows_come(monkeypatch, seed, settle):
    monkeypatch.setattr(tally_module, "_LEAST_BUFFER", settle)
    rng = np.random.default_rng(seed)
    frame = rows(rng)
    shuffled = frame.sample(frac=1, random_state=seed)
    tally, first = Tally(start=START, end=END), 2
    for part in np.array_split(np.arange(len(frame)), rng.integers(1, 6)):
        tally.add(TextReader().read(shuffled.iloc[part].reset_index(drop=True)), first)
        first += len(part)
    totals = tally.finish()
    found = totals.counts.copy()
    found.index = found.index.get_level_values("desa").str.upper()
    wanted = expected(frame)
    assert found[list(CLASSES)].to_numpy().tolist() == wanted.to_numpy().tolist()
    assert found["anak"].sum() == frame["anak"].nunique()
    assert tally.total == len(frame)


def test_rows_outside_the_period_or_the_filter_count_as_such_and_no_child_comes_of_them():
    frame = rows(np.random.default_rng(1), 30).assign(saring_0="Sari")
    frame.loc[0, "tanggal"], frame.loc[1, "saring_0"], frame.loc[2, "tanggal"] = (
        "2025-06-01",
        "Lain",
        "kemarin",
    )
    tally = Tally(start=START, end=END)
    tally.add(TextReader(filters={"saring_0": "SARI"}).read(frame), 10)
    totals = tally.finish()
    assert (totals.seen["di_luar_periode"], totals.seen["disaring"], totals.seen["tanggal"]) == (1, 1, 1)
    assert totals.rows["tanggal"] == [12]
    assert totals.counts["anak"].sum() == frame["anak"].iloc[3:].nunique()
