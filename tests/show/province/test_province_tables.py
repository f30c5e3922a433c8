from __future__ import annotations

from dataclasses import replace

from lokus.show.province.province_tables import province_sentence, province_tables


def test_the_sentence_counts_every_kabupaten(province):
    assert province_sentence(province) == (
        "3 kabupaten: 1 memiliki daftar, 1 tertahan, 1 gagal; 2 desa/kelurahan dalam daftar, dengan "
        "perkiraan 33 anak stunting."
    )


def test_what_was_held_back_stands_first_with_its_reason(province):
    tables = province_tables(province)
    assert next(iter(tables)) == "Tertahan"
    assert [row[1:3] for row in tables["Tertahan"].rows] == [
        ("Kabupaten <Dua>", "tertahan"), ("Kabupaten Tiga", "gagal"),
    ]  # fmt: skip
    assert len(tables["Kabupaten"]) == 3


def test_ranks_stand_only_where_scores_compare(province):
    assert "Peringkat di antara semua lokus" in province_tables(province)["Daftar"].heads
    table = province_tables(replace(province, comparable=False))["Daftar"]
    assert "Peringkat di antara semua lokus" not in table.heads
    assert "Tanpa peringkat antar-kabupaten" in table.notes[0]
