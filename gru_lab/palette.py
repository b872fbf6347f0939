"""The course's colours: the same colour is the same quantity in every figure, widget and equation.

Each has a light and a dark value; both reach 4.5:1 against their page, which a test computes. Never colour alone: a label
or a shape says the same thing.
"""

LIGHT = {"r": "#c2410c", "z": "#0063a8", "candidate": "#00795a", "h": "#3d3d46"}
DARK = {"r": "#ff9a5c", "z": "#6fb7f2", "candidate": "#4fd3a8", "h": "#d5d5dc"}

SIGNED_COLORMAP = "PuOr_r"  # matplotlib's; negative values purple, positive orange
