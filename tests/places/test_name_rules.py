from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.places.name_rules import name_key, normalise_name, plain_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SUKAMAJU", "Suka Maju"),
        ("Suka Maju II", "SUKA MAJU 2"),
        ("Suka Maju 2", "Suka Maju Dua"),
        ("Suka Maju2", "SUKAMAJU-II"),
        ("Karang Agung XII", "Karang Agung 12"),
        ("TJ. LUBUK", "Tanjung Lubuk"),
        ("TG LUBUK", "Tanjunglubuk"),
        ("Sei. Rotan", "Sungai Rotan"),
        ("S. Rotan", "Sungai Rotan"),
        ("Kp Baru", "Kampung Baru"),
        ("Ds. Lubuk Ampar", "LB. AMPAR"),
        ("Kel. Pasar I", "Pasar 1"),
        ("Desa Sukasari", "Sukasari"),
        ("Desa Adat Yoboi", "YOBOI"),
        ("Kp. Adat Yoboi", "Ds. Adat Yoboi"),
        ("Gn. Megang", "Gunung Megang"),
        ("SP 2 Mulyorejo", "SP II Mulyorejo"),
        ("Sp. Tiga", "Simpang 3"),
        ("Kayu Agung Hilir", "Kayuagung Ilir"),
        ("TAULA'A", "Taula’a"),
        ("Bala-Balakang", "Bala Balakang"),
        ("Pulau  Panggung\n", "pulau panggung"),
        ("Kép. Sula", "Kepulauan Sula"),
    ],
)
def test_two_ways_to_write_one_name(one: str, other: str) -> None:
    assert name_key(one).letters == name_key(other).letters


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Suka Maju I", "Suka Maju II"),
        ("Suka Maju", "Suka Maju II"),
        ("Tanete Baru", "Tanete Batu"),
        ("Muara Lawai Ilir", "Muara Lawai Ulu"),
        ("Kampung IV", "Kampung VI"),
        ("Desa", "Kelurahan"),
        ("Desa Adat", "Desa"),
        ("Adat Yoboi", "Yoboi"),
        ("Karang Adat Yoboi", "Karang Yoboi"),
        ("Simpang", "SP"),
    ],
)
def test_two_names_stay_two(one: str, other: str) -> None:
    assert name_key(one).letters != name_key(other).letters


@pytest.mark.parametrize("number", range(1, 40))
def test_roman_and_arabic_numerals_agree(number: int) -> None:
    tens, ones = divmod(number, 10)
    roman = "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]
    assert normalise_name(f"Sido {roman}") == normalise_name(f"Sido {number}")
    assert name_key(f"Sido {roman}").marks == name_key(f"Sido 0{number}").marks != frozenset()


@given(st.text())
def test_normalising_twice_changes_nothing_for_plain_text(text: str) -> None:
    assert plain_name(plain_name(text)) == plain_name(text)
    assert " ".join(normalise_name(text).split()) == normalise_name(text)


WORDS = ("suka", "maju", "sari", "tani", "jaya", "ulu", "baru", "tanjung")


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
def test_case_spacing_and_punctuation_never_matter(words: list[str]) -> None:
    key = name_key(" ".join(words))
    assert name_key("  ".join(words).upper()) == key
    assert name_key("-".join(words)) == key
    assert name_key("".join(words)).letters == key.letters
