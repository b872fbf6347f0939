"""A notebook as somebody hands it in: whatever was done to the file, its code is found, or a sentence says why not."""

import ast
import contextlib
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_lab.grading import cells
from gru_lab.grading.assignments import assignment, numbers
from gru_lab.grading.cells import Unreadable, defined
from gru_lab.grading.notebooks import Reading, read

ASKED = assignment("06")
CODE, REPAIR, VALUE, WRITTEN = ASKED.items
RIGHT = "def change_of_candidate(x, h, W_h, U_h, b_h, unit):\n    return x"
MINE = "def of_mine(x, h, W_h, U_h, b_h, unit):\n    return x"


def cell(source, grade_id="", **other):
    """As nbformat 4 has it."""
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], **other}


def stub(item):
    return cell(item.stub, item.grade_id)


def file(*cells, **other):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **other}).encode()


def reading(*cells, **other):
    return read(file(*cells, **other), ASKED)


def answer(*cells, item=CODE):
    return reading(*cells).answers[item.question.id]


def to_run(reading):
    """The code of the submission's own cells."""
    return [source for number, source in reading.cells if number >= reading.setup]


# ---------------------------------------------------------------------------------------------- the file

PLAIN = file(cell(RIGHT, CODE.grade_id))
OLD = {"cell_type": "code", "input": RIGHT.splitlines(True), "metadata": {"nbgrader": {"grade_id": CODE.grade_id}}}


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.decode().encode("utf-16"),
        b"\xfe\xff" + PLAIN.decode().encode("utf-16-be"),
        b"\n \t" + PLAIN + b"\r\n",
        file(cell(RIGHT.splitlines(True), CODE.grade_id)),
        file(
            cell(["def change_of", "_candidate(x, h, W_h, U_h, b_h, unit):\n", None, 3, "    return x"], CODE.grade_id)
        ),
        file(cell(RIGHT.replace("\n", "\r\n"), CODE.grade_id)),
        file(cell(RIGHT.replace("\n", "\r"), CODE.grade_id)),
        file(cell("\ufeff" + RIGHT, CODE.grade_id)),
        file(None, 3, "text", [], {}, {"cell_type": ["code"]}, {"cell_type": "code"}, cell(RIGHT, CODE.grade_id)),
        file(
            cell(None), cell(7), cell({"a": 1}), {"cell_type": "markdown", "source": MINE}, cell(RIGHT, CODE.grade_id)
        ),
        file(cell(RIGHT, CODE.grade_id), metadata=None, nbformat="four"),
        json.dumps({"nbformat": 3, "worksheets": [None, {"cells": None}, {"cells": [OLD]}]}).encode(),
        json.dumps({"cells": None, "worksheets": [{"cells": [OLD]}]}).encode(),
        json.dumps({"cells": {}, "worksheets": [{"cells": [OLD]}]}).encode(),
    ],
    ids=range(16),
)
def test_every_spelling_of_a_notebook_says_the_same(data):
    found = read(data, ASKED)
    assert found.answers[CODE.question.id].source == RIGHT
    assert to_run(found) == [RIGHT]
    assert found.notes == found.answers[CODE.question.id].notes == ()


def test_each_nothing_of_metadata_and_ids_is_none():
    for metadata in (None, [], "x", {"nbgrader": None}, {"nbgrader": []}, {"nbgrader": {"grade_id": ["x"]}}):
        for name in (None, 3, ["exercise-6-4"], {}):
            found = answer(cell(RIGHT) | {"metadata": metadata, "id": name})
            assert found.source == RIGHT
            assert found.notes == ("The cell was found by the name that it defines.",)


