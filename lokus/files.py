"""Writing files so that a failure never leaves half a file or replaces a good one."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["atomic_path", "staged_directory"]


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it into place only if the block succeeds.

    The temporary name keeps the suffix, because writers choose the format by it.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with atomic_path(target) as draft:
    ...     _ = draft.write_text("isi")
    >>> target.read_text()
    'isi'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{secrets.token_hex(4)}{path.suffix}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def staged_directory(target: str | Path) -> Iterator[Path]:
    """Give an empty directory beside `target`; move its files into `target` only if the block succeeds.

    Other files already in `target` stay. Files are moved one rename each, so a reader never sees half a file.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "keluaran"
    >>> with staged_directory(target) as stage:
    ...     _ = (stage / "a.txt").write_text("isi")
    ...     target.exists()
    False
    >>> (target / "a.txt").read_text()
    'isi'
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    stage = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    stage.mkdir()
    try:
        yield stage
        for draft in sorted(p for p in stage.rglob("*") if p.is_file()):
            final = target / draft.relative_to(stage)
            final.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(final)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
