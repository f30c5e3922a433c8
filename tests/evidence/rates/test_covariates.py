from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.errors import EvidenceError
from lokus.evidence.rates.covariates import build_design

INDEX = pd.Index(["a", "b", "c", "d"])
MEASURED = np.array([True, True, True, False])


def test_columns_are_standardised_in_order_of_name():
    frame = pd.DataFrame({"z": [1.0, 2.0, 3.0, 4.0], "k": [9.0, 1.0, 5.0, 5.0]}, index=INDEX)
    design = build_design(frame.iloc[::-1], INDEX, measured=MEASURED)
    assert design.names == ("k", "z")
    np.testing.assert_array_equal(design.matrix[:, 0], 1.0)
    np.testing.assert_allclose(design.matrix[:, 1:].mean(axis=0), 0.0, atol=1e-15)
    np.testing.assert_allclose(design.matrix[:, 1:].std(axis=0), 1.0)


def test_missing_value_says_nothing_and_is_flagged():
    frame = pd.DataFrame({"k": [9.0, np.nan, 5.0, 1.0]}, index=INDEX)
    design = build_design(frame, INDEX, measured=MEASURED)
    assert design.matrix[1, 1] == 0.0
    assert design.missing.tolist() == [False, True, False, False]
    assert [f.check for f in design.findings] == ["evidence.covariate_missing"]


@pytest.mark.parametrize("values", [[2.0, 2.0, 2.0, 7.0], [np.nan, np.nan, np.nan, 7.0], [np.nan] * 4])
def test_covariate_that_does_not_vary_where_measured_is_left_out(values):
    design = build_design(pd.DataFrame({"k": values}, index=INDEX), INDEX, measured=MEASURED)
    assert design.names == ()
    assert design.matrix.shape == (4, 1)
    assert not design.missing.any()
    assert [f.check for f in design.findings] == ["evidence.covariate_constant"]


def test_infinite_values_are_refused():
    with pytest.raises(EvidenceError, match="kovariat k memuat nilai tak hingga"):
        build_design(pd.DataFrame({"k": [1.0, np.inf, 2.0, 3.0]}, index=INDEX), INDEX, measured=MEASURED)
