"""Village names to village codes: never a guess between two, never across kecamatan.

What can be settled by rule is settled; what cannot is left open with its candidates, for a person to decide
in ``kecocokan.csv`` (:mod:`lokus.places.decisions`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.places.decisions import IGNORE, read_decisions, write_open_cases
from lokus.places.name_assignment import Outcome
from lokus.places.name_rules import normalise_name, plain_name
from lokus.places.official_names import OfficialNames, Place

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = ["MARGIN", "THRESHOLD", "match_names", "normalise_name", "read_decisions", "write_open_cases"]

THRESHOLD: Final = 80.0
"""Least similarity, 0 to 100, at which two different spellings may be the same name."""

MARGIN: Final = 10.0
"""By how much the best candidate must beat the next one, in the same points."""


def match_names(
    names: pd.DataFrame,
    villages: pd.DataFrame,
    *,
    decisions: pd.DataFrame | None = None,
    source: str = "",
    threshold: float = THRESHOLD,
    margin: float = MARGIN,
    old_spelling: bool = False,
) -> pd.DataFrame:
    """Find the village code of every named village.

    Kecamatan are matched first, then villages inside their kecamatan: by the name as written, by the
    normalised name, and by similarity through the best one-to-one assignment, accepted only above `threshold`
    and with `margin` to the runner-up in both directions. Numbers and qualifiers (*II*, *Ilir*, *Baru*) are
    never bridged by similarity. A kecamatan called by another name is recognised when most of its villages
    are those of one kecamatan that no other name claims. A row without kecamatan is accepted only when its
    normalised name is unique among all villages and among such rows (written twice, it may be two villages,
    one of them missing from the list), and by similarity only 10 above `threshold`.

    Parameters
    ----------
    names : pandas.DataFrame
        Column ``desa``; optionally ``kecamatan`` (name) or ``kode_kecamatan`` (six digits), which goes first.
    villages : pandas.DataFrame
        Village table: index ``kode_desa``, columns ``desa``, ``kecamatan``.
    decisions : pandas.DataFrame, optional
        Human decisions as :func:`read_decisions` gives them; they go before every rule.
    source : str
        Name of the table; decisions naming another ``sumber`` do not apply.
    threshold, margin : float
        Similarity (normalised optimal string alignment, 0 to 100) and distance to the runner-up.
    old_spelling : bool
        Also read *oe*, *dj*, *tj* as *u*, *j*, *c*.

    Returns
    -------
    pandas.DataFrame
        Index of `names`; columns ``kode_desa`` (``<NA>`` when open), ``cara`` ("nama persis",
        "nama dinormalkan", "nama mirip", "keputusan", "ambigu", "tidak ditemukan"), ``nilai`` (similarity),
        ``calon`` (list of candidate texts), ``alasan`` (reason of a decision), ``sumber``,
        ``kecamatan_sumber``, ``desa_sumber``. A row decided to be left out has ``cara`` "keputusan" and
        no code.

    Raises
    ------
    InputError
        A decision names a code that is not a village of this study.

    Examples
    --------
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju", "Suka Maju II"], "kecamatan": ["Tanjung Sari"] * 2},
    ...     index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
    ... )
    >>> names = pd.DataFrame({"kecamatan": "TJ. SARI", "desa": ["SUKAMAJU", "SUKA MAJU 2"]})
    >>> match_names(names, villages)["kode_desa"].tolist()
    ['9901012001', '9901012002']
    """
    official = OfficialNames(villages, threshold=threshold, margin=margin, old_spelling=old_spelling)
    places = _places(names)
    outcomes = _decided(places, decisions, official.targets, source=source)
    taken = {outcome.kode for outcome in outcomes.values()}
    outcomes |= official.match([place for place in places if place not in outcomes], taken=taken)
    found = [outcomes[place] for place in places]
    return pd.DataFrame(
        {
            "kode_desa": pd.array([o.kode or pd.NA for o in found], dtype="string"),
            "cara": [o.how for o in found],
            "nilai": [o.score for o in found],
            "calon": [list(o.candidates) for o in found],
            "alasan": [o.reason for o in found],
            "sumber": source,
            "kecamatan_sumber": _kecamatan_text(names),
            "desa_sumber": _text(names, "desa"),
        },
        index=names.index,
    )


def _text(names: pd.DataFrame, column: str) -> list[str]:
    if column not in names:
        return [""] * len(names)
    return ["" if pd.isna(cell) else str(cell).strip() for cell in names[column]]


def _kecamatan_text(names: pd.DataFrame) -> list[str]:
    return [
        name or code
        for name, code in zip(_text(names, "kecamatan"), _text(names, "kode_kecamatan"), strict=True)
    ]


def _places(names: pd.DataFrame) -> list[Place]:
    cells = zip(_kecamatan_text(names), _text(names, "kode_kecamatan"), _text(names, "desa"), strict=True)
    return [Place(plain_name(name), code.replace(".", ""), plain_name(desa)) for name, code, desa in cells]


def _decided(
    places: list[Place], decisions: pd.DataFrame | None, known: Container[str], *, source: str
) -> dict[Place, Outcome]:
    if decisions is None:
        return {}
    chosen: dict[tuple[str, str], Outcome] = {}
    for line, row in zip(decisions.index, decisions.to_dict("records"), strict=True):
        if row["sumber"] not in ("", source):
            continue
        kode = "" if row["kode_desa"] == IGNORE else str(row["kode_desa"])
        if kode and kode not in known:
            raise InputError(
                _("the decision for {desa} names code {kode}, which is no village of this study").format(
                    desa=row["desa"], kode=kode
                ),
                where=Where(file=row.get("berkas"), row=int(line), column="kode_desa"),
                remedy=_('Write the code of a village of this study, or "abaikan" with a reason.'),
            )
        name = (plain_name(row["kecamatan"]), plain_name(row["desa"]))
        chosen[name] = Outcome(kode=kode, how="keputusan", score=float("nan"), reason=row["alasan"])
    return {
        place: chosen[place.kecamatan, place.desa]
        for place in places
        if (place.kecamatan, place.desa) in chosen
    }
