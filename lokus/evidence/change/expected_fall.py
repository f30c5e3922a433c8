"""Compute the fall of a list expected without any effect: regression to the mean and the general trend."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from lokus.errors import EvidenceError, name_some
from lokus.evidence.change.change import expected_rates
from lokus.i18n import format_number, round_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.evidence.change.change import Change
    from lokus.evidence.change.two_years import TwoYearData, TwoYearFit

__all__ = ["ExpectedFall", "expected_fall", "expected_fall_of", "signed"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ExpectedFall:
    """Expected and observed change of a list of villages, given last year's counts.

    Parameters
    ----------
    table : DataFrame, index ``bobot``: "anak" and "desa"
        Mean measured prevalence of the list, percent: ``mentah_lalu``, ``mentah_kini``; ``perubahan``,
        points. ``harapan_kini``, percent, and ``harapan_perubahan``, points, with ``_bawah``/``_atas``: the
        measured prevalence expected this year without any effect. Of it ``tren`` is the trend of the
        kabupaten and ``regresi`` the remainder: regression to the mean, and for "anak" also a shift of
        measured children between villages of the list. ``sisa`` with ``_bawah``/``_atas``: observed minus
        expected change. "anak", the first, weighs villages by children measured (all stunted of the list over
        all measured, the figure a kabupaten reports); "desa" counts every village once.
    villages : int
        Villages of the list that were measured in both years, on which the table rests.
    left_out : tuple of str
        ``kode_desa`` of the others, unknown this year or not measured in both.
    level : float
        Coverage of the intervals, 0–1.
    """

    table: pd.DataFrame
    villages: int
    left_out: tuple[str, ...]
    level: float

    @property
    def shown(self) -> dict[str, float]:
        """Figures of the row "anak" with one decimal, adjusted so that differences add up as displayed.

        Changes are differences of the displayed rates, the remainder the difference of the displayed changes;
        of the two parts of the expected change the one nearer to the next digit is adjusted.
        """
        row = dict(zip(self.table.columns, self.table.to_numpy(dtype=float)[0], strict=True))
        then, now, expected, trend = (
            round_number(row[name], 1) for name in ("mentah_lalu", "mentah_kini", "harapan_perubahan", "tren")
        )
        regression = round_number(row["regresi"], 1)
        if (over := round(expected - trend - regression, 1)) and not np.isnan(over):
            if abs(regression + over - row["regresi"]) <= abs(trend + over - row["tren"]):
                regression += over
            else:
                trend += over
        change = now - then
        numbers = {
            "mentah_lalu": then, "mentah_kini": now, "perubahan": change, "harapan_perubahan": expected,
            "regresi": regression, "tren": trend, "sisa": change - expected,
        }  # fmt: skip
        return {name: round(number, 1) + 0.0 for name, number in numbers.items()}

    @property
    def sentence(self) -> str:
        """The row "anak" in words."""
        row = dict(zip(self.table.columns, self.table.to_numpy(dtype=float)[0], strict=True))
        shown = self.shown
        facts = _(
            "In {n} villages of the list the measured prevalence went from {then} % to {now} % "
            "({change} points). With no help at all a change of {expected} points was to be expected "
            "({low} to {high}), because villages listed for a high figure are nearer to the mean a year "
            "later ({regression} points) and because of the trend of the whole kabupaten ({trend} points)."
        ).format(
            n=format_number(self.villages),
            then=format_number(shown["mentah_lalu"], decimals=1),
            now=format_number(shown["mentah_kini"], decimals=1),
            change=signed(shown["perubahan"]),
            expected=signed(shown["harapan_perubahan"]),
            low=signed(row["harapan_perubahan_bawah"]),
            high=signed(row["harapan_perubahan_atas"]),
            regression=signed(shown["regresi"]),
            trend=signed(shown["tren"]),
        )
        if row["sisa_bawah"] <= 0.0 <= row["sisa_atas"]:
            verdict = _("Such a change would have come with no help at all; it shows no effect.")
        elif row["sisa_atas"] < 0.0:
            verdict = _(
                "The list fell by {rest} points more than that; chance and trend alone do not explain it."
            ).format(rest=format_number(-shown["sisa"], decimals=1))
        else:
            verdict = _(
                "The list did worse than that by {rest} points; chance and trend alone do not explain it."
            ).format(rest=format_number(shown["sisa"], decimals=1))
        return f"{facts} {verdict}"

    def __repr__(self) -> str:
        return self.sentence


def expected_fall(change: Change, codes: Collection[str]) -> ExpectedFall:
    r"""Split the change of a list into the expected change and the remainder.

    Parameters
    ----------
    change : Change
    codes : collection of kode_desa
        Usually last year's lokus.

    Raises
    ------
    EvidenceError
        No village of the list was measured in both years.

    Notes
    -----
    The expectation of village i is :math:`E(p_{i2} \mid y_{i1})` of `estimate_change`; the interval is that
    of the prevalence to be measured, over true rates, children measured and hyperparameters. The trend is
    estimated from all villages including the list; do not read ``sisa`` as the effect of being lokus, which
    `lokus.choice.review.effect.lokus_effect` estimates with the trend of the other villages.

    Examples
    --------
    >>> from lokus.evidence.change.change import estimate_change
    >>> desa = [f"99010120{i:02d}" for i in range(1, 7)]
    >>> children = pd.Series(50, index=desa)
    >>> change = estimate_change(
    ...     (pd.Series([15, 4, 5, 3, 6, 4], index=desa), children),
    ...     (pd.Series([9, 4, 4, 3, 5, 5], index=desa), children),
    ... )
    >>> fall = expected_fall(change, ["9901012001"])
    >>> fall.table.loc["anak", ["perubahan", "harapan_perubahan", "tren", "regresi"]].astype(float).round(1)
    perubahan           -12.0
    harapan_perubahan   -13.0
    tren                 -2.3
    regresi             -10.7
    Name: anak, dtype: float64
    """
    wanted = pd.Index(sorted({str(code) for code in codes}))
    place = change.table.index.get_indexer(wanted)
    known = (place >= 0) & change.table["dua_tahun"].to_numpy()[place]
    if not known.any():
        raise EvidenceError(
            _("no village of the list was measured in both years: {villages}").format(
                villages=name_some(wanted)
            ),
            remedy=_("leave the expected fall out until they are measured again"),
        )
    data = change.fit.data.at(place[known])
    return expected_fall_of(change.fit, data, left_out=tuple(wanted[~known]), level=change.level)


def expected_fall_of(
    fit: TwoYearFit, data: TwoYearData, *, left_out: tuple[str, ...], level: float
) -> ExpectedFall:
    """Compute the table for the villages of `data`, all measured in both years.

    Examples
    --------
    >>> from lokus.evidence.change.two_years import TwoYearData, fit_two_years
    >>> counted = np.array([[9.0, 2.0, 3.0], [4.0, 2.0, 5.0]])
    >>> data = TwoYearData(y=counted, n=np.full((2, 3), 40.0), design=np.ones((3, 1)))
    >>> fall = expected_fall_of(fit_two_years(data), data.at(slice(0, 1)), left_out=(), level=0.9)
    >>> fall.table.loc["anak", ["mentah_lalu", "harapan_kini"]].round(1).tolist()
    [22.5, 13.2]
    """
    expected = expected_rates(fit, data, fit.spread)
    prior = [
        [posterior.expect(rates) for rates in posterior.rates()]
        for _weight, posterior in fit.posteriors(data.unmeasured(), fit.spread)
    ]
    trend = np.array([now - then for then, now in prior])
    width = ndtri((1.0 + level) / 2.0)
    rows = {}
    for name, then, now in (("anak", *data.n), ("desa", np.ones_like(data.n[0]), np.ones_like(data.n[1]))):
        then, now = then / then.sum(), now / now.sum()
        last, this = then @ (data.y[0] / data.n[0]), now @ (data.y[1] / data.n[1])
        means = expected.mean @ now
        mean, between = fit.spread.moments(means)
        within = fit.spread.weight @ ((expected.variance + expected.sampling / data.n[1]) @ now**2)
        half = width * np.sqrt(within + between**2)
        general = fit.spread.weight @ (trend @ now)
        rows[name] = {
            "mentah_lalu": last,
            "mentah_kini": this,
            "perubahan": this - last,
            "harapan_kini": mean,
            "harapan_perubahan": mean - last,
            "harapan_perubahan_bawah": mean - last - half,
            "harapan_perubahan_atas": mean - last + half,
            "tren": general,
            "regresi": mean - last - general,
            "sisa": this - mean,
            "sisa_bawah": this - mean - half,
            "sisa_atas": this - mean + half,
        }
    table = 100.0 * pd.DataFrame.from_dict(rows, orient="index")
    return ExpectedFall(
        table=table.rename_axis("bobot"), villages=data.y.shape[1], left_out=left_out, level=level
    )


def signed(value: float, *, decimals: int = 1) -> str:
    """Format a change with its sign, in the current language.

    Examples
    --------
    >>> signed(-2.25), signed(0.04)
    ('−2,2', '0,0')
    """
    text = format_number(abs(value), decimals=decimals)
    return ("−" if value < 0 else "+") + text if text.strip("0.,") else text
