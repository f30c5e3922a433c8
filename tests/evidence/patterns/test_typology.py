from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score, silhouette_score

from lokus.errors import EvidenceError
from lokus.evidence.patterns.typology import name_types, partition, silhouettes, stability, typology

WORSE = {"jamban": "high", "air_layak": "low", "miskin": "high"}
LABELS = {"jamban": ("sanitasi buruk", "sanitasi baik"), "air_layak": "air layak", "miskin": "kemiskinan"}


def kabupaten(seed=0, spread=1.0):
    """Three kinds of villages with known profiles, in mixed order; truth beside them."""
    rng = np.random.default_rng(seed)
    centre = np.array([[60.0, 30.0, 45.0], [10.0, 90.0, 40.0], [8.0, 92.0, 10.0]])
    truth = rng.permutation(np.repeat([0, 1, 2], [20, 30, 40]))
    values = centre[truth] + rng.normal(size=(90, 3)) * np.array([5.0, 4.0, 3.0]) * spread
    index = [f"9901{i:06d}" for i in range(90)]
    return pd.DataFrame(values, columns=list(WORSE), index=index), pd.Series(truth, index=index)


def find(frame, **options):
    return typology(
        frame, **({"worse": WORSE, "labels": LABELS, "bootstraps": 3, "k_range": range(2, 5)} | options)
    )


@pytest.mark.parametrize("method", ["kmeans", "ward"])
def test_known_types_are_found_ordered_and_named(method):
    frame, truth = kabupaten()
    types = find(frame, method=method)
    assert types.k == 3
    assert (types.table["tipe"] == truth + 1).all()
    assert types.profile["nama_tipe"].tolist() == [
        "air layak rendah, sanitasi buruk",
        "kemiskinan tinggi",
        "kemiskinan rendah, sanitasi baik",
    ]
    assert types.profile["desa"].tolist() == [20, 30, 40]
    assert types.profile["keparahan"].is_monotonic_decreasing
    assert types.stability > 0.99
    assert types.findings == ()


def test_numbers_agree_with_their_definitions():
    frame, truth = kabupaten()
    types = find(frame, k_range=range(2, 9))
    z = (frame - frame.mean()) / frame.std(ddof=0) * [1, -1, 1]
    expected = z.groupby(truth + 1).mean()
    pd.testing.assert_frame_equal(types.severity[list(WORSE)], expected, check_names=False)
    pd.testing.assert_series_equal(
        types.profile["keparahan"], expected.mean(axis=1), check_names=False, rtol=1e-12
    )
    pd.testing.assert_frame_equal(
        types.profile[list(WORSE)], frame.groupby(truth + 1).mean(), check_names=False
    )
    width = silhouette_score(z, truth)
    assert types.quality.loc[3, "siluet"] == pytest.approx(width)
    assert types.table["siluet"].mean() == pytest.approx(width)
    assert types.quality["siluet"].idxmax() == 3
    assert types.quality.index.tolist() == list(range(2, 9))


@pytest.mark.parametrize("method", ["kmeans", "ward"])
@pytest.mark.parametrize("k", [None, 5])
def test_rows_columns_and_seed_do_not_change_a_label(method, k):
    # No structure at all: the case where k-means has many nearly equal optima.
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        rng.normal(size=(80, 3)), columns=list(WORSE), index=[f"99{i:08d}" for i in range(80)]
    )
    first = find(frame, method=method, k=k, k_range=range(2, 5), bootstraps=2)
    for seed in (1, 2):
        shuffled = frame.sample(frac=1.0, random_state=seed)[list(WORSE)[::-1]]
        again = find(shuffled, method=method, k=k, k_range=range(4, 1, -1), bootstraps=2, seed=seed)
        pd.testing.assert_frame_equal(first.table, again.table)
        pd.testing.assert_frame_equal(first.profile, again.profile)


def test_kmeans_finds_the_optimum_of_many_random_starts():
    from sklearn.cluster import KMeans

    for seed in range(1):
        z = np.random.default_rng(seed).normal(size=(80, 4))
        found = partition(z, 6, "kmeans")
        inertia = sum(((z[found == g] - z[found == g].mean(axis=0)) ** 2).sum() for g in range(6))
        assert inertia <= KMeans(6, n_init=40, random_state=99).fit(z).inertia_ * 1.005


def test_unit_of_an_indicator_does_not_matter():
    frame, _truth = kabupaten(spread=3.0)
    one = find(frame).table["tipe"]
    assert one.equals(find(frame * [1000.0, 0.01, 1.0] + [5.0, 0.0, -2.0]).table["tipe"])


def test_direction_decides_severity():
    frame, _truth = kabupaten()
    turned = find(frame, worse={key: "low" if end == "high" else "high" for key, end in WORSE.items()})
    assert turned.profile["desa"].tolist() == [40, 30, 20]


def test_missing_rows_have_their_own_class_and_change_nothing_else():
    frame, _truth = kabupaten()
    extra = pd.concat([frame, pd.DataFrame({"jamban": [9.0, np.nan]}, index=["9902000001", "9902000002"])])
    types = find(extra)
    pd.testing.assert_frame_equal(
        types.table.iloc[:90].astype({"nama_tipe": str}), find(frame).table.astype({"nama_tipe": str})
    )
    assert types.table["tipe"].iloc[90:].isna().all()
    assert types.table["nama_tipe"].iloc[90:].tolist() == ["belum ada data"] * 2
    assert types.table["nama_tipe"].cat.categories[-1] == "belum ada data"
    assert [finding.message for finding in types.findings] == [
        "2 desa/kelurahan kekurangan indikator sehingga tidak diberi tipe: 9902000001, 9902000002"
    ]


