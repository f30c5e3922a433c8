from __future__ import annotations

import re
from dataclasses import replace

import pytest
from page_reader import Reader

from lokus.i18n import use_language
from lokus.show.report.report import render_report, write_report

EVIL = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def page(material, one_sheet):
    return render_report(material, sheets=one_sheet)


@pytest.fixture(scope="module")
def seen(page):
    return Reader(page)


def test_it_is_whole_and_self_contained(page, seen):
    assert seen.open == []
    names = {tag for tag, _attrs in seen.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "base", "form", "audio", "video"}
    assert "https:" not in page
    assert "http:" not in page
    assert "//" not in re.sub(r'src="data:image/png;base64,[^"]*"', "", page)
    for tag, attrs in seen.tags:
        assert not [name for name in attrs if name.startswith("on")], tag
        assert (attrs.get("src") or "data:").startswith("data:")
        assert (attrs.get("href") or "#").startswith("#")
    policy = next(a["content"] for t, a in seen.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy


def test_every_jump_has_a_target(seen):
    targets = {attrs["id"] for _tag, attrs in seen.tags if "id" in attrs}
    jumps = {attrs["href"][1:] for tag, attrs in seen.tags if tag == "a"}
    assert jumps == targets != set()


def test_the_list_stands_with_reasons(seen, material):
    for desa, reason in zip(material.chosen["desa"], material.chosen["alasan"], strict=True):
        assert desa in seen.text
        assert reason in seen.text


def test_every_accepted_finding_stands_with_its_reason(seen, material):
    accepted = material.findings[material.findings["accepted"]]
    assert len(accepted) == 2
    for text in [*accepted["reason"], *accepted["message"]]:
        assert text in seen.text


def test_no_accepted_finding_is_said(material, one_sheet):
    none = material.findings.assign(accepted=False)
    assert "Tidak ada temuan yang diterima." in render_report(
        replace(material, findings=none), sheets=one_sheet
    )


def test_maps_formulas_provenance_and_mark_are_there(page, seen, material):
    assert page.count("data:image/png;base64,") == 4
    assert sum(tag == "math" for tag, _attrs in seen.tags) == 5
    assert "DATA CONTOH SINTETIS" in seen.text
    assert material.lock["masukan"][0]["sha256"] in seen.text
    assert all(source in seen.text for source in material.info.sources)


def test_every_map_of_the_study_has_its_sentence(material, one_sheet, every_stage):
    full = every_stage(material.results).drop(columns="status_reviu")
    page = render_report(replace(material, results=full), sheets=one_sheet)
    assert page.count("data:image/png;base64,") == 6
    for part in (
        "tersebar di 5 kecamatan",
        "perkiraannya 20 %",
        "8 dari 10",
        "di antara tetangga",
        "Tipe terberat",
    ):
        assert part in page


def test_text_from_inputs_stays_text(material, one_sheet):
    odd = material.results.copy()
    odd["desa"] = EVIL
    odd["alasan"] = EVIL
    info = replace(material.info, title=EVIL, instansi=EVIL, sources=(EVIL,), rule=EVIL)
    findings = material.findings.assign(message=EVIL, reason=EVIL)
    page = render_report(
        replace(
            material, results=odd, info=info, findings=findings, method=((EVIL, EVIL),), weights={EVIL: 1.0},
            gaps=material.gaps.assign(opd=EVIL, intervensi=EVIL), lock={"masukan": [], "x": EVIL},
        ),
        sheets=one_sheet,
    )  # fmt: skip
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 20


def test_absent_parts_are_left_out(material):
    bare = replace(
        material, gaps=None, alternatives=None, prices=None, contributions=None, completeness=None,
        by_opd=None, findings=None, lock=None, method=(), weights={},
        results=material.results.drop(columns=["peluang_lokus", "kelas_kepastian", "prevalensi"]),
    )  # fmt: skip
    page = render_report(bare)
    assert Reader(page).open == []
    assert page.count("data:image/png;base64,") == 2
    assert "Kunci kajian" not in page


def test_same_bytes_whatever_the_row_order(page, material, one_sheet, tmp_path):
    shuffled = replace(material, results=material.results.sample(frac=1, random_state=8))
    path = write_report(tmp_path / "laporan.html", shuffled, sheets=one_sheet)
    assert path.read_text("utf-8") == page


def test_english_on_request(material, one_sheet):
    with use_language("en"):
        page = render_report(material, sheets=one_sheet)
    assert '<html lang="en">' in page
    assert "What to keep in mind" in page
