from __future__ import annotations

from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.results.public import mask_small_counts
from lokus.show.words.review import cause_columns, fall_lines, review_marks, review_summary


def test_the_summary_counts_those_whose_village_is_gone(reviewed):
    first, second, *_rest = review_summary(reviewed.review)
    assert first == "Dari 11 lokus tahun 2026, 6 tetap, 3 keluar dan 1 lulus; 2 masuk."
    assert second == "1 desa/kelurahan pada daftar itu sudah tidak ada lagi: Desa Lama."


def test_marks_carry_the_years_so_far(reviewed):
    marks = dict(zip(reviewed.review.table.index, review_marks(reviewed.review.table), strict=True))
    first = reviewed.chosen.index[0]
    assert marks[first] == "tetap (1 th)"
    table = reviewed.review.table
    assert {marks[kode] for kode in table.index[table["status_reviu"] == "tidak"]} == {""}
    assert {marks[kode] for kode in table.index[table["status_reviu"] == "masuk"]} == {"masuk"}


def test_every_cause_has_a_name(reviewed):
    names = [name for _column, name in cause_columns(reviewed.review.table)]
    assert names == [
        "Aturan dan bobot",
        "Indikator lain",
        "Perubahan nyata",
        "Cakupan pengukuran",
        "Variasi acak (anak diukur sedikit)",
    ]


def test_the_fall_is_told_in_whole_points_in_public(reviewed):
    (line,) = fall_lines(mask_small_counts(reviewed, load_catalogue()))
    assert "sekitar −4 poin" in line
    assert "sekitar −5 poin" in line
