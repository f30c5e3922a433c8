"""Numbers and texts as tables and documents show them."""

from __future__ import annotations

import io
import zipfile

import pandas as pd

from lokus.i18n import use_language
from lokus.show.results.text import (
    fixed_archive,
    has_flag,
    is_masked,
    number_texts,
    one_line,
    printable,
    texts,
    threshold_text,
)


def test_what_a_document_cannot_hold_is_shown_as_a_sign():
    assert printable("a\x00b\x1fc\td") == "a\ufffdb\ufffdc\td"
    assert one_line("  Suka\n\tMaju\x0b ") == "Suka Maju\ufffd"
    assert texts(pd.Series([None, "a\nb"], dtype=object)) == ["", "a b"]


def test_numbers_follow_the_language_and_a_missing_one_is_a_dash():
    values = pd.Series([1234.5, None, 0.0])
    assert number_texts(values, 1) == ["1.234,5", "–", "0,0"]
    with use_language("en"):
        assert number_texts(values, 1) == ["1,234.5", "–", "0.0"]
    assert number_texts(pd.Series([3, None], dtype="Int64"), 0) == ["3", "–"]


def test_a_column_is_masked_by_its_whole_name_alone():
    frame = pd.DataFrame({"disamarkan": ["prevalensi_mentah", "krs, prevalensi", ""]})
    assert is_masked(frame, "prevalensi").tolist() == [False, True, False]
    assert not is_masked(frame.drop(columns="disamarkan"), "krs").any()


def test_a_missing_flag_is_none():
    frame = pd.DataFrame({"belum_andal": pd.array([True, None, False], dtype="boolean")})
    assert has_flag(frame, "belum_andal").tolist() == [True, False, False]
    assert not has_flag(frame, "tanpa_pengukuran").any()


def test_thresholds_name_the_failing_side():
    assert [threshold_text("14", worse) for worse in ("tinggi", "rendah")] == ["> 14", "< 14"]


def test_the_same_document_has_the_same_bytes_whenever_it_is_written():
    def save(date):
        def write(buffer):
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr(
                    zipfile.ZipInfo("docProps/core.xml", date),
                    f"<a><dcterms:modified x='y'>{date[0]}</dcterms:modified></a>",
                )

        return write

    one, other = (
        fixed_archive(save((year, 5, 4, 3, 2, 0)), modified="2026-01-01T00:00:00Z") for year in (2001, 2020)
    )
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert b">2026-01-01T00:00:00Z<" in archive.read("docProps/core.xml")
