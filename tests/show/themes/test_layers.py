from __future__ import annotations

import numpy as np
import pytest

from lokus.errors import InputError
from lokus.show.tables.villages import layer_values
from lokus.show.themes.palette import HOTSPOT, MISSING
from lokus.show.themes.themes import ON_REQUEST, PATTERN, THEMES, IndicatorStyle, available_themes, make_layer


@pytest.fixture(scope="module", params=[*THEMES, "indikator:air_layak"])
def theme(request):
    return request.param


def test_every_village_is_counted_once_and_every_class_is_listed(full, indicators, theme):
    layer = make_layer(full, theme, indicators=indicators)
    assert sum(entry.count for entry in layer.legend) == len(full)
    assert [entry.key for entry in layer.legend] == list(layer.palette)
    assert layer.legend[-1].key == MISSING
    assert layer.legend[-1].count == (0 if theme in ("kelengkapan", "reviu") else 2)
    assert all(entry.name for entry in layer.legend)


def test_colours_do_not_move_when_classes_are_absent(full, indicators, theme):
    whole = make_layer(full, theme, indicators=indicators)
    few = whole.only(full.index[:3])
    assert [e.colour for e in few.legend] == [e.colour for e in whole.legend]
    assert sum(e.count for e in few.legend) == 3
    if theme != "tipologi" and not theme.startswith("indikator:"):
        alone = make_layer(full.iloc[:3], theme)
        assert [e.colour for e in alone.legend] == [e.colour for e in whole.legend]


def test_every_class_of_the_new_themes_occurs_as_the_columns_say(full):
    counts = {e.key: e.count for e in make_layer(full, "titik_panas").legend}
    assert counts == full["titik_panas"].value_counts().to_dict()
    counts = {e.key: e.count for e in make_layer(full, "reviu").legend}
    assert {k: v for k, v in counts.items() if v} == full["status_reviu"].value_counts().to_dict()
    chance = full["peluang_lokus"]
    counts = {e.key: e.count for e in make_layer(full, "peluang").legend}
    assert counts["kukuh"] == int((chance >= 0.8).sum())
    assert counts["perbatasan"] == int(((chance >= 0.2) & (chance < 0.5)).sum())


def test_types_are_listed_by_severity_and_keep_their_names(full):
    legend = make_layer(full.sample(frac=1, random_state=2), "tipologi").legend
    assert [e.label for e in legend[:3]] == ["Air dan jamban buruk", "Cakupan layanan rendah", "Relatif baik"]


def test_without_clear_types_the_map_does_not_speak_of_darker_and_more_severe(full):
    one = full.assign(tipologi="tidak ada tipe yang jelas", tipologi_urutan=1)
    layer = make_layer(one, "tipologi")
    assert "makin gelap" in make_layer(full, "tipologi").note
    assert "gelap" not in layer.note
    assert layer.note.startswith("Satu jenis desa/kelurahan")
    assert layer.legend[0].label == "Tidak ada tipe yang jelas"


def test_complete_data_are_a_class_of_their_own(full):
    legend = {e.key: e for e in make_layer(full, "kelengkapan").legend}
    assert legend["lengkap"].limits == "100"
    assert legend["lengkap"].count == int((full["kelengkapan"] == 100).sum())


def test_only_what_the_results_have_is_available(results, full, indicators):
    assert available_themes(results) == ("usulan", "prevalensi", "anak", "skor")
    assert available_themes(full, indicators) == (
        *(t for t in THEMES if t not in ON_REQUEST),
        "indikator:air_layak",
    )
    assert available_themes(results, indicators) == ("usulan", "prevalensi", "anak", "skor")


def test_a_theme_whose_stage_has_not_run_says_so(results, indicators):
    with pytest.raises(InputError, match="peluang_lokus"):
        make_layer(results, "peluang")
    with pytest.raises(InputError, match="air_layak"):
        make_layer(results, "indikator:air_layak", indicators=indicators)
    with pytest.raises(InputError, match="Jalankan tahap"):
        make_layer(results, "tipologi")


def test_children_without_measurement_are_not_drawn(full):
    prior = full.copy()
    kode = prior.index[0]
    prior.loc[kode, ["anak_stunting", "tanpa_pengukuran"]] = [14.0, True]
    layer = make_layer(prior, "anak")
    assert layer.symbols
    assert layer.classes[kode] == MISSING
    assert np.isnan(layer.values[kode])


