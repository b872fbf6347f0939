"""Exercises come from their masters byte for byte, say what their questions say, and run as a learner finds them."""

import contextlib
import io
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from gru_lab import check, cli
from gru_lab.checks import NotSolved, require
from gru_lab.checks.finding import files
from gru_lab.checks.question import Written
from gru_lab.workshop import course, exercise_texts, exercises

ROOT = Path(__file__).resolve().parents[1]
MASTERS = exercises.masters(ROOT)
every_master = pytest.mark.parametrize("path", MASTERS, ids=lambda path: path.stem)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run(notebook):
    """Run the code cells in one namespace, as a kernel would; what they printed."""
    space, said = {}, io.StringIO()
    with contextlib.redirect_stdout(said):
        for cell in code(notebook):
            exec(compile(cell.source, cell.id, "exec"), space)
    return said.getvalue(), space


def test_the_exercises_are_those_of_the_masters():
    assert exercises.generate(ROOT, write=False) == ([], [])
    assert MASTERS


@every_master
def test_a_master_says_what_its_questions_say(path):
    notebook, chapter = nbformat.read(path, as_version=4), int(path.name[:2])
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    asked = [q for q in check.questions(chapter) if f"### Exercise {q.id} · " in text]
    assert 2 <= len(asked) <= 4
    in_file = [name for name in files()[chapter] if name.startswith("exercises_")]
    assert [q.id for q in asked] == re.findall(r"### Exercise ([\d.]+) · ", text)
    assert in_file, f"exercises_{chapter:02d}.py is missing"
    for q in asked:
        points = "point" if q.points == 1 else "points"
        facts = f"difficulty {q.difficulty} of 5 · {q.minutes} minutes · {q.points} {points} · objective {q.objective}"
        assert f"### Exercise {q.id} · {q.title}\n\n{facts}\n\n" in text
        id = f"exercise-{q.id.replace('.', '-')}"
        by_id = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}
        by_hand = isinstance(q, Written)  # nbgrader asks a person for the points
        assert by_id[id if by_hand else f"{id}-test"].metadata.nbgrader.points == q.points
        assert (f'check.require("{q.id}", ' in by_id[f"{id}-test"].source) != by_hand
        assert "# Why: " in by_id[id].source, f"{q.id} has no reason in its solution"


@every_master
def test_a_master_has_full_marks(path):
    said, _ = run(nbformat.read(path, as_version=4))
    assert "✓" in said and "✗" not in said and "waiting" not in said


@every_master
def test_an_exercise_runs_up_to_its_stubs_and_says_so_calmly(path):
    notebook = nbformat.read(ROOT / "exercises" / path.name, as_version=4)
    said, space = run(notebook)
    tests = [cell for cell in code(notebook) if cell.id.endswith("-test")]
    assert said.count("· waiting") == len(tests) and "✓" not in said
    for cell in code(notebook):
        assert "SOLUTION" not in cell.source and "HIDDEN" not in cell.source and "# Why" not in cell.source
        assert cell.outputs == [] and cell.execution_count is None
    master = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    for cell in tests:  # what the hidden tests say of a stub
        hidden = re.search(r'check\.(?:require|written)\("([\d.]+)", (\w+)\)', master[cell.id])
        with pytest.raises(NotImplementedError, match=f"Exercise {hidden[1]}"):
            require(hidden[1], space[hidden[2]])


def test_require_raises_where_a_check_only_speaks():
    question = next(q for q in check.questions() if getattr(q, "arguments", None))
    for right in question.right:
        require(question.id, right)
    with pytest.raises(NotSolved, match=f"Exercise {question.id}: "):
        require(question.id, question.wrong[0].answer)
    with pytest.raises(LookupError, match=r"there is no question '99\.1'"):
        require("99.1", None)
    require("4.1", 0.99)  # a prediction is committed to, right or not


def test_what_changes_is_made_again_and_what_lost_its_master_goes(tmp_path, capsys, monkeypatch):
    for folder in ("solutions", "exercises"):
        (tmp_path / folder).mkdir()
    (tmp_path / "solutions" / MASTERS[0].name).write_bytes(MASTERS[0].read_bytes())
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "course.toml").write_bytes((ROOT / "chapters" / "course.toml").read_bytes())
    gone = tmp_path / "exercises" / "99_gone.ipynb"
    gone.write_text("{}", encoding="utf-8")
    made = tmp_path / "exercises" / MASTERS[0].name
    assert exercises.generate(tmp_path, write=False) == ([made, gone], []) and gone.exists() and not made.exists()
    assert exercises.generate(tmp_path) == ([made, gone], []) and not gone.exists()
    assert made.read_bytes() == (ROOT / "exercises" / MASTERS[0].name).read_bytes()
    assert exercises.generate(tmp_path) == ([], [])
    bad = nbformat.read(MASTERS[0], as_version=4)
    first = next(cell for cell in bad.cells if "SOLUTION" in cell.source)
    first.source = first.source.replace("### END SOLUTION", "")
    nbformat.write(bad, tmp_path / "solutions" / MASTERS[0].name)
    changed, problems = exercises.generate(tmp_path)
    assert changed == [] and len(problems) == 1 and "nbgrader does not take it" in problems[0]
    assert made.exists()


