"""Text of a page of the atlas: everything in order, and a new page where there is no room."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.figure import Figure

from lokus.show.atlas.page_text import Flow, PageText, write_gaps, write_reasons, write_table
from lokus.show.drawing.layout import Box


@pytest.fixture
def flow():
    pages = [Figure().add_subplot()]

    def turn():
        pages.append(Figure().add_subplot())
        return pages[-1]

    made = Flow(page=pages[0], box=Box(10, 20, 200, 120), turn=turn, next_top=280)
    made.pages = pages
    return made


def written(flow, prefix):
    return [
        text.get_gid().removeprefix(prefix)
        for page in flow.pages
        for text in page.texts
        if (text.get_gid() or "").startswith(prefix)
    ]


def test_villages_stand_in_the_order_of_their_rank_each_once_over_pages(flow, full):
    write_table(flow, PageText.of(full), {full.index[0]: "A"})
    ranked = full["peringkat"].astype("Float64").sort_values(na_position="last", kind="stable").index
    assert written(flow, "tabel:") == list(ranked)
    assert len(flow.pages) > 1
    assert any(text.get_text().endswith("(A)") for page in flow.pages for text in page.texts)


def test_nothing_is_written_below_the_box(flow, full):
    write_table(flow, PageText.of(full), {})
    write_reasons(flow, PageText.of(full))
    assert all(text.get_position()[1] >= flow.box.bottom for page in flow.pages for text in page.texts)


def test_every_lokus_has_its_reason_and_none_is_said(flow, full):
    write_reasons(flow, PageText.of(full.assign(alasan="Peringkat menurut skor.")))
    words = [text.get_text() for page in flow.pages for text in page.texts]
    numbers = [str(number) for number in sorted(full["nomor"].dropna().astype(int))]
    assert [word for word in words if word in numbers] == numbers
    write_reasons(flow, PageText.of(full[full["nomor"].isna()]))
    assert "Tidak ada desa/kelurahan di kecamatan ini yang diusulkan." in [
        text.get_text() for page in flow.pages for text in page.texts
    ]


def test_gaps_stand_by_office_and_only_those_of_the_kecamatan(flow, full):
    here = full.index[:2]
    gaps = pd.DataFrame(
        {
            "kode_desa": [here[1], here[0], full.index[9]],
            "opd": ["Dinas PUPR", "Dinas Kesehatan", "Dinas Sosial"],
            "indikator": ["Sanitasi", "Imunisasi", "Desil"],
            "nilai": [55.25, None, 10.0],
            "ambang": 80.0,
            "desimal": 1,
        }
    )
    write_gaps(flow, PageText.of(full.loc[here], gaps))
    words = [text.get_text() for page in flow.pages for text in page.texts]
    assert [word for word in words if word.startswith("Dinas")] == ["Dinas Kesehatan", "Dinas PUPR"]
    assert any(f"{full.loc[here[1], 'desa']} (55,2)" in word for word in words)


def test_a_part_that_does_not_fit_begins_on_the_next_page(flow, full):
    """A line or two alone on a page, or the second half of a list of names, is read by no one."""
    gaps = pd.DataFrame({"kode_desa": list(full.index) * 2, "opd": "Dinas PUPR", "nilai": 1.5})
    gaps = gaps.assign(ambang=2.0, desimal=1)
    gaps["indikator"] = ["air"] * len(full) + ["sanitasi"] * len(full)
    flow.y = flow.box.bottom + 18  # room for heading, office and one of two texts
    write_gaps(flow, PageText.of(full, gaps))
    first, second = flow.pages
    assert not first.texts
    assert len(second.texts) == 2 + 3 + 3  # heading, office, and each text in three lines


def test_a_text_without_a_page_is_measured_as_it_is_written(flow, full):
    measured = Flow(page=None, box=flow.box, turn=lambda: None, next_top=flow.next_top)
    gaps = pd.DataFrame({"kode_desa": full.index[:3], "opd": "Dinas PUPR", "indikator": "Sanitasi"})
    gaps = gaps.assign(nilai=40.0, ambang=80.0, desimal=1)
    text = PageText.of(full.assign(alasan="Peringkat menurut skor."), gaps)
    for on in (flow, measured):
        write_table(on, text, {})
        write_reasons(on, text)
        write_gaps(on, text)
    assert measured.y == flow.y
    assert any(page.texts for page in flow.pages)


def test_a_heading_counts_no_lokus_and_no_gaps_where_there_are_none(flow, full):
    text = PageText.of(full.assign(nomor=pd.NA, status_usulan="bukan lokus"))
    write_reasons(flow, text)
    write_gaps(flow, text)
    heads = {one.get_text() for page in flow.pages for one in page.texts}
    assert "Lokus dan alasannya" in heads
    assert not [head for head in heads if head.endswith(": 0")]
