from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from change import real_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import WORLDS

from lokus.choice.review.causes import FACTORS, Causes, Evaluator, Year, split_causes
from lokus.choice.review.margin import CERTAIN
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem, RuleError
from lokus.evidence.rates.rates import estimate_rates
from lokus.evidence.scores.scoring import score

VILLAGES = [f"9901{1 + n % 3:02d}2{n:03d}" for n in range(12)]
KECAMATAN = pd.Series([kode[:6] for kode in VILLAGES], index=VILLAGES)
RULES = Problem(n=4, max_kecamatan=2)


class Estimate:
    """The real estimate, plain and quick, counting how often it is asked."""

    def __init__(self):
        self.calls = 0

    def __call__(self, stunting, diukur, sasaran, covariates):
        self.calls += 1
        return estimate_rates(
            stunting, diukur, sasaran=sasaran, covariates=covariates, integrate=False, fractional=True
        )


def weigh(prevalence=0.6, poverty=0.4):
    def rule(frame, children):
        return score(
            frame,
            weights={"prevalensi": prevalence, "desil_1_2": poverty},
            worse={"prevalensi": "high", "desil_1_2": "high"},
            goalposts={"prevalensi": (0.0, 40.0), "desil_1_2": (0.0, 100.0)},
            ties=children,
        )

    return rule


WEIGH, ESTIMATE = weigh(), Estimate()


def data_of(seed):
    rng = np.random.default_rng(seed)
    measured = rng.integers(20, 90, 12)
    return pd.DataFrame(
        {
            "stunting": rng.binomial(measured, rng.beta(3, 15, 12)).astype(float),
            "diukur": measured.astype(float),
            "sasaran": measured + rng.integers(0, 20, 12).astype(float),
            "desil_1_2": rng.uniform(5, 60, 12).round(1),
        },
        index=pd.Index(VILLAGES, name="kode_desa"),
    )


def year(data, *, problem=RULES, rule=None, estimate=None, **options):
    return Year(
        indicators=data,
        problem=problem,
        score=rule or WEIGH,
        estimate=estimate or ESTIMATE,
        **options,
    )


def raw_change(before, after):
    """All of the raw change is real."""
    rates = [100.0 * data["stunting"] / data["diukur"] for data in (before, after)]
    return pd.DataFrame({"perubahan": rates[1] - rates[0]})


def only(causes, factor):
    """No cause but `factor` moved anything, to the last bit, and it moved something."""
    others = [name for name in FACTORS if name != factor]
    assert (causes.parts[others] == 0.0).all(axis=None)
    assert (causes.parts[factor] != 0.0).any()


def split(before, after, **options):
    return split_causes(before, after, kecamatan=KECAMATAN, **options)


def test_the_two_ends_are_the_two_years_own_lists_and_the_causes_add_up():
    old, new = data_of(1), data_of(2)
    estimate, rules = Estimate(), Problem(n=5, max_per_kecamatan=2)
    years = [year(old, estimate=estimate), year(new, problem=rules, rule=weigh(0.3, 0.7), estimate=estimate)]
    causes = split(*years, change=0.5 * raw_change(old, new))
    for data, own, column in ((old, years[0], "jarak_lalu"), (new, years[1], "jarak_kini")):
        rates = estimate(data["stunting"], data["diukur"], data["sasaran"], None).table
        values = own.score(data.join(rates), rates["anak_stunting"]).table["skor"]
        chosen = select(values, KECAMATAN, own.problem, tie_break=rates["anak_stunting"])
        assert set(causes.table.index[causes.table[column] > 0]) == set(chosen.kode)
    moved = causes.table["jarak_kini"] - causes.table["jarak_lalu"]
    assert np.allclose(causes.table["selisih"], moved, atol=0)
    assert np.allclose(causes.parts.sum(axis=1), moved, atol=1e-12)
    assert sum(causes.shares.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("told", [True, False])
@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 1000), noise=st.floats(-3, 3))
def test_nothing_changed_means_that_every_cause_is_exactly_nought(told, seed, noise):
    data, shared = data_of(seed), {"rule": weigh(), "estimate": Estimate()}
    other = shared if told else {"rule": weigh(), "estimate": Estimate()}
    # The model of change may say what it likes: no count moved.
    causes = split(year(data, **shared), year(data.copy(), **other), change=raw_change(data, data) + noise)
    columns = ["selisih", *(f"selisih_{name}" for name in FACTORS)]
    assert (causes.table[columns] == 0.0).all(axis=None)
    assert repr(causes) == "Tidak ada desa yang bergeser"


