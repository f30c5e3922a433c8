from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.review.causes import FACTORS, Causes, Year, split_causes
from lokus.choice.review.continuity import continuity_rules
from lokus.choice.review.graduation import graduation, probability_below
from lokus.choice.review.review import review
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem, RuleError
from lokus.evidence.change.change import estimate_change
from lokus.evidence.change.expected_fall import signed
from lokus.evidence.rates.rates import estimate_rates
from lokus.evidence.scores.scoring import score

A, B, C, D, E, F = CODES = [f"9901{1 + n // 3:02d}200{n}" for n in range(6)]
VILLAGES = pd.DataFrame(
    {"desa": list("ABCDEF"), "kecamatan": ["Air Bening"] * 3 + ["Batu <Hijau>"] * 3}, index=CODES
)


def graduates(*kode):
    table = pd.DataFrame(
        {"peluang_lulus": 0.3, "tahun_lokus": 2, "lulus": False, "alasan": "x"}, index=[A, B, C]
    )
    table.loc[list(kode), ["peluang_lulus", "lulus"]] = 0.91, True
    return table


def causes_of(start, end, **parts):
    """Causes as stated; what the parts leave open is chance."""
    table = pd.DataFrame({"jarak_lalu": start, "jarak_kini": end}, index=CODES, dtype=float)
    table["selisih"] = table["jarak_kini"] - table["jarak_lalu"]
    for name in FACTORS:
        table[f"selisih_{name}"] = pd.Series(parts.get(name, 0.0), index=CODES, dtype=float)
    stated = table[[f"selisih_{name}" for name in FACTORS if name != "kebetulan"]].sum(axis=1)
    table["selisih_kebetulan"] = table["selisih"] - stated
    return Causes(table=table)


def run(previous=(A, B, C), current=(C, D), **options):
    return review(previous=previous, current=current, villages=VILLAGES, **options)


def test_status_of_every_village_and_counts_by_kecamatan():
    result = run(graduation=graduates(A, C))
    assert result.table["status_reviu"].to_dict() == {
        A: "lulus", B: "keluar", C: "tetap", D: "masuk", E: "tidak", F: "tidak"
    }  # fmt: skip
    assert result.counts.loc["Air Bening"].to_dict() == {"tetap": 1, "masuk": 0, "keluar": 1, "lulus": 1}
    assert result.counts.loc["Jumlah"].to_dict() == {"tetap": 1, "masuk": 1, "keluar": 1, "lulus": 1}
    assert repr(result) == "3 lokus tahun lalu: 1 tetap, 1 keluar, 1 lulus; 1 masuk"
    assert result.table["tahun_lokus"].tolist() == [2, 2, 2, 0, 0, 0]
    assert result.table.loc[C, "keterangan"] == "memenuhi syarat lulus, tetapi masih dalam daftar"
    assert result.moves.index.tolist() == [D, B, A]
    assert (
        result.table.loc[A, "sebab"]
        == "lulus: peluang 91 % prevalensi di bawah target, 2 tahun menjadi lokus"
    )


def test_without_last_years_data_the_status_stands_alone():
    result = run()
    said = "sebab tidak dapat dipisah: data tahun lalu tidak ada"
    assert result.table["sebab"].tolist() == [said, said, "", said, "", ""]
    assert result.table["selisih"].isna().all()
    assert result.table.loc[[A, B, C], "tahun_lokus"].isna().all()
    assert not result.table["perlu_diperiksa"].any()


def test_villages_that_no_longer_exist_are_listed_and_counted():
    gone = pd.DataFrame({"desa": ["Lama"], "kecamatan": ["Air Bening"]}, index=["9901012099"])
    result = run(previous=(A, C, "9901022077"), left=gone)
    assert result.left.index.tolist() == ["9901012099", "9901022077"]
    assert result.left.loc["9901012099", "desa"] == "Lama"
    assert pd.isna(result.left.loc["9901022077", "desa"])
    assert (
        repr(result)
        == "4 lokus tahun lalu: 1 tetap, 1 keluar, 0 lulus; 1 masuk; 2 desa/kelurahan lama tidak ada lagi"
    )


