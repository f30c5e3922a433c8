"""Write the situation analysis of the kabupaten or one kecamatan: findings, map, villages, gaps."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.i18n import gettext as _
from lokus.show.documents.page import (
    NumberedSections,
    add_signature,
    add_table,
    add_text,
    new_document,
    save_document,
    turn_page,
)
from lokus.show.results.formalities import Signer
from lokus.show.results.parts import kecamatan_names, part_of
from lokus.show.tables.case_audit_tables import (
    case_audit_kecamatan_table,
    case_audit_total_table,
    case_audit_villages_table,
)
from lokus.show.tables.foster_tables import foster_kecamatan_table, foster_villages_table
from lokus.show.tables.situation import (
    area_gaps_table,
    area_villages_table,
    classes_table,
    kecamatan_table,
    missing_table,
)
from lokus.show.tables.study import tasks_table
from lokus.show.tables.table import Column, Table
from lokus.show.tables.village_structures import lacking_table, structures_table
from lokus.show.tables.villages import list_table
from lokus.show.words.narrative import caveats, map_sentence
from lokus.show.words.situation import situation_lines

if TYPE_CHECKING:
    from docx.document import Document

    from lokus.show.results.material import Material
    from lokus.show.themes.layer import Layer

__all__ = ["write_situation"]

_AGREED = 6  # empty rows for what the meeting agrees on
_WIDE = 12.5  # cm, of the map


def write_situation(
    path: str | Path,
    material: Material,
    *,
    kecamatan: str = "",
    picture: bytes = b"",
    layer: Layer | None = None,
) -> Path:
    """Write the situation analysis of the kabupaten, or of one kecamatan.

    Parameters
    ----------
    path : str or Path
        ``.docx``.
    material : Material
        Of the kabupaten.
    kecamatan : str
        Code of the kecamatan; empty for the kabupaten.
    picture : bytes
        PNG of the map; empty for none.
    layer : Layer, optional
        What the map shows.

    Returns
    -------
    Path

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> material = Kajian.open("data/kajian/contoh-2026.toml").material
    >>> write_situation(Path(tempfile.mkdtemp()) / "ansit.docx", material, kecamatan="990101").name
    'ansit.docx'
    """
    info = material.info
    area = part_of(material, kecamatan) if kecamatan else material
    name = _("Kecamatan {name}").format(name=kecamatan_names(material)[kecamatan]) if kecamatan else ""
    title = _("Situation analysis")
    document = new_document(info, title=f"{title} {name or info.kabupaten}", draft=_("DRAFT"))
    heads = [
        (_("CONVERGENCE ACTION 1"), 0),
        (title.upper(), 0),
        *([(name.upper(), 0)] if name else []),
        (_("{kabupaten}, YEAR {tahun}").format(kabupaten=info.kabupaten.upper(), tahun=info.tahun), 12),
    ]
    for text, after in heads:
        add_text(document, text, align="center", bold=True, after=after, keep=True)
    sections = NumberedSections(document)
    sections.head(_("Findings"))
    for line in situation_lines(area, whole=material if kecamatan else None, name=name):
        add_text(document, f"– {line}", align="justify", after=3)
    if picture:
        sections.head(_("Map"))
        _add_picture(document, picture, layer, area)
    if not kecamatan:
        sections.table(kecamatan_table(material))
    turn_page(document, landscape=True)
    sections.table(area_villages_table(area) if kecamatan else list_table(material), size=8)
    sections.table(area_gaps_table(area), size=8)
    if material.foster is not None and material.foster.periods:
        found = material.foster
        sections.table(
            foster_villages_table(found, kecamatan=kecamatan) if kecamatan else foster_kecamatan_table(found),
            size=8,
        )
    if material.audit_returns is not None:
        audited = material.audit_returns
        if not kecamatan:
            sections.table(case_audit_total_table(audited), size=8)
        sections.table(case_audit_kecamatan_table(audited, kecamatan=kecamatan), size=8)
        if kecamatan:
            sections.table(case_audit_villages_table(audited, kecamatan=kecamatan), size=8)
    turn_page(document, landscape=False)
    if material.structures is not None:
        sections.table(structures_table(material.structures, kecamatan=kecamatan))
        lacking = lacking_table(material.structures, kecamatan=kecamatan)
        if len(lacking):
            add_table(document, lacking, size=8.5)
    sections.table(missing_table(area), size=8.5)
    if not kecamatan:
        sections.table(tasks_table(material), title=_("What follows for the offices"))
    sections.head(_("What must be known of the figures"))
    for text in caveats(area):
        add_text(document, f"– {text}", align="justify", size=10, after=2)
    sections.head(_("What is agreed on"))
    blank = (_("Problem"), _("Activity"), _("Who"), _("When"), _("Source of funds"))
    add_table(document, Table.of(*(Column.text(head, []) for head in blank)), blanks=_AGREED)
    add_signature(
        document,
        Signer() if kecamatan else material.formalities.letter_signer,
        office=_("Camat of {name}").format(name=kecamatan_names(material)[kecamatan])
        if kecamatan
        else _("Head of Bappeda"),
    )
    return save_document(document, path, info)


def _add_picture(document: Document, picture: bytes, layer: Layer | None, area: Material) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape: Any = paragraph.add_run().add_picture(io.BytesIO(picture), width=Cm(_WIDE))
    title = layer.title if layer is not None else ""
    shape._inline.docPr.set("descr", _("Map: {title}").format(title=title))
    if layer is None:
        return
    add_text(document, title, align="center", size=9, after=2, keep=True)
    said = map_sentence(area.results, layer.theme, layer.classes)
    if said:
        add_text(document, said, align="center", size=9, after=4)
    add_table(document, classes_table(layer), size=8.5)
