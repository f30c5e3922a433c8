"""Children of many kabupaten: counted once, the same as kabupaten by kabupaten, and none of them written."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from national_exports import dirty_exports
from small_province import write_nation

from lokus.batch.all_studies import run_batch
from lokus.batch.child_tables import split_children
from lokus.batch.plan import read_plan
from lokus.batch.rollup import gather, write_rollup
from lokus.batch.split import _finding, split_national
from lokus.errors import InputError
from lokus.intake.children import exports as exports_module
from lokus.intake.children.children import COUNT_COLUMNS, count_children, read_children
from lokus.intake.children.export_findings import read_findings
from lokus.kajian import Kajian

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
    found = count_children([tmp_path / "a.csv", tmp_path / "b.csv"], **PERIOD)
    counts, findings = found.table, found.findings
    whole = count_children([tmp_path / "semua.csv"], **PERIOD).table
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


@pytest.mark.parametrize("engine", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_found_of_each_kabupaten_is_what_it_shows_by_itself(tmp_path, monkeypatch, seed, engine):
    """Counts and findings of one pass against each kabupaten read alone, by the other reader."""
    path = tmp_path / "anak.csv"
    # Children who come in one kabupaten only: of others, one pass knows more than a kabupaten by itself.
    table = dirty_exports(seed)
    region = table["Kab/Kota"].replace("KAB. CONTOH 1", "Kabupaten Contoh 1")
    table["Nama"] = table["Nama"].where(table["Nama"] == "", table["Nama"] + " " + region)
    table["NIK"] = table["NIK"].where(table.groupby("NIK")["Kab/Kota"].transform("nunique") == 1, "")
    table.to_csv(path, sep=";", index=False)
    monkeypatch.setattr(exports_module, "can_read", lambda: engine)
    found = count_children([path], where={"Prov": "Contoh"}, **PERIOD)
    assert sum(found.rows.values()) == len(table)
    assert set(found.of) >= {"CONTOH 1", "CONTOH 2", "CONTOH 3", "KOTA LAIN", ""}
    columns = ["kecamatan", "desa", *COUNT_COLUMNS]
    for name in ("CONTOH 1", "CONTOH 2", "CONTOH 3", "KOTA LAIN"):
        alone = read_children(path, where={"Prov": "Contoh", "Kab/Kota": name}, **PERIOD)
        mine = found.table.loc[found.table["kabupaten"] == name, columns].reset_index(drop=True)
        assert mine.astype(object).equals(alone.data[columns].reset_index(drop=True).astype(object))
        # Alone, rows of the other kabupaten are left out by the filter.
        told = {f.check: (f.level, f.message) for f in found.of[name] if f.check != "children.disaring"}
        expected = {f.check: (f.level, f.message) for f in alone.findings if f.check != "children.disaring"}
        assert told == expected


def test_the_order_of_rows_changes_neither_counts_nor_where_a_matter_is_told(tmp_path):
    """A NIK of two days of birth in two kabupaten on one day is told in the first by name."""
    table = dirty_exports(7)
    same = table["NIK"].str.fullmatch(r"[1-9]\d{15}") & (table.index % 5 == 0)
    table.loc[same, ["Tanggal Pengukuran", "Tgl Lahir"]] = "2026-02-28", "2023-01-01"
    more = table[same].assign(**{"Kab/Kota": "Kabupaten Contoh 2", "Tgl Lahir": "2023-01-02"})
    table = pd.concat([table, more, more.assign(**{"Tgl Lahir": "2023-01-01"})], ignore_index=True)
    told = []
    for seed in range(3):
        table.sample(frac=1, random_state=seed).to_csv(tmp_path / "a.csv", sep=";", index=False)
        found = count_children([tmp_path / "a.csv"], **PERIOD)
        plain = {
            name: sorted((f.check, f.message.split(" (baris")[0]) for f in own)
            for name, own in found.of.items()
        }
        told.append((found.table.to_numpy().tolist(), plain, found.rows))
    assert any(check == "children.nik_ganda" for check, _text in told[0][1]["CONTOH 2"])
    assert told[0] == told[1] == told[2]


def test_findings_reach_the_study_and_rows_of_nowhere_the_summary(tmp_path):
    table = write_nation(tmp_path, 3)
    rows = exports()
    rows.loc[:9, "Kab/Kota"] = "Kabupaten Rahasia Nama"
    rows.loc[rows.index[rows["Kab/Kota"] == "Kabupaten Contoh 2"][:3], "Desa/Kel"] = ""
    folder = tmp_path / "anak"
    folder.mkdir()
    rows.iloc[:300].to_parquet(folder / "a.parquet")
    rows.iloc[300:].to_csv(folder / "b.csv", index=False)
    study = tmp_path / "bersama.toml"
    study.write_text(
        study.read_text()
        + '\n[[tabel]]\njenis = "anak"\nberkas = "anak"\nputaran_lalu = 1\n'
        + "periode = { mulai = 2026-02-01, akhir = 2026-02-28 }\n"
    )
    batch = run_batch(read_plan(table), workers=1)
    assert [outcome.status for outcome in batch.outcomes] == ["selesai", "tertahan", "selesai"]
    (nowhere,) = batch.findings
    assert nowhere.message.startswith("10 baris anak")
    assert any("10 baris anak" in line for line in batch.lines())
    assert not any("RAHASIA" in line.upper() for line in batch.lines())
    second = Kajian.open(batch.folder / "9902" / "kajian.toml")
    found = second.audit.findings
    (message,) = found.loc[found["check"] == "children.tanpa_desa", "message"]
    assert message.startswith("3 baris")
    carried = read_findings(batch.folder / "9901" / "masukan" / "tabel_2_temuan.json")
    assert "children.tanpa_desa" not in {finding.check for finding in carried}
    inside = sum(
        int(finding.message.split()[0].replace(".", ""))
        for kode in ("9901", "9902", "9903")
        for finding in read_findings(batch.folder / kode / "masukan" / "tabel_2_temuan.json")
        if finding.check == "children.dalam_periode"
    )
    assert inside + 10 == len(rows)
    assert gather(batch).nowhere == batch.findings
    write_rollup(batch)
    page = (batch.folder / "rangkuman.html").read_text()
    assert "10 baris anak" in page
    # A figure of one kabupaten stands beside the number of kabupaten: it says whose it is.
    assert re.search(r"misalnya Kabupaten Contoh 1: \d+ baris berada antara", page)


@pytest.mark.parametrize("engine", [True, False])
def test_rounds_of_one_export_are_counted_in_one_pass_each_as_by_itself(tmp_path, monkeypatch, engine):
    """Two rounds that overlap; the file is opened by a reader once."""
    table = write_nation(tmp_path, 3)
    dirty_exports(5).to_csv(tmp_path / "anak.csv", index=False, sep=";")
    study = tmp_path / "bersama.toml"
    rounds = [("2026-02-01", "2026-02-28", 0), ("2026-02-20", "2026-03-31", 1)]
    study.write_text(
        study.read_text()
        + "".join(
            f'\n[[tabel]]\njenis = "anak"\nberkas = "anak.csv"\nputaran_lalu = {n}\n'
            f"periode = {{ mulai = {first}, akhir = {last} }}\n"
            for first, last, n in rounds
        )
    )
    monkeypatch.setattr(exports_module, "can_read", lambda: engine)
    passes = []
    name = "engine_chunks" if engine else "text_chunks"
    reader = getattr(exports_module, name)
    monkeypatch.setattr(
        exports_module, name, lambda path, *rest, **more: passes.append(path) or reader(path, *rest, **more)
    )
    entries, _findings = split_national(read_plan(table))
    assert [path.name for path in passes] == ["anak.csv"]
    for number, (first, last, _n) in enumerate(rounds, 2):
        alone = count_children([tmp_path / "anak.csv"], start=first, end=last)
        for entry in entries:
            part = pd.read_csv(entry.study.parent / "masukan" / f"tabel_{number}.csv", keep_default_na=False)
            mine = alone.table[alone.table["kabupaten"] == f"CONTOH {int(entry.kode[2:])}"]
            assert part.to_numpy().tolist() == mine[part.columns].to_numpy().tolist()
            beside = entry.study.parent / "masukan" / f"tabel_{number}_temuan.json"
            assert read_findings(beside) == alone.of[f"CONTOH {int(entry.kode[2:])}"]


@pytest.mark.parametrize(
    ("everything", "blank", "level"), [(True, 0, "warning"), (False, 0, "note"), (False, 3, "warning")]
)
def test_children_of_other_kabupaten_are_expected_where_the_batch_takes_some_only(
    tmp_path, everything, blank, level
):
    table = exports()
    table.loc[: blank - 1, "Kab/Kota"] = ""
    table.to_csv(tmp_path / "semua.csv", index=False, sep=";")
    stated = {"periode": {"mulai": PERIOD["start"], "akhir": PERIOD["end"]}}
    names = {"9901": "Kabupaten Contoh 1"}
    (found,) = split_children(
        tmp_path / "semua.csv", [("tabel_1.csv", stated)], tmp_path, names, everything=everything
    )
    (told,) = found["temuan"]
    assert _finding(told).level == level
    own = int((table["Kab/Kota"] == "Kabupaten Contoh 1").sum())
    assert told["baris"] == len(table) - own
