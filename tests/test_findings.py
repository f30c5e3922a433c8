from __future__ import annotations

import pandas as pd

from lokus.errors import InputError
from lokus.findings import (
    FINDING_COLUMNS,
    Finding,
    Where,
    counts_sentence,
    finding_offices,
    findings_frame,
    level_counts,
)
from lokus.i18n import use_language


def test_most_serious_first_and_otherwise_as_given():
    frame = findings_frame(
        [
            Finding(check="a", level="note", message="1"),
            Finding(check="b", level="blocking", message="2", where=Where(row=7)),
            Finding(check="c", level="note", message="3"),
        ]
    )
    assert frame["check"].tolist() == ["b", "a", "c"]
    assert frame["row"].tolist()[0] == 7
    assert frame["row"].isna().tolist() == [False, True, True]


def test_no_findings_is_an_empty_frame_with_all_columns():
    assert tuple(findings_frame([]).columns) == FINDING_COLUMNS


def test_an_error_says_where_what_and_what_to_do():
    error = InputError("kolom tidak ada", where=Where(file="a.xlsx", sheet="S", row=3), remedy="periksa")
    assert str(error) == 'berkas a.xlsx, lembar "S", baris 3: kolom tidak ada\n→ periksa'
    with use_language("en"):
        assert str(Where(file="a.xlsx", row=3)) == "file a.xlsx, row 3"


def test_an_accepted_finding_is_counted_as_accepted_alone():
    findings = pd.DataFrame(
        {"level": ["blocking", "blocking", "warning", "note"], "accepted": [True, False, True, False]}
    )
    assert level_counts(findings) == {"blocking": 1, "accepted": 2, "warning": 0, "note": 1}
    assert counts_sentence(findings) == "Audit: 1 menahan, 2 diterima, 1 catatan"


def test_a_finding_of_no_office_says_why_it_has_none():
    rows = [("", "batas.gaps", "desa.gpkg"), ("", "scan.missing", ""), ("", "join.no_row", "krs.xlsx")]
    findings = pd.DataFrame(rows, columns=["opd", "check", "file"])
    assert finding_offices(findings) == [
        "tanpa OPD: berkas batas desa", "tanpa OPD: hasil penghitungan", "OPD belum disebut",
    ]  # fmt: skip
