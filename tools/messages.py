"""Bring the Indonesian catalogue up to date with the code: ``python tools/messages.py``.

Extracts every message, keeps the translations there are, drops those no longer used, compiles the catalogue
that the package reads, and lists what still needs a translation (exit status 1 when there is any).
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "lokus"
CATALOGUE = PACKAGE / "locale" / "id" / "LC_MESSAGES" / "lokus.po"
HEADER = "# Indonesian catalogue of lokus."
MADE = datetime(2026, 1, 1, tzinfo=UTC)  # stated, so that the same messages give the same file


def extract() -> dict[str, set[str]]:
    """Every message of the code, with the files that use it."""
    found: dict[str, set[str]] = {}
    methods = [("**.py", "python"), ("**.j2", "jinja2")]
    for file, _line, message, _comments, _context in extract_from_dir(
        PACKAGE, methods, keywords={"_": None, "N_": None}
    ):
        found.setdefault(str(message), set()).add(f"lokus/{file}")
    return found


def build(translations: dict[str, str]) -> tuple[Catalog, list[str]]:
    """Catalogue in a stable order, and the messages without a translation."""
    catalogue = Catalog(
        locale="id", project="lokus", version="", header_comment=HEADER, fuzzy=False, creation_date=MADE
    )  # fmt: skip
    messages = extract()
    for message in sorted(messages, key=lambda m: (min(messages[m]), m)):
        catalogue.add(
            message, translations.get(message, ""), locations=[(f, None) for f in sorted(messages[message])]
        )
    return catalogue, [message for message in messages if not translations.get(message)]


def existing() -> dict[str, str]:
    """Read the translations already in the catalogue."""
    with CATALOGUE.open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream) if m.id and m.string}


def main() -> int:
    """Rewrite ``lokus.po`` and ``lokus.mo``."""
    catalogue, missing = build(existing())
    with CATALOGUE.open("wb") as stream:
        write_po(stream, catalogue, width=110, omit_header=False, include_lineno=False)
    with CATALOGUE.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, catalogue)
    for message in missing:
        sys.stderr.write(f"no translation: {message!r}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
