"""Findings carried beside counts come back as they were, and a spoilt file says so."""

from __future__ import annotations

import pytest

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.intake.children.export_findings import read_findings, write_findings


def test_findings_come_back_as_they_were(tmp_path):
    found = (
        Finding(check="children.a", level="warning", message="é", remedy="b", where=Where(file="x", row=3)),
        Finding(check="children.b", level="note", message=""),
    )
    write_findings(found, tmp_path / "a.json")
    assert read_findings(tmp_path / "a.json") == found


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"x": 1}]', "null"])
def test_a_spoilt_file_is_refused_with_what_to_do(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match="lokus batch"):
        read_findings(tmp_path / "a.json")
