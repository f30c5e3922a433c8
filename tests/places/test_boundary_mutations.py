"""Damaged boundary files end in the right villages, a blocking finding, or an error in plain words."""

from __future__ import annotations

import re
import shutil
import signal
import sys
import warnings
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from boundary_mutator import DAMAGES, mutated, truth

from lokus.errors import LokusError
from lokus.kajian import Kajian
from lokus.settings.read import settings_from_mapping

SAMPLE, MANY = len(DAMAGES), 60 * len(DAMAGES)
SECONDS = 300  # by the clock, so a machine that many share is not taken for a hang
# What libraries say in English, and what no planner can act on.
FOREIGN = re.compile(r"GEOS|LinearRing|Traceback|codec|driver|<DRIVER>|Shell|libduckdb|pyproj|UTM CRS")


def study_of(path: Path, kabupaten: str, stated: dict) -> Kajian:
    folder = path.parent
    names = truth(kabupaten)
    rng = np.random.default_rng(1)
    measured = rng.integers(40, 150, len(names))
    table = names.assign(diukur=measured, stunting=rng.binomial(measured, 0.2))
    table.to_csv(folder / "data.csv", index=False)
    plain = {
        "kajian": {"judul": "Uji", "kabupaten": "Kabupaten Uji", "tahun": 2026, "benih": 1},
        "batas": {"berkas": path.name, **stated},
        "tabel": [
            {
                "berkas": "data.csv",
                "tempat": {"kode": "kode", "desa": "desa", "kecamatan": "kecamatan"},
                "indikator": {"diukur": "diukur", "stunting": "stunting"},
            }
        ],
        "skor": {"bobot": {"prevalensi": 1.0}},
        "pilihan": {"jumlah": 4},
        "keluaran": {"folder": "keluaran"},
    }
    return Kajian(stated=settings_from_mapping(plain), path=folder / "kajian.toml")


@contextmanager
def within(seconds: int):
    def late(_number, _frame):
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(path: Path, kabupaten: str, stated: dict) -> str:
    """What becomes of a study with these boundaries; wrong villages with nothing held back fail."""
    kajian = study_of(path, kabupaten, stated)
    try:
        held = kajian.audit.blocking
    except LokusError as error:
        refused = error
    else:
        refused = None
    if refused is not None:
        assert refused.remedy, refused
        assert not FOREIGN.search(str(refused)), refused
        return "refused"
    texts = " ".join(held["message"] + held["remedy"])
    assert not FOREIGN.search(texts), texts
    assert (held["remedy"] != "").all(), texts
    villages = kajian.villages
    _ = kajian.neighbours, kajian.boundaries.kecamatan, kajian.boundaries.centres
    if len(held):
        return "blocked"
    right = truth(kabupaten).set_index("kode")
    with_data = villages[villages["diukur"].notna()]
    assert sorted(with_data.index) == sorted(right.index)
    assert (with_data["kode_kecamatan"] == with_data.index.str[:6]).all()
    known = ~with_data["kecamatan"].str.contains(r"\d")
    folded = with_data["kecamatan"].str.casefold().str.replace("kec. ", "")
    assert (folded == right["kecamatan"].reindex(with_data.index).str.casefold())[known].all()
    return "right"


def run(seeds: range, folder: Path) -> Counter[str]:
    seen: Counter[str] = Counter()
    failures = []
    for seed in seeds:
        own = folder / str(seed)
        own.mkdir()
        path, draft = mutated(seed, own)
        try:
            with within(SECONDS), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                seen[outcome(path, draft.kabupaten, draft.stated)] += 1
        except Exception as error:
            failures.append(
                f"seed {seed} {draft.done} {path.name} {draft.stated}: {type(error).__name__} {error}"
            )
        shutil.rmtree(own)
    assert not failures, f"{len(failures)} of {len(seeds)}\n" + "\n".join(
        text[:400] for text in failures[:40]
    )
    return seen


def test_a_sample_of_damaged_files_is_right_blocked_or_refused(tmp_path) -> None:
    seen = run(range(SAMPLE), tmp_path)
    assert seen.total() == SAMPLE
    assert min(seen.values()) >= 5
    assert len(seen) == 3


@pytest.mark.long
@pytest.mark.slow
def test_many_damaged_files_are_right_blocked_or_refused(tmp_path, capsys) -> None:
    seen = run(range(1000, 1000 + MANY), tmp_path)
    with capsys.disabled():
        sys.stdout.write(f"\n{MANY} damaged boundary files: {dict(seen)}\n")
    assert seen.total() == MANY >= 2000
