"""The picture of the rooms is that of the imports."""

from __future__ import annotations

import ast

import house_picture
import pytest


def test_the_picture_shows_the_imports_of_today():
    assert house_picture.drawn() == house_picture.arrows(), "run: make picture"


@pytest.mark.slow
def test_drawn_again_it_is_the_same_bytes_and_holds_its_arrows(tmp_path):
    for name in ("a.svg", "b.svg"):
        house_picture.draw(tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert house_picture.drawn(tmp_path / "a.svg") == house_picture.arrows()


def test_every_module_has_a_room_and_every_room_a_place():
    rooms = {house_picture.room_of(path) for path in house_picture.modules()}
    assert rooms == {*house_picture.PLACES, *house_picture.FOUNDATION}


def test_the_foundation_imports_no_room():
    pairs = house_picture.room_imports()
    assert [
        pair for pair in pairs if pair[0] in house_picture.FOUNDATION and pair[1] in house_picture.PLACES
    ] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from lokus.places.kode import parse_kode", [("lokus.places.kode", False)]),
        ("import lokus.files", [("lokus.files", False)]),
        ("from lokus import errors", [("lokus.errors", False)]),
        ("def f():\n    from lokus.show import maps", [("lokus.show", False)]),
        ("if TYPE_CHECKING:\n    from lokus.kajian import Kajian", [("lokus.kajian", True)]),
        ("import pandas\nfrom . import x", []),
    ],
)
def test_imports_are_found_wherever_they_stand(source, found):
    assert list(house_picture.imports(ast.parse(source))) == found


def test_an_arrow_that_follows_from_others_is_left_out(monkeypatch):
    pairs = {("a", "b"): False, ("b", "c"): True, ("a", "c"): False, ("a", "files"): False}
    monkeypatch.setattr(house_picture, "room_imports", lambda: pairs)
    assert house_picture.arrows() == {"a → b": "calls", "b → c": "types"}
