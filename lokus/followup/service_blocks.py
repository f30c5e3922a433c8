"""Blocks of the periodic report: which services it reports, in which order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lokus.i18n import gettext as _

__all__ = ["ReportBlock", "Service", "report_blocks"]


class Named(Protocol):
    """What must be known of an indicator; :class:`~lokus.intake.indicators.indicator.Indicator` is one."""

    @property
    def label(self) -> str:
        """Name as a reader sees it."""

    @property
    def owner(self) -> str:
        """Office that usually owns the data."""

    @property
    def is_share(self) -> bool:
        """Whether it is a percentage."""


# Annex A of Perpres 72/2021. Of several indicators that tell of one service the first counts that a period
# gives; a service that no table gives stays in the report, without data.
_SPECIFIC: tuple[tuple[str, ...], ...] = (
    ("cakupan_bumil_kek_asupan",),
    ("cakupan_bumil_ttd",),
    ("cakupan_remaja_ttd",),
    ("cakupan_asi_eksklusif",),
    ("cakupan_mp_asi",),
    ("cakupan_gizi_buruk_tata_laksana",),
    ("cakupan_balita_dipantau",),
    ("cakupan_gizi_kurang_asupan",),
    ("cakupan_imunisasi",),
)
_SENSITIVE: tuple[tuple[str, ...], ...] = (
    ("cakupan_kb_pascasalin",),
    ("cakupan_kehamilan_tidak_diinginkan",),
    ("cakupan_catin_periksa",),
    ("cakupan_air_minum", "air_layak"),
    ("cakupan_sanitasi", "sanitasi_layak"),
    ("cakupan_pus_pbi",),
    ("cakupan_krs_didampingi",),
    ("cakupan_pus_tunai",),
    ("pemahaman_sasaran",),
    ("cakupan_pus_pangan",),
    ("cakupan_stop_babs", "stop_babs"),
)


@dataclass(frozen=True, kw_only=True)
class Service:
    """One line of a block.

    Parameters
    ----------
    number : int
        In its block, from 1.
    key : str
        Of the indicator that tells of it.
    label, office : str
    """

    number: int
    key: str
    label: str
    office: str


@dataclass(frozen=True, kw_only=True)
class ReportBlock:
    """Services that the report sets out together.

    Parameters
    ----------
    name : str
        "Blok 1A", on the tabs of a workbook.
    title : str
    services : tuple of Service
    """

    name: str
    title: str
    services: tuple[Service, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Indicators of the block."""
        return tuple(service.key for service in self.services)


def report_blocks(
    given: Collection[str],
    catalogue: Mapping[str, Named],
    *,
    stated: Sequence[tuple[str, Sequence[str]]] = (),
    themed: bool = False,
    owners: Mapping[str, str] | None = None,
    parts: Collection[str] = (),
) -> tuple[ReportBlock, ...]:
    """Lay out the blocks of a report.

    Parameters
    ----------
    given : collection of str
        Indicators that the tables of the periods give, in their order.
    catalogue : mapping of indicator key to Indicator
    stated : sequence of (name, keys)
        Blocks of the study; they take the place of those of Perpres 72/2021.
    themed : bool
        The study is about something else than stunting: one block of all that is given.
    owners : mapping of indicator key to str, optional
        Offices as the study names them.
    parts : collection of str
        Numerators and denominators, which are given with their shares and not by themselves.

    Returns
    -------
    tuple of ReportBlock
        What is given and stands in no block comes last, shares before numbers; where the study states its
        blocks it is left out.

    Examples
    --------
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> blocks = report_blocks(["air_layak", "keluarga"], load_catalogue())
    >>> [(block.name, len(block.services)) for block in blocks]
    [('Blok 1A', 9), ('Blok 1B', 11), ('Jumlah', 1)]
    >>> blocks[1].services[3].key
    'air_layak'
    """
    named = owners or {}

    def lines(keys: Sequence[str]) -> tuple[Service, ...]:
        return tuple(
            Service(
                number=number,
                key=key,
                label=catalogue[key].label,
                office=named.get(key) or catalogue[key].owner,
            )
            for number, key in enumerate(keys, start=1)
        )

    def first_given(choices: Sequence[tuple[str, ...]]) -> list[str]:
        return [next((key for key in keys if key in given), keys[0]) for keys in choices]

    if stated:
        return tuple(ReportBlock(name=name, title=name, services=lines(keys)) for name, keys in stated)
    blocks = []
    if not themed:
        blocks = [
            ReportBlock(
                name=_("Block 1A"), title=_("Block 1A. Specific services"),
                services=lines(first_given(_SPECIFIC)),
            ),
            ReportBlock(
                name=_("Block 1B"), title=_("Block 1B. Sensitive services"),
                services=lines(first_given(_SENSITIVE)),
            ),
        ]  # fmt: skip
    taken = {key for block in blocks for key in block.keys} | set(parts)
    rest = [key for key in given if key in catalogue and key not in taken]
    shares = [key for key in rest if catalogue[key].is_share]
    others = [key for key in rest if not catalogue[key].is_share]
    for name, title, keys in (
        (_("Supporting"), _("Indicators") if themed else _("Supporting indicators"), shares),
        (_("Numbers"), _("Supporting numbers"), others),
    ):
        if keys:
            blocks.append(ReportBlock(name=title if themed else name, title=title, services=lines(keys)))
    return tuple(blocks)
