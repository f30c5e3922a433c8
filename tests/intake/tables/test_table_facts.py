from __future__ import annotations

import pandas as pd

from lokus.intake.tables.formats import Formula, SheetFacts
from lokus.intake.tables.grid import Grid
from lokus.intake.tables.headers import find_header
from lokus.intake.tables.table_facts import TableFacts, table_facts

ROWS = (("Desa", "a", "b"), ("A", 3.0, 0.0), ("B", None, 0.0), ("C", 4.0, None))


def facts(*merges: tuple[int, int, int, int]) -> TableFacts:
    grid = Grid(
        rows=ROWS,
        numbers=(4, 5, 6, 7),
        merges=merges,
        source="a.xlsx",
        sheet="S",
        facts=SheetFacts(
            formulas={(1, 2): Formula(text="B5+0", stored=False)}, hidden=frozenset({2}), known=True
        ),
    )
    return table_facts(grid, find_header(grid))


def test_places_become_headers_and_rows() -> None:
    found = facts((1, 1, 2, 1))
    assert found.formulas == {"b": {5: "B5+0"}}
    assert found.hidden == {"b"}
    assert found.merges == ((("a",), (5, 6)),)


def test_a_merge_over_several_villages_is_shared_and_over_one_is_not() -> None:
    found = facts((1, 1, 2, 1))
    assert found.of("a", pd.Series(["A", "B", "C"], index=[5, 6, 7])).shared == {5: (5, 6)}
    assert found.of("a", pd.Series(["A", None, "C"], index=[5, 6, 7])).shared == {}
    assert found.of("b", pd.Series(["A", "B", "C"], index=[5, 6, 7])).shared == {}


def test_a_merge_over_columns_is_across() -> None:
    assert facts((1, 1, 1, 2)).of("a", pd.Series(["A"], index=[5])).across == {5}


def test_a_merge_above_the_table_is_none_of_its_values() -> None:
    assert facts((0, 1, 0, 2)).merges == ()
