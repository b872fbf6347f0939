"""The state after each sentence of a story, as a table of shaded numbers."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import SIGNED_COLORMAP
from gru_lab.story import ASPECTS


def story_states(states, units=ASPECTS):
    """states (T, H): a row of the picture for each unit, a column for each sentence. Returns a matplotlib Figure."""
    states = np.asarray(states)
    figure, axes = plt.subplots(figsize=(8.8, 2.6), layout="constrained")
    axes.imshow(states.T, cmap=SIGNED_COLORMAP, vmin=-1, vmax=1, aspect="auto")
    for (t, i), value in np.ndenumerate(states):
        # + 0 turns -0.0 into 0.0; white numbers on the dark ends of the colour scale
        axes.text(
            t, i, f"{round(value, 2) + 0:.2f}", ha="center", va="center", color="white" if abs(value) > 0.7 else "black"
        )
    axes.set_xticks(range(len(states)), [str(t + 1) for t in range(len(states))], fontsize=11)
    axes.set_yticks(range(len(units)), units, fontsize=11)
    axes.set_xlabel("sentence")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure
