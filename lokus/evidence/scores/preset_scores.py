"""Score villages by a preset, and derive the priorities or classes of its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lokus.errors import EvidenceError, name_some
from lokus.evidence.scores.aggregation import village_weights
from lokus.evidence.scores.presets import Preset, find_preset
from lokus.evidence.scores.scoring import STUNTED_CHILDREN, Scores, score
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.scores.aggregation import Missing

__all__ = ["SERVICES", "apply_preset", "priorities", "service_coverage", "vulnerability_classes"]


SERVICES = "cakupan_layanan"
_PREFIX = "cakupan_"
_NOT_SERVICES = frozenset({SERVICES, "cakupan_pengukuran"})
_HIGH_IS_WORSE = frozenset({"cakupan_unmet_need", "cakupan_kehamilan_tidak_diinginkan"})
CLASSES = 6


def apply_preset(
    preset: str | Preset,
    indicators: pd.DataFrame,
    *,
    limits: Mapping[str, float] | None = None,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    cuts: Mapping[str, Sequence[float]] | None = None,
    instead: Mapping[str, str] | None = None,
    missing: Missing | None = None,
    jenis: pd.Series[str] | None = None,
    ties: pd.Series[float] | None = None,
) -> Scores:
    """Score villages by a preset.

    Parameters
    ----------
    preset : str or Preset
        Key or preset.
    indicators : DataFrame, index ``kode_desa``
        Must have the preset's indicators. Where ``cakupan_layanan`` is not given it is the mean of the
        service coverages (:func:`lokus.evidence.scores.preset_scores.service_coverage`).
    limits : mapping of key to number, optional
        Stated limits of a traffic light or threshold, instead of the median or the preset's own.
    goalposts : mapping of key to (low, high), optional
        Fixed ends, for presets that normalise by minimum and maximum.
    cuts : mapping of key to five numbers, optional
        Borders of the six vulnerability classes in each indicator's unit, from the most vulnerable; adds the
        column ``kelas`` (:func:`vulnerability_classes`).
    instead : mapping of key to key, optional
        Another indicator instead of one of the preset's, such as ``{"prevalensi_mentah": "prevalensi"}``.
    missing : {"renormalise", "withhold"}, optional
        Instead of the preset's own rule.
    jenis : Series, optional
        "desa" or "kelurahan", for indicators that do not apply to a kelurahan.
    ties : Series, optional
        Breaks ties after the preset's own tie rules and before the code: expected stunted children.

    Returns
    -------
    Scores
        ``basis`` names preset, source and status. Do not change a preset that is to be cited as official:
        with any changed setting its status is no longer official. A traffic light of several indicators adds
        the column ``prioritas`` (:func:`priorities`).

    Raises
    ------
    EvidenceError
        Unknown preset; needed indicators are absent; settings that the preset does not use.

    Examples
    --------
    >>> desa = pd.DataFrame({"prevalensi_mentah": [25.0, 8.0], "stunting": [10.0, 4.0]}, index=["a", "b"])
    >>> scores = apply_preset("ambang_prevalensi", desa)
    >>> scores.table["skor"].tolist()
    [1.0, 0.0]
    >>> print(apply_preset("ambang_prevalensi", desa, limits={"prevalensi_mentah": 14}).basis)
    Prevalensi di atas ambang (bukan resmi). Sumber: Keputusan Bupati Mandailing Natal 2021 tentang
    penetapan desa prioritas. Dibaca di: scribd.com/document/585203325. Keputusan itu menimbang 37 desa yang
    prevalensi terukurnya di atas 20 % (e-PPGBM). Bahwa setiap desa di atas 20 % menjadi lokus, dan tidak ada
    yang lain, adalah anggapan: dari keputusan itu hanya bagian awalnya yang terbaca, tanpa daftarnya.
    Diubah: batas.
    """
    rule = find_preset(preset) if isinstance(preset, str) else preset
    table, findings = _with_services(rule, indicators)
    turned = instead or {}
    unknown = [key for key in turned if key not in rule.indicators]
    if unknown:
        raise EvidenceError(
            _("preset {preset} has no indicator {name}").format(preset=rule.key, name=name_some(unknown)),
            remedy=_("its indicators: {names}").format(names=", ".join(rule.indicators)),
        )
    _check_there([turned.get(key, key) for key in rule.indicators], table, rule)
    worse = {turned.get(key, key): end for key, end in rule.worse.items()}
    weights = {turned.get(key, key): weight for key, weight in rule.weights.items()}
    if len(weights) < len(rule.weights):
        raise EvidenceError(
            _("two indicators of preset {preset} are the same").format(preset=rule.key),
            remedy=_("replace each indicator of the preset by another of its own"),
        )
    own_limits = {turned.get(key, key): limit for key, limit in rule.limits.items()}
    tie_table = table[[turned.get(key, key) for key in rule.ties]]
    if ties is not None:
        tie_table = tie_table.assign(**{STUNTED_CHILDREN: ties})
    urban = [] if jenis is None else list(jenis.index[jenis == "kelurahan"])
    scores = score(
        table,
        weights=weights,
        worse=worse,
        normalise=rule.normalise,
        goalposts=goalposts,
        limits={**own_limits, **(limits or {})} or None,
        aggregate=rule.aggregate,
        missing=missing or rule.missing,
        not_applicable={turned.get(key, key): urban for key in rule.urban_exempt} if urban else None,
        heirs={turned.get(key, key): turned.get(heir, heir) for key, heir in rule.urban_heirs.items()},
        ties=tie_table if len(tie_table.columns) else None,
        basis=_basis(rule, _changes(rule, limits, goalposts, turned, missing), urban=bool(urban)),
    )
    columns = scores.table
    if rule.normalise == "limit" and len(rule.weights) > 1:
        columns = columns.assign(prioritas=priorities(scores))
    if cuts:
        columns = columns.assign(kelas=vulnerability_classes(scores, table, cuts, worse, goalposts))
    return replace(scores, table=columns, findings=(*findings, *scores.findings))


def priorities(scores: Scores) -> pd.Series[int]:
    """Compute the priority of each village of a traffic light: 1 where every criterion is red.

    Parameters
    ----------
    scores : Scores
        Normalised by limits.

    Returns
    -------
    Series of Int64, named ``prioritas``
        1 + the number of criteria that are not red; missing where no criterion is red or one is missing.

    Examples
    --------
    >>> desa = pd.DataFrame({"krs": [9.0, 5.0, 1.0], "stunting": [4.0, 1.0, 2.0]}, index=["a", "b", "c"])
    >>> rule = {"weights": "equal", "worse": {"krs": "high", "stunting": "high"}, "normalise": "limit"}
    >>> priorities(score(desa, **rule)).tolist()
    [1, <NA>, <NA>]
    """
    red = scores.normalised.sum(axis=1, skipna=False)
    place = len(scores.normalised.columns) + 1 - red
    return place.where(red > 0).astype("Int64").rename("prioritas")


def vulnerability_classes(
    scores: Scores,
    indicators: pd.DataFrame,
    cuts: Mapping[str, Sequence[float]],
    worse: Mapping[str, str],
    goalposts: Mapping[str, tuple[float, float]] | None = None,
) -> pd.Series[int]:
    """Classify villages into six classes, with borders at the score of a village at all indicators' borders.

    Parameters
    ----------
    scores : Scores
        Weighted sum of indicators scaled between two ends.
    indicators : DataFrame
        The values that were scored, in their units.
    cuts : mapping of key to five numbers
        Borders between classes 1 and 2, 2 and 3, …, 5 and 6 of each indicator, in its unit.
    worse, goalposts
        As they were scored.

    Returns
    -------
    Series of Int64, named ``kelas``
        1 most vulnerable … 6 most resilient; missing where the score is.

    Raises
    ------
    EvidenceError
        An indicator has no borders, not five, or they do not run from bad to good.

    Notes
    -----
    FSVA: K = Σ a C, with the weights a of the score and the borders C on the scale of the indicators. A
    village scored on part of the indicators is compared with borders of the same part.

    Examples
    --------
    >>> desa = pd.DataFrame({"air_layak": [0.0, 45.0, 100.0]}, index=["a", "b", "c"])
    >>> scores = score(desa, weights={"air_layak": 1}, worse={"air_layak": "low"})
    >>> cuts = {"air_layak": [20, 40, 60, 80, 90]}
    >>> vulnerability_classes(scores, desa, cuts, {"air_layak": "low"}).tolist()
    [1, 3, 6]
    """
    if scores.normalise != "minmax" or scores.aggregate != "arithmetic":
        raise EvidenceError(
            _("classes need a weighted sum of indicators scaled between two ends"),
            remedy=_("leave the class borders out, or choose a preset with a weighted sum"),
        )
    borders = np.empty((len(scores.weights), CLASSES - 1))
    for row, key in enumerate(scores.weights.index):
        values = [float(value) for value in cuts.get(str(key), ())]
        rising = np.diff(values) > 0 if worse[str(key)] == "low" else np.diff(values) < 0
        if len(values) != CLASSES - 1 or not rising.all() or not np.isfinite(values).all():
            raise EvidenceError(
                _("{name} needs {n} class borders that run from bad to good").format(name=key, n=CLASSES - 1),
                remedy=_("state the borders in order, from bad to good"),
            )
        column = indicators[key].where(scores.normalised[key].reindex(indicators.index).notna())
        low, high = (goalposts or {}).get(str(key), (column.min(), column.max()))
        if not low < high:
            raise EvidenceError(
                _("{name} does not vary, so its class borders have no place").format(name=key),
                remedy=_("take the indicator out of the score"),
            )
        place = (np.asarray(values) - low) / (high - low)
        borders[row] = 1.0 - place if worse[str(key)] == "low" else place
    weights = village_weights(
        scores.weights, scores.normalised.index, exempt=scores.exempt, heirs=scores.heirs
    )
    shares = scores.normalised.notna().to_numpy() * weights.to_numpy()
    with np.errstate(invalid="ignore"):
        limits = shares @ borders / shares.sum(axis=1, keepdims=True)
    skor = scores.table["skor"]
    # Rounding of sums must not put a village on the border into the next class.
    place = 1 + (skor.to_numpy()[:, None] < limits - 1e-12).sum(axis=1)
    return pd.Series(place, index=skor.index, name="kelas").where(skor.notna()).astype("Int64")


def _with_services(rule: Preset, indicators: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    if SERVICES not in rule.indicators or SERVICES in indicators:
        return indicators, []
    mean, findings = service_coverage(indicators)
    return (indicators.assign(**{SERVICES: mean}), findings) if mean.notna().any() else (indicators, [])


def _check_there(needed: Sequence[str], table: pd.DataFrame, rule: Preset) -> None:
    absent = [key for key in needed if key not in table]
    if absent:
        raise EvidenceError(
            _("preset {preset} needs indicators that the study does not have: {names}").format(
                preset=rule.key, names=name_some(absent)
            ),
            remedy=_("add them to a table, or name another indicator in their place"),
        )


def _changes(
    rule: Preset,
    limits: Mapping[str, float] | None,
    goalposts: Mapping[str, tuple[float, float]] | None,
    instead: Mapping[str, str],
    missing: Missing | None,
) -> list[str]:
    changes = []
    if limits and any(rule.limits.get(key) != limit for key, limit in limits.items()):
        changes.append(_("limits"))
    if goalposts:
        changes.append(_("fixed ends"))
    if missing and missing != rule.missing:
        changes.append(_("missing data"))
    changes += [_("{new} in place of {old}").format(new=new, old=old) for old, new in instead.items()]
    return changes


def _basis(rule: Preset, changes: Sequence[str], *, urban: bool) -> str:
    status = _("not official: changed") if rule.resmi and changes else rule.status
    if rule.resmi and urban and rule.urban_text:
        status = _("not official: the weights of kelurahan were not read in the guide itself")
    parts = [
        f"{rule.title} ({status}).",
        _("Source: {source}.").format(source=rule.source),
        _("Read at: {page}.").format(page=rule.page) if rule.page else "",
        rule.stated,
        rule.assumed,
        _(rule.urban_text) if urban and rule.urban_text else "",
        _("Changed: {changes}.").format(changes=", ".join(changes)) if changes else "",
    ]
    return " ".join(part for part in parts if part)


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
        Least share of the services known in a village; below it the mean is missing.

    Returns
    -------
    Series named ``cakupan_layanan``, list of Finding
        Percent. A finding counts the villages averaged over part of the services, and those left missing.

    Notes
    -----
    A mean over part of the services depends on which part it is, and represents all of them only where
    missing values are unrelated to the coverage.

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
