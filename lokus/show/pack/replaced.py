"""Determine which outputs of an earlier run a new run removes from a folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from lokus.errors import OutputError, name_some
from lokus.i18n import gettext as _
from lokus.show.pack.output_names import LOCK, OWN_NAMES, is_filled_in
from lokus.show.themes.themes import THEMES, theme_slug

__all__ = ["refuse_to_lose_work", "replaced_outputs"]

_MAP = re.compile(
    "peta_("
    + "|".join(re.escape(theme_slug(theme)) for theme in THEMES)
    + r"|kasus|indikator_.+)_A[34]\.(png|pdf)"
)


def replaced_outputs(*, public: bool) -> Callable[[Path, Collection[str]], set[str]]:
    """Return a function that lists the files to remove although no new file replaces them.

    Parameters
    ----------
    public : bool
        The new outputs are the public version: no unmasked file may stay with them.

    Returns
    -------
    callable
        Of the folder and the names of the new files. Gives the files that the lock of the folder names and
        that nobody has changed since; for the public version the lock too, and every file with the name of an
        output where the lock, being old, names none.

    Raises
    ------
    OutputError
        Called for the public version: an output of an earlier run stays that is not known to be unchanged. It
        may hold work of others, and is not masked.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "kajian.lock.json").write_text("{}")
    >>> _ = (folder / "hasil.csv").write_text("kode_desa")
    >>> sorted(replaced_outputs(public=True)(folder, ["lokus.xlsx"]))
    ['hasil.csv', 'kajian.lock.json']
    """

    def stale(folder: Path, new: Collection[str]) -> set[str]:
        refuse_to_lose_work(folder, new)  # again: somebody may have saved it while the run went on
        return _replaced(folder, frozenset(new), public=public)

    return stale


def refuse_to_lose_work(folder: Path, new: Collection[str]) -> None:
    """Raise before files are replaced that offices have filled in or edited.

    Parameters
    ----------
    folder : Path
        Of the outputs; it need not exist.
    new : collection of str
        Names of the files that are to be written.

    Raises
    ------
    OutputError
        Such a file is there, and is not as the lock of the folder says it was written.

    Examples
    --------
    >>> import tempfile
    >>> refuse_to_lose_work(Path(tempfile.mkdtemp()), ["kalender_aksi.xlsx"])
    """
    there = [name for name in new if is_filled_in(name) and (folder / name).is_file()]
    if not there:
        return
    lock = _lock(folder)
    named = {} if lock is None else _named(lock)
    if kept := [name for name in there if not _is(folder / name, named.get(name, ""))]:
        raise OutputError(
            _("filled in or changed since it was written, and would be lost: {names}").format(
                names=name_some(kept)
            ),
            remedy=_("move it to another folder or give it another name, then run again"),
        )


def _replaced(folder: Path, new: frozenset[str], *, public: bool) -> set[str]:
    lock = _lock(folder)
    named = {} if lock is None else _named(lock)
    unchanged = {name for name, digest in named.items() if name not in new and _is(folder / name, digest)}
    if not public:
        return unchanged
    own = {path.name for path in folder.iterdir() if _is_own(path.name)} if folder.is_dir() else set()
    own -= new | {LOCK}
    gone = unchanged | {LOCK}
    if lock is not None and not named:  # written before locks named the outputs
        gone |= {name for name in own if not is_filled_in(name)}
    if left := own - gone:
        raise OutputError(
            _("the public version may not lie beside outputs that are not masked: {names}").format(
                names=name_some(left)
            ),
            remedy=_("move them away, or name another folder with --keluaran"),
        )
    return gone


def _lock(folder: Path) -> dict[str, Any] | None:
    try:
        lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return lock if isinstance(lock, dict) else None


def _named(lock: dict[str, Any]) -> dict[str, str]:
    """Name and fingerprint of the outputs that a lock names; nothing that leads out of its folder."""
    stated = lock.get("keluaran")
    return {
        item["berkas"]: str(item.get("sha256"))
        for item in (stated if isinstance(stated, list) else [])
        if isinstance(item, dict) and isinstance(item.get("berkas"), str) and _is_own(item["berkas"])
    }


def _is_own(name: str) -> bool:
    return name in OWN_NAMES or is_filled_in(name) or _MAP.fullmatch(name) is not None


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
