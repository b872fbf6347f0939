"""Change a state along a direction, and see what the model then expects to be told."""

from collections.abc import Sequence

import numpy as np
import torch

from gru_lab.models import LanguageModel
from gru_lab.probing.probes import Probe

__all__ = ["group_probabilities", "pattern_directions", "steer"]


def pattern_directions(states: np.ndarray, probe: Probe) -> np.ndarray:
    """(H, K): how the state itself moves when what the probe reads rises by one; the weights say how to read it.

    Covariance of the states times the weights, over the covariance of the readings. Source: Haufe and others, "On the
    interpretation of weight vectors of linear models in multivariate neuroimaging" (2014), equation 6.
    """
    x = states - states.mean(0)
    readings = x @ probe.weights
    return (x.T @ readings) @ np.linalg.pinv(readings.T @ readings)


def steer(states: np.ndarray, direction: np.ndarray, amount: float) -> np.ndarray:
    """states (N, H) moved along direction (H,) until a probe for which direction counts 1 reads `amount` more."""
    return states + amount * direction


@torch.no_grad()
def group_probabilities(
    model: LanguageModel, states: np.ndarray, words: list[tuple[str, ...]], vocabulary: Sequence[str]
) -> np.ndarray:
    """How likely `model`, in each of N states, holds each group of next words: (N, H) -> (N, len(words))."""
    numbers = {word: number for number, word in enumerate(vocabulary)}
    likely = torch.softmax(model.decoder(torch.as_tensor(states, dtype=torch.float32)), dim=-1).numpy()
    return np.stack([likely[:, [numbers[word] for word in group]].sum(1) for group in words], axis=1)
