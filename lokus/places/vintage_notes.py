"""What a reader should know of a village's change beside its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.places.kode import format_kode, jenis
from lokus.places.name_rules import normalise_name, plain_name
from lokus.places.names import THRESHOLD
from lokus.places.vintage_links import BY_CODE, Link, letters, likeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["join_notes", "link_notes"]

# Below this a polygon under the same code and name was drawn anew, or is of another village.
_LEAST_SHARED = 50.0


def link_notes(
    links: list[Link],
    old: Mapping[str, str],
    new: Mapping[str, str],
    shared: Mapping[tuple[str, str], float],
) -> dict[tuple[str, str], str]:
    """Say what a reader should know of each link and, under an empty old code, of villages without one.

    Parameters
    ----------
    links : list of Link
    old, new : mapping
        Names by code.
    shared : mapping
        The larger of the two shares of area, percent, of pairs that were measured.
    """
    notes = {
        (link.old, link.new): join_notes(
            _about(link, old[link.old], new[link.new], shared.get((link.old, link.new)))
        )
        for link in links
    }
    settled_old, settled_new = {link.old for link in links}, {link.new for link in links}
    left: dict[str, list[str]] = {}
    for code, name in old.items():
        if code not in settled_old:
            left.setdefault(letters(name), []).append(code)
    parents: dict[str, list[str]] = {}
    for link in links:
        parents.setdefault(link.new[:6], []).append(link.old)
    for code, name in new.items():
        if code not in settled_new:
            near = parents.get(code[:6], [])
            notes["", code] = join_notes(_twins(code, name, left, near)) or join_notes(
                _extended(name, {kode: old[kode] for kode in near})
            )
    return notes


def join_notes(parts: Iterable[str]) -> str:
    """Put notes into one text, each once, empty ones left out."""
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _about(link: Link, old: str, new: str, shared: float | None) -> Iterable[str]:
    if plain_name(old) != plain_name(new):
        if letters(old) == letters(new):
            yield _("spelling: {old} → {new}").format(old=old, new=new)
        else:
            yield _("name: {old} → {new}").format(old=old, new=new)
            if link.how == BY_CODE and likeness(old, new) < THRESHOLD:
                yield _("the names are not alike; make sure that the code was not given to another village")
    kinds = jenis(link.old), jenis(link.new)
    if kinds[0] != kinds[1]:
        yield _("status: {old} → {new}").format(old=kinds[0], new=kinds[1])
    if shared is not None and shared < _LEAST_SHARED:
        yield _("the two polygons share only {share} % of their areas").format(share=format_number(shared))


def _twins(code: str, name: str, left: Mapping[str, list[str]], near: list[str]) -> Iterable[str]:
    """Villages that are gone, of the same name, from a kecamatan that others here have come from."""
    sources = {kode[:6] for kode in near} | {code[:6]}
    for kode in left.get(letters(name), []):
        if kode[:6] in sources:
            yield _("has the name of {kode}, which is gone; check").format(kode=format_kode(kode))


def _extended(name: str, near: Mapping[str, str]) -> Iterable[str]:
    words = normalise_name(name) + " "
    for kode, parent in near.items():
        if words.startswith(normalise_name(parent) + " ") and letters(parent) != letters(name):
            yield _("its name extends that of {kode} {desa}; perhaps a part of it").format(
                kode=format_kode(kode), desa=parent
            )
