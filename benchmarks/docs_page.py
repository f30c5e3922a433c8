"""Put what a benchmark printed into its page of the documentation."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def put_table(page: str, name: str, text: str) -> None:
    """Replace what stands between the marks of the table `name` in ``docs/<page>``."""
    path = DOCS / page
    begin, end = f"<!-- tabel {name}: awal -->", f"<!-- tabel {name}: akhir -->"
    old = path.read_text(encoding="utf-8")
    before, after = old.split(begin)[0], old.split(end)[1]
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
