"""Count beneficiaries (sasaran) in lokus, kecamatan and kabupaten, without double counting."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from lokus.errors import FollowupError, name_some
from lokus.findings import Finding
from lokus.followup.small_counts import SMALLEST_SHOWN
from lokus.i18n import N_, format_number
from lokus.i18n import gettext as _

__all__ = [
    "FAMILIES",
    "GROUPS",
    "PERSONS",
    "SCOPES",
    "Beneficiaries",
    "Group",
    "beneficiaries",
    "group_label",
    "public_beneficiaries",
    "unit_label",
]


PERSONS, FAMILIES = "orang", "keluarga"


@dataclass(frozen=True, kw_only=True)
class Group:
    """One target group.

    Parameters
    ----------
    label : str
        Marked for translation.
    column : str
        Indicator key that counts it, where the study names no other.
    unit : {"orang", "keluarga"}
        Persons and families are never added up.
    inside : tuple of str
        Groups that contain all of these people.
    overlaps : tuple of str
        Groups that contain some of these people.
    """

    label: str
    column: str
    unit: str = PERSONS
    inside: tuple[str, ...] = ()
    overlaps: tuple[str, ...] = ()


GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "remaja_putri": Group(
            label=N_("Adolescent girls"), column="remaja_putri", overlaps=("catin", "bumil", "nifas")
        ),
        "catin": Group(label=N_("Brides- and grooms-to-be"), column="catin"),
        "bumil": Group(label=N_("Pregnant women"), column="bumil"),
        "bumil_kek": Group(
            label=N_("Pregnant women with chronic energy deficiency"), column="bumil_kek", inside=("bumil",)
        ),
        "nifas": Group(label=N_("Women after childbirth"), column="nifas"),
        "balita": Group(label=N_("Children under five"), column="sasaran"),
        "baduta": Group(label=N_("Children under two"), column="baduta", inside=("balita",)),
        "balita_stunting": Group(
            label=N_("Stunted children recorded"), column="stunting", inside=("balita",)
        ),
        "keluarga": Group(label=N_("Families"), column="keluarga", unit=FAMILIES),
        "keluarga_sasaran": Group(
            label=N_("Families screened for risk"),
            column="keluarga_sasaran",
            unit=FAMILIES,
            inside=("keluarga",),
        ),
        "krs": Group(
            label=N_("Families at risk of stunting"),
            column="krs",
            unit=FAMILIES,
            inside=("keluarga_sasaran", "keluarga"),
        ),
    }
)
SCOPES = ("kabupaten", "lokus", "kecamatan", "lokus per kecamatan")
_LEVELS = ("kabupaten", "kecamatan")


def group_label(name: str) -> str:
    """Return the label of a group; ``"orang"`` is the sum of persons.

    Examples
    --------
    >>> group_label("baduta"), group_label("krs")
    ('Baduta (0–23 bulan)', 'Keluarga berisiko stunting (KRS)')
    """
    if name == PERSONS:
        return _("Persons, each counted once")
    if name not in GROUPS:
        near = difflib.get_close_matches(name, GROUPS, n=1, cutoff=0.5)
        raise FollowupError(
            _('no target group "{name}"; known: {known}').format(name=name, known=", ".join(GROUPS)),
            remedy=_('did you mean "{key}"?').format(key=near[0])
            if near
            else _("name one of the known groups, or take it out"),
        )
    return _(GROUPS[name].label)


def unit_label(unit: str) -> str:
    """Return the label of the unit of counting.

    Examples
    --------
    >>> unit_label("orang"), unit_label("keluarga")
    ('orang', 'keluarga')
    """
    return {PERSONS: _("persons"), FAMILIES: _("families")}[unit]


@dataclass(frozen=True, kw_only=True, repr=False)
class Beneficiaries:
    """Target groups counted at every level, with the completeness of the counts.

    Parameters
    ----------
    table : DataFrame
        One row a place and group: ``lingkup`` ("kabupaten", "lokus", "kecamatan", "lokus per kecamatan"),
        ``kode`` and ``nama`` of the kecamatan (empty above it), ``kelompok`` (key of the group, or "orang":
        the sum of the groups of persons that do not overlap), ``satuan`` ("orang", "keluarga"), ``jumlah``
        (missing where no village has a number), ``desa`` (villages there), ``desa_terisi`` (with a number),
        ``batas_bawah`` (some village has no number, so `jumlah` is a lower bound).
    villages : DataFrame, index ``kode_desa`` (sorted)
        ``kode_kecamatan``, ``kecamatan``, ``lokus`` (bool) and a column a group; ``orang``, missing where
        one of its groups is.
    columns : mapping of str to str
        Group to the column it was read from.
    added : tuple of str
        Groups added up to "orang": no other available group contains or overlaps them.
    findings : tuple of Finding
        Villages where a group is larger than one that contains it.
    """

    table: pd.DataFrame
    villages: pd.DataFrame
    columns: Mapping[str, str]
    added: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def at(self, scope: str) -> pd.DataFrame:
        """Return the totals of one level, places × groups.

        Parameters
        ----------
        scope : {"kabupaten", "lokus", "kecamatan", "lokus per kecamatan"}
        """
        if scope not in SCOPES:
            raise ValueError(f"scope must be one of {SCOPES}, not {scope!r}")
        own = self.table[self.table["lingkup"] == scope]
        wide = own.set_index(["kode", "nama", "kelompok"])["jumlah"].unstack()  # noqa: PD010 - unique rows
        return wide[list(own["kelompok"].unique())].rename_axis(columns=None)

    def __repr__(self) -> str:
        lines = []
        for scope, head in (("kabupaten", _("kabupaten")), ("lokus", _("lokus"))):
            rows = self.table[self.table["lingkup"] == scope]
            parts = [
                f"{group_label(row['kelompok'])} {'≥ ' if row['batas_bawah'] else ''}"
                + format_number(row["jumlah"])
                for row in rows.to_dict("records")
            ]
            lines.append(f"{head}: {'; '.join(parts)}")
        if self.table["batas_bawah"].any():
            lines.append(_("≥: lower bound, some villages have no number yet"))
        return "\n".join(lines)


def beneficiaries(
    values: pd.DataFrame,
    *,
    villages: pd.DataFrame,
    lokus: Collection[str],
    groups: Mapping[str, str] | Sequence[str] | None = None,
) -> Beneficiaries:
    """Count the target groups in lokus, kecamatan and kabupaten.

    Parameters
    ----------
    values : DataFrame, index ``kode_desa``
        Counts, one column a group; missing is not 0.
    villages : DataFrame, index ``kode_desa``
        ``kode_kecamatan`` and ``kecamatan`` of every village.
    lokus : collection of kode_desa
    groups : mapping of group to column, or sequence of groups, optional
        Keys of :data:`lokus.followup.beneficiaries.GROUPS`; a sequence takes each group's usual column. By
        default every group whose usual column is available.

    Returns
    -------
    Beneficiaries

    Raises
    ------
    FollowupError
        A group or a lokus is unknown, a column is missing or negative, or there is nothing to count.

    Notes
    -----
    To avoid double counting, a group contained in another one (under-twos among under-fives, pregnant women
    with chronic energy deficiency among pregnant women) or overlapping it (adolescent girls and brides) is
    shown but not added, and families are never added to persons. Where a village has no number the total is
    marked as a lower bound; nothing is imputed.

    Examples
    --------
    >>> place = {"kode_kecamatan": ["990101", "990102"], "kecamatan": ["Air", "Batu"]}
    >>> villages = pd.DataFrame(place, index=["9901012001", "9901022001"])
    >>> values = pd.DataFrame({"bumil": [12, None], "sasaran": [80, 45], "baduta": [33, 17]}, villages.index)
    >>> beneficiaries(values, villages=villages, lokus=["9901012001"])
    kabupaten: Ibu hamil ≥ 12; Balita 125; Baduta (0–23 bulan) 50; Orang, masing-masing dihitung sekali ≥ 137
    lokus: Ibu hamil 12; Balita 80; Baduta (0–23 bulan) 33; Orang, masing-masing dihitung sekali 92
    ≥: batas bawah, sebagian desa/kelurahan belum memiliki angka
    """
    columns = _columns(values, groups)
    villages = villages.sort_index()
    unknown = [kode for kode in lokus if kode not in villages.index]
    if unknown:
        raise FollowupError(
            _("lokus that are no village: {villages}").format(villages=name_some(unknown)),
            remedy=_("take the list from the village table"),
        )
    counts = pd.DataFrame(
        {
            name: values[column].reindex(villages.index).astype("Float64").astype(float)
            for name, column in columns.items()
        },
        index=villages.index.rename("kode_desa"),
    )
    for name in counts:
        wrong = counts.index[counts[name] < 0]
        if len(wrong):
            raise FollowupError(
                _("{group}: negative in {villages}").format(
                    group=group_label(str(name)), villages=name_some(wrong)
                ),
                remedy=_("correct the numbers in their table"),
            )
    added = tuple(
        name
        for name in columns
        if GROUPS[name].unit == PERSONS and not {*GROUPS[name].inside, *GROUPS[name].overlaps} & set(columns)
    )
    persons = counts[list(added)]
    if len(added) > 1:
        counts[PERSONS] = persons.sum(axis=1, skipna=False)
    listed = pd.Series(counts.index.isin(list(lokus)), index=counts.index)
    place = villages[["kode_kecamatan", "kecamatan"]].astype(str)
    rows = list(_rows(counts, persons, place, listed))
    return Beneficiaries(
        table=pd.DataFrame(rows),
        villages=place.assign(lokus=listed).join(counts).rename_axis("kode_desa"),
        columns=columns,
        added=added,
        findings=tuple(_contradictions(counts)),
    )


def public_beneficiaries(
    full: Beneficiaries, masked: pd.DataFrame, *, threshold: int = SMALLEST_SHOWN
) -> Beneficiaries:
    """Return the totals that can be published with a table of villages in which small counts are masked.

    Parameters
    ----------
    full : Beneficiaries
    masked : DataFrame, index ``kode_desa``
        The published villages, with masked values missing; a column that it lacks is not published.
    threshold : int
        Counts of people from 1 to below it are masked.

    Returns
    -------
    Beneficiaries
        Groups that `masked` has. A total of the kabupaten or of a kecamatan is published in full where it
        does not disclose the villages masked below it: at least two are masked, and their sum is neither
        small nor determines them. All other totals, always including those of the lokus, are sums of
        published values and marked as lower bounds.

    Examples
    --------
    >>> place = {"kode_kecamatan": "990101", "kecamatan": "Air"}
    >>> villages = pd.DataFrame(place, index=["9901012001", "9901012002", "9901012003"])
    >>> whole = pd.DataFrame({"bumil": [3.0, 9.0, 40.0]}, villages.index)
    >>> full = beneficiaries(whole, villages=villages, lokus=["9901012001", "9901012003"])
    >>> public_beneficiaries(full, whole.where(whole >= 10)).table[["lingkup", "jumlah"]].to_numpy().tolist()
    [['kabupaten', 52.0], ['lokus', 40.0], ['kecamatan', 52.0], ['lokus per kecamatan', 40.0]]
    """
    kept = {name: column for name, column in full.columns.items() if column in masked}
    lokus = full.villages.index[full.villages["lokus"]]
    shown = beneficiaries(masked, villages=full.villages, lokus=lokus.tolist(), groups=kept)
    in_full = {
        (level, name)
        for level in _LEVELS
        for name, column in kept.items()
        if all(_stays_hidden(*part, threshold) for part in _parts(full, masked, level, name, column))
    }
    if shown.added == full.added:
        in_full |= {(lv, PERSONS) for lv in _LEVELS if all((lv, name) in in_full for name in full.added)}
    open_rows = [
        (scope, name) in in_full
        for scope, name in zip(full.table["lingkup"], full.table["kelompok"], strict=True)
    ]
    rest = [
        (scope, name) not in in_full
        for scope, name in zip(shown.table["lingkup"], shown.table["kelompok"], strict=True)
    ]
    table = pd.concat([full.table[open_rows], shown.table[rest]], ignore_index=True)
    groups = [*kept, PERSONS]
    order = pd.DataFrame(
        {
            "scope": table["lingkup"].map(SCOPES.index),
            "kode": table["kode"],
            "group": table["kelompok"].map(groups.index),
        }
    ).sort_values(["scope", "kode", "group"])
    return replace(shown, table=table.loc[order.index].reset_index(drop=True))


def _columns(values: pd.DataFrame, groups: Mapping[str, str] | Sequence[str] | None) -> dict[str, str]:
    if groups is None:
        groups = [name for name, group in GROUPS.items() if group.column in values]
    stated = dict(groups) if isinstance(groups, Mapping) else dict.fromkeys(groups, "")
    for name in stated:
        group_label(name)  # refuses an unknown group
    columns = {name: stated[name] or group.column for name, group in GROUPS.items() if name in stated}
    for name, column in columns.items():
        if column not in values:
            raise FollowupError(
                _('{group}: there is no column "{column}" with its numbers').format(
                    group=group_label(name), column=column
                ),
                remedy=_("add it to a table of the study, or leave the group out"),
            )
    twice = sorted({column for column in columns.values() if list(columns.values()).count(column) > 1})
    if twice:
        raise FollowupError(
            _("one column for two groups: {columns}").format(columns=", ".join(twice)),
            remedy=_("name a column of its own for each group under [sasaran_penerima]"),
        )
    if not columns:
        raise FollowupError(
            _("no target group has a column with its numbers"),
            remedy=_("name the columns under [sasaran_penerima]"),
        )
    return columns


def _rows(
    counts: pd.DataFrame, persons: pd.DataFrame, place: pd.DataFrame, listed: pd.Series[bool]
) -> Iterator[dict[str, object]]:
    own = place[listed]
    yield from _totals("kabupaten", "", "", counts, persons)
    yield from _totals("lokus", "", "", counts[listed], persons[listed])
    for kode, part in place.groupby("kode_kecamatan", sort=True):
        name = part["kecamatan"].iloc[0]
        yield from _totals("kecamatan", str(kode), name, counts.loc[part.index], persons.loc[part.index])
    for kode, part in own.groupby("kode_kecamatan", sort=True):
        name = part["kecamatan"].iloc[0]
        yield from _totals(
            "lokus per kecamatan", str(kode), name, counts.loc[part.index], persons.loc[part.index]
        )


def _totals(
    scope: str, kode: str, name: str, counts: pd.DataFrame, persons: pd.DataFrame
) -> Iterator[dict[str, object]]:
    for group in map(str, counts.columns):
        known = counts[group].notna()
        # Villages with some of the groups add these to the lower bound.
        values = persons.sum(axis=1, min_count=1) if group == PERSONS else counts[group]
        yield {
            "lingkup": scope,
            "kode": kode,
            "nama": name,
            "kelompok": group,
            "satuan": PERSONS if group == PERSONS else GROUPS[group].unit,
            "jumlah": float(values.sum(min_count=1)),
            "desa": len(counts),
            "desa_terisi": int(known.sum()),
            "batas_bawah": bool(values.notna().any()) and not bool(known.all()),
        }


def _contradictions(counts: pd.DataFrame) -> Iterator[Finding]:
    for name in counts:
        for outer in GROUPS[str(name)].inside if name in GROUPS else ():
            if outer not in counts:
                continue
            wrong = counts.index[counts[name] > counts[outer]]
            if len(wrong):
                yield Finding(
                    check="followup.inside",
                    level="warning",
                    message=_("{inner} more than {outer} in {n} villages: {villages}").format(
                        inner=group_label(str(name)),
                        outer=group_label(outer),
                        n=format_number(len(wrong)),
                        villages=name_some(wrong),
                    ),
                    remedy=_("check both numbers: the one is part of the other"),
                )


def _parts(
    full: Beneficiaries, masked: pd.DataFrame, level: str, name: str, column: str
) -> Iterator[tuple[pd.Series[float], pd.Series[bool]]]:
    """Return the counts of every place of a level, and which of them are masked."""
    counts = full.villages[name]
    hidden = counts.notna() & masked[column].reindex(counts.index).isna()
    if level == "kabupaten":
        yield counts, hidden
        return
    for _kode, part in counts.groupby(full.villages["kode_kecamatan"]):
        yield part, hidden[part.index]


def _stays_hidden(counts: pd.Series[float], hidden: pd.Series[bool], threshold: int) -> bool:
    n, together = int(hidden.sum()), float(counts[hidden].sum())
    return n == 0 or (n >= 2 and together >= max(threshold, 2 * n))