def test_the_main_cause_is_the_largest_in_the_direction_of_the_move():
    change = pd.DataFrame(
        {
            "mentah_lalu": [20.0] * 6,
            "mentah_kini": [12.0] * 6,
            "perubahan_mentah": [-8.0] * 6,
            "harapan_perubahan": [-5.0] * 6,
            "peluang_turun": [0.93, 0.2, 0.5, 0.07, 0.5, 0.5],
            "peluang_naik": [0.07, 0.8, 0.5, 0.93, 0.5, 0.5],
            "arah": ["turun", "belum pasti", "belum pasti", "naik", "belum pasti", "belum pasti"],
            "dua_tahun": True,
        },
        index=CODES,
    )
    causes = causes_of(
        [0.3, 0.2, 0.1, -0.3, -0.2, -0.2],
        [-0.1, -0.2, 0.3, 0.1, -0.3, -0.2],
        nyata=[-0.3, -0.3, 0.0, 0.3, 0.0, 0.0],
        cakupan=[0.1, -0.1, 0.2, 0.0, 0.0, 0.0],
        aturan=[0.0, 0.0, 0.0, 0.05, -0.1, 0.0],
    )
    result = run(causes=causes, change=change)
    assert result.table["sebab"].tolist() == [
        "turun nyata, peluang 93 % (60 % dari pergeseran)",
        "perubahan nyata di desa lain (75 % dari pergeseran)",
        "makin kuat dalam daftar: cakupan pengukuran (100 % dari pergeseran)",
        "naik nyata, peluang 93 %, meskipun angka terukur turun (75 % dari pergeseran)",
        "makin jauh dari daftar: aturan dan bobot (100 % dari pergeseran)",
        "tidak berubah",
    ]
    assert result.moves.loc[A, ["perubahan_mentah", "harapan_perubahan"]].tolist() == [-8.0, -5.0]


def test_chance_and_an_uncertain_change_are_told_with_their_interval():
    change = pd.DataFrame(
        {
            "mentah_lalu": 20.0,
            "mentah_kini": 11.5,
            "perubahan_mentah": -8.5,
            "perubahan_bawah": -6.25,
            "perubahan_atas": 1.0,
            "peluang_turun": 0.8,
            "peluang_naik": 0.2,
            "arah": "belum pasti",
            "dua_tahun": True,
        },
        index=CODES,
    )
    causes = causes_of(
        [0.3, 0.2, 0.1, -0.3, -0.2, -0.2],
        [-0.1, -0.2, 0.3, 0.1, -0.3, -0.2],
        nyata=[-0.4, 0.0, 0.0, 0.0, 0.0, 0.0],
        kebetulan=[0.0, -0.4, 0.2, 0.4, -0.1, 0.0],
    )
    said = run(causes=causes, change=change).table["sebab"]
    counted = "perkiraan perubahan antara −6,2 dan +1,0 poin (100 % dari pergeseran)"
    assert said[A] == f"perkiraan turun, belum pasti, {counted}"
    assert said[B] == f"angka terukur turun, mungkin hanya variasi acak, {counted}"
    # Counted apart from what is real: here the larger part of a fall that is certain.
    sure = run(causes=causes, change=change.assign(arah="turun", perubahan=-4.0)).table["sebab"]
    assert sure[B] == f"angka terukur turun melebihi penurunan nyata yang diperkirakan, {counted}"
    # And where its own count fell by less than is estimated, or it was nobody's here.
    less = run(causes=causes, change=change.assign(perubahan=-9.0)).table["sebab"]
    assert less[B] == f"variasi acak di desa lain, {counted}"
    rose = run(causes=causes, change=change.assign(perubahan_mentah=0.5, perubahan=2.0)).table["sebab"]
    assert rose[B] == f"variasi acak, {counted}"


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_chance_is_never_the_whole_explanation(data):
    """Whatever was known of the change, "kebetulan" stands with what the counts say of it."""
    margins = st.lists(st.sampled_from([-0.3, -0.1, 0.1, 0.4]), min_size=6, max_size=6)
    shares = {name: data.draw(st.sampled_from([0.0, -0.2, 0.3])) for name in FACTORS if name != "kebetulan"}
    causes = causes_of(data.draw(margins), data.draw(margins), **{k: [v] * 6 for k, v in shares.items()})
    both = data.draw(st.lists(st.booleans(), min_size=6, max_size=6))
    change = pd.DataFrame(
        {
            "mentah_lalu": 20.0, "mentah_kini": 11.5, "perubahan_mentah": -8.5, "perubahan_bawah": -6.25,
            "perubahan_atas": 1.0, "peluang_turun": 0.8, "peluang_naik": 0.2, "arah": "belum pasti",
            "dua_tahun": both,
        },
        index=CODES,
    )  # fmt: skip
    known = change if data.draw(st.booleans()) else None
    for text in run(causes=causes, change=known).table["sebab"]:
        if "variasi acak" in text:
            assert re.search(
                "variasi acak( di desa lain)?, "
                "(perkiraan perubahan antara|tidak diukur pada kedua tahun|besar perubahannya)",
                text,
            ), text


