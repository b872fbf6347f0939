"""The course's colours: the same colour is the same quantity in every figure, widget and equation.

Each has a light and a dark value; both reach 4.5:1 against their page, which a test computes. Never colour alone: a
label or a shape says the same thing.
"""

LIGHT = {"r": "#c2410c", "z": "#0063a8", "candidate": "#00795a", "h": "#3d3d46"}
DARK = {"r": "#ff9a5c", "z": "#6fb7f2", "candidate": "#4fd3a8", "h": "#d5d5dc"}

SIGNED_COLORMAP = "PuOr_r"  # matplotlib's; negative values purple, positive orange

# The two ends of that map, readable on a light and on a dark page; and the input, which is neither gate nor state.
SIGNED_LIGHT = {"positive": "#b35806", "negative": "#542788"}
SIGNED_DARK = {"positive": "#fdb863", "negative": "#b2abd2"}
PALE = "#80808c"  # beside the quantities: whiskers, what a line is compared with
INPUT_LIGHT = "#6b5b73"
INPUT_DARK = "#c3b1cc"


def css_variables(dark=False):
    """{"--r": "#c2410c", …}: the palette as CSS custom properties, for widgets and pages."""
    quantities, signed, x = (DARK, SIGNED_DARK, INPUT_DARK) if dark else (LIGHT, SIGNED_LIGHT, INPUT_LIGHT)
    return {f"--{name}": value for name, value in {**quantities, **signed, "x": x}.items()}
