"""Names against codes on real tables with known truth, and at national scale.

Run: python benchmarks/names.py [folder of real data, default ../shared/data]
Prints one row a case: rows, matched, share, wrong, open, seconds. Wrong matches are the figure that counts.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from lokus.places.names import match_names

SULAWESI_BARAT = {
    "majene": "7605", "polman": "7604", "mamasa": "7603", "mamuju": "7602", "pasangkayu": "7601",
    "mamuju tengah": "7606", "polewali mandar": "7604",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """A table of names, the villages it is about, and the true codes where they are known."""

    title: str
    names: pd.DataFrame
    villages: pd.DataFrame
    truth: pd.Series | None = None


def national_villages(data: Path) -> pd.DataFrame:
    columns = ["kode", "nama", "kec_nama"]
    table = pq.read_table(data / "boundaries" / "nasional.parquet", columns=columns).to_pandas()
    return village_table(table["kode"], table["nama"], table["kec_nama"])


def village_table(kode: pd.Series, desa: pd.Series, kecamatan: pd.Series) -> pd.DataFrame:
    index = pd.Index(kode.astype(str).str.replace(".", ""), name="kode_desa")
    table = pd.DataFrame({"desa": desa.to_numpy(), "kecamatan": kecamatan.to_numpy()}, index=index)
    return table.sort_index()


def sukabumi(data: Path) -> Iterator[Case]:
    raw = pd.read_csv(data / "sukabumi" / "DataBalitaStunting.csv", dtype=str)
    raw = raw.replace(r"\s+", " ", regex=True)
    truth = raw["kemendagri_kode_desa_kelurahan"].str.replace(".", "")
    villages = village_table(truth, raw["kemendagri_nama_desa_kelurahan"], raw["kemendagri_nama_kecamatan"])
    names = pd.DataFrame({"kecamatan": raw["bps_nama_kecamatan"], "desa": raw["bps_nama_desa_kelurahan"]})
    yield Case(title="Sukabumi BPS, kecamatan + nama", names=names, villages=villages, truth=truth)
    yield Case(title="Sukabumi BPS, nama saja", names=names[["desa"]], villages=villages, truth=truth)


def idm(data: Path, villages: pd.DataFrame) -> Iterator[Case]:
    raw = pd.read_csv(data / "idm" / "idm2024_pilot.csv", dtype=str)
    raw["kode"] = raw["kode"].str.replace(".", "")
    for kabupaten, part in raw.groupby(raw["kode"].str[:4]):
        own = villages[villages.index.str[:4] == kabupaten]
        names = part[["kecamatan", "desa"]]
        for title, columns in (("kecamatan + nama", ["kecamatan", "desa"]), ("nama saja", ["desa"])):
            yield Case(
                title=f"IDM 2024 {kabupaten}, {title}", names=names[columns], villages=own, truth=part["kode"]
            )


def tpk(data: Path, villages: pd.DataFrame) -> Iterator[Case]:
    book = CalamineWorkbook.from_path(data / "pasangkayu" / "estimasi pendampingan tpk desa.xlsx")
    for sheet in book.sheet_names:
        kabupaten = SULAWESI_BARAT[sheet]
        rows = [row[1:3] for row in book.get_sheet_by_name(sheet).to_python()[2:]]
        names = pd.DataFrame(rows, columns=["kecamatan", "desa"]).replace("", None)
        names["kecamatan"] = names["kecamatan"].ffill()
        names = names.dropna(subset=["desa"])
        own = villages[villages.index.str[:4] == kabupaten]
        yield Case(title=f"TPK {sheet}, kecamatan + nama", names=names, villages=own)


def profil(data: Path, villages: pd.DataFrame) -> Iterator[Case]:
    raw = pd.read_csv(data / "pasangkayu" / "profil_sumber_daya.csv", dtype=str)
    raw = raw.rename(columns={"KECAMATAN": "kecamatan", "KELURAHAN": "desa"})
    for kabupaten, part in raw.groupby("KABUPATEN"):
        code = SULAWESI_BARAT[str(kabupaten).lower()]
        own = villages[villages.index.str[:4] == code]
        yield Case(title=f"Profil {kabupaten}", names=part[["kecamatan", "desa"]], villages=own)


def pasangkayu(data: Path, villages: pd.DataFrame) -> Iterator[Case]:
    book = CalamineWorkbook.from_path(data / "pasangkayu" / "data_posyandu.xlsx")
    rows = book.get_sheet_by_index(0).to_python()[3:]
    names = pd.DataFrame({"desa": [row[1] for row in rows if str(row[0]).strip().isdigit()]})
    own = villages[villages.index.str[:4] == "7601"]
    yield Case(title="Rekap Pasangkayu, nama saja", names=names, villages=own)


def national(villages: pd.DataFrame) -> Iterator[Case]:
    """Half of the names misspelt by one edit, blocks known by kecamatan code."""
    rng = np.random.default_rng(1)
    names = villages["desa"].str.upper().tolist()
    for i in np.flatnonzero(rng.random(len(names)) < 0.5):
        names[i] = misspell(names[i], rng)
    frame = pd.DataFrame({"kode_kecamatan": villages.index.str[:6], "desa": names})
    truth = pd.Series(villages.index)
    yield Case(title="Nasional, separuh salah eja", names=frame, villages=villages, truth=truth)


SHORT = {
    "T. Nama": lambda word: f"{word[0]}. ",
    "T Nama": lambda word: f"{word[0]} ",
    "TNama": lambda word: word[0],
    "Tj. Nama": lambda word: f"{word[0]}{re.sub('[aiueo]', '', word[1:])[:2]}. ",
    "Ta. Nama": lambda word: f"{word[:2]}. ",
    "Tan. Nama": lambda word: f"{word[:3]}. ",
}


def shortened(villages: pd.DataFrame) -> Iterator[Case]:
    """Pairs "Tanjung Nama" and "Nama" in one kecamatan: the first is cut short, the second has no row."""
    pairs = []
    for _code, block in villages.groupby(villages.index.str[:6]):
        names = dict(zip(block["desa"].str.lower(), block.index, strict=True))
        for name, kode in names.items():
            first, _space, rest = name.partition(" ")
            if rest in names:
                pairs.append((first, rest, kode, block.drop(names[rest]), block))
    for title, cut in SHORT.items():
        names, places, truth = [], [], []
        for number, (first, rest, kode, rows, block) in enumerate(pairs, 100_000):
            written = rows["desa"].where(rows.index != kode, cut(first) + rest)
            names.append(pd.DataFrame({"kode_kecamatan": str(number), "desa": written}))
            places.append(block.set_axis(str(number) + block.index.str[6:]))
            truth.append(pd.Series(str(number) + rows.index.str[6:]))
        yield Case(
            title=f"{title}, {len(pairs)} pasangan kembar",
            names=pd.concat(names, ignore_index=True),
            villages=pd.concat(places),
            truth=pd.concat(truth, ignore_index=True),
        )


def misspell(name: str, rng: np.random.Generator) -> str:
    i = int(rng.integers(len(name)))
    letter = "AEIOUNRS"[int(rng.integers(8))]
    return (
        name[:i] + name[i + 1 :],
        name[:i] + letter + name[i + 1 :],
        name[:i] + letter + name[i:],
        name[:i] + name[i + 1 : i + 2] + name[i : i + 1] + name[i + 2 :],
    )[int(rng.integers(4))]


def run(case: Case, *, verbose: bool = False) -> dict[str, object]:
    start = time.perf_counter()
    matches = match_names(case.names, case.villages)
    seconds = time.perf_counter() - start
    found = matches["kode_desa"].notna()
    row: dict[str, object] = {
        "kasus": case.title, "baris": len(matches), "cocok": int(found.sum()),
        "persen": round(100 * found.mean(), 2), "salah": "",
        "mirip": int((matches["cara"] == "nama mirip").sum()),
        "ambigu": int((matches["cara"] == "ambigu").sum()),
        "tidak_ditemukan": int((matches["cara"] == "tidak ditemukan").sum()), "detik": round(seconds, 3),
    }  # fmt: skip
    if case.truth is not None:
        truth = case.truth.to_numpy()
        wrong = found & (matches["kode_desa"] != truth)
        row["salah"] = int(wrong.sum())
        if verbose:
            print(matches[wrong].assign(benar=truth[wrong]).to_string())
    if verbose:
        columns = ["kecamatan_sumber", "desa_sumber", "kode_desa", "cara", "nilai", "calon"]
        similar = matches[matches["cara"] == "nama mirip"][columns]
        print(
            similar.assign(resmi=case.villages["desa"].reindex(similar["kode_desa"]).to_numpy()).to_string()
        )
        print(matches[~found][columns].to_string())
    return row


def cases(data: Path) -> Iterator[Case]:
    villages = national_villages(data)
    yield from sukabumi(data)
    yield from idm(data, villages)
    yield from tpk(data, villages)
    yield from profil(data, villages)
    yield from pasangkayu(data, villages)
    yield from shortened(villages)
    yield from national(villages)


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if not a.startswith("-")]
    folder = Path(arguments[0]) if arguments else Path(__file__).parents[2] / "shared" / "data"
    verbose = "-v" in sys.argv
    rows = [run(case, verbose=verbose and len(case.names) < 1000) for case in cases(folder)]
    print(pd.DataFrame(rows).to_string(index=False))
