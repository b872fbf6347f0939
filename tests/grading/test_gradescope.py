"""The Gradescope autograder, unpacked and run as Gradescope would: same folders, same files, no network."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from gru_lab import cli
from gru_lab.grading import gradescope, sandbox

ROOT = Path(__file__).resolve().parents[2]
MASTER = next((ROOT / "solutions").glob("06_*.ipynb"))
pytestmark = pytest.mark.skipif(bool(sandbox.missing()), reason=f"no sandbox: {sandbox.missing()}")


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """A folder laid out as /autograder is, from the zip that the command writes."""
    root = tmp_path_factory.mktemp("gradescope") / "autograder"
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    seed = root.parent / "seed.txt"
    seed.write_text("a seed of more than eight letters\n", encoding="utf-8")
    zip_file = root.parent / "autograder-06.zip"
    assert (
        cli.main(["export", "gradescope", "--assignment", "6", "--out", str(zip_file), "--seed-file", str(seed)]) == 0
    )
    with zipfile.ZipFile(zip_file) as archive:
        assert {"setup.sh", "run_autograder"} <= set(archive.namelist())
        assert archive.getinfo("run_autograder").external_attr >> 16 & 0o111
        archive.extractall(root / "source")
    return root


def run(root):
    """Gradescope's part: run_autograder, copied beside source, then the results file."""
    program = root / "run_autograder"
    program.write_bytes((root / "source" / "run_autograder").read_bytes())
    environment = {**os.environ, "AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": sys.executable}
    environment.pop("PYTHONPATH", None)
    ended = subprocess.run(["bash", program], env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))


def hand_in(root, **files):
    for path in (root / "submission").iterdir():
        path.unlink()
    for name, data in files.items():
        (root / "submission" / f"{name}.ipynb").write_bytes(data)


def test_a_master_has_all_points_that_a_program_gives(autograder):
    hand_in(autograder, **{MASTER.stem: MASTER.read_bytes()})
    found = run(autograder)
    assert [(test["score"], test["max_score"]) for test in found["tests"]] == [(3, 3), (3, 3), (2, 2), (0, 3)]
    assert [test.get("status") for test in found["tests"]] == ["passed", "passed", "passed", None]
    assert "by hand" in found["tests"][3]["name"]


def test_a_mistake_costs_its_question_and_is_named(autograder):
    notebook = nbformat.read(MASTER, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("h_new = z * h +", "h_new = z * (r * h) +")
    hand_in(autograder, anything=nbformat.writes(notebook).encode())
    tests = run(autograder)["tests"]
    assert [test["score"] == test["max_score"] for test in tests] == [True, False, True, False]
    assert "The bug is still there" in tests[1]["output"]


def test_nothing_and_too_much_are_said(autograder):
    hand_in(autograder)
    assert "No notebook was handed in" in run(autograder)["output"]
    hand_in(autograder, one=b"{}", two=b"{}")
    assert "Several notebooks" in run(autograder)["output"]


def test_it_fails_loudly_and_without_a_score_of_its_own(autograder, monkeypatch):
    def breaks(*ignored):
        raise RuntimeError("the sandbox is gone")

    monkeypatch.setattr(gradescope.engine, "grade", breaks)
    gradescope.main(autograder)
    found = json.loads((autograder / "results" / "results.json").read_text(encoding="utf-8"))
    assert "The autograder itself failed" in found["output"] and "the sandbox is gone" in found["output"]


def test_it_asks_for_no_more_than_its_set_up_installs(autograder):
    code = "import sys; import gru_lab.grading.gradescope as g; g.assignments.assignment(6); print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(autograder / "source")}
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    own = {name.partition(".")[0] for name in said.split()}
    known = sys.stdlib_module_names | {"gru_lab", "numpy", "IPython", "jinja2", "markupsafe", "scipy"}
    if "coverage" in sys.modules:  # then it measures the other process too
        known |= {"coverage", "$coverage", "greenlet"}
    outside = {name for name in own - known if not name.startswith(("_", "sitecustomize", "cython_runtime"))}
    assert outside <= {"mpl_toolkits", "google", "distutils"}, outside


def test_an_autograder_that_is_there_is_not_written_over_by_accident(tmp_path, capsys):
    path, seed = tmp_path / "a.zip", tmp_path / "a.seed.txt"
    path.write_text("another's")
    command = ["export", "gradescope", "--assignment", "6", "--out", str(path)]
    assert cli.main(command) == 1
    assert capsys.readouterr().err == f"gru-lab export: {path} is there already: --force overwrites it\n"
    assert path.read_text() == "another's" and not seed.exists()
    assert cli.main([*command, "--force"]) == 0 and zipfile.is_zipfile(path)
