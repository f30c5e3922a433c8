"""One thread for algebra on small matrices, where several wait for each other more than they work."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["one_thread"]


def one_thread(of: Literal["blas", "all"]) -> AbstractContextManager[object]:
    """Limit linear algebra, or all libraries, to one thread; on a busy machine tens of times faster.

    Sums are then taken in one order too, whatever the number of cores.

    Examples
    --------
    >>> with one_thread("blas"):
    ...     pass
    """
    controller: AbstractContextManager[object] = _controller(of).limit(limits=1)
    return controller


@cache
def _controller(of: str) -> ThreadpoolController:
    # Looking for the libraries takes milliseconds; each room looks once those it uses are loaded.
    found = ThreadpoolController()
    return found if of == "all" else found.select(user_api=of)
