"""The tables of the review tell one prevalence a year, and causes that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.show.results.figures import figure_texts
from lokus.show.tables.review import cause_points, moves_table, rate_columns, review_table, stated_columns


def test_this_years_estimate_is_the_one_of_the_list(reviewed):
    rows = reviewed.review.rows(reviewed.results)
    estimate = next(c for c in rate_columns(reviewed, rows) if c.head == "Prevalensi perkiraan (%)")
    assert list(estimate.texts) == figure_texts(reviewed.results.loc[rows.index], "prevalensi")


def test_causes_add_up_to_the_move_that_a_reader_sees(reviewed):
    rows = reviewed.review.rows(reviewed.results)
    points = np.array([column.values for _cause, column in cause_points(rows)], dtype=float)
    moved = 100 * rows[[name for name in rows if name.startswith("selisih_")]].sum(axis=1)
    assert np.nansum(points, axis=0) == pytest.approx(moved.round(1).to_numpy(), abs=1e-9)


def test_those_that_stay_move_nowhere(reviewed):
    everyone, moved = review_table(reviewed), moves_table(reviewed)
    assert len(everyone) > len(moved) > 0
    assert "tetap" not in {row[0] for row in moved.rows}
    assert any(row[0].startswith("tetap") for row in everyone.rows)


def test_whether_a_village_that_comes_in_reaches_the_target_is_not_asked():
    rows = pd.DataFrame({"status_reviu": ["masuk", "keluar", "tetap"], "peluang_lulus": [None, None, 0.5]})
    chance = next(column for column in stated_columns(rows) if column.decimals == 0)
    assert chance.texts == ("–", "belum ada data", "50")
