"""Write the decree on the list: its annex, and a draft of its body for the legal office."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.documents.page import (
    add_clauses,
    add_heading,
    add_signature,
    add_table,
    add_text,
    dotted,
    new_document,
    save_document,
)
from lokus.show.results.formalities import head_of_region
from lokus.show.results.headlines import Headlines
from lokus.show.tables.villages import annex_table

if TYPE_CHECKING:
    from lokus.show.results.material import Material

__all__ = ["decree_subject", "write_decree_annex", "write_decree_draft"]

_DOTS = 26  # of a line beside the number of a clause, for handwriting: more would run over to a second line


def decree_subject(material: Material) -> str:
    """Return the subject of the decree, as stated or else by kabupaten and year.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> decree_subject(Material(results=pd.DataFrame(), kecamatan=pd.DataFrame(), info=info))
    'Penetapan Desa/Kelurahan Lokasi Fokus Percepatan Penurunan Stunting Kabupaten Contoh Tahun 2026'
    """
    return material.formalities.subject or _(
        "Determination of Focus Villages for Faster Reduction of Stunting in {kabupaten} for the Year {tahun}"
    ).format(kabupaten=material.info.kabupaten, tahun=material.info.tahun)


def write_decree_annex(path: str | Path, material: Material) -> Path:
    """Write the annex: the heading of a decree, the villages in the order of their numbers, the signature.

    Parameters
    ----------
    path : str or Path
        ``.docx``.
    material : Material

    Returns
    -------
    Path

    Notes
    -----
    Reasons, probabilities and intervals are not part of a decree; the workbook has them on a separate sheet.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> place = pd.DataFrame({"nomor": [1], "desa": "Alai", "kecamatan": "Lembak"}, index=["1603012001"])
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> material = Material(results=place.assign(kode_kecamatan="160301"), kecamatan=place, info=info)
    >>> write_decree_annex(Path(tempfile.mkdtemp()) / "lampiran.docx", material).name
    'lampiran.docx'
    """
    info, stated = material.info, material.formalities
    head = head_of_region(info.kabupaten)
    document = new_document(info, title=decree_subject(material), draft=_("DRAFT"))
    add_heading(
        document, [_("ANNEX"), _("DECREE OF THE {head}").format(head=head.upper())],
        [
            (_("NUMBER"), dotted(stated.number, length=14)),
            (_("DATE"), dotted(stated.date, length=14)),
            (_("ON"), decree_subject(material).upper()),
        ],
    )  # fmt: skip
    heading = (
        _("LIST OF FOCUS VILLAGES FOR FASTER REDUCTION OF STUNTING"),
        _("{kabupaten}, YEAR {tahun}").format(kabupaten=info.kabupaten.upper(), tahun=info.tahun),
    )
    # In one paragraph: two would leave the last word of the first one alone on a line.
    add_text(document, " ".join(heading), align="center", bold=True, before=12, after=8, keep=True)
    add_table(document, annex_table(material), size=10)
    add_signature(document, stated.signer, office=head)
    return save_document(document, path, info)


def write_decree_draft(path: str | Path, material: Material) -> Path:
    """Write the body of the decree, with the computed facts, as a draft for the legal office.

    Parameters
    ----------
    path : str or Path
        ``.docx``.
    material : Material

    Returns
    -------
    Path

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> place = pd.DataFrame({"nomor": [1], "desa": "Alai", "kecamatan": "Lembak"}, index=["1603012001"])
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> material = Material(results=place.assign(kode_kecamatan="160301"), kecamatan=place, info=info)
    >>> write_decree_draft(Path(tempfile.mkdtemp()) / "rancangan.docx", material).name
    'rancangan.docx'
    """
    info, stated = material.info, material.formalities
    head, subject = head_of_region(info.kabupaten), decree_subject(material)
    document = new_document(info, title=subject, draft=_("DRAFT – to be examined by the legal office"))
    add_text(document, head.upper(), align="center", bold=True, after=14)
    for line, after in (
        (_("DECREE OF THE {head}").format(head=head.upper()), 0),
        (_("NUMBER {number}").format(number=dotted(stated.number, length=16)), 10),
        (_("ON"), 10),
        (subject.upper(), 10),
        (f"{head.upper()},", 12),
    ):
        add_text(document, line, align="center", bold=True, after=after, keep=True)
    recitals = [*_recitals(material)]
    recitals.append(
        _("that by the considerations under letters a to {last}, a decree of the {head} on {subject} is "
          "needed;").format(last=_letter(len(recitals) - 1), head=head, subject=subject)
    )  # fmt: skip
    add_clauses(document, _("Considering"), [(f"{_letter(n)}.", text) for n, text in enumerate(recitals)])
    basis = stated.basis or (dotted("", length=_DOTS),) * 3
    add_clauses(
        document, _("In view of"), [(f"{n}.", _ended(text, ";")) for n, text in enumerate(basis, start=1)]
    )
    add_text(document, _("DECIDES:"), align="center", bold=True, before=4, after=8, keep=True)
    add_clauses(
        document, _("Sets"), [("", _("DECREE OF THE {head} ON {subject}.").format(
            head=head.upper(), subject=subject.upper()))],
    )  # fmt: skip
    for ordinal, text in zip(_ordinals(), _articles(material), strict=False):
        add_clauses(document, ordinal, [("", text)])
    add_signature(
        document, stated.signer, office=head,
        above=[
            _("Set in {place}").format(place=dotted(stated.place, length=10)),
            _("on {date}").format(date=dotted(stated.date, length=10)),
        ],
    )  # fmt: skip
    return save_document(document, path, info)


def _recitals(material: Material) -> Iterator[str]:
    info, headlines = material.info, Headlines(material=material)
    yield _(
        "that for faster reduction of stunting in {kabupaten} the focus villages of the year {tahun} have to "
        "be determined;"
    ).format(kabupaten=info.kabupaten, tahun=info.tahun)
    yield _(
        "that the data of {total} villages in {districts} kecamatan were studied, and {n} villages in {k} "
        "kecamatan are proposed by the rule: {rule};"
    ).format(
        total=format_number(headlines.villages), districts=format_number(headlines.kecamatan),
        n=format_number(headlines.lokus), k=format_number(headlines.kecamatan_with_lokus),
        rule=info.rule.rstrip(".") or dotted(""),
    )  # fmt: skip
    everyone, inside, share = (
        headlines.estimated_children, headlines.estimated_children_in_lokus, headlines.share_of_children,
    )  # fmt: skip
    if everyone and inside is not None and share is not None:
        yield _(
            "that an estimated {inside} of {all} stunted children ({share} %) live in the villages proposed;"
        ).format(inside=format_number(inside), all=format_number(everyone), share=format_number(share))
    for text in material.formalities.recitals:
        opening = _("that {text}").partition("{")[0]
        plain = text if text.casefold().startswith(opening) else f"{opening}{text}"
        yield _ended(plain, ";")


def _letter(number: int) -> str:
    """Letter of a consideration, from 0 on; after z comes aa, as word processors count."""
    round_, place = divmod(number, len(string.ascii_lowercase))
    return (_letter(round_ - 1) if round_ else "") + string.ascii_lowercase[place]


def _ended(text: str, mark: str) -> str:
    return text if text.endswith((mark, "…")) else text.rstrip(".;") + mark


def _ordinals() -> tuple[str, ...]:
    return (_("FIRST"), _("SECOND"), _("THIRD"), _("FOURTH"), _("FIFTH"))


def _articles(material: Material) -> Iterator[str]:
    info, headlines = material.info, Headlines(material=material)
    yield _(
        "To set {n} villages in {k} kecamatan as focus villages for faster reduction of stunting in "
        "{kabupaten} for the year {tahun}, as listed in the Annex, which is an inseparable part of this "
        "Decree."
    ).format(
        n=format_number(headlines.lokus), k=format_number(headlines.kecamatan_with_lokus),
        kabupaten=info.kabupaten, tahun=info.tahun,
    )  # fmt: skip
    yield _(
        "The focus villages of the FIRST dictum guide the offices of {kabupaten}, the kecamatan and the "
        "villages in planning, budgeting and carrying out specific and sensitive interventions, and in "
        "watching over and assessing them."
    ).format(kabupaten=info.kabupaten)
    yield _(
        "The interventions of the SECOND dictum are coordinated by the team for faster reduction of stunting "
        "(TPPS) of {kabupaten}, and their progress is reported to the {head}."
    ).format(kabupaten=info.kabupaten, head=head_of_region(info.kabupaten))
    yield _(
        "The costs that follow from this Decree are borne by the regional budget of {kabupaten} and other "
        "lawful and non-binding sources, as laws and regulations say."
    ).format(kabupaten=info.kabupaten)
    yield _("This Decree takes effect on the date on which it is set.")
