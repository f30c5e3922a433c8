"""Words that a planner writes, and what the code calls them."""

from __future__ import annotations

import math
import re
from typing import Annotated, Literal

import pytest
from pydantic import ValidationError
from tiny_study import tiny_mapping

from lokus.errors import StudyFileError
from lokus.settings import Settings
from lokus.settings.base import Section, Words
from lokus.settings.evidence import PatternSettings, RateSettings, ScoreSettings
from lokus.settings.read import settings_from_mapping


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


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pola.permutasi", 2147483648), ("pola.pemindaian.ulangan", 10**9), ("ketidakpastian.undian", 10**7),
        ("kajian.benih", 2**40), ("pilihan.jumlah", 10**6), ("tabel[0].putaran_lalu", 10**6),
        ("pembagian[0].jumlah", 10**12), ("tipologi.banyak_tipe", 10**6), ("audit_kasus.jumlah", 10**9),
        ("kesenjangan.ambang.sanitasi_layak", 1e300), ("skor.bobot.prevalensi", 1e300),
        ("ketidakpastian.konsentrasi_bobot", 1e300), ("lintasan.balita", 1e300),
    ],
)  # fmt: skip
def test_a_number_that_would_take_minutes_is_refused_with_the_limit_and_why(tmp_path, key, value):
    plain = tiny_mapping(tmp_path)
    *steps, last = [int(part) if part.isdigit() else part for part in re.findall(r"\w+", key)]
    place = plain
    for step in steps:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[last] = value
    with pytest.raises(StudyFileError, match="di luar rentang") as caught:
        settings_from_mapping(plain)
    assert re.search("seharusnya ≤ [0-9.]+: .{10}", caught.value.remedy)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize(
    "section", [("kesenjangan", "ambang"), ("skor", "bobot"), ("ketidakpastian", "galat")]
)
def test_what_is_no_number_is_refused(tmp_path, section, value):
    plain = tiny_mapping(tmp_path)
    plain[section[0]] = {section[1]: {"desil_1_2": value}}
    with pytest.raises(StudyFileError) as caught:
        settings_from_mapping(plain)
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["Kajian\u202etxt", "Kajian\x1b[31m", "Kajian\x00", "\ud800", "A" * 5000])
def test_text_that_hides_something_or_fits_nowhere_is_refused(tmp_path, text):
    plain = tiny_mapping(tmp_path)
    plain["kajian"]["judul"] = text
    with pytest.raises(StudyFileError, match=r"kajian\.judul") as caught:
        settings_from_mapping(plain)
    assert caught.value.remedy
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("code", ["abcd", "16", "16.03.01", "1603x", "१६०३"])
def test_the_code_of_a_kabupaten_has_four_digits(tmp_path, code):
    plain = tiny_mapping(tmp_path)
    plain["batas"]["kode_kabupaten"] = code
    with pytest.raises(StudyFileError, match=r"bukan kode 4 angka"):
        settings_from_mapping(plain)
