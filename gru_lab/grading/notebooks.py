"""A notebook as somebody handed it in -> the code to run, and which cell answers what.

Nothing is run here. Cells are found by nbgrader's metadata, then by the cell's id, then by the name that they define.
"""

import ast
import functools
import json
import re
from dataclasses import dataclass, field

from gru_lab.checks import words

__all__ = ["Answer", "Reading", "Unreadable", "read"]

MOST_CELLS, MOST_TEXT = 2_000, 1 << 18  # cells, and characters of code, that anybody needs
MOST_BYTES = 64 << 20  # of a file, with its pictures


class Unreadable(Exception):
    """Nothing can be read of this file; the message says why, to whoever handed it in."""


@dataclass
class Answer:
    """The cell that answers one question. cell: its number among the cells to run, or None. source: its text.

    names: under which the answer may be found after the cells have run, the one asked for first. blank: the cell is as
    it was handed out. notes: how it was found, where that was not as usual.
    """

    cell: int | None = None
    source: str = ""
    names: tuple = ()
    blank: bool = False
    notes: tuple = ()


@dataclass
class Reading:
    """cells: [(number, Python code)] to run in order, the assignment's own `setup` cells first. answers: {question id:
    Answer}. torch: some cell names it. notes: sentences about the whole file."""

    cells: list = field(default_factory=list)
    setup: int = 0
    answers: dict = field(default_factory=dict)
    torch: bool = False
    notes: tuple = ()


def read(data, assignment):
    """The Reading of a notebook's bytes for an `Assignment`. Raises Unreadable."""
    found, notes = _code_cells(_parse(data))
    trusted = [cell for cell in assignment.cells if cell["cell_type"] == "code"]
    setup = [cell for cell in trusted if "nbgrader" not in cell["metadata"]]
    tests = {_tidy(cell["source"]) for cell in trusted if _grade_id(cell).endswith("-test")}
    reading = Reading(notes=notes)
    mine = [{**cell, "defines": _defines(cell["source"])} for cell in found if not _is_test(cell, tests)]
    dropped = set()
    for item in assignment.items:
        answer, blanks = _answer(item, mine)
        dropped |= blanks
        reading.answers[item.question.id] = answer
    reading.setup = len(setup)
    reading.cells = [(number, _python(cell["source"])) for number, cell in enumerate(setup)]
    same_as_setup = {_tidy(cell["source"]) for cell in setup}
    for number, cell in enumerate(mine, start=reading.setup):
        if number - reading.setup not in dropped and _tidy(cell["source"]) not in same_as_setup:
            reading.cells.append((number, _python(cell["source"])))
    for answer in reading.answers.values():
        answer.cell = None if answer.cell is None else answer.cell + reading.setup
    reading.torch = any(re.search(r"\btorch\b", source) for _, source in reading.cells)
    return reading


# ---------------------------------------------------------------------------------------------- the file


def _parse(data):
    """The notebook as a dict."""
    if not data.strip():
        raise Unreadable("The file is empty.")
    if len(data) > MOST_BYTES:
        raise Unreadable(f"The file has {len(data) >> 20} MB: clear the outputs of its cells and save it again.")
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The file is no text: a notebook is JSON in UTF-8.") from None
    try:
        notebook = json.loads(text)
    except RecursionError:
        raise Unreadable("The file is nested too deep to be a notebook.") from None
    except ValueError as problem:
        raise Unreadable(_why_no_json(text, problem)) from None
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise Unreadable("The file is JSON, but no notebook: it has no cells.")
    return notebook


def _why_no_json(text, problem):
    if re.search(r"^(<{7}|={7}|>{7})", text, re.MULTILINE):
        return "The file holds the marks of a merge conflict (<<<<<<<): save it again from JupyterLab."
    if text.lstrip()[:1] == "<":
        return "The file is a web page, not a notebook: download the .ipynb itself."
    where = f" (line {problem.lineno})" if isinstance(problem, json.JSONDecodeError) else ""
    return f"The file is damaged: it is no JSON{where}. Perhaps the upload was cut short."


