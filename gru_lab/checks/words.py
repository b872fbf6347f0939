"""Arrays, numbers and printed text as they stand in a message: short, and the same on every machine."""

import numpy as np

__all__ = ["array", "inputs", "listed", "number", "printable", "printed", "rows", "shape", "short"]

FULL = 12  # an input with more numbers is shown by its shape
LINES = 6  # of inputs
LARGE = 1e12  # from here on a power of ten is easier to read


def number(value, digits=4):
    """As a person writes it: `digits` digits, more where they stand before the point, 0 without a sign."""
    if isinstance(value, str | np.str_):
        return str(value)
    text = f"{float(value):.{digits}g}"
    if "e+" in text and abs(float(value)) < LARGE:
        text = f"{float(value):.0f}"
    return "0" if text == "-0" else text


def array(value, digits=4):
    """[[1, 0.5], [0, 2]]; the first row only of what is large."""
    value = np.asarray(value)
    if value.ndim == 0:
        return number(value[()], digits)
    if value.size > 2 * FULL:
        return f"{shape(value)}, first row {array(value.reshape(-1, value.shape[-1])[0][:6], digits)} …"
    return "[" + ", ".join(array(row, digits) for row in value) + "]"


def shape(value):
    sizes = np.shape(value)
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(map(str, sizes))})"


def inputs(case, shapes_only=False, about=""):
    """Rows of what came in, single numbers first: small arrays in full, weights that are all 0 in one line, others by
    shape. Where there is too much, what is no weight and the one that the message is `about`."""
    given = dict(sorted(case.inputs.items(), key=lambda item: np.ndim(item[1]) > 0))
    if about in given and len(given) > LINES:
        given = {name: value for name, value in given.items() if name == about or name[1:2] != "_"}
    if shapes_only:
        texts = [
            ", ".join(
                f"{name} {shape(value)}" if np.ndim(value) else f"{name} = {array(value)}"
                for name, value in given.items()
            )
        ]
    else:
        zeros = [name for name, value in given.items() if name[1:2] == "_" and not np.any(value)]
        texts = [
            f"{name} = {array(value)}" if np.size(value) <= FULL else f"{name} {shape(value)}"
            for name, value in given.items()
            if name not in zeros
        ]
        texts += [f"{', '.join(zeros)}: all 0"] if zeros else []
        texts = texts if len(texts) <= LINES else [*texts[: LINES - 1], f"and {len(texts) - LINES + 1} more"]
    return tuple(("came in" if i == 0 else "", text) for i, text in enumerate(texts))


def rows(case, name, want, got):
    """Rows of what came in, what was expected, what came out; name: which of several arrays."""
    digits = 4
    while digits < 9 and array(want, digits) == array(got, digits):
        digits += 1  # so close that four digits hide the difference
    label = f" {name}" if name else ""
    return (
        *inputs(case, about=name),
        (f"expected{label}", array(want, digits)),
        (f"came out{label}", array(got, digits)),
    )


def listed(names):
    """ "x", "x and h", "x, h and r" """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def printable(text, length):
    """On one line, without control characters (they could colour or erase a terminal), at most `length` characters."""
    beginning = text[: 4 * length]  # of a text of any size
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in beginning).split())
    return text if len(text) <= length else text[: length - 1] + "…"


def short(value):
    """A value that somebody passed, in at most 40 characters."""
    try:
        text = printable(repr(value), 40)
    except Exception:
        text = "<"
    return f"a {type(value).__name__}" if text.startswith("<") else text  # <… at 0x7f…> changes from run to run


def printed(outcome):
    """ "It printed: …", the first three lines, or "" """
    lines = [line for line in outcome.printed.splitlines() if line.strip()]
    if not lines:
        return ""
    text = " / ".join(printable(line, 80) for line in lines[:3])
    return f"It printed: {text}{' …' if len(lines) > 3 else ''}"
