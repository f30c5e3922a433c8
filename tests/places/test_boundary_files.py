from __future__ import annotations

import shutil
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import box

from lokus.errors import InputError
from lokus.findings import Where
from lokus.places.boundary_files import lost_letters, open_features, read_features


def squares(n: int = 4, *, names: list[str] | None = None) -> gpd.GeoDataFrame:
    """A row of villages."""
    return gpd.GeoDataFrame(
        {
            "KDEPUM": [f"99.01.01.200{i + 1}" for i in range(n)],
            "WADMKD": names or [f"Desa {i}" for i in range(n)],
            "WADMKC": "Sukasari",
        },
        geometry=[box(104 + i / 50, -3, 104.02 + i / 50, -2.98) for i in range(n)],
        crs="EPSG:4326",
    )


def shapefile(folder: Path, frame: gpd.GeoDataFrame | None = None, **options) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "desa.shp"
    (squares() if frame is None else frame).to_file(path, **options)
    return path


def zipped(path: Path, members: dict[str, Path]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, file in members.items():
            archive.write(file, name)
    return path


def parts(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}.*"))


def test_folders_and_zips_are_read_however_deep_the_file_lies(tmp_path) -> None:
    path = shapefile(tmp_path / "a" / "Batas 2024" / "SHP")
    members = {f"Batas [1]/x y/{part.name}": part for part in parts(path)}
    members["__MACOSX/Batas/._desa.shp"] = path
    members["baca saya.txt"] = path.with_suffix(".prj")
    for source in (
        tmp_path / "a", zipped(tmp_path / "b.ZIP", members), zipped(tmp_path / "c [2].zip", members)
    ):  # fmt: skip
        assert read_features(source)["WADMKD"].tolist() == ["Desa 0", "Desa 1", "Desa 2", "Desa 3"]
        assert len(read_features(source, layer="desa")) == 4
    squares().to_file(tmp_path / "d.gpkg", layer="batas")
    assert len(read_features(zipped(tmp_path / "d.zip", {"sub/d.gpkg": tmp_path / "d.gpkg"}))) == 4
    squares().to_file(tmp_path / "e.geojson")
    assert len(read_features(zipped(tmp_path / "e.zip", {"e.geojson": tmp_path / "e.geojson"}))) == 4


def test_several_files_in_a_zip_need_the_name_of_one(tmp_path) -> None:
    path = shapefile(tmp_path / "a")
    other = shapefile(tmp_path / "b", squares(2))
    members = {f"desa/{part.name}": part for part in parts(path)}
    members |= {f"lama/kec{part.suffix}": part for part in parts(other)}
    archive = zipped(tmp_path / "dua.zip", members)
    with pytest.raises(InputError, match=r"beberapa berkas batas: desa/desa.shp, lama/kec.shp\n→ .*lapisan"):
        read_features(archive)
    assert len(read_features(archive, layer="kec")) == 2


@pytest.mark.parametrize("missing", [".dbf", ".shx", ".shp"])
@pytest.mark.parametrize("how", ["beside", "zip", "folder"])
def test_a_missing_part_of_a_shapefile_is_named(tmp_path, missing: str, how: str) -> None:
    path = shapefile(tmp_path / "a")
    path.with_suffix(missing).unlink()
    if how == "zip":
        source = zipped(tmp_path / "a.zip", {part.name: part for part in parts(path)})
    else:
        source = path.parent if how == "folder" else path
    with pytest.raises(InputError, match=r"\.shp|tidak ada") as refused:
        read_features(source)
    assert missing in str(refused.value) or "tidak ada" in refused.value.what


def test_a_part_under_another_name_is_no_part(tmp_path) -> None:
    path = shapefile(tmp_path / "a")
    path.with_suffix(".dbf").rename(path.with_name("DESA.DBF"))
    with pytest.raises(InputError, match=r"desa\.shp tidak lengkap: \.dbf tidak ada\n→ "):
        read_features(path)
    path.with_name("DESA.DBF").rename(path.with_suffix(".DBF"))
    assert len(read_features(path)) == 4


def test_parts_of_two_shapefiles_are_not_put_together(tmp_path) -> None:
    path, other = shapefile(tmp_path / "a"), shapefile(tmp_path / "b", squares(3))
    shutil.copy(other.with_suffix(".dbf"), path.with_suffix(".dbf"))
    with pytest.raises(InputError, match="4 poligon, 3 baris"):
        read_features(path)
    path.with_suffix(".dbf").write_bytes(b"")
    with pytest.raises(InputError):
        read_features(path)


def test_damaged_and_locked_zips_and_others_say_what_to_do(tmp_path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(InputError, match="zip rusak"):
        read_features(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("baca.txt", "halo")
    with pytest.raises(InputError, match=r"tidak ada berkas batas; isinya: baca\.txt"):
        read_features(path)
    whole = zipped(path, {part.name: part for part in parts(shapefile(tmp_path / "b"))}).read_bytes()
    path.write_bytes(whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"))
    with pytest.raises(InputError, match="kata sandi"):
        read_features(path)


def test_tables_are_no_layers_and_a_named_layer_is_found(tmp_path) -> None:
    path = tmp_path / "a.gpkg"
    squares().to_file(path, layer="desa")
    pyogrio.write_dataframe(pd.DataFrame({"gaya": ["x"]}), path, layer="layer_styles")
    assert len(read_features(path)) == 4
    with pytest.raises(InputError, match="geometri"):
        read_features(path, layer="layer_styles")
    with pytest.raises(InputError, match='lapisan "lain"'):
        read_features(path, layer="lain")
    squares(2).to_file(path, layer="lama")
    with pytest.raises(InputError, match=r"beberapa lapisan: desa, lama\n→ .*lapisan"):
        read_features(path)


NAMES = ["Désa Émas", "Sukamaju", "Tañjung", "Muara"]


def test_utf8_without_cpg_is_set_right_and_reported(tmp_path) -> None:
    path = shapefile(tmp_path, squares(names=NAMES), encoding="utf-8")
    path.with_suffix(".cpg").unlink()
    found = open_features(path)
    assert found.frame["WADMKD"].tolist() == NAMES
    assert [(f.check, f.level, f.where.row) for f in found.findings] == [("batas.encoding", "warning", 1)]
    # Both remedies that the finding names.
    assert open_features(path, encoding="utf-8").findings == ()
    path.with_suffix(".cpg").write_text("UTF-8")
    assert open_features(path).findings == ()


@pytest.mark.parametrize("said", ["UTF-8", "utf8"])
def test_a_cpg_that_contradicts_the_bytes_is_named(tmp_path, said: str) -> None:
    path = shapefile(tmp_path, squares(names=NAMES), encoding="cp1252")
    path.with_suffix(".cpg").write_text(said)
    found = open_features(path)
    assert found.frame["WADMKD"].tolist() == NAMES
    assert [(f.check, f.where.row) for f in found.findings] == [("batas.encoding", 1)]
    assert open_features(path, encoding="cp1252").findings == ()
    path.with_suffix(".cpg").write_text("1252")
    assert open_features(path).findings == ()
    with pytest.raises(InputError, match='pengodean "utf-8"'):
        open_features(path, encoding="utf-8")


def test_lost_letters_are_named() -> None:
    frame = pd.DataFrame({"desa": ["Suka", "D\ufffdsa", "Tan?ung", "Apa ?"]})
    (finding,) = lost_letters(frame, ["desa"], where=Where(file="a.shp"))
    assert finding.where.row == 2
    assert "2–3" in finding.message


def test_a_file_cut_short_by_its_server_is_refused(tmp_path) -> None:
    path = tmp_path / "a.geojson"
    squares().to_file(path)
    text = path.read_text()
    path.write_text(
        text.replace(
            '"type": "FeatureCollection",', '"type": "FeatureCollection", "exceededTransferLimit": true,'
        )
    )
    with pytest.raises(InputError, match="memotong"):
        read_features(path)
    squares(1000).to_file(path)
    assert [finding.check for finding in open_features(path).findings] == ["batas.record_limit"]


@pytest.mark.parametrize(
    "suffix", ["gpkg", "geojson", "shp", "parquet", "fgb", "zip", "sql", "json", "kml", "gml", "gdb"]
)
@pytest.mark.parametrize(
    "content", [b"", b"bukan peta", b"{}", b"\x00" * 200, b"PAR1PAR1", struct.pack("<64I", *range(64))]
)
def test_what_is_no_map_is_refused_in_plain_words(tmp_path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    if suffix == "shp":
        for part in ("shx", "dbf"):
            (tmp_path / f"a.{part}").write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_features(path)
    assert refused.value.remedy
    assert not {"GDAL", "driver", "<DRIVER>", "codec"} & set(str(refused.value).split())


def test_geoparquet_without_a_column_of_boxes_is_read_around_a_place_too(tmp_path):
    squares = [box(104 + n, -4, 104.5 + n, -3.5) for n in range(4)]
    frame = gpd.GeoDataFrame(
        {"kode": [f"99.0{n + 1}.01.2001" for n in range(4)], "desa": "Alai", "kecamatan": "Lembak"},
        geometry=squares,
        crs=4326,
    )
    frame.to_parquet(tmp_path / "desa.parquet")
    columns = {"kode": "kode", "desa": "desa", "kecamatan": "kecamatan"}
    found = read_features(tmp_path / "desa.parquet", columns=columns, bbox=(104.9, -4, 106.2, -3))
    assert found["kode"].tolist() == ["99.02.01.2001", "99.03.01.2001"]
    one = read_features(tmp_path / "desa.parquet", columns=columns, kabupaten="9903")
    assert one["kode"].tolist() == ["99.03.01.2001"]
