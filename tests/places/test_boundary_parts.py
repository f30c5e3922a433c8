"""The lock sees whatever part of a boundary file changes, in every container, and nothing else."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from boundary_instances import NAMES, drawn, put, written, zipped
from boundary_study import study_of

from lokus.manifest import compare_locks, make_lock

SURROUNDINGS = ("sekitar.shp", "sekitar.zip")


def locked(path: Path, **stated) -> dict:
    """A lock of the inputs alone, as a run would write them."""
    study = study_of(path, "9901", stated)
    lock = make_lock(
        study_file=path.parent / "kajian.toml", settings={}, inputs=study.inputs, kode=[],
        results=pd.DataFrame(), proof={},
    )  # fmt: skip
    return {**lock, "kajian": "kajian.toml"}


def exchanged(frame):
    """The first two villages of a kecamatan under each other's codes and names."""
    frame = frame.copy()
    frame.loc[[1, 2], NAMES] = frame.loc[[2, 1], NAMES].to_numpy()
    return frame


def again(path: Path, frame, **options) -> None:
    """Write another content under the same name."""
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    written(frame, path, **options)


def capitals(path: Path) -> Path:
    for part in list(path.parent.glob(f"{path.stem}.*")):
        if part.suffix != ".csv":
            part.rename(part.with_suffix(part.suffix.upper()))
    return path.with_suffix(".SHP")


def dbf_in_capitals(folder, frame):
    path = capitals(written(frame, folder / "desa.shp"))
    yield path
    other = written(exchanged(frame), put(folder, "lain") / "desa.shp")
    shutil.copy(other.with_suffix(".dbf"), path.with_suffix(".DBF"))


def encoding_named_otherwise(folder, frame):
    frame["WADMKD"] = frame["WADMKD"].str.replace("Suka Jaya", "Suka Jayá")
    path = written(frame, folder / "desa.shp", encoding="cp1252")
    path.with_suffix(".cpg").write_text("1252")
    yield path
    path.with_suffix(".cpg").write_text("cp1251")


def system_named_otherwise(folder, frame):
    path = written(frame, folder / "desa.shp")
    yield path
    other = written(frame.set_crs(4755, allow_override=True), put(folder, "lain") / "desa.shp")
    shutil.copy(other.with_suffix(".prj"), path.with_suffix(".prj"))


def a_member_of_a_zip(folder, frame):
    inner = put(folder, "isi")
    written(frame, inner / "desa.shp")
    path = zipped(inner, folder / "desa.zip", inside="Batas")
    yield path
    again(inner / "desa.shp", exchanged(frame))
    zipped(inner, path, inside="Batas")


def a_file_deep_in_a_folder(folder, frame):
    inner = put(put(folder, "batas"), "SHP")
    written(frame, inner / "desa.shp")
    yield folder / "batas"
    again(inner / "desa.shp", exchanged(frame))


def a_geodatabase(folder, frame):
    path = written(frame, folder / "desa.gdb", driver="OpenFileGDB", layer="desa")
    yield path
    again(path, exchanged(frame), driver="OpenFileGDB", layer="desa")


def a_geopackage_of_the_same_size(folder, frame):
    path = written(frame, folder / "desa.gpkg")
    size = path.stat().st_size
    yield path
    again(path, exchanged(frame))
    assert path.stat().st_size == size


CHANGES = (
    dbf_in_capitals, encoding_named_otherwise, system_named_otherwise, a_member_of_a_zip,
    a_file_deep_in_a_folder, a_geodatabase, a_geopackage_of_the_same_size,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_the_lock_sees_a_changed_part(change, tmp_path) -> None:
    steps = change(tmp_path, drawn("9901", tmp_path))
    path = next(steps)
    before = locked(path)
    assert [
        check.holds for check in compare_locks(before, locked(path)).checks if check.subject == path.name
    ] == [True]
    next(steps, None)
    now = locked(path)
    (check,) = [check for check in compare_locks(before, now).checks if check.subject == path.name]
    parts = {item["berkas"]: item for item in before["masukan"]}[path.name]
    changed = {item["berkas"]: item for item in now["masukan"]}[path.name]
    assert changed["sha256"] != parts["sha256"]
    # Another name for the same place or letters changes no village, which the lock says too.
    assert check.holds == (change is system_named_otherwise and changed["isi_sha256"] == parts["isi_sha256"])
    # The content is compared even where the file would pass for the same.
    changed["sha256"] = parts["sha256"]
    (check,) = [check for check in compare_locks(before, now).checks if check.subject == path.name]
    assert check.holds == (changed["isi_sha256"] == parts["isi_sha256"])


def test_what_programs_leave_beside_a_shapefile_changes_nothing(tmp_path) -> None:
    path = written(drawn("9901", tmp_path), tmp_path / "desa.shp")
    before = locked(path)
    for suffix in (".qix", ".sbn", ".qmd", ".shp.xml"):
        path.with_suffix(suffix).write_bytes(b"x")
    assert compare_locks(before, locked(path)).holds


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_lock_sees_a_part_of_the_surroundings(name: str, tmp_path) -> None:
    frame = drawn("9901", tmp_path)
    path = written(frame, tmp_path / "desa.gpkg")
    inner = put(tmp_path, "isi")
    land = written(frame[["geometry"]].assign(nama="a"), inner / "sekitar.shp")
    target = zipped(inner, tmp_path / name) if name.endswith("zip") else land

    def lock():
        study = study_of(path, "9901", {})
        stated = study.replace(keluaran={"sekitar": target.relative_to(tmp_path).as_posix()})
        return {**make_lock(study_file=study.path, settings={}, inputs=stated.inputs, kode=[],
                            results=pd.DataFrame(), proof={}), "kajian": ""}  # fmt: skip

    before = lock()
    again(land, frame[["geometry"]].assign(nama="b"))
    if name.endswith("zip"):
        zipped(inner, tmp_path / name)
    assert not compare_locks(before, lock()).holds
    assert zipfile.is_zipfile(target) == name.endswith("zip")
