"""Estimate stunting rates by empirical Bayes, for villages in which few children were measured."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from lokus.errors import EvidenceError, name_some
from lokus.evidence.rates.counts import Counts, check_counts
from lokus.evidence.rates.covariates import build_design
from lokus.evidence.rates.effects import Effect, kecamatan_effect, neighbour_effect, no_effect
from lokus.evidence.rates.model import fit_rates
from lokus.evidence.rates.pooling import carry_forward
from lokus.evidence.rates.rate_table import (
    all_due,
    chance_among_worst,
    exceedance,
    expected_children,
    measured_rate_at,
    summarise,
)
from lokus.evidence.threads import one_thread
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_array

    from lokus.findings import Finding

__all__ = ["EffectName", "Rates", "earlier_counts", "estimate_rates"]

EffectName = Literal["none", "kecamatan", "neighbours", "auto"]


def earlier_counts(stunting: pd.Series[float], diukur: pd.Series[float], *, index: pd.Index) -> Counts:
    """Check an earlier round and align it with the villages of the newest; absent means not measured.

    Examples
    --------
    >>> villages = pd.Index(["a", "b", "c"])
    >>> earlier_counts(pd.Series({"b": 2.0}), pd.Series({"b": 30.0}), index=villages).n.tolist()
    [0.0, 30.0, 0.0]
    """
    then = check_counts(stunting, diukur, None)
    place = np.arange(len(index)) if then.index.equals(index) else then.index.get_indexer(index)
    y, n = (np.where(place >= 0, values[place], 0.0) for values in (then.y, then.n))
    return Counts(index=index, y=y, n=n, due=np.full(len(index), np.nan))


def candidate_effects(
    effect: EffectName,
    index: pd.Index,
    kecamatan: pd.Series[str] | None,
    neighbours: csr_array | None,
) -> list[Effect]:
    """Check the data of an effect and list the effects to try, the simplest first."""
    if effect not in ("none", "kecamatan", "neighbours", "auto"):
        raise EvidenceError(
            _("{name} must be one of {allowed}, not {value}").format(
                name="effect", allowed="none, kecamatan, neighbours, auto", value=effect
            ),
            remedy=_("choose one of these words"),
        )
    if (effect == "kecamatan" and kecamatan is None) or (effect == "neighbours" and neighbours is None):
        raise EvidenceError(
            _('effect "{effect}" needs the argument {name}').format(effect=effect, name=effect),
            remedy=_('give the argument, or choose effect = "none"'),
        )
    candidates = [no_effect(len(index))] if effect in ("none", "auto") else []
    if kecamatan is not None and effect in ("kecamatan", "auto"):
        if kecamatan.index.has_duplicates or not index.isin(kecamatan.index).all():
            absent = index.difference(kecamatan.index)
            raise EvidenceError(
                _("kecamatan lacks villages or repeats them: {villages}").format(villages=name_some(absent)),
                remedy=_("give one kecamatan for each village"),
            )
        candidates.append(kecamatan_effect(kecamatan.reindex(index).to_numpy(dtype=object)))
    if neighbours is not None and effect in ("neighbours", "auto"):
        if neighbours.shape != (len(index), len(index)):
            raise EvidenceError(
                _("neighbours must have one row and one column for each of the {n} villages").format(
                    n=len(index)
                ),
                remedy=_("make the matrix from the same villages: contiguity(villages).to_csr()"),
            )
        candidates.append(neighbour_effect(neighbours))
    return [candidates[0], *(candidate for candidate in candidates[1:] if candidate.size)]


def check_options(level: float, odds_ratio: float, threshold: float | None) -> None:
    """Raise where a setting is out of range."""
    if not 0.0 < level < 1.0:
        raise EvidenceError(
            _("level must lie between 0 and 1, not {value}").format(value=level),
            remedy=_("state the level of the interval, such as 0.9"),
        )
    if not 0.0 < odds_ratio < np.inf:
        raise EvidenceError(
            _("odds_ratio must be greater than 0, not {value}").format(value=odds_ratio),
            remedy=_("state a number such as 1.5; 1 means no difference"),
        )
    if threshold is not None and not 0.0 <= threshold <= 100.0:
        raise EvidenceError(
            _("threshold must lie between 0 and 100 percent, not {value}").format(value=threshold),
            remedy=_("state the threshold in percent, such as 14"),
        )


# Prefixes of columns that the model fills even where nobody was measured.
ESTIMATES = ("prevalensi", "anak_stunting", "peluang_di_atas", "rasio_odds_wilayah")


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Estimated stunting rates, one row a village.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        In percent: ``prevalensi_mentah``, ``prevalensi`` (posterior mean, of all children due),
        ``prevalensi_bawah``/``_atas`` (`level` interval), ``prevalensi_bawah50``/``_atas50``. Children:
        ``anak_stunting`` (expected among all sasaran) and its ``_bawah``/``_atas``. ``peluang_di_atas`` (0–1,
        only with a `threshold`). Flags ``belum_andal``, ``tanpa_pengukuran`` and, with covariates,
        ``kovariat_hilang``. With an effect ``rasio_odds_wilayah``: odds of stunting relative to a similar
        village elsewhere (1 = the same). With earlier rounds ``anak_pinjaman``: number of measured children
        that those rounds are worth.
    mean : float
        Percent, of a village with average covariates.
    precision : float
        φ of the beta-binomial at its mode, in children: with φ children measured a village is shrunk half-way
        to the mean.
    coefficients : Series
        Logit scale, ``intersep`` first; covariates per standard deviation, averaged over models with and
        without each.
    used : Series
        Probability, 0–1, that each covariate helps to explain the rates.
    posterior : DataFrame
        ``alpha``, ``beta`` of each village's Beta posterior of the rate among all children due; ``measured``,
        the share of the sasaran that was measured (0–1; 1 where sasaran is unknown); ``alpha_diukur``,
        ``beta_diukur``, the posterior of the rate among children like those measured; the same where the odds
        ratio is 1.
    counts : Counts
        The counts that the rates were estimated from.
    reliable_coverage : float
        Percent, below which a village is ``belum_andal``.
    level : float
        Coverage of the wide interval, 0–1.
    threshold : float or None
        Percent.
    odds_ratio : float
        Odds ratio of the children not measured. It affects every estimate of the rate among all children due.
    effect : {"none", "kecamatan", "neighbours"}
        Effect in the model.
    effect_sd : float
        Its standard deviation on the logit scale; 0 without.
    log_scores : Series
        Leave-one-out log score of every model tried, higher is better; empty when the effect was stated.
    worth : float or None
        ψ, in children: largest weight of the round before; None without earlier rounds.
    odds_ratios : tuple of float
        Adjustment of the earlier rounds to the level of the newest.
    findings : tuple of Finding
        Covariates missing or constant.
    """

    table: pd.DataFrame
    mean: float
    precision: float
    coefficients: pd.Series[float]
    used: pd.Series[float]
    posterior: pd.DataFrame
    counts: Counts = field(repr=False)
    level: float
    reliable_coverage: float
    threshold: float | None
    odds_ratio: float
    effect: str = "none"
    effect_sd: float = 0.0
    log_scores: pd.Series[float] = field(default_factory=lambda: pd.Series(dtype=float))
    worth: float | None = None
    odds_ratios: tuple[float, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def observed(self) -> pd.DataFrame:
        """`table` with every estimate missing where no child was measured, in this round or an earlier one.

        In such a village ``prevalensi`` is predicted from the other villages and the covariates. That is
        useful for planning, but tests of hot spots or types would take it for data and, with a neighbour
        effect, detect the model's own smoothing. Use these columns for `local_moran`, `getis_ord` and
        `typology`.

        Examples
        --------
        >>> desa = ["9901012001", "9901012002"]
        >>> rates = estimate_rates(pd.Series([9.0, 0.0], index=desa), pd.Series([80.0, 0.0], index=desa))
        >>> rates.observed["prevalensi"].isna().tolist()
        [False, True]
        """
        prior_only = self.table["tanpa_pengukuran"]
        if "anak_pinjaman" in self.table:
            prior_only = prior_only & (self.table["anak_pinjaman"] == 0)
        seen = self.table.copy()
        estimates = seen.columns[seen.columns.str.startswith(ESTIMATES)]
        seen.loc[prior_only, estimates] = np.nan
        return seen

    def draws(self, n: int, *, seed: int) -> pd.DataFrame:
        """Draw `n` sets of rates from the posterior, in percent.

        Returns
        -------
        DataFrame, index ``kode_desa``, columns 0 … n−1
            Villages are independent given the fitted mean and precision. The draws do not depend on the row
            order of the input.
        """
        rng = np.random.default_rng(seed)
        alpha, beta = self.posterior["alpha"].to_numpy(), self.posterior["beta"].to_numpy()
        values = 100.0 * rng.beta(alpha[:, None], beta[:, None], size=(len(alpha), n))
        return pd.DataFrame(values, index=self.posterior.index)

    def among_worst(self, n: int) -> pd.Series[float]:
        """Compute the probability, 0–1, that a village's rate exceeds the level that `n` villages exceed.

        To select `n` villages with as many of the truly worst `n` as possible, rank by this instead of
        ``prevalensi``: it takes the uncertainty of each rate into account. Do not use it as an estimate of
        the rate. It refers to the rate among all children due. Lin, Louis, Paddock & Ridgeway (2006),
        *Bayesian Analysis* 1, 915–946. The sum over villages is `n`.

        Returns
        -------
        Series, name ``peluang_terburuk``, index ``kode_desa``

        Raises
        ------
        EvidenceError
            `n` is not between 1 and the number of villages less one.
        """
        if not 1 <= n < len(self.table):
            raise EvidenceError(
                _("n must lie between 1 and {most}, not {value}").format(most=len(self.table) - 1, value=n),
                remedy=_("state a number of villages within these limits"),
            )
        alpha, beta = (self.posterior[name].to_numpy() for name in ("alpha", "beta"))
        chance = chance_among_worst(alpha, beta, n)
        return pd.Series(chance, index=self.table.index, name="peluang_terburuk")

    def rate_of_unmeasured(self, rate: pd.DataFrame) -> pd.DataFrame:
        """Convert rates among all children due to those among the children not measured; both in percent.

        Parameters
        ----------
        rate : DataFrame, index ``kode_desa``
            Such as `draws` gives.

        Examples
        --------
        >>> desa = ["9901012001", "9901012002"]
        >>> rates = estimate_rates(
        ...     pd.Series([9.0, 9.0], index=desa), pd.Series([80.0, 80.0], index=desa),
        ...     sasaran=pd.Series([80.0, 160.0], index=desa), odds_ratio=2.0,
        ... )
        >>> rates.rate_of_unmeasured(pd.DataFrame({0: [20.0, 20.0]}, index=desa))[0].round(1).tolist()
        [33.3, 25.4]
        """
        if self.odds_ratio == 1.0:
            return rate
        measured = self.posterior["measured"].reindex(rate.index).to_numpy()[:, None]
        among_measured = measured_rate_at(rate.to_numpy() / 100.0, measured, self.odds_ratio)
        odds = self.odds_ratio * among_measured
        return pd.DataFrame(100.0 * odds / (1.0 - among_measured + odds), rate.index, rate.columns)

    def at_odds(self, odds_ratio: float) -> Rates:
        """Return the same rates with another odds ratio of the children not measured.

        Nothing is fitted again: the posterior of the measured children does not change.

        Examples
        --------
        >>> desa = ["9901012001", "9901012002"]
        >>> rates = estimate_rates(
        ...     pd.Series([9.0, 9.0], index=desa), pd.Series([80.0, 80.0], index=desa),
        ...     sasaran=pd.Series([80.0, 160.0], index=desa),
        ... )
        >>> rates.at_odds(2.0).table["prevalensi"].round(1).tolist()
        [11.6, 16.2]
        """
        check_options(self.level, odds_ratio, self.threshold)
        posterior = _posterior(self.posterior, odds_ratio)
        fitted = _estimates(
            self.counts, posterior, level=self.level, odds_ratio=odds_ratio, threshold=self.threshold
        )
        table = self.table.assign(**fitted)[list(self.table)]
        return replace(self, table=table, posterior=posterior, odds_ratio=odds_ratio)

    def __repr__(self) -> str:
        flags = self.table[["tanpa_pengukuran", "belum_andal"]].sum()
        # As in maps and texts, villages without any measurement are counted separately.
        not_reliable = self.table["belum_andal"] & ~self.table["tanpa_pengukuran"]
        return _(
            "Stunting rates of {villages} villages: {mean} % expected of an average village, precision "
            "{precision} children; {unmeasured} without measurement, {unreliable} with coverage too low or "
            "unknown"
        ).format(
            villages=format_number(len(self.table)),
            mean=format_number(self.mean, decimals=1),
            precision=format_number(self.precision),
            unmeasured=format_number(flags["tanpa_pengukuran"]),
            unreliable=format_number(not_reliable.sum()),
        )


def estimate_rates(
    stunting: pd.Series[float],
    diukur: pd.Series[float],
    *,
    sasaran: pd.Series[float] | None = None,
    covariates: pd.DataFrame | None = None,
    earlier: Sequence[tuple[pd.Series[float], pd.Series[float]]] = (),
    effect: EffectName = "none",
    kecamatan: pd.Series[str] | None = None,
    neighbours: csr_array | None = None,
    threshold: float | None = None,
    level: float = 0.9,
    reliable_coverage: float = 80.0,
    odds_ratio: float = 1.0,
    integrate: bool = True,
    fractional: bool = False,
) -> Rates:
    r"""Estimate each village's stunting rate by beta-binomial empirical Bayes.

    Parameters
    ----------
    stunting, diukur : Series, index ``kode_desa``
        Stunted and measured children, whole numbers. A village where either is missing, or nobody was
        measured, gets the prior mean given its covariates and the flag ``tanpa_pengukuran``, never 0.
    sasaran : Series, optional
        Children due. Missing values leave ``anak_stunting`` missing and the village ``belum_andal``.
    covariates : DataFrame, optional
        Numeric, any unit; standardised here. The coefficient of one that does not explain the rates is shrunk
        towards 0. A missing value is replaced by the covariate's mean and the village flagged
        ``kovariat_hilang``; a covariate that does not vary is left out. Both are reported in ``findings``.
    earlier : sequence of (stunting, diukur), optional
        Earlier rounds or years, newest first, equally spaced. They get weight as far as they predict the
        newest round, after adjustment for the change of the whole kabupaten; a village missing from a round
        borrows nothing from it. Do not use rounds that measured children in another way.
    effect : {"none", "kecamatan", "neighbours", "auto"}
        Effect shared between villages in addition to covariates. ``"auto"`` compares the effects whose data
        are given by leave-one-out log score, and uses none unless one is clearly better. Do not use
        ``"kecamatan"`` where a puskesmas may measure with a bias of its own: the effect would take it for a
        true difference.
    kecamatan : Series, index ``kode_desa``, optional
        Label of each village's kecamatan; a missing one means no effect there.
    neighbours : sparse array, shape (m, m), optional
        Symmetric adjacency in the order of the sorted ``kode_desa``.
    threshold : float, optional
        Percent; adds ``peluang_di_atas`` = P(rate > threshold).
    level : float
        Coverage of the wide interval, 0–1.
    reliable_coverage : float
        Percent of the sasaran measured, below which a village is ``belum_andal``.
    odds_ratio : float
        How many times the odds of being stunted are higher among children not measured; 1 means alike. It
        changes the prevalence among all children due, and thus score, list and probability, where few were
        measured.
    integrate : bool
        Include the uncertainty of the mean, the coefficients, the precision and the effects in intervals and
        draws, which matters with few villages. Otherwise the fitted values are treated as known.
    fractional : bool
        Allow fractional `stunting`, such as an expected number in a what-if calculation. Do not use it for
        counts read from a table, where a fraction is an error.

    Returns
    -------
    Rates

    Raises
    ------
    EvidenceError
        Counts negative or fractional, more stunted than measured (villages named), no village measured at
        all, indexes that differ or repeat, an effect without the data it needs.

    Notes
    -----
    :math:`y_i \sim \mathrm{BetaBinomial}(n_i, \mu_i\varphi, (1-\mu_i)\varphi)`, :math:`\mathrm{logit}\,\mu_i
    = x_i\beta + u_i`; given these the posterior is :math:`\mathrm{Beta}(\mu_i\varphi + y_i, (1-\mu_i)\varphi
    + n_i - y_i)`. Averaged over a grid of the hyperparameters and the Laplace approximation of β and u, it is
    approximated by the beta distribution with the same mean and variance. With an odds ratio the rate among
    all children due is a mixture of that of the measured (share n/N) and of the others, approximated in the
    same way (`rate_table.all_due`). Estimates are also averaged over models with and without each covariate
    (`lokus.evidence.rates.model`), so that one without influence does not move villages by chance. Among the
    :math:`\max(N_i - n_i, 0)` children not measured the count is beta-binomial: its mean is exact, its
    interval the exact quantiles for an odds ratio of 1 and those of a moment-matched beta-binomial otherwise.
    Clayton & Kaldor (1987), *Biometrics* 43, 671–681; Rao & Molina (2015), *Small Area Estimation*, ch. 9;
    Rue, Martino & Chopin (2009), *JRSS B* 71, 319–392. The effects are described in
    `lokus.evidence.rates.effects`, the use of earlier rounds in `lokus.evidence.rates.pooling`.

    Examples
    --------
    >>> desa = ["9901012001", "9901012002", "9901012003"]
    >>> rates = estimate_rates(
    ...     pd.Series([2, 30, 0], index=desa), pd.Series([4, 200, 0], index=desa), threshold=20.0
    ... )
    >>> rates.table[["prevalensi_mentah", "prevalensi", "peluang_di_atas"]].round(2)
                prevalensi_mentah  prevalensi  peluang_di_atas
    9901012001               50.0       22.69             0.56
    9901012002               15.0       15.71             0.05
    9901012003                NaN       19.75             0.44
    """
    check_options(level, odds_ratio, threshold)
    counts = check_counts(stunting, diukur, sasaran, fractional=fractional)
    design = build_design(covariates, counts.index, measured=counts.n > 0)
    rounds = [earlier_counts(*pair, index=counts.index) for pair in earlier]
    pooled = carry_forward(counts, rounds) if rounds else None
    effects = candidate_effects(effect, counts.index, kecamatan, neighbours)
    with one_thread("blas"):
        fit = fit_rates(counts, design, effects, earlier=pooled, integrate=integrate)

    measured = np.where(counts.due > 0, np.minimum(counts.n / np.maximum(counts.due, 1.0), 1.0), 1.0)
    of_measured = pd.DataFrame(
        {"measured": measured, "alpha_diukur": fit.alpha, "beta_diukur": fit.beta}, index=counts.index
    )
    posterior = _posterior(of_measured, odds_ratio)
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = np.where(counts.n > 0, 100.0 * counts.y / counts.n, np.nan)
        coverage = 100.0 * counts.n / counts.due
    estimates = _estimates(counts, posterior, level=level, odds_ratio=odds_ratio, threshold=threshold)
    table = pd.DataFrame({"prevalensi_mentah": raw, **estimates}, index=counts.index)
    table["belum_andal"] = ~(coverage >= reliable_coverage)
    table["tanpa_pengukuran"] = counts.n == 0
    if covariates is not None:
        table["kovariat_hilang"] = design.missing
    if fit.effect != "none":
        table["rasio_odds_wilayah"] = fit.effect_odds
    if pooled is not None:
        table["anak_pinjaman"] = fit.lent
    return Rates(
        table=table,
        mean=100.0 * fit.mean,
        precision=fit.precision,
        coefficients=pd.Series(fit.coefficients, index=["intersep", *design.names], name="koefisien"),
        used=pd.Series(fit.used, index=list(design.names), name="peluang_dipakai", dtype=float),
        posterior=posterior,
        counts=counts,
        level=level,
        reliable_coverage=reliable_coverage,
        threshold=threshold,
        odds_ratio=odds_ratio,
        effect=fit.effect,
        effect_sd=fit.effect_sd,
        log_scores=pd.Series(fit.log_scores, name="skor_log", dtype=float),
        worth=fit.worth,
        odds_ratios=() if pooled is None else pooled.odds_ratios,
        findings=design.findings,
    )


def _posterior(of_measured: pd.DataFrame, odds_ratio: float) -> pd.DataFrame:
    """Add the posterior of the rate among all children due."""
    alpha, beta, measured = (
        of_measured[name].to_numpy() for name in ("alpha_diukur", "beta_diukur", "measured")
    )
    first, second = all_due(alpha, beta, measured, odds_ratio)
    columns = {
        "alpha": first, "beta": second, "measured": measured, "alpha_diukur": alpha, "beta_diukur": beta
    }  # fmt: skip
    return pd.DataFrame(columns, index=of_measured.index)


def _estimates(
    counts: Counts, posterior: pd.DataFrame, *, level: float, odds_ratio: float, threshold: float | None
) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Return the columns of the table that follow from the posterior."""
    pairs, back = np.unique(posterior[["alpha", "beta"]].to_numpy(), axis=0, return_inverse=True)
    alpha, beta = pairs.T
    columns = {name: values[back] for name, values in summarise(alpha, beta, level=level).items()}
    columns |= expected_children(counts, posterior, level=level, odds_ratio=odds_ratio)
    if threshold is not None:
        columns["peluang_di_atas"] = exceedance(alpha, beta, threshold / 100.0)[back]
    return columns
