"""One figure for many service coverages: their mean, where enough of them are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SERVICES", "service_coverage"]

SERVICES = "cakupan_layanan"
_PREFIX = "cakupan_"
_NOT_SERVICES = frozenset({SERVICES, "cakupan_pengukuran"})
_HIGH_IS_WORSE = frozenset({"cakupan_unmet_need", "cakupan_kehamilan_tidak_diinginkan"})


def service_coverage(
    indicators: pd.DataFrame, *, services: Sequence[str] | None = None, least: float = 0.5
) -> tuple[pd.Series[float], list[Finding]]:
    """Average the service coverages of each village.

    Parameters
    ----------
    indicators : DataFrame, villages × indicators
        Coverages in percent. Unmet need and unwanted pregnancy, where high is bad, count as 100 minus their
        value.
    services : sequence of str, optional
        Columns; all that begin with ``cakupan_`` otherwise, except the coverage of measurement.
    least : float
        Share of the services that must be known in a village; with fewer its mean stays missing.

    Returns
    -------
    Series named ``cakupan_layanan``, list of Finding
        Percent. A finding counts the villages averaged over part of the services, and those left missing.

    Notes
    -----
    A mean over part of the services depends on which part: it stands for the rest only where the gaps have
    nothing to do with the coverage.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"cakupan_mp_asi": [60.0, None], "cakupan_unmet_need": [20.0, None]})
    >>> service_coverage(frame)[0].tolist()
    [70.0, nan]
    """
    names = sorted(
        [
            name
            for name in map(str, indicators.columns)
            if name.startswith(_PREFIX) and name not in _NOT_SERVICES
        ]
        if services is None
        else services
    )
    values = indicators[names].astype(float)
    for name in _HIGH_IS_WORSE.intersection(names):
        values[name] = 100.0 - values[name]
    known = values.notna().sum(axis=1)
    enough = (known > 0) & (known >= least * len(names))
    mean = values.mean(axis=1).where(enough).rename(SERVICES)
    findings = []
    for check, count, text in (
        ("services_partial", int((enough & (known < len(names))).sum()),
         _("{n} villages: mean service coverage taken over part of the {services} services")),
        ("services_missing", int((~enough).sum()),
         _("{n} villages: fewer than half of the {services} services known, so no mean service coverage")),
    ):  # fmt: skip
        if count and names:
            findings.append(
                Finding(
                    check=f"evidence.{check}",
                    level="warning",
                    message=text.format(n=format_number(count), services=format_number(len(names))),
                    remedy=_("complete the service coverages of these villages"),
                )
            )
    return mean, findings
