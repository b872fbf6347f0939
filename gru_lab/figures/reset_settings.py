"""The new state under several reset gates, side by side."""

import matplotlib.pyplot as plt

from gru_lab.palette import LIGHT
from gru_lab.story import ASPECTS


def reset_settings(before, results):
    """A panel for each entry of `results`, {name of the setting: new state (4,)}; hollow marks show `before` (4,).

    Returns a matplotlib Figure.
    """
    figure, panels = plt.subplots(1, len(results), figsize=(8.8, 3.0), sharey=True, layout="constrained")
    for panel, (name, state) in zip(panels, results.items(), strict=True):
        panel.barh(ASPECTS, state, color=LIGHT["h"], height=0.55)
        panel.plot(before, ASPECTS, "o", markerfacecolor="white", markeredgecolor=LIGHT["r"], markersize=8)
        panel.axvline(0, color="black", linewidth=0.8)
        panel.set_xlim(-0.25, 1.1)
        panel.set_xticks([0, 0.5, 1])
        panel.set_title(name, fontsize=11)
        panel.spines[["top", "right", "left"]].set_visible(False)
        panel.tick_params(axis="y", length=0)
    panels[0].invert_yaxis()
    panels[0].set_xlabel("○ before   ▬ after", loc="left")
    return figure
