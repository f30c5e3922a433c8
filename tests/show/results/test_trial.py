from __future__ import annotations

import dataclasses

import pytest

from lokus.show.results.material import Material
from lokus.show.results.public import mask_small_counts
from lokus.show.results.trial import Trial


def test_nothing_that_can_be_tried_is_in_a_public_version(full, outlines, info):
    trial = Trial(problem=None, stated=None, scores=full["skor"], kecamatan=full["kode_kecamatan"])
    material = Material(results=full, kecamatan=outlines, info=info, trial=trial)
    assert material.trial is trial
    assert mask_small_counts(material, {}).trial is None


def test_a_trial_is_frozen(full):
    trial = Trial(problem=None, stated=None, scores=full["skor"], kecamatan=full["kode_kecamatan"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        trial.why_not = "lain"
