"""Write letters that request missing data from offices, each with a workbook of the rows to fill."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.places.kode import format_kode
from lokus.show.documents.page import (
    add_form,
    add_signature,
    add_table,
    add_text,
    dotted,
    new_document,
    save_document,
    turn_page,
)
from lokus.show.results.text import number_texts
from lokus.show.tables.table import Column, Table
from lokus.show.workbook.cells import (
    dress,
    prepare_print,
    save_workbook,
    write_cell,
    write_heading,
    write_table,
)

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.results.formalities import Formalities
    from lokus.show.results.info import StudyInfo

__all__ = ["DataRequests", "asked_offices", "study_lines", "write_request_letter", "write_request_workbook"]

_TO_FILL = PatternFill("solid", fgColor="FFF6D6")
_NOTHING = PatternFill("solid", fgColor="D5DADC")


@dataclass(frozen=True, kw_only=True, repr=False)
class DataRequests:
    """Input of the letters; a proposal is not needed.

    Parameters
    ----------
    info : StudyInfo
    formalities : Formalities
    rows : pandas.DataFrame
        As returned by :func:`lokus.followup.data_requests.missing_values`.
    """

    info: StudyInfo
    formalities: Formalities
    rows: pd.DataFrame

    def __repr__(self) -> str:
        return f"DataRequests({self.info.kabupaten}, {len(self.rows)})"

    def of(self, office: str) -> pd.DataFrame:
        """Rows of one office."""
        return self.rows[self.rows["opd"] == office]


def asked_offices(requests: pd.DataFrame | None) -> dict[str, str]:
    """Return the offices with missing data, each with its part of a file name.

    Examples
    --------
    >>> import pandas as pd
    >>> asked_offices(pd.DataFrame({"opd": ["Dinas PUPR", "DPPKB", "Dinas P.U.P.R"]}))
    {'Dinas P.U.P.R': 'dinas_p_u_p_r', 'Dinas PUPR': 'dinas_pupr', 'DPPKB': 'dppkb'}
    """
    if requests is None or requests.empty:
        return {}
    named: dict[str, str] = {}
    for office in sorted(requests["opd"].unique(), key=lambda name: (str(name).casefold(), str(name))):
        slug = re.sub(r"[^a-z0-9]+", "_", str(office).casefold()).strip("_")[:60] or "opd"
        again = sum(re.fullmatch(rf"{slug}(_\d+)?", other) is not None for other in named.values())
        named[str(office)] = f"{slug}_{again + 1}" if again else slug
    return named


def write_request_letter(path: str | Path, asked: DataRequests, office: str, *, workbook: str) -> Path:
    """Write the letter to one office: what is missing, and in which villages.

    Parameters
    ----------
    path : str or Path
        ``.docx``.
    asked : DataRequests
    office : str
        One of :func:`asked_offices`.
    workbook : str
        Name of the workbook that goes with it.

    Returns
    -------
    Path

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from lokus.show.results.formalities import Formalities
    >>> from lokus.show.results.info import StudyInfo
    >>> rows = pd.DataFrame({"kode_desa": ["9901012001"], "desa": "Alai", "kecamatan": "Lembak",
    ...                      "lokus": True, "opd": "DPPKB", "kunci": "krs", "indikator": "KRS",
    ...                      "satuan": "", "nilai_ditolak": float("nan")})
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> asked = DataRequests(info=info, formalities=Formalities(), rows=rows)
    >>> path = Path(tempfile.mkdtemp()) / "surat.docx"
    >>> write_request_letter(path, asked, "DPPKB", workbook="isian.xlsx").name
    'surat.docx'
    """
    info, stated, rows = asked.info, asked.formalities, asked.of(office)
    title = _("Request for missing data")
    document = new_document(info, title=title, draft=_("DRAFT"))
    add_text(document, (info.instansi or dotted("")).upper(), align="center", bold=True, size=14, after=0)
    add_text(document, dotted(stated.address), align="center", size=10, after=12)
    place_date = f"{dotted(stated.place, length=8)}, {dotted(stated.letter_date, length=10)}"
    add_text(document, place_date, align="right", after=8)
    add_form(
        document,
        [
            (_("Number"), dotted(stated.letter_number, length=10)),
            (_("Enclosure"), _("1 list and the workbook {name}").format(name=workbook)),
            (_("Subject"), title),
        ],
    )
    add_text(document, _("To:"), before=10, after=0)
    add_text(document, _("the Head of {office}").format(office=office or _("office unknown")), bold=True,
             after=0)  # fmt: skip
    add_text(document, _("in {place}").format(place=dotted(stated.place, length=8)), after=10)
    add_text(
        document,
        _("For the determination of the focus villages for faster reduction of stunting in {kabupaten} in "
          "the year {tahun}, {n} values of your office are still missing, for {villages} villages:").format(
            kabupaten=info.kabupaten, tahun=info.tahun, n=format_number(len(rows)),
            villages=format_number(rows["kode_desa"].nunique())),
        align="justify", after=6,
    )  # fmt: skip
    add_table(document, _summary(rows), size=9)
    # Not justified: beside the long name of a file the words of a line would stand far apart.
    add_text(
        document,
        _("Please fill the yellow cells of the workbook {name} with the data of your office and send it back "
          "by {deadline}. What is not known stays empty; an estimate or a zero in its place would change the "
          "list.").format(name=workbook, deadline=dotted(stated.deadline, length=8)),
        before=8, after=8,
    )  # fmt: skip
    add_text(document, _("Thank you for your attention and cooperation."), after=10)
    add_signature(document, stated.letter_signer, office=_("Head of {institution}").format(
        institution=info.instansi) if info.instansi else dotted("", length=10))  # fmt: skip
    turn_page(document, landscape=False)
    add_text(document, _("List: missing data of {office}").format(office=office), bold=True, after=6)
    add_table(document, _listing(rows), size=9)
    return save_document(document, path, info)


def write_request_workbook(path: str | Path, asked: DataRequests, office: str) -> Path:
    """Write the rows that an office has to fill; lokus reads the filled workbook back as it is.

    Parameters
    ----------
    path : str or Path
        ``.xlsx``.
    asked : DataRequests
    office : str
        One of :func:`asked_offices`.

    Returns
    -------
    Path

    Notes
    -----
    Cells that need not be filled are grey.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from lokus.show.results.formalities import Formalities
    >>> from lokus.show.results.info import StudyInfo
    >>> rows = pd.DataFrame({"kode_desa": ["9901012001"], "desa": "Alai", "kecamatan": "Lembak",
    ...                      "lokus": True, "opd": "DPPKB", "kunci": "krs", "indikator": "KRS",
    ...                      "satuan": "", "nilai_ditolak": float("nan")})
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> asked = DataRequests(info=info, formalities=Formalities(), rows=rows)
    >>> write_request_workbook(Path(tempfile.mkdtemp()) / "isian.xlsx", asked, "DPPKB").name
    'isian.xlsx'
    """
    path = Path(path)
    info, rows = asked.info, asked.of(office)
    book = Workbook()
    sheet = book.active
    sheet.title = _("To fill")
    top = write_heading(
        sheet, info, _("Missing data of {office}").format(office=office),
        [_("Fill the yellow cells; what is not known stays empty.")],
    )  # fmt: skip
    villages = rows.drop_duplicates("kode_desa").set_index("kode_desa")
    heads = _heads(rows)
    columns = [
        Column(head=_("Code"), values=[format_kode(str(kode)) for kode in villages.index], width=16),
        Column.text(_("Kecamatan"), villages["kecamatan"], width=22),
        Column.text(_("Village"), villages["desa"], width=26),
        *(Column(head=head, values=[None] * len(villages), width=18) for head in heads.values()),
        Column.text(_("Remark"), _refused(rows, villages), width=44, wrap=True),
    ]
    write_table(sheet, top, columns)
    wanted = set(zip(rows["kode_desa"], rows["kunci"], strict=True))
    shares = set(rows.loc[rows["satuan"] == "%", "kunci"])
    for place, key in enumerate(heads, start=4):
        letter = get_column_letter(place)
        for row, kode in enumerate(villages.index, start=top + 1):
            cell = sheet.cell(row=row, column=place)
            dress(
                cell, fill=_TO_FILL if (kode, key) in wanted else _NOTHING,
                number_format="0.00" if key in shares else "0",
            )  # fmt: skip
        check = DataValidation(
            type="decimal", operator="between", formula1="0", formula2="100" if key in shares else "9999999",
            allow_blank=True, showErrorMessage=True, errorTitle=_("Please check"),
            error=_("A number from 0 to 100 (percent)") if key in shares else _("A number from 0"),
        )  # fmt: skip
        check.add(f"{letter}{top + 1}:{letter}{top + len(villages)}")
        sheet.add_data_validation(check)
    sheet.freeze_panes = sheet.cell(row=top + 1, column=4)
    prepare_print(sheet, info)
    _guide(book.create_sheet(_("Guide")), asked, office, path.name)
    return save_workbook(book, path, info, title=_("Request for missing data"))


def study_lines(asked: DataRequests, office: str, *, workbook: str) -> tuple[str, ...]:
    r"""Lines of the study file by which the filled workbook is read.

    Parameters
    ----------
    workbook : str
        Its name, beside the study file.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.formalities import Formalities
    >>> from lokus.show.results.info import StudyInfo
    >>> rows = pd.DataFrame({"kode_desa": ["9901012001"], "opd": "Dinas PUPR", "kunci": "air_layak",
    ...                      "indikator": "Air minum layak", "satuan": "%"})
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> asked = DataRequests(info=info, formalities=Formalities(), rows=rows)
    >>> print("\n".join(study_lines(asked, "Dinas PUPR", workbook="isian.xlsx")))
    [[tabel]]
    berkas = "isian.xlsx"
    lembar = "Isian"
    opd = "Dinas PUPR"
    susulan = true
    tempat = { kode = "Kode", desa = "Desa/Kelurahan", kecamatan = "Kecamatan" }
    skala = { air_layak = "persen" }
    [tabel.indikator]
    air_layak = "Air minum layak (%)"
    """
    rows = asked.of(office)
    shares = list(dict.fromkeys(rows.loc[rows["satuan"] == "%", "kunci"]))
    sheet = _("To fill")
    code, village, kecamatan = (_quoted(head) for head in (_("Code"), _("Village"), _("Kecamatan")))
    scales = ", ".join(f'{key} = "persen"' for key in shares)
    return (
        "[[tabel]]",
        f"berkas = {_quoted(workbook)}",
        f"lembar = {_quoted(sheet)}",
        *([f"opd = {_quoted(office)}"] if office else []),
        "susulan = true",
        f"tempat = {{ kode = {code}, desa = {village}, kecamatan = {kecamatan} }}",
        *([f"skala = {{ {scales} }}"] if scales else []),
        "[tabel.indikator]",
        *(f"{key} = {_quoted(head)}" for key, head in _heads(rows).items()),
    )


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def _heads(rows: pd.DataFrame) -> dict[str, str]:
    """Give the heading of each indicator's column, every heading once."""
    found: dict[str, str] = {}
    for row in rows.drop_duplicates("kunci").to_dict("records"):
        head = str(row["indikator"])
        if row["satuan"] == "%" and "%" not in head:
            head += " (%)"
        found[str(row["kunci"])] = f"{head} [{row['kunci']}]" if head in found.values() else head
    return found


