from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.evidence.counts import check_counts
from lokus.evidence.errors import EvidenceError, name_some


def test_unusable_villages_count_as_not_measured():
    y = pd.Series({"c": 3.0, "a": np.nan, "b": 0.0, "d": 1.0})
    n = pd.Series({"a": 10.0, "b": 0.0, "c": 9.0, "d": np.nan})
    counts = check_counts(y, n, pd.Series({"d": 4.0, "c": 8.0, "b": 7.0, "a": np.nan}))
    assert counts.index.tolist() == ["a", "b", "c", "d"]
    assert counts.n.tolist() == [0, 0, 9, 0]
    assert counts.y.tolist() == [0, 0, 3, 0]
    np.testing.assert_array_equal(counts.due, [np.nan, 7, 8, 4])


def test_accepts_nullable_integers():
    y = pd.Series([1, pd.NA], index=["a", "b"], dtype="Int64")
    assert check_counts(y, y + 3, None).n.tolist() == [4, 0]


def test_names_five_villages_and_counts_the_rest():
    y = pd.Series(9.0, index=list("gfedcba"))
    with pytest.raises(EvidenceError, match=r"diukur: a, b, c, d, e \(\+2\)"):
        check_counts(y, y - 1, None)
    assert name_some([]) == ""
