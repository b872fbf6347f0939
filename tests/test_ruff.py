"""Code and notebooks are formatted and free of what ruff finds; the settings are in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]


def ruff(*arguments, place=ROOT):
    command = [sys.executable, "-m", "ruff", *arguments, str(place)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=" ".join)
def test_everything_is_in_order(command):
    asked = ruff(*command)
    assert asked.returncode == 0, asked.stdout + asked.stderr


@pytest.mark.parametrize(("command", "source"), [(("check",), "import os\n"), (("format", "--check"), "x=1\n")])
@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
def test_ruff_sees_a_fault_in_a_module_and_in_a_notebook(tmp_path, command, source, suffix):
    path = tmp_path / f"a{suffix}"
    if suffix == ".py":
        path.write_text(source, encoding="utf-8")
    else:
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)
    assert ruff(*command, "--config", str(ROOT / "pyproject.toml"), place=path).returncode == 1
