"""DuckDB reads exports as the parser of pandas does, and leaves nothing of a child behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from national_exports import dirty_exports

from lokus.errors import InputError
from lokus.findings import Where
from lokus.intake.children import duckdb_rows
from lokus.intake.children.duckdb_rows import EngineStoppedError, count_lines, engine_chunks, parquet_rows
from lokus.intake.children.layout import find_layout, split_lines
from lokus.intake.children.sources import head_lines, text_chunks


def layout_of(path):
    lines = split_lines(head_lines(path, 60))
    return find_layout(lines, columns={}, filters={"Prov": "Contoh"}, where=Where(file=path.name))


@pytest.mark.parametrize("seed", range(4))
def test_rows_are_those_of_the_parser_of_pandas_and_children_the_same(tmp_path, seed):
    path = tmp_path / "ukur.csv"
    dirty_exports(seed).to_csv(path, sep=";", index=False)
    by_pandas = pd.concat(text_chunks(path, layout_of(path)), ignore_index=True)
    by_engine = pd.concat(
        [part.astype(object) for part in engine_chunks(path, layout_of(path), salt="garam", rows=97)],
        ignore_index=True,
    )
    assert set(by_engine) == set(by_pandas)
    for name in set(by_pandas) - {"anak"}:
        assert by_engine[name].fillna("").tolist() == by_pandas[name].tolist(), name
    told = by_pandas["cara"] > 0
    pairs = pd.DataFrame({"a": by_pandas["anak"], "b": by_engine["anak"]})[told].drop_duplicates()
    assert pairs["a"].is_unique
    assert pairs["b"].is_unique


def test_a_parquet_file_gives_the_rows_of_the_text(tmp_path):
    path, other = tmp_path / "ukur.csv", tmp_path / "ukur [1]*.parquet"
    table = dirty_exports(1)
    table.to_csv(path, sep=";", index=False)
    table.to_parquet(other)
    layout = find_layout(
        parquet_rows(other, 60), columns={}, filters={"Prov": "Contoh"}, where=Where(file=other.name)
    )
    assert layout.lines == 0
    one, two = (
        pd.concat([part.astype(object) for part in engine_chunks(file, plan, salt="g")])
        for file, plan in ((path, layout_of(path)), (other, layout))
    )
    for name in one:
        assert one[name].fillna("").tolist() == two[name].fillna("").tolist(), name


def test_what_the_engine_stumbles_over_is_not_repeated(tmp_path):
    path = tmp_path / "ukur.csv"
    table = dirty_exports(2)
    table.to_csv(path, sep=";", index=False)
    with path.open("ab") as file:
        file.write(b"RAHASIA NAMA;\xff\xfe;\n")
    layout = layout_of(path)
    with pytest.raises(EngineStoppedError) as error:
        list(engine_chunks(path, layout, salt="g"))
    assert "RAHASIA" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None


def test_a_damaged_parquet_file_is_told_without_its_bytes(tmp_path):
    path = tmp_path / "ukur.parquet"
    path.write_bytes(b"PAR1 RAHASIA NAMA")
    with pytest.raises(InputError, match="tidak dapat dibaca") as error:
        parquet_rows(path, 5)
    assert "RAHASIA" not in str(error.value)


def test_the_engine_may_write_no_temporary_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = set(Path(tempfile.gettempdir()).iterdir())
    with duckdb_rows._connect() as connection:
        assert connection.sql("SELECT current_setting('temp_directory')").fetchall() == [("",)]
        assert connection.sql("SELECT current_setting('memory_limit')").fetchall() == [("953.6 MiB",)]
    assert not list(tmp_path.iterdir())
    assert not [name for name in set(Path(tempfile.gettempdir()).iterdir()) - before if "duckdb" in name.name]


def test_lines_are_counted_with_or_without_an_end(tmp_path):
    for text in (b"", b"a", b"a\n", b"a\nb", b"a\r\n\r\n"):
        path = tmp_path / "a.csv"
        path.write_bytes(text)
        assert count_lines(path) == len(text.splitlines())


def test_no_two_children_are_one_number_whatever_the_salt(tmp_path):
    path = tmp_path / "ukur.csv"
    numbers = [f"99{w % 3:02d}01{10 + w % 18:02d}0223{w:04d}" for w in range(400)]
    path.write_text("NIK;Prov;Desa;Tgl Ukur;ZS TB/U\n" + "".join(f"{n};;A;;\n" for n in numbers))
    layout = layout_of(path)
    for salt in range(60):
        (chunk,) = engine_chunks(path, layout, salt=f"{salt * 2654435761:016x}")
        assert len(set((chunk["anak"].to_numpy() >> 1).tolist())) == len(numbers)
