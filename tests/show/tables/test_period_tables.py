"""Tables of the periodic report."""

from __future__ import annotations

import pytest
from period_study import period_study

from lokus.show.tables import period_tables as tables
from lokus.stages.periods import find_period, period_report


@pytest.fixture
def report(tmp_path):
    study = period_study(tmp_path)
    return period_report(study, find_period(study, semester=1))


def test_a_block_says_what_is_missing_and_what_only_percentages_tell(report):
    one, two = (tables.block_table(report, block) for block in report.blocks[:2])
    assert len(one) == 9
    assert one.rows[0][-1] == "belum ada data"
    assert one.rows[4][-3:-1] == ("naik (membaik)", "23 dari 24")
    assert "22 desa/kelurahan" in one.rows[4][-1]
    assert two.rows[3][-1] == "hanya persentase, tidak dapat dijumlahkan"


def test_areas_and_villages_are_all_there(report):
    block = report.blocks[0]
    assert len(tables.area_table(report, block)) == 9 * 5
    assert len(tables.matrix_table(report, block)) == 4
    assert len(tables.matrix_table(report, block, code="990101")) == 6


def test_every_village_that_changed_is_listed(report):
    changed = tables.changes_table(report)
    rows = report.of("desa")
    assert len(changed) == rows["arah"].isin(["naik", "turun"]).sum() > 0
    moved = tables.movements_table(report)
    assert sum(int(row[2]) + int(row[3]) for row in moved.rows) == len(changed)
    assert tables.calendar_table(report) is None
    assert any("Dinas" in row[0] for row in tables.silent_table(report).rows)
    assert len(tables.course_table(report, report.blocks[0]).heads) == 6
