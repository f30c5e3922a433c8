"""Each remedy of a finding about an export of children, obeyed, leads to the right counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lokus.findings import Finding, Where
from lokus.intake.children import children

HEADER = (
    "NIK",
    "Nama",
    "Tgl Lahir",
    "Nama Ortu",
    "Kec",
    "Desa/Kel",
    "Tanggal Pengukuran",
    "Tinggi",
    "ZS TB/U",
)
CHILD = {
    "nik": "9901010202230001", "nama": "ANAK 1", "lahir": "2023-02-02", "ortu": "ORTU", "kec": "SUKASARI",
    "desa": "SUKA MAJU", "tanggal": "2026-02-10", "tinggi": "80,1", "zs": "-2,50",
}  # fmt: skip
RIGHT = {("SUKA MAJU", "anak"): 2, ("SUKA MAJU", "diukur"): 2, ("SUKA MAJU", "stunting"): 1}
OTHER = CHILD | {"nik": "9901010202230002", "nama": "ANAK 2", "zs": "0,12"}
Rows = list[dict[str, str]]


def one(**cells: str) -> Rows:
    """Two children, of whom the first has other cells."""
    return [CHILD | cells, OTHER]


# What is wrong, and what its remedy has a planner do in e-PPGBM before exporting again.
TRIED: dict[str, tuple[Rows, Rows]] = {
    "tanggal": (one(tanggal="Februari"), one(tanggal="10/02/2026")),
    "tanpa_desa": (one(desa=""), one()),
    "tanpa_identitas": (one(nik="", nama=""), one(nik="")),
    "zskor": (one(zs="-2,5O"), one()),
    "tanpa_tanggal": (one(tanggal=""), one()),
    "tanggal_lahir": (one(lahir="entah"), one()),
    "sebelum_lahir": (one(lahir="2026-02-20"), one()),
    "nik_ganda": ([CHILD, OTHER | {"nik": CHILD["nik"], "lahir": "2023-03-03"}], one()),
    "anak_bertentangan": ([*one(), CHILD | {"zs": "1,00"}], one()),
    "dua_desa": ([*one(), CHILD | {"desa": "SUKA JAYA"}], one()),
    "anak_tidak_wajar": (one(zs="-7,00"), one(tanggal="2026-02-12")),
    "anak_tanpa_zskor": (one(zs=""), one()),
}


def read(folder: Path, rows: Rows) -> tuple[dict[tuple[str, str], int], dict[str, Finding]]:
    path = folder / "ukur.csv"
    path.write_text(
        "\n".join(";".join(row) for row in (HEADER, *(r.values() for r in rows))), encoding="utf-8"
    )
    table = children.read_children(path, start="2026-02-01", end="2026-02-28")
    data: Any = table.data.set_index("desa")[["anak", "diukur", "stunting"]]
    counts = {(str(desa), str(key)): int(n) for (desa, key), n in data.stack().items() if n}
    return counts, {finding.check.removeprefix("children."): finding for finding in table.findings}


@pytest.mark.parametrize("what", TRIED)
def test_the_remedy_obeyed_gives_the_right_counts(what: str, tmp_path: Path) -> None:
    wrong, obeyed = TRIED[what]
    _counts, findings = read(tmp_path, wrong)
    assert findings[what].remedy
    counts, findings = read(tmp_path, obeyed)
    assert what not in findings
    assert not [finding for finding in findings.values() if finding.level in ("blocking", "warning")]
    assert counts == RIGHT


def test_no_remedy_is_untried() -> None:
    seen = {what: 1 for what, *_rest in children._matters()}
    told = children.child_findings(seen, {}, where=Where(), period=("a", "b"))
    with_remedy = {finding.check.removeprefix("children.") for finding in told if finding.remedy}
    assert with_remedy == set(TRIED)
    assert len(told) > len(TRIED)
