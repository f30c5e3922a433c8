"""Report and slides place the same tables."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook
from pptx import Presentation

from lokus.evidence.patterns.scan import scan
from lokus.findings import findings_frame
from lokus.intake.audit.audit import Acceptance, add_cautions
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.report.report import render_report
from lokus.show.results.public import mask_small_counts
from lokus.show.slides.slides import build_slides
from lokus.show.tables import study
from lokus.show.tables.study import accepted_table, clusters_table, influence_table
from lokus.show.words.narrative import cautions, caveats
from lokus.show.workbook.proposal import certainty_sheet, table_sheet
from tests.deck_reader import words

TABLES = [getattr(study, name) for name in study.__all__]


@pytest.fixture(scope="module")
def page(material, small_sheet):
    return render_report(material, sheets=small_sheet)


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_every_table_there_is_stands_in_the_report(make, material, page):
    table = make(material)
    if table is None or make is study.overlap_table:  # of the weights: for who sets them, in the workbook
        return
    for head in table.heads:
        assert f">{head}</th>" in page


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_what_a_study_does_not_hold_has_no_table(make, material):
    bare = replace(
        material, results=material.results.drop(columns=["kelas_kepastian"], errors="ignore"),
        completeness=None, by_opd=None, findings=None, gaps=None, alternatives=None, prices=None, lock=None,
        interventions=None, beneficiaries=None, odds_bounds=None, overlap=None,
    )  # fmt: skip
    assert (make(bare) is None) == (make is not study.tasks_table)


def test_the_slides_take_the_tables_of_the_report(material, small_sheet):
    deck = Presentation(io.BytesIO(build_slides(material, sheets=small_sheet).to_bytes()))
    text = words(deck)
    for make in (study.offices_table, study.gaps_table, study.certainty_table):
        table = make(material)
        assert table is not None
        assert {cell for row in table.rows for cell in row[:2]} <= set(text.split("\n"))


def test_who_enters_and_leaves_at_other_odds_stands_where_the_proposal_is_told(material, page, small_sheet):
    """In report, slides and workbook, and in one wording."""
    table = study.odds_table(material)
    assert [row[0] for row in table.rows] == [
        "lebih jarang stunting (0,5×)", "sama seringnya (usulan)", "lebih sering stunting (2×)",
    ]  # fmt: skip
    assert [row[1] for row in table.rows] == ["0", "0", "1"]
    entering, leaving = (text for text in table.rows[2][2:])
    last = material.chosen.iloc[-1]
    assert leaving == f"{last['desa']} ({last['kecamatan']})"
    deck = words(Presentation(io.BytesIO(build_slides(material, sheets=small_sheet).to_bytes())))
    book = Workbook().active
    certainty_sheet(book, material)
    cells = {cell.value for row in book.iter_rows() for cell in row}
    for text in (entering, leaving, table.title):
        assert f">{text}</" in page
        assert text in deck.split("\n")
        assert text in cells


def test_cautions_and_a_list_of_ties_are_said_where_the_proposal_is_told(material, small_sheet):
    tied = replace(material, tie_caution="AWAS: aturan seri saja.", tie_rule="prevalensi, lalu kode desa")
    page = render_report(tied, sheets=small_sheet)
    deck = words(Presentation(io.BytesIO(build_slides(tied, sheets=small_sheet).to_bytes())))
    book = Workbook().active
    certainty_sheet(book, tied)
    first = page.split('id="ringkasan"')[1].split("</section>")[0]
    assert tied.tie_caution in first
    assert tied.tie_caution in deck.split("\n")
    assert "Bila seri: prevalensi, lalu kode desa" in deck.split("\n")
    assert tied.tie_caution in {cell.value for row in book.iter_rows() for cell in row}
    apart = "Kecamatan berbeda lebih jauh daripada desa-desanya; ukur ulang."
    assert apart in page.split('id="batasan"')[1]
    assert apart in deck.split("\n")
    # What concerns one part of the evidence stands in the report alone.
    assert "Tipe 3 hanya memuat Suka Maju." in page.split('id="batasan"')[1]
    assert "Tipe 3 hanya memuat" not in deck


def test_the_public_version_names_no_village_of_a_type(material):
    public = mask_small_counts(material, load_catalogue())
    assert [one.check for one in public.cautions] == ["evidence.kecamatan_apart"]
    nothing = findings_frame([]).assign(accepted=False, reason="")
    told = mask_small_counts(
        replace(material, findings=add_cautions(nothing, material.cautions)), load_catalogue()
    )
    rows = told.findings.set_index("check")["message"]
    assert any("Suka Maju" in one.message for one in material.cautions if one.check == "typology.tiny")
    assert "Suka Maju" not in rows["typology.tiny"]
    assert rows["evidence.kecamatan_apart"] in {one.message for one in material.cautions}


def test_what_the_study_accepts_of_the_cautions_is_told_once_with_its_reason(material):
    nothing = findings_frame([]).assign(accepted=False, reason="")
    reason = "sudah diukur ulang oleh tim lain"
    given = [Acceptance(check="evidence.kecamatan_apart", reason=reason)]
    open_ = replace(material, findings=add_cautions(nothing, material.cautions))
    taken = replace(material, findings=add_cautions(nothing, material.cautions, given))
    apart = next(one.message for one in material.cautions if one.check == "evidence.kecamatan_apart")
    assert sum(apart[1:] in line for line in [*caveats(open_), *cautions(open_)]) == 1
    assert not any(apart[1:] in line for line in [*caveats(taken), *cautions(taken)])
    table = accepted_table(taken)
    assert [cell for row in table.rows for cell in row].count(reason) == 1


def scanned(material):
    """The material with the clusters of its own results: the first five villages stand out."""
    rows = material.results.sort_index()
    x = 1000.0 * np.arange(len(rows))
    cases = pd.Series(np.where(x < 5000, 30, 4), index=rows.index)
    found = scan(cases, trials=pd.Series(90, index=rows.index), x=x, y=0 * x, seed=1)
    return replace(material, clusters=found)


def test_clusters_are_told_in_report_and_workbook_and_not_in_public(material, small_sheet):
    told = scanned(material)
    table = clusters_table(told)
    (centre, villages, radius, cases, *_rest, sure) = table.rows[0]
    desa = material.results.loc[told.clusters.clusters["pusat"].iloc[0], "desa"]
    assert centre.startswith(desa)
    assert (villages, radius, cases, sure) == ("5", "2,0", "150", "ya")
    assert table.lead == "1 gugus nyata"
    page = render_report(told, sheets=small_sheet)
    assert table.title in page.split('id="peta"')[1].split("</section>")[0]
    book = Workbook().active
    table_sheet(book, told.info, table)
    assert 150 in {cell.value for row in book.iter_rows() for cell in row}
    assert clusters_table(mask_small_counts(told, load_catalogue())) is None


def test_clusters_are_told_in_plain_words_and_their_statistics_under_method(demo):
    found = demo.material.clusters.clusters
    *_rest, times, chance, _sure = clusters_table(demo.material).columns
    assert [head.replace("\n", " ") for head in (times.head, chance.head)] == [
        "Kali lipat dari harapan", "Peluang muncul dari variasi acak saja (%)"
    ]  # fmt: skip
    method = dict(demo.material.method)["Statistik gugus"].split("; ")
    assert len(method) == len(found)
    for row, said, by, share in zip(found.to_dict("records"), method, times.texts, chance.texts, strict=True):
        assert by == f"{row['kasus'] / row['harapan']:.1f}".replace(".", ",")
        assert share == f"{100 * row['p']:.1f}".replace(".", ",")
        risk, p = f"{row['risiko_relatif']:.2f}".replace(".", ","), f"{row['p']:.3f}".replace(".", ",")
        assert said.endswith(f": risiko relatif {risk}, p {p}")


def test_what_hangs_on_each_indicator_is_told(material, small_sheet):
    influence = pd.DataFrame(
        {"bobot": [0.7, 0.3], "pengaruh": [0.9, 0.1], "masuk": [3, 1], "keluar": [3, 1]},
        index=["Prevalensi", "Air layak"],
    )
    told = replace(material, influence=influence)
    assert influence_table(told).rows[0] == ("Prevalensi", "70,0", "90,0", "3", "3")
    page = render_report(told, sheets=small_sheet)
    assert "Yang bergantung pada tiap indikator" in page.split('id="kepastian"')[1].split("</section>")[0]


def test_the_public_version_tells_no_other_list_where_scores_are_masked(material):
    assert mask_small_counts(material, load_catalogue()).justifications is None
    few = material.results.assign(stunting=3.0, diukur=40.0)
    masked = mask_small_counts(replace(material, results=few), load_catalogue())
    assert (masked.odds_bounds, masked.overlap, masked.alternatives) == (None, None, None)
