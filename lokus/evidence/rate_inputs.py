"""Settings, earlier rounds and effects as the caller gives them, checked and brought into shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from lokus.evidence.counts import Counts, check_counts
from lokus.evidence.effects import Effect, kecamatan_effect, neighbour_effect, no_effect
from lokus.evidence.errors import EvidenceError, name_some
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

__all__ = ["EffectName", "candidate_effects", "check_options", "earlier_counts"]

EffectName = Literal["none", "kecamatan", "neighbours", "auto"]


def earlier_counts(stunting: pd.Series[float], diukur: pd.Series[float], *, index: pd.Index) -> Counts:
    """Check an earlier round, then bring it to the villages of the newest: absent, not measured."""
    then = check_counts(stunting, diukur, None)
    place = np.arange(len(index)) if then.index.equals(index) else then.index.get_indexer(index)
    y, n = (np.where(place >= 0, values[place], 0.0) for values in (then.y, then.n))
    return Counts(index=index, y=y, n=n, due=np.full(len(index), np.nan))


def candidate_effects(
    effect: EffectName,
    index: pd.Index,
    kecamatan: pd.Series[str] | None,
    neighbours: csr_array | None,
) -> list[Effect]:
    """Check what is needed and list the effects to try, the plainest first."""
    if effect not in ("none", "kecamatan", "neighbours", "auto"):
        raise EvidenceError(
            _("{name} must be one of {allowed}, not {value}").format(
                name="effect", allowed="none, kecamatan, neighbours, auto", value=effect
            )
        )
    if (effect == "kecamatan" and kecamatan is None) or (effect == "neighbours" and neighbours is None):
        raise EvidenceError(
            _('effect "{effect}" needs the argument {name}').format(effect=effect, name=effect)
        )
    candidates = [no_effect(len(index))] if effect in ("none", "auto") else []
    if kecamatan is not None and effect in ("kecamatan", "auto"):
        if kecamatan.index.has_duplicates or not index.isin(kecamatan.index).all():
            absent = index.difference(kecamatan.index)
            raise EvidenceError(
                _("kecamatan lacks villages or repeats them: {villages}").format(villages=name_some(absent))
            )
        candidates.append(kecamatan_effect(kecamatan.reindex(index).to_numpy(dtype=object)))
    if neighbours is not None and effect in ("neighbours", "auto"):
        if neighbours.shape != (len(index), len(index)):
            raise EvidenceError(
                _("neighbours must have one row and one column for each of the {n} villages").format(
                    n=len(index)
                )
            )
        candidates.append(neighbour_effect(neighbours))
    return [candidates[0], *(candidate for candidate in candidates[1:] if candidate.size)]


def check_options(level: float, odds_ratio: float, threshold: float | None) -> None:
    """Refuse settings out of range."""
    if not 0.0 < level < 1.0:
        raise EvidenceError(_("level must lie between 0 and 1, not {value}").format(value=level))
    if not 0.0 < odds_ratio < np.inf:
        raise EvidenceError(_("odds_ratio must be greater than 0, not {value}").format(value=odds_ratio))
    if threshold is not None and not 0.0 <= threshold <= 100.0:
        raise EvidenceError(
            _("threshold must lie between 0 and 100 percent, not {value}").format(value=threshold)
        )
