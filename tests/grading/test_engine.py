"""A submission in, a record out: right answers get full marks, wrong ones their reason, and nobody gets the secrets."""

import json
import re
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gru_lab.checks import verdict
from gru_lab.grading import engine, feedback, notebooks, sandbox
from gru_lab.grading.assignments import assignment, folder, numbers
from gru_lab.grading.record import MEANING, Record
from gru_lab.grading.scores import Policy, score
from gru_lab.grading.submissions import Submission

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
PROTECTED = not sandbox.missing()
TERMS = engine.Terms("a secret", protected=PROTECTED)
ASKED = assignment("06")
CODE, REPAIR, VALUE, WRITTEN = ASKED.items

RIGHT = """\
def change_of_candidate(x, h, W_h, U_h, b_h, unit):
    r = np.ones_like(h)
    r[..., unit] = 0
    visible = np.tanh(x @ W_h.T + h @ U_h.T + b_h)
    return visible - np.tanh(x @ W_h.T + (r * h) @ U_h.T + b_h)
"""
ENOUGH = "my_why_a_reset_gate = '''" + "Without r the candidate cannot look away from what it has seen. " * 3 + "'''"


def submission(data, number="06", **other):
    return Submission("ada", number, "a.ipynb", data, sha256="00", **other)


def of_cells(*cells):
    """cells: (source, grade_id) or a source alone."""
    pairs = [cell if isinstance(cell, tuple) else (cell, "") for cell in cells]
    dicts = [
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": name}}, "outputs": []}
        for source, name in pairs
    ]
    return submission(json.dumps({"nbformat": 4, "cells": dicts}).encode())


def graded(*cells, item=CODE, terms=TERMS):
    """The Result of one question."""
    record = engine.grade(of_cells(*cells), terms)
    assert not record.problem
    assert [one.question for one in record.results] == [one.question.id for one in ASKED.items]
    return next(one for one in record.results if one.question == item.question.id)


# ---------------------------------------------------------------------------------------------- all of them


@pytest.mark.parametrize("seed", ["one", "another"])
@pytest.mark.parametrize("number", numbers())
def test_a_master_gets_full_marks(number, seed):
    asked = assignment(number)
    record = engine.grade(submission((SOLUTIONS / asked.file).read_bytes(), number), engine.Terms(seed, PROTECTED))
    assert (record.problem, record.notes) == ("", ())
    for item, result in zip(asked.items, record.results, strict=True):
        assert result.status == ("by hand" if item.by_hand else "right"), result
        assert result.share == (0 if item.by_hand else 1)
        assert result.points == item.question.points
        assert result.notes == ()
        assert result.source
    assert Record.from_json(json.loads(json.dumps(record.as_json()))) == record


@pytest.mark.parametrize("number", numbers())
def test_an_exercise_as_handed_out_is_not_attempted(number):
    record = engine.grade(submission((folder() / assignment(number).file).read_bytes(), number), TERMS)
    assert {result.status for result in record.results} == {"not attempted"}
    assert {result.share for result in record.results} == {0}
    assert all(not result.notes for result in record.results)


def test_without_a_sandbox_an_honest_notebook_is_graded_alike(monkeypatch):
    system = Path(f"/usr/bin/python3.{sys.version_info.minor}")
    if sandbox.is_root() and system.exists():  # root's submissions run as nobody, who may not read root's own Python
        monkeypatch.setattr(sandbox, "_python", lambda: str(system))
    terms = engine.Terms("a secret", protected=False)
    try:
        record = engine.grade(submission((SOLUTIONS / ASKED.file).read_bytes()), terms)
    except sandbox.SandboxError as problem:  # root, with a Python that nobody else can read
        pytest.skip(str(problem))
    assert [result.status for result in record.results] == ["right", "right", "right", "by hand"]


# ---------------------------------------------------------------------------------------------- wrong answers


def test_a_wrong_function_is_named():
    source = RIGHT.replace("return visible - ", "return -visible + ")
    result = graded((source, CODE.grade_id))
    assert (result.status, result.diagnosis, result.source) == ("wrong", "sign", source)
    assert "The sign is turned" in result.reason
    assert ("came in", "unit = 0") in result.rows  # what a learner can see may be shown
    assert result.share == 0


