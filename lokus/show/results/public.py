"""The public version of a study: small counts masked before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lokus.findings import of_evidence
from lokus.followup.beneficiaries import public_beneficiaries
from lokus.followup.foster_parents import public_foster_parents
from lokus.followup.small_counts import SMALLEST_SHOWN
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.review import direction_texts
from lokus.show.results.text import MASKED, MASKED_PARTS, MASKED_REVIEW, is_masked

if TYPE_CHECKING:
    import geopandas as gpd

    from lokus.followup.interventions import Interventions
    from lokus.intake.indicators.indicator import Indicator
    from lokus.show.results.material import Material
    from lokus.show.results.review import ReviewMaterial

__all__ = ["mask_small_counts"]


# The review and the follow-up. Further down: the results table and all else that is written from it.

# A measured rate is a count over a count. Estimates are published, as those of one year are.
_MEASURED = ("mentah_lalu", "mentah_kini", "perubahan_mentah", "harapan_perubahan")
_STATED = ("status_reviu", "daftar_lalu", "daftar_kini", "tahun_lokus", "lulus", "perlu_diperiksa")
_NEEDS = ("nilai", "kekurangan", "kebutuhan", "kebutuhan_ambang")
_TEXTS = ("sebab", "keterangan", "arah")


def public_review(
    review: ReviewMaterial | None, results: pd.DataFrame, *, threshold: int
) -> ReviewMaterial | None:
    """Give what may be published of a review.

    Parameters
    ----------
    review : ReviewMaterial or None
    results : pandas.DataFrame
        The public results; where their parts of the score are masked, so is the review.
    threshold : int
        Counts of people from 1 to below it are masked, those of either year.

    Returns
    -------
    ReviewMaterial or None
        Status and years of every village. Measured rates of villages are left out. Changes, causes and words
        are masked where a count of either year is small or masked already, and everywhere when the counts
        of the earlier year are unknown. Activities of fewer than `threshold` villages stay: they count work,
        not people.
    """
    if review is None:
        return None
    hidden = pd.Series(is_masked(results, MASKED_PARTS), index=results.index)
    if review.counts is None:
        hidden[:] = True
    else:
        counts = review.counts.reindex(results.index)
        hidden |= ((counts > 0) & (counts < threshold)).any(axis=1)
    table = _hide(review.table, hidden)
    table[MASKED] = np.where(hidden.reindex(table.index, fill_value=True), MASKED_REVIEW, "")
    change = review.change
    if change is not None:
        if "arah" in change:  # with what the measured rate says, which is left out
            change = change.assign(arah=direction_texts(change))
        change = _hide(change.drop(columns=list(_MEASURED), errors="ignore"), hidden)
    return replace(review, table=table, change=change, counts=None)


def _hide(frame: pd.DataFrame, hidden: pd.Series[bool]) -> pd.DataFrame:
    masked = hidden.reindex(frame.index, fill_value=True)
    shown = frame.copy()
    for name in shown:
        if name in _TEXTS:
            shown[name] = shown[name].where(~masked, _("masked"))
        elif name not in (*_STATED, "desa", "kecamatan", "dua_tahun"):
            shown[name] = shown[name].astype("Float64").astype(float).mask(masked)
    return shown


def public_interventions(found: Interventions | None) -> Interventions | None:
    """Give who acts where, without the values behind it and the number of those concerned."""
    if found is None:
        return None
    return replace(found, details=found.details.assign(**dict.fromkeys(_NEEDS, np.nan)))


_PEOPLE = frozenset({"anak", "keluarga", "ibu", "jiwa", "orang"})
_EXPECTED = "anak_stunting"
_AT_SURVEY = "anak_stunting_survei"
# Sums of which offices publish all terms, besides those the catalogue knows.
_ADDS_UP: Mapping[str, tuple[str, ...]] = {
    "keluarga_sasaran": ("krs", "tidak_krs"),
    "krs": (
        "krs_peringkat_1",
        "krs_peringkat_2",
        "krs_peringkat_3",
        "krs_peringkat_4",
        "krs_peringkat_di_atas_4",
    ),
}
# Columns that hold no count of people and give none away. A column nobody has judged is not published.
_HARMLESS = frozenset(
    {
        "desa", "kecamatan", "kode_kecamatan", "jenis", "geometry", "belum_andal", "tanpa_pengukuran",
        "kovariat_hilang", "peringkat", "indikator_hilang", "status_skor", "terpilih", "nomor", "keterangan",
        "status_usulan", "peluang_lokus", "kelas_kepastian", "peringkat_bawah",
        "peringkat_atas", "peringkat_tengah", "galat_peluang", "titik_panas", "tipologi",
        "tipologi_urutan", "kelengkapan", "status_reviu", "tahun_lokus",
    }
)  # fmt: skip
_FOLLOWING = (
    "prevalensi_bawah", "prevalensi_atas", "prevalensi_bawah50", "prevalensi_atas50", "peluang_di_atas",
    "prevalensi_survei", "prevalensi_survei_bawah", "prevalensi_survei_atas", _AT_SURVEY,
    f"{_AT_SURVEY}_bawah", f"{_AT_SURVEY}_atas",
)  # fmt: skip
# What is computed from a count, with the decimals in which it is published where the count is not masked: in
# more of them the parameters that villages share could be worked out, and from these the masked counts. A
# step divides the limits of the map classes: rounding takes no village out of its class.
_ROUNDED: Mapping[str, tuple[int, float]] = {
    "prevalensi": (1, 2.5), "prevalensi_bawah": (1, 0.0), "prevalensi_atas": (1, 0.0),
    "prevalensi_bawah50": (1, 0.0), "prevalensi_atas50": (1, 0.0), "peluang_di_atas": (2, 0.0),
    "prevalensi_survei": (1, 2.5), "prevalensi_survei_bawah": (1, 0.0), "prevalensi_survei_atas": (1, 0.0),
    "skor": (3, 0.01), "peluang_lokus": (2, 0.0), "galat_peluang": (3, 0.0),
}  # fmt: skip
# All that is computed from a count. Together they leave one number for most masked counts (score and weights
# by themselves, ranks by themselves), so none of them is published beside a masked count.
_COMPUTED = (
    *_ROUNDED, "peringkat", "peringkat_bawah", "peringkat_atas", "peringkat_tengah", "kelas_kepastian",
    "titik_panas", "tipologi", "tipologi_urutan", "keterangan", "tahun_lokus",
)  # fmt: skip
_WORDED = frozenset({"kelas_kepastian", "titik_panas", "tipologi", "keterangan"})
_WHOLE = frozenset({"peringkat", "tahun_lokus"})
_AMONG_ALL = ("peringkat_bawah", "peringkat_atas", "peringkat_tengah")  # count the masked villages too
_QUOTABLE = ("join.", "batas.", "audit.incomplete", "audit.no_data")  # checks whose messages quote no value
_NAMES_OF_A_TYPE = ("typology.tiny",)
_DRIVERS = 3


def mask_small_counts(
    material: Material, catalogue: Mapping[str, Indicator], *, threshold: int = SMALLEST_SHOWN
) -> Material:
    """Give the public version of everything a study can tell.

    Parameters
    ----------
    material : Material
    catalogue : mapping of indicator key to Indicator
        Says which columns count people, and which are sums and shares of others.
    threshold : int
        Counts of people from 1 to below it are masked.

    Returns
    -------
    Material
        With ``public`` set. Results as :func:`mask_results` gives them. Reasons are written anew from what
        is left; parts of the score are masked wherever a count behind them may be; values of gaps and
        messages of findings likewise; the review as :func:`lokus.show.results.public.public_review` says.
        What became of every input row, and the lock, whose fingerprints would let values be guessed and
        checked, are left out; so are clusters, whose sums hold the counts of their villages, villages better
        than expected, and cautions that name the villages of a type.

    Notes
    -----
    A reader is taken to know the whole method, its parameters and every count that is not masked. What is
    computed from a masked count is therefore not published: of such a village the public version tells
    whether it is a lokus, and no estimate, score, rank, chance or class. Ranks are those among the others.
    Other lists, also those at other odds, prices of rules, likeness of indicators, what each of them changes
    and the sum of scores are left out: they would tell differences of scores. Justifications quote them, and
    are never published.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"desa": list("ABC"), "kode_kecamatan": "990101", "stunting": [3.0, 12.0, 20.0]},
    ...     index=["9901012001", "9901012002", "9901012003"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> material = Material(results=results, kecamatan=results, info=info)
    >>> mask_small_counts(material, load_catalogue()).results["stunting"].tolist()
    [nan, nan, 20.0]
    """
    weighed = [key for key in catalogue if catalogue[key].label in material.weights]
    results = mask_results(material.results, catalogue, threshold=threshold, weighed=weighed)
    open_ = not is_masked(results, MASKED_PARTS).any()
    parts = material.contributions
    if parts is not None:
        parts = parts.reindex(results.index)
        parts[is_masked(results, MASKED_PARTS)] = np.nan
    if "alasan" in material.results:
        results["alasan"] = _reasons(results, parts)
    findings = _mask_findings(material.findings)
    cautions = tuple(one for one in material.cautions if one.check not in _NAMES_OF_A_TYPE)
    return replace(
        material,
        results=results,
        info=replace(material.info, title=_("{title} – public version").format(title=material.info.title)),
        contributions=parts,
        findings=findings,
        gaps=_mask_gaps(material.gaps, results),
        review=public_review(material.review, results, threshold=threshold),
        interventions=public_interventions(material.interventions),
        beneficiaries=None
        if material.beneficiaries is None
        else public_beneficiaries(material.beneficiaries, results, threshold=threshold),
        # Where few people stand behind each thing shared, the shares tell how many there are.
        sharings=tuple(one for one in material.sharings if one.result.weight_each >= 2 * threshold),
        case_audit=None if material.case_audit is None else material.case_audit.for_public(results),
        alternatives=material.alternatives if open_ else None,
        prices=material.prices if open_ else None,
        odds_bounds=material.odds_bounds if open_ else None,
        overlap=material.overlap if open_ else None,
        justifications=None,
        foster=None
        if material.foster is None
        else public_foster_parents(material.foster, threshold=threshold),
        calendar=None,
        costs=None,  # divided by the unit cost they give small counts
        trade_off=None,
        requests=None,
        reconciliation=None,
        influence=material.influence if open_ else None,
        clusters=None,
        deviance=None,  # measured rates of villages by name
        cautions=cautions,
        method=tuple(_mask_method(material, findings, sums=open_)),
        lock=None,
        trial=None,  # scores and their parts, from which masked counts could be worked out
        public=True,
    )


def mask_results(
    results: gpd.GeoDataFrame,
    catalogue: Mapping[str, Indicator],
    *,
    threshold: int = SMALLEST_SHOWN,
    weighed: Collection[str] = (),
) -> gpd.GeoDataFrame:
    """Mask small counts of people in the results table, and all that would give them away.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
    catalogue : mapping of indicator key to Indicator
    threshold : int
        Counts of people from 1 to below it are masked.
    weighed : collection of str
        Indicators that the score weighs: where one of them is masked, so is the score.

    Returns
    -------
    geopandas.GeoDataFrame
        The same villages. Masked values are missing, and the column ``disamarkan`` names their columns.

    Notes
    -----
    Masked are: counts from 1 to below `threshold`; a further term where a sum would give a masked one away,
    and a further village of the kecamatan, and of the kabupaten, where a total would; shares with a masked
    or small numerator or denominator; the expected stunted children, which differ from the count by those
    not measured only, and those at the level of a survey. Where one of these is masked from which something
    is computed, everything computed is masked: estimates, score, rank, chance, classes; ranks and numbers on
    the list are those among the others. The list is public, so of a village that a recount may put in or out
    of it everything that the score weighs is masked as well: otherwise its place would leave few values for
    the masked count. Columns that are neither indicators nor known to be harmless are dropped. The outcome
    does not depend on the row order.
    """
    results = results.sort_index()
    keys = [name for name in results if _counts_people(str(name), catalogue)]
    values = results[keys].astype(float)
    hidden = (values > 0) & (values < threshold)
    if _EXPECTED in results:
        values[_EXPECTED] = results[_EXPECTED].astype(float)
        columns = [name for name in (_EXPECTED, _AT_SURVEY) if name in results]
        columns += [f"{name}_bawah" for name in columns if f"{name}_bawah" in results]
        numbers = results[columns].astype(float)
        hidden[_EXPECTED] = ((numbers > 0) & (numbers < threshold)).any(axis=1)
    groups = results["kode_kecamatan"].to_numpy()
    _protect(values, hidden, groups, catalogue, threshold)
    near = _near_the_border(results, _computed_from(hidden, catalogue, weighed, set(results)))
    also = _hide_weighed(results, hidden, near, catalogue, weighed)
    _protect(values, hidden, groups, catalogue, threshold)

    shares = dict(_shares(results, values, hidden, catalogue, threshold))
    for name in also:
        shares[name] = shares.get(name, False) | near
    public = results[
        [name for name in results if str(name) in _HARMLESS or _may_show(str(name), catalogue)]
    ].copy()
    nothing = pd.Series(False, index=results.index)
    computed = _computed_from(hidden, catalogue, weighed, set(results))
    masks = {**{str(key): hidden[key] for key in hidden}, **shares}
    expected = [f"{name}_{end}" for name in (_EXPECTED, _AT_SURVEY) for end in ("bawah", "atas")]
    for name in (*expected, _AT_SURVEY, *_COMPUTED):
        masks[name] = computed
    if computed.any():
        for name in _AMONG_ALL:
            masks[name] = ~nothing
        _round(public)
        _number_again(public, computed)
    for name, mask in masks.items():
        if name not in public:
            continue
        if name in _WORDED:
            public[name] = public[name].astype(object).where(~mask, None)
        elif name in _WHOLE:
            public[name] = public[name].astype("Int64").mask(mask)
        else:
            public[name] = public[name].astype("Float64").astype(float).mask(mask)
    named = {
        name: (mask & results[name].notna()).to_numpy() for name, mask in masks.items() if name in public
    }
    named[MASKED_PARTS] = computed.to_numpy()
    public[MASKED] = [
        ", ".join(name for name, mask in named.items() if mask[place]) for place in range(len(public))
    ]
    return public


def _protect(
    values: pd.DataFrame,
    hidden: pd.DataFrame,
    groups: np.ndarray[Any, np.dtype[Any]],
    catalogue: Mapping[str, Indicator],
    threshold: int,
) -> None:
    """Mask on until no sum of terms, of a kecamatan or of the kabupaten gives a masked count away."""
    before = -1
    while before != int(hidden.to_numpy().sum()):
        before = int(hidden.to_numpy().sum())
        _follow(hidden)
        for total, terms in _sums(values, catalogue):
            _protect_sum(values, hidden, total, terms)
        for key in hidden:
            for group in (*dict.fromkeys(groups), None):
                inside = np.ones(len(groups), dtype=bool) if group is None else groups == group
                _protect_total(values[key].to_numpy(), hidden, str(key), inside, threshold)


def _computed_from(
    hidden: pd.DataFrame, catalogue: Mapping[str, Indicator], weighed: Collection[str], given: Collection[str]
) -> pd.Series[bool]:
    """Villages of which something is computed from a masked count."""
    nothing = pd.Series(False, index=hidden.index)
    rates = hidden.get("stunting", nothing) | hidden.get("diukur", nothing)
    return rates | hidden.get(_EXPECTED, nothing) | _behind(hidden, catalogue, weighed, given)


def _near_the_border(results: pd.DataFrame, computed: pd.Series[bool]) -> pd.Series[bool]:
    """Villages with masked counts whose place in or out of the list would narrow these counts down.

    These are the ones that some recount puts where the proposal does not; all of them, where nothing was
    recounted. Which they are says nothing of their counts: a reader who knows the rest can tell it too.
    """
    if "peluang_lokus" not in results:
        return computed
    chance = results["peluang_lokus"].astype("Float64").astype(float)
    return computed & (chance > 0) & (chance < 1)


def _hide_weighed(
    results: pd.DataFrame,
    hidden: pd.DataFrame,
    near: pd.Series[bool],
    catalogue: Mapping[str, Indicator],
    weighed: Collection[str],
) -> list[str]:
    """Mask what else the score of these villages is made of, so that the list leaves their counts open.

    Gives the columns that are no counts; of shares of counted people the counts are masked, or they could be
    worked out again. Where the score weighs nothing else, it is the number of children measured and due.
    """
    also: list[str] = []
    for name in weighed:
        if name not in results or name in (*_COMPUTED, _EXPECTED, _AT_SURVEY):
            continue
        also.append(name)
        for key in (name, catalogue[name].numerator if name in catalogue else ""):
            if key in hidden:
                hidden[key] |= near
    if not also:
        for key in ("diukur", "sasaran"):
            if key in hidden:
                hidden[key] |= near
    return [name for name in also if name not in hidden]


def _behind(
    hidden: pd.DataFrame, catalogue: Mapping[str, Indicator], weighed: Collection[str], given: Collection[str]
) -> pd.Series:
    """Villages where a masked count stands behind a share that is there, weighed or helping to estimate."""
    found = hidden[[key for key in hidden if key in weighed]].any(axis=1)
    for name, item in catalogue.items():
        if (name in given or name in weighed) and item.denominator in hidden:
            found |= hidden[item.denominator]
            if item.numerator in hidden:
                found |= hidden[item.numerator]
    return found


def _round(public: pd.DataFrame) -> None:
    for name, (decimals, step) in _ROUNDED.items():
        if name in public:
            values = public[name].astype("Float64").astype(float)
            rounded = values.round(decimals)
            if step:
                below = (values * 10.0**decimals + 1e-9).apply(np.floor) / 10.0**decimals
                rounded = rounded.where(_step(rounded, step) == _step(values, step), below.round(decimals))
            public[name] = rounded


def _step(values: pd.Series, step: float) -> pd.Series:
    return (values / step + 1e-9).apply(np.floor)


def _number_again(public: pd.DataFrame, computed: pd.Series) -> None:
    """Rank the others among themselves; number the list anew, first them, then the rest by code."""
    if "peringkat" in public:
        ranks = public["peringkat"].astype("Float64").astype(float).mask(computed)
        public["peringkat"] = ranks.rank(method="min").astype("Int64")
    if "nomor" in public:
        numbers = public["nomor"].astype("Float64").astype(float)
        on_list = numbers.notna()
        first = public.index[on_list & ~computed]
        order = [*numbers[first].sort_values(kind="stable").index, *sorted(public.index[on_list & computed])]
        again = pd.Series(range(1, len(order) + 1), index=order, dtype="Int64")
        public["nomor"] = again.reindex(public.index)


def _counts_people(name: str, catalogue: Mapping[str, Indicator]) -> bool:
    return name in catalogue and catalogue[name].unit in _PEOPLE and name != _EXPECTED


def _may_show(name: str, catalogue: Mapping[str, Indicator]) -> bool:
    known = {
        "prevalensi",
        "skor",
        "alasan",
        _EXPECTED,
        f"{_EXPECTED}_bawah",
        f"{_EXPECTED}_atas",
        *_FOLLOWING,
    }
    return name in catalogue or name in known


def _follow(hidden: pd.DataFrame) -> None:
    """Mask expected children wherever the counts that they are made of are."""
    if _EXPECTED in hidden:
        for key in ("stunting", "diukur", "sasaran"):
            if key in hidden:
                hidden[_EXPECTED] |= hidden[key]


def _sums(values: pd.DataFrame, catalogue: Mapping[str, Indicator]) -> Iterator[tuple[str, tuple[str, ...]]]:
    counted = [str(key) for key in values if key in catalogue]
    known = {key: catalogue[key].sum_of for key in counted if catalogue[key].sum_of}
    for total, terms in {**_ADDS_UP, **known}.items():
        if {total, *terms} <= set(values.columns):
            yield total, terms


def _protect_sum(values: pd.DataFrame, hidden: pd.DataFrame, total: str, terms: tuple[str, ...]) -> None:
    """Mask the smallest other term where one is masked alone, or the total where no other is above 0."""
    names = [*terms, total]
    table, masks = values[names].to_numpy(), hidden[names].to_numpy()
    for row in np.flatnonzero(masks.sum(axis=1) == 1).tolist():
        others = [place for place in range(len(terms)) if not masks[row, place] and table[row, place] > 0]
        place = min(others, key=lambda place: (table[row, place], place)) if others else len(terms)
        hidden.loc[values.index[row], names[place]] = True


def _protect_total(
    values: np.ndarray[Any, np.dtype[np.float64]],
    hidden: pd.DataFrame,
    key: str,
    inside: np.ndarray[Any, np.dtype[np.bool_]],
    threshold: int,
) -> None:
    """Mask further villages of a group until what its total leaves open says nothing of one of them.

    Villages of which something is masked already come first, then those with the smallest values.
    """
    masked = hidden[key].to_numpy() & inside
    if not masked.any():
        return
    order = np.lexsort((values, ~hidden.to_numpy().any(axis=1)))
    spare = [int(place) for place in order if inside[place] and not masked[place] and values[place] > 0]

    def open_() -> bool:
        """Whether the sum of what is masked leaves three values or more for each."""
        n, total = int(masked.sum()), values[masked].sum()
        small = bool((values[masked] < threshold).all())
        return n >= 2 and total >= max(threshold, 2 * n) and not (small and total > (threshold - 1) * n - 2)

    while spare and not open_():
        masked[spare.pop(0)] = True
    hidden[key] = hidden[key].to_numpy() | masked


def _shares(
    results: gpd.GeoDataFrame,
    values: pd.DataFrame,
    hidden: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    threshold: int,
) -> Iterator[tuple[str, pd.Series]]:
    for name in map(str, results.columns):
        if name not in catalogue or not catalogue[name].denominator:
            continue
        over, under = catalogue[name].numerator, catalogue[name].denominator
        if (
            over not in results and under not in results
        ):  # a percentage alone: no count of it is anywhere here
            continue
        mask = pd.Series(False, index=results.index)
        for key in (over, under):
            if key in hidden:
                mask |= hidden[key]
        if under in values:
            mask |= values[under] < threshold
        else:
            mask |= True  # the denominator cannot be judged
        yield name, mask


def _reasons(results: pd.DataFrame, parts: pd.DataFrame | None) -> list[str]:
    """Rank, score and its largest parts, without the comparisons that quote other villages' scores."""
    total = int(results["skor"].notna().sum())
    lines = []
    own = [{}] * len(results) if parts is None else parts.reindex(results.index).to_dict("records")
    masked = is_masked(results, MASKED_PARTS)
    for rank, score, drivers, hidden in zip(results["peringkat"], results["skor"], own, masked, strict=True):
        if hidden:
            lines.append(_("Rank and score are masked."))
            continue
        if pd.isna(score):
            lines.append(_("No score."))
            continue
        text = _("Rank {rank} of {total}, score {score}").format(
            rank=format_number(float(rank)), total=format_number(total), score=_points(float(score))
        )
        leading = sorted(
            ((name, part) for name, part in drivers.items() if part > 0), key=lambda item: -item[1]
        )
        if leading:
            named = "; ".join(f"{name} {_points(part)}" for name, part in leading[:_DRIVERS])
            text = _("{text} (mostly {drivers})").format(text=text, drivers=named)
        lines.append(text + ".")
    return lines


def _points(share: float) -> str:
    return format_number(100 * share, decimals=1)


def _mask_findings(findings: pd.DataFrame | None) -> pd.DataFrame | None:
    if findings is None:
        return None
    checks = findings["check"]
    quoted = ~checks.str.startswith(_QUOTABLE)
    # Cautions quote no count of a village; one names the villages of a type.
    quoted &= ~checks.map(of_evidence).astype(bool) | checks.isin(_NAMES_OF_A_TYPE)
    masked = findings.copy()
    masked.loc[quoted, "message"] = _("details are masked in the public version")
    masked.loc[quoted, "remedy"] = ""
    return masked


def _mask_gaps(gaps: pd.DataFrame | None, results: pd.DataFrame) -> pd.DataFrame | None:
    """Take the values of gaps from the masked results; of what they lack, nothing."""
    if gaps is None:
        return None
    values = [
        results.loc[kode, key] if key in results and kode in results.index else None
        for kode, key in zip(gaps["kode_desa"], gaps["kunci"], strict=True)
    ]
    return gaps.assign(nilai=pd.Series(values, index=gaps.index, dtype="Float64").astype(float))


def _mask_method(
    material: Material, findings: pd.DataFrame | None, *, sums: bool
) -> Iterator[tuple[str, Any]]:
    """Give the lines that quote no masked number; sums of scores only where none is masked."""
    accepted = _("Accepted finding")
    columns = (
        _("Proof"), _("Price of a rule"), _("Ties at the border"),
        _("Lists if the children not measured had other odds"),
    )  # fmt: skip
    left_out = {accepted} if sums else {accepted, *columns}
    yield from (line for line in material.method if line[0] not in left_out)
    if findings is not None and "accepted" in findings:
        for row in findings[findings["accepted"].astype(bool)].to_dict("records"):
            yield accepted, f"{row['check']}: {row['message']} – {row['reason']}"
