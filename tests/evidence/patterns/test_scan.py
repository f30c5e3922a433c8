from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from false_alarms import alarms, largest_ratio, spread_over_children
from hypothesis import given, settings
from hypothesis import strategies as st
from scan_by_hand import brute_force, codes, kabupaten, ratio_binomial, ratio_poisson

from lokus.errors import EvidenceError
from lokus.evidence.patterns.scan import SCAN_CLASSES, scan
from lokus.evidence.patterns.scan_maxima import replicate_maxima
from lokus.evidence.patterns.scan_model import Places, ScanModel


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    binomial=st.booleans(),
    lattice=st.booleans(),
    share=st.sampled_from([0.5, 0.2]),
)
def test_most_likely_cluster_is_that_of_brute_force(seed, binomial, lattice, share):
    rng = np.random.default_rng(seed)
    cases, n, x, y, _inside = kabupaten(seed, villages=14)
    if lattice:  # many equal distances
        x, y = rng.integers(0, 4, (2, 14)) * 1000.0
    value, villages = brute_force(
        cases.to_numpy(), n.to_numpy(), x, y, ratio_binomial if binomial else ratio_poisson, share
    )
    option = {"trials": n} if binomial else {"expected": n}
    found = scan(cases, x=x, y=y, seed=0, replicates=9, max_share=share, engine="numpy", **option)
    assert found.clusters["llr"].max() == pytest.approx(value, rel=1e-9)
    positions = {int(code[4:]) for code in found.members[1]}
    size = n.iloc[list(positions)].sum()
    again = (ratio_binomial if binomial else ratio_poisson)(
        cases.iloc[list(positions)].sum(),
        size if binomial else cases.sum() * size / n.sum(),
        cases.sum(),
        n.sum(),
    )
    assert again == pytest.approx(value, rel=1e-9)
    assert len(positions) <= len(villages) or again == pytest.approx(value)


@pytest.mark.parametrize("villages", [6, 7])
@pytest.mark.parametrize("binomial", [True, False])
def test_p_is_that_of_every_way_to_deal_the_villages(villages, binomial):
    """The oracle: all 720 or 5,040 permutations, each map searched plainly."""
    cases, n, x, y, _inside = kabupaten(8, villages=villages, cluster=2)
    cases, n = cases.to_numpy(), n.to_numpy()
    every = np.array(list(itertools.permutations(range(villages)))).T
    model = ScanModel(cases=cases, weight=n, binomial=binomial)
    places = Places(x=x, y=y, weight=n, limit=int(n.sum() // 2))
    maxima = replicate_maxima(model, places, every, engine="numpy")
    ratio = ratio_binomial if binomial else ratio_poisson
    some = np.random.default_rng(1).integers(0, every.shape[1], 60)
    expected = [brute_force(cases[dealt], n[dealt], x, y, ratio)[0] for dealt in every[:, some].T]
    np.testing.assert_allclose(maxima[some], expected, rtol=1e-9, atol=1e-12)
    index = codes(villages)
    option = {"trials" if binomial else "expected": pd.Series(n, index=index)}
    found = scan(pd.Series(cases, index=index), x=x, y=y, seed=4, replicates=2999, **option)
    exact = (maxima >= found.clusters["llr"].iloc[0] - 1e-9).mean()
    assert found.clusters["p"].iloc[0] == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 2999))


@pytest.mark.parametrize("model", ["trials", "expected"])
def test_planted_cluster_is_recovered(model):
    shares = []
    for seed in range(8):
        cases, n, x, y, inside = kabupaten(seed, villages=120, cluster=9)
        found = scan(cases, x=x, y=y, seed=seed, replicates=199, **{model: n})
        assert found.clusters["p"].iloc[0] == 1 / 200
        members = set(found.members[1])
        shares.append(len(members & inside) / len(members | inside))
        first = found.clusters.iloc[0]
        assert 2 < first["risiko_relatif"] < 4.5
        assert first["kasus"] == cases[list(members)].sum()
        assert first["harapan"] == pytest.approx(cases.sum() * n[list(members)].sum() / n.sum())
    assert np.mean(shares) > 0.75


