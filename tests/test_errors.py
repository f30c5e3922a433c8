"""Errors say what, where and what to do, and leave the command with the right status."""

from __future__ import annotations

import pytest

from lokus.errors import (
    BlockedError,
    EvidenceError,
    FollowupError,
    InfeasibleError,
    InputError,
    LokusError,
    StudyFileError,
    name_some,
)
from lokus.findings import Where


def test_what_where_and_remedy_stand_in_the_message_and_beside_it():
    error = InputError("kolom tidak ada", where=Where(file="a.xlsx", row=3), remedy="periksa judul kolom")
    assert str(error) == "berkas a.xlsx, baris 3: kolom tidak ada\n→ periksa judul kolom"
    assert (error.what, error.where.row, error.remedy) == ("kolom tidak ada", 3, "periksa judul kolom")


def test_without_a_place_the_message_begins_with_the_fact():
    assert str(LokusError("tidak ada desa", remedy="tambah desa")) == "tidak ada desa\n→ tambah desa"


@pytest.mark.parametrize(
    ("kind", "status"),
    [(InputError, 1), (BlockedError, 1), (InfeasibleError, 1), (EvidenceError, 1), (FollowupError, 1),
     (StudyFileError, 2)],
)  # fmt: skip
def test_only_wrong_use_has_status_2(kind, status):
    assert issubclass(kind, LokusError)
    assert kind.exit_code == status


@pytest.mark.parametrize("kind", [EvidenceError, FollowupError])
def test_wrong_numbers_are_values_that_python_code_can_catch(kind):
    assert issubclass(kind, ValueError)


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["b", "a"], "a, b"), ([3, 1, 2], "1, 2, 3"), (list("gfedcba"), "a, b, c, d, e (+2)")],
)
def test_a_few_names_in_order_and_how_many_more(names, text):
    assert name_some(names) == text
