from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from lokus.findings import Where
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.tables.columns import ColumnFacts, Scale, read_column
from lokus.intake.tables.numbers import Percent

CATALOGUE = load_catalogue()


def read(
    key: str, cells: Sequence[object], *, scale: Scale | None = None, facts: ColumnFacts | None = None
) -> tuple[list[float | None], dict[str, str]]:
    column = pd.Series(list(cells), index=range(2, 2 + len(cells)), dtype=object)
    at = Where(file="a.xlsx", column="Kolom")
    value, findings = read_column(column, CATALOGUE[key], where=at, scale=scale, facts=facts)
    held = {finding.check: finding.message for finding in findings if finding.level == "blocking"}
    return [None if pd.isna(one) else float(one) for one in value], held


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["85%", "86 %", 90.0], [85, 86, 90]),
        ([Percent.of(0.85), 86.0, "63,5"], [85, 86, 63.5]),
        ([0.0, 85.0, 100.0], [0, 85, 100]),
        (["85,123", "12.345", 3.0], [85.123, 12.345, 3]),
        ([Percent.of(0.004), Percent.of(0.0)], [0.4, 0]),
        ([0.6, 0.9, 1.2, 2.5, 4.0, 7.5], [0.6, 0.9, 1.2, 2.5, 4.0, 7.5]),
    ],
)
def test_shares_that_are_certain(cells: Sequence[object], values: list[float]) -> None:
    assert read("air_layak", cells) == (values, {})


@pytest.mark.parametrize(
    ("cells", "empty"),
    [
        ([0.85, 86.0, 63.0], [0]), ([1.0, 86.0, 0.0], [0]), ([0.85, "86%"], [0]), ([0.5], [0]),
        ([1.0, 0.0, 1.0], [0, 2]), (["0,94", 1.0667, 0.7], [0, 2]), ([0.2, 20.0, 1.5, 3.0], [0]),
    ],
)  # fmt: skip
def test_shares_on_an_unclear_scale_are_left_empty(cells: Sequence[object], empty: list[int]) -> None:
    values, held = read("air_layak", cells)
    assert [position for position, value in enumerate(values) if value is None] == empty
    assert list(held) == ["join.fraction"]


@pytest.mark.parametrize(
    ("scale", "values"),
    [("percent", [0.85, 86, 90]), ("fraction", [85, 8600, 90]), ("mixed", [85, 86, 90])],
)
def test_the_study_can_say_what_a_scale_is(scale: Scale, values: list[float]) -> None:
    assert read("air_layak", [0.85, 86.0, "90%"], scale=scale) == (values, {})


def test_a_percent_format_over_percentages_is_held() -> None:
    values, held = read("air_layak", [Percent.of(86.0), Percent.of(0.7)])
    assert values == [None, 70]
    assert "8.600 % mungkin 86 %" in held["join.percent_format"]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.630", "1,029", "897"], [1630, 1029, 897]), (["1.000", "897"], [1000, 897]),
        ([307.0, "265", "49,00"], [307, 265, 49]), (["1.112.000", "2.000"], [1112000, 2000]),
        ([0.0, 0.0, 3.0], [0, 0, 3]), ([45000.0, 44000.0, 41000.0], [45000, 44000, 41000]),
    ],
)  # fmt: skip
def test_counts_that_are_certain(cells: Sequence[object], values: list[float]) -> None:
    assert read("penduduk", cells) == (values, {})


@pytest.mark.parametrize(
    ("cells", "check"),
    [
        (["18%", "8%"], "numbers.percent_in_count"), ([Percent.of(0.18), 8.0], "numbers.percent_in_count"),
        ([1.63, 1.029, 897.0], "numbers.fraction"), ([18.4, 13.3, 12.5], "numbers.fraction"),
        (["307.000", "265.000", "49.000"], "numbers.three_decimals"), ([0.0] * 6, "numbers.all_zero"),
        (["8 tim", "9"], "numbers.unit"), (["2026-07-01", 12.0], "numbers.date"),
        ([46204.0, 120.0, 98.0, 77.0], "numbers.date"), (["sda", 12.0], "numbers.ditto"),
        (["#REF!", 12.0], "numbers.error"), (["lima", 12.0], "numbers.text"),
    ],
)  # fmt: skip
def test_what_no_count_can_be_is_named_and_left_empty(cells: Sequence[object], check: str) -> None:
    values, held = read("stunting", cells)
    assert list(held) == [check]
    assert values[0] is None or check == "numbers.all_zero"


def test_the_two_ways_to_read_a_count_are_named() -> None:
    assert "(1,63 untuk 1630)" in read("stunting", [1.63, 1.029, 897.0])[1]["numbers.fraction"]
    assert "persentase atau rata-rata" in read("stunting", [18.4, 13.3, 12.5])[1]["numbers.fraction"]
    assert "dapat berarti 307 atau 307000" in read("stunting", ["307.000"])[1]["numbers.three_decimals"]


def test_a_heading_of_shares_is_no_count() -> None:
    column = pd.Series([18.0, 8.0], index=[2, 3], dtype=object)
    value, findings = read_column(column, CATALOGUE["stunting"], where=Where(column="% Stunting"))
    assert value.isna().all()
    assert [finding.check for finding in findings] == ["numbers.percent_in_count"]


def test_what_formulas_did_not_come_to_is_left_empty() -> None:
    facts = ColumnFacts(formulas={2: "F2+G2", 3: "F3+G3"}, stale=frozenset({2, 3}))
    values, held = read("stunting", [0.0, None, 12.0], facts=facts)
    assert values == [None, None, 12]
    assert "(=F2+G2)" in held["numbers.formula"]


def test_a_value_merged_over_villages_is_nobodys() -> None:
    values, held = read("stunting", [9.0, None, 12.0], facts=ColumnFacts(shared={2: (2, 3)}))
    assert values == [None, None, 12]
    assert "baris 2-3" in held["numbers.merged"]


def test_an_index_takes_no_percentages_and_no_thousands() -> None:
    assert read("idm", ["0,685", 0.7]) == ([0.685, 0.7], {})
    assert list(read("idm", ["68%", 0.7])[1]) == ["numbers.percent_in_index"]
    assert read("fsva_penduduk_per_nakes", ["1.234", 3.0])[0] == [None, 3]


def test_an_empty_cell_of_a_file_that_hides_errors_is_reported() -> None:
    cells = pd.Series([9.0, None, 7.0], index=[2, 3, 4], dtype=object)
    for silent in (True, False):
        __, findings = read_column(
            cells, CATALOGUE["diukur"], where=Where(file="a.xls"), facts=ColumnFacts(silent=silent)
        )
        assert [(one.check, one.level, one.where.row) for one in findings] == (
            [("numbers.silent", "warning", 3)] if silent else []
        )
