"""What went in and what came out, as outputs and lock say it."""

from __future__ import annotations

import docx
import docx_reader
import pandas as pd
import pytest

from lokus.manifest import compare_locks


def test_the_lock_names_every_file_once_with_those_of_last_year(small):
    named = [item["berkas"] for item in small.lock["masukan"]]
    assert len(named) == len(set(named))
    wanted = {file for _key, file in small.settings.files()} | {"data_2025.csv", "kajian-2025.toml"}
    assert wanted <= set(named)
    assert small.lock["usulan"]["desa"] == sorted(small.proposal.kode)


def test_the_lock_of_other_rules_does_not_hold(small):
    assert compare_locks(small.lock, small.replace(keluaran={"ukuran": ["A4"]}).lock).holds is False
    assert compare_locks(small.lock, small._with(small.settings.to_mapping()).lock).holds


def test_what_every_output_prints_of_the_study(small):
    assert (small.info.tahun, small.info.kabupaten) == (2026, "Kabupaten Contoh")
    assert small.info.synthetic
    assert small.info.rule == str(small.problem)
    assert len(small.info.sources) == 1 + len(small.settings.tables)


def test_an_indicator_with_a_map_has_the_stated_classes(small):
    stated = {"peta": ["usulan", "indikator:desil_1_2"], "batas_kelas": {"desil_1_2": [10.0, 20.0]}}
    styles = small.replace(keluaran=stated).maps.indicators
    assert styles["desil_1_2"].breaks == (10.0, 20.0)
    assert styles["desil_1_2"].unit == "%"


def test_material_holds_what_the_stages_gave(small, alone):
    assert small.material.results is small.results
    assert small.material.review.year == 2025
    assert alone.review_material is None
    assert alone.material.review is None
    assert dict(small.method)


@pytest.mark.slow
def test_a_preset_that_leaves_ties_says_so_and_what_it_proposes_works(small):
    bare = dict.fromkeys(small.settings.to_mapping()["skor"])
    limit = {"prevalensi_mentah": 2}  # nearly every village is above it
    tied = small.replace(skor={**bare, "prasetel": "ambang_prevalensi", "batas_merah": limit})
    caution = tied.material.tie_caution
    assert caution.startswith("AWAS: 5 dari 5 tempat diisi oleh aturan seri saja")
    assert "[skor.bobot], menggantikan prasetel" in caution
    assert caution in repr(tied.proposal)  # what the command prints
    assert caution in set(tied.findings.query("check == 'choice.ties'")["message"])
    # The tie rule told is the one that chose: the preset's, not the expected children.
    told = "Prevalensi stunting terukur lebih tinggi, lalu Balita stunting (pendek dan sangat pendek) lebih "
    assert dict(tied.method)["Aturan seri"].startswith(told)
    assert tied.material.tie_rule == dict(tied.method)["Aturan seri"]
    free = tied.replace(pilihan={"jumlah": 5})
    first = free.villages["prevalensi_mentah"].where(free.scores.table["skor"].eq(1.0)).nlargest(5)
    assert free.villages.loc[list(free.proposal.kode), "prevalensi_mentah"].min() == first.min()
    assert small.material.tie_rule == "perkiraan anak stunting lebih banyak, lalu kode desa"
    mended = small.replace(skor={**bare, "bobot": {"prevalensi_mentah": 0.6, "desil_1_2": 0.4}})
    assert mended.material.tie_caution == ""
    assert mended.proposal.by_tie_rule == 0


def test_what_else_was_possible_reaches_the_outputs(small):
    told = small.material
    assert told.odds_bounds is small.odds_bounds
    assert set(told.justifications.index) == set(small.proposal.kode)
    assert set(told.overlap["indikator"]) <= set(small.labels.values())
    assert told.cautions == small.cautions
    assert told.clusters is small.clusters
    assert list(told.influence.index) == [small.labels[key] for key in small.leave_one_out.table.index]


@pytest.mark.slow
def test_one_run_gives_every_kecamatan_its_own_analysis_counted_from_the_tables_of_the_offices(
    small, tmp_path, monkeypatch
):
    monkeypatch.setenv("LOKUS_PROSES", "1")
    study = small.replace(keluaran={"bahan": ["ansit"], "ukuran": ["A4"], "peta": ["usulan"]})
    pack = study.write(tmp_path / "keluar")
    written = {path.name: path for path in pack.files if path.name.startswith("analisis_situasi")}
    # What should be there, from the official list and the table of this year, without the study.
    official = pd.read_csv(small.path.parent / "resmi.csv", dtype=str).set_index("kode_desa")
    given = pd.read_csv(small.path.parent / "data_2026.csv", dtype={"kode_desa": str}).set_index("kode_desa")
    failing = given.index[given["sanitasi"] < 60]
    assert set(written) == {"analisis_situasi.docx"} | {
        f"analisis_situasi_{name.lower()}.docx" for name in official["kecamatan"].unique()
    }
    pictures = []
    for name, own in official.groupby("kecamatan"):
        path = written[f"analisis_situasi_{name.lower()}.docx"]
        tables = docx_reader.tables(path)
        head = docx_reader.text(path)
        assert f"KECAMATAN {name.upper()}" in head
        villages = next(table for table in tables if table[0][:2] == ["Desa/Kelurahan", "Status"])
        assert sorted(row[0] for row in villages[1:]) == sorted(own["desa"])
        lacking = own.index.intersection(failing)
        counted = {row[0]: row[-1] for row in villages[1:]}
        assert counted == {own["desa"][kode]: str(int(kode in lacking)) for kode in own.index}
        gaps = [table for table in tables if table[0][:2] == ["OPD", "Indikator"] and len(table[0]) == 6]
        assert len(gaps) == bool(len(lacking))
        if len(lacking):
            ((_office, _indicator, _limit, number, named, _what),) = gaps[0][1:]
            assert int(number) == len(lacking)
            assert all(own["desa"][kode] in named for kode in lacking)
        others = set(official["desa"]) - set(own["desa"])
        assert not any(cell in others for table in tables for row in table for cell in row)
        parts = docx.Document(str(path)).part.package.iter_parts()
        pictures += [part.blob for part in parts if part.partname.startswith("/word/media")]
    assert len(set(pictures)) == len(pictures) == official["kecamatan"].nunique()
    whole = docx_reader.tables(written["analisis_situasi.docx"])
    side = next(table for table in whole if table[0][0] == "Kecamatan")
    place = side[0].index("Kesenjangan")
    by_kecamatan = official["kecamatan"].loc[failing].value_counts()
    assert {row[0]: int(row[place]) for row in side[1:]} == {
        name: int(by_kecamatan.get(name, 0)) for name in official["kecamatan"].unique()
    }
