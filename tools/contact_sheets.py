"""Render every page of every output as small pictures on contact sheets: ``python tools/contact_sheets.py``.

Maps, slides, sheets, atlas and documents of a folder of outputs are rendered as a reader sees them, pages for
a browser on a laptop, on a phone and printed, and put side by side, so that all of them can be looked at
before they are handed out. Needs LibreOffice (``soffice``), Poppler (``pdftoppm``) and Chromium.

    python tools/contact_sheets.py outputs/contoh-2026 /tmp/lembar
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from headless import open_page
from PIL import Image, ImageDraw

__all__ = ["contact_sheet", "main", "pages_of"]

OFFICE = (".docx", ".xlsx", ".pptx")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or ""
_WINDOWS = {"laptop": (1366, 768), "ponsel": (390, 844)}
_DOTS = 60  # an inch: the layout can be judged, the text of a page just read
_GAP = 12
_ACROSS = 2400  # pixels of a sheet
_READABLE = 4_500_000  # pixels of pages on a sheet
_HIGHEST = 12_000  # pixels; a picture longer than that is opened by few programs


def pages_of(path: Path, workplace: Path) -> Iterator[Image.Image]:
    """Give the pages of an output as pictures.

    Parameters
    ----------
    path : Path
        PDF, PNG, HTML or a file of an office program; others have no pages.
    workplace : Path
        Folder for what is made on the way.
    """
    if path.suffix == ".png":
        with Image.open(path) as picture:
            small = picture.convert("RGB")
        small.thumbnail((800, 800))
        yield small
        return
    if path.suffix == ".html":
        yield from _windows(path, workplace)
        path = workplace / f"{path.stem}.pdf"
    document = _as_pdf(path, workplace) if path.suffix in OFFICE else path
    stem = workplace / f"{path.stem}-{path.suffix[1:]}"
    _run("pdftoppm", "-r", str(_DOTS), "-png", str(document), str(stem))
    for page in sorted(workplace.glob(f"{stem.name}-*.png")):
        with Image.open(page) as picture:
            yield picture.convert("RGB")


def _parts(pages: Sequence[Image.Image]) -> Iterator[list[Image.Image]]:
    """Pages of one sheet each: as many as can still be read when the sheet is shown whole."""
    part: list[Image.Image] = []
    for page in pages:
        if part and sum(p.width * p.height for p in part) + page.width * page.height > _READABLE:
            yield part
            part = []
        part.append(page)
    if part:
        yield part


def contact_sheet(pages: Sequence[Image.Image], title: str) -> Image.Image:
    """Put pictures side by side in rows under a title.

    Examples
    --------
    >>> sheet = contact_sheet([Image.new("RGB", (300, 200))] * 9, "atlas")
    >>> sheet.width, sheet.height > 400
    (2400, True)
    """
    places: list[tuple[int, int]] = []
    x, y, row = _GAP, 30 + _GAP, 0
    for page in pages:
        if x > _GAP and x + page.width + _GAP > _ACROSS:
            x, y, row = _GAP, y + row + _GAP, 0
        places.append((x, y))
        x, row = x + page.width + _GAP, max(row, page.height)
    sheet = Image.new("RGB", (_ACROSS, min(y + row + _GAP, _HIGHEST)), "#8a8f92")
    ImageDraw.Draw(sheet).text((_GAP, 10), f"{title}: {len(pages)}", fill="white")
    for place, page in zip(places, pages, strict=True):
        sheet.paste(page, place)
    return sheet


def main(argv: Sequence[str] | None = None) -> int:
    """Write a contact sheet of each output; exit status 1 where one cannot be opened or has no page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("outputs", type=Path, help="folder of outputs")
    parser.add_argument("target", type=Path, help="folder for the contact sheets")
    options = parser.parse_args(argv)
    if missing := [name for name in ("soffice", "pdftoppm") if shutil.which(name) is None]:
        parser.error(f"not installed: {', '.join(missing)}")
    if not BROWSER:
        parser.error("not installed: chromium")
    options.target.mkdir(parents=True, exist_ok=True)
    empty = 0
    for path in sorted(options.outputs.iterdir()):
        twin = path.suffix == ".png" and path.with_suffix(".pdf").exists()
        if path.suffix not in (*OFFICE, ".pdf", ".png", ".html") or twin:
            continue
        with tempfile.TemporaryDirectory() as folder:
            pages = list(pages_of(path, Path(folder)))
        empty += not pages
        print(f"{path.name}: {len(pages)} pages" if pages else f"{path.name}: CANNOT BE OPENED")  # noqa: T201
        for number, part in enumerate(parts := list(_parts(pages)), start=1):
            name = path.name if len(parts) == 1 else f"{path.name} ({number})"
            contact_sheet(part, name).save(options.target / f"{name}.png")
    return 1 if empty else 0


def _windows(path: Path, workplace: Path) -> Iterator[Image.Image]:
    """Give what a laptop and a phone show of a page; what it prints is left in the workplace."""
    with open_page(BROWSER, workplace / "peramban") as page:
        for name, (width, height) in _WINDOWS.items():
            page.size(width, height, phone=name == "ponsel")
            page.go(path.resolve().as_uri())
            yield Image.open(BytesIO(page.picture())).convert("RGB")
        page.size(*_WINDOWS["laptop"])
        (workplace / f"{path.stem}.pdf").write_bytes(page.paper())


def _as_pdf(path: Path, workplace: Path) -> Path:
    _run(
        "soffice", f"-env:UserInstallation=file://{workplace}/profile", "--headless", "--convert-to", "pdf",
        "--outdir", str(workplace), str(path),
    )  # fmt: skip
    return workplace / f"{path.stem}.pdf"


def _run(*command: str) -> None:
    subprocess.run(command, check=False, capture_output=True, timeout=300)  # noqa: S603 - names are ours


if __name__ == "__main__":
    sys.exit(main())
