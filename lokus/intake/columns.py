"""Which column of a table a planner means by a name."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from string import ascii_uppercase
from typing import TYPE_CHECKING

from lokus.errors import InputError
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.findings import Where

__all__ = ["MAX_DEPTH", "SEPARATOR", "column_key", "column_letter", "find_column", "fold", "lookup"]

SEPARATOR = " · "
MAX_DEPTH = 3


def find_column(names: Sequence[str], wanted: str, *, where: Where | None = None) -> str:
    """Find the column that a planner means by `wanted`.

    Case, spaces, line breaks and punctuation do not matter; the last level alone ("Pendek") is enough
    where only one column ends in it.

    Raises
    ------
    InputError
        No column, or more than one, fits; the message lists what the table has.

    Examples
    --------
    >>> find_column(["Desa", "TB/U · Sangat Pendek", "TB/U · Pendek"], "sangat  pendek")
    'TB/U · Sangat Pendek'
    """
    found = lookup(names, wanted)
    if isinstance(found, str):
        return found
    if found:
        raise InputError(
            _('the column "{column}" is there more than once').format(column=wanted),
            where=where,
            remedy=_("write one of: {names}").format(names=_listed(found)),
        )
    by_key = {column_key(name.rsplit(SEPARATOR, 1)[-1]): name for name in names if name}
    by_key |= {column_key(name): name for name in names if name}
    near = [by_key[key] for key in difflib.get_close_matches(column_key(wanted), by_key, n=3, cutoff=0.6)]
    seen = _("columns seen: {names}").format(names=_listed([name for name in names if name]))
    hint = _("did you mean: {names}?").format(names=_listed(near)) + " " if near else ""
    raise InputError(_('no column "{column}"').format(column=wanted), where=where, remedy=hint + seen)


def lookup(names: Sequence[str], wanted: str) -> str | tuple[str, ...]:
    """Give the one column that fits `wanted`, or all that fit equally well (none: an empty tuple)."""
    if wanted in names and list(names).count(wanted) == 1:
        return wanted
    key = column_key(wanted)
    if not key:
        return ()
    for levels in range(MAX_DEPTH + 1):
        if levels == 0:
            fits = [name for name in names if name and column_key(name) == key]
        else:
            fits = [
                name
                for name in names
                if name and column_key(SEPARATOR.join(name.split(SEPARATOR)[-levels:])) == key
            ]
        if fits:
            return fits[0] if len(fits) == 1 else tuple(fits)
    return ()


def column_letter(position: int) -> str:
    """Name a column as a spreadsheet program does.

    Examples
    --------
    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = ascii_uppercase[rest] + letters
    return letters


def fold(text: str) -> str:
    """Fold case, width and spacing."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())


def column_key(text: str) -> str:
    """Reduce a header to its letters, digits and percent signs."""
    return re.sub(r"[^\w%]|_", "", fold(text).replace("persen", "%"))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:30])
    return shown + (", …" if len(names) > 30 else "")
