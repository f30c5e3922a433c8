"""No boundary file has another file or an address read in its place, whatever it is called."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import zipfile
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pyogrio
import pytest
from boundary_instances import drawn

from lokus.errors import InputError
from lokus.places.boundaries import read_boundaries
from lokus.places.boundary_files import read_features
from lokus.places.surroundings import read_surroundings


class Server:
    """A server on this machine that counts who asks, and answers with villages."""

    def __init__(self, answer: bytes) -> None:
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer)

            do_HEAD = do_GET  # noqa: N815 - what the library calls

            def log_message(self, *_args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/desa.geojson"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hidden(tmp_path):
    """Villages outside the folder of the study, and a server that gives the same."""
    (tmp_path / "lain").mkdir()
    path = tmp_path / "lain" / "rahasia.geojson"
    path.write_text(drawn("9901", tmp_path).to_json())
    server = Server(path.read_bytes())
    yield path, server
    server.close()


def vrt(source: str) -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="rahasia"><SrcDataSource>{source}</SrcDataSource>'
        "<SrcLayer>rahasia</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"
    )


def gml(source: str) -> str:
    return (
        '<?xml version="1.0"?><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
        'xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="http://ogr.maptools.org/ {source}">'
        f'<gml:featureMember><ogr:desa><gml:geometryProperty xlink:href="{source}#x"/>'
        "<ogr:kode>99.01.01.2001</ogr:kode></ogr:desa></gml:featureMember></ogr:FeatureCollection>"
    )


def kml(source: str) -> str:
    return (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link>'
        f"<href>{source}</href></Link></NetworkLink></Document></kml>"
    )


def entity(source: str) -> str:
    declared = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "{source}">]>'
    return f'<?xml version="1.0"?>{declared}<kml><Document>&x;</Document></kml>'


def laughs(_source: str) -> str:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a0 "ha">{entities}]><kml>&a11;</kml>'


def crs_link(source: str) -> str:
    crs = {"type": "link", "properties": {"href": source, "type": "ogcwkt"}}
    return json.dumps({"type": "FeatureCollection", "features": [], "crs": crs})


def crs_link_in_code(source: str) -> str:
    return crs_link(source).replace("crs", "\\u0063rs").replace("href", "h\\u0072ef")


def crs_url(source: str) -> str:
    crs = {"type": "url", "properties": {"url": source}}
    return json.dumps({"crs": crs, "type": "FeatureCollection", "features": []})


def crs_name(source: str) -> str:
    crs = {"type": "name", "properties": {"name": source}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": []})


def json_fg(source: str) -> str:
    profile = ["[ogc-json-fg-1-0.1:core]"]
    return json.dumps(
        {"type": "FeatureCollection", "conformsTo": profile, "coordRefSys": source, "features": []}
    )


def gml_srs(source: str) -> str:
    box = "<gml:coordinates>104,-3 104.1,-3 104.1,-2.9 104,-3</gml:coordinates>"
    return (
        '<?xml version="1.0"?><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
        'xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><ogr:desa><ogr:geometryProperty>'
        f'<gml:Polygon srsName="{source}"><gml:outerBoundaryIs><gml:LinearRing>{box}'
        "</gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></ogr:geometryProperty>"
        "<ogr:kode>99.01.01.2001</ogr:kode></ogr:desa></gml:featureMember></ogr:FeatureCollection>"
    )


def pipeline(source: str) -> str:
    return json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {source}"})


def wfs(source: str) -> str:
    return f"<OGRWFSDataSource><URL>{source}</URL></OGRWFSDataSource>"


RECIPES = (
    vrt, gml, gml_srs, kml, entity, laughs, crs_link, crs_link_in_code, crs_url, crs_name, json_fg, pipeline,
    wfs,
)  # fmt: skip
NAMES = ("d.vrt", "d.gpkg", "d.geojson", "d.gml", "d.kml", "d.json", "d.txt", "d.csv", "d.parquet", "d.sql")


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("way", ["file", "address", "vsicurl", "zip"])
def test_a_file_that_refers_to_others_is_refused_under_every_name(recipe, way, hidden, tmp_path) -> None:
    path, server = hidden
    source = {"address": server.url, "vsicurl": f"/vsicurl/{server.url}"}.get(way, str(path))
    for name in NAMES:
        file = tmp_path / name
        file.write_text(recipe(source))
        if way == "zip":
            with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
                archive.write(file, name)
            file = tmp_path / "z.zip"
        for read in (read_boundaries, read_surroundings):
            with pytest.raises(InputError) as refused:
                read(file)
            assert refused.value.remedy
        file.unlink()
    assert server.asked == []


def test_a_recipe_behind_the_mark_of_another_format_is_refused(hidden, tmp_path) -> None:
    path, _server = hidden
    for mark in (b"fgb\x03fgb\x00", b"SQLite format 3\0", b"\0\0\x27\x0a", b"  \n\t", b"{", b"PAR1"):
        file = tmp_path / "d.fgb"
        file.write_bytes(mark + vrt(str(path)).encode())
        with pytest.raises(InputError):
            read_features(file)


def test_a_shapefile_whose_part_is_a_recipe_is_refused(hidden, tmp_path) -> None:
    path, _server = hidden
    file = tmp_path / "d.shp"
    pyogrio.write_dataframe(drawn("9901", tmp_path), file)
    file.write_text(vrt(str(path)))
    with pytest.raises(InputError, match="merujuk"):
        read_features(file)


def test_a_database_with_tables_of_other_files_is_refused(hidden, tmp_path) -> None:
    path, _server = hidden
    file = tmp_path / "d.gpkg"
    pyogrio.write_dataframe(drawn("9901", tmp_path), file)
    with closing(sqlite3.connect(file)) as base, base:
        base.execute("pragma writable_schema = on")
        base.execute(
            "insert into sqlite_master (type, name, tbl_name, rootpage, sql) values ('table', 'lain', 'lain',"
            f" 0, 'create virtual table lain using VirtualOGR(''{path}'')')"
        )
    with pytest.raises(InputError, match="merujuk"):
        read_features(file)


@pytest.mark.parametrize(
    "address",
    ["{url}", "/vsicurl/{url}", "/vsizip//vsicurl/{url}", "WFS:{url}", "PG:host=127.0.0.1", "OAPIF:{url}"],
)
def test_an_address_is_never_asked(address: str, hidden) -> None:
    _path, server = hidden
    for read in (read_boundaries, read_surroundings):
        with pytest.raises(InputError, match="tidak ada"):
            read(address.format(url=server.url))
    assert server.asked == []


def test_formats_that_hold_their_data_themselves_are_read_as_before(tmp_path) -> None:
    frame = drawn("9901", tmp_path)
    for name, driver in {
        "d.kml": "KML", "d.gml": "GML", "d.tab": "MapInfo File", "d.mif": "MapInfo File",
        "d.fgb": "FlatGeobuf",
        "d.sqlite": "SQLite", "d.geojson": "GeoJSON", "d.geojsonl": "GeoJSONSeq", "d.gpkg": "GPKG",
    }.items():  # fmt: skip
        path = tmp_path / name.replace(".", "_") / name
        path.parent.mkdir()
        pyogrio.write_dataframe(frame, path, driver=driver)
        assert len(read_features(path)) == len(frame), name
    shutil.rmtree(tmp_path)
