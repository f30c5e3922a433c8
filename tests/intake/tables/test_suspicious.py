"""Dragged cells and copied columns are seen, ordinary ones are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.findings import Where
from lokus.intake.tables.suspicious import suspicious_columns


def checks(**columns: list[float]) -> list[str]:
    values = pd.DataFrame(columns, index=range(2, 2 + len(next(iter(columns.values())))), dtype=float)
    cells = values.astype(object)
    found = suspicious_columns(values, cells, {key: key for key in columns}, where=Where())
    return [finding.check for finding in found]


@pytest.mark.parametrize("seed", range(5))
def test_numbers_drawn_at_random_are_not_suspicious(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert checks(one=rng.integers(0, 400, 40).tolist(), two=rng.integers(0, 400, 40).tolist()) == []


def test_a_run_of_six_that_rises_by_one_is() -> None:
    assert checks(one=[7, 3, 11, 12, 13, 14, 15, 16, 2]) == ["tables.dragged"]
    assert checks(one=[7, 3, 11, 12, 13, 14, 15, 2, 2]) == []


def test_a_column_equal_to_another_is_and_one_that_differs_once_is_not() -> None:
    one = [4, 9, 1, 7, 3, 8, 2, 6, 5, 12, 40]
    assert checks(one=one, two=list(one)) == ["tables.copied"]
    assert checks(one=one, two=[*one[:-1], 41]) == []
