"""Tables of the report: what a study holds, as heads and rows of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lokus.findings import level_label
from lokus.followup.gaps import gaps_by_indicator
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.text import column_texts, interval_texts, number_texts, texts, threshold_text
from lokus.show.tables.facts import displayed_codes
from lokus.show.words.followup import kind_label
from lokus.show.words.narrative import CERTAINTY, certainty_label, tasks

if TYPE_CHECKING:
    from lokus.show.results.material import Material

__all__ = [
    "Table",
    "accepted_table",
    "alternatives_table",
    "audit_table",
    "certainty_table",
    "completeness_table",
    "gaps_table",
    "inputs_table",
    "offices_table",
    "prices_table",
    "tasks_table",
    "village_table",
]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the report: heads, which of them stand over numbers, and rows of text."""

    heads: tuple[str, ...]
    numbers: frozenset[int]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, *columns: tuple[str, Sequence[str], bool]) -> Table:
        """Put together columns of (head, texts, whether numbers)."""
        return cls(
            heads=tuple(head for head, _texts, _number in columns),
            numbers=frozenset(place for place, (_head, _texts, number) in enumerate(columns) if number),
            rows=tuple(zip(*(values for _head, values, _number in columns), strict=True)),
        )


def village_table(material: Material) -> Table:
    """Give the list with its numbers."""
    chosen = material.chosen
    columns: list[tuple[str, Sequence[str], bool]] = [
        (_("No."), number_texts(chosen["nomor"], 0), True),
        (_("Village"), texts(chosen["desa"]), False),
        (_("Kecamatan"), texts(chosen["kecamatan"]), False),
        (_("Code"), displayed_codes(chosen), False),
    ]
    if "prevalensi" in chosen:
        columns.append((_("Prevalence (%)"), interval_texts(chosen, "prevalensi", decimals=1), True))
    if "anak_stunting" in chosen:
        columns.append(
            (_("Stunted children (estimate)"), column_texts(chosen, "anak_stunting", decimals=0), True)
        )
    columns.append((_("Score (0–100)"), column_texts(chosen, "skor", decimals=1, scale=100), True))
    if "peluang_lokus" in chosen:
        columns.append((_("Chance of being lokus"), number_texts(chosen["peluang_lokus"], 2), True))
    return Table.of(*columns)


def certainty_table(material: Material) -> Table | None:
    """How many villages are of which certainty."""
    results = material.results
    if "kelas_kepastian" not in results:
        return None
    inside = results["nomor"].notna()
    keys = [key for key in CERTAINTY if (results["kelas_kepastian"] == key).any()]
    fits = [results["kelas_kepastian"] == key for key in keys]
    return Table.of(
        (_("Certainty"), [certainty_label(key) for key in keys], False),
        (_("On the list"), [format_number(int((fit & inside).sum())) for fit in fits], True),
        (_("Not on it"), [format_number(int((fit & ~inside).sum())) for fit in fits], True),
    )


def alternatives_table(material: Material) -> Table | None:
    """Other lists, almost as good."""
    table = material.alternatives
    if table is None or table.empty:
        return None
    return Table.of(
        (_("List"), texts(table["daftar"]), False),
        (_("Points less"), number_texts(table["selisih"], 2), True),
        (_("Comes in"), texts(table["masuk"]), False),
        (_("Goes out"), texts(table["keluar"]), False),
    )


def prices_table(material: Material) -> Table | None:
    """Say what each rule costs."""
    table = material.prices
    if table is None or table.empty:
        return None
    return Table.of(
        (_("Rule"), texts(table["aturan"]), False),
        (_("If loosened to"), texts(table["dilonggarkan"]), False),
        (_("Points gained in the sum of scores"), number_texts(table["harga"] * 100, 2), True),
    )


def gaps_table(material: Material) -> Table | None:
    """How many villages fail which threshold of which office."""
    if material.gaps is None or material.gaps.empty:
        return None
    counted = gaps_by_indicator(material.gaps, material.chosen.index)
    limits = zip(number_texts(counted["ambang"], 1), counted["buruk"], strict=True)
    kinds = [kind_label(kind) for kind in counted["jenis"]]
    return Table.of(
        (_("Office (OPD)"), texts(counted["opd"]), False),
        (_("Indicator"), texts(counted["indikator"]), False),
        *([(_("Kind"), kinds, False)] if set(kinds) != {"–"} else []),
        (_("Fails if"), [threshold_text(limit, worse) for limit, worse in limits], True),
        (_("Lokus that fail"), number_texts(counted["lokus"], 0), True),
        (_("Villages that fail"), number_texts(counted["desa"], 0), True),
        (_("Intervention"), texts(counted["intervensi"]), False),
    )


def accepted_table(material: Material) -> Table | None:
    """Every accepted finding with the reason for accepting it."""
    findings = material.findings
    if findings is None or "accepted" not in findings:
        return None
    accepted = findings[findings["accepted"].astype(bool)]
    if accepted.empty:
        return None
    return Table.of(
        (_("Finding"), texts(accepted["message"]), False),
        (_("File"), texts(accepted["file"]), False),
        (_("Office (OPD)"), texts(accepted["opd"]), False),
        (_("Reason for accepting it"), texts(accepted["reason"]), False),
    )


def audit_table(material: Material) -> Table | None:
    """How many findings each office has, by level."""
    findings = material.findings
    if findings is None or findings.empty:
        return None
    levels = ("blocking", "warning", "note")
    opd = findings["opd"].replace("", "–")
    names = sorted(opd.unique())
    return Table.of(
        (_("Office (OPD)"), names, False),
        *(
            (
                level_label(level),  # type: ignore[arg-type]
                [format_number(int(((opd == name) & (findings["level"] == level)).sum())) for name in names],
                True,
            )
            for level in levels
        ),
    )


def offices_table(material: Material) -> Table | None:
    """How complete the data of each office are."""
    table = material.by_opd
    if table is None or table.empty:
        return None
    return Table.of(
        (_("Office (OPD)"), [str(name) for name in table.index], False),
        (_("Indicators"), number_texts(table["indikator"], 0), True),
        (_("Values present"), number_texts(table["terisi"], 0), True),
        (_("Needed"), number_texts(table["seharusnya"], 0), True),
        (_("Complete (%)"), number_texts(table["persen"], 1), True),
        (_("Villages complete"), number_texts(table["desa_lengkap"], 0), True),
    )


def completeness_table(material: Material) -> Table | None:
    """How many villages have which indicator."""
    table = material.completeness
    if table is None or not table.size:
        return None
    present = table.astype("boolean").fillna(value=False).astype(bool)
    return Table.of(
        (_("Indicator"), [str(name) for name in present], False),
        (_("Villages with data"), number_texts(present.sum(), 0), True),
        (_("Villages without data"), number_texts((~present).sum(), 0), True),
    )


def inputs_table(material: Material) -> Table | None:
    """Files that went in, with their digests."""
    files = (material.lock or {}).get("masukan", ())
    if not files:
        return None
    return Table.of(
        (_("File"), [str(item["berkas"]) for item in files], False),
        ("SHA-256", [str(item["sha256"]) for item in files], False),
    )


def tasks_table(material: Material) -> Table:
    """Who does what in how many villages."""
    rows = tasks(material)
    return Table.of(
        (_("Who"), [task.who for task in rows], False),
        (_("What"), [task.what for task in rows], False),
        (_("Extent"), [task.extent for task in rows], False),
    )
