"""What all exercise notebooks say alike, written into their masters: what they are for, who marks them, what they need.

The same file is a lone learner's practice and a class's assignment, with or without the course around it: each sentence
has to be true for all of them, so there is one of each, here.
"""

import re

from gru_lab.workshop.toc import replace_region

__all__ = ["WRITTEN", "fill", "head"]

HEAD = """\
For chapter {number} of the course *Gated Recurrent Units*: **{title}** ([open it](../chapters/{file}), where this \
file lies in the course's folder).

Write your answer, run the cell below it, and read what it says: a check tries to name the mistake. \
`check.hint("{first}")` gives three hints, each larger than the last. Try as often as you like: the notebook records \
no marks. In a class your instructor may grade this same notebook, with the inputs of these checks and with others, \
and finds your answers by their cells and names, so leave those as they are.

**You need** the course's package, `gru_lab`. In the course's folder, `python course.py start {number:02d}` installs \
it and opens a copy of this notebook that is yours, in the folder `work`. Were you given this file alone? Ask \
whoever gave it to you for the course, put the file into its folder `work`, and open it with `python course.py lab`."""

WRITTEN = """\
Replace `None` with a few sentences, in triple quotes. The cell below then shows what a good answer says. A person \
marks yours, and no program: you yourself, or in a class your instructor."""

# A traceback shows the line that failed, and its comment with it.
IMPORT = re.compile(r"^(from gru_lab import [\w, ]*\bcheck\b[\w, ]*?) *(?:#.*)?$", re.MULTILINE)
NOT_FOUND = '# not found? "You need", above, says where it is'
ASKED = re.compile(r"^### Exercise ([\d.]+) · ", re.MULTILINE)


def fill(chapter, master):
    """Bring the common parts of a master up to date, in place; True when one changed.

    chapter: the `course.Chapter` that it is for. master: its notebook.
    Raises ValueError for one that has no place for them: markers, an import of `check`, a question.
    """
    before = [cell.source for cell in master.cells]
    markdown, code = ([c for c in master.cells if c.cell_type == kind] for kind in ("markdown", "code"))
    asked = [ASKED.match(cell.source) for cell in markdown]
    first = next((found[1] for found in asked if found), None)
    if first is None:
        raise ValueError("asks nothing: no Markdown cell begins with ### Exercise")
    if not code or not IMPORT.search(code[0].source):
        raise ValueError("its first code cell does not say from gru_lab import check")
    markdown[0].source = replace_region(markdown[0].source, "head", head(chapter, first))
    code[0].source = IMPORT.sub(rf"\1  {NOT_FOUND}", code[0].source)
    by_hand = {f"{cell.id}-text" for cell in code if _marked_by_a_person(cell)}
    for cell in markdown:
        if cell.id in by_hand:
            cell.source = replace_region(cell.source, "written", WRITTEN)
    return before != [cell.source for cell in master.cells]


def head(chapter, first):
    """What stands under the title. first: the id of the notebook's first question."""
    return HEAD.format(number=chapter.number, title=chapter.title, file=chapter.file, first=first)


def _marked_by_a_person(cell):
    """nbgrader gives points by hand to a cell that holds both an answer and points."""
    facts = cell.metadata.get("nbgrader", {})
    return facts.get("grade", False) and facts.get("solution", False)
