"""Let Python look for reference cycles less often while a study is computed and written."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["collect_new", "collect_seldom"]

_THRESHOLDS: Final = (20_000, 10, 10)
_LATELY: Final = 1  # what two looks have passed over is left alone


@contextmanager
def collect_seldom() -> Iterator[None]:
    """Look for cycles thirty times less often than Python does by default, and only among new objects.

    Afterwards as before. A study holds some million objects that live until its end, and a map makes
    thousands more a second: by default a sixth of the work of ``lokus run`` goes into looking through them.
    Do not use it for more than one command or one pack: figures are cycles, and stay until they are looked
    for.

    Examples
    --------
    >>> before = gc.get_threshold()
    >>> with collect_seldom():
    ...     gc.get_threshold() > before
    True
    >>> gc.get_threshold() == before
    True
    """
    before = gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def collect_new() -> None:
    """Look for cycles among what was made lately: after a document or a figure that holds megabytes.

    Examples
    --------
    >>> collect_new()
    """
    gc.collect(_LATELY)
