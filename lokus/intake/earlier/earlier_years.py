"""Convert indicators and lists of earlier years to this year's villages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding
from lokus.i18n import gettext as _
from lokus.places.boundary_findings import list_codes
from lokus.places.carry import carry_over
from lokus.places.kode import format_kode
from lokus.places.vintages import Crosswalk, crosswalk

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue

__all__ = ["EarlierYears", "carry_earlier_years"]

# Results that are not indicators but are compared in a review.
_RESULTS = ("skor", "peringkat", "peluang_lokus")
# Denominators of an estimated rate, in order of preference.
_DENOMINATORS: Mapping[str, tuple[str, ...]] = {"prevalensi": ("sasaran", "diukur")}
_RECODED = "ganti kode"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class EarlierYears:
    """Data of earlier years for this year's villages.

    Attributes
    ----------
    values : pandas.DataFrame of float
        Last year's indicators, score and rank; index ``kode_desa`` of this year, sorted. Missing where a
        village had none, or where it is unknown (counts of a divided village).
    lists : pandas.DataFrame of boolean
        Village × year, newest year last: whether it was on that list; ``<NA>`` for a village that is new.
    left : pandas.DataFrame
        Villages of a list that are no longer in the village list: index ``kode_desa`` of that time, columns
        ``desa``, ``kecamatan``, ``tahun`` (the years it was on a list).
    changes : pandas.DataFrame
        Index of `values`; ``asal`` (former codes), ``jenis_perubahan`` (one of
        :data:`lokus.places.vintages.CHANGES`, missing where the former list is unknown), ``perlu_diperiksa``
        (bool), ``keterangan``.
    crosswalk : Crosswalk or None
        None where the former village list is unknown.
    findings : tuple of Finding
    """

    values: pd.DataFrame = field(repr=False)
    lists: pd.DataFrame = field(repr=False)
    left: pd.DataFrame = field(repr=False)
    changes: pd.DataFrame = field(repr=False)
    crosswalk: Crosswalk | None = field(repr=False)
    findings: tuple[Finding, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """Years with a list, newest last."""
        return tuple(int(year) for year in self.lists.columns.tolist())

    def kode(self, year: int) -> tuple[str, ...]:
        """Return this year's sorted codes of the villages on the list of a year."""
        on = self.lists[year].fillna(value=False).astype(bool)
        return tuple(str(kode) for kode in self.lists.index[on])

    def __repr__(self) -> str:
        return _("Past of {n} villages: lists {lists}; {left} villages of a list are gone").format(
            n=len(self.lists),
            lists=", ".join(f"{year} ({int(on.sum())})" for year, on in self.lists.items()) or "–",
            left=len(self.left),
        )


def carry_earlier_years(
    previous_villages: pd.DataFrame | None,
    previous_results: pd.DataFrame | None,
    lists: Mapping[int, Collection[str]],
    villages: pd.DataFrame,
    *,
    catalogue: Catalogue,
    walk: Crosswalk | None = None,
) -> EarlierYears:
    """Convert last year's indicators and the lists of earlier years to this year's villages.

    Parameters
    ----------
    previous_villages : pandas.DataFrame or geopandas.GeoDataFrame, optional
        Village table of last year: index ``kode_desa``, ``desa``, ``kecamatan``; with polygons, divided and
        merged villages are recognised. None where only lists are known that were read against this year's
        villages.
    previous_results : pandas.DataFrame, optional
        Last year's results, index as `previous_villages`.
    lists : mapping of year to codes
        Decided lists, in the codes of `previous_villages` (of `villages` where that is None).
    villages : pandas.DataFrame or geopandas.GeoDataFrame
        Village table of this year.
    catalogue : Catalogue
        States which indicators are counts, and the denominators of shares. A share without a known
        denominator is used for merged villages only where it was the same in all.
    walk : Crosswalk, optional
        From `previous_villages` to `villages`, where it is known already.

    Returns
    -------
    EarlierYears

    Raises
    ------
    InputError
        A code of a list is no village of its village table.
    ValueError
        Results are given without their villages.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> old = pd.DataFrame({"desa": ["Suka Maju"], "kecamatan": ["Sari"]}, index=["9901012001"])
    >>> new = pd.DataFrame({"desa": ["Suka Maju"], "kecamatan": ["Sari"]}, index=["9901022001"])
    >>> old.index.name = new.index.name = "kode_desa"
    >>> past = carry_earlier_years(
    ...     old, old.assign(stunting=12.0), {2025: ["9901012001"]}, new, catalogue=load_catalogue()
    ... )
    >>> past.kode(2025), past.values.loc["9901022001", "stunting"], past.changes["jenis_perubahan"].iloc[0]
    (('9901022001',), np.float64(12.0), 'ganti kode')
    """
    if previous_villages is None:
        if previous_results is not None:
            raise ValueError("results need the villages they are of")
        return _lists_alone(lists, villages)
    before = previous_villages.sort_index()
    flags, years = _flags(lists, before), [str(year) for year in sorted(lists)]
    walk = walk or crosswalk(before, villages)
    values = _comparable(previous_results, catalogue).reindex(before.index)
    kept = [str(name) for name in values]
    counts = [name for name in kept if name in catalogue and catalogue[name].is_count]
    carried = carry_over(
        values.join(flags),
        walk,
        counts=counts,
        shares=_shares(kept, catalogue),
        flags=years,
    )
    named = [", ".join(year for year in years if row[year]) for row in carried.left.to_dict("records")]
    left = pd.DataFrame(before.loc[carried.left.index, ["desa", "kecamatan"]]).assign(tahun=named)
    past = EarlierYears(
        values=carried.table[kept],
        lists=carried.table[years].rename(columns=int),
        left=left[left["tahun"] != ""],
        changes=carried.table[["asal", "jenis_perubahan", "perlu_diperiksa", "keterangan"]],
        crosswalk=walk,
        findings=(),
    )
    return _with_findings(past, carried.findings, flags, villages)


