"""Words that a planner writes, and what the code calls them."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import ValidationError

from lokus.settings import Settings
from lokus.settings.base import Section, Words
from lokus.settings.evidence import PatternSettings, RateSettings, ScoreSettings


class Fruit(Section):
    colour: Annotated[Literal["red", "green"], Words(merah="red", hijau="green")] = "green"


def test_the_code_has_its_word_and_the_file_keeps_the_planners():
    fruit = Fruit.model_validate({"colour": "merah"})
    assert fruit.colour == "red"
    assert fruit.model_dump() == {"colour": "merah"}
    assert Fruit().colour == "green"


def test_a_word_of_the_code_is_not_a_word_of_the_file():
    with pytest.raises(ValidationError, match="'merah' or 'hijau'"):
        Fruit.model_validate({"colour": "red"})


def test_a_schema_for_editors_lists_the_planners_words():
    assert Fruit.model_json_schema()["properties"]["colour"]["enum"] == ["merah", "hijau"]


@pytest.mark.parametrize(
    ("section", "key", "words"),
    [
        (RateSettings, "pengaruh", ("tidak", "kecamatan", "tetangga", "otomatis")),
        (PatternSettings, "koreksi", ("fdr", "tanpa")),
        (ScoreSettings, "metode", ("aritmetik", "geometrik", "topsis", "jumlah_peringkat")),
        (ScoreSettings, "normalisasi", ("minmax", "peringkat", "zscore", "batas")),
        (ScoreSettings, "data_kosong", ("normalkan", "tahan")),
    ],
)
def test_every_word_of_a_section_survives_writing(section, key, words):
    needed = {"bobot": {"prevalensi": 1.0}} if section is ScoreSettings else {}
    for word in words:
        stated = section.model_validate({**needed, key: word})
        assert stated.model_dump(by_alias=True, exclude_unset=True)[key] == word


def test_the_whole_study_file_has_a_schema():
    schema = Settings.model_json_schema(by_alias=True)
    assert {"kajian", "batas", "tabel", "skor", "pilihan", "keluaran"} <= set(schema["properties"])
