"""Find patterns over many villages that suggest invented, copied or misplaced values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.findings import Finding
from lokus.i18n import gettext as _
from lokus.intake.audit.checks import Subject, show

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.indicators.indicator import Indicator

__all__ = [
    "check_changes",
    "check_identical",
    "check_outliers",
    "double_counted",
    "robust_z",
    "without_denominator",
]

_MIN_VILLAGES = 10
_SAME_SHARE = 0.5
_OUTLIER = 5.0
_CARRIED_SHARE = 0.8
_JUMP_Z = 4.0
_JUMP_POINTS = 10.0


def robust_z(values: pd.Series) -> pd.Series:
    """Compute the distance from the median in robust standard deviations, ``(x − median) / (1.4826 · MAD)``.

    NaN everywhere where more than half of the values are equal, since the scale is then unknown.

    Examples
    --------
    >>> robust_z(pd.Series([1.0, 2.0, 3.0, 4.0, 50.0])).round(1).tolist()
    [-1.3, -0.7, 0.0, 0.7, 31.7]
    """
    centred = values - values.median()
    scale = 1.4826 * float(centred.abs().median())
    return centred / scale if scale > 0 else centred * np.nan


def check_identical(subject: Subject) -> list[Finding]:
    """Find one value repeated in most villages where that is implausible.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.intake.audit.checks import Subject
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> kode = [f"99010120{n:02d}" for n in range(20)]
    >>> frame = pd.DataFrame({"sanitasi_layak": [66.6] * 19 + [70.0]}, index=kode)
    >>> subject = Subject(frame=frame, names=frame.index.to_series(), catalogue=load_catalogue(), owners={})
    >>> [found.check for found in check_identical(subject)]
    ['audit.identical']
    """
    findings = []
    for key, column in subject.frame.items():
        item = subject.catalogue[str(key)]
        values = column.dropna()
        varied = item.is_share or item.unit == "indeks" or values.median() >= 20
        if len(values) < _MIN_VILLAGES or not varied:
            continue
        counts = values.value_counts()
        value, n = float(counts.index[0]), int(counts.iloc[0])
        if n >= _SAME_SHARE * len(values) and value not in (0.0, item.minimum, item.maximum):
            findings.append(
                subject.finding(
                    "audit.identical",
                    "warning",
                    key=item.key,
                    message=_("{label} is exactly {value} in {n} of {total} villages").format(
                        label=item.label, value=show(value), n=n, total=len(values)
                    ),
                    remedy=_("ask {opd} whether this was measured in each village").format(
                        opd=subject.opd(item.key) or _("the office")
                    ),
                )
            )
    return findings


def check_outliers(subject: Subject) -> list[Finding]:
    """Find outliers by the robust z-score, on a transformed scale that removes skewness.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.intake.audit.checks import Subject
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> kode = [f"99010120{n:02d}" for n in range(20)]
    >>> frame = pd.DataFrame({"sanitasi_layak": [2.0] + [60.0 + n for n in range(19)]}, index=kode)
    >>> subject = Subject(frame=frame, names=frame.index.to_series(), catalogue=load_catalogue(), owners={})
    >>> [(found.check, found.where.kode_desa) for found in check_outliers(subject)]
    [('audit.outlier', '9901012000')]
    """
    findings: list[Finding] = []
    for key, column in subject.frame.items():
        item = subject.catalogue[str(key)]
        if column.notna().sum() < _MIN_VILLAGES or item.key == "cakupan_pengukuran":
            continue  # low coverage is a finding of its own
        scores = robust_z(_symmetric(column, item))
        findings.extend(
            subject.finding(
                "audit.outlier",
                "note",
                key=item.key,
                kode=kode,
                message=_("{label} is {value}, far from the median {median} (robust z {z})").format(
                    label=item.label,
                    value=show(column[kode]),
                    median=show(column.median()),
                    z=show(scores[kode]),
                ),
                remedy=_("check this value"),
            )
            for kode in map(str, scores.index[(scores.abs() > _OUTLIER).to_numpy()])
        )
    return findings


def _symmetric(values: pd.Series, item: Indicator) -> pd.Series:
    """Transform counts (logarithm) and shares (arcsine of the root), which are skewed near their bounds."""
    if item.is_count:
        return pd.Series(np.log1p(values.clip(lower=0)))
    if item.is_share:
        return pd.Series(np.arcsin(np.sqrt(values.clip(0, 100) / 100)))
    return values


def check_changes(subject: Subject, previous: pd.DataFrame) -> list[Finding]:
    """Compare with last year: changes beyond chance, and columns that were copied unchanged.

    Shares with a known denominator and counts are judged by a two-sample z-score above 4, shares also by a
    change of ten points; a share without denominator by 40 points.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.intake.audit.checks import Subject
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> kode = [f"99010120{n:02d}" for n in range(20)]
    >>> frame = pd.DataFrame({"sanitasi_layak": [60.0 + n for n in range(20)]}, index=kode)
    >>> subject = Subject(frame=frame, names=frame.index.to_series(), catalogue=load_catalogue(), owners={})
    >>> [found.check for found in check_changes(subject, frame)]
    ['audit.carried_over']
    """
    findings = []
    for key in subject.frame.columns.intersection(previous.columns):
        item = subject.catalogue[key]
        now, then = subject.frame[key], previous[key].reindex(subject.frame.index).astype(float)
        both = now.notna() & then.notna()
        if both.sum() >= _MIN_VILLAGES and now[both].nunique() >= 5 and item.worse != "none":
            same = float((now[both] == then[both]).mean())
            if same >= _CARRIED_SHARE:
                findings.append(
                    subject.finding(
                        "audit.carried_over",
                        "warning",
                        key=key,
                        message=_("{label} equals last year's value in {share} % of the villages").format(
                            label=item.label, share=show(100 * same)
                        ),
                        remedy=_("ask whether this year's data were delivered"),
                    )
                )
        jumped = both & _jump(subject, previous, key)
        findings.extend(
            subject.finding(
                "audit.jump",
                "warning",
                key=key,
                kode=kode,
                message=_("{label} went from {then} to {now}, more than chance explains").format(
                    label=item.label, then=show(then[kode]), now=show(now[kode])
                ),
                remedy=_("check both years"),
            )
            for kode in map(str, jumped.index[jumped.to_numpy()])
        )
    return findings


def _jump(subject: Subject, previous: pd.DataFrame, key: str) -> pd.Series:
    item = subject.catalogue[key]
    now, then = subject.frame[key], previous[key].reindex(subject.frame.index).astype(float)
    if item.is_share:
        change = (now - then).abs()
        if item.denominator in subject.frame and item.denominator in previous:
            n, m = (
                subject.frame[item.denominator],
                previous[item.denominator].reindex(now.index).astype(float),
            )
            pooled = (now * n + then * m) / (n + m) / 100
            error = 100 * np.sqrt(pooled * (1 - pooled) * (1 / n.where(n > 0) + 1 / m.where(m > 0)))
            return change.gt(_JUMP_POINTS) & change.gt(_JUMP_Z * error)
        return change.gt(4 * _JUMP_POINTS)
    if item.is_count:
        ratio = (now + 1) / (then + 1)
        return (now - then).abs().gt(_JUMP_Z * np.sqrt(now + then)) & (ratio.gt(2) | ratio.lt(0.5))
    return pd.Series(data=False, index=now.index)


def double_counted(keys: Iterable[str], catalogue: Catalogue) -> list[Finding]:
    """Warn where an indicator with weight is contained in another one with weight.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> [finding.check for finding in double_counted(["krs_persen", "air_tidak_layak"], load_catalogue())]
    ['audit.double_count']
    """
    chosen = list(keys)
    return [
        Finding(
            check="audit.double_count",
            level="warning",
            message=_("{part} is already counted in {whole}").format(
                part=catalogue[key].label, whole=catalogue[whole].label
            ),
            remedy=_(
                "score only one of the two, or lower their weights and accept the finding with that reason"
            ),
        )
        for key in chosen
        for whole in catalogue[key].contained_in
        if whole in chosen
    ]


def without_denominator(given: Iterable[str]) -> list[Finding]:
    """Report the limits of counts of cases where the number of children measured is unknown.

    Examples
    --------
    >>> [finding.check for finding in without_denominator(["stunting", "sasaran"])]
    ['audit.no_denominator']
    >>> without_denominator(["stunting", "diukur"])
    []
    """
    given = set(given)
    if "stunting" not in given or "diukur" in given:
        return []
    return [
        Finding(
            check="audit.no_denominator",
            level="warning",
            message=_(
                "stunted children are given without children measured: the counts show where cases are, not "
                "where a child runs a higher risk; a village with many children has many cases. Prevalence, "
                "intervals and the certainty of the list cannot be computed from them"
            ),
            remedy=_("ask for the number of children measured in the same round"),
        )
    ]
