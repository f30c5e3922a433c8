"""Returns of the case audit: summaries that tell no small count, and the calendar of the next year."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from lokus.followup.audit_returns import RETURN_COLUMNS, add_learned, audit_causes, audit_returns
from lokus.followup.calendar import CALENDAR_COLUMNS
from lokus.intake.indicators.catalogue import load_catalogue

CATALOGUE = load_catalogue()
KODE = ["9901012001", "9901012002", "9901012003", "9901022001", "9901022002"]
VILLAGES = pd.DataFrame(
    {
        "desa": ["Alai", "Batu", "Cupu", "Dadap", "Enau"],
        "kecamatan": ["Air", "Air", "Air", "Bumi", "Bumi"],
        "kode_kecamatan": ["990101"] * 3 + ["990102"] * 2,
    },
    index=KODE,
)


def test_what_is_to_be_explained_is_no_cause():
    causes = audit_causes(CATALOGUE)
    assert {"air_layak", "cakupan_imunisasi"} <= set(causes)
    assert not {"stunting", "prevalensi", "anak_stunting"} & set(causes)


def returned(counts, status="belum", words=""):
    rows = [
        (kode, "balita", "air_layak", n, words, status) for kode, n in zip(KODE, counts, strict=True) if n
    ]
    return pd.DataFrame(rows, columns=list(RETURN_COLUMNS))


def candidates(found):
    """Every assignment of the masked counts that agrees with all that is told: the oracle, by brute force."""
    village = found.by_village["kasus"].droplevel("sebab")
    hidden = [kode for kode in village.index if np.isnan(village[kode])]
    for guess in product(range(1, 5), repeat=len(hidden)):
        whole = village.copy()
        whole[hidden] = guess
        told = found.by_kecamatan["kasus"].droplevel("sebab")
        sums = whole.groupby(VILLAGES.loc[whole.index, "kode_kecamatan"]).sum()
        total = found.total["kasus"].iloc[0]
        fits = all(np.isnan(told[k]) or sums[k] == told[k] for k in sums.index)
        if fits and (np.isnan(total) or whole.sum() == total):
            yield guess


@pytest.mark.parametrize("seed", range(40))
def test_no_masked_count_can_be_worked_out_from_what_is_told(seed):
    counts = np.random.default_rng(seed).choice([0, 1, 2, 3, 4, 5, 9], 5)
    if not counts.any():
        counts[0] = 1
    found = audit_returns(returned(counts), VILLAGES, CATALOGUE)
    small = found.by_village["kasus"].isna()
    assert small.sum() == ((counts > 0) & (counts < 5)).sum()
    guesses = list(candidates(found))
    assert guesses
    for place in range(int(small.sum())):
        assert len({guess[place] for guess in guesses}) > 1
    # What is told is true.
    true = pd.Series(counts, index=KODE, dtype=float)
    sums = true.groupby(VILLAGES["kode_kecamatan"]).sum()
    for (kode, _cause), value in found.by_kecamatan["kasus"].dropna().items():
        assert value == sums[kode]


def test_recommendations_are_counted_and_those_done_apart():
    advised = returned([6, 7, 0, 0, 0], words="Sumur bersama")
    rows = pd.concat([advised, returned([0, 8, 0, 0, 9], status="selesai")])
    found = audit_returns(rows, VILLAGES, CATALOGUE)
    assert found.total[["anjuran", "selesai"]].iloc[0].tolist() == [4, 2]
    assert repr(found) == "1 sebab di 3 desa/kelurahan; 2 dari 4 anjuran selesai"


def test_a_cause_for_which_nothing_was_recommended_is_no_recommendation():
    rows = pd.concat([returned([6, 7, 0, 0, 0]), returned([0, 8, 0, 0, 0], status="berjalan")])
    found = audit_returns(rows, VILLAGES, CATALOGUE)
    assert found.total[["kasus", "anjuran", "selesai"]].iloc[0].tolist() == [21, 1, 0]


def drafted(**row):
    return pd.DataFrame([dict.fromkeys(CALENDAR_COLUMNS, "") | row])


def test_a_cause_joins_the_activity_that_the_village_has_or_makes_one():
    item = CATALOGUE["air_layak"]
    there = drafted(
        kode_desa=KODE[0], opd=item.owner, kegiatan=item.intervention, indikator="Air 55,0", id="KA-1", no=1
    )
    out = add_learned(there, returned([1, 2, 0, 0, 0]), VILLAGES, CATALOGUE, year=2027)
    assert len(out) == 2
    first, second = (out[out["kode_desa"] == kode].iloc[0] for kode in KODE[:2])
    assert first["id"] == "KA-1"
    assert first["indikator"].startswith("Air 55,0; audit kasus: ")
    assert second["kegiatan"] == item.intervention
    assert out["no"].tolist() == [1, 2]
    assert not any(str(n) in second["indikator"] for n in range(10))


def test_what_is_done_asks_for_nothing_and_other_villages_are_left_to_theirs():
    empty = pd.DataFrame(columns=list(CALENDAR_COLUMNS))
    assert add_learned(empty, returned([3] * 5, status="selesai"), VILLAGES, CATALOGUE, year=2027).empty
    few = add_learned(empty, returned([3] * 5), VILLAGES, CATALOGUE, year=2027, within=KODE[:2])
    assert few["kode_desa"].tolist() == KODE[:2]
