"""An answer beside the cell that was made for it: no points by rule, and shown to whoever marks."""

import json
import re
from html import unescape

import pytest
from gradebook_courses import mark, read_back, shown
from report_pages import section, text

from gru_lab.grading import engine, feedback, gradebook, report, sandbox
from gru_lab.grading.assignments import assignment, numbers
from gru_lab.grading.audience import ForGrader
from gru_lab.grading.notebooks import read
from gru_lab.grading.own_cells import LONGEST_SHOWN, MOST_SHOWN
from gru_lab.grading.record import Record, Result
from gru_lab.grading.scores import Policy, score
from gru_lab.grading.submissions import Submission

ASKED = assignment("13")
WEIGHTS, CANDIDATE, STATE = ASKED.items
SENTENCES = "**Answer 13.8.** One step: h_1 = z h + (1 - z) n; the limit is <b>n</b>."
OTHER_NAME = "def my_state(h, z, n):\n    return n"
ANSWER_7 = "def mended_candidate(x, h, r, W_h, U_h, b_h, b_Uh):\n    return x"


def code(source, name="", **metadata):
    return {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": name}, **metadata}}


def words(source, name="", kind="markdown"):
    return code(source, name) | {"cell_type": kind}


def file(cells):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def put(changes, asked=ASKED):
    """The notebook as handed out, with {name of a cell: the cells in its place}; "+name": those below it, "": at the
    end."""
    cells = []
    for cell in asked.cells:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id") or cell["id"]
        cells += [*changes.get(name, [cell]), *changes.get(f"+{name}", [])]
    return file([*cells, *changes.get("", [])])


def added(changes, item=STATE):
    return read(put(changes), ASKED).answers[item.question.id].added


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"": [words(SENTENCES)]}, (("text", SENTENCES),)),
        ({"+exercise-13-8": [code(OTHER_NAME)]}, (("code", OTHER_NAME),)),
        ({"+exercise-13-8-text": [words(SENTENCES, kind="raw")]}, (("text", SENTENCES),)),
        (
            {"": [code("print(largest_state)"), code("# It is n."), code(""), words(" ")]},
            (("code", "print(largest_state)"), ("code", "# It is n.")),
        ),
        ({"exercise-13-8": [], "": [code(OTHER_NAME)]}, (("code", OTHER_NAME),)),
        ({"exercise-13-8": [code("", "exercise-13-8")], "": [code(OTHER_NAME)]}, (("code", OTHER_NAME),)),
        ({"exercise-13-8": [words(f"{STATE.stub}\n# It is n.", STATE.grade_id)]},
         (("text", f"{STATE.stub}\n# It is n."),)),
        ({"exercise-13-8-test": [code(f"{OTHER_NAME}\ncheck.largest_state(my_state)", "exercise-13-8-test")]},
         (("code", f"{OTHER_NAME}\ncheck.largest_state(my_state)"),)),
        ({"exercise-13-7-test": [], "exercise-13-8-test": [], "": [words(SENTENCES)]}, (("text", SENTENCES),)),
    ],
)  # fmt: skip
def test_what_stands_at_a_question_and_was_not_handed_out_is_kept(changes, expected):
    assert added(changes) == expected


def test_without_metadata_a_question_is_known_by_what_its_cells_say():
    cells = [{**cell, "metadata": {}, "id": f"x{i}"} for i, cell in enumerate(ASKED.cells)]
    found = read(file([*cells, words(SENTENCES)]), ASKED).answers
    assert [found[item.question.id].added for item in ASKED.items] == [(), (), (("text", SENTENCES),)]


def test_what_was_added_to_a_question_s_own_text_is_shown_alone():
    [question] = [cell["source"] for cell in ASKED.cells if cell.get("id") == "exercise-13-8-text"]
    edited = question.replace("### Exercise", "### **Exercise**")
    assert edited != question
    assert added({"exercise-13-8-text": [words(edited, "exercise-13-8-text")]}) == ()
    changes = {"exercise-13-8-text": [words(f"{edited}\n\n{SENTENCES}", "exercise-13-8-text")]}
    assert added(changes) == (("text", SENTENCES),)


