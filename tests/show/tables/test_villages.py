from __future__ import annotations

from lokus.show.tables.villages import displayed_codes, layer_values, reasons, village_facts
from lokus.show.themes.themes import make_layer


def test_facts_read_as_indonesian_with_intervals(results):
    row = results.assign(prevalensi=12.34, prevalensi_bawah=9.0, prevalensi_atas=15.16).iloc[:1]
    facts = {fact.head: fact.texts[0] for fact in village_facts(row)}
    assert facts["Prevalensi perkiraan (%)"] == "12,3 (9,0–15,2)"
    assert list(facts) == [
        "Prevalensi perkiraan (%)", "Anak stunting (perkiraan)", "Keandalan", "Skor (0–100)",
        "Peringkat skor",
    ]  # fmt: skip


def test_missing_values_stay_missing(results):
    silent = results[results["skor"].isna()]
    assert len(silent) == 2
    for fact in village_facts(silent):
        assert set(fact.texts) == {"tanpa pengukuran" if fact.head == "Keandalan" else "–"}
    for theme in ("prevalensi", "anak", "skor"):
        assert set(layer_values(make_layer(silent, theme))) == {""}


def test_values_carry_their_unit(full):
    row = full.assign(prevalensi=12.34, anak_stunting=1234.4, peluang_lokus=0.81).iloc[:1]
    assert layer_values(make_layer(row, "prevalensi")) == ("12,3 %",)
    assert layer_values(make_layer(row, "anak")) == ("1.234 anak",)
    assert layer_values(make_layer(row, "peluang")) == ("81 %",)
    assert layer_values(make_layer(row, "usulan")) == ("",)


def test_reasons_join_what_the_results_state(results):
    stated = results.assign(alasan="Skor tertinggi.", keterangan="dikunci masuk").iloc[:1]
    assert reasons(stated) == ("Skor tertinggi. · dikunci masuk",)
    assert set(reasons(results)) == {""}
    assert set(reasons(results.drop(columns="keterangan"))) == {""}


def test_codes_are_dotted(results):
    assert displayed_codes(results.iloc[:1])[0].startswith("99.01.01.")
