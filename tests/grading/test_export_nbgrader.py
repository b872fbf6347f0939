"""The exported course folder is one that nbgrader itself generates, grades, and gives to students as exercises/ is."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from gru_lab import cli
from gru_lab.checks.question import Written
from gru_lab.grading import exports
from gru_lab.grading.assignments import assignment, numbers

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = "06", "01"  # one with a written answer, one without code to write


def sources(path):
    return [(cell.cell_type, cell.source) for cell in nbformat.read(path, as_version=4).cells]


def test_nbgrader_takes_it_and_makes_our_exercises(tmp_path, monkeypatch):
    for variable, value in (("PATH", sysconfig.get_path("scripts")), ("PYTHONPATH", str(ROOT))):  # it calls alembic
        monkeypatch.setenv(variable, value, prepend=os.pathsep)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    course = tmp_path / "made" / "course"
    exports.nbgrader(course, ROOT)
    course = course.rename(tmp_path / "moved")  # the settings hold no path of this machine
    name = assignment("06").file
    for who, folder in (("all", "solutions"), ("none", "exercises")):
        (course / "submitted" / who / "06").mkdir(parents=True)
        (course / "submitted" / who / "06" / name).write_bytes((ROOT / folder / name).read_bytes())
    for command in (*(["generate_assignment", number] for number in CHOSEN), ["autograde", "06", "--create"]):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command], cwd=course, capture_output=True, text=True, timeout=240,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
    for number in CHOSEN:
        file = assignment(number).file
        assert sources(course / "release" / number / file) == sources(ROOT / "exercises" / file)
    automatic = sum(i.question.points for i in assignment("06").items if not isinstance(i.question, Written))
    with Gradebook(f"sqlite:///{course}/gradebook.db", exports.COURSE_ID) as book:
        found = {one.student_id: (one.score, one.needs_manual_grade) for one in book.assignment_submissions("06")}
        assert book.find_assignment("06").course_id == exports.COURSE_ID
    assert found == {"all": (automatic, True), "none": (0, False)} and automatic > 5  # nbgrader: nothing written, 0


def test_every_assignment_is_in_it(tmp_path):
    files = exports.nbgrader(tmp_path, ROOT)
    assert [path.relative_to(tmp_path).parts[1] for path in files if path.suffix == ".ipynb"] == list(numbers())
    assert all(path.is_file() for path in files)
    assert "generate_assignment 06" in (tmp_path / "README.md").read_text("utf-8")


def test_nothing_is_written_over_unless_asked(tmp_path):
    files = exports.nbgrader(tmp_path, ROOT)
    assert exports.nbgrader(tmp_path, ROOT) == files  # the same again is no change
    mine, gone = files[-1], files[-2]
    mine.write_text("mine", encoding="utf-8")
    gone.unlink()
    with pytest.raises(exports.ExportProblem, match=r"differ; nothing was written:\n.*20_.*\nuse --force"):
        exports.nbgrader(tmp_path, ROOT)
    assert mine.read_text("utf-8") == "mine" and not gone.exists()
    exports.nbgrader(tmp_path, ROOT, force=True)
    assert mine.read_bytes() == (ROOT / "solutions" / mine.name).read_bytes() and gone.exists()


def test_without_the_masters_it_says_where_they_are(tmp_path):
    with pytest.raises(exports.ExportProblem, match="come with the repository"):
        exports.nbgrader(tmp_path / "out", tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(exports.ExportProblem, match="cannot write"):
        exports.nbgrader(tmp_path / "file", ROOT)


def test_the_command_says_where_it_is_or_why_not(tmp_path, capsys):
    out = tmp_path / "course"
    assert cli.main(["export", "nbgrader", "--out", str(out)]) == 0
    assert f"{out} is a course folder for nbgrader" in capsys.readouterr().out
    (out / "README.md").write_text("mine", encoding="utf-8")
    assert cli.main(["export", "nbgrader", "--out", str(out)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("gru-lab export: ") and "use --force" in said.err
    assert cli.main(["export", "nbgrader", "--out", str(out), "--force"]) == 0
    assert (out / "README.md").read_text("utf-8") != "mine"