CONFLICT = PLAIN.replace(b'"cells"', b'\n<<<<<<< HEAD\n"cells"')


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xff\xfe", "empty"),
        (b"\xff\xfe\x00", "no text"),
        (b"\x89PNG\r\n\x1a\n\xff\xd8", "no text"),
        (PLAIN[: len(PLAIN) // 2], r"damaged: it is no JSON \(line 1\)\. Perhaps the upload was cut short"),
        (PLAIN.decode().encode("utf-16-le"), "damaged"),
        (b'{"cells": [' + b"9" * 5000 + b"]}", "damaged: it is no JSON. "),
        (b'{"cells": ' + b"[" * 100_000, "too deep"),
        (CONFLICT, "merge conflict"),
        (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"[]", "no notebook"),
        (b"3", "no notebook"),
        (b'{"a": 1}', "no notebook"),
        (b'{"cells": null}', "no notebook"),
        (b'{"cells": {}, "worksheets": "x"}', "no notebook"),
    ],
)
def test_a_file_that_is_none_says_which_kind_of_none(data, says):
    with pytest.raises(Unreadable, match=says):
        read(data, ASKED)


def test_half_a_character_goes_no_further():
    found = answer(cell(RIGHT + "  # \ud83d, and in full: \ud83d\ude00", CODE.grade_id))
    assert found.source == RIGHT + "  # ?, and in full: 😀"


@pytest.mark.parametrize("place", [("kernelspec", "language"), ("language_info", "name")])
def test_another_language_is_told(place):
    def told(language):
        return reading(cell("x"), metadata={place[0]: {place[1]: language}}).notes

    assert told("R\x1b[2J" + "x" * 90) == (
        f"It was saved with a kernel for R [2J{'x' * 34}…; its cells were run as Python.",
    )
    for language in ("python", "IPython", "", None, 3, []):
        assert told(language) == ()


# ---------------------------------------------------------------------------------------------- bounds


def test_cells_beyond_what_anybody_needs_are_left_out(monkeypatch):
    monkeypatch.setattr(cells, "MOST_CELLS", 5)
    found = reading(*(cell(f"a{i} = 1") for i in range(6)))
    assert len(to_run(found)) == 5
    assert found.notes == ("It has more than 5 cells; those beyond were left out.",)


def test_code_beyond_what_anybody_needs_is_left_out(monkeypatch):
    monkeypatch.setattr(cells, "MOST_TEXT", 30)
    found = reading(*(cell(f"a = {i:06}") for i in range(4)))
    assert len(to_run(found)) == 3
    assert found.notes == ("It holds more than 30 characters of code; the cells beyond were left out.",)


HEAVY = {
    "lines": "\n" * 500_000,
    "spaces": " " * 500_000 + "x",
    "brackets": "(" * 100_000,
    "minus": "x = " + "-" * 500_000 + "1",
    "sum": "x = " + "+".join(["1"] * 300_000),
    "f-string": 'x = f"' + "{a}" * 19_000 + '"',
    "long f-string": 'x = f"' + "{a}" * 300_000 + '"',
    "deep": "\n".join(" " * i + "if 1:" for i in range(1_000)),
    "statements": "a = 1\n" * 170_000,
    "magics": "%time x = 1\n" * 50,
    "many magics": "%time x = 1\n" * 80_000,
    "question marks": "?" * 500_000,
    "shell": "x = !ls\n" * 100_000,
    "decorators": "@a\n" * 300_000,
    "words": "a " * 500_000,
}


@pytest.mark.parametrize("source", HEAVY.values(), ids=HEAVY)
def test_no_source_keeps_the_grader_busy(source):
    started = time.process_time()
    found = reading(cell(source), cell(RIGHT, CODE.grade_id))
    assert time.process_time() - started < 3  # the worst takes 0.3 s here; without bounds it was a minute
    assert found.answers[CODE.question.id].source == RIGHT


# ---------------------------------------------------------------------------------------------- which cell answers


def test_as_handed_out_nothing_is_attempted():
    found = reading(*ASKED.cells)
    assert set(found.answers) == {item.question.id for item in ASKED.items}
    for item in ASKED.items:
        one = found.answers[item.question.id]
        assert (one.blank, one.names, one.notes, one.source) == (True, (item.answer,), (), item.stub)


