"""What learners do that no list of wrong answers holds: slips in many forms, and what the chapters ask."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from gru_lab import GRUParameters, candidate_state, check, gru_step, new_state, update_gate
from gru_lab.checks import judge, record
from gru_lab.checks.question import Choice, Code, Prediction, Value, Written
from gru_lab.story import ASPECTS, STORY, story_cell, tell

CHAPTERS = Path(check.__file__).parents[2] / "chapters"
SOLUTIONS = CHAPTERS.parent / "solutions"
STEP = check.find("gru_step")
PREDICTIONS = [question for question in check.questions() if isinstance(question, Prediction)]
COMMITTED = [question for question in check.questions() if isinstance(question, Choice) and question.prediction]


def by_id(question):
    return question.id


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


# ---------------------------------------------------------------------------------------------- what the chapters ask


def asked_in(chapter, folders=(CHAPTERS, SOLUTIONS)):
    """The code cells of a chapter's notebook and of its exercises, as one text, or None where there is none yet."""
    texts = []
    for path in (path for folder in folders for path in folder.glob(f"{chapter:02d}_*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return "\n".join(texts) or None


def is_asked(question, text):
    if isinstance(question, Code | Value):
        return f"check.{question.name}(" in text
    kind = {Prediction: "prediction", Choice: "choice", Written: "written"}[type(question)]
    return f'check.{kind}("{question.id}"' in text


@pytest.mark.parametrize("chapter", check.chapters())
def test_a_chapter_asks_its_questions_and_no_others(chapter):
    text = asked_in(chapter)
    if text is None:
        pytest.skip("this chapter's notebook is not written yet")
    for question in check.questions(chapter):
        assert is_asked(question, text) != question.practice, f"{question.id} {question.name}"
    known = {question.id for question in check.questions(chapter)} | {q.name for q in check.questions(chapter)}
    calls = re.findall(
        r"^check\.(?:(?:prediction|choice|written)\(\"([\d.]+)\"|(?!prediction|choice|written|exercises|hint|progress|require)(\w+)\()",
        text,
        re.M,
    )
    assert calls
    assert {id or name for id, name in calls} <= known


def test_a_question_takes_as_long_as_its_chapter_says():
    """And tests one of the objectives that the chapter names for it."""
    said = {}
    for path in CHAPTERS.glob("[0-9]*.ipynb"):
        text = "\n".join("".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"])
        for id, minutes, objectives in re.findall(
            r"\*\*Question ([\d.]+)\*\* · (\d+) minutes? · objectives? ([^.]*)\.", text
        ):
            said[id] = int(minutes), objectives
    assert len(said) > 20
    for id, (minutes, objectives) in said.items():
        assert (check.find(id).minutes, check.find(id).objective in objectives) == (minutes, True), id


def test_practice_is_checked_and_not_counted(capsys):
    practice = [question.id for question in check.questions() if question.practice]
    assert practice == ["3.2", "13.2"]
    check.progress()
    shown = capsys.readouterr().out
    assert "3.3 –" in shown
    assert not [id for id in practice if f"{id} " in shown]
    assert judge(check.find("3.2"), lambda z: 1 - z).status == "right"


def test_a_shutter_for_tragedy_darkens_tragedy_and_revenge():
    """Question 6.1, computed: the answer, and what the other options say."""
    p, x, h = story_cell(), np.array(STORY[7].x), tell()[6].h
    before = dict(zip(ASPECTS, h.round(2), strict=True))
    assert before["Conflict"] == before["Tragedy"] == 0.96
    z = update_gate(x, h, p.W_z, p.U_z, p.b_z)
    assert z.max() < 0.03

    def after(r):
        return dict(zip(ASPECTS, new_state(h, candidate_state(x, h, r, p.W_h, p.U_h, p.b_h), z), strict=True))

    dark = [aspect for aspect in ASPECTS[1:] if abs(after([1, 1, 0, 1])[aspect]) < 0.05]
    assert check.find("6.1").options[check.find("6.1").answer].text == " and ".join(dark) == "Tragedy and Revenge"
    assert after([1, 1, 0, 1])["Conflict"] == pytest.approx(0.45, abs=0.01)
    assert after([1, 1, 1, 1])["Revenge"] == pytest.approx(0.49, abs=0.01)
    assert judge(check.find("6.3"), 0.25 * 0.7 + 0.75 * -0.3).status == "right"


# ---------------------------------------------------------------------------------------------- predictions


@pytest.mark.parametrize("question", PREDICTIONS, ids=by_id)
def test_near_is_as_near_on_either_side(question):
    low, high = question.between
    for off in (question.within, question.near):
        guesses = [round(question.answer + sign * off, 9) for sign in (-1, 1)]
        for guess in guesses:
            found = judge(question, guess)
            if not found.diagnosis:
                is_near = "right" if off == question.within else "near"
                assert found.status == (is_near if low <= guess <= high else "waiting"), guess


def test_near_ends_where_it_says():
    power = check.find("4.1")
    assert [judge(power, guess).status for guess in (0.64, 0.65, 0.7, 0.76)] == ["off", "near", "right", "off"]
    assert "0.75 is z itself" in judge(power, 0.75).reason


@pytest.mark.parametrize("question", COMMITTED, ids=by_id)
def test_a_choice_that_is_a_prediction_is_revealed(question, capsys):
    for key, option in question.options.items():
        check.choice(question.id, key)
        shown = " ".join(capsys.readouterr().out.split())
        right = question.options[question.answer]
        assert option.says in shown
        assert right.says in shown
        assert "not yet" not in shown
        if key != question.answer:
            assert "· revealed" in shown
            assert f"it is {question.answer}: {right.text}." in shown


def test_committing_to_an_option_is_what_counts():
    assert [question.id for question in COMMITTED] == ["6.1", "7.1", "10.1"]
    check.choice("6.1", "c")
    check.choice("6.1", "b")
    check.choice("7.3", "a")
    entries = record.current().read()
    assert entries["6.1"]["done"]
    assert entries["6.1"]["first"] == "c"
    assert not entries["7.3"].get("done")


def test_the_colleague_s_order_is_asked_for_and_others_that_work_are_told_so():
    order = check.find("valid_order")
    assert judge(order, ["z", "r", "candidate", "h"]).says.startswith("z needs nothing but x and the old state,")
    for names, says in (
        (["r", "candidate", "z", "h"], "That is the article's order, and it works."),
        (["r", "z", "candidate", "h"], "This order works, and it does not start with z"),
    ):
        found = judge(order, names)
        assert found.status == "wrong" and found.says.startswith(says)


def test_a_wrong_choice_leaves_the_options_to_be_read_again(capsys):
    question = check.find("5.4")
    for key in (None, "e", "a"):
        check.choice("5.4", key)
        shown = " ".join(capsys.readouterr().out.split())
        assert question.asks in shown
        assert all(option.text in shown for option in question.options.values())
    assert f"Not a. {question.options['a'].says}" in shown


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0.6, "old value"),
        (-0.4, "candidate"),
        (0.9, "z itself"),
        (0.12, "reset memory"),
        (0.2, "sum"),
        ("0,14", "candidate whole"),
    ],
)
def test_slips_by_hand_are_named(value, word):
    assert judge(check.find("new_value"), value).diagnosis == word


