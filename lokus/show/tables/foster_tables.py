"""Tables of the register of foster parents: the kabupaten by period, each kecamatan, each village."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.tables.table import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from lokus.followup.foster_parents import FosterParents

__all__ = ["foster_kecamatan_table", "foster_tables", "foster_total_table", "foster_villages_table"]


def foster_tables(found: FosterParents | None, *, villages: bool = True) -> tuple[Table, ...]:
    """Tables of the register that have rows; none where nothing came in.

    Parameters
    ----------
    found : FosterParents or None
    villages : bool
        With the table of all villages.

    Examples
    --------
    >>> foster_tables(None)
    ()
    """
    if found is None or not found.periods:
        return ()
    tables = (foster_total_table(found), foster_kecamatan_table(found))
    return (*tables, foster_villages_table(found)) if villages else tables


def foster_total_table(found: FosterParents) -> Table:
    """Set out the kabupaten, period by period.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.followup.foster_parents import foster_parents
    >>> villages = pd.DataFrame({"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "1"}, index=["11"])
    >>> rows = pd.DataFrame({"kode_desa": ["11"], "periode": ["Tahun 2026"], "jenis": "nutrisi"})
    >>> rows[["berjanji", "memberi", "anak", "kunjungan"]] = 6.0
    >>> found = foster_parents(rows, villages, expected=pd.Series({"11": 9.0}), periods=["Tahun 2026"])
    >>> foster_total_table(found).rows
    (('Tahun 2026', '1 dari 1', '6', '6', '6', '6', '9', '3'),)
    """
    return Table.of(
        Column.text(_("Period"), found.total.index, width=24),
        _reported(found.total),
        *_counts(found, found.total),
        title=_("Foster parents"),
        lead=_("Numbers as they stand at the end of a period; periods are not added up. {kinds}.").format(
            kinds=_kinds(found)
        ),
        notes=_notes(found),
    )


def foster_kecamatan_table(found: FosterParents) -> Table:
    """Set out each kecamatan in the last period.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.followup.foster_parents import foster_parents
    >>> villages = pd.DataFrame({"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "1"}, index=["11"])
    >>> rows = pd.DataFrame({"kode_desa": ["11"], "periode": ["Tahun 2026"], "jenis": "nutrisi"})
    >>> rows[["berjanji", "memberi", "anak", "kunjungan"]] = 6.0
    >>> found = foster_parents(rows, villages, expected=pd.Series({"11": 9.0}), periods=["Tahun 2026"])
    >>> foster_kecamatan_table(found).rows[0][:3]
    ('Air', '1 dari 1', '6')
    """
    rows = _last(found, found.by_kecamatan)
    return Table.of(
        Column.text(_("Kecamatan"), rows["kecamatan"], width=24),
        _reported(rows),
        *_counts(found, rows),
        title=_("Foster parents by kecamatan, {period}").format(period=found.periods[-1]),
    )


def foster_villages_table(found: FosterParents, *, kecamatan: str = "") -> Table:
    """Set out each village in the last period, those with the largest gap first.

    Parameters
    ----------
    found : FosterParents
    kecamatan : str
        Code of one kecamatan; empty for all.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.followup.foster_parents import foster_parents
    >>> villages = pd.DataFrame({"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "1"}, index=["11"])
    >>> rows = pd.DataFrame({"kode_desa": ["11"], "periode": ["Tahun 2026"], "jenis": "nutrisi"})
    >>> rows[["berjanji", "memberi", "anak", "kunjungan"]] = 6.0
    >>> found = foster_parents(rows, villages, expected=pd.Series({"11": 9.0}), periods=["Tahun 2026"])
    >>> foster_villages_table(found).rows
    (('Air', 'Alai', 'tidak', '6', '6', '6', '6', '9', '3', 'nutrisi'),)
    """
    rows = _last(found, found.by_village)
    if kecamatan:
        rows = rows[rows["kode_kecamatan"].astype(str) == kecamatan]
    rows = rows.assign(_first=-rows["belum"].fillna(-1.0), _kode=rows.index)
    rows = rows.sort_values(["_first", "_kode"], kind="stable")
    return Table.of(
        None if kecamatan else Column.text(_("Kecamatan"), rows["kecamatan"], width=20),
        Column.text(_("Village"), rows["desa"], width=22),
        Column.text(_("Lokus"), [_("yes") if inside else _("no") for inside in rows["lokus"]], width=8),
        *_counts(found, rows),
        Column.text(_("Kinds of help"), [kinds or "–" for kinds in rows["jenis"]], width=34, wrap=True),
        title=_("Foster parents village by village, {period}").format(period=found.periods[-1]),
    )


def _last(found: FosterParents, frame: pd.DataFrame) -> pd.DataFrame:
    period = frame.index.get_level_values("periode")
    return frame[period == found.periods[-1]].droplevel("periode")


def _reported(rows: pd.DataFrame) -> Column:
    texts = [
        _("{n} of {all}").format(n=format_number(n), all=format_number(every))
        for n, every in zip(rows["melapor"], rows["desa"], strict=True)
    ]
    return Column.text(_("Villages that reported"), texts, width=14, right=True)


def _counts(found: FosterParents, rows: pd.DataFrame) -> list[Column]:
    heads = {
        "berjanji": _("Foster parents who pledged"),
        "memberi": _("of them gave"),
        "anak": _("Children reached"),
        "kunjungan": _("Visits"),
    }
    gaps = {} if found.public else {
        "perkiraan": _("Stunted children (estimated)"), "belum": _("Not yet reached"),
    }  # fmt: skip
    return [
        Column.number(
            head, rows[name], missing=True, width=14,
            masked=rows[f"{name}_disamarkan"].to_numpy(dtype=bool) if f"{name}_disamarkan" in rows else (),
        )
        for name, head in {**heads, **gaps}.items()
    ]  # fmt: skip


def _kinds(found: FosterParents) -> str:
    last = found.periods[-1]
    if last not in found.kinds.index.get_level_values("periode"):
        return _("Kinds of help are not stated")
    kinds = found.kinds.xs(last, level="periode")["desa"].sort_values(ascending=False, kind="stable")
    named = [_("{kind} in {n} villages").format(kind=kind, n=format_number(n)) for kind, n in kinds.items()]
    return _("Kinds of help in {period}: {kinds}").format(period=last, kinds=", ".join(named))


def _notes(found: FosterParents) -> tuple[str, ...]:
    if found.public:
        return (_("Counts below 5, and totals that would tell them, are masked."),)
    return (
        _(
            "Not yet reached: the estimate of a village less the children reached, of villages that "
            "reported; more than estimated in one village closes no gap of another."
        ),
    )
