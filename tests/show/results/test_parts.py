"""What a study tells of one kecamatan alone."""

from __future__ import annotations

from lokus.show.results.headlines import Headlines
from lokus.show.results.parts import kecamatan_names, part_of


def test_the_parts_add_up_to_the_whole(material):
    names = kecamatan_names(material)
    assert list(names) == sorted(material.results["kode_kecamatan"].unique())
    parts = [part_of(material, kode) for kode in names]
    whole = Headlines(material=material)
    assert sum(len(part.results) for part in parts) == whole.villages
    assert sum(Headlines(material=part).lokus for part in parts) == whole.lokus
    assert sum(Headlines(material=part).values_missing for part in parts) == whole.values_missing
    assert sum(len(part.gaps) for part in parts) == len(material.gaps)
    for kode, part in zip(names, parts, strict=True):
        assert set(part.results["kode_kecamatan"]) == {kode}
        assert list(part.kecamatan.index) == [kode]
