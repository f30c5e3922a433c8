"""Tables of the periodic report: a block by area, villages of a kecamatan, what changed, what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.period_report import direction_word, state_word
from lokus.show.tables.table import Column, Table

if TYPE_CHECKING:
    from lokus.followup.service_blocks import ReportBlock, Service
    from lokus.show.results.period_report import PeriodReport

__all__ = [
    "area_table",
    "block_table",
    "calendar_table",
    "changes_table",
    "course_table",
    "matrix_table",
    "movements_table",
    "open_activities_table",
    "silent_table",
]


def block_table(report: PeriodReport, block: ReportBlock, *, code: str = "") -> Table:
    """Set out the services of a block for the kabupaten or one kecamatan.

    Parameters
    ----------
    report : PeriodReport
    block : ReportBlock
    code : str
        Of a kecamatan; empty for the kabupaten.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> report = period_report(kajian, find_period(kajian))
    >>> block_table(report, report.blocks[0]).heads[:5]
    ('No', 'Layanan', 'OPD', 'Terlayani', 'Kelompok sasaran')
    """
    rows = report.of("kecamatan" if code else "kabupaten", block.keys, code)
    kept = rows.to_dict("records")
    return Table.of(
        Column.text(_("No."), [str(one.number) for one in block.services], width=6, right=True),
        Column.text(_("Service"), [one.label for one in block.services], width=48, wrap=True),
        Column.text(_("Office (OPD)"), [one.office for one in block.services], width=18),
        *_figures(report, rows, narrow=not report.before),
        Column.text(_("Remarks"), [_remark(row) for row in kept], width=34, wrap=True),
        title=block.title,
    )


def area_table(report: PeriodReport, block: ReportBlock) -> Table:
    """Set out the services of a block for the kabupaten and each kecamatan, one row an area and service.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> report = period_report(kajian, find_period(kajian))
    >>> table = area_table(report, report.blocks[0])
    >>> len(table) == len(report.blocks[0].services) * (1 + len(report.kecamatan))
    True
    """
    names, services = report.kecamatan, {one.key: one for one in block.services}
    rows = pd.concat([report.of("kabupaten", block.keys), report.of("kecamatan", block.keys)])
    kept = rows.to_dict("records")
    return Table.of(
        Column.text(
            _("Area"),
            [names[row["kode"]] if row["kode"] else report.info.kabupaten for row in kept],
            width=24,
        ),
        Column.text(_("No."), [str(services[key].number) for key in rows["kunci"]], width=6, right=True),
        Column.text(_("Service"), [services[key].label for key in rows["kunci"]], width=48, wrap=True),
        *_figures(report, rows, narrow=not report.before),
        Column.text(_("Remarks"), [_remark(row) for row in kept], width=34, wrap=True),
        title=block.title,
    )


def _figures(report: PeriodReport, rows: pd.DataFrame, *, narrow: bool) -> list[Column]:
    masked = rows["disamarkan"].to_numpy() if "disamarkan" in rows else ()
    decimals = max((report.decimals[str(key)] for key in rows["kunci"].unique()), default=1)
    style: dict[str, Any] = {"missing": True, "masked": masked, "width": 11, "decimals": decimals}
    reported = [
        _("{n} of {all}").format(n=format_number(n), all=format_number(every))
        for n, every in zip(rows["melapor"], rows["desa"], strict=True)
    ]
    counts = [] if report.public or not decimals else [
        Column.number(_("Reached"), rows["pembilang"], width=11),
        Column.number(_("Target group"), rows["penyebut"], width=11),
    ]  # fmt: skip
    change = [] if narrow else [
        Column.number(_("Last period"), rows["lalu"], **style),
        Column.number(
            _("Change"), rows["selisih"], decimals=decimals, signed=True, masked=masked, width=11
        ),
        Column.text(_("Direction"), [direction_word(row) for row in rows.to_dict("records")], width=18),
    ]  # fmt: skip
    return [
        *counts,
        Column.number(_("This period (%)") if decimals else _("This period"), rows["kini"], **style),
        *change,
        Column.text(_("Villages in it"), reported, width=12, right=True),
    ]


def _remark(row: dict[Any, Any]) -> str:
    parts = [state_word(row)]
    if row["arah"] and not row["melapor"] == row["melapor_lalu"] == row["sama"]:
        parts.append(
            _("change over the {n} villages that reported both times").format(n=format_number(row["sama"]))
        )
    if row["persen_saja"] and row["keadaan"] != "persen saja":
        parts.append(
            _("{n} villages with a percentage only, not in the sum").format(
                n=format_number(row["persen_saja"])
            )
        )
    return "; ".join(part for part in parts if part)


def matrix_table(
    report: PeriodReport, block: ReportBlock, *, code: str = "", numbered: bool = False
) -> Table:
    """Put the areas of one level beside each other: a row an area, a column a service.

    Parameters
    ----------
    report : PeriodReport
    block : ReportBlock
    code : str
        Of a kecamatan, whose villages are set out; empty for the kecamatan of the kabupaten.
    numbered : bool
        Head the columns with the numbers of the services instead of their names.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> report = period_report(kajian, find_period(kajian))
    >>> matrix_table(report, report.blocks[0], numbered=True).heads[:3]
    ('Kecamatan', '1', '2')
    """
    level = "desa" if code else "kecamatan"
    own = report.villages[report.villages["kode_kecamatan"].astype(str) == code]
    names = own["desa"] if code else pd.Series(report.kecamatan, dtype=object)
    rows = report.of(level, block.keys)
    by_key = dict(list(rows.groupby("kunci")))
    columns = []
    for one in block.services:
        part = by_key[one.key].set_index("kode").reindex(names.index)
        masked = part["disamarkan"].to_numpy(dtype=bool) if "disamarkan" in part else ()
        head = str(one.number) if numbered else _("{number}. {service}").format(
            number=one.number, service=one.label
        )  # fmt: skip
        columns.append(
            Column.number(
                head, part["kini"], decimals=report.decimals[one.key], missing=True, masked=masked, width=15
            )
        )
    return Table.of(
        Column.text(_("Village") if code else _("Kecamatan"), names, width=24), *columns,
        title=_("{block}, by village").format(block=block.title)
        if code
        else _("{block}, by kecamatan").format(block=block.title),
        lead=_("Numbers of the columns: {services}.").format(
            services="; ".join(f"{one.number} {one.label}" for one in block.services)
        ) if numbered else "",
    )  # fmt: skip


def course_table(report: PeriodReport, block: ReportBlock) -> Table:
    """Put the periods of one kind beside each other, for the kabupaten.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> report = period_report(kajian, find_period(kajian))
    >>> len(course_table(report, report.blocks[0]).heads) == 2 + 2 * len(report.course)
    True
    """
    columns = []
    decimals = max((report.decimals[key] for key in block.keys), default=1)
    for title, frame in report.course:
        rows = frame[frame["tingkat"] == "kabupaten"].set_index("kunci").loc[list(block.keys)]
        masked = rows["disamarkan"].to_numpy(dtype=bool) if "disamarkan" in rows else ()
        columns += [
            Column.number(title, rows["kini"], decimals=decimals, missing=True, masked=masked, width=14),
            Column.number(_("Villages in it"), rows["melapor"], width=10),
        ]
    return Table.of(
        Column.text(_("No."), [str(one.number) for one in block.services], width=6, right=True),
        Column.text(_("Service"), [one.label for one in block.services], width=48, wrap=True),
        *columns,
        title=_("{block}: period by period, kabupaten").format(block=block.title),
        lead=_("Different villages may have reported; the change is in the table of the block."),
    )


def _named(report: PeriodReport) -> dict[str, Service]:
    return {one.key: one for block in report.blocks for one in block.services}


def movements_table(report: PeriodReport) -> Table:
    """In how many villages each service rose, fell, stayed, or is missing now.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> movements_table(period_report(kajian, find_period(kajian))).heads[2:]
    ('Membaik', 'Memburuk', 'Tetap', 'Tidak dilaporkan lagi', 'Belum ada data')
    """
    rows = report.of("desa")
    services = [one for one in _named(report).values() if (rows["kunci"] == one.key).any()]

    def count(column: str, word: str) -> list[int]:
        found = rows[rows[column] == word]["kunci"].value_counts()
        return [int(found.get(one.key, 0)) for one in services]

    return Table.of(
        Column.text(_("Service"), [one.label for one in services], width=48, wrap=True),
        Column.text(_("Office (OPD)"), [one.office for one in services], width=20),
        Column.number(_("Better"), count("arti", "membaik")),
        Column.number(_("Worse"), count("arti", "memburuk")),
        Column.number(_("Unchanged"), count("arah", "tetap")),
        Column.number(_("Not reported any more"), count("keadaan", "hilang")),
        Column.number(_("No data yet"), count("keadaan", "belum ada data")),
        title=_("What rose, fell and is missing, in villages"),
    )


def changes_table(report: PeriodReport) -> Table:
    """Every village and service that changed, the worse first.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> changes_table(period_report(kajian, find_period(kajian))).heads[:3]
    ('Kecamatan', 'Desa/Kelurahan', 'Layanan')
    """
    services = _named(report)
    rows = report.of("desa")
    rows = rows[rows["arah"].isin(["naik", "turun"])]
    rank = rows["arti"].map({"memburuk": 0, "": 1, "membaik": 2}).fillna(1)
    rows = rows.assign(_rank=rank, _size=-rows["selisih"].abs())
    rows = rows.sort_values(["_rank", "_size", "kunci", "kode"], kind="stable")
    place = report.villages.loc[rows["kode"]]
    return Table.of(
        Column.text(_("Kecamatan"), place["kecamatan"], width=20),
        Column.text(_("Village"), place["desa"], width=22),
        Column.text(_("Service"), [services[key].label for key in rows["kunci"]], width=44, wrap=True),
        Column.text(_("Office (OPD)"), [services[key].office for key in rows["kunci"]], width=20),
        Column.number(_("Last period"), rows["lalu"], decimals=1, missing=True),
        Column.number(_("This period"), rows["kini"], decimals=1, missing=True),
        Column.number(_("Change"), rows["selisih"], decimals=1, signed=True),
        Column.text(_("Direction"), [direction_word(row) for row in rows.to_dict("records")], width=18),
        title=_("What changed, village by village"),
    )


def silent_table(report: PeriodReport) -> Table:
    """Which services have data missing, and of how many villages: what the offices are asked for.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> silent_table(period_report(kajian, find_period(kajian))).heads[:2]
    ('OPD', 'Layanan')
    """
    rows = report.of("desa")
    silent = rows[rows["keadaan"].isin(["belum ada data", "hilang"])]
    missing = silent["kunci"].value_counts()
    alone = rows[rows["persen_saja"] > 0]["kunci"].value_counts()
    services = [one for one in _named(report).values() if missing.get(one.key, 0) or alone.get(one.key, 0)]
    services.sort(key=lambda one: one.office)
    kecamatan = silent["kode"].map(report.villages["kecamatan"]).groupby(silent["kunci"]).nunique()
    return Table.of(
        Column.text(_("Office (OPD)"), [one.office for one in services], width=24),
        Column.text(_("Service"), [one.label for one in services], width=48, wrap=True),
        Column.number(_("Villages without data"), [int(missing.get(one.key, 0)) for one in services]),
        Column.number(_("in kecamatan"), [int(kecamatan.get(one.key, 0)) for one in services]),
        Column.number(_("Villages with a percentage only"), [int(alone.get(one.key, 0)) for one in services]),
        title=_("Data that are missing"),
        lead=_("Offices are asked for the number reached and the target group of each village."),
    )


def calendar_table(report: PeriodReport) -> Table | None:
    """How far the offices are with the action calendar; ``None`` where none was filled in.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> calendar_table(period_report(kajian, find_period(kajian))) is None
    True
    """
    if report.calendar is None:
        return None
    rows = report.calendar.by_opd.sort_index()
    return Table.of(
        Column.text(_("Office (OPD)"), rows.index, width=28),
        Column.number(_("Activities"), rows["kegiatan"]),
        Column.number(_("Done"), rows["selesai"]),
        Column.number(_("Under way"), rows["berjalan"]),
        Column.number(_("Not begun"), rows["belum"]),
        Column.number(_("Not reported"), rows["belum_diisi"]),
        title=_("Follow-up of the action calendar"),
    )


def open_activities_table(report: PeriodReport) -> Table | None:
    """Activities of the calendar that are not done; ``None`` where no calendar was filled in.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> open_activities_table(period_report(kajian, find_period(kajian))) is None
    True
    """
    if report.calendar is None:
        return None
    rows = report.calendar.activities
    rows = rows[rows["status"] != "selesai"].sort_values(["opd", "kecamatan", "desa"], kind="stable")
    states = {
        "berjalan": _("Under way"),
        "belum": _("Not begun"),
        "belum diisi": _("Not reported"),
    }
    return Table.of(
        Column.text(_("Office (OPD)"), rows["opd"], width=24),
        Column.text(_("Kecamatan"), rows["kecamatan"], width=20),
        Column.text(_("Village"), rows["desa"], width=22),
        Column.text(_("Activity"), rows["kegiatan"], width=46, wrap=True),
        Column.text(_("Progress"), [states.get(str(one), str(one)) for one in rows["status"]], width=16),
        title=_("Activities that are not done"),
    )
