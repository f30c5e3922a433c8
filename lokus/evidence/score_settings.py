"""What a score may be told: settings that do not fit the indicators are refused, by name."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd

from lokus.evidence.aggregation import AGGREGATIONS
from lokus.evidence.errors import EvidenceError, name_some
from lokus.evidence.normalise import NORMALISATIONS, check_goalposts
from lokus.evidence.weighting import DATA_WEIGHTS
from lokus.i18n import gettext as _

__all__ = ["check_known", "check_settings", "stated_shares"]


def check_settings(
    indicators: pd.DataFrame,
    keys: Sequence[str],
    *,
    weights: Mapping[str, float] | str,
    worse: Mapping[str, str],
    normalise: str,
    goalposts: Mapping[str, tuple[float, float]],
    limits: Mapping[str, float],
    aggregate: str,
    missing: str,
    not_applicable: Mapping[str, Collection[str]],
) -> None:
    """Refuse settings of :func:`lokus.evidence.scoring.score` that do not fit the indicators.

    Raises
    ------
    EvidenceError
        As :func:`lokus.evidence.scoring.score`.
    """
    for name, value, allowed in (
        ("normalise", normalise, NORMALISATIONS),
        ("aggregate", aggregate, AGGREGATIONS),
        ("missing", missing, ("renormalise", "withhold")),
        *([("weights", weights, DATA_WEIGHTS)] if isinstance(weights, str) else []),
    ):
        if value not in allowed:
            raise EvidenceError(
                _("{name} must be one of {allowed}, not {value}").format(
                    name=name, allowed=", ".join(allowed), value=value
                )
            )
    if indicators.index.has_duplicates:
        repeated = indicators.index[indicators.index.duplicated()].unique()
        raise EvidenceError(
            _("villages appear more than once: {villages}").format(villages=name_some(repeated))
        )
    check_known((*keys, *goalposts), indicators.columns)
    check_known(limits, keys)
    check_known(not_applicable, keys)
    stated = {} if isinstance(weights, str) else weights
    for key, weight in stated.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise EvidenceError(
                _("the weight of {name} must be 0 or more, not {value}").format(name=key, value=weight)
            )
    for key in keys:
        if worse.get(key) not in {"high", "low"}:
            raise EvidenceError(_('worse["{name}"] must be "high" or "low"').format(name=key))
    total = math.fsum(stated.values())
    if not keys or (not isinstance(weights, str) and not (total > 0 and math.isfinite(total))):
        raise EvidenceError(_("the weights must not all be 0"))
    if goalposts and normalise != "minmax":
        raise EvidenceError(_("goalposts need normalise = minmax"))
    if limits and normalise != "limit":
        raise EvidenceError(_("limits need normalise = limit"))
    if aggregate == "rank_sum" and normalise != "rank":
        raise EvidenceError(_("the rank sum needs normalise = rank"))
    check_goalposts(goalposts)
    for key, limit in limits.items():
        if not math.isfinite(limit):
            raise EvidenceError(_("the limit of {name} must be a finite number").format(name=key))
    for key in keys:
        infinite = np.isinf(indicators[key].to_numpy(dtype=float, na_value=np.nan))
        if infinite.any():
            raise EvidenceError(
                _("indicator {name} is infinite in {villages}").format(
                    name=key, villages=name_some(indicators.index[infinite])
                )
            )


def check_known(keys: Iterable[str], known: Iterable[object]) -> None:
    """Refuse an indicator that is not there, and name the nearest one that is.

    Raises
    ------
    EvidenceError
        The first unknown key.

    Examples
    --------
    >>> check_known(["krs"], ["krs", "idm"])
    """
    names = [str(name) for name in known]
    for key in keys:
        if key not in names:
            near = get_close_matches(key, names, n=1, cutoff=0.5)
            raise EvidenceError(
                _("unknown indicator {name}").format(name=key),
                remedy=_("did you mean {name}?").format(name=near[0]) if near else "",
            )


def stated_shares(weights: Mapping[str, float]) -> pd.Series[float]:
    """Divide weights by their sum.

    Examples
    --------
    >>> stated_shares({"a": 3, "b": 1}).to_dict()
    {'a': 0.75, 'b': 0.25}
    """
    return pd.Series(weights, dtype=float, name="bobot") / math.fsum(weights.values())
