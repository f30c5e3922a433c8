"""Compare last year's decided list with this year's, with the cause of each village's move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lokus.choice.review.causes import FACTORS, RULES, Causes, factor_label
from lokus.choice.review.counterfactual_counts import CHANCE, COVERAGE, REAL
from lokus.choice.review.graduation import graduated_with
from lokus.choice.selection import Selection
from lokus.choice.solver.problem import RuleError
from lokus.errors import name_some
from lokus.evidence.change.change import FALLS, RISES
from lokus.evidence.change.expected_fall import signed
from lokus.i18n import format_number, format_percent
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lokus.choice.solver.problem import Problem

__all__ = [
    "BORDER_CHANGES",
    "ENTERS",
    "GRADUATES",
    "LEAVES",
    "MOVED",
    "NEVER",
    "STATUSES",
    "STAYS",
    "Narrator",
    "Review",
    "review",
    "status",
]


# The main cause of each village's move, as a sentence.

MOVED = ("masuk", "keluar", "lulus")
BORDER_CHANGES = ("baru", "pecah", "gabung", "pecah dan gabung")
"""Kinds of change in the crosswalk after which a village is not what it was."""


@dataclass(frozen=True, kw_only=True)
class Narrator:
    """Writes the cause of each move; parameters as for :func:`lokus.choice.review.review.review`."""

    causes: Causes
    change: pd.DataFrame | None
    problem: Problem | None
    tolerance: float

    def cause(self, row: Mapping[str, Any]) -> str:
        """Return why one village moved or stayed; `row` is its row of the review's table."""
        moved = row["status_reviu"] in MOVED
        if row.get("jenis_perubahan") in BORDER_CHANGES:
            return _border(row)
        if row["status_reviu"] == "lulus":
            return _graduated(row)
        if self.causes.reason:
            return _("the cause cannot be told: {reason}").format(reason=self.causes.reason) if moved else ""
        if moved and (row["luar_usulan_lalu"] or row["luar_usulan_kini"]):
            return self._decided(row)
        shift = row["selisih"]
        if np.isnan(shift):
            return self._no_data(row)
        if moved:
            towards = 1.0 if row["status_reviu"] == "masuk" else -1.0
            if towards * shift > self.tolerance:
                return self._main(row, shift)
            return _("not by what is compared here: a tie, or what rates borrow from other areas and rounds")
        if abs(shift) <= self.tolerance:
            return _("unchanged")
        side = _("firmer on the list") if row["daftar_kini"] else _("nearer to the list")
        if shift < 0:
            side = _("less firm on the list") if row["daftar_kini"] else _("further from the list")
        return f"{side}: {self._main(row, shift)}"

    def _main(self, row: Mapping[str, Any], shift: float) -> str:
        """Name the largest cause in the direction of the move, with its share of that movement."""
        sign = 1.0 if shift > 0 else -1.0
        pushes = {name: max(sign * row[f"selisih_{name}"], 0.0) for name in FACTORS}
        main = max(FACTORS, key=lambda name: pushes[name])
        share = format_number(100.0 * pushes[main] / sum(pushes.values()))
        return _("{cause} ({share} % of the move)").format(
            cause=self._detailed(main, row["kode"], rising=sign > 0), share=share
        )

    def _detailed(self, factor: str, kode: str, *, rising: bool) -> str:
        if factor == RULES and self.problem is not None:
            reason = self.problem.locked_in.get(kode) or self.problem.locked_out.get(kode)
            return _("rules: {reason}").format(reason=reason) if reason else factor_label(RULES)
        if self.change is None or kode not in self.change.index:
            unknown = _(", the size of the change was not estimated") if factor == CHANCE else ""
            return f"{factor_label(factor)}{unknown}"
        estimate: dict[Any, Any] = self.change.loc[kode].to_dict()
        if factor == COVERAGE and not estimate.get("dua_tahun", True):
            return (
                _("coverage of measurement: not measured last year")
                if pd.isna(estimate["mentah_lalu"])
                else _("coverage of measurement: not measured this year")
            )
        if factor == CHANCE:
            # Say what was counted, since chance alone does not explain a move.
            return _chance(estimate, rising=rising) + (
                _between(estimate) or _(", not measured in both years")
            )
        if factor != REAL:
            return factor_label(factor)
        chance = float(estimate["peluang_naik" if rising else "peluang_turun"])
        if not chance > 0.5:
            return _("real change in other villages")
        if estimate["arah"] != (RISES if rising else FALLS):
            text = _("estimated rise, not certain") if rising else _("estimated fall, not certain")
            return f"{text}{_between(estimate)}{_against(estimate, rising=rising)}"
        text = _("real rise, probability {p}") if rising else _("real fall, probability {p}")
        return f"{text.format(p=format_percent(chance))}{_against(estimate, rising=rising)}"

    @staticmethod
    def _decided(row: Mapping[str, Any]) -> str:
        if row["luar_usulan_kini"]:
            return _("decided against this year's proposal")
        if row["status_reviu"] == "masuk":
            return _("last year proposed but not decided")
        return _("last year decided outside the proposal")

    @staticmethod
    def _no_data(row: Mapping[str, Any]) -> str:
        old, new = np.isnan(row["jarak_lalu"]), np.isnan(row["jarak_kini"])
        if old and new:
            return _("no data yet, neither year")
        if new:
            return _("no data yet this year")
        return _("no data yet last year") if old else _("no data yet for part of the causes")