def test_constant_indicator_is_left_out_and_said():
    frame, _truth = kabupaten()
    types = find(frame.assign(ikl=0.1 + 0.2), worse=WORSE | {"ikl": "low"})
    assert list(types.severity.columns) == sorted(WORSE)
    assert types.findings[0].check == "typology.constant"
    assert "ikl" in types.findings[0].message
    assert types.table["tipe"].equals(find(frame).table["tipe"])


def test_a_type_of_one_outlier_is_warned_about():
    frame, _truth = kabupaten()
    frame.iloc[7] = [100.0, 0.0, 900.0]
    types = find(frame, k=4)
    assert [f.message for f in types.findings if f.check == "typology.tiny"] == [
        "tipe 1 hanya memuat 1 desa/kelurahan, mungkin pencilan: 9901000007"
    ]


def test_without_types_it_says_so():
    noise = pd.DataFrame(
        np.random.default_rng(0).normal(size=(90, 3)),
        columns=list(WORSE),
        index=[f"99{i:08d}" for i in range(90)],
    )
    types = find(noise, k_range=range(2, 9))
    assert types.k == 1
    assert types.table["nama_tipe"].eq("tidak ada tipe yang jelas").all()
    assert types.profile["desa"].tolist() == [90]
    assert types.table["siluet"].isna().all()
    assert [finding.check for finding in types.findings] == ["typology.none"]
    assert (types.quality["keunggulan"] < 0).all()
    assert repr(types).startswith("90 desa/kelurahan tanpa tipe yang jelas (kmeans)")
    # Asked for a number it divides them, and says what that is worth.
    assert "typology.none" in {finding.check for finding in find(noise, k=3).findings}


def test_noise_is_called_unstable_and_structure_is_not():
    noise = pd.DataFrame(
        np.random.default_rng(0).normal(size=(90, 3)),
        columns=list(WORSE),
        index=[f"99{i:08d}" for i in range(90)],
    )
    types = find(noise, k=6, bootstraps=10)
    assert types.stability < 0.75
    assert types.findings[-1].check == "typology.unstable"
    assert types.findings[-1].message.startswith("tipenya tidak stabil: contoh ulang desa memberi tipe lain")


def test_stability_of_blobs_and_of_noise():
    blobs, truth = make_blobs(120, centers=[[0, 0], [9, 0], [0, 9]], random_state=0)
    assert stability(blobs, truth, 3, "kmeans", bootstraps=5, seed=0) == 1.0
    assert stability(blobs, truth, 3, "ward", bootstraps=5, seed=0) == 1.0
    assert adjusted_rand_score(truth, partition(blobs, 3, "ward")) == 1.0


def test_silhouettes_of_very_many_rows_are_those_of_a_sample(monkeypatch):
    monkeypatch.setattr("lokus.evidence.patterns.typology.MANY", 50)
    blobs, truth = make_blobs(120, centers=[[0, 0], [9, 0], [0, 9]], random_state=0)
    width = silhouettes(blobs, truth)
    assert np.isfinite(width).sum() == 50
    assert np.nanmean(width) == pytest.approx(silhouette_score(blobs, truth), abs=0.03)


def test_names_are_told_apart():
    severity = pd.DataFrame(
        {"jamban": [1.5, 1.4, 0.1, 0.2], "miskin": [1.0, 0.9, -0.1, 0.3], "air_layak": [0.2, -0.8, 0.0, 0.1]},
        index=[1, 2, 3, 4],
    )
    assert name_types(severity, worse=WORSE, labels=LABELS).tolist() == [
        "sanitasi buruk, kemiskinan tinggi",
        "sanitasi buruk, kemiskinan tinggi, air layak tinggi",
        "sekitar rata-rata",
        "sekitar rata-rata (tipe 4)",
    ]


def test_says_what_it_is():
    frame, _truth = kabupaten()
    types = find(frame)
    assert repr(types).startswith("3 tipe dari 90 desa/kelurahan (kmeans): siluet 0,79")
    assert "sanitasi buruk" in types._repr_html_()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"worse": {"jamban": "high", "miskin": "high"}}, "arah indikator air_layak"),
        (
            {"frame": pd.DataFrame({"jamban": [1.0, 2.0, 2.0]}, index=["a", "b", "c"])},
            "2 desa/kelurahan berbeda",
        ),
        ({"frame": pd.DataFrame({"jamban": [1.0, 1.0]}, index=["a", "b"])}, "0 desa/kelurahan berbeda"),
        (
            {"frame": pd.DataFrame({"jamban": [1.0, np.nan, np.nan]}, index=["a", "b", "c"])},
            "0 desa/kelurahan berbeda",
        ),
        ({"frame": pd.DataFrame({"jamban": [1.0, 2, 3, np.inf]}, index=list("abcd"))}, "tak hingga di d"),
        (
            {"frame": pd.DataFrame({"jamban": [1.0, 2, 3]}, index=list("aab"))},
            "desa muncul lebih dari sekali: a",
        ),
        ({"k": 1}, "desa/kelurahan berbeda"),
        ({"k": 90}, "desa/kelurahan berbeda"),
    ],
)
def test_refuses(change, message):
    frame, _truth = kabupaten()
    options = dict(change)
    with pytest.raises(EvidenceError, match=message):
        find(options.pop("frame", frame), **options)
