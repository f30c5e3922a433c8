"""Chunks of texts as numbers: every cell as the functions for one cell say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.intake.children.cells import has_height, parse_day, parse_z
from lokus.intake.children.readings import BY_NAME, BY_NIK, NO_IDENTITY, TextReader, class_of, is_same_place

SCORES = ("-3,01", "-3", "-2,99", "-2", "-1.99", "6", "6,01", "-6,01", "", "pendek", "-", "inf")
DAYS = ("2026-02-05", "5/2/2026", "5 Feb 2026", "", "kapan", "2026-02-30")


@pytest.mark.parametrize("seed", range(5))
def test_each_row_is_read_as_its_cells_are(seed):
    rng = np.random.default_rng(seed)
    n = 200
    chunk = pd.DataFrame(
        {
            "anak": rng.integers(0, 2**63, n, dtype=np.uint64),
            "cara": rng.choice([NO_IDENTITY, BY_NAME, BY_NIK], n),
            "lahir": rng.choice(DAYS, n),
            "tanggal": rng.choice(DAYS, n),
            "zs_tbu": rng.choice(SCORES, n),
            "tinggi": rng.choice(["80,1", "0", ""], n),
            "kabupaten": rng.choice(["Kab. Contoh", "CONTOH", "Kota Contoh"], n),
            "kecamatan": rng.choice(["Sari", ""], n),
            "desa": rng.choice(["Suka Maju", "Suka Jaya", ""], n),
            "saring_3": rng.choice(["Contoh", "Lain"], n),
            "lebih": rng.random(n) < 0.1,
        }
    ).astype(dict.fromkeys(("lahir", "tanggal", "zs_tbu", "tinggi", "desa"), object))
    found = TextReader(filters={"saring_3": "contoh"}).read(chunk)
    rows = chunk.to_dict("records")
    assert len(found) == n
    assert found.day.tolist() == [parse_day(row["tanggal"]) for row in rows]
    assert found.birth.tolist() == [parse_day(row["lahir"]) for row in rows]
    assert found.kind.tolist() == [class_of(parse_z(r["zs_tbu"]), has_height(r["tinggi"])) for r in rows]
    places = [(row["kabupaten"], row["kecamatan"], row["desa"]) for row in rows]
    assert [found.places[number] for number in found.place] == places
    assert found.wanted.tolist() == [is_same_place("contoh", row["saring_3"]) for row in rows]
    assert found.wider.tolist() == chunk["lebih"].tolist()
    assert (found.child & np.uint64(1)).tolist() == [int(row["cara"] == BY_NIK) for row in rows]
    assert (found.child >> np.uint64(1)).tolist() == [row["anak"] >> 1 for row in rows]
