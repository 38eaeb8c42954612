"""Follow the regularised leader, proximal, per coordinate (McMahan et al. 2013), on slots of a hashed table."""

from dataclasses import dataclass, field

import numpy as np

from .features import SIZE
from .smoothing import odds

ALPHA, BETA, L1, L2 = 0.1, 1.0, 0.5, 1.0


def _table() -> np.ndarray:
    return np.zeros(SIZE)


@dataclass
class Ftrl:
    """A logistic model: `z` and `n` are what it learnt; `start` is the logit it knows before it has learnt anything."""

    start: float = 0.0
    z: np.ndarray = field(default_factory=_table)
    n: np.ndarray = field(default_factory=_table)

    def weights(self, slots: np.ndarray) -> np.ndarray:
        """Return the weights of slots, in their shape."""
        return weight(self.z[slots], self.n[slots])

    def logits(self, rows: np.ndarray) -> np.ndarray:
        """Return the logit of every row of slots."""
        return self.start + self.weights(rows).sum(axis=1)

    def learn(self, rows: np.ndarray, slope: np.ndarray, weights: np.ndarray, used: np.ndarray) -> None:
        """Take one step down the loss of a batch.

        `rows` places every example's slots in `used`, the slots of the batch, whose `weights` were predicted with;
        `slope` is the derivative of each example's loss by its logit (p − y).
        """
        gradient = np.bincount(rows.ravel(), np.repeat(slope, rows.shape[1]), len(used))
        before = self.n[used]
        after = before + gradient**2
        self.z[used] += gradient - (np.sqrt(after) - np.sqrt(before)) / ALPHA * weights
        self.n[used] = after


def weight(z: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return the weights that `z` and `n` stand for; small evidence gives none."""
    shrunk = z - np.sign(z) * L1
    return np.where(np.abs(z) <= L1, 0.0, -shrunk / (L2 + (BETA + np.sqrt(n)) / ALPHA))


def probabilities(start: float, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the probability of every example of a batch, as `learn` takes it."""
    return odds(start + weights[rows].sum(axis=1))