def test_two_clusters_do_not_overlap():
    cases, n, x, y, _inside = kabupaten(11, villages=150)
    corners = [np.argsort(np.hypot(x - c, y - c))[:12] for c in (5_000, 45_000)]
    cases = cases.copy()
    for corner, rate in zip(corners, (0.35, 0.3), strict=True):
        cases.iloc[corner] = (rate * n.iloc[corner]).astype(int)
    found = scan(cases, trials=n, x=x, y=y, seed=0, replicates=199)
    assert found.clusters["nyata"].sum() >= 2
    assert found.clusters["llr"].is_monotonic_decreasing
    every = [code for members in found.members.values() for code in members]
    assert len(every) == len(set(every))
    for number, corner in enumerate(corners, start=1):
        assert len(set(found.members[number]) & set(cases.index[corner])) >= 9
    assert found.table["gugus"].value_counts().loc[1] == len(found.members[1])
    assert found.counts["gugus nyata"] == sum(
        len(found.members[number]) for number in found.clusters.index[found.clusters["nyata"]]
    )


def test_villages_that_vary_without_a_pattern_are_seldom_a_cluster():
    # Binomial with 60 maps of 0.05: above 9 once in 1,000. Spreading the cases instead gives nearly all.
    assert alarms(60, model="trials", spread=0.7) <= 9
    assert spread_over_children(20, model="trials", spread=1.0) >= 18


@pytest.mark.slow
@pytest.mark.parametrize("maps", [200, pytest.param(1000, marks=pytest.mark.long)])
@pytest.mark.parametrize("model", ["trials", "expected"])
def test_false_alarms_stay_at_their_level_whatever_varies(model, maps):
    error = np.sqrt(0.05 * 0.95 / maps)
    found = [alarms(maps, model=model, spread=spread) / maps for spread in (0.0, 0.5, 1.0)]
    assert max(found) <= 0.05 + 3 * error
    # Nor is it silent: where only chance tells villages apart one map in twenty has a cluster.
    assert min(found) >= 0.05 - 3 * error
    assert np.mean(found) <= 0.06 + 3 * error / np.sqrt(3)


@pytest.mark.parametrize("model", ["trials", "expected"])
def test_the_largest_ratio_is_that_of_all_circles_at_once(model):
    cases, n, x, y, _inside = kabupaten(21, villages=40, cluster=5)
    plain = largest_ratio(cases.to_numpy()[None], n.to_numpy(), x, y, binomial=model == "trials")[0]
    found = scan(cases, x=x, y=y, seed=0, replicates=9, **{model: n})
    assert found.clusters["llr"].max() == pytest.approx(plain, rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_changes_nothing(seed):
    cases, n, x, y, _inside = kabupaten(seed, villages=25, cluster=4)
    order = np.random.default_rng(seed).permutation(25)
    one = scan(cases, expected=n, x=x, y=y, seed=3, replicates=49)
    other = scan(cases.iloc[order], expected=n, x=x[order], y=y[order], seed=3, replicates=49)
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.clusters, other.clusters)
    assert one.maxima.tolist() == other.maxima.tolist()


def test_incomplete_villages_are_left_out_and_named():
    cases, n, x, y, _inside = kabupaten(2, villages=30)
    cases, n, x = cases.astype(float), n.astype(float), x.copy()
    cases.iloc[3], n.iloc[4], x[5] = np.nan, np.nan, np.nan
    found = scan(cases, trials=n, x=x, y=y, seed=0, replicates=19)
    keep = np.setdiff1d(np.arange(30), [3, 4, 5])
    without = scan(cases.iloc[keep], trials=n.iloc[keep], x=x[keep], y=y[keep], seed=0, replicates=19)
    pd.testing.assert_frame_equal(found.table.iloc[keep], without.table)
    assert found.table["kelas"].iloc[[3, 4, 5]].tolist() == ["belum ada data"] * 2 + ["tanpa lokasi"]
    assert tuple(found.table["kelas"].cat.categories) == SCAN_CLASSES
    assert [finding.message for finding in found.findings] == [
        "2 desa/kelurahan yang belum ada datanya tidak ikut dipindai: 9901000003, 9901000004",
        "1 desa/kelurahan tanpa lokasi tidak ikut dipindai: 9901000005",
    ]


@pytest.mark.parametrize("value", [0, 20])
def test_nobody_or_everybody_a_case_gives_no_cluster(value):
    n = pd.Series(20, index=codes(9))
    x = np.arange(9) * 1000.0
    found = scan(pd.Series(value, index=n.index), trials=n, x=x, y=x, seed=0, replicates=9)
    assert found.clusters.empty
    assert found.counts["bukan gugus"] == 9