def test_our_own_set_up_runs_first_and_once_and_our_tests_never():
    test = next(c for c in ASKED.cells if c["source"].startswith("check.change_of_candidate("))
    edited = cell("check.change_of_candidate(change_of_candidate)  # mine", metadata=test["metadata"])
    setup = [c["source"] for c in ASKED.cells if c["cell_type"] == "code" and "nbgrader" not in c["metadata"]]
    found = reading(cell("first = 1"), cell(setup[0] + "\n# a comment"), test, edited, cell(RIGHT, CODE.grade_id))
    assert found.cells[: found.setup] == list(enumerate(setup))
    assert to_run(found) == ["first = 1", edited["source"], RIGHT]
    number = found.answers[CODE.question.id].cell
    assert dict(found.cells)[number] == RIGHT


@pytest.mark.parametrize("by", ["grade_id", "id", "name"])
def test_found_by_metadata_by_id_or_by_name(by):
    one = {
        "grade_id": cell(RIGHT, CODE.grade_id),
        "id": cell(RIGHT, id=CODE.grade_id),
        "name": cell(RIGHT, "exercise-6-1", id="a1b2"),
    }[by]
    found = answer(cell("a = 1"), one)
    assert found.source == RIGHT
    assert bool(found.notes) == (by == "name")


def test_nothing_there():
    assert answer(cell("")).cell is None
    assert not answer(cell("")).blank
    assert answer().notes == ("No cell defines the function change_of_candidate, and the cell made for it is gone.",)
    assert "the value my_biases" in answer(item=VALUE).notes[0]


WRONG = "No cell of this exercise is in the notebook: those in it are of 'Exercises 12 · "


def bare(found):
    """Without metadata and ids, as some editors save it."""
    return {name: what for name, what in (found | {"metadata": {}}).items() if name != "id"}


@pytest.mark.parametrize("change", [dict, bare])
def test_the_notebook_of_another_exercise_is_named(change):
    others = [change(one) for one in assignment("12").cells]
    (note,) = reading(*others).notes
    assert note.startswith(WRONG) and "still hand in the right notebook" in note
    mine = [bare(one) for one in ASKED.cells if one["cell_type"] != "code"]
    for one in (stub(CODE), cell(RIGHT), cell("", VALUE.grade_id), *mine[1:2]):  # anything of this one, and it is none
        assert reading(*others, one).notes == ()
    strange = [cell("x", f"exercise-{number}-1") for number in ("99", "0", "-1", "1" * 50, "٣", "12")]
    assert reading(*strange[:-1]).notes == reading().notes == () and len(reading(*strange).notes) == 1


@pytest.mark.parametrize("source", ["", "  \n", "# to do\n\n   # later"])
def test_emptied(source):
    found = answer(cell(source, CODE.grade_id))
    assert (found.blank, found.cell, found.notes) == (True, None, ("There is no code in the cell.",))


def test_a_comment_is_no_answer_and_is_kept():
    source = WRITTEN.stub + "\n# Without a reset gate the candidate cannot look away."
    found = answer(cell(source, WRITTEN.grade_id), item=WRITTEN)
    assert found.blank
    assert found.source == source
    assert found.notes == ("Only comments were written there.",)


def test_a_copy_of_the_cell():
    found = answer(cell("first = 1", CODE.grade_id), cell(RIGHT, CODE.grade_id))
    assert found.source == RIGHT
    assert found.notes == ("2 cells answer this question; the last one was graded.",)


def test_a_stub_below_the_answer_does_not_take_its_place():
    found = reading(cell(RIGHT, CODE.grade_id), stub(CODE))
    assert found.answers[CODE.question.id].source == RIGHT
    assert to_run(found) == [RIGHT]
    by_name = reading(cell(RIGHT), cell(CODE.stub))
    assert to_run(by_name) == [RIGHT]


def test_what_a_stub_above_the_answer_defines_is_there():
    """The stub of 6.5 brings a sigmoid, which an answer in a cell of its own may use."""
    mine = "def repaired_step(x, h, *weights):\n    return sigmoid(x)"
    found = reading(stub(REPAIR), cell(mine))
    assert found.answers[REPAIR.question.id].source == mine
    assert to_run(found) == [REPAIR.stub, mine]


