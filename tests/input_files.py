"""A study that names every kind of input, ways to sort their rows otherwise, and a cell of each to change."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
from PIL import Image
from shapely.geometry import box
from tiny_study import tiny_mapping, to_toml

from lokus.findings import Finding, Where
from lokus.followup.calendar import draft_calendar
from lokus.followup.case_audit import audit_shortlist
from lokus.followup.gaps import find_gaps
from lokus.followup.interventions import intervention_matrix
from lokus.intake.children.export_findings import write_findings
from lokus.intake.earlier.audit_sheet import AUDIT_HEADS
from lokus.intake.earlier.calendar_form import find_columns
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.results.info import StudyInfo
from lokus.show.workbook.audit_form import write_audit_form
from lokus.show.workbook.calendar import write_calendar

__all__ = ["CELLS", "DECISIONS", "every_kind_of_input", "shuffle_every_input", "shuffle_lines"]

DECISIONS = (
    "sumber;kecamatan;desa;kode_desa;alasan\na;b;c;9901012001;x\na;b;d;abaikan;y\na;b;e;9901012002;z\n"
)
_CATALOGUE = load_catalogue()
_INFO = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026, synthetic=True)


def every_kind_of_input(folder: Path) -> Path:
    """Write the study, with the inputs which the small one leaves out."""
    plain = tiny_mapping(folder)
    (folder / "kecocokan.csv").write_text(DECISIONS, encoding="utf-8")
    villages = gpd.read_file(folder / "desa.gpkg")
    _write_boundaries(folder, villages)
    plain["batas"] = {
        **plain["batas"], "berkas": "podes.shp", "jembatan": "jembatan.csv",
        "kolom": {"kode": "iddesa", "desa": "desa", "kecamatan": "kecamatan"},
    }  # fmt: skip
    _write_children(folder / "anak.csv", villages)
    table = plain["tabel"][0]
    carried = Finding(check="children.lewat_nama", level="note", message="2 anak", where=Where(file="a.csv"))
    write_findings([carried], folder / "data_2026_temuan.json")
    table["temuan"] = "data_2026_temuan.json"
    table["indikator"] = {k: v for k, v in table["indikator"].items() if k not in ("diukur", "stunting")}
    plain["tabel"].insert(1, {
        "jenis": "anak", "berkas": "anak.csv", "periode": {"mulai": "2026-02-01", "akhir": "2026-02-28"},
        "kolom": {"nik": "nik", "nama": "nama", "orang_tua": "ortu", "lahir": "tgl_lahir", "desa": "desa_kel",
                  "kecamatan": "kec", "tanggal": "tanggal_ukur", "tinggi": "tb", "zs_tbu": "zs_tb_u"},
    })  # fmt: skip
    plain["tahun_lalu"] |= {
        "riwayat": [{"tahun": 2024, "berkas": "sk_2024.csv", "tempat": {"kode": "kode_desa"}}],
        "kalender": ["kalender.xlsx"],
    }
    _write_calendar(folder / "kalender.xlsx", villages)
    _write_returns(folder / "hasil_audit.xlsx", villages)
    plain["audit_kasus"]["hasil"] = ["hasil_audit.xlsx"]
    around = [box(103.9 + 0.1 * n, -3.6, 104 + 0.1 * n, -3.2) for n in range(5)]
    land = gpd.GeoDataFrame({"nama": list("ABCDE")}, geometry=around, crs="EPSG:4326")
    land.to_file(folder / "sekitar.geojson", driver="GeoJSON")
    Image.new("RGB", (8, 8), "navy").save(folder / "logo.png")
    plain["keluaran"] |= {"sekitar": "sekitar.geojson", "logo": "logo.png"}
    (folder / "kajian.toml").write_text(to_toml(plain), encoding="utf-8")
    return folder / "kajian.toml"


def _write_boundaries(folder: Path, villages: gpd.GeoDataFrame) -> None:
    """Boundaries with codes of BPS, and the bridge to those of the study."""
    own = villages["kode_desa"].to_numpy()
    bps = [f"{kode[:6]}0{n + 1:03d}" for n, kode in enumerate(own)]
    villages.assign(iddesa=bps).drop(columns="kode_desa").to_file(folder / "podes.shp")
    lines = [f"{old};{kode}" for old, kode in zip(bps, own, strict=True)]
    text = "\n".join(["bps;kemendagri", *lines, "9902010001;9902012001"]) + "\n"
    (folder / "jembatan.csv").write_text(text, encoding="utf-8")


def _write_children(path: Path, villages: gpd.GeoDataFrame) -> None:
    """Children, among them some measured twice, on one day otherwise, in two villages, or without NIK."""
    rows = ["nik;nama;ortu;tgl_lahir;desa_kel;kec;tanggal_ukur;tb;zs_tb_u"]
    for number, row in villages.iterrows():
        other = villages.iloc[(number + 1) % len(villages)]
        place, moved = (f"{one['desa']};{one['kecamatan']}" for one in (row, other))
        for child in range(4):
            who = f"anak {number}-{child};ibu {number};{1 + number % 28:02d}/0{1 + number % 9}/2024"
            nik = "" if child == 3 else f"990101{10 * number + child:010d}"
            score = f"-{1 + (number + child) % 3},{number % 9}"
            rows.append(f"{nik};{who};{place};10/02/2026;8{child},5;{score}")
            if child == 1:  # measured again, later or on the same day with another result
                again = f"1{number % 2}/02/2026"
                rows.append(f"{nik};{who};{place};{again};8{child},9;-0,{number % 9}")
            if child == 2 and number % 5 == 0:  # on the same day in the next village too
                rows.append(f"{nik};{who};{moved};10/02/2026;8{child},5;{score}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _places(villages: gpd.GeoDataFrame) -> pd.DataFrame:
    table = villages.set_index("kode_desa")[["desa", "kecamatan"]]
    return pd.DataFrame(table).assign(kode_kecamatan=table.index.str[:6])


def _write_calendar(path: Path, villages: gpd.GeoDataFrame) -> None:
    table = _places(villages).assign(sanitasi_layak=55.0, krs_persen=50.0, keluarga=100.0)
    gaps = intervention_matrix(table, {"sanitasi_layak": 80.0, "krs_persen": 40.0}, _CATALOGUE)
    write_calendar(path, draft_calendar(gaps, year=2025), _INFO, interventions=gaps)
    book = openpyxl.load_workbook(path)
    for sheet, head in _heads_of_offices(book):
        places = find_columns([cell.value for cell in sheet[head]])
        for row in range(head + 1, sheet.max_row + 1):
            if sheet.cell(row=row, column=places["id"] + 1).value:
                sheet.cell(row=row, column=places["target"] + 1).value = 10 + row
                sheet.cell(row=row, column=places["realisasi"] + 1).value = row
    book.save(path)


def _write_returns(path: Path, villages: gpd.GeoDataFrame) -> None:
    table = _places(villages).assign(anak_stunting=9.0)
    listed = audit_shortlist(
        table, gaps=find_gaps(table, {}, _CATALOGUE), examined=[], catalogue=_CATALOGUE, n=6
    )
    causes = {key: _CATALOGUE[key].label for key in ("air_layak", "cakupan_imunisasi")}
    write_audit_form(path, listed, _INFO, causes=causes)
    book = openpyxl.load_workbook(path)
    sheet, head = book.worksheets[0], _head_of_returns(book)
    place = {cell.value: cell.column for cell in sheet[head]}
    group, cause, cases = (place[AUDIT_HEADS[key]] for key in ("kelompok", "sebab", "kasus"))
    for number, row in enumerate(range(head + 1, head + 13)):
        sheet.cell(row=row, column=group).value = ("balita", "bumil")[number % 2]
        sheet.cell(row=row, column=cause).value = tuple(causes)[number % 2]
        sheet.cell(row=row, column=cases).value = 1 + number
    book.save(path)


def _heads_of_offices(book: openpyxl.Workbook) -> list[tuple[Any, int]]:
    return [
        (sheet, row[0].row)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        if find_columns([cell.value for cell in row])
    ]


def _head_of_returns(book: openpyxl.Workbook) -> int:
    rows = book.worksheets[0].iter_rows()
    return next(row[0].row for row in rows if row[0].value == AUDIT_HEADS["kode_desa"])


def shuffle_every_input(folder: Path, seed: int) -> list[str]:
    """Put the rows of every input of :func:`every_kind_of_input` in another order; give their names."""
    order = random.Random(seed)
    texts = sorted(path for path in folder.glob("*.csv") if path.name != "lain.csv")
    for path in texts:
        shuffle_lines(path, order)
    shapes = {"podes.shp": None, "desa.gpkg": "desa", "sekitar.geojson": None}
    for name, layer in shapes.items():
        found = gpd.read_file(folder / name, layer=layer) if layer else gpd.read_file(folder / name)
        found = found.sample(frac=1, random_state=seed)
        for part in folder.glob(f"{Path(name).stem}.*"):
            part.unlink()
        found.to_file(folder / name, **({"layer": layer} if layer else {}))
    for name in ("kalender.xlsx", "hasil_audit.xlsx"):
        book = openpyxl.load_workbook(folder / name)
        heads = _heads_of_offices(book) or [(book.worksheets[0], _head_of_returns(book))]
        for sheet, head in heads:
            rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=head + 1)]
            filled = [number for number, row in enumerate(rows) if row[0] is not None]
            given = [rows[number] for number in filled]
            order.shuffle(given)
            for number, values in zip(filled, given, strict=True):
                for column, value in enumerate(values, start=1):
                    sheet.cell(row=head + 1 + number, column=column).value = value
        book.save(folder / name)
    return [path.name for path in texts] + [*shapes, "kalender.xlsx", "hasil_audit.xlsx"]


def shuffle_lines(path: Path, order: random.Random) -> None:
    """Shuffle the lines below the first."""
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    before = list(rows)
    while rows == before and len(rows) > 1:
        order.shuffle(rows)
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def _replaced(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def _moved(path: Path, **layer: str) -> None:
    """Draw one village otherwise, and leave what is said of it."""
    villages = gpd.read_file(path, **layer)
    villages.loc[0, "geometry"] = villages.geometry[0].buffer(-0.001)
    villages.to_file(path, **layer)


def _recounted(path: Path, key: str) -> None:
    """Change one number of a workbook that an office filled in."""
    book = openpyxl.load_workbook(path)
    heads = _heads_of_offices(book)
    if heads:
        sheet, head = heads[0]
        column = find_columns([cell.value for cell in sheet[head]])[key] + 1
    else:
        sheet, head = book.worksheets[0], _head_of_returns(book)
        column = next(cell.column for cell in sheet[head] if cell.value == AUDIT_HEADS[key])
    cell = next(sheet.cell(row=row, column=column) for row in range(head + 1, sheet.max_row + 1)
                if sheet.cell(row=row, column=column).value)  # fmt: skip
    cell.value += 1
    book.save(path)


CELLS: dict[str, Callable[[Path], object]] = {
    "podes.shp": lambda f: _moved(f / "podes.shp"),
    "desa.gpkg": lambda f: _moved(f / "desa.gpkg", layer="desa"),
    "jembatan.csv": lambda f: _replaced(f / "jembatan.csv", b"9902012001", b"9902012002"),
    "resmi.csv": lambda f: _replaced(f / "resmi.csv", b"Bukit Jaya", b"Bukit Jayo"),
    "anak.csv": lambda f: _replaced(f / "anak.csv", b";-1,3", b";-2,3"),
    "data_2026.csv": lambda f: _replaced(
        f / "data_2026.csv", b"Suka Maju,Sukasari,", b"Suka Maju,Sukasari,1"
    ),
    "data_2026_temuan.json": lambda f: _replaced(f / "data_2026_temuan.json", b"2 anak", b"3 anak"),
    "data_2025.csv": lambda f: _replaced(
        f / "data_2025.csv", b"Suka Maju,Sukasari,", b"Suka Maju,Sukasari,1"
    ),
    "sk_2024.csv": lambda f: _replaced(f / "sk_2024.csv", b"9901012001", b"9901012003"),
    "sk_2025.csv": lambda f: _replaced(f / "sk_2025.csv", b"9901012001", b"9901012003"),
    "kalender.xlsx": lambda f: _recounted(f / "kalender.xlsx", "realisasi"),
    "hasil_audit.xlsx": lambda f: _recounted(f / "hasil_audit.xlsx", "kasus"),
    "kecocokan.csv": lambda f: _replaced(f / "kecocokan.csv", b"abaikan", b"9901012003"),
    "sekitar.geojson": lambda f: _replaced(f / "sekitar.geojson", b"103.9", b"103.8"),
    "logo.png": lambda f: Image.new("RGB", (8, 8), "red").save(f / "logo.png"),
    "kajian-2025.toml": lambda f: _replaced(f / "kajian-2025.toml", b"Kajian kecil", b"Kajian kecik"),
}
"""One changed cell of each input, by the name of the file."""
