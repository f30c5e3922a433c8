"""Write the files of a synthetic kabupaten, each as untidy as its office sends it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from example_kabupaten.boundary_file import write_boundaries
from example_kabupaten.decree import size_of_list
from example_kabupaten.excel import Sheet, write_workbook
from example_kabupaten.filled_forms import audit_sheet, foster_sheet
from example_kabupaten.layouts import (
    BANNER,
    decree_sheet,
    dotted,
    family_sheet,
    health_sheet,
    sanitation_sheets,
    service_sheet,
    unlisted,
)
from example_kabupaten.period_files import period_list, period_study
from example_kabupaten.streams import stream
from example_kabupaten.structure_files import community_sheet, family_team_sheet
from example_kabupaten.studies import TEAMS, study_text
from example_kabupaten.village_names import Alias, spell
from lokus.files import atomic_path

if TYPE_CHECKING:
    from example_kabupaten.kabupaten import Kabupaten

__all__ = ["decisions", "write_files"]

_README = """# Data contoh sintetis

Semua isi folder ini **DATA CONTOH SINTETIS**: tidak ada wilayah, desa, atau angka yang sebenarnya. Kode
diawali nomor provinsi 99 yang tidak dipakai, dan petanya digambar di laut lepas.

| berkas | isi |
|---|---|
| `boundaries/desa.gpkg` | batas desa/kelurahan, lapisan `desa`, skema BIG, belum rapi (lihat di bawah) |
| `indicators/daftar_desa.csv` | daftar resmi desa/kelurahan |
| `indicators/TAHUN/eppgbm_TAHUN-02.xlsx` | rekap e-PPGBM, Dinas Kesehatan |
| `indicators/TAHUN/krs_TAHUN.xlsx` | rekap keluarga berisiko stunting, DPPKB |
| `indicators/TAHUN/sanitasi_TAHUN.xlsx` | akses sanitasi dan air minum, Dinas PUPR |
| `indicators/TAHUN/kemiskinan_TAHUN.csv` | keluarga desil 1 dan 2, Dinas Sosial |
| `indicators/TAHUN/layanan_TAHUN.xlsx` | cakupan layanan ibu dan anak, Dinas Kesehatan |
| `indicators/TAHUN/layanan_TAHUN_sSEMESTER.csv` | yang terlayani dan sasarannya, untuk laporan semester |
| `indicators/{last}/kelembagaan_{last}.xlsx` | TPPS desa/kelurahan dan posyandu, Dinas PMD |
| `indicators/{last}/lini_lapangan_{last}.xlsx` | kelompok BKB dan Tim Pendamping Keluarga, DPPKB |
| `indicators/TAHUN/orang_tua_asuh_TAHUN_sSEMESTER.xlsx` | register orang tua asuh yang sudah diisi |
| `indicators/{first}/hasil_audit_kasus_{first}.xlsx` | lembar audit kasus yang sudah diisi, tanpa nama |
| `indicators/{first}/lampiran_sk_lokus_{first}.xlsx` | daftar lokus yang ditetapkan tahun {first} |
| `prevalensi_sebenarnya.csv` | prevalensi yang sebenarnya, yang di lapangan tidak diketahui siapa pun |
| `kajian/contoh-TAHUN.toml` | berkas kajian |
| `kajian/kecocokan.csv` | keputusan orang untuk nama yang tidak dapat dicocokkan dengan aturan |

Berkas-berkas ini sengaja tidak rapi, seperti kiriman OPD yang sebenarnya. Pada peta: satu desa belum punya
poligon (masih menyatu dengan desa induknya), satu poligon menyilang dirinya sendiri, dan sebagian batas retak
beberapa meter. Pada tabel: nama disingkat atau salah ketik, nama yang sama di dua kecamatan, baris jumlah,
angka berupa teks, desa yang belum melapor, dan satu desa persiapan yang belum ada dalam daftar resmi.