def test_nobody_is_asked_to_look_for_what_stands_at_another_question():
    scratch = [code("print(mended_candidate)"), words("This took me an hour."), code("x = 3")]
    for where in ("title", "imports", "+imports", "+exercise-13-6", "+exercise-13-7", "+exercise-13-7-test"):
        assert added({where: scratch}) == ()
    assert added({"exercise-13-7": [code(ANSWER_7, CANDIDATE.grade_id)], "+exercise-13-7": scratch}) == ()
    assert added({"exercise-13-7": [], "": [code(ANSWER_7)]}) == ()  # an answer, though to another question
    assert added({"exercise-13-7": [], "": [code(ANSWER_7, CANDIDATE.grade_id)]}) == ()


def test_other_numbers_to_try_are_no_answer_and_a_function_is_perhaps_one():
    asked = assignment("03")
    [cell] = [cell for cell in asked.cells if cell["id"] == "sizes-to-try"]

    def added_there(source):
        data = put({"sizes-to-try": [{**cell, "source": source}]}, asked)
        return read(data, asked).answers[asked.items[0].question.id].added

    assert added_there(cell["source"].replace("4", "7") + "\nprint(W)") == ()
    assert [kind for kind, _ in added_there(cell["source"] + "\n\n" + OTHER_NAME)] == ["code"]
    asked = assignment("04")
    [cell] = [cell for cell in asked.cells if cell["id"] == "hasty-step"]
    repaired = cell["source"].replace("h = r * h", "s = r * h")
    data = put({"hasty-step": [{**cell, "source": repaired}]}, asked)
    assert read(data, asked).answers["4.5"].added == (("code", repaired),)


def _set_otherwise(cell):
    """Sentences in one line, and a comment in code."""
    return cell["source"].replace("\n", " ") if cell["cell_type"] == "markdown" else f"{cell['source']}\n# done"


@pytest.mark.parametrize("number", numbers())
def test_nothing_handed_out_is_anybody_s_own(number):
    asked = assignment(number)
    cells = [dict(cell) for cell in asked.cells]
    for changed in (
        cells,
        [{**cell, "metadata": {}, "id": f"x{i}"} for i, cell in enumerate(cells)],
        [{**cell, "source": cell["source"].replace("\n", "  \r\n")} for cell in cells],
        [{**cell, "source": cell["source"] + "\n\n"} for cell in cells],
        [{**cell, "source": _set_otherwise(cell)} for cell in cells],
        [*cells, *cells],
        cells[::-1],
        [*cells, *({**cell, "metadata": {}, "id": ""} for cell in cells)],
        [cell for cell in cells if cell["cell_type"] == "code"],
        [cell for cell in cells if cell["cell_type"] != "code"],
    ):
        found = read(file(changed), asked).answers
        assert [one.added for one in found.values()] == [()] * len(asked.items)


def test_much_that_was_added_is_cut():
    [*_, (_, last)] = shown_cells = added({"": [words("y" * LONGEST_SHOWN), words("z"), code("x = 1")]})
    assert len(shown_cells) == 1 and last == "y" * LONGEST_SHOWN
    [_, (_, last)] = added({"": [words("abc"), words("y" * LONGEST_SHOWN), words("z")]})
    assert last.startswith("y" * (LONGEST_SHOWN - 3) + "\n…") and "the notebook has the rest" in last
    assert len(added({"": [code("x = 1")] * 500})) == MOST_SHOWN


# ---------------------------------------------------------------------------------------------- graded


