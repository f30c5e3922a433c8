"""Habits of the house hold over the whole tree; ``python tools/house.py`` lists what breaks them."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections import Counter

import house_picture
import pytest


@pytest.fixture(scope="module")
def house(root):
    spec = importlib.util.spec_from_file_location("house", root / "tools" / "house.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["house"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["house"]


@pytest.fixture(scope="module")
def trees(house):
    return house.modules()


@pytest.fixture(scope="module")
def found(house, trees):
    return house.offences(trees)


@pytest.fixture(scope="module")
def known(house, trees):
    return house.known_words(trees)


def test_no_habit_is_broken(found):
    assert not found, "\n".join(map(str, found))


def test_reasons_for_one_name_are_for_names_that_two_rooms_have(house):
    names = Counter(path.stem for path in house.modules())
    assert [name for name in house.SAME_NAME if names[name] < 2] == []


def tree_of(house, source: str, name: str = "lokus/places/invented.py"):
    errors = "class LokusError(Exception): ...\nclass InputError(LokusError): ...\n"
    return {house.ROOT / name: ast.parse(errors + source)}


@pytest.mark.parametrize(
    ("source", "n"),
    [
        ("def f():\n    raise InputError('x')", 1),
        ("def f():\n    raise InputError('x', remedy='')", 1),
        ("def f():\n    return InputError('x')", 1),
        ("def f():\n    raise errors.InputError('x')", 1),
        ("def f():\n    raise InputError('x', remedy=_('do y'))", 0),
        ("class MoreError(InputError): ...\ndef f():\n    raise MoreError('x')", 1),
        ("def f():\n    raise ValueError('x')", 0),
    ],
)
def test_an_error_without_remedy_is_found(house, source, n):
    assert len(list(house.without_remedy(tree_of(house, source)))) == n


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("__all__ = ['f']\ndef f():\n    '''Do.'''", ["f"]),
        ("__all__ = ['f']\ndef f():\n    '''Do.\n\n    >>> f()\n    '''", []),
        ("__all__ = []\ndef f():\n    '''Do.'''", []),
        ("__all__ = ['f']\ndef f(): ...", ["f"]),
    ],
)
def test_a_public_function_without_example_is_found(house, source, names):
    assert house.without_example(ast.parse(source)) == names


@pytest.mark.parametrize(
    ("message", "wrong"),
    [
        ("state [pilihan] jumlah", []),
        ("state [pilhan] jumlah", ["[pilhan]"]),
        ("state maks_kecamatan", []),
        ("state maks_kecamatn", ["maks_kecamatn"]),
        ("give it under [katalog.{key}]", []),
        ("run lokus init", []),
    ],
)
def test_a_remedy_that_names_no_key_is_found(house, known, message, wrong):
    invented = tree_of(house, f"x = dict(remedy=_({message!r}))")
    assert [offence.name.split(" in: ")[0] for offence in house.unknown_keys(invented, known)] == wrong


def test_a_word_alike_in_both_languages_is_taken_for_a_key(house, known, monkeypatch):
    monkeypatch.setattr(house, "catalogue", lambda: {"use jembatann": "pakai jembatann"})
    invented = tree_of(house, "x = dict(remedy=_('use jembatann'))")
    assert [o.name for o in house.unknown_keys(invented, known)] == ["jembatann in: use jembatann"]


def test_the_picture_of_the_rooms_states_how_many_modules_each_has():
    told = re.findall(r">([^<]+)</text>", house_picture.PICTURE.read_text(encoding="utf-8"))
    counts = Counter(house_picture.room_of(path) for path in house_picture.modules())
    stated = {room: told[told.index(room) + 1] for room in house_picture.PLACES}
    assert stated == {
        room: "1 module" if counts[room] == 1 else f"{counts[room]} modules" for room in house_picture.PLACES
    }, "run: make picture"
