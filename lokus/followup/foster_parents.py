"""Sum up the register of foster parents, and compare the children reached with those estimated."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lokus.followup.small_counts import SMALLEST_SHOWN, is_small, sum_masked
from lokus.i18n import format_number, round_number
from lokus.i18n import gettext as _

__all__ = ["FosterParents", "foster_parents", "public_foster_parents"]

_COUNTS = ("berjanji", "memberi", "anak", "kunjungan")
_PEOPLE = ("berjanji", "memberi", "anak")
_GAP = ("perkiraan", "belum")


@dataclass(frozen=True, kw_only=True, repr=False)
class FosterParents:
    """Foster parents, children reached and the gap, by period.

    Parameters
    ----------
    periods : tuple of str
        Periods of which anything came in, in the order of time.
    by_village : DataFrame
        Index ``periode`` and ``kode_desa``, all villages: ``desa``, ``kecamatan``, ``kode_kecamatan``,
        ``lokus``, ``melapor`` (whether the village has a row), ``berjanji``, ``memberi``, ``anak``,
        ``kunjungan`` (missing where not reported), ``jenis``, ``perkiraan`` (estimated stunted children) and
        ``belum`` (of these, those not reached; missing where either number is).
    by_kecamatan : DataFrame
        Index ``periode`` and ``kode_kecamatan``: ``kecamatan``, ``desa`` (villages), ``melapor`` (of these,
        with a row), and the sums.
    total : DataFrame
        Index ``periode``, the same of the kabupaten.
    kinds : DataFrame
        Index ``periode`` and ``jenis``: ``desa``, villages with that kind of help.
    public : bool
        Small counts are masked: ``<count>_disamarkan`` marks them, and there is no gap.
    """

    periods: tuple[str, ...]
    by_village: pd.DataFrame
    by_kecamatan: pd.DataFrame
    total: pd.DataFrame
    kinds: pd.DataFrame
    public: bool = False

    def __repr__(self) -> str:
        if not self.periods:
            return _("Register of foster parents: nothing came in yet")
        row = self.total.loc[[self.periods[-1]]].iloc[0]

        def told(name: str) -> str:
            if self.public and bool(row[f"{name}_disamarkan"]):
                return _("masked")
            return _("no data yet") if pd.isna(row[name]) else format_number(float(row[name]))

        return _(
            "{period}: {n} of {all} villages reported; foster parents pledged: {pledged}, gave: {gave}; "
            "children reached: {children}"
        ).format(
            period=self.periods[-1],
            n=format_number(int(row["melapor"])),
            all=format_number(int(row["desa"])),
            pledged=told("berjanji"),
            gave=told("memberi"),
            children=told("anak"),
        )

    def until(self, periods: Sequence[str]) -> FosterParents:
        """Return what came in for some periods only.

        Examples
        --------
        >>> places = {"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "1"}
        >>> villages = pd.DataFrame(places, index=["11"])
        >>> rows = pd.DataFrame({"kode_desa": ["11", "11"], "periode": ["S1", "S2"], "jenis": ""})
        >>> rows[["berjanji", "memberi", "anak", "kunjungan"]] = 6.0
        >>> found = foster_parents(rows, villages, expected=pd.Series({"11": 9.0}), periods=["S1", "S2"])
        >>> found.until(["S1"]).periods
        ('S1',)
        """
        kept = tuple(period for period in self.periods if period in periods)
        parts = (self.by_village, self.by_kecamatan, self.total, self.kinds)
        cut = [frame[frame.index.get_level_values("periode").isin(kept)] for frame in parts]
        return replace(self, periods=kept, by_village=cut[0], by_kecamatan=cut[1], total=cut[2], kinds=cut[3])


def foster_parents(
    rows: pd.DataFrame,
    villages: pd.DataFrame,
    *,
    expected: pd.Series[float],
    periods: Sequence[str],
    lokus: Collection[str] = (),
) -> FosterParents:
    """Sum up the register by village, kecamatan and kabupaten.

    Parameters
    ----------
    rows : DataFrame
        As :func:`lokus.intake.earlier.foster_register.read_foster_register` gives it.
    villages : DataFrame, index ``kode_desa``
        ``desa``, ``kecamatan``, ``kode_kecamatan``.
    expected : Series, index ``kode_desa``
        Estimated stunted children; missing where there is no estimate.
    periods : sequence of str
        In the order of time.
    lokus : collection of kode_desa

    Notes
    -----
    Periods are never added up: the same child may be reached in several. The gap of a village is its
    estimate, as it is shown, less the children reached, and not below 0; that of an area is the sum of its
    villages, so that more children than estimated in one village close no gap of another, and a village that
    did not report is in no gap.

    Examples
    --------
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Alai", "Batu"], "kecamatan": "Air", "kode_kecamatan": "990101"}, index=["01", "02"]
    ... )
    >>> rows = pd.DataFrame(
    ...     {"kode_desa": ["01"], "periode": "Tahun 2026", "berjanji": 6.0, "memberi": 5.0, "anak": 7.0,
    ...      "kunjungan": 12.0, "jenis": "nutrisi"}
    ... )
    >>> found = foster_parents(
    ...     rows, villages, expected=pd.Series({"01": 10.4, "02": 8.0}), periods=["Tahun 2026"]
    ... )
    >>> found
    Tahun 2026: 1 dari 2 desa/kelurahan melapor; orang tua asuh yang berjanji: 6, yang sudah memberi: 5;
    anak terjangkau: 7
    >>> found.by_village["belum"].tolist()
    [3.0, nan]
    """
    came = tuple(period for period in periods if (rows["periode"] == period).any())
    place = villages[["desa", "kecamatan", "kode_kecamatan"]].sort_index().rename_axis("kode_desa")
    place = place.assign(
        lokus=place.index.isin(list(lokus)), perkiraan=expected.reindex(place.index).astype(float)
    )
    parts = []
    for period in came:
        own = rows[rows["periode"] == period].set_index("kode_desa")
        frame = place.join(own[[*_COUNTS, "jenis"]])
        frame["jenis"] = frame["jenis"].fillna("")
        shown = frame["perkiraan"].map(lambda value: round_number(value, 0))
        parts.append(
            frame.assign(
                melapor=frame.index.isin(own.index),
                belum=(shown - frame["anak"]).clip(lower=0.0),
                periode=period,
            )
        )
    whole = pd.concat(parts) if parts else place.assign(
        **dict.fromkeys((*_COUNTS, "belum"), np.nan), jenis="", melapor=False, periode=""
    )[:0]  # fmt: skip
    village = whole.set_index("periode", append=True).swaplevel()
    kinds = village["jenis"].str.split("; ").explode()
    kinds = kinds[kinds != ""].rename("jenis")
    counted = kinds.groupby([kinds.index.get_level_values("periode"), kinds]).size().rename("desa")
    return FosterParents(
        periods=came,
        by_village=village,
        by_kecamatan=_sums(village, ["periode", "kode_kecamatan"]),
        total=_sums(village, ["periode"]).loc[list(came)],
        kinds=counted.to_frame(),
    )


def _sums(village: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    frame = village.reset_index()
    groups = frame.groupby(by)
    out = groups[[*_COUNTS, *_GAP]].sum(min_count=1)
    out.insert(0, "desa", groups.size())
    out.insert(1, "melapor", groups["melapor"].sum().astype(int))
    if "kode_kecamatan" in by:
        out.insert(0, "kecamatan", groups["kecamatan"].first())
    return out


def public_foster_parents(found: FosterParents, *, threshold: int = SMALLEST_SHOWN) -> FosterParents:
    """Give what may be published of the register.

    Parameters
    ----------
    found : FosterParents
    threshold : int
        Counts of people from 1 to below it are masked, and sums that would tell them; visits where the
        children are. Estimates and gaps are left out.

    Examples
    --------
    >>> villages = pd.DataFrame({"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "1"}, index=["11"])
    >>> rows = pd.DataFrame({"kode_desa": ["11"], "periode": ["S1"], "jenis": ""})
    >>> rows[["berjanji", "memberi", "anak", "kunjungan"]] = [[6.0, 6.0, 3.0, 9.0]]
    >>> found = foster_parents(rows, villages, expected=pd.Series({"11": 9.0}), periods=["S1"])
    >>> public_foster_parents(found).by_village[["berjanji", "anak"]].to_numpy().tolist()
    [[6.0, nan]]
    """
    village = found.by_village.set_index("kode_kecamatan", append=True)
    hidden = {name: is_small(village[name], threshold) for name in _PEOPLE}
    own = _masked(found.by_village, {name: mask.droplevel(-1) for name, mask in hidden.items()})
    district = {name: _district(village[name], hidden[name], threshold) for name in _PEOPLE}
    above = {
        name: sum_masked(parts["jumlah"], parts["disamarkan"], ["periode"], threshold)
        for name, parts in district.items()
    }
    return replace(
        found,
        by_village=own,
        by_kecamatan=_masked(found.by_kecamatan, {k: one["disamarkan"] for k, one in district.items()}),
        total=_masked(found.total, {k: one["disamarkan"] for k, one in above.items()}),
        public=True,
    )


def _district(counts: pd.Series[float], masked: pd.Series[bool], threshold: int) -> pd.DataFrame:
    return sum_masked(counts, masked, ["periode", "kode_kecamatan"], threshold)


def _masked(frame: pd.DataFrame, hidden: dict[str, pd.Series[bool]]) -> pd.DataFrame:
    masks = {name: mask.reindex(frame.index).astype(bool) for name, mask in hidden.items()}
    masks["kunjungan"] = masks["anak"]
    out = frame.assign(**dict.fromkeys(_GAP, np.nan))
    for name, mask in masks.items():
        out[name] = out[name].mask(mask)
        out[f"{name}_disamarkan"] = mask
    return out
