from __future__ import annotations

import io
import pickle
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from deck_reader import titles, words
from openpyxl import Workbook
from page_reader import Reader
from pptx import Presentation

from lokus.i18n import use_language
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.atlas.atlas import AtlasBook
from lokus.show.report.report import render_report
from lokus.show.results.public import mask_small_counts
from lokus.show.results.review import STATUSES
from lokus.show.slides.slides import build_slides
from lokus.show.words.review import effect_rows, review_marks
from lokus.show.workbook.review import review_sheet

pytestmark = pytest.mark.slow


EVIL = '<script>alert("x")</script>'
NEW_SLIDES = [
    "Reviu daftar tahun lalu",
    "Mengapa masuk dan keluar",
    "Turun sungguhan atau variasi acak?",
    "Apakah menjadi lokus menolong?",
]


def deck_of(material, sheets):
    return Presentation(io.BytesIO(build_slides(material, sheets=sheets).to_bytes()))


def cells(sheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture(scope="module")
def deck(reviewed, small_sheet):
    return deck_of(reviewed, small_sheet)


@pytest.fixture(scope="module")
def page(reviewed, small_sheet):
    return render_report(reviewed, sheets=small_sheet)


def test_rows_hold_every_village_of_either_list_once_and_no_other(reviewed):
    review = reviewed.review
    rows = review.rows(reviewed.results)
    listed = review.table["daftar_lalu"] | review.table["daftar_kini"]
    assert sorted(rows.index) == sorted(review.table.index[listed])
    places = rows["status_reviu"].map(STATUSES.index)
    assert places.is_monotonic_increasing
    stays = rows[rows["status_reviu"] == "tetap"]["nomor"].astype(float)
    assert stays.is_monotonic_increasing
    assert dict(review.numbers) == {"tetap": 6, "masuk": 2, "keluar": 3, "lulus": 1}


def test_rows_do_not_depend_on_the_row_order(reviewed):
    review = reviewed.review
    mixed = replace(review, table=review.table.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(mixed.rows(reviewed.results), review.rows(reviewed.results))


def test_a_village_without_both_measurements_is_not_on_the_chart(reviewed):
    review = reviewed.review
    gone = review.change.index[review.table["status_reviu"] == "keluar"][0]
    silent = review.change.copy()
    silent.loc[gone, ["mentah_lalu", "mentah_kini"]] = np.nan
    falls = replace(review, change=silent).falls(reviewed.results)
    assert gone not in falls.index
    assert len(falls) == len(review.falls(reviewed.results)) - 1 == 9


def test_slides_of_the_review_stand_between_certainty_and_alternatives(deck, material, small_sheet):
    got = titles(deck)
    start = got.index(NEW_SLIDES[0])
    assert got[start : start + 4] == NEW_SLIDES
    assert got[start - 1] == "Seberapa pasti daftar ini"
    assert got[start + 4] == "Alternatif"
    assert not set(NEW_SLIDES) & set(titles(deck_of(material, small_sheet)))


def test_slides_tell_moves_with_cause_and_the_expected_fall(deck, reviewed):
    said = words(deck)
    rows = reviewed.review.rows(reviewed.results)
    for desa in rows[rows["status_reviu"] != "tetap"]["desa"]:
        assert desa in said
    assert reviewed.review.expected.sentence in said
    assert reviewed.review.effect.sentence in said
    assert reviewed.review.effect.caution in said
    assert "−1,5 sampai +3,0" in said


def test_no_number_of_slides_and_report_is_rounded_away_from_the_effect(reviewed):
    assert [row[1:] for row in effect_rows(reviewed)] == [
        ("−4,3", "–", "9"),  # 17,2 less 21,5, as both are shown
        ("−5,0", "−7,0 sampai −3,0", "9"),
        ("+0,8", "−1,5 sampai +3,0", "9"),
        ("−0,5", "−2,5 sampai +1,5", "8"),
    ]


def test_slides_with_fifty_lokus_and_long_names_stay_inside(hard_reviewed, small_sheet):
    deck = deck_of(hard_reviewed, small_sheet)
    assert set(NEW_SLIDES) <= {title.split(" (")[0] for title in titles(deck)}
    for page in deck.slides:
        big = [shape for shape in page.shapes if shape.has_table or shape.shape_type == 13]
        for shape in page.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
        for a in big:
            for b in big:
                apart = a.left + a.width <= b.left or b.left + b.width <= a.left
                apart |= a.top + a.height <= b.top or b.top + b.height <= a.top
                assert a is b or apart


def test_parts_that_are_absent_are_left_out(reviewed, small_sheet):
    bare = replace(reviewed.review, change=None, effect=None, history=None, realisation=None, left=None)
    material = replace(reviewed, review=bare)
    got = titles(deck_of(material, small_sheet))
    assert NEW_SLIDES[:2] == [title for title in got if title in NEW_SLIDES]
    page = render_report(material, sheets=small_sheet)
    assert "Turun sungguhan" not in page
    assert "Apakah menjadi lokus menolong?" not in page
    why = replace(material, review=replace(bare, no_effect="Tidak ada desa pembanding."))
    assert "Tidak ada desa pembanding." in render_report(why, sheets=small_sheet)
    made = Workbook().active
    review_sheet(made, material)
    heads = next(row for row in cells(made) if row[0] == "Nomor dalam daftar")
    assert not [head for head in heads if head and ("Terukur" in head or "Selesai" in head)]


def test_the_report_has_a_section_with_method_and_caveats(page, reviewed, material, small_sheet):
    seen = Reader(page)
    assert seen.open == []
    ids = {attrs["id"] for _tag, attrs in seen.tags if "id" in attrs}
    jumps = {attrs["href"][1:] for tag, attrs in seen.tags if tag == "a"}
    assert "reviu" in ids
    assert jumps == ids
    assert page.count("data:image/png;base64,") == 4 + 2
    assert sum(tag == "math" for tag, _attrs in seen.tags) == 5 + 2
    for text in (reviewed.review.expected.sentence, reviewed.review.effect.caution, "bukan percobaan"):
        assert text in seen.text
    assert 'id="reviu"' not in render_report(material, sheets=small_sheet)


def test_causes_in_the_report_are_points_of_the_score(page, reviewed):
    seen = Reader(page)
    assert "Sebab" in seen.text
    row = reviewed.review.table[reviewed.review.table["status_reviu"] == "lulus"].iloc[0]
    cells_of_row = page[page.rindex(f"<td>{row['desa']}</td>") :].split("</tr>")[0]
    assert [f">+{n},0<" in cells_of_row for n in (1, 2, 3, 4, 5)] == [True] * 5


def test_text_from_inputs_stays_text(reviewed, small_sheet):
    review = replace(
        reviewed.review,
        table=reviewed.review.table.assign(sebab=EVIL, keterangan=f"=1+1 {EVIL}"),
        left=pd.DataFrame({"desa": [EVIL], "kecamatan": [EVIL], "keterangan": ["=1"]}, index=["9901990001"]),
    )
    material = replace(reviewed, review=review)
    assert "<script" not in render_report(material, sheets=small_sheet)
    made = Workbook().active
    review_sheet(made, material)
    assert not [cell for row in made.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_atlas_marks_each_village(reviewed):
    results, outlines = reviewed.results, reviewed.kecamatan
    book = AtlasBook(results, outlines, reviewed.info, theme="usulan", gaps=None, logo=None)
    said = [
        text.get_text() for kode in book.names for figure in book.pages(kode) for text in figure.axes[0].texts
    ]
    for mark in set(review_marks(results)) - {""}:
        assert said.count(mark) == review_marks(results).count(mark)


def test_columns_of_the_atlas_do_not_run_into_each_other(reviewed):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    results = reviewed.results.assign(prevalensi_atas=100.0, anak_stunting=1234.0)
    book = AtlasBook(results, reviewed.kecamatan, reviewed.info, theme="usulan", gaps=None, logo=None)
    (figure,) = book.pages(next(iter(book.names)))
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts = [t for t in figure.axes[0].texts if t.get_ha() == "right" and t.get_fontsize() == 6.3]
    lines: dict[float, list] = {}
    for text in texts:
        lines.setdefault(round(text.get_position()[1], 3), []).append(text.get_window_extent(renderer))
    assert len(lines) > 3
    for boxes in lines.values():
        boxes.sort(key=lambda box: box.x0)
        assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


@pytest.fixture(scope="module")
def public(reviewed):
    return mask_small_counts(reviewed, load_catalogue())


def test_the_public_version_hides_measured_rates_and_small_counts(public, reviewed, small_sheet):
    review = public.review
    assert review.counts is None
    assert not {"mentah_lalu", "mentah_kini", "perubahan_mentah", "harapan_perubahan"} & set(review.change)
    small = reviewed.chosen.index[0]
    assert review.change.loc[small, ["perubahan", "peluang_turun", "prevalensi_lalu"]].isna().all()
    assert pd.isna(review.table.loc[small, "selisih_nyata"])
    assert review.table.loc[small, "sebab"] == "disamarkan"
    assert review.table.loc[small, "status_reviu"] == "tetap"
    open_ = [kode for kode in reviewed.chosen.index[1:6] if not public.results.loc[kode, "disamarkan"]]
    assert open_
    assert review.change.loc[open_, "perubahan"].notna().all()
    assert titles(deck_of(public, small_sheet)).count(NEW_SLIDES[2]) == 1


def test_no_measured_rate_of_a_village_is_in_any_public_output(public, reviewed, small_sheet):
    made = Workbook().active
    review_sheet(made, public)
    numbers = {cell for row in cells(made) for cell in row if isinstance(cell, float)}
    rates = reviewed.review.change[["mentah_lalu", "mentah_kini"]].to_numpy().ravel()
    assert not numbers & set(rates)
    page = Reader(render_report(public, sheets=small_sheet)).text
    assert reviewed.review.expected.sentence not in page
    assert "sekitar −4 poin" in page
    assert "−4,2" not in page


def test_without_counts_of_the_earlier_year_everything_of_villages_is_masked(reviewed):
    blind = replace(reviewed, review=replace(reviewed.review, counts=None))
    public = mask_small_counts(blind, load_catalogue()).review
    assert public.change.drop(columns=["dua_tahun", "arah"]).isna().all(axis=None)
    assert (public.change["arah"] == "disamarkan").all()


def test_the_material_can_be_sent_to_another_process(reviewed):
    assert pickle.loads(pickle.dumps(reviewed)).review.numbers == reviewed.review.numbers


def test_english_on_request(reviewed, small_sheet):
    with use_language("en"):
        assert "A real fall, or chance?" in titles(deck_of(reviewed, small_sheet))
