"""The public version is judged as a stranger would: by what all files together give away."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from itertools import product

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation

from lokus.findings import Finding, Where, findings_frame
from lokus.followup.gaps import find_gaps
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.maps.maps import Maps
from lokus.show.maps.print_map import draw_map
from lokus.show.pack.pack import write_pack
from lokus.show.results.public import mask_results, mask_small_counts
from lokus.show.results.text import is_masked
from lokus.show.web.web_map import write_web_map

CATALOGUE = load_catalogue()
COUNTS = ["sasaran", "diukur", "pendek", "sangat_pendek", "stunting", "keluarga_sasaran", "krs", "tidak_krs"]


def with_counts(results, *, seed=11, most=40):
    """Made-up counts, many of them small, and everything that is computed from them, unrounded."""
    rng = np.random.default_rng(seed)
    n = len(results)
    frame = results.copy()
    measured = rng.integers(3, 60, n)
    frame["diukur"] = measured.astype(float)
    frame["sasaran"] = measured + rng.integers(0, 12, n).astype(float)
    stunting = rng.binomial(measured, 0.12)
    frame["pendek"] = rng.binomial(stunting, 0.7).astype(float)
    frame["stunting"] = stunting.astype(float)
    frame["sangat_pendek"] = frame["stunting"] - frame["pendek"]
    frame["krs"] = rng.integers(0, most, n).astype(float)
    frame["tidak_krs"] = rng.integers(0, most, n).astype(float)
    frame["keluarga_sasaran"] = frame["krs"] + frame["tidak_krs"]
    frame["cakupan_pengukuran"] = 100 * frame["diukur"] / frame["sasaran"]
    frame["prevalensi_mentah"] = 100 * frame["stunting"] / frame["diukur"]
    frame["krs_persen"] = 100 * frame["krs"] / frame["keluarga_sasaran"].where(frame["keluarga_sasaran"] > 0)
    rate = (14.5 + frame["stunting"]) / (145.0 + frame["diukur"])
    frame["prevalensi"] = 100 * rate
    frame["prevalensi_bawah"], frame["prevalensi_atas"] = 70 * rate, 140 * rate
    frame["anak_stunting"] = frame["stunting"] + (frame["sasaran"] - frame["diukur"]) * rate
    frame["anak_stunting_bawah"], frame["anak_stunting_atas"] = frame["stunting"], frame["stunting"] + 3.25
    frame["tanpa_pengukuran"] = False
    frame["skor"] = (frame["prevalensi"] / 40).clip(0, 1)
    frame["peringkat"] = frame["skor"].rank(ascending=False, method="first").astype("Int64")
    frame["alasan"] = [
        f"{int(s)} anak stunting dari {int(d)}" for s, d in zip(stunting, measured, strict=True)
    ]
    frame["catatan_petugas"] = frame["stunting"] * 1.0
    return frame


@pytest.fixture(scope="module")
def frame(results):
    return with_counts(results)


@pytest.fixture(scope="module")
def public(frame):
    return mask_results(frame, CATALOGUE)


def test_no_small_count_is_left(frame, public):
    for key in [*COUNTS, "anak_stunting", "anak_stunting_bawah"]:
        assert not ((public[key] > 0) & (public[key] < 5)).any(), key
        small = (frame[key] > 0) & (frame[key] < 5)
        assert small.any() or key in ("sasaran", "keluarga_sasaran")
        assert public.loc[small, key].isna().all()
        assert is_masked(public, key)[small.to_numpy()].all()


def test_zero_and_missing_stay_what_they_are(frame):
    frame = frame.copy()
    frame.loc[frame.index[:4], "krs"] = [0.0, np.nan, 0.0, np.nan]
    public = mask_results(frame, CATALOGUE)
    assert public["krs"].isna().iloc[1]
    assert not is_masked(public, "krs")[1]
    zero = (frame["krs"] == 0) & ~is_masked(public, "krs")
    assert (public.loc[zero, "krs"] == 0).all()
    assert zero.any()


def test_no_masked_term_follows_from_its_sum(public):
    for total, *terms in [("stunting", "pendek", "sangat_pendek"), ("keluarga_sasaran", "krs", "tidak_krs")]:
        hidden = sum(is_masked(public, key).astype(int) for key in (total, *terms))
        assert not (hidden == 1).any()


def test_no_masked_village_follows_from_a_total(frame, public):
    """Whatever is hidden of a kecamatan, its total allows every hidden village several values."""
    for key in COUNTS:
        hidden = is_masked(public, key)
        for kode, part in frame[hidden].groupby("kode_kecamatan")[key]:
            spare = frame.loc[(frame["kode_kecamatan"] == kode) & ~hidden, key]
            if not (spare > 0).any():
                continue  # all of the kecamatan is hidden: nothing more to hide there
            assert len(part) >= 2
            assert part.sum() >= 5
            assert part.sum() - (len(part) - 1) >= 2  # each may be more than 1


def test_shares_of_masked_counts_are_masked(frame, public):
    for share, over, under in [
        ("cakupan_pengukuran", "diukur", "sasaran"),
        ("prevalensi_mentah", "stunting", "diukur"),
        ("krs_persen", "krs", "keluarga_sasaran"),
    ]:
        gone = is_masked(public, over) | is_masked(public, under) | (frame[under] < 5).to_numpy()
        assert public.loc[gone, share].isna().all()
        assert public.loc[~gone, share].equals(frame.loc[~gone, share])


WEIGHTS = {"prevalensi": 0.6, "krs_persen": 0.4}


def with_score(frame):
    """A score of two indicators with stated weights and fixed goalposts, and all that follows from it."""
    frame = frame.copy()
    frame["skor"] = score_of(frame["prevalensi"], frame["krs_persen"].fillna(0.0))
    frame["peringkat"] = frame["skor"].rank(ascending=False, method="first").astype("Int64")
    frame["peringkat_bawah"], frame["peringkat_atas"] = frame["peringkat"] - 2, frame["peringkat"] + 2
    frame["peluang_lokus"] = (1.2 - frame["peringkat"].astype(float) / 60).clip(0, 1)
    chosen = frame["peringkat"] <= 12
    frame["terpilih"], frame["nomor"] = chosen, frame["peringkat"].where(chosen)
    frame["status_usulan"] = np.where(chosen, "lokus", "bukan lokus")
    return frame


def score_of(prevalence, krs):
    return WEIGHTS["prevalensi"] * (prevalence / 40).clip(0, 1) + WEIGHTS["krs_persen"] * krs / 100


class Reader:
    """Knows the method, its parameters and the truth but for one masked count; reads what is published.

    Whatever of a published row is not masked must come out of the count that is tried.
    """

    def __init__(self, frame, public):
        self.frame, self.public = frame, public

    def possible(self, kode, key):
        """Counts that agree with everything published of the village."""
        true = self.frame.loc[kode]
        most = int(true["diukur"] if key == "stunting" else true["keluarga_sasaran"])
        return [count for count in range(1, most + 1) if self.agrees(kode, key, float(count))]

    def agrees(self, kode, key, count):
        true, told = self.frame.loc[kode].copy(), self.public.loc[kode]
        true[key] = count
        rate = (14.5 + true["stunting"]) / (145.0 + true["diukur"])
        true["prevalensi"] = 100 * rate
        true["anak_stunting"] = true["stunting"] + (true["sasaran"] - true["diukur"]) * rate
        true["prevalensi_mentah"] = 100 * true["stunting"] / true["diukur"]
        true["krs_persen"] = 100 * true["krs"] / true["keluarga_sasaran"]
        true["skor"] = score_of(pd.Series([true["prevalensi"]]), pd.Series([true["krs_persen"]])).iloc[0]
        others = self.frame["skor"].drop(kode)
        rank = int((others > true["skor"]).sum()) + 1
        if (rank <= 12) != (told["status_usulan"] == "lokus"):
            return False
        steps = {
            "prevalensi": 0.1,
            "skor": 0.001,
            "anak_stunting": 0.1,
            "krs_persen": 1e-6,
            "prevalensi_mentah": 1e-6,
        }
        shown = {name: told[name] for name in steps if name in told and pd.notna(told[name])}
        if any(abs(value - true[name]) > steps[name] for name, value in shown.items()):
            return False
        return bool(pd.isna(told["peringkat"]) or int(told["peringkat"]) == rank)

    def reads(self, key):
        """Count those known exactly, give the fewest that stay possible for one, and how many are masked."""
        masked = self.public.index[is_masked(self.public, key)]
        left = [len(self.possible(kode, key)) for kode in masked]
        return sum(count == 1 for count in left), min(left, default=99), len(masked)


@pytest.mark.parametrize("key", ["stunting", "krs"])
@pytest.mark.parametrize("seed", [11, pytest.param(12, marks=pytest.mark.slow)])
def test_a_reader_who_knows_the_method_recovers_no_masked_count(results, key, seed):
    frame = with_score(with_counts(results, seed=seed)).sort_index()
    public = mask_results(frame, CATALOGUE, weighed=WEIGHTS)
    reader = Reader(frame, public)
    left = {kode: len(reader.possible(kode, key)) for kode in public.index[is_masked(public, key)]}
    assert len(left) >= 10
    assert min(left.values()) >= 2
    # The list itself is public: a village that just missed it has no more were counted.
    few = [kode for kode, count in left.items() if count < 3]
    assert set(frame.loc[few, "peringkat"]) <= {11, 12, 13, 14}


def test_the_reader_would_recover_them_from_score_and_rank(results):
    """The same reader, where only the counts and shares are masked."""
    frame = with_score(with_counts(results)).sort_index()
    public = mask_results(frame, CATALOGUE, weighed=WEIGHTS)
    careless = frame.copy()
    for name in (*COUNTS, "krs_persen", "prevalensi_mentah", "anak_stunting", "prevalensi"):
        careless.loc[is_masked(public, name), name] = np.nan
    careless["disamarkan"] = public["disamarkan"]
    known, _fewest, masked = Reader(frame, careless).reads("stunting")
    assert known >= 0.9 * masked


def test_nothing_computed_is_published_beside_a_masked_count(results):
    frame = with_score(with_counts(results)).sort_index()
    public = mask_results(frame, CATALOGUE, weighed=WEIGHTS)
    touched = is_masked(public, "bagian_skor")
    assert 10 < touched.sum() < len(frame)
    for name in ("prevalensi", "skor", "peringkat", "peluang_lokus"):
        assert public.loc[touched, name].isna().all(), name
        assert is_masked(public, name)[touched].all(), name
        assert public.loc[~touched, name].notna().all(), name
    assert public["status_usulan"].equals(frame["status_usulan"])
    assert is_masked(public, "peringkat_bawah").all()


def test_ranks_and_numbers_leave_no_gap_where_a_village_is_masked(results):
    frame = with_score(with_counts(results)).sort_index()
    public = mask_results(frame, CATALOGUE, weighed=WEIGHTS)
    touched = is_masked(public, "bagian_skor")
    ranks = public.loc[~touched, "peringkat"].astype(int)
    assert sorted(ranks) == list(range(1, len(ranks) + 1))
    assert ranks.sort_values().index.equals(frame.loc[~touched, "peringkat"].sort_values().index)
    numbers = public["nomor"].dropna().astype(int)
    assert sorted(numbers) == list(range(1, 13))
    own = touched[public.index.get_indexer(numbers.sort_values().index)]
    assert (np.diff(own.astype(int)) >= 0).all()


def test_estimates_are_published_as_exactly_as_they_are_printed(frame, public):
    """In more decimals, the parameters that all villages share would tell the few masked ones."""
    for name, decimals in (("prevalensi", 1), ("prevalensi_bawah", 1), ("skor", 3)):
        shown = public[name].dropna()
        assert (shown == shown.round(decimals)).all()
        assert (shown - frame.loc[shown.index, name]).abs().max() <= 10.0**-decimals


def test_rounding_keeps_the_map_classes(frame, public):
    from lokus.show.themes.themes import make_layer

    touched = is_masked(public, "bagian_skor")
    for theme, shown_of in (("prevalensi", ~touched), ("skor", ~touched), ("usulan", touched | True)):
        shown, true = (make_layer(one, theme).classes for one in (public, frame.sort_index()))
        assert shown[shown_of].equals(true[shown_of])
        assert (shown[~shown_of] == "disamarkan").all()


def test_columns_nobody_has_judged_are_dropped(public):
    assert "catatan_petugas" not in public


def test_the_row_order_does_not_matter(frame, public):
    pd.testing.assert_frame_equal(
        pd.DataFrame(mask_results(frame.sample(frac=1, random_state=1), CATALOGUE)), pd.DataFrame(public)
    )


@pytest.mark.slow
@given(st.integers(0, 10_000), st.integers(4, 30))
@settings(max_examples=15, deadline=None)
def test_rules_hold_for_other_counts(results, seed, most):
    frame = with_counts(results, seed=seed, most=most)
    public = mask_results(frame, CATALOGUE)
    test_no_masked_term_follows_from_its_sum(public)
    test_no_masked_village_follows_from_a_total(frame, public)
    for key in COUNTS:
        assert not ((public[key] > 0) & (public[key] < 5)).any()


def test_a_single_small_cell_takes_others_with_it():
    """Worked by hand: one masked child in a kecamatan of three villages."""
    index = pd.Index(["9901012001", "9901012002", "9901012003"], name="kode_desa")
    frame = gpd.GeoDataFrame(
        {
            "desa": list("abc"), "kecamatan": "K", "kode_kecamatan": "990101", "jenis": "desa",
            "krs": [2.0, 30.0, 9.0], "tidak_krs": [20.0, 25.0, 31.0], "keluarga_sasaran": [22.0, 55.0, 40.0],
        },
        geometry=[None] * 3, crs=4326, index=index,
    )  # fmt: skip
    public = mask_results(frame, CATALOGUE)
    assert public["krs"].isna().tolist() == [True, False, True]
    assert public["tidak_krs"].isna().tolist() == [True, False, True]
    assert public["keluarga_sasaran"].tolist() == [22.0, 55.0, 40.0]


# -- the whole pack -----------------------------------------------------------------------------------------


def pack_arguments(material, frame):
    findings = findings_frame(
        [
            Finding(
                check="audit.numerator", level="blocking",
                message="stunting 3 dari 4 anak: 75,00 %", where=Where(kode_desa=str(frame.index[0])),
            ),
            Finding(check="join.no_row", level="note", message="1 desa tidak memiliki baris"),
        ]
    )  # fmt: skip
    return {
        "maps": Maps(results=frame, kecamatan=material.kecamatan, info=material.info),
        "sizes": ["A4"], "themes": ["prevalensi"],
        "material": replace(
            material,
            results=frame,
            contributions=pd.DataFrame({"Prevalensi": frame["skor"]}),
            reconciliation=pd.DataFrame({"sumber": ["a.xlsx"], "kode_sumber": ["RAHASIA-77"]}),
            findings=findings.assign(accepted=[True, False], reason=["sudah dicek", ""]),
            method=(("Temuan diterima", "stunting 3 dari 4 anak: 75,00 %"), ("Presisi", "145 anak")),
            gaps=find_gaps(frame, {"krs_persen": 40.0, "prevalensi_mentah": 14.0}, CATALOGUE),
            weights={"Prevalensi": 1.0},
            lock={"hasil_sha256": "c3" * 32},
            alternatives=None,
        ),
        "write_lock": lambda path: path.write_text("{}"),
        "extras": ("paparan", "laporan", "geojson", "csv"),
    }  # fmt: skip


@pytest.fixture(scope="module")
def pack(material, frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("publik")
    return write_pack(folder, public=True, catalogue=CATALOGUE, **pack_arguments(material, frame))


def everything(folder) -> dict[str, str]:
    """All text in all files, unzipped and read back."""
    texts = {}
    for path in sorted(folder.iterdir()):
        raw = path.read_bytes()
        if path.suffix in (".xlsx", ".pptx"):
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                texts[path.name] = "\n".join(
                    archive.read(name).decode("utf-8", "ignore") for name in archive.namelist()
                )
        elif path.suffix == ".gpkg":
            layers = [gpd.read_file(path, layer=name) for name in ("desa", "lokus")]
            texts[path.name] = "\n".join(
                pd.DataFrame(layer.drop(columns="geometry")).to_csv() for layer in layers
            )
        elif path.suffix == ".html":
            texts[path.name] = re.sub(r"data:image/png;base64,[^\"]*", "", raw.decode("utf-8"))
        elif path.suffix in (".csv", ".geojson"):
            texts[path.name] = raw.decode("utf-8-sig")
    return texts


def test_the_public_pack_is_whole_and_has_no_lock(pack):
    assert {path.name for path in pack.files} == {
        "peta_prevalensi_A4.png", "peta_prevalensi_A4.pdf", "peta_interaktif.html", "lokus.xlsx",
        "paparan.pptx",
        "laporan.html", "hasil.gpkg", "hasil.geojson", "hasil.csv",
    }  # fmt: skip


def written(values: pd.Series) -> set[str]:
    """Every way a file could write these numbers, from three decimals to all."""
    numbers = [float(value) for value in values.dropna()]
    return {repr(value) for value in numbers} | {
        f"{value:.{digits}f}" for value, digits in product(numbers, range(3, 9))
    }


def test_no_masked_number_is_in_any_file(pack, frame, public):
    telling = ("prevalensi_mentah", "krs_persen", "cakupan_pengukuran", "anak_stunting", "prevalensi", "skor")
    secret, open_ = set(), {"0.000"}
    for key in telling:
        column = "bagian_skor" if key in ("prevalensi", "skor") else key
        gone = is_masked(public, column)
        for scale in (1, 100) if key == "skor" else (1,):
            secret |= written(frame.loc[gone, key] * scale)
            open_ |= written(frame.loc[~gone, key] * scale) | written(public[key] * scale)
    secret -= open_
    assert len(secret) > 500
    found = {}
    for name, text in everything(pack.folder).items():
        # Coordinates of borders are numbers of their own.
        plain = re.sub(r'"geometry": \{.*?\}\]? ?\}', "", text) if name.endswith(".geojson") else text
        tokens = {token.replace(",", ".") for token in re.findall(r"(?<![\w.])\d+[.,]\d{3,}", plain)}
        assert tokens or not name.endswith((".csv", ".geojson", ".gpkg", ".xlsx"))
        found[name] = tokens & secret
    assert not any(found.values()), found


def test_the_search_would_find_them(material, frame, public, tmp_path):
    """The same search over the version that is not public."""
    arguments = {**pack_arguments(material, frame), "themes": [], "extras": ("csv",)}
    folder = write_pack(tmp_path / "x", **arguments).folder
    secret = written(frame.loc[is_masked(public, "prevalensi_mentah"), "prevalensi_mentah"])
    for name in ("hasil.csv", "hasil.gpkg"):
        tokens = set(re.findall(r"\d+\.\d{3,}", everything(folder)[name]))
        assert tokens & secret


def test_reasons_findings_and_sources_of_the_counts_are_gone(pack):
    for name, text in everything(pack.folder).items():
        assert "anak stunting dari" not in text, name
        assert "75,00" not in text, name
        assert "RAHASIA-77" not in text, name
        assert "c3" * 32 not in text, name
        assert "catatan_petugas" not in text, name


def test_structured_files_hold_the_masked_table(pack, public):
    csv = pd.read_csv(pack.folder / "hasil.csv", dtype={"kode_desa": str}, index_col="kode_desa")
    gpkg = gpd.read_file(pack.folder / "hasil.gpkg", layer="desa").set_index("kode_desa")
    json = gpd.read_file(pack.folder / "hasil.geojson").set_index("kode_desa")
    for back in (csv, gpkg, json):
        for key in [*COUNTS, "prevalensi", "prevalensi_mentah", "anak_stunting", "skor"]:
            pd.testing.assert_series_equal(
                back[key].astype(float), public[key].astype(float), check_names=False, obj=key
            )


def test_the_workbook_says_masked_not_missing(pack, public):
    book = openpyxl.load_workbook(pack.folder / "lokus.xlsx")
    cells = [cell.value for row in book["Peringkat"].iter_rows() for cell in row]
    hidden = sum(is_masked(public, key).sum() for key in ("anak_stunting", "bagian_skor"))
    assert cells.count("disamarkan") >= hidden
    assert "Rekonsiliasi" not in book.sheetnames


def test_slides_and_report_say_that_it_is_the_public_version(pack):
    deck = Presentation(str(pack.folder / "paparan.pptx"))
    shown = " ".join(s.text_frame.text for p in deck.slides for s in p.shapes if s.has_text_frame)
    page = (pack.folder / "laporan.html").read_text("utf-8")
    for text in (shown, page):
        assert "versi publik" in text
        assert "angka di bawah 5" in text


def test_files_do_not_depend_on_what_is_masked(material, frame, public, tmp_path):
    """Change a masked count so that the masked table stays the same: no byte of any file may change."""
    other = None
    for kode in frame.index[is_masked(public, "krs") & is_masked(public, "tidak_krs")]:
        tried = frame.copy()
        tried.loc[kode, ["krs", "tidak_krs"]] += [1.0, -1.0]
        tried.loc[kode, "krs_persen"] = 100 * tried.loc[kode, "krs"] / tried.loc[kode, "keluarga_sasaran"]
        if mask_results(tried, CATALOGUE).equals(public):
            other = tried
            break
    assert other is not None
    for name, table in (("a", frame), ("b", other)):
        arguments = {**pack_arguments(material, table), "themes": [], "extras": ("csv", "geojson", "laporan")}
        write_pack(tmp_path / name, public=True, catalogue=CATALOGUE, **arguments)
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_material_is_marked_and_loses_what_could_be_checked(material, frame):
    masked = mask_small_counts(replace(material, results=frame), CATALOGUE)
    assert masked.public
    assert masked.lock is None
    assert masked.info.title.endswith("versi publik")
    touched = is_masked(masked.results, "bagian_skor")
    assert masked.contributions[touched].isna().all(axis=None)
    assert not masked.contributions[~touched].isna().all(axis=None)


def test_the_public_version_needs_a_catalogue(material, frame, tmp_path):
    with pytest.raises(ValueError, match="catalogue"):
        write_pack(tmp_path / "x", public=True, **pack_arguments(material, frame))
    with pytest.raises(ValueError, match="extras"):
        write_pack(tmp_path / "x", **{**pack_arguments(material, frame), "extras": ("film",)})
    assert not (tmp_path / "x").exists()


def test_masked_villages_are_told_as_masked_on_print_and_web_maps(frame, outlines, info, tmp_path):
    public = mask_results(frame, CATALOGUE)
    hidden = int(is_masked(public, "anak_stunting").sum())
    assert hidden > 0
    seen = {
        text.get_gid(): text.get_text()
        for text in draw_map(public, outlines, info, theme="anak").axes[0].texts
    }
    assert seen["legenda:disamarkan"] == "Disamarkan"
    assert seen["jumlah:disamarkan"] == str(hidden)
    assert seen["jumlah:belum ada data"] == str(int(frame["anak_stunting"].isna().sum()))
    page = write_web_map(public, outlines, info, tmp_path / "peta.html").read_text("utf-8")
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])
    (layer,) = [layer for layer in data["layers"] if layer["key"] == "anak"]
    (place,) = [n for n, c in enumerate(layer["classes"]) if c["pattern"] == "masked"]
    assert layer["classes"][place]["count"] == hidden
    assert [n for n, of in enumerate(layer["of"]) if of == place] == list(
        np.flatnonzero(is_masked(public, "anak_stunting"))
    )
    children = next(f["values"] for f in data["facts"] if f["label"] == "Anak stunting (perkiraan)")
    assert [n for n, text in enumerate(children) if text == "disamarkan"] == [
        n for n, of in enumerate(layer["of"]) if of == place
    ]


def test_figures_at_the_level_of_a_survey_are_public_where_those_of_the_records_are():
    results = pd.DataFrame(
        {
            "desa": list("ABCD"), "kode_kecamatan": "990101", "stunting": [1.0, 4.0, 20.0, 30.0],
            "diukur": [40.0, 50.0, 90.0, 90.0], "prevalensi": [8.0, 9.0, 21.0, 30.0],
            "anak_stunting": [4.0, 6.0, 22.0, 33.0], "prevalensi_survei": [17.04, 18.0, 37.26, 49.0],
            "anak_stunting_survei": [9.0, 12.0, 40.0, 55.0],
        },
        index=[f"990101200{k}" for k in range(1, 5)],
    )  # fmt: skip
    public = mask_results(results, load_catalogue())
    for recorded, surveyed in (
        ("prevalensi", "prevalensi_survei"),
        ("anak_stunting", "anak_stunting_survei"),
    ):
        assert public[surveyed].isna().equals(public[recorded].isna())
        assert public[surveyed].notna().any()
    # Rounded, and never over a limit of the classes of maps.
    assert public["prevalensi_survei"].dropna().tolist() == [37.3, 49.0]


def test_shares_that_nobody_counted_hide_nothing(frame):
    """Where neither count of a share is given, there is none to mask."""
    catalogue = load_catalogue()
    item = catalogue["cakupan_imunisasi"]
    assert item.numerator not in frame
    assert item.denominator not in frame
    alone = frame.assign(cakupan_imunisasi=50.0)
    assert not is_masked(mask_results(alone, catalogue), "cakupan_imunisasi").all()