# ---------------------------------------------------------------------------------------------- products and powers


def step_with_reset(reset):
    def step(x, h, p):
        r = sigmoid(x @ p.W_r.T + h @ p.U_r.T + p.b_r)
        z = sigmoid(x @ p.W_z.T + h @ p.U_z.T + p.b_z)
        return z * h + (1 - z) * np.tanh(x @ p.W_h.T + reset(r, h) @ p.U_h.T + p.b_h)

    return step


def test_a_gate_in_a_matrix_product_is_not_blamed_on_w():
    def step(x, h, p):
        r = sigmoid(x @ p.W_r.T + h @ p.U_r.T + p.b_r)
        return np.tanh(x @ p.W_h.T + (r @ h) @ p.U_h.T + p.b_h)

    def step_with_dot(x, h, p):
        r_t = sigmoid(x @ p.W_r.T + h @ p.U_r.T + p.b_r)
        return np.dot(r_t, h)

    def blend_by_product(x, h, p):
        z = sigmoid(x @ p.W_z.T + h @ p.U_z.T + p.b_z)
        return z * h + (1 - z) @ np.tanh(x @ p.W_h.T) + (1 - z) @ h

    def candidate(x, h, r, W_h, U_h, b_h):
        return np.tanh(x @ W_h.T + (h @ r) @ U_h.T + b_h)

    for question, answer, product in (
        (STEP, step, "r @ h"),
        (STEP, step_with_dot, "dot(r_t, h"),
        (check.find("candidate_state"), candidate, "h @ r"),
        (check.find("new_state"), lambda h, candidate, z: z @ h, ""),
    ):
        found = judge(question, answer)
        assert found.diagnosis == "gate product", found
        assert product in found.reason
    assert "W" not in judge(STEP, step).reason


