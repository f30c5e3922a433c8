"""Findings that a study accepts, each with the reason that will stand in the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lokus.errors import InputError
from lokus.findings import Finding
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Acceptance", "AuditAcceptance", "accept", "require_reasons"]


class AuditAcceptance(Protocol):
    """Anything that names a finding and a reason for accepting it."""

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
        Stands in the report.
    kode_desa, file, row : optional
        Accept only the findings of this village, file or spreadsheet row.
    """

    check: str
    reason: str
    kode_desa: str | None = None
    file: str | None = None
    row: int | None = None


def require_reasons(accepted: Sequence[AuditAcceptance]) -> None:
    """Refuse an acceptance without a reason.

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
    """Mark accepted findings; an acceptance that fits none is a finding of its own."""
    table = table.assign(accepted=False, reason="")
    unused = []
    for acceptance in accepted:
        fits = table["check"] == acceptance.check
        if acceptance.kode_desa:
            fits &= table["kode_desa"] == acceptance.kode_desa.replace(".", "")
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
