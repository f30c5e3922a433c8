from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gmean

from lokus.evidence.scores.aggregation import FLOOR, aggregate, enough_known

METHODS = ("arithmetic", "geometric", "topsis")


def weights_of(values, names="abcdef"):
    shares = np.asarray(values, dtype=float)
    return pd.Series(shares / shares.sum(), index=list(names[: len(shares)]))


def random_case(seed, rows=7, columns=4):
    rng = np.random.default_rng(seed)
    z = pd.DataFrame(rng.random((rows, columns)), columns=list("abcdef"[:columns]))
    z.iloc[0], z.iloc[1] = 0.0, 1.0
    return z, weights_of(rng.random(columns) + 0.05)


@st.composite
def cases(draw):
    columns = draw(st.integers(2, 4))
    value = st.one_of(st.none(), st.floats(0, 1), st.sampled_from([0.0, 1.0]))
    rows = draw(st.lists(st.lists(value, min_size=columns, max_size=columns), min_size=1, max_size=6))
    shares = draw(st.lists(st.floats(0.05, 1), min_size=columns, max_size=columns))
    return pd.DataFrame(rows, columns=list("abcd"[:columns]), dtype=float), weights_of(shares)


def assessable(z, w):
    """Village by village, as the rule is said: one that weighs most is known, and half of the weight is."""

    def known(row):
        there = [name for name in z if not math.isnan(row[name])]
        leads = any(w[name] >= w.max() * (1 - 1e-8) for name in there)
        return leads and sum(w[name] for name in there) >= 0.5 - 1e-8

    return z.apply(known, axis=1)


def topsis(z, w):
    near, far = np.sqrt(((w * z) ** 2).sum()), np.sqrt(((w * (1 - z)) ** 2).sum())
    return near / (near + far)


def slope(function, z, j, step=1e-6):
    up, down = z.copy(), z.copy()
    up[j] += step
    down[j] -= step
    return (function(up) - function(down)) / (2 * step)


def test_against_pymcdm():
    methods = pytest.importorskip("pymcdm.methods", reason="pymcdm is a test dependency")
    rng = np.random.default_rng(4)
    raw = pd.DataFrame(rng.gamma(2.0, 10.0, (40, 4)), columns=list("abcd"))
    types, w = np.array([1, -1, 1, -1]), weights_of([4, 1, 2, 3])
    low, high = raw.min(), raw.max()
    z = (raw - low) / (high - low)
    z[["b", "d"]] = 1 - z[["b", "d"]]
    minmax = pytest.importorskip("pymcdm.normalizations").minmax_normalization
    for method, peer in (("arithmetic", methods.WSM(minmax)), ("topsis", methods.TOPSIS(minmax))):
        ours = aggregate(z, w, method=method).skor
        theirs = peer(raw.to_numpy(), w.to_numpy(), types)
        np.testing.assert_allclose(ours.rank(), pd.Series(theirs).rank())
        if method == "topsis":
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_sum_by_hand():
    z = pd.DataFrame({"a": [1.0, 0.2], "b": [0.0, 0.6]})
    assert aggregate(z, weights_of([3, 1])).skor.tolist() == pytest.approx([0.75, 0.3], abs=1e-15)


def test_geometric_is_the_mean_of_how_good_the_values_are():
    z, w = random_case(1)
    goodness = FLOOR + (1 - FLOOR) * (1 - z)
    expected = (1 - gmean(goodness, axis=1, weights=np.tile(w, (len(z), 1)))) / (1 - FLOOR)
    np.testing.assert_allclose(aggregate(z, w, method="geometric").skor, expected, rtol=1e-12, atol=1e-15)


def test_geometric_does_not_let_good_make_up_for_very_bad():
    z = pd.DataFrame({"a": [1.0, 0.5], "b": [0.0, 0.5]})
    equal = weights_of([1, 1])
    assert aggregate(z, equal).skor.tolist() == [0.5, 0.5]
    uneven, even = aggregate(z, equal, method="geometric").skor
    # Goodness 0.01 and 1: mean 0.1, badness 0.9 / 0.99; goodness 0.505 twice: badness 0.5.
    assert uneven == pytest.approx(0.9 / 0.99)
    assert even == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(3))
def test_parts_of_topsis_are_its_rise_along_the_way_from_best(seed):
    z, w = random_case(seed, columns=3)
    parts = aggregate(z, w, method="topsis").contributions
    for i in range(2, len(z)):
        end = z.iloc[i].to_numpy()
        for j, name in enumerate(z):
            rise = quad(
                lambda t, e=end, j=j: e[j] * slope(lambda v: topsis(v, w.to_numpy()), t * e, j), 1e-9, 1
            )
            assert parts.loc[i, name] == pytest.approx(rise[0], abs=2e-6)


@pytest.mark.parametrize("seed", range(3))
def test_parts_of_the_geometric_mean_are_its_rise_along_even_logarithms(seed):
    z, w = random_case(seed, columns=3)
    parts = aggregate(z, w, method="geometric").contributions

    def badness(logs):
        return (1 - math.exp(-(w.to_numpy() * logs).sum())) / (1 - FLOOR)

    for i in range(2, len(z)):
        end = -np.log(FLOOR + (1 - FLOOR) * (1 - z.iloc[i].to_numpy()))
        for j, name in enumerate(z):
            rise = quad(lambda t, e=end, j=j: e[j] * slope(badness, t * e, j), 0, 1)[0]
            assert parts.loc[i, name] == pytest.approx(rise, abs=1e-8)


