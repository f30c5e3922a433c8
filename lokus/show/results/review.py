"""What the review of last year's list tells, gathered for workbook, slides, report and atlas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from lokus.evidence.change.change import FALLS, RISES, UNSURE
from lokus.i18n import gettext as _
from lokus.show.charts.falls import FALL_COLUMNS
from lokus.show.results.text import MASKED

if TYPE_CHECKING:
    from lokus.choice.review.effect import Effect
    from lokus.choice.review.history import History
    from lokus.choice.review.review import Review
    from lokus.evidence.change.change import Change
    from lokus.evidence.change.expected_fall import ExpectedFall

__all__ = ["STATUSES", "ReviewMaterial", "direction_texts"]

_OF_THE_LIST = ("desa", "kecamatan", "nomor", "prevalensi")  # stated by this year's list alone
STATUSES = ("tetap", "masuk", "keluar", "lulus")  # of a village that is on either list


def direction_texts(change: pd.DataFrame) -> list[str]:
    """Say in which direction each village's rate went, as far as that is sure.

    Where the measured rate went the other way, that is said with it.

    Parameters
    ----------
    change : pandas.DataFrame
        ``arah`` and, where the public may see it, ``perubahan_mentah`` (points). A text in ``arah`` that is
        none of the three words stays.

    Examples
    --------
    >>> change = pd.DataFrame({"arah": ["turun", "turun", "belum pasti"], "perubahan_mentah": [-4, 0.5, 2]})
    >>> direction_texts(change)
    ['turun', 'turun, meskipun angka terukur naik', 'belum pasti']
    """
    words = {FALLS: _("falling"), RISES: _("rising"), UNSURE: _("not settled")}
    other = {FALLS: _(", although the measured rate rose"), RISES: _(", although the measured rate fell")}
    counted = (
        change["perubahan_mentah"] if "perubahan_mentah" in change else pd.Series(0.0, index=change.index)
    )
    texts = []
    for word, points in zip(change["arah"].fillna(""), counted.astype(float), strict=True):
        against = (word == FALLS and points > 0) or (word == RISES and points < 0)
        texts.append(words.get(word, str(word)) + (other[word] if against else ""))
    return texts


@dataclass(frozen=True, kw_only=True, repr=False)
class ReviewMaterial:
    """The review; a part that is ``None`` is left out.

    Parameters
    ----------
    year : int
        Year of the earlier list.
    table : pandas.DataFrame
        One row a village of this year, index ``kode_desa``: ``status_reviu``, and where known ``tahun_lokus``
        (years on the list up to the earlier one), ``peluang_lulus`` (0–1), ``sebab``, ``keterangan`` and
        ``selisih_*`` (score 0–1, by cause).
    left : pandas.DataFrame, optional
        Villages of the earlier list that no longer exist: ``desa``, ``kecamatan``, ``keterangan``.
    change : pandas.DataFrame, optional
        ``Change.table``: rates of both years in percent, changes in points.
    counts : pandas.DataFrame, optional
        ``Change.counts``: children of both years. Never shown; the public version is masked by it.
    effect : Effect, optional
        What having been lokus did.
    no_effect : str
        Why there is no effect to tell, in words.
    fall : ExpectedFall, optional
        Fall of the earlier list and what was to be expected of it; without it that of `effect`.
    history : History, optional
        Lists of several years.
    realisation : pandas.DataFrame, optional
        Last year's activities, index ``kode_desa``: ``kegiatan``, ``selesai``, ``persen_selesai`` …, as
        :func:`lokus.followup.calendar.realisation_by_village` gives them.
    level : float
        Coverage of the intervals, 0–1.
    """

    year: int
    table: pd.DataFrame
    left: pd.DataFrame | None = None
    change: pd.DataFrame | None = None
    counts: pd.DataFrame | None = None
    effect: Effect | None = None
    no_effect: str = ""
    fall: ExpectedFall | None = None
    history: History | None = None
    realisation: pd.DataFrame | None = None
    level: float = 0.9

    @classmethod
    def of(
        cls,
        review: Review,
        *,
        year: int,
        change: Change | None = None,
        effect: Effect | None = None,
        no_effect: str = "",
        fall: ExpectedFall | None = None,
        history: History | None = None,
        realisation: pd.DataFrame | None = None,
    ) -> ReviewMaterial:
        """Gather what the stages of the review gave."""
        return cls(
            year=year, table=review.table, left=review.left if len(review.left) else None,
            change=change.table if change else review.change, counts=change.counts if change else None,
            effect=effect, no_effect=no_effect, fall=fall, history=history, realisation=realisation,
            level=change.level if change else 0.9,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"ReviewMaterial({self.year}, {dict(self.numbers)})"

    @property
    def numbers(self) -> Mapping[str, int]:
        """How many villages stay, come in, go out and graduate."""
        counted = self.table["status_reviu"].value_counts()
        return {status: int(counted.get(status, 0)) for status in STATUSES}

    @property
    def expected(self) -> ExpectedFall | None:
        """Fall of the earlier list beside the expected one, without an effect of being on it."""
        return self.fall or (self.effect.expected if self.effect else None)

    @property
    def several_years(self) -> bool:
        """Whether lists of more than one earlier year are known."""
        return self.history is not None and self.history.lists.shape[1] > 1

    def rows(self, results: pd.DataFrame) -> pd.DataFrame:
        """Villages of either list with everything known of them.

        Parameters
        ----------
        results : pandas.DataFrame
            Results table: names, and numbers on this year's list.

        Returns
        -------
        pandas.DataFrame
            Index ``kode_desa``, those that stay first, then by number on the list and code; columns of
            `table`, `change` and `realisation` beside ``desa``, ``kecamatan``, ``nomor`` and the one
            ``prevalensi`` of this year.
        """
        either = self.table[self.table["status_reviu"].isin(STATUSES)]
        named = results[[name for name in _OF_THE_LIST if name in results]]
        rows = named.reindex(either.index).join(either.drop(columns=named.columns, errors="ignore"))
        if MASKED in either or MASKED in results:
            of_results = results[MASKED] if MASKED in results else pd.Series("", index=results.index)
            of_review = either[MASKED] if MASKED in either else pd.Series("", index=either.index)
            both = zip(of_results.reindex(either.index).fillna(""), of_review.fillna(""), strict=True)
            rows[MASKED] = [", ".join(part for part in pair if part) for pair in both]
        for part in (self.change, self.realisation):
            if part is not None:
                rows = rows.join(part.drop(columns=rows.columns, errors="ignore"))
        if {"sebab", "keterangan"} <= set(rows):
            rows["keterangan"] = rows["keterangan"].where(rows["keterangan"] != rows["sebab"], "")
        order = rows["status_reviu"].map({status: place for place, status in enumerate(STATUSES)})
        number = rows["nomor"].astype("Float64") if "nomor" in rows else pd.Series(pd.NA, index=rows.index)
        keys = pd.DataFrame({"order": order, "number": number, "kode": rows.index}, index=rows.index)
        return rows.loc[keys.sort_values(["order", "number", "kode"], na_position="last").index]

    def falls(self, results: pd.DataFrame) -> pd.DataFrame | None:
        """Villages of the earlier list as :func:`lokus.show.charts.falls.draw_falls` takes them."""
        if self.change is None or not {"mentah_lalu", "mentah_kini"} <= set(self.change):
            return None
        rows = self.rows(results)
        before = rows[rows["status_reviu"].isin(("tetap", "keluar", "lulus"))]
        known = before[before["mentah_lalu"].notna() | before["mentah_kini"].notna()]
        return known[list(FALL_COLUMNS)] if len(known) else None
