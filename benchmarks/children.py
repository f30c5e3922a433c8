"""Child-level exports: time and memory of many rows, against plain pandas, Polars and DuckDB queries.

Run with ``python benchmarks/children.py [rows]`` for the export of one kabupaten, a text file, and with
``python benchmarks/children.py nasional [rows] [parquet | csv]`` for the exports of many kabupaten, eight
files that are read once for all of them. Peers that are not installed are left out, saying so. Each reader
runs in a process of its own, so that the peak of its memory is its own. The peers do the essential only: the
last height of each child by (NIK, or name and parent; day of birth), classes by village; nationally with the
columns that lokus counts, by kabupaten, kecamatan and village of one round. They trust the file; lokus also
checks it, tells what it found, and gives the same counts.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

START, END = "2026-02-01", "2026-02-28"
COLUMNS = [
    "NIK", "Nama", "Tgl Lahir", "Nama Ortu", "Kec", "Desa/Kel", "Tanggal Pengukuran", "Tinggi", "ZS TB/U",
]  # fmt: skip
LINES_ABOVE = 2
ROWS, NATION = 5_000_000, 20_000_000
PERIOD = (13181, 13208)  # the same, in days


def write_rows(path: Path, rows: int) -> None:
    """The synthetic kabupaten over and over, children and villages renumbered each time."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
    from example_kabupaten import make_kabupaten
    from example_kabupaten.child_exports import make_children

    base = make_children(make_kabupaten(), 2026)
    whole = base["NIK"].str.fullmatch(r"\d{16}")
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("DATA CONTOH SINTETIS\r\nTanggal unduh: 2026-03-02\r\n")
        for block, written in enumerate(range(0, rows, len(base))):
            part = base.copy()
            part["NIK"] = base["NIK"].where(
                ~whole, base["NIK"].str[:10] + f"{block:03d}" + base["NIK"].str[13:]
            )
            part["Nama"] += f" B{block}"
            part["Desa/Kel"] += f" {block}"
            part.head(rows - written).to_csv(
                file, sep=";", index=False, header=not block, lineterminator="\r\n"
            )


def plain_pandas(path: Path) -> tuple[int, int]:
    rows = pd.read_csv(path, sep=";", skiprows=LINES_ABOVE, usecols=COLUMNS, dtype=str, keep_default_na=False)
    rows["z"] = pd.to_numeric(rows["ZS TB/U"].str.replace(",", "."), errors="coerce")
    rows = rows[rows["Tanggal Pengukuran"].between(START, END) & rows["z"].notna()]
    whole = rows["NIK"].str.fullmatch(r"[1-9]\d{15}")
    plain = [
        rows[name].str.replace(r"[^A-Za-z0-9]", "", regex=True).str.upper() for name in ("Nama", "Nama Ortu")
    ]
    rows = rows.assign(anak=rows["NIK"].where(whole, plain[0] + "|" + plain[1]))
    last = rows.sort_values("Tanggal Pengukuran").drop_duplicates(["anak", "Tgl Lahir"], keep="last")
    last = last[last["z"].abs() <= 6]
    table = last.assign(stunting=last["z"] < -2).groupby(["Kec", "Desa/Kel"])["stunting"].agg(["size", "sum"])
    return int(table["size"].sum()), int(table["sum"].sum())


def polars_query(path: Path) -> tuple[int, int]:
    import polars as pl

    def plain(name: str) -> pl.Expr:
        return pl.col(name).fill_null("").str.replace_all("[^A-Za-z0-9]", "").str.to_uppercase()

    nik = pl.col("NIK")
    child = (
        pl.when(nik.str.contains(r"^[1-9]\d{15}$"))
        .then(nik)
        .otherwise(pl.concat_str([plain("Nama"), plain("Nama Ortu")], separator="|"))
    )
    rows = pl.scan_csv(path, separator=";", skip_rows=LINES_ABOVE, infer_schema=False).select(
        anak=child,
        lahir="Tgl Lahir",
        hari="Tanggal Pengukuran",
        z=pl.col("ZS TB/U").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False),
        tempat=pl.concat_str(["Kec", "Desa/Kel"], separator="|"),
    )
    rows = rows.filter(pl.col("hari").is_between(pl.lit(START), pl.lit(END)) & pl.col("z").is_not_null())
    last = rows.group_by("anak", "lahir").agg(pl.col("z", "tempat").sort_by("hari").last())
    table = last.filter(pl.col("z").abs() <= 6).group_by("tempat").agg(n=pl.len(), s=(pl.col("z") < -2).sum())
    result = table.collect(engine="streaming")
    return int(result["n"].sum()), int(result["s"].sum())