def test_measured_in_one_year_only_is_said():
    change = pd.DataFrame({"mentah_lalu": np.nan, "mentah_kini": 9.0, "dua_tahun": False}, index=[D])
    causes = causes_of(
        [0.1, 0.1, 0.1, -0.1, -0.1, -0.1],
        [-0.1, -0.1, 0.1, 0.1, -0.1, -0.1],
        cakupan=[-0.2, -0.2, 0, 0.2, 0, 0],
    )
    result = run(causes=causes, change=change)
    assert result.table.loc[D, "sebab"].startswith("cakupan pengukuran: tahun lalu belum diukur (100 %")
    assert result.table.loc[A, "sebab"].startswith("cakupan pengukuran (100 %")


def test_changed_boundaries_come_before_every_other_cause():
    carried = pd.DataFrame(
        {
            "asal": ["", "9901012009", "9901012003, 9901012004", "", "", ""],
            "jenis_perubahan": ["tetap", "pecah", "gabung", "baru", "ganti nama", "tetap"],
            "perlu_diperiksa": pd.array([False, True, True, False, None, False], dtype="boolean"),
            "keterangan": ["", "terbagi", "", "", "nama baru", ""],
        },
        index=CODES,
    )
    causes = causes_of([0.1, 0.1, 0.1, np.nan, -0.1, -0.1], [-0.1, -0.1, 0.1, 0.1, -0.1, -0.1])
    result = run(causes=causes, carried=carried)
    assert result.table["sebab"].tolist() == [
        "variasi acak, besar perubahannya tidak diperkirakan (100 % dari pergeseran)",
        "batas wilayah: pecahan desa (9901012009)",
        "batas wilayah: gabungan 9901012003, 9901012004",
        "batas wilayah: desa baru",
        "tidak berubah",
        "tidak berubah",
    ]
    assert result.table["perlu_diperiksa"].tolist() == [False, True, True, False, False, False]
    assert result.table["keterangan"].tolist() == ["", "terbagi", "", "", "nama baru", ""]


def test_lists_decided_otherwise_than_proposed_are_said():
    causes = causes_of([-0.1, 0.1, 0.1, 0.2, -0.1, -0.1], [-0.2, -0.1, 0.2, 0.3, -0.1, 0.1])
    result = run(causes=causes)
    assert result.table["sebab"][[A, D]].tolist() == [
        "tahun lalu ditetapkan di luar usulan",
        "tahun lalu diusulkan tetapi tidak ditetapkan",
    ]
    assert result.table["keterangan"].tolist() == [
        "tahun lalu ditetapkan di luar usulan",
        "",
        "",
        "tahun lalu diusulkan tetapi tidak ditetapkan",
        "",
        "tahun ini ditetapkan tidak menurut usulan",
    ]
    stated = run(causes=causes, proposed=[A, B, C])
    assert stated.table["keterangan"][[A, D]].tolist() == ["", ""]


def test_a_proposal_is_never_against_itself_and_a_move_that_the_causes_do_not_show_is_said():
    kecamatan = VILLAGES["kecamatan"]
    proposal = select(pd.Series([0.1, 0.2, 0.9, 0.8, 0.3, 0.4], index=CODES), kecamatan, Problem(n=2))
    causes = causes_of([0.1, 0.1, 0.1, -0.1, -0.1, -0.1], [0.2, 0.1, 0.1, -0.2, -0.1, 0.1])
    result = run(current=proposal, causes=causes)
    assert result.table["daftar_kini"].tolist() == [False, False, True, True, False, False]
    assert (result.table["keterangan"] == "").all()
    assert (result.table["sebab"][[A, B, D]].str.startswith("bukan karena hal yang dibandingkan")).all()


