"""The bytes of a notebook -> its cells, however battered the file and whatever its version.

Nothing is run here, and everything is bounded: parsers are given no more than they can finish.
"""

import ast
import functools
import json
import re
import warnings
from dataclasses import dataclass

from gru_lab.checks import words

__all__ = ["Cell", "Unreadable", "all_cells", "defined", "grade_id", "tidy"]

MOST_CELLS, MOST_TEXT = 2_000, 1 << 20  # cells, and characters of code, that anybody needs
LONGEST, MOST_MAGICS = 60_000, 50  # of one cell; both parsers take a time that grows with the square of these


class Unreadable(Exception):
    """Nothing can be read of this file; the message says why, to whoever handed it in."""


@dataclass
class Cell:
    """A cell of code, or of text. What is found out about its source is found out once."""

    source: str
    id: str
    grade_id: str
    is_code: bool = True

    @functools.cached_property
    def tidy(self):
        return tidy(self.source)

    @functools.cached_property
    def python(self):
        return _python(self.source)

    @functools.cached_property
    def defines(self):
        return defined(self.python)


def _parse(data):
    """The notebook as a dict."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The file is no text: a notebook is JSON in UTF-8.") from None
    if not text.strip():
        raise Unreadable("The file is empty.")
    try:
        notebook = json.loads(text)
    except RecursionError:
        raise Unreadable("The file is nested too deep to be a notebook.") from None
    except ValueError as problem:
        raise Unreadable(_why_no_json(text, problem)) from None
    if not isinstance(notebook, dict) or not any(isinstance(notebook.get(n), list) for n in ("cells", "worksheets")):
        raise Unreadable("The file is JSON, but no notebook: it has no cells.")
    return notebook


def _why_no_json(text, problem):
    if re.search(r"^(<{7}|={7}|>{7})", text, re.MULTILINE):
        return "The file holds the marks of a merge conflict (<<<<<<<): save it again from JupyterLab."
    if text.lstrip()[:1] == "<":
        return "The file is a web page, not a notebook: download the .ipynb itself."
    where = f" (line {problem.lineno})" if isinstance(problem, json.JSONDecodeError) else ""
    return f"The file is damaged: it is no JSON{where}. Perhaps the upload was cut short."


def all_cells(data):
    """([Cell, …], notes) of the bytes of a notebook, as far as it can be understood. Raises Unreadable.

    Of a text cell no more is kept than anybody reads.
    """
    notebook = _parse(data)
    cells = notebook.get("cells")
    if not isinstance(cells, list):  # nbformat 3 and older
        sheets = (sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict))
        cells = [cell for sheet in sheets for cell in _listed(sheet.get("cells"))]
    notes, found, size, size_of_texts = [], [], 0, 0
    if len(cells) > MOST_CELLS:
        notes.append(f"It has more than {MOST_CELLS:,} cells; those beyond were left out.")
    for cell in cells[:MOST_CELLS]:
        if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
            continue
        source = _source(cell)
        if cell["cell_type"] != "code":
            source = source[:LONGEST]
            size_of_texts += len(source)
            if size_of_texts <= MOST_TEXT:
                found.append(Cell(source, _text(cell.get("id")), grade_id(cell.get("metadata")), is_code=False))
            elif size_of_texts - len(source) <= MOST_TEXT:
                notes.append(
                    f"It holds more than {MOST_TEXT:,} characters of text; the text cells beyond were left out."
                )
            continue
        size += len(source)
        if size > MOST_TEXT:
            notes.append(f"It holds more than {MOST_TEXT:,} characters of code; the cells beyond were left out.")
            break
        found.append(Cell(source, _text(cell.get("id")), grade_id(cell.get("metadata"))))
    language = _language(notebook)
    if language and "python" not in language.lower():
        notes.append(f"It was saved with a kernel for {words.printable(language, 40)}; its cells were run as Python.")
    return found, tuple(notes)


def _source(cell):
    """Its text as Python and every other reader take it: in one piece, lines ended by \\n, no half of a character."""
    source = cell.get("source", cell.get("input"))
    source = "".join(map(_text, source)) if isinstance(source, list) else _text(source)
    source = source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return source.encode("utf-8", "replace").decode("utf-8")  # JSON may hold one surrogate alone, no file can


def _listed(value):
    return value if isinstance(value, list) else []


def _text(value):
    return value if isinstance(value, str) else ""


def _language(notebook):
    for place, name in (("kernelspec", "language"), ("language_info", "name")):
        found = _text(_inside(notebook, "metadata", place, name))
        if found:
            return found
    return ""


def _inside(value, *names):
    """value[name][name]…, or None where there is no such thing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def grade_id(metadata):
    """nbgrader's name of a cell with these metadata, or ""."""
    return _text(_inside(metadata, "nbgrader", "grade_id"))


# ---------------------------------------------------------------------------------------------- its code


def tidy(source):
    """Code without comments, empty lines and space at line ends."""
    lines = (line.rstrip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.lstrip().startswith("#"))


def defined(code, functions_only=False):
    """Names that a cell of plain Python gives a meaning outside of functions and classes, in order."""
    tree = _tree(code)
    if tree is None:
        names = re.findall(r"^(?:async\s+)?def\s+(\w+)", code, re.MULTILINE)
        return names if functions_only else names + re.findall(r"^(\w+)\s*=(?!=)", code, re.MULTILINE)
    names = []
    for node in _statements(tree.body):
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


def _tree(code):
    """None where it is no Python, or too long to find out."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of what a student wrote, in an instructor's terminal
            return ast.parse(code) if len(code) <= LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _statements(body):
    """Those of a cell, also in its ifs, loops and tries, but not inside of what it defines."""
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt | ast.ExceptHandler)]
            waiting += reversed(inside)


def _python(source):
    """Plain Python for a cell with IPython's magics; a cell without them as it is."""
    magics = re.findall(r"^[ \t]*[%!?]|[?][ \t]*$|=[ \t]*[%!]", source, re.MULTILINE)
    if not magics or len(magics) > MOST_MAGICS or len(source) > LONGEST:
        return source
    try:
        return _transformer().transform_cell(source)
    except Exception:  # whatever it stumbles over, Python will say it better
        return source


@functools.cache
def _transformer():
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager()
