"""The public version of the review and of the follow-up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.i18n import gettext as _
from lokus.show.texts import MASKED, MASKED_PARTS, MASKED_REVIEW, is_masked

if TYPE_CHECKING:
    from lokus.followup.interventions import Interventions
    from lokus.show.review_material import ReviewMaterial

__all__ = ["public_interventions", "public_review"]

# A measured rate is a count over a count. Estimates are published, as those of one year are.
_MEASURED = ("mentah_lalu", "mentah_kini", "perubahan_mentah", "harapan_perubahan")
_STATED = ("status_reviu", "daftar_lalu", "daftar_kini", "tahun_lokus", "lulus", "perlu_diperiksa")
_NEEDS = ("nilai", "kekurangan", "kebutuhan", "kebutuhan_ambang")
_TEXTS = ("sebab", "keterangan")


def public_review(
    review: ReviewMaterial | None, results: pd.DataFrame, *, threshold: int
) -> ReviewMaterial | None:
    """Give what may be published of a review.

    Parameters
    ----------
    review : ReviewMaterial or None
    results : pandas.DataFrame
        The public results; where their parts of the score are masked, so is the review.
    threshold : int
        Counts of people from 1 to below it are masked, those of either year.

    Returns
    -------
    ReviewMaterial or None
        Status and years of every village. Measured rates of villages are left out. Changes, causes and words
        are masked where a count of either year is small or masked already, and everywhere when the counts
        of the earlier year are unknown. Activities of fewer than `threshold` villages stay: they count work,
        not people.
    """
    if review is None:
        return None
    hidden = pd.Series(is_masked(results, MASKED_PARTS), index=results.index)
    if review.counts is None:
        hidden[:] = True
    else:
        counts = review.counts.reindex(results.index)
        hidden |= ((counts > 0) & (counts < threshold)).any(axis=1)
    table = _hide(review.table, hidden)
    table[MASKED] = np.where(hidden.reindex(table.index, fill_value=True), MASKED_REVIEW, "")
    change = None if review.change is None else review.change.drop(columns=list(_MEASURED), errors="ignore")
    if change is not None:
        change = _hide(change, hidden)
    return replace(review, table=table, change=change, counts=None)


def _hide(frame: pd.DataFrame, hidden: pd.Series[bool]) -> pd.DataFrame:
    masked = hidden.reindex(frame.index, fill_value=True)
    shown = frame.copy()
    for name in shown:
        if name in _TEXTS:
            shown[name] = shown[name].where(~masked, _("masked"))
        elif name not in (*_STATED, "desa", "kecamatan", "dua_tahun"):
            shown[name] = shown[name].astype("Float64").astype(float).mask(masked)
    return shown


def public_interventions(found: Interventions | None) -> Interventions | None:
    """Give who acts where, without the values behind it and the number of those concerned."""
    if found is None:
        return None
    return replace(found, details=found.details.assign(**dict.fromkeys(_NEEDS, np.nan)))