def test_a_lokus_without_data_this_year_needs_checking():
    causes = causes_of([0.1, 0.1, 0.1, np.nan, -0.1, np.nan], [np.nan, -0.1, 0.1, 0.1, -0.1, np.nan])
    result = run(causes=causes)
    assert result.table["sebab"][[A, D, F]].tolist() == [
        "belum ada data tahun ini",
        "belum ada data tahun lalu",
        "belum ada data pada kedua tahun",
    ]
    assert result.table["perlu_diperiksa"].tolist() == [True, False, False, False, False, False]


def test_text_of_inputs_is_escaped_and_a_foreign_list_refused():
    html = run()._repr_html_()
    assert "<Hijau>" not in html
    assert "Batu &lt;Hijau&gt;" in html
    with pytest.raises(RuleError, match="9902012001"):
        run(current=["9902012001"])
    with pytest.raises(RuleError, match="lebih dari sekali"):
        review(previous=[A], current=[A], villages=VILLAGES.iloc[[0, 0]])


def data_of(seed, size=9):
    rng = np.random.default_rng(seed)
    index = pd.Index([f"9901{1 + n % 3:02d}2{n:03d}" for n in range(size)], name="kode_desa")
    measured = rng.integers(20, 90, size)
    return pd.DataFrame(
        {
            "stunting": rng.binomial(measured, rng.beta(3, 15, size)).astype(float),
            "diukur": measured.astype(float),
            "sasaran": measured + 5.0,
            "desil_1_2": rng.uniform(5, 60, size).round(1),
        },
        index=index,
    )


def estimate(stunting, diukur, sasaran, covariates):
    return estimate_rates(stunting, diukur, sasaran=sasaran, integrate=False, fractional=True)


def rule(frame, children):
    weights = {"prevalensi": 0.6, "desil_1_2": 0.4}
    return score(frame, weights=weights, worse=dict.fromkeys(weights, "high"), ties=children)


def whole_review(old, new, problem, *, noise=0.0, carry=None, change=None):
    """Both years from the data on, as a study runs them; half of each change is real unless stated."""
    index = new.index
    kecamatan = pd.Series([kode[:6] for kode in index], index=index)

    def proposal(data, rules):
        rates = estimate(data["stunting"], data["diukur"], data["sasaran"], None)
        frame, children = data.join(rates.table), rates.table["anak_stunting"]
        values = rule(frame, children).table["skor"]
        return rates, select(values, kecamatan, rules, tie_break=children, children=children)

    _, before = proposal(old, problem)
    years = pd.Series(2, index=list(before.kode))
    rates, _ = proposal(new, problem)
    reached = graduation(probability_below(rates, 14.0), years)
    rules = (
        problem
        if carry is None
        else continuity_rules(problem, before.kode, years, graduated=reached, **carry)
    )
    _, after = proposal(new, rules)
    if change is None:
        half = 50.0 * (new["stunting"] / new["diukur"] - old["stunting"] / old["diukur"])
        change = pd.DataFrame(
            {
                "perubahan": half + noise,
                "perubahan_mentah": 2.0 * half,
                "peluang_turun": 0.6,
                "peluang_naik": 0.4,
                "arah": "belum pasti",
            }
        )
    causes = split_causes(
        Year(indicators=old, problem=problem, score=rule, estimate=estimate),
        Year(indicators=new, problem=rules, score=rule, estimate=estimate),
        kecamatan=kecamatan,
        change=change,
    )
    places = pd.DataFrame({"desa": index, "kecamatan": kecamatan}, index=index)
    return review(
        previous=before.kode,
        current=after,
        villages=places,
        graduation=reached,
        causes=causes,
        change=change,
    )


@settings(max_examples=3, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 6),
    limit=st.sampled_from([None, 2, 3]),
    noise=st.floats(-2, 2),
)
def test_an_unchanged_list_with_unchanged_data_and_rules_reports_no_change(seed, n, limit, noise):
    data = data_of(seed)
    result = whole_review(
        data, data.sample(frac=1, random_state=seed), Problem(n=n, max_kecamatan=limit), noise=noise
    )
    assert set(result.table["status_reviu"]) <= {"tetap", "tidak"}
    assert (result.table["status_reviu"] == "tetap").sum() == n
    assert (result.table[["selisih", *(f"selisih_{name}" for name in FACTORS)]] == 0.0).all(axis=None)
    assert set(result.table["sebab"]) == {"tidak berubah"}
    assert result.moves.empty
    assert result.left.empty
    # Who has reached the target may graduate, changed or not; nothing else is to be said.
    may = result.table["lulus"]
    assert (result.table.loc[~may, "keterangan"] == "").all()
    assert (result.table.loc[may, "keterangan"] == "memenuhi syarat lulus, tetapi masih dalam daftar").all()


