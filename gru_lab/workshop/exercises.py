"""The exercises that learners get, made from the master notebooks in solutions/ by nbgrader's own preprocessors.

A master is an nbgrader notebook: solution cells hold `### BEGIN SOLUTION … ### END SOLUTION`, test cells hold
`### BEGIN HIDDEN TESTS … ### END HIDDEN TESTS`. The exercise has a stub in place of the first and nothing in place of
the second. No database is needed, and the same master gives the same bytes.
"""

import copy
import re
from pathlib import Path

from nbgrader.preprocessors import CheckCellMetadata, ClearHiddenTests, ClearOutput, ClearSolutions, LockCells
from traitlets.config import Config

from gru_lab.workshop import course, exercise_texts, normalise

__all__ = ["generate", "make", "masters"]

EXERCISES, SOLUTIONS = "exercises", "solutions"
STUB = 'raise NotImplementedError("Exercise {id}: your code")'
GRADE_ID = re.compile(r"exercise-(\d+)-(\d+)")  # nbgrader's id of a cell that belongs to exercise 6.5: exercise-6-5
TOP_LEVEL = re.compile(r"^### BEGIN SOLUTION\n(\w+) = ", re.MULTILINE)


class ClearAnswers(ClearSolutions):
    """As nbgrader's, with the exercise's number in the stub. What is assigned outside of a function becomes None."""

    def _replace_solution_region(self, cell, language):
        if cell.cell_type == "code":
            found = GRADE_ID.match(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            name = TOP_LEVEL.search(cell.source)
            number = f"{found[1]}.{found[2]}" if found else ""
            self.code_stub = {"python": f"{name[1]} = None" if name else STUB.format(id=number)}
        return super()._replace_solution_region(cell, language)


def make(master):
    """The exercise of a master, both nbformat notebooks. Raises ValueError for one that nbgrader would not take."""
    config = Config()
    config.ClearSolutions.text_stub = "*Your answer here.*"
    notebook = copy.deepcopy(master)
    resources: dict = {}
    try:
        for step in (LockCells, ClearAnswers, ClearHiddenTests, ClearOutput, CheckCellMetadata):
            notebook, resources = step(config=config).preprocess(notebook, resources)
    except Exception as problem:  # nbgrader raises RuntimeError, ValidationError and others
        raise ValueError(f"nbgrader does not take it: {problem}") from problem
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cell.source.replace("# YOUR CODE HERE\n", "")
    notebook.metadata.pop("celltoolbar", None)
    return notebook


def masters(root):
    """The master notebooks of the course at `root`, in order."""
    return sorted((Path(root) / SOLUTIONS).glob("[0-9][0-9]_*.ipynb"))


def generate(root, write=True):
    """Make exercises/ from solutions/: (changed, problems). Exercises whose master is gone go, too.

    First the masters get what all of them say alike, from `exercise_texts`.
    changed: files that differ from what the masters give; write=False leaves them as they are.
    problems: a sentence for each master that cannot be used.
    """
    import nbformat

    table, folder, changed, problems = course.load(root), Path(root) / EXERCISES, [], []
    for master in masters(root):
        path = folder / master.name
        try:
            filled = nbformat.read(master, as_version=4)
            stale = exercise_texts.fill(table.chapter(master.name), filled)
            notebook = make(filled)
        except (KeyError, ValueError, nbformat.ValidationError) as problem:
            problems.append(f"{SOLUTIONS}/{master.name}: {problem}")
            continue
        if stale:
            changed.append(master)
            if write:
                normalise.write(filled, master)
        text = nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            changed.append(path)
            if write:
                folder.mkdir(exist_ok=True)
                normalise.write(notebook, path)
    names = {master.name for master in masters(root)}
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        if path.name not in names:
            changed.append(path)
            if write:
                path.unlink()
    return changed, problems
