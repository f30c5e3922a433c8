from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.show.themes.palette import (
    BOTH,
    CHANCE,
    COMPLETENESS,
    HOTSPOT,
    HOTSPOT_LOW_WORSE,
    MISSING,
    MOST_TYPES,
    REVIEW,
    SCORE,
    STATUS,
    WHO,
    Bands,
    Palette,
    class_label,
    contrast,
    mark_colour,
    ramp,
    type_palette,
)

# Machado, Oliveira & Fernandes 2009 (IEEE TVCG 15(6)), full severity, for linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
TRITANOPIA = np.array(
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
)
READERS = {"deuteranopia": DEUTERANOPIA, "protanopia": PROTANOPIA, "tritanopia": TRITANOPIA}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    x, y, z = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.9505, 1, 1.089])
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


TYPES = [type_palette([f"tipe {n}" for n in range(count)]) for count in range(2, MOST_TYPES + 1)]
RAMPS = [WHO.palette, SCORE.palette, CHANCE.palette]
KINDS = [COMPLETENESS.palette, HOTSPOT, HOTSPOT_LOW_WORSE, REVIEW, TYPES[0], TYPES[2], TYPES[-1]]


@pytest.mark.parametrize("palette", KINDS, ids=lambda p: f"{p.name} {len(p)} {next(iter(p))}")
def test_kinds_differ_in_lightness_too_so_they_survive_grey_print(palette):
    lightness = sorted(lab(linear(colour))[0] for key, colour in palette.items() if key != MISSING)
    assert all(b - a > 7 for a, b in itertools.pairwise(lightness))


@pytest.mark.parametrize("count", range(2, 8))
@pytest.mark.parametrize("worse", ["high", "low", ""])
def test_ramps_of_any_length_darken_towards_the_worse_end(count, worse):
    lightness = [lab(linear(colour))[0] for colour in ramp(count, worse=worse)]
    steps = np.diff(lightness)
    assert ((steps > 5) if worse == "low" else (steps < -5)).all()
    with pytest.raises(ValueError, match="2 to 7"):
        ramp(8, worse=worse)


def test_the_most_severe_type_is_the_darkest():
    assert TYPES[1]["tipe 0"] == TYPES[-1]["tipe 0"] == "#22093f"


@pytest.mark.parametrize("many", [1, 8, 12, 40])
def test_any_number_of_types_has_colours_in_order(many):
    names = [f"tipe {n}" for n in range(many)]
    palette = type_palette(names)
    assert list(palette) == [*names, MISSING]
    assert len(set(palette.values())) == many + 1
    lightness = [lab(linear(palette[name]))[0] for name in names]
    assert all(b > a for a, b in itertools.pairwise(lightness))


@pytest.mark.parametrize("palette", RAMPS, ids=lambda p: p.name)
def test_ramps_darken_steadily_so_they_survive_grey_print(palette):
    lightness = [lab(linear(colour))[0] for key, colour in palette.items() if key != MISSING]
    assert all(a - b > 8 for a, b in itertools.pairwise(lightness))


def test_lokus_is_darkest_of_the_status_colours():
    light = {key: lab(linear(colour))[0] for key, colour in STATUS.items()}
    assert light["lokus"] < light["bukan lokus"] - 40
    assert light["bukan lokus"] < light[MISSING]


@pytest.mark.parametrize("matrix", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "palette", [*RAMPS, *KINDS, STATUS], ids=lambda p: f"{p.name} {len(p)} {next(iter(p))}"
)
def test_classes_stay_apart_for_colour_blind_readers(palette, matrix):
    seen = [lab(matrix @ linear(colour)) for key, colour in palette.items() if key != MISSING]
    gaps = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[i + 1 :]]
    assert min(gaps) > 12


@pytest.mark.parametrize("matrix", [np.eye(3), *READERS.values()], ids=["usual", *READERS])
def test_nine_classes_of_two_numbers_stay_apart_and_darken_both_ways(matrix):
    seen = {key: lab(matrix @ linear(colour)) for key, colour in BOTH.items() if key != MISSING}
    gaps = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen.values(), 2)]
    assert min(gaps) > 10
    for one in (1, 2, 3):
        along = [seen[f"prevalensi {one} anak {other}"][0] for other in (1, 2, 3)]
        down = [seen[f"prevalensi {other} anak {one}"][0] for other in (1, 2, 3)]
        for lightness in (along, down):
            assert all(a - b > 8 for a, b in itertools.pairwise(lightness))


