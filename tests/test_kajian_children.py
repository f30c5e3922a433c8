"""A study that counts children itself gives the same numbers as the recap of the same round."""

from __future__ import annotations

import re
import shutil

import pandas as pd
import pytest
from example_kabupaten import make_kabupaten
from example_kabupaten.child_exports import write_children

from lokus import Kajian
from lokus.errors import StudyFileError


@pytest.fixture(scope="module")
def kajian(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("anak")
    shutil.copytree(root / "data", folder / "data")
    write_children(make_kabupaten(), 2026, folder / "data" / "indicators" / "2026" / "anak_2026-02.csv")
    study = Kajian.open(folder / "data" / "kajian" / "contoh-2026.toml")
    recap, *others = study.settings.to_mapping()["tabel"]
    children = {
        "jenis": "anak", "berkas": "../indicators/2026/anak_2026-02.csv", "opd": "Dinas Kesehatan",
        "periode": {"mulai": "2026-02-01", "akhir": "2026-02-28"},
    }  # fmt: skip
    due = {**recap, "indikator": {"sasaran": recap["indikator"]["sasaran"]}}
    return study.replace_tables([children, due, *others])


@pytest.mark.slow
def test_counts_equal_those_of_the_recap(kajian, demo):
    recap = demo
    keys = ["diukur", "pendek", "sangat_pendek", "stunting"]
    ours, theirs = kajian.villages[keys], recap.villages[keys]
    known = theirs["diukur"].fillna(0) > 0
    pd.testing.assert_frame_equal(ours[known], theirs[known])


@pytest.mark.slow
def test_no_child_is_named_anywhere(kajian):
    frames = [kajian.audit.findings, kajian.reconciliation, kajian.results, kajian.raw_tables[0].data]
    shown = " ".join([repr(kajian.raw_tables[0]), *(frame.to_csv() for frame in frames)])
    export = (kajian.path.parent / "../indicators/2026/anak_2026-02.csv").read_text(encoding="utf-8-sig")
    identities = set(re.findall(r"\b99\d{14}\b", export))
    assert len(identities) > 1000
    assert not identities & set(re.findall(r"\d+", shown))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"jenis": "anak", "berkas": "a.csv"}, "periode"),
        (
            {"jenis": "anak", "berkas": "a.csv", "periode": {"mulai": "2026-03-01", "akhir": "2026-02-01"}},
            "setelah akhir",
        ),
        ({"berkas": "a.csv", "tempat": {"desa": "Desa"}}, "indikator"),
        (
            {
                "jenis": "anak",
                "berkas": "a.csv",
                "periode": {"mulai": "2026-02-01", "akhir": "2026-02-28"},
                "indikator": {"diukur": "x"},
            },
            "tidak memakai",
        ),
    ],
)
def test_a_table_says_what_it_lacks(kajian, table, message):
    with pytest.raises(StudyFileError, match=message):
        kajian.replace_tables([table])
