"""The tables of structures."""

from __future__ import annotations

import pandas as pd

from lokus.followup.structures import village_structures
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.tables.village_structures import lacking_table, structures_table

VILLAGES = pd.DataFrame(
    {
        "desa": ["Alai", "Batu", "Cupu"],
        "kecamatan": ["Air", "Air", "Bumi"],
        "kode_kecamatan": ["990101", "990101", "990102"],
        "tpps_desa": [1.0, 0.0, 0.0],
        "bkb": [None, 0.0, 2.0],
    },
    index=["9901012001", "9901012002", "9901022001"],
)
FOUND = village_structures(VILLAGES, ["tpps_desa", "bkb"], load_catalogue(), lokus=["9901022001"])


def test_the_kabupaten_and_each_kecamatan_count_their_own_villages():
    assert [row[2:] for row in structures_table(FOUND).rows] == [("1", "2", "1", "0"), ("1", "1", "0", "1")]
    air = structures_table(FOUND, kecamatan="990101")
    assert [row[2:] for row in air.rows] == [("1", "1", "0"), ("0", "1", "1")]


def test_lokus_come_first_among_what_is_to_be_set_up():
    assert [row[1] for row in lacking_table(FOUND).rows] == ["Cupu", "Batu", "Batu"]
    assert [row[0] for row in lacking_table(FOUND, kecamatan="990101").rows] == ["Batu", "Batu"]