def duckdb_query(path: Path) -> tuple[int, int]:
    import duckdb

    plain = "upper(regexp_replace(coalesce(\"{}\", ''), '[^A-Za-z0-9]', '', 'g'))".format
    query = f"""
        WITH r AS (SELECT CASE WHEN regexp_full_match("NIK", '[1-9][0-9]{{15}}') THEN "NIK"
                   ELSE {plain("Nama")} || '|' || {plain("Nama Ortu")} END AS anak, "Tgl Lahir" AS lahir,
                   "Tanggal Pengukuran" AS hari, try_cast(replace("ZS TB/U", ',', '.') AS double) AS z,
                   "Kec" || '|' || "Desa/Kel" AS tempat
                   FROM read_csv($1, delim = ';', skip = {LINES_ABOVE}, header = true, all_varchar = true)),
        last AS (SELECT arg_max(z, hari) AS z, arg_max(tempat, hari) AS tempat FROM r
                 WHERE hari BETWEEN '{START}' AND '{END}' AND z IS NOT NULL GROUP BY anak, lahir),
        t AS (SELECT tempat, count(*) AS n, count(*) FILTER (z < -2) AS s
              FROM last WHERE abs(z) <= 6 GROUP BY ALL)
        SELECT sum(n), sum(s) FROM t"""
    connection = duckdb.connect()
    connection.execute("SET temp_directory = ''")
    found = connection.execute(query, [str(path)]).fetchone()
    return int(found[0]), int(found[1])


def with_lokus(path: Path) -> tuple[int, int]:
    from lokus.intake.children.children import read_children

    table = read_children(path, start=START, end=END).data
    return int(table["diukur"].sum()), int(table["stunting"].sum())


FILES = 8
LEAST_COLUMNS = ["anak", "diukur", "pendek", "sangat_pendek", "tidak_wajar", "tanpa_tb", "tanpa_zskor"]