def test_equal_rates_and_one_village():
    n = pd.Series([10, 20, 30], index=codes(3))
    x = np.arange(3) * 1000.0
    assert scan(n // 10, trials=n, x=x, y=x, seed=0, replicates=9).clusters.empty
    assert scan(n[:1], trials=2 * n[:1], x=x[:1], y=x[:1], seed=0, replicates=9).clusters.empty


def test_degrees_are_noticed_and_metres_are_not():
    cases, n, x, y, _inside = kabupaten(2, villages=10)
    found = scan(cases, trials=n, x=x / 1e5 + 104, y=y / 1e5 - 4, seed=0, replicates=9)
    assert found.findings[0].message == "koordinatnya tampak dalam derajat, sehingga lingkarannya tidak bulat"
    assert scan(cases, trials=n, x=x, y=y, seed=0, replicates=9).findings == ()


def test_says_what_it_is():
    cases, n, x, y, _inside = kabupaten(7, villages=120, cluster=9)
    found = scan(cases, trials=n, x=x, y=y, seed=0, replicates=99)
    assert repr(found).startswith(
        "Pemindaian 120 desa/kelurahan (binomial, lingkaran sampai 50 %, 99 ulangan): "
        f"{found.clusters['nyata'].sum()} gugus nyata dengan {found.counts['gugus nyata']} desa"
    )
    assert "<table" in found._repr_html_()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trials": None}, "berikan salah satu"),
        ({"expected": pd.Series(1.0, index=codes(4))}, "berikan salah satu"),
        (
            {"trials": pd.Series([1, 9, 9, 9], index=codes(4))},
            "kasus lebih banyak daripada trials: 9901000000",
        ),
        ({"trials": pd.Series([9, 9, 9.5, 9], index=codes(4))}, "trials harus bilangan bulat: 9901000002"),
        (
            {"trials": None, "expected": pd.Series([0, 1, 1, 1.0], index=codes(4))},
            "harapannya nol: 9901000000",
        ),
        ({"trials": pd.Series(9, index=codes(3))}, "desa yang berbeda dengan cases: 9901000003"),
        ({"cases": pd.Series([2, -1, 2, 2], index=codes(4))}, "bilangan bulat, 0 atau lebih: 9901000001"),
        ({"cases": pd.Series(2, index=["a"] * 4)}, "desa muncul lebih dari sekali: a"),
        ({"x": [0.0, 1.0]}, "x memuat 2 bilangan untuk 4 desa/kelurahan"),
        ({"x": [0.0, 1.0, np.inf, 2.0]}, "koordinat harus berhingga: 9901000002"),
        ({"max_share": 0.6}, "max_share harus di atas 0 dan paling besar 0,5, bukan 0.6"),
        ({"alpha": 0}, "harus di antara 0 dan 1"),
        ({"replicates": 0}, "replicates harus 1 atau lebih, bukan 0"),
        ({"engine": "gpu"}, "engine harus salah satu dari auto, numpy, numba, bukan gpu"),
    ],
)
def test_refuses(change, message):
    arguments = {
        "cases": pd.Series(2, index=codes(4)), "trials": pd.Series(9, index=codes(4)),
        "x": np.arange(4) * 1000.0, "y": np.zeros(4), "seed": 0,
    } | change  # fmt: skip
    with pytest.raises(EvidenceError, match=message):
        scan(arguments.pop("cases"), **arguments)


def test_nobody_measured_is_no_member_of_a_cluster():
    cases, trials, x, y, inside = kabupaten(3, cluster=6)
    unmeasured = sorted(inside)[2]
    cases[unmeasured], trials[unmeasured] = 0, 0
    found = scan(cases, trials=trials, x=x, y=y, seed=1, replicates=199)
    assert found.counts["gugus nyata"] > 2
    assert found.table.loc[unmeasured, "kelas"] == "belum ada data"
    assert unmeasured not in found.members[1]
    assert any(finding.check == "scan.missing" for finding in found.findings)
    # Exactly as if its counts were missing.
    known = trials > 0
    gone = scan(cases.where(known), trials=trials.where(known), x=x, y=y, seed=1, replicates=199)
    pd.testing.assert_frame_equal(found.clusters, gone.clusters)
