"""A second round: students hand in again after a person has marked, and what was said of an old answer is not kept."""

import csv

import nbformat
import pytest
from gradebook_courses import WRITTEN, mark, resolve
from report_pages import text

from gru_lab import cli
from gru_lab.grading import sandbox
from gru_lab.grading.assignments import assignment, folder

pytestmark = pytest.mark.skipif(bool(sandbox.missing()), reason=f"no sandbox: {sandbox.missing()}")
FILE = assignment("06").file


def hand_in(place, student, **answers):
    """The exercise as it was handed out, with these sources in the cells exercise-6-4 (`six_4`) and so on."""
    notebook = nbformat.read(folder() / FILE, as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "").replace("exercise-6-", "six_")
        cell.source = answers.get(name, cell.source)
    place.mkdir(exist_ok=True)
    nbformat.write(notebook, place / f"{student}_{FILE}")


def lines(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_marked_changed_resumed_and_marked_again(tmp_path, capsys):
    place, out = tmp_path / "submissions", tmp_path / "results"
    broken, wrong = (f"def change_of_candidate(x, h, W_h, U_h, b_h, unit){colon}\n    return x" for colon in ("", ":"))
    hand_in(place, "lou", six_7='my_why_a_reset_gate = """It keeps."""')
    hand_in(place, "sol", six_4=broken, six_7='my_why_a_reset_gate = """It lets go."""')
    run = ["grade", str(place), "--assignment", "06", "--out", str(out), "--jobs", "1"]
    assert cli.main(run) == 0
    mark(out / "nbgrader", "lou", WRITTEN, 0.5, comment="Not quite.")
    mark(out / "nbgrader", "sol", WRITTEN, 3)
    mark(out / "nbgrader", "sol", "exercise-6-4-test", 2.5, comment="Only a colon.")
    assert cli.main(["grade", "tables", str(out)]) == 0
    before = lines(out / "grades.csv")
    assert [before[name]["total"] for name in ("lou", "sol")] == ["0.5", "5.5"]

    hand_in(place, "lou", six_7='my_why_a_reset_gate = """It keeps what the candidate offers."""')
    hand_in(place, "sol", six_4=wrong, six_7='my_why_a_reset_gate = """It lets go."""')
    assert cli.main([*run, "--resume"]) == 0
    for _ in "12":
        rows, report = lines(out / "grades.csv"), text((out / "report.html").read_text("utf-8"))
        assert (rows["lou"]["state"], rows["lou"]["total"]) == ("to mark", "")
        assert (rows["sol"]["state"], rows["sol"]["total"]) == ("complete", "3.0")
        assert "lou : 6.7. Marked by hand before; the answer has changed since." in report
        assert "sol : 6.4. Marked by hand before; the answer has changed since." in report
        said = capsys.readouterr().out
        assert "1 submission waits for a person" in said
        assert "Marked by hand before, and changed since: 2 submissions" in said
        for student, old in (("lou", "Not quite"), ("sol", "Only a colon")):
            assert old not in (out / "feedback" / f"{student}.html").read_text("utf-8")
            assert old not in (out / "moodle.csv").read_text("utf-8")
        assert cli.main(["grade", "tables", str(out)]) == 0

    mark(out / "nbgrader", "lou", WRITTEN, 2, comment="Now it is.")
    resolve(out / "nbgrader", "sol", "exercise-6-4-test")
    assert cli.main(["grade", "tables", str(out)]) == 0
    rows, report = lines(out / "grades.csv"), (out / "report.html").read_text("utf-8")
    assert [rows[name]["total"] for name in ("lou", "sol")] == ["2.0", "5.5"] and "Marked by hand before" not in report
    assert "Now it is." in (out / "feedback" / "lou.html").read_text("utf-8")
