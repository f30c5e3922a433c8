from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader

from lokus.i18n import use_language
from lokus.show.atlas.atlas import AtlasBook, _plan, write_atlas
from lokus.show.charts.pictures import map_picture
from lokus.show.maps.sheet_plan import fit_frames


@pytest.fixture(scope="module")
def gaps(results):
    rows = [
        (kode, opd, indikator, 10.0 + place, 800.0, 1)
        for place, kode in enumerate(results.index)
        for opd, indikator in (("Dinas PUPR", "Jamban tidak layak"), ("Dinas Kesehatan", "Imunisasi"))
        if place % 3 == 0
    ]
    return pd.DataFrame(rows, columns=["kode_desa", "opd", "indikator", "nilai", "ambang", "desimal"])


@pytest.fixture(scope="module")
def atlas(full, outlines, info, gaps, tmp_path_factory):
    steps = []
    path = write_atlas(
        full, outlines, info, tmp_path_factory.mktemp("atlas") / "atlas.pdf", gaps=gaps,
        on_page=lambda *step: steps.append(step),
    )  # fmt: skip
    return PdfReader(path), steps


def test_bookmarks_lead_to_the_page_of_each_kecamatan(atlas, outlines):
    reader, steps = atlas
    names = outlines.sort_index()["kecamatan"].tolist()
    assert [mark.title for mark in reader.outline] == names
    for mark in reader.outline:
        page = reader.pages[reader.get_destination_page_number(mark)]
        assert f"Kecamatan {mark.title}" in page.extract_text()
    assert steps == [(name, number, len(names)) for number, name in enumerate(names)]


def test_pages_are_a4_and_carry_the_mark(atlas):
    reader, _steps = atlas
    for page in reader.pages:
        assert [float(side) * 25.4 / 72 for side in page.mediabox[2:]] == pytest.approx([210, 297], abs=0.01)
        assert "DATA CONTOH SINTETIS" in page.extract_text()


def test_every_village_is_in_the_table_of_its_kecamatan_with_rank_and_reason(full, outlines, info, gaps):
    told = full.assign(alasan="Prevalensi tinggi dan sanitasi buruk.")
    book = AtlasBook(told, outlines, info, theme="prevalensi", gaps=gaps, logo=None)
    for kode in book.names:
        mine = told[told["kode_kecamatan"] == kode]
        texts = [text for figure in book.pages(kode) for text in figure.axes[0].texts]
        seen = {text.get_gid(): text.get_text() for text in texts if text.get_gid()}
        words = [text.get_text() for text in texts]
        listed = [gid.removeprefix("tabel:") for gid in seen if gid.startswith("tabel:")]
        by_rank = mine.assign(r=mine["peringkat"].astype(float)).sort_values("r", kind="stable").index
        assert listed == list(by_rank)
        for village, row in mine.iterrows():
            assert seen[f"tabel:{village}"].startswith(row["desa"])
            assert (f"desa:{village}" in seen) == (row.geometry is not None)
            if pd.notna(row["nomor"]):
                assert seen[f"nomor:{row['nomor']}"] == str(row["nomor"])
                assert seen[f"tabel nomor:{village}"] == str(row["nomor"])
        assert words.count("Prevalensi tinggi dan sanitasi buruk.") == int(mine["nomor"].notna().sum())
        wanted = gaps[gaps["kode_desa"].isin(mine.index)]
        assert f"Kesenjangan menurut OPD: {len(wanted)}" in words
        joined = " ".join(words)
        assert all(f"({value:.1f})".replace(".", ",") in joined for value in wanted["nilai"])


def test_numbers_of_gaps_read_as_indonesian(full, outlines, info):
    kode = full.index[0]
    row = {"kode_desa": kode, "opd": "PUPR", "indikator": "Sanitasi", "nilai": 55.25, "ambang": 80.0}
    gaps = pd.DataFrame([row | {"desimal": 1}])
    book = AtlasBook(full, outlines, info, theme="usulan", gaps=gaps, logo=None)
    words = [t.get_text() for figure in book.pages(kode[:6]) for t in figure.axes[0].texts]
    assert f"Sanitasi: {full.loc[kode, 'desa']} (55,2)" in words


