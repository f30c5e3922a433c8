"""Cases, people and places of a scan, aligned and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.evidence.errors import EvidenceError, name_some
from lokus.evidence.ranking import quantise
from lokus.findings import Finding
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ScanInput", "read_scan_input"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class ScanInput:
    """Villages sorted by code (`index`, `missing`, `unplaced`); all else only of those `known`."""

    index: pd.Index
    missing: Flags
    unplaced: Flags
    known: pd.Index
    cases: Ints
    weight: Ints
    x: Floats
    y: Floats
    findings: tuple[Finding, ...]


def read_scan_input(
    cases: pd.Series[float],
    *,
    trials: pd.Series[float] | None,
    expected: pd.Series[float] | None,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
) -> ScanInput:
    """Align everything on the villages of `cases`, sort, and set aside what is incomplete.

    Raises
    ------
    EvidenceError
        Neither or both of trials and expected; repeated or differing villages; numbers that cannot be.
    """
    index = cases.index
    if index.has_duplicates:
        repeated = index[index.duplicated()].unique()
        raise EvidenceError(
            _("villages appear more than once: {villages}").format(villages=name_some(repeated))
        )
    weights = trials if trials is not None else expected
    if weights is None or (trials is not None and expected is not None):
        raise EvidenceError(_("give either trials (binomial) or expected (Poisson)"))
    name = "trials" if trials is not None else "expected"
    columns = {"kasus": _aligned(cases, index, "cases"), name: _aligned(weights, index, name)}
    frame = pd.DataFrame(columns | {"x": _aligned(x, index, "x"), "y": _aligned(y, index, "y")}, index=index)
    frame = frame.sort_index()
    _check_numbers(frame, name)

    unplaced = frame[["x", "y"]].isna().any(axis=1).to_numpy()
    unknown = frame[["kasus", name]].isna().any(axis=1)
    if trials is not None:
        # Nobody measured says nothing, and must not be called a member of a cluster.
        unknown |= frame[name] == 0
    missing = unknown.to_numpy() & ~unplaced
    known = frame[~(unplaced | missing)]
    weight = known[name].to_numpy()
    # Whole units make the weight of a circle the same from whichever centre it is drawn.
    whole = weight.astype(np.int64) if trials is not None else quantise(weight)[0]
    return ScanInput(
        index=frame.index,
        missing=missing,
        unplaced=unplaced,
        known=known.index,
        cases=known["kasus"].to_numpy().astype(np.int64),
        weight=whole,
        x=known["x"].to_numpy(),
        y=known["y"].to_numpy(),
        findings=tuple(_findings(frame, missing, unplaced)),
    )


def _aligned(values: object, index: pd.Index, name: str) -> Floats:
    if isinstance(values, pd.Series):
        differing = values.index.symmetric_difference(index)
        if len(differing) or values.index.has_duplicates:
            raise EvidenceError(
                _("{name} has other villages than cases: {villages}").format(
                    name=name, villages=name_some(differing)
                )
            )
        return np.asarray(values.reindex(index).to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
    array = np.asarray(values, dtype=float)
    if array.shape != (len(index),):
        raise EvidenceError(
            _("{name} has {n} numbers for {villages} villages").format(
                name=name, n=array.size, villages=len(index)
            )
        )
    return array


def _check_numbers(frame: pd.DataFrame, name: str) -> None:
    cases, weight = frame["kasus"], frame[name]
    complete = cases.notna() & weight.notna()
    wrong = {
        _("cases must be whole numbers, 0 or more"): (cases < 0) | (cases % 1 != 0) & cases.notna(),
        _("{name} must be 0 or more, and finite").format(name=name): (weight < 0) | np.isinf(weight),
        _("coordinates must be finite"): np.isinf(frame[["x", "y"]]).any(axis=1),
    }
    if name == "trials":
        wrong[_("trials must be whole numbers")] = (weight % 1 != 0) & weight.notna()
        wrong[_("more cases than trials")] = complete & (cases > weight)
    else:
        wrong[_("cases where none are expected")] = complete & (cases > 0) & (weight == 0)
    for what, rows in wrong.items():
        if rows.any():
            raise EvidenceError(
                _("{what}: {villages}").format(what=what, villages=name_some(frame.index[rows])),
                remedy=_("correct these villages in the source table"),
            )


def _findings(frame: pd.DataFrame, missing: Flags, unplaced: Flags) -> Iterator[Finding]:
    for check, rows, message in (
        ("scan.missing", missing, _("{n} villages without data are left out of the scan: {villages}")),
        ("scan.unplaced", unplaced, _("{n} villages without location are left out of the scan: {villages}")),
    ):
        if rows.any():
            yield Finding(
                check=check,
                level="note",
                message=message.format(n=rows.sum(), villages=name_some(frame.index[rows])),
            )
    extent = frame[["x", "y"]].abs().max()
    if extent["x"] <= 180.0 and extent["y"] <= 90.0:
        yield Finding(
            check="scan.degrees",
            level="warning",
            message=_("the coordinates look like degrees, in which circles are not round"),
            remedy=_("give centroids in metres (a projected CRS)"),
        )