Folder ini dibuat ulang dengan `make data`, dan ikut terpasang bersama lokus: `lokus demo` menyalinnya.
Lisensinya sama dengan lisensi proyek.
"""


def write_files(kabupaten: Kabupaten, root: Path) -> list[Path]:
    """Write everything below `root`; give the paths, in the order written."""
    boundaries = root / "boundaries" / "desa.gpkg"
    write_boundaries(kabupaten.boundaries, boundaries)
    written = [
        boundaries,
        _write_text(root / "indicators" / "daftar_desa.csv", _official_list(kabupaten), "utf-8"),
        _write_text(
            root / "kajian" / "kecocokan.csv", decisions(kabupaten).to_csv(sep=";", index=False), "utf-8"
        ),
        _write_text(root / "prevalensi_sebenarnya.csv", _true_rates(kabupaten), "utf-8"),
        _write_text(
            root / "README.md", _README.format(first=kabupaten.years[0], last=kabupaten.years[-1]), "utf-8"
        ),
    ]
    teams, size = round(TEAMS / 256 * len(kabupaten.villages)), size_of_list(kabupaten.villages)
    for year, previous in zip(kabupaten.years, (None, *kabupaten.years), strict=False):
        written += _write_year(kabupaten, year, root / "indicators" / str(year))
        silent = [dotted(kode) for kode in unlisted(kabupaten.tables[year])]
        study = study_text(year, previous=previous, silent=silent, teams=teams, size=size)
        if previous is not None:
            study += period_study(year)
            for one, semester in ((previous, 2), (year, 1)):
                name = f"layanan_{one}_s{semester}.csv"
                path = root / "indicators" / str(one) / name
                written.append(_write_text(path, period_list(kabupaten, one, semester), "utf-8"))
            written += _write_follow_up(kabupaten, previous, year, root / "indicators")
        written.append(_write_text(root / "kajian" / f"contoh-{year}.toml", study, "utf-8"))
    return written


def decisions(kabupaten: Kabupaten) -> pd.DataFrame:
    """List what a person decided about spellings no rule can settle, one row a file and spelling."""
    villages = kabupaten.villages
    rows = []
    for year in kabupaten.years:
        for kode, alias in sorted(kabupaten.aliases.items()):
            kecamatan = str(villages["kecamatan"][kode])
            place = {"kode_desa": dotted(kode), "alasan": alias.reason}
            rows.append({"sumber": f"eppgbm_{year}-02.xlsx", "kecamatan": kecamatan.upper(),
                         "desa": alias.written.upper(), **place})  # fmt: skip
            if alias.everywhere:
                rows.append(
                    {"sumber": f"krs_{year}.xlsx", "kecamatan": kecamatan, "desa": alias.written, **place}
                )
    columns = ["sumber", "kecamatan", "desa", "kode_desa", "alasan"]
    return pd.DataFrame(rows, columns=columns).sort_values(columns[:3], kind="stable")


def _write_year(kabupaten: Kabupaten, year: int, folder: Path) -> list[Path]:
    aliases = kabupaten.aliases
    shared = {kode: alias for kode, alias in aliases.items() if alias.everywhere}
    health = _written(
        kabupaten, year, "health", aliases, abbreviate=0.3, arabic=0.7, join=0.06, misspell=0.05
    )
    family = _written(kabupaten, year, "family", shared, abbreviate=0.7, join=0.05, misspell=0.03)
    water = _written(kabupaten, year, "water", {}, abbreviate=0.2, arabic=0.3, misspell=0.03)
    books = {
        f"eppgbm_{year}-02.xlsx": [health_sheet(health, year)],
        f"krs_{year}.xlsx": [family_sheet(family, year)],
        f"sanitasi_{year}.xlsx": sanitation_sheets(water, year),
        f"layanan_{year}.xlsx": [service_sheet(_written(kabupaten, year, "services", {}), year)],
    }
    if year == kabupaten.years[0]:
        books[f"lampiran_sk_lokus_{year}.xlsx"] = [decree_sheet(kabupaten.lokus, year)]
    for name, sheets in books.items():
        write_workbook(folder / name, sheets)
    # one office in two years, and two ways in which spreadsheet programs save a CSV file
    encoding = "utf-8-sig" if year == kabupaten.years[0] else "cp1252"
    poverty = _write_text(folder / f"kemiskinan_{year}.csv", _poverty_list(kabupaten, year), encoding)
    return [*(folder / name for name in books), poverty]


def _write_follow_up(kabupaten: Kabupaten, previous: int, year: int, folder: Path) -> list[Path]:
    """Write the structures of the villages, and the forms of the year before and of this year, filled in."""
    names = _written(kabupaten, year, "community", {}, abbreviate=0.2, arabic=0.3)
    books: dict[Path, Sheet] = {
        folder / str(year) / f"kelembagaan_{year}.xlsx": community_sheet(kabupaten, year, names),
        folder / str(year) / f"lini_lapangan_{year}.xlsx": family_team_sheet(kabupaten, year),
        folder / str(previous) / f"hasil_audit_kasus_{previous}.xlsx": audit_sheet(kabupaten, previous),
    }
    for one, semester in ((previous, 2), (year, 1)):
        name = f"orang_tua_asuh_{one}_s{semester}.xlsx"
        books[folder / str(one) / name] = foster_sheet(kabupaten, one, semester)
    for path, sheet in books.items():
        write_workbook(path, [sheet])
    return list(books)


def _written(
    kabupaten: Kabupaten, year: int, office: str, aliases: Mapping[str, Alias], **habits: float
) -> pd.DataFrame:
    """Give the clean table of a year with the names as an office writes them."""
    villages = kabupaten.villages
    groups = pd.factorize(villages["kode_kecamatan"])[0].tolist()
    desa = spell(villages["desa"].tolist(), groups, stream(kabupaten.seed, office, year), **habits)
    table = kabupaten.tables[year].assign(
        kode_kecamatan=villages["kode_kecamatan"],
        kecamatan_tertulis=villages["kecamatan"],
        desa_tertulis=desa,
    )
    for kode, alias in aliases.items():
        table.loc[kode, "desa_tertulis"] = alias.written
    return table


def _official_list(kabupaten: Kabupaten) -> str:
    villages = kabupaten.villages
    table = pd.DataFrame(
        {
            "kode_desa": [dotted(kode) for kode in villages.index],
            "desa": villages["desa"],
            "kecamatan": villages["kecamatan"],
            "jenis": villages["jenis"],
            "keterangan": "data contoh sintetis",
        }
    )
    return table.to_csv(index=False)


def _true_rates(kabupaten: Kabupaten) -> str:
    """Give what an estimate of the prevalence can be judged by."""
    table = kabupaten.truth[["prevalensi"]].reset_index().assign(keterangan="data contoh sintetis")
    return table.to_csv(index=False, float_format="%.4f")


def _poverty_list(kabupaten: Kabupaten, year: int) -> str:
    """Poorest first, codes as a spreadsheet spoils them, and a village that is not yet one."""
    villages = kabupaten.villages
    table = kabupaten.tables[year].join(villages[["desa", "kecamatan"]])
    table = table[table["desil_1_2"].notna()].sort_values("desil_1_2", ascending=False, kind="stable")
    lines = [BANNER, "", "KODE_DESA;KECAMATAN;NAMA_DESA;JUMLAH_KELUARGA;KELUARGA_DESIL_1_2;PERSEN_DESIL_1_2"]
    lines += [
        f"{kode}.0;{row.kecamatan};{row.desa};{row.keluarga:.0f};{row.keluarga_desil_1_2:.0f};"
        + f"{row.desil_1_2:.2f}".replace(".", ",")
        for kode, row in zip(table.index, table.itertuples(), strict=True)
    ]
    first = villages.iloc[0]
    highest = max(int(kode[7:]) for kode in villages.index if kode.startswith(first["kode_kecamatan"]))
    number = 99 if highest < 99 else highest + 1
    lines.append(
        f"{first['kode_kecamatan']}2{number:03d}.0;{first['kecamatan']};Persiapan Mekar Baru;58;21;36,21"
    )
    return "\r\n".join(lines) + "\r\n"


def _write_text(path: Path, text: str, encoding: str) -> Path:
    with atomic_path(path) as draft:
        draft.write_bytes(text.encode(encoding))
    return path
