from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info

from lokus.evidence.threads import one_thread


def blas_threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_linear_algebra_runs_on_one_thread_inside_and_on_as_many_as_before_after() -> None:
    _ = np.ones((2, 2)) @ np.ones((2, 2))
    before = blas_threads()
    with one_thread("blas"):
        assert set(blas_threads()) <= {1}
    assert blas_threads() == before
