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
from lokus.intake.children.cells import parse_day
from lokus.intake.children.duckdb_rows import EngineStoppedError, count_lines, engine_chunks, parquet_rows
from lokus.intake.children.exports import read_texts
from lokus.intake.children.layout import find_layout, split_lines
from lokus.intake.children.sources import head_lines, text_chunks

PERIOD = (parse_day("2026-02-01"), parse_day("2026-02-28"))


def layout_of(path):
    lines = split_lines(head_lines(path, 60))
    return find_layout(lines, columns={}, filters={"Prov": "Contoh"}, where=Where(file=path.name))


def by_engine(path, layout, *, salt=7, **options):
    return joined(engine_chunks(path, layout, salt=salt, periods=[PERIOD], places=[], **options))


def by_pandas(path, layout):
    return joined(read_texts(text_chunks(path, layout), layout))


def joined(blocks):
    """All rows as a table, places as texts; of rows outside the period only what is read of them."""
    parts = []
    for block in list(blocks):
        part = pd.DataFrame(
            {
                "anak": block.child, "cara": block.told_by, "lahir": block.birth, "hari": block.day,
                "jenis": block.kind, "tempat": [block.places[n] for n in block.place],
                "dipilih": block.wanted, "lebih": block.wider,
            }
        )  # fmt: skip
        outside = ~(part["dipilih"] & part["hari"].between(*PERIOD))
        part.loc[outside, ["cara", "lahir", "jenis", "anak"]] = 0
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def assert_same(one, two):
    for name in set(one) - {"anak"}:
        assert one[name].tolist() == two[name].tolist(), name
    told = one["cara"] > 0
    pairs = pd.DataFrame({"a": one["anak"], "b": two["anak"]})[told].drop_duplicates()
    assert pairs["a"].is_unique
    assert pairs["b"].is_unique
    assert told.any()


@pytest.mark.parametrize("seed", range(4))
def test_numbers_are_those_of_the_parser_of_pandas_and_children_the_same(tmp_path, seed):
    path = tmp_path / "ukur.csv"
    dirty_exports(seed).to_csv(path, sep=";", index=False)
    assert_same(by_pandas(path, layout_of(path)), by_engine(path, layout_of(path), rows=97))


DAYS = (
    "2026-02-05", "2026-2-5", "2026/02/05", "05-02-2026", "2026-02-05 10:30", "2026-02-05T10:30:00Z", "epoch",
    "infinity", "2026-02-30", "2026 02 05", "2026-02-05 (BC)", "02026-02-05", "1989-12-31", "1990-01-01",
    "2169-06-05", "2169-06-06", "\uff12026-02-05", "20260205", "2026\\02\\05",
    "5 Feb 2026", "null", " 2026-02-05 ",
)  # fmt: skip
SCORES = (
    "-2,31", "1e0", "inf", "nan", "-inf", "1_0", " -2 ", ".5", "1.", "-", "--", "1234", "-6", "6,0000001",
    "6.0",    "-3,0", "-3,0000001", "-2", "-2,0000001", "−2,5", "+1", "0x1", "1,2.3", "-2,30000000000001",
    "pendek", "#n/a",
)  # fmt: skip
PERSONS = (
    "9901010202230001", "'9901010202230001", "9901010202230001\u00a0", "9.9010101022e+15", "1111111111111111",
    "0901010202230001", "+901010202230001", "990101020223000", "9901010202230001.0", "9901 10202230001",
    "9901********0001", "9901_10202230001", "-901010202230001", "99010102022300011", "",
)  # fmt: skip


def test_cells_in_unusual_forms_are_read_as_everywhere_else(tmp_path):
    """What the engine itself takes for a day or a number is more than lokus does."""
    rows = [("2026-02-01", "2023-01-01", z, h, "9901010202230002") for z in SCORES for h in ("80", "0", "")]
    rows += [(day, "2023-01-01", "-2,5", "80", "9901010202230002") for day in DAYS]
    rows += [("2026-02-01", day, "-2,5", "80", "9901010202230002") for day in DAYS]
    rows += [("2026-02-01", "2023-01-01", "-2,5", "80", person) for person in PERSONS]
    table = pd.DataFrame(rows, columns=["Tanggal Pengukuran", "Tgl Lahir", "ZS TB/U", "Tinggi", "NIK"])
    table = table.assign(Nama="Anak " + table.index.astype(str), Desa="Suka Maju", Prov="Contoh")
    path = tmp_path / "ukur.csv"
    table.to_csv(path, sep=";", index=False)
    assert_same(by_pandas(path, layout_of(path)), by_engine(path, layout_of(path)))


def test_a_parquet_file_gives_the_numbers_of_the_text(tmp_path):
    path, other = tmp_path / "ukur.csv", tmp_path / "ukur [1]*.parquet"
    table = dirty_exports(1)
    table.to_csv(path, sep=";", index=False)
    table.to_parquet(other)
    layout = find_layout(
        parquet_rows(other, 60), columns={}, filters={"Prov": "Contoh"}, where=Where(file=other.name)
    )
    assert layout.lines == 0
    assert_same(by_engine(path, layout_of(path)), by_engine(other, layout))


def test_what_the_engine_stumbles_over_is_not_repeated(tmp_path):
    path = tmp_path / "ukur.csv"
    table = dirty_exports(2)
    table.to_csv(path, sep=";", index=False)
    with path.open("ab") as file:
        file.write(b"RAHASIA NAMA;\xff\xfe;\n")
    layout = layout_of(path)
    with pytest.raises(EngineStoppedError) as error:
        by_engine(path, layout)
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
    path.write_text(
        "NIK;Prov;Desa;Tgl Ukur;ZS TB/U\n" + "".join(f"{n};Contoh;A;2026-02-01;1\n" for n in numbers)
    )
    layout = layout_of(path)
    for salt in range(60):
        found = by_engine(path, layout, salt=salt * 2654435761 << 20)
        assert len(set((found["anak"].to_numpy() >> 1).tolist())) == len(numbers)
