from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.errors import EvidenceError
from lokus.evidence.scores.pairwise import compare_pairs, pairwise_matrix

# Saaty (1990), How to make a decision: the analytic hierarchy process, EJOR 48: buying a house.
HOUSE_NAMES = ["size", "transport", "neighbourhood", "age", "yard", "modern", "condition", "finance"]
HOUSE = """
1    5   3   7 6   6   1/3 1/4
1/5  1   1/3 5 3   3   1/5 1/7
1/3  3   1   6 3   4   6   1/5
1/7  1/5 1/6 1 1/3 1/4 1/7 1/8
1/6  1/3 1/3 3 1   1/2 1/5 1/6
1/6  1/3 1/4 4 2   1   1/5 1/6
3    5   1/6 7 5   5   1   1/2
4    7   5   8 6   6   2   1
"""


@pytest.fixture
def house():
    rows = [[float(Fraction(cell)) for cell in line.split()] for line in HOUSE.strip().splitlines()]
    return pd.DataFrame(rows, index=HOUSE_NAMES, columns=HOUSE_NAMES)


def test_house_of_saaty(house):
    found = compare_pairs(house, limit=1.0)
    assert found.eigenvalue == pytest.approx(9.669, abs=0.001)
    assert found.consistency_ratio == pytest.approx(0.169, abs=0.001)
    published = [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333]
    np.testing.assert_allclose(found.weights, published, atol=0.001)


def test_inconsistent_pair_is_the_one_saaty_mends(house):
    # Saaty (2003), EJOR 145: neighbourhood : condition = 6 mended to 1/2 gives a ratio of 0.083.
    with pytest.raises(EvidenceError) as caught:
        compare_pairs(house)
    text = str(caught.value)
    assert "rasio konsistensi 0,17, paling besar 0,10 yang diterima" in text
    assert "Paling tidak sejalan: neighbourhood : condition = 6, padahal" in text
    assert "→ neighbourhood : condition = 1/2 sejalan dengan perbandingan lain (rasio menjadi 0,08)" in text
    mended = house.copy()
    mended.loc["neighbourhood", "condition"], mended.loc["condition", "neighbourhood"] = 0.5, 2.0
    assert compare_pairs(mended).consistency_ratio == pytest.approx(0.083, abs=0.001)


def test_three_by_hand():
    found = compare_pairs({"b": {"a": 4, "c": 9}, "a": {"c": 4}})
    # k = 3: the eigenvector is the geometric mean of the rows.
    rows = np.array([36.0, 4 / 4, 1 / 36]) ** (1 / 3)
    np.testing.assert_allclose(found.weights, rows / rows.sum(), rtol=1e-9)
    assert found.weights.index.tolist() == ["b", "a", "c"]
    assert repr(found).startswith("Bobot perbandingan berpasangan (AHP): b 71,7 %, a 21,7 %, c 6,6 %;")


def test_against_pymcdm(house):
    peer = pytest.importorskip("pymcdm.weights.subjective", reason="pymcdm is a test dependency")
    theirs = peer.AHP(matrix=house.to_numpy())
    np.testing.assert_allclose(compare_pairs(house, limit=1.0).weights, theirs(), rtol=1e-6)


@settings(deadline=None)
@given(st.lists(st.floats(1, 3), min_size=1, max_size=7))
def test_ratios_of_weights_give_the_weights_back(importance):
    w = np.array(importance)
    names = [f"i{n}" for n in range(len(w))]
    found = compare_pairs(pd.DataFrame(w[:, None] / w, index=names, columns=names))
    np.testing.assert_allclose(found.weights, w / w.sum(), rtol=1e-8)
    assert found.consistency_ratio == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(found.judgements["nilai"], found.judgements["nilai_cocok"], rtol=1e-9)


@settings(deadline=None)
@given(st.randoms())
def test_order_of_indicators_changes_nothing(random):
    names = ["a", "b", "c", "d"]
    stated = {"a": {"b": 2, "c": 5, "d": 4}, "b": {"c": 3, "d": 2}, "c": {"d": 1}}
    matrix = pairwise_matrix(stated)
    shuffled = list(names)
    random.shuffle(shuffled)
    one, other = compare_pairs(matrix), compare_pairs(matrix.loc[shuffled, shuffled])
    np.testing.assert_allclose(other.weights[names], one.weights[names], rtol=1e-9)
    assert other.consistency_ratio == pytest.approx(one.consistency_ratio, abs=1e-9)


def test_two_and_one_are_always_consistent():
    assert compare_pairs({"a": {"b": 9}}).weights.tolist() == pytest.approx([0.9, 0.1])
    assert compare_pairs(pd.DataFrame([[1.0]], index=["a"], columns=["a"])).consistency_ratio == 0.0


@pytest.mark.parametrize(
    ("stated", "text"),
    [
        ({"a": {"b": 2}, "b": {"c": 2}}, "pasangan yang belum dibandingkan: a : c"),
        ({"a": {"b": 2}, "b": {"a": 2}}, "a dan b dibandingkan dua arah dengan nilai yang tidak cocok"),
        ({"a": {"b": 35}}, "a : b harus di antara 1/9 dan 9, bukan 35"),
        ({"a": {"b": 0}}, "a : b harus di antara 1/9 dan 9, bukan 0"),
        ({"a": {"b": float("nan")}}, "a : b harus di antara 1/9 dan 9, bukan nan"),
        ({"a": {"b": 9, "c": 1}, "c": {"b": 1 / 9}}, "padahal"),
    ],
)
def test_wrong_comparisons_are_refused(stated, text):
    with pytest.raises(EvidenceError) as caught:
        compare_pairs(stated)
    assert text in str(caught.value)


def test_wrong_matrices_are_refused():
    with pytest.raises(EvidenceError, match="b : a harus kebalikan dari a : b"):
        compare_pairs(pd.DataFrame([[1.0, 3.0], [3.0, 1.0]], index=["a", "b"], columns=["a", "b"]))
    with pytest.raises(EvidenceError, match="harus indikator yang sama"):
        compare_pairs(pd.DataFrame([[1.0]], index=["a"], columns=["b"]))
    many = [f"i{n}" for n in range(16)]
    with pytest.raises(EvidenceError, match="16 indikator terlalu banyak"):
        compare_pairs(pd.DataFrame(1.0, index=many, columns=many))
    with pytest.raises(EvidenceError, match="dirinya sendiri"):
        compare_pairs(pd.DataFrame([[2.0, 1.0], [1.0, 1.0]], index=["a", "b"], columns=["a", "b"]))
