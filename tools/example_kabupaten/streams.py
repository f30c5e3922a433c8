"""Independent random numbers, one stream a purpose."""

from __future__ import annotations

import numpy as np

__all__ = ["stream"]


def stream(seed: int, *tags: str | int) -> np.random.Generator:
    """Independent random numbers for one purpose, the same whatever else is drawn.

    Examples
    --------
    >>> float(stream(1, "names").random()) == float(stream(1, "names").random())
    True
    """
    words = [int.from_bytes(str(tag).encode(), "big") for tag in tags]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))
