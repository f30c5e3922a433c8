"""The audit: one table of findings, the completeness matrix, and the gate that holds a proposal back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from lokus.errors import BlockedError, InputError
from lokus.findings import LEVELS, Finding, findings_frame, of_evidence
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.audit.checks import (
    RELIABLE_COVERAGE,
    Subject,
    check_consistency,
    check_coverage,
    check_ranges,
    check_shares,
)
from lokus.intake.audit.entries import check_label
from lokus.intake.audit.patterns import check_changes, check_identical, check_outliers
from lokus.places.kode import format_kode

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.join.join import Origin

__all__ = [
    "Acceptance",
    "Audit",
    "AuditAcceptance",
    "Checked",
    "CompletenessRule",
    "add_cautions",
    "audit",
    "check_values",
    "gather_findings",
]


# Findings that a study accepts, each with the reason shown in the report


class AuditAcceptance(Protocol):
    """Attributes of an acceptance: a finding and the reason for accepting it."""

    @property
    def check(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def kode_desa(self) -> str | None: ...  # noqa: D102
    @property
    def file(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """A finding the study accepts, and why.

    Parameters
    ----------
    check : str
        Name of the check, such as ``"audit.range"``.
    reason : str
        Shown in the report.
    kode_desa, file, row : optional
        Accept only the findings of this village, file or spreadsheet row.
    """

    check: str
    reason: str
    kode_desa: str | None = None
    file: str | None = None
    row: int | None = None


def require_reasons(accepted: Sequence[AuditAcceptance]) -> None:
    """Raise where an acceptance has no reason.

    Raises
    ------
    InputError
        A reason is empty.
    """
    for acceptance in accepted:
        if not acceptance.reason.strip():
            raise InputError(
                _('the finding "{check}" is accepted without a reason').format(check=acceptance.check),
                remedy=_("write the reason; it stands in the report"),
            )


def accept(table: pd.DataFrame, accepted: Sequence[AuditAcceptance]) -> tuple[pd.DataFrame, list[Finding]]:
    """Mark accepted findings; an acceptance that matches none becomes a finding."""
    table = table.assign(accepted=False, reason="")
    unused = []
    for acceptance in accepted:
        fits = table["check"] == acceptance.check
        if acceptance.kode_desa:
            fits &= table["kode_desa"] == acceptance.kode_desa.replace(".", "")
        office = getattr(acceptance, "opd", None)
        if office is not None:
            fits &= table["opd"] == office
        if acceptance.file:
            fits &= table["file"] == acceptance.file
        row = getattr(acceptance, "row", None)
        if row is not None:
            fits &= (table["row"] == row).fillna(value=False)
        if fits.any():
            table.loc[fits, "accepted"] = True
            table.loc[fits, "reason"] = acceptance.reason
        else:
            unused.append(
                Finding(
                    check="audit.unused_acceptance",
                    level="note",
                    message=_('the accepted finding "{check}" does not occur (any more)').format(
                        check=acceptance.check
                    ),
                    remedy=_("take it out of the study file"),
                )
            )
    return table, unused


# Checked values, and the findings of all stages

_LISTED = 8


@dataclass(frozen=True, kw_only=True, repr=False)
class Audit:
    """Result of the audit: findings, completeness and usable values.

    Attributes
    ----------
    findings : pandas.DataFrame
        Columns of :func:`lokus.findings.findings_frame`, and ``accepted`` and ``reason``.
    completeness : pandas.DataFrame of bool
        Villages × needed indicators: whether there is a usable value.
    by_opd : pandas.DataFrame
        One row an OPD: ``indikator``, ``terisi``, ``seharusnya``, ``persen``, ``desa_lengkap``.
    by_village_opd : pandas.DataFrame of float
        Villages × OPD: share of the needed indicators with a value, percent.
    values : pandas.DataFrame
        The villages as given, with the values that cannot be true left empty.
    """

    findings: pd.DataFrame
    completeness: pd.DataFrame
    by_opd: pd.DataFrame
    by_village_opd: pd.DataFrame
    values: pd.DataFrame

    @property
    def blocking(self) -> pd.DataFrame:
        """Blocking findings that are not accepted."""
        return self.findings[(self.findings["level"] == "blocking") & ~self.findings["accepted"]]

    def raise_if_blocked(self) -> None:
        """Raise where a blocking finding is not accepted.

        Raises
        ------
        BlockedError
            A blocking finding is not accepted; the message lists the first ones and how to accept one.
        """
        _raise_blocked(self.blocking, _("{n} findings hold the proposal back:"))

    def _repr_html_(self) -> str:
        columns = ["check", "opd", "file", "row", "message", "remedy"]
        table = self.blocking[columns].to_html(index=False, na_rep="") if len(self.blocking) else ""
        return f"<p>{escape(repr(self))}</p>{table}"

    def __repr__(self) -> str:
        counts = self.findings["level"].value_counts()
        filled = 100.0 * float(self.completeness.to_numpy().mean()) if self.completeness.size else 100.0
        return _(
            "Audit: {blocking} blocking ({open} not accepted), {warnings} warnings, {notes} notes; "
            "{filled:.0f} % complete"
        ).format(
            blocking=counts.get("blocking", 0),
            open=len(self.blocking),
            warnings=counts.get("warning", 0),
            notes=counts.get("note", 0),
            filled=filled,
        )


def hold_report_back(findings: Sequence[Finding], accepted: Sequence[AuditAcceptance]) -> None:
    """Raise where a blocking finding about the data of a report is not accepted.

    Raises
    ------
    BlockedError
        The message lists the first such findings and how to accept one.
    """
    table, _unused = accept(findings_frame(findings), accepted)
    blocking = table[(table["level"] == "blocking") & ~table["accepted"].astype(bool)]
    _raise_blocked(blocking, _("{n} findings hold the report back:"))


def _raise_blocked(blocking: pd.DataFrame, head: str) -> None:
    if blocking.empty:
        return
    lines = [
        f"  - {_named(row['check'])}{_place(row)}{row['message']}"
        for row in blocking.head(_LISTED).to_dict("records")
    ]
    if len(blocking) > _LISTED:
        lines.append("  - " + _("… and {n} more, see the audit sheet").format(n=len(blocking) - _LISTED))
    example = "; ".join(
        f'[[audit.terima]] temuan = "{check}", alasan = "…"' for check in dict.fromkeys(blocking["check"])
    )
    raise BlockedError(
        head.format(n=len(blocking)) + "\n" + "\n".join(lines),
        remedy=_("mend the data, or accept a finding with a reason in the study file: {example}").format(
            example=example
        ),
    )


@dataclass(frozen=True, kw_only=True, repr=False)
class Checked:
    """Values without impossible ones, and the findings of the checks.

    Attributes
    ----------
    values : pandas.DataFrame
        The villages as given, with the values that cannot be true left empty.
    findings : tuple of Finding
        Findings of the checks of values.
    subject : Subject
        The checked data, with names of villages and offices for further findings.
    """

    values: pd.DataFrame
    findings: tuple[Finding, ...]
    subject: Subject

    def __repr__(self) -> str:
        return f"<Checked: {len(self.values)} desa, {len(self.findings)} findings>"


def check_values(
    villages: pd.DataFrame,
    *,
    catalogue: Catalogue,
    owners: Mapping[str, str] | None = None,
    origins: Sequence[Origin] = (),
    previous: pd.DataFrame | None = None,
    reliable_coverage: float = RELIABLE_COVERAGE,
) -> Checked:
    """Check the indicators of the village table; see :func:`audit` for the parameters.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> villages = pd.DataFrame(
    ...     {"stunting": [12.0, 3.0], "diukur": [10.0, 30.0]}, index=["9901012001", "9901012002"]
    ... )
    >>> check_values(villages, catalogue=load_catalogue()).values["stunting"].tolist()
    [nan, 3.0]
    """
    villages = villages.sort_index()
    keys = [str(key) for key in villages.columns if key in catalogue]
    frame = pd.DataFrame(villages[keys]).astype(float)
    subject = Subject(
        frame=frame, names=_names(villages), catalogue=catalogue, owners=owners or {}, origins=origins
    )
    outcomes = [
        check_ranges(subject), check_shares(subject), check_consistency(subject),
        check_coverage(subject, reliable=reliable_coverage),
    ]  # fmt: skip
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    findings += check_identical(subject) + check_outliers(subject)
    if previous is not None:
        findings += check_changes(subject, previous)
    impossible = [cell for outcome in outcomes for cell in outcome.impossible]
    return Checked(values=_without(villages, impossible, subject), findings=tuple(findings), subject=subject)


@dataclass(frozen=True, kw_only=True)
class CompletenessRule:
    """How complete the data of an office must be before there is a proposal.

    Parameters
    ----------
    least : float, optional
        Percent, for every office without its own.
    of_office : mapping of str to float
        Percent, by office.
    beside : tuple of str
        Indicators that count in addition to the needed ones.
    """

    least: float | None = None
    of_office: Mapping[str, float] = field(default_factory=dict)
    beside: tuple[str, ...] = ()

    def of(self, office: str) -> float | None:
        """Return the least completeness of an office, percent; ``None`` where the study states none."""
        return self.of_office.get(office, self.least)


def gather_findings(
    checked: Checked,
    *,
    needed: Sequence[str] = (),
    findings: Iterable[Finding] = (),
    accepted: Sequence[AuditAcceptance] = (),
    rule: CompletenessRule | None = None,
) -> Audit:
    """Combine the findings of all stages with the completeness of the data.

    The parameters are those of :func:`audit`.

    Raises
    ------
    InputError
        An acceptance has no reason.

    Examples
    --------
    >>> from lokus.intake.audit.checks import Subject
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> frame = pd.DataFrame({"sanitasi_layak": [80.0, None]}, index=["9901012001", "9901012002"])
    >>> subject = Subject(frame=frame, names=frame.index.to_series(), catalogue=load_catalogue(), owners={})
    >>> checked = Checked(values=frame, findings=(), subject=subject)
    >>> gather_findings(checked, needed=["sanitasi_layak"]).completeness["sanitasi_layak"].tolist()
    [True, False]
    """
    require_reasons(accepted)
    accepted = [acceptance for acceptance in accepted if not of_evidence(acceptance.check)]
    values, subject = checked.values, checked.subject
    gathered = [*(_owned(finding, subject.origins) for finding in findings), *checked.findings]
    needed = list(dict.fromkeys(needed))
    completeness = _filled(values, needed)
    gathered += _incomplete(subject, completeness)
    if rule is not None:
        gathered += _below_rule(subject, _filled(values, [*needed, *rule.beside]), rule)
    table = _accept_all(gathered, accepted)
    opd = pd.Series({key: subject.opd(key) or _("office unknown") for key in needed}, dtype=object)
    return Audit(
        findings=table,
        completeness=completeness,
        by_opd=_by_opd(completeness, opd),
        by_village_opd=(100.0 * completeness.astype(float).T.groupby(opd).mean().T),
        values=values,
    )


def _accept_all(findings: Iterable[Finding], accepted: Sequence[AuditAcceptance]) -> pd.DataFrame:
    table, unused = accept(findings_frame(findings), accepted)
    if unused:
        table = pd.concat([table, accept(findings_frame(unused), ())[0]], ignore_index=True)
    return table


def add_cautions(
    audited: pd.DataFrame, cautions: Iterable[Finding], accepted: Sequence[AuditAcceptance] = ()
) -> pd.DataFrame:
    """Put what is to be known about rates, scores, types and the list among the findings of the audit.

    Parameters
    ----------
    audited : pandas.DataFrame
        :attr:`Audit.findings`.
    cautions : iterable of Finding
    accepted : sequence of Acceptance
        Those of the study; only acceptances of cautions are looked at, the audit has taken the others.

    Returns
    -------
    pandas.DataFrame
        Columns of `audited`; blocking ones first, then warnings, then notes, the audit's before the cautions.

    Examples
    --------
    >>> nothing = findings_frame([]).assign(accepted=False, reason="")
    >>> apart = Finding(check="evidence.kecamatan_apart", level="warning", message="kecamatan berbeda jauh")
    >>> add_cautions(nothing, [apart])[["check", "accepted"]].to_numpy().tolist()
    [['evidence.kecamatan_apart', False]]
    """
    added = _accept_all(cautions, [one for one in accepted if of_evidence(one.check)])
    if added.empty:
        return audited
    table = pd.concat([audited, added], ignore_index=True) if len(audited) else added
    order = pd.Series(range(len(LEVELS)), index=LEVELS)
    return table.iloc[table["level"].map(order).argsort(kind="stable")].reset_index(drop=True)


def audit(
    villages: pd.DataFrame,
    *,
    catalogue: Catalogue,
    owners: Mapping[str, str] | None = None,
    needed: Sequence[str] = (),
    findings: Iterable[Finding] = (),
    accepted: Sequence[AuditAcceptance] = (),
    origins: Sequence[Origin] = (),
    previous: pd.DataFrame | None = None,
    reliable_coverage: float = RELIABLE_COVERAGE,
    rule: CompletenessRule | None = None,
) -> Audit:
    """Check the village table, and combine the findings with those of boundaries and tables.

    Parameters
    ----------
    villages : pandas.DataFrame
        Village table with its indicators, derived ones included; without ``desa`` and ``kecamatan`` the
        findings name villages by code.
    catalogue : Catalogue
    owners : mapping of indicator key to OPD
        Offices as named in the study; by default those of the tables or the catalogue.
    needed : sequence of str
        Indicators that the proposal needs.
    findings : iterable of Finding
        Those of earlier stages.
    accepted : sequence of Acceptance
        Findings that the study accepts, each with a reason.
    origins : sequence of Origin
        Cells of the given values, ``Joined.origin`` of each table.
    previous : pandas.DataFrame, optional
        Last year's indicators, index ``kode_desa``.
    reliable_coverage : float
        Measurement coverage in percent below which a rate is "belum andal".
    rule : CompletenessRule, optional
        How complete the data of an office must be.

    Returns
    -------
    Audit

    Raises
    ------
    InputError
        An acceptance has no reason.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju"], "kecamatan": ["Sukasari"], "stunting": [12.0], "diukur": [10.0]},
    ...     index=pd.Index(["9901012001"], name="kode_desa"),
    ... )
    >>> result = audit(villages, catalogue=load_catalogue(), needed=["stunting"])
    >>> result.blocking["check"].tolist()
    ['audit.numerator', 'audit.no_data']
    """
    checked = check_values(
        villages,
        catalogue=catalogue,
        owners=owners,
        origins=origins,
        previous=previous,
        reliable_coverage=reliable_coverage,
    )
    return gather_findings(checked, needed=needed, findings=findings, accepted=accepted, rule=rule)


def _names(villages: pd.DataFrame) -> pd.Series:
    if {"desa", "kecamatan"} <= set(villages.columns):
        return villages["desa"].astype(str) + " (" + villages["kecamatan"].astype(str) + ")"
    return pd.Series([format_kode(str(kode)) for kode in villages.index], index=villages.index)


def _owned(finding: Finding, origins: Sequence[Origin]) -> Finding:
    """Add the office to a finding about a table, where it has none."""
    if finding.opd:
        return finding
    place = finding.where.file, finding.where.sheet or ""
    opd = next((origin.opd for origin in origins if (origin.source, origin.sheet) == place), "")
    return replace(finding, opd=opd)


def _without(villages: pd.DataFrame, cells: Iterable[tuple[str, str]], subject: Subject) -> pd.DataFrame:
    """Remove impossible values and values computed from them; other given values stay."""
    out = villages.copy()
    for kode, key in cells:
        computed = [
            name for name in subject.catalogue.derived_from(key) if name in out and not subject.given(name)
        ]
        out.loc[kode, [key, *computed]] = np.nan
    return out


def _incomplete(subject: Subject, completeness: pd.DataFrame) -> list[Finding]:
    findings = []
    for key in map(str, completeness.columns):
        absent = completeness.index[~completeness[key].to_numpy()]
        if not len(absent):
            continue
        label, total = subject.catalogue[key].label, len(completeness)
        opd = subject.opd(key) or _("the office")
        if len(absent) == total:
            findings.append(
                subject.finding(
                    "audit.no_data",
                    "blocking",
                    key=key,
                    message=_("{label}: no data yet for any village").format(label=label),
                    remedy=_("ask {opd} for the data, or take the indicator out of the study").format(
                        opd=opd
                    ),
                )
            )
            continue
        names = ", ".join(subject.names[absent[:_LISTED]]) + (", …" if len(absent) > _LISTED else "")
        findings.append(
            subject.finding(
                "audit.incomplete",
                "warning",
                key=key,
                message=_("{label}: no data yet for {n} of {total} villages: {names}").format(
                    label=label, n=len(absent), total=total, names=names
                ),
                remedy=_("ask {opd} to complete the data").format(opd=opd),
            )
        )
    return findings


def _filled(values: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return villages × indicators: whether there is a usable value."""
    return pd.DataFrame(
        {key: values[key].notna() if key in values else False for key in dict.fromkeys(keys)},
        index=values.index,
        dtype=bool,
    )


