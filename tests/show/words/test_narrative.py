from __future__ import annotations

import pandas as pd
import pytest

from lokus.findings import Finding
from lokus.show.themes.themes import available_themes, make_layer
from lokus.show.words.narrative import _caution, map_sentence


@pytest.fixture(scope="module")
def said(full):
    return {
        theme: map_sentence(full, theme, make_layer(full, theme).classes) for theme in available_themes(full)
    }


def test_every_theme_that_needs_words_has_them_and_they_are_translated(said):
    assert {theme for theme, text in said.items() if not text} == {"kelengkapan"}
    assert not [text for text in said.values() if " villages " in text]


def test_the_counts_are_those_of_the_results(said, full):
    high = full["prevalensi"] >= 20
    chosen = full["nomor"].notna()
    assert f"Di {high.sum()} desa/kelurahan" in said["prevalensi"]
    assert f"; {(high & chosen).sum()} di antaranya" in said["prevalensi"]
    open_ = full["peluang_lokus"].between(0.2, 0.8, inclusive="left")
    assert said["peluang"].startswith(f"{(full['peluang_lokus'] >= 0.8).sum()} desa")
    assert f"bagi {open_.sum()} desa" in said["peluang"]
    most = full[chosen]["kecamatan"].value_counts()
    assert f"({most.max()})" in said["usulan"]


def test_the_worst_type_is_named(said, full):
    worst = full.loc[full["tipologi_urutan"].idxmin(), "tipologi"]
    assert f"“{worst}”" in said["tipologi"]


def test_nothing_significant_is_said_so(full):
    cold = pd.Series("tidak nyata", index=full.index)
    assert map_sentence(full, "titik_panas", cold).startswith("Tidak ada kelompok")


def test_without_a_choice_no_lokus_are_counted(full):
    bare = full.drop(columns="nomor")
    assert "; 0 di antaranya" in map_sentence(bare, "skor", make_layer(bare, "skor").classes)


def test_a_group_that_the_map_shows_is_not_denied():
    villages = pd.DataFrame({"nomor": [None, None]})
    low = map_sentence(villages, "titik_panas", pd.Series(["rendah-rendah", "tidak nyata"]))
    assert "1 desa/kelurahan rendah" in low
    assert "menonjol" in map_sentence(villages, "titik_panas", pd.Series(["tidak nyata", "tidak nyata"]))


def test_a_caution_tells_a_meeting_what_to_do_and_no_key_of_the_study_file():
    apart = Finding(
        check="evidence.kecamatan_apart", level="warning", message="kecamatan berbeda",
        remedy='minta tim lain mengukur ulang; biarkan pengaruh = "tidak"',
    )  # fmt: skip
    types = Finding(
        check="typology.none", level="warning", message="tidak ada tipe", remedy="ubah [tipologi]"
    )
    assert _caution(apart) == "Kecamatan berbeda; minta tim lain mengukur ulang."
    assert _caution(types) == "Tidak ada tipe."
