from __future__ import annotations

from lokus.choice.loosen import loosen
from lokus.choice.solver.problem import Problem


def test_every_rule_is_loosened_by_itself():
    problem = Problem(
        n=6, exact_kecamatan=1, min_per_kecamatan=2, max_per_kecamatan=3, quota={"990101": 2},
        kept_from=("9901012001",), min_kept=1, min_jenis={"desa": 2}, max_jenis={"kelurahan": 1}, budget=5.0,
        locked_in={"9901012001": "SK"}, locked_out={"9901012002": "SK"},
    )  # fmt: skip
    rules = {rule: (looser, options) for rule, looser, options in loosen(problem)}
    assert len(rules) == 10
    assert rules["tepat 1 kecamatan"][1][0].exact_kecamatan == 2
    for looser, options in rules.values():
        assert looser
        for option in options:
            changed = [
                name for name in Problem.__dataclass_fields__
                if getattr(option, name) != getattr(problem, name)
            ]  # fmt: skip
            assert len(changed) == 1


def test_what_is_loosest_already_is_left_out():
    assert list(loosen(Problem(n=3, min_per_kecamatan=1, min_jenis={"desa": 0}))) == []
