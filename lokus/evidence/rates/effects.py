"""Define effects shared between villages: one for each kecamatan, or a smooth one over neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve, cholesky
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.sparse.linalg import splu

__all__ = ["Effect", "Precision", "kecamatan_effect", "neighbour_effect", "no_effect"]

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]

NONE = -1
# Autocorrelation of the smooth effect: near 1, and below 1 so that the distribution is proper.
DEPENDENCE = 0.98
DENSE_UP_TO = 1_500
# Beyond this size variances are averaged over simulated fields, with errors of 0.5 to 2 percent.
FIELDS, FIELD_SEED = 60, 20_090


class Precision:
    """Posterior precision of an effect, factorised; diagonal for kecamatan, sparse for neighbours."""

    log_determinant: float

    def solve(self, right: Floats) -> Floats:
        """Multiply `right`, shape (k,) or (k, p), by the inverse."""
        raise NotImplementedError

    def diagonal_of_inverse(self) -> Floats:
        """Marginal variances, shape (k,)."""
        raise NotImplementedError


class _Diagonal(Precision):
    def __init__(self, values: Floats) -> None:
        self._values = values
        self.log_determinant = float(np.log(values).sum())

    def solve(self, right: Floats) -> Floats:
        return np.asarray(right / (self._values if right.ndim == 1 else self._values[:, None]))

    def diagonal_of_inverse(self) -> Floats:
        return 1.0 / self._values


class _Dense(Precision):
    def __init__(self, matrix: csr_array) -> None:
        self._root = cholesky(matrix.toarray(), lower=True, overwrite_a=True, check_finite=False)
        self.log_determinant = float(2.0 * np.log(np.diag(self._root)).sum())

    def solve(self, right: Floats) -> Floats:
        return np.asarray(cho_solve((self._root, True), right, check_finite=False))

    def diagonal_of_inverse(self) -> Floats:
        inverse = cho_solve((self._root, True), np.eye(len(self._root)))
        return np.diag(inverse).copy()


class _Sparse(Precision):
    """Diagonal plus scaled graph Laplacian; `noise` draws vectors with this covariance."""

    def __init__(self, matrix: csr_array, added: Floats, structure: Structure, scale: Floats) -> None:
        self._matrix, self._added, self._structure, self._scale = matrix, added, structure, scale
        self._factor = splu(
            matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
        self.log_determinant = float(np.log(np.abs(self._factor.U.diagonal())).sum())

    def solve(self, right: Floats) -> Floats:
        return np.asarray(self._factor.solve(right)) if right.size else right

    def diagonal_of_inverse(self) -> Floats:
        # Siden, Lindgren, Bolin & Villani (2018), JCGS 27, 828–840: the variance given the neighbours is
        # exact, only the remainder is averaged over simulated fields.
        rng = np.random.default_rng(FIELD_SEED)
        own = self._matrix.diagonal()
        k = len(own)
        noise = np.sqrt(self._added)[:, None] * rng.standard_normal((k, FIELDS))
        noise += self._scale[:, None] * self._structure.noise(rng, FIELDS)
        fields = self.solve(noise)
        expected = (own[:, None] * fields - self._matrix @ fields) / own[:, None]
        return np.asarray(1.0 / own + (expected**2).mean(axis=1))


@dataclass(frozen=True)
class Structure:
    """Proper conditional autoregression D − ρA over pairs of neighbours, scaled to variance 1 everywhere.

    Parameters
    ----------
    adjacency : csr_array, shape (k, k)
        Symmetric, 0 and 1, every village with at least one neighbour.
    """

    adjacency: csr_array

    @cached_property
    def degree(self) -> Floats:
        return np.asarray(self.adjacency.sum(axis=1), dtype=float).ravel()

    @cached_property
    def raw(self) -> csr_array:
        return csr_array(diags_array(self.degree) - DEPENDENCE * self.adjacency)

    @cached_property
    def deviation(self) -> Floats:
        """Standard deviations under `raw`; dividing by them gives the prior variance 1 everywhere."""
        none = np.zeros(len(self.degree))
        return np.sqrt(_factorise(self.raw, none, self, np.ones_like(none)).diagonal_of_inverse())

    @cached_property
    def scaled(self) -> csr_array:
        scale = diags_array(self.deviation)
        return csr_array(scale @ self.raw @ scale)

    def noise(self, rng: np.random.Generator, columns: int) -> Floats:
        """Vectors with covariance `raw`."""
        upper = coo_array(self.adjacency)
        keep = upper.row < upper.col
        first, second = upper.row[keep], upper.col[keep]
        k, m = len(self.degree), len(first)
        ends = np.concatenate([np.ones(m), -np.ones(m)])
        incidence = csr_array(
            (ends, (np.concatenate([first, second]), np.tile(np.arange(m), 2))), shape=(k, m)
        )
        along = incidence @ rng.standard_normal((m, columns))
        at = np.sqrt(self.degree)[:, None] * rng.standard_normal((k, columns))
        return np.asarray(np.sqrt(DEPENDENCE) * along + np.sqrt(1.0 - DEPENDENCE) * at)


def _factorise(matrix: csr_array, added: Floats, structure: Structure, scale: Floats) -> Precision:
    if matrix.shape[0] <= DENSE_UP_TO:
        return _Dense(matrix)
    return _Sparse(matrix, added, structure, scale)


@dataclass(frozen=True)
class Effect:
    """Assignment of villages to effects, and the correlation of the effects.

    Parameters
    ----------
    name : {"none", "kecamatan", "neighbours"}
    position : ndarray of int, shape (m,)
        Effect of each village, −1 for none.
    size : int
        Number of effects.
    structure : Structure, optional
        Correlation of the effects; independent when left out.
    """

    name: str
    position: Positions
    size: int
    structure: Structure | None = None

    def spread(self, values: Floats) -> Floats:
        """Return the value of each village's effect, 0 where it has none; shape (k, …) → (m, …)."""
        out = np.zeros((len(self.position), *values.shape[1:]))
        if self.size:
            has = self.position >= 0
            out[has] = values[self.position[has]]
        return out

    def gather(self, values: Floats) -> Floats:
        """Sum values over the villages of each effect; shape (m, …) → (k, …)."""
        has = self.position >= 0
        if values.ndim == 1:
            sums = np.bincount(self.position[has], weights=values[has], minlength=self.size)
            return np.asarray(sums[: self.size], dtype=np.float64)
        columns = [self.gather(values[:, j]) for j in range(values.shape[1])]
        return np.stack(columns, axis=1)

    def prior_product(self, u: Floats, log_sd: float) -> Floats:
        """Return the prior precision times `u`."""
        product = u if self.structure is None else self.structure.scaled @ u
        return np.asarray(product * np.exp(-2.0 * log_sd))

    def precision(self, weight: Floats, log_sd: float) -> Precision:
        """Return the factorised sum of the prior precision and the information of the villages."""
        own, inverse = self.gather(weight), np.exp(-2.0 * log_sd)
        if self.structure is None:
            return _Diagonal(own + inverse)
        matrix = csr_array(diags_array(own) + inverse * self.structure.scaled)
        return _factorise(matrix, own, self.structure, self.structure.deviation * np.exp(-log_sd))


