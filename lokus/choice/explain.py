"""Explain in a few sentences why each village is on the list or not, from computed numbers only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lokus.choice.solver.swaps import Rule, SwapRules, swap_rules
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.selection import Selection
    from lokus.evidence.scores.scoring import Scores

__all__ = ["Narrator", "reasons"]

DRIVERS = 3


def reasons(
    scores: Scores,
    selection: Selection,
    kecamatan: pd.Series[str],
    labels: Mapping[str, str],
    *,
    desa: pd.Series[str] | None = None,
) -> pd.Series[str]:
    """Write for each village what its score is made of, and why it is on the list or not.

    Parameters
    ----------
    scores : Scores
        The scores `selection` was made from.
    selection : Selection
    kecamatan : Series
        Name of each village's kecamatan.
    labels : mapping
        Indicator key to the label that a planner reads; a key without label is shown as it is.
    desa : Series, optional
        Names of the villages, to name a competing village; without it the code is shown.

    Returns
    -------
    Series of str, named ``alasan``
        One to three sentences each, in the current language.

    Notes
    -----
    A village off the list that scores below every chosen village (locked ones aside) is off because of its
    score. One that scores above some of them is off because of a rule: the text names the rules that would be
    violated if it replaced such a village, for the exchange that violates the fewest rules and gains most.
    Since the list is optimal, every exchange with a gain violates at least one rule.

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> from lokus.choice.selection import select
    >>> from lokus.evidence.scores.scoring import score
    >>> desa = pd.DataFrame({"kode_desa": ["9901012001", "9901022001"], "prevalensi": [30.0, 10.0]})
    >>> scores = score(desa.set_index("kode_desa"), weights={"prevalensi": 1}, worse={"prevalensi": "high"})
    >>> kecamatan = pd.Series({"9901012001": "Air Bening", "9901022001": "Batu Raja"})
    >>> selection = select(scores.table["skor"], kecamatan, Problem(n=1))
    >>> print(reasons(scores, selection, kecamatan, {"prevalensi": "prevalensi"})["9901022001"])
    Peringkat 2 dari 2, skor 0,0. Tidak terpilih: skornya 100,0 poin di bawah desa terpilih berskor
    terendah (9901012001, 100,0).
    """
    return Narrator(scores, selection, kecamatan, labels, desa).narrate()


class Narrator:
    """Writes the explanations; holds what they share: possible exchanges, scores by position, names."""

    def __init__(
        self,
        scores: Scores,
        selection: Selection,
        kecamatan: pd.Series[str],
        labels: Mapping[str, str],
        desa: pd.Series[str] | None,
    ) -> None:
        self.selection, self.labels = selection, labels
        self.rows: dict[Any, dict[Any, Any]] = scores.table.to_dict("index")
        self.parts: dict[Any, dict[Any, Any]] = scores.contributions.to_dict("index")
        self.unknown = _unknown(scores)
        self.ranked = int(scores.table["skor"].notna().sum())
        index = selection.table.index
        self.kecamatan = kecamatan.reindex(index)
        self.desa = pd.Series(index, index=index) if desa is None else desa.reindex(index)
        self.instance = selection.instance
        self.swaps: SwapRules = swap_rules(self.instance, selection.chosen, selection.problem)
        self.place = {kode: number for number, kode in enumerate(self.instance.codes)}
        self.held = selection.kecamatan[list(selection.kode)].value_counts()
        self.listed = set(selection.kode)
        self.tied = set(selection.ties.index)
        self.weakest = self.instance.score[self.swaps.weakest]
        self.lowest = int(self.weakest.min()) if len(self.weakest) else None
        self.outside = np.sort(self.instance.score[~selection.chosen])

    def narrate(self) -> pd.Series[str]:
        """Return the explanation of every village."""
        index = self.selection.table.index
        texts = [self.reason(kode) for kode in index.astype(str)]
        return pd.Series(texts, index=index, name="alasan", dtype=object)

    def reason(self, kode: str) -> str:
        """Return the explanation of one village."""
        chosen = kode in self.listed
        return f"{self._score(kode)} {self._in(kode) if chosen else self._out(kode)}"

    def broken(self, kode: str) -> list[str]:
        """List the rules that keep off a village scoring as high as a chosen one or higher."""
        if kode in self.listed or kode not in self.place or self.lowest is None:
            return []
        place = self.place[kode]
        if int(self.instance.score[place]) < self.lowest or kode in self.tied:
            return []
        return self._obstacle(place)[1]

    def _score(self, kode: str) -> str:
        row = self.rows[kode]
        missing, value = format_number(row["indikator_hilang"]), row["skor"]
        if math.isnan(value):
            names = [self.labels.get(key, key) for key in self.unknown[kode]]
            if not names:
                return _("Cannot be assessed: none of the indicators applies to it.")
            return _("No data yet on {names}, so not ranked.").format(names=", ".join(names))
        known = [(str(key), part) for key, part in self.parts[kode].items() if part > 0]
        leading = sorted(known, key=lambda item: -item[1])[:DRIVERS]
        drivers = "; ".join(f"{self.labels.get(key, key)} {_points(part)}" for key, part in leading)
        text = _("Rank {rank} of {total}, score {score}").format(
            rank=format_number(row["peringkat"]),
            total=format_number(self.ranked),
            score=_points(value),
        )
        if drivers:
            text += " " + _("(mostly {drivers})").format(drivers=drivers)
        if row["indikator_hilang"] > 0:
            text += ", " + _("without {n} indicators that are missing").format(n=missing)
        return text + "."

    def _in(self, kode: str) -> str:
        problem = self.selection.problem
        if kode in problem.locked_in:
            return _("Chosen because locked in: {reason}.").format(reason=problem.locked_in[kode])
        text = _("Chosen as number {number}; kecamatan {kecamatan} has {held} villages on the list").format(
            number=self.selection.table.loc[kode, "nomor"],
            kecamatan=self.kecamatan[kode],
            held=self.held[self.selection.kecamatan[kode]],
        )
        own = self.instance.score[self.place[kode]]
        above = len(self.outside) - np.searchsorted(self.outside, own, side="right")
        if above:
            more = (
                _("{n} villages with a higher score cannot take its place under the rules")
                if problem.objective == "skor"
                else _("{n} villages that count more cannot take its place under the rules")
            )
            text += "; " + more.format(n=format_number(int(above)))
        if kode in self.tied:
            text += "; " + _("tied at the border, ahead by the tie rule")
        return text + "."

    def _out(self, kode: str) -> str:
        problem = self.selection.problem
        if kode in problem.locked_out:
            return _("Not chosen because locked out: {reason}.").format(reason=problem.locked_out[kode])
        if kode not in self.place:
            return _("Cannot be chosen until the data are complete.")
        if self.lowest is None:
            return _("Not chosen: every place is taken by a village locked in.")
        if kode in self.tied:
            return _("Not chosen: an equally good list contains it, but it is behind by the tie rule.")
        own = int(self.instance.score[self.place[kode]])
        if own < self.lowest:
            rival = self.swaps.weakest[self.weakest.argmin()]
            return self._below().format(
                gap=self.value((self.lowest - own) * self.instance.unit),
                rival=self._name(rival),
                score=self.value(self.lowest * self.instance.unit),
            )
        return self._kept_out(self.place[kode], own)

    def _below(self) -> str:
        if self.selection.problem.objective == "anak":
            return _(
                "Not chosen: {gap} stunted children fewer than in the chosen village with the fewest "
                "({rival}, {score})."
            )
        if self.selection.problem.objective == "campuran":
            return _(
                "Not chosen: its value is {gap} points below that of the chosen village with the lowest "
                "({rival}, {score})."
            )
        return _(
            "Not chosen: its score is {gap} points below that of the chosen village with the lowest "
            "({rival}, {score})."
        )

    def value(self, value: float) -> str:
        """Format a value of the objective: children as a number, scores on 0–100."""
        return (
            format_number(value, decimals=1) if self.selection.problem.objective == "anak" else _points(value)
        )

    def _kept_out(self, place: int, own: int) -> str:
        rival, rules = self._obstacle(place)
        text = (
            _("Not chosen although its score is higher than that of {rival}: {rules}.")
            if self.instance.score[rival] < own
            else _("Not chosen although its score equals that of {rival}: {rules}.")
        )
        if self.selection.problem.objective != "skor":
            text = _("Not chosen although it counts no less than {rival}: {rules}.")
        return text.format(rival=self._name(rival), rules=_(" and ").join(rules))

    def _obstacle(self, place: int) -> tuple[int, list[str]]:
        """Find the rules violated when a village replaces a chosen one that does not score higher."""
        own = int(self.instance.score[place])
        higher = bool((self.weakest < own).any())
        candidates = np.flatnonzero(self.weakest < own if higher else self.weakest == own)
        order = np.lexsort((self.weakest[candidates], self.swaps.count(place)[candidates]))
        giver = candidates[order[0]]
        rival = int(self.swaps.weakest[giver])
        broken = [(rule, label) for rule, label, flags in self.swaps.rules(place) if flags[giver]]
        return rival, [self._rule(rule, label, place, rival) for rule, label in broken]

    def _name(self, place: int) -> str:
        return str(self.desa[self.instance.codes[place]])

    def _rule(self, rule: Rule, label: str, place: int, rival: int) -> str:
        problem, kode = self.selection.problem, self.instance.codes[place]
        name, limit = self.kecamatan[kode], problem.kecamatan_limit
        if rule == "kecamatan_limit" and self.selection.kecamatan[kode] in self.held.index:
            return _("exactly {k} kecamatan must stay open").format(k=limit)
        if rule == "kecamatan_limit":
            return _("kecamatan {name} is not opened because of the limit of {k} kecamatan").format(
                name=name, k=limit
            )
        if rule == "max_there":
            return _("kecamatan {name} already has its {most} villages").format(
                name=name, most=problem.max_per_kecamatan
            )
        if rule == "min_there":
            return _("kecamatan {name} would open with fewer than {least} villages").format(
                name=name, least=problem.min_per_kecamatan
            )
        if rule in {"quota_there", "quota_here"}:
            fixed = place if rule == "quota_there" else rival
            return _("kecamatan {name} has its quota of {number} villages").format(
                name=self.kecamatan[self.instance.codes[fixed]],
                number=problem.quota[str(self.instance.labels[self.instance.group[fixed]])],
            )
        if rule in {"kept", "jenis", "budget"}:
            return self._across(rule, label)
        if "kabupaten" in rule:
            return self._above(rule, str(kode)[:4], str(self.instance.codes[rival])[:4])
        return _("kecamatan {name} would keep fewer than {least} villages without {rival}").format(
            name=self.kecamatan[self.instance.codes[rival]],
            least=problem.min_per_kecamatan,
            rival=self._name(rival),
        )

    def _above(self, rule: Rule, there: str, here: str) -> str:
        problem = self.selection.problem
        if rule == "kabupaten_limit" and problem.exact_kabupaten is not None:
            return _("exactly {k} kabupaten must stay open").format(k=problem.exact_kabupaten)
        if rule == "kabupaten_limit":
            return _("kabupaten {name} is not opened because of the limit of {k} kabupaten").format(
                name=there, k=problem.max_kabupaten
            )
        if rule == "max_kabupaten_there":
            return _("kabupaten {name} already has its {most} villages").format(
                name=there, most=problem.max_per_kabupaten
            )
        if rule == "min_kabupaten_there":
            return _("kabupaten {name} would open with fewer than {least} villages").format(
                name=there, least=problem.min_per_kabupaten
            )
        if rule == "quota_kabupaten":
            fixed = there if there in problem.quota_kabupaten else here
            return _("kabupaten {name} has its quota of {number} villages").format(
                name=fixed, number=problem.quota_kabupaten[fixed]
            )
        return _("kabupaten {name} would keep fewer than {least} villages").format(
            name=here, least=problem.min_per_kabupaten
        )

    def _across(self, rule: Rule, label: str) -> str:
        problem = self.selection.problem
        if rule == "kept":
            return _("at least {least} villages of last year's list must stay").format(least=problem.min_kept)
        if rule == "budget":
            return _("the cost would exceed {budget}").format(budget=format_number(problem.budget or 0.0))
        return _("the limits for {jenis} would not hold").format(jenis=label)


def _unknown(scores: Scores) -> dict[Any, list[str]]:
    """List the missing indicators of each village without score, largest weight first."""
    weights = scores.weights[scores.weights > 0].sort_values(ascending=False, kind="stable")
    silent = scores.table.index[scores.table["skor"].isna()]
    lacking = scores.normalised.loc[silent, list(weights.index)].isna()
    if scores.exempt is not None:
        lacking &= ~scores.exempt.loc[silent, list(weights.index)]
    rows = zip(silent, lacking.to_numpy(), strict=True)
    return {kode: [str(key) for key in weights.index[row]] for kode, row in rows}


def _points(share: float) -> str:
    """Format a score or a part of it, shown on 0–100."""
    return format_number(100.0 * share, decimals=1)
