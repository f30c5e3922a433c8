"""Names of village types, in words a planner uses, from the indicators that set them apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Label", "name_types"]

Label = str | tuple[str, str]

# Standard deviations from the mean below which an indicator says nothing about a type.
NOTABLE = 0.5
WORDS = 2


def name_types(
    severity: pd.DataFrame, *, worse: Mapping[str, Literal["high", "low"]], labels: Mapping[str, Label]
) -> pd.Series[str]:
    """Name each type by its leading indicators, those farthest from the mean first.

    A type whose name is taken gets further indicators, and if that does not tell it apart, its number.

    Parameters
    ----------
    severity : DataFrame, types × indicators
        Means in standard deviations, positive worse.
    worse, labels
        As in :func:`lokus.evidence.typology.typology`.

    Examples
    --------
    >>> import pandas as pd
    >>> severity = pd.DataFrame({"air": [1.2, -0.1], "miskin": [0.7, -0.2]}, index=[1, 2])
    >>> name_types(severity, worse={"air": "low", "miskin": "high"}, labels={"air": "air layak"}).tolist()
    ['air layak rendah, miskin tinggi', 'sekitar rata-rata']
    """
    names: list[str] = []
    for number, row in severity.iterrows():
        leading = sorted(row.items(), key=lambda item: (-round(abs(item[1]), 9), str(item[0])))
        phrases = [
            _phrase(str(key), value, worse, labels) for key, value in leading if abs(value) >= NOTABLE
        ] or [_("about average")]
        longer = (", ".join(phrases[:words]) for words in range(WORDS, len(phrases) + 1))
        full = ", ".join(phrases[:WORDS])
        name = next((name for name in longer if name not in names), full)
        names.append(
            name if name not in names else _("{name} (type {number})").format(name=name, number=number)
        )
    return severity.index.to_series().map(dict(zip(severity.index, names, strict=True))).rename("nama_tipe")


def _phrase(
    key: str, value: float, worse: Mapping[str, Literal["high", "low"]], labels: Mapping[str, Label]
) -> str:
    label = labels.get(key, key)
    if not isinstance(label, str):
        bad, good = label
        return bad if value > 0 else good
    high = (value > 0) == (worse[key] == "high")
    template = _("high {name}") if high else _("low {name}")
    return template.format(name=label)
