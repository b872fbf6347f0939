"""Sentences that a student wrote into text cells (Markdown, raw) where a code cell had been made for them.

Such a cell is nobody's code: it is never run, and shown to whoever marks. It belongs to a question by its name, or by
where it stands: below a cell of that question and above the next one's.
"""

from gru_lab.grading.cells import grade_id

__all__ = ["written_for"]


def written_for(item, cells, handed_out):
    """What stands in text cells for a written Item, in one piece; "" where there is nothing.

    cells: all Cells of the notebook, in order. handed_out: the assignment's own, as nbformat's dicts.
    """
    texts = {_squeezed(cell["source"]): _name(cell) for cell in handed_out if cell["cell_type"] != "code"}
    question = next((cell["source"] for cell in handed_out if _name(cell) == f"{item.grade_id}-text"), "")
    names = {_place(_name(cell)) for cell in handed_out if _name(cell).endswith("-test")}
    found, here = [], ""
    for cell in cells:
        squeezed = _squeezed(cell.source)
        name = texts.get(squeezed) or cell.grade_id or cell.id
        here = _place(name) if _place(name) in names else here
        if cell.is_code or squeezed in texts:
            continue
        if name == item.grade_id:  # the cell of the answer, made a text cell
            found.append(_without(item.stub, cell.source))
        elif name == f"{item.grade_id}-text":
            found.append(_without(question, cell.source))
        elif here == item.grade_id:
            found.append(cell.source.strip())
    return "\n\n".join(filter(None, found))


def _name(cell):
    return grade_id(cell["metadata"]) or cell.get("id", "")


def _place(name):
    return name.removesuffix("-text").removesuffix("-test")


def _squeezed(text):
    return " ".join(text.split())


def _without(given, text):
    """`text` without the lines that were there."""
    there = {line.strip() for line in given.splitlines()}
    return "\n".join(line for line in text.splitlines() if line.strip() not in there).strip()
