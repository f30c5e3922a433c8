from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.findings import Where
from lokus.i18n import format_number, use_language
from lokus.intake.tables.columns import as_counts
from lokus.intake.tables.numbers import number_findings, parse_numbers

amounts = st.integers(min_value=-(10**12), max_value=10**12)


@given(st.lists(st.tuples(amounts, st.integers(0, 2)), max_size=20))
def test_indonesian_numbers_come_back(parts: list[tuple[int, int]]) -> None:
    values = [whole / 10**decimals for whole, decimals in parts]
    texts = [format_number(v, decimals=d) for v, (_, d) in zip(values, parts, strict=True)]
    read = parse_numbers(pd.Series(texts, dtype=object)).value
    np.testing.assert_allclose(read, values, rtol=1e-12)


@given(st.lists(st.tuples(amounts, st.integers(0, 3)), max_size=20))
def test_one_american_cell_settles_the_column(parts: list[tuple[int, int]]) -> None:
    values = [1234.5, *(whole / 10**decimals for whole, decimals in parts)]
    with use_language("en"):
        texts = [
            "1,234.5",
            *(format_number(v, decimals=d) for v, (_, d) in zip(values[1:], parts, strict=True)),
        ]
    read = parse_numbers(pd.Series(texts, dtype=object)).value
    np.testing.assert_allclose(read, values, rtol=1e-12)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_native_numbers_pass_unchanged(values: list[float]) -> None:
    numbers = parse_numbers(pd.Series(values, dtype=object))
    assert numbers.value.tolist() == values
    assert set(numbers.kind) <= {"number"}


@given(st.lists(st.one_of(st.none(), st.booleans(), st.text(max_size=8), st.floats()), max_size=20))
def test_index_is_kept_and_nothing_fails(cells: list[object]) -> None:
    index = pd.RangeIndex(5, 5 + len(cells))
    numbers = parse_numbers(pd.Series(cells, index=index, dtype=object))
    assert numbers.value.index.equals(index)
    assert numbers.value.dtype == float
    assert not np.isinf(numbers.value).any()


@pytest.mark.parametrize(("others", "value", "kind"), [
    (["1.234.567"], 1234.0, "thousands"), (["12.5"], 1.234, "decimal_point"), ([], 1234.0, "ambiguous"),
    (["12.5", "12,5"], 1234.0, "ambiguous"),
])  # fmt: skip
def test_the_column_settles_ambiguous_cells(others: list[str], value: float, kind: str) -> None:
    numbers = parse_numbers(pd.Series(["1.234", *others], dtype=object))
    assert numbers.value[0] == value
    assert numbers.kind[0] == kind


def findings_of(cells: list[object]) -> dict[str, str]:
    column = pd.Series(cells, index=range(4, 4 + len(cells)), dtype=object)
    where = Where(file="krs.xlsx", sheet="2026", column="KRS")
    found = number_findings(parse_numbers(column), column, where=where)
    return {finding.check: f"{finding.level} {finding.where} {finding.message}" for finding in found}


def test_text_in_a_number_column_blocks_with_its_cell() -> None:
    message = findings_of([12.0, "dua belas"])["numbers.text"]
    assert message.startswith('blocking berkas krs.xlsx, lembar "2026", baris 5, kolom "KRS"')
    assert '"dua belas" bukan angka' in message


def test_conversions_are_counted_with_their_first_cells() -> None:
    message = findings_of([f"{n},5" for n in range(8)])["numbers.decimal_comma"]
    assert "8 sel berkoma desimal" in message
    assert 'baris 4 "0,5" → 0,5' in message
    assert message.endswith("… +3")


def test_plain_cells_give_no_finding() -> None:
    assert findings_of([1.0, "2", None, 3.5, "4"]) == {}


def test_mixed_conventions_are_a_warning() -> None:
    assert findings_of(["1,5", "2.25"])["numbers.mixed"].startswith("warning")


def test_many_texts_are_gathered_after_the_twentieth() -> None:
    column = pd.Series(["x"] * 30, index=range(2, 32), dtype=object)
    found = number_findings(parse_numbers(column), column, where=Where(column="A"))
    assert len(found) == 21
    assert "10 sel lain" in found[-1].message


def test_what_no_number_can_hold_is_none() -> None:
    values, kinds = parse_numbers(pd.Series(["9" * 400, "-" + "9" * 400, float("inf"), "1" + ".000" * 120]))
    assert values.isna().all()
    assert kinds.tolist() == ["text", "text", "error", "text"]
    assert as_counts(pd.Series(["1" + ".000" * 120, "7"])).isna().tolist() == [True, False]