def test_a_part_of_the_calls_is_a_share():
    result = graded((RIGHT.replace("    r =", "    if x.ndim == 1:\n        return 0 * h\n    r ="), CODE.grade_id))
    assert result.status == "wrong"
    assert 0.5 < result.share < 1


CHANGES_H = RIGHT.replace(
    "    return visible - np.tanh(x @ W_h.T + (r * h) @", "    h *= r\n    return visible - np.tanh(x @ W_h.T + h @"
)


def test_right_numbers_and_a_changed_input_are_worth_half():
    result = graded((CHANGES_H, CODE.grade_id))
    assert (result.status, result.diagnosis, result.share) == ("wrong", "input changed", 0.5)
    wrong = graded((CHANGES_H.replace("return visible - ", "return visible + "), CODE.grade_id))
    assert wrong.share == 0


@pytest.mark.parametrize(
    ("item", "source", "status", "diagnosis", "says"),
    [
        (VALUE, "my_biases = [2, 2, -2, -2]", "wrong", "too timid", ""),
        (VALUE, "my_biases = [1, 2]", "wrong", "", "Four numbers are asked for"),
        (VALUE, "my_biases = len", "wrong", "", "Four numbers are asked for"),
        (VALUE, "my_biases = None  # later\nx = 1", "not attempted", "", "No answer yet"),
        (WRITTEN, "my_why_a_reset_gate = 'Because.'", "by hand", "", ""),
        (WRITTEN, "my_why_a_reset_gate = ' '", "wrong", "", "0 words so far"),
        (WRITTEN, ENOUGH, "by hand", "", ""),
        (WRITTEN, "my_why_a_reset_gate = It isn't in the gate", "by hand", "", ""),
        (WRITTEN, "The gate doesn't matter here.", "by hand", "", ""),
        (WRITTEN, "'The gate does not matter here.'", "by hand", "", ""),
        (WRITTEN, "my_why_a_reset_gate = Because", "by hand", "", ""),
        (WRITTEN, "my_why_a_reset_gate = 'With a comma at its end',", "by hand", "", ""),
        (WRITTEN, "# My answer is this comment.\nmy_why_a_reset_gate = None", "by hand", "", ""),
        (CODE, "def change_of_candidate(x, h):\n    return h", "wrong", "", "Your function takes (x, h)"),
        (CODE, "change_of_candidate = 'x'", "wrong", "", "You passed a text"),
        (CODE, "change_of_candidate = None", "not attempted", "", "Not written yet"),
        (CODE, "def change_of_candidate(*given):\n    ...", "not attempted", "", "Not written yet"),
        (CODE, "def change_of_candidate(*given):\n    return 1 / 0", "raised", "", "raises an error"),
        (CODE, "def change_of_candidate(*given):\n    raise MemoryError", "out of memory", "", "raises an error"),
        (CODE, "def change_of_candidate(x, h, W_h, U_h, b_h, unit)\n    return h", "raised", "", "ends with an error"),
        (CODE, "import os\nos._exit(0)", "ended itself", "", "when its cell ran"),
        (CODE, "def change_of_candidate(*given):\n    __import__('os')._exit(0)", "ended itself", "", "was called"),
        (CODE, "del np\nx = 1", "not found", "", "there is no function change_of_candidate"),
    ],
)
def test_each_end_has_a_status_and_a_sentence(item, source, status, diagnosis, says):
    result = graded((source, item.grade_id), item=item)
    assert (result.status, result.diagnosis, result.share) == (status, diagnosis, 0)
    assert says in result.says
    assert result.source == source


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def change_of_candidate(*given):\n    return None", "your function only returns None."),
        ("def change_of_candidate(*given):\n    pass", "your function only returns None."),
        ("def change_of_candidate(*given):\n    return ...", "the three dots"),
        ("change_of_candidate = None", "None stands where your function should be"),
    ],
)
def test_of_a_raise_line_nothing_is_said_where_there_is_none(source, says):
    result = graded((source, CODE.grade_id))
    assert result.status == "not attempted"
    assert says in result.says and "raise line" not in result.says


