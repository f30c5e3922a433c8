"""Slides of what the field sent back: each only where there is something to show."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from lokus.followup.audit_returns import audit_returns
from lokus.followup.foster_parents import foster_parents
from lokus.followup.structures import village_structures
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.slides.deck import Deck
from lokus.show.slides.field_slides import field_slides


def slides(material) -> Deck:
    deck = Deck(material.info)
    field_slides(deck, material)
    return deck


def test_nothing_came_back_no_slide(material):
    assert len(slides(material)) == 0


def test_each_part_has_its_slide_and_the_figures_of_its_table(material, tmp_path):
    from pptx import Presentation

    from tests.deck_reader import titles, words

    places = material.results.sort_index()
    first = list(places.index[:6])
    rows = pd.DataFrame(
        {
            "kode_desa": first,
            "sebab": "air_layak",
            "kasus": [17, 19, 23, 29, 31, 1],
            "rekomendasi": "",
            "status": "selesai",
        }
    )
    register = pd.DataFrame({"kode_desa": first, "periode": "Tahun 2026", "jenis": "nutrisi"})
    register = register.assign(berjanji=9.0, memberi=8.0, anak=7.0, kunjungan=3.0)
    counts = places.assign(posyandu=[0.0] * 5 + [2.0] * (len(places) - 5))
    told = replace(
        material,
        audit_returns=audit_returns(rows, places, load_catalogue()),
        foster=foster_parents(
            register, places, expected=pd.Series(9.0, index=places.index), periods=["Tahun 2026"]
        ),
        structures=village_structures(counts, ["posyandu"], load_catalogue(), lokus=first[:2]),
    )
    deck = slides(told)
    path = tmp_path / "a.pptx"
    path.write_bytes(deck.to_bytes())
    book = Presentation(str(path))
    assert titles(book) == ["Kelembagaan desa/kelurahan", "Orang tua asuh", "Hasil audit kasus"]
    said = words(book).split("\n")
    assert {"54", "48", "42", "18"} <= set(said)  # pledged, gave, reached, visits of six villages
    assert "disamarkan" in said  # the one case, and with it what would tell it
    assert not {"119", "120", "1"} & set(said[said.index("Sebab") :])
    lacking = [places.loc[kode, "desa"] for kode in first[:2]]
    assert set(lacking) <= set(said)
    assert places.loc[first[4], "desa"] not in said  # no lokus: it stands in the workbook