def test_names_on_the_page_do_not_overlap(full, outlines, info):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    book = AtlasBook(full, outlines, info, theme="anak", gaps=None, logo=None)
    (figure,) = book.pages(next(iter(book.names)))
    renderer = FigureCanvasAgg(figure).get_renderer()
    labels = [
        (text.get_gid(), text.get_window_extent(renderer))
        for text in figure.axes[0].texts
        if (text.get_gid() or "").startswith(("desa:", "nomor:"))
    ]
    assert len(labels) > 5
    for (name, a), (other, b) in combinations(labels, 2):
        apart = a.x1 <= b.x0 + 1 or b.x1 <= a.x0 + 1 or a.y1 <= b.y0 + 1 or b.y1 <= a.y0 + 1
        assert apart or name == other, (name, other)


def test_bordering_kecamatan_are_named_on_the_map_or_below_it(full, outlines, info):
    book = AtlasBook(full, outlines, info, theme="usulan", gaps=None, logo=None)
    metric = outlines.to_crs(32748)
    for kode, name in book.names.items():
        (figure,) = book.pages(kode)
        texts = figure.axes[0].texts
        named = {t.get_text() for t in texts if (t.get_gid() or "").startswith("tetangga:")}
        listed = " ".join(t.get_text() for t in texts if t.get_text().startswith("Juga berbatasan dengan: "))
        near = metric[metric.distance(metric.geometry[kode]) < 1].drop(index=kode)["kecamatan"]
        assert len(near) > 0
        assert named <= set(near)
        assert all((one in named) != (one in listed) for one in near), (name, named, listed)


def test_the_name_of_a_neighbour_stands_in_it_and_not_on_the_kecamatan_of_the_page(full, outlines, info):
    from shapely import Point

    book = AtlasBook(full, outlines, info, theme="usulan", gaps=None, logo=None)
    kode = next(iter(book.names))
    base_map = book.base_map
    (figure,) = book.pages(kode)
    labels = [t for t in figure.axes[0].texts if (t.get_gid() or "").startswith("tetangga:")]
    assert labels
    place = list(book.names).index(kode)
    plan = fit_frames(base_map.shapes[base_map.group == kode], lambda _w, _h: _plan())
    for text in labels:
        spot = Point(plan.main.sketch.ground([text.get_position()])[0])
        inside = [
            name
            for name, shape in zip(book.names.values(), base_map.outlines, strict=True)
            if shape.contains(spot)
        ]
        assert inside == [text.get_text()]
        assert not base_map.outlines[place].contains(spot)


def test_a_detached_part_is_drawn_in_an_inset_and_the_rest_larger(full, outlines, info):
    kode = full.index[full.geometry.bounds["maxx"].argmax()][:6]
    book = AtlasBook(full, outlines, info, theme="usulan", gaps=None, logo=None)
    (figure,) = book.pages(kode)
    captions = [t.get_text() for t in figure.axes[0].texts if t.get_gid() == "sisipan"]
    assert len(captions) == 1
    assert "km di sebelah timur" in captions[0]
    others = [other for other in book.names if other != kode]
    for other in others:
        (page,) = book.pages(other)
        assert not [t for t in page.axes[0].texts if t.get_gid() == "sisipan"]


def test_the_caption_of_an_inset_stays_inside_it(full, outlines, info):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    kode = full.index[full.geometry.bounds["maxx"].argmax()][:6]
    book = AtlasBook(full, outlines, info, theme="usulan", gaps=None, logo=None)
    (figure,) = book.pages(kode)
    renderer = FigureCanvasAgg(figure).get_renderer()
    axes = figure.axes[0]
    (caption,) = [t for t in axes.texts if t.get_gid() == "sisipan"]
    low, high = axes.transData.inverted().transform(caption.get_window_extent(renderer))
    frames = fit_frames(book.base_map.shapes[book.base_map.group == kode], lambda _w, _h: _plan())
    (panel,) = frames.insets
    assert panel.box.left <= low[0]
    assert high[0] <= panel.box.right


@pytest.mark.slow
def test_a_long_table_goes_on_on_a_further_page(make, info, tmp_path):
    results, outlines = make(villages=150, kecamatan=2, lokus=40)
    results = results.assign(alasan="Alasan yang cukup panjang untuk dua baris. " * 5)
    path = write_atlas(results, outlines, info, tmp_path / "a.pdf")
    reader = PdfReader(path)
    assert len(reader.pages) > 2
    assert reader.get_destination_page_number(reader.outline[0]) == 0
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "(lanjutan)" in text
    drawn = results[results["kode_kecamatan"] == results["kode_kecamatan"].iloc[0]]
    assert all(desa in text for desa in drawn["desa"])


