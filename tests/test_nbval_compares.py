"""nbval compares what it should with this repository's settings: one altered output fails, pixels and addresses do not.

One notebook is executed, then its saved outputs are altered, a cell at a time; nbval runs over it as CI would run it.
"""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest

from gru_lab.workshop import execute, hygiene, normalise

ROOT = Path(__file__).resolve().parents[1]
FIGURE = (
    'HTML(\'<figure><img alt="A line that rises." src="data:image/png;base64,iVBORw0KGgoAAAA=">'
    "<figcaption>Up.</figcaption></figure>')"
)
STEP = "<path d='M0 0L1 1'/>"


def alter(old, new):
    """A change of every text in a cell's outputs; it is an error when there is nothing to change."""

    def change(cell):
        [output] = cell.outputs
        before = repr(output)
        if "text" in output:
            output.text = output.text.replace(old, new)
        for kind, text in output.get("data", {}).items():
            output.data[kind] = text.replace(old, new)
        if "evalue" in output:
            output.evalue = output.evalue.replace(old, new)
        assert repr(output) != before, f"{old!r} is not in {before}"

    return change


def untouched(cell):
    pass


def forget(cell):
    cell.outputs = []


def forget_and_uncount(cell):
    cell.outputs, cell.execution_count = [], None


# name: (source, what happens to the saved output, what nbval says then)
CASES = {
    "as saved": ("print('power 0.7')", untouched, "passed"),
    "another digit": ("print('power 0.7')", alter("0.7", "0.8"), "failed"),
    "another value": ("[0.65, 0.5, 0.6, 0.2]", alter("0.65", "0.66"), "failed"),
    "another alternative text": (FIGURE, alter("rises", "falls"), "failed"),
    "another caption": (FIGURE, alter("Up", "Down"), "failed"),
    "other pixels": (FIGURE, alter("iVBORw0KGgoAAAA=", "iVBORw0KGgoBBBB+/=="), "passed"),
    "another drawing": (f'SVG("<svg>{STEP}</svg>")', alter("M0 0", "M0 9"), "failed"),
    "another address": ("object()", alter("0xADDR", "0x7f0c1a2b3c4d"), "passed"),
    "another object": ("object()", alter("object", "subject"), "failed"),
    "another number in hexadecimal": ("print('0x7f0c1a2b3c4d')", alter("4d", "4e"), "failed"),
    "another time": ("print('took 12 ms')", alter("12", "13"), "failed"),
    "no output saved": ("print('power 0.7')", forget, "failed"),
    "another error message": ("raise ValueError('no')", alter("no", "yes"), "failed"),
    # nbval's hole, which `hygiene.counts` closes: a cell without a count is compared with nothing
    "a cell never run": ("print('power 0.7')", forget_and_uncount, "passed"),
}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The altered notebook and its path."""
    folder = tmp_path_factory.mktemp("nbval")
    setup = nbformat.v4.new_code_cell("from IPython.display import HTML, SVG", id="setup")
    cells = [nbformat.v4.new_code_cell(source, id=name.replace(" ", "-")) for name, (source, *_) in CASES.items()]
    notebook = nbformat.v4.new_notebook(cells=[setup, *cells])
    cells[list(CASES).index("another error message")].metadata.tags = ["raises-exception"]
    notebook = normalise.normalise(execute.execute(notebook, folder))
    for cell, (_, change, _) in zip(notebook.cells[1:], CASES.values(), strict=True):
        change(cell)
    path = folder / "altered.ipynb"
    normalise.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def verdicts(page):
    """{case: "passed" or "failed"}, from nbval under the settings of pyproject.toml and conftest.py."""
    report = page.with_suffix(".xml")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        ROOT / "pyproject.toml",
        "-p",
        "conftest",
        "-p",
        "no:cacheprovider",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for name in [name for name in environment if name.startswith("PYTEST_")]:
        del environment[name]
    run = subprocess.run(
        [*map(str, command), "-n0", "-q", "--junitxml", str(report), str(page)],
        cwd=page.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert report.exists(), run.stdout + run.stderr
    found = [
        "failed" if case.find("failure") is not None else "passed"
        for case in ElementTree.parse(report).iter("testcase")
    ]
    assert len(found) == len(CASES) + 1, run.stdout
    assert found[0] == "passed", "the set-up cell itself"
    return dict(zip(CASES, found[1:], strict=True))


@pytest.mark.parametrize("case", CASES)
def test_nbval_compares(verdicts, case):
    assert verdicts[case] == CASES[case][2]


def test_a_cell_never_run_is_found_by_hygiene_where_nbval_is_silent(page):
    notebook = nbformat.read(page, as_version=4)
    assert list(hygiene.counts(hygiene.Page(page, notebook)))


def test_sanitising_changes_nothing_in_what_the_workshop_wrote():
    """The two lists of what to hide agree: what `normalise` puts in place of an address is what nbval compares with."""
    patterns = re.findall(
        r"^regex: (.*)\nreplace: (.*)$",
        (ROOT / "tests" / "nbval_sanitise.cfg").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(patterns) == 3
    for raw in ("<object at 0x7f0c1a2b3c4d>", "File /tmp/ipykernel_12/345.py:3", r"C:\T\ipykernel_1\2.py"):
        output = nbformat.v4.new_output("stream", name="stdout", text=raw)
        cell = nbformat.v4.new_code_cell("x", outputs=[output])
        written = normalise.normalise(nbformat.v4.new_notebook(cells=[cell])).cells[0].outputs[0].text
        sanitised_raw, sanitised_written = raw, written
        for pattern, replacement in patterns:
            sanitised_raw = re.sub(pattern, replacement, sanitised_raw)
            sanitised_written = re.sub(pattern, replacement, sanitised_written)
        assert raw != written == sanitised_written == sanitised_raw
