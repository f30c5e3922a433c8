"""The situation analysis of the kabupaten and of each kecamatan, opened again."""

from __future__ import annotations

import docx
import docx_reader
import pandas as pd
import pytest

from lokus.followup.foster_parents import foster_parents
from lokus.followup.structures import village_structures
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.documents.situation import write_situation
from lokus.show.maps.maps import Maps
from lokus.show.pack.output_names import SITUATION, situation_names
from lokus.show.pack.output_writer import OutputWriter
from lokus.show.results.parts import kecamatan_names, part_of


def test_a_kecamatan_has_its_own_villages_and_no_others(material, tmp_path):
    kode, name = next(iter(kecamatan_names(material).items()))
    path = write_situation(tmp_path / "a.docx", material, kecamatan=kode)
    text = docx_reader.text(path)
    assert f"KECAMATAN {name.upper()}" in text
    assert f"CAMAT {name.upper()}" in text
    own = set(part_of(material, kode).results["desa"])
    cells = {cell for table in docx_reader.tables(path) for row in table for cell in row}
    assert own <= cells
    assert not (set(material.results["desa"]) - own) & cells
    again = write_situation(tmp_path / "b.docx", material, kecamatan=kode)
    assert again.read_bytes() == path.read_bytes()


def test_the_kabupaten_has_every_kecamatan_and_the_whole_list(material, tmp_path):
    path = write_situation(tmp_path / "a.docx", material)
    cells = {cell for table in docx_reader.tables(path) for row in table for cell in row}
    assert set(kecamatan_names(material).values()) <= cells
    assert set(material.chosen["desa"]) <= cells
    assert "AKSI KONVERGENSI 1" in docx_reader.text(path)


def test_structures_are_told_where_the_study_names_them(material, tmp_path):
    from dataclasses import replace

    villages = material.results.assign(tpps_desa=0.0)
    found = village_structures(villages, ["tpps_desa"], load_catalogue())
    kode = next(iter(kecamatan_names(material)))
    path = write_situation(tmp_path / "a.docx", replace(material, structures=found), kecamatan=kode)
    rows = [row for table in docx_reader.tables(path) for row in table]
    assert any("TPPS desa/kelurahan" in row for row in rows)


def test_foster_parents_of_its_own_villages_stand_in_the_analysis_of_a_kecamatan(material, tmp_path):
    from dataclasses import replace

    places = material.results.sort_index()
    rows = pd.DataFrame({"kode_desa": places.index, "periode": "Tahun 2026", "jenis": "nutrisi"})
    rows = rows.assign(berjanji=9.0, memberi=8.0, anak=range(len(rows)), kunjungan=3.0)
    found = foster_parents(
        rows, places, expected=pd.Series(100.0, index=places.index), periods=["Tahun 2026"]
    )
    told = replace(material, foster=found)
    kode = next(iter(kecamatan_names(material)))
    path = write_situation(tmp_path / "a.docx", told, kecamatan=kode)
    (own,) = [table for table in docx_reader.tables(path) if "Anak terjangkau" in table[0]]
    reached = dict(zip(places["desa"], range(len(places)), strict=True))
    inside = places["desa"][places["kode_kecamatan"] == kode]
    place, gap = own[0].index("Anak terjangkau"), own[0].index("Belum terjangkau")
    assert {row[0]: row[place] for row in own[1:]} == {name: str(reached[name]) for name in inside}
    assert all(int(row[place]) + int(row[gap]) == 100 for row in own[1:])
    whole = write_situation(tmp_path / "b.docx", told)
    (side,) = [table for table in docx_reader.tables(whole) if "Anak terjangkau" in table[0]]
    assert {row[0] for row in side[1:]} == set(kecamatan_names(material).values())


@pytest.mark.slow
def test_one_run_writes_one_for_the_kabupaten_and_one_for_each_kecamatan_with_its_map(material, tmp_path):
    maps = Maps(results=material.results, kecamatan=material.kecamatan, info=material.info)
    files = OutputWriter(folder=tmp_path, maps=maps, material=material).situations()
    names = situation_names(kecamatan_names(material))
    assert [path.name for path in files] == [SITUATION, *names.values()]
    pictures = []
    for path in files:
        parts = docx.Document(str(path)).part.package.iter_parts()
        (picture,) = [part.blob for part in parts if part.partname.startswith("/word/media")]
        pictures.append(picture)
    assert len(set(pictures)) == len(files)
