"""One office has one name in every output of a study: the name that the study gives it."""

from __future__ import annotations

import re

import pytest

from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.indicators.offices import office_key
from tests.told_lines import lines_of

_OFFICE = re.compile(r"Dinas [A-Z][A-Za-z0-9]+(?: (?:dan )?[A-Z][a-z]+)*|\bD[A-Z2]{3,}\b")


@pytest.mark.slow
def test_no_output_names_an_office_of_the_example_in_two_ways(demo, demo_outputs):
    known = {office_key(item.owner) for item in load_catalogue().values() if item.owner}
    written: dict[str, set[str]] = {}
    for path in demo_outputs:
        for line in lines_of(path):
            for name in _OFFICE.findall(line):
                if (key := office_key(name)) in known and len(key) > 3:
                    written.setdefault(key, set()).add(name)
    assert written["DPPKB"], "the office with an abbreviated name is in no output"
    assert {key: names for key, names in written.items() if len(names) > 1} == {}
    assert set(demo.owners.values()) & {"Dinas PPKB"} == set()