def _graduated(row: Mapping[str, Any]) -> str:
    text = graduated_with(row["peluang_lulus"])
    if pd.isna(row["tahun_lokus"]):
        return text
    return text + ", " + _("{years} years on the list").format(years=format_number(int(row["tahun_lokus"])))


def _border(row: Mapping[str, Any]) -> str:
    kind = row["jenis_perubahan"]
    if kind == "baru":
        return _("boundaries: the village is new")
    text = {
        "pecah": _("boundaries: part of a divided village ({origin})"),
        "gabung": _("boundaries: merged from {origin}"),
        "pecah dan gabung": _("boundaries: divided and merged anew ({origin})"),
    }[kind]
    return text.format(origin=row.get("asal") or "–")


def _between(estimate: Mapping[Any, Any]) -> str:
    """Return the interval of the change as text; empty where the village was not measured in both years."""
    if not estimate.get("dua_tahun", False) or pd.isna(estimate.get("perubahan_bawah", np.nan)):
        return ""
    return _(", estimated change between {low} and {high} points").format(
        low=signed(estimate["perubahan_bawah"]), high=signed(estimate["perubahan_atas"])
    )


def _chance(estimate: Mapping[Any, Any], *, rising: bool) -> str:
    """Return in words which part of the change counts as chance: the counted less the estimated change.

    Where few children are measured most of a true change is part of it, so it is not called unreal.
    """
    sign = 1.0 if rising else -1.0
    counted = sign * float(estimate.get("perubahan_mentah", np.nan))
    if counted <= sign * float(estimate.get("perubahan", np.nan)):
        return _("random variation in other villages")
    if not counted > 0:
        return factor_label(CHANCE)
    if estimate["arah"] == (RISES if rising else FALLS):
        return (
            _("the measured rate rose by more than is estimated to be real")
            if rising
            else _("the measured rate fell by more than is estimated to be real")
        )
    return (
        _("the measured rate rose, which may be random variation")
        if rising
        else _("the measured rate fell, which may be random variation")
    )


def _against(estimate: Mapping[Any, Any], *, rising: bool) -> str:
    """Return a remark where the measured rate moved in the opposite direction; otherwise an empty text.

    Without the figure, which the public version must not disclose.
    """
    counted = estimate.get("perubahan_mentah", np.nan)
    if pd.isna(counted) or (counted >= 0 if rising else counted <= 0):
        return ""
    return _(", although the measured rate fell") if rising else _(", although the measured rate rose")


# The columns of a review that do not depend on causes: status, graduation, origin, notes.

STAYS, ENTERS, LEAVES, GRADUATES, NEVER = "tetap", "masuk", "keluar", "lulus", "tidak"
STATUSES = (STAYS, ENTERS, LEAVES, GRADUATES, NEVER)


