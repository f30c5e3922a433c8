"""Compute the headline figures of a study: numbers of villages, lokus, children and missing values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lokus.show.results.text import has_flag

if TYPE_CHECKING:
    import pandas as pd

    from lokus.show.results.material import Material

__all__ = ["Headlines"]


@dataclass(frozen=True, kw_only=True)
class Headlines:
    """Counts and sums of a study, before they are put into words; rounding is that of a count.

    Parameters
    ----------
    material : Material

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> results = pd.DataFrame(
    ...     {"nomor": [1, None], "kode_kecamatan": ["160301", "160302"], "anak_stunting": [12.4, 30.2]}
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> headlines = Headlines(material=Material(results=results, kecamatan=results, info=info))
    >>> headlines.villages, headlines.lokus
    (2, 1)
    >>> headlines.estimated_children, headlines.estimated_children_in_lokus
    (43, 12)
    """

    material: Material

    @property
    def villages(self) -> int:
        """Villages judged."""
        return len(self.material.results)

    @property
    def lokus(self) -> int:
        """Villages proposed."""
        return len(self.material.chosen)

    @property
    def kecamatan(self) -> int:
        """Kecamatan of all villages."""
        return int(self.material.results["kode_kecamatan"].nunique())

    @property
    def kecamatan_with_lokus(self) -> int:
        """Kecamatan of the proposed villages."""
        return int(self.material.chosen["kode_kecamatan"].nunique())

    @property
    def estimated_children(self) -> int | None:
        """Stunted children of all villages, estimated; None where they are not."""
        return self._children(self.material.results)

    @property
    def estimated_children_in_lokus(self) -> int | None:
        """Stunted children of the proposed villages, estimated."""
        return self._children(self.material.chosen)

    @property
    def children_at_survey(self) -> int | None:
        """Stunted children of all villages at the level of the survey; None where the study states none."""
        return self._children(self.material.results, "anak_stunting_survei")

    @property
    def children_in_lokus_at_survey(self) -> int | None:
        """Stunted children of the proposed villages at the level of the survey."""
        return self._children(self.material.chosen, "anak_stunting_survei")

    @property
    def share_of_children(self) -> float | None:
        """Share of the estimated stunted children that live in lokus, percent."""
        everyone, inside = self.estimated_children, self.estimated_children_in_lokus
        return None if not everyone or inside is None else 100 * inside / everyone

    @property
    def not_reliable(self) -> int:
        """Villages that were measured, but too little, or nobody knows how much; as maps mark them."""
        return self._weak(self.material.results)

    @property
    def lokus_not_reliable(self) -> int:
        """Proposed villages of which the same is true."""
        return self._weak(self.material.chosen)

    @property
    def unmeasured(self) -> int:
        """Villages in which no child was measured."""
        return int(has_flag(self.material.results, "tanpa_pengukuran").sum())

    @property
    def firm(self) -> int | None:
        """Proposed villages whose place is firm; None where certainty was not computed."""
        chosen = self.material.chosen
        return int((chosen["kelas_kepastian"] == "kukuh").sum()) if "kelas_kepastian" in chosen else None

    @cached_property
    def values_needed(self) -> int:
        """Values of all indicators that the study needs."""
        table = self.material.completeness
        return 0 if table is None else int(table.size)

    @cached_property
    def values_missing(self) -> int:
        """Values that are missing."""
        table = self.material.completeness
        return 0 if table is None else int((~self.present(table)).to_numpy().sum())

    @staticmethod
    def present(completeness: pd.DataFrame) -> pd.DataFrame:
        """Whether there is a value, village by village and indicator by indicator.

        Examples
        --------
        >>> import pandas as pd
        >>> Headlines.present(pd.DataFrame({"jamban": [True, None]}))["jamban"].tolist()
        [True, False]
        """
        return completeness.astype("boolean").fillna(value=False).astype(bool)

    @staticmethod
    def _children(villages: pd.DataFrame, column: str = "anak_stunting") -> int | None:
        if column not in villages or not villages[column].notna().any():
            return None
        return int(np.rint(float(villages[column].sum())))

    @staticmethod
    def _weak(villages: pd.DataFrame) -> int:
        weak = has_flag(villages, "belum_andal") & ~has_flag(villages, "tanpa_pengukuran")
        return int(weak.sum())
