"""The weights of one gate as a table of shaded numbers: what each unit's gate listens to."""

import matplotlib.pyplot as plt
import numpy as np

from gru_lab.palette import SIGNED_COLORMAP
from gru_lab.story import ASPECTS, FEATURES


def gate_weights(U, W, b, units=ASPECTS, features=FEATURES):
    """U (H, H), W (H, D) and b (H,), side by side with one row for each unit. Returns a matplotlib Figure."""
    blocks = (("$U$: old state", U, units), ("$W$: input", W, features), ("$b$", b[:, None], ("bias",)))
    largest = max(np.abs(block).max() for _, block, _ in blocks)
    widths = [block.shape[1] for _, block, _ in blocks]
    figure, panels = plt.subplots(1, 3, figsize=(8.8, 2.9), width_ratios=widths, layout="constrained")
    for panel, (title, block, columns) in zip(panels, blocks, strict=True):
        panel.imshow(block, cmap=SIGNED_COLORMAP, vmin=-largest, vmax=largest, aspect="auto")
        for (row, column), value in np.ndenumerate(block):
            dark = abs(value) > 0.7 * largest
            panel.text(column, row, f"{value:g}", ha="center", va="center", color="white" if dark else "black")
        panel.set_title(title, fontsize=11)
        panel.set_xticks(range(len(columns)), columns, rotation=25, ha="right")
        panel.set_yticks(range(len(units)), units if panel is panels[0] else [], fontsize=11)
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
    return figure