def _lists_alone(lists: Mapping[int, Collection[str]], villages: pd.DataFrame) -> EarlierYears:
    """Return lists that already have this year's codes, without conversion."""
    now = villages.sort_index()
    flags = _flags(lists, now)
    nothing = pd.DataFrame(index=now.index)
    return EarlierYears(
        values=nothing,
        lists=flags.astype("boolean").rename(columns=int),
        left=pd.DataFrame({"desa": [], "kecamatan": [], "tahun": []}, index=now.index[:0]),
        changes=nothing.assign(
            asal="",
            jenis_perubahan=pd.array([pd.NA] * len(now), dtype="string"),
            perlu_diperiksa=False,
            keterangan="",
        ),
        crosswalk=None,
        findings=(
            Finding(
                check="tahun.unknown",
                level="note",
                message=_("the village list of the earlier years is not known: this year's is used for them"),
                remedy=_("name last year's outputs or study to have indicators and changed codes followed"),
            ),
        ),
    )


def _flags(lists: Mapping[int, Collection[str]], villages: pd.DataFrame) -> pd.DataFrame:
    """Villages × year as text, oldest first."""
    for year, codes in sorted(lists.items()):
        foreign = sorted(set(codes) - set(villages.index))
        if foreign:
            raise InputError(
                _("{n} codes on the list of {year} are no villages of that time: {codes}").format(
                    n=len(foreign), year=year, codes=list_codes(foreign)
                ),
                remedy=_("Use the village list of the year of that table."),
            )
    return pd.DataFrame(
        {str(year): villages.index.isin(list(codes)) for year, codes in sorted(lists.items())},
        index=villages.index,
    )


def _comparable(results: pd.DataFrame | None, catalogue: Catalogue) -> pd.DataFrame:
    if results is None:
        return pd.DataFrame()
    names = [
        name
        for name in results
        if (name in catalogue or name in _RESULTS) and pd.api.types.is_numeric_dtype(results[name])
    ]
    return pd.DataFrame({name: results[name].astype("Float64").astype(float) for name in names})


def _shares(names: Collection[str], catalogue: Catalogue) -> dict[str, str]:
    shares = {}
    for name in names:
        if name in catalogue and catalogue[name].is_share:
            known = (*_DENOMINATORS.get(name, ()), catalogue[name].denominator)
            below = next((key for key in known if key in names), "")
            if below:
                shares[name] = below
    return shares


def _with_findings(
    past: EarlierYears, carried: Collection[Finding], flags: pd.DataFrame, villages: pd.DataFrame
) -> EarlierYears:
    findings = [*carried, *_recoded(past)]
    for label, on in flags.items():
        year = int(str(label))
        before, now = int(on.sum()), len(past.kode(year))
        gone = past.left[[str(year) in years.split(", ") for years in past.left["tahun"]]]
        if len(gone):
            findings.append(
                Finding(
                    check="tahun.lokus_gone",
                    level="warning",
                    message=_("{n} lokus of {year} are no longer villages: {names}").format(
                        n=len(gone), year=year, names=_named(gone)
                    ),
                    remedy=_(
                        "complete daftar_resmi where they still exist; where another village took them in, "
                        "decide on that one: kunci_masuk holds it on the list"
                    ),
                )
            )
        if now != before - len(gone):
            findings.append(
                Finding(
                    check="tahun.lokus_count",
                    level="warning",
                    message=_("the {n} lokus of {year} that still exist are {now} villages today").format(
                        n=before - len(gone), year=year, now=now
                    ),
                    remedy=_(
                        "villages were divided or merged; see which of them the decree means, and decide on "
                        "the others with kunci_keluar"
                    ),
                )
            )
    doubtful = past.changes["perlu_diperiksa"].astype(bool) & past.lists.fillna(value=False).any(axis=1)
    if doubtful.any():
        findings.append(
            Finding(
                check="tahun.lokus_doubtful",
                level="warning",
                message=_("{n} lokus were recognised otherwise than by their code: {names}").format(
                    n=int(doubtful.sum()),
                    names=_named(villages.loc[doubtful.index[doubtful]], past.changes["asal"]),
                ),
                remedy=_(
                    "ask the office for village affairs whether they are the villages of these former codes; "
                    "where not, correct the code in daftar_resmi"
                ),
            )
        )
    return replace(past, findings=tuple(findings))


def _recoded(past: EarlierYears) -> list[Finding]:
    changed = past.changes[past.changes["jenis_perubahan"] == _RECODED]
    if changed.empty:
        return []
    pairs = [f"{format_kode(old)} → {format_kode(str(new))}" for new, old in changed["asal"].items()]
    return [
        Finding(
            check="tahun.recoded",
            level="note",
            message=_("{n} villages have another code than before: {pairs}").format(
                n=len(pairs), pairs=", ".join(pairs[:5]) + (", …" if len(pairs) > 5 else "")
            ),
        )
    ]


def _named(villages: pd.DataFrame, former: pd.Series[str] | None = None) -> str:
    """Name villages, with their `former` codes where they are asked for."""
    names = [f"{row.desa} ({row.kecamatan})" for row in villages.itertuples()]
    if former is not None:
        codes = [former[kode].split(", ") for kode in villages.index]
        names = [
            f"{name} ← {' + '.join(map(format_kode, own))}" for name, own in zip(names, codes, strict=True)
        ]
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
