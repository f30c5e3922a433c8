"""What a period shows, in sentences of the report: what rose, fell and is missing, and what was done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lokus.i18n import format_number, list_counts
from lokus.i18n import gettext as _
from lokus.show.words.narrative import join_names

if TYPE_CHECKING:
    from lokus.show.results.period_report import PeriodReport

__all__ = ["period_lines", "reading_notes"]

_NAMED = 6


def period_lines(report: PeriodReport) -> list[str]:
    """Say what the period shows in the kabupaten.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> period_lines(period_report(kajian, find_period(kajian)))[0].startswith("Dari 2")
    True
    """
    return list(_lines(report))


def _lines(report: PeriodReport) -> Iterator[str]:
    services = [service for block in report.blocks for service in block.services]
    rows = {row["kunci"]: row for row in report.of("kabupaten").to_dict("records")}
    known = [one for one in services if rows[one.key]["keadaan"] == "ada"]
    yield _("Of {all} lines of the report {known} have a figure for the kabupaten.").format(
        all=format_number(len(services)), known=format_number(len(known))
    )
    if report.before:
        for way, text in (
            ("membaik", _("Better than in {before}: {services}.")),
            ("memburuk", _("Worse than in {before}: {services}.")),
        ):
            named = [
                f"{one.label} ({_signed(rows[one.key]['selisih'], report.decimals[one.key])})"
                for one in services
                if rows[one.key]["arti"] == way
            ]
            if named:
                yield text.format(before=report.before, services=join_names(named, most=_NAMED))
        same = [one.label for one in services if rows[one.key]["arah"] == "tetap"]
        if same:
            yield _("Unchanged: {services}.").format(services=join_names(same, most=_NAMED))
        other = [
            one.label
            for one in services
            if rows[one.key]["arah"]
            and not rows[one.key]["melapor"] == rows[one.key]["melapor_lalu"] == rows[one.key]["sama"]
        ]
        if other:
            yield _(
                "Not the same villages reported as in {before}; the change is that of the villages that "
                "reported both times: {services}."
            ).format(before=report.before, services=join_names(other, most=_NAMED))
    else:
        yield _("It is the first period reported: there is none to compare it with.")
    for state, text in (
        ("persen saja", _("Given as percentages only, without numbers that could be summed: {services}.")),
        ("hilang", _("Reported last time and not now: {services}.")),
        ("belum ada data", _("No data yet: {services}.")),
    ):
        named = [one.label for one in services if rows[one.key]["keadaan"] == state]
        if named:
            yield text.format(services=join_names(named, most=_NAMED))
    if report.calendar is not None:
        counts = report.calendar.by_opd[["kegiatan", "selesai", "berjalan", "belum", "belum_diisi"]].sum()
        states = list_counts(
            (counts["selesai"], _("{n} done")), (counts["berjalan"], _("{n} under way")),
            (counts["belum"], _("{n} not begun")), (counts["belum_diisi"], _("{n} not reported")),
        )  # fmt: skip
        if states:
            yield _("Of {n} activities of the action calendar: {states}.").format(
                n=format_number(counts["kegiatan"]), states=states
            )
    if report.foster is not None:
        yield str(report.foster)
    if report.audit_returns is not None and len(report.audit_returns.total):
        yield _("Results of the case audit: {found}.").format(found=report.audit_returns)


def _signed(value: float, decimals: int) -> str:
    text = f"{'+' if value > 0 else '−'}{format_number(abs(value), decimals=decimals)}"
    return _("{change} points").format(change=text) if decimals else text


def reading_notes() -> tuple[str, ...]:
    """Say how the figures are to be read.

    Examples
    --------
    >>> len(reading_notes())
    4
    """
    return (
        _(
            "The figure of a kecamatan or of the kabupaten is the sum of those reached over the sum of the "
            "target group, of the villages that gave both numbers. Percentages of villages are never "
            "averaged."
        ),
        _(
            "Percentages without the numbers behind them are told by village and cannot be summed; they are "
            "counted under percentages only."
        ),
        _(
            "A change is taken over the villages that reported in both periods, so that a village that is "
            "new or missing is no change; less than what rounding shows is called unchanged."
        ),
        _("What was not reported is no data yet, and never zero."),
    )