def test_the_same_study_gives_the_same_bytes(full, outlines, info, tmp_path):
    some = full[full["kode_kecamatan"].isin(full["kode_kecamatan"].unique()[:2])]
    one = write_atlas(some, outlines, info, tmp_path / "a.pdf").read_bytes()
    two = write_atlas(some.sample(frac=1, random_state=4), outlines, info, tmp_path / "b.pdf").read_bytes()
    assert one == two


def test_a_kecamatan_without_polygons_and_without_lokus_has_its_page(results, outlines, info, tmp_path):
    kode = results["kode_kecamatan"].iloc[-1]
    few = results[results["kode_kecamatan"].isin([kode, results["kode_kecamatan"].iloc[0]])].copy()
    few.loc[few["kode_kecamatan"] == kode, "geometry"] = None
    few.loc[few["kode_kecamatan"] == kode, "nomor"] = np.nan
    reader = PdfReader(write_atlas(few, outlines, info, tmp_path / "a.pdf"))
    assert len(reader.outline) == 2
    assert "Tidak ada desa/kelurahan di kecamatan ini yang diusulkan." in reader.pages[-1].extract_text()


def test_a_failure_leaves_the_earlier_atlas(results, outlines, info, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_text("lama")
    with pytest.raises(ValueError, match="usulan"):
        write_atlas(results, outlines, info, path, theme="harga")
    assert path.read_text() == "lama"
    assert list(tmp_path.iterdir()) == [path]


def test_english_on_request(results, outlines, info, tmp_path):
    few = results[results["kode_kecamatan"] == results["kode_kecamatan"].iloc[0]]
    with use_language("en"):
        text = PdfReader(write_atlas(few, outlines, info, tmp_path / "a.pdf")).pages[0].extract_text()
    assert "Lokus and why" in text
    assert "Villages of this kecamatan" in text


def test_legend_and_sources_of_a_page_are_not_cut(full, outlines, info):
    many = replace(info, sources=tuple(f"Dinas Kesehatan, Rekap sumber nomor {n}, 2026" for n in range(6)))
    book = AtlasBook(full, outlines, many, theme="prevalensi", gaps=None, logo=None)
    (figure,) = book.pages(next(iter(book.names)))
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert any("Rekap sumber nomor 5, 2026" in text for text in texts)
    assert [text for text in texts if text.endswith("…")] == []


@pytest.mark.parametrize("villages", [20, 22, 25])
def test_no_page_is_turned_for_a_few_lines(make, info, villages):
    results, outlines = make(villages=villages, kecamatan=1, lokus=4)
    results = results.assign(alasan="Alasan yang cukup panjang untuk dua baris. " * 4)
    (kode,) = results["kode_kecamatan"].unique()
    row = {"opd": "Dinas PUPR", "indikator": "Air", "nilai": 7.0, "ambang": 80.0, "desimal": 1}
    gaps = pd.DataFrame({"kode_desa": results.index[:5]}).assign(**row)
    book = AtlasBook(results, outlines, info, theme="prevalensi", gaps=gaps, logo=None)
    first, *further = book.pages(kode)
    plan = _plan()
    for figure in further:
        text = [t.get_position()[1] for t in figure.axes[0].texts]
        text = [y for y in text if plan.footer.top < y < plan.header.bottom]
        assert max(text) - min(text) > 22, "millimetres of text on a page of its own"
    page = first.axes[0]
    beside = [
        (text.get_text(), text.get_window_extent().shrunk(0.99, 0.9))
        for text in page.texts
        if text.get_text() and text.get_position()[0] >= plan.legend.left and text.get_position()[1] > 135
    ]
    assert len(beside) > 15, "legend, scale bar, and north arrow"
    clash = [(a, b) for (a, one), (b, two) in combinations(beside, 2) if one.overlaps(two)]
    assert clash == []


def test_the_map_alone_is_the_map_of_the_page(full, outlines, info, gaps):
    # The situation analysis has it with and without an atlas; it must not depend on which is written.
    with use_language("id"):
        book = AtlasBook(full, outlines, info, theme="prevalensi", gaps=gaps, logo=None)
        pictures = {}
        for kode in book.names:
            list(
                book.pages(kode, on_map=lambda kode, page: pictures.update({kode: map_picture(page, dpi=60)}))
            )
        assert list(pictures) == list(book.names)
        assert all(map_picture(book.map_sheet(kode), dpi=60) == picture for kode, picture in pictures.items())
