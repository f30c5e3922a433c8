"""Sentences of the periodic report."""

from __future__ import annotations

from period_study import period_study

from lokus.show.words.period_words import period_lines, reading_notes
from lokus.stages.periods import find_period, period_report


def test_change_missing_and_other_villages_are_said(tmp_path):
    study = period_study(tmp_path)
    text = "\n".join(period_lines(period_report(study, find_period(study, semester=1))))
    assert "Membaik dibandingkan Semester 2 Tahun 2025: Anak 6–23 bulan mendapat MP-ASI" in text
    assert "Desa yang melapor tidak sama" in text
    assert "Hanya berupa persentase" in text
    first = "\n".join(period_lines(period_report(study, find_period(study, semester=2, year=2025))))
    assert "periode pertama" in first
    assert "Membaik" not in first
    assert len(reading_notes()) == 4