def _code_cells(notebook):
    """([{"source", "id", "grade_id"}, …], notes) of any version of the format, as far as it can be understood."""
    cells = notebook.get("cells")
    if cells is None:  # nbformat 3 and older
        sheets = notebook["worksheets"] if isinstance(notebook["worksheets"], list) else []
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in _listed(sheet.get("cells"))]
    notes, found, size = [], [], 0
    for cell in _listed(cells)[:MOST_CELLS]:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", cell.get("input", ""))
        source = "".join(filter(_is_text, source)) if isinstance(source, list) else source
        if not _is_text(source):
            continue
        size += len(source)
        if size > MOST_TEXT:
            notes.append(f"It holds more than {MOST_TEXT:,} characters of code; the cells beyond were left out.")
            break
        source = source.encode("utf-8", "replace").decode("utf-8")  # half a character could not be written to a file
        source = source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        metadata = cell.get("metadata")
        cell_id = cell.get("id") if _is_text(cell.get("id")) else ""
        found.append({"source": source, "id": cell_id, "metadata": metadata if isinstance(metadata, dict) else {}})
    if len(_listed(cells)) > MOST_CELLS:
        notes.append(f"It has more than {MOST_CELLS:,} cells; those beyond were left out.")
    language = _language(notebook)
    if language and "python" not in language.lower():
        notes.append(f"It was saved with a kernel for {words.printable(language, 40)}; its cells were run as Python.")
    return found, tuple(notes)


def _listed(value):
    return value if isinstance(value, list) else []


def _is_text(value):
    return isinstance(value, str)


def _language(notebook):
    try:
        metadata = notebook["metadata"]
        name = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
        return name if _is_text(name) else ""
    except (KeyError, AttributeError, TypeError):
        return ""


# ---------------------------------------------------------------------------------------------- its cells


def _grade_id(cell):
    nbgrader = cell["metadata"].get("nbgrader")
    found = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return found if _is_text(found) else ""


def _tidy(source):
    """Code without comments, empty lines and space at line ends."""
    lines = (line.rstrip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.lstrip().startswith("#"))


def _is_test(cell, tests):
    """Is it one of our test cells? By what it says: metadata may be anybody's."""
    return _tidy(cell["source"]) in tests


def _answer(item, cells):
    """(Answer, numbers of the cells that must not run): `cell` counts in `cells`."""
    sure = [i for i, c in enumerate(cells) if item.grade_id in (_grade_id(c), c["id"])]
    by_name = [i for i, c in enumerate(cells) if i not in sure and item.answer in c["defines"]]
    stub = _tidy(item.stub)
    written = [i for i in sure if _tidy(cells[i]["source"]) != stub and cells[i]["source"].strip()]
    elsewhere = [i for i in by_name if _tidy(cells[i]["source"]) != stub]
    blanks = {i for i in (*sure, *by_name) if _tidy(cells[i]["source"]) == stub}
    if not written and not elsewhere:
        if sure and not blanks:
            return Answer(notes=("The cell is empty.",), blank=True, names=(item.answer,)), set()
        if blanks:
            return Answer(max(blanks), item.stub, (item.answer,), blank=True), blanks
        return Answer(names=(item.answer,), notes=_looked_for(item)), set()
    notes = ()
    chosen = max(written) if written else max(elsewhere)
    names = (item.answer,)
    if written:
        if len(written) > 1:
            notes += (f"{len(written)} cells answer this question; the last one was graded.",)
        later = [i for i in elsewhere if i > chosen]
        defined = cells[chosen]["defines"]
        if item.answer not in defined and elsewhere:
            chosen, notes = max(elsewhere), (*notes, "The answer was found in another cell, by its name.")
        elif item.answer not in defined:
            others = [name for name in _defines(cells[chosen]["source"], item.is_code) if name not in _defines(stub)]
            if len(others) == 1:
                names = (item.answer, others[0])
                notes += (f"It should be called {item.answer}; {others[0][:60]} was graded in its place.",)
        elif later:
            notes += (f"{item.answer} is defined again in a later cell; what it was at the end was graded.",)
    else:
        notes += ("The cell was found by the name that it defines.",)
    return Answer(chosen, cells[chosen]["source"], names, notes=notes), blanks


def _looked_for(item):
    kind = "function" if item.is_code else "value"
    return (f"No cell defines the {kind} {item.answer}, and the cell made for it is gone.",)


def _defines(source, functions_only=False):
    """Names that a cell gives a meaning at its top level, in order."""
    try:
        tree = ast.parse(_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        names = re.findall(r"^(?:async\s+)?def\s+(\w+)", source, re.MULTILINE)
        return names if functions_only else names + re.findall(r"^(\w+)\s*=(?!=)", source, re.MULTILINE)
    names = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            is_function = isinstance(node.value, ast.Lambda)
            if is_function or not functions_only:
                names += [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
        elif isinstance(node, ast.ImportFrom) and not functions_only:
            names += [alias.asname or alias.name for alias in node.names]
    return list(dict.fromkeys(names))


def _python(source):
    """Plain Python for a cell with IPython's magics; a cell without them as it is."""
    if not re.search(r"^[ \t]*[%!?]|[?][ \t]*$|=[ \t]*[%!]", source, re.MULTILINE):
        return source
    try:
        return _transformer().transform_cell(source)
    except Exception:  # whatever it stumbles over, Python will say it better
        return source


@functools.cache
def _transformer():
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager()