def test_what_is_the_same_in_both_years_is_not_switched_and_that_changes_no_number(monkeypatch):
    old = data_of(19)
    new = old.assign(desil_1_2=data_of(20)["desil_1_2"])
    shared = {"rule": weigh(), "estimate": Estimate()}
    evaluator = Evaluator(
        year(old, **shared), year(new, **shared), kecamatan=KECAMATAN, change=raw_change(old, new)
    )
    for corner in (frozenset(), frozenset({"aturan"}), frozenset({"aturan", "nyata", "kebetulan"})):
        assert evaluator.selection(corner) is evaluator.selection(frozenset())
    quick = split(year(old, **shared), year(new, **shared), change=raw_change(old, new))
    monkeypatch.setattr(Evaluator, "_same", lambda _self: frozenset())
    every = split(year(old, **shared), year(new, **shared), change=raw_change(old, new))
    pd.testing.assert_frame_equal(quick.table, every.table, check_exact=True)


def test_changed_rules_alone():
    data = data_of(3)
    only(split(year(data), year(data, rule=weigh(0.1, 0.9)), change=raw_change(data, data)), "aturan")
    rules = replace(RULES, n=6, max_kecamatan=None)
    only(split(year(data), year(data, problem=rules), change=raw_change(data, data)), "aturan")


def test_changed_indicators_alone_also_where_they_help_to_estimate_rates():
    old = data_of(4)
    new = old.assign(desil_1_2=data_of(5)["desil_1_2"])
    only(split(year(old), year(new), change=raw_change(old, new)), "indikator")
    options = {"covariates": ("desil_1_2",), "rule": weigh(1.0, 0.0)}
    only(split(year(old, **options), year(new, **options), change=raw_change(old, new)), "indikator")


def test_real_change_coverage_and_chance_alone():
    old = data_of(6)
    new = old.assign(stunting=np.minimum(old["stunting"] + np.arange(12) % 4, old["diukur"]))
    change = raw_change(old, new)
    only(split(year(old), year(new), change=change), "nyata")
    only(split(year(old), year(new), change=0.0 * change), "kebetulan")
    wider = old.assign(stunting=2 * old["stunting"], diukur=2 * old["diukur"], sasaran=3 * old["diukur"])
    only(split(year(old), year(wider), change=0.0 * change), "cakupan")


def test_the_order_of_rows_does_not_matter():
    old, new = data_of(7), data_of(8)
    change = 0.3 * raw_change(old, new)
    plain = split(year(old), year(new), change=change)
    mixed = split(year(old.iloc[::-1]), year(new.sample(frac=1, random_state=1)), change=change.iloc[::-1])
    pd.testing.assert_frame_equal(plain.table, mixed.table, check_exact=True)


def test_a_village_without_score_in_a_year_has_no_causes():
    old, new = data_of(9), data_of(10)
    new.loc[VILLAGES[0], "desil_1_2"] = np.nan

    def strict(frame, children):
        weights = {"prevalensi": 0.5, "desil_1_2": 0.5}
        return score(
            frame, weights=weights, worse=dict.fromkeys(weights, "high"), missing="withhold", ties=children
        )

    causes = split(year(old, rule=strict), year(new, rule=strict), change=raw_change(old, new))
    assert np.isnan(causes.table.loc[VILLAGES[0], "jarak_kini"])
    assert causes.parts.loc[VILLAGES[0]].isna().all()
    assert causes.parts.drop(index=VILLAGES[0]).notna().all(axis=None)


def test_a_village_locked_this_year_moves_by_the_rules_and_does_not_weigh_in_the_shares():
    old, new = data_of(11), data_of(12)
    change = raw_change(old, new)
    locked = replace(RULES, locked_in={VILLAGES[5]: "SK"})
    causes = split(year(old), year(new, problem=locked), change=change)
    row = causes.table.loc[VILLAGES[5]]
    assert row["jarak_kini"] == 1.0
    assert row[[f"selisih_{name}" for name in FACTORS]].astype(float).idxmax() == "selisih_aturan"
    free = causes.parts.drop(index=VILLAGES[5])
    assert causes.shares["aturan"] == pytest.approx(free["aturan"].abs().sum() / free.abs().sum().sum())


