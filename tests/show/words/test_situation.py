"""Findings of the situation analysis."""

from __future__ import annotations

from dataclasses import replace

from lokus.show.results.headlines import Headlines
from lokus.show.results.parts import kecamatan_names, part_of
from lokus.show.words.situation import situation_lines


def test_a_kecamatan_is_told_beside_the_kabupaten(material):
    for kode, name in kecamatan_names(material).items():
        part = part_of(material, kode)
        text = "\n".join(situation_lines(part, whole=material, name=f"Kecamatan {name}"))
        assert text.startswith(f"Kecamatan {name} memiliki {len(part.results)} desa/kelurahan")
        assert all(str(desa) in text for desa in part.chosen["desa"][:8])
        highest = part.results["prevalensi"].idxmax()
        assert str(part.results["desa"][highest]) in text
        told = Headlines(material=part).estimated_children, Headlines(material=material).estimated_children
        assert f"Diperkirakan {told[0]:,} anak stunting".replace(",", ".") in text
        assert f"{told[1]:,}".replace(",", ".") in text


def test_sums_of_children_are_not_told_of_masked_villages(material):
    assert not any("Diperkirakan" in line for line in situation_lines(replace(material, public=True)))


def test_without_thresholds_nothing_is_said_of_gaps(material):
    assert not any("Kesenjangan" in line for line in situation_lines(replace(material, gaps=None)))
    none = situation_lines(replace(material, gaps=material.gaps[:0]))
    assert "Tidak ada indikator yang melewati ambangnya di desa mana pun." in none