@pytest.mark.parametrize("source", [f"# I would begin with r.\n{CODE.stub}", "# I would begin with r."])
def test_where_only_comments_were_written_nothing_says_that_nothing_was(source):
    record = engine.grade(of_cells((source, CODE.grade_id)), TERMS)
    html = feedback.page(record, score(record, Policy()))
    assert "as it was handed out" not in html and MEANING["not attempted"] in html
    assert ("Only comments were written there." in html) != ("There is no code in the cell." in html)


@pytest.mark.parametrize(
    ("ending", "status", "says"),
    [
        ("while True: pass", "stopped", "there it does not come back within the time."),
        ("__import__('time').sleep(60)", "stopped", "there it does not come back within the time."),
        ("__import__('os')._exit(0)", "ended itself", "there it ends Python instead of returning."),
        ("raise MemoryError", "out of memory", "there it needs more memory than there is."),
        ("1 / 0", "raised", "there it ends with an error."),
        ("raise NotImplementedError", "raised", "there it ends with an error."),
        ("return None", "wrong", "there it returns None."),
        ("print('x' * 200_000)", "wrong", "there it prints too much."),
        ("return h[..., :1]", "wrong", "of other sizes: the shape differs."),
        ("return 2 * h", "wrong", "and not on others, of other sizes."),
    ],
)
def test_how_it_ends_on_other_inputs_is_said(ending, status, says):
    source = RIGHT.replace("    r =", f"    if not ({VISIBLE}):\n        {ending}\n    r =", 1)
    result = graded((source, CODE.grade_id), terms=engine.Terms("a secret", PROTECTED, 1.0))
    assert result.status == status and result.share < 1
    assert result.says.startswith("It is right on the inputs of the notebook") and result.says.endswith(says)


LIBRARY = "from gru_lab.cell import gru_step\n"
BUG = "repaired_step(x, h, W_r, U_r, b_r, W_z, U_z, b_z, W_h, U_h, b_h)"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (f"{LIBRARY}def {BUG}:\n    return gru_step(x, h, None)", "write it yourself"),
        (f"{LIBRARY}repaired_step = lambda x, h, *weights: gru_step(x, h, None)", "write it yourself"),
        (f"def {BUG}:\n    h = 2 * h\n    raise NotImplementedError\n    return h", "raise line is still there"),
        (f"def {BUG}:\n    raise NotImplementedError\n    return 2 * h", "raise line is still there"),
    ],
)
def test_an_answer_that_ends_in_something_unwritten_was_attempted_all_the_same(source, says):
    result = graded((source, REPAIR.grade_id), item=REPAIR)
    assert (result.status, result.share) == ("raised", 0) and says in result.says


def test_one_that_does_not_come_back_is_stopped_and_the_next_one_runs():
    endless = RIGHT.replace("    r =", "    while True: pass\n    r =")
    record = engine.grade(of_cells((endless, CODE.grade_id), ("my_biases = [4, 4, -4, -4]", VALUE.grade_id)), TERMS)
    assert [one.status for one in record.results] == ["stopped", "not found", "right", "not found"]


def test_an_error_after_the_answer_costs_nothing_and_is_told():
    result = graded((RIGHT + "\n1 / 0", CODE.grade_id))
    assert result.status == "right"
    assert result.notes == ("The cell ends with ZeroDivisionError, after change_of_candidate was defined.",)


# ---------------------------------------------------------------------------------------------- harmful cells

EXITS = "import os\nos._exit(1)"


def test_a_harmful_cell_costs_no_other_answer():
    result = graded(EXITS, (RIGHT, CODE.grade_id))
    assert result.status == "right"
    assert result.notes == ("Another cell did not end, or ended the program; it was left out.",)


def test_neither_do_many():
    result = graded(*(f"{EXITS}  # {i}" for i in range(9)), (RIGHT, CODE.grade_id), EXITS)
    assert result.status == "right"
    assert result.notes == ("Another cell broke the program; this one was run without the others.",)


