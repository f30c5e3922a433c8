"""Covariates of a rate model: standardised, with what is missing or constant said aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lokus.errors import EvidenceError, name_some
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Design", "build_design"]


@dataclass(frozen=True, kw_only=True)
class Design:
    """Design matrix with intercept, shape (m, 1 + covariates used), and which villages lacked a value."""

    matrix: npt.NDArray[np.float64]
    names: tuple[str, ...]
    missing: npt.NDArray[np.bool_]
    findings: tuple[Finding, ...]


def build_design(
    covariates: pd.DataFrame | None, index: pd.Index, *, measured: npt.NDArray[np.bool_]
) -> Design:
    """Standardise `covariates` over the villages of `index`.

    Parameters
    ----------
    covariates : DataFrame or None
        Indexed by village, numeric.
    index : Index
        Villages, sorted.
    measured : ndarray of bool, shape (m,)
        A covariate must vary among the measured villages to be of use.

    Examples
    --------
    >>> import pandas as pd
    >>> air = pd.DataFrame({"air": [10.0, 30.0, None]}, index=["a", "b", "c"])
    >>> build_design(air, air.index, measured=np.array([True, True, True])).matrix[:, 1]
    array([-1.,  1.,  0.])
    """
    columns = [np.ones(len(index))]
    names: list[str] = []
    missing = np.zeros(len(index), dtype=bool)
    findings: list[Finding] = []
    if covariates is not None:
        if covariates.index.has_duplicates or not index.isin(covariates.index).all():
            absent = index.difference(covariates.index)
            raise EvidenceError(
                _("covariates lack villages or repeat them: {villages}").format(villages=name_some(absent)),
                remedy=_("give one row of covariates for each village"),
            )
        for name in sorted(str(column) for column in covariates.columns):
            values = covariates[name].reindex(index).to_numpy(dtype=float, na_value=np.nan)
            if np.isinf(values).any():
                raise EvidenceError(
                    _("covariate {name} has infinite values").format(name=name),
                    remedy=_("correct the values, or leave them empty"),
                )
            gone = np.isnan(values)
            seen = values[~gone & measured]
            if len(seen) == 0 or np.ptp(seen) == 0.0:
                findings.append(_constant(name))
                continue
            centred = values - values[~gone].mean()
            columns.append(np.where(gone, 0.0, centred / centred[~gone].std()))
            names.append(name)
            missing |= gone
            if gone.any():
                findings.append(_missing(name, int(gone.sum())))
    return Design(
        matrix=np.column_stack(columns), names=tuple(names), missing=missing, findings=tuple(findings)
    )


def _constant(name: str) -> Finding:
    return Finding(
        check="evidence.covariate_constant",
        level="warning",
        message=_("covariate {name} does not vary and is left out of the rate model").format(name=name),
    )


def _missing(name: str, count: int) -> Finding:
    return Finding(
        check="evidence.covariate_missing",
        level="warning",
        message=_("covariate {name} is missing in {n} villages; there it says nothing about the rate").format(
            name=name, n=format_number(count)
        ),
        remedy=_("complete the covariate, or leave it out"),
    )
