"""What every stage starts from: the settings, and where the study file is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lokus.settings import Settings

__all__ = ["Study"]


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """A checked study file and its place; see :class:`lokus.kajian.Kajian`."""

    settings: Settings
    path: Path

    def _beside(self, name: str) -> Path:
        return self.path.parent / name
