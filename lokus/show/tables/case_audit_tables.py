"""Tables of the returned case audit: causes and what became of the advice, without names or small counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.show.tables.table import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from lokus.followup.audit_returns import AuditReturns

__all__ = [
    "case_audit_kecamatan_table",
    "case_audit_tables",
    "case_audit_total_table",
    "case_audit_villages_table",
]


def case_audit_tables(found: AuditReturns | None, *, villages: bool = True) -> tuple[Table, ...]:
    """Tables of the audit that have rows; none where nothing came back.

    Parameters
    ----------
    found : AuditReturns or None
    villages : bool
        With the table of all villages.

    Examples
    --------
    >>> case_audit_tables(None)
    ()
    """
    if found is None or found.total.empty:
        return ()
    tables = (case_audit_total_table(found), case_audit_kecamatan_table(found))
    return (*tables, case_audit_villages_table(found)) if villages else tables


def case_audit_total_table(found: AuditReturns) -> Table:
    """Set out the causes in the kabupaten.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.followup.audit_returns import audit_returns
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> village = pd.DataFrame({"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "1"}, index=["11"])
    >>> rows = {"kode_desa": ["11"], "sebab": "air_layak", "kasus": 7, "rekomendasi": "", "status": "selesai"}
    >>> rows = pd.DataFrame(rows)
    >>> case_audit_total_table(audit_returns(rows, village, load_catalogue())).rows
    (('Akses air minum layak', '7', '1', '1'),)
    """
    return Table.of(
        *_columns(found.total),
        title=_("Results of the case audit"),
        lead=str(found),
        notes=_notes(),
    )


def case_audit_kecamatan_table(found: AuditReturns, *, kecamatan: str = "") -> Table:
    """Set out the causes in each kecamatan that returned anything.

    Parameters
    ----------
    found : AuditReturns
    kecamatan : str
        Code of one kecamatan; empty for all.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.followup.audit_returns import audit_returns
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> village = pd.DataFrame({"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "1"}, index=["11"])
    >>> rows = {"kode_desa": ["11"], "sebab": "air_layak", "kasus": 2, "rekomendasi": "…", "status": "belum"}
    >>> rows = pd.DataFrame(rows)
    >>> case_audit_kecamatan_table(audit_returns(rows, village, load_catalogue())).rows
    (('Air', 'Akses air minum layak', 'disamarkan', '1', '0'),)
    """
    rows = found.by_kecamatan
    if kecamatan:
        rows = rows[rows.index.get_level_values("kode_kecamatan").astype(str) == kecamatan]
    return Table.of(
        None if kecamatan else Column.text(_("Kecamatan"), rows["kecamatan"], width=22),
        *_columns(rows),
        title=_("Results of the case audit") if kecamatan else _("Results of the case audit by kecamatan"),
        notes=_notes() if kecamatan else (),
    )


def case_audit_villages_table(found: AuditReturns, *, kecamatan: str = "") -> Table:
    """Set out the causes in each village that returned anything.

    Parameters
    ----------
    found : AuditReturns
    kecamatan : str
        Code of one kecamatan; empty for all.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.followup.audit_returns import audit_returns
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> village = pd.DataFrame({"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "1"}, index=["11"])
    >>> rows = {"kode_desa": ["11"], "sebab": "air_layak", "kasus": 9, "rekomendasi": "…", "status": "belum"}
    >>> rows = pd.DataFrame(rows)
    >>> case_audit_villages_table(audit_returns(rows, village, load_catalogue()), kecamatan="1").rows
    (('Alai', 'Akses air minum layak', '9', '1', '0'),)
    """
    rows = found.by_village
    if kecamatan:
        rows = rows[rows["kode_kecamatan"].astype(str) == kecamatan]
    return Table.of(
        None if kecamatan else Column.text(_("Kecamatan"), rows["kecamatan"], width=22),
        Column.text(_("Village"), rows["desa"], width=22),
        *_columns(rows),
        title=_("Results of the case audit village by village"),
    )


def _notes() -> tuple[str, ...]:
    return (
        _("Cases of a cause: a person may have several, so that causes are not added up."),
        _("Counts below 5, and totals that would tell them, are masked."),
    )


def _columns(rows: pd.DataFrame) -> list[Column]:
    masked = rows["disamarkan"].to_numpy(dtype=bool)
    return [
        Column.text(_("Cause"), rows["indikator"], width=62, wrap=True),
        Column.number(_("Cases"), rows["kasus"], missing=True, masked=masked),
        Column.number(_("Recommendations"), rows["anjuran"], width=16),
        Column.number(_("of them done"), rows["selesai"]),
    ]