def test_counts_follow_the_data(results):
    usulan = {e.key: e.count for e in make_layer(results, "usulan").legend}
    assert usulan == results["status_usulan"].value_counts().to_dict()
    prevalensi = {e.key: e.count for e in make_layer(results, "prevalensi").legend}
    assert prevalensi["sangat tinggi"] == int((results["prevalensi"] >= 30).sum())
    skor = {e.key: e.count for e in make_layer(results, "skor").legend}
    assert skor["sangat rendah"] == int((results["skor"] < 0.15).sum())


def test_a_village_without_measured_children_has_no_prevalence_of_its_own(results):
    prior = results.copy()
    kode = prior.index[0]
    prior.loc[kode, ["prevalensi", "tanpa_pengukuran", "belum_andal"]] = [14.0, True, True]
    layer = make_layer(prior, "prevalensi")
    assert layer.classes[kode] == MISSING
    assert not layer.unsure[kode]


def test_hatching_marks_what_is_not_reliable(results):
    layer = make_layer(results, "prevalensi")
    assert layer.unsure_count == int((results["belum_andal"] & results["prevalensi"].notna()).sum()) > 0


def test_results_without_a_choice_yet_have_no_lokus(results):
    layer = make_layer(results.drop(columns=["nomor", "belum_andal", "tanpa_pengukuran"]), "prevalensi")
    assert layer.lokus.isna().all()
    assert layer.unsure_count == 0


def test_a_missing_status_is_missing_and_an_unknown_one_an_error(results):
    odd = results.copy()
    odd.loc[odd.index[0], "status_usulan"] = np.nan
    assert make_layer(odd, "usulan").classes.iloc[0] == MISSING
    odd.loc[odd.index[0], "status_usulan"] = "cadangan"
    with pytest.raises(KeyError, match="cadangan"):
        make_layer(odd, "usulan")


def test_an_unknown_theme_is_refused(results):
    for theme in ("harga", "indikator:harga"):
        with pytest.raises(ValueError, match="usulan"):
            make_layer(results, theme)


def test_masked_villages_have_a_class_of_their_own_and_are_never_without_data(full, indicators):
    silent = full["status_usulan"] == "belum ada data"
    hidden = (np.arange(len(full)) % 3 == 0) & ~silent
    public = full.assign(
        anak_stunting=full["anak_stunting"].mask(hidden), air_layak=full["air_layak"].mask(hidden),
        disamarkan=np.select([hidden, silent], ["stunting, anak_stunting, air_layak", "anak_stunting"], ""),
    )  # fmt: skip
    for theme in ("anak", "indikator:air_layak"):
        before = make_layer(full, theme, indicators=indicators).classes
        layer = make_layer(public, theme, indicators=indicators)
        assert list(layer.classes.index[layer.classes == "disamarkan"]) == list(full.index[hidden])
        if theme == "anak":  # where no child was measured there is nothing to mask
            assert (layer.classes[before == "belum ada data"] == "belum ada data").all()
        entry = next(entry for entry in layer.legend if entry.key == "disamarkan")
        assert (entry.label, entry.count, entry.limits) == ("Disamarkan", int(hidden.sum()), "")
        assert [entry.key for entry in layer.legend][-1] == "belum ada data"
        assert sum(entry.count for entry in layer.legend) == len(full)
        assert len({entry.colour for entry in layer.legend}) == len(layer.legend)
    assert "disamarkan" not in make_layer(public, "usulan").palette
    assert "disamarkan" not in make_layer(full, "anak").palette


def test_what_reads_as_20_is_coloured_as_20(full):
    values = full["prevalensi"].copy()
    values.iloc[:3] = [19.94, 19.96, 20.0]
    told = full.assign(prevalensi=values, tanpa_pengukuran=False)
    layer = make_layer(told, "prevalensi")
    assert layer_values(layer)[:3] == ("19,9 %", "20,0 %", "20,0 %")
    assert layer.classes.iloc[:3].tolist() == ["sedang", "tinggi", "tinggi"]


@pytest.mark.parametrize(("worse", "red"), [("high", "tinggi-tinggi"), ("low", "rendah-rendah")])
def test_red_marks_the_worse_cluster_and_the_title_names_the_indicator(full, worse, red):
    style = IndicatorStyle(label="Indeks Desa Membangun", worse=worse)
    layer = make_layer(full, "titik_panas", indicators={PATTERN: style})
    assert layer.palette[red] == HOTSPOT["tinggi-tinggi"]
    assert set(layer.palette) == set(HOTSPOT)
    assert layer.title.endswith("Indeks Desa Membangun")
    assert "titik panas" not in layer.title.casefold()
    assert PATTERN not in {name.partition(":")[2] for name in available_themes(full, {PATTERN: style})}
