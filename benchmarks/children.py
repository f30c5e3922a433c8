"""Child-level exports: time and memory of five million rows, against plain pandas, Polars and DuckDB queries.

Run with ``python benchmarks/children.py [rows]``; peers that are not installed are left out, saying so. Each
reader runs in a process of its own, so that the peak of its memory is its own. The peers do the essential
only: the last height of each child by (NIK, or name and parent; day of birth), classes by village. They trust
the file; lokus also checks it, tells what it found, and gives the same counts.
"""

from __future__ import annotations

import importlib.util
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
ROWS = 5_000_000


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


READERS: dict[str, tuple[str | None, Callable[[Path], tuple[int, int]]]] = {
    "pandas polos": (None, plain_pandas),
    "Polars, kueri": ("polars", polars_query),
    "DuckDB, kueri": ("duckdb", duckdb_query),
    "lokus": (None, with_lokus),
}


def run_one(name: str, path: Path) -> None:
    started = time.perf_counter()
    measured, stunted = READERS[name][1](path)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6, measured, stunted)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "anak.csv"
        write_rows(path, rows)
        size = path.stat().st_size / 1e9
        print(f"{rows:,} baris, {size:.2f} GB, {START} s.d. {END}")
        print(
            f"{'':16}{'detik':>8}{'CPU':>8}{'GB':>7}{'waktu':>9}{'CPU':>9}{'memori':>9}{'diukur':>12}{'stunting':>10}"
        )
        first: list[float] = []
        for name, (needs, _reader) in READERS.items():
            if needs and not importlib.util.find_spec(needs):
                print(f"{name:16} tidak diukur: {needs} belum terpasang (pip install {needs})")
                continue
            command = [sys.executable, __file__, "--satu", name, str(path)]
            out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            seconds, cpu, peak, measured, stunted = map(float, out)
            first = first or [seconds, cpu, peak, measured, stunted]
            assert [measured, stunted] == first[3:], f"{name} counts otherwise"
            print(
                f"{name:16}{seconds:8.1f}{cpu:8.1f}{peak:7.2f}"
                f"{first[0] / seconds:8.1f}×{first[1] / cpu:8.1f}×{first[2] / peak:8.1f}×{measured:12,.0f}"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--satu"]:
        run_one(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
