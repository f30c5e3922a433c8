"""Every file from elsewhere is read up to a size, which a person can raise; none unpacks to far more."""

from __future__ import annotations

import io
import re
import struct
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import box

from lokus import limits
from lokus.errors import InputError
from lokus.intake.children.children import read_children
from lokus.intake.earlier.list_files import read_list_table
from lokus.intake.earlier.outputs import read_previous_pack
from lokus.intake.official import read_bridge, read_official_list
from lokus.intake.tables.grid import list_sheets, read_grid
from lokus.limits import VARIABLE, refuse_cells, refuse_large, refuse_unpacked
from lokus.manifest import frame_digest, read_lock
from lokus.places.boundaries import read_boundaries
from lokus.places.decisions import read_decisions
from lokus.places.surroundings import read_surroundings

SHEET = "xl/worksheets/sheet1.xml"


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["Desa", "Diukur", "Stunting"], ["Suka Maju", 90, 9], ["Suka Jaya", 80, 8]):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(path, name: str, content: bytes) -> None:
    """Write a workbook again with one part exchanged."""
    old = zipfile.ZipFile(io.BytesIO(workbook()))
    with old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))


def spaced(n: int) -> bytes:
    """A sheet with millions of blanks between its rows, as small as they when packed."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        return book.read(SHEET).replace(b"<sheetData>", b"<sheetData>" + b" " * n)


def stated(error: InputError) -> str:
    """The number of megabytes that a remedy tells to set."""
    return re.search(rf"{VARIABLE}=(\d+)", error.remedy)[1]


def one_byte(monkeypatch) -> None:
    monkeypatch.setattr(limits, "LARGEST", dict.fromkeys(limits.LARGEST, 1e-6))


READERS = {
    "data.csv": lambda path: read_grid(path),
    "data.xlsx": lambda path: read_grid(path),
    "lembar.xlsx": lambda path: list_sheets(path),
    "resmi.csv": lambda path: read_official_list(path, columns={"kode": "kode", "desa": "desa"}),
    "jembatan.csv": lambda path: read_bridge(path),
    "anak.csv": lambda path: read_children(path, start="2026-02-01", end="2026-02-28"),
    "kecocokan.csv": lambda path: read_decisions(path),
    "kajian.lock.json": lambda path: read_lock(path),
    "sk.json": lambda path: read_list_table(path, pd.DataFrame()),
    "sk.gpkg": lambda path: read_list_table(path, pd.DataFrame()),
    "desa.gpkg": lambda path: read_boundaries(path),
    "desa.geojson": lambda path: read_boundaries(path),
    "desa.sql": lambda path: read_boundaries(path),
    "desa.parquet": lambda path: read_boundaries(path),
    "desa.zip": lambda path: read_boundaries(path),
    "desa.shp": lambda path: read_boundaries(path),
    "sekitar.geojson": lambda path: read_surroundings(path),
    "hasil.gpkg": lambda path: read_previous_pack(path.parent, digest=frame_digest),
}


def sample(folder, name: str):
    """A small file of the kind, which would be read, or refused for another reason than its size."""
    path = folder / name
    frame = gpd.GeoDataFrame(
        {"KDEPUM": ["99.01.01.2001"], "WADMKD": ["Suka Maju"], "WADMKC": ["Sukasari"]},
        geometry=[box(104, -3, 104.1, -2.9)], crs=4326,
    )  # fmt: skip
    if path.suffix == ".xlsx":
        path.write_bytes(workbook())
    elif path.suffix == ".parquet":
        pytest.importorskip("pyarrow")
        frame.to_parquet(path)
    elif path.suffix == ".zip":
        frame.to_file(folder / "isi.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.glob("isi.*"):
                archive.write(part, part.name)
    elif path.suffix in (".gpkg", ".geojson", ".shp"):
        frame.to_file(path)
    else:
        path.write_text("kode;desa\n9901012001;Suka Maju\n")
    if name == "hasil.gpkg":
        (folder / "kajian.lock.json").write_text("{}")
    return path


@pytest.mark.parametrize("name", READERS)
def test_every_reader_refuses_what_is_too_large_and_says_how_to_allow_it(name, tmp_path, monkeypatch) -> None:
    path = sample(tmp_path, name)
    one_byte(monkeypatch)
    with pytest.raises(InputError, match="ukurannya 1 MB; berkas seperti ini dibaca paling besar") as refused:
        READERS[name](path)
    assert f"{VARIABLE}=1 " in refused.value.remedy
    monkeypatch.setenv(VARIABLE, "1")
    said = ""
    try:
        READERS[name](path)
    except InputError as error:  # some samples are too poor to be read, which is another matter
        said = str(error)
    assert "paling besar" not in said


def test_the_number_that_the_remedy_tells_to_set_is_enough(tmp_path, monkeypatch) -> None:
    path = tmp_path / "besar.csv"
    with path.open("wb") as file:
        file.truncate(201_500_000)
    with pytest.raises(InputError, match=r"ukurannya 202 MB; .* 200 MB") as refused:
        refuse_large(path, "table")
    monkeypatch.setenv(VARIABLE, stated(refused.value))
    refuse_large(path, "table")


@pytest.mark.parametrize("value", ["0", "banyak", "-5", "1,5"])
def test_a_limit_that_is_no_number_is_refused(value: str, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, value)
    path = sample(tmp_path, "data.csv")
    with pytest.raises(InputError, match=f'{VARIABLE} bernilai "{value}"') as refused:
        read_grid(path)
    assert f"{VARIABLE}=1000" in refused.value.remedy


def test_a_workbook_that_unpacks_to_far_more_than_its_size_is_refused(tmp_path, monkeypatch) -> None:
    path = tmp_path / "bom.xlsx"
    with_part(path, SHEET, spaced(120_000_000))
    assert path.stat().st_size < 300_000
    said = r"mengembang menjadi 12\d MB atau lebih; paling banyak 100 MB"
    with pytest.raises(InputError, match=said) as refused:
        read_grid(path)
    monkeypatch.setenv(VARIABLE, stated(refused.value))
    refuse_unpacked(path)


def test_a_workbook_that_lies_of_its_sizes_is_counted(tmp_path) -> None:
    path = tmp_path / "bom.xlsx"
    with_part(path, SHEET, spaced(120_000_000))
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    # Say everywhere that the sheet has a thousand bytes.
    path.write_bytes(content.replace(struct.pack("<I", size), struct.pack("<I", 1000)))
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo(SHEET).file_size == 1000
    with pytest.raises(InputError, match="mengembang menjadi"):
        read_grid(path)


def test_a_zip_of_boundaries_that_unpacks_to_far_more_is_refused(tmp_path) -> None:
    path = tmp_path / "desa.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("desa.geojson", b'{"type": "FeatureCollection"' + b" " * 120_000_000 + b"}")
    with pytest.raises(InputError, match="mengembang menjadi"):
        read_boundaries(path)


def test_two_cells_far_apart_are_refused_before_room_is_made_for_all_between(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "Desa", 1
    path = tmp_path / "gizi.xlsx"
    book.save(path)
    for read in (read_grid, list_sheets):
        with pytest.raises(InputError, match=r"mencakup 17\.179\.869\.184 sel; paling banyak 30\.000\.000"):
            read(path)
    # Obeyed: what lies outside the table is deleted.
    path.write_bytes(workbook())
    assert len(read_grid(path)[0].rows) == 3


def record(kind: int, content: bytes = b"") -> bytes:
    """One record of a binary workbook, [MS-XLSB] 2.1.4; the lengths here are below 128."""
    head = bytes([kind]) if kind < 128 else bytes([(kind & 127) | 128, kind >> 7])
    return head + bytes([len(content)]) + content


def binary_workbook(path, row: int, column: int) -> None:
    """A sheet with 1 in A1 and 5 in another cell, both counted from 0."""
    cells = b"".join(
        record(0, struct.pack("<IIHHBI", r, 0, 300, 0, 0, 0))
        + record(2, struct.pack("<III", c, 0, value << 2 | 2))
        for r, c, value in ((0, 0, 1), (row, column, 5))
    )
    size = record(148, struct.pack("<IIII", 0, row, 0, column))
    sheet = record(129) + size + record(145) + cells + record(146) + record(130)
    named = struct.pack("<III", 0, 1, 4) + "rId1".encode("utf-16-le")
    named += struct.pack("<I", 1) + "S".encode("utf-16-le")
    book = record(131) + record(153, bytes(12)) + record(143) + record(156, named) + record(144) + record(132)
    kinds = "http://schemas.openxmlformats.org"
    related = (
        f'<Relationships xmlns="{kinds}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{kinds}/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.bin"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{kinds}/package/2006/content-types"/>')
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        archive.writestr("xl/_rels/workbook.bin.rels", related)


def test_cells_far_apart_in_a_binary_workbook_are_refused_before_room_is_made(
    tmp_path,
) -> None:
    path = tmp_path / "gizi.xlsb"
    binary_workbook(path, 1, 1)
    assert read_grid(path)[0].rows == ((1.0, None), (None, 5.0))
    binary_workbook(path, 1_048_575, 16_383)
    for read in (read_grid, list_sheets):
        with pytest.raises(InputError, match=r"mencakup 17\.179\.869\.184 sel; paling banyak 30\.000\.000"):
            read(path)
    binary_workbook(path, 1_048_575, 20)
    refuse_cells(path)


def test_an_ods_whose_repeated_cells_span_too_much_is_refused(tmp_path) -> None:
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    rows = (
        '<table:table-row table:number-rows-repeated="1048574">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row><table:table-row>'
        '<table:table-cell table:number-columns-repeated="16383"/>'
        '<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
        "</table:table-row>"
    )
    path = tmp_path / "gizi.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{urn}:office:1.0" xmlns:table="{urn}:table:1.0" '
            f'xmlns:text="{urn}:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">'
            f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    with pytest.raises(InputError, match=r"mencakup 17\.179\.852\.800 sel; paling banyak 30\.000\.000"):
        read_grid(path)
    # What programs write below every table, empty to the last row and column, is nothing.
    table = (
        b'<table:table-row><table:table-cell office:value="1"><text:p>1</text:p></table:table-cell>'
        b'</table:table-row><table:table-row table:number-rows-repeated="1048575">'
        b'<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert limits._last_repeated(table) == (1, 1)


def test_a_sheet_formatted_to_its_last_row_is_read(tmp_path) -> None:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(10, 1_048_577, 4096))
    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        sheet = book.read(SHEET).replace(b"</sheetData>", rows + b"</sheetData>")
    path = tmp_path / "gizi.xlsx"
    with_part(path, SHEET, sheet)
    refuse_cells(path)
    assert [row[0] for row in read_grid(path)[0].rows] == ["Desa", "Suka Maju", "Suka Jaya"]


def test_ordinary_and_broken_files_pass(tmp_path) -> None:
    for name in ("data.xlsx", "data.csv"):
        path = sample(tmp_path, name)
        refuse_large(path, "table")
        refuse_unpacked(path)
        refuse_cells(path)
    (tmp_path / "rusak.xlsx").write_bytes(workbook()[:-40])
    refuse_unpacked(tmp_path / "rusak.xlsx")
    refuse_cells(tmp_path / "rusak.xlsx")
    refuse_large(tmp_path / "tidak-ada.csv", "table")
    assert len(pd.DataFrame(read_grid(tmp_path / "data.xlsx")[0].rows)) == 3
