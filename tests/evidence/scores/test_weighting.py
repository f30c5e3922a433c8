from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.errors import EvidenceError
from lokus.evidence.scores.weighting import (
    critic_weights,
    data_weights,
    entropy_weights,
    equal_weights,
    principal_components,
)

# OECD/JRC (2008), Handbook on Constructing Composite Indicators, appendix: the technology achievement index.
TAI_COLUMNS = [
    "patents",
    "royalties",
    "internet",
    "exports",
    "telephones",
    "electricity",
    "schooling",
    "university",
]
TAI = """
187 125.6 200.2 50.7 3.08 4.15 10 27.4;   289 130 179.1 66.2 3 4.07 12 13.9
271 156.6 125.8 59.7 3.1 4.14 11.4 15.3;  994 64.6 49 80.8 3 3.86 9.5 10
779 9.8 4.8 66.7 2.97 3.65 10.8 23.2;     189 151.2 136 50.9 3.02 3.77 9.4 9.5
82 134 57.4 61.9 3.02 3.73 9.4 14.9;      31 38.6 108 48.7 2.94 4.18 11.6 14.2
75 18.2 125.9 16.2 2.94 3.94 10.9 25.3;   8 25.5 72.3 74.9 2.95 3.83 7.1 24.2
235 36.8 41.2 64.2 2.94 3.75 10.2 14.4;   103 20.2 193.6 19 3.12 4.39 11.9 11.2
106 110.3 48.6 53.6 2.97 3.68 9.4 12.3;   72 73.9 58.9 47.6 2.91 3.86 9.3 13.6
103 13 146.7 15.4 2.86 3.91 11.7 13.1;    165 14.8 84.2 50.3 2.99 3.79 8.4 13.6
205 33.6 36.4 58.9 2.97 3.8 7.9 12.6;     74 43.6 43.2 45 2.96 3.74 9.6 11
42 8.6 21 53.4 2.86 3.62 7.3 15.6;        13 9.8 30.4 51 3 3.65 7.2 13
28 4.2 25 51.7 2.75 3.68 9.5 8.2;         26 6.2 21.6 63.5 2.73 3.46 9.1 7.7
105 4 20.3 49.5 2.84 3.71 7.1 10.6
"""  # fmt: skip


@pytest.fixture
def tai():
    rows = [row.split() for line in TAI.strip().splitlines() for row in line.split(";")]
    return pd.DataFrame(rows, columns=TAI_COLUMNS, dtype=float)


@st.composite
def frames(draw):
    rows, columns = draw(st.integers(4, 9)), draw(st.integers(2, 4))
    seed = draw(st.integers(0, 10_000))
    return pd.DataFrame(np.random.default_rng(seed).random((rows, columns)), columns=list("abcd"[:columns]))


def test_principal_components_give_the_tables_of_the_handbook(tai):
    found = principal_components(tai, factors=4)
    # Tables 16 to 18, printed to one or two decimals.
    np.testing.assert_allclose(found.eigenvalues, [3.3, 1.7, 1.0, 0.9, 0.5, 0.3, 0.2, 0.1], atol=0.06)
    loadings = [
        [0.07, 0.97, 0.06, 0.06], [0.13, 0.07, -0.07, 0.93],
        [0.79, -0.21, 0.21, 0.42], [-0.64, 0.56, -0.04, 0.36],
        [0.37, 0.17, 0.38, 0.68], [0.82, -0.04, 0.25, 0.35],
        [0.88, 0.23, -0.09, 0.09], [0.08, 0.04, 0.96, 0.04],
    ]  # fmt: skip
    np.testing.assert_allclose(found.loadings.abs(), np.abs(loadings), atol=0.035)
    np.testing.assert_allclose(found.explained, [0.38, 0.20, 0.17, 0.25], atol=0.006)
    published = [0.17, 0.15, 0.11, 0.07, 0.08, 0.12, 0.14, 0.16]
    np.testing.assert_allclose(found.weights, published, atol=0.021)


def test_components_kept_are_strong_and_explain_most(tai):
    found = principal_components(tai)
    # 3.3 and 1.7 exceed 1 and explain 63.7 % together.
    assert list(found.loadings) == ["faktor_1", "faktor_2"]
    assert found.eigenvalues.sum() == pytest.approx(8.0)


