"""What was asked is what the exercises say, under every spelling of a chapter's number."""

import ast
import json

import pytest

from gru_lab import check
from gru_lab.checks.question import Code, Prediction, Value, Written
from gru_lab.grading import assignments
from gru_lab.grading.assignments import UnknownAssignment, assignment, numbers

every_one = pytest.mark.parametrize("number", numbers())


def test_there_is_one_for_every_chapter():
    assert numbers() == tuple(f"{chapter:02d}" for chapter in range(1, 21))


@every_one
def test_it_asks_what_the_file_asks(number):
    asked = assignment(number)
    raw = json.loads((assignments.folder() / asked.file).read_text(encoding="utf-8"))
    headings = [
        "".join(cell["source"]).splitlines()[0].removeprefix("### Exercise ").split(" · ")
        for cell in raw["cells"]
        if "".join(cell["source"]).startswith("### Exercise ")
    ]
    assert [[item.question.id, item.question.title] for item in asked.items] == headings
    assert asked.points == sum(item.question.points for item in asked.items) > 0
    assert asked.title.startswith(f"Exercises {int(number)} · ")
    assert len(asked.cells) == len(raw["cells"])
    assert all(isinstance(cell["source"], str) for cell in asked.cells)


@every_one
def test_every_item_knows_its_cell(number):
    for item in assignment(number).items:
        assert check.find(item.question.id) is item.question
        assert item.grade_id == f"exercise-{item.question.id.replace('.', '-')}"
        names = {
            node.name if isinstance(node, ast.FunctionDef) else node.targets[0].id
            for node in ast.parse(item.stub).body
            if isinstance(node, ast.FunctionDef | ast.Assign)
        }
        assert item.answer in names
        assert item.is_code == isinstance(item.question, Code)
        assert item.by_hand == isinstance(item.question, Written)
        assert isinstance(item.question, Code | Prediction | Value | Written)


def test_the_name_of_a_function_is_its_question_and_that_of_a_value_is_not():
    by_id = {item.question.id: item for item in assignment("06").items}
    assert [by_id[id].answer for id in ("6.4", "6.6", "6.7")] == [
        "change_of_candidate",
        "my_biases",
        "my_why_a_reset_gate",
    ]


@pytest.mark.parametrize("spelling", ["06", "6", 6, " 6 ", "06\n"])
def test_every_spelling_is_the_same(spelling):
    assert assignment(spelling).number == "06"
    assert assignment(spelling).file == "06_reset_gate.ipynb"


@pytest.mark.parametrize("wanted", ["", "00", "21", "006", "-6", "06_reset_gate", "../06", "0*", None, 6.0])
def test_what_is_none_is_told_with_those_that_there_are(wanted):
    with pytest.raises(UnknownAssignment, match=r"there is no assignment .*; there are 01, 02, .*, 20$"):
        assignment(wanted)


def test_an_installation_without_exercises_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(assignments, "folder", lambda: tmp_path)
    with pytest.raises(UnknownAssignment, match="missing from this installation"):
        assignment("99")


def test_exercises_come_from_the_package_where_it_has_them(monkeypatch, tmp_path):
    (tmp_path / "exercises").mkdir()
    assert assignments.folder().name == "exercises"
    monkeypatch.setattr(assignments, "__file__", str(tmp_path / "assignments.py"))
    assert assignments.folder() == tmp_path / "exercises"
