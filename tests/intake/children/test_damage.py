"""Child-level exports damaged at random: counted with every row accounted for, or refused; nobody quoted."""

from __future__ import annotations

import random
import re
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from table_mutator import Rows, damage_file, damage_rows, suffix_of, text_file, workbook_file

from lokus.errors import InputError
from lokus.intake.children.children import CHILD_INDICATORS, CHILD_PLACE, COUNT_COLUMNS, read_children
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.join.join import join_table

HEADER = [
    "NIK", "Nama", "Tgl Lahir", "JK", "Nama Ortu", "Kab/Kota", "Kec", "Pukesmas", "Desa/Kel", "Alamat",
    "Tanggal Pengukuran", "Berat", "Tinggi", "ZS TB/U",
]  # fmt: skip
PLACES = [("Sukasari", "Suka Maju"), ("Sukasari", "Suka Jaya"), ("Kubu", "Air Putih"), ("Kubu", "Dabong")]
CATALOGUE = load_catalogue()
VILLAGES = pd.DataFrame(
    {"desa": [desa for _kecamatan, desa in PLACES], "kecamatan": [kecamatan for kecamatan, _desa in PLACES]},
    index=pd.Index(["9901012001", "9901012002", "9901022001", "9901022002"], name="kode_desa"),
)
NAMES = ["RAHASIAWATI", "RAHASIANTO", "RAHASIANI", "RAHASIADI"]
ACCOUNTED = ("disaring", "tanggal", "tanpa_tanggal", "di_luar_periode", "dalam_periode")
INSIDE = ("tanpa_desa", "tanpa_identitas", "lewat_nik", "lewat_nama")


def export(rng: random.Random) -> Rows:
    """Made-up children, each with a name and numbers that must never be seen again."""
    rows: Rows = [list(HEADER)]
    for number in range(rng.randint(3, 40)):
        kecamatan, desa = rng.choice(PLACES)
        name = f"{rng.choice(NAMES)} {'ABCDEFGHIJ'[number % 10]}{number}"
        born = f"2023-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        rows.append([
            f"9901017702{rng.randint(100_000, 999_999)}", name, born, rng.choice("LP"),
            f"RAHASIA IBU {number}", "CONTOH", kecamatan, kecamatan, desa, f"JALAN RAHASIA {number}",
            f"2026-02-{rng.randint(1, 28):02d}", f"{rng.uniform(6, 18):.1f}", f"{rng.uniform(60, 100):.1f}",
            f"{rng.uniform(-7, 3):.2f}".replace(".", ","),
        ])  # fmt: skip
    return rows


def secrets_of(rows: Rows) -> set[str]:
    return {str(row[place]) for row in rows[1:] for place in (0, 1, 4, 9)}


def accounted(findings: Any) -> Counter[str]:
    """Numbers of rows as the findings state them."""
    stated: Counter[str] = Counter()
    for finding in findings:
        found = re.match(r"[\d.]+", finding.message)
        assert found, finding.message
        stated[finding.check.removeprefix("children.")] = int(found[0].replace(".", ""))
    return stated


def attack(folder: Path, seeds: range) -> tuple[Counter[str], list[tuple[int, str]]]:
    """Damage and read as many exports as there are seeds; give what happened and what should not have."""
    counts: Counter[str] = Counter()
    wrong = []
    for seed in seeds:
        rng = random.Random(seed)
        rows = export(rng)
        secrets = secrets_of(rows)
        damage_rows(rows, rng)
        other = [("Rekap", [["Desa", "Stunting"]])] if rng.random() < 0.2 else []
        raw = workbook_file([("Sheet", rows), *other]) if rng.random() < 0.35 else text_file(rows, rng)
        container = rng.random() < 0.35
        if container:
            raw = damage_file(raw, rng)
        path = folder / f"ukur{suffix_of(raw, rng)}"
        path.write_bytes(raw)
        options: dict[str, Any] = rng.choice(
            [{}, {}, {}, {"where": {"Kec": "Kubu"}}, {"columns": {"nama": "Nama"}}, {"sheet": "Sheet"}]
        )
        start = time.process_time()
        shown = ""
        try:
            table = read_children(path, start="2026-02-05", end="2026-02-25", **options)
            joined = join_table(
                table, VILLAGES, place={key: head for key, head in CHILD_PLACE.items() if head in table.data},
                indicators=CHILD_INDICATORS, catalogue=CATALOGUE, personal=True,
            )  # fmt: skip
        except InputError as error:
            counts["refused"] += 1
            shown = "".join(traceback.format_exception(error)) + repr(vars(error))
            if not error.remedy:
                wrong.append((seed, f"no remedy: {error}"))
        except Exception as error:  # what this test is for
            wrong.append((seed, f"{type(error).__name__}: {error}"[:300]))
            shown = "".join(traceback.format_exception(error))
        else:
            counts["counted"] += 1
            shown = "".join([
                repr(table), repr((table.findings, joined.findings)), joined.values.to_csv(),
                joined.reconciliation.to_csv(), joined.open_cases.to_csv(),
            ])  # fmt: skip
            stated = accounted(table.findings)
            if stated["dalam_periode"] != sum(stated[what] for what in INSIDE):
                wrong.append((seed, f"rows of the period unaccounted for: {dict(stated)}"))
            if (table.data[list(COUNT_COLUMNS)].sum(axis=1) < 0).any():
                wrong.append((seed, "a negative count"))
            left = table.data["anak"] - table.data[["diukur", *COUNT_COLUMNS[5:]]].sum(axis=1)
            if left.any():
                wrong.append((seed, "children that are in no class"))
            body = sum(stated[what] for what in ACCOUNTED)
            if not container:
                # A header row that reading found lies above the body; what stands above it is not rows of it.
                heads = [{"Desa/Kel", "ZS TB/U"} <= set(map(str, row)) for row in rows]
                below = len(rows) - heads.index(True) - 1
                if body != below:
                    wrong.append((seed, f"{below} rows, {body} accounted for: {dict(stated)}"))
                counts["rows accounted for"] += body
        if found := {secret for secret in secrets if len(secret) > 5 and secret in shown}:
            wrong.append((seed, f"{len(found)} identities shown"))
        if time.process_time() - start > 20:
            wrong.append((seed, "took more than 20 seconds of work"))
        path.unlink()
    sys.stdout.write(f"{len(seeds)} exports: {dict(counts)}, {len(wrong)} wrong\n")
    return counts, wrong


def test_a_few_damaged_exports_are_counted_or_refused(tmp_path: Path) -> None:
    counts, wrong = attack(tmp_path, range(60))
    assert not wrong
    assert counts["counted"] >= 15
    assert counts["refused"] >= 5


@pytest.mark.slow
@pytest.mark.parametrize(
    "seeds",
    [range(1_000, 1_625), range(1_625, 2_250), pytest.param(range(2_250, 3_500), marks=pytest.mark.long)],
    ids=str,
)
def test_many_damaged_exports_are_counted_or_refused(tmp_path: Path, seeds: range) -> None:
    counts, wrong = attack(tmp_path, seeds)
    assert not wrong
    assert counts["counted"] + counts["refused"] == len(seeds)
