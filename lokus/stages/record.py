"""What went into a study and what came out, so that it can be run again and compared."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lokus.manifest import Input, frame_digest, make_lock
from lokus.stages.followup import FollowupStages

if TYPE_CHECKING:
    from pathlib import Path

    from lokus.intake.earlier.decided_list import DecidedList

__all__ = ["RecordStages"]


class RecordStages(FollowupStages):
    """Inputs and lock."""

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """Every file that went in, with the digest of what was taken from it."""
        import pandas as pd

        from lokus.places.names import read_decisions
        from lokus.places.sources import read_source

        stated = self.settings.boundaries
        taken = [(stated.file, self.boundaries.villages)]
        if self.official is not None and stated.official:
            taken.append((stated.official.file, self.official))
        taken += [
            (table.file, joined.values)
            for table, joined in zip(self.settings.tables, self.joined, strict=True)
        ]
        if self.decisions_file.is_file():
            taken.append((self._decisions, read_decisions(self.decisions_file)))
        taken += [(name, pd.DataFrame({"kode_desa": decided.kode})) for name, decided in self._lists()]
        digests: dict[Path, list[str]] = {}
        for name, frame in taken:
            digests.setdefault(self._beside(name), []).append(frame_digest(frame))
        record = read_source(self._beside(stated.file)) or {}
        fetched = {key: str(record[key]) for key in ("sumber", "lisensi", "diperbarui") if record.get(key)}
        own = [
            Input(
                path=path,
                content="+".join(parts),
                origin=fetched if path == self._beside(stated.file) else {},
            )
            for path, parts in digests.items()
        ]
        known = {os.path.normpath(item.path) for item in own}
        earlier = self.previous.inputs if self.previous else ()
        return (*own, *(item for item in earlier if os.path.normpath(item.path) not in known))

    def _lists(self) -> list[tuple[str, DecidedList]]:
        stated = self.settings.previous
        if stated is None:
            return []
        lists = [(item.file, self.decided[item.year]) for item in stated.history]
        return [(stated.decided.file, self.decided[self.last_year]), *lists] if stated.decided else lists

    @cached_property
    def lock(self) -> dict[str, Any]:
        """What went in, with which versions and rules, and which list came out."""
        return make_lock(
            study_file=self.path,
            settings=self.settings.to_mapping(),
            inputs=self.inputs,
            kode=self.proposal.kode,
            results=self.results,
            proof={
                "kecamatan": self.proposal.n_kecamatan,
                "nilai": self.proposal.objective,
                "batas_atas": self.proposal.bound,
                "mesin": self.proposal.engine,
            },
        )
