"""Compare two selections: which villages moved, and whether scores or rules caused it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lokus.choice.diagnose import is_feasible
from lokus.choice.solver.engine import best_list
from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.problem import RuleError
from lokus.evidence.scores.ranking import rank_by_rule
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.selection import Selection

__all__ = ["compare"]


def compare(before: Selection, after: Selection) -> pd.DataFrame:
    """List the villages that moved from one selection to the other, with the cause.

    Parameters
    ----------
    before, after : Selection

    Returns
    -------
    DataFrame, index ``kode_desa``
        Only villages that moved. ``perubahan``: "masuk" or "keluar"; ``kecamatan``; ``nilai_lama``,
        ``nilai_baru``, ``peringkat_lama``, ``peringkat_baru``: what the village counts, and its rank by that,
        missing where it has none; ``sebab``: "skor", "aturan", "skor atau aturan" (either alone suffices),
        "skor dan aturan" (only both together), "dikunci", "data" (no score on one side), "daftar desa" (not
        in both studies); ``keterangan``: the same in words.

    Notes
    -----
    The cause is found by solving twice more: the new scores under the old rules, and the old scores under the
    new rules. A village that moved with the new scores alone moved because of scores.

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> from lokus.choice.selection import select
    >>> kecamatan = pd.Series({"9901012001": "A", "9901022001": "B"})
    >>> old = select(pd.Series({"9901012001": 0.9, "9901022001": 0.5}), kecamatan, Problem(n=1))
    >>> new = select(pd.Series({"9901012001": 0.4, "9901022001": 0.5}), kecamatan, Problem(n=1))
    >>> compare(old, new)[["perubahan", "sebab"]].values.tolist()
    [['keluar', 'skor'], ['masuk', 'skor']]
    """
    old, new = set(before.kode), set(after.kode)
    by_scores = _mixed(scores=after, rules=before)
    by_rules = _mixed(scores=before, rules=after)
    ranks = [rank_by_rule(one.scores, one.tie_break) for one in (before, after)]
    rows = {}
    for kode in sorted(old ^ new):
        enters = kode in new
        place = after if kode in after.table.index else before
        cause = _cause(kode, enters, before, after, by_scores, by_rules)
        rows[kode] = {
            "perubahan": "masuk" if enters else "keluar",
            "kecamatan": place.kecamatan[kode],
            "nilai_lama": before.scores.get(kode, float("nan")),
            "nilai_baru": after.scores.get(kode, float("nan")),
            "peringkat_lama": ranks[0].get(kode, pd.NA),
            "peringkat_baru": ranks[1].get(kode, pd.NA),
            "sebab": cause,
            "keterangan": _words(cause, kode, after),
        }
    columns = [
        "perubahan", "kecamatan", "nilai_lama", "nilai_baru", "peringkat_lama", "peringkat_baru", "sebab",
        "keterangan",
    ]  # fmt: skip
    out = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    out = out.astype({"peringkat_lama": "Int64", "peringkat_baru": "Int64"})
    out.index.name = after.table.index.name
    return out


def _mixed(*, scores: Selection, rules: Selection) -> frozenset[str] | None:
    """Solve with one selection's scores under the other's rules; None where no list satisfies them."""
    try:
        possible = is_feasible(
            scores.scores, scores.kecamatan, rules.problem, jenis=scores.jenis, cost=scores.cost
        )
    except RuleError:
        return None
    if not possible:
        return None
    instance = build_instance(
        scores.scores, scores.kecamatan, rules.problem, scores.tie_break, jenis=scores.jenis, cost=scores.cost
    )
    answer = best_list(instance)
    return None if answer is None else frozenset(instance.codes[answer.chosen])


def _cause(
    kode: str,
    enters: bool,
    before: Selection,
    after: Selection,
    by_scores: frozenset[str] | None,
    by_rules: frozenset[str] | None,
) -> str:
    if kode not in before.table.index or kode not in after.table.index:
        return "daftar desa"
    if _locks(before, kode) != _locks(after, kode):
        return "dikunci"
    if pd.isna(before.scores[kode]) != pd.isna(after.scores[kode]):
        return "data"
    scores = by_scores is not None and (kode in by_scores) == enters
    rules = by_rules is not None and (kode in by_rules) == enters
    if scores and rules:
        return "skor atau aturan"
    if scores:
        return "skor"
    return "aturan" if rules else "skor dan aturan"


def _locks(selection: Selection, kode: str) -> tuple[bool, bool]:
    return kode in selection.problem.locked_in, kode in selection.problem.locked_out


def _words(cause: str, kode: str, after: Selection) -> str:
    if cause == "dikunci":
        problem = after.problem
        reason = problem.locked_in.get(kode) or problem.locked_out.get(kode)
        return _("locked: {reason}").format(reason=reason) if reason else _("no longer locked")
    texts = {
        "daftar desa": _("the village is in only one of the two studies"),
        "data": _("it has a score on one side only"),
        "skor": _("the scores changed: the old rules with the new scores give the same"),
        "aturan": _("the rules changed: the new rules with the old scores give the same"),
        "skor atau aturan": _("the new scores alone or the new rules alone would have done it"),
        "skor dan aturan": _("only the new scores and the new rules together do it"),
    }
    return texts[cause]
