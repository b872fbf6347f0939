"""Linear probes: one weighted sum of all units for each aspect; and what single units, or single axes, can say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Probe", "best_axes", "fit_probe", "interval", "r_squared", "random_rotation"]

STRENGTHS = tuple(10.0**power for power in range(-1, 6))


@dataclass(frozen=True)
class Probe:
    """y ≈ states · weights + bias. weights (H, K), bias (K,); strength: of the ridge, chosen on validation stories."""

    weights: np.ndarray
    bias: np.ndarray
    strength: float

    def __call__(self, states: np.ndarray) -> np.ndarray:
        """states (…, H) -> (…, K)."""
        return states @ self.weights + self.bias


def fit_probe(
    states: np.ndarray,
    targets: np.ndarray,
    validation_states: np.ndarray,
    validation_targets: np.ndarray,
    strengths: Sequence[float] = STRENGTHS,
) -> Probe:
    """A ridge regression from states (N, H) to targets (N, K), its strength the best on the validation part.

    Source: scikit-learn's Ridge. Raises ValueError when shapes do not fit or a number is not finite.
    """
    from sklearn.linear_model import Ridge

    for name, array in (("states", states), ("targets", targets)):
        if np.ndim(array) != 2 or not np.isfinite(array).all():
            raise ValueError(f"{name} has shape {np.shape(array)}, needs (N, …) with finite numbers")
    if len(states) != len(targets):
        raise ValueError(f"{len(states)} states and {len(targets)} targets, need as many of both")
    states, validation_states = (np.asarray(part, dtype=np.float64) for part in (states, validation_states))
    fitted = [Ridge(alpha=strength).fit(states, targets) for strength in strengths]
    scores = [r_squared(validation_targets, ridge.predict(validation_states)).mean() for ridge in fitted]
    best = int(np.argmax(scores))
    return Probe(fitted[best].coef_.T.copy(), np.array(fitted[best].intercept_), strengths[best])


def r_squared(targets: ArrayLike, predictions: ArrayLike) -> np.ndarray:
    """1 − (sum of squared errors) / (sum of squares about the mean), for each column: (N, K), (N, K) -> (K,)."""
    targets, predictions = np.asarray(targets), np.asarray(predictions)
    around = ((targets - targets.mean(0)) ** 2).sum(0)
    return 1 - ((targets - predictions) ** 2).sum(0) / np.maximum(around, 1e-12)


def best_axes(
    states: np.ndarray, targets: np.ndarray, test_states: np.ndarray, test_targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each target the one axis that says most about it, by a line fitted to that axis alone.

    states (N, H), targets (N, K) -> (axis (K,), its R² on the test part (K,)). Axis and line are chosen on `states`.
    """
    x, y = states - states.mean(0), targets - targets.mean(0)
    correlation = (x.T @ y) / np.maximum(np.sqrt((x**2).sum(0))[:, None] * np.sqrt((y**2).sum(0)), 1e-12)
    axes = np.abs(correlation).argmax(0)
    predictions = np.empty_like(np.asarray(test_targets, dtype=float))
    for column, axis in enumerate(axes):
        slope = (x[:, axis] @ y[:, column]) / np.maximum(x[:, axis] @ x[:, axis], 1e-12)
        predictions[:, column] = targets[:, column].mean() + slope * (test_states[:, axis] - states[:, axis].mean())
    return axes, r_squared(test_targets, predictions)


def random_rotation(size: int, seed: int = 0) -> np.ndarray:
    """A rotation of `size` axes, (size, size), all equally likely: the units of a network that nobody has named."""
    matrix = np.random.default_rng(seed).standard_normal((size, size))
    q, r = np.linalg.qr(matrix)
    return q * np.sign(np.diag(r))


def interval(values: ArrayLike) -> tuple[float, float, float]:
    """(mean, low, high): the mean of a few runs and its 95 % interval by Student's t; for one value only itself."""
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return float(values[0]), float(values[0]), float(values[0])
    from scipy.stats import t

    half = float(t.ppf(0.975, len(values) - 1)) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(values.mean() - half), float(values.mean() + half)
