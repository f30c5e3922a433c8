from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pytest
from page_reader import Reader
from pptx import Presentation

from lokus.followup.beneficiaries import beneficiaries
from lokus.followup.interventions import intervention_matrix
from lokus.followup.trajectory import measured, trajectory
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.report.report import render_report
from lokus.show.results.public import mask_small_counts
from lokus.show.slides.slides import build_slides
from lokus.show.words.followup import kind_label


@pytest.fixture(scope="module")
def followed(material):
    results = material.results.assign(sasaran=range(40, 40 + len(material.results)), krs=50.0)
    results.loc[results.index[-1], "krs"] = None
    lokus = results.index[results["terpilih"]].tolist()
    return replace(
        material,
        results=results,
        interventions=intervention_matrix(results, {"sanitasi_layak": 70.0}, load_catalogue(), lokus=lokus),
        beneficiaries=beneficiaries(results, villages=results, lokus=lokus),
        trajectory=trajectory(
            start=(2024, 20.0),
            target=(2029, 14.0),
            series=[measured("SSGI", "survei", {2024: 20.0, 2026: 18.5})],
        ),
    )


def tables(deck, title):
    page = next(page for page in deck.slides if page.shapes.title.text_frame.text == title)
    return [
        [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in shape.table.rows]
        for shape in page.shapes
        if shape.has_table
    ]


@pytest.fixture(scope="module")
def deck(followed, small_sheet):
    return Presentation(io.BytesIO(build_slides(followed, sheets=small_sheet).to_bytes()))


def test_totals_of_the_target_groups_stand_beside_the_tasks(deck, followed):
    tasks, groups = tables(deck, "Tindak lanjut")
    assert tasks[0][0] == "Pelaksana"
    shown = {row[0]: row[1:] for row in groups[1:]}
    inside = followed.results["terpilih"]
    total = int(followed.results["sasaran"].sum())
    assert shown["Balita"] == [
        str(int(followed.results["sasaran"][inside].sum())),
        f"{total:,}".replace(",", "."),
    ]
    krs = shown["Keluarga berisiko stunting (KRS)"]
    assert krs[1] == f"≥ {format(50 * (len(followed.results) - 1), ',').replace(',', '.')}"


def test_gaps_say_whether_the_intervention_is_specific_or_sensitive(deck):
    (grid,) = tables(deck, "Kesenjangan per OPD")
    assert grid[0][2] == "Jenis"
    assert {row[2] for row in grid[1:]} == {"sensitif"}
    assert kind_label("") == "–"


def test_the_way_to_the_target_has_a_slide_when_there_is_one(deck, material, small_sheet):
    titles = [page.shapes.title.text_frame.text for page in deck.slides]
    assert titles[-2] == "Lintasan menuju target"
    bare = Presentation(io.BytesIO(build_slides(material, sheets=small_sheet).to_bytes()))
    assert "Lintasan menuju target" not in [page.shapes.title.text_frame.text for page in bare.slides]
    assert len(tables(bare, "Tindak lanjut")) == 1


def test_the_report_tells_offices_groups_and_the_way(followed, material, small_sheet):
    page = render_report(followed, sheets=small_sheet)
    seen = Reader(page)
    assert seen.open == []
    for text in ("Intervensi per OPD", "Kelompok sasaran", "Lintasan menuju target"):
        assert text in seen.text
        assert text not in Reader(render_report(material, sheets=small_sheet)).text
    row = followed.interventions.by_opd.iloc[0]
    assert f'<td class="number">{row["sensitif_lokus"]:.0f}</td>' in page


def test_the_public_version_has_no_needs_of_villages(followed):
    public = mask_small_counts(followed, load_catalogue())
    hidden = public.interventions.details[["nilai", "kebutuhan", "kebutuhan_ambang"]]
    assert hidden.isna().all(axis=None)
    pd.testing.assert_frame_equal(public.interventions.by_opd, followed.interventions.by_opd)
    assert public.beneficiaries is not None
