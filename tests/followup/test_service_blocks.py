"""Blocks of the periodic report."""

from __future__ import annotations

from lokus.followup.service_blocks import report_blocks
from lokus.intake.indicators.catalogue import load_catalogue


def test_nine_specific_and_eleven_sensitive_services_stand_in_their_order():
    first, second = report_blocks([], load_catalogue())
    assert (len(first.services), len(second.services)) == (9, 11)
    assert [one.number for one in second.services] == list(range(1, 12))
    assert first.keys[0] == "cakupan_bumil_kek_asupan"
    assert second.keys[-1] == "cakupan_stop_babs"


def test_every_service_has_an_indicator_with_numerator_and_denominator():
    catalogue = load_catalogue()
    for block in report_blocks([], catalogue):
        for one in block.services:
            item = catalogue[one.key]
            assert item.numerator in catalogue, one.key
            assert item.denominator in catalogue, one.key
    __, second = report_blocks([], catalogue)
    assert "memahami stunting" in second.services[8].label


def test_another_theme_has_no_blocks_of_stunting():
    blocks = report_blocks(["tingkat_kemiskinan", "keluarga"], load_catalogue(), themed=True)
    assert [block.keys for block in blocks] == [("tingkat_kemiskinan",), ("keluarga",)]
    assert not any("stunting" in (block.title + block.name).casefold() for block in blocks)


def test_numerators_are_not_told_twice_and_stated_blocks_are_all():
    given = ["cakupan_phbs", "phbs_dilayani", "keluarga"]
    blocks = report_blocks(given, load_catalogue(), parts=["phbs_dilayani", "keluarga"])
    assert blocks[-1].keys == ("cakupan_phbs",)
    stated = report_blocks(given, load_catalogue(), stated=[("Air", ["air_layak"])])
    assert [block.keys for block in stated] == [("air_layak",)]
