"""Everything a study can say, gathered for the outputs."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest


def test_the_list_is_in_the_order_of_its_numbers_and_all_else_in_that_of_the_codes(material):
    mixed = material.in_order
    assert mixed.results.index.is_monotonic_increasing
    assert mixed.kecamatan.index.is_monotonic_increasing
    assert material.chosen["nomor"].tolist() == list(range(1, len(material.chosen) + 1))
    assert set(material.chosen.index) == set(material.results.index[material.results["terpilih"]])


def test_nothing_of_it_can_be_exchanged_unnoticed(material):
    with pytest.raises(FrozenInstanceError):
        material.public = True
    assert repr(material) == "Material(Kabupaten Contoh, 2027, public=False)"
