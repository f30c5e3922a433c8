"""Measure the influence of each indicator on the list, and find indicators that are counted twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from html import escape
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.errors import EvidenceError
from lokus.evidence.scores.aggregation import aggregate
from lokus.evidence.scores.ranking import rank_by_rule
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.scores.scoring import Scores

__all__ = ["LeaveOneOut", "Overlap", "leave_one_out", "overlap"]

HIGH = 0.9


@dataclass(frozen=True, kw_only=True)
class LeaveOneOut:
    """Changes of ranks and list when one indicator is left out.

    Parameters
    ----------
    table : DataFrame, one row an indicator with weight
        ``bobot`` (share), ``pengaruh`` (share of the variance of the score explained by its contributions;
        they sum to 1), ``korelasi_peringkat`` (Spearman, with the full score), ``geser_rata`` and
        ``geser_terbesar`` (places), ``desa_bergeser_terbesar``, ``masuk`` and ``keluar`` (number of
        villages), ``desa_masuk`` and ``desa_keluar`` (codes).
    ranks : DataFrame, villages × ("lengkap", indicators)
        Ranks with all indicators and without each.
    lists : DataFrame of bool, villages × ("lengkap", indicators)
        Which villages are on the list.
    """

    table: pd.DataFrame
    ranks: pd.DataFrame
    lists: pd.DataFrame

    def __repr__(self) -> str:
        return f"{self._sentence()}\n{self.table.drop(columns=['desa_masuk', 'desa_keluar'])}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._sentence())}</p>{self.table.to_html()}"

    def _sentence(self) -> str:
        most = int(self.table["masuk"].to_numpy().argmax())
        return _(
            "List of {n} villages; leaving out {name} changes most: {changed} villages give way to others"
        ).format(
            n=format_number(int(self.lists["lengkap"].sum())),
            name=self.table.index[most],
            changed=format_number(int(self.table["keluar"].iloc[most])),
        )


def leave_one_out(
    scores: Scores,
    *,
    n: int | None = None,
    choose: Callable[[pd.Series[float]], Collection[str]] | None = None,
) -> LeaveOneOut:
    """Score again without each indicator in turn, with the weights of the others scaled up.

    Parameters
    ----------
    scores : Scores
        Result of :func:`lokus.evidence.scores.scoring.score` or a preset.
    n : int, optional
        Length of the list: the `n` highest scores, ties by the tie rule.
    choose : callable, optional
        Instead of `n`: takes scores and returns the codes of the list under any rules.

    Raises
    ------
    EvidenceError
        Fewer than two indicators have weight, or not exactly one of `n` and `choose` is given.

    Notes
    -----
    Weights derived from data are not derived again, so that changes are due to the indicator alone. The share
    of variance is cov(contribution, score) / var(score) over the villages scored: the effective weight of an
    indicator, in contrast to the stated one (Paruolo, Saisana and Saltelli 2013, *JRSS A* 176, 609–634).

    Examples
    --------
    >>> from lokus.evidence.scores.scoring import score
    >>> desa = pd.DataFrame({"krs": [9.0, 5.0, 1.0], "idm": [0.7, 0.4, 0.6]}, index=["a", "b", "c"])
    >>> scores = score(desa, weights={"krs": 2, "idm": 1}, worse={"krs": "high", "idm": "low"})
    >>> leave_one_out(scores, n=1).table[["masuk", "desa_masuk"]]
         masuk desa_masuk
    krs      1          b
    idm      0
    """
    if (n is None) == (choose is None):
        raise EvidenceError(
            _("give either the length of the list or the rule that chooses it"),
            remedy=_("give one of the two"),
        )
    weighed = [str(key) for key, weight in scores.weights.items() if weight > 0]
    if len(weighed) < 2:
        raise EvidenceError(
            _("a score of one indicator cannot do without it"), remedy=_("give the score a second indicator")
        )

    def listed(skor: pd.Series[float], rank: pd.Series[int]) -> pd.Series[bool]:
        if choose is None:
            return (rank <= (n or 0)).fillna(False).astype(bool)
        return pd.Series(skor.index.isin(list(choose(skor))), index=skor.index)

    full = scores.table["peringkat"]
    ranks, lists = {"lengkap": full}, {"lengkap": listed(scores.table["skor"], full)}
    rows = []
    for key in weighed:
        rest = [other for other in weighed if other != key]
        skor = aggregate(
            scores.normalised[rest],
            scores.weights[rest] / scores.weights[rest].sum(),
            method=scores.aggregate,
            missing=scores.missing,
            exempt=None if scores.exempt is None else scores.exempt[rest],
            heirs=scores.heirs,
        ).skor
        ranks[key] = rank_by_rule(skor, scores.ties)
        lists[key] = listed(skor, ranks[key])
        rows.append(_compare(scores.weights[key], ranks, lists, key))
    table = pd.DataFrame(rows, index=weighed)
    table.insert(1, "pengaruh", _effect(scores).reindex(weighed))
    return LeaveOneOut(table=table, ranks=pd.DataFrame(ranks), lists=pd.DataFrame(lists))


def _compare(
    weight: float, ranks: Mapping[str, pd.Series[int]], lists: Mapping[str, pd.Series[bool]], key: str
) -> dict[str, object]:
    both = pd.DataFrame({"full": ranks["lengkap"], "rest": ranks[key]}).dropna().astype(float)
    moved = (both["rest"] - both["full"]).abs()
    entered = lists[key] & ~lists["lengkap"]
    left = lists["lengkap"] & ~lists[key]
    return {
        "bobot": weight,
        "korelasi_peringkat": _correlation(both["full"].rank(), both["rest"].rank()),
        "geser_rata": moved.mean(),
        "geser_terbesar": moved.max(),
        "desa_bergeser_terbesar": moved.idxmax() if len(moved) else "",
        "masuk": int(entered.sum()),
        "keluar": int(left.sum()),
        "desa_masuk": ", ".join(map(str, entered.index[entered])),
        "desa_keluar": ", ".join(map(str, left.index[left])),
    }


def _effect(scores: Scores) -> pd.Series[float]:
    scored = scores.table["skor"].notna()
    parts = scores.contributions[scored].fillna(0.0)
    centred = scores.table.loc[scored, "skor"] - scores.table.loc[scored, "skor"].mean()
    variance = float((centred**2).sum())
    return (parts - parts.mean()).mul(centred, axis=0).sum() / (variance if variance > 0 else np.nan)


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Correlations between the indicators of a score.

    Parameters
    ----------
    table : DataFrame, one row a pair
        ``indikator``, ``dengan``, ``korelasi`` (Spearman, with both oriented so that high is worse), ``desa``
        (villages with both), ``terkandung`` (whether one contains the other), ``bobot`` (of both together);
        strongest first.
    matrix : DataFrame, indicators × indicators
        The correlations.
    findings : tuple of Finding
        Pairs counted twice.
    """

    table: pd.DataFrame
    matrix: pd.DataFrame
    findings: tuple[Finding, ...]


