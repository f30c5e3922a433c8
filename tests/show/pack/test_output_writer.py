from __future__ import annotations

from dataclasses import replace

import pytest

from lokus.show.maps.maps import Maps
from lokus.show.pack.output_names import OWN_NAMES
from lokus.show.pack.output_writer import OutputWriter, Task
from lokus.show.themes.themes import IndicatorStyle


def output_writer(material, folder, **indicators):
    maps = Maps(
        results=material.results, kecamatan=material.kecamatan, info=material.info, indicators=indicators
    )
    return OutputWriter(folder=folder, maps=maps, material=material)


def test_a_task_makes_the_file_of_its_name(material, tmp_path):
    writer = output_writer(material, tmp_path)
    paths = writer.make(Task(name="CSV", method="csv"))
    assert [path.name for path in paths] == ["hasil.csv"]
    assert {path.name for path in paths} <= OWN_NAMES


def test_no_calendar_without_interventions(material, tmp_path):
    writer = output_writer(replace(material, calendar=None), tmp_path)
    assert writer.make(Task(name="Kalender", method="calendar")) == []


@pytest.mark.slow
def test_a_map_of_any_indicator_stays_in_the_folder(material, tmp_path):
    """An indicator keyed like a path once drew its map outside the folder of outputs."""
    stage = tmp_path / "a" / "b" / "keluaran"
    stage.mkdir(parents=True)
    for key in ("x/../../../nama", "../nama", "/tmp/nama", "C:\\nama", "CON", "nama.", "NAMA"):
        results = material.results.assign(**{key: 50.0})
        style = IndicatorStyle(label="Air", unit="%", worse="low", breaks=())
        writer = output_writer(replace(material, results=results), stage, **{key: style})
        made = writer.print_map(f"indikator:{key}", "A4")
        assert all(path.parent == stage and path.is_file() for path in made), key
    assert len(list(stage.iterdir())) == 14
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != stage] == []
