"""The page of the public API: every public name, room by room, with its docstring, which Sphinx's autodoc fills in."""

import importlib
import inspect
import re

__all__ = ["NOT_LISTED", "ROOMS", "api_page", "docstring_to_rst", "public_names"]

# What a reader may build on, in the order of the floors.
ROOMS = {
    "Maths": ("cell", "conventions", "sequence", "sequence_fast", "interop"),
    "Story": ("story",),
    "Pictures and widgets": ("widgets", "figures", "palette"),
    "Questions": ("checks", "start"),
    "Models and training": ("models", "training", "probing", "trained", "measuring"),
    "This machine": ("doctor", "bench"),
    "Grading a class": (
        "grading",
        "grading.submissions",
        "grading.roster",
        "grading.notebooks",
        "grading.assignments",
        "grading.sandbox",
        "grading.engine",
        "grading.record",
        "grading.run",
        "grading.scores",
        "grading.results",
        "grading.similarity",
        "grading.gradebook",
        "grading.exports",
        "grading.gradescope",
    ),
}
# What only commands and authors need; a part of grading that is not listed is a part of one that is.
NOT_LISTED = {"cli", "workshop", "bench_training", "bench_widgets"}
COMMAND = {"add_parser"}  # what `gru-lab` asks of a room
LONGEST = 90  # characters of a value that the page shows


def api_page():
    """The page's text: a part for each floor, in it a heading for each room, in it the room's public names."""
    parts = [
        "# The package",
        "",
        "`gru_lab`, room by room: what its docstrings say. `gru-lab --help` lists its commands.",
    ]
    for title, rooms in ROOMS.items():
        parts += ["", f"## {title}"]
        for room in rooms:
            parts += ["", f"### gru_lab.{room}", "", "```{eval-rst}", *_room(f"gru_lab.{room}"), "```"]
    return "\n".join([*parts, ""])


def _room(name):
    module = importlib.import_module(name)
    yield f".. automodule:: {name}"
    documented = [found for found in public_names(module) if not _is_value(getattr(module, found))]
    if documented:
        yield f"   :members: {', '.join(documented)}"
    for found in public_names(module):
        value = getattr(module, found)
        if _is_value(value):  # it has no docstring; where it is short, it says itself what it is
            yield ""
            yield f".. py:data:: {found}"
            if len(repr(value)) <= LONGEST:
                yield f"   :value: {value!r}"


def public_names(module):
    """The names that `module` offers: its __all__, or else what it defines itself and does not begin with "_"."""
    if hasattr(module, "__all__"):
        return [name for name in module.__all__ if name not in COMMAND]
    own = ((name, value) for name, value in vars(module).items() if not name.startswith("_"))
    return [
        name
        for name, value in own
        if not inspect.ismodule(value) and getattr(value, "__module__", module.__name__) == module.__name__
    ]


def _is_value(found):
    return not (inspect.isclass(found) or inspect.isroutine(found))


def docstring_to_rst(lines):
    """A docstring of this package as reStructuredText: paragraphs keep their lines, indented blocks their form."""
    out, block = [], []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line)
            continue
        if block:
            out += _block(block)
        block = []
    return out


def _block(block):
    if all(line.startswith("    ") for line in block):
        return ["::", "", *block, ""]
    return [*(f"| {_inline(line.strip())}" for line in block), ""]


def _inline(text):
    """Code between single backticks becomes RST's; everything else is taken literally."""
    pieces = re.split(r"(`[^`]+`)", text)
    return "".join(
        f"``{piece[1:-1]}``" if piece.startswith("`") and len(piece) > 2 else re.sub(r"([\\*_|`])", r"\\\1", piece)
        for piece in pieces
    )