def test_a_gate_s_weights_in_a_product_are_not_a_gate():
    def turned(x, h, p):
        return sigmoid(p.U_r @ h + p.b_r)

    def not_transposed(x, h, p):
        return sigmoid(x @ p.W_r + h @ p.U_r + p.b_r)

    for answer in (turned, not_transposed):
        found = judge(STEP, answer)
        assert found.diagnosis == "product", found
        assert "x @ W.T" in found.reason


@pytest.mark.parametrize(
    "answer",
    [
        lambda D, H: 3 * (H * D + (H ^ 2) + H),
        lambda D, H: 3 * H * D + 3 * H ^ 2 + 3 * H,
        lambda D, H: 3 * (H * D + H + float(H) ^ 2),
    ],
)
def test_a_caret_is_named_in_any_place(answer):
    found = judge(check.find("parameter_count"), answer)
    assert found.diagnosis == "caret"
    assert "a ** 2" in found.reason


def test_a_caret_in_a_right_answer_does_no_harm():
    assert judge(check.find("parameter_count"), lambda D, H: 3 * (H * D + H * H + H) ^ 0).status == "right"


def test_whole_numbers_of_any_size_are_numbers():
    count = check.find("parameter_count")
    for answer in (lambda D, H: 10**30 + D, lambda D, H: [10**400, -(10**400)][D % 2], lambda D, H: H**H):
        assert "numbers are needed" not in judge(count, answer).says
    assert "infinity" in judge(count, lambda D, H: 10**400).says
    assert "returns an object;" in judge(count, lambda D, H: object()).says


# ---------------------------------------------------------------------------------------------- what is returned


def test_one_array_too_many_is_counted():
    found = judge(STEP, lambda x, h, p: (h, gru_step(x, h, p)))
    assert found.stage == "shape"
    assert found.diagnosis == "several returned"
    assert "return number 2 of them alone" in found.reason


def test_a_way_without_a_return_is_said():
    def two_candidates(x, h, r, W_h, U_h, b_h, reset):
        if reset == "before":
            return np.tanh(x @ W_h.T + (r * h) @ U_h.T + b_h)

    found = judge(check.find("two_candidates"), two_candidates)
    assert "returns None for reset after" in found.says
    assert "without a return" in found.says
    assert "return line missing" in judge(STEP, lambda x, h, p: print(h)).says