def test_varimax_leaves_what_is_explained_and_maximises_simplicity():
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5)), columns=list("abcde"))
    loadings = principal_components(frame, factors=2).loadings.to_numpy()
    correlation = np.corrcoef(frame, rowvar=False)
    values, vectors = np.linalg.eigh(correlation)
    plain = vectors[:, -2:] * np.sqrt(values[-2:])
    np.testing.assert_allclose((loadings**2).sum(axis=1), (plain**2).sum(axis=1), atol=1e-8)

    def simplicity(turned):
        return (turned**2).var(axis=0).sum()

    angles = np.linspace(0, np.pi, 3601)
    best = max(simplicity(plain @ [[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) for a in angles)
    assert simplicity(loadings) == pytest.approx(best, rel=1e-5)


def test_entropy_and_critic_against_pymcdm():
    peer = pytest.importorskip("pymcdm.weights", reason="pymcdm is a test dependency")
    z = pd.DataFrame(np.random.default_rng(2).uniform(0.05, 1, (30, 5)), columns=list("abcde"))
    z.loc[0], z.loc[1] = 0.05, 1.0
    np.testing.assert_allclose(entropy_weights(z), peer.entropy_weights(z.to_numpy()), rtol=1e-10)
    scaled = (z - z.min()) / (z.max() - z.min())
    np.testing.assert_allclose(critic_weights(scaled), peer.critic_weights(scaled.to_numpy()), rtol=1e-10)


def test_entropy_by_hand():
    # Shares 1, 0 have entropy 0; shares 3/4, 1/4 have 0.811 bits.
    z = pd.DataFrame({"a": [1.0, 0.0], "b": [0.75, 0.25]})
    contrast = 1 - (0.75 * np.log2(4 / 3) + 0.25 * 2)
    np.testing.assert_allclose(entropy_weights(z), [1 / (1 + contrast), contrast / (1 + contrast)])


@settings(max_examples=60, deadline=None)
@given(frames(), st.sampled_from(["equal", "entropy", "critic", "pca"]), st.randoms())
def test_weights_are_shares_whatever_the_order(z, method, random):
    weights, _findings = data_weights(z, method=method)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= 0).all()
    rows, names = list(z.index), list(z)
    random.shuffle(rows)
    random.shuffle(names)
    again, _findings = data_weights(z.loc[rows, names], method=method)
    np.testing.assert_allclose(again[list(z)], weights, rtol=1e-6, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(frames())
def test_direction_does_not_matter_to_components(z):
    turned = z.assign(a=1 - z["a"])
    one, other = principal_components(z), principal_components(turned)
    np.testing.assert_allclose(one.weights, other.weights, rtol=1e-5, atol=1e-7)


def test_a_copy_shares_its_weight():
    rng = np.random.default_rng(5)
    z = pd.DataFrame(rng.random((50, 2)), columns=["a", "b"])
    doubled = z.assign(copy=z["a"])
    weights = critic_weights(doubled)
    assert weights["copy"] == pytest.approx(weights["a"])
    assert weights["a"] < critic_weights(z)["a"]
    assert principal_components(doubled, factors=2).weights["b"] == pytest.approx(1 / 3, abs=0.02)


def test_constant_and_incomplete_are_said_aloud():
    z = pd.DataFrame({"a": [0.1, 0.9, 0.4, np.nan], "b": [0.5, 0.1, 0.9, 0.2], "c": 0.5})
    weights, findings = data_weights(z, method="critic")
    assert weights["c"] == 0
    assert [f.message for f in findings] == [
        "1 desa/kelurahan yang indikatornya belum lengkap tidak ikut dalam penentuan bobot critic",
        "indikator c tidak mendapat bobot menurut critic",
    ]


def test_too_little_to_weigh_is_refused():
    few = pd.DataFrame({"a": [0.1, 0.9, np.nan], "b": [0.3, 0.2, 0.1]})
    with pytest.raises(EvidenceError, match="hanya 2 desa/kelurahan yang semua indikatornya terisi"):
        data_weights(few, method="entropy")
    with pytest.raises(EvidenceError, match="tidak ada indikator yang berbeda antardesa"):
        data_weights(pd.DataFrame({"a": [0.5] * 4}), method="pca")


def test_one_indicator_has_all_the_weight():
    z = pd.DataFrame({"a": [0.1, 0.9, 0.4]})
    for method in ("equal", "entropy", "critic", "pca"):
        assert data_weights(z, method=method)[0].tolist() == pytest.approx([1.0])
    assert equal_weights(z).tolist() == [1.0]
