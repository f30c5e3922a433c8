"""Tables of the situation analysis."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from lokus.show.results.parts import kecamatan_names, part_of
from lokus.show.tables.situation import (
    area_gaps_table,
    area_villages_table,
    classes_table,
    kecamatan_table,
    missing_table,
)
from lokus.show.themes.themes import make_layer


def test_each_kecamatan_has_a_row_with_its_own_sums(material):
    table = kecamatan_table(material)
    assert [row[0] for row in table.rows] == list(kecamatan_names(material).values())
    counted = material.results.groupby("kode_kecamatan").size()
    assert [int(row[1]) for row in table.rows] == counted.tolist()
    assert sum(int(row[2]) for row in table.rows) == len(material.chosen)
    assert "Anak stunting (perkiraan)" not in kecamatan_table(replace(material, public=True)).heads


def test_the_gaps_of_a_village_are_those_of_the_material(material):
    kode = next(iter(kecamatan_names(material)))
    part = part_of(material, kode)
    rows = area_villages_table(part).rows
    own = part.gaps["kode_desa"].value_counts().reindex(part.results.sort_index().index, fill_value=0)
    assert [int(row[-1]) for row in rows] == own.tolist()
    gaps = area_gaps_table(part)
    named = {name for row in gaps.rows for name in row[4].split(" dan ")[0].split(", ")}
    assert named <= set(part.results["desa"])
    assert area_gaps_table(replace(part, gaps=part.gaps[:0])) is None
    assert area_gaps_table(replace(part, gaps=None)) is None


def test_what_is_missing_is_named_by_office(material):
    asked = pd.DataFrame(
        {
            "kode_desa": ["1", "2"], "desa": ["Alai", "Batu"], "opd": "Dinas PUPR", "indikator": "Air layak",
        }
    )  # fmt: skip
    assert missing_table(replace(material, requests=asked)).rows == (
        ("Dinas PUPR", "Air layak", "2", "Alai, Batu"),
    )
    assert missing_table(replace(material, requests=asked[:0])) is None


def test_the_legend_counts_every_village_once(material):
    layer = make_layer(material.results, "prevalensi")
    assert sum(int(row[1]) for row in classes_table(layer).rows) == len(material.results)
