"""One kabupaten out of national files: groups without it are not read, and none that has it is missed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from small_province import counts, villages, write_nation

from lokus.batch.plan import read_plan
from lokus.batch.row_groups import groups_of, may_hold
from lokus.batch.split import _code, split_national

KABUPATEN = 12


def spelt(rng, code: str) -> str:
    """A code as offices write it, and as they should not."""
    bare = code.replace(".", "")
    return str(
        rng.choice([code, bare, f"'{bare}", f" {code}", f"ID{bare}", "", "Jumlah", bare[:4], code[:5]])
    )


@pytest.mark.parametrize("seed", range(30))
def test_no_group_that_could_hold_a_wanted_code_is_left_out(seed):
    rng = np.random.default_rng(seed)
    for _again in range(200):
        codes = [
            f"{p}.{k:02d}.01.2001"
            for p, k in zip(rng.integers(11, 19, 4), rng.integers(1, 30, 4), strict=True)
        ]
        dirty = rng.random() < 0.5
        texts = [spelt(rng, code) if dirty else code for code in codes]
        wanted = [str(rng.integers(11, 19)) + (f"{rng.integers(1, 30):02d}" if rng.random() < 0.7 else "")]
        if any(_code(text)[:4].startswith(wanted[0]) for text in texts):
            assert may_hold(min(texts), max(texts), wanted), (texts, wanted)
        numbers = [int(code.replace(".", "")) for code in codes]
        if any(str(number).startswith(wanted[0]) for number in numbers):
            assert may_hold(min(numbers), max(numbers), wanted)


@pytest.fixture
def nation(tmp_path):
    """National files in row groups of one kabupaten each; the table as Parquet."""
    table = write_nation(tmp_path, KABUPATEN)
    shapes = pd.concat([villages(number) for number in range(1, KABUPATEN + 1)])
    shapes.to_parquet(tmp_path / "nasional.parquet", row_group_size=16)
    rows = pd.concat([counts(villages(n), n) for n in range(1, KABUPATEN + 1)], ignore_index=True)
    rows.to_parquet(tmp_path / "nasional_tabel.parquet", row_group_size=16, index=False)
    study = tmp_path / "bersama.toml"
    study.write_text(study.read_text().replace("nasional.csv", "nasional_tabel.parquet"))
    table.write_text(table.read_text().replace("nasional = true", 'nasional = ["99.07"]'))
    return table


def test_one_kabupaten_costs_its_row_groups_of_boundaries_and_of_a_table(nation, monkeypatch):
    """Groups are counted as they are read: 1 of 12 of each file, where all would be read otherwise."""
    read = []
    plain = pq.ParquetFile.read_row_group
    monkeypatch.setattr(
        pq.ParquetFile, "read_row_group", lambda file, n, **more: read.append(n) or plain(file, n, **more)
    )
    plan = read_plan(nation)
    (entry,), findings = split_national(plan)
    assert read == [6, 6]
    assert findings == []
    part = pd.read_csv(entry.study.parent / "masukan" / "tabel_1.csv", dtype=str)
    whole = pd.read_parquet(nation.parent / "nasional_tabel.parquet").astype(str)
    expected = whole[whole["kode"].str.startswith("99.07")].reset_index(drop=True)
    assert part["kode"].tolist() == expected["kode"].tolist()
    assert part["stunting"].tolist() == expected["stunting"].tolist()
    assert len(gpd.read_parquet(entry.study.parent / "masukan" / "batas.parquet")) == 16


def test_rows_without_a_code_are_told_wherever_they_stand(nation):
    path = nation.parent / "nasional_tabel.parquet"
    rows = pd.read_parquet(path)
    rows.loc[3, "kode"], rows.loc[20, "kode"] = None, ""
    rows.to_parquet(path, row_group_size=16, index=False)
    _entries, (finding,) = split_national(read_plan(nation))
    assert finding.message.startswith("2 baris tidak berkode")


def test_all_groups_are_read_where_nothing_is_known_of_them(tmp_path):
    rows = pd.DataFrame({"kode": ["16.03.01.2001", "17.02.01.2001"]})
    path = tmp_path / "a.parquet"
    rows.to_parquet(path, row_group_size=1, write_statistics=False)
    assert len(list(groups_of(pq.ParquetFile(path), "kode", ["1603"], blanks=True))) == 2
    assert len(list(groups_of(pq.ParquetFile(path), "lain", ["1603"], blanks=True))) == 2
