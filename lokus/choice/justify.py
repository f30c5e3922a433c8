"""Collect everything computed about one village's place on the list, with a paragraph of justification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from lokus.choice.explain import Narrator
from lokus.choice.robustness import certainty_words
from lokus.choice.solver.engine import best_list
from lokus.choice.solver.problem import RuleError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.robustness import Robustness
    from lokus.choice.selection import Selection
    from lokus.evidence.scores.scoring import Scores

__all__ = ["Explanation", "explain", "justifications"]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why one village is on the list or not.

    Parameters
    ----------
    kode, desa, kecamatan : str
    chosen : bool
    score : float
        0–1; missing where the village has none.
    rank : int or None
    contributions : Series
        What each indicator adds to the score, largest first.
    rules : tuple of str
        Rules that keep the village off the list although it counts as much as a chosen one.
    loss : float or None
        What the objective loses if the decision is reversed; None where it cannot be reversed.
    coming, going : tuple of kode_desa
        Villages that would then enter and leave the list, including this one.
    rival : str or None
        The village it competes with: the one that would replace it, or that it would replace.
    chance, interval
        ``peluang_lokus`` and the 5–95 % interval of its rank; None without robustness.
    text : str
        One paragraph in the current language.
    """

    kode: str
    desa: str
    kecamatan: str
    chosen: bool
    score: float
    rank: int | None
    contributions: pd.Series[float] = field(repr=False)
    rules: tuple[str, ...]
    loss: float | None
    coming: tuple[str, ...]
    going: tuple[str, ...]
    rival: str | None
    chance: float | None
    interval: tuple[int, int] | None
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        parts = self.contributions.to_frame(_("contribution")).to_html()
        return f"<p>{escape(self.text)}</p>{parts}"


@dataclass(frozen=True)
class _Turn:
    loss: float
    coming: tuple[str, ...]
    going: tuple[str, ...]


def explain(
    kode: str,
    scores: Scores,
    selection: Selection,
    kecamatan: pd.Series[str],
    labels: Mapping[str, str],
    *,
    desa: pd.Series[str] | None = None,
    robustness: Robustness | None = None,
) -> Explanation:
    """Explain why one village is on the list or not.

    Parameters
    ----------
    kode : str
    scores, selection, kecamatan, labels, desa
        As for :func:`lokus.choice.explain.reasons`.
    robustness : Robustness, optional
        Adds the probability of being on the list, and the interval of the rank.

    Returns
    -------
    Explanation

    Raises
    ------
    RuleError
        The village is not in the study.

    Notes
    -----
    The consequence of reversing the decision is found by solving the selection once more with the village
    locked out (or in). For all chosen villages at once use :func:`justifications`.

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> from lokus.choice.selection import select
    >>> from lokus.evidence.scores.scoring import score
    >>> data = pd.DataFrame({"prevalensi": [30.0, 10.0]}, index=["9901012001", "9901022001"])
    >>> scores = score(data, weights={"prevalensi": 1}, worse={"prevalensi": "high"})
    >>> kecamatan = pd.Series({"9901012001": "Air Bening", "9901022001": "Batu Raja"})
    >>> proposal = select(scores.table["skor"], kecamatan, Problem(n=1))
    >>> explain("9901012001", scores, proposal, kecamatan, {}).rival
    '9901022001'
    """
    return _explain(kode, Narrator(scores, selection, kecamatan, labels, desa), robustness)


def justifications(
    scores: Scores,
    selection: Selection,
    kecamatan: pd.Series[str],
    labels: Mapping[str, str],
    *,
    desa: pd.Series[str] | None = None,
    robustness: Robustness | None = None,
) -> pd.Series[str]:
    """Write the paragraph of :func:`explain` for every chosen village; the series is named ``justifikasi``.

    Parameters
    ----------
    scores, selection, kecamatan, labels, desa, robustness
        As for :func:`explain`.

    Returns
    -------
    Series, index ``kode_desa``

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> from lokus.choice.selection import select
    >>> from lokus.evidence.scores.scoring import score
    >>> data = pd.DataFrame({"prevalensi": [30.0, 10.0]}, index=["9901012001", "9901022001"])
    >>> scores = score(data, weights={"prevalensi": 1}, worse={"prevalensi": "high"})
    >>> kecamatan = pd.Series({"9901012001": "Air Bening", "9901022001": "Batu Raja"})
    >>> proposal = select(scores.table["skor"], kecamatan, Problem(n=1))
    >>> print(justifications(scores, proposal, kecamatan, {}).iloc[0])
    9901012001, Kecamatan Air Bening. Peringkat 1 dari 2, skor 100,0 (terutama prevalensi 100,0). Terpilih
    sebagai nomor 1; kecamatan Air Bening punya 1 desa/kelurahan dalam daftar. Tanpa desa ini,
    9901022001 akan masuk dan jumlah skor daftar turun 100,0.
    """
    narrator = Narrator(scores, selection, kecamatan, labels, desa)
    texts = {kode: _explain(kode, narrator, robustness).text for kode in selection.kode}
    out = pd.Series(texts, name="justifikasi", dtype=object)
    out.index.name = selection.table.index.name
    return out


