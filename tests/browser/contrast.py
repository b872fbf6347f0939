"""WCAG 2.2's contrast of two colours, for what axe does not look at."""

__all__ = ["contrast", "luminance"]


def luminance(colour):
    """The relative luminance of an sRGB colour, (r, g, b) of 0 to 1."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Of two colours, each (r, g, b) of 0 to 1: from 1, the same, to 21."""
    darker, brighter = sorted((luminance(one), luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)
