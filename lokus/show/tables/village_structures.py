"""Tables of the structures of villages: how many have each, and which do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.show.tables.table import Column, Table

if TYPE_CHECKING:
    from lokus.followup.structures import Structures

__all__ = ["lacking_table", "structure_tables", "structures_table"]


def structure_tables(structures: Structures | None) -> tuple[Table, ...]:
    """Give how many villages have each structure, and which lokus lack one; none without structures.

    Examples
    --------
    >>> structure_tables(None)
    ()
    """
    if structures is None:
        return ()
    lacking = lacking_table(structures, lokus_only=True)
    return (structures_table(structures), *([lacking] if len(lacking) else []))


def structures_table(structures: Structures, *, kecamatan: str = "") -> Table:
    """In how many villages each structure is there, is not, or is not known.

    Parameters
    ----------
    structures : Structures
    kecamatan : str
        Code of one kecamatan; empty for the kabupaten, with the lokus beside it.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.followup.structures import village_structures
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> village = pd.DataFrame(
    ...     {"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "990101", "posyandu": [0.0]}, index=["1"]
    ... )
    >>> structures_table(village_structures(village, ["posyandu"], load_catalogue())).rows
    (('Posyandu', 'Dinas Kesehatan', '0', '1', '0', '0'),)
    """
    table = structures.table
    parts = structures.by_kecamatan.reset_index()
    own = parts[parts["kode_kecamatan"] == kecamatan].set_index("kunci").reindex(table.index)
    counts = own if kecamatan else table
    return Table.of(
        Column.text(_("Structure"), table["struktur"], width=40),
        Column.text(_("Office (OPD)"), table["opd"], width=24),
        Column.number(_("Villages that have it"), counts["ada"]),
        Column.number(_("Villages without it"), counts["belum"]),
        None if kecamatan else Column.number(_("Lokus without it"), table["belum_lokus"]),
        Column.number(_("Villages of which it is not known"), counts["belum_ada_data"]),
        title=_("Structures of the villages"),
        lead=_("Not known is neither there nor lacking: ask the office."),
    )


def lacking_table(structures: Structures, *, kecamatan: str = "", lokus_only: bool = False) -> Table:
    """Which structure is to be set up in which village, the lokus first.

    Parameters
    ----------
    structures : Structures
    kecamatan : str
        Code of one kecamatan; empty for all.
    lokus_only : bool
        Without villages that are not on the list.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.followup.structures import village_structures
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> village = pd.DataFrame(
    ...     {"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "990101", "posyandu": [0.0]}, index=["1"]
    ... )
    >>> lacking_table(village_structures(village, ["posyandu"], load_catalogue())).rows
    (('Air', 'Alai', 'tidak', 'Posyandu', 'Dinas Kesehatan'),)
    """
    rows = structures.lacking
    if kecamatan:
        rows = rows[rows["kode_kecamatan"] == kecamatan]
    if lokus_only:
        rows = rows[rows["lokus"]]
    inside = [_("yes") if one else _("no") for one in rows["lokus"]]
    return Table.of(
        None if kecamatan else Column.text(_("Kecamatan"), rows["kecamatan"], width=20),
        Column.text(_("Village"), rows["desa"], width=22),
        None if lokus_only else Column.text(_("Lokus"), inside, width=8),
        Column.text(_("To be set up"), rows["struktur"], width=40),
        Column.text(_("Office (OPD)"), rows["opd"], width=24),
        title=_("Structures to be set up in the lokus") if lokus_only else _("Structures to be set up"),
    )