def add_graduation(
    table: pd.DataFrame, years_listed: pd.Series[int] | None, graduation: pd.DataFrame | None
) -> None:
    """Add ``tahun_lokus`` (by default that of `graduation`), ``peluang_lulus`` and ``lulus``."""
    index = table.index
    years = pd.Series(pd.NA, index=index, dtype="Int64")
    if years_listed is None and graduation is not None:
        years_listed = graduation["tahun_lokus"]
    if years_listed is not None:
        years = years_listed.reindex(index).astype("Int64")
    table["tahun_lokus"] = years.mask(~table["daftar_lalu"], 0)
    table["peluang_lulus"] = np.nan
    table["lulus"] = False
    if graduation is not None:
        table["peluang_lulus"] = graduation["peluang_lulus"].reindex(index).astype(float)
        reached = graduation.index[graduation["lulus"].astype(bool)]
        table["lulus"] = index.isin(reached) & table["daftar_lalu"]


def status(table: pd.DataFrame) -> pd.Series[str]:
    """Derive each village's status from ``daftar_lalu``, ``daftar_kini`` and ``lulus``.

    Examples
    --------
    >>> table = pd.DataFrame({"daftar_lalu": [True, True], "daftar_kini": False, "lulus": [True, False]})
    >>> status(table).tolist()
    ['lulus', 'keluar']
    """
    was, now = table["daftar_lalu"], table["daftar_kini"]
    values = np.select([was & now, now, was & table["lulus"], was], [STAYS, ENTERS, GRADUATES, LEAVES], NEVER)
    return pd.Series(values, index=table.index, dtype=object)


def add_origin(table: pd.DataFrame, carried: pd.DataFrame | None) -> None:
    """Add the crosswalk's columns about each village; empty where it has no entry."""
    known = pd.DataFrame(index=table.index) if carried is None else carried.reindex(table.index)
    for name in ("asal", "jenis_perubahan", "keterangan"):
        column = known[name] if name in known else pd.Series("", index=table.index)
        table[name] = column.astype(object).where(column.notna(), "")
    flag = known.get("perlu_diperiksa", pd.Series(False, index=table.index))
    table["perlu_diperiksa"] = flag.astype("boolean").fillna(value=False).astype(bool)


def add_outside(table: pd.DataFrame, proposed: Iterable[str] | None, *, decided: bool) -> None:
    """Mark where a decided list differs from what the rules proposed.

    Without last year's proposal this is inferred from the margins, where 0 is a tie and shows nothing. The
    same applies to this year's list where it is `decided` and not the proposal itself.
    """
    table["luar_usulan_lalu"] = _contrary(table["daftar_lalu"], table["jarak_lalu"])
    table["luar_usulan_kini"] = _contrary(table["daftar_kini"], table["jarak_kini"]) & decided
    if proposed is not None:
        table["luar_usulan_lalu"] = table["daftar_lalu"] != table.index.isin([str(kode) for kode in proposed])


def _contrary(listed: pd.Series[bool], margin: pd.Series[float]) -> pd.Series[bool]:
    return (listed & (margin < 0)) | (~listed & (margin > 0))


def notes(row: Mapping[str, object]) -> str:
    """Return what a reader should know about one village besides its cause."""
    said = [str(row["keterangan"])] if row["keterangan"] else []
    if row["luar_usulan_lalu"]:
        said.append(
            _("last year decided outside the proposal")
            if row["daftar_lalu"]
            else _("last year proposed but not decided")
        )
    if row["luar_usulan_kini"]:
        said.append(_("decided against this year's proposal"))
    if row["lulus"] and row["daftar_kini"]:
        said.append(_("may graduate, but is still on the list"))
    return "; ".join(said)


def villages_left(left: pd.DataFrame | None, unmatched: set[str]) -> pd.DataFrame:
    """List the villages of last year's list that no longer exist, with names where known."""
    rows = pd.DataFrame(columns=["desa", "kecamatan"], dtype=object) if left is None else left
    index = pd.Index(sorted({*map(str, rows.index), *unmatched}), name="kode_desa", dtype=object)
    out = rows.reindex(columns=["desa", "kecamatan"]).reindex(index).astype(object)
    out["keterangan"] = _("no longer among this year's villages")
    return out