def no_effect(villages: int) -> Effect:
    """Return an effect that no village has.

    Examples
    --------
    >>> no_effect(3).spread(np.zeros(0))
    array([0., 0., 0.])
    """
    return Effect("none", np.full(villages, NONE, dtype=np.intp), 0)


def kecamatan_effect(labels: npt.NDArray[np.object_]) -> Effect:
    """Return one effect for each kecamatan, independent of each other; a missing label has none.

    Examples
    --------
    >>> kecamatan_effect(np.array(["b", "a", "b", None], dtype=object)).position
    array([ 1,  0,  1, -1])
    """
    missing = np.array([label is None or label != label for label in labels], dtype=bool)
    names, found = np.unique(labels[~missing].astype(str), return_inverse=True)
    position = np.full(len(labels), NONE, dtype=np.intp)
    position[~missing] = found
    return Effect("kecamatan", position, len(names))


def neighbour_effect(adjacency: csr_array) -> Effect:
    """Return a spatially smooth effect; a village without neighbours has none.

    Parameters
    ----------
    adjacency : scipy.sparse array, shape (m, m)
        Symmetric; any value other than 0 makes two villages neighbours; the diagonal is ignored.

    Notes
    -----
    A proper conditional autoregression (Besag, York & Mollié 1991, *AISM* 43, 1–59; with the village's own
    beta variation beside it), scaled to the same variance at every village (after Sørbye & Rue 2014, *Spatial
    Statistics* 8, 39–51), so that villages with few neighbours do not get larger effects.

    Examples
    --------
    >>> chain = csr_array(np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]))
    >>> neighbour_effect(chain).position
    array([ 0,  1,  2, -1])
    """
    links = coo_array(adjacency)
    keep = (links.row != links.col) & (links.data != 0)
    links = csr_array((np.ones(keep.sum()), (links.row[keep], links.col[keep])), shape=adjacency.shape)
    links.data[:] = 1.0
    has = np.asarray(links.sum(axis=1)).ravel() > 0
    position = np.full(adjacency.shape[0], NONE, dtype=np.intp)
    position[has] = np.arange(has.sum())
    return Effect("neighbours", position, int(has.sum()), Structure(csr_array(links[has][:, has])))
