"""Which code system a column uses, and the way from BPS codes to Kemendagri codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.places.kode_repair import repair_codes

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CodeSystem", "System", "bridge_bps", "detect_system"]

System = Literal["kemendagri", "bps", "campuran", "tidak dikenal"]
_KEMENDAGRI_SEVENTH = {"1", "2", "3"}
_LEAST_SHARE = 0.02


@dataclass(frozen=True, kw_only=True)
class CodeSystem:
    """What a column of codes turned out to be.

    Parameters
    ----------
    system : {"kemendagri", "bps", "campuran", "tidak dikenal"}
        ``"campuran"`` is a mix of the two; ``"tidak dikenal"`` means hardly any code is known in either.
    n : int
        Distinct codes looked at.
    kemendagri, bps, unknown : int
        Distinct codes that can only be Kemendagri, only BPS, and neither; the rest are known in both systems.
    findings : tuple of Finding
    """

    system: System
    n: int
    kemendagri: int
    bps: int
    unknown: int
    findings: tuple[Finding, ...] = ()


def detect_system(
    codes: Iterable[str | None],
    villages: pd.DataFrame,
    *,
    bps_codes: Iterable[str] | None = None,
    where: Where | None = None,
) -> CodeSystem:
    """Find the system of a column of codes by the share of hits against the village list.

    Parameters
    ----------
    codes : iterable of str
        Ten-digit codes; missing ones are left out.
    villages : pandas.DataFrame
        Village table, indexed by Kemendagri code.
    bps_codes : iterable of str, optional
        Known BPS codes, as of a bridge table. Without them a code counts as BPS when its seventh digit cannot
        be that of a Kemendagri code (1, 2 or 3), and a mix is only seen when most codes are Kemendagri.
    where : Where, optional
        File, sheet and column of the codes.

    Returns
    -------
    CodeSystem

    Examples
    --------
    >>> villages = pd.DataFrame(index=["9901012001", "9901012002"])
    >>> detect_system(["9901012001", "9901012002"], villages).system
    'kemendagri'
    >>> detect_system(["9901010001", "9901010002"], villages).system
    'bps'
    """
    where = where or Where()
    distinct = pd.Index(pd.Series(list(codes), dtype="string").dropna().unique())
    in_kemendagri = distinct.isin(villages.index)
    if bps_codes is None:
        in_bps = ~distinct.str[6].isin(_KEMENDAGRI_SEVENTH)
    else:
        in_bps = distinct.isin(pd.Index(list(bps_codes)))
    only_kemendagri = int((in_kemendagri & ~in_bps).sum())
    only_bps = int((in_bps & ~in_kemendagri).sum())
    unknown = int((~in_bps & ~in_kemendagri).sum())
    system = _decide(len(distinct), only_kemendagri, only_bps, unknown, listed=bps_codes is not None)
    counts = {"n": len(distinct), "kemendagri": only_kemendagri, "bps": only_bps, "unknown": unknown}
    return CodeSystem(system=system, **counts, findings=tuple(_system_findings(system, counts, where)))


def _decide(n: int, kemendagri: int, bps: int, unknown: int, *, listed: bool) -> System:
    # One odd code among many is a typing error, which the join reports; it does not make a mix.
    enough = max(2, _LEAST_SHARE * n)
    if bps >= enough:
        # Without a list of BPS codes up to 43 percent of a purely BPS column hits villages by accident.
        mixed = kemendagri >= enough if listed else 2 * kemendagri > n
        return "campuran" if mixed else "bps"
    # All of them valid in both systems: nothing tells which villages are meant.
    undecidable = kemendagri == bps == unknown == 0
    return "tidak dikenal" if undecidable or 2 * unknown > n else "kemendagri"


def _system_findings(system: System, counts: dict[str, int], where: Where) -> list[Finding]:
    if system == "kemendagri":
        return []
    if system == "campuran":
        message = _("the column mixes code systems: {kemendagri} of {n} codes are Kemendagri, {bps} are BPS")
        remedy = _("Use codes of one system, or join by names; a mixed column can hit wrong villages.")
    elif system == "bps":
        message = _("{bps} of {n} codes are BPS codes, not Kemendagri codes")
        remedy = _("Give a bridge table from BPS to Kemendagri codes, or join this table by names.")
    elif counts["n"] > 0 and counts["unknown"] == 0:
        message = _("all {n} codes are valid in both systems, of different villages")
        remedy = _("Join this table by names, or check one code that you know.")
    else:
        message = _("{unknown} of {n} codes belong to no village of this study")
        remedy = _("Check that the table is for this kabupaten and that the column holds village codes.")
    return [
        Finding(
            check="kode.system",
            level="blocking",
            message=message.format(**counts),
            remedy=remedy,
            where=where,
        )
    ]


def bridge_bps(
    codes: pd.Series,
    bridge: pd.DataFrame,
    *,
    bps: str = "bps",
    kemendagri: str = "kemendagri",
    where: Where | None = None,
) -> tuple[pd.Series, list[Finding]]:
    """Turn BPS codes into Kemendagri codes by a table the user supplies.

    Parameters
    ----------
    codes : pandas.Series of str
        Ten-digit BPS codes.
    bridge : pandas.DataFrame
        One row a village, holding both codes in any form :func:`lokus.places.kode.parse_kode` reads.
    bps, kemendagri : str
        The columns of `bridge`.
    where : Where, optional
        File, sheet and column of `codes`.

    Returns
    -------
    codes : pandas.Series of str
        Kemendagri codes, same index; ``<NA>`` where the bridge has none, or several.
    findings : list of Finding

    Raises
    ------
    InputError
        A column is not in `bridge`.

    Examples
    --------
    >>> table = pd.DataFrame({"bps": ["9901010001"], "kemendagri": ["99.01.01.2003"]})
    >>> bridge_bps(pd.Series(["9901010001"]), table)[0].tolist()
    ['9901012003']
    """
    where = where or Where()
    for column in (bps, kemendagri):
        if column not in bridge.columns:
            raise InputError(
                _('the bridge table has no column "{column}"').format(column=column),
                remedy=_("Its columns are: {columns}").format(columns=", ".join(map(str, bridge.columns))),
            )
    pairs = pd.DataFrame({"bps": repair_codes(bridge[bps])[0], "kode": repair_codes(bridge[kemendagri])[0]})
    pairs = pairs.dropna().drop_duplicates()
    # A BPS code with several Kemendagri codes is no bridge, nor is a Kemendagri code reached from several.
    several = pairs["bps"].duplicated(keep=False) | pairs["kode"].duplicated(keep=False)
    way = pairs[~several].set_index("bps")["kode"]
    result = codes.map(way).astype("string")
    asked = codes.dropna()
    no_way = asked[~asked.isin(pairs["bps"])]
    unclear = asked[asked.isin(pairs.loc[several, "bps"])]
    findings = []
    for check, lost, template in (
        ("kode.no_bridge", no_way, _("{n} BPS codes are not in the bridge table: {codes}")),
        ("kode.unclear_bridge", unclear, _("{n} BPS codes have no unique Kemendagri code: {codes}")),
    ):
        if len(lost):
            findings.append(
                Finding(
                    check=check,
                    level="warning",
                    message=template.format(n=len(lost), codes=", ".join(sorted(set(lost))[:10])),
                    remedy=_("Complete the bridge table, or settle these villages by name."),
                    where=where,
                )
            )
    return result, findings