TOTAL = "Jumlah"
NOISE = 1e-9
SPLIT = ("jarak_lalu", "jarak_kini", "selisih", *(f"selisih_{name}" for name in FACTORS))
CHANGE = (
    "mentah_lalu", "mentah_kini", "perubahan_mentah", "harapan_perubahan", "perubahan", "perubahan_bawah",
    "perubahan_atas", "peluang_turun", "arah",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Review:
    """The review of last year's list.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted), one row a village of this year
        ``desa``, ``kecamatan``; ``status_reviu``: "tetap", "masuk", "keluar", "lulus" (off the list because
        it graduated) or "tidak" (on neither list); ``daftar_lalu``, ``daftar_kini``; ``tahun_lokus``, years
        on the list up to last year, consecutive (0 for others, missing where unknown); ``peluang_lulus``
        (0–1, of villages on last year's list), ``lulus``; ``sebab``, the main cause in words;
        ``jarak_lalu``, ``jarak_kini``, ``selisih``, ``selisih_*`` as in
        :class:`lokus.choice.review.causes.Causes`; ``perlu_diperiksa``; ``keterangan``.
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
        """Number of villages by kecamatan and status: "tetap", "masuk", "keluar", "lulus".

        Kecamatan without any of these are left out; the last row, "Jumlah", is the sum.
        """
        moved = self.table[self.table["status_reviu"] != NEVER]
        counts = pd.crosstab(moved["kecamatan"], moved["status_reviu"])
        counts = counts.reindex(columns=list(STATUSES[:-1]), fill_value=0).sort_index()
        counts.columns.name = None
        counts.loc[TOTAL] = counts.sum()
        return counts.astype(int)

    @cached_property
    def moves(self) -> pd.DataFrame:
        """The villages that entered, left or graduated, with the cause; sorted by status, then by code.

        The columns of `table` about the cause and, with an estimated change, the observed change of the raw
        rate (percentage points) beside the change expected from last year's data alone: regression to the
        mean and the general trend.
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
        """The review in one sentence, in the current language."""
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
        Last year's decided list in this year's codes. Codes that do not exist this year are listed in
        ``Review.left``.
    current : Selection or collection of kode_desa
        This year's proposal, or the list as decided.
    villages : DataFrame, index ``kode_desa``
        This year's villages: ``desa``, ``kecamatan``.
    years_listed : Series, optional
        Consecutive years on the list up to last year, for the villages of `previous`; otherwise those that
        `graduation` counted with.
    graduation : DataFrame, optional
        Result of :func:`lokus.choice.review.graduation.graduation`; without it no village graduates.
    causes : Causes, optional
        Result of :func:`lokus.choice.review.causes.split_causes`; without it the status is given without a
        cause.
    change : DataFrame, optional
        ``Change.table`` of the joint model: adds the probability of a real change.
    carried : DataFrame, optional
        ``asal``, ``jenis_perubahan``, ``perlu_diperiksa``, ``keterangan`` of this year's villages, from the
        crosswalk. For a village that is new, or was divided or merged, this is the cause.
    left : DataFrame, optional
        Rows of last year's list whose village no longer exists, by last year's code; ``desa``, ``kecamatan``.
    proposed : collection of kode_desa, optional
        Last year's proposal, in this year's codes. Without it, it is inferred from the sign of
        ``jarak_lalu``; give it where last year's rates borrowed from data that the causes leave out.
    tolerance : float
        Points of score below which a village counts as unchanged.

    Returns
    -------
    Review

    Raises
    ------
    RuleError
        A village appears twice, or this year's list has a village that does not exist this year.

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
            ),
            remedy=_("keep one row for each village"),
        )
    places = villages[["desa", "kecamatan"]].sort_index().rename_axis("kode_desa")
    index = places.index
    was, now = {str(kode) for kode in previous}, _codes(current)
    foreign = now - set(index)
    if foreign:
        raise RuleError(
            _("this year's list has villages that are none of this year's: {villages}").format(
                villages=name_some(foreign)
            ),
            remedy=_("make the list from this year's village table"),
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
