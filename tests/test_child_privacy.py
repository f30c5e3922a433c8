"""An export of made-up children goes through every command, right and wrong: nobody is found anywhere."""

from __future__ import annotations

import io
import random
import sys
import tempfile
import threading
import traceback
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_province import common, here, villages, write_nation, write_province
from tiny_study import tiny_mapping, to_toml

from lokus import Kajian, LokusError
from lokus.batch import all_studies, runners
from lokus.cli import main

pytestmark = pytest.mark.slow
FIRST = ["Aisyah", "Bagas", "Citra", "Dimas", "Elok", "Fajar", "Gendis", "Haris", "Intan", "Jaka"]
LAST = ["Wirabumi", "Kusumaningrat", "Prawirodirjo", "Adiwangsa", "Suryomentaram", "Tjokronegoro"]
EXPORT = "anak_2026-02.csv"


def children(folder: Path, villages: pd.DataFrame) -> set[str]:
    """Write an export for these villages; give everything that tells a child."""
    rng = random.Random(16)
    rows, secrets = [], set()
    for number in range(1_200):
        place = villages.iloc[number % len(villages)]
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)} {'abcdefghijklmnopqrstuvwxyz'[number % 26]}{number}"
        nik, parent = f"99010170{number:04d}{rng.randint(1000, 9999)}", f"Ibu {rng.choice(LAST)} {number}"
        street = f"Jl. Rahasia {number}"
        rows.append({
            "NIK": nik, "Nama": name, "Tgl Lahir": f"2023-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            "JK": rng.choice("LP"), "Nama Ortu": parent, "Kec": place["kecamatan"], "Desa/Kel": place["desa"],
            "Kab/Kota": place.get("kabupaten", "Contoh"), "Alamat": street,
            "Tanggal Pengukuran": f"2026-02-{rng.randint(1, 28):02d}",
            "Tinggi": f"{rng.uniform(60, 100):.1f}", "ZS TB/U": f"{rng.gauss(-1, 1.1):.2f}".replace(".", ","),
        })  # fmt: skip
        secrets |= {nik, name, parent, street}
    pd.DataFrame(rows).to_csv(folder / EXPORT, sep=";", index=False)
    return secrets


@pytest.fixture
def study(tmp_path: Path) -> tuple[Path, dict[str, Any], set[str]]:
    plain = tiny_mapping(tmp_path)
    plain.pop("tahun_lalu")
    plain["tabel"] = plain["tabel"][:1]
    recap = plain["tabel"][0]["indikator"]
    for key in ("diukur", "stunting"):
        recap.pop(key)
    period = {"mulai": "2026-02-01", "akhir": "2026-02-28"}
    plain["tabel"].append({"jenis": "anak", "berkas": EXPORT, "periode": period, "opd": "Dinas Kesehatan"})
    plain["keluaran"].update(bahan=["paparan", "laporan", "kalender", "geojson", "csv"], ukuran=["A4"])
    plain["keluaran"]["peta"] = ["usulan"]
    return tmp_path / "kajian.toml", plain, children(tmp_path, pd.read_csv(tmp_path / "resmi.csv", dtype=str))