def write_nation(folder: Path, rows: int, kind: str) -> None:
    """The synthetic kabupaten over and over, each time as another kabupaten with other children."""
    import duckdb

    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
    from example_kabupaten import make_kabupaten
    from example_kabupaten.child_exports import make_children

    base = make_children(make_kabupaten(), 2026).reset_index(names="nomor")
    blocks = -(-rows // len(base))
    how = "FORMAT parquet, COMPRESSION zstd" if kind == "parquet" else "FORMAT csv, DELIMITER ';', HEADER"
    connection = duckdb.connect(config={"temp_directory": "", "preserve_insertion_order": True})
    connection.register("base", base)
    for number in range(FILES):
        first, last = number * blocks // FILES, (number + 1) * blocks // FILES
        connection.execute(f"""
            COPY (SELECT base.* EXCLUDE (nomor) REPLACE (
                  CASE WHEN regexp_full_match("NIK", '[0-9]{{16}}')
                       THEN "NIK"[:10] || printf('%03d', b) || "NIK"[14:] ELSE "NIK" END AS "NIK",
                  "Nama" || ' B' || b AS "Nama", 'KABUPATEN ' || b AS "Kab/Kota")
                  FROM range({first}, {last}) t(b), base WHERE b * {len(base)} + nomor < {rows}
                  ORDER BY b, nomor) TO '{folder}/anak_{number}.{kind}' ({how})""")


def national_query(folder: Path) -> tuple[int, ...]:
    """Count as lokus does, by kabupaten, kecamatan and village, and check nothing."""
    import duckdb

    plain = "upper(regexp_replace(coalesce(\"{}\", ''), '[^A-Za-z0-9]', '', 'g'))".format
    source = (
        f"read_parquet('{folder}/*.parquet')"
        if any(folder.glob("*.parquet"))
        else f"read_csv('{folder}/*.csv', delim = ';', header = true, all_varchar = true)"
    )
    query = f"""
        WITH r AS (SELECT CASE WHEN regexp_full_match("NIK", '[1-9][0-9]{{15}}') THEN "NIK"
                   ELSE {plain("Nama")} || '|' || {plain("Nama Ortu")} END AS anak, "Tgl Lahir" AS lahir,
                   "Tanggal Pengukuran" AS hari, try_cast(replace("ZS TB/U", ',', '.') AS double) AS z,
                   coalesce("Tinggi", '') IN ('', '0') AS tanpa, "Kab/Kota" AS kab, "Kec" AS kec,
                   "Desa/Kel" AS desa
                   FROM {source}),
        last AS (SELECT arg_max({{'kab': kab, 'kec': kec, 'desa': desa, 'z': z, 'tanpa': tanpa}},
                                (z IS NOT NULL, hari)) AS a
                 FROM r WHERE hari BETWEEN '{START}' AND '{END}' GROUP BY anak, lahir),
        t AS (SELECT a.kab, a.kec, a.desa, count(*) AS anak, count(*) FILTER (abs(a.z) <= 6) AS diukur,
                     count(*) FILTER (a.z < -2 AND a.z >= -3) AS pendek,
                     count(*) FILTER (a.z < -3 AND a.z >= -6) AS sangat_pendek,
                     count(*) FILTER (abs(a.z) > 6) AS tidak_wajar,
                     count(*) FILTER (a.z IS NULL AND a.tanpa) AS tanpa_tb,
                     count(*) FILTER (a.z IS NULL AND NOT a.tanpa) AS tanpa_zskor
              FROM last GROUP BY ALL)
        SELECT {", ".join(f"sum({name})" for name in LEAST_COLUMNS)} FROM t"""
    connection = duckdb.connect(config={"temp_directory": ""})
    found = connection.execute(query).fetchone()
    return tuple(map(int, found))


def national_lokus(folder: Path) -> tuple[int, ...]:
    from lokus.intake.children.children import count_children

    counts = count_children(sorted(folder.iterdir()), start=START, end=END)
    return tuple(int(counts.table[name].sum()) for name in LEAST_COLUMNS)


def packing(path: Path) -> None:
    """Time the last row of each child out of the packed numbers, by lokus and by the engine."""
    import duckdb
    import numpy as np
    import pyarrow as pa

    from lokus.intake.children import exports, tally

    kept = []

    def keep(self):
        kept.append(tally._LastRows.join([self._state, *self._buffer]))
        raise SystemExit

    tally.Tally.finish = keep
    with contextlib.suppress(SystemExit):
        exports.tally_files(sorted(path.iterdir()), periods=[PERIOD], columns={}, where={}, each=True)
    (rows,) = kept
    started = cpu()
    several = tally._in_several_rows(rows)
    last = tally._last_rows(rows.take(several))
    by_lokus = cpu() - started
    children = len(np.unique(last.key)) + int((~several).sum())
    connection = duckdb.connect(config={"temp_directory": ""})
    connection.register("t", pa.table({"key": rows.key, "word": rows.word}))
    started = cpu()
    (by_engine,) = connection.execute("""
        WITH last AS (SELECT key, word >> 44 AS b, max((word >> 27) & 131071) AS hari FROM t GROUP BY ALL),
        found AS (SELECT t.key, word >> 44 AS b, count(*), min(word & 134217727), max(word & 134217727),
                         min(word & 7), max(word & 7)
                  FROM t JOIN last ON t.key = last.key AND t.word >> 44 = b
                                  AND (t.word >> 27) & 131071 = hari GROUP BY ALL)
        SELECT count(DISTINCT key) FROM found""").fetchone()
    assert by_engine == children, "the engine finds other children"
    print(f"baris terakhir {children:,} anak dari {len(rows.key):,} baris: lokus {by_lokus:.1f} s prosesor, "
          f"DuckDB {cpu() - started:.1f} s")  # fmt: skip


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


Reader = Callable[[Path], tuple[int, ...]]
READERS: dict[str, tuple[str | None, Reader]] = {
    "pandas polos": (None, plain_pandas),
    "Polars, kueri": ("polars", polars_query),
    "DuckDB, kueri": ("duckdb", duckdb_query),
    "lokus": (None, with_lokus),
}
NATIONAL: dict[str, tuple[str | None, Reader]] = {
    "DuckDB, nasional": ("duckdb", national_query),
    "lokus, nasional": ("duckdb", national_lokus),
}


def run_one(name: str, path: Path) -> None:
    started = time.perf_counter()
    counts = {**READERS, **NATIONAL}[name][1](path)
    seconds = time.perf_counter() - started
    print(seconds, cpu(), peak(), *counts)


def peak() -> float:
    """Gigabytes; getrusage would count the process that started this one."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1e6


def compare(path: Path, readers: dict[str, tuple[str | None, Reader]]) -> None:
    """Run each reader in a process of its own, and show it against the first."""
    print(f"{'':18}{'detik':>8}{'CPU':>8}{'GB':>7}{'waktu':>9}{'CPU':>9}{'memori':>9}{'anak':>13}")
    first: list[float] = []
    for name, (needs, _reader) in readers.items():
        if needs and not importlib.util.find_spec(needs):
            print(f"{name:18} tidak diukur: {needs} belum terpasang (pip install {needs})")
            continue
        command = [sys.executable, __file__, "--satu", name, str(path)]
        out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        now = list(map(float, out))
        first = first or now
        assert now[3:] == first[3:], f"{name} counts otherwise: {now[3:]} {first[3:]}"
        ratios = [mine / other for mine, other in zip(now[:3], first[:3], strict=True)]
        print(
            f"{name:18}{now[0]:8.1f}{now[1]:8.1f}{now[2]:7.2f}"
            f"{ratios[0]:8.2f}×{ratios[1]:8.2f}×{ratios[2]:8.2f}×{now[3]:13,.0f}",
            flush=True,
        )


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "anak.csv"
        write_rows(path, rows)
        print(f"{rows:,} baris, {path.stat().st_size / 1e9:.2f} GB, {START} s.d. {END}")
        compare(path, READERS)


def nation(rows: int, kind: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own, which gives its memory back.
        subprocess.run([sys.executable, __file__, "--tulis", folder, str(rows), kind], check=True)
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e9
        load = os.getloadavg()[0]
        print(f"{rows:,} baris, {FILES} berkas {kind}, {size:.2f} GB, {START} s.d. {END}; beban {load:.1f}")
        compare(Path(folder), NATIONAL)
        command = [sys.executable, __file__, "--kemas", folder]
        print(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout, end="")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--satu"]:
        run_one(sys.argv[2], Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--tulis"]:
        write_nation(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    elif sys.argv[1:2] == ["--kemas"]:
        packing(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["nasional"]:
        nation(
            int(sys.argv[2]) if len(sys.argv) > 2 else NATION, sys.argv[3] if len(sys.argv) > 3 else "parquet"
        )
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