def test_another_name_is_taken_and_told():
    found = reading(stub(CODE), cell(MINE, CODE.grade_id))
    one = found.answers[CODE.question.id]
    assert one.names == ("change_of_candidate", "of_mine")
    assert one.notes == ("It should be called change_of_candidate; of_mine was graded in its place.",)
    assert to_run(found) == [MINE]  # else the stub would be graded
    assert answer(cell("of_mine = lambda *given: 1", CODE.grade_id)).names == ("change_of_candidate", "of_mine")
    assert answer(cell("mine = [4, 4, -4, -4]", VALUE.grade_id), item=VALUE).names == ("my_biases", "mine")


def test_of_two_other_names_none_is_guessed():
    found = answer(cell(MINE + "\ndef other():\n    pass", CODE.grade_id))
    assert (found.names, found.notes) == (("change_of_candidate",), ())


def test_a_helper_that_the_stub_had_is_no_other_name():
    found = answer(cell("def sigmoid(a):\n    return a\n\n" + MINE, REPAIR.grade_id), item=REPAIR)
    assert found.names == ("repaired_step", "of_mine")


def test_defined_again_later():
    later = cell("change_of_candidate = len")
    found = reading(cell(RIGHT, CODE.grade_id), later)
    one = found.answers[CODE.question.id]
    assert one.source == RIGHT
    assert one.notes == ("change_of_candidate is defined again in a later cell; what it was at the end was graded.",)
    assert to_run(found) == [RIGHT, later["source"]]
    assert answer(later, cell(RIGHT, CODE.grade_id)).notes == ()


def test_the_cell_is_there_and_the_answer_in_another():
    found = answer(cell("helper = 1", CODE.grade_id), cell(RIGHT))
    assert (found.source, found.notes) == (RIGHT, ("The answer was found in another cell, by its name.",))


def test_of_several_found_by_name_it_is_the_last():
    first, last = cell("change_of_candidate = len"), cell(RIGHT)
    assert answer(first, last).source == RIGHT
    assert answer(cell("helper = 1", CODE.grade_id), first, last).source == RIGHT


def test_each_question_has_its_own_cell():
    found = reading(cell(RIGHT, CODE.grade_id), cell("my_biases = [4, 4, -4, -4]", VALUE.grade_id), stub(REPAIR))
    code, value = (found.answers[item.question.id] for item in (CODE, VALUE))
    assert dict(found.cells)[code.cell] == code.source == RIGHT
    assert dict(found.cells)[value.cell] == value.source == "my_biases = [4, 4, -4, -4]"
    assert found.answers[REPAIR.question.id].blank


# ---------------------------------------------------------------------------------------------- its code


@pytest.mark.parametrize(
    ("source", "all_names", "functions"),
    [
        ("f = lambda x: x", ["f"], ["f"]),
        ("async def f(): pass", ["f"], ["f"]),
        ("class F: pass", ["F"], ["F"]),
        ("a = b, c = 1, 2\nd: int = 3\ne += 1", ["a", "b", "c", "d", "e"], []),
        ("from x import y as z, w", ["z", "w"], []),
        ("if a:\n    def f(): pass\nelse:\n    f = 3", ["f"], ["f"]),
        ("try:\n    def f(): pass\nexcept E:\n    g = 1\nfinally:\n    h = 2", ["f", "g", "h"], ["f"]),
        ("for i in x:\n    with y:\n        a = 1", ["a"], []),
        ("def f():\n    g = 1\n    def h(): pass\nclass C:\n    i = 1", ["f", "C"], ["f", "C"]),
        ("def f(:\nasync  def g(x)\na = 1\nb == 2\n c = 3", ["f", "g", "a"], ["f", "g"]),  # no Python
        ("def f():\x00", ["f"], ["f"]),
        ("a = 1\n" + "#" * cells.LONGEST, ["a"], []),
        ("x = " + "-" * 50_000 + "1", ["x"], []),
    ],
)
def test_what_a_cell_defines(source, all_names, functions):
    assert defined(source) == all_names
    assert defined(source, functions_only=True) == functions


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "  %time a = 1",
        "!pip install x",
        "files = !ls",
        "x = %time 1",
        "len?",
        "?len",
        "%%time\na = 1",
    ],
)
def test_magics_become_plain_python(magic):
    found = to_run(reading(cell(magic)))[0]
    ast.parse(found)
    assert "get_ipython()" in found


