"""Large studies: CPU time and peak memory of a whole study up to its list, each in a process of its own.

Run with ``python benchmarks/load.py [case …]``; cases are numbers of villages (83402 is the whole country in
one study) and ``300-tabel``, a study of 852 villages with 300 tables. The villages are squares with made-up
numbers, twelve a kecamatan; what is written afterwards, maps and workbooks, is not counted. Five million rows
of children: ``python benchmarks/children.py``.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CASES = ("852", "5000", "83402", "300-tabel")
_SIDE = 0.005  # degrees
_ACROSS = 300  # villages side by side
_IN_KECAMATAN = 12
_IN_KABUPATEN = 80  # kecamatan


def write_study(folder: Path, villages: int, tables: int = 1) -> Path:
    """Squares in rows, one table with counts and a share, and more tables with one indicator each."""
    rng = np.random.default_rng(16)
    number = np.arange(villages)
    kecamatan = number // _IN_KECAMATAN
    kabupaten, within = kecamatan // _IN_KABUPATEN, 1 + kecamatan % _IN_KABUPATEN
    frame = pd.DataFrame({
        "kode": [
            f"{11 + k // 20}{80 + k % 20}{c:02d}{2001 + n % _IN_KECAMATAN}"
            for k, c, n in zip(kabupaten, within, number, strict=True)
        ],
        "desa": [f"Desa {n}" for n in number], "kecamatan": [f"Kecamatan {1 + n}" for n in kecamatan],
    })  # fmt: skip
    x, y = 100 + _SIDE * (number % _ACROSS), -3 - _SIDE * (number // _ACROSS)
    shapes = gpd.GeoDataFrame(frame, geometry=shapely.box(x, y, x + _SIDE, y + _SIDE), crs="EPSG:4326")
    shapes.to_file(folder / "desa.gpkg", driver="GPKG")
    measured = rng.integers(20, 300, villages)
    frame.assign(
        sasaran=measured + rng.integers(0, 40, villages), diukur=measured,
        stunting=rng.binomial(measured, rng.beta(4, 30, villages)),
        miskin=rng.uniform(2, 50, villages).round(1),
    ).to_csv(folder / "data.csv", index=False)  # fmt: skip
    lines = [
        '[kajian]\njudul = "Beban"\nkabupaten = "Kabupaten Contoh"\ntahun = 2026\nbenih = 1',
        '[batas]\nberkas = "desa.gpkg"\nkolom = { kode = "kode", desa = "desa", kecamatan = "kecamatan" }',
        "[skor]\nbobot = { prevalensi = 0.7, desil_1_2 = 0.3 }",
        f"[pilihan]\njumlah = {max(10, villages // 10)}",
        '[keluaran]\nfolder = "keluaran"',
        _table(
            "data.csv",
            {"sasaran": "sasaran", "diukur": "diukur", "stunting": "stunting", "desil_1_2": "miskin"},
        ),
    ]
    for n in range(1, tables):
        key = f"rumah_{n}"
        frame.assign(nilai=rng.uniform(2, 98, villages).round(1)).to_csv(folder / f"{key}.csv", index=False)
        lines.append(
            f'[katalog.{key}]\nlabel = "Rumah {n}"\nburuk = "tinggi"\nrentang = [0, 100]\nsatuan = "persen"'
        )
        lines.append(_table(f"{key}.csv", {key: "nilai"}))
    if kabupaten[-1] > 0:
        # A study of many kabupaten is held back until someone says that it is meant; these lie nowhere.
        lines += [
            f'[[audit.terima]]\ntemuan = "{check}"\nalasan = "uji beban"'
            for check in ("batas.several_kabupaten", "batas.elsewhere")
        ]
    path = folder / "kajian.toml"
    path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return path


def _table(file: str, indicators: dict[str, str]) -> str:
    pairs = ", ".join(f'{key} = "{header}"' for key, header in indicators.items())
    return f'[[tabel]]\nberkas = "{file}"\ntempat = {{ kode = "kode" }}\nindikator = {{ {pairs} }}'


def run(path: Path) -> None:
    """Compute the list and how sure it is, and print what it took."""
    from lokus import Kajian, LokusError

    kajian = Kajian.open(path)
    try:
        chosen = len(kajian.proposal.kode)
        done = f"{chosen} dipilih dari {len(kajian.results)}"
    except LokusError as error:
        done = f"ditolak: {error}"
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss / 1024
    sys.stdout.write(f"{used.ru_utime + used.ru_stime:.0f} | {peak:.0f} | {done}\n")


def main() -> None:
    """Run each case in a process of its own."""
    if sys.argv[1:2] == ["--satu"]:
        run(Path(sys.argv[2]))
        return
    sys.stdout.write("| kajian | CPU (detik) | memori puncak (MB) | |\n|---|---:|---:|---|\n")
    for case in sys.argv[1:] or CASES:
        with tempfile.TemporaryDirectory() as folder:
            villages, tables = (852, 300) if case == "300-tabel" else (int(case), 1)
            path = write_study(Path(folder), villages, tables)
            done = subprocess.run(
                [sys.executable, __file__, "--satu", str(path)], capture_output=True, text=True, check=False
            )
            text = done.stdout.strip() or done.stderr.strip()[-400:]
            shown = text.replace("\n", " ") if " | " in text else f"gagal | | {text}"
            sys.stdout.write(f"| {villages} desa, {tables} tabel | {shown} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