@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from(METHODS), st.sampled_from(["renormalise", "withhold"]))
def test_parts_add_up_and_scores_stay_between_best_and_worst(drawn, method, missing):
    z, w = drawn
    result = aggregate(z, w, method=method, missing=missing)
    for row, skor in result.skor.items():
        parts = result.contributions.loc[row].dropna()
        if math.isnan(skor):
            assert result.withheld[row]
            assert parts.empty
        else:
            assert math.fsum(parts) == skor
            assert (parts >= 0).all()
            known = z.loc[row].dropna()
            assert known.min() - 1e-9 <= skor <= (1.0 if method == "geometric" else known.max()) + 1e-9
            assert skor <= 1.0
            assert (parts[known == 0] == 0).all()
    lacking = z.isna().any(axis=1) if missing == "withhold" else ~assessable(z, w)
    assert result.withheld.tolist() == lacking.tolist()


@settings(max_examples=100, deadline=None)
@given(cases(), st.sampled_from(METHODS), st.integers(0, 3), st.floats(0, 1))
def test_worse_never_lowers_a_score(drawn, method, column, by):
    z, w = drawn
    name = z.columns[column % len(z.columns)]
    worse = z.assign(**{name: z[name] + by * (1 - z[name])})
    before, after = (aggregate(frame, w, method=method).skor for frame in (z, worse))
    assert ((after >= before - 1e-9) | before.isna()).all()


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(METHODS), st.randoms())
def test_order_of_indicators_changes_nothing(drawn, method, random):
    z, w = drawn
    names = list(z)
    random.shuffle(names)
    first, again = aggregate(z, w, method=method), aggregate(z[names], w[names], method=method)
    pd.testing.assert_series_equal(first.skor, again.skor, check_exact=True)
    pd.testing.assert_frame_equal(first.contributions, again.contributions[list(z)], check_exact=True)


def test_equal_indicators_get_equal_parts():
    z = pd.DataFrame({"a": [0.3, 0.9], "b": [0.3, 0.9], "c": [0.8, 0.0]})
    for method in METHODS:
        parts = aggregate(z, weights_of([1, 1, 1]), method=method).contributions
        np.testing.assert_allclose(parts["a"], parts["b"], rtol=1e-12)


def test_what_does_not_apply_is_not_missing():
    z = pd.DataFrame({"a": [0.4, 0.4], "b": [np.nan, np.nan]}, index=["desa", "kelurahan"])
    exempt = pd.DataFrame({"a": [False, False], "b": [False, True]}, index=z.index)
    for missing, withheld in (("withhold", [True, False]), ("renormalise", [False, False])):
        result = aggregate(z, weights_of([1, 1]), missing=missing, exempt=exempt)
        assert result.lacking.tolist() == [1, 0]
        assert result.withheld.tolist() == withheld
        assert result.skor["kelurahan"] == 0.4


def test_what_has_no_data_is_no_candidate():
    leading_unknown = [False, True, True]  # 60 % of the weight, but not what weighs most
    little = [True, False, False]  # the heaviest, and 40 % of the weight
    half = [True, False, True]
    assert enough_known(np.array([leading_unknown, little, half]), [4, 3, 3]).tolist() == [False, False, True]
    # None leads where all weigh the same: then half of them will do.
    four = np.array([[True, True, False, False], [True, False, False, False]])
    assert enough_known(four, [0.1, 0.1, 0.1, 0.1]).tolist() == [True, False]
    # Sums of decimals that a reader sees as half are half.
    assert enough_known(np.array([[True, True, True, False]]), [0.1, 0.1, 0.1, 0.3]).tolist() == [False]
    assert enough_known(np.array([[False, False, False, True]]), [0.1, 0.1, 0.1, 0.3]).tolist() == [True]
    assert enough_known(np.array([[False, False]]), [1, 0]).tolist() == [False]
    assert enough_known(np.array([[False, True]]), [1, 0]).tolist() == [False]


def test_an_heir_takes_the_weight_alone_and_the_rest_keep_theirs():
    z = pd.DataFrame({"a": [0.4, np.nan], "b": [1.0, 1.0], "c": [0.0, 0.0]}, index=["desa", "kelurahan"])
    exempt = pd.DataFrame({"a": [False, True], "b": False, "c": False}, index=z.index)
    shares = weights_of([1, 1, 2])
    assert aggregate(z, shares, exempt=exempt).skor.tolist() == pytest.approx([0.35, 1 / 3])
    heir = aggregate(z, shares, exempt=exempt, heirs={"a": "b"})
    assert heir.skor.tolist() == pytest.approx([0.35, 0.5])
    # What the heir lacks is missing, with the weight of both.
    gap = aggregate(z.assign(b=np.nan), shares, exempt=exempt, heirs={"a": "b"})
    assert gap.lacking.tolist() == [1, 1]


def test_an_indicator_that_does_not_apply_neither_leads_nor_lacks():
    known, due = np.array([[False, True, True]] * 2), np.array([[False, True, True], [True, True, True]])
    assert enough_known(known, [0.5, 0.25, 0.25], due=due).tolist() == [True, False]
    assert enough_known(known, [0.5, 0.25, 0.25], due=np.zeros((2, 3), dtype=bool)).tolist() == [False, False]
