from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lokus.choice.review.continuity import continuity_rules
from lokus.choice.review.graduation import graduation
from lokus.choice.selection import select
from lokus.choice.solver.problem import Problem, RuleError
from lokus.errors import InfeasibleError

VILLAGES = [f"9901{1 + n % 4:02d}2{n:03d}" for n in range(16)]
LAST_YEAR = VILLAGES[:6]


def years(*values):
    return pd.Series(values, index=LAST_YEAR[: len(values)])


def test_villages_with_few_years_are_locked_in_and_graduates_out():
    rules = continuity_rules(
        Problem(n=5), LAST_YEAR, years(1, 2, 3, 3, 1, 4), min_years=3, graduated=[LAST_YEAR[5]]
    )
    assert dict(rules.locked_in) == {
        LAST_YEAR[0]: "baru 1 tahun menjadi lokus, paling sedikit 3 tahun",
        LAST_YEAR[1]: "baru 2 tahun menjadi lokus, paling sedikit 3 tahun",
        LAST_YEAR[4]: "baru 1 tahun menjadi lokus, paling sedikit 3 tahun",
    }
    assert dict(rules.locked_out) == {LAST_YEAR[5]: "lulus"}
    assert rules.min_kept == 0


def test_without_any_rule_the_problem_is_as_it_was():
    problem = Problem(n=3, max_kecamatan=2, locked_in={VILLAGES[9]: "SK"})
    assert continuity_rules(problem, LAST_YEAR) == problem


def test_graduates_do_not_use_up_the_changes_that_are_allowed():
    rules = continuity_rules(Problem(n=6), LAST_YEAR, max_changes=2, graduated={LAST_YEAR[0]: "peluang 0,9"})
    assert rules.kept_from == tuple(sorted(LAST_YEAR[1:]))
    assert rules.min_kept == 3
    assert dict(rules.locked_out) == {LAST_YEAR[0]: "peluang 0,9"}


def test_graduation_is_read_from_its_result():
    result = graduation(pd.Series(0.9, index=LAST_YEAR), years(2, 2, 1, 2, 1, 1))
    rules = continuity_rules(Problem(n=6), LAST_YEAR, graduated=result)
    assert sorted(rules.locked_out) == sorted([LAST_YEAR[0], LAST_YEAR[1], LAST_YEAR[3]])


def test_locks_of_the_study_win_and_say_so():
    problem = Problem(n=6, locked_out={LAST_YEAR[0]: "SK 7"}, locked_in={LAST_YEAR[1]: "SK 8"})
    rules = continuity_rules(problem, LAST_YEAR, years(1, 1, 3, 3, 3, 3), min_years=2)
    assert dict(rules.locked_in) == {LAST_YEAR[1]: "SK 8"}
    assert dict(rules.locked_out) == {
        LAST_YEAR[0]: "SK 7 (walau baru 1 tahun menjadi lokus, paling sedikit 2 tahun)"
    }


@pytest.mark.parametrize(
    ("problem", "rules", "said"),
    [
        (Problem(n=6, locked_in={LAST_YEAR[0]: "SK"}), {"graduated": [LAST_YEAR[0]]}, "hapus kuncinya"),
        (Problem(n=6), {"graduated": [VILLAGES[9]]}, "tidak ada dalam daftar tahun lalu"),
        (Problem(n=6), {"min_years": 2, "graduated": [LAST_YEAR[0]]}, "samakan atau naikkan"),
        (Problem(n=1), {"min_years": 2}, "pilih paling sedikit 2 desa"),
        (Problem(n=6, kept_from=LAST_YEAR, min_kept=3), {"max_changes": 1}, "salah satu saja"),
        (Problem(n=3), {"max_changes": 2}, "izinkan paling sedikit 3 perubahan"),
        (
            Problem(n=6, locked_out=dict.fromkeys(LAST_YEAR[2:5], "SK")),
            {"max_changes": 2},
            "izinkan paling sedikit 3 perubahan",
        ),
        (
            Problem(n=6, locked_in=dict.fromkeys(VILLAGES[9:11], "SK")),
            {"max_changes": 1},
            "izinkan paling sedikit 2 perubahan",
        ),
        (Problem(n=6), {"min_years": 0}, "min_years"),
        (Problem(n=6), {"max_changes": -1}, "max_changes"),
    ],
)
def test_contradictions_say_what_to_change(problem, rules, said):
    with pytest.raises(RuleError, match=said):
        continuity_rules(problem, LAST_YEAR, years(1, 1, 3, 3, 3, 3), **rules)


def test_the_number_of_years_is_never_guessed():
    with pytest.raises(RuleError, match=LAST_YEAR[5]):
        continuity_rules(Problem(n=6), LAST_YEAR, years(1, 1, 3, 3, 3), min_years=2)
    with pytest.raises(RuleError, match="daftar tahun-tahun sebelumnya"):
        continuity_rules(Problem(n=6), LAST_YEAR, min_years=2)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_list_that_is_chosen_keeps_the_rules(data):
    scores = pd.Series(data.draw(st.permutations([n / 16 for n in range(16)])), index=VILLAGES)
    kecamatan = pd.Series([kode[:6] for kode in VILLAGES], index=VILLAGES)
    listed = data.draw(st.lists(st.sampled_from(VILLAGES), min_size=1, max_size=6, unique=True))
    past = pd.Series({kode: data.draw(st.integers(1, 4)) for kode in listed})
    leaving = [kode for kode in listed if past[kode] >= 3 and data.draw(st.booleans())]
    least, most = data.draw(st.integers(1, 3)), data.draw(st.integers(0, 4))
    problem = Problem(n=data.draw(st.integers(3, 7)))
    try:
        rules = continuity_rules(problem, listed, past, min_years=least, max_changes=most, graduated=leaving)
        chosen = set(select(scores, kecamatan, rules).kode)
    except RuleError:
        # Then the rules cannot be kept: more have to leave than may, or more must stay than there are places.
        staying = len(listed) - len(leaving)
        young = sum(past[kode] < least for kode in listed)
        assert staying - problem.n > most or young > problem.n
        return
    except InfeasibleError:
        assume(False)
    assert not chosen & set(leaving)
    assert {kode for kode in listed if past[kode] < least} <= chosen
    assert len(set(listed) - set(leaving) - chosen) <= most
    free = select(scores, kecamatan, replace(problem)).objective
    assert scores[list(chosen)].sum() <= free + 1e-12
