"""Check indicator values: impossible, contradictory and unlikely ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.findings import Finding, Level, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.join.join import Origin

__all__ = ["Checked", "Subject", "check_consistency", "check_coverage", "check_ranges", "check_shares"]

RELIABLE_COVERAGE = 80.0
_KRS_RANKS = (
    "krs_peringkat_1", "krs_peringkat_2", "krs_peringkat_3", "krs_peringkat_4", "krs_peringkat_di_atas_4",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The data to check.

    Attributes
    ----------
    frame : pandas.DataFrame of float
        Index ``kode_desa``, one column an indicator of the catalogue.
    names : pandas.Series of str
        "Desa (Kecamatan)" by ``kode_desa``.
    catalogue : Catalogue
    owners : mapping of indicator key to OPD
    origins : sequence of Origin
        Cells of the given columns; a column without origin is derived.
    """

    frame: pd.DataFrame
    names: pd.Series
    catalogue: Catalogue
    owners: Mapping[str, str]
    origins: Sequence[Origin] = ()

    def given(self, key: str) -> bool:
        """Return whether the column was given by an office, not derived."""
        if self.origins:
            return key in self._origins_of
        item = self.catalogue[key]
        return not (item.numerator in self.frame and item.denominator in self.frame)

    def finding(
        self, check: str, level: Level, message: str, *, key: str = "", kode: str = "", remedy: str = ""
    ) -> Finding:
        """Build a finding at the cell of an indicator of a village."""
        return Finding(
            check=check,
            level=level,
            message=f"{self.names[kode]}: {message}" if kode else message,
            remedy=remedy,
            where=self._where(key, kode),
            opd=self.opd(key) if key else "",
        )

    def opd(self, key: str) -> str:
        """Return the office that owns an indicator."""
        item = self.catalogue[key]
        given = self.owners.get(key) or self._office_of(key)
        if given:
            return given
        # What is computed is of the office that gives all it is computed from, under the name the study uses.
        inputs = [part for part in (item.numerator, item.denominator, *item.sum_of) if part]
        offices = {self._office_of(part) for part in inputs} if inputs else set()
        return (offices.pop() if len(offices) == 1 else "") or item.owner

    def _office_of(self, key: str) -> str:
        return self._origins_of[key][0].opd if key in self._origins_of else ""

    @cached_property
    def _origins_of(self) -> dict[str, list[Origin]]:
        """Tables by the indicators that they give: a study may have hundreds, and thousands of findings."""
        out: dict[str, list[Origin]] = {}
        for origin in self.origins:
            for key in origin.columns:
                out.setdefault(key, []).append(origin)
        return out

    def _where(self, key: str, kode: str) -> Where:
        # One indicator may come from several sheets, each for its own villages.
        origins = self._origins_of.get(key, [])
        if origins and not kode:
            first = origins[0]
            return Where(file=first.source, sheet=first.sheet or None, column=first.columns[key])
        if origins:
            here = (origin for origin in origins if pd.notna(origin.rows.get(kode)))
            return next(here, origins[0]).where(kode, key)
        item = self.catalogue[key] if key else None
        part = item and (item.numerator or next(iter(item.sum_of), ""))
        return self._where(part, kode) if part else Where(kode_desa=kode or None)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Outcome of a check.

    Attributes
    ----------
    findings : list of Finding
    impossible : list of (kode_desa, key)
        Impossible values, which must not be used.
    """

    findings: list[Finding] = field(default_factory=list)
    impossible: list[tuple[str, str]] = field(default_factory=list)


def check_ranges(subject: Subject) -> Checked:
    """Find values outside the valid range of their indicator, and counts that are not whole.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> kode = ["9901012001", "9901012002"]
    >>> frame = pd.DataFrame({"sanitasi_layak": [180.0, 80.0]}, index=kode)
    >>> names = pd.Series(["Suka Maju", "Suka Jaya"], index=frame.index)
    >>> subject = Subject(frame=frame, names=names, catalogue=load_catalogue(), owners={})
    >>> check_ranges(subject).impossible
    [('9901012001', 'sanitasi_layak')]
    """
    out = Checked()
    for key, values in subject.frame.items():
        item = subject.catalogue[str(key)]
        if item.numerator and not subject.given(item.key):
            continue  # its parts are checked, where the cell is known
        for kode, value in values[(values < item.minimum) | (values > item.maximum)].items():
            blocking = item.beyond == "blocking"
            text = (
                _("{label} is {value}, outside the possible {low} to {high}")
                if np.isfinite(item.maximum)
                else _("{label} is {value}, below the possible {low}")
            )
            removed = " (" + _("the value is left empty") + ")" if blocking else ""
            out.findings.append(
                subject.finding(
                    "audit.range",
                    item.beyond,
                    key=item.key,
                    kode=str(kode),
                    message=text.format(
                        label=item.label, value=show(value), low=show(item.minimum), high=show(item.maximum)
                    )
                    + removed,
                    remedy=_("ask {opd} for the right value").format(
                        opd=subject.opd(item.key) or _("the office")
                    ),
                )
            )
            if blocking:
                out.impossible.append((str(kode), item.key))
        broken = values[values.notna() & (values != values.round())]
        if item.is_count and len(broken):
            first = str(broken.index[0])
            out.findings.append(
                subject.finding(
                    "audit.not_whole",
                    "warning",
                    key=item.key,
                    message=_("{n} villages have a fraction in {label}, first {village} with {value}").format(
                        n=len(broken),
                        label=item.label,
                        village=subject.names[first],
                        value=show(broken.iloc[0]),
                    ),
                    remedy=_("check whether this is the right column"),
                )
            )
    return out


def check_shares(subject: Subject) -> Checked:
    """Find shares whose numerator exceeds the denominator, and given shares that their parts contradict.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> kode = ["9901012001", "9901012002"]
    >>> frame = pd.DataFrame({"stunting": [12.0, 3.0], "diukur": [10.0, 30.0]}, index=kode)
    >>> names = pd.Series(["Suka Maju", "Suka Jaya"], index=frame.index)
    >>> subject = Subject(frame=frame, names=names, catalogue=load_catalogue(), owners={})
    >>> check_shares(subject).impossible
    [('9901012001', 'stunting'), ('9901012001', 'diukur')]
    """
    out = Checked()
    frame = subject.frame
    for item in subject.catalogue.values():
        if not item.numerator or not {item.numerator, item.denominator} <= set(frame.columns):
            continue
        above, below = frame[item.numerator], frame[item.denominator]
        for kode in map(str, frame.index[(above > below).to_numpy()]):
            blocking = item.beyond == "blocking"
            removed = " (" + _("both values are left empty") + ")" if blocking else ""
            out.findings.append(
                subject.finding(
                    "audit.numerator",
                    item.beyond,
                    key=item.numerator,
                    kode=kode,
                    message=_("{a} ({x}) exceeds {b} ({y})").format(
                        a=subject.catalogue[item.numerator].label,
                        x=show(above[kode]),
                        b=subject.catalogue[item.denominator].label,
                        y=show(below[kode]),
                    )
                    + removed,
                    remedy=_("ask {opd} which of the two is right").format(
                        opd=subject.opd(item.numerator) or _("the office")
                    ),
                )
            )
            if blocking:
                out.impossible.extend([(kode, item.numerator), (kode, item.denominator)])
        if item.key in frame and subject.given(item.key):
            computed = 100 * above / below.where(below > 0)
            for kode in map(str, frame.index[((frame[item.key] - computed).abs() > 1).to_numpy()]):
                out.findings.append(
                    subject.finding(
                        "audit.share_differs",
                        "warning",
                        key=item.key,
                        kode=kode,
                        message=_("{label} is given as {given}, its parts give {computed}").format(
                            label=item.label, given=show(frame[item.key][kode]), computed=show(computed[kode])
                        ),
                        remedy=_("the given value is used; check it"),
                    )
                )
    return out


def check_consistency(subject: Subject) -> Checked:
    """Check identities: stunted = short + very short, KRS + not KRS = screened, ranks = KRS, part ≤ whole.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> columns = {"stunting": [9.0, 3.0], "pendek": [7.0, 2.0], "sangat_pendek": [1.0, 1.0]}
    >>> frame = pd.DataFrame(columns, index=["9901012001", "9901012002"])
    >>> names = pd.Series(["Suka Maju", "Suka Jaya"], index=frame.index)
    >>> subject = Subject(frame=frame, names=names, catalogue=load_catalogue(), owners={})
    >>> [(found.check, found.where.kode_desa) for found in check_consistency(subject).findings]
    [('audit.identity', '9901012001')]
    """
    out = Checked()
    identities = [(item.key, item.sum_of) for item in subject.catalogue.values() if item.sum_of]
    identities += [("keluarga_sasaran", ("krs", "tidak_krs")), ("krs", _KRS_RANKS)]
    for total, parts in identities:
        if not {total, *parts} <= set(subject.frame.columns):
            continue
        summed = subject.frame[list(parts)].sum(axis=1, skipna=False)
        wrong = (summed - subject.frame[total]).abs() > 0.5
        for kode in map(str, subject.frame.index[wrong.to_numpy()]):
            out.findings.append(
                subject.finding(
                    "audit.identity",
                    "blocking",
                    key=total,
                    kode=kode,
                    message=_("{label} is {stated}, but {parts} add up to {total}").format(
                        label=subject.catalogue[total].label,
                        stated=show(subject.frame[total][kode]),
                        parts=" + ".join(subject.catalogue[part].label for part in parts),
                        total=show(summed[kode]),
                    ),
                    remedy=_("the stated total is used; ask which figure is right"),
                )
            )
    for part, whole in _nested(subject):
        for kode in map(str, subject.frame.index[(subject.frame[part] > subject.frame[whole]).to_numpy()]):
            out.findings.append(
                subject.finding(
                    "audit.part",
                    "blocking",
                    key=part,
                    kode=kode,
                    message=_("{a} ({x}) exceeds {b} ({y})").format(
                        a=subject.catalogue[part].label,
                        x=show(subject.frame[part][kode]),
                        b=subject.catalogue[whole].label,
                        y=show(subject.frame[whole][kode]),
                    ),
                    remedy=_("ask {opd} which of the two is right").format(
                        opd=subject.opd(part) or _("the office")
                    ),
                )
            )
    return out


def _nested(subject: Subject) -> Iterator[tuple[str, str]]:
    """Return pairs of counts of which the first is contained in the second."""
    for key in subject.frame.columns:
        item = subject.catalogue[key]
        for whole in item.contained_in:
            if item.is_count and whole in subject.frame and subject.catalogue[whole].unit == item.unit:
                yield key, whole


def check_coverage(subject: Subject, *, reliable: float = RELIABLE_COVERAGE) -> Checked:
    """Find villages with too few children measured, and villages without cases where several are expected.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> kode = ["9901012001", "9901012002"]
    >>> frame = pd.DataFrame({"cakupan_pengukuran": [35.0, 96.0]}, index=kode)
    >>> names = pd.Series(["Suka Maju", "Suka Jaya"], index=frame.index)
    >>> subject = Subject(frame=frame, names=names, catalogue=load_catalogue(), owners={})
    >>> [(found.check, found.where.kode_desa) for found in check_coverage(subject).findings]
    [('audit.coverage', '9901012001')]
    """
    out = Checked()
    frame = subject.frame
    if "cakupan_pengukuran" in frame:
        coverage = frame["cakupan_pengukuran"]
        sparse = _("only {value} % of the children were measured; the rate is not reliable yet")
        for kode, value in coverage[coverage < reliable].sort_values(kind="stable").items():
            # With the decimal of the tables, unless that would write the limit itself.
            short = format_number(value, decimals=1)
            share = show(value) if short == format_number(reliable, decimals=1) else short
            out.findings.append(
                subject.finding(
                    "audit.coverage",
                    "warning",
                    key="diukur",
                    kode=str(kode),
                    message=sparse.format(value=share) if value else _("no child was measured"),
                    remedy=_("measure the remaining children; at least {limit} % are needed").format(
                        limit=show(reliable)
                    ),
                )
            )
    if {"stunting", "diukur"} <= set(frame.columns):
        both = frame[["stunting", "diukur"]].dropna()
        measured = both["diukur"].sum()
        rate = both["stunting"].sum() / measured if measured > 0 else 0.0
        # With e expected cases the probability of none is at most exp(-e): below 0.001 from 7 on.
        odd = both[(both["stunting"] == 0) & (both["diukur"] * rate >= 7)]
        for kode, row in odd.iterrows():
            out.findings.append(
                subject.finding(
                    "audit.zero",
                    "warning",
                    key="stunting",
                    kode=str(kode),
                    message=_(
                        "no stunted child among {n} measured; at the kabupaten's rate {expected} are due"
                    ).format(n=show(row["diukur"]), expected=show(row["diukur"] * rate)),
                    remedy=_("check whether the measurements were entered"),
                )
            )
    return out


def show(value: float) -> str:
    """Format a value with as many decimals as it needs, two at most."""
    value = round(float(value), 2)
    decimals = next((digits for digits in (0, 1) if value == round(value, digits)), 2)
    return format_number(value, decimals=decimals)