OPPOSITES = [
    (HOTSPOT, "tinggi-tinggi", "rendah-rendah"),
    (HOTSPOT_LOW_WORSE, "rendah-rendah", "tinggi-tinggi"),
    (REVIEW, "tetap", "keluar"),
    (REVIEW, "masuk", "keluar"),
    (REVIEW, "masuk", "lulus"),
    (REVIEW, "tetap", "masuk"),
]


@pytest.mark.parametrize(("palette", "one", "other"), OPPOSITES)
def test_what_a_decision_hangs_on_is_told_apart_in_grey_and_by_every_reader(palette, one, other):
    """Hot from cold, stay from leave, entered from left: twice as far apart as any two classes must be."""
    grey = [lab(linear(palette[key]))[0] for key in (one, other)]
    assert abs(grey[0] - grey[1]) > 10
    for matrix in (np.eye(3), *READERS.values()):
        seen = [lab(matrix @ linear(palette[key])) for key in (one, other)]
        assert np.linalg.norm(seen[0] - seen[1]) > 24


def test_the_outline_of_a_proposed_village_is_seen_on_every_class():
    """A dark line on a white one: on each colour one of them has the contrast that WCAG asks of graphics."""
    from lokus.show.drawing.villages import LOKUS_LINE

    for palette in [*RAMPS, *KINDS, STATUS]:
        for colour in palette.values():
            assert max(wcag(line, colour) for line in (LOKUS_LINE["color"], "#ffffff")) >= 3


def test_status_labels_have_the_contrast_that_wcag_asks_for():
    def contrast(a, b):
        high, low = sorted(((TO_XYZ @ linear(c))[1] for c in (a, b)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    assert contrast("#ffffff", STATUS["lokus"]) > 4.5
    assert contrast("#22282c", STATUS["bukan lokus"]) > 4.5


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=1))
def test_bands_match_the_stated_half_open_rule(values):
    keys = WHO.classify(pd.Series(values, dtype=float))
    edges = [-np.inf, *WHO.breaks, np.inf]
    for value, key in zip(values, keys, strict=True):
        if value is None:
            assert key == MISSING
        else:
            place = list(WHO.palette).index(key)
            assert edges[place] <= value < edges[place + 1]


def test_limits_read_in_indonesian():
    assert [WHO.limits(key) for key in WHO.palette] == [
        "<2,5",
        "2,5 – <10",
        "10 – <20",
        "20 – <30",
        "≥30",
        "",
    ]
    assert [class_label(key) for key in WHO.palette][-1] == "Belum ada data"


def test_an_unknown_class_is_an_error_naming_the_known_ones():
    with pytest.raises(KeyError, match="lokus, bukan lokus"):
        STATUS["tetap"]


def test_the_review_has_a_class_for_every_status():
    assert list(REVIEW) == ["tetap", "masuk", "keluar", "lulus", "tidak", MISSING]
    assert [REVIEW.label(key) for key in ("lulus", "tidak")] == ["Lulus", "Bukan lokus, dahulu dan kini"]


def test_bands_refuse_breaks_that_do_not_rise_or_do_not_fit():
    with pytest.raises(ValueError, match="rise"):
        Bands(breaks=(2, 2), palette=WHO.palette)
    with pytest.raises(ValueError, match="one class more"):
        Bands(breaks=(1,), palette=Palette("x", (("a", "#000000"),)))


def wcag(one: str, other: str) -> float:
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def test_marks_of_reliability_stand_out_on_every_class():
    palettes = [*RAMPS, *KINDS, STATUS, *(type_palette([f"{n}" for n in range(k)]) for k in range(1, 8))]
    for palette in palettes:
        for colour in palette.values():
            assert wcag(mark_colour(colour), colour) >= 3
            assert contrast(mark_colour(colour), colour) == pytest.approx(wcag(mark_colour(colour), colour))
