"""The columns that say which village a row is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.places.kode import format_kode
from lokus.show.cells import Column

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["place_columns"]


def place_columns(places: pd.DataFrame) -> list[Column]:
    """Code, kecamatan and village.

    Parameters
    ----------
    places : DataFrame, index ``kode_desa``
        ``kecamatan`` and ``desa``.
    """
    return [
        Column(head=_("Code"), values=[format_kode(str(kode)) for kode in places.index], width=16),
        Column(head=_("Kecamatan"), values=places["kecamatan"], width=22),
        Column(head=_("Village"), values=places["desa"], width=26),
    ]