def test_rates_are_estimated_no_more_often_than_needed():
    old, new = data_of(13), data_of(14)
    shared = {"rule": weigh(), "estimate": Estimate()}
    split(year(old, **shared), year(new, **shared), change=raw_change(old, new))
    assert shared["estimate"].calls == 8
    options = {"rule": shared["rule"], "estimate": Estimate(), "covariates": ("desil_1_2",)}
    split(year(old, **options), year(new, **options), change=raw_change(old, new))
    assert options["estimate"].calls == 16


def test_without_counts_only_rules_and_indicators_can_be_causes():
    def by_poverty(frame, children):
        return score(frame, weights={"desil_1_2": 1}, worse={"desil_1_2": "high"})

    years = [
        Year(indicators=data_of(seed)[["desil_1_2"]], problem=RULES, score=by_poverty) for seed in (15, 16)
    ]
    only(split(*years), "indikator")


def test_says_why_causes_cannot_be_told():
    data = data_of(17)
    absent = split(None, year(data))
    assert repr(absent) == "Sebab tidak dapat dipisah: data tahun lalu tidak ada"
    assert absent.table.isna().all(axis=None)
    narrow = replace(RULES, n=12, max_kecamatan=3, max_per_kecamatan=2)
    impossible = split(year(data, problem=narrow), year(data), change=raw_change(data, data))
    assert "aturan satu tahun tidak dapat diterapkan" in impossible.reason
    assert impossible.table.index.tolist() == sorted(VILLAGES)


def test_refuses_years_of_other_villages_and_rates_without_their_change():
    data = data_of(18)
    with pytest.raises(RuleError, match=VILLAGES[0]):
        Evaluator(year(data.iloc[1:]), year(data), kecamatan=KECAMATAN, change=raw_change(data, data))
    with pytest.raises(RuleError, match="perkiraan perubahan"):
        Evaluator(year(data), year(data), kecamatan=KECAMATAN)


@pytest.mark.slow
@pytest.mark.parametrize("world", ["logit-normal", "ekstrem", "rendah"])
def test_of_a_true_change_as_much_is_counted_as_real_as_is_stated(root, world):
    """The figures of docs/reviu.md, three standard errors wide; the last two worlds are its extremes."""
    stated = stated_shares_of_real_change(root)[WORLDS[world].label]
    rows = real_rows(12, world=world)
    assert rows["bagian"].is_monotonic_increasing
    for row, share in zip(rows.to_dict("records"), stated, strict=True):
        assert abs(100 * row["bagian"] - share) < 300 * row["galat"] + 0.5, row


def test_the_report_and_the_docstring_say_what_the_table_says(root):
    """Less than a quarter with up to 30 children, a quarter to four fifths with more than 200."""
    shares = stated_shares_of_real_change(root)
    assert set(shares) == {world.label for world in WORLDS.values()}
    assert max(row[0] for row in shares.values()) < 25
    many = [row[3] for row in shares.values() if len(row) == 4]
    assert 25 <= min(many) < 30
    assert 75 < max(many) <= 85


def stated_shares_of_real_change(root):
    """Percent by world and class of children, from the table of docs/reviu.md; classes without villages left
    out."""
    text = (root / "docs" / "reviu.md").read_text(encoding="utf-8").split("<!-- tabel nyata: awal -->")[1]
    rows = [line.strip("| ").split(" | ") for line in text.split("<!--")[0].splitlines() if " ± " in line]
    return {
        row[0]: [float(cell.split(" ± ")[0]) for cell in row[1:5] if "±" in cell]
        for row in rows
        if "simulasi" not in row[0]
    }


def test_a_notebook_shows_causes_by_name_in_points():
    index = pd.Index(["9901012001", "9901012002"])
    columns = ["jarak_lalu", "jarak_kini", "selisih", *(f"selisih_{name}" for name in FACTORS)]
    table = pd.DataFrame(0.0, index=index, columns=columns)
    table.loc["9901012001", ["jarak_lalu", "jarak_kini", "selisih", "selisih_nyata"]] = [
        -0.051,
        0.1,
        0.151,
        0.151,
    ]
    table.loc["9901012002", "jarak_kini"] = CERTAIN
    shown = Causes(table=table)._repr_html_()
    for text in ("perubahan nyata", "jarak dari batas daftar tahun lalu", "−5,1", "15,1", "∞", "Poin skor"):
        assert text in shown
    assert "selisih" not in shown
    assert "jarak_" not in shown
