"""Checks of single values: at the bound nothing is found, beyond it the right cells are emptied."""

from __future__ import annotations

import pandas as pd
import pytest

from lokus.intake.audit.checks import (
    Subject,
    check_consistency,
    check_coverage,
    check_ranges,
    check_shares,
    show,
)
from lokus.intake.indicators.catalogue import load_catalogue

CATALOGUE = load_catalogue()


def subject(**columns: list[float]) -> Subject:
    size = len(next(iter(columns.values())))
    frame = pd.DataFrame(columns, index=[f"99010120{n:02d}" for n in range(1, size + 1)])
    return Subject(frame=frame, names=frame.index.to_series(), catalogue=CATALOGUE, owners={})


@pytest.mark.parametrize(("value", "found"), [(0.0, 0), (100.0, 0), (100.01, 1), (-0.01, 1)])
def test_the_bounds_of_a_share_are_possible(value: float, found: int) -> None:
    outcome = check_ranges(subject(sanitasi_layak=[value, 50.0]))
    assert len(outcome.findings) == len(outcome.impossible) == found


def test_a_part_as_large_as_the_whole_is_possible_and_a_larger_one_empties_both() -> None:
    outcome = check_shares(subject(stunting=[10.0, 11.0], diukur=[10.0, 10.0]))
    assert outcome.impossible == [("9901012002", "stunting"), ("9901012002", "diukur")]


def test_parts_that_miss_a_value_contradict_nothing() -> None:
    parts = subject(stunting=[9.0, 9.0, 9.0], pendek=[7.0, 7.0, float("nan")], sangat_pendek=[2.0, 1.0, 9.0])
    [finding] = check_consistency(parts).findings
    assert (finding.check, finding.level, finding.where.kode_desa) == (
        "audit.identity",
        "blocking",
        "9901012002",
    )


def test_coverage_is_told_lowest_first_and_only_below_the_limit() -> None:
    outcome = check_coverage(subject(cakupan_pengukuran=[79.0, 80.0, 12.0]), reliable=80.0)
    assert [finding.where.kode_desa for finding in outcome.findings] == ["9901012003", "9901012001"]
    assert outcome.impossible == []


def test_no_case_is_odd_only_where_seven_are_expected() -> None:
    few = check_coverage(subject(stunting=[0.0, 20.0], diukur=[30.0, 100.0])).findings
    many = check_coverage(subject(stunting=[0.0, 20.0], diukur=[60.0, 100.0])).findings
    assert [finding.check for finding in few] == []
    assert [finding.where.kode_desa for finding in many] == ["9901012001"]


@pytest.mark.parametrize(("value", "text"), [(3.0, "3"), (3.5, "3,5"), (3.456, "3,46"), (1234.0, "1.234")])
def test_values_with_the_decimals_they_need(value: float, text: str) -> None:
    assert show(value) == text
