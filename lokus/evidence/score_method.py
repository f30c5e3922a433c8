"""What a score is, in one sentence a planner can read out."""

from __future__ import annotations

from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["describe_method"]


def describe_method(
    normalise: str, weighting: str, aggregate: str, *, consistency_ratio: float | None = None
) -> str:
    """Say how indicators become the score.

    Parameters
    ----------
    normalise, weighting, aggregate : str
        As :class:`lokus.evidence.scoring.Scores` names them.
    consistency_ratio : float, optional
        Of pairwise comparisons.

    Examples
    --------
    >>> describe_method("rank", "equal", "rank_sum")
    'setiap indikator diganti peringkatnya di antara desa, dijadikan 0–1; bobot sama;
    jumlah peringkat berbobot, sehingga bagian-bagiannya berjumlah sama dengan skor'
    """
    scale = {
        "minmax": _("each indicator brought to 0–1 between its smallest and largest value or its fixed ends"),
        "rank": _("each indicator replaced by its rank among the villages, brought to 0–1"),
        "zscore": _("each indicator by its z-score, brought to 0–1 by the normal distribution"),
        "limit": _("each indicator red (1) where worse than its limit, otherwise 0"),
    }[normalise]
    weights = {
        "stated": _("weights as stated"),
        "equal": _("equal weights"),
        "ahp": _("weights by pairwise comparison (AHP), consistency ratio {ratio}").format(
            ratio=format_number(consistency_ratio, decimals=3)
        ),
        "entropy": _("weights by entropy: the more an indicator tells villages apart, the more it weighs"),
        "critic": _("weights by CRITIC: the more spread and the less repetition, the more weight"),
        "pca": _("weights by principal components: indicators that repeat one another share a weight"),
    }[weighting]
    joined = {
        "arithmetic": _("weighted sum, so that the parts add up to the score"),
        "rank_sum": _("weighted sum of ranks, so that the parts add up to the score"),
        "geometric": _(
            "geometric mean, in which one very bad indicator is not made up for by good ones; the parts "
            "split the score by logarithms and add up to it"
        ),
        "topsis": _(
            "TOPSIS: distance from the best values against distance from the worst; the parts are the rise "
            "of the score as all indicators worsen together, and add up to it"
        ),
    }[aggregate]
    return "; ".join([scale, weights, joined])
