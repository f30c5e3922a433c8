"""The main cause of each village's move, in words a planner can read out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lokus.choice.causes import Causes, factor_label
from lokus.choice.evaluator import FACTORS, RULES
from lokus.choice.graduation import graduated_with
from lokus.choice.states import COVERAGE, REAL
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.problem import Problem

__all__ = ["BORDER_CHANGES", "MOVED", "Narrator"]

MOVED = ("masuk", "keluar", "lulus")
BORDER_CHANGES = ("baru", "pecah", "gabung", "pecah dan gabung")
"""Kinds of change in the crosswalk after which a village is not what it was."""


@dataclass(frozen=True, kw_only=True)
class Narrator:
    """What the words are made from; see :func:`lokus.choice.review.review`."""

    causes: Causes
    change: pd.DataFrame | None
    problem: Problem | None
    tolerance: float

    def cause(self, row: Mapping[str, Any]) -> str:
        """Say why the place of one village is what it is; `row` is its row of the review's table."""
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
        """Name the largest cause in the direction of the move, with its share of all that pushed that way."""
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
            return factor_label(factor)
        estimate: dict[Any, Any] = self.change.loc[kode].to_dict()
        if factor == COVERAGE and not estimate.get("dua_tahun", True):
            return (
                _("coverage of measurement: not measured last year")
                if pd.isna(estimate["mentah_lalu"])
                else _("coverage of measurement: not measured this year")
            )
        if factor != REAL:
            return factor_label(factor)
        chance = float(estimate["peluang_naik" if rising else "peluang_turun"])
        if not chance > 0.5:
            return _("real change in other villages")
        text = _("real rise, probability {p}") if rising else _("real fall, probability {p}")
        return text.format(p=_p(chance))

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


def _p(value: float) -> str:
    return format_number(value, decimals=2)
