"""Lists, ties and remedies beside every list tried, by the benchmark's own reading of the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ties_and_remedies import allowed, changed, remedies_followed, ties_found, villages


@pytest.mark.parametrize("instances", [60, pytest.param(400, marks=pytest.mark.slow)])
def test_no_tie_is_missed_and_none_is_made_up(instances):
    found = ties_found(instances)
    assert found["instances"] == instances
    assert found["tied"] > instances // 10
    # Sums of ordinary floating-point numbers would miss some: the instances can tell the two apart.
    assert found["float_misses"] > 0
    assert (found["missed"], found["false"], found["other_list"]) == (0, 0, 0)


@pytest.mark.parametrize("impossible", [15, pytest.param(150, marks=pytest.mark.slow)])
def test_every_remedy_that_is_followed_leads_to_a_list(impossible):
    table = remedies_followed(impossible)
    assert table.attrs["impossible"] == impossible
    assert table.attrs["without"] == 0
    assert (table["berhasil"] == table["disebut"]).all()
    assert table.loc["seluruhnya", "disebut"] > impossible
    assert len(table) >= 6


def test_rules_are_read_off_one_by_one():
    drawn = villages(3)
    free = replace(
        drawn.problem, n=2, max_kecamatan=None, exact_kecamatan=None, min_per_kecamatan=0,
        max_per_kecamatan=None, quota={}, max_kabupaten=None, exact_kabupaten=None, min_per_kabupaten=0,
        min_kept=0, min_jenis={}, max_jenis={}, budget=None, locked_in={}, locked_out={},
    )  # fmt: skip
    known = int(drawn.tenths.notna().sum())
    assert len(list(allowed(drawn, free))) == known * (known - 1) // 2
    one = replace(free, max_kecamatan=1)
    assert all(len({drawn.kecamatan[k] for k in chosen}) == 1 for chosen in allowed(drawn, one))
    assert changed(free, one) == "jumlah kecamatan"
    assert changed(free, replace(one, n=3)) == "dua aturan atau lebih"
