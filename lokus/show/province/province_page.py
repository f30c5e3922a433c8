"""Write the page of a province: one file that opens offline, with map and tables."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.i18n import language
from lokus.show.province.province_tables import province_sentence, province_tables
from lokus.show.results.info import synthetic_mark

if TYPE_CHECKING:
    from lokus.show.province.province_tables import Province
    from lokus.show.tables.table import Table

__all__ = ["write_province_page"]

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1d2b30;margin:0 auto;max-width:1180px;padding:24px}
h1{font-size:26px;margin:0}h2{font-size:19px;margin:34px 0 6px}p{margin:4px 0}
.mark{color:#6b1d6f;font-weight:bold}.quiet{color:#5c666c;font-size:14px}
img{width:100%;height:auto;border:1px solid #dde3e5;margin-top:14px}
div.t{overflow-x:auto;max-height:560px;overflow-y:auto;border:1px solid #dde3e5}
table{border-collapse:collapse;width:100%;font-size:14px}
th{background:#14506b;color:#fff;text-align:left;position:sticky;top:0;padding:6px 8px;vertical-align:bottom}
td{border-top:1px solid #e6ebed;padding:4px 8px;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
@media print{div.t{max-height:none;overflow:visible}th{position:static}}
"""


def write_province_page(path: str | Path, province: Province, *, picture: bytes) -> Path:
    """Write the page; text of inputs is escaped, and nothing is fetched from elsewhere.

    Parameters
    ----------
    path : str or Path
    province : Province
    picture : bytes
        The map as PNG.

    Examples
    --------
    >>> import tempfile
    >>> from lokus.show.province.province_tables import empty_province
    >>> page = Path(tempfile.mkdtemp()) / "rangkuman.html"
    >>> write_province_page(page, empty_province("Provinsi Contoh"), picture=b"").name
    'rangkuman.html'
    """
    info = province.info
    mark = f'<p class="mark">{escape(synthetic_mark())}</p>' if info.synthetic else ""
    shown = base64.b64encode(picture).decode()
    body = "".join(_section(name, table) for name, table in province_tables(province).items())
    head, called = escape(info.title), _("Map of the kabupaten and their lokus")
    text = (
        f'<!doctype html><html lang="{language()}"><meta charset="utf-8"><title>{head}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style><h1>{head}</h1>{mark}"
        f'<p class="quiet">{escape(info.place_and_year)}</p><p>{escape(province_sentence(province))}</p>'
        f'<img alt="{escape(called)}" src="data:image/png;base64,{shown}">'
        f"{body}</html>\n"
    )
    path = Path(path)
    with atomic_path(path) as draft:
        draft.write_text(text, encoding="utf-8")
    return path


def _section(name: str, table: Table) -> str:
    def cells(kind: str, row: tuple[str, ...]) -> str:
        return "".join(
            f"<{kind}{' class=n' if place in table.numbers else ''}>{escape(text)}</{kind}>"
            for place, text in enumerate(row)
        )

    rows = "".join(f"<tr>{cells('td', row)}</tr>" for row in table.rows)
    notes = "".join(f'<p class="quiet">{escape(note)}</p>' for note in table.notes)
    return (
        f"<h2>{escape(table.title or name)}</h2>{notes}"
        f'<div class="t"><table><thead><tr>{cells("th", table.heads)}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
