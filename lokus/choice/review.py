"""Annual review: last year's decided list against this year's, and why each village moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

import numpy as np
import pandas as pd

from lokus.choice.cause_words import MOVED, Narrator
from lokus.choice.causes import Causes
from lokus.choice.evaluator import FACTORS
from lokus.choice.problem import RuleError
from lokus.choice.review_table import (
    ENTERS,
    GRADUATES,
    LEAVES,
    NEVER,
    STATUSES,
    STAYS,
    add_graduation,
    add_origin,
    add_outside,
    notes,
    status,
    villages_left,
)
from lokus.choice.selection import Selection
from lokus.evidence.errors import name_some
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["STATUSES", "Review", "review"]

TOTAL = "Jumlah"
NOISE = 1e-9
SPLIT = ("jarak_lalu", "jarak_kini", "selisih", *(f"selisih_{name}" for name in FACTORS))
CHANGE = ("mentah_lalu", "mentah_kini", "perubahan_mentah", "harapan_perubahan", "perubahan", "peluang_turun")


@dataclass(frozen=True, kw_only=True)
class Review:
    """What became of last year's list.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted), one row a village of this year
        ``desa``, ``kecamatan``; ``status_reviu``: "tetap", "masuk", "keluar", "lulus" (off the list because
        it graduated) or "tidak" (on neither list); ``daftar_lalu``, ``daftar_kini``; ``tahun_lokus``, years
        on the list up to last year, consecutive (0 for others, missing where unknown); ``peluang_lulus``
        (0–1, of villages on last year's list), ``lulus``; ``sebab``, the main cause in words;
        ``jarak_lalu``, ``jarak_kini``, ``selisih``, ``selisih_*`` as in
        :class:`lokus.choice.causes.Causes`; ``perlu_diperiksa``; ``keterangan``.
    left : DataFrame, index ``kode_desa``
        Villages of last year's list that no longer exist: ``desa``, ``kecamatan`` (missing where unknown),
        ``keterangan``.
    causes : Causes
    change : DataFrame or None
        The estimated change of the rates, as given.
    """

    table: pd.DataFrame
    left: pd.DataFrame
    causes: Causes = field(repr=False)
    change: pd.DataFrame | None = field(default=None, repr=False)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Villages by kecamatan and what became of them: "tetap", "masuk", "keluar", "lulus".

        Kecamatan with none of these are left out; the last row, "Jumlah", is the sum.
        """
        moved = self.table[self.table["status_reviu"] != NEVER]
        counts = pd.crosstab(moved["kecamatan"], moved["status_reviu"])
        counts = counts.reindex(columns=list(STATUSES[:-1]), fill_value=0).sort_index()
        counts.columns.name = None
        counts.loc[TOTAL] = counts.sum()
        return counts.astype(int)

    @cached_property
    def moves(self) -> pd.DataFrame:
        """The villages that came in, went out or graduated, with the cause; sorted by that, then by code.

        Columns of `table` that say why, and, with an estimated change, the observed change of the raw rate
        (points) beside what last year's data alone foretold: regression to the mean and the general trend.
        """
        order = {status: place for place, status in enumerate(MOVED)}
        moved = self.table[self.table["status_reviu"].isin(MOVED)]
        moved = moved.iloc[np.argsort(moved["status_reviu"].map(order), kind="stable")]
        columns = ["desa", "kecamatan", "status_reviu", "tahun_lokus", "peluang_lulus", "sebab", *SPLIT[2:]]
        out = moved[[*columns, "perlu_diperiksa", "keterangan"]]
        if self.change is None:
            return out
        extra = [name for name in CHANGE if name in self.change]
        return out.join(self.change[extra])

    @property
    def sentence(self) -> str:
        """The review in one sentence, in the language in force."""
        count = self.table["status_reviu"].value_counts()
        listed = int(self.table["daftar_lalu"].sum()) + len(self.left)
        parts = [
            _(
                "{n} lokus last year: {stay} stay, {leave} go out, {graduate} graduate; {enter} come in"
            ).format(
                n=format_number(listed),
                stay=format_number(count.get(STAYS, 0)),
                leave=format_number(count.get(LEAVES, 0)),
                graduate=format_number(count.get(GRADUATES, 0)),
                enter=format_number(count.get(ENTERS, 0)),
            )
        ]
        if len(self.left):
            parts.append(_("{n} no longer exist").format(n=format_number(len(self.left))))
        check = int(self.table["perlu_diperiksa"].sum())
        if check:
            parts.append(_("{n} villages need checking").format(n=format_number(check)))
        return "; ".join(parts)

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        shown = self.moves[["desa", "kecamatan", "status_reviu", "sebab", "keterangan"]]
        return f"<p>{escape(self.sentence)}</p>{self.counts.to_html()}{shown.to_html()}"


def review(
    *,
    previous: Iterable[str],
    current: Selection | Iterable[str],
    villages: pd.DataFrame,
    years_listed: pd.Series[int] | None = None,
    graduation: pd.DataFrame | None = None,
    causes: Causes | None = None,
    change: pd.DataFrame | None = None,
    carried: pd.DataFrame | None = None,
    left: pd.DataFrame | None = None,
    proposed: Iterable[str] | None = None,
    tolerance: float = NOISE,
) -> Review:
    """Compare last year's decided list with this year's.

    Parameters
    ----------
    previous : collection of kode_desa
        Last year's decided list in this year's codes. Codes that are none of this year's villages are listed
        in ``Review.left``.
    current : Selection or collection of kode_desa
        This year's proposal, or the list as decided.
    villages : DataFrame, index ``kode_desa``
        This year's villages: ``desa``, ``kecamatan``.
    years_listed : Series, optional
        Consecutive years on the list up to last year, for the villages of `previous`; otherwise those that
        `graduation` counted with.
    graduation : DataFrame, optional
        Result of :func:`lokus.choice.graduation.graduation`; without it nobody graduates.
    causes : Causes, optional
        Result of :func:`lokus.choice.causes.split_causes`; without it the status stands without its cause.
    change : DataFrame, optional
        ``Change.table`` of the joint model: gives a real change its probability.
    carried : DataFrame, optional
        ``asal``, ``jenis_perubahan``, ``perlu_diperiksa``, ``keterangan`` of this year's villages: what the
        crosswalk says of them. A village that is new, or was divided or merged, has that as its cause.
    left : DataFrame, optional
        Rows of last year's list whose village is gone, by last year's code; ``desa``, ``kecamatan``.
    proposed : collection of kode_desa, optional
        Last year's proposal, in this year's codes. Otherwise it is read from the side of the border at which
        the causes begin; that can err where last year's rates borrowed what the causes leave out.
    tolerance : float
        Points of score below which a village counts as unchanged.

    Returns
    -------
    Review

    Raises
    ------
    RuleError
        A village stands twice, or this year's list has a village that is none of this year's.

    Examples
    --------
    >>> desa = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Air Bening", "Lubuk Besar"], "kecamatan": "Tanjung"},
    ...     index=["9901012001", "9901012002", "9901012003"],
    ... )
    >>> result = review(
    ...     previous=["9901012001", "9901012002"], current=["9901012002", "9901012003"], villages=desa
    ... )
    >>> result
    2 lokus tahun lalu: 1 tetap, 1 keluar, 0 lulus; 1 masuk
    >>> result.table["status_reviu"].tolist()
    ['keluar', 'tetap', 'masuk']
    """
    if villages.index.has_duplicates:
        raise RuleError(
            _("villages appear more than once: {villages}").format(
                villages=name_some(villages.index[villages.index.duplicated()].unique())
            )
        )
    places = villages[["desa", "kecamatan"]].sort_index().rename_axis("kode_desa")
    index = places.index
    was, now = {str(kode) for kode in previous}, _codes(current)
    foreign = now - set(index)
    if foreign:
        raise RuleError(
            _("this year's list has villages that are none of this year's: {villages}").format(
                villages=name_some(foreign)
            )
        )
    table = pd.DataFrame(places)
    table["daftar_lalu"], table["daftar_kini"] = index.isin(list(was)), index.isin(list(now))
    add_graduation(table, years_listed, graduation)
    table.insert(2, "status_reviu", status(table))
    split = causes or Causes.unknown(index, _("there are no data of last year"))
    for name in SPLIT:
        table[name] = split.table[name].reindex(index)
    add_origin(table, carried)
    add_outside(table, proposed, decided=not isinstance(current, Selection))
    narrator = Narrator(
        causes=split,
        change=change,
        problem=current.problem if isinstance(current, Selection) else None,
        tolerance=tolerance,
    )
    records = table.assign(kode=index).to_dict("records")
    rows = [{str(name): value for name, value in record.items()} for record in records]
    table["sebab"] = pd.Series([narrator.cause(row) for row in rows], index=index, dtype=object)
    gone_dark = table["daftar_lalu"] & ~table["daftar_kini"] & table["jarak_kini"].isna() & (not split.reason)
    table["perlu_diperiksa"] |= gone_dark
    table["keterangan"] = pd.Series([notes(row) for row in rows], index=index, dtype=object)
    columns = [
        "desa", "kecamatan", "status_reviu", "daftar_lalu", "daftar_kini", "tahun_lokus", "peluang_lulus",
        "lulus", "sebab", *SPLIT, "perlu_diperiksa", "keterangan",
    ]  # fmt: skip
    return Review(
        table=table[columns], left=villages_left(left, was - set(index)), causes=split, change=change
    )


def _codes(current: Selection | Iterable[str]) -> set[str]:
    codes = current.kode if isinstance(current, Selection) else current
    return {str(kode) for kode in codes}