def test_an_answer_that_does_harm_is_run_once_and_left_out_for_others():
    cells = (EXITS, CODE.grade_id), ("my_biases = [4, 4, -4, -4]", VALUE.grade_id)
    record = engine.grade(of_cells(*cells), TERMS)
    assert [one.status for one in record.results] == ["ended itself", "not found", "right", "not found"]
    assert "left out" in record.results[2].notes[0]


class Lies:
    """A sandbox that never replies and says each time that another cell is to blame."""

    asked = 0
    clean = False

    def __init__(self, *arguments, **options):
        pass

    def ask(self, request, seconds):
        Lies.asked += 1
        return {"how": self.how, "cell": 1_000 + Lies.asked, "seconds": 0.0, "cpu": 0.0}, b""

    def close(self):
        pass


class Gone(Lies):
    def ask(self, request, seconds):
        Lies.asked += 1
        raise sandbox.SandboxGone("it has ended")


@pytest.mark.parametrize("how", ["ended", "stopped", "signal 9", "crowd", "returned", "nonsense"])
def test_blame_has_an_end(monkeypatch, how):
    monkeypatch.setattr(Lies, "how", how, raising=False)
    monkeypatch.setattr(Lies, "asked", 0)
    monkeypatch.setattr(engine, "_spare", {})
    monkeypatch.setattr(sandbox, "Sandbox", Lies)
    record = engine.grade(of_cells((RIGHT, CODE.grade_id), (ENOUGH, WRITTEN.grade_id)), TERMS)
    assert Lies.asked <= 1 + 6  # for two questions at once, and for each alone
    assert {record.results[i].status for i in (0, 3)} <= {"stopped", "ended itself", "out of memory"}


def test_so_has_a_sandbox_that_breaks(monkeypatch):
    monkeypatch.setattr(Lies, "asked", 0)
    monkeypatch.setattr(engine, "_spare", {})
    monkeypatch.setattr(sandbox, "Sandbox", Gone)
    record = engine.grade(of_cells((RIGHT, CODE.grade_id), (ENOUGH, WRITTEN.grade_id)), TERMS)
    assert Lies.asked == 1 + 4  # for two questions at once, and for each alone
    assert [record.results[i].status for i in (0, 3)] == ["ended itself", "ended itself"]


def test_sentences_in_a_text_cell_wait_for_a_person():
    notebook = json.loads(of_cells((RIGHT, CODE.grade_id), (WRITTEN.stub, WRITTEN.grade_id)).data)
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "Without r it cannot look away."})
    result = engine.grade(submission(json.dumps(notebook).encode()), TERMS).results[3]
    assert (result.status, result.source) == ("by hand", "Without r it cannot look away.")
    assert result.notes == ("It was written in a text cell.",)


# ---------------------------------------------------------------------------------------------- all at once, or alone


@pytest.fixture
def requests(monkeypatch):
    """[names asked for] of each fork."""
    asked, ask = [], sandbox.Sandbox.ask

    def noted(self, request, seconds):
        asked.append([question["names"][0] for question in request["questions"]])
        return ask(self, request, seconds)

    monkeypatch.setattr(sandbox.Sandbox, "ask", noted)
    return asked


ALL, CODES = [item.answer for item in ASKED.items], [CODE.answer, REPAIR.answer]