def test_the_order_of_rows_does_not_matter_and_every_move_has_a_cause():
    old, new = data_of(1), data_of(2)
    problem = Problem(n=4, max_kecamatan=2)
    plain = whole_review(old, new, problem)
    mixed = whole_review(old.iloc[::-1], new.sample(frac=1, random_state=3), problem)
    pd.testing.assert_frame_equal(plain.table, mixed.table.loc[:, plain.table.columns], check_exact=True)
    assert len(plain.moves) > 0
    assert (plain.moves["sebab"] != "").all()
    parts = plain.table[[f"selisih_{name}" for name in FACTORS]].sum(axis=1)
    assert np.allclose(parts, plain.table["selisih"], atol=1e-12)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), few=st.integers(1, 12), unmeasured=st.booleans())
def test_whoever_enters_or_leaves_a_small_study_has_more_said_than_chance(seed, few, unmeasured):
    """Where few are measured nearly all of a change counts as chance; what was counted is said with it."""
    old, new = data_of(2 * seed), data_of(2 * seed + 1)
    for year in (old, new):
        year["diukur"] = (year["diukur"] / few).round()
        year["stunting"] = np.minimum((year["stunting"] / few).round(), year["diukur"])
    if unmeasured:
        old.loc[old.index[0], ["stunting", "diukur"]] = [0.0, 0.0]
    counts = [(year["stunting"], year["diukur"]) for year in (old, new)]
    change = estimate_change(*counts).table
    moves = whole_review(old, new, Problem(n=3), change=change).moves
    for kode, row in moves[moves["status_reviu"] != "lulus"].iterrows():
        text, own = row["sebab"], change.loc[kode]
        if "variasi acak" in text:
            low, high = (signed(own[name]) for name in ("perubahan_bawah", "perubahan_atas"))
            known = f"perkiraan perubahan antara {low} dan {high} poin" in text
            assert known or (not own["dua_tahun"] and "tidak diukur pada kedua tahun" in text), text
        if "angka terukur naik" in text:
            assert own["perubahan_mentah"] > 0, text
        if "angka terukur turun" in text:
            assert own["perubahan_mentah"] < 0, text


def test_with_rules_of_continuity_no_more_leave_than_may():
    old, new = data_of(4), data_of(5)
    free = whole_review(old, new, Problem(n=5))
    assert (free.table["status_reviu"] == "keluar").sum() == 1
    kept = whole_review(old, new, Problem(n=5), carry={"max_changes": 0})
    assert (kept.table["status_reviu"] == "keluar").sum() == 0
    held = kept.table["daftar_kini"] & ~free.table["daftar_kini"]
    assert held.sum() == 1
    # The rule holds it: without the rule its own score would not.
    row = kept.table[held].iloc[0]
    assert row["jarak_kini"] > 0 > free.table.loc[row.name, "jarak_kini"]
    assert row["selisih_aturan"] > 0


def test_a_village_that_is_locked_in_has_the_reason_as_its_cause():
    data = data_of(6)
    free = whole_review(data, data, Problem(n=3))
    outside = free.table.index[~free.table["daftar_kini"]][0]
    years = [
        Year(indicators=data, problem=problem, score=rule, estimate=estimate)
        for problem in (Problem(n=3), Problem(n=3, locked_in={outside: "SK 12"}))
    ]
    kecamatan = pd.Series([kode[:6] for kode in data.index], index=data.index)
    change = pd.DataFrame({"perubahan": 0.0, "peluang_turun": 0.5, "peluang_naik": 0.5}, index=data.index)
    causes = split_causes(*years, kecamatan=kecamatan, change=change)
    chosen = select(
        rule(
            data.join(estimate(*(data[c] for c in ("stunting", "diukur", "sasaran")), None).table), None
        ).table["skor"],
        kecamatan,
        replace(years[1].problem),
    )
    places = pd.DataFrame({"desa": data.index, "kecamatan": kecamatan}, index=data.index)
    result = review(
        previous=free.table.index[free.table["daftar_kini"]], current=chosen, villages=places, causes=causes
    )
    assert result.table.loc[outside, "sebab"] == "aturan: SK 12 (100 % dari pergeseran)"