@pytest.mark.parametrize("source", ["a = 7 % 3", "b = a != 3", "a = 1  # is it so?", "c = '''\nx % y\n'''", "f(:"])
def test_code_without_magics_stays_as_it_is(source):
    assert to_run(reading(cell(source)))[0].rstrip() == source


@pytest.mark.parametrize("source", ["%%bash\nrm -rf x", "def f(:\n%time", "%time (", "? ? ?", "!", "%", "x = !"])
def test_whatever_magics_stumble_over_python_will_say(source):
    assert len(to_run(reading(cell(source)))) == 1


def test_torch_is_seen_wherever_it_is_named():
    assert reading(cell("import torch")).torch
    assert reading(cell("a = 1"), cell("x = torch.ones(3)")).torch
    assert not reading(cell("torchlight = 1")).torch


# ---------------------------------------------------------------------------------------------- anything at all

texts = st.text(st.characters(), max_size=30) | st.sampled_from(
    [
        CODE.stub,
        RIGHT,
        MINE,
        "%time x",
        "def f(:",
        "exercise-6-4",
        "code",
        "\ud800",
        "x = !ls",
        "\x00",
        "?",
        "my_biases = 3",
    ]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


def maybe(*usual):
    return st.one_of(*usual, anything)


nbgrader_like = st.fixed_dictionaries({"grade_id": maybe(st.just(CODE.grade_id))})
cell_metadata = st.fixed_dictionaries({}, optional={"nbgrader": maybe(nbgrader_like), "tags": anything})
cell_like = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code"] * 5 + ["markdown"]) | anything},
    optional={
        "source": maybe(texts, st.lists(texts)),
        "input": maybe(texts),
        "metadata": maybe(cell_metadata),
        "id": maybe(st.just("exercise-6-4")),
    },
)
notebook_like = st.fixed_dictionaries(
    {},
    optional={
        "cells": maybe(st.lists(maybe(cell_like), max_size=6)),
        "worksheets": maybe(st.lists(maybe(st.fixed_dictionaries({"cells": st.lists(cell_like, max_size=4)})))),
        "metadata": maybe(st.fixed_dictionaries({"kernelspec": anything, "language_info": anything})),
    },
)


def holds(found):
    """What everybody relies on who has a Reading."""
    assert isinstance(found, Reading)
    assert set(found.answers) == {item.question.id for item in ASKED.items}
    numbers = [number for number, _ in found.cells]
    assert numbers == sorted(set(numbers)) and numbers[: found.setup] == list(range(found.setup))
    for one in found.answers.values():
        assert one.cell is None or one.cell in numbers
        assert one.names and (one.blank or one.cell is not None or one.notes)
    json.dumps([found.cells, found.notes, [vars(one) for one in found.answers.values()]], ensure_ascii=False).encode()


@given(notebook_like)
@settings(max_examples=300, deadline=None)
def test_json_in_the_shape_of_a_notebook_is_read_or_unreadable(notebook):
    data = json.dumps(notebook).encode()
    if any(isinstance(notebook.get(name), list) for name in ("cells", "worksheets")):
        holds(read(data, ASKED))
    else:
        with pytest.raises(Unreadable, match="no notebook"):
            read(data, ASKED)


@given(st.binary(max_size=200) | st.tuples(st.integers(0, len(PLAIN)), st.binary(max_size=3)))
@settings(max_examples=200, deadline=None)
def test_bytes_are_read_or_unreadable(data):
    if isinstance(data, tuple):
        data = PLAIN[: data[0]] + data[1] + PLAIN[data[0] + 1 :]
    with contextlib.suppress(Unreadable):
        holds(read(data, ASKED))


# ---------------------------------------------------------------------------------------------- sentences in text cells