def master(**changes):
    """The Record of exercise 6's solutions; changes: {name of an answer: source -> source of its cell}."""
    notebook = json.loads((SOLUTIONS / ASKED.file).read_text("utf-8"))
    for item in ASKED.items:
        (cell,) = (
            one for one in notebook["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == item.grade_id
        )
        cell["source"] = changes.get(item.answer, str)("".join(cell["source"]))
    return engine.grade(submission(json.dumps(notebook).encode()), TERMS)


def statuses(record):
    return [result.status for result in record.results]


RIGHTS = ["right", "right", "right", "by hand"]


def test_what_is_right_takes_two_forks(requests):
    record = master()
    assert statuses(record) == RIGHTS
    assert requests == [ALL, CODES]
    assert all(result.seconds > 0 for result in record.results)  # each has its part of the time


def test_what_is_not_right_is_asked_again_alone(requests):
    record = master(repaired_step=lambda source: source.replace("h_new = z *", "h_new = 0 * z *"))
    assert statuses(record) == ["right", "wrong", "right", "by hand"]
    assert requests == [ALL, [REPAIR.answer], [CODE.answer]]  # the last one with secret inputs


HARM = {
    "ends": "import os; os._exit(0)",
    "hangs": "while True: pass",
    "breaks NumPy": "np.tanh = np.exp = None",
    "breaks Python": "import builtins; builtins.len = builtins.isinstance = None",
    "closes everything": "import os; os.closerange(0, 200)",
}


@pytest.mark.parametrize("how", HARM)
def test_an_answer_that_does_harm_when_it_is_called_costs_no_other_one(requests, how):
    """Called before another answer, in the same fork; then that one is asked again, and its marks are the same."""
    does_harm = f"def {CODE.answer}(x, h, W_h, U_h, b_h, unit):\n    {HARM[how]}\n"
    record = master(change_of_candidate=lambda source: does_harm)
    assert statuses(record)[0] in ("ended itself", "stopped", "raised", "wrong")
    assert statuses(record)[1:] == RIGHTS[1:] and [one.share for one in record.results] == [0, 1, 1, 0]
    assert not any(result.notes for result in record.results[1:])
    assert [CODE.answer] in requests


def test_what_takes_longer_than_all_may_at_once_is_asked_alone(requests, monkeypatch):
    monkeypatch.setattr(engine, "AT_ONCE_S", 0.2)
    slow = f"import time\ntime.sleep(0.4 / {len(verdict.plan(CODE.question))})\n"
    record = master(
        change_of_candidate=lambda source: source.replace(
            "\n    r = ", "\n    " + slow.replace("\n", "\n    ") + "r = ", 1
        )
    )
    assert statuses(record) == RIGHTS
    assert requests[:2] == [ALL, [CODE.answer]]
    requests.clear()
    assert statuses(master(my_biases=lambda source: "import time; time.sleep(0.4)\n" + source)) == RIGHTS  # a cell
    assert requests[:5] == [ALL, *([name] for name in ALL)]


# ---------------------------------------------------------------------------------------------- no row is lost


def test_what_cannot_be_read_is_a_record_with_its_reason():
    record = engine.grade(submission(b"<html>"), TERMS)
    assert "web page" in record.problem
    assert [one.status for one in record.results] == ["not graded"] * 4
    assert all(one.says == record.problem for one in record.results)
    handed_in_wrong = engine.grade(submission(b"", problem="It is a PDF."), TERMS)
    assert handed_in_wrong.problem == handed_in_wrong.results[0].says == "It is a PDF."


def test_reading_has_an_end(monkeypatch):
    def endless(data, asked):
        while True:
            time.sleep(0.001)

    monkeypatch.setattr(engine, "READ_S", 0.1)
    monkeypatch.setattr(notebooks, "read", endless)
    assert "too long" in engine.grade(submission(b"{}"), TERMS).problem


def test_our_own_mistakes_are_said(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(notebooks, "read", lambda data, asked: 1 / 0)
        assert "(ZeroDivisionError); a person should look" in engine.grade(submission(b"{}"), TERMS).problem
    monkeypatch.setattr(verdict, "judge_code", lambda *given: 1 / 0)
    result = graded((RIGHT, CODE.grade_id))
    assert result.status == "not graded"
    assert "(ZeroDivisionError); a person should look" in result.says


@pytest.mark.parametrize("reply", [b"{", b"[]", b"3", b'"x"', b"{}", b'{"look": 3}', b'{"errors": [], "outcomes": []}'])
def test_a_reply_that_makes_no_sense_is_a_wrong_answer(monkeypatch, reply):
    header = {"how": "returned", "cell": engine.NOT_A_CELL, "seconds": 0.0, "cpu": 0.0}
    monkeypatch.setattr(Lies, "ask", lambda *given: (header, reply))
    monkeypatch.setattr(engine, "_spare", {})
    monkeypatch.setattr(sandbox, "Sandbox", Lies)
    result = graded((RIGHT, CODE.grade_id))
    assert (result.status, result.share) == ("wrong", 0)
    assert result.says.startswith("What came out is no answer: ")


# ---------------------------------------------------------------------------------------------- secrets

VISIBLE = "x.shape in ((1,), (3,), (5,), (3, 2), (2, 5))"
ON_HIDDEN = [
    "return x",
    "return h",
    "return 0 * h",
    "return np.inf * h",
    "return 1e9 * h",
    "return [W_h, U_h]",
    "return str(x)",
    "return {str(x): h}",
    "return None",
    "print(x, h, U_h)",
    "print(x, h, U_h); return h",
    "raise ValueError(str(x) + repr(h.tolist()))",
    "raise type('E' + repr(h.tolist()), (Exception,), {})('x')",
    "raise type('LinAlgError' + repr(h.tolist()), (Exception,), {})('x')",
    "raise KeyError(tuple(U_h.ravel().tolist()))",
    "h += x.sum(); return h",
    "x.shape = (9, 9); return h",
    "exec(f'def f():\\n 1/0 # {h.tolist()}\\nf()')",
    "1 / 0",
]


def texts(result):
    return json.dumps([result.says, result.reason, result.rows, result.remarks, result.diagnosis, result.notes])


def hidden_numbers():
    """Each number of the secret random inputs, and of what should come out, as it might be printed."""
    found = set()
    for case in verdict.plan(CODE.question, engine.seed_number(TERMS.seed), hidden=True):
        if case.stage == "random":
            expected = verdict.try_known(CODE.question, CODE.question.reference, case).values[""]
            arrays = [expected, *(value for value in case.inputs.values() if isinstance(value, np.ndarray))]
            numbers = {abs(float(number)) for array in arrays for number in array.flat}
            found |= {f"{number:.3f}" for number in numbers} | {f"{number:.4g}" for number in numbers}
    return {number for number in found if len(number) > 4}  # 0 and 1 are no secret


@pytest.mark.parametrize("ending", ON_HIDDEN)
def test_no_secret_number_reaches_the_feedback(ending):
    source = RIGHT.replace("    r =", f"    if not ({VISIBLE}):\n        {ending}\n    r =", 1)
    result = graded((source, CODE.grade_id))
    if ending.startswith("print(x, h, U_h)") and not ending.endswith("return h"):
        assert (result.status, result.remarks) == ("right", ())
    else:
        assert result.status in ("wrong", "raised")
        assert "right on the inputs of the notebook, and not on others" in result.says
        assert result.share == 0  # right on no secret input
    said = texts(result)
    secret = hidden_numbers()
    assert len(secret) > 50
    assert not [number for number in secret if number in said]
    assert not re.search(r"\d\.\d{3}", said)


def test_what_the_numbers_would_look_like():
    """So that the test above can fail: here they are printed where the learner sees them anyway."""
    source = RIGHT.replace("    r =", "    print(x.tolist(), U_h.tolist())\n    r =").replace(
        "visible - ", "-visible + "
    )
    assert re.search(r"\d\.\d{3}", texts(graded((source, CODE.grade_id))))


# ---------------------------------------------------------------------------------------------- records


@pytest.mark.parametrize(
    "change",
    [
        {"results": None}, {"results": [3]}, {"results": [{}]}, {"version": 2}, {"unknown": 1}, {"notes": None},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_record_is_refused(change):
    data = engine.grade(submission(b""), TERMS).as_json()
    assert Record.from_json(data).as_json() == data
    with pytest.raises(ValueError, match="record"):
        Record.from_json(data | change)


@pytest.mark.parametrize("change", [{"status": "perfect"}, {"status": []}, {"rows": [3]}, {"rows": None}, {"more": 1}])
def test_so_is_one_with_a_strange_result(change):
    data = json.loads(json.dumps(engine.grade(submission(b""), TERMS).as_json()))
    data["results"][0] |= change
    with pytest.raises(ValueError, match="record"):
        Record.from_json(data)
