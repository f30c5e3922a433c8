"""Boundary files damaged at random, as offices and servers do: geometry, attributes, CRS, container."""

from __future__ import annotations

import json
import shutil
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import box

ROWS, COLUMNS = 4, 5
KECAMATAN = ("Amanuban Barat", "Kolbano", "Nunkolo", "Polen Sari")
FIRST = ("Suka", "Tanjung", "Muara", "Bukit")
SECOND = ("Maju", "Raya", "Indah", "Jaya", "Lestari")
PLACES = {"9901": (104.0, -3.3), "1603": (103.7, -3.9), "7203": (119.7, -0.5)}
ZONES = {"9901": 32748, "1603": 32748, "7203": 32750}


@dataclass
class Draft:
    """A boundary file on its way to being damaged."""

    rng: np.random.Generator
    folder: Path
    kabupaten: str
    frame: gpd.GeoDataFrame
    suffix: str = "gpkg"
    layer: str = "desa"
    stated: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    after: list[Callable[[Path], Path]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def row(self) -> int:
        return int(self.rng.integers(len(self.frame)))

    def shape(self, row: int, shape: Any) -> None:
        shapes = self.frame.geometry.to_numpy().copy()
        shapes[row] = shape
        self.frame = self.frame.set_geometry(gpd.GeoSeries(shapes, crs=self.frame.crs))

    def cell(self, row: int, column: str, value: Any) -> None:
        cells = list(self.frame[column].astype(object))
        cells[row] = value
        self.frame[column] = pd.Series(cells, dtype=object)


def truth(kabupaten: str) -> pd.DataFrame:
    """Give the villages as they are: code, name, kecamatan."""
    cells = [(r, c) for r in range(ROWS) for c in range(COLUMNS)]
    return pd.DataFrame(
        {
            "kode": [f"{kabupaten}{r + 1:02d}{1 + (c > 0)}{c + 1:03d}" for r, c in cells],
            "desa": [f"{FIRST[r]} {SECOND[c]}" for r, c in cells],
            "kecamatan": [KECAMATAN[r] for r, _c in cells],
        }
    )


def sound(rng: np.random.Generator, folder: Path) -> Draft:
    """Give a file with nothing wrong in it."""
    kabupaten = str(rng.choice(list(PLACES)))
    x, y = PLACES[kabupaten]
    names = truth(kabupaten)
    steps = [round(0.03 * n, 6) for n in range(COLUMNS + 1)]
    shapes = [
        box(x + steps[c], y + steps[r], x + steps[c + 1], y + steps[r + 1])
        for r in range(ROWS)
        for c in range(COLUMNS)
    ]
    dotted = [f"{k[:2]}.{k[2:4]}.{k[4:6]}.{k[6:]}" for k in names["kode"]]
    frame = gpd.GeoDataFrame(
        {"KDEPUM": dotted, "WADMKD": names["desa"], "WADMKC": names["kecamatan"]}, geometry=shapes, crs=4326
    )
    return Draft(rng=rng, folder=folder, kabupaten=kabupaten, frame=frame)


# Geometry.


def unclosed(d: Draft) -> None:
    """GeoJSON alone can hold a ring that does not close."""
    row = d.row()
    d.suffix = "geojson"

    def damage(path: Path) -> Path:
        content = json.loads(path.read_text())
        geometry = content["features"][row]["geometry"]
        if geometry:
            ring = geometry["coordinates"]
            while isinstance(ring[0][0], list):
                ring = ring[0]
            del ring[int(d.rng.integers(1, len(ring))) :]
        path.write_text(json.dumps(content))
        return path

    d.after.append(damage)


def bowtie(d: Draft) -> None:
    row = d.row()
    x0, y0, x1, y1 = d.frame.total_bounds
    d.shape(row, shapely.Polygon([(x0, y0), (x1, y1), (x1, y0), (x0, y1)]))


def infinite(d: Draft) -> None:
    row, bad = d.row(), float(d.rng.choice([np.inf, -np.inf, np.nan, 1e308, 1e20]))
    points = shapely.get_coordinates(d.frame.geometry.iloc[row])
    if len(points) > 3:
        points[1, int(d.rng.integers(2))] = bad
        d.shape(row, shapely.Polygon(points))


def emptied(d: Draft) -> None:
    odd = [None, shapely.Polygon(), shapely.Point(104, -3), shapely.LineString([(104, -3), (105, -3)])]
    for _ in range(int(d.rng.integers(1, 4))):
        d.shape(d.row(), odd[int(d.rng.integers(len(odd)))])
    d.suffix = "geojson"


def nested(d: Draft) -> None:
    row = d.row()
    shape = d.frame.geometry.iloc[row]
    for _ in range(int(d.rng.integers(1, 5))):
        shape = shapely.GeometryCollection([shape, shapely.Point(104, -3)])
    d.shape(row, shape)
    d.suffix = "geojson"


def twin(d: Draft) -> None:
    d.shape(d.row(), d.frame.geometry.iloc[d.row()])


def enclave(d: Draft) -> None:
    a, b = d.row(), d.row()
    if a != b and d.frame.geometry.iloc[b] is not None:
        d.shape(a, shapely.affinity.scale(d.frame.geometry.iloc[b], 0.4, 0.4))


def moved(d: Draft) -> None:
    shift = d.rng.choice([-120.0, -60.0, -1.0, 0.01, 1.0, 60.0, 200.0], 2)
    row = d.row()
    d.shape(row, shapely.affinity.translate(d.frame.geometry.iloc[row], *shift))


def swapped(d: Draft) -> None:
    rows = d.rng.random(len(d.frame)) < d.rng.choice([0.1, 1.0])
    shapes = d.frame.geometry.to_numpy().copy()
    shapes[rows] = shapely.transform(shapes[rows], lambda xy: xy[:, ::-1])
    d.frame = d.frame.set_geometry(gpd.GeoSeries(shapes, crs=d.frame.crs))


def collapsed(d: Draft) -> None:
    row = d.row()
    x, y = d.frame.total_bounds[:2]
    d.shape(row, shapely.Polygon([(x, y), (x + 0.01, y), (x, y), (x, y)]))


def cracked(d: Draft) -> None:
    shifts = d.rng.normal(0, 10 ** d.rng.uniform(-7, -3), (len(d.frame), 2))
    shapes = [shapely.affinity.translate(g, *s) for g, s in zip(d.frame.geometry, shifts, strict=True)]
    d.frame = d.frame.set_geometry(gpd.GeoSeries(shapes, crs=d.frame.crs))


def spiked(d: Draft) -> None:
    row = d.row()
    points = shapely.get_coordinates(d.frame.geometry.iloc[row]).tolist()
    if len(points) > 3:
        d.shape(row, shapely.Polygon([*points[:-1], [points[0][0] + 5, points[0][1]], points[0]]))


def deep(d: Draft) -> None:
    d.frame = d.frame.set_geometry(shapely.force_3d(d.frame.geometry.to_numpy(), 7.0), crs=d.frame.crs)


# Attributes.


def mistyped(d: Draft) -> None:
    row = d.row()
    code = str(d.frame["KDEPUM"].iloc[row]).replace(".", "")
    place = int(d.rng.integers(10))
    digit = str(int(d.rng.integers(10)))
    d.cell(row, "KDEPUM", code[:place] + digit + code[place + 1 :])


def codeless(d: Draft) -> None:
    blank = [None, "", "-", "0", "99.01", "abc", "9.901E+09"]
    d.cell(d.row(), "KDEPUM", blank[int(d.rng.integers(len(blank)))])
    if d.rng.random() < 0.3:
        d.cell(d.row(), "WADMKD", None)


def exchanged(d: Draft) -> None:
    a, b = d.row(), d.row()
    one, other = d.frame["KDEPUM"].iloc[a], d.frame["KDEPUM"].iloc[b]
    d.cell(a, "KDEPUM", other)
    d.cell(b, "KDEPUM", one)


def repeated(d: Draft) -> None:
    d.cell(d.row(), "KDEPUM", d.frame["KDEPUM"].iloc[d.row()])


def dressed(d: Draft) -> None:
    """Codes in the forms that spreadsheets leave."""
    forms = [
        lambda k: "'" + k, lambda k: f" {k} ", lambda k: k.replace(".", ""),
        lambda k: k.replace(".", "") + ".0",
        lambda k: float(k.replace(".", "")), lambda k: int(k.replace(".", "")),
        lambda k: k.replace(".0", "."),
        lambda k: np.float32(k.replace(".", "")), lambda k: f"{float(k.replace('.', '')):.4e}",
        lambda k: "ID" + k.replace(".", ""), lambda k: k.replace(".", "")[:9], lambda k: f"={k}",
    ]  # fmt: skip
    form = forms[int(d.rng.integers(len(forms)))]
    try:
        d.frame["KDEPUM"] = [form(str(k)) for k in d.frame["KDEPUM"]]
    except ValueError:
        return
    if d.rng.random() < 0.5:
        d.suffix = "parquet"


def single(d: Draft) -> None:
    codes = pd.to_numeric(d.frame["KDEPUM"].astype(str).str.replace(".", ""), errors="coerce")
    d.frame["KDEPUM"] = codes.astype("float32")


def bps(d: Draft) -> None:
    cells = [(r, c) for r in range(ROWS) for c in range(COLUMNS)]
    third = str(d.rng.choice(["0", "1", "mixed"]))
    codes = []
    for r, c in cells:
        kecamatan = str(r % 3 + 1) if third == "mixed" else third
        serial = c + 1 if third == "mixed" else c + 1 + COLUMNS * r
        codes.append(f"{d.kabupaten}{1 + r // 3:02d}{kecamatan}{serial:03d}")
    d.frame["KDEPUM"] = codes[: len(d.frame)]
    if d.rng.random() < 0.5:
        d.frame = d.frame.rename(columns={"KDEPUM": "iddesa", "WADMKD": "nmdesa", "WADMKC": "nmkec"})


def nameless(d: Draft) -> None:
    column = str(d.rng.choice(["WADMKD", "WADMKC"]))
    rows = d.rng.random(len(d.frame)) < d.rng.choice([0.1, 1.0])
    d.frame[column] = d.frame[column].where(~rows, d.rng.choice(["", "  "]))
    if d.rng.random() < 0.5:
        d.frame["NAMOBJ"] = truth(d.kabupaten)["desa"][: len(d.frame)]


def relabelled(d: Draft) -> None:
    d.cell(d.row(), "WADMKC", str(d.rng.choice([*KECAMATAN, "Kecamatan Lain", "KEC. KOLBANO"])))


def renamed(d: Draft) -> None:
    pairs = [
        {"KDEPUM": "kdepum", "WADMKD": "wadmkd"},
        {"KDEPUM": "kode_desa", "WADMKD": "desa", "WADMKC": "kecamatan"},
        {"KDEPUM": "KODE_DESA", "WADMKD": "DESA", "WADMKC": "KECAMATAN"},
        {"KDEPUM": "kode", "WADMKD": "nama"},
        {"KDEPUM": "ADM4_PCODE", "WADMKD": "ADM4_EN", "WADMKC": "ADM3_EN"},
        {"KDEPUM": "ID", "WADMKD": "NM"},
    ]  # fmt: skip
    d.frame = d.frame.rename(columns=pairs[int(d.rng.integers(len(pairs)))])


def columns_stated(d: Draft) -> None:
    if {"KDEPUM", "WADMKD", "WADMKC"} <= set(d.frame.columns):
        case = [str.upper, str.lower][int(d.rng.integers(2))]
        d.stated["kolom"] = {"kode": case("KDEPUM"), "desa": case("WADMKD"), "kecamatan": case("WADMKC")}


def twice_named(d: Draft) -> None:
    d.frame["kdepum"] = d.frame["KDEPUM"].iloc[::-1].to_numpy()
    d.suffix = "geojson"


def forest(d: Draft) -> None:
    _x0, y0, x1, y1 = d.frame.total_bounds
    code = d.rng.choice([f"{d.kabupaten}012099", f"{d.kabupaten}029999", "", f"{d.kabupaten}990001"])
    extra = {"KDEPUM": [code], "WADMKD": [str(d.rng.choice(["HUTAN", "DANAU RAYA", "", "Suka Baru"]))]}
    extra["WADMKC"] = [str(d.rng.choice([*KECAMATAN, ""]))]
    more = gpd.GeoDataFrame(extra, geometry=[box(x1, y0, x1 + 0.05, y1)], crs=d.frame.crs)
    d.frame = pd.concat([d.frame, more], ignore_index=True)


def neighbour(d: Draft) -> None:
    other = d.frame.head(int(d.rng.integers(1, len(d.frame)))).copy()
    number = f"{int(d.kabupaten[2:]) + 1:02d}"
    other["KDEPUM"] = (
        other["KDEPUM"]
        .astype(str)
        .str.replace(d.kabupaten[:2] + "." + d.kabupaten[2:], f"{d.kabupaten[:2]}.{number}")
    )
    other["WADMKC"] = other["WADMKC"].astype(str) + d.rng.choice(["", " Hulu"])
    other = other.set_geometry(other.translate(0.5, 0.0))
    d.frame = pd.concat([d.frame, other], ignore_index=True)
    if d.rng.random() < 0.5:
        d.stated["kode_kabupaten"] = f"{d.kabupaten[:2]}.{d.kabupaten[2:]}"


def mojibake(d: Draft) -> None:
    d.frame["WADMKD"] = d.frame["WADMKD"].astype(str).str.replace("a", "á")
    d.suffix = "shp"
    d.options["encoding"] = str(d.rng.choice(["utf-8", "cp1252"]))
    cpg = d.rng.choice(["UTF-8", "1252", "", "ngawur", None])

    def damage(path: Path) -> Path:
        if cpg is None:
            path.with_suffix(".cpg").unlink(missing_ok=True)
        else:
            path.with_suffix(".cpg").write_text(str(cpg))
        return path

    d.after.append(damage)


def dropped(d: Draft) -> None:
    keep = d.rng.random(len(d.frame)) > d.rng.choice([0.05, 0.5, 1.0])
    d.frame = d.frame[keep].reset_index(drop=True)


def shuffled(d: Draft) -> None:
    d.frame = d.frame.iloc[d.rng.permutation(len(d.frame))].reset_index(drop=True)


# Coordinate systems.


def mislabelled(d: Draft) -> None:
    zone = ZONES[d.kabupaten]
    inside = d.rng.choice([4326, zone, 3857])
    label = d.rng.choice([4326, zone, zone - 100, zone + 1, 3857, 4755, 23834])
    d.frame = d.frame.to_crs(int(inside)).set_crs(int(label), allow_override=True)
    if d.rng.random() < 0.4:
        d.stated["crs"] = f"EPSG:{int(d.rng.choice([4326, zone, zone - 100, 3857]))}"


def placeless(d: Draft) -> None:
    if d.rng.random() < 0.5:
        d.frame = d.frame.to_crs(ZONES[d.kabupaten])
    d.suffix = "shp"
    prj = d.rng.choice(['LOCAL_CS["Unknown",UNIT["Meter",1.0]]', "", "ngawur", None, 'GEOGCS["x"]'])

    def damage(path: Path) -> Path:
        if prj is None:
            path.with_suffix(".prj").unlink(missing_ok=True)
        else:
            path.with_suffix(".prj").write_text(str(prj))
        return path

    d.after.append(damage)
    if d.rng.random() < 0.5:
        d.stated["crs"] = str(
            d.rng.choice(["EPSG:4326", f"EPSG:{ZONES[d.kabupaten]}", "ESPG:4326", "EPSG:1"])
        )


def misspelt(d: Draft) -> None:
    d.stated["crs"] = str(d.rng.choice(["ESPG:4326", "4326", "WGS84", "EPSG:4326 ", "UTM 48S", "EPSG:4978"]))


# Containers.


def truncated(d: Draft) -> None:
    share = float(d.rng.random())

    def damage(path: Path) -> Path:
        files = sorted(path.parent.glob(f"{path.stem}.*"))
        chosen = files[int(d.rng.integers(len(files)))]
        content = chosen.read_bytes()
        chosen.write_bytes(content[: int(share * len(content))])
        return path

    d.after.append(damage)


def flipped(d: Draft) -> None:
    def damage(path: Path) -> Path:
        files = sorted(path.parent.glob(f"{path.stem}.*"))
        chosen = files[int(d.rng.integers(len(files)))]
        content = bytearray(chosen.read_bytes())
        for _ in range(int(d.rng.integers(1, 30))):
            if content:
                content[int(d.rng.integers(len(content)))] = int(d.rng.integers(256))
        chosen.write_bytes(bytes(content))
        return path

    d.after.append(damage)


def part_missing(d: Draft) -> None:
    d.suffix = "shp"
    part = str(d.rng.choice([".dbf", ".shx", ".prj", ".cpg"]))

    def damage(path: Path) -> Path:
        path.with_suffix(part).unlink(missing_ok=True)
        return path

    d.after.append(damage)


def wrapped(d: Draft) -> None:
    how = str(d.rng.choice(["zip", "folder", "capital", "zip of others"]))
    if how != "capital":
        d.suffix = "shp"

    def damage(path: Path) -> Path:
        files = sorted(path.parent.glob(f"{path.stem}.*"))
        if how == "folder":
            inner = path.parent / "Batas" / "SHP"
            inner.mkdir(parents=True, exist_ok=True)
            for file in files:
                shutil.move(file, inner / file.name)
            return path.parent / "Batas"
        if how == "capital":
            return (
                Path(shutil.move(path, path.with_suffix(path.suffix.upper())))
                if path.suffix != ".shp"
                else path
            )
        target = path.with_suffix(".zip")
        with zipfile.ZipFile(target, "w") as archive:
            for file in files:
                archive.write(file, f"Batas Desa/{file.name}")
            if how == "zip of others":
                archive.writestr("__MACOSX/Batas Desa/._desa.shp", b"")
                archive.writestr("metadata.json", "{}")
        return target

    d.after.append(damage)


def more_layers(d: Draft) -> None:
    d.suffix = "gpkg"
    kind = str(d.rng.choice(["styles", "points", "villages"]))

    def damage(path: Path) -> Path:
        if kind == "styles":
            pyogrio.write_dataframe(pd.DataFrame({"gaya": ["x"]}), path, layer="layer_styles")
        else:
            frame = d.frame.head(3)
            if kind == "points":
                frame = frame.set_geometry(frame.representative_point())
            pyogrio.write_dataframe(frame, path, layer="lain")
        return path

    d.after.append(damage)
    if d.rng.random() < 0.5:
        d.stated["lapisan"] = d.layer


def other_name(d: Draft) -> None:
    suffix = str(d.rng.choice([".shp", ".gpkg", ".geojson", ".parquet", ".sql", ".zip", ".kml", ".txt"]))

    def damage(path: Path) -> Path:
        return Path(shutil.move(path, path.with_name("lain" + suffix))) if path.is_file() else path

    d.after.append(damage)


KINDS = {
    "geometry": (
        unclosed, bowtie, infinite, emptied, nested, twin, enclave, moved, swapped, collapsed, cracked,
        spiked, deep,
    ),
    "attributes": (
        mistyped, codeless, exchanged, repeated, dressed, single, bps, nameless, relabelled, renamed,
        columns_stated, twice_named, forest, neighbour, mojibake, dropped, shuffled,
    ),
    "crs": (mislabelled, placeless, misspelt),
    "container": (truncated, flipped, part_missing, wrapped, more_layers, other_name),
}  # fmt: skip
DAMAGES = [damage for kinds in KINDS.values() for damage in kinds]


def mutated(seed: int, folder: Path) -> tuple[Path, Draft]:
    """Write one damaged file into `folder`: one damage, or two after each other, in one of five formats."""
    rng = np.random.default_rng(seed)
    draft = sound(rng, folder)
    draft.suffix = str(rng.choice(["gpkg", "shp", "geojson", "parquet", "fgb"]))
    wanted = [DAMAGES[seed % len(DAMAGES)]]
    if rng.random() < 0.35:
        wanted.append(DAMAGES[int(rng.integers(len(DAMAGES)))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for damage in wanted:
            try:
                damage(draft)
                draft.done.append(damage.__name__)
            except (KeyError, AttributeError, ValueError, shapely.errors.GEOSException):
                continue  # it does not go with the one before
        path = _write(draft)
        for step in draft.after:
            try:
                path = step(path) if path.exists() else path
            except (IndexError, KeyError, ValueError, OSError):
                continue  # the damage before it left nothing to damage
    return path, draft


def _write(draft: Draft) -> Path:
    path = draft.folder / f"desa.{draft.suffix}"
    frame = draft.frame
    if draft.suffix == "parquet":
        try:
            frame.to_parquet(path)
        except Exception:
            draft.suffix = "geojson"
            path = path.with_suffix(".geojson")
        else:
            return path
    options = dict(draft.options) if draft.suffix == "shp" else {}
    try:
        pyogrio.write_dataframe(frame, path, **options)
    except Exception:
        # A format that cannot hold it: the loosest one can.
        for file in draft.folder.glob("desa.*"):
            file.unlink()
        draft.suffix = "geojson"
        draft.after.clear()
        path = path.with_suffix(".geojson")
        plain = frame.assign(**{c: frame[c].astype(str) for c in frame.columns if c != frame.geometry.name})
        text = plain.to_json(default=str, to_wgs84=False)
        path.write_text(text)
    return path
