"""The copy of gru_lab that a sandbox sees: no question, no answer, nothing that could be called instead of written."""

import ast
import atexit
import compileall
import functools
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["WITHHELD", "package"]

LEFT_OUT = ("checks", "grading", "workshop", "trained", "cli", "bench", "bench_training", "bench_widgets", "start")
CHECKS_KEPT, GRADING_KEPT = ("limits", "probes", "words"), ("fork", "wire", "worker")
SILENT_CHECKS = '''"""Checks say nothing while a class is graded."""

from gru_lab.checks import limits, probes, words


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *answers, **options: None
'''
WITHHELD = "this function is what the question asks for: write it yourself"


@functools.cache
def package(in_library=()):
    """The folder of a copy of gru_lab for sandboxes: no question, no answer, no function of `in_library` (dotted).

    It is made once for a process and goes with it.
    """
    source = Path(__file__).resolve().parents[1]
    folder = Path(tempfile.mkdtemp(prefix="gru_lab-sandbox-"))
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)
    target = folder / "gru_lab"
    shutil.copytree(source, target, ignore=functools.partial(_left_out, source))
    for room, kept in (("checks", CHECKS_KEPT), ("grading", GRADING_KEPT)):
        (target / room).mkdir()
        for name in kept:
            shutil.copyfile(source / room / f"{name}.py", target / room / f"{name}.py")
    (target / "checks" / "__init__.py").write_text(SILENT_CHECKS, encoding="utf-8")
    (target / "grading" / "__init__.py").write_text("", encoding="utf-8")
    for name in in_library:
        _take_out(target, name)
    compileall.compile_dir(target, quiet=2)  # what is not compiled yet
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # readable by whoever the sandbox runs as
    return folder


def _left_out(source, at, names):
    """Those of the `names` in a folder that are not copied. Of compiled modules the ones of this Python are, with their
    sources: to compile all of them takes as long as to grade several notebooks."""
    at = Path(at)
    if at.name == "__pycache__":
        return [name for name in names if not _is_wanted(source, at / name)]
    top = LEFT_OUT if at == source else ()
    return [name for name in names if name.removesuffix(".py") in top or name.startswith(".")]


def _is_wanted(source, compiled):
    try:
        module = Path(importlib.util.source_from_cache(str(compiled)))
    except ValueError:  # no name of a compiled module
        return False
    here = importlib.util.cache_from_source(str(module)) == str(compiled)
    return here and module.is_file() and not (module.parent == source and module.stem in LEFT_OUT)


def _take_out(target, dotted):
    """Replace the body of a function, "gru_lab.cell.gru_step", by a raise."""
    _, *modules, name = dotted.split(".")
    path = target.joinpath(*modules).with_suffix(".py")
    path = path if path.is_file() else target.joinpath(*modules, "__init__.py")
    if not path.is_file():
        return  # a room that is left out as a whole
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not found:
        raise LookupError(f"{dotted} is no function of the package")
    for node in found:
        node.body = ast.parse(f"raise NotImplementedError({WITHHELD!r})").body
    path.write_text(ast.unparse(tree), encoding="utf-8")
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
