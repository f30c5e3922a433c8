"""Limit linear algebra on small matrices to one thread, where several threads are slower."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["one_thread"]


def one_thread(of: Literal["blas", "all"]) -> AbstractContextManager[object]:
    """Limit linear algebra, or all libraries, to one thread. Do not use it around large matrices.

    On small matrices this is tens of times faster on a busy machine, and sums are taken in one order,
    whatever the number of cores.

    Examples
    --------
    >>> with one_thread("blas"):
    ...     pass
    """
    controller: AbstractContextManager[object] = _controller(of).limit(limits=1)
    return controller


@cache
def _controller(of: str) -> ThreadpoolController:
    # Finding the libraries takes milliseconds, so it is done once for each caller, after loading them.
    found = ThreadpoolController()
    return found if of == "all" else found.select(user_api=of)
