from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags

from lokus.show.drawing import typography
from lokus.show.drawing.typography import (
    fit_lines,
    fit_size,
    font_file,
    lay_out,
    line_height,
    metrics,
    shorten,
    text_width,
    wrap,
)

# Characters that are not seen are taken out when a file is read.
words = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=("Cc", "Cf")), max_size=60
)


@given(words, st.sampled_from(["normal", "bold"]))
def test_a_line_is_as_wide_and_high_as_matplotlib_sets_it(text, weight):
    font = get_font(font_file(weight, "normal"))
    font.set_size(100, 72)
    sizes = []
    for line in (text, "lp"):
        font.set_text(line, 0.0, flags=LoadFlags.NO_HINTING)
        width, height = font.get_width_height()
        sizes.append((width / 6400, (height - font.get_descent()) / 6400))
    assert metrics(text, weight) == pytest.approx((sizes[0][0], max(sizes[0][1], sizes[1][1])), abs=2e-3)


@given(words, st.sampled_from(["normal", "bold"]))
def test_a_line_set_letter_by_letter_is_as_wide_as_one_set_at_once(text, weight):
    font = get_font(font_file(weight, "normal"))
    font.set_size(100, 72)
    at_once = [(glyph, round(x)) for _own, _char, glyph, x, _y, _kern in typography._placed(font, text)]
    singly = [(glyph, round(x)) for _own, _char, glyph, x, _y, _kern in typography._by_kerning(font, text)]
    if len(at_once) == len(singly):  # no ligature
        assert [glyph for glyph, _x in singly] == [glyph for glyph, _x in at_once]
        apart = [abs(a - b) for (_, a), (_, b) in zip(at_once, singly, strict=True)]
        assert max(apart, default=0) <= 4  # of 100 an em


hostile = st.text(
    st.sampled_from("Tofi.…–—“’′≥½² \u00a0e\u0301\u0308\u0623\u0644\u05d0\u0e01\u0e33\u4e2d\U0001f600")
    | st.characters(exclude_categories=("Cc", "Cs")),
    max_size=30,
)


@given(words | hostile, st.sampled_from(["normal", "bold"]), st.sampled_from(["normal", "italic"]))
@example("أدنا To Va", "normal", "normal")
@example("AVATAR  To  Ya (5)… – “V” ", "bold", "italic")
@pytest.mark.filterwarnings("ignore:Glyph .* missing")
def test_a_line_laid_out_by_words_is_the_line_laid_out_at_once(text, weight, style):
    font = get_font(font_file(weight, style))
    font.set_size(100, 72)
    at_once = [
        (str(own.fname), char, glyph, x, y)
        for own, char, glyph, x, y, _kern in typography._placed(font, text)
    ]
    left, by_words = 0.0, []
    for word in lay_out(text, weight, style):
        by_words += [(of.font, of.text, of.glyph, left + of.left, of.up) for of in word.letters]
        left += word.width
    assert by_words == at_once


def test_every_sign_laid_out_by_words_stands_alone_beside_a_space():
    """Whichever font is installed: a pair of a letter and the space must have no kerning."""
    signs = [chr(code) for code in range(32, 0x2300) if typography._APART.fullmatch(chr(code))]
    assert len(signs) > 1000
    for weight, style in product(("normal", "bold"), ("normal", "italic")):
        font = get_font(font_file(weight, style))
        font.set_size(100, 72)
        for first in range(0, len(signs), 40):
            line = " ".join(signs[first : first + 40])
            at_once = [(glyph, x) for _own, _char, glyph, x, _y, _kern in typography._placed(font, line)]
            left, by_words = 0.0, []
            for word in lay_out(line, weight, style):
                by_words += [(of.glyph, left + of.left) for of in word.letters]
                left += word.width
            assert by_words == at_once, line


@given(st.lists(words, max_size=6), st.floats(3, 60))
def test_as_many_words_fit_as_no_wider_than_the_line(parts, width):
    taken = typography._fitting(parts, 7, width, "bold")
    fit = [text_width(" ".join(parts[:n]), 7, weight="bold") <= width for n in range(1, len(parts) + 1)]
    assert taken == (max(1, sum(fit)) if parts else 0)


@given(words, st.floats(3, 60))
def test_a_shortened_text_fits_unless_nothing_can(text, width):
    short = shorten(text, 7, width)
    assert text_width(short, 7) <= width or short == "…"
    assert short == text or short.endswith("…")


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=12), max_size=12), st.integers(1, 4))
def test_wrapping_keeps_every_word_until_the_last_line_is_cut(parts, lines):
    text = " ".join(parts)
    broken = wrap(text, 7, 30, lines=lines)
    assert len(broken) <= lines
    assert all(text_width(line, 7) <= 30 for line in broken)
    if not any(line.endswith("…") for line in broken):
        assert " ".join(broken).split() == parts


def test_the_widest_text_decides_the_size():
    size = fit_size(["Ulu", "Semende Darat Laut"], 20, largest=12, smallest=2)
    assert text_width("Semende Darat Laut", size) <= 20 * 1.0001
    assert fit_size(["Ulu"], 100, largest=12, smallest=2) == 12
    assert fit_size([], 10, largest=12, smallest=2) == 12


def test_dollar_signs_are_measured_as_text():
    assert text_width("$x$", 10) > text_width("x", 10)


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=8), min_size=1, max_size=25), st.floats(6, 14))
def test_fitted_lines_stay_in_their_place_and_are_cut_only_at_the_smallest_size(parts, room):
    text = " ".join(parts)
    size, lines = fit_lines(text, 40, room, largest=7, smallest=4)
    assert 4 <= size <= 7
    assert len(lines) * line_height(size) <= room + 0.01 or len(lines) == 1
    assert all(text_width(line, size) <= 40 for line in lines)
    assert " ".join(lines) == text or (size == 4 and lines[-1].endswith("…"))


@pytest.mark.parametrize("width", [40 + 7.3 * step for step in range(24)])
def test_a_text_set_as_large_as_it_fits_is_not_cut(width):
    """Sizes that fit exactly were a rounding error too wide, and the year of a title became “20…”."""
    title = "Kecamatan Sirah Pulau Padang – Kabupaten Ogan Komering Ilir, 2026"
    size = fit_size([title], width, largest=14, smallest=0.1, weight="bold")
    assert shorten(title, size, width, weight="bold") == title
