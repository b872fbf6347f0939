"""The copy of the package that a sandbox sees: whole where it may be, compiled, and without what was asked for."""

import importlib.util
import marshal
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gru_lab
from gru_lab.grading import stripped

PACKAGE = Path(gru_lab.__file__).parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A package whose modules are all compiled, as pip leaves it, and what else may lie there. (Without a few rooms
    that are large and whose copies are as any other's.)"""
    folder = tmp_path_factory.mktemp("installed") / "gru_lab"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__", "trained", "figures", "widgets"))
    subprocess.run([sys.executable, "-m", "compileall", "-q", folder], check=True)
    (folder / "__pycache__" / f"gone.{sys.implementation.cache_tag}.pyc").write_bytes(b"of a module that is no more")
    (folder / "__pycache__" / "cell.cpython-27.pyc").write_bytes(b"of another Python")
    (folder / "__pycache__" / "notes").write_bytes(b"of no module")
    return folder


@pytest.fixture
def copy(installed, monkeypatch):
    """A function: the copy that is made of it."""
    monkeypatch.setattr(stripped, "__file__", str(installed / "grading" / "stripped.py"))
    return lambda *in_library: stripped.package.__wrapped__(in_library) / "gru_lab"


def compiled_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("__pycache__/*")}


def test_compiled_modules_are_copied_and_no_others(installed, copy):
    made = copy()
    there = compiled_in(made)
    assert all(name.endswith(f".{sys.implementation.cache_tag}.pyc") for name in there)
    for name in there:  # none is made anew, but those of the rooms that are not copied as they are
        if not name.startswith(("checks/", "grading/")):
            assert (made / name).read_bytes() == (installed / name).read_bytes(), name
    sources = {path.relative_to(made).as_posix() for path in made.rglob("*.py")}
    assert {
        Path(importlib.util.source_from_cache(str(made / name))).relative_to(made).as_posix() for name in there
    } == sources
    assert sources < {path.relative_to(installed).as_posix() for path in installed.rglob("*.py")}


def test_nothing_compiled_holds_an_answer_or_a_function_that_is_asked_for(installed, copy):
    made = copy("gru_lab.cell.gru_step")
    name = Path(importlib.util.cache_from_source("cell.py"))
    assert constants(installed / name, "gru_step") and not constants(made / name, "gru_step")
    assert not {
        path.name for path in made.rglob("*") if path.name.startswith(("cli", "bench", "exercises_", "chapter_"))
    }


def constants(path, function):
    """Names that a function uses in a compiled module; none where it only raises."""
    module = marshal.loads(path.read_bytes()[16:])
    (code,) = (one for one in module.co_consts if getattr(one, "co_name", "") == function)
    return set(code.co_names) - {"NotImplementedError"}
