"""The same list wherever a study is run: seeds of hashes, threads, locales, time zones, folders, ``-O``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tiny_study import tiny_mapping, to_toml

LOCALES = {"tr": "tr_TR", "de": "de_DE", "id": "id_ID"}
# The program of a fresh process: everything that a reader would compare, as JSON.
PROGRAM = """
import json, locale, sys, time
spoken = locale.setlocale(locale.LC_ALL, "")
from lokus import Kajian
study = Kajian.open(sys.argv[1])
lock = study.lock
print(json.dumps({
    "daftar": list(study.proposal.kode),
    "peluang": study.results.drop(columns="geometry").round(9).astype(str).to_csv(),
    "kunci": {key: lock[key] for key in ("pengaturan", "masukan", "usulan", "hasil_sha256")},
    "temuan": sorted(study.audit.findings["message"]),
    "tempat": [spoken, time.tzname[0], sys.flags.optimize],
}))
"""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def threads(n: int) -> dict[str, str]:
    return dict.fromkeys(THREADS, str(n))


PLACES: dict[str, tuple[dict[str, str], list[str], str]] = {
    "as it is": ({}, [], "."),
    "hash seed 0, one thread, Turkish, Jakarta": (
        {"PYTHONHASHSEED": "0", **threads(1), "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Jakarta"}, [], "/",
    ),
    "hash seed 1, four threads, German, Kiritimati": (
        {"PYTHONHASHSEED": "1", **threads(4), "LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Kiritimati"}, [], "..",
    ),
    "hash seed 77, two threads, Indonesian, Jayapura": (
        {"PYTHONHASHSEED": "77", **threads(2), "LC_ALL": "id_ID.UTF-8", "TZ": "Asia/Jayapura"}, [], ".",
    ),
    "C, Anchorage, without asserts": ({"LC_ALL": "C", "TZ": "America/Anchorage"}, ["-O"], "lain"),
    "hash seed 7, without asserts and docstrings": ({"PYTHONHASHSEED": "7"}, ["-OO"], "/tmp"),
}  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("kajian kecil")
    (folder / "kajian.toml").write_text(to_toml(tiny_mapping(folder)), encoding="utf-8")
    (folder / "lain").mkdir()
    return folder / "kajian.toml"


@pytest.fixture(scope="module")
def locales(tmp_path_factory) -> Path:
    if shutil.which("localedef") is None or not Path("/usr/share/i18n/locales/tr_TR").exists():
        pytest.skip("localedef, or the sources of the locales, are not installed")
    folder = tmp_path_factory.mktemp("locales")
    for name in LOCALES.values():
        target = folder / f"{name}.UTF-8"
        made = subprocess.run(
            ["localedef", "-i", name, "-f", "UTF-8", str(target)], capture_output=True, check=False
        )
        assert target.is_dir(), made.stderr
    return folder


def run(study: Path, locales: Path, place: str) -> dict:
    extra, flags, folder = PLACES[place]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    environment |= {"LOCPATH": str(locales), "PYTHONPATH": str(Path(__file__).parents[2]), **extra}
    done = subprocess.run(
        [sys.executable, *flags, "-c", PROGRAM, str(study)],
        cwd=study.parent / folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_a_fresh_process_anywhere_gives_the_same_list_and_the_same_lock(study, locales, capsys) -> None:
    with ThreadPoolExecutor(2) as two:
        told = dict(zip(PLACES, two.map(lambda place: run(study, locales, place), PLACES), strict=True))
    seen = [one.pop("tempat") for one in told.values()]
    # The places were really other ones.
    assert {spoken for spoken, _zone, _level in seen} >= {
        "C",
        *(f"{name}.UTF-8" for name in LOCALES.values()),
    }
    assert {zone for _spoken, zone, _level in seen} >= {"WIB", "WIT", "AKST", "+14"}
    assert {level for _spoken, _zone, level in seen} == {0, 1, 2}
    usual = told["as it is"]
    assert len(usual["daftar"]) == 5
    for place, one in told.items():
        for key, value in usual.items():
            assert one[key] == value, (place, key)
    with capsys.disabled():
        sys.stdout.write(f"\n{len(told)} places, one list: {', '.join(PLACES)}\n")