def drifted(notebook):
    notebook.cells[0].source = re.sub(
        "(?<=head:start -->).*(?=<!-- head:end)", "Nothing is graded.", notebook.cells[0].source, flags=re.S
    )
    notebook.cells[1].source = notebook.cells[1].source.partition("  #")[0]
    text = next(cell for cell in notebook.cells if "<!-- written:start -->" in cell.source)
    text.source = text.source.replace("A person marks", "Nobody marks")
    return notebook


def test_what_all_masters_say_alike_has_one_source():
    path = next(path for path in MASTERS if path.name.startswith("06_"))
    chapter, master = course.load(ROOT).chapter(path.name), nbformat.read(path, as_version=4)
    assert not exercise_texts.fill(chapter, master)
    kept = [cell.source for cell in master.cells]
    assert [old == new.source for old, new in zip(kept, drifted(master).cells, strict=True)].count(False) == 3
    assert exercise_texts.fill(chapter, master) and [cell.source for cell in master.cells] == kept
    title = kept[0]
    assert chapter.title in title and f"](../chapters/{path.name})" in title and 'check.hint("6.4")' in title
    assert "python course.py start 06" in title and "your instructor may grade" in title


def test_a_master_without_a_place_for_them_is_said():
    path = next(path for path in MASTERS if path.name.startswith("06_"))
    chapter = course.load(ROOT).chapter(path.name)
    for old, new, says in (
        ("<!-- head:start -->", "", "markers <!-- head:start -->"),
        ("<!-- written:end -->", "", "markers <!-- written:start -->"),
        ("from gru_lab import check", "import gru_lab", "from gru_lab import check"),
        ("### Exercise", "### Question", "asks nothing"),
    ):
        master = nbformat.read(path, as_version=4)
        for cell in master.cells:
            cell.source = cell.source.replace(old, new)
        with pytest.raises(ValueError, match=says):
            exercise_texts.fill(chapter, master)


def test_a_missing_package_points_to_what_is_needed(monkeypatch):
    """The line that a traceback shows says where to look, and the cell above has it."""
    notebook = nbformat.read(ROOT / "exercises" / MASTERS[0].name, as_version=4)
    monkeypatch.setitem(sys.modules, "gru_lab", None)
    with pytest.raises(ModuleNotFoundError) as found:
        exec(compile(code(notebook)[0].source, "cell", "exec"), {})
    line = code(notebook)[0].source.splitlines()[found.traceback[-1].lineno]
    assert line.endswith(f"  {exercise_texts.NOT_FOUND}")
    assert "**You need**" in notebook.cells[0].source


def test_nbgrader_itself_grades_a_master_as_it_is(tmp_path, monkeypatch):
    """With its own command and database: full marks for the master, none for the stubs, a mistake costs its points."""
    for variable, value in (("PATH", sysconfig.get_path("scripts")), ("PYTHONPATH", str(ROOT))):  # it calls alembic
        monkeypatch.setenv(variable, value, prepend=os.pathsep)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    name = "06_reset_gate.ipynb"
    master, exercise = ((ROOT / folder / name).read_text("utf-8") for folder in ("solutions", "exercises"))
    wrong = master.replace("h_new = z * h + (1 - z) * candidate", "h_new = z * (r * h) + (1 - z) * candidate")
    assert wrong != master
    (tmp_path / "source" / "gru").mkdir(parents=True)
    (tmp_path / "source" / "gru" / name).write_text(master, encoding="utf-8")
    for who, notebook in (("all", master), ("none", exercise), ("slip", wrong)):
        (tmp_path / "submitted" / who / "gru").mkdir(parents=True)
        (tmp_path / "submitted" / who / "gru" / name).write_text(notebook, encoding="utf-8")
    for command in (["generate_assignment", "gru"], ["autograde", "gru", "--create"]):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command], cwd=tmp_path, capture_output=True, text=True, timeout=240,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
    released = nbformat.read(tmp_path / "release" / "gru" / name, as_version=4)
    ours = nbformat.reads(exercise, as_version=4)
    assert len(released.cells) == len(ours.cells)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as book:
        found = list(book.assignment_submissions("gru"))
        scores = {one.student_id: one.score for one in found}
        by_hand = {one.student_id: one.needs_manual_grade for one in found}
    asked = [q for q in check.questions(6) if f"Exercise {q.id} · " in master]
    automatic = sum(q.points for q in asked if not isinstance(q, Written))
    assert automatic > 5 and len(asked) == 4
    assert scores == {"all": automatic, "none": 0, "slip": automatic - check.find("repaired_step").points}
    assert by_hand["all"]  # the written answer waits for a person


def test_the_command(capsys):
    assert cli.main(["notebooks", "exercises", "--check"]) == 0
    assert capsys.readouterr().out == "nothing to change\n"
