"""What a matplotlib figure shows, asked for by the tests of the figures."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.colors import to_hex


def texts(axes, colour=None):
    """The texts of a panel, of one colour if it is given, in the order in which they were drawn."""
    return [text.get_text() for text in axes.texts if colour in (None, to_hex(text.get_color()))]


def colour_of(artist):
    """As the palette writes it. A bar and a box have the colour of their filling."""
    return to_hex(artist.get_facecolor() if hasattr(artist, "get_facecolor") else artist.get_color())


def edge_of(patch):
    return to_hex(patch.get_edgecolor())


def points(line):
    """(N, 2): where a line goes."""
    return np.column_stack(line.get_data())


def lines_of(axes, colour):
    return [line for line in axes.lines if to_hex(line.get_color()) == colour]


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]
