from __future__ import annotations

import re

from lokus.show.province.province_page import write_province_page


def test_is_one_offline_file_with_escaped_text(province, tmp_path):
    text = write_province_page(tmp_path / "p.html", province, picture=b"\x89PNG").read_text(encoding="utf-8")
    assert "Kabupaten &lt;Dua&gt;" in text
    assert "<Dua>" not in text
    assert re.findall(r"(?:src|href)=\"(?!data:)", text) == []
    assert "DATA CONTOH SINTETIS" in text
    assert text.count("<table>") == 5
