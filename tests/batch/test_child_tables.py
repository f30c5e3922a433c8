"""Children of many kabupaten: counted once, the same as kabupaten by kabupaten, and none of them written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_province import write_nation

from lokus.batch.plan import read_plan
from lokus.batch.split import split_national
from lokus.errors import InputError
from lokus.intake.children.children import COUNT_COLUMNS, count_children, read_children

PERIOD = {"start": "2026-02-01", "end": "2026-02-28"}


def exports(seed: int = 0, children: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(children), 2)
    kabupaten = 1 + who % 3
    return pd.DataFrame(
        {
            "NIK": [f"99{k:02d}01{10 + w % 18:02d}0223{w:04d}" for k, w in zip(kabupaten, who, strict=True)],
            "Nama": [f"Anak {w}" for w in who],
            "Kab/Kota": [f"Kabupaten Contoh {k}" for k in kabupaten],
            "Kec": [f"Kecamatan {1 + w % 4}" for w in who],
            "Desa/Kel": [f"Desa {1 + w % 4}-{1 + w // 4 % 4}" for w in who],
            "Tanggal Pengukuran": [f"2026-02-{d:02d}" for d in rng.integers(1, 29, len(who))],
            "Tinggi": "80,1",
            "ZS TB/U": rng.normal(-1.2, 1.2, len(who)).round(2),
        }
    )


def test_counts_are_those_of_each_kabupaten_read_by_itself(tmp_path):
    table = exports()
    table.iloc[:500].to_csv(tmp_path / "a.csv", index=False, sep=";")
    table.iloc[500:].to_csv(tmp_path / "b.csv", index=False, sep=";")
    table.to_csv(tmp_path / "semua.csv", index=False, sep=";")
    counts, findings = count_children([tmp_path / "a.csv", tmp_path / "b.csv"], **PERIOD)
    whole, _same = count_children([tmp_path / "semua.csv"], **PERIOD)
    assert counts.equals(whole)
    assert "children.dalam_periode" in {finding.check for finding in findings}
    for name, own in counts.groupby("kabupaten"):
        alone = read_children(
            tmp_path / "semua.csv", where={"Kab/Kota": str(name)}, **PERIOD
        ).data.reset_index(drop=True)
        columns = ["kecamatan", "desa", *COUNT_COLUMNS]
        assert own[columns].reset_index(drop=True).astype(object).equals(alone[columns].astype(object))


def test_a_batch_splits_counts_and_writes_no_child(tmp_path):
    table = write_nation(tmp_path, 3)
    exports().to_csv(tmp_path / "anak.csv", index=False)
    study = tmp_path / "bersama.toml"
    study.write_text(
        study.read_text()
        + '\n[[tabel]]\njenis = "anak"\nberkas = "anak.csv"\nputaran_lalu = 1\n'
        + "periode = { mulai = 2026-02-01, akhir = 2026-02-28 }\n"
    )
    entries, findings = split_national(read_plan(table))
    assert findings == []
    assert entries[0].plain["tabel"][1]["indikator"]["stunting"] == "stunting"
    parts = [entry.study.parent / "masukan" / "tabel_2.csv" for entry in entries]
    counts = [pd.read_csv(part) for part in parts]
    assert sum(int(part["anak"].sum()) for part in counts) == 400
    for file in (tmp_path / "nasional").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"Anak 1" not in content
            assert b"990101" not in content or file.suffix != ".csv" or b"0223" not in content


def test_an_export_that_does_not_say_the_kabupaten_is_refused(tmp_path):
    exports().drop(columns="Kab/Kota").to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(InputError, match="kolom yang menyebut kabupaten"):
        count_children([tmp_path / "a.csv"], **PERIOD)