def _refused(rows: pd.DataFrame, villages: pd.DataFrame) -> list[str]:
    notes: dict[str, list[str]] = {str(kode): [] for kode in villages.index}
    stated = rows[rows["nilai_ditolak"].notna()]
    for row, text in zip(stated.to_dict("records"), number_texts(stated["nilai_ditolak"], 2), strict=True):
        notes[row["kode_desa"]].append(
            _("{indicator}: {value} cannot be true").format(indicator=row["indikator"], value=text)
        )
    return ["; ".join(notes[str(kode)]) for kode in villages.index]


def _summary(rows: pd.DataFrame) -> Table:
    counted = rows.groupby("kunci", sort=False).agg(
        indikator=("indikator", "first"), desa=("kode_desa", "size"), lokus=("lokus", "sum")
    )
    return Table.of(
        Column.text(_("Indicator"), counted["indikator"]),
        Column.number(_("Villages without data"), counted["desa"]),
        Column.number(_("of them proposed lokus"), counted["lokus"]) if rows["lokus"].any() else None,
    )


def _listing(rows: pd.DataFrame) -> Table:
    villages = rows.drop_duplicates("kode_desa").set_index("kode_desa")
    absent = rows.groupby("kode_desa", sort=False)["indikator"].agg("; ".join).reindex(villages.index)
    notes = _refused(rows, villages)
    return Table.of(
        Column.number(_("No."), range(1, len(villages) + 1)),
        Column.text(_("Kecamatan"), villages["kecamatan"]),
        Column.text(_("Village"), villages["desa"]),
        Column.text(_("Missing data"), absent),
        Column.text(_("Remark"), notes) if any(notes) else None,
    )


def _guide(sheet: Worksheet, asked: DataRequests, office: str, workbook: str) -> None:
    sheet.column_dimensions["A"].width = 110
    row = write_heading(sheet, asked.info, _("How this workbook is filled and read"))
    lines = (
        _("1. Fill the yellow cells of the first sheet. Grey cells are not asked for."),
        _("2. Leave empty what is not known; do not write 0 or an estimate in its place."),
        _("3. Change no heading, code or name, and send the workbook back to {institution}.").format(
            institution=asked.info.instansi or "Bappeda"
        ),
        _("4. For {institution}: put it beside the study file and add these lines to that file:").format(
            institution=asked.info.instansi or "Bappeda"
        ),
    )
    for line in (*lines, "", *study_lines(asked, office, workbook=workbook)):
        write_cell(sheet, row, 1, line)
        row += 1
    prepare_print(sheet, asked.info)