def graded(changes, student="ivy"):
    terms = engine.Terms("a secret", protected=not sandbox.missing())
    return engine.grade(Submission(student, "13", "a.ipynb", put(changes), sha256="00"), terms)


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"": [words(SENTENCES)]}, "not attempted", "not attempted, and cells were added beside it: 1"),
        ({"+exercise-13-8": [code(OTHER_NAME)]}, "not attempted", "not attempted, and cells were added beside it: 1"),
        ({"exercise-13-8": [words(SENTENCES, STATE.grade_id)]}, "not found", "no answer found: 1"),
        (
            {"exercise-13-8": [code("def largest_state(h, z, n):\n    pass", STATE.grade_id)], "": [words(SENTENCES)]},
            "not attempted",
            "not attempted, and cells were added beside it: 1",
        ),
    ],
)
def test_a_person_is_asked_to_look_and_finds_it_everywhere(tmp_path, changes, status, kind):
    record = graded(changes)
    result = record.results[2]
    assert (result.status, result.share, len(result.added)) == (status, 0, 1)
    assert isinstance(result.notes[-1], ForGrader)
    assert [one.added for one in record.results[:2]] == [(), ()]
    assert Record.from_json(json.loads(json.dumps(record.as_json()))) == record
    points = score(record, Policy())
    assert points.points["13.8"] in (0, None)
    listed = section(report.page("13", [record], [points]), "should look at 1 submission")
    assert kind in listed and "ivy : 13.8." in listed
    theirs = feedback.page(record, points)
    assert "These other cells of yours stand at this question" in theirs
    says = "&lt;b&gt;n&lt;/b&gt;" if result.added[0][0] == "text" else "def my_state"
    assert says in theirs and "<b>n" not in theirs
    gradebook.update(tmp_path, [record], [points])
    page = shown(tmp_path, "ivy", "13")
    seen = " ".join(unescape(re.sub("<[^>]*>", "", page)).split())
    assert f"not graded: a cell of {result.added[0][0]} that was added at this question" in seen
    assert ("the limit is <b>n</b>." if result.added[0][0] == "text" else "def my_state(h, z, n):") in seen
    assert "<b>n" not in page


def test_an_answer_that_was_found_is_graded_as_before():
    right = "def largest_state(h, z, n):\n    return n"
    scratch = [code("print(largest_state)"), words(SENTENCES)]
    for changes in (
        {"exercise-13-8": [code(right, STATE.grade_id)]},
        {"exercise-13-8": [code(OTHER_NAME, STATE.grade_id)]},
        {"+exercise-13-8": [code(right)]},
    ):
        alone, beside = (graded({**changes, "": more}).results[2] for more in ([], scratch))
        assert (beside.status, beside.share, beside.notes) == (alone.status, alone.share, alone.notes)
        assert beside.status in ("right", "wrong", "raised") and beside.added == ()


def test_a_mark_for_what_stands_beside_counts_until_that_changes(tmp_path):
    def beside(source):
        item = Result("6.4", "not attempted", 3, source="def f(): ...", added=(("text", source),))
        return Record("ben", "06", results=(item,), sha256="00")

    long = "The gate lets go of it. " * 30
    gradebook.update(tmp_path, [beside(long)])
    mark(tmp_path, "ben", "exercise-6-4-test", 2)
    gradebook.update(tmp_path, [beside(long)])
    assert read_back(tmp_path, beside(long)).marks == {"ben": {"6.4": 2}}
    assert read_back(tmp_path, beside("Something else.")).marks == {}


def test_what_a_person_has_marked_needs_no_look():
    result = Result("6.4", "not attempted", 3, added=(("text", SENTENCES),))
    record = Record("ada", "06", results=(result,))
    for manual, asks in (({}, True), ({"6.4": 1}, False)):
        page = report.page("06", [record], [score(record, Policy(), manual=manual)])
        assert ("cells were added beside it" in text(page)) == asks


def test_sentences_in_code_beside_a_written_question_are_worth_a_look_and_in_text_they_are_the_answer():
    asked = assignment("06")
    for cell, expected in ((code(f"answer = '{SENTENCES}'"), "not attempted"), (words(SENTENCES), "by hand")):
        data = put({"": [cell]}, asked)
        terms = engine.Terms("a secret", protected=not sandbox.missing())
        result = engine.grade(Submission("ivy", "06", "a.ipynb", data, sha256="00"), terms).results[3]
        assert (result.status, len(result.added)) == (expected, expected == "not attempted")
