"""Principal component analysis in NumPy.

S samples, D features, K components.
"""

from typing import NamedTuple

import numpy as np


class Components(NamedTuple):
    """The axes along which samples differ most.

    Attributes:
        mean: `(D,)`, the samples' mean.
        vectors: `(K, D)`, of unit length, the most important first. The largest entry
            of each is positive.
        explained: `(K,)`, their shares of the whole variance.
    """

    mean: np.ndarray
    vectors: np.ndarray
    explained: np.ndarray

    def project(self, samples: np.ndarray) -> np.ndarray:
        """Samples `(..., D)` on the components: `(..., K)`."""
        return (samples - self.mean) @ self.vectors.T


def principal_components(samples: np.ndarray, count: int) -> Components:
    """Find the first components of `(S, D)` samples.

    By the covariance's eigenvectors: D is some hundreds, and S may be many thousands.
    """
    samples = np.asarray(samples, "float64")
    mean = samples.mean(axis=0)
    centered = samples - mean
    values, vectors = np.linalg.eigh(centered.T @ centered)  # from small to large
    order = np.argsort(values)[::-1][:count]
    rows = vectors[:, order].T
    largest = np.take_along_axis(rows, np.abs(rows).argmax(1)[:, None], axis=1)
    total = max(values.sum(), np.finfo("float64").tiny)
    explained = np.maximum(values[order], 0) / total
    return Components(mean, rows * np.sign(largest), explained)