def overlap(
    scores: Scores, *, contained_in: Mapping[str, Collection[str]] | None = None, high: float = HIGH
) -> Overlap:
    """Correlate the indicators of a score, and warn where something is counted twice.

    Parameters
    ----------
    scores : Scores
        Only its indicators with weight are correlated.
    contained_in : mapping of key to keys, optional
        Indicators that contain this one, as in the catalogue: families at risk (``krs``) include those
        without drinking water or latrine. Containment is transitive.
    high : float
        Correlation from which a pair is reported although neither contains the other.

    Notes
    -----
    OECD/JRC (2008), step 4 and 6: correlated indicators count more than their weights state.

    Examples
    --------
    >>> from lokus.evidence.scores.scoring import score
    >>> desa = pd.DataFrame({"krs": [9.0, 5.0, 1.0], "krs_jamban": [7.0, 5.0, 0.0]}, index=["a", "b", "c"])
    >>> scores = score(desa, weights="equal", worse={"krs": "high", "krs_jamban": "high"})
    >>> print(overlap(scores, contained_in={"krs_jamban": ["krs"]}).findings[0].message)
    krs_jamban sudah terhitung di dalam krs: berdua berbobot 100,0 % (korelasi 1,00)
    """
    keys = [str(key) for key, weight in scores.weights.items() if weight > 0]
    within = _closure(contained_in or {})
    values = scores.normalised[keys]
    matrix = pd.DataFrame(np.eye(len(keys)), index=keys, columns=keys)
    rows, findings = [], []
    for first, second in combinations(keys, 2):
        both = values[[first, second]].dropna()
        r = _correlation(both[first].rank(), both[second].rank())
        matrix.loc[first, second] = matrix.loc[second, first] = r
        inner, outer = (second, first) if first in within.get(second, ()) else (first, second)
        contained = outer in within.get(inner, ())
        weight = float(scores.weights[first] + scores.weights[second])
        rows.append((first, second, r, len(both), contained, weight))
        if contained or r >= high:
            text = (
                _("{inner} is already counted in {outer}: both together weigh {weight} % (correlation {r})")
                if contained
                else _("{inner} and {outer} say nearly the same: both weigh {weight} % (correlation {r})")
            )
            findings.append(
                Finding(
                    check="evidence.counted_twice" if contained else "evidence.correlated",
                    level="warning",
                    message=text.format(
                        inner=inner,
                        outer=outer,
                        weight=format_number(100 * weight, decimals=1),
                        r=format_number(r, decimals=2),
                    ),
                    remedy=_("leave one of them out, or lower the weight of both"),
                )
            )
    table = pd.DataFrame(rows, columns=["indikator", "dengan", "korelasi", "desa", "terkandung", "bobot"])
    order = table["korelasi"].abs().sort_values(ascending=False, kind="stable", na_position="last").index
    return Overlap(table=table.loc[order].reset_index(drop=True), matrix=matrix, findings=tuple(findings))


def _closure(contained_in: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    closed = {}
    for key in contained_in:
        found: set[str] = set()
        fresh = set(contained_in[key])
        while fresh:
            found |= fresh
            fresh = {outer for inner in fresh for outer in contained_in.get(inner, ())} - found
        closed[key] = found - {key}
    return closed


def _correlation(first: pd.Series[float], second: pd.Series[float]) -> float:
    if len(first) < 3 or first.min() == first.max() or second.min() == second.max():
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])