def _below_rule(subject: Subject, completeness: pd.DataFrame, rule: CompletenessRule) -> list[Finding]:
    """Report offices with data less complete than required; each holds the proposal back."""
    offices = {str(key): subject.opd(str(key)) or _("office unknown") for key in completeness}
    opd = pd.Series(list(offices.values()), index=list(offices), dtype=object)
    findings = []
    for office, row in _by_opd(completeness, opd).iterrows():
        least = rule.of(str(office))
        if least is None or not row["persen"] < least:
            continue
        findings.append(
            Finding(
                check="audit.below_minimum",
                level="blocking",
                opd=str(office),
                message=_(
                    "{office}: {filled} of {due} values are there ({share} %), at least {least} % are asked"
                ).format(
                    office=office,
                    filled=format_number(row["terisi"]),
                    due=format_number(row["seharusnya"]),
                    share=format_number(row["persen"], decimals=1),
                    least=format_number(least, decimals=1),
                ),
                remedy=_(
                    "ask {office} to complete the data (lokus audit --permintaan writes the letter), change "
                    "[kelengkapan], or accept it: {example}"
                ).format(
                    office=office,
                    example='[[audit.terima]] temuan = "audit.below_minimum", '
                    f'opd = "{office}", alasan = "…"',
                ),
            )
        )
    return findings


def _by_opd(completeness: pd.DataFrame, opd: pd.Series) -> pd.DataFrame:
    rows = []
    for name, keys in opd.groupby(opd).groups.items():
        part = completeness[list(keys)]
        rows.append(
            {
                "opd": name,
                "indikator": len(keys),
                "terisi": int(part.to_numpy().sum()),
                "seharusnya": part.size,
                "persen": 100.0 * float(part.to_numpy().mean()) if part.size else np.nan,
                "desa_lengkap": int(part.all(axis=1).sum()),
            }
        )
    columns = ["opd", "indikator", "terisi", "seharusnya", "persen", "desa_lengkap"]
    return pd.DataFrame(rows, columns=columns).set_index("opd").sort_index()


def _named(check: str) -> str:
    """Return the label of a check with its key for the study file."""
    label = check_label(check)
    return f"{label}: " if label else ""


def _place(row: Mapping[Any, Any]) -> str:
    parts = [
        str(row["file"]),
        str(row["sheet"]),
        _("row {}").format(row["row"]) if pd.notna(row["row"]) else "",
        str(row["column"]),
    ]
    text = ", ".join(part for part in parts if part)
    return f"{text}: " if text else ""
