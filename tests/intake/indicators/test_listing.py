from __future__ import annotations

from pathlib import Path

from lokus.i18n import use_language
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.indicators.listing import catalogue_page, catalogue_text


def test_every_indicator_is_listed_once() -> None:
    catalogue = load_catalogue()
    lines = catalogue_text(catalogue).splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(catalogue)
    assert catalogue_text(catalogue, words=["zzz"]) == "tidak ada indikator dengan kata-kata itu"


def test_the_page_of_the_documentation_is_what_the_command_writes(root: Path) -> None:
    with use_language("id"):
        page = catalogue_page(load_catalogue())
    written = (root / "docs" / "katalog.md").read_text(encoding="utf-8")
    assert written.strip() == page.strip(), "run: lokus katalog --markdown > docs/katalog.md"