def _explain(kode: str, narrator: Narrator, robustness: Robustness | None) -> Explanation:
    selection = narrator.selection
    if kode not in selection.table.index:
        raise RuleError(
            _("village {kode} is not in the study").format(kode=kode),
            remedy=_("give a code of the village table, ten digits"),
        )
    row = narrator.rows[kode]
    chosen = kode in narrator.listed
    turn = _turned(selection, kode, chosen)
    others = (
        () if turn is None else tuple(one for one in (turn.coming if chosen else turn.going) if one != kode)
    )
    sure = None if robustness is None else robustness.table.loc[[kode]].to_dict("records")[0]
    interval = (
        None
        if sure is None or pd.isna(sure["peringkat_bawah"])
        else (int(sure["peringkat_bawah"]), int(sure["peringkat_atas"]))
    )
    sentences = [
        _("{desa}, kecamatan {kecamatan}.").format(
            desa=narrator.desa[kode], kecamatan=narrator.kecamatan[kode]
        ),
        narrator.reason(kode),
        _consequence(narrator, turn, others, chosen),
    ]
    if robustness is not None and sure is not None:
        sentences.append(_sureness(sure, interval, robustness.draws))
    return Explanation(
        kode=kode,
        desa=str(narrator.desa[kode]),
        kecamatan=str(narrator.kecamatan[kode]),
        chosen=chosen,
        score=float(row["skor"]),
        rank=None if pd.isna(row["peringkat"]) else int(row["peringkat"]),
        contributions=_contributions(narrator, kode),
        rules=tuple(narrator.broken(kode)),
        loss=None if turn is None else turn.loss,
        coming=() if turn is None else turn.coming,
        going=() if turn is None else turn.going,
        rival=_rival(selection, others, chosen),
        chance=None if sure is None else float(sure["peluang_lokus"]),
        interval=interval,
        text=" ".join(sentence for sentence in sentences if sentence),
    )


def _contributions(narrator: Narrator, kode: str) -> pd.Series[float]:
    parts = pd.Series(narrator.parts[kode], name="kontribusi", dtype=float)
    named = parts.rename(index={key: narrator.labels.get(str(key), str(key)) for key in parts.index})
    return named.sort_values(ascending=False, kind="stable", na_position="last")


def _turned(selection: Selection, kode: str, chosen: bool) -> _Turn | None:
    """Solve the selection again with the decision on this village reversed."""
    problem = selection.problem
    if kode in problem.locked_in or kode in problem.locked_out or kode not in set(selection.instance.codes):
        return None
    instance = selection.arranged(
        replace(problem, locked_out={**problem.locked_out, kode: ""})
        if chosen
        else replace(problem, locked_in={**problem.locked_in, kode: ""})
    )
    answer = best_list(instance)
    if answer is None:
        return None
    value = dict(zip(selection.instance.codes, selection.instance.score.tolist(), strict=True))
    old, new = set(selection.kode), {str(one) for one in instance.codes[answer.chosen]}
    lost = sum(value[one] for one in old) - sum(value[one] for one in new)
    return _Turn(lost * selection.instance.unit, tuple(sorted(new - old)), tuple(sorted(old - new)))


def _rival(selection: Selection, others: tuple[str, ...], chosen: bool) -> str | None:
    """Return the highest-scoring village that would enter, or the lowest-scoring that would leave."""
    if not others:
        return None
    values = selection.scores[list(others)]
    return str(values.idxmax() if chosen else values.idxmin())


def _consequence(narrator: Narrator, turn: _Turn | None, others: tuple[str, ...], chosen: bool) -> str:
    if turn is None:
        return ""
    names = ", ".join(str(narrator.desa[one]) for one in others)
    text = (
        _("Without it {names} would enter and the scores of the list would sum to {loss} less.")
        if chosen
        else _("Were it forced in, {names} would leave and the scores of the list would sum to {loss} less.")
    )
    if narrator.selection.problem.objective == "anak":
        text = (
            _("Without it {names} would enter and {loss} fewer stunted children would be reached.")
            if chosen
            else _("Were it forced in, {names} would leave and {loss} fewer stunted children be reached.")
        )
    return text.format(names=names, loss=narrator.value(turn.loss))


def _sureness(row: Mapping[Any, Any], interval: tuple[int, int] | None, draws: int) -> str:
    text = _("Chosen in {share} % of {draws} recalculations with other plausible data ({sureness})").format(
        share=format_number(100 * row["peluang_lokus"]),
        draws=format_number(draws),
        sureness=certainty_words(row["kelas_kepastian"]),
    )
    if interval is not None and interval[0] == interval[1]:
        text += "; " + _("in nine out of ten of them its rank is {rank}").format(
            rank=format_number(interval[0])
        )
    elif interval is not None:
        text += "; " + _("in nine out of ten of them its rank is {low} to {high}").format(
            low=format_number(interval[0]), high=format_number(interval[1])
        )
    return text + "."
