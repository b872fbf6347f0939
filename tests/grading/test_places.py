"""Submissions and results do not lie in each other: it is said before anything is written."""

import pytest

from gru_lab import cli
from gru_lab.grading.assignments import assignment, folder
from gru_lab.grading.places import Misplaced, check_apart

FILE = assignment("06").file


@pytest.fixture
def submissions(tmp_path):
    """A class of one student, a link to it, and one into it."""
    place = tmp_path / "class" / "submitted"
    (place / "ada").mkdir(parents=True)
    (place / "ada" / FILE).write_bytes((folder() / FILE).read_bytes())
    (tmp_path / "link").symlink_to(place)
    (tmp_path / "deep").symlink_to(place / "ada")
    return place


def everything(place):
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*"))


@pytest.mark.parametrize("given", ["class/submitted", "link", "class/../class/submitted/"])
@pytest.mark.parametrize("out", ["class/submitted", "class/submitted/results", "link/new/results", "deep/new"])
def test_results_among_the_submissions_are_refused(submissions, tmp_path, capsys, monkeypatch, given, out):
    monkeypatch.chdir(tmp_path)
    before = everything(tmp_path)
    assert cli.main(["grade", given, "--assignment", "06", "--out", out]) == 2
    said = capsys.readouterr().err
    assert "is in the folder of the submissions" in said and len(said.splitlines()) == 1
    assert everything(tmp_path) == before


def test_results_are_no_submissions(submissions, tmp_path, capsys):
    old = tmp_path / "results"
    (old / "records").mkdir(parents=True)
    (old / "run.json").write_text("{}")
    before = everything(tmp_path)
    for out in (tmp_path / "new", old):
        assert cli.main(["grade", str(old), "--assignment", "06", "--out", str(out), "--resume"]) == 2
        assert f"'{old}' holds results, not submissions" in capsys.readouterr().err
    assert everything(tmp_path) == before


@pytest.mark.parametrize("part", ["records", "feedback", "nbgrader", "nbgrader/submitted"])
def test_submissions_may_not_lie_where_results_are_written(tmp_path, part):
    place = tmp_path / part
    place.mkdir(parents=True)
    with pytest.raises(Misplaced, match="where results are written"):
        check_apart(place, tmp_path)


def test_submissions_in_the_folder_of_the_results_and_beside_it_are_graded(submissions, tmp_path):
    for out in (tmp_path / "class", tmp_path / "class" / "submitted-06", tmp_path / "class" / "results"):
        command = ["grade", str(submissions), "--assignment", "06", "--out", str(out), "--jobs", "1"]
        for more in ([], ["--resume"]):
            assert cli.main([*command, "--without-sandbox", *more]) == 0
            grades = (out / "grades.csv").read_text("utf-8-sig").splitlines()
            assert len(grades) == 2 and grades[1].startswith('"ada"')
