from __future__ import annotations

import pytest

from lokus.errors import EvidenceError
from lokus.evidence.scores.presets import PRESETS, find_preset
from lokus.i18n import use_language

FSVA = PRESETS["fsva"]
VILLAGES = [f"99010120{i:02d}" for i in range(1, 9)]


def test_only_what_a_decree_or_guideline_states_is_official():
    assert {key for key, preset in PRESETS.items() if preset.resmi} == {"fsva"}
    for preset in PRESETS.values():
        # Where each formula was read; the arrangement of lokus itself was read nowhere.
        assert bool(preset.page) == (preset.key != "lokus_default")
        assert preset.source
        assert preset.resmi == bool(preset.authority)
        # What lokus adds is said, and what is assumed is never official.
        assert preset.resmi != bool(preset.assumed)
        assert ("bukan resmi" in preset.label) == (not preset.resmi)
        assert set(preset.weights) == set(preset.worse)


def test_every_text_is_translated():
    for preset in PRESETS.values():
        spoken = (preset.title, preset.stated, preset.assumed)
        with use_language("en"):
            assert all(
                a != b
                for a, b in zip(spoken, (preset.title, preset.stated, preset.assumed), strict=True)
                if b
            )


def test_unknown_preset_names_the_nearest():
    with pytest.raises(EvidenceError, match="maksudnya empat_kriteria"):
        find_preset("empat_kritera")
    with pytest.raises(EvidenceError, match="pilihan: lokus_default, empat_kriteria"):
        find_preset("xyz")