@pytest.mark.parametrize("some", [dict, lambda arrays: tuple(arrays.values()), lambda arrays: (1, 2), list])
def test_a_cell_in_pieces_is_asked_for_whole(some):
    def pieces(p, order):
        return some(check.find("reorder_units").reference(p, order).arrays())

    found = judge(check.find("reorder_units"), pieces)
    assert found.status == "wrong"
    assert "it should end with return GRUParameters(" in found.says
    assert found.diagnosis == "not GRUParameters"


def test_a_number_among_the_inputs_is_shown_first():
    def column(x, h, p, i):
        r = sigmoid(p.W_r @ x + p.U_r @ h + p.b_r)
        return r[0], r[0], r[0], r[0]

    found = judge(check.find("trace_one_unit"), column)
    assert found.rows[0] == ("came in", "i = 1")
    raised = judge(check.find("trace_one_unit"), lambda x, h, p, i: p.W_r[i] @ h)
    assert dict(raised.rows)["came in"].startswith("i = 1, x (3,)")


# ---------------------------------------------------------------------------------------------- half-lives


def counted(z):
    steps, left = 0, 1.0
    while left > 0.5:
        left *= z
        steps += 1
    return steps


def tried(z):
    for steps in range(1, 1000):
        if z**steps <= 0.5:
            return float(steps)


@pytest.mark.parametrize(
    "answer", [np.vectorize(counted), np.vectorize(tried), lambda z: (-1 / np.log2(z)).astype(int),
               lambda z: np.round(-1 / np.log2(z)), lambda z: np.maximum(1, np.rint(-1 / np.log2(z)))],
)  # fmt: skip
def test_steps_that_are_counted_or_rounded_are_named(answer):
    found = judge(check.find("half_life"), answer)
    assert found.diagnosis == "whole steps", found
    assert "fraction of a step" in found.reason


@pytest.mark.parametrize(
    ("answer", "word"),
    [(counted, "truth of an array"), (lambda z: -math.log(2) / math.log(z), "one number"),
     (lambda z: round(float(-1 / np.log2(z))), "one number")],
)  # fmt: skip
def test_an_array_is_asked_for(answer, word):
    found = judge(check.find("half_life"), answer)
    assert (found.stage, found.diagnosis) == ("raises", word), found


def test_a_wrong_number_that_is_whole_is_another_matter():
    assert judge(check.find("half_life"), lambda z: 3.0).diagnosis != "whole steps"


def test_a_loop_over_a_batch_does_not_hide_its_mistake():
    """It fails on one example, in its own way; the batches show what is wrong with it."""

    def gate(x, h, W_r, U_r, b_r):
        rows = [sigmoid(W_r @ x[row] + U_r.T @ h[row] + b_r) for row in range(len(x))]
        return np.array([rows[row][unit] for row in range(len(x)) for unit in range(h.shape[1])]).reshape(h.shape)

    with pytest.raises((IndexError, ValueError)):
        gate(np.ones(3), np.ones(2), np.ones((2, 3)), np.ones((2, 2)), np.ones(2))
    assert judge(check.find("reset_gate"), gate).diagnosis == "U transposed"


# ---------------------------------------------------------------------------------------------- calling a check


def test_nobody_is_sent_to_the_chapter_s_own_function(capsys):
    check.gru_step(gru_step, 2)
    check.gru_step("my_gru_step")
    check.gru_step(3.0)
    check.valid_order(["r"], 2)
    shown = capsys.readouterr().out
    assert shown.count("check.gru_step(your_function)") == 3
    assert "check.valid_order(your_answer)" in shown
    for question in check.questions():
        assert f"({question.name})" not in shown


def test_a_cell_of_the_course_is_a_cell():
    """What `reorder_units` should return is what the rest of the course takes."""
    p = GRUParameters.random(3, 2, seed=1)
    q = check.find("reorder_units").reference(p, [1, 0])
    x, h = np.array([0.1, 0.2, 0.3]), np.array([0.4, -0.5])
    np.testing.assert_allclose(gru_step(x, h[[1, 0]], q), gru_step(x, h, p)[[1, 0]])
