"""A follow-up made up around results: shares, beneficiaries, the way to a target, a case audit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lokus.followup.allocation import Sharing, compare_allocation
from lokus.followup.apportion import apportion
from lokus.followup.beneficiaries import beneficiaries
from lokus.followup.case_audit import audit_shortlist
from lokus.followup.gaps import find_gaps
from lokus.followup.trajectory import measured, trajectory
from lokus.intake.indicators.catalogue import load_catalogue

LIMITS = {"cakupan_bumil_ttd": 70.0, "cakupan_imunisasi": 80.0, "cakupan_catin_periksa": 60.0}


def make_counts(results: pd.DataFrame) -> pd.DataFrame:
    """Made-up counts and coverages, some of them missing."""
    rng = np.random.default_rng(9)
    n = len(results)
    frame = pd.DataFrame(results).copy()
    frame["krs"] = rng.integers(12, 240, n).astype(float)
    frame["sasaran"] = rng.integers(30, 320, n).astype(float)
    frame["baduta"] = np.floor(frame["sasaran"] * 0.4)
    frame["bumil"] = rng.integers(4, 40, n).astype(float)
    frame["bumil_kek"] = np.floor(frame["bumil"] * 0.15)
    frame.loc[frame.index[[2, 9]], ["bumil", "bumil_kek"]] = np.nan
    for key in LIMITS:
        frame[key] = rng.uniform(40, 100, n)
    frame.loc[frame.index[::7], "cakupan_catin_periksa"] = np.nan
    frame["tpk"] = rng.integers(1, 4, n).astype(float)
    return frame


def make_followup(results: pd.DataFrame) -> dict[str, Any]:
    """What :func:`lokus.show.workbook.followup.add_followup_sheets` takes."""
    frame, catalogue = make_counts(results), load_catalogue()
    shared = apportion(2 * len(frame) - 7, frame["krs"], minimum=1)
    survey = measured(
        "SSGI/SKI", "survei", {2023: (25.6, 22.4, 28.9), 2024: (23.8, 20.5, 27.1)}, source="Contoh sintetis"
    )
    routine = measured("e-PPGBM", "rutin", {2024: 15.9, 2025: 14.2, 2026: 13.9}, source="Contoh sintetis")
    gaps = find_gaps(frame, LIMITS, catalogue)
    return {
        "sharings": [
            Sharing(
                name="Tim Pendamping Keluarga",
                basis="Keluarga berisiko",
                result=shared,
                comparison=compare_allocation(frame["tpk"], shared.seats, frame["krs"]),
            )
        ],
        "beneficiaries": beneficiaries(
            frame, villages=frame, lokus=frame.index[frame["terpilih"]].tolist(),
            groups=["bumil", "bumil_kek", "balita", "baduta", "krs"],
        ),
        "trajectory": trajectory(
            start=(2024, 23.8), target=(2029, 14.2), series=[survey, routine], children=34_120
        ),
        "case_audit": audit_shortlist(frame, gaps=gaps, examined=LIMITS, catalogue=catalogue, n=10),
    }  # fmt: skip