SENTENCES = "Without r the candidate\n\ncannot look away."
QUESTION = next(
    cell["source"]
    for cell in ASKED.cells
    if cell["metadata"].get("nbgrader", {}).get("grade_id") == f"{WRITTEN.grade_id}-text"
)


def text(source, grade_id="", **other):
    return {**cell(source, grade_id, **other), "cell_type": "markdown"}


def checked(item):
    return cell(f"check.{item.question.name}({item.answer})", f"{item.grade_id}-test")


WHERE = {
    "its cell was made one": [text(f"{WRITTEN.stub}\n{SENTENCES}", WRITTEN.grade_id)],
    "its cell, by id": [text(SENTENCES, id=WRITTEN.grade_id)],
    "below the question": [text(QUESTION, f"{WRITTEN.grade_id}-text"), text(SENTENCES), stub(WRITTEN)],
    "below the cell": [text(QUESTION), stub(WRITTEN), text(SENTENCES)],
    "at the end": [stub(CODE), stub(WRITTEN), checked(WRITTEN), text(SENTENCES)],
    "raw": [stub(WRITTEN), {**text(SENTENCES), "cell_type": "raw"}],
    "in the question": [text(f"{QUESTION}\n\n{SENTENCES}", f"{WRITTEN.grade_id}-text"), stub(WRITTEN)],
    "without its cell": [text(QUESTION), text(SENTENCES)],
}


@pytest.mark.parametrize("where", WHERE)
def test_sentences_in_a_text_cell_are_an_answer(where):
    found = answer(*WHERE[where], item=WRITTEN)
    assert found.blank and found.notes == ("It was written in a text cell.",)
    assert found.source.split() == SENTENCES.split()


def test_they_are_added_to_what_stands_in_its_own_cell():
    mine = f'{WRITTEN.answer} = "see below"'
    found = answer(cell(mine, WRITTEN.grade_id), text(SENTENCES), item=WRITTEN)
    assert not found.blank and found.source == f"{mine}\n\n{SENTENCES}"
    found = answer(cell(f"{WRITTEN.stub}\n# z only blends.", WRITTEN.grade_id), text(SENTENCES), item=WRITTEN)
    assert found.blank and "# z only blends." in found.source and found.source.endswith(SENTENCES)
    assert found.notes == ("Only comments were written there.", "It was written in a text cell.")


@pytest.mark.parametrize(
    "number", [number for number in numbers() if any(item.by_hand for item in assignment(number).items)]
)
def test_what_was_handed_out_and_what_belongs_to_another_question_is_no_answer(number):
    asked = assignment(number)
    written = [item for item in asked.items if item.by_hand]
    for item in written:
        cells = [*map(dict, asked.cells)]
        assert not read(file(*cells), asked).answers[item.question.id].notes
        before = next(
            i
            for i, one in enumerate(cells)
            if one["metadata"].get("nbgrader", {}).get("grade_id") == f"{item.grade_id}-text"
        )
        above = [*cells[:before], text("What I think of the question before."), *cells[before:]]
        assert not read(file(*above), asked).answers[item.question.id].notes
        reformatted = [{**one, "source": one["source"].replace("\n", "  \r\n")} for one in cells]
        assert not read(file(*reformatted), asked).answers[item.question.id].notes
        again = [*cells, *(one for one in cells if one["cell_type"] != "code"), cells[0]]  # copied below the last one
        assert not read(file(*again), asked).answers[item.question.id].notes


def test_a_huge_text_is_cut_and_takes_no_code_away():
    began = time.monotonic()
    found = reading(*[text("x " * 500_000)] * 50, cell(RIGHT, CODE.grade_id), stub(WRITTEN), text("y " * 5_000_000))
    assert to_run(found)[0] == RIGHT
    assert found.notes == ("It holds more than 1,048,576 characters of text; the text cells beyond were left out.",)
    found = reading(stub(WRITTEN), text("y " * 5_000_000))
    assert cells.LONGEST / 2 < len(found.answers[WRITTEN.question.id].source) <= cells.LONGEST and not found.notes
    assert time.monotonic() - began < 10
