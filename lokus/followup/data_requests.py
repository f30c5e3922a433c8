"""List the values that the study needs and does not have, by office."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from lokus.followup.gaps import Measure

__all__ = ["REQUEST_COLUMNS", "missing_values"]

REQUEST_COLUMNS = (
    "kode_desa", "desa", "kecamatan", "lokus", "opd", "kunci", "indikator", "satuan", "nilai_ditolak",
)  # fmt: skip


def missing_values(
    villages: pd.DataFrame,
    wanted: Sequence[str],
    catalogue: Mapping[str, Measure],
    *,
    owners: Mapping[str, str],
    given: pd.DataFrame | None = None,
    lokus: Collection[str] = (),
) -> pd.DataFrame:
    """List every needed value that is missing.

    Parameters
    ----------
    villages : pandas.DataFrame
        Index ``kode_desa``: ``desa``, ``kecamatan`` and the indicators as far as they are usable; an
        indicator without a column is missing everywhere.
    wanted : sequence of str
        Indicator keys.
    catalogue : mapping of indicator key to Indicator
    owners : mapping of indicator key to str
        Offices as named in the study; by default those of the catalogue.
    given : pandas.DataFrame, optional
        Values before the checks, so that the office sees a value that was rejected.
    lokus : collection of str
        Codes of the proposed villages.

    Returns
    -------
    pandas.DataFrame
        One row a missing value, columns ``REQUEST_COLUMNS``, by office, village and indicator as `wanted`
        orders them. ``nilai_ditolak`` is the rejected value, NaN where none was given.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Alai", "Lembak"], "kecamatan": "Lembak", "sanitasi_layak": [55.0, None]},
    ...     index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    ... )
    >>> rows = missing_values(villages, ["sanitasi_layak"], load_catalogue(), owners={})
    >>> rows[["desa", "opd", "kunci"]].values.tolist()
    [['Lembak', 'Dinas PUPR', 'sanitasi_layak']]
    """
    parts = []
    for place, key in enumerate(dict.fromkeys(wanted)):
        present = villages[key].notna() if key in villages else pd.Series(False, index=villages.index)
        absent = villages.index[~present.to_numpy(dtype=bool)]
        item = catalogue[key]
        refused = (
            given[key].reindex(absent).astype(float)
            if given is not None and key in given
            else pd.Series(float("nan"), index=absent)
        )
        parts.append(
            pd.DataFrame(
                {
                    "kode_desa": absent.astype(str),
                    "desa": villages["desa"].reindex(absent).to_numpy(),
                    "kecamatan": villages["kecamatan"].reindex(absent).to_numpy(),
                    "lokus": absent.isin(list(lokus)),
                    "opd": owners.get(key) or item.owner,
                    "kunci": key,
                    "indikator": item.label,
                    "satuan": "%" if item.is_share else "",
                    "nilai_ditolak": refused.to_numpy(),
                    "_place": place,
                }
            )
        )
    if not parts:
        return pd.DataFrame(columns=list(REQUEST_COLUMNS))
    rows = pd.concat(parts, ignore_index=True).sort_values(["opd", "kode_desa", "_place"], kind="stable")
    return rows[list(REQUEST_COLUMNS)].reset_index(drop=True)
