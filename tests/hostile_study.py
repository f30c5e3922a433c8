"""A small study with hostile text in every field that a person or an office fills in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
from tiny_study import tiny_mapping, to_toml

from lokus.show.results.text import printable

SCRIPT = "<script>document.title='diretas'</script>"
IMAGE = "<img src=x onerror=\"document.title='diretas'\">"
ADDRESS = "<link rel=stylesheet href=//contoh.invalid/a.css>"
SHEET = '=HYPERLINK("http://contoh.invalid","klik")'
COMMAND = "=cmd|' /C calc'!A0"
XML = "]]></x><y a='\"&lt;"
TURNED = "aman\u202egnp.exe"
LONG = "Sangat " + "panjang" * 70
# A name can hold what a study file refuses: it comes from a map layer.
NAMES = [
    f"Suka {SCRIPT}", f"Raya {IMAGE}", SHEET, COMMAND, f"@SUM {XML}", f"Makmur {TURNED}", "Tanjung\x07 Maju",
    "Tanjung\u200b\u2066Raya\u2069", LONG, "-2+3 Tanjung", "+62 Tanjung", "Tanjung\tLestari\nDua",
    f"Muara {ADDRESS}", "Muara </script><svg/onload=alert(1)>", "Muara &amp; <!-- ",
    "Muara \U0001f476 \u4e2d",
    "Muara {{7*7}} {% x %}", "Muara $\\frac{1}{2}$ %s \\input{/etc/passwd}",
    "Bukit \u0645\u0631\u062d\u0628\u0627", "Bukit \ufdfd" + "l" + "\u0301" * 40, "Bukit javascript:alert(1)",
    "Bukit [a](javascript:alert(1)) *b* `c`", "Bukit 'or'1'='1\"; DROP TABLE desa;--",
    "Bukit \x85\x9b31m\x7f",
]  # fmt: skip
KECAMATAN = [f"Sukasari {SCRIPT}", f"{SHEET} sari", "../../etc/passwd", f"Bukit {TURNED} {LONG}"]
BAD = [SCRIPT, IMAGE, ADDRESS, "onload=", "onerror=", "javascript:"]


def text(kind: str) -> str:
    """Give a hostile text that a study file accepts."""
    return f"{kind} {SCRIPT} {IMAGE} {XML} {ADDRESS} {{{{7*7}}}} $x_1$ &lt; {kind}"


def printable_cell(cell: Any) -> Any:
    """Give what a cell of a workbook can hold."""
    return printable(cell) if isinstance(cell, str) else cell


def hostile_mapping(folder: Path) -> dict[str, Any]:
    """Write the files of the study into `folder`, and give the study file as plain values."""
    plain = tiny_mapping(folder)
    shapes = gpd.read_file(folder / "desa.gpkg").sort_values("kode_desa", ignore_index=True)
    shapes["desa"], shapes["kecamatan"] = NAMES, [KECAMATAN[n // 6] for n in range(24)]
    shapes["kabupaten"] = f"Contoh {SCRIPT}"
    (folder / "desa.gpkg").unlink()
    shapes.to_file(folder / "desa.gpkg", layer="desa", driver="GPKG")
    pd.DataFrame(shapes[["kode_desa", "desa", "kecamatan"]]).to_csv(folder / "resmi.csv", index=False)
    for name in ("data_2026.csv", "data_2025.csv", "sk_2025.csv"):
        table = pd.read_csv(folder / name, dtype={"kode_desa": str})
        at = shapes.set_index("kode_desa").loc[table["kode_desa"]]
        table["desa"], table["kecamatan"] = at["desa"].to_numpy(), at["kecamatan"].to_numpy()
        if name == "data_2026.csv":
            # No village is found for it: its cells come back in findings and reconciliation.
            lost = {"kode_desa": "9901999999", "desa": text("Tersesat"), "kecamatan": SHEET}
            table.loc[len(table)] = {**table.iloc[0].to_dict(), **lost}
        table.to_csv(folder / name, index=False)
    table = pd.read_csv(folder / "data_2026.csv", dtype={"kode_desa": str})
    odd = "=1+1 <b onclick=x>tabel & 'data'.xlsx"
    header = f"{SHEET} <b>sanitasi</b>"
    table = table.rename(columns={"sanitasi": header}).map(printable_cell)
    with pd.ExcelWriter(folder / odd, engine="openpyxl") as writer:
        table.to_excel(writer, sheet_name="=A1 <b>x&y", index=False)
    book = openpyxl.load_workbook(folder / odd)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    book.save(folder / odd)
    decided = plain["tabel"][0]
    decided.update(
        berkas=odd, lembar="=A1 <b>x&y", opd=text("Dinas"), sumber=text("Sumber"), tanggal="=TODAY()",
    )  # fmt: skip
    decided["indikator"]["sanitasi_layak"] = header
    decided["indikator"]["rumah_kumuh"] = "miskin"
    plain["kajian"].update(
        judul=text("Judul"), kabupaten=f"Kabupaten {SCRIPT}", instansi=f"=Bappeda {SCRIPT} {LONG[:300]}"
    )
    plain["batas"].update(status=text("Status"), sumber=text("Peta"))
    plain["katalog"] = {
        "rumah_kumuh": {
            "label": f"=Kumuh {SCRIPT}", "buruk": "tinggi", "rentang": [0, 100], "satuan": "persen",
            "opd": f"@Dinas {IMAGE}", "intervensi": f"=Bedah {SCRIPT}", "sumber": text("Katalog"),
        }
    }  # fmt: skip
    plain["skor"] = {"bobot": {"prevalensi": 0.5, "desil_1_2": 0.3, "rumah_kumuh": 0.2}}
    plain["audit"] = {
        "terima": [
            {"temuan": check, "alasan": text("Alasan")} for check in ("join.no_row", "join.unknown_code")
        ]
    }
    plain["pilihan"]["kunci_masuk"] = [{"kode": "9901022003", "alasan": text("Kunci")}]
    plain["pembagian"] = [{"nama": f"=Tim {SCRIPT}", "jumlah": 40, "dasar": "keluarga"}]
    plain["lintasan"]["seri"][0].update(nama=f"=Survei {SCRIPT}", sumber=text("Seri"))
    plain["kesenjangan"] = {"ambang": {"sanitasi_layak": 60, "rumah_kumuh": 10}}
    plain["keluaran"].update(
        bahan=["paparan", "laporan", "atlas", "kalender", "geojson", "csv"], ukuran=["A4"],
        peta=["usulan", "indikator:rumah_kumuh"],
    )  # fmt: skip
    return plain


def write_hostile(folder: Path) -> Path:
    """Write the study into `folder`; give the study file."""
    path = folder / "kajian.toml"
    path.write_text(to_toml(hostile_mapping(folder)), encoding="utf-8")
    return path
