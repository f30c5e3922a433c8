from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from lokus.choice.solver.problem import Problem, RuleError
from lokus.i18n import use_language


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"max_kecamatan": 8}, "26 desa/kelurahan, maksimal 8 kecamatan"),
        ({"exact_kecamatan": 8}, "26 desa/kelurahan di tepat 8 kecamatan"),
        ({}, "26 desa/kelurahan tanpa batas jumlah kecamatan"),
        (
            {
                "max_kecamatan": 8,
                "min_per_kecamatan": 2,
                "max_per_kecamatan": 5,
                "locked_out": {"x": "", "y": ""},
            },
            "26 desa/kelurahan, maksimal 8 kecamatan; 2 sampai 5 desa/kelurahan di tiap kecamatan "
            "terpilih; 2 desa/kelurahan dikunci keluar",
        ),
        (
            {"min_per_kecamatan": 1, "max_per_kecamatan": 5},
            "26 desa/kelurahan tanpa batas jumlah kecamatan; maksimal 5 desa/kelurahan di tiap kecamatan",
        ),
    ],
)
def test_reads_as_a_sentence(rules, sentence):
    assert repr(Problem(n=26, **rules)) == sentence


def test_speaks_english_on_request():
    with use_language("en"):
        assert Problem(n=26, max_kecamatan=8).sentence() == "26 villages in at most 8 kecamatan"


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ({"n": 0}, "n harus bilangan bulat paling kecil 1, bukan 0"),
        ({"n": 2.5}, "bukan 2.5"),
        ({"n": True}, "bukan True"),
        ({"n": None}, "bukan None"),
        ({"n": 3, "max_kecamatan": 0}, "max_kecamatan harus"),
        ({"n": 3, "min_per_kecamatan": -1}, "paling kecil 0, bukan -1"),
        ({"n": 3, "max_kecamatan": 2, "exact_kecamatan": 2}, "salah satu saja"),
        ({"n": 3, "min_per_kecamatan": 3, "max_per_kecamatan": 2}, "lebih besar daripada"),
    ],
)
def test_malformed_rules_are_refused(rules, text):
    with pytest.raises(RuleError, match=text):
        Problem(**rules)


def test_can_be_copied_and_pickled():
    problem = Problem(n=np.int64(3), max_kecamatan=2, locked_out={"a": "SK"})
    assert copy.deepcopy(problem) == pickle.loads(pickle.dumps(problem)) == problem


def test_is_frozen_and_changed_by_replace():
    locks = {"b": "SK", "a": "SK"}
    problem = Problem(n=3, locked_in=locks)
    locks["c"] = "later"
    assert list(problem.locked_in) == ["a", "b"]
    with pytest.raises(TypeError):
        problem.locked_in["c"] = "x"
    with pytest.raises(FrozenInstanceError):
        problem.n = 4
    assert replace(problem, n=4).locked_in == problem.locked_in
    assert problem == Problem(n=3, locked_in={"a": "SK", "b": "SK"})
