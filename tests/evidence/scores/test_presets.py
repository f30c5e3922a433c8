from __future__ import annotations

from fractions import Fraction

import pytest

from lokus.errors import EvidenceError
from lokus.evidence.scores.presets import PRESETS, find_preset
from lokus.i18n import use_language
from lokus.intake.indicators.catalogue import load_catalogue

INDICATORS = load_catalogue()
FSVA = PRESETS["fsva"]
VILLAGES = [f"99010120{i:02d}" for i in range(1, 9)]


def test_only_what_a_decree_or_guideline_states_is_official():
    assert {key for key, preset in PRESETS.items() if preset.resmi} == {"fsva"}
    for preset in PRESETS.values():
        # Where each formula was read; the arrangement of lokus itself was read nowhere.
        assert bool(preset.page) == (preset.key != "lokus_default")
        assert preset.source
        assert preset.resmi == bool(preset.authority)
        # What lokus adds is said, and what is assumed is never official.
        assert preset.resmi != bool(preset.assumed)
        assert ("bukan resmi" in preset.label) == (not preset.resmi)
        assert set(preset.weights) == set(preset.worse)


def test_fsva_is_the_table_of_the_page_it_was_read_from():
    """Laporan FSVA Agam 2023, page 11, "Bobot Indikator Individu": its six rows in their order.

    Which end is worse follows from what each row is a ratio of.
    """
    rows = [
        ("luas baku lahan sawah terhadap luas wilayah desa", "1/6", "low"),
        ("jumlah sarana dan prasarana ekonomi terhadap jumlah rumah tangga", "1/6", "low"),
        ("penduduk dengan tingkat kesejahteraan terendah terhadap penduduk desa", "1/6", "high"),
        ("desa yang tidak memiliki akses penghubung memadai", "1/6", "high"),
        ("rumah tangga tanpa akses air bersih terhadap rumah tangga desa", "1/6", "high"),
        ("jumlah tenaga kesehatan terhadap jumlah penduduk desa", "1/6", "low"),
    ]
    assert list(FSVA.worse.values()) == [end for _row, _weight, end in rows]
    total = sum(FSVA.weights.values())
    shares = [Fraction(weight / total).limit_denominator(100) for weight in FSVA.weights.values()]
    assert shares == [Fraction(weight) for _row, weight, _end in rows]
    said = [INDICATORS[key].label.lower() for key in FSVA.weights]
    for label, word in zip(
        said, ("sawah", "sarana", "kesejahteraan", "akses", "air bersih", "tenaga kesehatan"), strict=True
    ):
        assert word in label
    # A ratio, not its inverse: between the smallest and the largest they place a village differently.
    assert said[-1].startswith("rasio tenaga kesehatan terhadap")


def test_each_preset_weighs_what_its_source_names():
    """The criteria as the sources list them, each checked on the page named in the preset."""
    named = {
        # "empat kriteria ...: Jumlah Keluarga Berisiko Stunting, Jumlah Kasus Balita Stunting, Persentase
        # Prevalensi Stunting dan Cakupan Layanan" (koranbanjar.net, 18 March 2024)
        "empat_kriteria": {"krs", "stunting", "prevalensi_mentah", "cakupan_layanan"},
        # "37 desa yang angka stuntingnya di atas 20%" (considerations, letter b)
        "ambang_prevalensi": {"prevalensi_mentah"},
        # "jumlah penduduk, jumlah penduduk miskin, tingkat kemiskinan dan jumlah kejadian gizi buruk"
        "tnp2k_desa": {"penduduk", "penduduk_miskin", "tingkat_kemiskinan", "gizi_buruk"},
    }
    for key, indicators in named.items():
        assert set(PRESETS[key].weights) == indicators
    assert PRESETS["ambang_prevalensi"].limits == {"prevalensi_mentah": 20.0}


def test_every_text_is_translated():
    for preset in PRESETS.values():
        spoken = (preset.title, preset.stated, preset.assumed)
        with use_language("en"):
            assert all(
                a != b
                for a, b in zip(spoken, (preset.title, preset.stated, preset.assumed), strict=True)
                if b
            )


def test_unknown_preset_names_the_nearest():
    with pytest.raises(EvidenceError, match="maksudnya empat_kriteria"):
        find_preset("empat_kritera")
    with pytest.raises(EvidenceError, match="pilihan: lokus_default, empat_kriteria"):
        find_preset("xyz")
