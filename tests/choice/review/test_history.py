from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.choice.review.history import list_history, stability
from lokus.choice.solver.problem import RuleError

VILLAGES = [f"99010120{n:02d}" for n in range(1, 11)]
A, B, C, D, E = VILLAGES[:5]


def test_each_village_by_hand():
    history = list_history({2025: [A, C], 2023: [A, B], 2026: [A, C, D], 2024: [A, C]}, villages=VILLAGES)
    assert history.lists.columns.tolist() == [2023, 2024, 2025, 2026]
    assert history.lists.loc[B].tolist() == [True, False, False, False]
    expected = {
        A: (4, 4, 2023, 0),
        B: (0, 1, 2023, 1),
        C: (3, 3, 2024, 1),
        D: (1, 1, 2026, 1),
        E: (0, 0, None, 0),
    }
    for kode, (streak, total, first, moves) in expected.items():
        row = history.table.loc[kode]
        assert (row["tahun_lokus"], row["total_tahun"], row["keluar_masuk"]) == (streak, total, moves)
        assert pd.isna(row["pertama"]) if first is None else row["pertama"] == first
    assert history.years_listed[C] == 3


def test_a_village_that_went_out_and_came_back_counts_from_its_return():
    row = list_history({2023: [A], 2024: [A, B], 2025: [B], 2026: [A]}).table.loc[A]
    assert row.to_dict() == {"tahun_lokus": 1, "total_tahun": 3, "pertama": 2023, "keluar_masuk": 2}


def test_a_year_without_a_list_ends_the_count_and_is_said():
    history = list_history({2022: [A], 2024: [A], 2025: [A]}, villages=VILLAGES)
    assert history.missing_years == (2023,)
    assert history.table.loc[A, "tahun_lokus"] == 2
    assert "daftar tahun 2023 tidak ada" in repr(history)


def test_pairs_of_years_by_hand():
    row = list_history({2025: [A, B, C, D], 2026: [B, C, D, E]}, villages=VILLAGES).stability.iloc[0]
    assert (row["dari"], row["ke"], row["bertahan"]) == (2025, 2026, 3)
    assert row["bagian_bertahan"] == 3 / 4
    assert row["jaccard"] == 3 / 5
    # Kuncheva (2007): (r d − k²) / (k (d − k)) = (3 · 10 − 16) / (4 · 6)
    assert row["indeks_stabilitas"] == pytest.approx(14 / 24)


@given(st.integers(3, 30), st.data())
def test_for_two_lists_of_one_length_the_index_is_kunchevas(d, data):
    k = data.draw(st.integers(1, d - 1))
    first, second = (set(data.draw(st.permutations(range(d)))[:k]) for _ in range(2))
    lists = pd.DataFrame({n: [i in own for i in range(d)] for n, own in enumerate((first, second))})
    expected = (len(first & second) * d - k * k) / (k * (d - k))
    assert stability(lists) == pytest.approx(expected, abs=1e-12)


def test_the_index_is_one_for_the_same_list_and_nought_for_chance():
    assert stability(pd.DataFrame({n: [True, True, False, False, False] for n in range(4)})) == 1.0
    rng = np.random.default_rng(3)
    drawn = [
        stability(pd.DataFrame({n: rng.permutation([True] * 26 + [False] * 230) for n in range(3)}))
        for _ in range(400)
    ]
    assert np.mean(drawn) == pytest.approx(0.0, abs=4 * np.std(drawn) / 20)


def test_three_lists_by_the_formula():
    # Frequencies 1, 2/3, 1/3, 0, 0, 0 of three lists of 2 among 6: s² sums to 3/2 · (2/9 + 2/9) = 2/3.
    lists = pd.DataFrame({1: [1, 1, 0, 0, 0, 0], 2: [1, 1, 0, 0, 0, 0], 3: [1, 0, 1, 0, 0, 0]}, dtype=bool)
    assert stability(lists) == pytest.approx(1 - (2 / 3 / 6) / (1 / 3 * 2 / 3))


def test_without_the_other_villages_agreement_by_chance_is_unknown():
    history = list_history({2025: [A, B], 2026: [B, C]})
    assert history.lists.index.tolist() == [A, B, C]
    assert np.isnan(history.stability["indeks_stabilitas"]).all()
    assert np.isnan(history.overall)
    assert history.stability["jaccard"].tolist() == [1 / 3]
    assert "stabilitas" not in repr(history)
    assert np.isnan(stability(pd.DataFrame({2025: [True, True], 2026: [True, True]})))


def test_one_list_alone_has_no_stability():
    history = list_history({2026: [A, B]}, villages=VILLAGES)
    assert history.stability.empty
    assert history.years_listed.loc[[A, C]].tolist() == [1, 0]


def test_refuses_empty_lists_and_foreign_villages():
    with pytest.raises(RuleError, match="paling sedikit satu desa"):
        list_history({2025: [], 2026: [A]})
    with pytest.raises(RuleError, match="paling sedikit satu desa"):
        list_history({})
    with pytest.raises(RuleError, match="alihkan dahulu"):
        list_history({2026: ["9902012001"]}, villages=VILLAGES)