def texts(folder: Path, own: set[str]) -> Iterator[tuple[str, str]]:
    """Every file that was written, unpacked where it is an archive."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name in own:
            continue
        raw = path.read_bytes()
        yield str(path.relative_to(folder)), path.name + raw.decode("utf-8", "replace")
        if raw.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                for name in archive.namelist():
                    yield f"{path.name}/{name}", archive.read(name).decode("utf-8", "replace")


def damaged(plain: dict[str, Any], export: str, step: int) -> tuple[dict[str, Any], str]:
    """Give one of the ways in which a study with children goes wrong."""
    tables = [dict(table) for table in plain["tabel"]]
    lines = export.splitlines()
    if step == 0:
        tables[1]["periode"] = {"mulai": "2030-02-01", "akhir": "2030-02-28"}
    elif step == 1:
        tables[1]["kolom"] = {"desa": "Nama"}
    elif step == 2:
        tables[1] = {"berkas": EXPORT, "tempat": {"desa": "Desa/Kel"}, "indikator": {"diukur": "Tinggi"}}
    elif step == 3:
        lines[7] = lines[7].replace(";", ";;", 3)
    elif step == 4:
        lines[9] = '"' + lines[9]
    elif step == 5:
        lines = lines[1:]
    elif step == 6:
        lines = [line.replace("2026-02", "Februari") for line in lines]
    elif step == 7:
        tables[1]["saring"] = {"Nama": lines[3].split(";")[1]}
    return {**plain, "tabel": tables}, "\n".join(lines) + "\n"


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[tuple[str, str]]]:
    """Keep temporary files in the folder of the study; give what lies in shared memory since the start."""
    (tmp_path / "sementara").mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path / "sementara"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    shm = Path("/dev/shm")
    before = set(shm.iterdir()) if shm.is_dir() else set()

    def left() -> list[tuple[str, str]]:
        since = (set(shm.iterdir()) if shm.is_dir() else set()) - before
        return [(str(one), one.read_bytes().decode("utf-8", "replace")) for one in since if one.is_file()]

    return left


def found_in(places: list[tuple[str, str]], secrets: set[str]) -> dict[str, list[str]]:
    found = {name: hits for name, text in places if (hits := [one for one in secrets if one in text])}
    sys.stdout.write(f"{len(secrets)} identities, {len(places)} places searched, {len(found)} with one\n")
    return found


def test_no_child_is_found_in_anything_that_is_said_or_written(
    study: tuple[Path, dict[str, Any], set[str]], capsys: pytest.CaptureFixture[str],
    watched: Callable[[], list[tuple[str, str]]],
) -> None:  # fmt: skip
    path, plain, secrets = study
    folder = path.parent
    own = {EXPORT, path.name}
    path.write_text(to_toml(plain), encoding="utf-8")
    out = str(folder / "keluaran")
    findings = str(folder / "temuan.csv")
    assert main(["audit", str(path), "--csv", findings]) in (0, 1)
    assert main(["run", str(path), "--keluaran", out]) == 0
    assert main(["verify", str(folder / "keluaran" / "kajian.lock.json")]) == 0
    export = (folder / EXPORT).read_text(encoding="utf-8")
    said, failed = "", 0
    for step in range(8):
        wrong, text = damaged(plain, export, step)
        path.write_text(to_toml(wrong), encoding="utf-8")
        (folder / EXPORT).write_text(text, encoding="utf-8")
        failed += main(["run", str(path), "--keluaran", str(folder / "lain")]) != 0
        main(["audit", str(path), "--csv", str(folder / f"temuan-{step}.csv")])
        try:
            said += repr(Kajian.open(path).reconciliation.to_csv())
        except LokusError as error:
            said += "".join(traceback.format_exception(error)) + repr(vars(error))
    assert failed >= 5
    main(["verify", str(folder / "keluaran" / "kajian.lock.json")])
    main(["init", str(folder / "desa.gpkg"), str(folder / EXPORT), "--tahun", "2026", "--kajian",
          str(folder / "baru.toml")])  # fmt: skip
    told = capsys.readouterr()
    places = [("terminal", told.out + told.err), ("galat", said), *texts(folder, own), *watched()]
    # The study file of step 7 names a child itself; no other file and no message does.
    assert len(places) > 40
    assert found_in(places, secrets) == {}


def test_no_child_is_found_in_what_a_batch_of_kabupaten_says_or_writes(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    watched: Callable[[], list[tuple[str, str]]],
) -> None:
    monkeypatch.setattr(all_studies, "run_tasks", here)
    table = write_nation(tmp_path, 2)
    plain = common("nasional.parquet", "nasional.csv")
    for key in ("diukur", "stunting"):
        plain["tabel"][0]["indikator"].pop(key)
    period = {"mulai": "2026-02-01", "akhir": "2026-02-28"}
    plain["tabel"].append({"jenis": "anak", "berkas": EXPORT, "periode": period})
    secrets = children(tmp_path, pd.concat([villages(1), villages(2)], ignore_index=True))
    shared = tmp_path / "bersama.toml"
    own = {EXPORT, shared.name}
    shared.write_text(to_toml(plain), encoding="utf-8")
    assert main(["batch", str(table)]) == 0
    counted = [pd.read_csv(part) for part in tmp_path.rglob("masukan/tabel_2.csv")]
    assert sum(int(part["anak"].sum()) for part in counted) == 1_200
    export = (tmp_path / EXPORT).read_text(encoding="utf-8")
    failed = 0
    for step in range(7):  # the eighth has the study itself name a child
        wrong, text = damaged(plain, export, step)
        shared.write_text(to_toml(wrong), encoding="utf-8")
        (tmp_path / EXPORT).write_text(text, encoding="utf-8")
        failed += main(["batch", str(table)]) != 0
    assert failed >= 5
    told = capsys.readouterr()
    places = [("terminal", told.out + told.err), *texts(tmp_path, own), *watched()]
    assert len(places) > 30
    assert found_in(places, secrets) == {}


class Watch(threading.Thread):
    """Look into the temporary files of a folder again and again, also those that live for a moment."""

    def __init__(self, folder: Path, secrets: set[str]) -> None:
        super().__init__(daemon=True)
        self.folder, self.secrets, self.over = folder, secrets, threading.Event()
        self.seen: set[Path] = set()
        self.found: set[str] = set()

    def run(self) -> None:
        while not self.over.wait(0.05):
            hidden = [path for path in self.folder.rglob("*") if any(p.startswith(".") for p in path.parts)]
            for path in [*(self.folder / "sementara").rglob("*"), *hidden]:
                try:
                    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
                except OSError:
                    continue  # gone in between
                self.seen.add(path)
                self.found |= {str(path) for secret in self.secrets if secret in text}


@pytest.mark.filterwarnings("error:Port")
@pytest.mark.parametrize("runner", ["pool", "dask"])
def test_no_child_is_found_in_what_the_workers_of_a_batch_say_or_write(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    watched: Callable[[], list[tuple[str, str]]],
    runner: str,
) -> None:
    """Each kabupaten has an export of its own, which a process or a Dask worker reads, rightly or wrongly."""
    monkeypatch.setattr(runners, "has_dask", lambda: runner == "dask")
    table = write_province(tmp_path, 3)
    secrets: set[str] = set()
    for number in (1, 2, 3):
        secrets |= children(tmp_path, villages(number))
        (tmp_path / EXPORT).rename(tmp_path / f"anak{number}.csv")
    # The third has its columns shifted in some rows.
    lines = (tmp_path / "anak3.csv").read_text(encoding="utf-8").splitlines()
    lines[5:200] = [line.replace(";", ";;", 3) for line in lines[5:200]]
    (tmp_path / "anak3.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    rows = [f"{row},anak{number}.csv" for number, row in enumerate(rows, 1)]
    table.write_text("\n".join([f"{head},tabel.2.berkas", *rows]) + "\n", encoding="utf-8")
    plain = common("desa1.parquet", "data1.csv")
    for key in ("diukur", "stunting"):
        plain["tabel"][0]["indikator"].pop(key)
    shared = tmp_path / "bersama.toml"
    command = ["batch", str(table), "--kajian", str(shared), "--pekerja", "2"]
    right = {
        "jenis": "anak",
        "berkas": "anak1.csv",
        "periode": {"mulai": "2026-02-01", "akhir": "2026-02-28"},
    }
    wrong = {"berkas": "anak1.csv", "tempat": {"desa": "Desa/Kel"}, "indikator": {"diukur": "Tinggi"}}
    watch = Watch(tmp_path, secrets)
    watch.start()
    for second in (right, wrong):
        shared.write_text(to_toml({**plain, "tabel": [*plain["tabel"], second]}), encoding="utf-8")
        assert main(command) == 1
        if second is right:
            assert len(list(tmp_path.rglob("daftar.csv"))) >= 2
    watch.over.set()
    watch.join()
    told = capfd.readouterr()
    own = {"anak1.csv", "anak2.csv", "anak3.csv", shared.name}
    places = [("terminal", told.out + told.err), *texts(tmp_path, own), *watched()]
    assert len(places) > 15
    assert found_in(places, secrets) == {}
    assert watch.seen
    assert watch.found == set()
